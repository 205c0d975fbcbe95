"""Taking an import back: what of it still stands as it was written, what has to stay and why, and the run in commits.

A row that the import made goes as long as nobody changed it and nothing was written on it; a doctor who stays keeps the
hospitals that came along. What is worked out for the dialog is worked out again, for each piece, in its own commit.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import msgspec

from crmdesk.domain import access
from crmdesk.domain.custom_fields import value_of
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Kind
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.services import shown
from crmdesk.services.commands import Command, Outcome, TakeImportBack
from crmdesk.services.shown import Values
from crmdesk.services.views import Person
from crmdesk.storage import import_runs, visits_of
from crmdesk.storage.connection import Connection
from crmdesk.storage.import_runs import Entry, Run
from crmdesk.storage.json_text import to_json

__all__ = [
    "NAMED",
    "Run",
    "Standing",
    "Stay",
    "TakenBack",
    "as_written",
    "in_order",
    "of_run",
    "standing",
    "take_back",
    "told",
]

COMMIT_ROWS = 30
CHANGED, FORBIDDEN, NOT_YOURS, UNFINISHED, REFUSED = "changed", "forbidden", "not_yours", "unfinished", "refused"
WORKS_HERE = "works_here"
"""Why a row stays; else the name of the record that was written on it."""
_ORDER = ("doctor", "affiliation", "department", "institution")
"""In which rows are looked at: what names others comes before them."""
_CUSTOMERS = frozenset(_ORDER)
_PART_OF = {"affiliation": "doctor_id"}
"""What stays with the row that it is a part of."""
NAMED = tuple(record for record in _ORDER if record not in _PART_OF)
"""The records whose rows are named to people: the others only go along."""
_ANY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NOBODYS = frozenset({"audit_entry", "visit"})  # a trail is no work of anybody's; visits are found by their own table
_SINGLE = [
    (record.name, field.name)
    for record in RECORDS.values()
    for field in record.fields
    if record.name not in _NOBODYS and field.kind is Kind.REF and (field.ref in _CUSTOMERS or field.name == "parent_id")
]
_NESTED = [
    (record.name, field.name)
    for record in RECORDS.values()
    for field in record.fields
    if record.name not in _NOBODYS
    and field.is_json
    and (field.ref in _CUSTOMERS or any(part.ref in _CUSTOMERS for part in field.item))
]
"""The fields that name customers: (record, field)."""
Key = tuple[str, str]
Progress = Callable[[int, int], None]


class Stay(msgspec.Struct, frozen=True):
    """A row that stays, by its name, and why."""

    record: str
    row_id: str
    name: str
    why: str


class Standing(msgspec.Struct, frozen=True):
    """What taking back comes to: rows to be deleted, rows to be set back, those that stay, those that are gone."""

    leaves: tuple[Entry, ...] = ()
    restores: tuple[Entry, ...] = ()
    stays: tuple[Stay, ...] = ()
    gone: tuple[Entry, ...] = ()
    unsent: frozenset[str] = frozenset()

    @property
    def customers(self) -> Counter[str]:
        """Return how many rows of each record would be deleted."""
        return Counter(one.record for one in self.leaves)

    @property
    def nothing(self) -> bool:
        """Say whether there is nothing to take back."""
        return not self.leaves and not self.restores


def standing(connection: Connection, person: Person, entries: Sequence[Entry]) -> Standing:
    """Return how the rows of a run stand now."""
    rows = _rows_of(connection, entries)
    why = {key: reason for key, reason in _touched(connection, person, entries, rows) if reason}
    made = {(one.record, one.row_id) for one in entries if one.made} & rows.keys()
    leaving = made - why.keys()
    why |= _held_back(connection, {key: rows[key] for key in made}, leaving)
    names = {row_id: str(row.get("name") or "") for (_record, row_id), row in rows.items()}
    return Standing(
        leaves=tuple(one for one in _units(entries, rows) if (one.record, one.row_id) in leaving),
        restores=tuple(one for one in entries if not one.made and (one.record, one.row_id) in rows.keys() - why.keys()),
        stays=tuple(
            Stay(one.record, one.row_id, names[one.row_id], why[one.record, one.row_id])
            for one in entries
            if (one.record, one.row_id) in why
        ),
        gone=tuple(one for one in entries if (one.record, one.row_id) not in rows),
    )


def _rows_of(connection: Connection, entries: Sequence[Entry]) -> dict[Key, Values]:
    found: dict[Key, Values] = {}
    for record in _ORDER:
        ids = [one.row_id for one in entries if one.record == record]
        found.update(((record, row_id), row) for row_id, row in shown.select_ids(connection, record, ids).items())
    return found


def _touched(
    connection: Connection, person: Person, entries: Sequence[Entry], rows: Mapping[Key, Values]
) -> Iterator[tuple[Key, str]]:
    mentioned = {UNFINISHED: _mentioned(connection, "draft"), REFUSED: _mentioned(connection, "needs_you")}
    for one in entries:
        row = rows.get((one.record, one.row_id))
        if row is None:
            continue
        reason = _not_allowed(person, one.record, row)
        if not reason and one.made:
            reason = next((code for code, ids in mentioned.items() if one.row_id in ids), "")
        yield (one.record, one.row_id), reason or (CHANGED if _moved_on(one, row) else "")


def _not_allowed(person: Person, record: str, row: Values) -> str:
    if not access.may_write(RECORDS[record], Role(person.role)):
        return FORBIDDEN
    return NOT_YOURS if "territory_id" in row and row["territory_id"] not in person.territory_ids else ""


def _moved_on(one: Entry, row: Values) -> bool:
    """Say whether a row that was made is another one now; of one that was changed, whether all of that is."""
    if not one.made:
        return not as_written(one, row)
    return row["revision"] > one.revision or import_runs.row_print(RECORDS[one.record], row) != one.fingerprint


def as_written(one: Entry, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of before of those fields of a changed row that still hold what the import wrote."""
    pairs = one.earlier.items()
    return {name: old for name, (old, new) in pairs if import_runs.value_print(value_of(row, name)) == new}


def _mentioned(connection: Connection, table: str) -> set[str]:
    """Return the ids in drafts, or in refused operations that make no row."""
    texts = "SELECT key || ' ' || content FROM draft" if table == "draft" else (
        "SELECT row_id || ' ' || content FROM needs_you WHERE kind <> 'create'"
    )  # fmt: skip
    return {found for text in connection.execute(texts).scalars() for found in _ANY_ID.findall(text)}


def _held_back(connection: Connection, rows: Mapping[Key, Values], leaving: set[Key]) -> dict[Key, str]:
    """Take out of `leaving` what something that stays names; return why. `rows` are those that the import made."""
    named = _named_by(connection, {row_id for _record, row_id in leaving})
    why: dict[Key, str] = {}
    while True:
        held = {key: reason for key in leaving if (reason := _holder(key, rows, leaving, named))}
        if not held:
            return why
        why |= held
        leaving.difference_update(held)


def _holder(key: Key, rows: Mapping[Key, Values], leaving: set[Key], named: Mapping[str, set[Key]]) -> str:
    """Return the record of a row that stays and names this one, or that this one is a part of; '' for none."""
    record, row_id = key
    if record in _PART_OF:
        whole = (_ORDER[0], str(rows[key].get(_PART_OF[record]) or ""))
        if whole in rows and whole not in leaving:
            return whole[0]
    holders = {one for one, holder_id in named.get(row_id, ()) if (one, holder_id) not in leaving}
    found = next((one for one in ("visit", "claim", "call_back") if one in holders), min(holders, default=""))
    return WORKS_HERE if found in _PART_OF and record != _ORDER[0] else found


def _named_by(connection: Connection, ids: set[str]) -> dict[str, set[Key]]:
    """Return the rows that name each of these ids; of visits it is enough that there is one."""
    named: dict[str, set[Key]] = {}
    wanted = to_json(sorted(ids))
    for record, name in _SINGLE:
        sql = f"SELECT {name}, id FROM row_{record} WHERE {name} IN (SELECT value FROM json_each(?)) AND deleted = 0"
        for row_id, holder_id in connection.execute(sql, (wanted,)):
            named.setdefault(row_id, set()).add((record, holder_id))
    begin = to_json(sorted({one[:8] for one in ids}))  # ids of one import begin alike: few texts are read
    for record, name in _NESTED:
        sql = (
            f"SELECT id, {name} FROM row_{record}"
            f" WHERE EXISTS (SELECT 1 FROM json_each(?) WHERE instr({name}, value)) AND deleted = 0"
        )
        for holder_id, text in connection.execute(sql, (begin,)):
            for row_id in ids & set(_ANY_ID.findall(text)):
                named.setdefault(row_id, set()).add((record, holder_id))
    for row_id in visits_of.visited(connection.driver, ids):
        named.setdefault(row_id, set()).add(("visit", ""))
    return named


def _units(entries: Sequence[Entry], rows: Mapping[Key, Values]) -> list[Entry]:
    """Return the entries in an order in which each comes before what it names, a doctor right behind the own parts."""
    parts: dict[str, list[Entry]] = {}
    for one in entries:
        if one.record in _PART_OF and (one.record, one.row_id) in rows:
            whole = str(rows[one.record, one.row_id].get(_PART_OF[one.record]) or "")
            parts.setdefault(whole, []).append(one)
    ordered: list[Entry] = []
    for one in entries:
        if one.record == _ORDER[0]:
            ordered += [*parts.pop(one.row_id, ()), one]
    ordered += [one for left in parts.values() for one in left]
    for record in _ORDER[2:]:
        ordered += [one for one in entries if one.record == record]
    return ordered


def of_run(connection: Connection, person: Person, run_id: str) -> Standing:
    """Return how a whole run stands; raises InputError('unknown_import') for one that is not kept here."""
    run = import_runs.number_of(connection, run_id)
    if not run:
        raise InputError("unknown_import", id=run_id[:60])
    entries = import_runs.entries_of(connection, run)
    found = standing(connection, person, entries)
    return msgspec.structs.replace(found, unsent=frozenset(_unsent(connection, found.leaves)))


def _unsent(connection: Connection, leaves: Sequence[Entry]) -> set[str]:
    """Return the ids that no operation of another row names that waits."""
    own = {one.row_id for one in leaves}
    waiting = connection.execute("SELECT row_id, content FROM outbox")
    return own - {found for row_id, text in waiting if row_id not in own for found in _ANY_ID.findall(text)}


class TakenBack(msgspec.Struct, frozen=True):
    """What a run did: rows deleted by record, rows set back, what stays, and whether it was stopped before the end."""

    deleted: Mapping[str, int]
    restored: int
    stays: tuple[Stay, ...]
    cancelled: bool = False


def take_back(
    submit: Callable[[Command], "Future[Outcome]"],
    ask: Callable[[str], "Future[Standing]"],
    run_id: str,
    progress: Progress,
    cancel: Callable[[], bool],
) -> TakenBack:
    """Take a run back, thirty rows a commit; `cancel` is asked before each, what is left can be taken later.

    Raises InputError('unknown_import').
    """
    before = ask(run_id).result()
    todo, done, stopped = [*before.leaves, *before.restores, *before.gone], 0, False
    for piece in _pieces(todo):
        if cancel():
            stopped = True
            break
        keys = tuple((one.record, one.row_id) for one in piece)
        submit(TakeImportBack(run_id, keys, tuple(sorted(before.unsent & {key[1] for key in keys})))).result()
        done += len(piece)
        progress(done, len(todo))
    after = ask(run_id).result()
    left = {(one.record, one.row_id) for one in (*after.leaves, *after.restores)}
    left |= {(one.record, one.row_id) for one in after.stays}
    gone = [one for one in (*before.leaves, *before.restores) if (one.record, one.row_id) not in left]
    deleted = Counter(one.record for one in gone if one.made)
    return TakenBack(dict(deleted), sum(not one.made for one in gone), after.stays, stopped)


def _pieces(todo: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut after so many rows, never between the parts of a doctor and the doctor."""
    piece: list[Entry] = []
    for one in todo:
        piece.append(one)
        if len(piece) >= COMMIT_ROWS and one.record not in _PART_OF:
            yield piece
            piece = []
    if piece:
        yield piece


def in_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how many rows of each record as people are told it: customers first, none left out that there are."""
    first = {"doctor": 0, "institution": 1, "department": 2}
    return sorted(((name, count) for name, count in counts.items() if count), key=lambda one: first.get(one[0], 9))


def told(stays: Iterable[Stay]) -> list[Stay]:
    """Return what is worth naming of what stays: not what only goes along with a doctor."""
    return [one for one in stays if one.record in NAMED]
