"""The real window over a store with a cycle plan, for the Plan page of a representative and of a manager."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from tests.ui.customers.laptop import Laptop, seated
from tests.ui.customers.small_company import Company, small_company
from tests.ui.plan.planned import add_plans

Opened = Callable[[str, str], tuple[MainWindow, Laptop]]


@pytest.fixture
def company() -> Company:
    """The small company with a cycle plan around today and one proposal."""
    made = small_company()
    add_plans(made)
    return made


@pytest.fixture
def open_window(tmp_path: Path, qtbot: QtBot, company: Company) -> Iterator[Opened]:
    """Open the window of a person: `open_window(name, role)`."""
    with ExitStack() as stack:
        yield lambda name, role: stack.enter_context(seated(tmp_path / role, company, name, role, qtbot))


@pytest.fixture
def rep(open_window: Opened) -> tuple[MainWindow, Laptop]:
    """The representative's window and laptop."""
    return open_window("周晓岚", "rep")


@pytest.fixture
def manager(open_window: Opened) -> tuple[MainWindow, Laptop]:
    """The manager's window and laptop."""
    return open_window("王建国", "manager")
