"""Merging two doctors at the server: everything that points at the one follows to the other, and the way back.

What was moved is kept in the `doctor_merge` row itself, so that a restoration puts exactly that back and leaves alone
what people changed since. Claims stay as they are: they are bound to the content that was approved.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from crmdesk.domain import doctor_merge, validation
from crmdesk.domain.doctor_merge import Event, State
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Field, Kind, Record
from crmdesk.domain.records import DOCTOR, DOCTOR_MERGE, RECORDS
from crmdesk.protocol.messages import Operation
from crmdesk.server.tables import ROWS
from crmdesk.server.work import ServerActor, ServerWork

_HELD_FAST = frozenset({"claim", DOCTOR_MERGE.name})
_MAX_TAKE = 60
_CHUNK = 900
Holds = Callable[[str, object], bool]
Values = dict[str, Any]


def new_values(values: Mapping[str, Any]) -> Values:
    """Return a new row's values as a proposal; raises for one doctor twice or a choice that there is not."""
    if values.get("doctor_id") == values.get("other_id"):
        raise RefusedError("merge_impossible", field="other_id")
    take = values.get("take")
    if isinstance(take, list) and all(isinstance(entry, str) for entry in take):
        doctor_merge.chosen(take)
    return {"state": State.PROPOSED.value} | dict(values)


def merged_into(connection: Connection, doctor_ids: Iterable[str]) -> dict[str, str]:
    """Return, for those of the doctors who went into another one, who it is by now."""
    found: dict[str, str] = {}
    waiting, table = set(doctor_ids), ROWS[DOCTOR_MERGE.name]
    pairs = select(table.c.other_id, table.c.doctor_id).where(table.c.state == State.DONE.value)
    while waiting:
        done: dict[str, str] = {}
        asked = sorted(waiting)
        for start in range(0, len(asked), _CHUNK):
            piece = pairs.where(table.c.other_id.in_(asked[start : start + _CHUNK]))
            done |= {other: kept for other, kept in connection.execute(piece)}
        found |= {other: kept for other, kept in done.items() if other not in found}
        waiting = set(done.values()) - found.keys()
    return {other: _last(found, other) for other in found}


def _last(pairs: Mapping[str, str], row_id: str) -> str:
    seen: set[str] = set()
    while row_id in pairs and row_id not in seen:
        seen.add(row_id)
        row_id = pairs[row_id]
    return row_id


def followed(record: Record, values: Values, merged: Mapping[str, str]) -> Values:
    """Return values that name the doctor who is there by now: a laptop may not know of a merge yet."""
    if not merged or record.name in _HELD_FAST:
        return values
    found = dict(values)
    for declared in record.fields:
        value = values.get(declared.name)
        if declared.ref != "doctor" or not value:
            continue
        if declared.kind is Kind.REF:
            found[declared.name] = merged.get(value, value)
        elif declared.kind is Kind.REFS:
            found[declared.name] = sorted({merged.get(one, one) for one in value})
    if values.get("parent_record") == "doctor":
        found["parent_id"] = merged.get(values["parent_id"], values["parent_id"])
    return found


def check_standing(record: Record, row: Mapping[str, Any]) -> None:
    """Refuse an edit of a doctor who went into another one: it would be seen by nobody, so its author gets it back."""
    if record.name == "doctor" and row["status"] == "merged":
        raise RefusedError("doctor_merged")


def before_delete(_work: ServerWork, _actor: ServerActor, row: Mapping[str, Any]) -> None:
    """A proposal can be withdrawn; what was decided stays."""
    if row["state"] not in (None, State.PROPOSED.value):
        raise RefusedError("locked", field="state")


def apply_command(work: ServerWork, actor: ServerActor, operation: Operation, holds: Holds) -> Values:
    """Merge, decline or restore; returns the `doctor_merge` row as it is now.

    Raises RefusedError: `forbidden`, `unknown_row`, `not_yours`, `merge_decided`, `merge_impossible`,
    `changed_since_seen` (with another content than the person compared).
    """
    doctor_merge.check_event(operation.command, actor.role)
    row = work.get("doctor_merge", operation.row_id, lock=True) if holds("doctor_merge", operation.row_id) else None
    if row is None or row["deleted"]:
        raise RefusedError("unknown_row")
    after = doctor_merge.advance(row["state"], operation.command, actor.role)
    kept, other = _pair(work, actor, row, holds)
    changes: Values = {"state": after.value, "decided_by": actor.user_id, "decided_at": work.at}
    if after is State.DONE:
        take = _take_of(operation, row)
        doctor_merge.check_pair(kept, other)
        if operation.args.get("seen_hash") != doctor_merge.pair_hash(kept, other):
            raise RefusedError("changed_since_seen")
        changes |= {"take": take, "moved": _Merging(work, actor, row["id"], kept, other).run(take)}
    elif after is State.UNDONE:
        _Restoring(work, actor, row["id"], kept, other).run(row["moved"] or {})
    return work.update("doctor_merge", row["id"], changes, actor, action=Event(operation.command).value)


def _pair(work: ServerWork, actor: ServerActor, row: Mapping[str, Any], holds: Holds) -> tuple[Values, Values]:
    """Return the doctor who is kept and the other one, both locked; a reviewer decides about the own territories."""
    found: dict[str, Values] = {}
    for row_id in sorted({row["doctor_id"], row["other_id"]}):
        doctor = work.get("doctor", row_id, lock=True)
        if doctor is None or not holds("doctor", row_id):
            raise RefusedError("unknown_row", record="doctor")
        if doctor["territory_id"] not in actor.territory_ids:
            raise RefusedError("not_yours")
        found[row_id] = doctor
    return dict(found[row["doctor_id"]]), dict(found[row["other_id"]])


def _take_of(operation: Operation, row: Mapping[str, Any]) -> list[str]:
    given = operation.args.get("take", row["take"] or [])
    if not isinstance(given, list) or len(given) > _MAX_TAKE or not all(isinstance(one, str) for one in given):
        raise InputError("wrong_kind", field="take")
    return doctor_merge.taken(doctor_merge.chosen(given))


class _Step:
    """What merging and restoring share."""

    def __init__(self, work: ServerWork, actor: ServerActor, merge_id: str, kept: Values, other: Values) -> None:
        self.work, self.actor = work, actor
        self.kept, self.other = kept, other
        self.reason = f"merge {merge_id}"

    def update(self, record: str, row_id: str, changes: Mapping[str, Any], action: str = "edit") -> None:
        self.work.update(record, row_id, changes, self.actor, reason=self.reason, action=action)


class _Merging(_Step):
    """Moves everything from the other doctor to the kept one; `run` returns what was moved."""

    def run(self, take: list[str]) -> Values:
        changes = doctor_merge.merged(self.kept, self.other, take)
        validation.check_changes(DOCTOR, changes)
        moved: Values = {
            "fields": {name: [self.kept.get(name), value] for name, value in changes.items()},
            "status": self.other["status"],
            "affiliations": self._affiliations(),
            "refs": list(self._refs()),
            "sets": list(self._sets()),
            "attachments": self._attachments(),
        }
        self.update("doctor", self.kept["id"], changes, "merge")
        self.update("doctor", self.other["id"], {"status": "merged"}, "merge")
        return moved

    def _affiliations(self) -> Values:
        """Where the kept one works too, the other's affiliation ends; the others move, and one stays the main one."""
        table = ROWS["affiliation"]
        mine = self._live("affiliation", table.c.doctor_id == self.kept["id"])
        places = {(row["institution_id"], row["department_id"]) for row in mine}
        has_main = any(row["is_primary"] for row in mine)
        moved, ended = [], []
        for row in self._live("affiliation", table.c.doctor_id == self.other["id"]):
            place = (row["institution_id"], row["department_id"])
            if place in places:
                self.work.delete("affiliation", row["id"], self.actor, self.reason)
                ended.append(row["id"])
                continue
            main = bool(row["is_primary"]) and not has_main
            moved.append([row["id"], row["is_primary"]])
            self.update("affiliation", row["id"], {"doctor_id": self.kept["id"], "is_primary": main})
            places.add(place)
            has_main = has_main or main
        return {"moved": moved, "ended": ended}

    def _refs(self) -> Iterator[list[str]]:
        """Whatever names one doctor by a declared field, affiliations aside."""
        for record, declared in _pointing(Kind.REF):
            column = ROWS[record].c[declared.name]
            for row in self._live(record, column == self.other["id"]) if record != "affiliation" else ():
                self.update(record, row["id"], {declared.name: self.kept["id"]})
                yield [record, row["id"], declared.name]

    def _sets(self) -> Iterator[list[Any]]:
        """Whatever names several doctors (visits): the kept one takes the other's place among them."""
        for record, declared in _pointing(Kind.REFS):
            column = ROWS[record].c[declared.name]
            for row in self._live(record, column.contains(f'"{self.other["id"]}"', autoescape=True)):
                held = set(row[declared.name] or ())
                both = self.kept["id"] in held
                self.update(record, row["id"], {declared.name: sorted(held - {self.other["id"]} | {self.kept["id"]})})
                yield [record, row["id"], declared.name, both]

    def _attachments(self) -> list[str]:
        table = ROWS["attachment"]
        theirs = (table.c.parent_record == "doctor") & (table.c.parent_id == self.other["id"])
        rows = list(self._live("attachment", theirs))
        for row in rows:
            self.update("attachment", row["id"], {"parent_id": self.kept["id"]})
        return [row["id"] for row in rows]

    def _live(self, record: str, where: Any) -> list[Values]:
        """Return the rows that are not deleted, as they are in this transaction, in order of their ids."""
        table = ROWS[record]
        query = select(table.c.id).where(where, table.c.deleted.is_(False)).order_by(table.c.id)
        ids = list(self.work.connection.execute(query).scalars())
        return [dict(row) for one in ids if (row := self.work.get(record, one, lock=True)) is not None]


class _Restoring(_Step):
    """Puts back what a merge moved; what people changed since stays as they left it."""

    def run(self, moved: Mapping[str, Any]) -> None:
        affiliations = moved.get("affiliations") or {}
        for row_id, was_main in affiliations.get("moved") or ():
            changes = {"doctor_id": self.other["id"], "is_primary": was_main}
            self._back("affiliation", row_id, "doctor_id", changes)
        for row_id in affiliations.get("ended") or ():
            row = self.work.get("affiliation", row_id, lock=True)
            if row is not None and row["deleted"]:
                self.work.revive("affiliation", row_id, {}, self.actor, self.reason)
        for record, row_id, name in moved.get("refs") or ():
            self._back(record, row_id, name, {name: self.other["id"]})
        for record, row_id, name, both in moved.get("sets") or ():
            self._set_back(record, row_id, name, both)
        for row_id in moved.get("attachments") or ():
            self._back("attachment", row_id, "parent_id", {"parent_id": self.other["id"]})
        earlier = {
            name: pair[0] for name, pair in (moved.get("fields") or {}).items() if self.kept.get(name) == pair[1]
        }
        self.update("doctor", self.kept["id"], earlier, "restore")
        if self.other["status"] == "merged":
            self.update("doctor", self.other["id"], {"status": moved.get("status") or "active"}, "restore")

    def _back(self, record: str, row_id: str, name: str, changes: Mapping[str, Any]) -> None:
        row = self.work.get(record, row_id, lock=True)
        if row is not None and not row["deleted"] and row[name] == self.kept["id"]:
            self.update(record, row_id, changes)

    def _set_back(self, record: str, row_id: str, name: str, both: bool) -> None:
        row = self.work.get(record, row_id, lock=True)
        held = set(row[name] or ()) if row is not None and not row["deleted"] else set()
        if self.kept["id"] in held:
            without = held if both else held - {self.kept["id"]}
            self.update(record, row_id, {name: sorted(without | {self.other["id"]})})


def _pointing(kind: Kind) -> Iterator[tuple[str, Field]]:
    """Yield the declared fields that name doctors and follow a merge."""
    for record in RECORDS.values():
        if record.name not in _HELD_FAST:
            yield from ((record.name, one) for one in record.fields if one.ref == "doctor" and one.kind is kind)
