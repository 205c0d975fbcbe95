"""Claims without a mouse: Tab goes where the eye does, Escape keeps what was typed, keys stay on their buttons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.claim_line_editor import ClaimLineEditor
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.money.test_approvals_page import claim, queued, shown
from tests.ui.money.test_expenses_page import saved
from tests.ui.money.test_expenses_page import shown as expenses

KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
Seat = tuple[MainWindow, Laptop]


def test_escape_keeps_the_reason_that_was_typed_for_the_claim(manager: Seat, qtbot: QtBot) -> None:
    """Who looks at the receipt once more before sending a claim back does not type the reason twice."""
    window, laptop = manager
    page = shown(window, laptop, qtbot, "区域学术会")
    box = page._decision
    QTest.keyClick(window.focusWidget(), KEY.Key_B)
    type_text(box.comment, "请补议程")
    QTest.keyClick(window.focusWidget(), KEY.Key_Escape)
    assert window.focusWidget() is page.list
    QTest.keyClick(page.list, KEY.Key_Up)
    qtbot.waitUntil(lambda: page.detail.view is not None and page.detail.view.row["title"] != "区域学术会")
    qtbot.waitUntil(page.buttons["approvals_send_back"].isEnabled)
    QTest.keyClick(page.list, KEY.Key_B)
    assert box.comment.text() == "", "another claim has reasons of its own"
    QTest.keyClick(window.focusWidget(), KEY.Key_Escape)
    QTest.keyClick(page.list, KEY.Key_Down)
    qtbot.waitUntil(lambda: page.detail.view is not None and page.detail.view.row["title"] == "区域学术会")
    qtbot.waitUntil(page.buttons["approvals_reject"].isEnabled)
    QTest.keyClick(page.list, KEY.Key_R)
    assert box.comment.text() == "请补议程"
    QTest.keyClick(window.focusWidget(), KEY.Key_Return)
    qtbot.waitUntil(lambda: claim(laptop, "区域学术会").pending == "reject")
    assert queued(laptop, "区域学术会")[1]["comment"] == "请补议程"
    qtbot.waitUntil(lambda: box.comment.text() == "")  # decided: nothing of it is left for the next time


def test_the_keys_of_a_decision_stay_on_its_buttons_where_the_line_beside_them_has_no_room(
    manager: Seat, qtbot: QtBot
) -> None:
    window, laptop = manager
    page = shown(window, laptop, qtbot, "门诊拜访工作餐")
    buttons = [one for one in page.buttons.values() if one.isVisible()]
    assert len(buttons) == 4
    whole = sum(one.hint_at(0).width() for one in buttons) + 30 * len(buttons)

    page._bar.setFixedWidth(whole)  # what else stands on the page comes later, and turns its parts
    qtbot.waitUntil(lambda: (page._bar.width(), page._hint.width()) == (whole, 0))
    assert [one.width() for one in buttons] == [one.hint_at(0).width() for one in buttons], "with their keys"


def test_a_toast_keeps_off_the_line_that_says_what_a_decision_does(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    page = shown(window, laptop, qtbot, "门诊拜访工作餐")
    qtbot.waitUntil(lambda: page._hint.text() != "" and page._hint.width() > 0)
    QTest.keyClick(window.focusWidget(), KEY.Key_Z, CTRL)  # nothing is to be undone, and the toast says so
    toast = window.toast_part
    qtbot.waitUntil(lambda: toast.text != "")
    line = page._hint.rect().translated(page._hint.mapTo(window, QPoint(0, 0)))
    assert not toast.geometry().intersects(line)


def test_tab_goes_through_a_line_as_it_stands_in_little_room(rep: Seat, qtbot: QtBot) -> None:
    """The words stand below the amount there, and Tab went below and came back up."""
    window, _laptop = rep
    page = expenses(window, qtbot)
    QTest.keyClick(window.focusWidget(), KEY.Key_N, CTRL)
    qtbot.waitUntil(lambda: window.focusWidget() is page.editor.title_edit)
    wide = page.editor.lines[0]
    for width, order in ((760, "below"), (1500, "beside")):
        window.resize(width, window.height())
        qtbot.waitUntil(lambda order=order: (wide.description.y() > 0 or wide._apart) == (order == "below"))
        qtbot.waitUntil(lambda: _tops(wide, wide.stops[:6])[0] >= 0)
        wide.category.setFocus(Qt.FocusReason.TabFocusReason)
        went: list[QWidget] = [wide.category]
        for _step in range(5):
            QTest.keyClick(window.focusWidget(), KEY.Key_Tab)
            focus = window.focusWidget()
            assert focus is not None
            went.append(focus)
        assert set(went) == {
            wide.category, wide.spent_on, wide.amount, wide.remove_button, wide.description, wide.fapiao
        }  # fmt: skip
        tops = _tops(wide, went)
        assert tops == sorted(tops), f"never back up, {order}"


def _tops(line: ClaimLineEditor, widgets: list[QWidget] | tuple[QWidget, ...]) -> list[int]:
    """Return the rows in which widgets of a line stand, by their middles."""
    return [one.mapTo(line, one.rect().center()).y() // 12 for one in widgets]


@pytest.fixture
def large_text() -> object:
    """Texts at 150 %."""
    before = theme.scale()
    theme.set_scale(1.5)
    yield
    theme.set_scale(before)


@pytest.mark.usefixtures("large_text")
def test_an_amount_is_seen_whole_in_large_text(qtbot: QtBot) -> None:
    line = ClaimLineEditor(1)
    qtbot.addWidget(line)
    line.amount.setFont(theme.font())
    room = line.amount.width() - 2 * theme.px(10)
    assert QFontMetrics(theme.font()).horizontalAdvance("123,456.78") <= room


def test_a_submitted_claim_is_shown_from_its_head_on(rep: Seat, qtbot: QtBot) -> None:
    """The form was scrolled to the amount, and what came in its place began in the middle, without its state."""
    window, laptop = rep
    claim_id = laptop.company.ids["指南解读会草稿"]
    page = expenses(window, qtbot, id=claim_id)
    qtbot.waitUntil(lambda: page.editor.claim_id == claim_id and page.editor.lines[0].take_off_button.isVisible())
    bar = page.detail.verticalScrollBar()
    page.detail.setFixedHeight(260)  # as on a low screen with large text
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    while window.focusWidget() is not page.detail:
        QTest.keyClick(window.focusWidget(), KEY.Key_Tab)
    QTest.keyClick(page.detail, KEY.Key_PageDown)
    assert bar.value() > 0
    QTest.keyClick(window.focusWidget(), KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: saved(laptop, claim_id).pending == "submit")
    qtbot.waitUntil(lambda: not page.submit_button.isVisible())
    assert bar.maximum() > 0, "there is something to scroll"
    assert bar.value() == 0


def test_what_is_missing_is_scrolled_to_with_the_words_that_say_so(rep: Seat, qtbot: QtBot) -> None:
    """The keys were in a field above the edge: what was typed next went where nobody saw it."""
    window, _laptop = rep
    page = expenses(window, qtbot)
    QTest.keyClick(window.focusWidget(), KEY.Key_N, CTRL)
    qtbot.waitUntil(lambda: window.focusWidget() is page.editor.title_edit)
    page.detail.setFixedHeight(230)  # as on a low screen with large text
    while window.focusWidget() is not page.editor.add_line_button:
        QTest.keyClick(window.focusWidget(), KEY.Key_Tab)
    reason = page.editor.reason
    assert reason.visibleRegion().isEmpty()
    QTest.keyClick(window.focusWidget(), KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.banner.text != "")
    assert window.focusWidget() is reason
    qtbot.waitUntil(lambda: reason.visibleRegion().boundingRect().size() == reason.size())
    bar = page.detail.verticalScrollBar()
    bar.triggerAction(QAbstractSlider.SliderAction.SliderToMaximum)
    assert reason.visibleRegion().isEmpty(), "who scrolls away from it is left alone"
