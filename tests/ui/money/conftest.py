"""Laptops of the representative, the manager and finance over the same claims, and the real window before each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from tests.ui.customers.laptop import Laptop, seated
from tests.ui.customers.small_company import Company
from tests.ui.money.money_company import bring_receipts, money_company

Seat = tuple[MainWindow, Laptop]


@pytest.fixture
def company() -> Company:
    """The company with its claims."""
    return money_company()


@pytest.fixture
def seat(qtbot: QtBot, tmp_path: Path, company: Company) -> Iterator[Callable[[str, str], Seat]]:
    """Return what seats a person before the main window: `seat("王建国", "manager")`."""
    with ExitStack() as stack:

        def sit(user: str, role: str) -> Seat:
            window, laptop = stack.enter_context(seated(tmp_path / role, company, user, role, qtbot))
            bring_receipts(laptop)
            return window, laptop

        yield sit


@pytest.fixture
def rep(seat: Callable[[str, str], Seat]) -> Seat:
    """The representative's window and laptop."""
    return seat("周晓岚", "rep")


@pytest.fixture
def manager(seat: Callable[[str, str], Seat]) -> Seat:
    """The manager's window and laptop."""
    return seat("王建国", "manager")
