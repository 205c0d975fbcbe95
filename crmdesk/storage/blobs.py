"""The bytes of attachments: a second encrypted file, in chunks by SHA-256, so that the store itself stays small."""

import hashlib
import hmac
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crmdesk.domain.errors import WorldError
from crmdesk.storage import driver as raw
from crmdesk.storage.json_text import to_json

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
        self._key = key
        self._lock = threading.Lock()
        self._driver: raw.Driver
        try:
            self._driver = self._open(key)
        except raw.DriverError as error:
            if not _is_damage(error):
                raise
            self._begin_anew(key)

    def _open(self, key: bytes) -> raw.Driver:
        driver = raw.connect(self._path, key)
        try:
            for statement in _TABLES:
                driver.execute(statement)
        except raw.DriverError:
            driver.close()
            raise
        return driver

    def salvage(self) -> int:
        """Move to a new file what can still be read of one with damaged pages; return how many whole ones were lost.

        What was uploaded comes again from the server; what was not, and is lost, is told when it is its turn.
        """
        with self._lock:
            known = _listed(self._driver)
            self._driver.close()
            damaged = self._begin_anew(self._key)
            lost = 0
            for sha256 in known:
                content = _readable(damaged, self._key, sha256)
                lost += content is None
                if content is not None:
                    _put(self._driver, {sha256: content})
        return lost

    def _begin_anew(self, key: bytes) -> Path:
        """Put the damaged file aside and make a new one; the store itself has opened with this key."""
        aside = self._path.with_suffix(".damaged")
        for suffix in ("", "-wal", "-shm"):
            Path(f"{aside}{suffix}").unlink(missing_ok=True)
            if Path(f"{self._path}{suffix}").exists():
                os.replace(f"{self._path}{suffix}", f"{aside}{suffix}")
        self._driver = self._open(key)
        return aside

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
            if not self._is_complete(driver, sha256) or not self._fits(driver, sha256):
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
            _put(driver, files)

    def present(self) -> set[str]:
        """Return the SHA-256 of everything that is here, whole."""
        with self._lock:
            return {row[0] for row in self._driver.execute("SELECT sha256 FROM blob WHERE complete = 1")}

    def has(self, sha256: str) -> bool:
        """Say whether the bytes are here, whole."""
        with self._lock:
            return self._is_complete(self._driver, sha256)

    def read(self, sha256: str) -> bytes | None:
        """Return whole bytes, verified; None where they are not here (or not whole yet).

        Raises WorldError('attachment_damaged') where they do not fit any more.
        """
        with self._lock, _worded():
            if not self._is_complete(self._driver, sha256):
                return None
            found = self._driver.execute("SELECT data FROM chunk WHERE sha256 = ? ORDER BY start", (sha256,))
            content = b"".join([row[0] for row in found])
        if hashlib.sha256(content).hexdigest() != sha256:
            raise WorldError("attachment_damaged", sha256=sha256)
        return content

    def sound(self, sha256: str) -> bytes | None:
        """Return whole bytes, None where they are not here; damaged ones are put aside, to come again."""
        try:
            return self.read(sha256)
        except WorldError as error:
            if error.code not in ("attachment_damaged", "store_damaged"):
                raise
            if error.code == "store_damaged":
                self.salvage()
        if not self.fits(sha256):
            self.forget([sha256])
        return self.read(sha256)

    def fits(self, sha256: str) -> bool:
        """Say whether whole bytes are here and are still what they were."""
        with self._lock, _worded():
            return self._is_complete(self._driver, sha256) and self._fits(self._driver, sha256)

    def digest_under(self, sha256: str, key: bytes) -> str:
        """Return the HMAC-SHA-256 (hex) of whole bytes under a key: shows to hold them."""
        total = hmac.new(key, digestmod="sha256")
        with self._lock, _worded():
            for row in self._driver.execute("SELECT data FROM chunk WHERE sha256 = ? ORDER BY start", (sha256,)):
                total.update(row[0])
        return total.hexdigest()

    def size(self, sha256: str) -> int:
        """Return the length of whole bytes, 0 where they are not here."""
        with self._lock:
            found = self._driver.execute(
                "SELECT size FROM blob WHERE sha256 = ? AND complete = 1", (sha256,)
            ).fetchone()
            return int(found[0]) if found else 0

    def read_part(self, sha256: str, start: int, length: int) -> bytes:
        """Return a piece of whole bytes, for an upload that goes on at an offset; b'' behind the end."""
        parts: list[bytes] = []
        with self._lock, _worded():
            if not self._is_complete(self._driver, sha256):
                return b""
            found = self._driver.execute(
                "SELECT start, data FROM chunk WHERE sha256 = ?1 AND start < ?3 AND start >= coalesce("
                "(SELECT max(start) FROM chunk WHERE sha256 = ?1 AND start <= ?2), 0) ORDER BY start",
                (sha256, start, start + length),
            )
            for at, data in found:
                parts.append(data[max(0, start - at) : start + length - at])
        return b"".join(parts)

    def forget(self, going: Iterable[str]) -> None:
        """Forget bytes, whole or not."""
        with self._writing() as driver:
            _forget(driver, list(going))

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

    def sweep(self, referenced: Iterable[str], limit: int = -1) -> int:
        """Forget what no row refers to, at most `limit` of it (-1: all); return how many were forgotten."""
        keep = set(referenced)
        with self._writing() as driver:
            going = [row[0] for row in driver.execute("SELECT sha256 FROM blob").fetchall() if row[0] not in keep]
            going = going if limit < 0 else going[:limit]
            if going:
                _forget(driver, going)
        return len(going)

    def check(self) -> list[str]:
        """Return the SHA-256 of whole entries whose bytes do not fit any more."""
        with self._lock:
            kept = [row[0] for row in self._driver.execute("SELECT sha256 FROM blob WHERE complete = 1").fetchall()]
            return [sha256 for sha256 in kept if not self._fits(self._driver, sha256)]

    def close(self, code: str = "closed") -> None:
        """Close the file and forget the key; whoever asks from now on meets WorldError(code)."""
        with self._lock:
            self._driver.close()
            self._driver, self._key = raw.Shut(code), b""

    def _is_complete(self, driver: raw.Driver, sha256: str) -> bool:
        found = driver.execute("SELECT complete FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
        return found is not None and bool(found[0])

    def _fits(self, driver: raw.Driver, sha256: str) -> bool:
        total = hashlib.sha256()
        for row in driver.execute("SELECT data FROM chunk WHERE sha256 = ? ORDER BY start", (sha256,)):
            total.update(row[0])
        return total.hexdigest() == sha256


@contextmanager
def _worded() -> Iterator[None]:
    """Say in words what the driver fails with."""
    try:
        yield
    except raw.DriverError as error:
        known = raw.world_error(error)
        if known is not None:
            raise known from error
        raise


def _put(driver: raw.Driver, files: Mapping[str, bytes]) -> None:
    for sha256, content in files.items():
        _forget(driver, [sha256])
        parts = ((sha256, at, content[at : at + CHUNK_BYTES]) for at in range(0, len(content), CHUNK_BYTES))
        driver.executemany("INSERT INTO chunk(sha256, start, data) VALUES (?, ?, ?)", parts)
    whole = [(sha256, len(content), len(content)) for sha256, content in files.items()]
    driver.executemany("INSERT INTO blob(sha256, size, received, complete) VALUES (?, ?, ?, 1)", whole)


def _listed(driver: raw.Driver) -> list[str]:
    """Return the names of whole ones, as many as can be read."""
    try:
        return [row[0] for row in driver.execute("SELECT sha256 FROM blob WHERE complete = 1").fetchall()]
    except raw.DriverError:
        return []


def _readable(path: Path, key: bytes, sha256: str) -> bytes | None:
    """Return the bytes of one file, None where a page of it is damaged (each needs a connection of its own)."""
    try:
        driver = raw.connect(path, key)
        try:
            found = driver.execute("SELECT data FROM chunk WHERE sha256 = ? ORDER BY start", (sha256,)).fetchall()
        finally:
            driver.close()
    except raw.DriverError:
        return None
    content = b"".join(row[0] for row in found)
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def _forget(driver: raw.Driver, going: list[str]) -> None:
    for table in ("chunk", "blob"):
        driver.execute(f"DELETE FROM {table} WHERE sha256 IN (SELECT value FROM json_each(?))", (to_json(going),))


def _is_damage(error: BaseException) -> bool:
    known = raw.world_error(error)
    return known is not None and known.code == "store_damaged"
