"""The open connections of the store: statements with named values, transactions, and where connections rest.

The library that declares the tables is not needed to ask them: loading it takes longer than showing the day.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from crmdesk.domain.errors import WorldError
from crmdesk.storage import driver as raw
from crmdesk.storage.pending import HandedOut

Values = Mapping[str, Any] | Sequence[Any]


class Found:
    """What a statement found, to be taken once, row by row or as a whole."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: raw.Cursor) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._cursor)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows."""
        return self._cursor.fetchall()

    def mappings(self) -> Iterator[dict[str, Any]]:
        """Yield the rows, each as its values by column."""
        names = [column[0] for column in self._cursor.description]
        return (dict(zip(names, row, strict=True)) for row in self._cursor)

    def scalars(self) -> Iterator[Any]:
        """Yield the first value of each row."""
        return (row[0] for row in self._cursor)

    def scalar(self) -> Any:
        """Return the first value of the first row, None where there is no row."""
        row = self._cursor.fetchone()
        return None if row is None else row[0]


class Connection:
    """One open connection; used by one thread at a time."""

    __slots__ = ("broken", "driver", "handed_out", "rest", "writes")

    def __init__(self, driver: raw.Driver, handed_out: HandedOut, writes: bool, rest: "Connections") -> None:
        self.driver, self.handed_out, self.writes, self.rest = driver, handed_out, writes, rest
        self.broken = False

    def execute(self, statement: str, values: Values = ()) -> Found:
        """Run a statement with values for its marks: `:name` from a mapping, `?` in order."""
        return Found(self.driver.execute(statement, values))

    def transaction(self, *, waits: bool = True) -> "_Transaction":
        """Commit what is done meanwhile; an exception takes it back. The commit waits for the disk, or not."""
        return _Transaction(self, waits)

    def must(self, statement: str) -> None:
        """Run what has to be done before anybody else gets this connection; where it fails, nobody gets it."""
        try:
            self.driver.execute(statement)
        except raw.DriverError:
            self.give_up()

    def give_up(self) -> None:
        """Close it for good: the next one who wants a connection gets a new one."""
        self.broken = True
        self.driver.close()


class _Transaction:
    """A class and not a generator: each thing that is saved goes through it, and so does each read."""

    __slots__ = ("_connection", "_waits")

    def __init__(self, connection: Connection, waits: bool) -> None:
        self._connection, self._waits = connection, waits

    def __enter__(self) -> None:
        driver = self._connection.driver
        if not self._waits:
            driver.execute("PRAGMA synchronous = NORMAL")
        try:
            driver.execute("BEGIN IMMEDIATE" if self._connection.writes else "BEGIN")
        except BaseException:  # whatever it is, the next commit waits again; it is raised again
            self._end()
            raise

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        try:
            if kind is None:
                self._connection.driver.execute("COMMIT")
        finally:
            self._end()

    def _end(self) -> None:
        """Take back what was not committed, and let commits wait for the disk as they do."""
        connection = self._connection
        if connection.driver.in_transaction:
            connection.must("ROLLBACK")
        if not self._waits and not connection.broken:
            connection.must("PRAGMA synchronous = FULL")


class Connections:
    """Makes connections and lets some rest between two uses: each has a cache of its own, the last one is warmest."""

    def __init__(self, opened: Callable[[], raw.Driver], handed_out: HandedOut, writes: bool, resting: int) -> None:
        self._opened, self._handed_out, self._writes, self._resting = opened, handed_out, writes, resting
        self._idle: list[Connection] = []
        self._closed = False

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Give a connection for a while."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = Connection(self._opened(), self._handed_out, self._writes, self)
        try:
            yield connection
        except raw.DriverError as error:
            known = raw.world_error(error)
            if known is not None and known.code == "store_damaged":
                connection.give_up()  # having met a bad page it could read no other table any more
                raise
            self._put_by(connection)
            raise
        except BaseException:  # a bug, or what a person must know: not the connection's fault; it is raised again
            self._put_by(connection)
            raise
        self._put_by(connection)

    def _put_by(self, connection: Connection) -> None:
        if connection.broken:
            return
        if self._closed or len(self._idle) >= self._resting or connection.driver.in_transaction:
            connection.driver.close()
        else:
            self._idle.append(connection)

    def close(self, code: str = "closed") -> None:
        """Close those that rest now, and each other one when it would begin to; none is opened any more.

        What opens them goes with that, and the key in it: whoever asks from now on meets WorldError(code).
        """

        def refused() -> raw.Driver:
            raise WorldError(code)

        self._closed, self._opened = True, refused
        while self._idle:
            self._idle.pop().driver.close()
