"""The SQLCipher driver: the one place that imports it, opens connections with their key and words its failures."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol, Self, cast

from sqlcipher3 import dbapi2

from crmdesk.domain.errors import WorldError

DriverError: type[Exception] = dbapi2.Error
BUSY_TIMEOUT_S = 30.0
_TOGETHER, _MOST_VALUES = 1_000, 32_000
"""So many rows are inserted by one statement, of so many values together: SQLite takes 32,766 in one."""
_KEY_DIGITS = re.compile(r"[0-9a-f]{64}")
_FULL = ("database or disk is full", "disk i/o error", "unable to open database file")
_DAMAGED = ("malformed", "not a database", "corrupt", "hmac")


class Cursor(Protocol):
    """What the driver's cursor gives."""

    rowcount: int
    description: Sequence[tuple[Any, ...]]

    def fetchone(self) -> tuple[Any, ...] | None: ...

    def fetchall(self) -> list[tuple[Any, ...]]: ...

    def __iter__(self) -> Self: ...

    def __next__(self) -> tuple[Any, ...]: ...


class Driver(Protocol):
    """A raw connection; used where a page of rows goes in at once."""

    isolation_level: str | None

    @property
    def in_transaction(self) -> bool: ...

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ..., /) -> Cursor: ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor: ...

    def close(self) -> None: ...


def connect(path: Path, key: bytes, journal: str = "WAL", cache_kib: int = 8_000) -> Driver:
    """Open a raw connection in autocommit mode with its key set and its durability fixed."""
    driver = cast(
        Driver, dbapi2.connect(str(path), timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    )
    try:
        prepare(driver, key, cache_kib, journal)
    except BaseException:  # whatever it is, no connection stays open; it is raised again
        driver.close()
        raise
    return driver


def prepare(driver: Driver, key: bytes, cache_kib: int = 8_000, journal: str = "WAL") -> None:
    """Set key and pragmas on a fresh connection; raises the driver's error for a wrong key or a damaged header."""
    digits = key.hex()
    if not _KEY_DIGITS.fullmatch(digits):
        raise ValueError("the key must be 32 bytes")
    driver.execute("PRAGMA cipher_log_level = NONE")
    driver.execute(f"PRAGMA key = \"x'{digits}'\"")
    driver.execute("PRAGMA temp_store = MEMORY")  # a sort that spills must not leave plaintext behind
    driver.execute(f"PRAGMA journal_mode = {journal}")
    driver.execute("PRAGMA synchronous = FULL")
    driver.execute("PRAGMA foreign_keys = ON")
    # Free pages are encrypted like all others: to zero each of them doubles what taking many rows out writes.
    driver.execute("PRAGMA secure_delete = FAST")
    driver.execute(f"PRAGMA cache_size = -{cache_kib}")


def insert_many(driver: Driver, into: str, width: int, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of `width` values, as many as may be by one statement: other threads run meanwhile.

    With a statement a row the interpreter's lock is wanted again for each row, and whoever has it keeps it for 5 ms:
    the thread that reads the next page would hold up the one that writes this one.
    """
    one, at_once = f"({', '.join('?' * width)})", min(_TOGETHER, _MOST_VALUES // width)
    flat = chain.from_iterable(rows)
    while len(values := list(islice(flat, width * at_once))) == width * at_once:
        driver.execute(f"{into} VALUES {', '.join([one] * at_once)}", values)
    driver.executemany(f"{into} VALUES {one}", zip(*[iter(values)] * width, strict=True))


def world_error(error: BaseException) -> WorldError | None:
    """Return what a failure of the driver means for the person, or None where it is a bug of ours."""
    if not isinstance(error, DriverError):
        return None
    words = str(error).lower()
    if any(part in words for part in _FULL):
        return WorldError("disk_full", detail=words)
    if any(part in words for part in _DAMAGED):
        return WorldError("store_damaged", reason="page", detail=words)
    if "locked" in words:
        return WorldError("store_busy", detail=words)
    return None
