"""The page of what may be there twice, opened as a person opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crmdesk.ui.pages.customers_page import CustomersPage
from crmdesk.ui.pages.duplicates_page import DuplicatesPage
from tests.ui.customers.laptop import Laptop, window_before


@contextmanager
def duplicates_page(laptop: Laptop, qtbot: QtBot, record: str, rows: int) -> Iterator[DuplicatesPage]:
    """Open the page by Alt+D from the list of a record, once its rows are there."""
    with window_before(laptop, qtbot) as window:
        window.navigate("customers", record=record)
        customers = window.page("customers")
        assert isinstance(customers, CustomersPage)
        qtbot.waitUntil(lambda: customers.model.rowCount() == rows)
        qtbot.keyClick(customers.filter, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
        made = window.page("duplicates")
        assert isinstance(made, DuplicatesPage)
        qtbot.waitUntil(lambda: window.shown == "duplicates" and made._view is not None)
        yield made
