"""Takes away what the simulator's runs start from, once the tests of a process are through."""

from collections.abc import Iterator

import pytest

from tests.simulation.founding import forget


@pytest.fixture(scope="session", autouse=True)
def _tidy() -> Iterator[None]:
    yield
    forget()
