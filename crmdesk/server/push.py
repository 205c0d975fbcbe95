"""Push: each operation judged for itself (rights, rules, merge), in a savepoint, with its answer kept for repeats."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from crmdesk.domain import access, validation
from crmdesk.domain import claims as workflow
from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Field, Kind, Record, ScopeRule
from crmdesk.domain.ids import is_id
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server import claims, feed, merging
from crmdesk.server.scoping import Key
from crmdesk.server.tables import DEVICE, OPERATION_LOG, ROWS, SHAPES
from crmdesk.server.work import ServerActor, ServerWork

_BIGGEST = 2**53
_MAX_FIELDS = 200
_MAX_ARGS_BYTES = 64 << 10
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_zones = lru_cache(maxsize=1)(available_timezones)
_encode = msgspec.msgpack.Encoder().encode
_decode_answer = msgspec.msgpack.Decoder(Answer).decode


@dataclass(slots=True)
class Pushed:
    """The answers in the order of the operations; `fork` says that nothing was applied."""

    answers: list[Answer] = field(default_factory=list)
    fork: bool = False


def push(work: ServerWork, actor: ServerActor, device_id: str, operations: list[Operation]) -> Pushed:
    """Apply a batch of one device; the caller commits. Operations known from before are answered as they were."""
    if not operations:
        return Pushed()
    # one batch of a device at a time: a repeated request waits here and then finds the answers of the first
    work.connection.execute(select(DEVICE.c.id).where(DEVICE.c.id == device_id).with_for_update())
    batch = _Batch(work, actor, device_id, operations)
    if batch.forked:
        return Pushed(fork=True)
    answers = [batch.answer(operation) for operation in operations]
    batch.keep_answers()
    return Pushed(answers)


def body_hash(operation: Operation) -> str:
    """Return the hash of what an operation says; its sequence is left out, a fork renumbers it."""
    plain = msgspec.structs.replace(operation, seq=0)
    return hashlib.blake2b(_encode(plain), digest_size=16).hexdigest()


def wire_row(record: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row by wire columns, as an answer carries it."""
    return {name: row[name] for name in SHAPES[record].columns}


class _Batch:
    """What one batch needs to know, fetched at once: earlier answers, used sequences, which rows the person holds."""

    def __init__(self, work: ServerWork, actor: ServerActor, device_id: str, operations: list[Operation]) -> None:
        self.work, self.actor, self.device_id = work, actor, device_id
        self._fresh: list[dict[str, Any]] = []
        sound = [operation for operation in operations if _has_identity(operation)]
        log = OPERATION_LOG
        columns = (log.c.op_id, log.c.body_hash, log.c.answer, log.c.user_id)
        known = select(*columns).where(log.c.op_id.in_([one.id for one in sound]))
        # an operation of somebody else has another body for whoever repeats it: nothing of its answer is told
        self._known: dict[str, tuple[str, bytes]] = {
            op_id: (body if user_id == actor.user_id else "", answer)
            for op_id, body, answer, user_id in work.connection.execute(known)
        }
        used = select(log.c.seq, log.c.op_id).where(log.c.device_id == device_id)
        taken = used.where(log.c.seq.in_([one.seq for one in sound]))
        self._sequences: dict[int, str] = {seq: op_id for seq, op_id in work.connection.execute(taken)}
        self.forked = any(self._sequences.get(one.seq, one.id) != one.id for one in sound)
        self.states = feed.states_in(work.connection, actor.scopes, _keys_of(sound))
        self._look_up_parents(sound)

    def answer(self, operation: Operation) -> Answer:
        """Return the answer to one operation; its effect, if any, is in the transaction."""
        if not _has_identity(operation):
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
        entry = {"op_id": operation.id, "device_id": self.device_id, "seq": operation.seq, "body_hash": body}
        record = operation.record if operation.record in RECORDS else ""
        entry |= {"user_id": self.actor.user_id, "record": record, "row_id": operation.row_id}
        self._fresh.append(entry | {"answer": stored, "at": self.work.at})
        return answer

    def keep_answers(self) -> None:
        """Store the answers for repeats, in the same transaction as the effects."""
        if self._fresh:
            self.work.connection.execute(insert(OPERATION_LOG), self._fresh)

    def holds(self, record: str, row_id: object) -> bool:
        """Say whether the person holds a row: by a scope, or made in this batch."""
        key = (record, str(row_id))
        return key in self.work.created or self.states.get(key) == feed.PRESENT

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
        if row is not None and self.holds(operation.record, operation.row_id):
            answer.row = wire_row(operation.record, row)
        answer.outcome = "duplicate"
        return answer

    def _judge(self, operation: Operation) -> Answer:
        try:
            with self.work.savepoint():
                outcome, row = _apply(self, operation)
        except (InputError, RefusedError) as error:
            return _refusal(operation, error)
        except IntegrityError:
            return _refusal(operation, InputError("exists", field="id"))
        row_now = wire_row(operation.record, row)
        return Answer(operation.id, outcome, revision=row["revision"], row=row_now)


def _has_identity(operation: Operation) -> bool:
    return is_id(operation.id) and is_id(operation.row_id) and 0 < operation.seq < _BIGGEST


def _refusal(operation: Operation, error: InputError | RefusedError) -> Answer:
    params = dict(error.params)
    name = str(params.get("field") or "")
    if isinstance(error, InputError):
        return Answer(operation.id[:64], "refused", code="invalid", params={"code": error.code, **params}, field=name)
    return Answer(operation.id, "refused", code=error.code, params=params, field=name)


def _keys_of(operations: Iterable[Operation]) -> set[Key]:
    """Return every row that the operations speak of, well-formed ids only."""
    keys: set[Key] = set()
    for operation in operations:
        record = RECORDS.get(operation.record)
        if record is None:
            continue
        keys.add((record.name, operation.row_id))
        for name, pair in operation.fields.items():
            declared = next((one for one in record.fields if one.name == name), None)
            if declared is not None:
                keys |= {(ref, one) for ref, one in _refs(declared, pair[1]) if is_id(one)}
        parent = operation.fields.get("parent_record", (None, None))[1]
        if isinstance(parent, str) and parent in RECORDS:
            keys |= {(parent, str(one)) for one in operation.fields.get("parent_id", (None, None)) if is_id(one)}
    return keys


def _refs(declared: Field, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (record, id) for each reference within a field's value, nested ones included."""
    if declared.item and isinstance(value, list):
        for entry in value:
            if isinstance(entry, dict):
                for part in declared.item:
                    yield from _refs(part, entry.get(part.name))
    elif declared.ref and declared.kind is Kind.REFS and isinstance(value, list):
        yield from ((declared.ref, one) for one in value)
    elif declared.ref and value not in (None, ""):
        yield declared.ref, value


def _apply(batch: _Batch, operation: Operation) -> tuple[str, dict[str, Any]]:
    """Apply one operation and return (outcome, row); raises InputError or RefusedError."""
    _check_shape(operation)
    record = RECORDS.get(operation.record)
    if record is None:
        raise RefusedError("unknown_record")
    handler = _KINDS.get(operation.kind)
    if handler is None:
        raise InputError("not_in_list", field="kind")
    return handler(batch, record, operation)


def _check_shape(operation: Operation) -> None:
    limits = {"record": 40, "kind": 20, "made_at": 40, "zone": 60, "command": 60, "reason": 1000}
    for name, limit in limits.items():
        value = getattr(operation, name)
        if len(value) > limit:
            raise InputError("too_long", field=name, limit=limit, length=len(value))
        if _UNSTORABLE.search(value):
            raise InputError("wrong_kind", field=name)
    if not 0 <= operation.base_revision < 2**31:
        raise InputError("out_of_range", field="base_revision")
    if len(operation.fields) > _MAX_FIELDS or len(_encode(operation.args)) > _MAX_ARGS_BYTES:
        raise InputError("too_long", field="fields", limit=_MAX_FIELDS)
    try:
        from_text(operation.made_at)
    except (ValueError, OverflowError) as error:
        raise InputError("wrong_kind", field="made_at") from error


def _create(batch: _Batch, record: Record, operation: Operation) -> tuple[str, dict[str, Any]]:
    work, actor = batch.work, batch.actor
    _check_rights(record, operation, actor)
    values = {name: pair[1] for name, pair in operation.fields.items()}
    if record.name == "conflict":
        raise RefusedError("forbidden")
    values = _with_review(record, values, actor)
    validation.check_new(record, values)
    _check_zone(record, operation)
    if work.get(record.name, operation.row_id) is not None:
        raise InputError("exists", field="id")
    values = merging.normalised(record, values)
    _check_place(batch, record, values)
    if record.owner and values.get(record.owner) != actor.user_id:
        raise RefusedError("not_yours", field=record.owner)
    if record.scope is ScopeRule.PARENT:
        _check_parent(batch, values)
    if record.name == "claim":
        values = claims.before_write(work, actor, None, values)
    return "applied", work.insert(record.name, operation.row_id, values, actor)


def _edit(batch: _Batch, record: Record, operation: Operation) -> tuple[str, dict[str, Any]]:
    work, actor = batch.work, batch.actor
    _check_rights(record, operation, actor)
    row = _held_row(batch, record, operation.row_id)
    if row["deleted"]:
        raise RefusedError("deleted", by=row["updated_by"], at=row["updated_at"])
    _check_owner(batch, record, row, operation)
    _check_zone(record, operation)
    merged = merging.merged_edit(record, row, operation)
    changes = merged.changes
    _check_place(batch, record, changes)
    if "territory_id" in changes and row["territory_id"] not in actor.territory_ids:
        raise RefusedError("out_of_scope", field="territory_id")
    if record.owner and changes.get(record.owner, actor.user_id) != actor.user_id:
        raise RefusedError("not_yours", field=record.owner)
    _check_lock(record, row, changes, operation.reason)
    if record.name == "attachment" and changes:
        raise RefusedError("locked")
    if record.name == "claim" and changes:
        changes = claims.before_write(work, actor, row, changes)
    others = operation.base_revision < row["revision"] and row["updated_by"] != actor.user_id
    merging.keep_losers(work, record, row, merged.clashes, operation, actor)
    after = work.update(record.name, row["id"], changes, actor, reason=operation.reason)
    return ("merged" if others or merged.clashes else "applied"), after


def _delete(batch: _Batch, record: Record, operation: Operation) -> tuple[str, dict[str, Any]]:
    work, actor = batch.work, batch.actor
    _check_rights(record, operation, actor)
    if record.name == "conflict":
        raise RefusedError("forbidden")
    row = _held_row(batch, record, operation.row_id)
    if row["deleted"]:
        return "applied", row
    _check_owner(batch, record, row, operation)
    if "territory_id" in row and row["territory_id"] not in actor.territory_ids and not record.owner:
        raise RefusedError("not_yours")  # held through an affiliation: shared for edits, not for its end
    if operation.base_revision < row["revision"] and row["updated_by"] != actor.user_id:
        # the edit of somebody else lives on; whoever deleted decides after having seen it
        raise RefusedError("changed_since_seen", by=row["updated_by"], at=row["updated_at"])
    _check_lock(record, row, {}, operation.reason)
    _check_parent_lock(batch, record, row, operation.reason)
    if record.name == "claim":
        claims.before_delete(work, actor, row)
    return "applied", work.delete(record.name, row["id"], actor, operation.reason)


def _command(batch: _Batch, record: Record, operation: Operation) -> tuple[str, dict[str, Any]]:
    if record.name != "claim":
        raise RefusedError("forbidden")
    if not batch.holds("claim", operation.row_id):
        raise RefusedError("unknown_row")
    return "applied", claims.apply_command(batch.work, batch.actor, operation)


def _check_rights(record: Record, operation: Operation, actor: ServerActor) -> None:
    if not access.may_write(record, actor.role):
        raise RefusedError("forbidden")
    forbidden = access.forbidden_fields(record, operation.fields, actor.role)
    if forbidden:
        raise RefusedError("field_not_allowed", field=forbidden[0][:60])


def _with_review(record: Record, values: dict[str, Any], actor: ServerActor) -> dict[str, Any]:
    """A customer made by a representative waits for a manager's look."""
    new = actor.role is Role.REP
    if record.name == "doctor":
        return {"status": "under_review" if new else "active"} | values
    if record.name == "institution":
        return {"under_review": new} | values
    return values


def _held_row(batch: _Batch, record: Record, row_id: str) -> dict[str, Any]:
    key = (record.name, row_id)
    state = batch.states.get(key)
    if not batch.holds(record.name, row_id) and state != feed.DELETED:
        # the person held it once: say so; one never held is as unknown as one that does not exist
        raise RefusedError("out_of_scope" if state == feed.LEFT else "unknown_row")
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


def _check_place(batch: _Batch, record: Record, values: Mapping[str, Any]) -> None:
    """The territory must be the person's own, every other row referred to one that the person holds."""
    territory = values.get("territory_id")
    if "territory_id" in values and territory not in batch.actor.territory_ids:
        raise RefusedError("out_of_scope", field="territory_id")
    for declared in record.fields:
        for ref, row_id in _refs(declared, values.get(declared.name)):
            if not batch.holds(ref, row_id):
                raise RefusedError("out_of_scope", field=declared.name)


def _check_parent(batch: _Batch, values: Mapping[str, Any]) -> None:
    """An attachment belongs to a row that the person holds and, where it has an owner, owns and may still edit."""
    parent = RECORDS.get(values["parent_record"])
    shut = parent is None or parent.scope is ScopeRule.PARENT or not access.may_write(parent, batch.actor.role)
    # rows of the company and budgets are nobody's to hang files on: these would go to every laptop
    if parent is None or shut or not batch.holds(parent.name, values["parent_id"]):
        raise RefusedError("out_of_scope", field="parent_id")
    if not _SHA256.fullmatch(values["sha256"]):
        raise InputError("wrong_kind", field="sha256")
    row = batch.work.get(parent.name, values["parent_id"])
    if row is None or (parent.owner and row[parent.owner] != batch.actor.user_id):
        raise RefusedError("not_yours", field="parent_id")
    if parent.name == "claim" and row["state"] not in workflow.EDITABLE:
        raise RefusedError("locked", field="parent_id")


def _check_lock(record: Record, row: Mapping[str, Any], changes: Mapping[str, Any], reason: str) -> None:
    """A submitted visit stays submitted, and is amended only with a reason."""
    if record.name != "visit" or row["state"] != "submitted":
        return
    if not reason.strip() or changes.get("state", "submitted") != "submitted":
        raise RefusedError("locked", field="state" if "state" in changes else "")


def _check_parent_lock(batch: _Batch, record: Record, row: Mapping[str, Any], reason: str) -> None:
    """What was attached to a submitted visit is taken away only with a reason, like any other amendment."""
    if record.name == "attachment" and row["parent_record"] == "visit":
        visit = batch.work.get("visit", row["parent_id"])
        if visit is not None:
            _check_lock(RECORDS["visit"], visit, {}, reason)


def _check_zone(record: Record, operation: Operation) -> None:
    """A visit's zone must be one that every clock knows: other laptops compute local times with it."""
    zone = operation.fields.get("zone", (None, None))[1]
    if record.name == "visit" and isinstance(zone, str) and zone and zone not in _zones():
        raise InputError("not_in_list", field="zone", value=zone[:60])


_Handler = Callable[[_Batch, Record, Operation], tuple[str, dict[str, Any]]]
_KINDS: dict[str, _Handler] = {"create": _create, "edit": _edit, "delete": _delete, "command": _command}
