"""A real server on loopback whose clock, and that of all laptops, can be moved by years."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmdesk.server.serve import running
from tests.server.company import SETTINGS, TestClock
from tests.server.founded import company_in
from tests.sync.field import Field


@pytest.fixture
def clock() -> TestClock:
    return TestClock(datetime.now(UTC))


@pytest.fixture
def field(tmp_path: Path, clock: TestClock) -> Iterator[Field]:
    with company_in(tmp_path, clock) as company, running(company.database, SETTINGS) as address:
        made = Field(tmp_path, company, address, clock=clock)
        yield made
        made.close()
