"""Takes in many accepted operations at once: answers that carry the row as it is, one operation a row.

Everything out of the ordinary (refusals, several operations of one row, tombstones, rows that left) is left to
`crmdesk.storage.outbox`, one answer after the other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from crmdesk.domain.clock import from_text, to_text
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.storage import pending, rows, search_index, settings
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import from_json, to_json
from crmdesk.storage.work import UnitOfWork

_IN = "IN (SELECT value FROM json_each(?))"
_FIRST_YEAR = 2000
_BY_ID = {name: frozenset(rows.shape(name).columns) for name in RECORDS}


class _Taken(msgspec.Struct, frozen=True):
    """An accepted operation as it stood in the outbox, with its answer."""

    seq: int
    operation: Operation
    user_id: str
    content: str
    answer: Answer


def answered_row(operation: Operation, answer: Answer) -> dict[str, Any] | None:
    """Return the row that an answer carries, by the columns that are known here; None where none can be read."""
    if answer.row is None:
        return None
    row = _carried(operation, answer, answer.row)
    form = rows.shape(operation.record)
    return row if form.readable([(one,) for one in form.wire(row)]) else None


def _carried(operation: Operation, answer: Answer, told: Mapping[str, Any]) -> dict[str, Any]:
    known = _BY_ID[operation.record]
    return {name: value for name, value in told.items() if name in known} | {
        "id": operation.row_id, "revision": told.get("revision") or answer.revision,
        "deleted": bool(told.get("deleted")),
    }  # fmt: skip


def _answered_rows(form: rows.Shape, some: Sequence[_Taken]) -> list[dict[str, Any] | None]:
    """Return `answered_row` of each, all looked at together: where one can't be read, each is for itself."""
    carried = [_carried(one.operation, one.answer, one.answer.row or {}) for one in some]
    if form.readable(list(zip(*map(form.wire, carried), strict=True))):
        return list(carried)
    return [answered_row(one.operation, one.answer) for one in some]


def note_server_time(work: UnitOfWork, told: str) -> None:
    """Keep the time that the server tells, so that a clock here that jumps never ends what is kept for some days."""
    with suppress(ValueError):  # a word that is no time is passed over
        moment = from_text(told)
        if moment.year >= _FIRST_YEAR:
            settings.set_meta(work.connection, "server_time", to_text(moment))


def server_now(work: UnitOfWork) -> str:
    """Return the time by the server's last word, by the clock here before there was one."""
    return settings.meta(work.connection, "server_time") or work.now()


def take_in(work: UnitOfWork, answers: Sequence[Answer]) -> list[Answer]:
    """Settle the ordinary answers among these and return the others, in their order."""
    carried = {one.op_id: one for one in answers if one.row is not None and not one.row.get("deleted")}
    ordinary = _ordinary(work.driver, {op_id: one for op_id, one in carried.items() if one.outcome in _ACCEPTED})
    settled: list[_Taken] = []
    for record, some in ordinary.items():
        settled += _settled(work, record, some)
    _move_to_done(work, settled)
    done = {one.operation.id for one in settled}
    return [one for one in answers if one.op_id not in done]


_ACCEPTED = frozenset({"applied", "merged", "duplicate"})


def _ordinary(driver: Driver, answers: dict[str, Answer]) -> dict[str, list[_Taken]]:
    """Return by record the operations that are the only ones of their row."""
    found = driver.execute(
        "SELECT seq, id, record, content, user_id FROM outbox AS o "
        f"WHERE kind IN ('create', 'edit') AND id {_IN} AND NOT EXISTS (SELECT 1 FROM outbox AS other "
        "WHERE other.record = o.record AND other.row_id = o.row_id AND other.seq <> o.seq) ORDER BY seq",
        (to_json(list(answers)),),
    ).fetchall()
    ordinary: dict[str, list[_Taken]] = defaultdict(list)
    for seq, op_id, record, content, user_id in found:
        if record in RECORDS:
            ordinary[record].append(_Taken(int(seq), pending.decode(content), user_id, content, answers[op_id]))
    return ordinary


def _settled(work: UnitOfWork, record: str, some: list[_Taken]) -> list[_Taken]:
    """Bring the rows of one record to what their answers carry; return what was settled so."""
    form = rows.shape(record)
    ids = to_json([one.operation.row_id for one in some])
    held = {
        one.values["id"]: one for one in map(form.held, work.driver.execute(f"{form.select} WHERE id {_IN}", (ids,)))
    }
    bases = {
        row[0]: from_json(row[1])
        for row in work.driver.execute(f"SELECT id, content FROM base_row WHERE record = ? AND id {_IN}", (record, ids))
    }
    settled: list[_Taken] = []
    changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for one, newer in zip(some, _answered_rows(form, some), strict=True):
        row_id = one.operation.row_id
        row, before = held.get(row_id), bases.get(row_id)
        if row is None or newer is None or not _fits(form, row, newer, before):
            continue
        difference = form.difference(row.values, newer)
        changed[tuple(difference)].append((*difference.values(), row.rowid))
        revision = int(before["revision"]) if before else 0
        work.digests.move(row.scopes, record, row_id, revision, int(newer["revision"]))
        work.note(record, row_id)
        settled.append(one)
    for names, values in changed.items():
        marks = "".join(f'"{name}" = ?, ' for name in names)
        work.driver.executemany(f"UPDATE {form.table} SET {marks}dirty = 0 WHERE rowid = ?", values)
    gone = to_json([one.operation.row_id for one in settled])
    work.driver.execute(f"DELETE FROM base_row WHERE record = ? AND id {_IN}", (record, gone))
    return settled


def _fits(form: rows.Shape, row: rows.Held, newer: dict[str, Any], before: dict[str, Any] | None) -> bool:
    """Say whether a row only has to take over the values of its answer, its search entry staying as it is."""
    if not row.dirty or row.values["deleted"] or len(newer) < len(form.columns):
        return False
    if before is not None and (before["deleted"] or int(before["revision"]) > int(newer["revision"])):
        return False
    return all(row.values[name] == newer[name] for name in search_index.DEPENDS.get(form.record, ()))


def _move_to_done(work: UnitOfWork, settled: list[_Taken]) -> None:
    if not settled:
        return
    now = server_now(work)
    work.driver.executemany(
        "INSERT OR REPLACE INTO outbox_done(id, seq, record, row_id, user_id, outcome, done_at, content) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (one.operation.id, one.seq, one.operation.record, one.operation.row_id, one.user_id, one.answer.outcome,
             now, one.content)
            for one in settled
        ],
    )  # fmt: skip
    ids = [one.operation.id for one in settled]
    work.driver.execute(f"DELETE FROM outbox WHERE seq {_IN}", (to_json([one.seq for one in settled]),))
    work.changed.setdefault("outbox", set()).update(ids)
