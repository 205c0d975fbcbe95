"""Putting entries in order: a dialog whose list is moved, ticked, renamed and thinned out by keys or buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from crmdesk.ui import space, theme
from crmdesk.ui.parts.buttons import DESTRUCTIVE, PRIMARY, Button
from crmdesk.ui.parts.focus_ring import FocusRing
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.room import Dialog

translate = QCoreApplication.translate
_KEY = Qt.ItemDataRole.UserRole


class Entry(msgspec.Struct, frozen=True):
    """One entry: what it is, its words, whether it is ticked; `fixed` ones stay ticked."""

    key: str
    text: str
    ticked: bool = True
    fixed: bool = False


class _Renaming(QStyledItemDelegate):
    """Edits an entry in a field that says what it is for."""

    @override
    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        editor = super().createEditor(parent, option, index)
        editor.setAccessibleName(translate("arrange", "改名"))
        return editor


class ArrangeDialog(Dialog):
    """A list to be put in order. With `word`, which makes the words of an entry from its key, entries are shown or not;
    otherwise they are the person's own, renamed and deleted.

    `arranged` carries the entries as they stand when the person is done.
    """

    arranged = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        name: str,
        heading: Callable[[], str],
        entries: Sequence[Entry],
        word: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(460, 440)
        self._heading, self._word, self._tickable = heading, word, word is not None
        self._title, self._how = Label("", "title"), Label("", "muted", wrap=True)
        self._fixed = {one.key for one in entries if one.fixed}
        self.list = QListWidget()
        self._ring = FocusRing(self.list)
        self.list.setObjectName(f"{name}_list")
        self.list.setProperty("part", "picker")
        self.list.setItemDelegate(_Renaming(self.list))
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        for one in entries:
            self.list.addItem(self._item(one))
        self.list.setCurrentRow(0)
        self.up, self.down = Button("", key="Alt ↑"), Button("", key="Alt ↓")
        self.rename, self.remove = Button("", key="F2"), Button("", DESTRUCTIVE, "Del")
        self.cancel, self.done_button = Button("", key="Esc"), Button("", PRIMARY, "Ctrl ↵")
        self.done_button.setObjectName(f"{name}_done_button")
        self._bind()
        self._lay_out()
        self.retranslate()
        self.list.setFocus()

    def retranslate(self) -> None:
        """Set every text anew; the words that a person wrote stay."""
        self.setWindowTitle(self._heading())
        self._title.setText(self._heading())
        self.list.setAccessibleName(self._heading())
        self.up.setText(self.tr("上移"))
        self.down.setText(self.tr("下移"))
        self.rename.setText(self.tr("改名"))
        self.remove.setText(self.tr("删除"))
        self.cancel.setText(self.tr("取消"))
        self.done_button.setText(self.tr("完成"))
        self._how.setText(self.tr("空格键勾选"))
        if self._word is not None:
            for item in map(self.list.item, range(self.list.count())):
                item.setText(self._word(str(item.data(_KEY))))

    def _item(self, one: Entry) -> QListWidgetItem:
        item = QListWidgetItem(one.text)
        item.setData(_KEY, one.key)
        item.setSizeHint(QSize(0, theme.px(30)))
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        if self._tickable:
            item.setFlags(flags | (Qt.ItemFlag.NoItemFlags if one.fixed else Qt.ItemFlag.ItemIsUserCheckable))
            item.setCheckState(Qt.CheckState.Checked if one.ticked else Qt.CheckState.Unchecked)
        else:
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable)
        return item

    def _bind(self) -> None:
        self.up.clicked.connect(lambda: self.move_by(-1))
        self.down.clicked.connect(lambda: self.move_by(1))
        self.rename.clicked.connect(self._rename)
        self.remove.clicked.connect(self._remove)
        self.cancel.clicked.connect(self.reject)
        self.done_button.clicked.connect(self.accept_order)
        keys = [("Alt+Up", lambda: self.move_by(-1)), ("Alt+Down", lambda: self.move_by(1))]
        keys += [("Ctrl+Return", self.accept_order), ("Ctrl+Enter", self.accept_order)]
        if not self._tickable:
            keys += [("F2", self._rename), ("Delete", self._remove)]
        for sequence, act in keys:
            QShortcut(QKeySequence(sequence), self, act)

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(space.INSIDE)
        for button in (self.up, self.down) if self._tickable else (self.up, self.down, self.rename, self.remove):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)  # all as wide as the widest
            side.addWidget(button)
        side.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(space.BETWEEN)
        middle.addWidget(self.list, 1)
        middle.addLayout(side)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.done_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*space.PAGE)
        layout.setSpacing(space.ROOMY)
        layout.addWidget(self._title)
        if self._tickable:
            layout.addWidget(self._how)
        layout.addLayout(middle, 1)
        layout.addLayout(foot)

    def move_by(self, step: int) -> None:
        """Move the current entry up (-1) or down (1)."""
        row = self.list.currentRow()
        if row >= 0 and 0 <= row + step < self.list.count():
            item = self.list.takeItem(row)
            self.list.insertItem(row + step, item)
            self.list.setCurrentItem(item)

    def entries(self) -> list[Entry]:
        """Return the entries as they stand."""
        found = []
        for row in range(self.list.count()):
            item = self.list.item(row)
            key = str(item.data(_KEY))
            ticked = not self._tickable or item.checkState() == Qt.CheckState.Checked
            found.append(Entry(key, item.text().strip(), ticked, key in self._fixed))
        return found

    def accept_order(self) -> None:
        """Hand the entries on and close."""
        self.list.setFocus()  # an entry that is being renamed takes what was typed
        self.arranged.emit(self.entries())
        self.accept()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _rename(self) -> None:
        if self.list.currentItem() is not None:
            self.list.editItem(self.list.currentItem())

    def _remove(self) -> None:
        if self.list.currentRow() >= 0:
            self.list.takeItem(self.list.currentRow())
