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
        self.setContentsMargins(QMargins(0, 0, 0, 0))

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

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

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
        return self._arrange(QRect(0, 0, width, 0), move=False)

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
        width = sum(item.sizeHint().width() + self._gap for item in self._items)
        height = max((item.sizeHint().height() for item in self._items), default=0)
        return QSize(max(0, width - self._gap), height)

    @override
    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items]
        return QSize(
            max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0)
        )

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
