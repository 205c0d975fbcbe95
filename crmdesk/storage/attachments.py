"""Attachments: bytes kept with the row's commit, and the queues of what is to be sent and fetched."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from crmdesk.domain.claims import State
from crmdesk.domain.clock import from_text, to_text
from crmdesk.domain.errors import InputError
from crmdesk.protocol.messages import MAX_ATTACHMENT_BYTES
from crmdesk.storage import pending, settings
from crmdesk.storage.connection import Connection
from crmdesk.storage.json_text import to_json
from crmdesk.storage.work import UnitOfWork, driver_of

UP, DOWN = "up", "down"
WAITING, OPENED = 1, 2
"""Priorities: a receipt of a claim that waits for a decision, and one of a claim that a person looks at."""

_UNDECIDED = tuple(state.value for state in (State.SUBMITTED, State.TO_CALL_BACK, State.DISPUTED, State.PAYABLE))


GIVE_UP_TRIES = 5
"""After so many failures for one reason a person is told; it is tried again once a day, or when a person asks."""
NOT_ARRIVED = "not_arrived"
"""The row is known and its author has not brought the bytes yet: waiting mends it, nobody is told."""
LOST = "lost"
"""The bytes are neither here nor at the server: only whoever has the file can mend it."""
_FIRST_WAIT_S, _LONGEST_WAIT_S, _GIVEN_UP_WAIT_S = 5, 6 * 3600, 86_400


class Transfer(msgspec.Struct, frozen=True):
    """One entry of a queue; `offset` bytes are already over. `code` is why the last try failed, '' where none did."""

    sha256: str
    size: int
    offset: int
    priority: int
    tries: int
    direction: str = UP
    code: str = ""


class Stuck(msgspec.Struct, frozen=True):
    """A file that does not get through by itself; `record` and `row_id` are the row that it belongs to."""

    sha256: str
    direction: str
    code: str
    file_name: str
    record: str
    row_id: str
    size: int


class ToSend(msgspec.Struct, frozen=True):
    """A file that waits to be sent or is on its way; `offset` bytes are over."""

    sha256: str
    file_name: str
    record: str
    row_id: str
    size: int
    offset: int
    queued_at: str


def put(work: UnitOfWork, content: bytes) -> str:
    """Keep bytes, queue them for sending, and return their SHA-256; raises InputError('attachment_too_large').

    The bytes are durable before the row that refers to them; what no row refers to is swept later.
    """
    if len(content) > MAX_ATTACHMENT_BYTES:
        raise InputError("attachment_too_large", limit=MAX_ATTACHMENT_BYTES, size=len(content))
    sha256 = work.blobs.write(content)
    _queue(work, sha256, UP, len(content), 0)
    return sha256


def owe(work: UnitOfWork, sha256: str, size: int) -> None:
    """Queue for sending what another store of this person owed the server."""
    _queue(work, sha256, UP, size, 0)


def want(work: UnitOfWork, sha256: str, size: int, priority: int = 0) -> None:
    """Queue bytes for fetching unless they are here; a higher priority comes first."""
    if not work.blobs.has(sha256):
        _queue(work, sha256, DOWN, size, priority)


def want_of_row(work: UnitOfWork, record: str, row_id: str) -> int:
    """Put the absent files of a row, which a person has opened, in front of all others; return how many."""
    found = work.driver.execute(
        "SELECT DISTINCT sha256, coalesce(size_bytes, 0) FROM row_attachment WHERE parent_record = ? AND parent_id = ? "
        "AND deleted = 0 AND revision > 0",
        (record, row_id),
    ).fetchall()
    absent = [(str(sha256), int(size)) for sha256, size in found if not work.blobs.has(sha256)]
    for sha256, size in absent:
        want(work, sha256, size, OPENED)
    return len(absent)


def want_missing(work: UnitOfWork, user_id: str = "") -> int:
    """Queue the bytes of every attachment row that lacks them; return how many are waiting to be fetched.

    Receipts of claims of others that wait for a decision come before the rest, the newest first within both.
    """
    found = work.driver.execute(
        "SELECT sha256, max(coalesce(size_bytes, 0)) FROM row_attachment WHERE deleted = 0 AND revision > 0 "
        "AND sha256 NOT IN (SELECT sha256 FROM transfer) GROUP BY sha256 ORDER BY max(id)"
    ).fetchall()
    here = work.blobs.present() if found else set()
    for sha256, size in found:
        if sha256 not in here:
            _queue(work, sha256, DOWN, int(size), 0)
    marks = ", ".join("?" * len(_UNDECIDED))
    work.driver.execute(
        "UPDATE transfer SET priority = ? WHERE direction = ? AND priority < ? AND sha256 IN (SELECT a.sha256 FROM "
        "row_attachment a JOIN row_claim c ON a.parent_record = 'claim' AND c.id = a.parent_id "
        f"WHERE c.state IN ({marks}) AND coalesce(c.owner_id, '') <> ?)",
        (WAITING, DOWN, WAITING, *_UNDECIDED, user_id),
    )
    return len(queue(work.connection, DOWN))


_COLUMNS = 'sha256, size, "offset", priority, tries, direction, code'
_WANTED_UP = "(direction = 'up' AND sha256 IN (SELECT sha256 FROM row_attachment WHERE deleted = 0 AND revision > 0))"
_WANTED_DOWN = "(direction = 'down' AND sha256 IN (SELECT sha256 FROM row_attachment WHERE deleted = 0))"


def queue(connection: Connection, direction: str) -> list[Transfer]:
    """Return what is to be sent (`UP`, oldest first) or fetched (`DOWN`, newest first), the most wanted first."""
    order = "rowid DESC" if direction == DOWN else "queued_at, sha256"
    found = driver_of(connection).execute(
        f"SELECT {_COLUMNS} FROM transfer WHERE direction = ? ORDER BY priority DESC, tries, {order}", (direction,)
    )
    return [Transfer(*row) for row in found.fetchall()]


def due(connection: Connection, now: datetime | None) -> list[Transfer]:
    """Return what may travel now, in order: what a person looks at, own files (the oldest first), then the rest.

    A file is sent only after the server has taken its row. `now` leaves out what waits for a later try; None: only
    what was given up. A try that lies farther ahead than any is put off was set by a clock that has been put right.
    """
    limit = "9" if now is None else to_text(now)
    beyond = "9" if now is None else to_text(now + timedelta(seconds=_GIVEN_UP_WAIT_S))
    found = driver_of(connection).execute(
        f"SELECT {_COLUMNS} FROM transfer WHERE ({_WANTED_UP} OR {_WANTED_DOWN}) AND (next_at <= ?1 OR next_at > ?5) "
        "AND (?1 <> '9' OR tries < ?2 OR code = ?3) ORDER BY CASE WHEN priority = ?4 THEN 0 WHEN direction = 'up' "
        "THEN 1 ELSE 2 END, priority DESC, tries, CASE WHEN direction = 'up' THEN queued_at END, rowid DESC",
        (limit, GIVE_UP_TRIES, NOT_ARRIVED, OPENED, beyond),
    )
    return [Transfer(*row) for row in found.fetchall()]


def next_due_at(connection: Connection) -> str:
    """Return the instant of the next try of anything that may travel, '' where nothing waits."""
    found = (
        driver_of(connection)
        .execute(
            f"SELECT coalesce(min(next_at), '') FROM transfer WHERE next_at <> '' AND ({_WANTED_UP} OR {_WANTED_DOWN})"
        )
        .fetchone()
    )
    return str(found[0]) if found else ""


def stuck(connection: Connection) -> list[Stuck]:
    """Return the files that a person has to do something about, oldest first, one entry a row that has the file."""
    found = driver_of(connection).execute(
        "SELECT t.sha256, t.direction, t.code, coalesce(a.file_name, ''), coalesce(a.parent_record, ''), "
        "coalesce(a.parent_id, ''), t.size FROM transfer t JOIN row_attachment a ON a.sha256 = t.sha256 "
        "WHERE a.deleted = 0 AND t.tries >= ? AND t.code NOT IN ('', ?) ORDER BY t.queued_at, a.id",
        (GIVE_UP_TRIES, NOT_ARRIVED),
    )
    return [Stuck(*row) for row in found.fetchall()]


def to_send(connection: Connection, limit: int) -> list[ToSend]:
    """Return the files that get to the server by themselves, oldest first, each once."""
    found = driver_of(connection).execute(
        "SELECT t.sha256, coalesce(a.file_name, ''), coalesce(a.parent_record, ''), coalesce(a.parent_id, ''), "
        't.size, t."offset", t.queued_at FROM transfer t JOIN row_attachment a ON a.id = (SELECT min(one.id) FROM '
        "row_attachment one WHERE one.sha256 = t.sha256 AND one.deleted = 0) "
        "WHERE t.direction = 'up' AND t.tries < ? ORDER BY t.queued_at, t.sha256 LIMIT ?",
        (GIVE_UP_TRIES, limit),
    )
    return [ToSend(*row) for row in found.fetchall()]


def progress(work: UnitOfWork, sha256: str, direction: str, offset: int) -> None:
    """Note how many bytes are over; what went wrong before is forgotten."""
    work.driver.execute(
        "UPDATE transfer SET \"offset\" = ?, tries = 0, code = '', next_at = '' WHERE sha256 = ? AND direction = ?",
        (offset, sha256, direction),
    )


def failed(work: UnitOfWork, sha256: str, direction: str, code: str = "failed", *, final: bool = False) -> None:
    """Note a failed try and why: others go first, and the next try comes later each time.

    Tries for another reason count anew. `final` gives up at once: trying again can't mend it.
    """
    row = work.driver.execute(
        "SELECT tries, code FROM transfer WHERE sha256 = ? AND direction = ?", (sha256, direction)
    ).fetchone()
    if row is None:
        return
    tries = GIVE_UP_TRIES if final else 1 + (int(row[0]) if row[1] == code else 0)
    wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(tries - 1, 16))
    if tries >= GIVE_UP_TRIES and code != NOT_ARRIVED:
        wait = _GIVEN_UP_WAIT_S
    work.driver.execute(
        "UPDATE transfer SET tries = ?, code = ?, next_at = ? WHERE sha256 = ? AND direction = ?",
        (tries, code, _later(work, wait), sha256, direction),
    )
    work.note("sync_state", "attachments_failed")


def postpone(work: UnitOfWork, sha256: str, direction: str) -> None:
    """Let others go first for a moment: the line broke without a byte of this one."""
    work.driver.execute(
        "UPDATE transfer SET next_at = ? WHERE sha256 = ? AND direction = ?",
        (_later(work, _FIRST_WAIT_S), sha256, direction),
    )


def _later(work: UnitOfWork, seconds: float) -> str:
    return to_text(from_text(work.now()) + timedelta(seconds=seconds))


def retry(work: UnitOfWork, sha256: str) -> None:
    """Try a file again at once, because a person asked."""
    work.driver.execute("UPDATE transfer SET tries = 0, code = '', next_at = '' WHERE sha256 = ?", (sha256,))
    work.note("sync_state", "attachments")


def send_again(work: UnitOfWork) -> None:
    """Queue the bytes of every attachment that waits to be made (again), where they are here.

    For a server that was restored: its files may have gone back as well. It says at once which ones it still has.
    """
    found = work.driver.execute("SELECT content FROM outbox WHERE record = 'attachment' AND kind = 'create'").fetchall()
    here = work.blobs.present() if found else set()
    for (content,) in found:
        fields = pending.decode(content).fields
        sha256 = fields["sha256"][1]
        if sha256 in here:
            _queue(work, sha256, UP, int(fields["size_bytes"][1] or 0), 0)


def offer_again(work: UnitOfWork, row_ids: Iterable[str]) -> None:
    """Queue the bytes of the person's own attachments among these, where they are here: the server may lack them.

    Rows of attachments never change; one that comes with another revision is the server's way to ask.
    """
    me = str((settings.meta_json(work.connection, "person") or {}).get("user_id") or "")
    found = work.driver.execute(
        "SELECT DISTINCT sha256, coalesce(size_bytes, 0) FROM row_attachment WHERE created_by = ? AND deleted = 0 "
        "AND id IN (SELECT value FROM json_each(?))",
        (me, to_json(list(row_ids))),
    ).fetchall()
    for sha256, size in found:
        if work.blobs.has(sha256):
            _queue(work, str(sha256), UP, int(size), 0)


def done(work: UnitOfWork, sha256: str, direction: str) -> None:
    """Take an entry off its queue."""
    work.driver.execute("DELETE FROM transfer WHERE sha256 = ? AND direction = ?", (sha256, direction))
    work.note("sync_state", "attachments")


def _queue(work: UnitOfWork, sha256: str, direction: str, size: int, priority: int) -> None:
    work.driver.execute(
        'INSERT INTO transfer(sha256, direction, size, "offset", priority, tries, queued_at) '
        "VALUES (?, ?, ?, 0, ?, 0, ?) ON CONFLICT(sha256, direction) DO UPDATE SET "
        "priority = max(priority, excluded.priority), tries = 0, code = '', next_at = ''",
        (sha256, direction, size, priority, work.now()),
    )
    work.note("sync_state", "attachments")
