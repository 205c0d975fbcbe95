"""The list of visits by progress: reports to write, what lies ahead, what was submitted; exported as it is shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from crmdesk.services.reads_visits import VISIT_GROUPS
from crmdesk.ui import language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.export_dialog import ExportDialog
from crmdesk.ui.pages.visit_page import VisitPage
from tests.ui.customers.laptop import Laptop
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit


def the_list(qtbot: QtBot, window: MainWindow) -> VisitPage:
    window.navigate("visit")
    house.shown(qtbot, window)
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    return page


def keys_of(page: VisitPage) -> list[str]:
    return [row.key for row in page.list._model._rows]


def of_group(laptop: Laptop, group: str) -> list[str]:
    return [item.visit.id for item in laptop.desk.ask(lambda reads: reads.visits(group=group)).result()]


def test_the_arrow_keys_narrow_the_list(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = sit(*house.REP)
    page = the_list(qtbot, window)
    everything = keys_of(page)
    assert page.list.rows.hasFocus(), "Enter opens the newest one that is not ahead"
    ahead = of_group(laptop, "ahead")
    assert ahead
    assert page.list.rows.current_key() == next(one for one in everything if one not in ahead)
    page.list.group_choice.setFocus()
    for group in ("to_write", "ahead", "submitted"):
        QTest.keyClick(page.list.group_choice, Qt.Key.Key_Right)
        assert page.list.group == group
        wanted = of_group(laptop, group)
        qtbot.waitUntil(lambda wanted=wanted: keys_of(page) == wanted)
    assert set(keys_of(page)) < set(everything)
    QTest.keyClick(page.list.group_choice, Qt.Key.Key_Backspace)
    assert page.list.group_choice.value() == "all"
    qtbot.waitUntil(lambda: keys_of(page) == everything)


def test_a_group_without_visits_says_so_and_leads_back(qtbot: QtBot, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    window, _laptop = sit(*house.REP)
    monkeypatch.setitem(VISIT_GROUPS, "ahead", " AND 0")
    page = the_list(qtbot, window)
    everything = keys_of(page)
    page.list.group_choice.choose("ahead")
    qtbot.waitUntil(lambda: not page.list.rows.isVisible())
    button = page.list._empty.findChild(QAbstractButton)
    assert button is not None
    button.click()
    qtbot.waitUntil(lambda: keys_of(page) == everything)


def test_what_is_exported_is_what_is_shown(qtbot: QtBot, sit: Sit) -> None:
    window, _laptop = sit(*house.REP)
    page = the_list(qtbot, window)
    page.list.group_choice.choose("submitted")
    page.export()
    dialog = page.findChild(ExportDialog)
    assert dialog is not None
    assert dialog._wanted.text == "submitted"
    dialog.reject()


def test_a_toast_covers_no_button_also_of_the_next_page(qtbot: QtBot, sit: Sit) -> None:
    window, _laptop = sit(*house.MANAGER)
    window.resize(1100, 700)
    window.navigate("approvals")
    house.shown(qtbot, window)
    window.navigate("today")
    house.shown(qtbot, window)
    toast = window.toast_part

    def covered() -> list[str]:
        place = QRect(toast.mapTo(window, QPoint(0, 0)), toast.size())
        others = (one for one in window.findChildren(QAbstractButton) if not toast.isAncestorOf(one))
        return [
            one.objectName()
            for one in others
            if one.isVisible() and QRect(one.mapTo(window, QPoint(0, 0)), one.size()).intersects(place)
        ]

    window.toast("一句相当长的话，它在右下角占很多地方，比按钮之间的空处宽得多，也不能更短，因为都是实话。")
    assert covered() == []
    window.navigate("approvals")
    assert toast.isVisible()
    qtbot.waitUntil(lambda: covered() == [])
    assert toast.isVisible()
    assert window.rect().contains(QRect(toast.mapTo(window, QPoint(0, 0)), toast.size()))


def test_the_chosen_row_stays_in_sight_where_the_window_shows_little_of_the_list(qtbot: QtBot, sit: Sit) -> None:
    window, _laptop = sit(*house.REP)
    window.setMinimumSize(1, 1)
    window.resize(683, 340)
    page = the_list(qtbot, window)
    rows = page.list.rows

    def in_sight() -> bool:
        seen = rows.viewport().visibleRegion().boundingRect()
        return seen.contains(rows.visualRect(rows.currentIndex()))

    QTest.keyClick(rows, Qt.Key.Key_End)
    assert rows.currentIndex().row() == rows.model().rowCount() - 1
    qtbot.waitUntil(in_sight)
    chosen = rows.current_key()
    theme.choose("dark")
    language.choose("en")
    qtbot.waitUntil(lambda: page.title == "Visits")
    assert rows.current_key() == chosen
    qtbot.waitUntil(in_sight)
    QTest.keyClick(rows, Qt.Key.Key_Home)
    qtbot.waitUntil(in_sight)
