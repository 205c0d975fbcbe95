"""What a person needs of a territory before all the rest: the next and the latest visits, and whom they are to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, select

from crmdesk.domain.clock import to_text
from crmdesk.protocol.messages import MAX_PAGE_BYTES, RowGroup
from crmdesk.server.tables import FEED, PRESENT, ROWS, SHAPES

LOOK_BACK = timedelta(days=3)
LOOK_AHEAD = timedelta(days=14)
MOST_VISITS = 120
_MOST_OTHERS = 500  # of any other record: a page stays small whatever hangs on a customer
_CHUNK = 500
_encode = msgspec.msgpack.Encoder().encode

Rows = list[list[Any]]


def next_visits(connection: Connection, scope: str, user_id: str, now: datetime) -> list[RowGroup]:
    """Return the person's visits around now with their doctors, institutions and what ties these together.

    Only rows that are present in the scope; nothing where the person has no such visit.
    """
    visit = ROWS["visit"]
    from_, until = to_text(now - LOOK_BACK), to_text(now + LOOK_AHEAD)
    mine = (visit.c.owner_id == user_id) & visit.c.starts_at.between(from_, until)
    visits = _that_fit(_rows(connection, scope, "visit", mine, MOST_VISITS, visit.c.starts_at))
    if not visits:
        return []
    doctor_ids = {one for row in _column("visit", "doctor_ids", visits) for one in row or ()}
    doctors = _by(connection, scope, "doctor", "id", doctor_ids)
    affiliations = _by(connection, scope, "affiliation", "doctor_id", doctor_ids)
    places = {*_column("visit", "institution_id", visits), *_column("affiliation", "institution_id", affiliations)}
    institutions = _by(connection, scope, "institution", "id", places - {None})
    rooms = set(_column("affiliation", "department_id", affiliations)) - {None}
    departments = _by(connection, scope, "department", "id", rooms)
    found = {"institution": institutions, "department": departments, "doctor": doctors, "affiliation": affiliations,
             "visit": visits}  # fmt: skip
    fitting = {record: _that_fit(rows) for record, rows in found.items()}
    return [RowGroup(record, list(SHAPES[record].columns), rows) for record, rows in fitting.items() if rows]


def _that_fit(rows: Rows) -> Rows:
    """Return the first of some rows that together take no more than half a page; the others come in their order."""
    room, kept = MAX_PAGE_BYTES // 2, Rows()
    for row in rows:
        room -= len(_encode(row))
        if room < 0:
            break
        kept.append(row)
    return kept


def _by(connection: Connection, scope: str, record: str, column: str, values: Iterable[str]) -> Rows:
    """Return rows of a record whose column holds one of the values."""
    wanted, rows = sorted(values), list[list[Any]]()
    table = ROWS[record]
    for at in range(0, len(wanted), _CHUNK):
        chosen = table.c[column].in_(wanted[at : at + _CHUNK])
        rows += _rows(connection, scope, record, chosen, _MOST_OTHERS - len(rows), table.c.id)
    return rows


def _rows(connection: Connection, scope: str, record: str, chosen: ColumnElement[bool], most: int, order: Any) -> Rows:
    shape, table = SHAPES[record], ROWS[record]
    entry = (FEED.c.scope == scope) & (FEED.c.record == record) & (FEED.c.row_id == table.c.id)
    query = select(*(table.c[name] for name in shape.columns)).join(FEED, entry)
    query = query.where(chosen, FEED.c.state == PRESENT, table.c.deleted.is_(False)).order_by(order).limit(max(0, most))
    return [shape.wire(stored) for stored in connection.execute(query)]


def _column(record: str, name: str, rows: Rows) -> list[Any]:
    at = SHAPES[record].columns.index(name)
    return [row[at] for row in rows]
