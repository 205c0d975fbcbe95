"""The queue of what the person did: handing out, answers of the server, what needs the person, a new device id."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from crmdesk.domain.clock import from_text, to_text
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Kind
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.storage import lives, overlay, pending, rows, settings, settling
from crmdesk.storage.connection import Connection
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import from_json, to_json
from crmdesk.storage.pending import HandedOut, Stored
from crmdesk.storage.work import UnitOfWork, driver_of

KEPT_DAYS = 30
"""Acknowledged and dropped operations are kept so long, so that a restored server can be given them again."""

DROPPED = "dropped"
"""What `outbox_done` says of an operation that the person gave up."""

ROW_AWAITED = "row_awaited"
"""Refused by a server that came back from a backup, for want of a row that another laptop has yet to send again."""
OF_BEFORE = "of_before_a_backup"
"""Of `meta`: the first and the last sequence of what waited when another life of the server was told."""
_ROW_GIVEN_UP = "row_given_up"
_EXISTS = "exists"
_TAKEN = ("applied", "merged", "duplicate")
_ANSWERED = (*_TAKEN, "refused")
_FOR_LACK_OF_A_ROW = frozenset({"out_of_scope", "unknown_row"})
"""Refusals of what refers to a row that the server does not have, perhaps because that one was refused itself."""


class Refused(msgspec.Struct, frozen=True):
    """An operation that needs the person; `waits_for` names the refused one that it depends on ('' for that one)."""

    operation: Operation
    user_id: str
    code: str
    params: dict[str, Any]
    field: str
    at: str
    waits_for: str


def next_batch(connection: Connection, max_operations: int, max_bytes: int) -> list[Operation]:
    """Return the oldest operations, at least one if any waits; from now on no edit joins them.

    Always reads the newest commit, whatever snapshot `connection` stands on: an edit that joined an operation just
    before must be in what is sent.
    """
    handed_out = connection.handed_out
    with handed_out.writer:
        if connection.writes:
            return _batch(driver_of(connection), handed_out, max_operations, max_bytes)
        with connection.rest.connected() as fresh:
            return _batch(driver_of(fresh), handed_out, max_operations, max_bytes)


def _batch(driver: Driver, handed_out: HandedOut, max_operations: int, max_bytes: int) -> list[Operation]:
    batch: list[Operation] = []
    size = 0
    found = driver.execute("SELECT content, size FROM outbox ORDER BY seq LIMIT ?", (max_operations,)).fetchall()
    for content, length in found:
        size += int(length)
        if batch and size > max_bytes:
            break
        batch.append(pending.decode(content))
    if batch:
        handed_out.up_to = max(handed_out.up_to, batch[-1].seq)
        handed_out.told_up_to = max(handed_out.told_up_to, batch[-1].seq)
    return lives.told(driver, batch)


def pending_operations(connection: Connection, limit: int = 1_000) -> list[Stored]:
    """Return what waits, oldest first."""
    found = driver_of(connection).execute(
        "SELECT content, user_id, size FROM outbox ORDER BY seq LIMIT ?", (limit,)
    )  # fmt: skip
    return [Stored(pending.decode(row[0]), str(row[1]), int(row[2])) for row in found.fetchall()]


def pending_of_row(connection: Connection, record: str, row_id: str) -> list[Stored]:
    """Return what waits for one row, oldest first."""
    found = driver_of(connection).execute(
        "SELECT content, user_id, size FROM outbox WHERE record = ? AND row_id = ? ORDER BY seq", (record, row_id)
    )
    return [Stored(pending.decode(row[0]), str(row[1]), int(row[2])) for row in found.fetchall()]


def needs_you(connection: Connection, record: str = "", row_id: str = "") -> list[Refused]:
    """Return the refused operations with what waits beside them, oldest first; of one row where it is named."""
    where, values = (" WHERE record = ? AND row_id = ?", (record, row_id)) if record else ("", ())
    found = driver_of(connection).execute(
        f"SELECT content, user_id, code, params, field, at, waits_for FROM needs_you{where} ORDER BY seq", values
    )
    return [_refused(row) for row in found.fetchall()]


def _refused(row: Sequence[Any]) -> Refused:
    return Refused(pending.decode(row[0]), row[1], row[2], from_json(row[3]), row[4], row[5], row[6])


def counts(connection: Connection) -> dict[str, Any]:
    """Return `waiting`, `oldest_waiting_at` and `refused` (without what waits beside)."""
    driver = driver_of(connection)
    waiting = driver.execute("SELECT count(*), coalesce(min(made_at), '') FROM outbox").fetchone() or (0, "")
    refused = driver.execute("SELECT count(*) FROM needs_you WHERE waits_for = ''").fetchone() or (0,)
    return {"waiting": int(waiting[0]), "oldest_waiting_at": str(waiting[1]), "refused": int(refused[0])}


def settle(work: UnitOfWork, answers: Sequence[Answer]) -> None:
    """Take in the server's answers; an answer to an operation that does not wait is passed over."""
    answered = {answer.op_id for answer in answers}
    put_aside = False
    for answer in settling.take_in(work, answers):
        stored = pending.take(work.driver, answer.op_id)
        if answer.outcome not in _ANSWERED:
            continue  # 'later', or a word that only a newer laptop knows: it is sent again
        if stored is None:
            _refused_beside(work, answer)
            continue
        if answer.outcome in _TAKEN:
            _taken(work, stored, answer)
        else:
            _put_aside(work, stored, answer, answered)
            put_aside = True
        work.note("outbox", answer.op_id)
        work.note(stored.operation.record, stored.operation.row_id)
    if put_aside:
        _drop_what_was_deleted(work)


def _drop_what_was_deleted(work: UnitOfWork) -> None:
    """Give up refused creations of rows that the person has deleted meanwhile; of a row that exists both are kept."""
    for refused in needs_you(work.connection):
        operation = refused.operation
        if operation.kind == "create" and not _was_made(refused) and _deletion_waits(work.driver, operation):
            drop(work, operation.id)


def _deletion_waits(driver: Driver, made: Operation) -> bool:
    found = driver.execute(
        "SELECT 1 FROM outbox WHERE record = ?1 AND row_id = ?2 AND kind = 'delete' "
        "UNION ALL SELECT 1 FROM needs_you WHERE record = ?1 AND row_id = ?2 AND kind = 'delete'",
        (made.record, made.row_id),
    )
    return found.fetchone() is not None


def _taken(work: UnitOfWork, stored: Stored, answer: Answer) -> None:
    operation = stored.operation
    record, row_id = operation.record, operation.row_id
    held, base = _held(work, operation)
    _keep_done(work, stored, answer.outcome)
    pending.remove(work.driver, operation.id)
    if held is None and operation.kind != "create":
        # it left the scope or was deleted meanwhile: the answer must not bring it back
        if not pending.laid_over(work.driver, record, row_id, without_base=True):
            work.driver.execute("DELETE FROM base_row WHERE record = ? AND id = ?", (record, row_id))
        return
    newer = _answered_row(operation, answer, base, stored.user_id)
    if newer is None:
        overlay.lay_again(work.driver, record, row_id)
    else:
        overlay.move_base(work.driver, work.digests, record, row_id, newer)


def _answered_row(
    operation: Operation, answer: Answer, base: dict[str, Any] | None, user_id: str
) -> dict[str, Any] | None:
    """Return the row as the server has it now; worked out where the answer does not carry it, or nobody can read it."""
    declared = RECORDS[operation.record]
    row = settling.answered_row(operation, answer)
    if row is not None:
        return row
    if operation.kind == "command":
        return None
    laid = overlay.lay(declared, base, [(operation, user_id)])
    return None if laid is None else laid | {"revision": max(answer.revision, int(laid["revision"]))}


def _keep_done(work: UnitOfWork, stored: Stored, outcome: str) -> None:
    operation = stored.operation
    work.driver.execute(
        "INSERT OR REPLACE INTO outbox_done(id, seq, record, row_id, user_id, outcome, done_at, content) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (operation.id, operation.seq, operation.record, operation.row_id, stored.user_id, outcome,
         settling.server_now(work), pending.encode(operation)),
    )  # fmt: skip


def forget_old(work: UnitOfWork) -> None:
    """Forget what was acknowledged or dropped long ago; only after a restored server was given it again.

    Long ago by the server's time and by the clock here: either of them may be years ahead for an hour.
    """
    now = min(from_text(settling.server_now(work)), from_text(work.now()))
    limit = to_text(now - timedelta(days=KEPT_DAYS))
    work.driver.execute("DELETE FROM outbox_done WHERE done_at < ?", (limit,))


def _put_aside(work: UnitOfWork, stored: Stored, answer: Answer, answered: set[str]) -> None:
    cause = _unmade_cause(work, stored.operation) if answer.code in _FOR_LACK_OF_A_ROW else ""
    code = ROW_AWAITED if not cause and _may_come(work, stored, answer) else answer.code or "refused"
    _to_person(work, stored, code, answer.params, answer.field, cause)
    touched = {stored.operation.row_id} if stored.operation.kind == "create" else set()
    for later in pending.after(work.driver, stored.operation.seq):
        if later.operation.id not in answered and _depends(later.operation, stored.operation, touched):
            if later.operation.kind == "create":
                touched.add(later.operation.row_id)
            _to_person(work, later, "", {}, "", cause or stored.operation.id)
            overlay.lay_again(work.driver, later.operation.record, later.operation.row_id)
    overlay.lay_again(work.driver, stored.operation.record, stored.operation.row_id)


def _may_come(work: UnitOfWork, stored: Stored, answer: Answer) -> bool:
    """Say whether what an operation was refused for the lack of may be sent by another laptop yet."""
    first, last = settings.meta_json(work.connection, OF_BEFORE) or (0, -1)
    return answer.code in _FOR_LACK_OF_A_ROW and first <= stored.operation.seq <= last


def _refused_beside(work: UnitOfWork, answer: Answer) -> None:
    """Take note that what waits beside a refused operation, since an earlier batch of one request, was refused too."""
    if answer.outcome == "refused":
        work.driver.execute(
            "UPDATE needs_you SET code = ?, params = ?, field = ? WHERE id = ? AND code = '' AND waits_for <> ''",
            (answer.code or "refused", to_json(dict(answer.params)), answer.field, answer.op_id),
        )


def _unmade_cause(work: UnitOfWork, operation: Operation) -> str:
    """Return the refused create that an operation was refused for as well ('' for none): it waits beside that one."""
    found = work.driver.execute(
        "SELECT id, row_id, waits_for FROM needs_you WHERE kind = 'create' AND seq < ? ORDER BY seq", (operation.seq,)
    )
    for op_id, row_id, waits_for in found.fetchall():
        if operation.row_id == row_id or pending.names_row(operation, row_id):
            return str(waits_for or op_id)
    return ""


def _depends(later: Operation, refused: Operation, unmade: set[str]) -> bool:
    """Say whether an operation makes no sense without the refused one."""
    if later.row_id in unmade or any(pending.names_row(later, row_id) for row_id in unmade):
        return True
    if (later.record, later.row_id) != (refused.record, refused.row_id):
        return False
    return later.kind == "command" or bool(set(later.fields) & set(refused.fields))


def _to_person(
    work: UnitOfWork, stored: Stored, code: str, params: Mapping[str, Any], field: str, waits_for: str
) -> None:
    operation = stored.operation
    work.driver.execute(
        "INSERT OR REPLACE INTO needs_you(id, seq, record, row_id, kind, user_id, made_at, size, content, waits_for, "
        "code, params, field, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (operation.id, operation.seq, operation.record, operation.row_id, operation.kind, stored.user_id,
         operation.made_at, stored.size, pending.encode(operation), waits_for, code, to_json(dict(params)), field,
         work.now()),
    )  # fmt: skip
    pending.remove(work.driver, operation.id)
    work.note("needs_you", operation.id)
    work.note("outbox", operation.id)
    work.note(operation.record, operation.row_id)


def retry(work: UnitOfWork, op_id: str, changes: Mapping[str, Any] | None = None, reason: str = "") -> str:
    """Queue a refused operation again under a new id, with corrected fields or a reason; what waited follows.

    It stands on the values and the revision that the person saw then, so that what others wrote since is merged and
    never written over. Returns the new operation id. Raises InputError('unknown_operation').
    """
    refused = _take_refused(work, op_id)
    old = refused.operation
    _, base = _held(work, old)
    wanted = {name: new for name, (_, new) in old.fields.items()} | dict(changes or {})
    if _was_made(refused) and base is not None:
        changed = {name: (None, new) for name, new in wanted.items() if base.get(name) != new}
        return _as_edit(work, refused, changed, reason)
    seen = {} if old.kind == "create" else dict(base or {}) | {name: pair[0] for name, pair in old.fields.items()}
    fields = {name: (seen.get(name), new) for name, new in wanted.items()}
    again = msgspec.structs.replace(
        old, id=new_id(), seq=pending.next_seq(work.driver), fields=fields, made_at=work.now(),
        reason=reason or old.reason,
    )  # fmt: skip
    _requeue(work, again, refused.user_id)
    _release(work, op_id)
    return again.id


def _was_made(refused: Refused) -> bool:
    """Say whether the server refused a creation because it has the row: it had taken it without saying so."""
    return refused.operation.kind == "create" and refused.params.get("code") == _EXISTS


def _held(work: UnitOfWork, operation: Operation) -> tuple[rows.Held | None, dict[str, Any] | None]:
    """Return the row of an operation as it is shown, and the server's last version of it."""
    held = rows.read(work.driver, operation.record, operation.row_id)
    return held, overlay.base_of(work.driver, operation.record, operation.row_id, held)


def _as_edit(work: UnitOfWork, refused: Refused, fields: dict[str, tuple[Any, Any]], reason: str) -> str:
    """Send again, as an edit of what was made, a creation that the server had taken without saying so.

    What the person corrected since is laid on the row as it was made, at its first revision, so that what others wrote
    is merged. Where all is as made nothing is to be sent.
    """
    old = refused.operation
    again = msgspec.structs.replace(
        old, id=new_id(), seq=pending.next_seq(work.driver), kind="edit", fields=fields, made_at=work.now(),
        base_revision=1, life=lives.life_of(work.connection, old.record, old.row_id), reason=reason or old.reason,
    )  # fmt: skip
    if fields:
        _requeue(work, again, refused.user_id)
    _release(work, old.id)
    show_again(work, old)
    return again.id


def drop(work: UnitOfWork, op_id: str) -> None:
    """Give up a refused operation; kept among the dropped ones for 30 days, from where `put_back` takes it.

    What waited beside it goes on. Of what depends on a row that now is never made, that goes which has no meaning
    without it (its own edits, what belongs to it); the rest needs the person. Raises InputError('unknown_operation').
    """
    refused = _take_refused(work, op_id)
    operation = refused.operation
    _keep_done(work, Stored(operation, refused.user_id, 0), DROPPED)
    if operation.kind == "create" and not _was_made(refused):
        _without(work, refused)
    else:
        _release(work, op_id)
    show_again(work, operation)


def drop_unmade(work: UnitOfWork, record: str, row_id: str) -> Refused | None:
    """Give up the refused creation of a row, as `drop` does, and return it; None for a row that has none.

    Who deletes what the server never took wants nothing of it: a deletion would be refused in its turn.
    """
    for refused in needs_you(work.connection, record, row_id):
        if refused.operation.kind == "create":
            drop(work, refused.operation.id)
            return refused
    return None


def _without(work: UnitOfWork, given_up: Refused) -> None:
    """Deal with what waited for a row that is never made, beside it or to be sent."""
    never = {given_up.operation.row_id}
    for waiting in _waiting_for(work, given_up.waits_for or given_up.operation.id):
        operation = waiting.operation
        if _of_unmade(operation, never):
            work.driver.execute("DELETE FROM needs_you WHERE id = ?", (operation.id,))
            _keep_done(work, Stored(operation, waiting.user_id, 0), DROPPED)
        elif not given_up.waits_for:
            code = waiting.code or _ROW_GIVEN_UP
            work.driver.execute("UPDATE needs_you SET waits_for = '', code = ? WHERE id = ?", (code, operation.id))
        work.note("needs_you", operation.id)
        show_again(work, operation)
    for stored in pending.after(work.driver, -1):
        if _of_unmade(stored.operation, never):
            pending.remove(work.driver, stored.operation.id)
            _keep_done(work, stored, DROPPED)
            work.note("outbox", stored.operation.id)
            show_again(work, stored.operation)


def _of_unmade(operation: Operation, never: set[str]) -> bool:
    """Say whether an operation has no meaning without these rows; what it would have made joins them."""
    if operation.row_id in never or _belongs(operation, never):
        never.add(operation.row_id)
        return True
    return False


def put_back(
    work: UnitOfWork, op_id: str, code: str = "given_up", params: Mapping[str, Any] | None = None, field: str = ""
) -> Operation:
    """Take a dropped operation back to what needs the person, with what went along with a row that was not made.

    `code`, `params` and `field` say why it was refused, where that is still known. Raises
    InputError('unknown_operation').
    """
    listed = given_up(work.connection)
    found = next((one for one in listed if one.operation.id == op_id), None)
    if found is None:
        raise InputError("unknown_operation", id=op_id)
    operation = found.operation
    _undrop(work, found, (code, params or {}, field), "")
    never = {operation.row_id} if operation.kind == "create" else set()
    for one in listed:
        if one.waits_for == op_id and one.operation.kind != "delete":
            _undrop(work, one, ("", {}, ""), op_id)
            never.add(one.operation.row_id)
    for waiting in needs_you(work.connection):
        if waiting.code == _ROW_GIVEN_UP and any(pending.names_row(waiting.operation, row_id) for row_id in never):
            beside = "UPDATE needs_you SET waits_for = ?, code = '' WHERE id = ?"
            work.driver.execute(beside, (op_id, waiting.operation.id))
    show_again(work, operation)
    return operation


def _undrop(work: UnitOfWork, one: Refused, why: tuple[str, Mapping[str, Any], str], waits_for: str) -> None:
    work.driver.execute("DELETE FROM outbox_done WHERE id = ?", (one.operation.id,))
    _to_person(work, Stored(one.operation, one.user_id, len(pending.encode(one.operation))), *why, waits_for)
    show_again(work, one.operation)


def given_up(connection: Connection) -> list[Refused]:
    """Return what was given up in the last 30 days, oldest first; `waits_for` names the row's creation it went with."""
    found = driver_of(connection).execute(
        "SELECT content, user_id, done_at FROM outbox_done WHERE outcome = ? ORDER BY seq", (DROPPED,)
    )
    never: dict[str, str] = {}  # rows that were not made, with the creation that was given up of each
    listed = []
    for content, user_id, at in found.fetchall():
        operation = pending.decode(content)
        whole = next((never[one] for one in never if _of_unmade(operation, {one})), "")
        if whole or operation.kind == "create":
            never.setdefault(operation.row_id, whole or operation.id)
        listed.append(Refused(operation, str(user_id), "given_up", {}, "", str(at), whole))
    return listed


def _belongs(operation: Operation, never: set[str]) -> bool:
    """Say whether a row is a part of one of these: a required reference names it (an affiliation, an attachment)."""
    fields = RECORDS[operation.record].fields if operation.record in RECORDS and operation.kind == "create" else ()
    required = [one.name for one in fields if one.kind is Kind.REF and one.required]
    return any(operation.fields.get(name, (None, None))[1] in never for name in required)


def correct_unmade(work: UnitOfWork, record: str, row_id: str, changes: Mapping[str, Any]) -> bool:
    """Take an edit of a row whose create was refused into that create, and send it again; False for any other row.

    A create that waits beside another one is corrected where it waits.
    """
    for refused in needs_you(work.connection, record, row_id):
        if refused.operation.kind != "create":
            continue
        if not refused.waits_for:
            retry(work, refused.operation.id, changes)
            return True
        fields = dict(refused.operation.fields) | {name: (None, new) for name, new in changes.items()}
        corrected = msgspec.structs.replace(refused.operation, fields=fields)
        content = pending.encode(corrected)
        work.driver.execute(
            "UPDATE needs_you SET content = ?, size = ? WHERE id = ?",
            (content, len(content), corrected.id),
        )
        work.note("needs_you", corrected.id)
        show_again(work, corrected)
        return True
    return False


def _take_refused(work: UnitOfWork, op_id: str) -> Refused:
    found = work.driver.execute(
        "SELECT content, user_id, code, params, field, at, waits_for FROM needs_you WHERE id = ?", (op_id,)
    ).fetchone()
    if found is None:
        raise InputError("unknown_operation", id=op_id)
    work.driver.execute("DELETE FROM needs_you WHERE id = ?", (op_id,))
    work.note("needs_you", op_id)
    return _refused(found)


def _waiting_for(work: UnitOfWork, op_id: str) -> list[Refused]:
    found = work.driver.execute(
        "SELECT content, user_id, code, params, field, at, waits_for FROM needs_you WHERE waits_for = ? ORDER BY seq",
        (op_id,),
    )
    return [_refused(row) for row in found.fetchall()]


def _release(work: UnitOfWork, op_id: str) -> None:
    """Queue again, behind it, what waited for an operation.

    What was never answered keeps its id, so that it has one effect, and nothing joins it; what was refused gets a new
    one, because the server answers a known one as before.
    """
    for waiting in _waiting_for(work, op_id):
        work.driver.execute("DELETE FROM needs_you WHERE id = ?", (waiting.operation.id,))
        work.note("needs_you", waiting.operation.id)
        op_id_now = new_id() if waiting.code else waiting.operation.id
        again = msgspec.structs.replace(waiting.operation, id=op_id_now, seq=pending.next_seq(work.driver))
        _requeue(work, again, waiting.user_id)
        if op_id_now == waiting.operation.id:
            work.handed_out.up_to = max(work.handed_out.up_to, again.seq)  # it may have been sent before it waited


def _requeue(work: UnitOfWork, operation: Operation, user_id: str) -> None:
    queue(work, operation, user_id)
    show_again(work, operation)


def queue(work: UnitOfWork, operation: Operation, user_id: str) -> None:
    """Put an operation that has its sequence number into the outbox; what its row shows is the caller's business."""
    held = rows.read(work.driver, operation.record, operation.row_id)
    if held is not None and not held.dirty:
        overlay.keep_base(work.driver, operation.record, held.values)
        work.driver.execute(f"UPDATE row_{operation.record} SET dirty = 1 WHERE id = ?", (operation.row_id,))
    pending.append(work.driver, operation, user_id)
    work.note("outbox", operation.id)


def show_again(work: UnitOfWork, operation: Operation) -> None:
    """Work out anew what is shown of the row of an operation."""
    overlay.lay_again(work.driver, operation.record, operation.row_id)
    work.note(operation.record, operation.row_id)


def renumber(work: UnitOfWork, new_device_id: str) -> None:
    """Take a new device id (the server has seen this device's sequence before) and number what is unsent from 1.

    What was answered under the old device id keeps its order before all that follows.
    """
    waiting = list(pending.after(work.driver, -1))
    work.driver.execute("DELETE FROM outbox")
    for table in ("outbox_done", "needs_you"):
        work.driver.execute(f"UPDATE {table} SET seq = seq - ?", (int(work.meta("device_seq", "0")),))
    work.set_meta("device_id", new_device_id)
    work.set_meta("device_seq", "0")
    for stored in waiting:
        again = msgspec.structs.replace(stored.operation, seq=pending.next_seq(work.driver))
        pending.append(work.driver, again, stored.user_id)
    # All of it may have been sent under the old device id, so nothing joins it.
    work.handed_out.up_to, work.handed_out.told_up_to = len(waiting), 0


def number_anew(work: UnitOfWork) -> None:
    """Number what is unsent anew, in its order and above all numbers that were given; from now on nothing joins it."""
    waiting = pending.everything(work.driver)
    work.driver.execute("DELETE FROM outbox")
    for stored in waiting:
        again = msgspec.structs.replace(stored.operation, seq=pending.next_seq(work.driver))
        pending.append(work.driver, again, stored.user_id)
        work.handed_out.up_to = max(work.handed_out.up_to, again.seq)


def send_again(work: UnitOfWork) -> int:
    """Queue what was acknowledged in the last 30 days again; return how many. The order is that of the acts.

    For a server that was restored from a backup: operations that it still knows come back as duplicates. What waits may
    be older than what was acknowledged: where one life of the server follows another, both were queued again before.
    """
    done = work.driver.execute("SELECT seq, content, user_id FROM outbox_done WHERE outcome <> 'dropped'").fetchall()
    acts = [(int(row[0]), Stored(pending.decode(row[1]), str(row[2]), 0)) for row in done]
    acts += [(stored.operation.seq, stored) for stored in pending.everything(work.driver)]
    work.driver.execute("DELETE FROM outbox")
    work.driver.execute("DELETE FROM outbox_done WHERE outcome <> 'dropped'")
    for _, stored in sorted(acts, key=lambda act: act[0]):
        again = msgspec.structs.replace(stored.operation, seq=pending.next_seq(work.driver))
        pending.append(work.driver, again, stored.user_id)
        work.handed_out.up_to = max(work.handed_out.up_to, again.seq)
    return len(done)
