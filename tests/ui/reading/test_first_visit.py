"""A doctor whom nobody has visited: Today says so instead of showing empty cards; typing never waits for the store."""

from __future__ import annotations

import threading
from time import perf_counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import language
from crmdesk.ui.pages.today_page import TodayPage
from crmdesk.ui.parts.charts import ColumnChart
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit


@pytest.mark.parametrize(("wanted", "said"), [("zh", "还没有提交过拜访报告"), ("en", "No visit has been reported")])
def test_a_doctor_without_a_visit_has_no_empty_card_on_today(
    qtbot: QtBot, dressed: QApplication, sit: Sit, wanted: str, said: str
) -> None:
    window, laptop = sit(*house.REP)
    if wanted != language.current():
        language.apply_language(dressed, wanted)
    window.navigate("today")
    house.shown(qtbot, window)
    page = window.page("today")
    assert isinstance(page, TodayPage)
    assert page.rows.choose(laptop.company.ids["p3"]), "区凤仪, class C, never visited"
    house.shown(qtbot, window)
    told = page.findChild(QLabel, "today_no_visits_label")
    chart = page.detail.findChild(ColumnChart)
    assert told is not None
    assert chart is not None
    assert told.isVisible()
    assert told.text().startswith(said)
    assert not chart.isVisible()
    assert page.rows.choose(laptop.company.ids["p1"])
    qtbot.waitUntil(lambda: not told.isVisible() and chart.isVisible())


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("customers", "customers_filter_edit"),
        ("visit_report", "visit_note_edit"),
        ("expense_draft", "claim_title_edit"),
        ("sync", "palette_field"),
    ],
)
def test_typing_never_waits_for_the_store(qtbot: QtBot, sit: Sit, place: str, name: str) -> None:
    """The store is held by somebody for as long as the typing takes: every key lands all the same."""
    window, laptop = sit(*house.REP)
    next(one for one in house.places() if one.name == place).show(window, laptop)
    house.shown(qtbot, window)
    if name == "palette_field":
        window.open_palette()
    field = next(one for one in window.findChildren(QWidget, name) if one.isVisible())
    field.setFocus()
    before = _text(field)
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with laptop.store.writing():
            held.set()
            free.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        slowest = 0.0
        for key in "zhangsan":
            began = perf_counter()
            QTest.keyClick(field, Qt.Key(ord(key.upper())))
            slowest = max(slowest, perf_counter() - began)
        assert _text(field) != before
        assert _text(field).endswith("zhangsan")
        assert slowest < 5.0, "a key that waited for the store would have waited for its whole patience"
    finally:
        free.set()
        holder.join()
    house.shown(qtbot, window)


def _text(field: QWidget) -> str:
    if isinstance(field, QPlainTextEdit):
        return field.toPlainText()
    assert isinstance(field, QLineEdit)
    return field.text()
