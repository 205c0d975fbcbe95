"""Every dialog, opened once a language: it can be read, Tab goes through it, the focus is seen, nothing is hidden."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from crmdesk.ui import language
from crmdesk.ui.parts.chips import Picklist
from tests.ui.reading import house
from tests.ui.reading.accessible_tree import spoken
from tests.ui.reading.conftest import Sit
from tests.ui.reading.test_focus_shown import without_focus_looks_the_same
from tests.ui.reading.test_screen_reader import data_of, faults, untranslated
from tests.ui.reading.test_tab_order import jumps, named, stops, unreachable


@pytest.mark.parametrize("asked", house.dialogs(), ids=lambda asked: asked.name)
def test_it_can_be_read_and_tab_goes_through_it_as_the_eye_does(qtbot: QtBot, sit: Sit, asked: house.Asked) -> None:
    window, laptop = sit(*asked.place.role)
    dialog = asked.open(window, laptop, qtbot)
    assert dialog.windowTitle()
    found = spoken(dialog)
    assert len(found) >= 3
    assert faults(found) == []
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    reached = stops(dialog)
    lost, against = unreachable(dialog, reached), jumps(reached, dialog)
    assert not lost, "\n".join(lost)
    assert not against, "\n".join(against)
    last = QApplication.focusWidget()
    unseen = [one for one in reached if without_focus_looks_the_same(dialog, one)]
    assert not unseen, list(map(named, unseen))
    (last or dialog).setFocus()
    QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible())
    focus = window.focusWidget()
    assert focus is not None, "nothing has the keys"
    assert not window._rail.isAncestorOf(focus), named(focus)


@pytest.mark.parametrize("asked", house.dialogs(), ids=lambda asked: asked.name)
def test_it_can_be_read_in_english_and_hides_no_chip(
    qtbot: QtBot, dressed: QApplication, sit: Sit, asked: house.Asked
) -> None:
    """Longer words break into more lines: the dialog has to be as high as they need."""
    window, laptop = sit(*asked.place.role)
    language.apply_language(dressed, language.ENGLISH)
    dialog = asked.open(window, laptop, qtbot)
    assert dialog.windowTitle()
    found = spoken(dialog)
    assert len(found) >= 3
    assert faults(found) == []
    assert untranslated(found, data_of(laptop)) == []
    hidden = []
    for group in dialog.findChildren(Picklist):
        chips = [one for one in group.findChildren(QWidget) if one.isVisible() and one.accessibleName()]
        hidden += [one.accessibleName() for one in chips if one.visibleRegion().boundingRect() != one.rect()]
    assert not hidden
    dialog.reject()
