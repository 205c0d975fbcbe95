"""The wheel on a small screen: what scrolls within a page gives it on at its end, and no choice is changed by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QApplication, QComboBox, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts import room
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.number_box import NumberBox, TimeBox
from crmdesk.ui.parts.room import Room
from crmdesk.ui.parts.split import ScrollPage
from crmdesk.ui.parts.tabs import Tabs
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit

_SCREEN, _SMALLEST = QSize(894, 445), QSize(667, 304)
_NOTCH = 120


@pytest.fixture(autouse=True)
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen on which 1366 x 768 is drawn at 150 %."""
    monkeypatch.setattr(room, "room_for", lambda _window: _SCREEN)


def turn(widget: QWidget, notches: int) -> None:
    """Turn the wheel above the middle of what is seen of a widget; down is positive. The hand stays where it is."""
    handle = widget.window().windowHandle()
    assert handle is not None
    at = widget.mapTo(widget.window(), widget.visibleRegion().boundingRect().center())
    for _notch in range(abs(notches)):
        QTest.wheelEvent(handle, QPointF(at), QPoint(0, -_NOTCH if notches > 0 else _NOTCH))
        QApplication.processEvents()


def inner(page: QWidget) -> Iterator[QAbstractScrollArea]:
    """Yield what scrolls by itself within a page."""
    for one in page.findChildren(QAbstractScrollArea):
        if one.isVisible() and one.verticalScrollBar().maximum() > 0:
            yield one


@pytest.mark.parametrize("who", [house.REP, house.MANAGER], ids=lambda who: who[1])
def test_what_scrolls_within_a_page_gives_the_wheel_on_at_its_end(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, sit: Sit, who: tuple[str, str]
) -> None:
    """At 200 %: larger screens have room, or the page alone scrolls."""
    monkeypatch.setattr(room, "room_for", lambda _window: _SMALLEST)
    window, laptop = sit(*who)
    bar = window._room.verticalScrollBar()
    tried, stuck = set(), []
    for place in (one for one in house.places() if one.role == who):
        place.show(window, laptop)
        house.shown(qtbot, window)
        for area in inner(window.page(place.page)) if bar.maximum() else ():
            for end, notches in ((bar.maximum(), 1), (bar.minimum(), -1)):
                bar.setValue(bar.minimum() if notches > 0 else bar.maximum())
                if area.viewport().visibleRegion().isEmpty():
                    continue
                own = area.verticalScrollBar()
                own.setValue(own.maximum() if notches > 0 else own.minimum())
                turn(area.viewport(), 60 * notches)
                tried.add(place.name)
                if bar.value() != end:
                    stuck.append(f"{place.name}: {area.objectName() or type(area).__name__} {notches}: {bar.value()}")
    assert tried, "some page scrolls at this size"
    assert stuck == []


@pytest.mark.parametrize("who", [house.REP, house.MANAGER], ids=lambda who: who[1])
def test_the_wheel_changes_nothing_that_is_chosen(
    qtbot: QtBot, dressed: QApplication, sit: Sit, who: tuple[str, str]
) -> None:
    window, laptop = sit(*who)
    tried, changed = 0, []
    for place in (one for one in house.places() if one.role == who):
        place.show(window, laptop)
        house.shown(qtbot, window)
        for control, value in _controls(window):
            before = value()
            for notches in (3, -3):
                turn(control, notches)
                tried += 1
                if value() != before:
                    changed.append(f"{place.name}: {control.objectName() or type(control).__name__}")
    assert tried
    assert changed == []


def _controls(window: MainWindow) -> Iterator[tuple[QWidget, Callable[[], object]]]:
    for one in window.findChildren(QWidget):
        if not one.isVisible() or not one.isEnabled() or one.visibleRegion().isEmpty():
            continue
        if isinstance(one, QComboBox | QTabBar):
            yield one, one.currentIndex
        elif isinstance(one, QAbstractSpinBox):
            yield one, one.text


@pytest.mark.parametrize("wanted", ["zh", "en"])
@pytest.mark.parametrize("name", ["visit_report", "visit_submitted"])
def test_a_report_that_stands_in_a_page_that_scrolls_does_not_scroll_by_itself(
    qtbot: QtBot, dressed: QApplication, sit: Sit, name: str, wanted: str
) -> None:
    if wanted != language.current():
        language.apply_language(dressed, wanted)
    window, laptop = sit(*house.REP)
    next(one for one in house.places() if one.name == name).show(window, laptop)
    house.shown(qtbot, window)
    page: Any = window.page("visit")
    assert window._room.verticalScrollBar().maximum() > 0
    assert page.editor._room.verticalScrollBar().maximum() == 0
    assert page.editor.form.visibleRegion().boundingRect().height() > 100


@pytest.mark.parametrize("wanted", ["zh", "en"])
@pytest.mark.parametrize("who", [house.REP, house.MANAGER], ids=lambda who: who[1])
def test_nothing_scrolls_within_a_page_that_scrolls(
    qtbot: QtBot, dressed: QApplication, sit: Sit, who: tuple[str, str], wanted: str
) -> None:
    if wanted != language.current():
        language.apply_language(dressed, wanted)
    window, laptop = sit(*who)
    told = []
    for place in (one for one in house.places() if one.role == who):
        place.show(window, laptop)
        house.shown(qtbot, window)
        if window._room.verticalScrollBar().maximum() > 0:
            told += [f"{place.name}: {type(one).__name__} {one.objectName()}" for one in inner(window.page(place.page))]
    assert told == []


def test_a_doctor_in_a_low_window_is_read_to_the_end_by_the_arrows(qtbot: QtBot, sit: Sit) -> None:
    """Each tab, and the form; with room again card and cards scroll by themselves."""
    window, laptop = sit(*house.REP)
    next(one for one in house.places() if one.name == "doctor").show(window, laptop)
    house.shown(qtbot, window)
    page: Any = window.page("doctor")
    bar = window._room.verticalScrollBar()
    for tab, area in enumerate(page._tab_areas[:-1]):
        page._tabs.setCurrentIndex(tab)
        house.shown(qtbot, window)
        assert area.verticalScrollBar().maximum() == 0
        bar.setValue(0)
        area.setFocus()
        for _time in range(60):
            QTest.keyClick(area, Qt.Key.Key_Down)
        assert bar.value() == bar.maximum(), tab
        QTest.keyClick(area, Qt.Key.Key_PageUp)
        assert bar.value() < bar.maximum() or not bar.maximum()
    page.edit()
    house.shown(qtbot, window)
    assert list(inner(page)) == []
    window.setMinimumSize(0, 0)
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert page._tab_areas[-1].verticalScrollBar().maximum() > 0


@pytest.mark.parametrize(
    "name", ["visit", "import", "customers", "today", "expenses", "sync", "settings", "plan", "institution"]
)
def test_a_page_that_has_its_room_does_not_scroll_beside_its_own_list(qtbot: QtBot, sit: Sit, name: str) -> None:
    window, laptop = sit(*house.REP)
    report = next(one for one in house.places() if one.name == "visit_report")
    for place in (report, next(one for one in house.places() if one.name == name)):
        place.show(window, laptop)
        house.shown(qtbot, window)
    assert window._room.verticalScrollBar().maximum() == 0, "what another part of the page needs is not asked for"


def _tabs() -> Tabs:
    made = Tabs()
    for word in ("一", "二", "三"):
        made.addTab(word)
    made.setCurrentIndex(1)
    return made


def _dropdown() -> DropDown:
    made = DropDown()
    made.addItems(["一", "二", "三"])
    made.setCurrentIndex(1)
    return made


_MADE: dict[str, tuple[Callable[[], QWidget], str]] = {
    "dropdown": (_dropdown, "currentIndex"),
    "number": (lambda: NumberBox("number", 0, 9, 4), "value"),
    "time": (lambda: TimeBox("time", 600), "text"),
    "tabs": (_tabs, "currentIndex"),
}


@pytest.mark.parametrize("kind", sorted(_MADE))
@pytest.mark.parametrize("focused", [False, True])
def test_the_wheel_above_a_choice_scrolls_what_is_around_it(qtbot: QtBot, kind: str, focused: bool) -> None:
    make, value = _MADE[kind]
    page, control, tall = ScrollPage(), make(), QWidget()
    qtbot.addWidget(page)
    tall.setFixedHeight(3000)
    page.content.addWidget(control)
    page.content.addWidget(tall)
    page.resize(400, 300)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() > 0)
    page.activateWindow()
    if focused:
        control.setFocus()
    before, focus = getattr(control, value)(), page.focusWidget()
    turn(control, 1)
    assert getattr(control, value)() == before
    assert page.verticalScrollBar().value() > 0
    assert page.focusWidget() is focus, "the wheel takes the keys nowhere"


def test_a_room_scrolls_by_the_wheel(qtbot: QtBot) -> None:
    tall = QWidget()
    tall.setMinimumHeight(2000)
    around = Room(tall)
    qtbot.addWidget(around)
    around.resize(300, 200)
    with qtbot.waitExposed(around):
        around.show()
    turn(tall, 1)
    assert around.verticalScrollBar().value() > 0
