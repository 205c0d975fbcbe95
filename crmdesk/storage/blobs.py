"""The bytes of attachments: a second encrypted file, in chunks by SHA-256, so that the store itself stays small."""

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crmdesk.domain.errors import WorldError
from crmdesk.storage import driver as raw
from crmdesk.storage.tables import to_json

FILE_NAME = "attachments.db"
CHUNK_BYTES = 256 << 10

_TABLES = (
    "CREATE TABLE IF NOT EXISTS blob(sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, received INTEGER NOT NULL, "
    "complete INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS chunk(sha256 TEXT NOT NULL, start INTEGER NOT NULL, data BLOB NOT NULL, "
    "UNIQUE(sha256, start))",
)


class Blobs:
    """Bytes by SHA-256: whole ones, and downloads under way. Safe for several threads; one works at a time."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()
        try:
            self._driver = self._open(key)
        except raw.DriverError as error:
            if not _is_damage(error):
                raise
            # The store itself has opened with this key, so the file is damaged: what is uploaded comes again.
            os.replace(self._path, self._path.with_suffix(".damaged"))
            for suffix in ("-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
            self._driver = self._open(key)

    def _open(self, key: bytes) -> raw.Driver:
        driver = raw.connect(self._path, key)
        try:
            for statement in _TABLES:
                driver.execute(statement)
        except raw.DriverError:
            driver.close()
            raise
        return driver

    @contextmanager
    def _writing(self) -> Iterator[raw.Driver]:
        with self._lock:
            try:
                self._driver.execute("BEGIN IMMEDIATE")
                yield self._driver
                self._driver.execute("COMMIT")
            except BaseException as error:  # whatever it is, nothing half stays; it is raised again
                if self._driver.in_transaction:
                    self._driver.execute("ROLLBACK")
                known = raw.world_error(error)
                if known is not None:
                    raise known from error
                raise

    def write(self, content: bytes) -> str:
        """Keep whole bytes and return their SHA-256 (64 hex digits); the same bytes are kept once."""
        sha256 = hashlib.sha256(content).hexdigest()
        with self._writing() as driver:
            if not self._is_complete(driver, sha256):
                driver.execute("DELETE FROM chunk WHERE sha256 = ?", (sha256,))
                parts = ((sha256, at, content[at : at + CHUNK_BYTES]) for at in range(0, len(content), CHUNK_BYTES))
                driver.executemany("INSERT INTO chunk(sha256, start, data) VALUES (?, ?, ?)", parts)
                driver.execute(
                    "INSERT OR REPLACE INTO blob(sha256, size, received, complete) VALUES (?, ?, ?, 1)",
                    (sha256, len(content), len(content)),
                )
        return sha256

    def write_many(self, files: Mapping[str, bytes]) -> None:
        """Keep whole downloads, checked by the caller, by their SHA-256, in one commit."""
        with self._writing() as driver:
            for sha256, content in files.items():
                _forget(driver, [sha256])
                parts = ((sha256, at, content[at : at + CHUNK_BYTES]) for at in range(0, len(content), CHUNK_BYTES))
                driver.executemany("INSERT INTO chunk(sha256, start, data) VALUES (?, ?, ?)", parts)
            whole = [(sha256, len(content), len(content)) for sha256, content in files.items()]
            driver.executemany("INSERT INTO blob(sha256, size, received, complete) VALUES (?, ?, ?, 1)", whole)

    def present(self) -> set[str]:
        """Return the SHA-256 of everything that is here, whole."""
        with self._lock:
            return {row[0] for row in self._driver.execute("SELECT sha256 FROM blob WHERE complete = 1")}

    def has(self, sha256: str) -> bool:
        """Say whether the bytes are here, whole."""
        with self._lock:
            return self._is_complete(self._driver, sha256)

    def read(self, sha256: str) -> bytes | None:
        """Return whole bytes, None where they are not here (or not whole yet)."""
        with self._lock:
            if not self._is_complete(self._driver, sha256):
                return None
            found = self._driver.execute("SELECT data FROM chunk WHERE sha256 = ? ORDER BY start", (sha256,))
            return b"".join([row[0] for row in found])

    def read_part(self, sha256: str, start: int, length: int) -> bytes:
        """Return a piece of whole bytes, for an upload that goes on at an offset; b'' behind the end."""
        content = self.read(sha256)
        return b"" if content is None else content[start : start + length]

    def received(self, sha256: str) -> int:
        """Return how many bytes of a download are here."""
        with self._lock:
            found = self._driver.execute("SELECT received FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
            return int(found[0]) if found else 0

    def receive(self, sha256: str, start: int, data: bytes, size: int) -> bool:
        """Add the next piece of a download; returns True when it is whole and its SHA-256 fits.

        A piece that does not follow the last one is passed over. Raises WorldError('attachment_damaged') where the
        whole does not fit; what came is forgotten then.
        """
        with self._writing() as driver:
            found = driver.execute("SELECT received, complete FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
            received, complete = (int(found[0]), bool(found[1])) if found else (0, False)
            if complete or start != received:
                return complete
            if data:
                driver.execute("INSERT INTO chunk(sha256, start, data) VALUES (?, ?, ?)", (sha256, start, data))
            received += len(data)
            driver.execute(
                "INSERT OR REPLACE INTO blob(sha256, size, received, complete) VALUES (?, ?, ?, ?)",
                (sha256, size, received, 0),
            )
            if received < size:
                return False
            fits = self._fits(driver, sha256)
            if fits:
                driver.execute("UPDATE blob SET complete = 1 WHERE sha256 = ?", (sha256,))
            else:
                _forget(driver, [sha256])
        if not fits:
            raise WorldError("attachment_damaged", sha256=sha256)
        return True

    def sweep(self, referenced: Iterable[str]) -> int:
        """Forget what no row refers to; return how many were forgotten."""
        keep = set(referenced)
        with self._writing() as driver:
            going = [row[0] for row in driver.execute("SELECT sha256 FROM blob") if row[0] not in keep]
            if going:
                _forget(driver, going)
        return len(going)

    def check(self) -> list[str]:
        """Return the SHA-256 of whole entries whose bytes do not fit any more."""
        with self._lock:
            kept = [row[0] for row in self._driver.execute("SELECT sha256 FROM blob WHERE complete = 1").fetchall()]
            return [sha256 for sha256 in kept if not self._fits(self._driver, sha256)]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._driver.close()

    def _is_complete(self, driver: raw.Driver, sha256: str) -> bool:
        found = driver.execute("SELECT complete FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
        return found is not None and bool(found[0])

    def _fits(self, driver: raw.Driver, sha256: str) -> bool:
        total = hashlib.sha256()
        for row in driver.execute("SELECT data FROM chunk WHERE sha256 = ? ORDER BY start", (sha256,)):
            total.update(row[0])
        return total.hexdigest() == sha256


def _forget(driver: raw.Driver, going: list[str]) -> None:
    for table in ("chunk", "blob"):
        driver.execute(f"DELETE FROM {table} WHERE sha256 IN (SELECT value FROM json_each(?))", (to_json(going),))


def _is_damage(error: BaseException) -> bool:
    known = raw.world_error(error)
    return known is not None and known.code == "store_damaged"
