"""Rows of the local store as plain Python values: columns of a record, JSON read, booleans as booleans."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from crmdesk.domain.fields import Kind, Record
from crmdesk.domain.records import HOUSE_COLUMNS, RECORDS
from crmdesk.storage.connection import Connection

Values = dict[str, Any]


@cache
def columns(record: str, alias: str = "r") -> str:
    """Return the select list of a record's row, house-keeping columns first, then the declared fields and `dirty`."""
    names = HOUSE_COLUMNS + RECORDS[record].field_names + ("dirty",)
    return ", ".join(f'{alias}."{name}"' for name in names)


def select(
    connection: Connection, record: str, rest: str = "", params: Mapping[str, Any] | None = None
) -> list[Values]:
    """Return rows of a record that are not deleted; `rest` follows `… FROM row_<record> r WHERE r.deleted = 0`."""
    statement = f"SELECT {columns(record)} FROM row_{record} r WHERE r.deleted = 0 {rest}"
    return [decode(RECORDS[record], found) for found in connection.execute(statement, params or {}).mappings()]


def select_one(connection: Connection, record: str, row_id: str | None) -> Values | None:
    """Return one row by id, or None."""
    if not row_id:
        return None
    found = select(connection, record, "AND r.id = :id", {"id": row_id})
    return found[0] if found else None


def select_ids(connection: Connection, record: str, ids: Iterable[str], chunk: int = 500) -> dict[str, Values]:
    """Return rows by id for the ids that are here."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Values] = {}
    for start in range(0, len(wanted), chunk):
        marks, params = in_list(wanted[start : start + chunk])
        found.update((row["id"], row) for row in select(connection, record, f"AND r.id IN ({marks})", params))
    return found


def select_rowids(
    connection: Connection, record: str, rowids: Sequence[int], rest: str = "", chunk: int = 500
) -> list[Values]:
    """Return rows by row number; `rest` narrows them further."""
    found: list[Values] = []
    for start in range(0, len(rowids), chunk):
        marks, params = in_list(rowids[start : start + chunk])
        found += select(connection, record, f"AND r.rowid IN ({marks}) {rest}", params)
    return found


def in_list(values: Sequence[Any], prefix: str = "v") -> tuple[str, dict[str, Any]]:
    """Return the named marks and the parameters of an SQL `IN (…)`."""
    params = {f"{prefix}{number}": value for number, value in enumerate(values)}
    return ", ".join(f":{name}" for name in params), params


def decode(record: Record, row: Values) -> Values:
    """Return a stored row with lists, maps and booleans as such."""
    for name in _json_fields(record.name):
        if isinstance(row.get(name), str):
            row[name] = json.loads(row[name])
    for name in _boolean_fields(record.name):
        if row.get(name) is not None:
            row[name] = bool(row[name])
    return row


@cache
def _json_fields(record: str) -> tuple[str, ...]:
    return tuple(field.name for field in RECORDS[record].fields if field.is_json)


@cache
def _boolean_fields(record: str) -> tuple[str, ...]:
    return tuple(field.name for field in RECORDS[record].fields if field.kind is Kind.BOOLEAN)
