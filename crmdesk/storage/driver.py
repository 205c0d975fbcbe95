"""The SQLCipher driver: the one place that imports it, opens connections with their key and words its failures."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, Self, cast

from sqlcipher3 import dbapi2

from crmdesk.domain.errors import WorldError

DriverError: type[Exception] = dbapi2.Error
BUSY_TIMEOUT_S = 30.0
_NOTHING: Mapping[str, Any] = MappingProxyType({})
TOGETHER = (250, 50, 10, 1)
"""So many rows are inserted by one statement, what is left over by smaller ones.

More at once spare nothing any more, and a statement that was not there yet is parsed under the lock of the writer: of a
thousand rows for 4 to 10 ms, once for each set of columns.
"""
_MOST_VALUES = 32_000  # SQLite takes 32,766 in one statement
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


class Shut:
    """Stands where a connection was that is closed and whose key is forgotten: what is asked of it is refused."""

    isolation_level: str | None = None
    in_transaction = False

    def __init__(self, code: str) -> None:
        self._code = code

    def execute(self, _sql: str, _parameters: object = (), /) -> Cursor:
        """Refuse."""
        raise WorldError(self._code)

    def executemany(self, _sql: str, _parameters: object, /) -> Cursor:
        """Refuse."""
        raise WorldError(self._code)

    def close(self) -> None:
        """Do nothing: it is closed."""


def insert_many(
    driver: Driver,
    table: str,
    columns: Mapping[str, Iterable[Any]],
    same: Mapping[str, Any] = _NOTHING,
    sizes: Sequence[int] = TOGETHER,
) -> None:
    """Insert rows given column by column, as many as may be by one statement: other threads run meanwhile.

    With a statement a row the interpreter's lock is wanted again for each row, and whoever has it keeps it for 5 ms:
    the thread that reads the next page would hold up the one that writes this one. `same` are the columns that hold one
    value in all of the rows: it is handed over once. `sizes` are the numbers of rows a statement may have, largest
    first, the last of them 1.
    """
    names, width, fixed = (*same, *columns), len(columns), tuple(same.values())
    most = (_MOST_VALUES - len(fixed)) // width
    values = list(chain.from_iterable(zip(*columns.values(), strict=True)))
    at = 0
    for together in sizes:
        count = min(together, most)
        size = width * count
        while len(values) - at >= size:
            driver.execute(_inserting(table, names, width, count), [*fixed, *values[at : at + size]])
            at += size


@lru_cache(maxsize=128)
def _inserting(table: str, names: tuple[str, ...], width: int, count: int) -> str:
    """Return what inserts so many rows: the last `width` of the columns have a value in each, the others one in all.

    All rows read alike: a parameter without a number takes the one behind the highest so far. With a number in each the
    text of a thousand rows took 10 to 25 ms to make, under the lock of the writer.
    """
    same = [f"?{number}" for number in range(1, len(names) - width + 1)]
    row = f"({','.join([*same, *['?'] * width])})"
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({quoted}) VALUES {','.join([row] * count)}"


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
