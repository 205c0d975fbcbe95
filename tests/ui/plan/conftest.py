"""The real window over a store with a cycle plan, for the Plan page of a representative and of a manager."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.ports import Signed
from tests.ui.customers.laptop import Laptop, NoSession, QuietSync
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
def open_window(tmp_path: Path, qapp: QApplication, qtbot: QtBot, company: Company) -> Iterator[Opened]:
    """Open the window of a person: `open_window(name, role)`."""
    laptops: list[Laptop] = []
    windows: list[MainWindow] = []

    def opened(name: str, role: str) -> tuple[MainWindow, Laptop]:
        qapp.setStyle("Fusion")
        app.dress(qapp, language.CHINESE, theme.LIGHT)
        laptop = Laptop(tmp_path / role, company, name, role)
        laptops.append(laptop)
        window = MainWindow(Signed(laptop.desk, QuietSync()), NoSession())
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        return window, laptop

    yield opened
    for window in windows:
        window.close()
        window.deleteLater()
    qapp.processEvents()
    for laptop in laptops:
        laptop.close()


@pytest.fixture
def rep(open_window: Opened) -> tuple[MainWindow, Laptop]:
    """The representative's window and laptop."""
    return open_window("周晓岚", "rep")


@pytest.fixture
def manager(open_window: Opened) -> tuple[MainWindow, Laptop]:
    """The manager's window and laptop."""
    return open_window("王建国", "manager")
