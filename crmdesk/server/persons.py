"""What is held on one doctor: found, reported on request, and erased on request, with the trail still sound.

Erasing empties the rows that describe the person (the doctor, those merged into it, affiliations, files, conflicts,
merges) and ends them, so that they leave the laptops; then it empties what the trail tells of these rows. The chain of
the trail runs over the hashes of its entries, which stay, and an entry of its own says which ones were emptied and why.
Visits, claims and call-backs stay, and name the person by an id that says nothing any more.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Record
from crmdesk.domain.records import RECORDS
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.server.database import Database
from crmdesk.server.merge_lock import keep_apart
from crmdesk.server.money_tables import AUDIT_CHAIN
from crmdesk.server.scoping import Key
from crmdesk.server.tables import ATTACHMENT_HOLDER, ERASED, ROWS, SEGMENT, SHAPES, insert_ignoring
from crmdesk.server.work import SYSTEM, ServerWork

ERASE = "erase"
_KEPT = frozenset({"territory_id", "doctor_id", "other_id", "institution_id", "parent_record", "parent_id", "owner_id"})
"""Fields that place a row; they name nobody."""
_STILL_ASKED = frozenset({"state", "sha256"})
"""Fields by which an erasure that stopped goes on."""
_OWN = ("doctor", "affiliation", "doctor_merge", "attachment", "conflict")
_NAMING = ("visit", "adverse_event", "plan_target", "claim", "call_back")
"""Records that name a doctor and are somebody else's: the report of a visit, the proof of an expense."""
_PARENT = re.compile(r'"parent_id":"([0-9a-f-]{36})"')


@dataclass(slots=True)
class Erased:
    """What an erasure did: rows emptied by record, files removed, entries of the trail emptied, rows that still name
    the person by id."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    entries: int = 0
    naming: dict[str, int] = field(default_factory=dict)


def find(connection: sa.Connection, text: str) -> list[dict[str, Any]]:
    """Return doctors whose name holds the text, ended ones too: id, name, hospital, whether ended."""
    doctor, place, hospital = ROWS["doctor"], ROWS["affiliation"], ROWS["institution"]
    works = doctor.outerjoin(place, (place.c.doctor_id == doctor.c.id) & place.c.is_primary.is_(True))
    joined = works.outerjoin(hospital, hospital.c.id == place.c.institution_id)
    columns = (doctor.c.id, doctor.c.name, hospital.c.name.label("institution"), doctor.c.deleted)
    query = sa.select(*columns).select_from(joined).where(doctor.c.name.contains(text, autoescape=True))
    return [dict(row._mapping) for row in connection.execute(query.order_by(doctor.c.name, doctor.c.id).limit(200))]


def report(connection: sa.Connection, doctor_id: str) -> dict[str, Any]:
    """Return everything held on a doctor: the own rows, rows that name the person, and the trail of the own rows."""
    own = _own(connection, doctor_id)
    rows: dict[str, list[dict[str, Any]]] = {}
    for record, ids in _by_record([*own, *_naming(connection, own)]).items():
        table = ROWS[record]
        found = connection.execute(sa.select(table).where(table.c.id.in_(ids)).order_by(table.c.id))
        rows[record] = [SHAPES[record].as_dict(row) for row in found]
    trail = [json.loads(content) for _, content in _entries(connection, set(own))]
    return {"doctor_id": doctor_id, "rows": rows, "trail": trail}


def erase(database: Database, attachments: AttachmentFolder, doctor_id: str, reason: str) -> Erased:
    """Erase a doctor; again: goes on where it stopped. Raises InputError `unknown_doctor`, `required` (a reason)."""
    if not reason.strip():
        raise InputError("required", field="reason")
    done = Erased()
    hashes = database.run(lambda work: _empty_rows(work, doctor_id, done))
    database.run(lambda work: _empty_trail(work, doctor_id, reason.strip()[:1000], done))
    for sha256 in hashes:
        attachments.remove(sha256)
    done.files = len(hashes)
    _rewrite(database)
    return done


def _empty_rows(work: ServerWork, doctor_id: str, done: Erased) -> list[str]:
    """Empty and end the rows of the person; returns the SHA-256 of files that nothing else refers to.

    Who is being merged into the person, and what is being hung on it, is waited for and goes with it.
    """
    keep_apart(work.connection, merging=True)
    own = _own(work.connection, doctor_id)
    done.naming = {record: len(ids) for record, ids in _by_record(_naming(work.connection, own)).items()}
    hashes = _files_of(work.connection, [row_id for record, row_id in own if record == "attachment"])
    for record, row_id in own:
        row = work.get(record, row_id, lock=True)
        if row is None:
            continue
        if not row["deleted"]:
            work.delete(record, row_id, SYSTEM)
        work.flush()
        table = ROWS[record]
        work.connection.execute(sa.update(table).where(table.c.id == row_id).values(_emptied(RECORDS[record])))
        work.connection.execute(insert_ignoring(work.connection, ERASED), {"record": record, "row_id": row_id})
        done.rows[record] = done.rows.get(record, 0) + 1
    return hashes


def _emptied(record: Record) -> dict[str, Any]:
    values: dict[str, Any] = {one.name: None for one in record.fields if one.name not in _KEPT | _STILL_ASKED}
    return values | ({"name": "—"} if "name" in values else {})


def _empty_trail(work: ServerWork, doctor_id: str, reason: str, done: Erased) -> None:
    own = set(_own(work.connection, doctor_id))
    numbers = [seq for seq, content in _entries(work.connection, own) if json.loads(content)["action"] != ERASE]
    for start in range(0, len(numbers), 500):
        some = AUDIT_CHAIN.c.seq.in_(numbers[start : start + 500])
        copy = ROWS["audit_entry"]
        of_them = sa.select(AUDIT_CHAIN.c.entry_id).where(some, AUDIT_CHAIN.c.scoped)
        copies = list(work.connection.execute(of_them).scalars())
        gone = {"changes": None, "reason": None, "deleted": True, "revision": copy.c.revision + 1}
        work.connection.execute(sa.update(copy).where(copy.c.id.in_(copies)).values(gone))
        for entry_id in copies:
            work.touch("audit_entry", entry_id)
        work.connection.execute(sa.update(AUDIT_CHAIN).where(some).values(content=""))
    done.entries = len(numbers)
    work.audit(ERASE, SYSTEM, "doctor", doctor_id, {"entries": [None, numbers]}, reason, scoped=False)


def _rewrite(database: Database) -> None:
    """Let the database write its files anew: what was emptied would lie in their free pages until these are used."""
    if database.is_sqlite:
        with closing(sqlite3.connect(str(database.engine.url.database), timeout=60)) as plain:
            plain.execute("VACUUM")
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    tables = (AUDIT_CHAIN, SEGMENT, *(ROWS[record] for record in ("audit_entry", *_OWN)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(table.name for table in tables)}")


def _own(connection: sa.Connection, doctor_id: str) -> list[Key]:
    """Return the rows that describe a person: the doctor and those merged into it, and what belongs to them alone."""
    doctor, merge = ROWS["doctor"], ROWS["doctor_merge"]
    if connection.execute(sa.select(doctor.c.id).where(doctor.c.id == doctor_id)).first() is None:
        raise InputError("unknown_doctor", value=doctor_id[:60])
    people, waiting = {doctor_id}, {doctor_id}
    while waiting:
        into = sa.select(merge.c.other_id).where(merge.c.doctor_id.in_(waiting), merge.c.state == "done")
        waiting = set(connection.execute(into).scalars()) - people
        people |= waiting
    own: list[Key] = [("doctor", one) for one in sorted(people)]
    for record, columns in (("affiliation", ("doctor_id",)), ("doctor_merge", ("doctor_id", "other_id"))):
        table = ROWS[record]
        query = sa.select(table.c.id).where(sa.or_(*(table.c[name].in_(people) for name in columns)))
        own += [(record, one) for one in connection.execute(query.order_by(table.c.id)).scalars()]
    for record in ("attachment", "conflict"):
        table = ROWS[record]
        parents = sa.tuple_(table.c.parent_record, table.c.parent_id).in_(own)
        query = sa.select(table.c.id).where(parents)
        own += [(record, one) for one in connection.execute(query.order_by(table.c.id)).scalars()]
    return own


def _naming(connection: sa.Connection, own: Iterable[Key]) -> Iterator[Key]:
    """Yield rows of others that name the person: a reference, or the id within a list."""
    people = [row_id for record, row_id in own if record == "doctor"]
    for record in _NAMING:
        table = ROWS[record]
        places = [column for column in table.c if column.name in ("doctor_id", "doctor_ids", "absent_ids", "lines")]
        named = sa.or_(*(column.contains(one) for column in places for one in people))
        query = sa.select(table.c.id).where(named, table.c.deleted.is_(False)).order_by(table.c.id)
        yield from ((record, one) for one in connection.execute(query).scalars())


def _files_of(connection: sa.Connection, ids: list[str]) -> list[str]:
    """Return the SHA-256 of attachments that no other row refers to; nobody is said to have brought them any more."""
    table = ROWS["attachment"]
    mine = set(connection.execute(sa.select(table.c.sha256).where(table.c.id.in_(ids))).scalars()) - {None}
    others = table.c.id.not_in(ids) & table.c.deleted.is_(False)
    shared = set(connection.execute(sa.select(table.c.sha256).where(table.c.sha256.in_(mine), others)).scalars())
    alone = sorted(mine - shared)
    connection.execute(sa.delete(ATTACHMENT_HOLDER).where(ATTACHMENT_HOLDER.c.sha256.in_(alone)))
    return alone


def _entries(connection: sa.Connection, keys: set[Key]) -> Iterator[tuple[int, str]]:
    """Yield (sequence, content) of the trail's entries about these rows that were not emptied yet.

    By record and id: a laptop makes the ids, and a claim with the id of a doctor keeps its trail.
    """
    ids = {row_id for _, row_id in keys}
    query = sa.select(AUDIT_CHAIN.c.seq, AUDIT_CHAIN.c.content).order_by(AUDIT_CHAIN.c.seq)
    for seq, content in connection.execute(query).all():
        found = _PARENT.search(content)
        if found is not None and found[1] in ids:
            entry = json.loads(content)
            if (entry["parent_record"], entry["parent_id"]) in keys:
                yield seq, content


def _by_record(keys: Iterable[Key]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for record, row_id in keys:
        found.setdefault(record, []).append(row_id)
    return found
