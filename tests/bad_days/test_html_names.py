"""A name with HTML in it: everywhere it shows it is itself, and nothing of it is drawn as markup or fetched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QHelpEvent
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customers_page import CustomersPage
from crmdesk.ui.pages.visit_page import VisitPage
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.label import ElidedLabel
from crmdesk.ui.parts.rows import RowList
from tests.ui.customers.laptop import Laptop
from tests.ui.money.conftest import company, manager, rep, seat  # fixtures

DOCTOR = "<b>任</b>一 <img src=x>"
CLAIM = "<b>出租车</b>"
pytestmark = pytest.mark.usefixtures("dressed")
Rep = tuple[MainWindow, Laptop]


def _all_plain(window: QWidget) -> None:
    """Every widget that could read its text as HTML is told not to, and no tool tip carries it raw."""
    for label in window.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or "<" not in label.text(), label.text()
    for widget in window.findChildren(QWidget):
        tip = widget.toolTip()
        assert "<b>" not in tip, tip
        assert "<img" not in tip, tip
    assert [one for one in window.findChildren(QTextEdit) if "<b>" in one.toHtml()] == []


def _shown_in_labels(window: QWidget, text: str) -> bool:
    return any(text in one.text() for one in window.findChildren(QLabel) if one.isVisible())


def test_on_the_doctors_page_in_the_title_and_in_a_toast(rep: Rep, qtbot: QtBot) -> None:
    window, laptop = rep
    window.navigate("doctor", id=laptop.company.ids[DOCTOR])
    qtbot.waitUntil(lambda: window.page("doctor").title == DOCTOR, timeout=10_000)
    qtbot.waitUntil(lambda: _shown_in_labels(window, DOCTOR), timeout=10_000)
    window.navigate("today")
    window.back()
    qtbot.waitUntil(lambda: window.windowTitle() == f"{DOCTOR} · crmdesk", timeout=10_000)
    window.toast(DOCTOR)
    assert window.toast_part.text == DOCTOR
    _all_plain(window)


def test_in_the_list_and_the_palette(rep: Rep, qtbot: QtBot) -> None:
    window, _laptop = rep
    window.navigate("customers")
    page = window.page("customers")
    assert isinstance(page, CustomersPage)
    qtbot.keyClicks(page.filter, "renyi")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1 and page.model.index(0, 0).data() == DOCTOR, timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field, listed = window.findChild(QLineEdit, "palette_field"), window.findChild(RowList, "palette_list")
    qtbot.keyClicks(field, "renyi")
    qtbot.waitUntil(lambda: listed.model().index(0, 0).data() == DOCTOR, timeout=10_000)
    _all_plain(window)


def test_on_a_visit(rep: Rep, qtbot: QtBot) -> None:
    window, laptop = rep
    window.navigate("visit", doctor_id=laptop.company.ids[DOCTOR])
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    qtbot.waitUntil(lambda: _shown_in_labels(page, DOCTOR), timeout=10_000)
    _all_plain(window)


def test_on_a_claim(manager: Rep, qtbot: QtBot) -> None:
    window, laptop = manager
    window.navigate("approvals", id=laptop.company.ids[CLAIM])
    qtbot.waitUntil(lambda: _shown_in_labels(window.page("approvals"), CLAIM), timeout=10_000)
    _all_plain(window)


@pytest.mark.parametrize("text", [DOCTOR, "A & B", "first line\n<b>second</b>", "a &lt; b"])
def test_a_tool_tip_shows_every_sign(qtbot: QtBot, text: str) -> None:
    label = ElidedLabel(text)
    qtbot.addWidget(label)
    label.resize(30, 20)
    label.show()
    QApplication.sendEvent(label, QEnterEvent(QPointF(2, 2), QPointF(2, 2), QPointF(label.mapToGlobal(QPoint(2, 2)))))
    QApplication.sendEvent(label, QHelpEvent(QEvent.Type.ToolTip, QPoint(2, 2), label.mapToGlobal(QPoint(2, 2))))
    assert label.toolTip() == tool_tip(text)
    drawn = QTextEdit()
    qtbot.addWidget(drawn)
    drawn.setHtml(label.toolTip()) if GuiQt.mightBeRichText(label.toolTip()) else drawn.setPlainText(label.toolTip())
    assert drawn.toPlainText() == text
