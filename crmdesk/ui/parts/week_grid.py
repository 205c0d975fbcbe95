"""The grid of a week: seven columns of hours with blocks that can be dragged; keys move between blocks and days."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.domain.schedule import lanes, snapped
from crmdesk.ui import icons, theme
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.spoken import Role

DOCTOR_MIME = "application/x-crmdesk-doctor"
GUTTER, HOUR, LEAST_MIN = 48, 58, 40
_NARROW, _WIDE = 6, 10
_DAYS, _NAME = 7, 4
"""Days of a week, and how much of a name has to have room behind the time."""
_LEAST_FOR_STATE, _LEAST_FOR_SIGN = 24, 50
"""The width from which a block has room for either sign; that of the record's state stays longest."""


class Block(msgspec.Struct, frozen=True):
    """A visit as it is drawn: `tone` colours it, `sign` (an icon) says the same; `spoken` is its accessible name.

    `state` is the icon of where the record stands (saved here, sent, needs a person) and its tone, '' for accepted.
    """

    key: str
    day: int
    minute: int
    duration_min: int
    title: str
    second: str = ""
    chip: str = ""
    tone: str = "accent"
    sign: str = ""
    state: tuple[str, str] = ("", "")
    spoken: str = ""
    movable: bool = True


class DayColumn(msgspec.Struct, frozen=True):
    """A day as it is drawn: `shaded` are the stretches (begin, end minute) in which nobody is visited."""

    shaded: tuple[tuple[int, int], ...] = ()
    narrow: bool = False
    today: bool = False


class VisitBlock(QAbstractButton):
    """One block of the grid; keys go to the grid, the mouse drags it."""

    def __init__(self, grid: WeekGrid, block: Block) -> None:
        super().__init__(grid)
        self.block = block
        self._grid = grid
        self._pressed: QPoint | None = None
        self.dragging = False
        self.setObjectName(f"block_{block.key}")
        self.setAccessibleName(block.spoken or block.title)
        self.setToolTip(tool_tip(self.accessibleName()))  # a short visit has no room for its words
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.clicked.connect(self._opened)  # the press of a screen reader: the mouse and the keys never come to it

    def _opened(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._grid.opened.emit(self.block.key)

    @override
    def sizeHint(self) -> QSize:
        return QSize(60, 22)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not self.block.movable:
            return
        way = (event.position().toPoint() - self._pressed).manhattanLength()
        if self.dragging or way >= QApplication.startDragDistance():
            self.dragging = True
            self._grid.drag(self, self.mapToParent(event.position().toPoint()), self._pressed.y())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if self.dragging:
            self._grid.let_go(self)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._grid.opened.emit(self.block.key)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._grid.take_focus(self)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.dragging:
            self._grid.give_up()
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors, block = theme.tokens(), self.block
        ink, ground, _border = colors.tone(block.tone)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        chosen = self._grid.current_key == block.key
        painter.setPen(QPen(colors.color("accent" if chosen else "surface"), 2 if chosen and self.hasFocus() else 1))
        painter.setBrush(theme.mixed(ground, ground, 0))
        painter.drawRoundedRect(box, 5, 5)
        painter.fillRect(QRectF(1, 4, 3, self.height() - 8), theme.mixed(ink, ink, 0))
        self._paint_words(painter, QRect(9, 1, self.width() - 12, self.height() - 2))

    def _paint_words(self, painter: QPainter, room: QRect) -> None:
        block = self.block
        two = bool(block.second) and room.height() >= theme.px(34)
        line = min(theme.px(17 if two else 19), room.height())
        top = room.top() + (1 if two else (room.height() - line) // 2)
        right = room.right()
        signs = [(*block.state, _LEAST_FOR_STATE), (block.sign, block.tone, _LEAST_FOR_SIGN)]
        for sign, tone, least in signs:
            if not sign or right - room.left() <= least:
                continue
            size, ink = theme.px(13), {"neutral": "muted"}.get(tone, tone)
            icons.icon(sign, ink).paint(painter, right - size, top + (line - size) // 2, size, size)
            right -= size + 3
        place = QRect(room.left(), top, right - room.left(), line)
        time = f"{block.minute // 60:02d}:{block.minute % 60:02d}"
        small, strong = (QFontMetrics(theme.font(theme.SMALL_PX, bold)) for bold in (False, True))
        both = small.horizontalAdvance(time) + 5 + strong.horizontalAdvance(block.title[:_NAME]) <= place.width()
        words = [(block.title, "text", True), (block.chip, "muted", False)]
        for text, color, bold in ([(time, "muted", False)] if both else []) + words:
            place = self._word(painter, place, text, color, bold)
        if two:
            second = QRect(room.left(), top + line - 1, room.width(), theme.px(17))
            # where both have no room, who it is comes first: how high a block stands tells the time roughly
            self._word(painter, second, block.second if both else time, "muted", False)

    @staticmethod
    def _word(painter: QPainter, place: QRect, text: str, color: str, bold: bool) -> QRect:
        """Draw a word and return the room that is left behind it."""
        if not text or place.width() < 8:
            return place
        font = theme.font(theme.SMALL_PX, bold)
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.setFont(font)
        painter.setPen(theme.tokens().color(color))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        return place.adjusted(metrics.horizontalAdvance(shown) + 5, 0, 0, 0)


class WeekGrid(QWidget):
    """Blocks by day and minute. `moved` and `dropped` only ask: the page answers with `show_week`."""

    chosen = Signal(str, int)  # key ('' for none), day
    opened = Signal(str)
    asked = Signal(int, int)  # a free place was double-clicked: day, minute
    moved = Signal(str, int, int)  # key, day, minute
    dropped = Signal(str, int, int)  # what was dragged here from a list, day, minute
    spoken_role = Role.Grouping

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("week_grid")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(24 * theme.px(HOUR) + 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.blocks: list[VisitBlock] = []
        self.columns: tuple[DayColumn, ...] = (DayColumn(),) * _DAYS
        self.day = 0
        self.current_key = ""
        self.now_minute = -1
        self._target: tuple[int, int] | None = None

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_week(self, columns: Sequence[DayColumn], blocks: Sequence[Block], now_minute: int = -1) -> None:
        """Show days and blocks, keeping what is chosen; `now_minute` draws a line into the column of today."""
        holder = self.window().focusWidget()  # also while a dialog before it has the keys and gives them back
        focused, held = holder in self.blocks, holder is self
        for old in self.blocks:
            old.dragging = False
            old.hide()
            old.deleteLater()
        self.columns, self.now_minute = tuple(columns), now_minute
        ordered = sorted(blocks, key=lambda one: (one.day, one.minute, one.key))
        self.blocks = [VisitBlock(self, block) for block in ordered]
        self._target = None
        self._lay_out()
        for one in self.blocks:
            one.show()
        current = self.block(self.current_key)
        self._mark(current)
        if focused or (held and current is not None):
            (current or self).setFocus(Qt.FocusReason.OtherFocusReason)
        if current is not None and current.block.day != self.day:
            self.choose(current.block.key)  # it was moved: the keys and what is scheduled go with it
        self.update()

    def block(self, key: str) -> VisitBlock | None:
        """Return the block of a key."""
        return next((one for one in self.blocks if one.block.key == key), None)

    def choose(self, key: str, day: int | None = None) -> None:
        """Choose a block, or with '' only a day."""
        found = self.block(key)
        self.current_key = key if found else ""
        if found is not None:
            self.day = found.block.day
        elif day is not None:
            self.day = max(0, min(_DAYS - 1, day))
        self._mark(found)
        self.update()
        self.chosen.emit(self.current_key, self.day)

    def _mark(self, current: VisitBlock | None) -> None:
        """Tab reaches the chosen block only (or the grid where none is); arrows reach the others."""
        for one in self.blocks:
            tab = one is current
            one.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tab else Qt.FocusPolicy.ClickFocus)
            one.update()
        if current is not None:
            self.setTabOrder(self, current)  # each was made anew, behind everything else of the window
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if current is not None else Qt.FocusPolicy.StrongFocus)

    def take_focus(self, block: VisitBlock) -> None:
        """Choose the block that got the focus."""
        if self.current_key != block.block.key:
            self.choose(block.block.key)

    # --- places ---------------------------------------------------------------------------------------------------

    def edges(self) -> list[int]:
        """Return the left edges of the seven columns, and the right edge of the last one."""
        weights = [_NARROW if one.narrow else _WIDE for one in self.columns]
        left, room = theme.px(GUTTER), self.width() - theme.px(GUTTER) - 1
        found = [left]
        for number in range(_DAYS):
            found.append(left + room * sum(weights[: number + 1]) // sum(weights))
        return found

    def y_of(self, minute: int) -> int:
        """Return the height of a minute of the day."""
        return minute * theme.px(HOUR) // 60

    def place_at(self, point: QPoint, duration_min: int = 0, grab: int = 0) -> tuple[int, int]:
        """Return (day, minute on the quarter) at a point; `grab` is how far below the top the block is held."""
        edges = self.edges()
        day = next((number for number in range(_DAYS) if point.x() < edges[number + 1]), _DAYS - 1)
        return day, snapped((point.y() - grab) * 60 // theme.px(HOUR), duration_min)

    def rect_of(self, day: int, minute: int, duration_min: int, lane: int = 0, count: int = 1) -> QRect:
        """Return where a block lies."""
        edges = self.edges()
        left, width = edges[day] + 3, edges[day + 1] - edges[day] - 5
        own = max(18, width // count)
        height = self.y_of(max(duration_min, LEAST_MIN)) - 1
        return QRect(left + lane * width // count, self.y_of(minute) + 1, own - (1 if count > 1 else 0), height)

    def _lay_out(self) -> None:
        for day in range(_DAYS):
            here = [one for one in self.blocks if one.block.day == day]
            spans = [(one.block.minute, one.block.minute + max(one.block.duration_min, LEAST_MIN)) for one in here]
            for one, (lane, count) in zip(here, lanes(spans), strict=True):
                one.setGeometry(self.rect_of(day, one.block.minute, one.block.duration_min, lane, count))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()
        super().resizeEvent(event)

    # --- dragging -------------------------------------------------------------------------------------------------

    def drag(self, block: VisitBlock, point: QPoint, grab: int) -> None:
        """Let a block follow the mouse, a quarter of an hour at a time."""
        day, minute = self.place_at(point, block.block.duration_min, grab)
        self._target = (day, minute)
        block.raise_()
        block.setGeometry(self.rect_of(day, minute, block.block.duration_min))
        self.update()

    def let_go(self, block: VisitBlock) -> None:
        """Ask for the move where the block was let go; where it came from, nothing happens."""
        target = self._target
        self.give_up()
        if target is not None and target != (block.block.day, block.block.minute):
            self.moved.emit(block.block.key, *target)

    def give_up(self) -> None:
        """End dragging: every block lies where it is."""
        self._target = None
        for one in self.blocks:
            one.dragging = False
        self._lay_out()
        self.update()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(DOCTOR_MIME):
            event.acceptProposedAction()

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._target = self.place_at(event.position().toPoint(), LEAST_MIN)
        self.update()
        event.acceptProposedAction()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.give_up()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        content = bytes(event.mimeData().data(DOCTOR_MIME).data()).decode("utf-8", "replace")
        day, minute = self.place_at(event.position().toPoint(), LEAST_MIN)
        self.give_up()
        event.acceptProposedAction()
        self.dropped.emit(content, day, minute)

    # --- keys and clicks ------------------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and any(one.dragging for one in self.blocks):
            self.give_up()
        elif event.modifiers() or key not in _KEYS:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current_key:
                self.opened.emit(self.current_key)
        else:
            self._walk(key)

    def _walk(self, key: Qt.Key) -> None:
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._walk_day(1 if key == Qt.Key.Key_Down else -1)
            return
        day = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: _DAYS - 1, Qt.Key.Key_Left: self.day - 1}.get(key, self.day + 1)
        if 0 <= day < _DAYS:
            current = self.block(self.current_key)
            minute = current.block.minute if current else 0
            here = [one for one in self.blocks if one.block.day == day]
            nearest = min(here, key=lambda one: abs(one.block.minute - minute), default=None)
            self._go(nearest, day)

    def _walk_day(self, step: int) -> None:
        here = [one for one in self.blocks if one.block.day == self.day]
        keys = [one.block.key for one in here]
        if not here:
            return
        at = keys.index(self.current_key) + step if self.current_key in keys else 0
        self._go(here[max(0, min(len(here) - 1, at))], self.day)

    def _go(self, block: VisitBlock | None, day: int) -> None:
        self.choose(block.block.key if block else "", day)
        (block or self).setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        day, _minute = self.place_at(event.position().toPoint())
        self.choose("", day)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        day, minute = self.place_at(event.position().toPoint() - QPoint(0, theme.px(HOUR) // 8), LEAST_MIN)
        self.asked.emit(day, minute)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.setFixedHeight(24 * theme.px(HOUR) + 1)
        super().changeEvent(event)

    # --- painting -------------------------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors, edges = QPainter(self), theme.tokens(), self.edges()
        painter.fillRect(self.rect(), colors.color("surface"))
        for number, column in enumerate(self.columns):
            self._paint_column(painter, column, edges[number], edges[number + 1], number == self.day)
        painter.setFont(theme.font(theme.KEY_PX))
        for hour in range(24):
            y = self.y_of(hour * 60)
            painter.setPen(colors.color("line"))
            painter.drawLine(edges[0], y, self.width(), y)
            painter.setPen(colors.color("muted"))
            label = QRect(0, y - theme.px(8), theme.px(GUTTER) - 8, theme.px(16))
            if hour:
                painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{hour:02d}:00")
        if self.hasFocus():  # the keys go into this day
            painter.setPen(QPen(colors.color("accent"), 2))
            painter.drawRect(edges[self.day] + 1, 1, edges[self.day + 1] - edges[self.day] - 2, self.height() - 2)
        self._paint_target(painter)

    def _paint_column(self, painter: QPainter, column: DayColumn, left: int, right: int, chosen: bool) -> None:
        colors = theme.tokens()
        if chosen:
            painter.fillRect(QRect(left, 0, right - left, self.height()), colors.color("selection"))
        for begin, end in column.shaded:
            shade = theme.mixed(colors.selection if chosen else colors.background, colors.background, 0.5)
            painter.fillRect(QRect(left, self.y_of(begin), right - left, self.y_of(end) - self.y_of(begin)), shade)
        painter.setPen(colors.color("line"))
        painter.drawLine(left, 0, left, self.height())
        if column.today and self.now_minute >= 0:
            y = self.y_of(self.now_minute)
            painter.setPen(QPen(colors.color("accent"), 1.5))
            painter.drawLine(QPointF(left + 1, y), QPointF(right - 1, y))

    def _paint_target(self, painter: QPainter) -> None:
        if self._target is None:
            return
        colors, (day, minute) = theme.tokens(), self._target
        box = QRectF(self.rect_of(day, minute, LEAST_MIN))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.color("accent"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(colors.color("accent_weak"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(colors.color("accent"))
        painter.setFont(theme.font(theme.SMALL_PX))
        painter.drawText(
            box.adjusted(9, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, f"{minute // 60:02d}:{minute % 60:02d}"
        )


_KEYS = frozenset(
    {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
     Qt.Key.Key_Return, Qt.Key.Key_Enter}
)  # fmt: skip
