"""One company a database for all cells: each cell makes rows of its own."""

from collections.abc import Iterator

import pytest

from tests.server.company import CLOCK_START, TestClock
from tests.server.founded import company_on
from tests.server.merging.material import Material


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def material(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Material]:
    """A company with rows to point at, on each database."""
    with company_on(request, tmp_path_factory.mktemp("cells"), TestClock(CLOCK_START)) as company:
        yield Material(company)
