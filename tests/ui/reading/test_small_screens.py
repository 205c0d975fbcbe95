"""Screens smaller than a window would like: nothing lies beyond, nothing is squeezed, all can be scrolled to."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts import room
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.label import ElidedLabel
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.parts.rows import RowList
from crmdesk.ui.parts.split import ScrollArea
from crmdesk.ui.sign_in import SignInWindow
from tests.ui.customers.laptop import NoSession, type_text
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit

SCREENS = {"150": QSize(894, 445), "200": QSize(667, 304)}
"""What 1366 x 768 with a task bar gives a window at 150 % and 200 %."""
LEAST_LIST = 230


@pytest.fixture(params=SCREENS, ids=lambda scale: f"{scale} %")
def screen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> QSize:
    """A screen on which 1366 x 768 is drawn larger."""
    size = SCREENS[request.param]
    monkeypatch.setattr(room, "room_for", lambda _window: size)
    return size


def _squeezed(window: QWidget) -> list[str]:
    """Return what has less room than it needs and cannot be scrolled to."""
    told = []
    for area in window.findChildren(ScrollArea):
        inner = area.widget()
        if area.isVisible() and inner is not None and inner.minimumSizeHint().width() > area.viewport().width():
            told.append(f"{area.objectName()}: {area.viewport().width()} for {inner.minimumSizeHint().width()}")
    return told


@pytest.mark.parametrize("wanted", ["zh", "en"])
@pytest.mark.parametrize("who", [house.REP, house.MANAGER], ids=lambda who: who[1])
def test_no_page_is_squeezed(
    qtbot: QtBot, dressed: QApplication, sit: Sit, screen: QSize, who: tuple[str, str], wanted: str
) -> None:
    window, laptop = sit(*who)
    assert (window.width(), window.height()) == (screen.width(), screen.height())
    if wanted != language.current():
        language.apply_language(dressed, wanted)
    told = []
    for place in (one for one in house.places() if one.role == who):
        place.show(window, laptop)
        house.shown(qtbot, window)
        page = window.page(place.page)
        assert (window.width(), window.height()) == (screen.width(), screen.height()), place.name
        if not QRect(QPoint(0, 0), page.size()).contains(QRect(QPoint(0, 0), page.minimumSizeHint())):
            told.append(f"{place.name}: {page.size()} for {page.minimumSizeHint()}")
        told += [f"{place.name}: {one}" for one in _squeezed(page)]
        bars = (window._room.horizontalScrollBar(), window._room.verticalScrollBar())
        sideways = bars[0].maximum()
        told += [
            f"{place.name}: {one.text()} has {one.geometry()}, needs {one.sizeHint()}"
            for one in _pressed_together(page)
        ]
        told += [f"{place.name}: a list of {one.width()}" for one in page.findChildren(RowList) if _narrow(one)]
        told += [f"{place.name}: the chosen row is cut" for one in page.findChildren(RowList) if _chosen_is_cut(one)]
        told += [f"{place.name}: cut: {one.text()}" for one in page.findChildren(ElidedLabel) if _heading_is_cut(one)]
        told += [f"{place.name}: {sideways} beyond the right edge"] if sideways else []
        told += [f"{place.name}: opens at {bar.value()}" for bar in bars if bar.value()]
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Shift)
        told += [f"{place.name}: out of sight: {one.objectName() or one}" for one in _lost_focus(window)]
    assert not told, "\n".join(told)


def _pressed_together(page: QWidget) -> list[Button]:
    """Return the buttons that have less room than what they show, or end beyond what holds them."""
    shown = [one for one in page.findChildren(Button) if one.isVisible()]
    return [
        one
        for one in shown
        if one.width() < one.sizeHint().width() or not one.parentWidget().rect().contains(one.geometry())
    ]


def _narrow(rows: RowList) -> bool:
    return rows.isVisible() and rows.width() < LEAST_LIST


def _chosen_is_cut(rows: RowList) -> bool:
    """Say whether the window shows enough of a list for its chosen row, and not that row."""
    seen, row = rows.viewport().visibleRegion().boundingRect(), rows.visualRect(rows.currentIndex())
    return rows.currentIndex().isValid() and seen.height() >= row.height() and not seen.contains(row)


def _heading_is_cut(label: ElidedLabel) -> bool:
    """Say whether who or what a page is about ends in dots: names of usual length have room at any size."""
    return label.isVisible() and label.property("role") == "subject" and label.width() < label.sizeHint().width() - 2


def _lost_focus(window: MainWindow) -> list[QWidget]:
    focus = window.focusWidget()
    return [] if focus is None or not focus.visibleRegion().isEmpty() else [focus]


@pytest.mark.parametrize("asked", house.dialogs(), ids=lambda asked: asked.name)
def test_every_dialog_fits_and_shows_its_buttons(qtbot: QtBot, sit: Sit, screen: QSize, asked: house.Asked) -> None:
    window, laptop = sit(*asked.place.role)
    dialog = asked.open(window, laptop, qtbot)
    assert dialog.width() <= screen.width(), dialog.size()
    assert dialog.height() <= screen.height(), dialog.size()
    areas = dialog.findChildren(room.Room)
    assert all(area.verticalScrollBar().value() == 0 for area in areas), "it opens at its heading"
    buttons = [one for one in dialog.findChildren(Button) if one.isVisible()]
    foot = max((one for one in buttons if not any(area.isAncestorOf(one) for area in areas)), key=_bottom)
    assert not foot.visibleRegion().isEmpty(), foot.text()
    assert _bottom(foot) <= dialog.height(), foot.text()
    row = sorted((one for one in buttons if _bottom(one) == _bottom(foot)), key=lambda one: one.x())
    for left, right in itertools.pairwise(row):
        assert right.x() - left.geometry().right() > 8, f"{left.text()} touches {right.text()}"
    assert dialog.focusWidget() not in row, "the keys begin with what is asked, not with giving up"
    _close(dialog)


def test_what_a_form_says_stays_above_its_buttons_and_the_form_keeps_its_room(
    qtbot: QtBot, sit: Sit, screen: QSize
) -> None:
    """The button said 'not the same one, make it all the same', and who is the same stood below the edge."""
    asked = next(one for one in house.dialogs() if one.name == "new_doctor")
    window, laptop = sit(*asked.place.role)
    dialog = asked.open(window, laptop, qtbot)
    (area,) = dialog.findChildren(room.Room)
    height = dialog.height()
    type_text(dialog.focusWidget(), "曾庆华")
    banner = dialog.findChild(Banner, "new_doctor_banner")
    assert banner is not None
    qtbot.waitUntil(lambda: "同名医生" in banner.text)
    qtbot.waitUntil(lambda: banner.visibleRegion().boundingRect().size() == banner.size())
    assert not area.isAncestorOf(banner)
    assert dialog.height() == height, "all the room that the screen has"
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    focus = dialog.focusWidget()
    assert focus is not None
    qtbot.waitUntil(lambda: not focus.visibleRegion().isEmpty())
    _close(dialog)


def _bottom(button: Button) -> int:
    return button.mapTo(button.window(), QPoint(0, button.height())).y()


def _close(dialog: QDialog) -> None:
    dialog.reject()


def test_the_first_sign_in_fits(qtbot: QtBot, dressed: QApplication, screen: QSize) -> None:
    window = SignInWindow(NoSession(), "https://crm.example.org")
    qtbot.addWidget(window)
    window.begin()
    assert window.width() <= screen.width()
    assert window.height() <= screen.height()
    button = window.findChild(Button, "sign_in_button")
    assert button is not None
    button.setFocus()
    qtbot.waitUntil(lambda: not button.visibleRegion().isEmpty())


def test_the_rail_of_a_narrow_window_shows_pictures_and_says_the_pages_by_the_mouse(sit: Sit) -> None:
    window, _laptop = sit(*house.REP)
    item = window.findChild(QWidget, "rail_sync")
    assert item is not None
    wide = item.width()
    window.resize(1100, 700)
    assert item.width() < wide / 2
    assert item.toolTip().startswith("同步")
    window.resize(1366, 768)
    assert item.width() == wide
