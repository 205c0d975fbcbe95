"""A desk whose server is a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.storage.store import Store
from tests.sync.driver.scripted import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = Store.open(tmp_path / "store", bytes(range(32)))
    yield Desk(store)
    store.close()
