"""The rows of one transaction: each read once, kept as it stands now, written in sets, undone together with a part."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from crmdesk.domain.records import RECORDS
from crmdesk.server.bulk import bulk_insert, bulk_update
from crmdesk.server.scoping import Key
from crmdesk.server.tables import ROWS, SHAPES

Row = dict[str, Any]
_CHUNK = 900
_UNREAD: Row = {}
_NESTED = {
    name: ("field_revisions", *(one.name for one in record.fields if one.is_json)) for name, record in RECORDS.items()
}


@cache  # building a statement anew takes as long as running it
def _by_id(record: str, lock: bool) -> Select[Any]:
    table = ROWS[record]
    query = select(table).where(table.c.id.in_(bindparam("ids", expanding=True))).order_by(table.c.id)
    return query.with_for_update() if lock else query


class KeptRows:
    """Rows by (record, id). Until `keep` is set every read goes to the database and every write at once.

    Afterwards rows are read once; while `queueing`, writes wait for `flush`, which makes them a few statements.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Key, Row | None] = {}
        self._locked: set[Key] = set()
        self._inserts: dict[Key, Row] = {}
        self._updates: dict[Key, Row] = {}
        self._undo: list[tuple[Key, Row | None, Row | None, Row | None]] = []
        self.keep = False
        self.queueing = False

    def preload(self, record: str, ids: Iterable[str], *, lock: bool) -> None:
        """Read rows in few statements, locked in the order of their ids; ids without a row are known as free."""
        shape, query = SHAPES[record], _by_id(record, lock)
        wanted = sorted({one for one in ids if (record, one) not in self._rows})
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            self._rows.update({(record, one): None for one in chunk})
            for stored in self._connection.execute(query, {"ids": chunk}).all():
                self._rows[record, stored[0]] = shape.as_dict(stored)
                if lock:
                    self._locked.add((record, stored[0]))

    def get(self, record: str, row_id: str, *, lock: bool) -> Row | None:
        """Return a row by name as it stands in this transaction, the caller's own to change; None for none."""
        key = (record, row_id)
        row = self._rows.get(key, _UNREAD)
        if row is _UNREAD or (lock and key not in self._locked and key not in self._inserts):
            row = self._read(key, lock)
        return None if row is None else _copy(record, row)

    def standing(self, key: Key) -> Row | None:
        """Return a row that was read or written here, not to be changed; None where nothing of it is known."""
        return self._rows.get(key)

    def _read(self, key: Key, lock: bool) -> Row | None:
        found = self._connection.execute(_by_id(key[0], lock), {"ids": [key[1]]}).first()
        row = None if found is None else SHAPES[key[0]].as_dict(found)
        if self.keep:
            self._note(key)
            self._rows[key] = row
            if lock and row is not None:
                self._locked.add(key)
        return row

    def inserted(self, record: str, row: Row, stored: Row) -> None:
        """Take in a new row: as it is by name, and as its columns hold it."""
        key = (record, row["id"])
        if self.keep:
            self._note(key)
            self._rows[key] = row
            self._locked.add(key)
        self._inserts[key] = stored
        if not self.queueing:
            self.flush()

    def updated(self, record: str, row: Row, stored: Row) -> None:
        """Take in a changed row: as it is by name, and the columns that changed."""
        key = (record, row["id"])
        if self.keep:
            self._note(key)
            self._rows[key] = row
        if key in self._inserts:
            self._inserts[key] = self._inserts[key] | stored
        else:
            self._updates[key] = self._updates.get(key, _UNREAD) | stored
        if not self.queueing:
            self.flush()

    def flush(self) -> None:
        """Write what waits, one statement for each record and set of columns."""
        inserts, updates = self._inserts, self._updates
        if not inserts and not updates:
            return
        self._inserts, self._updates = {}, {}
        by_record: dict[str, list[Row]] = defaultdict(list)
        for (record, _), stored in inserts.items():
            by_record[record].append(stored)
        for record, rows in by_record.items():
            names = tuple(column.name for column in ROWS[record].columns)
            bulk_insert(self._connection, ROWS[record], names, [tuple(map(row.get, names)) for row in rows])
        by_columns: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = defaultdict(list)
        for (record, row_id), stored in updates.items():
            names = tuple(sorted(stored))
            by_columns[record, names].append((*map(stored.__getitem__, names), row_id))
        for (record, names), values in by_columns.items():
            bulk_update(self._connection, ROWS[record], names, values)

    def mark(self) -> int:
        """Return a mark for `undo`."""
        return len(self._undo)

    def undo(self, mark: int) -> None:
        """Forget what was read and written since a mark; what the database did is its savepoint's business."""
        for key, row, stored, changed in reversed(self._undo[mark:]):
            for kept, value in ((self._inserts, stored), (self._updates, changed)):
                if value is None:
                    kept.pop(key, None)
                else:
                    kept[key] = value
            if row is _UNREAD:
                self._rows.pop(key, None)
                self._locked.discard(key)
            else:
                self._rows[key] = row
        del self._undo[mark:]

    def _note(self, key: Key) -> None:
        before = self._rows.get(key, _UNREAD)
        self._undo.append((key, before, self._inserts.get(key), self._updates.get(key)))


def _copy(record: str, row: Row) -> Row:
    """Return a row whose lists and maps may be changed without harm to the kept one."""
    copy = dict(row)
    for name in _NESTED[record]:
        value = row[name]
        if type(value) is list:
            copy[name] = [dict(one) if type(one) is dict else one for one in value]
        elif type(value) is dict:
            copy[name] = dict(value)
    return copy
