"""Room on a small screen: nothing that is needed lies below the edge, nothing is cut without a way to read it whole."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTableView,
    QToolTip,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from crmdesk.ui import language
from crmdesk.ui.pages.visit_page import VisitPage
from crmdesk.ui.parts.label import ElidedLabel
from crmdesk.ui.parts.main_and_side import MainAndSide
from crmdesk.ui.parts.room import Room
from crmdesk.ui.parts.split import Split
from crmdesk.ui.parts.week_grid import VisitBlock
from tests.ui.customers.laptop import seated
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit

ACROSS = Qt.Orientation.Horizontal


@pytest.mark.parametrize("wanted", ["zh", "en"])
@pytest.mark.parametrize("visit", ["p1", "late"])
def test_the_report_reaches_its_next_step_without_scrolling(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path, wanted: str, visit: str
) -> None:
    """Six products, a question, a competitor, and for one of them the line that says how long it may come late."""
    company = house.whole_company()
    for number in range(4):
        told = [{"code": code, "zh": f"信息{code}", "en": f"Message {code}"} for code in "ab"]
        company.add("product", f"new {number}", name=f"新药{number}", filed_until="2027-03-31", messages=told)
    if wanted != language.current():
        language.apply_language(dressed, wanted)
    with seated(tmp_path / "store", company, *house.REP, qtbot) as (window, _laptop):
        window.resize(1366, 768)
        window.navigate("visit", id=company.ids["p1"])
        house.shown(qtbot, window)
        if visit == "late":
            page = window.page("visit")
            assert isinstance(page, VisitPage)
            page.editor.day.pick(house.day_before(2).isoformat())
            house.shown(qtbot, window)
        step = window.findChild(QWidget, "visit_next_step_edit")
        assert step is not None
        area = _scrolls(step)
        shown = QRect(area.viewport().mapTo(window, QPoint(0, 0)), area.viewport().size())
        assert shown.contains(QRect(step.mapTo(window, QPoint(0, 0)), step.size()))


@pytest.mark.parametrize("wanted", ["zh", "en"])
def test_what_fields_of_a_report_ask_for_is_not_cut(qtbot: QtBot, dressed: QApplication, sit: Sit, wanted: str) -> None:
    if wanted != language.current():
        language.apply_language(dressed, wanted)
    window, laptop = sit(*house.REP)
    window.resize(1366, 768)
    window.navigate("visit", id=laptop.company.ids["p1"])
    house.shown(qtbot, window)
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    form = page.editor.form
    form.adverse.choose("yes")
    form.channel.choose("meeting")
    for edit in (form.heard, form.doctors.picker.edit):
        qtbot.waitUntil(edit.isVisible)
        room = edit.width() - (edit.sizeHint().width() - edit.fontMetrics().horizontalAdvance("x" * 17))
        said = edit.fontMetrics().horizontalAdvance(edit.placeholderText())
        assert said <= room, (edit.placeholderText(), said, room)


def _scrolls(widget: QWidget) -> QScrollArea:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    assert above is not None
    return above


def _hover(view: QAbstractItemView, row: int, column: int) -> str:
    """Rest the mouse on an entry; returns what the tip says."""
    index = view.model().index(row, column)
    at = view.visualRect(index).center()
    QToolTip.hideText()
    event = QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    return re.sub("<[^>]*>", "", QToolTip.text())


def test_what_ends_in_dots_is_shown_whole_by_the_mouse(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = sit(*house.REP)
    window.resize(1366, 768)
    next(one for one in house.places() if one.name == "today").show(window, laptop)
    house.shown(qtbot, window)
    window.grab()
    rows = window.findChild(QAbstractItemView, "today_list")
    assert rows is not None
    tips = [_hover(rows, row, 0) for row in range(rows.model().rowCount())]
    assert any("周二、周四 09:00–11:30，需在门诊办登记" in tip for tip in tips), "the house rules had no room"
    assert "" in tips, "a row with room for all says nothing twice"
    next(one for one in house.places() if one.name == "customers").show(window, laptop)
    house.shown(qtbot, window)
    table = window.findChild(QTableView, "customers_table")
    assert table is not None
    assert {_hover(table, row, 0) for row in range(table.model().rowCount())} == {""}, "long names stand in two lines"
    table.setColumnWidth(0, table.columnWidth(0) * 2 // 3)
    tips = [_hover(table, row, 0) for row in range(table.model().rowCount())]
    assert "&lt;b&gt;任&lt;/b&gt;一 &lt;img src=x&gt;" in tips
    assert "" in tips
    next(one for one in house.places() if one.name == "plan").show(window, laptop)
    house.shown(qtbot, window)
    block = window.findChild(VisitBlock)
    assert block is not None
    assert block.accessibleName() in html.unescape(block.toolTip())


@pytest.mark.parametrize("wanted", ["zh", "en"])
@pytest.mark.parametrize("who", [house.REP, house.MANAGER], ids=lambda who: who[1])
def test_no_label_is_cut_at_1366_by_768(
    qtbot: QtBot, dressed: QApplication, sit: Sit, who: tuple[str, str], wanted: str
) -> None:
    window, laptop = sit(*who)
    window.resize(1366, 768)
    if wanted != language.current():
        language.apply_language(dressed, wanted)
    told = []
    for place in (one for one in house.places() if one.role == who):
        place.show(window, laptop)
        house.shown(qtbot, window)
        below = [one for one in window.findChildren(Split) if one.isVisible() and one.orientation() != ACROSS]
        told += [f"{place.name}: the detail went below the list" for _split in below]
        below_side = [one for one in window.findChildren(MainAndSide) if one.isVisible() and one.below]
        told += [f"{place.name}: the cards went below" for _side in below_side]
        told += [f"{place.name}: {cut}" for cut in _cut(window)]
    assert not told, "\n".join(told)


def _cut(window: QWidget) -> Iterator[str]:
    for label in window.findChildren(QLabel):
        plain = label.isVisible() and label.text() and not isinstance(label, ElidedLabel)
        if plain and not label.wordWrap() and label.sizeHint().width() > label.width() + 1:
            yield f"{label.text()!r} has {label.width()}, needs {label.sizeHint().width()}"
        if plain and label.wordWrap() and label.heightForWidth(label.width()) > label.height() + 1:
            yield f"{label.text()!r} lacks a line"


@pytest.mark.parametrize("wanted", ["zh", "en"])
def test_in_january_the_days_of_december_have_room_for_their_year(
    qtbot: QtBot, dressed: QApplication, sit: Sit, wanted: str
) -> None:
    with time_machine.travel(datetime(2027, 1, 2, 9, tzinfo=UTC)):
        window, laptop = sit(*house.REP)
        window.resize(1366, 768)
        if wanted != language.current():
            language.apply_language(dressed, wanted)
        told = []
        for place in (one for one in house.places() if one.name in ("visit_report", "visit_submitted", "doctor")):
            place.show(window, laptop)
            house.shown(qtbot, window)
            assert any("2026" in label.text() for label in window.findChildren(QLabel) if label.isVisible())
            told += [f"{place.name}: {cut}" for cut in _cut(window)]
    assert not told, "\n".join(told)


def test_what_is_taller_than_the_window_comes_into_sight_with_the_focus(qtbot: QtBot, dressed: QApplication) -> None:
    """Its beginning is shown when Tab goes there; whoever sees a part of it already isn't moved."""
    inner = QWidget()
    first, tall = QPushButton("first"), QPlainTextEdit()
    first.setFixedHeight(700)
    tall.setFixedHeight(900)
    column = QVBoxLayout(inner)
    column.addWidget(first)
    column.addWidget(tall)
    room = Room(inner)
    qtbot.addWidget(room)
    room.resize(400, 400)
    room.show()
    qtbot.waitExposed(room)
    room.activateWindow()
    bar = room.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 900)
    first.setFocus()
    bar.setValue(0)
    tall.setFocus()
    qtbot.waitUntil(lambda: 0 <= tall.mapTo(room.viewport(), QPoint(0, 0)).y() <= 16)
    bar.setValue(bar.maximum())
    room.setFocus()
    first.setFocus()
    assert 0 <= first.mapTo(room.viewport(), QPoint(0, 0)).y() <= 16, "what is above is shown from its beginning too"
    bar.setValue(first.height() // 2)
    tall.setFocus()
    assert bar.value() == first.height() // 2, "a part of it was seen already"


def test_what_the_collector_takes_apart_is_quiet_when_the_focus_leaves_it(
    qtbot: QtBot, dressed: QApplication, capfd: pytest.CaptureFixture[str]
) -> None:
    inner = QWidget()
    edit = QLineEdit()
    QVBoxLayout(inner).addWidget(edit)
    window = QWidget()
    room = Room(inner)
    QVBoxLayout(window).addWidget(room)
    qtbot.addWidget(window)
    window.show()
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    room.__dict__.clear()  # the collector's first step; destroying the window, which moves the focus, is its second
    edit.clearFocus()
    room.horizontalScrollBar().setRange(0, 7)
    assert "AttributeError" not in capfd.readouterr().err
