"""The server of a run: the real services over a database in memory, that can crash, be copied and be put back."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crmdesk.domain.errors import CrmdeskError, WorldError
from crmdesk.protocol import frames
from crmdesk.protocol.frames import FrameError
from crmdesk.protocol.messages import Refresh, SignIn, SyncRequest, Tokens
from crmdesk.server.auth import Authentication
from crmdesk.server.database import Database
from crmdesk.server.routes import errors
from crmdesk.server.sync_service import SyncService
from crmdesk.server.work import ServerActor, ServerWork
from crmdesk.sync import failures
from tests.fixtures import statements
from tests.simulation.founding import SETTINGS
from tests.simulation.seeded import Time
from tests.simulation.truth import Onlooker

T = TypeVar("T")
statements.share()  # in the processes of `make simulate` too: a server begins some fifty lives in a run


class ServerCrash(BaseException):
    """The server process died."""


class Breakable(Database):
    """A database whose process dies before or after a commit, if that is planned: `spared` commits from now."""

    planned = ""
    spared = 0

    @contextmanager
    def writing(self) -> Iterator[ServerWork]:
        with super().writing() as work:
            yield work
            work.settle()
            self._die("crash_before")
        self._die("crash_after")
        self.spared -= 1

    def _die(self, stage: str) -> None:
        if self.planned == stage and self.spared <= 0:
            self.planned = ""
            raise ServerCrash


Taken = Callable[[ServerActor, SyncRequest, list[Any]], None]


class Server:
    """One server process over one file; `restart` makes a new process, `put_back` an older file."""

    def __init__(self, path: Path, time: Time) -> None:
        self._path, self._time = path, time
        self._lives = self._put_back = 0
        self._open()

    def _open(self) -> None:
        self._lives += 1
        database = Breakable(f"sqlite:///{self._path}", self._time.server)
        if self._lives > 1:  # disposed of, it holds no connection: only what its statements are in SQL
            database.engine = self.database.engine
        self.database = database
        self.database.epoch  # read once, as at the start of a process
        self.authentication = Authentication(self.database, SETTINGS)
        self.service = SyncService(self.database, SETTINGS)
        self.onlooker = Onlooker(self._path)

    def close(self) -> None:
        self.onlooker.close()
        self.database.dispose()

    def restart(self) -> None:
        """End the process and start another one on the same file."""
        self.close()
        self._open()

    def backup(self, target: Path) -> None:
        """Copy the database as a backup does."""
        target.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)

    def put_back(self, copy: Path) -> None:
        """Go on from a backup, as an administrator does: in a new epoch, which every third time nobody says."""
        self.close()
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        shutil.copy(copy, self._path)
        self._open()
        self._put_back += 1
        if self._put_back % 3:
            self.database.renew_epoch()

    def do(self, function: Callable[[ServerWork], T]) -> T:
        """Run something of an administrator."""
        with self._time.acting(""):
            return self.database.run(function)

    def actor(self, token: str) -> ServerActor:
        with self._time.acting(""):
            return self.authentication.actor(token)

    def asked(self, body: bytes) -> SyncRequest:
        """Read a request body as the route does."""
        return frames.decode(body, SyncRequest)

    def answer(self, actor: ServerActor, request: SyncRequest, crash: str, spared: int) -> Iterator[bytes]:
        """Push and yield the parts of the answer as they are made; may raise ServerCrash, after so many commits.

        An answer that is under way when the server dies ends there.
        """
        life, self.database.spared = self._lives, spared
        parts = self._made(lambda: self.service.answer(actor, request), crash)
        while life == self._lives and (part := self._made(lambda: next(parts, None), crash)) is not None:
            yield part

    def _made(self, make: Callable[[], T], crash: str) -> T:
        database = self.database
        database.planned = crash
        try:
            with self._time.acting(""):
                return make()
        finally:
            database.planned = ""

    def sign_in(self, message: SignIn) -> Tokens:
        with self._time.acting(""):
            return self.authentication.sign_in(message, "127.0.0.1")

    def refresh(self, message: Refresh) -> Tokens:
        with self._time.acting(""):
            return self.authentication.refresh(message)


def refused(error: CrmdeskError | FrameError, time: Time) -> WorldError:
    """Return what a laptop makes of the server's refusal, by way of the real answer."""
    request: Any = None
    answer = errors.of_frame(request, error) if isinstance(error, FrameError) else errors.of_domain(request, error)
    body = msgspec.json.encode(answer.content)
    wait = str(answer.headers.get("Retry-After", ""))
    return failures.of_answer(answer.status_code or 500, "application/json", body, wait, time.server)
