"""The server's database: engine, transactions, retries; SQLite and PostgreSQL behave alike above it."""

import logging
import random
import secrets
import select
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, create_engine, event, insert, update
from sqlalchemy.exc import DBAPIError, DisconnectionError
from typing_extensions import override

from crmdesk.domain.clock import Clock, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.server import audit, lives
from crmdesk.server.cursor import Link
from crmdesk.server.tables import METADATA, SERVER_META, insert_ignoring
from crmdesk.server.work import SYSTEM, ServerWork

T = TypeVar("T")
_RETRY_STATES = frozenset({"40001", "40P01", "55P03"})
_TRIES = 10
_EPOCH_GOOD_S = 1.0
_SEAL_BYTES = 16
_VOUCHED = 4_096
_POOL: dict[str, Any] = {"pool_size": 16, "max_overflow": 48, "hide_parameters": True}
"""Of both databases; what a failure says goes into the log, and the values of a statement are people's data."""
_SQLITE_COLUMNS = "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'"
_POSTGRES_COLUMNS = (
    "SELECT c.relname, a.attname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relkind IN ('r', 'p') AND pg_catalog.pg_table_is_visible(c.oid) AND a.attnum > 0 AND NOT a.attisdropped"
)
"""Tables and their columns. Every command looks at them, and SQLAlchemy's inspection also reads their types and all."""


class Database:
    """One database by its URL: `sqlite:///file` or `postgresql+psycopg://…`."""

    def __init__(self, url: str, clock: Clock = utc_now) -> None:
        self.url = url
        self.clock = clock
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self._one_writer = threading.Lock()
        self._epoch, self._epoch_read = "", 0.0
        self._began_at = -1
        self._seal = b""
        self._vouched: set[Link] = set()

    def create_all(self) -> None:
        """Create what is missing of the tables and their columns, and the epoch of a new database."""
        METADATA.create_all(self.engine)
        with self._begin(writing=True) as connection:
            _add_columns(connection)
            for name, size in ((lives.EPOCH, 6), (lives.SEAL, _SEAL_BYTES)):
                if _meta(connection, name) is None:
                    connection.execute(insert(SERVER_META).values(name=name, value=secrets.token_hex(size)))

    @property
    def is_older(self) -> bool:
        """Say whether an older crmdesk made this database: `create_all` adds what it lacks."""
        with self.reading() as connection:
            return any(True for _ in _missing(connection))

    @property
    def epoch(self) -> str:
        """Return the name of this life of the database; cursors of another one restart.

        Another process may begin a new one: it is looked up again every second.
        """
        fresh = bool(self._epoch) and time.monotonic() - self._epoch_read < _EPOCH_GOOD_S
        return self._epoch if fresh else self.epoch_now()

    def epoch_now(self) -> str:
        """Return the epoch as it stands in the database at this moment."""
        with self.reading() as connection:
            found = _meta(connection, lives.EPOCH)
            if self._began_at < 0:
                self._began_at = lives.link_of(connection).seq
            if self._vouched and not lives.stand(connection, list(self._vouched)):
                self._vouched.clear()  # it was put back under this process
        if found is None:
            raise WorldError("database_not_initialised")
        self._epoch, self._epoch_read = found, time.monotonic()
        return found

    @property
    def seal(self) -> bytes:
        """Return the key that seals the cursors: what they say of this database's past is its own word then.

        A database of an older crmdesk gets one when it is first asked for.
        """
        if not self._seal:
            with self.reading() as connection:
                self._seal = lives.seal_of(connection)
        if not self._seal:
            with self._begin(writing=True) as connection:
                fresh = {"name": lives.SEAL, "value": secrets.token_hex(_SEAL_BYTES)}
                connection.execute(insert_ignoring(connection, SERVER_META), fresh)
                self._seal = lives.seal_of(connection)
        return self._seal

    def vouches(self, link: Link | None) -> bool:
        """Say whether an entry of the chain is known to stand: most laptops at rest show one of a few."""
        return link in self._vouched

    def vouch(self, link: Link | None) -> None:
        """Keep that an entry of the chain stands; entries are never changed, only a backup that is put back ends it."""
        if link is None:
            return
        if len(self._vouched) >= _VOUCHED:
            self._vouched.clear()
        self._vouched.add(link)

    def renew_epoch(self, known: str = "") -> str:
        """Start a new epoch (after restoring a backup): every laptop fetches anew and sends what it kept.

        `known` is the epoch that is over: where another process has begun a new one already, that one counts.
        """
        # by itself a server finds out late: what it has written meanwhile is in no backup
        begun = self._began_at if known else -1
        with self.writing() as work:
            current = str(_meta(work.connection, lives.EPOCH, lock=True))
            if known in ("", current):
                head = lives.link_of(work.connection).seq
                lives.end(work.connection, current, head if begun < 0 else min(head, begun))
                fresh = secrets.token_hex(6)
                work.connection.execute(
                    update(SERVER_META).where(SERVER_META.c.name == lives.EPOCH).values(value=fresh)
                )
                work.audit("restored", SYSTEM, "server", "", {"epoch": [current, fresh]}, scoped=False)
                current = fresh
        self._epoch, self._epoch_read = current, time.monotonic()
        return current

    @contextmanager
    def writing(self) -> Iterator[ServerWork]:
        """One transaction: rows, feed and audit chain together; rolled back on any exception."""
        with self._begin(writing=True) as connection:
            work = ServerWork(connection, self.clock(), audit.append_chain)
            yield work
            work.settle()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot, read only."""
        with self._begin(writing=False) as connection:
            yield connection

    def run(self, function: Callable[[ServerWork], T]) -> T:
        """Run `function` in a transaction, again where the database asks for it (deadlock, serialization, busy)."""
        for attempt in range(_TRIES):
            try:
                with self.writing() as work:
                    return function(work)
            except DBAPIError as error:
                if attempt == _TRIES - 1 or not _may_retry(error):
                    raise
                time.sleep(random.uniform(0.005, 0.02) * (attempt + 1))
        raise AssertionError("unreachable")

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _begin(self, *, writing: bool) -> Iterator[Connection]:
        # SQLite has one writer anyway; waiting here is fair, its busy handler is not.
        guard: Any = self._one_writer if self.is_sqlite and writing else nullcontext()
        with guard, self.engine.connect() as plain:
            if self.is_sqlite:
                connection = plain.execution_options(crmdesk_writing=True) if writing else plain
            elif writing:
                connection = plain.execution_options(isolation_level="READ COMMITTED")
            else:
                connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection


def _meta(connection: Connection, name: str, *, lock: bool = False) -> str | None:
    query = sa.select(SERVER_META.c.value).where(SERVER_META.c.name == name)
    found = connection.execute(query.with_for_update() if lock else query).scalar()
    return None if found is None else str(found)


def _add_columns(connection: Connection) -> None:
    """Give a database of an older crmdesk the columns of fields that were declared since; nothing is in them yet."""
    for column in _missing(connection):
        kind = column.type.compile(connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {column.name} {kind}")


def _missing(connection: Connection) -> Iterator[sa.Column[Any]]:
    """Yield the declared columns that the database does not have, those of missing tables included."""
    asked = _SQLITE_COLUMNS if connection.dialect.name == "sqlite" else _POSTGRES_COLUMNS
    present = {(table, column) for table, column in connection.exec_driver_sql(asked)}
    for table in METADATA.tables.values():
        yield from (column for column in table.columns if (table.name, column.name) not in present)


def _may_retry(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in _RETRY_STATES or "database is locked" in str(error.orig)


def _no_echo(record: logging.LogRecord) -> bool:
    """Pass over what the driver says of a set of rows that was refused: the refusal itself is raised and answered."""
    return not record.getMessage().startswith("error ignored terminating")


def _postgres_engine(url: str) -> Engine:
    logging.getLogger("psycopg").addFilter(_no_echo)  # the same function is kept once however often it is added
    engine = create_engine(url, **_POOL)

    @event.listens_for(engine, "checkout")
    def replace_what_was_closed(connection: Any, _record: Any, _proxy: Any) -> None:
        # nothing is due on a connection at rest: what can be read is the end that a restarted database left
        if connection.closed or _readable(connection.fileno()):
            raise DisconnectionError("closed by the server")

    return engine


def _readable(number: int) -> bool:
    if not hasattr(select, "poll"):
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))


class _Connection(sqlite3.Connection):
    """Ends with a transaction what is still being read in it.

    A result that nobody read to its end (an exception left the loop, and its traceback holds the result) would keep the
    snapshot of that moment on the pooled connection: whoever got it next would see nothing that came since.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._open: WeakSet[sqlite3.Cursor] = WeakSet()

    @override
    def cursor(self, *arguments: Any) -> Any:
        made = super().cursor(*arguments)
        self._open.add(made)
        return made

    @override
    def commit(self) -> None:
        self._close_results()
        super().commit()

    @override
    def rollback(self) -> None:
        self._close_results()
        super().rollback()

    def _close_results(self) -> None:
        for one in list(self._open):
            one.close()
        self._open.clear()


def _sqlite_engine(url: str) -> Engine:
    options = {"check_same_thread": False, "timeout": 30, "factory": _Connection}
    engine = create_engine(url, connect_args=options, **_POOL)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come late and never IMMEDIATE
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32768"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("crmdesk_writing"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # takes no lock yet, so that it can't fail: asked of the driver it costs half
            connection.connection.cursor().execute("BEGIN")

    return engine
