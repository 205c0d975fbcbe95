"""Everything that can be driven is reached by Tab and arrows, and Tab goes as the eye does: down, then to the right."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui.pages.page import Page
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.week_grid import VisitBlock
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit

_MOST = 200


def stops(window: QWidget) -> list[QWidget]:
    """Press Tab until it comes round; returns what had the focus, in order."""
    found: list[QWidget] = []
    for _press in range(_MOST):
        focus = QApplication.focusWidget()
        QTest.keyClick(focus or window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus is None or (focus in found[:1] and len(found) > 1):
            break
        if focus not in found[-1:]:  # a time has two parts, and Tab goes from one to the other
            found.append(focus)
    return found


def unreachable(window: QWidget, reached: list[QWidget]) -> list[str]:
    """Return the controls that can be seen but not reached: chips by the arrows of their group, blocks too."""
    there = [one for one in window.findChildren(QWidget) if one.isVisible() and one.isEnabled() and _drivable(one)]
    return [named(one) for one in there if not any(one is other or _leads_to(other, one) for other in reached)]


def _drivable(widget: QWidget) -> bool:
    own = widget.window() is not None and not isinstance(widget, QScrollBar)
    return own and isinstance(widget, QAbstractButton | QLineEdit | QPlainTextEdit | Picklist)


def _leads_to(reached: QWidget, wanted: QWidget) -> bool:
    """Say whether the arrows lead from one to the other, or one is the inside of the other (the text of a box)."""
    if isinstance(wanted, VisitBlock):
        return reached.objectName() == "week_grid" or isinstance(reached, VisitBlock)
    return reached.isAncestorOf(wanted) or wanted.isAncestorOf(reached)


def jumps(reached: list[QWidget], page: QWidget) -> list[str]:
    """Return where Tab goes against the eye: back up in the same column, or back left in the same line."""
    told = []
    inside = [one for one in reached if page.isAncestorOf(one)]
    first = min(inside, key=lambda one: (_place(one).top(), _place(one).left()), default=None)
    for before, after in pairwise(inside):
        if after is first or (_in_header(after, page) and not _in_header(before, page)):
            continue  # it came round
        one, other = _place(before), _place(after)
        same_column = one.left() < other.right() and other.left() < one.right()
        same_line = one.top() < other.bottom() and other.top() < one.bottom()
        if (same_column and other.bottom() <= one.top()) or (same_line and other.right() <= one.left()):
            told.append(f"{named(before)} {one.getRect()} → {named(after)} {other.getRect()}")
    return told


def _in_header(widget: QWidget, page: QWidget) -> bool:
    return isinstance(page, Page) and page.header.isAncestorOf(widget)


def _place(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


def named(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName()!r}"


def test_down_leads_from_the_filter_into_the_list(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = sit(*house.REP)
    next(one for one in house.places() if one.name == "customers").show(window, laptop)
    house.shown(qtbot, window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field = window.findChild(QLineEdit, "customers_filter_edit")
    assert field is not None
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.objectName() == "customers_table"


def test_tab_meets_the_doctors_of_a_meeting_where_they_stand(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = sit(*house.REP)
    next(one for one in house.places() if one.name == "visit_report").show(window, laptop)
    house.shown(qtbot, window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    channel = window.findChild(Picklist, "visit_channel")
    assert channel is not None
    channel.choose("meeting")
    field = window.findChild(QLineEdit, "visit_add_doctor_edit")
    assert field is not None
    qtbot.waitUntil(field.isVisible)
    reached = stops(window)
    order = [one.objectName() for one in reached]
    assert order.index("visit_joint") < order.index("visit_attendance") < order.index("visit_add_doctor_edit")
    assert order.index("visit_add_doctor_edit") < order.index("visit_note_edit")
    assert jumps(reached, window.page("visit")) == []


def test_another_week_leaves_the_classes_where_they_stand_in_the_order(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = sit(*house.REP)
    next(one for one in house.places() if one.name == "plan").show(window, laptop)
    house.shown(qtbot, window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(window.focusWidget(), key, Qt.KeyboardModifier.ControlModifier)
        house.shown(qtbot, window)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Home)
    assert isinstance(QApplication.focusWidget(), VisitBlock)
    reached = stops(window)
    order = [one.objectName() for one in reached]
    assert order[:3] == ["plan_class_A_button", "plan_class_B_button", "plan_tabs"], "what stands beside the calendar"
    assert jumps(reached, window.page("plan")) == []
