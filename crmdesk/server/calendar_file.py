"""Reads the calendar of a year from a sheet or an iCalendar file: days off and days worked instead, each checked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from crmdesk.domain.company_calendar import Day, belongs, name_of, year_of
from crmdesk.domain.company_records import COMPANY_CALENDAR
from crmdesk.domain.errors import InputError
from crmdesk.domain.validation import check_value
from crmdesk.domain.workdays import days_between
from crmdesk.intake import clean
from crmdesk.intake.preview import read_bytes, read_table
from crmdesk.intake.sheets import fold
from crmdesk.intake.sniff import decode

_OFF = (
    "休",
    "休息",
    "放假",
    "放假日",
    "休假",
    "节假日",
    "假期",
    "off",
    "day off",
    "holiday",
    "closed",
    "public holiday",
)
_WORKED = (
    "班", "上班", "补班", "调休上班", "调休补班", "补班日", "工作日", "work", "worked", "workday", "working day",
    "make-up", "make-up workday", "make-up day", "makeup",
)  # fmt: skip
_KINDS = {fold(word): False for word in _OFF} | {fold(word): True for word in _WORKED}
_HEADERS = {
    "day": ("日期", "开始日期", "开始", "date", "day", "from", "start"),
    "last": ("结束日期", "结束", "至", "until", "to", "end", "last day"),
    "name": ("名称", "节日", "节假日", "节日名称", "假日", "name", "holiday", "summary"),
    "kind": ("类型", "休或班", "休班", "休/班", "安排", "kind", "type", "status"),
}
_FIELD_BY_HEADER = {fold(word): name for name, words in _HEADERS.items() for word in words}
_NEEDED = ("day", "name", "kind")
_DAY, _NAME = (next(one for one in COMPANY_CALENDAR.field("days").item if one.name == name) for name in ("day", "name"))
_CALENDAR = re.compile(r"\s*BEGIN:VCALENDAR\b", re.I)
_WORDED = re.compile(r"(?P<name>.*?)[\s·:：-]*[(（\[【]?(?P<kind>[^\s·:：()（）\[\]【】]+)[)）\]】]?", re.S)
_MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class RefusedDay:
    """One row, or event, that does not hold: its number or line in the file, and why."""

    row_number: int
    code: str
    params: Mapping[str, Any]


class _Row(NamedTuple):
    """One row as it stands in the file; `problem` is why an event can't be one day of a calendar."""

    number: int
    day: str
    last: str
    name: str
    kind: str
    problem: str = ""


@dataclass(slots=True)
class CalendarFile:
    """A year with its days, and every row that was refused."""

    year: int = 0
    days: list[Day] = field(default_factory=list)
    refused: list[RefusedDay] = field(default_factory=list)


def read(source: Path | str | bytes, year: int = 0) -> CalendarFile:
    """Read a file (path or bytes). Without `year` it is the one in which most of its days lie.

    Raises what reading a sheet raises, InputError('no_calendar_column', field) where a column is missing. Codes of
    refused rows: `required`, `calendar_no_day`, `too_long`, `calendar_kind_unknown`, `ends_before_start`,
    `stretch_too_long`, `day_twice` (params `row`), `calendar_other_year`, `make_up_on_workday`,
    `calendar_event_repeats`, `calendar_event_has_time`.
    """
    rows = list(_rows(source))
    parted = [_parted(row) for row in rows]
    sound = [day.day for one in parted if isinstance(one, list) for day in one]
    found = CalendarFile(year or (year_of(sound) if sound else 0))
    seen: dict[date, int] = {}
    for row, one in zip(rows, parted, strict=True):
        refusal = one if isinstance(one, InputError) else _misplaced(one, found.year, seen)
        if refusal is not None:
            found.refused.append(RefusedDay(row.number, refusal.code, refusal.params))
        elif isinstance(one, list):
            seen |= {day.day: row.number for day in one}
            found.days += one
    return found


def _misplaced(days: list[Day], year: int, seen: Mapping[date, int]) -> InputError | None:
    for one in days:
        if not belongs(one.day, year):
            return InputError("calendar_other_year", value=one.day.isoformat(), year=year)
        if one.day in seen:
            return InputError("day_twice", value=one.day.isoformat(), row=seen[one.day])
    return None


def _parted(row: _Row) -> list[Day] | InputError:
    """Return the days that a row names, or why it names none."""
    try:
        return _days(row)
    except InputError as error:
        return error


def _days(row: _Row) -> list[Day]:
    if row.problem:
        raise InputError(row.problem)
    first = _date(row.day, "date")
    last = _date(row.last, "until") if row.last else first
    name = clean.plain(row.name)
    if not name:
        raise InputError("required", field="name")
    check_value(_NAME, name)
    worked = _KINDS.get(fold(clean.plain(row.kind)))
    if worked is None:
        raise InputError("calendar_kind_unknown", value=row.kind[:40])
    if last < first:
        raise InputError("ends_before_start", field="until")
    if (last - first).days >= _MOST_DAYS:
        raise InputError("stretch_too_long", limit=_MOST_DAYS)
    days = days_between(first, last)
    ordinary = next((one for one in days if worked and one.weekday() < 5), None)
    if ordinary is not None:
        raise InputError("make_up_on_workday", value=ordinary.isoformat())
    return [Day(one, name_of(name), worked) for one in days]


def _date(text: str, shown: str) -> date:
    if not text.strip():
        raise InputError("required", field=shown)
    value, code = clean.field_value(_DAY, text)
    if code or value is None:
        raise InputError("calendar_no_day", field=shown, value=text[:40])
    return date.fromisoformat(str(value))


def _rows(source: Path | str | bytes) -> Iterator[_Row]:
    data = source if isinstance(source, bytes) else read_bytes(Path(source))
    if data[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n").upper().startswith((b"BEGIN:VCALENDAR", b"B\0E\0G\0I\0N")):
        yield from _events(decode(data)[0])
        return
    table = read_table(data, frozenset(_FIELD_BY_HEADER))
    columns: dict[str, int] = {}
    for index, header in enumerate(table.header):
        columns.setdefault(_FIELD_BY_HEADER.get(fold(header), ""), index)
    for needed in _NEEDED:
        if needed not in columns:
            raise InputError("no_calendar_column", field=_HEADERS[needed][0])
    for row in table.rows:
        cells = {name: row.cells[at] for name, at in columns.items()}
        yield _Row(row.number, cells["day"], cells.get("last", ""), cells["name"], cells["kind"])


# --- iCalendar (RFC 5545) -------------------------------------------------------------------------------------------


def _events(text: str) -> Iterator[_Row]:
    """Yield each event of a calendar; SUMMARY is the name with 休 or 班 (off or work) behind it: `春节（休）`."""
    if not _CALENDAR.match(text):
        raise InputError("damaged_file")
    event: dict[str, tuple[str, str]] | None = None
    begins = 0
    for number, line in _unfolded(text):
        head, _, value = line.partition(":")
        name, _, params = head.upper().partition(";")
        mark = f"{name}:{value.strip().upper()}"
        if mark == "BEGIN:VEVENT":
            event, begins = {}, number
        elif mark == "END:VEVENT" and event is not None:
            yield _event(begins, event)
            event = None
        elif event is not None:
            event.setdefault(name, (params, value))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield the content lines with their numbers; a line that begins with a space goes on with the one before."""
    whole, begins = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1] in (" ", "\t"):
            whole += line[1:]
            continue
        if whole:
            yield begins, whole
        whole, begins = line, number
    if whole:
        yield begins, whole


def _event(number: int, event: Mapping[str, tuple[str, str]]) -> _Row:
    nothing = ("", "")
    summary = re.sub(r"\\([,;\\])", r"\1", event.get("SUMMARY", nothing)[1]).replace("\\n", " ").strip()
    worded = _WORDED.fullmatch(summary)
    name, kind = (worded["name"], worded["kind"]) if worded else (summary, "")
    if fold(kind) not in _KINDS:
        name, kind = summary, ""
    start, end = event.get("DTSTART", nothing)[1].strip(), event.get("DTEND", nothing)[1].strip()
    problem = "calendar_event_repeats" if "RRULE" in event or "RDATE" in event else ""
    if "T" in start.upper() or "T" in end.upper():
        problem = problem or "calendar_event_has_time"
    return _Row(number, _iso(start), _day_before(_iso(end)), name, kind, problem)


def _iso(text: str) -> str:
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    return "-".join(found.groups()) if found else text


def _day_before(text: str) -> str:
    """DTEND is the day after the last one (RFC 5545, 3.6.1)."""
    try:
        return (date.fromisoformat(text) - timedelta(days=1)).isoformat() if text else ""
    except ValueError:
        return text
