"""The stored operations: the outbox, what needs the person, and what was acknowledged, on the driver's connection."""

import threading
from collections.abc import Iterable
from typing import Any

import msgspec

from crmdesk.protocol.messages import Operation
from crmdesk.storage.driver import Driver

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Operation)
_COLUMNS = "seq, id, record, row_id, kind, user_id, made_at, size, content"


class HandedOut(msgspec.Struct):
    """Up to which sequence operations may have been sent: those are never changed again.

    Nothing of it is written down: all that stands in the outbox when the store opens counts as sent. To people only
    what is on its way or was answered `later` is `sent` (`told_up_to`), all else is saved here. `writer` is the lock of
    the one writer, so that no edit joins an operation while it is being handed out.
    """

    writer: threading.RLock = msgspec.field(default_factory=threading.RLock)
    up_to: int = 0
    told_up_to: int = 0


class Stored(msgspec.Struct, frozen=True):
    """An operation with its author."""

    operation: Operation
    user_id: str
    size: int


def encode(operation: Operation) -> str:
    """Return the JSON text of an operation."""
    return _encoder.encode(operation).decode()


def decode(content: str) -> Operation:
    """Read what `encode` made."""
    return _decoder.decode(content)


def next_seq(driver: Driver, count: int = 1) -> int:
    """Take the next sequence numbers of this device; return the first of them."""
    found = driver.execute("SELECT value FROM meta WHERE name = 'device_seq'").fetchone()
    last = int(found[0]) if found else 0
    driver.execute(
        "INSERT INTO meta(name, value) VALUES ('device_seq', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (str(last + count),),
    )
    return last + 1


def append(driver: Driver, operation: Operation, user_id: str) -> None:
    """Put an operation at the end of the outbox."""
    append_all(driver, [operation], user_id)


def append_all(driver: Driver, operations: Iterable[Operation], user_id: str) -> None:
    """Put operations of one author at the end of the outbox, in the order of their sequence numbers."""
    rows = []
    for one in operations:
        content = encode(one)
        rows.append((one.seq, one.id, one.record, one.row_id, one.kind, user_id, one.made_at, len(content), content))
    driver.executemany(f"INSERT INTO outbox({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def replace(driver: Driver, operation: Operation) -> None:
    """Write a changed operation back (only one that was never handed out)."""
    content = encode(operation)
    driver.execute(
        "UPDATE outbox SET content = ?, size = ?, made_at = ? WHERE id = ?",
        (content, len(content), operation.made_at, operation.id),
    )


def take(driver: Driver, op_id: str) -> Stored | None:
    """Return an operation of the outbox."""
    found = driver.execute("SELECT content, user_id, size FROM outbox WHERE id = ?", (op_id,)).fetchone()
    return None if found is None else Stored(decode(found[0]), str(found[1]), int(found[2]))


def remove(driver: Driver, op_id: str) -> None:
    """Take an operation out of the outbox."""
    driver.execute("DELETE FROM outbox WHERE id = ?", (op_id,))


def of_row(driver: Driver, record: str, row_id: str) -> list[Stored]:
    """Return what waits of a row in the outbox, in order."""
    found = driver.execute(
        "SELECT content, user_id, size FROM outbox WHERE record = ? AND row_id = ? ORDER BY seq", (record, row_id)
    ).fetchall()
    return [Stored(decode(row[0]), str(row[1]), int(row[2])) for row in found]


def was_sent(driver: Driver, record: str, row_id: str) -> bool:
    """Say whether the server took something of this row from here: while it is kept, 30 days."""
    sql = "SELECT 1 FROM outbox_done WHERE record = ? AND row_id = ? AND outcome <> 'dropped' LIMIT 1"
    return driver.execute(sql, (record, row_id)).fetchone() is not None


def laid_over(driver: Driver, record: str, row_id: str, without_base: bool) -> list[tuple[Operation, str]]:
    """Return the operations that show in a row: those of the outbox in order.

    A row that exists nowhere but here (`without_base`) also shows what of it waits for the person, so that a refused
    new customer does not vanish from the page.
    """
    sql = "SELECT seq, content, user_id FROM outbox WHERE record = ?1 AND row_id = ?2"
    if without_base:
        sql += " UNION ALL SELECT seq, content, user_id FROM needs_you WHERE record = ?1 AND row_id = ?2"
    found = driver.execute(f"{sql} ORDER BY 1", (record, row_id)).fetchall()
    return [(decode(row[1]), str(row[2])) for row in found]


def rows_waiting(driver: Driver, record: str) -> set[str]:
    """Return the ids of rows with operations in the outbox or (made here and refused) with the person."""
    found = driver.execute(
        "SELECT row_id FROM outbox WHERE record = ?1 UNION SELECT row_id FROM needs_you WHERE record = ?1", (record,)
    )
    return {row[0] for row in found}


def after(driver: Driver, seq: int) -> Iterable[Stored]:
    """Return the operations of the outbox behind a sequence number, in order."""
    found = driver.execute("SELECT content, user_id, size FROM outbox WHERE seq > ? ORDER BY seq", (seq,)).fetchall()
    return [Stored(decode(row[0]), str(row[1]), int(row[2])) for row in found]


def everything(driver: Driver) -> list[Stored]:
    """Return the operations of the outbox, in order."""
    found = driver.execute("SELECT content, user_id, size FROM outbox ORDER BY seq").fetchall()
    return [Stored(decode(row[0]), str(row[1]), int(row[2])) for row in found]


def names_row(operation: Operation, row_id: str) -> bool:
    """Say whether an operation refers to a row by any of its values."""
    return any(_mentions(new, row_id) for _, new in operation.fields.values()) or _mentions(operation.args, row_id)


def _mentions(value: Any, row_id: str) -> bool:
    if isinstance(value, str):
        return value == row_id
    if isinstance(value, dict):
        return any(_mentions(one, row_id) for one in value.values())
    if isinstance(value, list | tuple):
        return any(_mentions(one, row_id) for one in value)
    return False
