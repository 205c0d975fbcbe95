"""The windows of a representative and of a manager over a company in which no page is empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from tests.ui.customers.laptop import Laptop, seated
from tests.ui.reading.house import whole_company

Seat = tuple[MainWindow, Laptop]
Sit = Callable[[str, str], Seat]


@pytest.fixture
def sit(qtbot: QtBot, tmp_path: Path) -> Iterator[Sit]:
    """Return what seats a person before their window: `sit("周晓岚", "rep")`."""
    with ExitStack() as stack:
        yield lambda user, role: stack.enter_context(seated(tmp_path / role, whole_company(), user, role, qtbot))
