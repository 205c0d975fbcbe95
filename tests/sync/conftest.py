"""A real server on loopback for the tests of the sync."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.domain.clock import utc_now
from crmdesk.server.serve import running
from tests.server.company import SETTINGS
from tests.server.founded import company_in
from tests.sync.field import Field


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    """A running server with the small company, and a place for laptops."""
    with company_in(tmp_path, utc_now) as company, running(company.database, SETTINGS) as address:
        made = Field(tmp_path, company, address)
        yield made
        made.close()
