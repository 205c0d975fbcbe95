"""Picking a customer by typing: a field, and below it what matches so far; arrows move, Enter takes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import space, theme
from crmdesk.ui.parts.text_field import TextLine

Found = tuple[str, str, str]
"""Id, name, second line."""
_LINE = 30


class RowPicker(QWidget):
    """A field that finds rows. `search(text)` is asked at each key stroke; its owner answers with `show_found`."""

    picked = Signal(str)
    typed = Signal(str)

    def __init__(self, name: str, search: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = search
        self._row_id = ""
        self._any = False
        self._kept = ""  # the row that stays chosen while the words are set anew
        self.edit = TextLine()
        self.edit.setObjectName(f"{name}_edit")
        self.edit.installEventFilter(self)
        self.edit.textEdited.connect(self._typed)
        self.list = QListWidget()
        self.list.setObjectName(f"{name}_list")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setProperty("part", "picker")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._take)
        self.list.hide()
        self.setFocusProxy(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.HAIR)
        layout.addWidget(self.edit)
        layout.addWidget(self.list)

    def row_id(self) -> str:
        """Return the id of the row that was taken, '' where none was."""
        return self._row_id

    def take_exact(self) -> None:
        """Take what is found where one alone has the very name that was typed: whoever typed it out need not choose."""
        typed = self.edit.text().strip().casefold()
        items = [self.list.item(row) for row in range(self.list.count())] if self._any and not self._row_id else []
        same = [one for one in items if one.data(Qt.ItemDataRole.UserRole)[1].strip().casefold() == typed]
        if len(same) == 1:
            self._take(same[0])

    def set_row(self, row_id: str, name: str) -> None:
        """Show a row as taken."""
        self._row_id = row_id
        self.edit.setText(name)
        self.list.hide()

    def show_found(self, found: Sequence[Found]) -> None:
        """Show what matches, the first one is what Enter takes; or that nothing does."""
        if self._row_id or not self.edit.text().strip():
            self.list.hide()
            return
        self.list.clear()
        line = QSize(0, theme.px(_LINE))
        for row_id, name, second in found:
            item = QListWidgetItem(f"{name}   {second}")
            item.setData(Qt.ItemDataRole.UserRole, (row_id, name))
            item.setSizeHint(line)
            self.list.addItem(item)
        if not found:
            nothing = QListWidgetItem(self.tr("没有找到“{text}”").format(text=self.edit.text().strip()))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            nothing.setSizeHint(line)
            self.list.addItem(nothing)
        self._any = bool(found)
        at = next((row for row, one in enumerate(found) if one[0] == self._kept), 0)
        self.list.setCurrentRow(at if found else -1)
        self._kept = ""
        self.list.setFixedHeight(min(self.list.count(), 6) * theme.px(_LINE) + 4)
        self.list.show()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self.list.isVisible():
            item = self.list.currentItem()
            self._kept = item.data(Qt.ItemDataRole.UserRole)[0] if item is not None and self._any else ""
            self._search(self.edit.text())  # what is found says in words of ours where it is, or that nothing is
        super().changeEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        ours = watched is self.edit and not self.edit.composing
        if ours and isinstance(event, QKeyEvent) and not event.modifiers() & _MODIFIERS:
            wanted = self.list.isVisible() and event.key() in _KEYS
            if event.type() == QEvent.Type.ShortcutOverride and wanted:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and self._key(event.key()):
                return True
        return super().eventFilter(watched, event)

    def _key(self, key: int) -> bool:
        if not self.list.isVisible():
            return False
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._any:
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentItem() is not None:
            self._take(self.list.currentItem())
            return True
        if key == Qt.Key.Key_Tab:
            self.take_exact()
            return not self.edit.hasFocus()  # who took it may have sent the keys on already
        if key == Qt.Key.Key_Escape:
            self.list.hide()
            return True
        return False

    def _typed(self, text: str) -> None:
        self._kept = ""
        if self._row_id:
            self._row_id = ""
            self.picked.emit("")
        self.typed.emit(text)
        if text.strip():
            self._search(text)
        else:
            self.list.hide()

    def _take(self, item: QListWidgetItem) -> None:
        if not self._any:
            return
        row_id, name = item.data(Qt.ItemDataRole.UserRole)
        self.set_row(row_id, name)
        self.picked.emit(row_id)


_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down)
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
