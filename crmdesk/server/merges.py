"""Merging two customers at the server: everything that points at the one follows to the other, and the way back.

What was moved is kept in the merge's row itself, so that a restoration puts exactly that back and leaves alone what
people changed since. Claims stay as they are: they are bound to the content that was approved.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from crmdesk.domain import customer_merge
from crmdesk.domain.customer_merge import BY_RECORD, KINDS, Event, MergeKind, State
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Kind, Record
from crmdesk.protocol.messages import Operation
from crmdesk.server import doctor_merges, institution_merges
from crmdesk.server.merge_steps import HELD_FAST, Steps
from crmdesk.server.tables import ROWS
from crmdesk.server.work import ServerActor, ServerWork

_STEPS: dict[str, type[Steps]] = {"doctor": doctor_merges.Doctors, "institution": institution_merges.Institutions}
_PARTS = frozenset({"affiliation", "department"})
"""What belongs to a customer by a field of its own and can end with a merge."""
_MAX_TAKE = 60
_CHUNK = 900
Holds = Callable[[str, object], bool]
Values = dict[str, Any]


def new_values(kind: MergeKind, values: Mapping[str, Any]) -> Values:
    """Return a new row's values as a proposal; raises for one customer twice or a choice that there is not."""
    if values.get(kind.kept_field) == values.get("other_id"):
        raise RefusedError("merge_impossible", field="other_id")
    take = values.get("take")
    if isinstance(take, list) and all(isinstance(entry, str) for entry in take):
        kind.chosen(take)
    return {"state": State.PROPOSED.value} | dict(values)


def decides_any(operations: Iterable[Operation]) -> bool:
    """Say whether any of the operations merges customers or takes a merge back."""
    return any(one.kind == "command" and one.record in BY_RECORD for one in operations)


def merged_into(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return, for those of the customers (record, id) who went into another one, who it is by now."""
    wanted: dict[str, set[str]] = {name: set() for name in KINDS}
    for record, row_id in keys:
        if record in wanted:
            wanted[record].add(row_id)
    found: dict[str, str] = {}
    for name, ids in wanted.items():
        found |= _merged_into(connection, KINDS[name], ids) if ids else {}
    return found


def _merged_into(connection: Connection, kind: MergeKind, ids: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting, pairs = set(ids), _pairs(kind.record.name, kind.kept_field)
    while waiting:
        done: dict[str, str] = {}
        asked = sorted(waiting)
        for start in range(0, len(asked), _CHUNK):
            piece = {"ids": asked[start : start + _CHUNK]}
            done |= {other: kept for other, kept in connection.execute(pairs, piece)}
        found |= {other: kept for other, kept in done.items() if other not in found}
        waiting = set(done.values()) - found.keys()
    return {other: _last(found, other) for other in found}


@cache
def _pairs(record: str, kept_field: str) -> Select[Any]:
    """Return what tells of those merged away with whom they are one now."""
    table = ROWS[record]
    pairs = select(table.c.other_id, table.c[kept_field]).where(table.c.state == State.DONE.value)
    return pairs.where(table.c.other_id.in_(bindparam("ids", expanding=True)))


def _last(pairs: Mapping[str, str], row_id: str) -> str:
    seen: set[str] = set()
    while row_id in pairs and row_id not in seen:
        seen.add(row_id)
        row_id = pairs[row_id]
    return row_id


def followed(record: Record, values: Values, merged: Mapping[str, str]) -> Values:
    """Return values that name the customer who is there by now: a laptop may not know of a merge yet."""
    if not merged or record.name in HELD_FAST:
        return values
    found = dict(values)
    for declared in record.fields:
        value = values.get(declared.name)
        if declared.ref not in KINDS or not value:
            continue
        if declared.kind is Kind.REF:
            found[declared.name] = merged.get(value, value)
        elif declared.kind is Kind.REFS:
            found[declared.name] = sorted({merged.get(one, one) for one in value})
    if values.get("parent_record") in KINDS:
        found["parent_id"] = merged.get(values["parent_id"], values["parent_id"])
    return found


def in_standing_room(work: ServerWork, record: Record, values: Values, holds: Holds) -> Values:
    """Return values of an affiliation that name the department of the kept institution, where it took an ended one's
    place: a laptop that does not know of the merge yet puts new people into the other one's."""
    room = work.get("department", values["department_id"]) if values.get("department_id") else None
    if record.name != "affiliation" or room is None or not room["deleted"]:
        return values
    place = room["institution_id"]
    kept = merged_into(work.connection, [("institution", place)]).get(place, "")
    same = institution_merges.room_like(work.connection, kept, room["name"]) if kept else ""
    return {**values, "department_id": same} if same and holds("department", same) else values


def check_standing(work: ServerWork, record: Record, row: Mapping[str, Any], merged: Mapping[str, str]) -> None:
    """Refuse an edit of a customer who went into another one, or of what ended with that: nobody would see it, so its
    author gets it back."""
    went = row.get("status") == customer_merge.MERGED or (row["deleted"] and row["id"] in merged)
    if record.name in KINDS and went:
        raise _went_into_another(record.name)
    if row["deleted"] and record.name in _PARTS:
        for name in KINDS:
            customer = str(row.get(f"{name}_id") or "")
            if customer and merged_into(work.connection, [(name, customer)]):
                raise _went_into_another(name)


def _went_into_another(name: str) -> RefusedError:
    return RefusedError("doctor_merged" if name == "doctor" else "institution_merged")


def before_delete(_work: ServerWork, _actor: ServerActor, row: Mapping[str, Any]) -> None:
    """A proposal can be withdrawn; what was decided stays."""
    if row["state"] not in (None, State.PROPOSED.value):
        raise RefusedError("locked", field="state")


def apply_command(work: ServerWork, actor: ServerActor, operation: Operation, holds: Holds) -> Values:
    """Merge, decline or restore; returns the merge's row as it is now.

    Raises RefusedError: `forbidden`, `unknown_row`, `not_yours`, `merge_decided`, `merge_impossible`,
    `changed_since_seen` (with another content than the person compared).
    """
    customer_merge.check_event(operation.command, actor.role)
    kind, record = BY_RECORD[operation.record], operation.record
    row = work.get(record, operation.row_id, lock=True) if holds(record, operation.row_id) else None
    if row is None or row["deleted"]:
        raise RefusedError("unknown_row")
    after = customer_merge.advance(row["state"], operation.command, actor.role)
    kept, other = _pair(work, actor, kind, row, holds)
    steps = _STEPS[kind.of.name](kind, work, actor, row["id"], kept, other)
    changes: Values = {"state": after.value, "decided_by": actor.user_id, "decided_at": work.at}
    if after is State.DONE:
        take = _take_of(kind, operation, row)
        kind.check_pair(kept, other)
        if operation.args.get("seen_hash") != kind.pair_hash(kept, other):
            raise RefusedError("changed_since_seen")
        changes |= {"take": take, "moved": steps.merge(take)}
    elif after is State.UNDONE:
        steps.restore(row["moved"] or {})
    return work.update(record, row["id"], changes, actor, action=Event(operation.command).value)


def _pair(
    work: ServerWork, actor: ServerActor, kind: MergeKind, row: Mapping[str, Any], holds: Holds
) -> tuple[Values, Values]:
    """Return who is kept and the other one, both locked; a reviewer decides about the own territories.

    An institution that went into another one is deleted: who may bring it back is whose territory it was in.
    """
    found: dict[str, Values] = {}
    for row_id in sorted({row[kind.kept_field], row["other_id"]}):
        customer = work.get(kind.of.name, row_id, lock=True)
        ended = customer is not None and customer["deleted"] and row["state"] == State.DONE.value
        if customer is None or not (ended or holds(kind.of.name, row_id)):
            raise RefusedError("unknown_row", record=kind.of.name)
        if customer["territory_id"] not in actor.territory_ids:
            raise RefusedError("unknown_row" if ended else "not_yours", record=kind.of.name)
        found[row_id] = customer
    return dict(found[row[kind.kept_field]]), dict(found[row["other_id"]])


def _take_of(kind: MergeKind, operation: Operation, row: Mapping[str, Any]) -> list[str]:
    given = operation.args.get("take", row["take"] or [])
    if not isinstance(given, list) or len(given) > _MAX_TAKE or not all(isinstance(one, str) for one in given):
        raise InputError("wrong_kind", field="take")
    return customer_merge.taken(kind.chosen(given))
