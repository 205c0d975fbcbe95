"""Which visits a customer had and when the last one was: kept in memory, brought up to date by each change."""

import json
import sys
import threading
from array import array
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from crmdesk.services import shown
from crmdesk.services.commands import ChangeSet
from crmdesk.storage.work import driver_of

_MANY = 500
_WIDTH = 8  # bytes of a row number, `q` of array and memoryview
_COLUMNS = "SELECT rowid, doctor_ids, institution_id, starts_at, state, absent_ids FROM row_visit"


@dataclass(slots=True)
class _Index:
    """Row numbers of visits by customer, and the start of the last submitted visit by customer.

    Row numbers are packed into bytes: they take a third of the room of lists, and the garbage collector, which runs in
    the window's thread, does not walk through them.
    """

    rows_of: dict[str, bytes] = field(default_factory=dict)
    last_of: dict[str, str] = field(default_factory=dict)
    highest: int = 0

    def add(self, rowid: int, customers: Iterable[str], starts_at: str, seen: Container[str]) -> None:
        self.highest = max(self.highest, rowid)
        for customer in customers:
            self.rows_of[customer] = self.rows_of.get(customer, b"") + rowid.to_bytes(_WIDTH, sys.byteorder)
            if customer in seen and starts_at > self.last_of.get(customer, ""):
                self.last_of[customer] = starts_at

    def rows(self, customer: str) -> Sequence[int]:
        """Return the row numbers of a customer's visits."""
        return memoryview(self.rows_of.get(customer, b"")).cast("q")

    def remove(self, rowids: set[int]) -> set[str]:
        """Take visits out; returns the customers that had them, whose last visit has to be found anew."""
        if min(rowids, default=self.highest + 1) > self.highest:
            return set()
        touched = {customer for customer in self.rows_of if not rowids.isdisjoint(self.rows(customer))}
        for customer in touched:
            self.rows_of[customer] = array("q", (one for one in self.rows(customer) if one not in rowids)).tobytes()
        return touched


class VisitIndex:
    """Visits by doctor and institution; safe for several threads.

    `moment` counts published changes: a look at the store that began before the last of them may use what is kept
    here but never renews it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moment = 0
        self._index: _Index | None = None
        self._changed: set[str] = set()

    def forget(self, changes: ChangeSet, moment: int) -> None:
        """Note which visits changed."""
        with self._lock:
            self._moment = moment
            ids = changes.changed.get("visit")
            if ids is None:
                return
            self._changed.update(ids)
            if not ids or len(self._changed) > _MANY:
                self._index = None
                self._changed.clear()

    def visits_of(self, connection: Connection, moment: int, customers: Iterable[str]) -> list[int]:
        """Return the row numbers of the visits of doctors or institutions, each once, in no particular order."""
        index = self._ready(connection, moment)
        return list({rowid for customer in customers for rowid in index.rows(customer)})

    def last_visits(self, connection: Connection, moment: int) -> Mapping[str, str]:
        """Return the start of the last submitted visit by customer id, doctors and institutions in one map."""
        return self._ready(connection, moment).last_of

    def _ready(self, connection: Connection, moment: int) -> _Index:
        with self._lock:
            index = self._index
            if moment != self._moment:
                return index or _built(connection)
            if index is None or not self._renew(connection, index):
                index = self._index = _built(connection)
            self._changed.clear()
            return index

    def _renew(self, connection: Connection, index: _Index) -> bool:
        """Bring the changed visits up to date; returns False where one is gone and only building anew is sure."""
        if not self._changed:
            return True
        marks, params = shown.in_list(sorted(self._changed))
        rows = connection.execute(text(f"{_COLUMNS} WHERE id IN ({marks})"), params).fetchall()
        if len(rows) < len(self._changed):
            return False
        touched = index.remove({row[0] for row in rows})
        for row in rows:
            _add(index, row)
        for customer in touched:
            index.last_of.pop(customer, None)
            for visit in _of_rowids(connection, list(index.rows(customer))):
                if customer in _seen(visit, _customers(visit)) and (visit[3] or "") > index.last_of.get(customer, ""):
                    index.last_of[customer] = visit[3]
        return True


def _built(connection: Connection) -> _Index:
    index = _Index()
    # straight from the driver: half a million rows as objects of a library would double the time
    for row in driver_of(connection).execute(f"{_COLUMNS} WHERE deleted = 0"):
        _add(index, row)
    return index


def _of_rowids(connection: Connection, rowids: Sequence[int]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(rowids), _MANY):
        marks, params = shown.in_list(rowids[start : start + _MANY])
        yield from connection.execute(text(f"{_COLUMNS} WHERE deleted = 0 AND rowid IN ({marks})"), params)


def _customers(row: Sequence[Any]) -> list[str]:
    return [*_ids(row[1]), *([row[2]] if row[2] else [])]


def _seen(row: Sequence[Any], customers: Sequence[str]) -> Sequence[str]:
    """Return which customers of a visit were seen: of a submitted one all but those who did not come."""
    if row[4] != "submitted":
        return ()
    absent = _ids(row[5])
    return [one for one in customers if one not in absent] if absent else customers


def _add(index: _Index, row: Sequence[Any]) -> None:
    customers = _customers(row)
    index.add(row[0], customers, row[3] or "", _seen(row, customers))


def _ids(stored: str | None) -> list[str]:
    """Return the ids of a stored set; of one alone without the reader, as nearly every visit is to one doctor."""
    if not stored or stored == "[]":
        return []
    return [stored[2:-2]] if "," not in stored else json.loads(stored)
