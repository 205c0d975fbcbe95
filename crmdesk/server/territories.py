"""Territories that move: handed over, withdrawn, put elsewhere in the tree, split and merged.

Who holds what follows from assignments and the tree, so handing over or moving a territory writes no customer at all.
Splitting and merging move customers with their visits, in bounded transactions: each is whole in itself, and running
the same again goes on where it stopped. Claims and budgets stay where the money was spent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.roles import Role
from crmdesk.server import admin
from crmdesk.server.admin import Row
from crmdesk.server.database import Database
from crmdesk.server.devices import today_of
from crmdesk.server.holdings import tree_of, with_those_below
from crmdesk.server.scoping import Key
from crmdesk.server.tables import ROWS, decode_json
from crmdesk.server.work import SYSTEM, ServerWork

ROWS_A_COMMIT = 500
"""So many rows move in one transaction; a hospital's doctors and visits may need several."""
_INSTITUTION, _DOCTOR, _VISIT = ROWS["institution"], ROWS["doctor"], ROWS["visit"]
_AFFILIATION, _ASSIGNMENT = ROWS["affiliation"], ROWS["assignment"]
_WITH_PLACE = ("institution", "doctor", "visit")
_CHUNK = 500


@dataclass(slots=True)
class Moved:
    """How many rows of each record went to another territory."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_WITH_PLACE, 0))

    @property
    def total(self) -> int:
        """Return how many rows went in all."""
        return sum(self.counts.values())


def hand_over(work: ServerWork, territory: str, from_login: str, to_login: str) -> tuple[list[Row], Row]:
    """Give a territory from one person to another, today and in one transaction; (ended assignments, the new one).

    Raises InputError for unknown names or `no_assignment`; RefusedError: `assigned_already` for who has it already,
    `region_to_a_rep` where a rep would hold all that was a manager's.
    """
    ended = admin.end_assignment(work, from_login, territory)
    giver, taker = admin.known_user(work, from_login), admin.known_user(work, to_login)
    place = ended[0]["territory_id"]
    if taker["id"] == ended[0]["user_id"] or _runs(work, taker["id"], place):
        raise RefusedError("assigned_already", login=to_login, name=territory)
    below = len(with_those_below([place], tree_of(work.connection))) - 1
    if below and taker["role"] == Role.REP and giver["role"] != Role.REP:
        raise RefusedError("region_to_a_rep", login=to_login, name=territory, count=below)
    return ended, admin.assign(work, to_login, territory)


def withdraw(work: ServerWork, login: str, territory: str, reason: str = "") -> list[Row]:
    """Take a territory back from a person for cause: at once, and nothing more is taken from the person about it.

    Raises InputError('no_assignment') where the person never had it.
    """
    user_id = admin.known_user(work, login)["id"]
    territory_id = admin.known_territory(work.connection, territory)["id"]
    mine = (_ASSIGNMENT.c.user_id == user_id) & (_ASSIGNMENT.c.territory_id == territory_id)
    query = sa.select(_ASSIGNMENT.c.id).where(mine, _ASSIGNMENT.c.deleted.is_(False)).order_by(_ASSIGNMENT.c.id)
    found = work.connection.execute(query).scalars().all()
    if not found:
        raise InputError("no_assignment", login=login, name=territory)
    return [work.delete("assignment", one, SYSTEM, reason) for one in found]


def put_under(work: ServerWork, territory: str, parent: str) -> Row:
    """Put a territory with all below it under another one ('' for none): whoever holds that one holds it from now on.

    Raises InputError for unknown names, RefusedError('below_itself').
    """
    row = admin.known_territory(work.connection, territory)
    parent_id = admin.known_territory(work.connection, parent)["id"] if parent else None
    if parent_id in with_those_below([row["id"]], tree_of(work.connection)):
        raise RefusedError("below_itself", name=territory)
    return work.update("territory", row["id"], {"parent_id": parent_id}, SYSTEM)


def split(database: Database, source: str, target: str, institutions: Sequence[str]) -> Moved:
    """Move some institutions (names or ids) of a territory with their doctors and visits into another one.

    Raises InputError for unknown names; `nothing_to_move` where the territory has none of them.
    """
    from_id, to_id = _two(database, source, target)
    with database.reading() as connection:
        wanted = _institutions(connection, from_id, to_id, institutions)
    return _move(database, from_id, to_id, wanted)


def merge(database: Database, source: str, target: str) -> Moved:
    """Put a territory under another one, end its assignments, and move its customers and visits there.

    Whoever holds the other one holds all of it at once, and what people still send about it later; the money stays
    where it was spent. Raises InputError for unknown names, RefusedError('below_itself').
    """
    from_id, to_id = _two(database, source, target)

    def join(work: ServerWork) -> None:
        put_under(work, from_id, to_id)
        _end_all(work, from_id)

    database.run(join)
    return _move(database, from_id, to_id, None)


def _two(database: Database, source: str, target: str) -> tuple[str, str]:
    with database.reading() as connection:
        from_id = str(admin.known_territory(connection, source)["id"])
        to_id = str(admin.known_territory(connection, target)["id"])
    if from_id == to_id:
        raise InputError("same_territory", name=source[:200])
    return from_id, to_id


def _runs(work: ServerWork, user_id: str, territory_id: str) -> bool:
    today = today_of(work)
    running = _ASSIGNMENT.c.valid_to.is_(None) | (_ASSIGNMENT.c.valid_to >= today)
    mine = (_ASSIGNMENT.c.user_id == user_id) & (_ASSIGNMENT.c.territory_id == territory_id)
    query = sa.select(_ASSIGNMENT.c.id).where(mine, running, _ASSIGNMENT.c.deleted.is_(False))
    return work.connection.execute(query).first() is not None


def _end_all(work: ServerWork, territory_id: str) -> None:
    """End what assignments to the territory still run: yesterday was their last day."""
    today = today_of(work)
    running = _ASSIGNMENT.c.valid_to.is_(None) | (_ASSIGNMENT.c.valid_to >= today)
    mine = (_ASSIGNMENT.c.territory_id == territory_id) & _ASSIGNMENT.c.deleted.is_(False)
    for row_id in work.connection.execute(sa.select(_ASSIGNMENT.c.id).where(mine, running)).scalars().all():
        work.update("assignment", row_id, {"valid_to": admin.day_before(today)}, SYSTEM, action="end")


def _institutions(connection: sa.Connection, from_id: str, to_id: str, named: Sequence[str]) -> list[str]:
    """Return the ids of the institutions in either territory (a part may have moved before) by id or name."""
    place = _INSTITUTION.c.territory_id.in_([from_id, to_id]) & _INSTITUTION.c.deleted.is_(False)
    found: list[str] = []
    for name in named:
        chosen = (_INSTITUTION.c.id == name) | (_INSTITUTION.c.name == name)
        ids = connection.execute(sa.select(_INSTITUTION.c.id).where(place, chosen)).scalars().all()
        if not ids:
            raise InputError("unknown_institution", name=name[:200])
        found += ids
    if not found:
        raise InputError("nothing_to_move")
    return found


def _move(database: Database, from_id: str, to_id: str, institutions: list[str] | None) -> Moved:
    """Move what is still in `from_id`: first institutions, then doctors, then visits; None: everything."""
    moved = Moved()
    for record in _WITH_PLACE:
        with database.reading() as connection:
            ids = list(_waiting(connection, record, from_id, institutions))
        for start in range(0, len(ids), ROWS_A_COMMIT):
            part = [(record, one) for one in ids[start : start + ROWS_A_COMMIT]]
            moved.counts[record] += database.run(partial(_move_some, rows=part, from_id=from_id, to_id=to_id))
    return moved


def _move_some(work: ServerWork, rows: Sequence[Key], from_id: str, to_id: str) -> int:
    """Move some rows of one record that are still where they were; deleted ones too, so that they stay together."""
    record = rows[0][0]
    work.preload(record, [row_id for _, row_id in rows], lock=True)
    count = 0
    with work.attempt():
        for _, row_id in rows:
            row = work.standing(record, row_id)
            if row is not None and row["territory_id"] == from_id:
                work.update(record, row_id, {"territory_id": to_id}, SYSTEM)
                count += 1
    return count


def _waiting(
    connection: sa.Connection, record: str, territory_id: str, institutions: list[str] | None
) -> Iterator[str]:
    """Yield the ids of a record's rows that are to move, in a steady order."""
    table = ROWS[record]
    here = sa.select(table.c.id).where(table.c.territory_id == territory_id).order_by(table.c.id)
    if institutions is None:
        yield from connection.execute(here).scalars()
        return
    if record == "visit":
        yield from _visits(connection, territory_id, institutions)
        return
    keys = institutions if record == "institution" else _doctors_at(connection, institutions)
    for chunk in _chunks(keys):
        yield from connection.execute(here.where(table.c.id.in_(chunk))).scalars()


def _doctors_at(connection: sa.Connection, institutions: list[str]) -> list[str]:
    """Return the doctors whose main institution is one of these."""
    at_these: set[str] = set()
    for chunk in _chunks(institutions):
        query = sa.select(_AFFILIATION.c.doctor_id).where(_AFFILIATION.c.institution_id.in_(chunk))
        at_these.update(connection.execute(query.where(_AFFILIATION.c.deleted.is_(False))).scalars())
    wanted, main = set(institutions), dict[str, tuple[bool, str, str]]()
    for chunk in _chunks(at_these):
        columns = (
            _AFFILIATION.c.doctor_id,
            _AFFILIATION.c.institution_id,
            _AFFILIATION.c.is_primary,
            _AFFILIATION.c.id,
        )
        query = sa.select(*columns).where(_AFFILIATION.c.doctor_id.in_(chunk), _AFFILIATION.c.deleted.is_(False))
        for doctor_id, institution_id, primary, row_id in connection.execute(query):
            rank = (not primary, row_id, institution_id)
            main[doctor_id] = min(rank, main.get(doctor_id, rank))
    return sorted(doctor for doctor, rank in main.items() if rank[2] in wanted)


def _visits(connection: sa.Connection, territory_id: str, institutions: list[str]) -> Iterator[str]:
    """Yield the visits of the territory at these institutions, or, without one, to doctors who all have moved."""
    wanted, columns = set(institutions), (_VISIT.c.id, _VISIT.c.institution_id, _VISIT.c.doctor_ids)
    here = connection.execute(
        sa.select(*columns).where(_VISIT.c.territory_id == territory_id).order_by(_VISIT.c.id)
    ).all()
    nowhere = {row.id: decode_json(row.doctor_ids) or [] for row in here if row.institution_id is None}
    stayed = _still_in(connection, territory_id, {one for some in nowhere.values() for one in some})
    for row in here:
        doctors = nowhere.get(row.id, [])
        if row.institution_id in wanted or (doctors and stayed.isdisjoint(doctors)):
            yield row.id


def _still_in(connection: sa.Connection, territory_id: str, doctors: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for chunk in _chunks(doctors):
        here = sa.select(_DOCTOR.c.id).where(_DOCTOR.c.territory_id == territory_id, _DOCTOR.c.id.in_(chunk))
        found.update(connection.execute(here).scalars())
    return found


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
