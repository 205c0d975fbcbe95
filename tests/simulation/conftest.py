"""What the simulator's tests expect of the logs."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _restores_are_expected(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every third time nobody tells the simulator's server that it was put back: then it says so itself."""
    with caplog.filtering(_unsaid):
        yield


def _unsaid(record: logging.LogRecord) -> bool:
    return "put back to a backup" not in str(record.msg)
