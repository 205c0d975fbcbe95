"""A combo box that shows by a small arrow that it opens; the style sheet leaves the arrow to the painter."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from crmdesk.ui import icons, theme
from crmdesk.ui.parts.type_ahead import TypeAhead

_TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_SIZE, _RIGHT, _LEAST, _ROW = 12, 9, 84, 30


class _Rows(QStyledItemDelegate):
    """Gives an entry the height of a line that is clicked at, as in the lists of found rows."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index).expandedTo(QSize(0, theme.px(_ROW)))


class _Open(QListView):
    """The list that opened; what is typed finds an entry here, too."""

    def __init__(self, box: "DropDown") -> None:
        super().__init__(box)
        self.ahead = TypeAhead(self, box.texts, self._go, silent=True)  # its own lines leave no room for another
        self._box = box

    def _go(self, place: int) -> None:
        self.setCurrentIndex(self._box.model().index(place, 0))

    @override
    def event(self, e: QEvent) -> bool:
        """Let Tab take the entry and go on: in the list itself it leads nowhere."""
        if isinstance(e, QKeyEvent) and e.type() == QEvent.Type.KeyPress and e.key() in _TABS:
            self._box.leave(self.currentIndex().row(), forward=e.key() == Qt.Key.Key_Tab)
            return True
        return super().event(e)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.ahead.key(event):
            super().keyPressEvent(event)

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.ahead.commit(event)


class DropDown(QComboBox):
    """A QComboBox with its arrow in the colour of the theme; of many entries one is found by typing."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead = TypeAhead(self, self.texts, self._go)
        self._list = _Open(self)
        self.setView(self._list)
        self.setItemDelegate(_Rows(self))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)  # of the language that is shown now

    def leave(self, place: int, *, forward: bool) -> None:
        """Close the list with an entry taken, and go on to the field after or before."""
        self.hidePopup()
        if place >= 0:
            self._go(place)
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.focusNextPrevChild(forward)

    def texts(self) -> list[str]:
        """Return the words of the entries."""
        return [self.itemText(place) for place in range(self.count())]

    def _go(self, place: int) -> None:
        if place != self.currentIndex():
            self.setCurrentIndex(place)
            self.activated.emit(place)

    @override
    def event(self, event: QEvent) -> bool:
        """Take what is typed to find an entry before the page's shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._ahead.wants(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, e: QKeyEvent) -> None:
        if not self._ahead.key(e):
            super().keyPressEvent(e)

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._ahead.commit(event)

    @override
    def wheelEvent(self, e: QWheelEvent) -> None:
        e.ignore()  # it scrolls what is around: chosen by the way, nobody would see it

    @override
    def focusInEvent(self, e: QFocusEvent) -> None:
        self._ahead.entries_changed()
        super().focusInEvent(e)

    @override
    def focusOutEvent(self, e: QFocusEvent) -> None:
        self._ahead.forget()
        super().focusOutEvent(e)

    @override
    def showPopup(self) -> None:
        self._list.ahead.entries_changed()
        super().showPopup()

    @override
    def hidePopup(self) -> None:
        self._list.ahead.forget()
        super().hidePopup()

    @override
    def minimumSizeHint(self) -> QSize:
        """Ask for less than the longest entry needs: in a narrow window what is chosen is drawn as far as it fits."""
        least = super().minimumSizeHint()
        return least.boundedTo(QSize(theme.px(_LEAST), least.height()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        size = theme.px(_SIZE)
        icon = icons.icon("down", "muted" if self.isEnabled() else "faint")
        icon.paint(QPainter(self), self.width() - _RIGHT - size, (self.height() - size) // 2, size, size)
