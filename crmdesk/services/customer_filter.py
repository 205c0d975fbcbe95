"""The conditions of the customer list: what can be asked of a customer, as plain data, as text, and as ids."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from crmdesk.domain.clock import at_minute
from crmdesk.domain.picklists import PICKLISTS, codes
from crmdesk.services import shown
from crmdesk.services.due import PLAIN_CLASSES, PLAIN_DAYS, due_doctors, edge, plans_of, unseen_in_cycle
from crmdesk.services.own_conditions import Own, own_conditions, statements
from crmdesk.services.visit_index import VisitIndex
from crmdesk.storage.connection import Connection
from crmdesk.storage.visits_of import PROMISED

NONE = "none"
"""Among codes: without any (no class, no consent to any channel)."""
NEVER, NOT_IN_CYCLE = "never", "not_cycle"
SEEN = ("within_7", "within_30", NOT_IN_CYCLE, "not_30", "not_60", "not_90", "not_180", NEVER)
"""When somebody was last seen: within so many days, not in the running cycle, not for so many days (or never), never.
"""
VISIT, PROMISE = "visit", "promise"
DUE = (VISIT, PROMISE)
_MAX_ENTRIES = 200
_MAX_LENGTH = 200


class Conditions(NamedTuple):
    """What a customer has to meet: one of the entries of each condition that has any, and all conditions at once."""

    classes: tuple[str, ...] = ()  # codes, NONE for customers without a class
    territories: tuple[str, ...] = ()  # ids
    institutions: tuple[str, ...] = ()  # ids of where a doctor works, in any role
    specialties: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()  # of institutions
    seen: str = ""  # one of SEEN
    due: tuple[str, ...] = ()  # of DUE
    consent: tuple[str, ...] = ()  # channels, NONE for no channel at all
    tags: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    custom: tuple[Own, ...] = ()  # about company fields

    @property
    def by_visit(self) -> bool:
        """Say whether visits decide, and with them the present day."""
        return bool(self.seen or self.due)

    def plain(self) -> dict[str, Any]:
        """Return the conditions that are set, as JSON takes them."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in self._asdict().items() if value
        }


ANY = Conditions()
"""No condition at all."""

_CODES: dict[str, frozenset[str]] = {
    "classes": codes("customer_class") | {NONE},
    "specialties": codes("specialty"),
    "levels": codes("institution_level"),
    "due": frozenset(DUE),
    "consent": codes("consent_channel") | {NONE},
    "status": codes("doctor_status"),
}


def conditions_of(plain: Any) -> Conditions:
    """Read what `Conditions.plain` made; whatever is not understood is left out, so that an old filter still opens."""
    if not isinstance(plain, Mapping):
        return Conditions()
    found: dict[str, Any] = {}
    for name in Conditions._fields:
        given = plain.get(name)
        if name == "seen":
            found[name] = given if given in SEEN else ""
        elif name == "custom":
            found[name] = own_conditions(given if isinstance(given, list) else ())
        elif isinstance(given, list):
            found[name] = _entries(name, given)
    return Conditions(**found)


def _entries(name: str, given: list[Any]) -> tuple[str, ...]:
    allowed = _CODES.get(name)
    texts = (one for one in given if isinstance(one, str) and 0 < len(one) <= _MAX_LENGTH)
    return tuple(sorted({one for one in texts if allowed is None or one in allowed})[:_MAX_ENTRIES])


class SavedFilter(NamedTuple):
    """A filter that a person keeps under a name; `text` is what stood in the search field."""

    name: str
    record: str
    text: str = ""
    sort: str = "name"
    where: Conditions = ANY


MAX_NAME = 40
MAX_SAVED = 60


def saved_filters(text_kept: str) -> tuple[SavedFilter, ...]:
    """Read the filters that `kept_filters` wrote; what cannot be read is left out."""
    try:
        entries = json.loads(text_kept or "[]")
    except ValueError:
        return ()
    found = [_saved(entry) for entry in entries] if isinstance(entries, list) else []
    return tuple(one for one in found if one is not None)[:MAX_SAVED]


def _saved(entry: Any) -> SavedFilter | None:
    if not isinstance(entry, Mapping) or entry.get("record") not in ("doctor", "institution"):
        return None
    name = str(entry.get("name") or "").strip()[:MAX_NAME]
    if not name:
        return None
    words, sort = str(entry.get("text") or "")[:_MAX_LENGTH], str(entry.get("sort") or "name")[:40]
    return SavedFilter(name, entry["record"], words, sort, conditions_of(entry.get("where")))


def kept_filters(filters: tuple[SavedFilter, ...]) -> str:
    """Return filters as the text that a preference keeps."""
    return json.dumps([one._asdict() | {"where": one.where.plain()} for one in filters], ensure_ascii=False)


def ids_meeting(
    connection: Connection, visits: VisitIndex, record: str, where: Conditions, today: date
) -> frozenset[str] | None:
    """Return the ids of the customers that meet all conditions; None where there is no condition."""
    found: frozenset[str] | None = None
    for name, value in where._asdict().items():
        ask = _ASKED[record].get(name)
        if not value or ask is None:
            continue
        ids = ask(_Look(connection, visits, record, today), value)
        found = ids if found is None else found & ids
        if not found:
            break
    return found


class _Look(NamedTuple):
    connection: Connection
    visits: VisitIndex
    record: str
    today: date

    def ids(self, where: str, params: Mapping[str, Any]) -> frozenset[str]:
        statement = f"SELECT id FROM row_{self.record} NOT INDEXED WHERE deleted = 0 AND ({where})"
        return frozenset(self.connection.execute(statement, params).scalars())

    def column(self, column: str, wanted: tuple[str, ...]) -> frozenset[str]:
        marks, params = shown.in_list([one for one in wanted if one != NONE])
        parts = [f"{column} IN ({marks})"] if params else []
        if NONE in wanted:
            parts.append(f"coalesce({column}, '') = ''")
        return self.ids(" OR ".join(parts), params)

    def entries(self, column: str, wanted: tuple[str, ...]) -> frozenset[str]:
        marks, params = shown.in_list([one for one in wanted if one != NONE])
        parts = []
        if params:
            inside = f"SELECT 1 FROM json_each(row_{self.record}.{column}) WHERE value IN ({marks})"
            parts.append(f"EXISTS ({inside})")
        if NONE in wanted:
            parts.append(f"coalesce({column}, '[]') = '[]'")
        return self.ids(" OR ".join(parts), params)


def _seen(look: _Look, wanted: str) -> frozenset[str]:
    if wanted == NEVER:
        return look.ids("1", {}) - look.visits.last_visits(look.connection).keys()
    if wanted == NOT_IN_CYCLE:
        return _unseen_in_cycle(look)
    kind, _, days = wanted.partition("_")
    seen = frozenset(look.visits.last_visits(look.connection, edge(look.today, int(days))))
    return seen if kind == "within" else look.ids("1", {}) - seen


def _unseen_in_cycle(look: _Look) -> frozenset[str]:
    if look.record == "doctor":
        return unseen_in_cycle(look.connection, look.visits, look.today)
    found: frozenset[str] = frozenset()  # plans are for doctors: of institutions all count that lie where one runs
    for plan in plans_of(look.connection, look.today).values():
        since = at_minute(date.fromisoformat(plan["starts_on"]), 0)
        found |= look.column("territory_id", (plan["territory_id"],))
        found -= look.visits.last_visits(look.connection, since).keys()
    return found


def _due(look: _Look, wanted: tuple[str, ...]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    if VISIT in wanted:
        found |= _due_for_visit(look)
    if PROMISE in wanted:
        found |= _promised(look)
    return found


def _due_for_visit(look: _Look) -> frozenset[str]:
    if look.record == "doctor":
        return frozenset(due_doctors(look.connection, look.visits, look.today))
    return look.column("customer_class", PLAIN_CLASSES) & _seen(look, f"not_{PLAIN_DAYS}")  # plans are for doctors


def _promised(look: _Look) -> frozenset[str]:
    """Return the customers with a promise whose day has come, whoever made it."""
    statement = f"SELECT doctor_ids, institution_id FROM row_visit WHERE next_step_on <= :day AND {PROMISED}"
    rows = look.connection.execute(statement, {"day": look.today.isoformat()}).fetchall()
    if look.record == "doctor":
        return frozenset(one for row in rows for one in json.loads(row[0] or "[]"))
    return frozenset(row[1] for row in rows if row[1])


def _working_at(look: _Look, wanted: tuple[str, ...]) -> frozenset[str]:
    marks, params = shown.in_list(wanted)
    statement = f"SELECT doctor_id FROM row_affiliation WHERE deleted = 0 AND institution_id IN ({marks})"
    return frozenset(look.connection.execute(statement, params).scalars())


def _by_own_fields(look: _Look, wanted: tuple[Own, ...]) -> frozenset[str]:
    found = [look.ids(where, params) for where, params in statements(f"row_{look.record}", wanted)]
    return frozenset.intersection(*found)


_Asked = Callable[[_Look, Any], frozenset[str]]


def _by_column(column: str) -> _Asked:
    return lambda look, wanted: look.column(column, wanted)


def _by_entries(column: str) -> _Asked:
    return lambda look, wanted: look.entries(column, wanted)


_BOTH: dict[str, _Asked] = {
    "classes": _by_column("customer_class"),
    "territories": _by_column("territory_id"),
    "seen": _seen,
    "due": _due,
    "custom": _by_own_fields,
}
_ASKED: dict[str, dict[str, _Asked]] = {
    "doctor": _BOTH
    | {
        "institutions": _working_at,
        "specialties": _by_column("specialty"),
        "consent": _by_entries("consent"),
        "tags": _by_entries("tags"),
        "status": _by_column("status"),
    },
    "institution": _BOTH | {"levels": _by_column("level")},
}


def conditions_for(record: str) -> frozenset[str]:
    """Return the names of the conditions that can be asked of a record; others say nothing about it."""
    return frozenset(_ASKED[record])


def rank(picklist: str, column: str) -> str:
    """Return an SQL expression that orders a column as its picklist is ordered, unknown and empty ones last."""
    entries = " ".join(f"WHEN '{one.code}' THEN {place}" for place, one in enumerate(PICKLISTS[picklist]))
    return f"CASE {column} {entries} ELSE 999 END"
