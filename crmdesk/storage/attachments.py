"""Attachments: bytes kept with the row's commit, and the queues of what is to be sent and fetched."""

from dataclasses import dataclass

from sqlalchemy import Connection

from crmdesk.domain.claims import State
from crmdesk.domain.errors import InputError
from crmdesk.protocol.messages import MAX_ATTACHMENT_BYTES
from crmdesk.storage.work import UnitOfWork, driver_of

UP, DOWN = "up", "down"
WAITING, OPENED = 1, 2
"""Priorities: a receipt of a claim that waits for a decision, and one of a claim that a person looks at."""

_UNDECIDED = tuple(state.value for state in (State.SUBMITTED, State.TO_CALL_BACK, State.DISPUTED, State.PAYABLE))


@dataclass(frozen=True, slots=True)
class Transfer:
    """One entry of a queue; `offset` bytes are already over."""

    sha256: str
    size: int
    offset: int
    priority: int
    tries: int


def put(work: UnitOfWork, content: bytes) -> str:
    """Keep bytes, queue them for sending, and return their SHA-256; raises InputError('attachment_too_large').

    The bytes are durable before the row that refers to them; what no row refers to is swept later.
    """
    if len(content) > MAX_ATTACHMENT_BYTES:
        raise InputError("attachment_too_large", limit=MAX_ATTACHMENT_BYTES, size=len(content))
    sha256 = work.blobs.write(content)
    _queue(work, sha256, UP, len(content), 0)
    return sha256


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


def queue(connection: Connection, direction: str) -> list[Transfer]:
    """Return what is to be sent (`UP`, oldest first) or fetched (`DOWN`, newest first), the most wanted first."""
    order = "rowid DESC" if direction == DOWN else "queued_at, sha256"
    found = driver_of(connection).execute(
        'SELECT sha256, size, "offset", priority, tries FROM transfer WHERE direction = ? '
        f"ORDER BY priority DESC, tries, {order}",
        (direction,),
    )
    return [Transfer(*row) for row in found.fetchall()]


def progress(work: UnitOfWork, sha256: str, direction: str, offset: int) -> None:
    """Note how many bytes are over."""
    work.driver.execute(
        'UPDATE transfer SET "offset" = ? WHERE sha256 = ? AND direction = ?', (offset, sha256, direction)
    )


def failed(work: UnitOfWork, sha256: str, direction: str) -> None:
    """Note a failed try: others go first next time."""
    work.driver.execute("UPDATE transfer SET tries = tries + 1 WHERE sha256 = ? AND direction = ?", (sha256, direction))


def done(work: UnitOfWork, sha256: str, direction: str) -> None:
    """Take an entry off its queue."""
    work.driver.execute("DELETE FROM transfer WHERE sha256 = ? AND direction = ?", (sha256, direction))
    work.note("sync_state", "attachments")


def _queue(work: UnitOfWork, sha256: str, direction: str, size: int, priority: int) -> None:
    work.driver.execute(
        'INSERT INTO transfer(sha256, direction, size, "offset", priority, tries, queued_at) '
        "VALUES (?, ?, ?, 0, ?, 0, ?) ON CONFLICT(sha256, direction) DO UPDATE SET "
        "priority = max(priority, excluded.priority)",
        (sha256, direction, size, priority, work.now()),
    )
    work.note("sync_state", "attachments")
