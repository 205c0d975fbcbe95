"""One real stack for all tests of this folder that run in the same process."""

from collections.abc import Iterator

import pytest

from tests.fixtures.postgres import NoPostgresError
from tests.realstack.run import Rig, rig


@pytest.fixture(scope="session")
def stack() -> Iterator[Rig]:
    """Two workers on a private PostgreSQL that may be killed, and the fault proxy before them."""
    try:
        with rig() as made:
            yield made
    except NoPostgresError as error:
        pytest.fail(str(error))
