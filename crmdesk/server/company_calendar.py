"""The company's own calendar at the server: a year is put in as a whole, or given up for the one of the program."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from crmdesk.domain import company_calendar
from crmdesk.domain.company_calendar import Day
from crmdesk.domain.company_records import COMPANY_CALENDAR
from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.domain.validation import check_new
from crmdesk.domain.workdays import CalendarYear
from crmdesk.server.tables import ROWS, SHAPES
from crmdesk.server.work import SYSTEM, ServerWork

Row = dict[str, Any]
MADE, REPLACED, SAME = "made", "replaced", "same"
_TABLE = ROWS[COMPANY_CALENDAR.name]


def listed(connection: sa.Connection) -> list[Row]:
    """Return the company's own years in order."""
    query = sa.select(_TABLE).where(_TABLE.c.deleted.is_(False)).order_by(_TABLE.c.year)
    return [SHAPES[COMPANY_CALENDAR.name].as_dict(row) for row in connection.execute(query)]


def years(connection: sa.Connection) -> dict[int, CalendarYear]:
    """Return every year that is known: the company's own, the program's for the others."""
    return company_calendar.years_of(listed(connection))


def put(work: ServerWork, year: int, days: Iterable[Day]) -> str:
    """Let these days be the whole calendar of a year; return MADE, REPLACED or SAME."""
    values = company_calendar.values_of(year, days)
    check_new(COMPANY_CALENDAR, values)
    row = _stored(work, year)
    if row is None:
        work.insert(COMPANY_CALENDAR.name, new_id(), values, SYSTEM)
        return MADE
    if row["deleted"]:
        work.revive(COMPANY_CALENDAR.name, row["id"], values, SYSTEM)
        return MADE
    if row["days"] == values["days"]:
        return SAME
    work.update(COMPANY_CALENDAR.name, row["id"], values, SYSTEM)
    return REPLACED


def forget(work: ServerWork, year: int) -> None:
    """Let the program's own calendar hold for a year again; raises InputError('no_own_year')."""
    row = _stored(work, year)
    if row is None or row["deleted"]:
        raise InputError("no_own_year", year=year)
    work.delete(COMPANY_CALENDAR.name, row["id"], SYSTEM)


def _stored(work: ServerWork, year: int) -> Row | None:
    found = work.connection.execute(sa.select(_TABLE.c.id).where(_TABLE.c.year == year)).scalar()
    return None if found is None else work.get(COMPANY_CALENDAR.name, found, lock=True)
