"""The book of who held which territory from when until when: kept with each change of people, places and assignments.

It is the server's own knowledge, so that no device's clock decides what somebody may still send after a territory went
to somebody else. Only those who write customers and visits are in it (representatives and managers).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from crmdesk.domain.clock import DEFAULT_ZONE, local_date, to_text
from crmdesk.domain.roles import Role
from crmdesk.server.tables import ROWS, TERRITORY_HELD, insert_for

WATCHED = frozenset({"user", "assignment", "territory"})
"""The records whose changes change who holds what."""
_WRITERS = (Role.REP.value, Role.MANAGER.value)
_USER, _ASSIGNMENT, _TERRITORY = ROWS["user"], ROWS["assignment"], ROWS["territory"]
_CHUNK = 500
Tree = list[tuple[str, str | None]]
"""The territories: (id, id of the one above, None at the top)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of time in which a person held a territory; instants as text, `until` None: held today.

    `withdrawn`: the assignment was taken back instead of ended.
    """

    territory_id: str
    since: str
    until: str | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """An assignment: the territory and those below it, from when until when (None: open)."""

    territories: frozenset[str]
    since: str
    until: str | None
    runs: bool


def with_those_below(roots: Iterable[str], tree: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """Return the territories among `roots` that are in the tree, with all that lies below them."""
    below: dict[str, list[str]] = defaultdict(list)
    known = set()
    for territory, parent in tree:
        known.add(territory)
        if parent:
            below[parent].append(territory)
    found: set[str] = set()
    waiting = [root for root in roots if root in known]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += below[one]
    return frozenset(found)


def tree_of(connection: Connection) -> Tree:
    """Return (id, parent id) of every territory."""
    query = select(_TERRITORY.c.id, _TERRITORY.c.parent_id).where(_TERRITORY.c.deleted.is_(False))
    return [(row[0], row[1]) for row in connection.execute(query)]


def held_by(connection: Connection, user_id: str, now: datetime) -> list[Held]:
    """Return what the book says of a person, after bringing it up to date (assignments end by themselves, too)."""
    refresh(connection, now, [user_id])
    table = TERRITORY_HELD
    columns = (table.c.territory_id, table.c.since, table.c.until, table.c.withdrawn)
    return [Held(*row) for row in connection.execute(select(*columns).where(table.c.user_id == user_id))]


def note(connection: Connection, keys: Iterable[tuple[str, str]], now: datetime, *, by_change: bool) -> None:
    """Bring the book up to date before a change of users, assignments or territories ((record, id) pairs) and after it.

    `by_change`: what is new was given just now.
    """
    by_record: dict[str, set[str]] = defaultdict(set)
    for record, row_id in keys:
        by_record[record].add(row_id)
    users = set(by_record["user"])
    if by_record["territory"]:
        users.update(connection.execute(select(_ASSIGNMENT.c.user_id).distinct()).scalars())
    for chunk in _chunks(by_record["assignment"]):
        users.update(connection.execute(select(_ASSIGNMENT.c.user_id).where(_ASSIGNMENT.c.id.in_(chunk))).scalars())
    refresh(connection, now, users, by_change=by_change)
    if by_change:
        _note_withdrawn(connection, by_record["assignment"])


def refresh(connection: Connection, now: datetime, user_ids: Iterable[str], *, by_change: bool = False) -> None:
    """Open and close the stretches of some people; `by_change`: what is new was given just now."""
    tree = tree_of(connection)
    table = TERRITORY_HELD
    for chunk in _chunks(set(user_ids)):
        given = _given(connection, chunk, tree, now)
        query = select(table.c.user_id, table.c.territory_id).where(table.c.user_id.in_(chunk), table.c.until.is_(None))
        open_now = {(row[0], row[1]) for row in connection.execute(query)}
        holds = {(user, one) for user, some in given.items() for each in some if each.runs for one in each.territories}
        for user_id, territory_id in sorted(open_now - holds):
            until = _ended(given.get(user_id, ()), territory_id) or to_text(now)
            mine = (table.c.user_id == user_id) & (table.c.territory_id == territory_id) & table.c.until.is_(None)
            connection.execute(update(table).where(mine).values(until=until))
        fresh = [
            {
                "user_id": user_id,
                "territory_id": territory_id,
                "since": to_text(now) if by_change else _began(given[user_id], territory_id),
                "until": None,
                "withdrawn": False,
            }
            for user_id, territory_id in sorted(holds - open_now)
        ]
        if fresh:
            # closed or opened by a clock that was ahead and has been put right: it is that stretch that runs
            same, runs = list(table.primary_key), {"until": None, "withdrawn": False}
            again = insert_for(connection, table).on_conflict_do_update(index_elements=same, set_=runs)
            connection.execute(again, fresh)


def _note_withdrawn(connection: Connection, assignment_ids: Iterable[str]) -> None:
    """Mark what was held by assignments that are deleted now, and earlier: it was taken back, it did not end."""
    table, tree = TERRITORY_HELD, tree_of(connection)
    columns = (_ASSIGNMENT.c.user_id, _ASSIGNMENT.c.territory_id)
    for chunk in _chunks(assignment_ids):
        query = select(*columns).where(_ASSIGNMENT.c.id.in_(chunk), _ASSIGNMENT.c.deleted.is_(True))
        for user_id, territory_id in connection.execute(query).all():
            territories = sorted(with_those_below([territory_id], tree) | {territory_id})
            gone = (table.c.user_id == user_id) & table.c.territory_id.in_(territories) & table.c.until.is_not(None)
            connection.execute(update(table).where(gone).values(withdrawn=True))


def _given(
    connection: Connection, user_ids: list[str], tree: list[tuple[str, str | None]], now: datetime
) -> Mapping[str, list[_Given]]:
    """Return the assignments of those among the people who write and are active."""
    active = select(_USER.c.id).where(
        _USER.c.id.in_(user_ids), _USER.c.deleted.is_(False), _USER.c.role.in_(_WRITERS), _USER.c.active.isnot(False)
    )
    columns = (
        _ASSIGNMENT.c.user_id,
        _ASSIGNMENT.c.territory_id,
        _ASSIGNMENT.c.valid_from,
        _ASSIGNMENT.c.valid_to,
        _ASSIGNMENT.c.updated_at,
    )
    query = select(*columns).where(_ASSIGNMENT.c.user_id.in_(active), _ASSIGNMENT.c.deleted.is_(False))
    today = local_date(now).isoformat()
    found: dict[str, list[_Given]] = defaultdict(list)
    for user_id, territory_id, valid_from, valid_to, changed_at in connection.execute(query):
        runs = (valid_from or "") <= today and (not valid_to or today <= valid_to)
        since = max(_midnight(valid_from), changed_at)
        until = max(_midnight(valid_to, 1), changed_at) if valid_to else None
        found[user_id].append(_Given(with_those_below([territory_id], tree), since, until, runs))
    return found


def _ended(given: Iterable[_Given], territory_id: str) -> str:
    """Return when the last assignment to a territory ended by its date, '' where none did."""
    ends = [one.until for one in given if one.until and not one.runs and territory_id in one.territories]
    return max(ends, default="")


def _began(given: Iterable[_Given], territory_id: str) -> str:
    return min(one.since for one in given if one.runs and territory_id in one.territories)


def _midnight(day: str | None, days_later: int = 0) -> str:
    """Return the instant at which a day (ISO date) begins where the company is; '' for none."""
    if not day:
        return ""
    start = date.fromisoformat(day) + timedelta(days=days_later)
    return to_text(datetime.combine(start, time(0), ZoneInfo(DEFAULT_ZONE)))


def _chunks(ids: Iterable[Any]) -> Iterator[list[Any]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
