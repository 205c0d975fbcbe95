"""The export of a list by key: what is shown goes out, it is noted, stopping leaves nothing, a right is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from crmdesk.services.customer_order import Filter
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import export_dialog
from crmdesk.ui.pages.export_dialog import ExportDialog
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.test_customers_page import opened
from tests.ui.customers.test_narrowing import ALT, CTRL


def asked(place: Any, qtbot: QtBot, page: Any = None) -> ExportDialog:
    """Press the key of the export and return the dialog."""
    place.setFocus()
    qtbot.keyClick(place, Qt.Key.Key_E, ALT)
    dialog = (page or place).findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def noted(laptop: Laptop) -> list[dict[str, object]]:
    rows = laptop.ask(lambda reads: reads.waiting())
    return [{"title": one.title} for one in rows if one.record == "export_note"]


def test_the_filtered_list_goes_out_by_keys_and_is_noted(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    page = opened(window, qtbot)
    page.filter.setText("曾")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    dialog = asked(page, qtbot)
    assert "曾" in dialog.explanation.text()
    qtbot.keyClick(dialog.format, Qt.Key.Key_Right)
    assert dialog.format.value() == "csv"
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    place = dialog.findChild(QFileDialog, "export_file_dialog")
    assert isinstance(place, QFileDialog)
    place.reject()
    target = tmp_path / "医生.csv"
    with qtbot.waitSignal(dialog.finished):
        dialog.write(target)
    assert len(target.read_text("utf-8-sig").splitlines()) == 2
    assert noted(laptop) == [{"title": "医生.csv"}]


def test_stopping_and_a_folder_that_refuses_leave_no_file(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    page = opened(window, qtbot)
    dialog = asked(page, qtbot)
    dialog.write(tmp_path / "nowhere" / "a.xlsx")
    qtbot.waitUntil(lambda: bool(dialog.banner.text))
    assert dialog.save_button.isEnabled()
    dialog.write(tmp_path / "a.pdf")
    assert dialog.banner.text
    dialog._running = True
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog._stop.is_set()
    assert not list(tmp_path.glob("*.part"))
    assert noted(laptop) == []


def test_a_long_export_says_its_rate_and_the_time_that_is_left(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = asked(opened(window, qtbot), qtbot)
    dialog._show_running(on=True)
    monkeypatch.setattr(export_dialog, "monotonic", lambda: dialog._began + 10)
    dialog._show_progress(1_000, 4_000)
    assert dialog._count.text() == "已写 1,000 / 4,000 行 · 每秒 100 行 · 还需约 30 秒"
    dialog._show_running(on=False)


def test_without_the_right_there_is_no_button_and_no_key(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crmdesk.ui.pages import customers_page

    page = opened(window, qtbot)
    assert page._export.isVisible()
    monkeypatch.setattr(customers_page, "allowed", lambda _context, _what: False)
    page._set_figures()
    assert not page._export.isVisible()
    assert not page._export_action.isEnabled()
    page.export()
    assert page.findChild(ExportDialog) is None


@pytest.mark.parametrize(("name", "what"), [("visit", "visit"), ("expenses", "claim")])
def test_visits_and_claims_have_their_export(window: MainWindow, qtbot: QtBot, name: str, what: str) -> None:
    window.navigate(name)
    page = window.page(name)
    dialog = asked(page.list if name == "visit" else page, qtbot, page)
    assert dialog._wanted == Filter(what)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.findChild(ExportDialog) is None)
