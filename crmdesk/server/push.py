"""Push: each operation judged for itself (rights, rules, merge), in a savepoint, with its answer kept for repeats."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from crmdesk.domain import access, validation
from crmdesk.domain import claims as workflow
from crmdesk.domain.custom_fields import Definitions
from crmdesk.domain.customer_merge import BY_RECORD
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.exports import check_export
from crmdesk.domain.fields import Record, ScopeRule
from crmdesk.domain.ids import id_for
from crmdesk.domain.records import RECORDS
from crmdesk.domain.references import refs
from crmdesk.domain.row_rules import check_row
from crmdesk.domain.text_merge import Budget
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server import (
    adverse_events,
    call_backs,
    claims,
    custom_fields,
    deletions,
    feed,
    joining,
    lives,
    merge_lock,
    merges,
    merging,
    plans,
    visits,
)  # fmt: skip
from crmdesk.server.bulk import bulk_insert
from crmdesk.server.grace import Former
from crmdesk.server.operation_checks import check_args, check_lock, check_rights, check_zone, with_review
from crmdesk.server.operation_form import body_hash, check_form, has_identity, keys_of
from crmdesk.server.tables import DEVICE, OPERATION_LOG, ROWS, SHAPES
from crmdesk.server.work import NeedsSavepointError, ServerActor, ServerWork

ANSWERED_BYTES = 4 << 20
"""So much of rows the answers to one batch carry, about; further rows come with the pull: any answer fits a frame."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_POINTING = {name: [one for one in record.fields if one.ref or one.item] for name, record in RECORDS.items()}
"""The fields of each record that can name other rows."""
_encode = msgspec.msgpack.Encoder().encode
_decode_answer = msgspec.msgpack.Decoder(Answer).decode
_LOG_COLUMNS = ("op_id", "device_id", "seq", "user_id", "body_hash", "record", "row_id", "answer", "at")


@dataclass(slots=True)
class Pushed:
    """The answers in the order of the operations; `fork` says that nothing was applied."""

    answers: list[Answer] = field(default_factory=list)
    fork: bool = False


def push(
    work: ServerWork, actor: ServerActor, device_id: str, operations: list[Operation], *, one_by_one: bool = False
) -> Pushed:
    """Apply a batch of one device; the caller commits. Operations known from before are answered as they were.

    What the operations write is queued and written in sets; IntegrityError is the end of the whole batch then, and
    the caller tries `one_by_one`: a savepoint each, so that what the database refuses is one operation's alone.
    """
    if not operations:
        return Pushed()
    # one batch of a device at a time: a repeated request waits here and then finds the answers of the first
    work.connection.execute(select(DEVICE.c.id).where(DEVICE.c.id == device_id).with_for_update())
    merge_lock.keep_apart(work.connection, merging=merges.decides_any(operations))
    batch = _Batch(work, actor, device_id, operations)
    if batch.forked:
        return Pushed(fork=True)
    batch.one_by_one = one_by_one
    batch.look_ahead(batch.sound)
    answers = [batch.answer(operation) for operation in operations]
    batch.keep_answers()
    return Pushed(answers)


def wire_row(record: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row by wire columns, as an answer carries it."""
    return {name: row[name] for name in SHAPES[record].columns}


_LOG = OPERATION_LOG.c
_KNOWN = select(_LOG.op_id, _LOG.body_hash, _LOG.answer, _LOG.user_id).where(
    _LOG.op_id.in_(bindparam("ids", expanding=True))
)
_TAKEN = select(_LOG.seq, _LOG.op_id).where(
    _LOG.device_id == bindparam("device"), _LOG.seq.in_(bindparam("numbers", expanding=True))
)


class _Batch:
    """What one batch needs to know, fetched at once: earlier answers, used sequences, which rows the person holds."""

    def __init__(self, work: ServerWork, actor: ServerActor, device_id: str, operations: list[Operation]) -> None:
        self.work, self.actor, self.device_id = work, actor, device_id
        self.one_by_one = False
        self.text_budget = Budget()
        self._room = ANSWERED_BYTES
        self.former = Former(work, actor)
        self._fresh: list[tuple[Any, ...]] = []
        sound = self.sound = [operation for operation in operations if has_identity(operation)]
        known = work.connection.execute(_KNOWN, {"ids": [one.id for one in sound]})
        # an operation of somebody else has another body for whoever repeats it: nothing of its answer is told
        self._known: dict[str, tuple[str, bytes]] = {
            op_id: (body if user_id == actor.user_id else "", answer) for op_id, body, answer, user_id in known
        }
        taken = work.connection.execute(_TAKEN, {"device": device_id, "numbers": [one.seq for one in sound]})
        self._sequences: dict[int, str] = {seq: op_id for seq, op_id in taken}
        self.forked = any(self._sequences.get(one.seq, one.id) != one.id for one in sound)
        keys = keys_of(sound)
        self.states = feed.states_in(work.connection, actor.scopes, keys)
        self.merged_into = merges.merged_into(work.connection, keys)
        self.submitted = visits.submitted_in(sound)
        self._look_up_parents(sound)
        self._defined: Definitions | None = None
        if any(custom_fields.names_any(one.fields) for one in sound):
            self._defined = custom_fields.definitions(work.connection)

    def check_custom(self, record: Record, operation: Operation) -> None:
        """Check the company fields of an operation against their definitions, by the person's role."""
        if custom_fields.names_any(operation.fields):
            if self._defined is None:
                self._defined = custom_fields.definitions(self.work.connection)
            custom_fields.check(self._defined, record, self.actor.role, operation.fields)

    def answer(self, operation: Operation) -> Answer:
        """Return the answer to one operation; its effect, if any, is in the transaction."""
        if not has_identity(operation):
            return _refusal(operation, InputError("wrong_kind", field="id"))
        body = body_hash(operation)
        known = self._known.get(operation.id)
        if known is not None:
            return self._again(operation, known, body)
        if self._sequences.get(operation.seq, operation.id) != operation.id:
            return _refusal(operation, InputError("out_of_range", field="seq"))
        answer = self._judge(operation)
        stored = _encode(msgspec.structs.replace(answer, row=None))
        self._known[operation.id] = (body, stored)
        self._sequences[operation.seq] = operation.id
        record = operation.record if operation.record in RECORDS else ""
        names = operation.id, self.device_id, operation.seq, self.actor.user_id, body, record, operation.row_id
        self._fresh.append((*names, stored, self.work.at))
        return answer

    def keep_answers(self) -> None:
        """Store the answers for repeats, in the same transaction as the effects."""
        bulk_insert(self.work.connection, OPERATION_LOG, _LOG_COLUMNS, self._fresh)

    def look_ahead(self, operations: Iterable[Operation]) -> None:
        """Read at once what sound operations are going to need: their rows, and who wrote what they may clash with."""
        held: dict[str, set[str]] = defaultdict(set)
        fresh: dict[str, set[str]] = defaultdict(set)
        edits = []
        for one in operations:
            if one.record not in RECORDS:
                continue
            if one.kind == "create":
                fresh[one.record].add(one.row_id)
            elif self.states.get((one.record, one.row_id)) in (feed.PRESENT, feed.DELETED):
                held[one.record].add(one.row_id)
                edits.append(one)
        for record in sorted(held):
            self.work.preload(record, held[record], lock=True)
        for record in sorted(fresh):
            self.work.preload(record, fresh[record], lock=False)
        self.work.preload_trails(one.row_id for one in edits if self._may_clash(one))

    def _may_clash(self, operation: Operation) -> bool:
        row = self.work.standing(operation.record, operation.row_id)
        if row is None or operation.base_revision >= row["revision"]:
            return False
        touched: dict[str, int] = row["field_revisions"]
        return any(touched.get(name, 1) > operation.base_revision for name in operation.fields)

    def state(self, record: str, row_id: object) -> int | None:
        """Return how a row stands in the person's scopes by now, what this batch did included; None: not at all."""
        key = (record, str(row_id))
        state = feed.PRESENT if key in self.work.created else self.states.get(key)
        row = self.work.standing(*key)
        if row is not None and state in (feed.PRESENT, feed.DELETED):
            return feed.DELETED if row["deleted"] else feed.PRESENT
        return state

    def holds(self, record: str, row_id: object) -> bool:
        """Say whether the person holds a row: by a scope, or made in this batch."""
        return self.state(record, row_id) == feed.PRESENT

    def looks_up(self, record: str, row_id: object) -> bool:
        """Say whether the person holds a row that no operation of the batch names."""
        key = (record, str(row_id))
        if key not in self.states:
            self.states |= feed.states_in(self.work.connection, self.actor.scopes, {key})
        return self.holds(record, row_id)

    def reaches(self, record: str, row_id: object) -> bool:
        """Say whether the person may name a row: one held, or held until lately."""
        return self.holds(record, row_id) or self.former.has(record, row_id)

    def _look_up_parents(self, operations: Iterable[Operation]) -> None:
        """Look up the rows that attachments belong to where the operations do not name them."""
        table = ROWS["attachment"]
        ids = {one.row_id for one in operations if one.record == "attachment" and one.kind != "create"}
        if ids:
            query = select(table.c.parent_record, table.c.parent_id).where(table.c.id.in_(sorted(ids)))
            parents = {(record, row_id) for record, row_id in self.work.connection.execute(query)}
            self.states |= feed.states_in(self.work.connection, self.actor.scopes, parents)

    def _again(self, operation: Operation, known: tuple[str, bytes], body: str) -> Answer:
        if known[0] != body:
            return Answer(operation.id, "refused", code="body_mismatch")
        answer = _decode_answer(known[1])
        if answer.outcome == "refused":
            return answer
        row = self.work.get(operation.record, operation.row_id) if operation.record in RECORDS else None
        answer.outcome = "duplicate"
        if row is not None and self.holds(operation.record, operation.row_id):
            return self._with_row(answer, operation.record, row)
        return answer

    def _with_row(self, answer: Answer, record: str, row: Mapping[str, Any]) -> Answer:
        """Let an answer carry the row as it is now, while there is room; without it the revision is left out, too."""
        self._room -= _weight(row)
        if self._room < 0:
            return msgspec.structs.replace(answer, revision=0)
        return msgspec.structs.replace(answer, row=wire_row(record, row))

    def _judge(self, operation: Operation) -> Answer:
        if not self.one_by_one and operation.record != "claim":
            with suppress(NeedsSavepointError):
                return self._judged(operation, self.work.attempt())
        self.work.flush()
        try:
            return self._judged(operation, self.work.savepoint())
        except IntegrityError:
            return _refusal(operation, InputError("exists", field="id"))

    def _judged(self, operation: Operation, part: AbstractContextManager[None]) -> Answer:
        self.former.begin()
        try:
            with part:
                outcome, row = _apply(self, operation)
                if any(self.work.scopes_of(*key) & self.actor.scopes for key in self.former.rows):
                    raise RefusedError("out_of_scope")  # nothing comes back into a person's hands by the own deed
        except (InputError, RefusedError) as error:
            return _refusal(operation, error)
        if self.former.used and not self.work.scopes_of(operation.record, operation.row_id) & self.actor.scopes:
            # taken by grace: nothing is told of what others made of it
            return Answer(operation.id, "applied", revision=operation.base_revision + 1)
        return self._with_row(Answer(operation.id, outcome, revision=row["revision"]), operation.record, row)


def _weight(row: Mapping[str, Any]) -> int:
    """Return about how many bytes a row takes in an answer: a little more, of which field is which revision is in."""
    return len(_encode(row))


def _refusal(operation: Operation, error: InputError | RefusedError) -> Answer:
    params = dict(error.params)
    name = str(params.get("field") or "")
    if isinstance(error, InputError):
        return Answer(operation.id[:64], "refused", code="invalid", params={"code": error.code, **params}, field=name)
    return Answer(operation.id, "refused", code=error.code, params=params, field=name)


def _apply(batch: _Batch, operation: Operation) -> tuple[str, dict[str, Any]]:
    """Apply one operation and return (outcome, row); raises InputError or RefusedError."""
    check_form(operation)
    record = RECORDS.get(operation.record)
    if record is None:
        raise RefusedError("unknown_record")
    handler = _KINDS.get(operation.kind)
    if handler is None:
        raise InputError("not_in_list", field="kind")
    return handler(batch, record, operation)


def _create(batch: _Batch, record: Record, operation: Operation) -> tuple[str, dict[str, Any]]:
    work, actor = batch.work, batch.actor
    check_rights(record, operation, actor)
    values = {name: pair[1] for name, pair in operation.fields.items()}
    if record.server_made:
        raise RefusedError("forbidden")
    values = with_review(record, values, actor)
    validation.check_new(record, values)
    batch.check_custom(record, operation)
    check_zone(record, operation)
    standing = work.get(record.name, operation.row_id)
    if standing is not None and not joining.joins(record, standing, values):
        raise InputError("exists", field="id")
    if record.one_for and operation.row_id != id_for(record.name, values[record.one_for]):
        raise InputError("wrong_kind", field="id")
    values = merging.normalised(record, values)
    if batch.former.has_territory(values.get("territory_id")):
        actor = replace(actor, territory_ids=actor.territory_ids | {values["territory_id"]})
    values = merges.in_standing_room(work, record, values, batch.looks_up)
    _check_place(batch, record, values, _named_already(batch, record, values, actor), actor)
    if record.owner and values.get(record.owner) != actor.user_id:
        raise RefusedError("not_yours", field=record.owner)
    values = _of_its_kind(batch, record, operation, values, actor)
    values = _guarded(batch, record, actor, None, values)
    values = merges.followed(record, values, batch.merged_into)
    if standing is not None:
        return "merged", joining.join(work, actor, record, operation, values, batch.text_budget)
    row = work.insert(record.name, operation.row_id, values, actor)
    if record.name == "call_back":
        call_backs.note_result(work, actor, None, row)
    return "applied", row


def _named_already(batch: _Batch, record: Record, values: Mapping[str, Any], actor: ServerActor) -> Mapping[str, Any]:
    """Return what a new row may name without being asked: the doctors of the visit at which something was heard."""
    if record.name != "adverse_event":
        return {}
    if not batch.reaches("visit", values["parent_id"]):
        raise RefusedError("out_of_scope", field="parent_id")
    return {"doctor_ids": adverse_events.visit_of(batch.work, values["parent_id"], actor)["doctor_ids"]}


def _of_its_kind(
    batch: _Batch, record: Record, operation: Operation, values: dict[str, Any], actor: ServerActor
) -> dict[str, Any]:
    """Return the values of a new row after the rules that its record alone has."""
    if record.name == "adverse_event":
        return adverse_events.before_create(batch.work, actor, values)
    if record.name == "call_back":
        return call_backs.before_create(batch.work, actor, operation, values)
    if record.name == "visit":
        visits.check(batch.work, actor, operation, None, values)
    elif record.name == "export_note":
        check_export(actor.role, values["what"])
    elif record.scope is ScopeRule.PARENT:
        _check_parent(batch, values)
    return values


def _edit(batch: _Batch, record: Record, operation: Operation) -> tuple[str, dict[str, Any]]:
    work, actor = batch.work, batch.actor
    check_rights(record, operation, actor)
    row = _held_row(batch, record, operation.row_id, grace=True)
    if row["deleted"] and (record.server_made or record.by_command or record.fixed):
        raise RefusedError("deleted", by=row["updated_by"], at=row["updated_at"])
    _check_owner(batch, record, row, operation)
    merges.check_standing(work, record, row, batch.merged_into)
    check_zone(record, operation)
    merged = merging.merged_edit(record, row, operation, batch.text_budget)
    batch.check_custom(record, operation)
    changes, reason = visits.amending(work, record, row, operation, merged.changes, batch.submitted)
    changes = merges.in_standing_room(work, record, changes, batch.looks_up)
    _check_place(batch, record, changes, row, actor)
    if "territory_id" in changes and row["territory_id"] not in actor.territory_ids:
        raise RefusedError("out_of_scope", field="territory_id")
    if record.owner and changes.get(record.owner, actor.user_id) != actor.user_id:
        raise RefusedError("not_yours", field=record.owner)
    if changes:  # what is there already, from another computer of the same person, amends nothing
        check_lock(record, row, changes, reason)
    if record.fixed and changes:
        raise RefusedError("locked")
    if row["deleted"]:
        return _edit_of_deleted(batch, record, row, operation, changes)
    changes = _changed_of_its_kind(batch, record, row, operation, changes)
    if changes:
        changes = _guarded(batch, record, actor, row, changes)
    unseen = _met_others(batch, row, operation)
    merging.keep_losers(work, record, row, merged.clashes, operation, actor)
    changes = merges.followed(record, changes, batch.merged_into)
    after = work.update(record.name, row["id"], changes, actor, reason=reason)
    return ("merged" if unseen else "applied"), after


def _changed_of_its_kind(
    batch: _Batch, record: Record, row: Mapping[str, Any], operation: Operation, changes: dict[str, Any]
) -> dict[str, Any]:
    """Return the changes of a row after the rules that its record alone has."""
    if record.name == "adverse_event":
        changes = adverse_events.check_edit(row, changes, batch.actor, operation)
    elif record.name == "visit":
        visits.check(batch.work, batch.actor, operation, row, {**row, **changes})
    elif record.name == "call_back":
        changes = call_backs.check_edit(batch.work, operation, row, changes)
        call_backs.note_result(batch.work, batch.actor, row, {**row, **changes})
    return changes


def _met_others(batch: _Batch, row: Mapping[str, Any], operation: Operation) -> bool:
    """Say whether a row holds changes that this laptop had not seen: somebody else's, or from another computer."""
    if operation.base_revision == row["revision"] and not operation.life:
        return False
    seen = lives.seen_revision(batch.work, row, operation)
    if seen >= row["revision"]:
        return False
    if row["updated_by"] != batch.actor.user_id:
        return True
    since = deletions.changes_since(batch.work, RECORDS[operation.record], row, seen)
    mine = (batch.actor.device_id, None)
    return any(one.by_id != batch.actor.user_id or one.device_id not in mine for one in since)


def _edit_of_deleted(
    batch: _Batch, record: Record, row: dict[str, Any], operation: Operation, changes: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Keep an edit that met a deletion for a person to decide; the row stays deleted until then."""
    if deletions.is_erased(batch.work, record.name, row["id"]):
        raise RefusedError("erased")
    if not changes:
        return "applied", row
    old = merging.normalised(record, {name: operation.fields[name][0] for name in changes})
    new = merging.normalised(record, {name: operation.fields[name][1] for name in changes})
    kept = {name: [old[name], new[name]] for name in changes}
    deletions.keep_edit(batch.work, record, row, operation, kept, batch.actor)
    return "merged", row


def _delete(batch: _Batch, record: Record, operation: Operation) -> tuple[str, dict[str, Any]]:
    work, actor = batch.work, batch.actor
    check_rights(record, operation, actor)
    if record.server_made:
        raise RefusedError("forbidden")
    row = _held_row(batch, record, operation.row_id)
    if record.kept:
        raise RefusedError("kept")
    if row["deleted"]:
        return "applied", row
    _check_owner(batch, record, row, operation)
    if "territory_id" in row and row["territory_id"] not in actor.territory_ids and not record.owner:
        raise RefusedError("not_yours")  # held through an affiliation: shared for edits, not for its end
    check_lock(record, row, {}, operation.reason)
    _check_parent_lock(batch, record, row, operation.reason)
    guard = _BEFORE_DELETE.get(record.name)
    if guard is not None:
        guard(work, actor, row)
    if not record.by_command and not record.fixed and deletions.keep_deletion(work, record, row, operation, actor):
        return "merged", row  # the edit of somebody else lives on; a person decides after having seen both
    return "applied", work.delete(record.name, row["id"], actor, operation.reason)


def _command(batch: _Batch, record: Record, operation: Operation) -> tuple[str, dict[str, Any]]:
    check_args(operation)
    if record.name == "conflict":
        return _restore(batch, operation)
    kind = BY_RECORD.get(record.name)
    if kind is not None:
        row = merges.apply_command(batch.work, batch.actor, operation, batch.looks_up)
        batch.merged_into |= {row["other_id"]: row[kind.kept_field]} if row["state"] == "done" else {}
        return "applied", row
    decide = _DECIDE.get(record.name)
    if decide is None:
        raise RefusedError("forbidden")
    if not batch.holds(record.name, operation.row_id):
        raise RefusedError("unknown_row")
    return "applied", decide(batch.work, batch.actor, operation)


def _guarded(
    batch: _Batch, record: Record, actor: ServerActor, row: Mapping[str, Any] | None, changes: dict[str, Any]
) -> dict[str, Any]:
    """Return all that is to be written: the changes after the record's own guard, with what is the server's."""
    check_row(record.name, {**(row or {}), **changes})
    guard = _BEFORE_WRITE.get(record.name)
    return changes if guard is None else guard(batch.work, actor, row, changes)


def _restore(batch: _Batch, operation: Operation) -> tuple[str, dict[str, Any]]:
    """Bring back what was deleted, with the edit that the conflict keeps of it; the same checks as for that edit."""
    work, actor = batch.work, batch.actor
    if not access.may_write(RECORDS["conflict"], actor.role):
        raise RefusedError("forbidden")
    if operation.command != "restore":
        raise InputError("unknown_command", command=operation.command)
    conflict = _held_row(batch, RECORDS["conflict"], operation.row_id)
    edits = deletions.kept_edit(conflict)
    record, row_id = RECORDS[conflict["parent_record"]], conflict["parent_id"]
    values = {name: new for name, (_, new) in edits.items()}
    wanted = {(ref, str(one)) for name, value in values.items() for ref, one in refs(record.field(name), value)}
    batch.states |= feed.states_in(work.connection, actor.scopes, {(record.name, row_id)} | wanted)
    edit = msgspec.structs.replace(
        operation, record=record.name, row_id=row_id, kind="edit", fields=edits, made_at=conflict["loser_at"]
    )
    check_rights(record, edit, actor)
    row = _held_row(batch, record, row_id)
    merges.check_standing(work, record, row, batch.merged_into)
    _check_owner(batch, record, row, edit)
    batch.check_custom(record, edit)
    _check_place(batch, record, values, row, actor)
    if "territory_id" in row and row["territory_id"] not in actor.territory_ids and not record.owner:
        raise RefusedError("not_yours")  # held through an affiliation: its end was others' to decide, so is its return
    merged = deletions.brought_back(record, row, conflict)
    if record.name == "visit":
        merged.changes = visits.brought_back(work, actor, edit, row, merged.changes)
    check_row(record.name, {**row, **merged.changes})
    return "applied", deletions.restore(work, record, row, conflict, merged, actor)


def _held_row(batch: _Batch, record: Record, row_id: str, *, grace: bool = False) -> dict[str, Any]:
    """Return a row that the person holds, or held until lately where `grace` is given."""
    held = batch.state(record.name, row_id) in (feed.PRESENT, feed.DELETED)
    if not held and not (grace and batch.former.has(record.name, row_id)):
        # the person held it once: say so; one never held is as unknown as one that does not exist
        gone = record.scope is ScopeRule.MONEY and batch.state(record.name, row_id) == feed.LEFT
        once = gone or batch.former.ever_had(record.name, row_id)
        raise RefusedError("out_of_scope" if once else "unknown_row")
    row = batch.work.get(record.name, row_id, lock=True)
    if row is None:
        raise RefusedError("unknown_row")
    return row


def _check_owner(batch: _Batch, record: Record, row: Mapping[str, Any], operation: Operation) -> None:
    if record.owner and row[record.owner] != batch.actor.user_id:
        raise RefusedError("not_yours")
    if record.name == "attachment":
        _check_parent(batch, row)
    if record.name == "conflict" and operation.kind == "edit" and set(operation.fields) - {"state"}:
        raise RefusedError("field_not_allowed")


def _check_place(
    batch: _Batch, record: Record, values: Mapping[str, Any], before: Mapping[str, Any], actor: ServerActor
) -> None:
    """The territory must be one of the actor's, every other row one that the person holds or held.

    What the row named already (`before`) is not asked about again: a colleague may have put it there. A report or claim
    may name what was deleted meanwhile; customers may not, nothing would be left of their other end.
    """
    if "territory_id" in values and values["territory_id"] not in actor.territory_ids:
        raise RefusedError("out_of_scope", field="territory_id")
    for declared in _POINTING[record.name]:
        name = declared.name
        if name not in values:
            continue
        known = set(refs(declared, before.get(name)))
        for ref, row_id in refs(declared, values[name]):
            ended = record.scope is not ScopeRule.CUSTOMER and batch.state(ref, row_id) == feed.DELETED
            went_into = batch.merged_into.get(row_id)  # the row will name that one (`merges.followed`)
            ended = ended or (went_into is not None and batch.looks_up(ref, went_into))
            if (ref, row_id) not in known and not ended and not batch.reaches(ref, row_id):
                raise RefusedError("out_of_scope", field=name)


def _check_parent(batch: _Batch, values: Mapping[str, Any]) -> None:
    """An attachment belongs to a row that the person holds and, where it has an owner, owns and may still edit."""
    parent = RECORDS.get(values["parent_record"])
    shut = parent is None or parent.scope is ScopeRule.PARENT or not access.may_write(parent, batch.actor.role)
    # rows of the company and budgets are nobody's to hang files on: these would go to every laptop
    if parent is None or shut or not _reaches_parent(batch, parent.name, values["parent_id"]):
        raise RefusedError("out_of_scope", field="parent_id")
    if not _SHA256.fullmatch(values["sha256"]):
        raise InputError("wrong_kind", field="sha256")
    row = batch.work.get(parent.name, values["parent_id"])
    if row is None or (parent.owner and row[parent.owner] != batch.actor.user_id):
        raise RefusedError("not_yours", field="parent_id")
    if parent.name == "claim" and row["state"] not in workflow.EDITABLE:
        raise RefusedError("locked", field="parent_id")


def _reaches_parent(batch: _Batch, record: str, row_id: str) -> bool:
    """Say whether a file may be hung on a row: it is reached, or went into one that is held (`merges.followed`)."""
    went_into = batch.merged_into.get(row_id)
    return batch.reaches(record, row_id) or (went_into is not None and batch.looks_up(record, went_into))


def _check_parent_lock(batch: _Batch, record: Record, row: Mapping[str, Any], reason: str) -> None:
    """What was attached to a submitted visit is taken away only with a reason, like any other amendment."""
    if record.name == "attachment" and row["parent_record"] == "visit":
        visit = batch.work.get("visit", row["parent_id"])
        if visit is not None:
            check_lock(RECORDS["visit"], visit, {}, reason)


_BEFORE_WRITE = {"claim": claims.before_write, "plan_target": plans.before_write}
_BEFORE_DELETE = {
    "claim": claims.before_delete,
    "plan_target": plans.before_delete,
} | dict.fromkeys(BY_RECORD, merges.before_delete)
_DECIDE = {"claim": claims.apply_command, "plan_target": plans.apply_command}
"""What the records that commands decide about have of their own."""

_Handler = Callable[[_Batch, Record, Operation], tuple[str, dict[str, Any]]]
_KINDS: dict[str, _Handler] = {"create": _create, "edit": _edit, "delete": _delete, "command": _command}
