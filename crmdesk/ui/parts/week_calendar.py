"""The calendar of a week: the heads of the days above the grid of their hours."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import theme
from crmdesk.ui.parts.chips import chip_width, paint_chip
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.spoken import Role
from crmdesk.ui.parts.week_grid import Block, DayColumn, WeekGrid

_HEAD, _TIGHT = 58, 3
_FIRST_HOUR = 8


class DayHead(msgspec.Struct, frozen=True):
    """What stands above a day: its name, its date, a figure, and a note (holiday, day off) with its tone."""

    name: str
    number: str
    figure: str = ""
    note: str = ""
    short: str = ""  # the note where it has no room
    tone: str = "neutral"
    today: bool = False
    spoken: str = ""


class _Head(QWidget):
    """The head of one day; a click chooses the day."""

    clicked = Signal()
    spoken_role = Role.ColumnHeader

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.head = DayHead("", "")
        self.chosen = False

    def show_day(self, head: DayHead) -> None:
        """Show a day."""
        self.head = head
        self.setAccessibleName(head.spoken or f"{head.name} {head.number}")
        self.setToolTip(tool_tip(self.accessibleName()))  # its note may end in …
        self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter, head = theme.tokens(), QPainter(self), self.head
        if self.chosen:
            painter.fillRect(self.rect(), colors.color("selection"))
            painter.fillRect(QRect(0, self.height() - 3, self.width(), 3), colors.color("accent"))
        left = 8
        for text, color, size, bold in (
            (head.name, "accent" if head.today else "muted", theme.SMALL_PX, head.today),
            (head.number, "accent" if head.today else "text", theme.NAME_PX, True),
        ):
            font = theme.font(size, bold)
            painter.setFont(font)
            painter.setPen(colors.color(color))
            width = QFontMetrics(font).horizontalAdvance(text)
            place = QRect(left, theme.px(8), width + 2, theme.px(20))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            left += width + 6
        self._paint_note(painter, QRect(8, theme.px(30), self.width() - 12, theme.px(20)))

    def _paint_note(self, painter: QPainter, place: QRect) -> None:
        head = self.head
        if head.note:
            painter.setFont(theme.font(theme.SMALL_PX))
            text, width = self._note(place.width())
            box = QRect(place.left(), place.top(), width, place.height()).toRectF()
            paint_chip(painter, box, text, head.tone, _TIGHT)
            place = place.adjusted(width + 6, 0, 0, 0)
        figure = QFontMetrics(theme.font(theme.SMALL_PX)).horizontalAdvance(head.figure)
        if head.figure and figure <= place.width():
            painter.setFont(theme.font(theme.SMALL_PX))
            painter.setPen(theme.tokens().color("muted"))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, head.figure)

    def _note(self, room: int) -> tuple[str, int]:
        """Return what of the note has room, and how wide its chip is: one with narrow edges comes before dots."""
        metrics = QFontMetrics(theme.font(theme.SMALL_PX))
        for note in (self.head.note, self.head.short or self.head.note):
            if chip_width(note) <= room:
                return note, chip_width(note)
        return metrics.elidedText(note, Qt.TextElideMode.ElideRight, room - 2 * _TIGHT), room


class _Heads(QFrame):
    """Lays the seven heads over the columns of the grid."""

    def __init__(self, grid: WeekGrid) -> None:
        super().__init__()
        self.setProperty("part", "list-head")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._grid = grid
        self.heads = [_Head(self) for _ in range(7)]
        for number, head in enumerate(self.heads):
            head.setObjectName(f"day_head_{number}")
            head.clicked.connect(lambda number=number: grid.choose("", number))
        grid.installEventFilter(self)

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, theme.px(_HEAD))

    def place(self) -> None:
        """Lie over the columns as they are now."""
        edges = self._grid.edges()
        for number, head in enumerate(self.heads):
            head.setGeometry(edges[number] + 1, 0, edges[number + 1] - edges[number] - 1, self.height() - 1)
            head.chosen = number == self._grid.day
            head.update()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._grid and event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)


class WeekCalendar(QWidget):
    """Heads and grid; the grid scrolls, at first to the hour at which the day begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = WeekGrid()
        self.heads = _Heads(self.grid)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.grid)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.heads)
        layout.addWidget(self._scroll, 1)
        self.grid.chosen.connect(self._chosen)
        self._first = QTimer(self)
        self._first.setSingleShot(True)
        self._first.timeout.connect(self._scroll_to_morning)
        self._first.start(0)

    def show_week(
        self, heads: Sequence[DayHead], columns: Sequence[DayColumn], blocks: Sequence[Block], now_minute: int = -1
    ) -> None:
        """Show a week."""
        self.grid.show_week(columns, blocks, now_minute)
        for widget, head in zip(self.heads.heads, heads, strict=True):
            widget.show_day(head)
        self.heads.place()

    def _scroll_to_morning(self) -> None:
        self._scroll.verticalScrollBar().setValue(self.grid.y_of(_FIRST_HOUR * 60) - theme.px(10))

    def _chosen(self, key: str, _day: int) -> None:
        self.heads.place()
        block = self.grid.block(key)
        if block is not None:
            self._scroll.ensureWidgetVisible(block, 0, theme.px(24))
