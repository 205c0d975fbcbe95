"""Writing many rows at once on the driver's own `executemany`, without what SQLAlchemy does for each value."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table


def bulk_insert(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]], tail: str = ""
) -> None:
    """Insert many rows on the driver's own `executemany`; `tail` is what follows the values."""
    if rows:
        marks = ", ".join([_mark(connection)] * len(names))
        columns = ", ".join(f'"{name}"' for name in names)
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}){tail}', list(rows))


def bulk_upsert(
    connection: Connection, table: Table, key: Sequence[str], names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows, or bring those that are there already (by `key`) to the same values."""
    quoted = ", ".join(f'"{name}"' for name in key)
    renewed = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in key)
    bulk_insert(connection, table, names, rows, f" ON CONFLICT ({quoted}) DO UPDATE SET {renewed}")


def bulk_update(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Set the columns `names` of many rows by `id`, which is the last value of each row."""
    mark = _mark(connection)
    changed = ", ".join(f'"{name}" = {mark}' for name in names)
    connection.exec_driver_sql(f'UPDATE "{table.name}" SET {changed} WHERE "id" = {mark}', list(rows))


def _mark(connection: Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"
