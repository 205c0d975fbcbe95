"""The real window over a real store for the tests of the customer pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.customers.laptop import Laptop, NoSession, QuietSync
from tests.ui.customers.small_company import Company, small_company

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.ports import Signed


@pytest.fixture
def company() -> Company:
    """The small company."""
    return small_company()


@pytest.fixture
def laptop(tmp_path: Path, company: Company) -> Iterator[Laptop]:
    """The representative's laptop with the company on it."""
    made = Laptop(tmp_path / "store", company)
    yield made
    made.close()


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, laptop: Laptop) -> Iterator[MainWindow]:
    """The main window in Chinese and light, shown and ready for keys."""
    qapp.setStyle("Fusion")
    app.dress(qapp, language.CHINESE, theme.LIGHT)
    made = MainWindow(Signed(laptop.desk, QuietSync()), NoSession())
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    made.close()
    made.deleteLater()
    qapp.processEvents()
