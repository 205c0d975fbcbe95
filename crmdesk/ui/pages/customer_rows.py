"""The rows of the customer list as they are painted: all rows that are to be seen in one go.

Qt's own way makes an index, an option and a look into the style sheet for each cell before a delegate is asked; that
took longer than what is drawn. Here a row is looked up once, and its ground and its line are drawn once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QRegion

from crmdesk.services.views import CustomerItem
from crmdesk.ui import theme
from crmdesk.ui.pages.customer_columns import NAME, STATE, column_of
from crmdesk.ui.pages.customer_words import DOT, CustomerWords, class_word
from crmdesk.ui.parts.chips import CHIP_HEIGHT, chip_width, paint_chip

if TYPE_CHECKING:
    from crmdesk.ui.pages.customer_table import CustomerTable

SIDE, BESIDE = 16, 8
"""What a text keeps from the left edge of its cell in the first column, and from both edges elsewhere."""
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_BREAKS = re.compile(r"(?<!\d) ")
"""Where a cell's line may be broken: '6 日' and '27 Sep' stay together."""

_NAME_BREAKS = re.compile(r"[·•・‧ -]")
"""Where a name may be broken: between the parts of a name of a minority, an English one or a double one."""


class _Cell(NamedTuple):
    """A column that is to be seen: where its texts begin and how much room they have."""

    code: str
    left: int
    room: int
    muted: bool


class _Look(NamedTuple):
    """What all rows of one painting are drawn with."""

    colors: theme.Tokens
    body: QFont
    name: QFont


class CustomerRows:
    """Paints rows: name with class, texts, state chip; a line under each, the accent at the left of chosen ones."""

    def __init__(self, words: CustomerWords, table: CustomerTable) -> None:
        self._words, self._table = words, table

    def paint(self, painter: QPainter, region: QRegion) -> None:
        """Paint what lies in a region of the table's viewport."""
        table, seen = self._table, region.boundingRect()
        first, last = table.rowAt(seen.top()), table.rowAt(seen.bottom())
        if first < 0:
            return
        if last < 0:
            last = table.customers.rowCount() - 1
        cells, header = self._cells(seen), table.horizontalHeader()
        left, width = -header.offset(), header.length()
        look = _Look(theme.tokens(), theme.font(theme.BODY_PX), theme.font(theme.NAME_PX, bold=True))
        chosen, current = table.chosen_runs(), table.marked_row()
        for row in range(first, last + 1):
            box = QRect(left, table.rowViewportPosition(row), width, table.rowHeight(row))
            if not region.intersects(box):
                continue
            self._ground(painter, box, look.colors, any(top <= row <= bottom for top, bottom in chosen))
            self._texts(painter, box, look, cells, table.customers.item_at(row))
            if row == current:  # the keys move from it while it is not the only chosen one
                painter.fillRect(left + 5, box.top() + 8, 2, box.height() - 17, look.colors.color("muted"))

    def _cells(self, seen: QRect) -> list[_Cell]:
        """Return the columns that are to be seen, from left to right."""
        table, header = self._table, self._table.horizontalHeader()
        record, found = table.customers.shown.record, []
        for place in range(header.count()):
            column = header.logicalIndex(place)
            left, width = table.columnViewportPosition(column), table.columnWidth(column)
            if left > seen.right() or left + width <= seen.left():
                continue
            code, before = table.code_at(column), SIDE if place == 0 else BESIDE
            declared = column_of(record, code)
            muted = declared is not None and declared.muted
            found.append(_Cell(code, left + before, width - before - BESIDE, muted))
        return found

    @staticmethod
    def _ground(painter: QPainter, box: QRect, colors: theme.Tokens, chosen: bool) -> None:
        if chosen:
            painter.fillRect(box, colors.color("selection"))
            painter.fillRect(box.left(), box.top(), 3, box.height(), colors.color("accent"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, colors.color("line"))

    def _texts(self, painter: QPainter, box: QRect, look: _Look, cells: list[_Cell], item: CustomerItem | None) -> None:
        """Draw what stands in a row; of one that is being fetched three dots."""
        first, height = box.left() + SIDE, box.height() - 1
        for cell in cells:
            place = QRect(cell.left, box.top(), cell.room, height)
            if item is None:
                if cell.left == first:
                    painter.setFont(look.body)
                    painter.setPen(look.colors.color("faint"))
                    painter.drawText(place, _LEFT, "…")
            elif cell.code == NAME:
                self._name(painter, place, look, item)
            elif cell.code == STATE:
                text, tone = self._words.state(item)
                if text:
                    self._chip(painter, place, place.left(), text, tone)
            elif text := self._table.customers.said(item, cell.code):
                painter.setFont(look.body)
                painter.setPen(look.colors.color("muted" if cell.muted else "text"))
                painter.drawText(place, _LEFT, _broken(text.replace("\n", " "), cell.room))

    def _name(self, painter: QPainter, place: QRect, look: _Look, item: CustomerItem) -> None:
        chip, name = class_word(item.customer_class), item.name.replace("\n", " ")
        room = place.width() - (chip_width(chip) + 8 if chip else 0)
        taken = _width(name, theme.NAME_PX, bold=True)
        if taken > room:
            name = _broken_name(name, room)
        painter.setFont(look.name)
        painter.setPen(look.colors.color("text"))
        painter.drawText(QRect(place.left(), place.top(), room, place.height()), _LEFT, name)
        if chip:
            self._chip(painter, place, place.left() + min(taken, room) + 8, chip, "accent")

    @staticmethod
    def _chip(painter: QPainter, place: QRect, left: int, text: str, tone: str) -> None:
        height = theme.px(CHIP_HEIGHT)
        width = min(chip_width(text), place.right() - left + 1)  # a narrow column shortens it, and does not cut it
        paint_chip(painter, QRectF(left, place.center().y() - height // 2, width, height), text, tone)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _width(text: str, size: int, *, bold: bool = False) -> int:
    """Return how many whole pixels a text takes, as QFontMetrics counts them."""
    return int(theme.text_width(text, size, bold) + 0.5)


@theme.of_the_font
def _broken(text: str, room: int) -> str:
    """Return the lines of a cell's text; departments and hospitals come again in row after row."""
    return "\n".join(lines_of(text, QFontMetrics(theme.font(theme.BODY_PX)), room))


@theme.of_the_font
def _broken_name(name: str, room: int) -> str:
    """Return the lines of a name that is too long for one."""
    return "\n".join(name_lines(name, QFontMetrics(theme.font(theme.NAME_PX, bold=True)), room))


def name_lines(name: str, metrics: QFontMetrics, room: int) -> list[str]:
    """Return a person's name in one line or in two: parted at a space or behind the dot within a name, which stays."""
    if metrics.horizontalAdvance(name) <= room:
        return [name]
    ends = (found.end() for found in _NAME_BREAKS.finditer(name, 0, len(name) - 1))
    fitting = [end for end in ends if metrics.horizontalAdvance(name[:end].rstrip()) <= room]
    if not fitting:
        return [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)]
    return [name[: fitting[-1]].rstrip(), metrics.elidedText(name[fitting[-1] :], Qt.TextElideMode.ElideRight, room)]


def lines_of(text: str, metrics: QFontMetrics, room: int) -> list[str]:
    """Return a text in one line or, where it is too long, in two: parted between its words, the second one elided."""
    if metrics.horizontalAdvance(text) <= room:
        return [text]
    low, high = 1, len(text)
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if metrics.horizontalAdvance(text[:middle]) <= room else (low, middle)
    spaces = [found.start() for found in _BREAKS.finditer(text, 0, low + 1)]
    marks = (text.rfind(DOT, 0, low + 1), *spaces[-1:])
    cut = next((at for at in marks if at > low // 3), low)
    rest = text[cut:].strip().removeprefix(DOT.strip()).strip()
    return [text[:cut].rstrip(), metrics.elidedText(rest, Qt.TextElideMode.ElideRight, room)]
