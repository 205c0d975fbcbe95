"""Reading and writing rows of any record on the driver's connection, in wire order, with their search entries."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import compress
from operator import ne
from typing import Any

import msgspec

from crmdesk.domain.fields import Kind
from crmdesk.domain.records import HOUSE_COLUMNS, RECORDS, wire_columns
from crmdesk.storage import search_index, wire_form
from crmdesk.storage.driver import Driver, insert_many
from crmdesk.storage.json_text import from_json, to_json, to_json_each


class Held(msgspec.Struct, frozen=True):
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
        self._json_names = tuple(self.columns[at] for at in self.json_at)
        self._boolean_names = tuple(self.columns[at] for at in self.boolean_at)
        self.searched = declared.search
        self.indexed = record in search_index.WORDS
        stored = self.names = ("rowid", *self.columns, "scopes", "dirty", *(("pinyin",) if self.searched else ()))
        self.width = len(stored)
        names = ", ".join(f'"{name}"' for name in stored)
        renewed = ", ".join(f'"{name}" = excluded."{name}"' for name in stored if name not in ("rowid", "id"))
        marks = ", ".join("?" * len(stored))
        self.insert = f"INSERT INTO {self.table} ({names}) VALUES ({marks})"
        self.upsert = f"{self.insert} ON CONFLICT(id) DO UPDATE SET {renewed}"
        self.select = f"SELECT {names} FROM {self.table}"
        self.select_one = f"{self.select} WHERE id = ?"
        parts = ("deleted", *search_index.DEPENDS.get(record, ()))
        self.entry_depends = frozenset(parts)
        self.searched_by = (*(f'"{name}"' for name in parts), "pinyin" if self.searched else "''")
        self._parts_at = tuple(self.columns.index(name) for name in parts)
        self._checks = (*_HOUSE_CHECKS, *map(wire_form.check_of, declared.fields))

    def readable(self, columns: Sequence[Sequence[Any]]) -> bool:
        """Say whether wire values, column by column in our order, are all of a form that their fields declare."""
        return all(check(column) for check, column in zip(self._checks, columns, strict=True))

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

    def searched_as(self, wire: Sequence[Any], pinyin: str) -> tuple[Any, ...]:
        """Return what the search knows of a wire row, as a row that lies in the table tells it by `searched_by`."""
        stored = self.stored(0, wire, "", 0, pinyin)
        return (*(stored[at + 1] for at in self._parts_at), pinyin)

    def stored_columns(self, columns: Sequence[list[Any]]) -> list[list[Any]]:
        """Return wire columns, in our order, as the table holds them."""
        stored = list(columns)
        for at in self.json_at:
            empty = "{}" if any(isinstance(one, dict) for one in stored[at]) else "[]"
            texts = iter(to_json_each([one for one in stored[at] if one]))
            stored[at] = [next(texts) if one else None if one is None else empty for one in stored[at]]
        for at in self.boolean_at:
            stored[at] = [None if one is None else 1 if one else 0 for one in stored[at]]
        return stored

    def held(self, stored: Sequence[Any]) -> Held:
        """Return a row from the values of one table row."""
        after = len(self.columns) + 1
        values = dict(zip(self.columns, stored[1:after], strict=True))
        for name in self._json_names:
            if (text := values[name]) is not None:
                values[name] = from_json(text)
        for name in self._boolean_names:
            if (number := values[name]) is not None:
                values[name] = bool(number)
        return Held(int(stored[0]), values, tuple(stored[after].split()), bool(stored[after + 1]))

    def difference(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of a table row that differ, as they are stored; what is not given of either is nothing."""
        new = self.wire(after)
        differing = compress(range(len(new)), map(ne, self.wire(before), new))
        return {
            self.columns[at]: to_json(new[at]) if at in self.json_at and new[at] is not None else new[at]
            for at in differing
        }

    def wire(self, values: Mapping[str, Any]) -> list[Any]:
        """Return a wire row from values by name; what is not given is None (house-keeping: 0, empty)."""
        return list(map(values.get, self.columns, self.defaults))


_HOUSE_DEFAULTS: dict[str, Any] = {"revision": 0, "deleted": False}


def _revisions(column: wire_form.Column) -> bool:
    return _INTEGER.issuperset(map(type, column)) and min(column) > 0 and max(column) <= wire_form.MOST


def _told(column: wire_form.Column) -> bool:
    return None not in column and wire_form.booleans(column)


_INTEGER = frozenset({int})
_HOUSE_CHECKS: tuple[wire_form.Check, ...] = (
    wire_form.own_ids, _revisions, _told, wire_form.instants, wire_form.ids, wire_form.instants, wire_form.ids
)  # fmt: skip
"""What `HOUSE_COLUMNS` hold on the wire."""


@cache
def shape(record: str) -> Shape:
    """Return the shape of a record; raises KeyError for one that is not declared."""
    return Shape(record)


def read(driver: Driver, record: str, row_id: str) -> Held | None:
    """Return one row as it is shown, tombstones included; None where it is not held."""
    stored = look_up(driver, record, row_id)
    return None if stored is None else shape(record).held(stored)


def look_up(driver: Driver, record: str, row_id: str) -> tuple[Any, ...] | None:
    """Return one row as it lies in its table, tombstones included; None where it is not held."""
    found = driver.execute(shape(record).select_one, (row_id,)).fetchone()
    return None if found is None else tuple(found)


def next_rowid(driver: Driver, record: str) -> int:
    """Return the first rowid above those in use."""
    row = driver.execute(f"SELECT coalesce(max(rowid), 0) + 1 FROM {shape(record).table}").fetchone()
    return int(row[0]) if row else 1


def write(
    driver: Driver,
    record: str,
    values: dict[str, Any],
    scopes: Iterable[str],
    dirty: bool,
    held: Held | None = None,
) -> None:
    """Write one row as it is to be shown, and its search entry; of one that is held only what changes.

    Each column that is written, changed or not, is a page more of each of its indexes in the commit. `held` is the row
    as it is in the table, where the caller has just read it.
    """
    form = shape(record)
    held = held or read(driver, record, values["id"])
    if held is None:
        rowid = next_rowid(driver, record)
        key = _indexed(driver, record, rowid, values) if form.indexed else ""
        driver.execute(form.insert, form.stored(rowid, form.wire(values), " ".join(sorted(scopes)), int(dirty), key))
        return
    changed = form.difference(held.values, values)
    if form.indexed and not form.entry_depends.isdisjoint(changed):
        search_index.forget(driver, record, [held.rowid])
        key = _indexed(driver, record, held.rowid, values)
        changed |= {"pinyin": key} if form.searched else {}
    within = sorted(scopes)
    if within != sorted(held.scopes):
        changed["scopes"] = " ".join(within)
    if dirty != held.dirty:
        changed["dirty"] = int(dirty)
    if changed:
        marks = ", ".join([f'"{name}" = ?' for name in changed])
        driver.execute(f"UPDATE {form.table} SET {marks} WHERE rowid = ?", (*changed.values(), held.rowid))


def _indexed(driver: Driver, record: str, rowid: int, values: Mapping[str, Any]) -> str:
    """Put a row that has no search entry into the index, unless it is deleted; return its key in sorted lists."""
    entry = search_index.entry(record, values)
    if not values["deleted"]:
        search_index.put(driver, record, [(rowid, *entry.columns)])
    return entry.sort_key


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


def insert_columns(
    driver: Driver, form: Shape, columns: Sequence[Sequence[Any]], scopes: str, entries: search_index.Entries | None
) -> None:
    """Write rows whose ids are not held yet, given as `Shape.stored_columns`, with their search entries, in one go.

    Binding values is the dearest part of an insert: a column that has no value in any of the rows is left out, one that
    has the same in all of them is bound once.
    """
    count = len(columns[0])
    first = next_rowid(driver, form.record)
    each: dict[str, Sequence[Any]] = {"rowid": range(first, first + count)}
    same: dict[str, Any] = {"scopes": scopes, "dirty": 0}
    for name, values in zip(form.columns, columns, strict=True):
        if values[0] != values[-1] or values.count(values[0]) < count:
            each[name] = values
        elif values[0] is not None:
            same[name] = values[0]
    if form.searched and entries:
        each["pinyin"] = entries.sort_keys
    elif form.searched:
        same["pinyin"] = ""
    insert_many(driver, form.table, each, same)
    if entries:
        search_index.put_columns(driver, form.record, each["rowid"], entries)


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
