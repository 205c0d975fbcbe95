"""Reading and writing rows of any record on the driver's connection, in wire order, with their search entries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from crmdesk.domain.fields import Kind
from crmdesk.domain.records import HOUSE_COLUMNS, RECORDS, wire_columns
from crmdesk.storage import search_index
from crmdesk.storage.driver import Driver
from crmdesk.storage.tables import from_json, to_json


@dataclass(frozen=True, slots=True)
class Held:
    """A row of the store: `values` are house-keeping columns and fields by name, as Python values."""

    rowid: int
    values: dict[str, Any]
    scopes: tuple[str, ...]
    dirty: bool


class Shape:
    """How the rows of one record lie in their table, and the statements for them."""

    def __init__(self, record: str) -> None:
        declared = RECORDS[record]
        self.record = record
        self.table = f"row_{record}"
        self.columns = wire_columns(declared)
        self.defaults = [_HOUSE_DEFAULTS.get(name) for name in self.columns]
        self.json_at = tuple(len(HOUSE_COLUMNS) + at for at, field in enumerate(declared.fields) if field.is_json)
        booleans = [len(HOUSE_COLUMNS) + at for at, field in enumerate(declared.fields) if field.kind is Kind.BOOLEAN]
        self.boolean_at = (self.columns.index("deleted"), *booleans)
        self.searched = declared.search
        self.indexed = record in search_index.WORDS
        stored = ("rowid", *self.columns, "scopes", "dirty", *(("pinyin",) if self.searched else ()))
        self.width = len(stored)
        names = ", ".join(f'"{name}"' for name in stored)
        renewed = ", ".join(f'"{name}" = excluded."{name}"' for name in stored if name not in ("rowid", "id"))
        marks = ", ".join("?" * len(stored))
        self.insert = f"INSERT INTO {self.table} ({names}) VALUES ({marks})"
        self.upsert = f"{self.insert} ON CONFLICT(id) DO UPDATE SET {renewed}"
        self.select = f"SELECT {names} FROM {self.table}"

    def stored(self, rowid: int, wire: Sequence[Any], scopes: str, dirty: int, pinyin: str) -> list[Any]:
        """Return the values of one table row from a wire row."""
        values = [rowid, *wire, scopes, dirty]
        for at in self.json_at:
            value = values[at + 1]
            if value is not None:
                values[at + 1] = to_json(value) if value else ("[]" if isinstance(value, list) else "{}")
        if self.searched:
            values.append(pinyin)
        return values

    def held(self, stored: Sequence[Any]) -> Held:
        """Return a row from the values of one table row."""
        wire = list(stored[1 : len(self.columns) + 1])
        for at in self.json_at:
            if wire[at] is not None:
                wire[at] = from_json(wire[at])
        for at in self.boolean_at:
            if wire[at] is not None:
                wire[at] = bool(wire[at])
        after = len(self.columns) + 1
        values = dict(zip(self.columns, wire, strict=True))
        return Held(int(stored[0]), values, tuple(stored[after].split()), bool(stored[after + 1]))

    def wire(self, values: dict[str, Any]) -> list[Any]:
        """Return a wire row from values by name; what is not given is None (house-keeping: 0, empty)."""
        return [values.get(name, default) for name, default in zip(self.columns, self.defaults, strict=True)]


_HOUSE_DEFAULTS: dict[str, Any] = {"revision": 0, "deleted": False}


@cache
def shape(record: str) -> Shape:
    """Return the shape of a record; raises KeyError for one that is not declared."""
    return Shape(record)


def read(driver: Driver, record: str, row_id: str) -> Held | None:
    """Return one row as it is shown, tombstones included; None where it is not held."""
    form = shape(record)
    stored = driver.execute(f"{form.select} WHERE id = ?", (row_id,)).fetchone()
    return None if stored is None else form.held(stored)


def next_rowid(driver: Driver, record: str) -> int:
    """Return the first rowid above those in use."""
    row = driver.execute(f"SELECT coalesce(max(rowid), 0) + 1 FROM {shape(record).table}").fetchone()
    return int(row[0]) if row else 1


def write(driver: Driver, record: str, values: dict[str, Any], scopes: Iterable[str], dirty: bool) -> None:
    """Write one row as it is to be shown, and its search entry."""
    form = shape(record)
    found = driver.execute(f"SELECT rowid FROM {form.table} WHERE id = ?", (values["id"],)).fetchone()
    rowid = int(found[0]) if found else next_rowid(driver, record)
    pinyin = ""
    if form.indexed:
        if found:
            search_index.forget(driver, record, [rowid])
        entry = search_index.entry(record, values)
        pinyin = entry.sort_key
        if not values["deleted"]:
            search_index.put(driver, record, [(rowid, *entry.columns)])
    stored = form.stored(rowid, form.wire(values), " ".join(sorted(scopes)), int(dirty), pinyin)
    driver.execute(form.upsert, stored)


def insert(driver: Driver, form: Shape, fresh: Iterable[Sequence[Any]], scopes: str, dirty: bool) -> None:
    """Write wire rows whose ids are not held yet, with their search entries, in one go."""
    make = search_index.of_wire(form.record, form.columns) if form.indexed else None
    entries: list[tuple[int, str, str, str]] = []
    stored: list[list[Any]] = []
    for at, wire in enumerate(fresh, start=next_rowid(driver, form.record)):
        key = ""
        if make is not None:
            columns, key = make(wire)
            entries.append((at, *columns))
        stored.append(form.stored(at, wire, scopes, int(dirty), key))
    driver.executemany(form.insert, stored)
    if entries:
        search_index.put(driver, form.record, entries)


def held_ids(driver: Driver, record: str, row_ids: Iterable[str]) -> set[str]:
    """Return those of the ids that the store holds, tombstones included."""
    found = driver.execute(
        f"SELECT id FROM {shape(record).table} WHERE id IN (SELECT value FROM json_each(?))", (to_json(list(row_ids)),)
    )
    return {row[0] for row in found}


def remove(driver: Driver, record: str, row_ids: Sequence[str]) -> None:
    """Take rows out of the store altogether, with their search entries and the base kept for pending edits."""
    form = shape(record)
    wanted = to_json(list(row_ids))
    if form.indexed:
        found = driver.execute(
            f"SELECT rowid FROM {form.table} WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        ).fetchall()
        search_index.forget(driver, record, [int(row[0]) for row in found])
    driver.execute("DELETE FROM base_row WHERE record = ? AND id IN (SELECT value FROM json_each(?))", (record, wanted))
    driver.execute(f"DELETE FROM {form.table} WHERE id IN (SELECT value FROM json_each(?))", (wanted,))
