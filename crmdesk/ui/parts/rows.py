"""The list of a page: rows painted from tokens by a delegate, and models that hold all rows or a cache of pages."""

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)
from typing_extensions import override

from crmdesk.ui import theme
from crmdesk.ui.garbage import put_off
from crmdesk.ui.parts.chips import CHIP_HEIGHT, chip_width, paint_chip
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.focus_ring import FocusRing
from crmdesk.ui.parts.room import bring_into_sight

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
_NEAREST = QAbstractItemView.ScrollHint.EnsureVisible
_SIDE, _TIME_WIDTH, _MOST_STATE = 16, 56, 0.6
"""Edges and the column of times at 100 %, and the most of a row that its state takes."""


class ListRow(msgspec.Struct, frozen=True):
    """One row as shown: time | name + chip | second line | third line | figure and state chip at the right."""

    key: str
    name: str
    time: str = ""
    chip: str = ""
    chip_tone: str = "accent"
    second: str = ""
    third: str = ""
    figure: str = ""
    state: str = ""
    state_tone: str = "neutral"


_LOADING = ListRow("", "…")


class RowModel(QAbstractListModel):
    """Holds all its rows; for lists of a few hundred."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ListRow] = []

    def set_rows(self, rows: Sequence[ListRow]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def change_row(self, row: ListRow) -> None:
        """Show a row that is there already otherwise; the selection stays."""
        at = self.index_of(row.key)
        if at >= 0 and self._rows[at] != row:
            self._rows[at] = row
            self.dataChanged.emit(self.index(at, 0), self.index(at, 0))

    def row(self, index: int) -> ListRow | None:
        """Return a row, or None beyond the end or while it is being fetched."""
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def index_of(self, key: str) -> int:
        """Return the position of a key, or -1."""
        return next((index for index, row in enumerate(self._rows) if row.key == key), -1)

    @override
    def rowCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None:
            row = _LOADING
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " ".join(
                part for part in (row.time, row.name, row.chip, row.second, row.third, row.figure, row.state) if part
            )
        return None


class RowDelegate(QStyledItemDelegate):
    """Paints a ListRow from the tokens of the theme; `lines` 1 to 3 decides the height (52, 66 or 85)."""

    def __init__(self, lines: int = 3, with_time: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines, self._with_time = lines, with_time
        self._cut: set[str] = set()  # keys of rows of which something ended in …

    @override
    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: _Index
    ) -> bool:
        """Show a row that had no room for all of its words whole."""
        row = index.data(ROW_ROLE) if index.isValid() else None
        if event.type() != QEvent.Type.ToolTip or not isinstance(row, ListRow) or row.key not in self._cut:
            return super().helpEvent(event, view, option, index)
        words = (f"{row.name}  {row.chip}".strip(), row.second, row.third, row.state)
        QToolTip.showText(event.globalPos(), tool_tip("\n".join(part for part in words if part)), view)
        return True

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, theme.px({1: 52, 2: 66}.get(self._lines, 85)))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, ListRow):
            return
        painter.save()
        self._cut.discard(row.key)
        self._painted = row.key
        box: QRect = option.rect
        self._paint_ground(painter, option, box)
        top = box.top() + theme.px({1: 15, 2: 11}.get(self._lines, 12))
        inner = box.adjusted(_SIDE, 0, -_SIDE, 0)
        if self._with_time:
            place = QRect(inner.left(), top, theme.px(_TIME_WIDTH), theme.px(22))
            self._text(painter, place, row.time, "muted", theme.NAME_PX - 1)
            inner.setLeft(inner.left() + theme.px(_TIME_WIDTH))
        right, right_below = self._paint_right(painter, row, inner, top)
        self._paint_name(painter, row, QRect(inner.left(), top, right - inner.left(), theme.px(22)))
        if self._lines > 1:
            width = right_below - inner.left()
            second = QRect(inner.left(), top + theme.px(22), width, theme.px(19))
            self._text(painter, second, row.second, "muted", theme.SMALL_PX)
        if self._lines > 2:
            third = QRect(inner.left(), top + theme.px(43), inner.width(), theme.px(20))
            self._text(painter, third, row.third, "text", theme.SMALL_PX)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect) -> None:
        colors = theme.tokens()
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, colors.color("selection"))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), colors.color("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, colors.color("hover"))
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), colors.color("line"))
        if state & QStyle.StateFlag.State_HasFocus:  # where the keys go
            painter.setPen(colors.color("accent"))
            painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _paint_right(self, painter: QPainter, row: ListRow, inner: QRect, top: int) -> tuple[int, int]:
        """Draw the figure and the state chip, below each other; returns where the name and the second line must end."""
        left = below = inner.right() + 1
        chip_top = top + 1
        if row.figure:
            width = QFontMetrics(theme.font(theme.NAME_PX, bold=True)).horizontalAdvance(row.figure) + 2
            place = QRect(inner.right() - width + 1, top, width, theme.px(22))
            self._text(painter, place, row.figure, "text", theme.NAME_PX, bold=True)
            left -= width + 12
            chip_top = top + theme.px(23)
        if row.state:
            width = min(chip_width(row.state), int(inner.width() * _MOST_STATE))
            if width < chip_width(row.state):
                self._cut.add(row.key)
            chip = QRectF(inner.right() - width + 1, chip_top, width, theme.px(CHIP_HEIGHT))
            paint_chip(painter, chip, row.state, row.state_tone)
            if row.figure:
                below -= width + 12
            else:
                left -= width + 12
        return left, below

    def _paint_name(self, painter: QPainter, row: ListRow, place: QRect) -> None:
        metrics = QFontMetrics(theme.font(theme.NAME_PX, bold=True))
        chip = chip_width(row.chip) if row.chip else 0
        room = place.width() - (chip + 8 if chip else 0)
        self._text(
            painter, QRect(place.left(), place.top(), room, place.height()), row.name, "text", theme.NAME_PX, True
        )
        if chip:
            left = place.left() + min(metrics.horizontalAdvance(row.name), room) + 8
            paint_chip(painter, QRectF(left, place.top() + 1, chip, theme.px(CHIP_HEIGHT)), row.chip, row.chip_tone)

    def _text(self, painter: QPainter, place: QRect, text: str, color: str, size: int, bold: bool = False) -> None:
        if not text or place.width() <= 0:
            return
        font = theme.font(size, bold)
        painter.setFont(font)
        painter.setPen(theme.tokens().color(color))
        whole = text.replace("\n", " ")
        line = QFontMetrics(font).elidedText(whole, Qt.TextElideMode.ElideRight, place.width())
        if line != whole:
            self._cut.add(self._painted)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)


class RowList(QListView):
    """The list: `chosen(key)` as the selection moves, `opened(key)` on double click or Enter."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, model: RowModel, lines: int = 3, with_time: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._ring = FocusRing(self, lambda: not self.currentIndex().isValid())
        self.setModel(model)
        self.setItemDelegate(RowDelegate(lines, with_time, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setProperty("part", "rows")
        self._told = ""
        self.doubleClicked.connect(lambda index: self._open(index.row()))
        model.dataChanged.connect(self._arrived)

    def current_key(self) -> str:
        """Return the key of the selected row, or ''."""
        row = self._model.row(self.currentIndex().row())
        return row.key if row else ""

    def choose(self, key: str) -> bool:
        """Select the row with this key; returns whether it is there."""
        index = self._model.index_of(key)
        if index < 0:
            return False
        self.setCurrentIndex(self._model.index(index, 0))
        return True

    def choose_row(self, index: int) -> None:
        """Select a row by its position."""
        if 0 <= index < self._model.rowCount():
            self.setCurrentIndex(self._model.index(index, 0))

    @override
    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        put_off()
        self._ring.follow()
        self._told = ""
        self._tell(current.row())

    @override
    def scrollTo(self, index: _Index, hint: QAbstractItemView.ScrollHint = _NEAREST) -> None:
        """Show a row whole in what the window shows of the list, and begin with a whole row, too."""
        bar = self.verticalScrollBar()
        before = bar.value()
        super().scrollTo(index, hint)
        row, seen = self.visualRect(index), self.viewport().visibleRegion().boundingRect()
        if not row.isValid():
            return
        if seen.height() < row.height():  # not shown yet
            seen = self.viewport().rect()
        value = bar.value() + max(0, row.bottom() - seen.bottom())
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            value = bar.value() + row.center().y() - seen.center().y()
        if value != before:
            value = min(-(-value // row.height()), index.row()) * row.height()
        bar.setValue(value)
        if self.currentIndex() == index:  # the list itself may be taller than what the window shows of it
            bring_into_sight(self.viewport(), self.visualRect(index))

    @override
    def resizeEvent(self, e: QResizeEvent) -> None:
        """Keep the selected row in sight where it was so."""
        index = self.currentIndex()
        row = self.visualRect(index)
        kept = index.isValid() and row.top() >= 0 and row.top() < e.oldSize().height()
        super().resizeEvent(e)
        if kept:
            self.scrollTo(index)

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        put_off()
        super().scrollContentsBy(dx, dy)

    def _tell(self, index: int) -> None:
        row = self._model.row(index)
        if row is not None and row.key != self._told:
            self._told = row.key
            self.chosen.emit(row.key)

    def _arrived(self, first: QModelIndex, last: QModelIndex) -> None:
        """Tell of the selected row once it has been fetched."""
        if first.row() <= self.currentIndex().row() <= last.row():
            self._tell(self.currentIndex().row())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() and self.current_key():
            self._open(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _open(self, index: int) -> None:
        row = self._model.row(index)
        if row is not None and row.key:
            self.opened.emit(row.key)
