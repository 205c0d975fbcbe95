"""A layout that sets widgets one after the other and breaks into lines, as words do."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget
from typing_extensions import override

from crmdesk.ui import space


class FlowLayout(QLayout):
    """Left to right, then down; each widget at its size hint, narrower only where a line has no more room."""

    def __init__(self, parent: QWidget | None = None, spacing: int = space.INSIDE) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self.widths_at: Callable[[int], Sequence[int]] | None = None  # where another width shows other widgets
        self._known: dict[int, list[list[tuple[QLayoutItem, QSize]]]] = {}  # lines by width, until something changes
        self._heights: dict[int, int] = {}  # by width, as long
        self._sizes: tuple[QSize, QSize] | None = None  # hint and minimum, as long as that
        self.setContentsMargins(QMargins(0, 0, 0, 0))

    @override
    def invalidate(self) -> None:
        """Work everything out anew: Qt asks for the same sizes many times before it places anything."""
        self._known, self._heights, self._sizes = {}, {}, None
        super().invalidate()

    def clear(self) -> None:
        """Take out and delete all widgets."""
        while self._items:
            widget = self._items.pop().widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.invalidate()

    @override
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        self.invalidate()
        return self._items.pop(index)

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        if self.widths_at is not None:
            return self._height_of(self.widths_at(width), width)
        height = self._heights.get(width)
        if height is None:
            height = self._heights[width] = self._arrange(QRect(0, 0, width, 0), move=False)
        return height

    def _height_of(self, widths: Sequence[int], room: int) -> int:
        """Return the height of widgets that are not all shown yet."""
        lines, left = 0, room + 1
        for width in widths:
            if left + width > room:
                lines, left = lines + 1, 0
            left += width + self._gap
        return max(0, lines * (self.sizeHint().height() + self._gap) - self._gap)

    @override
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._both()[0])

    @override
    def minimumSize(self) -> QSize:
        return QSize(self._both()[1])

    def _both(self) -> tuple[QSize, QSize]:
        if self._sizes is None:
            hints, least = [item.sizeHint() for item in self._items], QSize(0, 0)
            for item in self._items:
                least = least.expandedTo(item.minimumSize())
            width = sum(hint.width() + self._gap for hint in hints) - self._gap
            self._sizes = QSize(max(0, width), max((hint.height() for hint in hints), default=0)), least
        return self._sizes

    def _arrange(self, rect: QRect, move: bool) -> int:
        """Set the items into lines, each in the middle of its line; returns the height that they take."""
        y, lines = rect.y(), self._lines(rect.width())
        for line in lines:
            x, height = rect.x(), max(size.height() for _item, size in line)
            for item, size in line:
                if move:
                    item.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), size))
                x += size.width() + self._gap
            y += height + self._gap
        return max(0, y - self._gap - rect.y()) if lines else 0

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """Break what is shown into lines; what may be narrower than it would like never stands out."""
        if width not in self._known:
            self._known[width] = self._broken(width)
        return self._known[width]

    def _broken(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        left = 0
        for item in self._items:
            size = item.sizeHint()
            if size.width() == 0:
                continue
            size.setWidth(max(min(size.width(), width), item.minimumSize().width()))
            if not lines or left + size.width() > width:
                lines.append([])
                left = 0
            lines[-1].append((item, size))
            left += size.width() + self._gap
        return lines
