"""The day from which on a customer is due for a visit, past or to come, by the rules of `services.due`.

With a cycle plan it is the last visit and the interval that the goal leaves, or the first day of the cycle for who was
not seen before; at the latest the cycle's last day. Without one it is 30 days after the last visit for class A and B.
Whose goal is reached or scheduled has no such day, nor has who falls under no rule.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from crmdesk.domain.planning import CREDIT, DueDay, goals_of
from crmdesk.services import shown
from crmdesk.services.due import (
    FEW,
    HERE,
    PLAIN_CLASSES,
    PLAIN_DAYS,
    agreed_of,
    credit_of,
    days_of,
    field_day,
    plans_of,
)
from crmdesk.services.shown import Values
from crmdesk.services.visit_index import VisitIndex
from crmdesk.storage.connection import Connection

_DOCTOR = "doctor"
_Row = tuple[str, str | None, str | None, str | None]
"""Id, territory, class, when it was made."""


def due_days(
    connection: Connection, visits: VisitIndex, today: date, record: str, only: Collection[str] | None = None
) -> dict[str, DueDay]:
    """Return the day of each customer who has one; of all, or of some (a page of a list)."""
    if only is None:
        return _of_rows(
            connection, visits, today, record, _rows(connection, record, None), visits.last_visits(connection)
        )
    ids, found = list(only), dict[str, DueDay]()
    for start in range(0, len(ids), FEW):  # so few that their visits are looked up instead of reading a whole cycle
        piece = ids[start : start + FEW]
        last = visits.last_visits_of(connection, piece)
        found |= _of_rows(connection, visits, today, record, _rows(connection, record, piece), last)
    return found


def _rows(connection: Connection, record: str, only: Collection[str] | None) -> list[_Row]:
    marks, params = shown.in_list(list(only or ()))
    some = "" if only is None else f"id IN ({marks}) AND "
    here = HERE if record == _DOCTOR else "deleted = 0"
    statement = f"SELECT id, territory_id, customer_class, created_at FROM row_{record} WHERE {some}{here}"
    return [tuple(row) for row in connection.execute(statement, params)]


def _of_rows(
    connection: Connection,
    visits: VisitIndex,
    today: date,
    record: str,
    rows: Iterable[_Row],
    last: Mapping[str, str],
) -> dict[str, DueDay]:
    plans = plans_of(connection, today) if record == _DOCTOR else {}  # plans are for doctors
    found: dict[str, DueDay] = {}
    by_plan: dict[str, list[_Row]] = {}
    for row in rows:
        doctor_id, territory_id, customer_class, made_at = row
        if territory_id in plans:
            by_plan.setdefault(str(territory_id), []).append(row)
        elif customer_class in PLAIN_CLASSES:
            begins = _seen_on(last, doctor_id)
            day = begins + timedelta(days=PLAIN_DAYS) if begins else _date(made_at, today)
            found[doctor_id] = DueDay(day.isoformat(), day <= today)
    for territory_id, some in by_plan.items():
        found |= _by_plan(connection, visits, plans[territory_id], some, last, today)
    return found


def _by_plan(
    connection: Connection,
    visits: VisitIndex,
    plan: Values,
    rows: Iterable[_Row],
    last: Mapping[str, str],
    today: date,
) -> dict[str, DueDay]:
    goals, agreed = goals_of(plan), agreed_of(connection, plan["id"])
    begins, ends = date.fromisoformat(plan["starts_on"]), date.fromisoformat(plan["ends_on"])
    wanted = {row[0]: agreed.get(row[0], goals.by_class.get(row[2] or "", (0, 0))[0]) for row in rows}
    wanted = {doctor_id: goal for doctor_id, goal in wanted.items() if goal > 0}
    had: Mapping[str, Any] = credit_of(connection, visits, plan, wanted, today) if wanted else {}
    found: dict[str, DueDay] = {}
    for doctor_id, goal in wanted.items():
        if had.get(doctor_id, 0) >= goal * CREDIT:
            continue
        seen = _seen_on(last, doctor_id)
        day = max(begins, seen + timedelta(days=max(1, days_of(plan) // goal))) if seen else begins
        found[doctor_id] = DueDay(min(day, ends).isoformat(), day <= today)
    return found


def _seen_on(last: Mapping[str, str], customer_id: str) -> date | None:
    moment = last.get(customer_id, "")
    return field_day(moment) if moment else None


def _date(moment: str | None, today: date) -> date:
    return field_day(moment) if moment else today
