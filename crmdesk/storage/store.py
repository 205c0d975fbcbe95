"""The store: one encrypted file in one folder, many readers, one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, cast

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlcipher3 import dbapi2

from crmdesk.domain.clock import Clock, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.storage import driver as raw
from crmdesk.storage import marker
from crmdesk.storage.blobs import Blobs
from crmdesk.storage.folder_lock import FolderLock
from crmdesk.storage.migrations import migrate
from crmdesk.storage.pending import HandedOut
from crmdesk.storage.work import UnitOfWork

FILE_NAME = "crmdesk.db"


class Store:
    """The open store of one person; made by `Store.open`, ended by `close`."""

    def __init__(self, folder: Path, key: bytes, clock: Clock, lock: FolderLock) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME
        self.clock = clock
        self.handed_out = HandedOut()
        self._lock = lock
        self._key = key
        self._reader = _engine(self.path, key, self.handed_out, writes=False)
        self._writer = _engine(self.path, key, self.handed_out, writes=True)
        self.blobs = Blobs(folder, key)
        self._working: UnitOfWork | None = None

    @classmethod
    def open(cls, folder: Path, key: bytes, clock: Clock = utc_now) -> Self:
        """Open (or make) the store of a folder with its 32-byte key, migrated to the present schema.

        Raises WorldError: `in_use`, `wrong_key`, `store_damaged` (params `reason`: foreign, header, page),
        `store_newer`, `disk_full`, `data_dir`.
        """
        if len(key) != 32:
            raise WorldError("wrong_key")
        lock = FolderLock(folder / "store.lock")
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
            last = connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM outbox").scalar_one()
        self.handed_out.up_to = int(last)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging state and cannot write; for any thread."""
        try:
            with self._reader.connect() as connection, connection.begin():
                yield connection
        except Exception as error:  # whatever it is, it is raised again, in words where the store is the cause
            known = raw.world_error(error)
            if known is not None:
                raise known from error
            raise

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """Give the unit of work of one commit; any exception takes all of it back.

        One at a time, others wait. Raises WorldError('disk_full') where the disk took nothing.
        """
        with self.handed_out.writer:
            if self._working is not None:
                raise RuntimeError("a unit of work is open on this thread already")
            try:
                with self._writer.connect() as connection, connection.begin():
                    self._working = UnitOfWork(connection, self.clock, self.handed_out, self.blobs)
                    yield self._working
                    self._working.finish()
                    swept = "attachment" in self._working.changed
                if swept:
                    self.sweep_attachments()
            except Exception as error:  # as above
                known = raw.world_error(error)
                if known is not None:
                    raise known from error
                raise
            finally:
                self._working = None

    @contextmanager
    def unshared(self) -> Iterator[raw.Driver]:
        """Give a raw connection of its own while the writer rests (integrity checks, checkpoints)."""
        with self.handed_out.writer:
            driver = raw.connect(self.path, self._key)
            try:
                yield driver
            finally:
                driver.close()

    def attachment(self, sha256: str) -> bytes | None:
        """Return the bytes of an attachment, None where they are not on this laptop."""
        return self.blobs.read(sha256)

    def sweep_attachments(self) -> int:
        """Forget bytes and queue entries that no attachment row refers to; return how many bytes' entries went."""
        with self.handed_out.writer, self._writer.connect() as connection, connection.begin():
            connection.exec_driver_sql("DELETE FROM transfer WHERE sha256 NOT IN (SELECT sha256 FROM row_attachment)")
            referenced = connection.exec_driver_sql("SELECT DISTINCT sha256 FROM row_attachment").scalars().all()
            return self.blobs.sweep([str(one) for one in referenced])

    def close(self) -> None:
        """Close every connection and give the folder free; the key is forgotten with them."""
        with self.handed_out.writer:
            self._reader.dispose()
            self._writer.dispose()
            self.blobs.close()
            self._lock.release()


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


def _engine(path: Path, key: bytes, handed_out: HandedOut, writes: bool) -> Engine:
    engine = sqlalchemy.create_engine(
        URL.create("sqlite", database=str(path)),
        module=dbapi2,
        poolclass=sqlalchemy.QueuePool,
        pool_size=1 if writes else 4,
        max_overflow=0 if writes else 8,
        connect_args={"timeout": raw.BUSY_TIMEOUT_S, "isolation_level": None, "check_same_thread": False},
    )

    def connected(dbapi_connection: Any, record: Any) -> None:
        raw.prepare(cast(raw.Driver, dbapi_connection), key, cache_kib=24_000 if writes else 32_000)
        if not writes:
            dbapi_connection.execute("PRAGMA query_only = ON")
        record.info["handed_out"] = handed_out
        record.info["writes"] = writes

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine
