"""Photos between laptops and a real server over a bad line."""

from collections.abc import Iterator

import pytest

from tests.sync.conftest import field as field
from tests.sync.field import Field
from tests.sync.files.bad_line import BadLine


@pytest.fixture
def line(field: Field) -> Iterator[BadLine]:
    """A line between the laptops signed in from now on and the server."""
    made = BadLine(field.address)
    field.address = made.address
    yield made
    for laptop in field.opened:
        laptop.close()
    field.opened.clear()
    made.close()
