"""A desk whose server is a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.storage.store import Store
from tests.fixtures.new_store import KEY, laid
from tests.sync.driver.scripted import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = Store.open(laid(tmp_path / "store"), KEY)
    yield Desk(store)
    store.close()
