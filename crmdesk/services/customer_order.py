"""The order of the customer list as ids, kept between reads, so that a page far down costs no more than the first."""

import threading
from collections import OrderedDict
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from crmdesk.domain.errors import InputError
from crmdesk.services.commands import ChangeSet
from crmdesk.services.visit_index import VisitIndex
from crmdesk.storage import search

_KEPT = 12
_FOUND_LIMIT = 2_000
_TOUCHED_BY = {
    "doctor": frozenset({"doctor", "affiliation", "institution"}),
    "institution": frozenset({"institution"}),
}
_COLUMNS = {
    "doctor": {
        "title": "coalesce(title, '~')",
        "specialty": "coalesce(specialty, '~')",
        "class": "coalesce(nullif(customer_class, ''), '~')",
        "updated": "coalesce(updated_at, '')",
    },
    "institution": {
        "level": "coalesce(level, '~')",
        "class": "coalesce(nullif(customer_class, ''), '~')",
        "updated": "coalesce(updated_at, '')",
    },
}
_LAST = "\U0010ffff"


class Filter(NamedTuple):
    """What the customer list shows; `sort` is a column, with `-` before it for the other direction."""

    record: str
    text: str = ""
    sort: str = "name"
    customer_class: str = ""


class CustomerOrders:
    """Ordered ids by filter, forgotten when a change may have moved something; safe for several threads.

    `moment` counts published changes: what an older look at the store worked out is used but not kept.
    """

    def __init__(self, visits: VisitIndex) -> None:
        self._visits = visits
        self._lock = threading.Lock()
        self._moment = 0
        self._kept: OrderedDict[Filter, list[str]] = OrderedDict()

    def forget(self, changes: ChangeSet, moment: int) -> None:
        """Drop the orders that a change may have moved."""
        touched = frozenset(changes.changed)
        with self._lock:
            self._moment = moment
            for wanted in list(self._kept):
                by_visit = wanted.sort.endswith("last_visit") and "visit" in touched
                if by_visit or touched & _TOUCHED_BY[wanted.record]:
                    del self._kept[wanted]

    def ids(self, connection: Connection, moment: int, wanted: Filter) -> list[str]:
        """Return all ids that the filter shows, in order; raises InputError('unknown_sort', 'unknown_record').

        With a text these are the best hits of the search only.
        """
        with self._lock:
            known = self._kept.get(wanted)
        if known is not None:
            return known
        ids = self._work_out(connection, moment, wanted)
        with self._lock:
            if moment == self._moment:
                self._kept[wanted] = ids
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return ids

    def _work_out(self, connection: Connection, moment: int, wanted: Filter) -> list[str]:
        if wanted.record not in _COLUMNS:
            raise InputError("unknown_record", record=wanted.record[:60])
        if not wanted.text.strip():
            return self._ordered(connection, moment, wanted)
        hits = search.find(connection, wanted.text, _FOUND_LIMIT, (wanted.record,))
        found = [hit.id for hit in hits if wanted.customer_class in ("", hit.customer_class)]
        if wanted.sort == "name":  # the best hit first, as in the search box
            return found
        kept = set(found)
        return [one for one in self.ids(connection, moment, wanted._replace(text="")) if one in kept]

    def _ordered(self, connection: Connection, moment: int, wanted: Filter) -> list[str]:
        column, descending = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
        ids = _by_name(connection, wanted.record, wanted.customer_class)
        if column == "name":
            return ids[::-1] if descending else ids
        keys = self._keys(connection, moment, wanted.record, column)
        missing = "" if column == "last_visit" else _LAST
        return sorted(ids, key=lambda one: keys.get(one, missing), reverse=descending)

    def _keys(self, connection: Connection, moment: int, record: str, column: str) -> dict[str, str]:
        """Return what a column is sorted by, by id; one never visited comes before all others."""
        if column == "last_visit":
            return dict(self._visits.last_visits(connection, moment))
        if column == "institution" and record == "doctor":
            return _places(connection)
        expression = _COLUMNS[record].get(column)
        if expression is None:
            raise InputError("unknown_sort", sort=column[:60])
        return _pairs(connection, f"SELECT id, {expression} FROM row_{record} NOT INDEXED")


def _pairs(connection: Connection, statement: str, **params: Any) -> dict[Any, Any]:
    return {row[0]: row[1] for row in connection.execute(text(statement), params)}


def _by_name(connection: Connection, record: str, customer_class: str) -> list[str]:
    """Return ids in the order of pinyin, from two indexes that hold all that is asked: no row is read.

    A row is shown as deleted only while its deletion waits in the outbox, so those few are looked up there.
    """
    rowids = connection.execute(text(f"SELECT rowid FROM row_{record} ORDER BY pinyin, rowid")).scalars()
    gone = set(
        connection.execute(
            text("SELECT row_id FROM outbox WHERE record = :record AND kind = 'delete'"), {"record": record}
        ).scalars()
    )
    if customer_class:
        chosen = f"SELECT rowid, id FROM row_{record} NOT INDEXED WHERE customer_class = :customer_class"
        ids = _pairs(connection, chosen, customer_class=customer_class)
    else:
        ids = _pairs(connection, f"SELECT rowid, id FROM row_{record} ORDER BY id")
    return [ids[rowid] for rowid in rowids if rowid in ids and ids[rowid] not in gone]


def _places(connection: Connection) -> dict[str, str]:
    """Return the sort key of each doctor's main institution."""
    names = _pairs(connection, "SELECT id, pinyin FROM row_institution")
    found: dict[str, str] = {}
    rows = connection.execute(
        text("SELECT doctor_id, institution_id, is_primary FROM row_affiliation NOT INDEXED WHERE deleted = 0")
    )
    for doctor_id, institution_id, is_primary in rows:
        if is_primary or doctor_id not in found:
            found[doctor_id] = names.get(institution_id) or _LAST
    return found
