"""One laptop of a run: the real store, session and sync driver; it can crash anywhere, run full, be copied."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from crmdesk.domain.clock import Clock, local_date
from crmdesk.domain.errors import CrmdeskError
from crmdesk.protocol.messages import Operation
from crmdesk.services import handlers
from crmdesk.services.commands import Command
from crmdesk.services.handling import Handling
from crmdesk.services.people import person_of
from crmdesk.services.seen import SeenRows
from crmdesk.storage import pending
from crmdesk.storage.driver import Driver, DriverError, connect
from crmdesk.storage.store import Store
from crmdesk.storage.work import UnitOfWork, driver_of
from crmdesk.sync import core
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.driving import SyncDriver, SyncStatus
from crmdesk.sync.session import Session
from tests.simulation.founding import KEY, LAPTOPS, PASSWORD
from tests.simulation.line import Line
from tests.simulation.script import Crash
from tests.simulation.seeded import Time

_NO_LIMIT = 1 << 30
_STATEMENT_STEPS = 40


class LaptopCrash(BaseException):
    """The app died: nothing of the process is left, only what was committed."""


class BreakableStore(Store):
    """A store whose process dies at a planned place, and whose disk can be full."""

    crash: Crash | None = None
    full = False
    transactions = 0

    @override
    @contextmanager
    def writing(self, *given: Any, **named: Any) -> Iterator[UnitOfWork]:
        self._gate("before")
        try:
            with super().writing(*given, **named) as work:
                self._limit(work)
                self._break_statement(work)
                yield work
                work.finish()
                self._gate("commit")
        except DriverError as error:
            if "interrupted" in str(error):
                raise LaptopCrash from error
            raise
        finally:
            self._mend_statement()
        self._gate("after")
        self.transactions += 1

    @override
    def _merge(self) -> None:
        """Leave the search index in its parts: a thread of its own would be another time in each run."""

    @override
    def _checkpoint(self) -> None:
        """Leave the log as long as it is, for the same reason; closing brings it in."""

    def _gate(self, stage: str) -> None:
        if self.crash is not None and self.crash.stage == stage and self.transactions >= self.crash.nth:
            raise LaptopCrash

    def _limit(self, work: UnitOfWork) -> None:
        """A full disk: the file may not grow by a page."""
        pages = work.driver.execute("PRAGMA page_count").fetchone() if self.full else None
        work.driver.execute(f"PRAGMA max_page_count = {pages[0] if pages else _NO_LIMIT}")

    def _break_statement(self, work: UnitOfWork) -> None:
        """Interrupt the database in the midst of some statement of this transaction."""
        self._broken: Any = None
        if self.crash is None or self.crash.stage != "statement" or self.transactions < self.crash.nth:
            return
        self._broken = driver_of(work.connection)
        left = [3 + self.crash.nth * 7]

        def tick() -> int:
            left[0] -= 1
            return int(left[0] <= 0)

        self._broken.set_progress_handler(tick, _STATEMENT_STEPS)

    def _mend_statement(self) -> None:
        broken = getattr(self, "_broken", None)
        if broken is not None:
            with suppress(DriverError):  # interrupted in its rollback, too: it was closed
                broken.set_progress_handler(None, 0)


class _Files:
    """The bytes of attachments travel apart and have their own tests: here they are through at once, both ways."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def run(self, cancellation: Cancellation, interrupted: Any, told: Any) -> None:
        """Empty the queues."""
        with self._store.writing() as work:
            work.driver.execute("DELETE FROM transfer")


class _Deaf:
    def status_changed(self, status: SyncStatus) -> None:
        """Nobody looks."""

    def rows_changed(self, changed: dict[str, tuple[str, ...]]) -> None:
        """Nobody looks."""


class Laptop:
    """A laptop by name; `following` is the event that its sync goes on with, None at rest."""

    def __init__(self, name: str, person: str, folder: Path, line: Line, time: Time) -> None:
        self.name, self.person, self.folder, self.line, self.time = name, person, folder, line, time
        self.clock: Clock = lambda: time.of(name)
        self.following: core.Event | None = None
        self.undo: list[tuple[Command, ...]] = []
        self.crashed = 0
        self.full = False
        self._open()

    def _open(self) -> None:
        self.store = BreakableStore.open(self.folder, KEY, self.clock)
        self.store.full = self.full
        self.session = Session(self.store, self.line, self.clock)  # type: ignore[arg-type]
        self.driver = SyncDriver(
            self.store, self.session, _Files(self.store), _Deaf(), clock=self.clock,
            draw=lambda: self.time.chance.random(), stopwatch=lambda: 0.0,
        )  # fmt: skip
        self.following = None
        self.undo = []
        self.seen = SeenRows()
        self._eye: Driver | None = None

    def close(self) -> None:
        if self._eye is not None:
            self._eye.close()
        self.driver.close()
        self.store.close()

    def restart(self) -> None:
        """Die and start again: what was in memory is gone."""
        self.close()
        self._open()

    def copy_to(self, target: Path) -> None:
        """Copy the data folder, as a backup of the laptop or an image of its disk does; the app is closed meanwhile."""
        self.close()
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder, target)
        self._open()

    def put_back(self, copy: Path) -> None:
        """Replace the data folder by an older copy."""
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)
        self._open()

    def look(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Read the store as an onlooker, by a connection of its own."""
        if self._eye is None:
            self._eye = connect(self.store.path, KEY)
        return self._eye.execute(sql, parameters).fetchall()

    def waiting(self) -> list[Operation]:
        """Return what stands in the outbox, oldest first."""
        return self._operations("outbox")

    def refused(self) -> list[Operation]:
        """Return what needs the person, with what waits beside it, oldest first."""
        return self._operations("needs_you")

    def _operations(self, table: str) -> list[Operation]:
        return [pending.decode(row[0]) for row in self.look(f"SELECT content FROM {table} ORDER BY seq, id")]

    @contextmanager
    def may_crash(self, crash: Crash | None) -> Iterator[None]:
        """Let the planned crash happen within, and start the app again after it."""
        self.store.crash, self.store.transactions = crash, 0
        try:
            with self.time.acting(self.name):
                yield
        except LaptopCrash:
            self.crashed += 1
            self.restart()
        finally:
            self.store.crash = None

    def act(self, *commands: Command) -> "Saved":
        """Let the person do something; raises CrmdeskError and LaptopCrash."""
        with self.store.reading() as connection:
            person = person_of(connection, local_date(self.clock()))
        with self.store.writing() as work:
            handling = Handling(work, person, self.clock, self.seen)
            done = [handlers.handle(handling, command) for command in commands]
            saved = Saved(sorted(work.changed.get("outbox", ())), sorted(work.changed.get("needs_you", ())))
        self.undo.append(tuple(step for one in reversed(done) for step in one.inverse))
        return saved

    def begin(self, event: core.Event) -> None:
        """Start a sync unless one runs."""
        if self.following is None:
            self.following = event

    def advance(self, steps: int) -> int:
        """Let the sync do up to so many steps; return how many it did."""
        for done in range(steps):
            if self.following is None:
                return done
            event, self.following = self.following, None
            self.following = self.driver.advance(event)
        return steps

    def sign_in_again(self) -> bool:
        """Let the person type the password; say whether that worked."""
        try:
            self.session.sign_in(self.person, PASSWORD, self.name)
        except CrmdeskError:
            return False
        return True

    @property
    def status(self) -> SyncStatus:
        return self.driver.status


@dataclass(frozen=True, slots=True)
class Saved:
    """The operations that a person's act put, changed or took away; it counts once `act` returns."""

    operation_ids: list[str]
    refused_ids: list[str]


def person_of_laptop(name: str) -> str:
    """Return the login of a laptop's person; a clone (`bo+`) is of the same person."""
    return LAPTOPS[name.rstrip("+")]
