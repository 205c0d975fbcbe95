"""The order of the customer list as ids, kept between reads, so that a page far down costs no more than the first."""

import re
import threading
from collections import OrderedDict
from datetime import date
from typing import Any, NamedTuple

from crmdesk.domain.clock import local_date, utc_now
from crmdesk.domain.custom_fields import is_custom, key_of
from crmdesk.domain.errors import InputError
from crmdesk.domain.records import CUSTOM
from crmdesk.services import customer_filter
from crmdesk.services.commands import ChangeSet
from crmdesk.services.customer_filter import ANY, Conditions, rank
from crmdesk.services.due_days import due_days
from crmdesk.services.visit_index import VisitIndex
from crmdesk.storage import search
from crmdesk.storage.connection import Connection
from crmdesk.storage.pinyin import phrase_reading

_KEPT = 12
_OWN = re.compile(r"custom\.[a-z][a-z0-9_]{0,39}")
_FOUND_LIMIT = 2_000
_TOUCHED_BY = {
    "doctor": frozenset({"doctor", "affiliation", "institution", "department", "territory"}),
    "institution": frozenset({"institution", "territory"}),
}
_DECIDING = frozenset({"visit", "cycle_plan", "plan_target"})
"""Records that decide who was seen and who is due."""
_BOTH = {
    "class": "coalesce(nullif(customer_class, ''), '~')",
    "phone": "coalesce(nullif(phone, ''), '~')",
    "updated": "coalesce(updated_at, '')",
}
_COLUMNS = {
    "doctor": _BOTH
    | {
        "title": rank("doctor_title", "title"),
        "specialty": rank("specialty", "specialty"),
        "influence": rank("influence", "influence"),
        "status": rank("doctor_status", "status"),
        "mobile": "coalesce(nullif(mobile, ''), '~')",
        "email": "lower(coalesce(nullif(email, ''), '~'))",
        "consent": "999 - json_array_length(coalesce(consent, '[]'))",
    },
    "institution": _BOTH
    | {
        "level": rank("institution_level", "level"),
        "kind": rank("institution_kind", "kind"),
        "status": "CASE WHEN under_review THEN 0 ELSE 1 END",
    },
}
_TEXTS = {
    "doctor": {"tags": "nullif(tags, '[]')"},
    "institution": {"city": "city", "province": "province", "address": "address"},
}
"""Columns of Chinese text, sorted as they are read aloud."""
_LAST = "\U0010ffff"


class Filter(NamedTuple):
    """What the customer list shows; `sort` is a column, with `-` before it for the other direction.

    `day` is the present one (ISO) where conditions depend on it, so that yesterday's answer is not today's.
    """

    record: str
    text: str = ""
    sort: str = "name"
    customer_class: str = ""
    where: Conditions = ANY
    day: str = ""

    @property
    def classes(self) -> Conditions:
        """The conditions, with the one class of `customer_class` among them."""
        return self.where if not self.customer_class else self.where._replace(classes=(self.customer_class,))


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
                by_visit = (
                    wanted.sort.endswith(("last_visit", "due")) or wanted.where.by_visit
                ) and touched & _DECIDING
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
        if wanted.sort == "name":  # the best hit first, as in the search box
            allowed, merged = self._allowed(connection, wanted), _merged(connection, wanted)
            return [hit.id for hit in hits if (allowed is None or hit.id in allowed) and hit.id not in merged]
        kept = {hit.id for hit in hits}
        return [one for one in self.ids(connection, moment, wanted._replace(text="")) if one in kept]

    def _allowed(self, connection: Connection, wanted: Filter) -> frozenset[str] | None:
        today = date.fromisoformat(wanted.day) if wanted.day else local_date(utc_now())
        where = wanted.classes
        return customer_filter.ids_meeting(connection, self._visits, wanted.record, where, today)

    def _ordered(self, connection: Connection, moment: int, wanted: Filter) -> list[str]:
        column, descending = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
        allowed = self._allowed(connection, wanted)
        ids = self._base(connection, moment, wanted)
        if allowed is not None:
            ids = [one for one in ids if one in allowed]
        if column == "name":
            return ids[::-1] if descending else ids
        if column == "due":
            today = date.fromisoformat(wanted.day) if wanted.day else local_date(utc_now())
            days = due_days(connection, self._visits, today, wanted.record)
            return sorted(ids, key=lambda one: days[one].day if one in days else _LAST, reverse=descending)
        keys, missing = self._keys(connection, wanted.record, column)
        return sorted(ids, key=lambda one: keys.get(one, missing), reverse=descending)

    def _base(self, connection: Connection, moment: int, wanted: Filter) -> list[str]:
        """Return everybody by name: the list without conditions, which is kept, or worked out where it is asked for."""
        everybody, merged = Filter(wanted.record), _merged(connection, wanted)
        if wanted != everybody and "merged" not in wanted.where.status:
            return self.ids(connection, moment, everybody)
        return [one for one in _by_name(connection, wanted.record) if one not in merged]

    def _keys(self, connection: Connection, record: str, column: str) -> tuple[dict[str, Any], Any]:
        """Return what a column is sorted by, by id, and the key of whoever has none.

        One never visited comes before all others, whoever has no value comes last.
        """
        if column == "last_visit":
            return dict(self._visits.last_visits(connection)), ""
        if column == "territory":
            names = _read_aloud(_pairs(connection, "SELECT id, name FROM row_territory"))
            ids = _pairs(connection, f"SELECT id, territory_id FROM row_{record} NOT INDEXED")
            return {one: names.get(place, _LAST) for one, place in ids.items()}, _LAST
        if is_custom(column):
            return _own_values(connection, record, column)
        if record == "doctor" and column in ("institution", "department"):
            return _places(connection, column), _LAST
        if column in _TEXTS[record]:
            pairs = _pairs(connection, f"SELECT id, {_TEXTS[record][column]} FROM row_{record} NOT INDEXED")
            return _read_aloud(pairs), _LAST
        expression = _COLUMNS[record].get(column)
        if expression is None:
            raise InputError("unknown_sort", sort=column[:60])
        return _pairs(connection, f"SELECT id, {expression} FROM row_{record} NOT INDEXED"), _LAST


def _pairs(connection: Connection, statement: str, **params: Any) -> dict[Any, Any]:
    return {row[0]: row[1] for row in connection.execute(statement, params)}


def _own_values(connection: Connection, record: str, column: str) -> tuple[dict[str, Any], Any]:
    """Return the values of a company field that can be compared: numbers and yes or no before what is read aloud."""
    if not _OWN.fullmatch(column):
        raise InputError("unknown_sort", sort=column[:60])
    expression = f"json_extract({CUSTOM.name}, '$.{key_of(column)}')"
    found = _pairs(connection, f"SELECT id, {expression} FROM row_{record} NOT INDEXED WHERE {expression} IS NOT NULL")
    aloud = _read_aloud({one: str(value) for one, value in found.items()})
    keys = {one: (0, value, "") if isinstance(value, int) else (1, 0, aloud[one]) for one, value in found.items()}
    return keys, (2, 0, "")


def _merged(connection: Connection, wanted: Filter) -> frozenset[str]:
    """Return the doctors who went into another one: they are listed only where somebody asks for that state."""
    if wanted.record != "doctor" or "merged" in wanted.where.status:
        return frozenset()
    return frozenset(connection.execute("SELECT id FROM row_doctor WHERE status = 'merged'").scalars())


def _read_aloud(pairs: dict[str, Any]) -> dict[str, str]:
    """Return the reading of each text, by id; texts that repeat (cities, departments) are read once."""
    readings = {value: " ".join(phrase_reading(value)) or value for value in set(pairs.values()) if value}
    return {one: readings.get(value, _LAST) for one, value in pairs.items()}


def _by_name(connection: Connection, record: str) -> list[str]:
    """Return ids in the order of pinyin, from two indexes that hold all that is asked: no row is read.

    A row is shown as deleted only while its deletion waits in the outbox, so those few are looked up there.
    """
    rowids = connection.execute(f"SELECT rowid FROM row_{record} ORDER BY pinyin, rowid").scalars()
    gone = set(
        connection.execute(
            "SELECT row_id FROM outbox WHERE record = :record AND kind = 'delete'", {"record": record}
        ).scalars()
    )
    ids = _pairs(connection, f"SELECT rowid, id FROM row_{record} ORDER BY id")
    return [ids[rowid] for rowid in rowids if rowid in ids and ids[rowid] not in gone]


def _places(connection: Connection, column: str) -> dict[str, str]:
    """Return the sort key of each doctor's main institution or department."""
    if column == "institution":
        names = _pairs(connection, "SELECT id, pinyin FROM row_institution")
    else:
        names = _read_aloud(_pairs(connection, "SELECT id, name FROM row_department NOT INDEXED"))
    found: dict[str, str] = {}
    rows = connection.execute(
        f"SELECT doctor_id, {column}_id, is_primary FROM row_affiliation NOT INDEXED WHERE deleted = 0"
    )
    for doctor_id, place_id, is_primary in rows:
        if is_primary or doctor_id not in found:
            found[doctor_id] = names.get(place_id) or _LAST
    return found
