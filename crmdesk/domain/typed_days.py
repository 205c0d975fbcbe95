"""Reads a day as people type it: 2026-11-30, 11-30, 30, 11月30日, 30 Nov, +3, 明天, tomorrow, 周五, next Fri."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Literal

Lean = Literal["ahead", "back", "near"]
"""Which day is meant where the year, the month or the week is left out."""
EARLIEST, LATEST = 1900, 2100
_WEEKDAYS = {
    **{sign: number for number, sign in enumerate("一二三四五六日")}, "天": 6,
    **{name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NEAR_WORDS = {
    "大前天": -3, "前天": -2, "day before yesterday": -2, "昨天": -1, "昨日": -1, "yesterday": -1, "今天": 0, "今日": 0,
    "today": 0, "明天": 1, "明日": 1, "tomorrow": 1, "后天": 2, "後天": 2, "day after tomorrow": 2, "大后天": 3,
    "大後天": 3,
}  # fmt: skip
_SPELLED = {sign: number for number, sign in enumerate("零一二三四五六七八九十")} | {"两": 2, "兩": 2}
_NAME = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_WEEKDAY = rf"(?:(?:周|週|星期|礼拜|禮拜)[一二三四五六日天]|{_NAME}\b\.?)"
_MONTH = r"([a-z]{3,9})\.?"
_FULL = re.compile(r"(\d{4}|\d{2}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?[日号號]?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_PART = re.compile(r"(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?[日号號]?")
_SHORT = re.compile(r"(\d\d)(\d\d)")
_DAY = re.compile(r"(\d{1,2}) ?(?:日|号|號|st|nd|rd|th)?")
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)? ?{_MONTH}(?:,? ?(\d{{4}}))?")
_MONTH_DAY = re.compile(rf"{_MONTH} ?(\d{{1,2}})(?:st|nd|rd|th)?(?:,? ?(\d{{4}}))?")
_STEP = re.compile(r"([+-]) ?(\d{1,3}) ?(d|days?|天|日|w|weeks?|周|週|星期|m|months?|个?月|個月)?")
_AFTER = re.compile(
    r"(\d{1,3}|[一二两兩三四五六七八九十]) ?(?:个|個)?(天|日|周|週|星期|礼拜|禮拜|月)(?:之|以)?(后|後|前)"
)
_IN = re.compile(r"(?:in )?(\d{1,3}|a) (days?|weeks?|months?)( ago| later| from now)?")
_WEEK = re.compile(rf"(上|下|本|这|這|next ?|last ?|this ?)?(?:个|個)?({_WEEKDAY})")


def read_day(text: str, today: date, lean: Lean = "ahead") -> date | None:
    """Return the day that a typed text means, None for one that means none or could mean two."""
    plain = " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").casefold().split())
    found = _once(plain, today, lean)
    if found is None:
        found = _beside_weekday(plain, today, lean)
    return found if found is not None and EARLIEST <= found.year <= LATEST else None


def _once(plain: str, today: date, lean: Lean) -> date | None:
    if plain in _NEAR_WORDS:
        return today + timedelta(days=_NEAR_WORDS[plain])
    return next((day for read in _READERS if (day := read(plain, today, lean)) is not None), None)


def _beside_weekday(plain: str, today: date, lean: Lean) -> date | None:
    """Read a date that has its day of the week beside it, and only if both are the same day."""
    named = re.fullmatch(rf"({_WEEKDAY}),? ?(.+)|(.+?),? ?\(?({_WEEKDAY})\)?", plain)
    if named is None:
        return None
    rest, weekday = named[2] or named[3], _weekday(named[1] or named[4])
    found = _once(rest, today, lean)
    return found if found is not None and found.weekday() == weekday else None


def _weekday(word: str) -> int:
    return _WEEKDAYS[word[-1]] if word[-1] in _WEEKDAYS else _WEEKDAYS[word[:3]]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full(plain: str, _today: date, _lean: Lean) -> date | None:
    found = _FULL.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if found is None:
        return None
    year, month, day = (int(one) for one in found.groups())
    return _day(year if year > 99 else 2000 + year, month, day)


def _year_last(plain: str, _today: date, _lean: Lean) -> date | None:
    """Read 30.11.2026, unless day and month could be told apart by nobody."""
    found = _YEAR_LAST.fullmatch(plain)
    if found is None:
        return None
    first, second, year = (int(one) for one in found.groups())
    if first != second and first <= 12 and second <= 12:
        return None
    return _day(year, second, first) if first > 12 else _day(year, first, second)


def _part(plain: str, today: date, lean: Lean) -> date | None:
    found = _PART.fullmatch(plain) or _SHORT.fullmatch(plain)
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    if month > 12:
        month, day = day, month
    return _in_some_year(month, day, today, lean)


def _named_month(plain: str, today: date, lean: Lean) -> date | None:
    first, second = _DAY_MONTH.fullmatch(plain), _MONTH_DAY.fullmatch(plain)
    found = first or second
    if found is None:
        return None
    day, name = (found[1], found[2]) if first else (found[2], found[1])
    month = next((number for number, full in enumerate(_MONTHS, 1) if full.startswith(name)), 0)
    return _day(int(found[3]), month, int(day)) if found[3] else _in_some_year(month, int(day), today, lean)


_MONTH_BACK = timedelta(days=31)


def _in_some_year(month: int, day: int, today: date, lean: Lean) -> date | None:
    """Return the day in the year that is meant: the next one, where a day of last month may still be last month's."""
    days = [found for year in range(today.year - 8, today.year + 9) if (found := _day(year, month, day)) is not None]
    if lean == "ahead":
        return next((one for one in days if one >= today - _MONTH_BACK), None)
    if lean == "back":
        return next((one for one in reversed(days) if one <= today + _MONTH_BACK), None)
    return min(days, key=lambda one: abs(one - today), default=None)


def _day_of_month(plain: str, today: date, lean: Lean) -> date | None:
    found = _DAY.fullmatch(plain)
    if found is None:
        return None
    day = int(found[1])
    if lean == "near":
        return _day(today.year, today.month, day)
    days = _same_day_by_month(today, day, 1 if lean == "ahead" else -1)
    return next((one for one in days if (one >= today if lean == "ahead" else one <= today)), None)


def _same_day_by_month(today: date, day: int, step: int) -> Iterator[date]:
    for count in range(4):
        found = _month_on(today.replace(day=1), count * step)
        one = _day(found.year, found.month, day)
        if one is not None:
            yield one


def _month_on(day: date, months: int) -> date:
    """Return the same day of another month, its last one where it has fewer days."""
    at = day.year * 12 + day.month - 1 + months
    found = next(one for one in range(day.day, 0, -1) if _day(at // 12, at % 12 + 1, one) is not None)
    return date(at // 12, at % 12 + 1, found)


def _moved(today: date, count: int, unit: str) -> date:
    if unit[:1] == "m" or unit[-1:] == "月":
        return _month_on(today, count)
    return today + timedelta(days=count * (7 if unit[:1] in _WEEKS else 1))


_WEEKS = ("w", "周", "週", "星", "礼", "禮")


def _step(plain: str, today: date, _lean: Lean) -> date | None:
    found = _STEP.fullmatch(plain)
    return _moved(today, int(found[1] + found[2]), found[3] or "d") if found is not None else None


def _after(plain: str, today: date, _lean: Lean) -> date | None:
    found = _AFTER.fullmatch(plain)
    if found is None:
        return None
    count = int(found[1]) if found[1].isdecimal() else _SPELLED[found[1]]
    return _moved(today, -count if found[3] == "前" else count, found[2])


def _in(plain: str, today: date, _lean: Lean) -> date | None:
    found = _IN.fullmatch(plain)
    if found is None:
        return None
    count = 1 if found[1] == "a" else int(found[1])
    return _moved(today, -count if found[3] == " ago" else count, found[2])


def _week(plain: str, today: date, lean: Lean) -> date | None:
    found = _WEEK.fullmatch(plain)
    if found is None:
        return None
    which, weekday = (found[1] or "").strip(), _weekday(found[2].rstrip("."))
    this = today + timedelta(days=weekday - today.weekday())
    if which:
        return this + timedelta(weeks={"上": -1, "last": -1, "下": 1, "next": 1}.get(which, 0))
    if lean == "ahead" and this < today:
        return this + timedelta(weeks=1)
    return this - timedelta(weeks=1) if lean == "back" and this > today else this


_READERS: tuple[Callable[[str, date, Lean], date | None], ...] = (
    _full, _year_last, _part, _named_month, _day_of_month, _step, _after, _in, _week,
)  # fmt: skip
