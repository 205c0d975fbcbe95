"""A real server on loopback for the tests of the sync."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.domain.clock import utc_now
from crmdesk.server.database import Database
from crmdesk.server.serve import running
from tests.server.company import SETTINGS, found_company
from tests.sync.field import Field


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    """A running server with the small company, and a place for laptops."""
    database = Database(f"sqlite:///{tmp_path / 'server.db'}", utc_now)
    database.create_all()
    company = found_company(database, utc_now)  # type: ignore[arg-type]
    with running(database, SETTINGS) as address:
        made = Field(tmp_path, company, address)
        yield made
        made.close()
    database.dispose()
