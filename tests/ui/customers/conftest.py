"""The real window over a real store for the tests of the customer pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from tests.ui.customers.laptop import Laptop, window_before
from tests.ui.customers.small_company import Company, small_company


@pytest.fixture
def company() -> Company:
    """The small company."""
    return small_company()


@pytest.fixture
def laptop(tmp_path: Path, company: Company) -> Iterator[Laptop]:
    """The representative's laptop with the company on it."""
    with closing(Laptop(tmp_path / "store", company)) as made:
        yield made


@pytest.fixture(params=["rep", "manager"])
def role(request: pytest.FixtureRequest) -> str:
    """Who sits there, in the tests that both have to pass."""
    return str(request.param)


@pytest.fixture
def desk(tmp_path: Path, company: Company, role: str) -> Iterator[Laptop]:
    """The laptop of the representative and of the manager, one after the other."""
    name = "周晓岚" if role == "rep" else "王建国"
    with closing(Laptop(tmp_path / role, company, name, role)) as made:
        yield made


@pytest.fixture
def window(qtbot: QtBot, laptop: Laptop) -> Iterator[MainWindow]:
    """The main window, shown and ready for keys."""
    with window_before(laptop, qtbot) as made:
        yield made
