"""The export of the person's own plan as an iCalendar file: visits as UTC instants, days off as whole days."""

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crmdesk import durable
from crmdesk.domain import picklists
from crmdesk.domain.clock import at_minute, from_text, to_text
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.icalendar import CalendarEvent, write_calendar
from crmdesk.domain.name_lists import as_listed
from crmdesk.domain.workdays import WHOLE
from crmdesk.services.plan_views import CalendarExport, DayOff, PlanVisit
from crmdesk.services.reads_plan import as_date

if TYPE_CHECKING:
    from crmdesk.services.desk import Desk
    from crmdesk.services.reads_sync import Reads

MOST_DAYS = 400
_HALVES = {"morning": (9 * 60, 12 * 60), "afternoon": (13 * 60 + 30, 17 * 60 + 30)}


def export_plan(desk: "Desk", path: Path, first: str, last: str, language: str = "zh") -> "Future[CalendarExport]":
    """Write the person's visits and days off from `first` to `last` (ISO dates) to an .ics file, off this thread.

    Raises InputError: `calendar_kind` for another ending, `ends_before_start`, `too_many_days` (limit);
    WorldError('file_not_written') where the disk refuses.
    """
    if path.suffix.lower() != ".ics":
        raise InputError("calendar_kind", suffix=path.suffix[:20])
    start, end = as_date(first), as_date(last)
    if end < start:
        raise InputError("ends_before_start", field="ends_on")
    if (end - start).days >= MOST_DAYS:
        raise InputError("too_many_days", limit=MOST_DAYS)
    return desk.ask(lambda reads: _write(reads, path, start, end, language))


def _write(reads: "Reads", path: Path, first: date, last: date, language: str) -> CalendarExport:
    person, now = reads.person(), reads.now()
    name = f"{person.name} · 拜访计划" if language == "zh" else f"{person.name} · visit plan"
    events = [_visit(one, language) for one in reads.plan_visits_between(first, last)]
    events += [event for one in reads.days_off(first, last) for event in _day_off(one, language)]
    said = "导出人 {who}，{at}" if language == "zh" else "Exported by {who}, {at}"
    made_by = said.format(who=f"{person.name} ({person.login})", at=to_text(now))
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(write_calendar(name, events, now, made_by))
        durable.replace(partial, path)
    except OSError as error:
        raise WorldError("file_not_written", path=str(path), detail=str(error)) from error
    finally:
        partial.unlink(missing_ok=True)
    return CalendarExport(str(path), len(events), person.login, to_text(now))


def _visit(visit: PlanVisit, language: str) -> CalendarEvent:
    starts = from_text(at_minute(date.fromisoformat(visit.date), visit.minute))
    doctors = as_listed(visit.doctor_names, language == "zh")
    return CalendarEvent(
        uid=f"{visit.id}@crmdesk",
        sequence=visit.revision,
        starts=starts,
        ends=starts + timedelta(minutes=visit.duration_min),
        summary=doctors or visit.institution_name or ("拜访" if language == "zh" else "Visit"),
        location=visit.institution_name,
        category=_word("visit_state", visit.state, language),
    )


def _day_off(off: DayOff, language: str) -> Iterator[CalendarEvent]:
    """A whole stretch is one event; halves of days are one event a day, each with its own stable id."""
    first, last = date.fromisoformat(off.starts_on), date.fromisoformat(off.ends_on)
    summary = _word("day_off_kind", off.kind, language)
    if off.part == WHOLE:
        yield CalendarEvent(f"{off.id}@crmdesk", 0, first, last + timedelta(days=1), summary)
        return
    begin, end = _HALVES[off.part]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        yield CalendarEvent(f"{off.id}-{day:%Y%m%d}@crmdesk", 0, _at(day, begin), _at(day, end), summary)


def _at(day: date, minute: int) -> datetime:
    return from_text(at_minute(day, minute))


def _word(picklist: str, code: str, language: str) -> str:
    entry = picklists.choice(picklist, code)
    return entry.zh if language == "zh" else entry.en
