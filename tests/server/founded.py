"""The company of the server's tests, founded once a test process: who asks for it gets a copy of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path

import pytest

from crmdesk.domain.clock import Clock
from crmdesk.server.database import Database
from tests.fixtures.memory import memory_folder
from tests.fixtures.postgres import PostgresServer
from tests.server.company import Company, TestClock, found_company


@contextmanager
def company_in(folder: Path, clock: Clock) -> Iterator[Company]:
    """Give the company in a database of SQLite in the folder; it was founded at the last full hour of the clock."""
    template, ids = _file(_hour(clock))
    path = folder / "server.db"
    shutil.copy(template, path)
    with _opened(f"sqlite:///{path}", clock, ids) as company:
        yield company


@contextmanager
def company_on(request: pytest.FixtureRequest, folder: Path, clock: Clock) -> Iterator[Company]:
    """Give the company on the database that the parameter of the fixture names: `sqlite` or `postgresql`."""
    if request.param == "sqlite":
        with company_in(folder, clock) as company:
            yield company
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    template, ids = _database(server, _hour(clock))
    url = server.clone(template)
    with _opened(url, clock, ids) as company:
        yield company
    server.drop(url)


@contextmanager
def _opened(url: str, clock: Clock, ids: dict[str, str]) -> Iterator[Company]:
    database = Database(url, clock)
    yield Company(database, clock, dict(ids))
    database.dispose()


def _hour(clock: Clock) -> datetime:
    return clock().replace(minute=0, second=0, microsecond=0)


@cache
def _file(at: datetime) -> tuple[Path, dict[str, str]]:
    folder = Path(tempfile.mkdtemp(prefix="crmdesk-founded-", dir=memory_folder()))
    Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=10)
    path = folder / "server.db"
    return path, _found(f"sqlite:///{path}", at)


@cache
def _database(server: PostgresServer, at: datetime) -> tuple[str, dict[str, str]]:
    url = server.clone()
    return url.rpartition("/")[2], _found(url, at)


def _found(url: str, at: datetime) -> dict[str, str]:
    clock = TestClock(at)
    database = Database(url, clock)
    database.create_all()
    company = found_company(database, clock)
    database.dispose()
    return company.ids
