"""The server of the tests: a small company on SQLite and on PostgreSQL, laptops that speak to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmdesk.server.database import Database
from tests.fixtures.postgres import NoPostgresError, PostgresServer, private_postgres
from tests.server.company import CLOCK_START, Company, TestClock
from tests.server.founded import company_in, company_on


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One private PostgreSQL a test process."""
    try:
        with private_postgres(bare=True) as server:
            yield server
    except NoPostgresError as error:
        pytest.fail(str(error))


@pytest.fixture
def clock() -> TestClock:
    """A clock that stands until a test moves it."""
    return TestClock(CLOCK_START)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, clock: TestClock) -> Iterator[Database]:
    """An initialised database of each kind, with nothing in it."""
    server: PostgresServer | None = None
    url = f"sqlite:///{tmp_path / 'server.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url = server.clone()
    made = Database(url, clock)
    made.create_all()
    yield made
    made.dispose()
    if server is not None:
        server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, tmp_path: Path, clock: TestClock) -> Iterator[Company]:
    """Two territories of a region, their people and a few customers; on both databases."""
    with company_on(request, tmp_path, clock) as made:
        yield made


@pytest.fixture
def sqlite_company(tmp_path: Path, clock: TestClock) -> Iterator[Company]:
    """The same company on SQLite only, for what no database decides."""
    with company_in(tmp_path, clock) as made:
        yield made


@pytest.fixture
def new_database(company: Company, clock: TestClock) -> Iterator[Callable[[], Database]]:
    """Make further connections to the company's database, as a second server process would."""
    made: list[Database] = []

    def make() -> Database:
        made.append(Database(company.database.url, clock))
        return made[-1]

    yield make
    for one in made:
        one.dispose()
