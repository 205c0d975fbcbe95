"""Reads about the day and about visits: today's list, promises, doctors not seen for long, drafts."""

import heapq
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmdesk.domain.clock import DEFAULT_ZONE, at_minute, from_text, local_date, to_text
from crmdesk.domain.errors import InputError
from crmdesk.domain.picklists import PICKLISTS
from crmdesk.domain.visit_rules import Backdating
from crmdesk.services import shown
from crmdesk.services.company_rules import backdating
from crmdesk.services.due import due_doctors
from crmdesk.services.reads_adverse_events import AdverseEventReads
from crmdesk.services.reads_merges import MergeReads
from crmdesk.services.shown import Values
from crmdesk.services.views import DueView, HistoryEntry, Row, TodayItem, TodayView
from crmdesk.storage import outbox, settings
from crmdesk.storage.visits_of import PROMISED

NOT_SEEN_LIMIT = 10
_OVERDUE_LIMIT = 50
VISIT_GROUPS = {
    "": "",
    "to_write": " AND coalesce(r.state, '') <> 'submitted' AND r.starts_at <= :now AND r.starts_at >= :first",
    "ahead": " AND coalesce(r.state, '') <> 'submitted' AND r.starts_at > :now",
    "submitted": " AND r.state = 'submitted'",
}
"""What the list of visits can be narrowed to; a missing report counts as long as it may still come."""


class VisitReads(MergeReads, AdverseEventReads):
    """What the Today page and the visit editor ask.

    `+r.owner_id` keeps SQLite on the index of the time: on a representative's laptop nearly all visits are own ones.
    """

    def today(self, day: str = "") -> TodayView:
        """Return the day (`2026-11-22`, '' for the present one) of the person's own visits.

        Visits count to the day that they begin on in their own zone. Promises are overdue from their date on.
        """
        wanted = _as_date(day) if day else self._today
        rows = [row for row in self._own_between(wanted) if _day_of(row) == wanted]
        promises = self._due_promises(wanted)
        return TodayView(
            date=wanted.isoformat(),
            items=tuple(self._items(rows, wanted)),
            overdue_promises=tuple(self._items(promises, wanted)),
            adverse_events=tuple(self.adverse_events()),
        )

    def not_seen(self, day: str = "") -> DueView:
        """Return doctors who are due on a day and have no visit planned: class A first, longest ago first.

        Apart from `today`: it looks at every doctor, and the day's visits need not wait for that.
        """
        wanted = _as_date(day) if day else self._today
        due = due_doctors(self._connection, self._visits, wanted)
        chosen = self._most_due(due.keys() - self._planned_doctors(wanted))
        items = self.customer_items("doctor", chosen, with_due=True, day=wanted)
        return DueView(tuple(items), {one: due[one] for one in chosen})

    def backdating(self) -> Backdating:
        """Return how late a visit report may come: the company's rule as it came with the last sync."""
        return backdating(self._connection)

    def visit(self, row_id: str) -> Row:
        """Return one visit; raises InputError('unknown_row')."""
        return self.row("visit", row_id)

    def amendments(self, visit_id: str) -> tuple[HistoryEntry, ...]:
        """Return what was changed in a report with a reason, the newest first; what waits to be sent included."""
        waiting = [
            stored.operation
            for stored in outbox.pending_of_row(self._connection, "visit", visit_id)
            if stored.operation.kind == "edit" and stored.operation.reason
        ]
        mine = self._person.name
        here = [HistoryEntry(one.made_at, mine, "edit", dict(one.fields), one.reason) for one in reversed(waiting)]
        return (*here, *(entry for entry in self.history("visit", visit_id) if entry.reason))

    def visits(self, offset: int = 0, limit: int = 100, group: str = "") -> list[TodayItem]:
        """Return the person's own visits, newest first, or only a group of them; what lies ahead is told next first.

        Raises InputError('unknown_choice') for a name that is none of `VISIT_GROUPS`.
        """
        if group not in VISIT_GROUPS:
            raise InputError("unknown_choice", value=group[:60])
        first = self._today - timedelta(days=self.backdating().at(self._clock()))
        times = {"now": to_text(self._clock()), "first": at_minute(first, 0)}
        order = "ASC" if group == "ahead" else "DESC"
        rows = shown.select(
            self._connection,
            "visit",
            f"AND +r.owner_id = :me{VISIT_GROUPS[group]} ORDER BY r.starts_at {order}, r.id"
            " LIMIT :limit OFFSET :offset",
            {"me": self._person.user_id, "limit": limit, "offset": offset, **times},
        )
        return self._items(rows, self._today)

    def draft(self, key: str) -> dict[str, Any] | None:
        """Return what was being typed in an editor, or None."""
        return settings.draft(self._connection, key)

    def drafts(self) -> list[tuple[str, dict[str, Any], str]]:
        """Return (key, content, saved_at) of all drafts, newest first."""
        return settings.drafts(self._connection)

    def preference(self, name: str, default: str = "") -> str:
        """Return a preference of this person on this laptop."""
        return settings.preference(self._connection, name, default)

    def _own_between(self, wanted: date) -> list[Values]:
        """Return the own visits that begin on the day in any zone of the world, in order of time."""
        noon = datetime.combine(wanted, time(12), UTC)
        low, high = noon - timedelta(hours=27), noon + timedelta(hours=27)
        return shown.select(
            self._connection,
            "visit",
            "AND +r.owner_id = :me AND r.starts_at >= :low AND r.starts_at < :high ORDER BY r.starts_at, r.id",
            {"me": self._person.user_id, "low": to_text(low), "high": to_text(high)},
        )

    def _due_promises(self, wanted: date) -> list[Values]:
        return shown.select(
            self._connection,
            "visit",
            f"AND +r.owner_id = :me AND r.next_step_on <= :day AND {PROMISED}"
            " ORDER BY r.next_step_on, r.starts_at LIMIT :limit",
            {"me": self._person.user_id, "day": wanted.isoformat(), "limit": _OVERDUE_LIMIT},
        )

    def _most_due(self, doctor_ids: Collection[str]) -> list[str]:
        last = self._visits.last_visits_of(self._connection, doctor_ids)
        rank = {entry.code: place for place, entry in enumerate(PICKLISTS["customer_class"])}
        statement = "SELECT id, customer_class, pinyin FROM row_doctor WHERE id IN (SELECT value FROM json_each(:ids))"
        rows = self._connection.execute(statement, {"ids": json.dumps(list(doctor_ids))})
        order = ((rank.get(row[1], len(rank)), last.get(row[0], ""), row[2], row[0]) for row in rows)
        return [one[-1] for one in heapq.nsmallest(NOT_SEEN_LIMIT, order)]

    def _planned_doctors(self, wanted: date) -> set[str]:
        rows = shown.select(
            self._connection,
            "visit",
            "AND +r.owner_id = :me AND r.starts_at >= :low AND r.state <> 'submitted'",
            {"me": self._person.user_id, "low": to_text(datetime.combine(wanted, time(0), UTC) - timedelta(hours=12))},
        )
        return {one for row in rows for one in row.get("doctor_ids") or ()}

    def _items(self, rows: Sequence[Values], day: date) -> list[TodayItem]:
        doctors = self._brief("doctor", _doctor_ids(rows), "name, customer_class")
        names = {one: str(row["name"] or "") for one, row in doctors.items()}
        places = self._names("institution", (row.get("institution_id") for row in rows))
        firsts = [(row.get("doctor_ids") or [""])[0] for row in rows]
        main = self._places([one for one in firsts if one])
        promises, questions = self._last_promises(rows), self._last_questions(rows)
        houses = self._brief(
            "institution", sorted({row.get("institution_id") or "" for row in rows}), "reception_rules"
        )
        items = []
        for row, first in zip(rows, firsts, strict=True):
            place, department = main.get(first, ("", ""))
            promise = promises.get(row["id"])
            due = row.get("next_step_on") or ""
            items.append(
                TodayItem(
                    visit=self._as_row("visit", row),
                    doctor_id=first,
                    doctor_names=self._doctors_named(row.get("doctor_ids") or (), names),
                    customer_class=str(doctors.get(first, {}).get("customer_class") or ""),
                    institution_name=places.get(row.get("institution_id") or "", "") or place,
                    department_name=department,
                    last_promise=str(promise["next_step"]) if promise else "",
                    last_promise_on=str(promise.get("next_step_on") or "") if promise else "",
                    overdue=bool(due and row.get("next_step") and not row.get("next_step_done"))
                    and due <= day.isoformat(),
                    question=str(questions.get(row["id"], {}).get("questions") or ""),
                    reception=str(houses.get(row.get("institution_id") or "", {}).get("reception_rules") or ""),
                )
            )
        return items

    def open_questions(self, doctor_ids: Sequence[str]) -> list[Row]:
        """Return the visits at which the doctors asked something that is still to be answered, newest first."""
        return [self._as_row("visit", row) for row in self._unanswered(doctor_ids)]

    def _unanswered(self, doctor_ids: Sequence[str]) -> list[Values]:
        rowids = self._visits.visits_of(self._connection, doctor_ids)
        asked = "AND r.state = 'submitted' AND coalesce(r.questions, '') <> '' AND coalesce(r.questions_done, 0) = 0"
        return sorted(shown.select_rowids(self._connection, "visit", rowids, asked), key=_starts_at, reverse=True)

    def _last_questions(self, rows: Sequence[Values]) -> dict[str, Values]:
        """Return, by visit, the latest earlier visit of its doctors with a question that is still open."""
        unanswered = self._unanswered(_doctor_ids(rows))
        return {row["id"]: asked for row in rows if (asked := _earlier(row, unanswered)) is not None}

    def _last_promises(self, rows: Sequence[Values]) -> dict[str, Values]:
        """Return, by visit, the latest earlier visit of its doctors whose next step is still open."""
        rowids = self._visits.visits_of(self._connection, _doctor_ids(rows))
        marked = shown.select_rowids(self._connection, "visit", rowids, "AND coalesce(r.next_step, '') <> ''")
        opened = sorted((row for row in marked if not row.get("next_step_done")), key=_starts_at, reverse=True)
        return {row["id"]: promise for row in rows if (promise := _earlier(row, opened)) is not None}


def _earlier(row: Values, opened: Iterable[Values]) -> Values | None:
    doctors = set(row.get("doctor_ids") or ())
    for promise in opened:
        if (
            promise["id"] != row["id"]
            and _starts_at(promise) < _starts_at(row)
            and doctors & set(promise["doctor_ids"] or ())
        ):
            return promise
    return None


def _starts_at(row: Values) -> str:
    return str(row.get("starts_at") or "")


def _doctor_ids(rows: Iterable[Values]) -> list[str]:
    return sorted({one for row in rows for one in row.get("doctor_ids") or ()})


def _day_of(row: Values) -> date:
    return local_date(from_text(row["starts_at"]), known_zone(row.get("zone")))


def known_zone(zone: str | None) -> str:
    """Return the zone of a visit; the field's where it has none, or one that nobody knows."""
    try:
        ZoneInfo(zone or DEFAULT_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return DEFAULT_ZONE
    return zone or DEFAULT_ZONE


def _as_date(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise InputError("wrong_kind", field="date", kind="date") from error
