"""The dialogs that back up and put back: a folder, the passphrase of the backup, and how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from crmdesk.domain.brought_back import BackedUp, Brought
from crmdesk.domain.errors import CrmdeskError, InputError
from crmdesk.domain.passphrases import MIN_PASSPHRASE, check_new_passphrase
from crmdesk.ui import language, space, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.backup_words import BackupWords
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.charts import ProgressBar
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine

translate = QCoreApplication.translate

_PLACES = {
    "passphrase_too_short": "passphrase", "passphrase_differs": "again", "passphrase_again_missing": "again",
    "backup_passphrase_wrong": "passphrase", "backup_passphrase_missing": "passphrase",
    "backup_no_folder": "folder", "backup_no_place": "folder", "backup_inside": "folder", "backup_full": "folder",
    "backup_closed": "folder", "backup_gone": "folder", "backup_unknown": "folder",
}  # fmt: skip
"""Where a fault is mended; every other one is told beside no field."""


class BackupFrame(SmallDialog):
    """A folder and passphrases; while it works Escape stops it, and then nothing half is left anywhere."""

    def __init__(self, context: PageContext, parent: QWidget, name: str, secrets: Sequence[str]) -> None:
        super().__init__(context, parent, name, width=480)
        self._name = name
        self._running, self._stop = False, threading.Event()
        self._edits: dict[str, TextLine] = {}
        self._labels: dict[str, Label] = {}
        for field in ("folder", *secrets):
            self._add_field(field)
        self.bar, self._count = ProgressBar(), Label("", "muted")
        self._count.setObjectName(f"{name}_count_label")
        self.content.addWidget(self.bar)
        self.content.addWidget(self._count)
        self._show_running(on=False)
        QShortcut(QKeySequence("Ctrl+O"), self, self.choose)
        QTimer.singleShot(0, self, partial(self._edits["folder"].setFocus, Qt.FocusReason.OtherFocusReason))

    def _add_field(self, field: str) -> None:
        edit, label = TextLine(), Label("", "muted")
        edit.setObjectName(f"{self._name}_{field}_edit")
        label.setBuddy(edit)
        label.setContentsMargins(0, space.TINY, 0, 0)
        self.content.addWidget(label)
        self._edits[field], self._labels[field] = edit, label
        if field == "folder":
            self._choose = Button("", key="Ctrl O", icon_name="file")
            self._choose.setObjectName(f"{self._name}_choose_button")
            self._choose.clicked.connect(self.choose)
            row = QHBoxLayout()
            row.setSpacing(space.INSIDE)
            row.addWidget(edit, 1)
            row.addWidget(self._choose)
            self.content.addLayout(row)
            return
        edit.setEchoMode(QLineEdit.EchoMode.Password)
        edit.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
        self.content.addWidget(edit)

    def name_fields(self, choose: str, **texts: str) -> None:
        """Set the words of the button and of the fields."""
        self._choose.setText(choose)
        for field, text in texts.items():
            self._labels[field].setText(text)
            self._edits[field].setAccessibleName(text)

    def typed(self, field: str) -> str:
        """Return what stands in a field."""
        return self._edits[field].text()

    def set_folder(self, path: str) -> None:
        """Put a folder into its field."""
        self._edits["folder"].setText(path)

    def choose(self) -> None:
        """Ask for the folder."""
        if self._running:
            return
        dialog = QFileDialog(self, self._labels["folder"].text())
        dialog.setObjectName(f"{self._name}_file_dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, path: str) -> None:
        self.set_folder(path)
        secret = next(field for field in self._edits if field != "folder")
        self._edits[secret].setFocus(Qt.FocusReason.OtherFocusReason)

    # while it works ----------------------------------------------------------------------------------------------

    def run(self, begin: Callable[[Callable[[int, int], bool]], Future[Any]]) -> None:
        """Begin the work, off this thread; its end is told to `done_with`."""
        if self._running:
            return
        self.marks.show(())
        self.banner.say("")
        self._stop.clear()
        told, stop = self.context.bridge.shown_by(self, self._show_progress), self._stop

        def go_on(done: int, total: int) -> bool:
            told(done, total)
            return not stop.is_set()

        self._show_progress(0, 0)
        self._show_running(on=True)
        self.context.bridge.run(self, begin(go_on), self._ended, self.refuse)

    def done_with(self, found: Any) -> None:
        """Say what has come of it."""

    def _ended(self, found: Any) -> None:
        self._show_running(on=False)
        if found is None:
            self.context.toast(lambda: translate("backup_dialog", "已停止，没有留下写了一半的内容。"))
            super().reject()
            return
        self.done_with(found)
        self.accept()

    def refuse(self, error: BaseException) -> None:
        """Say what is wrong, at the field where it is mended."""
        self._show_running(on=False)
        place = self._edits.get(_PLACES.get(error.code if isinstance(error, CrmdeskError) else "", ""))
        if place is None:
            self.tell(error)
            return
        self.marks.show([Fault(lambda: words.error_sentence(error), place)])
        place.selectAll()

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.set(done, total)
        sizes = {"done": language.size_word(done), "total": language.size_word(total)}
        far = translate("backup_dialog", "已复制 {done} / {total}").format_map(sizes)
        self._count.setText(far if total else translate("backup_dialog", "正在准备…"))

    def _show_running(self, *, on: bool) -> None:
        self._running = on
        self.save_button.setEnabled(not on)
        for widget in (*self._edits.values(), self._choose):
            widget.setEnabled(not on)
        for part in (self.bar, self._count):
            part.setVisible(on)

    @override
    def reject(self) -> None:
        if self._running:
            self._stop.set()
            return
        super().reject()


class BackUpDialog(BackupFrame):
    """Makes a backup; `made` tells of it."""

    made = Signal(object)

    def __init__(self, context: PageContext, parent: QWidget, place: str) -> None:
        """`place` is where the last one went."""
        super().__init__(context, parent, "backup", ("passphrase", "again"))
        self.set_folder(place)
        self.retranslate()

    @override
    def retranslate(self) -> None:
        explanation = self.tr(
            "在所选的文件夹里新建一个加密的备份。口令至少 {minimum} 个字符，可以是一句话；"
            "谁也查不到它，忘了它备份就打不开。"
        )
        self.say(self.tr("备份没发送的内容"), explanation.format(minimum=MIN_PASSPHRASE), self.tr("备份"))
        self.name_fields(
            self.tr("选择…"), folder=self.tr("备份到哪里（例如 U 盘）"), passphrase=self.tr("备份的口令"),
            again=self.tr("再输入一次口令"),
        )  # fmt: skip

    @override
    def save(self) -> None:
        place, passphrase = self.typed("folder"), self.typed("passphrase")
        try:
            if not place.strip():
                raise InputError("backup_no_folder")
            check_new_passphrase(passphrase, self.typed("again"))
        except CrmdeskError as error:
            self.refuse(error)
            return
        self.run(lambda go_on: self.context.session.make_backup(place, passphrase, go_on))

    @override
    def done_with(self, found: BackedUp) -> None:
        said = BackupWords()  # the toast may be said anew when the dialog is gone
        self.context.toast(lambda: said.made(found))
        self.made.emit(found)


class PutBackDialog(BackupFrame):
    """Puts a backup back; `came` tells of it."""

    came = Signal(object)

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(context, parent, "put_back", ("passphrase",))
        self.retranslate()

    @override
    def retranslate(self) -> None:
        explanation = self.tr("备份里没发送的更改、附件和草稿会加到这台电脑上，不会重复；备份本身不变。")
        self.say(self.tr("恢复备份"), explanation, self.tr("恢复"))
        self.name_fields(
            self.tr("选择…"), folder=self.tr("备份文件夹（名称以 crmdesk-backup 开头）"),
            passphrase=self.tr("备份的口令"),
        )  # fmt: skip

    @override
    def save(self) -> None:
        folder, passphrase = self.typed("folder"), self.typed("passphrase")
        if not folder.strip() or not passphrase:
            self.refuse(InputError("backup_passphrase_missing" if folder.strip() else "backup_no_folder"))
            return
        self.run(lambda go_on: self.context.session.put_back(folder, passphrase, go_on))

    @override
    def done_with(self, found: Brought) -> None:
        said = BackupWords()  # as above
        self.context.toast(lambda: said.put_back(found))
        self.came.emit(found)
