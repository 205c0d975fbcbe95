"""The export of a list: says how much goes out and that it is noted, asks for format and place, shows the progress."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from typing_extensions import override

from crmdesk.domain.clock import local_date, utc_now
from crmdesk.domain.exports import may_export
from crmdesk.domain.roles import Role
from crmdesk.services.customer_order import Filter
from crmdesk.services.exports import ExportReport, export_list
from crmdesk.ui import language
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.pace import pace_words
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.charts import ProgressBar
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Said, said

translate = QCoreApplication.translate

_FORMATS = ("xlsx", "csv")


def allowed(context: PageContext, what: str) -> bool:
    """Say whether the person may export a list."""
    return may_export(Role(context.desk.person.role), what)


class ExportDialog(SmallDialog):
    """One export; it goes on while the dialog is open, Escape stops it and leaves no file."""

    def __init__(self, context: PageContext, parent: QWidget, wanted: Filter, narrowed_by: Said = "") -> None:
        super().__init__(context, parent, "export", width=460)
        self._wanted, self._narrowed_by = wanted, narrowed_by
        self._stop = threading.Event()
        self._running = False
        self._progress, self._began = (0, 0), monotonic()
        self.format = Picklist()
        self.format.setObjectName("export_format")
        self.format.set_choices([(one, one) for one in _FORMATS])
        self.format.set_value(_FORMATS[0])
        self.bar, self._count = ProgressBar(), Label("", "muted")
        self._count.setObjectName("export_count_label")
        for widget in (self.format, self.bar, self._count):
            self.content.addWidget(widget)
        self.retranslate()
        self._show_running(on=False)
        self.format.setFocus()

    @override
    def retranslate(self) -> None:
        what = language.choice_word("exported", self._wanted.record)
        narrowed = said(self._narrowed_by)
        about = self.tr("只有：{narrowed}。").format(narrowed=narrowed) if narrowed else ""
        noted = self.tr("导出会记录：谁、什么时候、导出了什么、多少行；文件里也写明。请按公司规定保管。")
        self.say(self.tr("导出{what}").format(what=what), about + noted, self.tr("选择位置…"))
        self.format.setAccessibleName(self.tr("文件格式"))
        self._say_progress()

    @override
    def save(self) -> None:
        if self._running:
            return
        chosen = self.format.value() or _FORMATS[0]
        dialog = QFileDialog(self, self.tr("导出到"))
        dialog.setObjectName("export_file_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{chosen} (*.{chosen})")
        dialog.setDefaultSuffix(chosen)
        what = language.choice_word("exported", self._wanted.record)
        dialog.selectFile(f"{what} {local_date(utc_now()).isoformat()}.{chosen}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.open()

    def write(self, path: Path) -> None:
        """Write the list to a file; what goes wrong is said in the dialog."""
        self.banner.say("")
        self._stop.clear()
        self._progress, self._began = (0, 0), monotonic()
        try:
            future = export_list(
                self.context.desk, path, self._wanted, language.current(), self._steps(), said(self._narrowed_by)
            )
        except Exception as error:  # a name of another kind: said in words, as what comes later
            self.tell(error)
            return
        self._show_running(on=True)
        self.context.bridge.run(self, future, self._done, self._failed)

    def _steps(self) -> Callable[[int, int], bool]:
        """Return what the worker calls after each piece: it tells how far it is, and hears whether to go on."""
        told, stop = self.context.bridge.shown_by(self, self._show_progress), self._stop

        def go_on(done: int, total: int) -> bool:
            told(done, total)
            return not stop.is_set()

        return go_on

    def _show_progress(self, done: int, total: int) -> None:
        self._progress = (done, total)
        self.bar.set(done, total)
        self._say_progress()

    def _say_progress(self) -> None:
        done, total = self._progress
        written = self.tr("已写 {done} / {total} 行").format(done=f"{done:,}", total=f"{total:,}")
        self._count.setText(dotted(written, pace_words(done, total, monotonic() - self._began)))

    def _show_running(self, *, on: bool) -> None:
        self._running = on
        self.format.setVisible(not on)
        self.save_button.setEnabled(not on)
        for widget in (self.bar, self._count):
            widget.setVisible(on)

    def _done(self, report: ExportReport) -> None:
        self._show_running(on=False)
        if not report.complete:
            super().reject()
            self.context.toast(lambda: translate("export_dialog", "已停止，没有写出文件。"))
            return
        done = {"count": f"{report.rows:,}", "file": Path(report.path).name}
        self.context.toast(
            lambda: translate("export_dialog", "已导出 {count} 行到 {file}，并作了记录。").format_map(done)
        )
        self.accept()

    def _failed(self, error: BaseException) -> None:
        self._show_running(on=False)
        self.tell(error)

    @override
    def reject(self) -> None:
        if self._running:
            self._stop.set()
            return
        super().reject()
