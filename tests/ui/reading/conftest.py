"""The windows of a representative and of a manager over a company in which no page is empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.ports import Signed
from tests.ui.customers.laptop import Laptop, NoSession, QuietSync
from tests.ui.reading.house import whole_company

Seat = tuple[MainWindow, Laptop]
Sit = Callable[[str, str], Seat]


@pytest.fixture
def sit(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Sit]:
    """Return what opens the window of a person: `sit("周晓岚", "rep")`."""
    app.make_application(language_choice=language.CHINESE, theme_choice=theme.LIGHT)
    with ExitStack() as stack:

        def opened(user: str, role: str) -> Seat:
            laptop = Laptop(tmp_path / role, whole_company(), user, role)
            stack.callback(laptop.close)
            window = MainWindow(Signed(laptop.desk, QuietSync()), NoSession())
            window.show()
            qtbot.waitExposed(window)
            window.activateWindow()
            stack.callback(qapp.processEvents)
            stack.callback(window.deleteLater)
            stack.callback(window.close)
            return window, laptop

        yield opened
