"""The server of the tests: a small company on SQLite and on PostgreSQL, laptops that speak to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmdesk.server.database import Database
from tests.fixtures.postgres import NoPostgresError, PostgresServer, private_postgres
from tests.server.company import CLOCK_START, Company, TestClock, found_company


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One private PostgreSQL a test process."""
    try:
        with private_postgres() as server:
            yield server
    except NoPostgresError as error:
        pytest.fail(str(error))


@pytest.fixture
def clock() -> TestClock:
    """A clock that stands until a test moves it."""
    return TestClock(CLOCK_START)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'server.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.clone()
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str, clock: TestClock) -> Iterator[Database]:
    """An initialised database of each kind."""
    made = Database(database_url, clock)
    made.create_all()
    yield made
    made.dispose()


@pytest.fixture
def company(database: Database, clock: TestClock) -> Company:
    """Two regions, three territories, their people and a few customers; on both databases."""
    return found_company(database, clock)


@pytest.fixture
def sqlite_company(tmp_path: Path, clock: TestClock) -> Iterator[Company]:
    """The same company on SQLite only, for what no database decides."""
    database = Database(f"sqlite:///{tmp_path / 'one.db'}", clock)
    database.create_all()
    yield found_company(database, clock)
    database.dispose()


@pytest.fixture
def new_database(database_url: str, clock: TestClock) -> Iterator[Callable[[], Database]]:
    """Make further connections to the same database, as a second server process would."""
    made: list[Database] = []

    def make() -> Database:
        made.append(Database(database_url, clock))
        return made[-1]

    yield make
    for one in made:
        one.dispose()
