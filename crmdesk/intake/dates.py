"""Reads the dates of a column as a whole: 02.03.2026 is the second of March only where the column or a person says so.

Nothing is guessed: a column in which one cell can only be read one way is read that way; one in which every such cell
could be two days is asked for. Day numbers of Excel (46083) count from 1899-12-30, as the program itself does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from crmdesk.domain.characters import simplified
from crmdesk.domain.formulas import unquoted
from crmdesk.intake.clean import is_formula, iso_date, plain
from crmdesk.intake.model import Table


class Order(StrEnum):
    """What stands first in 02.03.2026."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


_PARTED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d{2})(?:[ T].*)?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[2-7]\d{4}")
_WORDED = re.compile(
    r"(?:(\d{1,2})[ .-]*([a-z]{3,9})|([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?),?[ .-]*((?:19|20)\d{2})", re.I
)
_DAY_OF_WEEK = re.compile(r"[(（]?(?:周|星期|礼拜)[一二三四五六日天][)）]?|(?:上午|下午|中午|早上|晚上).*$")
_SIGN = "0-9〇零一二三四五六七八九"
_COUNT = "[0-9]{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"
_CHINESE = re.compile(rf"((?:中华)?民国)?([{_SIGN}]{{2,4}})[年/.-]({_COUNT})[月/.-]({_COUNT})[日号]?")
_DIGITS = {sign: str(at) for at, sign in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_REPUBLIC = 1911
"""So many years before the first of 民国."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EXCEL_BEGINS = date(1899, 12, 30)
_SIGNS = str.maketrans("／．－", "/.-")


class _Pair(NamedTuple):
    """The two numbers before a year."""

    first: int
    second: int
    year: int

    @property
    def order(self) -> Order | None:
        """How it can only be read; None where both ways, or none, give a day."""
        if self.first > 12 >= self.second:
            return Order.DAY_FIRST
        return Order.MONTH_FIRST if self.second > 12 >= self.first else None

    @property
    def is_unclear(self) -> bool:
        """Say whether it may be two different days."""
        return 1 <= self.first <= 12 and 1 <= self.second <= 12 and self.first != self.second


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column is read; `unclear` is a cell that nobody can read yet, `serial` one of Excel's day numbers."""

    order: Order | None = None
    unclear: str = ""
    serial: str = ""

    def value(self, text: str) -> tuple[str | None, str]:
        """Return (ISO date, '') of a cell, or (None, why not); (None, '') for an empty one."""
        cell = _plain(text)
        if not cell:
            return None, ""
        if is_formula(cell) and unquoted(text) == text:
            return None, "formula"
        found = iso_date(cell) or _chinese(cell) or _compact(cell) or _worded(cell) or _serial(cell)
        found = found or self._parted(cell)
        return (found, "") if found else (None, "not_a_date")

    def _parted(self, cell: str) -> str:
        pair = _pair(cell)
        if pair is None:
            return ""
        order = pair.order or self.order or (None if pair.is_unclear else Order.DAY_FIRST)
        if order is None:
            return ""
        day, month = (pair.first, pair.second) if order is Order.DAY_FIRST else (pair.second, pair.first)
        return _day(pair.year, month, day)


PLAIN = Reading()
"""A column in which nothing has to be decided."""


def readings(table: Table) -> dict[int, Reading]:
    """Return how the columns of a table are read in which dates have to be decided about."""
    found = {index: reading_of(row.cells[index] for row in table.rows) for index in range(len(table.header))}
    return {index: one for index, one in found.items() if one != PLAIN}


def reading_of(cells: Iterable[str]) -> Reading:
    """Return how a column is read, by all of its cells."""
    orders: set[Order] = set()
    unclear = serial = ""
    for text in set(cells):
        if not text or len(text) > 30 or not text[-1].isalnum():
            continue
        cell = _plain(text)
        pair = _pair(cell)
        if pair is None:
            serial = serial if not _serial(cell) else min(filter(None, (serial, cell)))
        elif pair.order is not None:
            orders.add(pair.order)
        elif pair.is_unclear:
            unclear = min(filter(None, (unclear, cell)))
    if len(orders) == 1:
        return Reading(orders.pop(), "", serial)
    return Reading(None, unclear, serial)


def decided(reading: Reading, order: Order | None) -> Reading:
    """Return a reading with what a person said of its unclear cells."""
    return replace(reading, order=order, unclear="") if reading.unclear and order is not None else reading


def unclear(known: Mapping[int, Reading], wanted: Iterable[int]) -> dict[int, str]:
    """Return, of the columns that are wanted as dates, a cell of each that may be two days."""
    return {index: known[index].unclear for index in wanted if index in known and known[index].unclear}


def both_ways(cell: str) -> dict[Order, str]:
    """Return the two days (ISO) that an unclear cell may be."""
    return {order: Reading(order).value(cell)[0] or "" for order in Order}


def _plain(text: str) -> str:
    return plain(text).translate(_SIGNS)


def _pair(cell: str) -> _Pair | None:
    found = _PARTED.fullmatch(cell)
    return _Pair(int(found[1]), int(found[3]), int(found[4])) if found else None


def _chinese(cell: str) -> str:
    """Read what people write in Chinese: 二〇二六年三月二日, 民国115年3月2日, 2026 年 3 月 2 日（周一）上午."""
    flat = re.sub(r"\s+", "", _DAY_OF_WEEK.sub("", simplified(cell)))
    found = _CHINESE.fullmatch(flat)
    if found is None:
        return ""
    year = int("".join(_DIGITS.get(sign, sign) for sign in found[2])) + (_REPUBLIC if found[1] else 0)
    return _day(year, _number(found[3]), _number(found[4])) if year > _REPUBLIC else ""


def _number(text: str) -> int:
    """Return 21 for 二十一 and for 21."""
    tens, ten, ones = text.rpartition("十")
    digits = (tens or "一") + (ones or "〇") if ten else text
    return int("".join(_DIGITS.get(sign, sign) for sign in digits))


def _compact(cell: str) -> str:
    found = _COMPACT.fullmatch(cell)
    return _day(int(found[1]), int(found[2]), int(found[3])) if found else ""


def _serial(cell: str) -> str:
    return (_EXCEL_BEGINS + timedelta(days=int(cell))).isoformat() if _SERIAL.fullmatch(cell) else ""


def _worded(cell: str) -> str:
    found = _WORDED.fullmatch(cell)
    if found is None:
        return ""
    word = (found[2] or found[3])[:3].casefold()
    return _day(int(found[5]), _MONTHS.index(word) + 1, int(found[1] or found[4])) if word in _MONTHS else ""


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
