"""The store: one encrypted file in one folder, many readers, one writer at a time."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from crmdesk.domain.clock import Clock, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.storage import driver as raw
from crmdesk.storage import journal, leaving, marker, search_index
from crmdesk.storage.blobs import Blobs
from crmdesk.storage.connection import Connection, Connections
from crmdesk.storage.folder_lock import FolderLock
from crmdesk.storage.migrations import migrate
from crmdesk.storage.pending import HandedOut
from crmdesk.storage.work import UnitOfWork, driver_of

FILE_NAME = "crmdesk.db"
LOCK_NAME = "store.lock"
ROOM_NAME = "backup"
"""In the folder of a store: where a backup is filled and opened, there for that time alone."""
CHECKPOINT_BYTES = 4 << 20
"""The log is brought into the file when it has grown by this."""
LOOKED_AFTER = 32
"""After so many commits and changed rows the size of the log is looked at: asking costs a tenth of a small commit."""
SWEPT_AT_ONCE = 8
"""So many files are forgotten under one lock of the writer."""

_log = journal.logger("crmdesk.storage")

_MADE = "SELECT json_extract(content, '$.fields.sha256[1]') AS sha256 FROM"
_REFERENCED = (
    "SELECT sha256 FROM (SELECT sha256 FROM row_attachment "
    f"UNION {_MADE} outbox WHERE record = 'attachment' UNION {_MADE} needs_you WHERE record = 'attachment' "
    f"UNION {_MADE} outbox_done WHERE record = 'attachment' AND outcome = 'dropped') WHERE sha256 IS NOT NULL"
)
"""The attachments whose bytes are kept: of rows, and of what was made here and is not settled or given up for good."""


class Store:
    """The open store of one person; made by `Store.open`, ended by `close`."""

    def __init__(self, folder: Path, key: bytes, clock: Clock, lock: FolderLock) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME
        self._log = f"{self.path}-wal"
        self.clock = clock
        self.handed_out = HandedOut()
        self._lock = lock
        self._hold(key)
        self._working: UnitOfWork | None = None
        self.checkpointing = threading.Lock()  # held while the log is brought into the file
        self._checkpointer: raw.Driver | None = None
        self._unlooked = 0  # so much was written since the log was looked at
        self._brought_in = 0  # bytes of the log that were there when it was brought in last
        self._merger: threading.Thread | None = None
        self._not_on_disk = False  # commits stand in the log that nobody waited for
        self._closed = False

    def _hold(self, key: bytes) -> None:
        self._key = key
        self._reader = _connections(self.path, key, self.handed_out, writes=False)
        self._writer = _connections(self.path, key, self.handed_out, writes=True)
        self.blobs = Blobs(self.folder, key)

    @classmethod
    def open(cls, folder: Path, key: bytes, clock: Clock = utc_now) -> Self:
        """Open (or make) the store of a folder with its 32-byte key, migrated to the present schema.

        Raises WorldError: `in_use`, `wrong_key`, `store_damaged` (params `reason`: foreign, header, page),
        `store_newer`, `disk_full`, `data_dir`.
        """
        if len(key) != 32:
            raise WorldError("wrong_key")
        lock = FolderLock(folder / LOCK_NAME)
        try:
            _make_ready(folder, key)
            store = cls(folder, key, clock, lock)
            store._start()
        except BaseException as error:  # whatever it is, the folder is given free and it is raised again
            lock.release()
            known = raw.world_error(error)
            if known is not None:
                raise known from error
            raise
        return store

    def _start(self) -> None:
        with self.reading() as connection:
            last = connection.execute("SELECT coalesce(max(seq), 0) FROM outbox").scalar()
        self.handed_out.up_to = int(last)
        self.take_out()  # what a crash left of a purge: nobody is to see such rows again

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging state and cannot write; for any thread."""
        try:
            with self._reader.connected() as connection, connection.transaction():
                yield connection
        except Exception as error:  # whatever it is, it is raised again, in words where the store is the cause
            known = raw.world_error(error)
            if known is not None:
                raise known from error
            raise

    @contextmanager
    def writing(self, *, comes_again: bool = False) -> Iterator[UnitOfWork]:
        """Give the unit of work of one commit; any exception takes all of it back.

        One at a time, others wait. Raises WorldError('disk_full') where the disk took nothing. `comes_again`: what is
        written holds nothing of the person's and is done again if it is lost (pages, purges), so that nobody waits for
        the disk; a power cut may take such a commit back as a whole, and the next one that does wait makes it last.
        """
        if not comes_again:
            self._bring_to_disk()
        with self.handed_out.writer:
            if self._working is not None:
                raise RuntimeError("a unit of work is open on this thread already")
            self._not_on_disk = self._not_on_disk or comes_again
            try:
                with self._writer.connected() as connection, connection.transaction(waits=not comes_again):
                    self._working = UnitOfWork(connection, self.clock, self.handed_out, self.blobs)
                    yield self._working
                    self._working.finish()
                    purge, swept = self._working.leaving, "attachment" in self._working.changed
                    unmerged = self._working.unmerged
                    self._unlooked += 1 + sum(map(len, self._working.changed.values()))
            except Exception as error:  # as above
                known = raw.world_error(error)
                if known is not None:
                    raise known from error
                raise
            finally:
                self._working = None
        self._look_at_log(at_once=comes_again)
        if unmerged and (self._merger is None or not self._merger.is_alive()):
            self._merger = threading.Thread(target=self._merge, name="crmdesk-merge", daemon=True)
            self._merger.start()
        self._clear_up(purge, swept)

    def _clear_up(self, purge: bool, swept: bool) -> None:
        """Take out what a commit left behind. That commit stands: a disk that is full by now makes nothing of it fail.

        What stays is taken out by the next one that has a reason to, and scopes at the latest by the next sync.
        """
        try:
            if purge:
                self.take_out()
            if swept:
                self.sweep_attachments()
        except Exception as error:  # a bug of ours is raised again
            known = error if isinstance(error, WorldError) else raw.world_error(error)
            if known is None:
                raise
            _log.info("clearing_up_failed", code=known.code)

    def _bring_to_disk(self) -> None:
        """Write to the disk what commits left in the log, before the lock of the writer is taken: nobody waits for it.

        The commit that follows would do so under the lock, for megabytes after a first sync.
        """
        if self._not_on_disk:
            self._not_on_disk = False
            with suppress(OSError), open(self._log, "rb+") as log:
                os.fsync(log.fileno())

    def take_out(self) -> None:
        """Take the rows of leaving scopes out, part by part; others may write between two parts.

        A part that is lost is taken out again: the mark of its scope stands, on the disk, until the last one.
        """
        with self.reading() as connection:
            more = bool(leaving.scopes_leaving(driver_of(connection)))
        while more:
            with self.writing(comes_again=True) as work:
                more = leaving.step(work)

    def _merge(self) -> None:
        """Merge the parts of the search index in short commits of their own, on a thread that nobody waits for."""
        with suppress(WorldError):  # a full disk, say: what is merged is only sooner found
            more = True
            while more and not self._closed:
                with self.writing(comes_again=True) as work:
                    more = search_index.merge_step(work.driver)

    def merged(self) -> None:
        """Wait until nobody merges parts of the search index any more."""
        if self._merger is not None:
            self._merger.join()

    def _look_at_log(self, *, at_once: bool) -> None:
        if at_once or self._unlooked >= LOOKED_AFTER:
            self._unlooked = 0
            self._checkpoint()

    def _checkpoint(self) -> None:
        """Bring the log into the file when it has grown, on a thread of its own: nobody waits for it."""
        try:
            size = os.stat(self._log).st_size
        except OSError:  # no log, nothing to bring in
            return
        self._brought_in = min(self._brought_in, size)  # it began anew
        if size - self._brought_in >= CHECKPOINT_BYTES and self.checkpointing.acquire(blocking=False):
            self._brought_in = size
            threading.Thread(target=self._bring_in, name="crmdesk-checkpoint", daemon=True).start()

    def _bring_in(self) -> None:
        try:
            if self._closed:
                return
            if self._checkpointer is None:
                self._checkpointer = raw.connect(self.path, self._key)
            self._checkpointer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except raw.DriverError:
            return  # what was committed stands in the log; the next commit tries again
        finally:
            self.checkpointing.release()

    @contextmanager
    def unshared(self) -> Iterator[raw.Driver]:
        """Give a raw connection of its own while the writer rests (integrity checks, checkpoints)."""
        with self.handed_out.writer:
            if not self._key:
                raise WorldError("sealed")
            driver = raw.connect(self.path, self._key)
            try:
                yield driver
            finally:
                driver.close()

    def attachment(self, sha256: str) -> bytes | None:
        """Return the verified bytes of an attachment, None where they are not on this laptop (any more).

        Damaged ones are put aside and come again from the server, where it has them.
        """
        return self.blobs.sound(sha256)

    def sweep_attachments(self) -> int:
        """Forget bytes and queue entries that nothing refers to; return how many bytes' entries went.

        What refers to them are attachment rows, and what was done here and not taken back: also what was given up can
        be put back for some time.
        """
        swept, part = 0, SWEPT_AT_ONCE
        while part == SWEPT_AT_ONCE:
            with self.handed_out.writer, self._writer.connected() as connection, connection.transaction():
                connection.execute(f"DELETE FROM transfer WHERE sha256 NOT IN ({_REFERENCED})")
                found = connection.execute(_REFERENCED).scalars()
                part = self.blobs.sweep([str(one) for one in found], SWEPT_AT_ONCE)
            swept += part
        return swept

    def seal(self) -> None:
        """Close every connection and forget the key; the folder stays this program's.

        From now on whoever asks meets WorldError('sealed'), until `unseal`.
        """
        self._shut("sealed")

    def unseal(self, key: bytes) -> None:
        """Open again what `seal` closed. Raises as `open`, `wrong_key` for another key; then it stays sealed."""
        _make_ready(self.folder, key)
        self._hold(key)
        self._closed = False

    def close(self) -> None:
        """Close every connection and give the folder free; the key is forgotten with them."""
        self._shut("closed")
        self._lock.release()

    def _shut(self, code: str) -> None:
        self._closed = True
        self.merged()
        with self.handed_out.writer:
            self._reader.close(code)
            self._writer.close(code)
            self.blobs.close(code)
            with self.checkpointing:
                if self._checkpointer is not None:
                    self._checkpointer.close()
                self._checkpointer, self._key = None, b""


def _make_ready(folder: Path, key: bytes) -> None:
    """Tell what is wrong with the file apart, make it where there is none, and bring it to the present schema."""
    path = folder / FILE_NAME
    known = marker.read(folder)
    if path.exists() and path.stat().st_size:
        marker.check(known, path, key)
    try:
        driver = raw.connect(path, key)
    except raw.DriverError as error:
        raise raw.world_error(error) or WorldError("store_damaged", reason="page") from error
    try:
        driver.execute("SELECT count(*) FROM sqlite_master").fetchone()
        migrate(driver)
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        driver.close()
    if known is None or not known.fits(path):
        marker.write(folder, path, key)


def _connections(path: Path, key: bytes, handed_out: HandedOut, writes: bool) -> Connections:
    def opened() -> raw.Driver:
        # What a search reads lies on pages all over the file; each that is not at hand any more is deciphered anew.
        driver = raw.connect(path, key, cache_kib=24_000 if writes else 12_000)
        if not writes:
            driver.execute("PRAGMA query_only = ON")
        driver.execute("PRAGMA wal_autocheckpoint = 0")  # done by the store, outside the writer's lock
        driver.execute("PRAGMA journal_size_limit = 0")  # a log that begins anew is as short as it looks
        return driver

    return Connections(opened, handed_out, writes, resting=1 if writes else 4)
