"""Which doctors are due for a visit: by the cycle plan of their territory and class, by a plain rule without one.

With a plan a doctor is due whose goal is neither reached nor scheduled and who was not seen for (cycle / goal) days,
as `domain.schedule.suggest` has it. Without one: class A or B and not seen for 30 days.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crmdesk.domain.clock import DEFAULT_ZONE, at_minute, from_text, local_date, to_text
from crmdesk.domain.planning import CREDIT, Counts, Goals, counts_as, goals_of
from crmdesk.services import shown
from crmdesk.services.shown import Values
from crmdesk.services.views import DueReason
from crmdesk.services.visit_index import VisitIndex
from crmdesk.storage.connection import Connection

PLAIN_CLASSES = ("A", "B")
PLAIN_DAYS = 30
HERE = "deleted = 0 AND coalesce(status, '') NOT IN ('left', 'merged')"
FEW = 50
"""For so few doctors their visits are looked up one by one; for more the whole cycle is read."""


class _Late(NamedTuple):
    """A doctor not seen for long enough, and the goal in visits."""

    doctor_id: str
    goal: int
    interval_days: int


def edge(today: date, days: int) -> str:
    """Return the instant from which on a visit counts as within so many days."""
    return to_text(datetime.combine(today - timedelta(days=days - 1), time(0), ZoneInfo(DEFAULT_ZONE)).astimezone(UTC))


def field_day(moment: str) -> date:
    """Return the day of the field on which an instant lies; `edge` counts the same days."""
    return _day_of_hour(moment[:13])


@lru_cache(maxsize=8192)
def _day_of_hour(hour: str) -> date:
    """Many customers share an hour; the field's days begin with a whole one."""
    return local_date(datetime.fromisoformat(f"{hour}:00+00:00"))


def plans_of(connection: Connection, today: date) -> dict[str, Values]:
    """Return the cycle plan of a day by territory; of several in one territory the newest."""
    rows = shown.select(connection, "cycle_plan", "ORDER BY r.starts_on, r.name, r.id")
    day = today.isoformat()
    return {row["territory_id"]: row for row in rows if row["starts_on"] <= day <= row["ends_on"]}


def days_of(plan: Values) -> int:
    return (date.fromisoformat(plan["ends_on"]) - date.fromisoformat(plan["starts_on"])).days + 1


def due_doctors(
    connection: Connection, visits: VisitIndex, today: date, only: Collection[str] | None = None
) -> dict[str, DueReason]:
    """Return the doctors who are due on a day with the reason; of all, or only of some."""
    plans = plans_of(connection, today)
    longest = max((days_of(plan) for plan in plans.values()), default=0)
    last = visits.last_visits(connection, edge(today, max(longest, PLAIN_DAYS)))
    found = {one: DueReason() for one in _plain(connection, last, today, plans, only)}
    for plan in plans.values():
        late = {one.doctor_id: one for one in _late(connection, plan, last, today, only)}
        if not late:
            continue
        credits_of = credit_of(connection, visits, plan, late, today)
        for one in late.values():
            credit = credits_of.get(one.doctor_id, 0)
            if credit < one.goal * CREDIT:
                found[one.doctor_id] = DueReason(one.goal, credit, one.interval_days)
    return found


def unseen_in_cycle(connection: Connection, visits: VisitIndex, today: date) -> frozenset[str]:
    """Return the doctors whom the running cycle plan of their territory counts and nobody has seen in it yet."""
    found: set[str] = set()
    for plan in plans_of(connection, today).values():
        goals, agreed = goals_of(plan), agreed_of(connection, plan["id"])
        classes = _classes(connection, plan["territory_id"], None)
        counted = [one for one, name in classes if goals.counts(name or "", agreed.get(one))]
        found.update(counted)
        found.difference_update(visits.seen_between(connection, counted, *_instants(plan)))
    return frozenset(found)


def _instants(plan: Values) -> tuple[str, str]:
    """Return the instant with which a plan begins, and the one with which it is over."""
    ends = date.fromisoformat(plan["ends_on"]) + timedelta(days=1)
    return at_minute(date.fromisoformat(plan["starts_on"]), 0), at_minute(ends, 0)


def _plain(
    connection: Connection,
    last: Mapping[str, str],
    today: date,
    planned: Collection[str],
    only: Collection[str] | None,
) -> list[str]:
    marks, params = shown.in_list(list(planned))
    elsewhere = f" AND coalesce(territory_id, '') NOT IN ({marks})" if params else ""
    classes = ", ".join(f"'{one}'" for one in PLAIN_CLASSES)
    some, ids_of_some = _only(only)
    statement = f"SELECT id FROM row_doctor WHERE {some}{HERE} AND customer_class IN ({classes}){elsewhere}"
    since = edge(today, PLAIN_DAYS)
    ids = (str(one) for one in connection.execute(statement, params | ids_of_some).scalars())
    return [one for one in ids if last.get(one, "") < since]


def _only(only: Collection[str] | None) -> tuple[str, dict[str, Any]]:
    """Return the beginning of a condition on `row_doctor.id`, with its parameters; nothing for all doctors."""
    if only is None:
        return "", {}
    marks, params = shown.in_list(list(only), "d")
    return f"id IN ({marks}) AND ", params


def _late(
    connection: Connection, plan: Values, last: Mapping[str, str], today: date, only: Collection[str] | None
) -> Iterable[_Late]:
    """Yield the doctors of a plan's territory who have a goal and were not seen for the days that it leaves."""
    goals = goals_of(plan)
    agreed = agreed_of(connection, plan["id"])
    cycle_days = days_of(plan)
    intervals = {goal: max(1, cycle_days // goal) for goal in _goals(goals, agreed)}
    edges = {goal: edge(today, days) for goal, days in intervals.items()}
    for doctor_id, customer_class in _classes(connection, plan["territory_id"], only):
        goal = agreed.get(doctor_id, goals.by_class.get(customer_class or "", (0, 0))[0])
        if goal > 0 and last.get(doctor_id, "") < edges[goal]:
            yield _Late(doctor_id, goal, intervals[goal])


def _classes(connection: Connection, territory_id: str, only: Collection[str] | None) -> Iterable[Sequence[Any]]:
    some, params = _only(only)
    statement = f"SELECT id, customer_class FROM row_doctor WHERE {some}{HERE} AND +territory_id = :territory"
    return connection.execute(statement, params | {"territory": territory_id})


def _goals(goals: Goals, agreed: Mapping[str, int]) -> set[int]:
    return {one for one in (*(goal for goal, _most in goals.by_class.values()), *agreed.values()) if one > 0}


def agreed_of(connection: Connection, cycle_plan_id: str) -> dict[str, int]:
    """Return the visits agreed for single doctors; of several answers the newest counts."""
    statement = (
        "SELECT doctor_id, agreed FROM row_plan_target WHERE deleted = 0 AND cycle_plan_id = :cycle"
        " AND agreed IS NOT NULL ORDER BY coalesce(decided_at, ''), id"
    )
    rows = connection.execute(statement, {"cycle": cycle_plan_id})
    return {str(doctor_id): int(agreed) for doctor_id, agreed in rows}


def credit_of(
    connection: Connection, visits: VisitIndex, plan: Values, late: Mapping[str, Any], today: date
) -> dict[str, int]:
    """Return what visits done and scheduled in the cycle bring each of these doctors, in hundredths of a visit."""
    low, high = _instants(plan)
    where = "deleted = 0 AND +territory_id = :territory AND starts_at >= :low AND starts_at < :high"
    params: dict[str, Any] = {"territory": plan["territory_id"], "low": low, "high": high}
    if len(late) <= FEW:
        marks, ids = shown.in_list(visits.visits_of(connection, late))
        where, params = f"{where} AND rowid IN ({marks})", params | ids
    statement = f"SELECT doctor_ids, state, starts_at, channel FROM row_visit WHERE {where}"
    goals, day_begins = goals_of(plan), datetime.combine(today, time(0), ZoneInfo(DEFAULT_ZONE))
    found: dict[str, int] = {}
    for doctor_ids, state, starts_at, channel in connection.execute(statement, params):
        if counts_as(state, from_text(starts_at), day_begins, day_begins) is Counts.MISSED:  # done or not: both count
            continue
        for one in json.loads(doctor_ids or "[]"):
            if one in late:
                found[one] = found.get(one, 0) + goals.weight(channel)
    return found
