"""One company a database for all cells: each cell makes rows of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.server.database import Database
from tests.fixtures.postgres import PostgresServer
from tests.server.company import CLOCK_START, TestClock, found_company
from tests.server.merging.material import Material


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def material(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Material]:
    """A company with rows to point at, on each database."""
    folder: Path = tmp_path_factory.mktemp("cells")
    postgres: PostgresServer | None = None
    url = f"sqlite:///{folder / 'server.db'}"
    if request.param == "postgresql":
        postgres = request.getfixturevalue("postgres")
        url = postgres.clone()
    clock = TestClock(CLOCK_START)
    database = Database(url, clock)
    database.create_all()
    yield Material(found_company(database, clock))
    database.dispose()
    if postgres is not None:
        postgres.drop(url)
