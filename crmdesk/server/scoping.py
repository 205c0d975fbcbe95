"""Scopes of rows, worked out in sets by the declared rule; which other rows a change moves along."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select

from crmdesk.domain.fields import ScopeRule
from crmdesk.domain.records import RECORDS
from crmdesk.domain.scopes import COMPANY, budget_scope, money_scope, person_scope, territory_scope
from crmdesk.server.tables import ROWS

Key = tuple[str, str]
Scopes = dict[str, frozenset[str]]
MOVING_FIELDS = frozenset({"territory_id", "owner_id", "doctor_id", "institution_id", "parent_id", "parent_record"})
"""Fields whose change can change the scopes of the row or of others."""
_CHUNK = 900
_NONE: frozenset[str] = frozenset()
_BY_PARENT = tuple(record.name for record in RECORDS.values() if record.scope is ScopeRule.PARENT)
_WITHOUT_CHILDREN = frozenset({"attachment", "conflict", "audit_entry"})
"""Records on which nothing hangs; on an adverse event, which itself follows a visit, conflicts do."""
_PLACED_BY = {
    ScopeRule.TERRITORY: frozenset({"territory_id"}),
    ScopeRule.MONEY: frozenset({"territory_id", "owner_id"}),
    ScopeRule.BUDGET: frozenset({"territory_id"}),
    ScopeRule.OWN: frozenset({"owner_id"}),
}
"""What of a row decides where it is, and all that hangs on it. Customers reach further; what hangs on a row takes
nothing along but the conflicts of an adverse event, which stays with its visit."""
_DOCTOR, _INSTITUTION = ROWS["doctor"], ROWS["institution"]
_AFFILIATION, _DEPARTMENT = ROWS["affiliation"], ROWS["department"]


@dataclass(frozen=True, slots=True)
class Move:
    """A change that can move rows between scopes; `old` holds the earlier values of the moving fields."""

    record: str
    row_id: str
    old: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the feed needs of a row: its scopes, its revision, whether it is deleted."""

    scopes: frozenset[str]
    revision: int
    deleted: bool


def is_structural(moves: Sequence[Move]) -> bool:
    """Say whether the moves can change the scopes of other rows: nobody may make or change such a row meanwhile."""
    return any(_takes_others_along(move) for move in moves)


def _takes_others_along(move: Move) -> bool:
    rule = RECORDS[move.record].scope
    return rule is ScopeRule.CUSTOMER or not _PLACED_BY.get(rule, _NONE).isdisjoint(move.old)


def standings(connection: Connection, keys: Iterable[Key]) -> dict[Key, Standing]:
    """Return the standing of each row that exists."""
    found: dict[Key, Standing] = {}
    for record, ids in _by_record(keys).items():
        table = ROWS[record]
        scopes = scopes_of(connection, record, ids)
        for row in _rows(connection, (table.c.id, table.c.revision, table.c.deleted), table.c.id, ids):
            found[record, row[0]] = Standing(scopes.get(row[0], _NONE), row[1], bool(row[2]))
    return found


def scopes_of(connection: Connection, record: str, ids: Iterable[str], depth: int = 0) -> Scopes:
    """Return the scopes of rows of one record by the rule of its declaration; unknown ids are left out."""
    wanted = list(dict.fromkeys(ids))
    rule = RECORDS[record].scope
    if rule is ScopeRule.COMPANY:
        return dict.fromkeys(wanted, frozenset({COMPANY}))
    if rule is ScopeRule.CUSTOMER:
        return _CUSTOMER_RULES[record](connection, wanted)
    if rule is ScopeRule.PARENT:
        return _as_parent(connection, record, wanted, depth)
    return _by_own_fields(connection, record, rule, wanted)


def affected(connection: Connection, moves: Iterable[Move]) -> set[Key]:
    """Return the customers whose scopes the moves may have changed (their children come with them afterwards)."""
    ids: dict[str, set[str]] = defaultdict(set)
    for move in moves:
        ids[move.record].add(move.row_id)
        for name, record in (("doctor_id", "doctor"), ("institution_id", "institution")):
            if move.record == "affiliation" and move.old.get(name):
                ids[record].add(move.old[name])
    keys = {(record, one) for record, some in ids.items() for one in some}
    pair = (_AFFILIATION.c.doctor_id, _AFFILIATION.c.institution_id)
    for column, some in (
        (_AFFILIATION.c.id, ids["affiliation"]),
        (_AFFILIATION.c.doctor_id, ids["doctor"]),
        (_AFFILIATION.c.institution_id, ids["institution"]),
    ):
        for doctor_id, institution_id in _rows(connection, pair, column, some):
            keys |= {("doctor", doctor_id), ("institution", institution_id)}
    return keys


def children(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Return the rows whose scopes follow those of `keys`."""
    found: set[Key] = set()
    by_record = _by_record(keys)
    links = (
        ("doctor", _AFFILIATION, _AFFILIATION.c.doctor_id, "affiliation"),
        ("institution", _AFFILIATION, _AFFILIATION.c.institution_id, "affiliation"),
        ("institution", _DEPARTMENT, _DEPARTMENT.c.institution_id, "department"),
    )
    for parent, table, column, record in links:
        found |= {(record, row[0]) for row in _rows(connection, (table.c.id,), column, by_record.get(parent, ()))}
    for record in _BY_PARENT:
        table = ROWS[record]
        columns = (table.c.id, table.c.parent_record, table.c.parent_id)
        for parent, ids in by_record.items():
            if parent not in _WITHOUT_CHILDREN:
                rows = _rows(connection, columns, table.c.parent_id, ids)
                found |= {(record, row[0]) for row in rows if row[1] == parent}
    return found


def _by_record(keys: Iterable[Key]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for record, row_id in keys:
        grouped[record].append(row_id)
    return grouped


def _rows(connection: Connection, columns: tuple[Any, ...], where: Any, ids: Iterable[str]) -> Iterator[Any]:
    wanted = list(ids)
    for start in range(0, len(wanted), _CHUNK):
        yield from connection.execute(_chosen(columns, where), {"ids": wanted[start : start + _CHUNK]})


@cache  # there are as many as places in this module that ask; building one anew takes as long as running it
def _chosen(columns: tuple[Any, ...], where: Any) -> Select[Any]:
    return select(*columns).where(where.in_(bindparam("ids", expanding=True)))


@cache
def _reached(own: Table, other: Table) -> Select[Any]:
    """Return what finds the territories of the other ends of affiliations."""
    mine, its = _AFFILIATION.c.doctor_id, _AFFILIATION.c.institution_id
    if own is not _DOCTOR:
        mine, its = its, mine
    reached = select(mine, other.c.territory_id).join(other, other.c.id == its)
    chosen = mine.in_(bindparam("ids", expanding=True))
    return reached.where(chosen, _AFFILIATION.c.deleted.is_(False)).distinct()


def _by_own_fields(connection: Connection, record: str, rule: ScopeRule, ids: list[str]) -> Scopes:
    table = ROWS[record]
    if rule is ScopeRule.MONEY:
        rows = _rows(connection, (table.c.id, table.c.territory_id, table.c.owner_id), table.c.id, ids)
        return {row[0]: frozenset({money_scope(row[1]), person_scope(row[2])}) for row in rows}
    if rule is ScopeRule.OWN:
        owners = _rows(connection, (table.c.id, table.c.owner_id), table.c.id, ids)
        return {row[0]: frozenset({person_scope(row[1])}) for row in owners}
    make = budget_scope if rule is ScopeRule.BUDGET else territory_scope
    rows = _rows(connection, (table.c.id, table.c.territory_id), table.c.id, ids)
    return {row[0]: frozenset({make(row[1])}) for row in rows}


def _customers(connection: Connection, own: Table, other: Table, ids: list[str]) -> Scopes:
    """Return the scopes of doctors or institutions: own territory and those reached through affiliations."""
    territories: dict[str, set[str]] = {}
    for row in _rows(connection, (own.c.id, own.c.territory_id), own.c.id, ids):
        territories[row[0]] = {row[1]}
    for start in range(0, len(ids), _CHUNK):
        for pair in connection.execute(_reached(own, other), {"ids": ids[start : start + _CHUNK]}):
            if pair[0] in territories:
                territories[pair[0]].add(pair[1])
    return {one: frozenset(map(territory_scope, some)) for one, some in territories.items()}


def _doctors(connection: Connection, ids: list[str]) -> Scopes:
    return _customers(connection, _DOCTOR, _INSTITUTION, ids)


def _institutions(connection: Connection, ids: list[str]) -> Scopes:
    return _customers(connection, _INSTITUTION, _DOCTOR, ids)


def _departments(connection: Connection, ids: list[str]) -> Scopes:
    rows = list(_rows(connection, (_DEPARTMENT.c.id, _DEPARTMENT.c.institution_id), _DEPARTMENT.c.id, ids))
    parents = _institutions(connection, list({row[1] for row in rows}))
    return {row[0]: parents.get(row[1], _NONE) for row in rows}


def _affiliations(connection: Connection, ids: list[str]) -> Scopes:
    """Return the scopes that hold both ends, so that no laptop gets an affiliation with an end missing."""
    columns = (_AFFILIATION.c.id, _AFFILIATION.c.doctor_id, _AFFILIATION.c.institution_id)
    rows = list(_rows(connection, columns, _AFFILIATION.c.id, ids))
    doctors = _doctors(connection, list({row[1] for row in rows}))
    institutions = _institutions(connection, list({row[2] for row in rows}))
    return {row[0]: doctors.get(row[1], _NONE) & institutions.get(row[2], _NONE) for row in rows}


def _as_parent(connection: Connection, record: str, ids: list[str], depth: int) -> Scopes:
    table = ROWS[record]
    columns = (table.c.id, table.c.parent_record, table.c.parent_id)
    rows = list(_rows(connection, columns, table.c.id, ids))
    parents: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row[1] in RECORDS and (depth == 0 or row[1] not in _BY_PARENT):
            parents[row[1]].append(row[2])
    known = {parent: scopes_of(connection, parent, some, depth + 1) for parent, some in parents.items()}
    return {row[0]: known.get(row[1], {}).get(row[2], _NONE) for row in rows}


_CUSTOMER_RULES: dict[str, Callable[[Connection, list[str]], Scopes]] = {
    "doctor": _doctors,
    "institution": _institutions,
    "department": _departments,
    "affiliation": _affiliations,
}
