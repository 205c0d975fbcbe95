"""Server workers as processes on a private PostgreSQL, and the ways to kill them."""

import contextlib
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from sqlalchemy.exc import DBAPIError

from crmdesk.domain.clock import utc_now
from crmdesk.server.database import Database
from tests.fixtures.leash import Leash
from tests.fixtures.postgres import PostgresServer

_START_S, _STARTS = 60, 5
_LOOKS = 1_200
_UNEXPECTED = ("unexpected at", "Exception in ASGI application")


class Worker:
    """One `crmdesk-server serve`; its port is known once it listens."""

    def __init__(self, url: str, folder: Path, log: Path, leash: Leash) -> None:
        self._url, self._folder, self._log, self._leash = url, folder, log, leash
        self._lock = threading.Lock()
        self._told = threading.Event()
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start one; `port` is 0 until it listens."""
        self.port, told = 0, threading.Event()
        command = [sys.executable, "-m", "crmdesk.server", "--database", self._url]
        command += ["--data-dir", str(self._folder), "serve", "--port", "0"]
        with self._log.open("ab") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        self._leash.hold(process.pid)
        self._process, self._told = process, told
        assert process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(process.stdout, told), daemon=True)
        self._reader.start()

    def stand(self) -> None:
        """Wait until it listens; one that ended as it started, because the database was away, is started again."""
        starts = 0
        while starts < _STARTS:
            told = self._told
            told.wait(_START_S)
            with self._lock:
                if self._told is not told:
                    continue  # killed meanwhile: another one starts
                if self.port:
                    return
                self._end()
                self.start()
                starts += 1
        raise AssertionError("a worker does not start: " + self._log.read_text()[-2000:])

    def kill(self) -> None:
        """Kill -9, and start another one at once (it listens a moment later)."""
        with self._lock:
            self._end()
            self.start()

    def stop(self) -> None:
        """Kill it; the laptops that it would take leave of are gone."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait(20)
        self._leash.free(self._process.pid)
        self._reader.join(20)

    def _read(self, output: IO[bytes], told: threading.Event) -> None:
        with output:
            line = output.readline()
            with contextlib.suppress(ValueError):
                self.port = int(line.rstrip().rpartition(b":")[2])
            told.set()
            output.read()
            self.port = 0


class Stack:
    """A database of its own with `count` workers on it; `database` is the administrator's connection."""

    def __init__(self, postgres: PostgresServer, folder: Path, leash: Leash, count: int = 2) -> None:
        self._postgres = postgres
        self.url = postgres.clone()
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.log = folder, folder / "workers.log"
        self.database = Database(self.url, utc_now)
        self.workers = [Worker(self.url, folder, self.log, leash) for _ in range(count)]
        self.kills: dict[str, int] = {"worker": 0, "backend": 0, "postmaster": 0}
        self.stand()

    def ports(self) -> list[int]:
        """Return where the workers listen now."""
        return [port for worker in self.workers if (port := worker.port)]

    def stand(self) -> None:
        """Wait until everything stands again: the database first, then the workers."""
        self.settle()
        for worker in self.workers:
            worker.stand()

    def kill(self, what: str, number: int = 0) -> None:
        """Kill -9 a `worker` (which one), a `backend` of the database or its `postmaster`."""
        self.kills[what] += 1
        if what == "worker":
            self.workers[number % len(self.workers)].kill()
        elif what == "backend":
            self._postgres.kill_a_backend(self.url)
        else:
            self._postgres.kill()
            self._postgres.start_again()

    def settle(self) -> None:
        """Wait until the database has recovered from whatever was killed, and the administrator's connection stands."""
        for _ in range(_LOOKS):
            try:
                self.database.dispose()
                with self.database.reading() as connection:
                    connection.exec_driver_sql("SELECT 1")
                return
            except DBAPIError:
                threading.Event().wait(0.05)
        raise AssertionError("the database did not come back")

    def unexpected(self) -> str:
        """Return what the workers logged of errors that nobody expected, '' for none."""
        said = self.log.read_text(errors="replace") if self.log.exists() else ""
        found = [said.index(words) for words in _UNEXPECTED if words in said]
        return said[min(found) :] if found else ""

    def close(self) -> None:
        """Stop the workers and drop the database."""
        for worker in self.workers:
            worker.stop()
        self.database.dispose()
        self._postgres.drop(self.url)
