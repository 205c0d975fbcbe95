"""The receipts of a claim: pictures shown one at a time, other files named, a copy saved where the person says."""

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.services.views import ReceiptView
from crmdesk.ui import actions, language, lent_copies
from crmdesk.ui.context import PageContext
from crmdesk.ui.parts.buttons import QUIET, Button, hanging
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.spoken import Role

_TALLEST = 520
QImageReader.setAllocationLimit(256)


class _Picture(QWidget):
    """A picture scaled into the room there is; its owner names it."""

    spoken_role = Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def empty(self) -> bool:
        return self._image.isNull()

    def set_bytes(self, content: bytes | None) -> None:
        """Show a picture; bytes that are none leave the place empty."""
        self._image = QImage.fromData(content) if content else QImage()
        self.updateGeometry()
        self.update()

    @override
    def hasHeightForWidth(self) -> bool:
        return not self.empty

    @override
    def heightForWidth(self, width: int) -> int:
        return min(width * self._image.height() // max(1, self._image.width()), _TALLEST)

    @override
    def sizeHint(self) -> QSize:
        return QSize(360, self.heightForWidth(360))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(
            self.rect().adjusted(0, 0, size.width() - self.width(), size.height() - self.height()), self._image
        )


class ReceiptsCard(Card):
    """The receipts of one claim. Left and right show the one before and after."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._context = context
        self._receipts: tuple[ReceiptView, ...] = ()
        self._at = 0
        self._content: bytes | None = None
        self._named: Collection[str] = ()
        self._state = Chip("", "neutral", self)
        self._before, self._after = Button("‹", QUIET, small=True), Button("›", QUIET, small=True)
        self._outside = Button("", QUIET, actions.keys("approvals_receipt"), small=True)
        self._outside.setObjectName("receipt_open_button")
        self._save = Button("", QUIET, small=True)
        self._save.setObjectName("receipt_save_button")
        self.top.addWidget(self._state)
        self.top.addLayout(hanging(self._outside, self._save, self._before, self._after))
        for widget in (self._state, self._outside, self._save, self._before, self._after):
            widget.hide()  # until it is known what there is
        self._picture = _Picture(self)
        self._name = ElidedLabel("", "muted")
        self._hint = Label("", "muted", wrap=True)
        self.body.addWidget(self._picture)
        self.body.addWidget(self._hint)
        line = QHBoxLayout()
        line.addWidget(self._name, 1)
        self.body.addLayout(line)
        self.body.addStretch(1)
        self._before.clicked.connect(lambda: self._show(self._at - 1))
        self._after.clicked.connect(lambda: self._show(self._at + 1))
        self._outside.clicked.connect(self.open_outside)
        self._save.clicked.connect(self._save_copy)
        self.setObjectName("receipts_card")

    def set_receipts(self, receipts: tuple[ReceiptView, ...], named: Collection[str] = ()) -> None:
        """Show these receipts, those that the lines name (`named`, by SHA-256) first, staying at the one that is shown.

        One that was taken off its line says so: nobody decides on it.
        """
        self._named = named
        receipts = tuple(sorted(receipts, key=lambda one: one.sha256 not in named))
        shown = self._receipts[self._at].sha256 if self._at < len(self._receipts) else ""
        same = [one.sha256 for one in receipts] == [one.sha256 for one in self._receipts]
        keep = same and shown and self._content is not None
        self._receipts = receipts
        if not keep:
            self._at = next((index for index, one in enumerate(receipts) if one.sha256 == shown), 0)
        self._show(self._at, again=not keep)

    def say_key(self, free: bool) -> None:
        """Show the key of 'open elsewhere' where letters are free: beside the fields of a draft they are typed."""
        self._outside.set_key(actions.keys("approvals_receipt") if free else "")

    def _show(self, at: int, again: bool = True) -> None:
        count = len(self._receipts)
        self._at = min(max(0, at), max(0, count - 1))
        self.set_heading(
            self.tr("凭证 {at} / {count}").format(at=self._at + 1, count=count) if count else self.tr("凭证")
        )
        self._before.setVisible(count > 1)
        self._after.setVisible(count > 1)
        self._before.setAccessibleName(self.tr("上一张凭证"))
        self._after.setAccessibleName(self.tr("下一张凭证"))
        self._outside.setText(self.tr("用别的程序打开"))
        self._save.setText(self.tr("保存副本…"))
        if not count:
            self._set_content(None)
            return
        if again:
            self._content = None
            sha256 = self._receipts[self._at].sha256
            self._context.ask(self, lambda reads: reads.attachment(sha256), self._set_content, latest="receipt")

    def _set_content(self, content: bytes | None) -> None:
        self._content = content
        receipt = self._receipts[self._at] if self._receipts else None
        self._picture.set_bytes(content)
        self._picture.setVisible(not self._picture.empty)
        self._outside.setVisible(bool(lent_copies.ending_of(content)))
        self._save.setVisible(content is not None)
        self._state.set("" if receipt is None or content is not None else self.tr("未下载"), "warn")
        self._name.setVisible(receipt is not None)
        self._name.setText("" if receipt is None else self._about(receipt))
        self._picture.setAccessibleName(self._name.text())
        self._hint.setText(self._hint_words(receipt, content))
        self._hint.setVisible(bool(self._hint.text()))

    def _about(self, receipt: ReceiptView) -> str:
        parts = [receipt.file_name, language.size_word(receipt.size_bytes)]
        if self._named and receipt.sha256 not in self._named:
            parts.append(self.tr("不属于任何一行"))
        return " · ".join(parts)

    def _hint_words(self, receipt: ReceiptView | None, content: bytes | None) -> str:
        if receipt is None:
            return self.tr("凭证还没有传到这台电脑，下次同步时下载。") if self._named else self.tr("没有附上凭证。")
        if content is None:
            return self.tr("这张凭证还没有传到这台电脑，下次同步时下载。")
        if self._picture.empty and lent_copies.ending_of(content):
            return self.tr("这种文件不在这里显示，可以用这台电脑上的程序打开。")
        if self._picture.empty:
            return self.tr("这种文件不在这里显示。可以保存一份副本，用别的程序打开。")
        return ""

    def open_outside(self) -> None:
        """Show what is shown here in the program that this computer has for it."""
        if self._content is None or not lent_copies.ending_of(self._content):
            self._context.toast(lambda: self.tr("这里没有可以打开的凭证"))
            return
        try:
            taken = lent_copies.lend(self._content, self._receipts[self._at].file_name)
        except OSError as error:
            self._context.shell.tell(error)
            return
        opened, nobody = (
            lambda: self.tr("打开的是一份可读的副本，退出 crmdesk 时删除"),
            lambda: self.tr("这台电脑没有能打开它的程序。可以保存一份副本"),
        )
        self._context.toast(opened if taken else nobody)

    def _save_copy(self) -> None:
        """Write the file where the person says; this leaves the encrypted store by the person's own decision."""
        if self._content is None:
            return
        name = Path(self._receipts[self._at].file_name).name
        path, _filter = QFileDialog.getSaveFileName(self, self.tr("保存副本"), name)
        if not path:
            return
        try:
            Path(path).write_bytes(self._content)
        except OSError as error:
            self._context.shell.tell(error)
            return
        self._context.toast(lambda: self.tr("副本已保存，不再受 crmdesk 的加密保护。"))
