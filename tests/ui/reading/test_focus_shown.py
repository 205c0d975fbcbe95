"""Whoever uses the keyboard sees where they are: everything that Tab reaches looks different while it has the focus."""

from __future__ import annotations

from operator import ne

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import theme
from crmdesk.ui.pages.page import Page
from crmdesk.ui.parts.focus_ring import FocusRing
from crmdesk.ui.parts.split import ScrollArea
from crmdesk.ui.parts.tabs import Tabs
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit
from tests.ui.reading.test_tab_order import jumps, named, stops, unreachable

_AROUND, _AROUND_CARD, _LEAST = 4, 18, 12
"""How far around a control its focus may be drawn, around one that fills a card, and how many points must differ."""


def picture(window: QWidget, box: QRect) -> QImage:
    """Return a part of the window as it is drawn, four bytes a point."""
    return window.grab(box.intersected(window.rect())).toImage().convertToFormat(QImage.Format.Format_RGB32)


def differing(one: QImage, other: QImage) -> int:
    """Return how many points of two pictures differ, all told."""
    if one.size() != other.size():
        return one.width() * one.height()
    points, others = bytes(one.constBits()), bytes(other.constBits())
    if points == others:
        return 0
    return sum(map(ne, memoryview(points).cast("I"), memoryview(others).cast("I")))


def without_focus_looks_the_same(window: QWidget, control: QWidget) -> bool:
    """Say whether nobody sees that a control has the focus: it looks as it does while another one has it."""
    around = _AROUND_CARD if isinstance(control, ScrollArea) else _AROUND
    box = QRect(control.mapTo(window, QPoint(0, 0)), control.size()).adjusted(-around, -around, around, around)
    if isinstance(control, QLineEdit | QPlainTextEdit):
        return False  # the cursor blinks there; their border is one rule of the style sheet
    control.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    with_it = picture(window, box)
    elsewhere = window.findChild(QWidget, "search_field") or window
    if elsewhere is control:
        elsewhere = next(one for one in window.findChildren(QWidget) if one.focusPolicy() and one is not control)
    elsewhere.setFocus(Qt.FocusReason.OtherFocusReason)
    QApplication.processEvents()
    return differing(with_it, picture(window, box)) < _LEAST


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize("place", house.places(), ids=lambda place: place.name)
def test_tab_reaches_everything_as_the_eye_goes_and_the_focus_is_seen(
    qtbot: QtBot, dressed: QApplication, sit: Sit, place: house.Place, look: str
) -> None:
    window, laptop = sit(*place.role)
    if look != theme.theme_choice():
        theme.apply_theme(dressed, look)
    place.show(window, laptop)
    house.shown(qtbot, window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    reached = stops(window)
    lost, against = unreachable(window, reached), jumps(reached, window.page(place.page))
    assert not lost, "\n".join(lost)
    assert not against, "\n".join(against)
    unseen = [one for one in reached if not isinstance(one, Page) and without_focus_looks_the_same(window, one)]
    assert not unseen, list(map(named, unseen))


def test_the_ring_of_tabs_keeps_off_their_letters(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    tabs = Tabs()
    layout = QVBoxLayout(page)
    layout.addWidget(tabs)
    tabs.set_tabs(["建议", "不在岗"])
    page.show()
    qtbot.waitUntil(tabs.isVisible)
    tabs.setFocus(Qt.FocusReason.TabFocusReason)
    ring = page.findChild(FocusRing)
    assert ring is not None
    qtbot.waitUntil(ring.isVisible)
    assert ring.mapTo(page, QPoint()).x() + 5 < tabs.mapTo(page, QPoint()).x()
    layout.setContentsMargins(40, 40, 40, 40)
    qtbot.waitUntil(lambda: tabs.x() == 40)
    assert ring.geometry() == tabs.geometry().adjusted(-8, 0, 8, 0), "it follows"
