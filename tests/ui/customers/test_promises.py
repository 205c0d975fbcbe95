"""Promises are said to be kept where they are seen: on Today and on the doctor's page, without opening a report."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.doctor_page import PROMISES
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.label import Label
from tests.ui.customers.laptop import Laptop, undo
from tests.ui.customers.small_company import day
from tests.ui.customers.test_doctor_page import opened
from tests.ui.customers.test_today_begun import today_page


def kept(laptop: Laptop, name: str) -> bool:
    return bool(laptop.ask(lambda reads: reads.visit(laptop.company.ids[name]))["next_step_done"])


def shown_buttons(page: QWidget, named: str = "promise_kept") -> list[Button]:
    """Return the buttons beside promises, or beside questions, that can be seen."""
    return [one for one in page.findChildren(Button) if one.isVisible() and one.objectName().startswith(named)]


def test_d_on_today_keeps_what_is_due_first_and_undo_takes_it_back(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    """A promise could be ticked off only within a new report about the doctor."""
    page = today_page(window)
    qtbot.waitUntil(lambda: page.rows.choose(laptop.company.ids["p1"]) and page.detail.promises.to_keep != "")
    qtbot.keyClick(page.rows, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: kept(laptop, "v1"))
    assert not kept(laptop, "v2")
    qtbot.waitUntil(lambda: window.toast_part.text == "已记为兑现：回复不良反应处理流程")
    qtbot.waitUntil(lambda: page.detail.promises.to_keep == laptop.company.ids["v2"])
    undo(window, qtbot)
    qtbot.waitUntil(lambda: not kept(laptop, "v1"))
    qtbot.waitUntil(lambda: page.detail.promises.to_keep == laptop.company.ids["v1"])
    assert laptop.ask(lambda reads: reads.drafts()) == [], "no report was begun for it"


def test_what_arrives_of_another_doctor_takes_no_button_from_under_the_hand(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    """The list is read again; of the doctor beside it nothing is another."""
    page = today_page(window)
    qtbot.waitUntil(lambda: page.rows.choose(laptop.company.ids["p1"]) and page.detail.promises.to_keep != "")
    qtbot.waitUntil(lambda: not window.bridge.waiting and bool(shown_buttons(page)))
    button = shown_buttons(page)[0]
    button.setFocus()
    laptop.server_edits("visit", "p3", note="改过")
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert isValid(button)
    assert button.hasFocus()
    laptop.server_edits("visit", "v1", next_step="另一件事")
    qtbot.waitUntil(lambda: any("另一件事" in one.text() for one in page.findChildren(Label)))


def test_d_on_an_overdue_promise_keeps_that_one(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    laptop.server_edits("visit", "v4", next_step_on=day(-2))
    laptop.server_edits("visit", "v5", next_step="寄资料", next_step_on=day(-3))
    page = today_page(window)
    line = f"promise:{laptop.company.ids['v4']}"
    page.turn(1)  # on the day of a visit to the doctor the promise stands in its line
    qtbot.waitUntil(lambda: page.rows.choose(line) and page.detail.promises.to_keep == laptop.company.ids["v4"])
    qtbot.keyClick(page.rows, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: kept(laptop, "v4"))
    assert not kept(laptop, "v5")


def test_where_nothing_was_promised_the_key_says_so(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = today_page(window)
    qtbot.waitUntil(lambda: page.rows.choose(laptop.company.ids["p3"]) and not window.bridge.waiting)
    qtbot.keyClick(page.rows, Qt.Key.Key_D)
    assert window.toast_part.text == "这里没有你未兑现的承诺"


def test_the_doctors_page_shows_the_promises_before_the_key_keeps_one(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened(window, qtbot, laptop, "单志远")
    qtbot.keyClick(page, Qt.Key.Key_D)
    assert page._tabs.currentIndex() == PROMISES
    assert not kept(laptop, "v1")
    qtbot.keyClick(page, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: kept(laptop, "v1"))
    qtbot.waitUntil(lambda: page._promises.to_keep == laptop.company.ids["v2"])
    qtbot.waitUntil(lambda: not window.bridge.waiting and len(shown_buttons(page)) == 1)
    (button,) = shown_buttons(page)
    assert button.key == "D"
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: kept(laptop, "v2"))
    assert page.isAncestorOf(window.focusWidget()), "the keys stay on the page"


def test_somebody_elses_promise_has_no_button(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    for visit in ("v1", "v2"):
        laptop.server_edits("visit", visit, owner_id=laptop.company.ids["王建国"])
    page = opened(window, qtbot, laptop, "单志远")
    page.keep_promise()
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    assert page.findChild(Button, f"promise_kept_{laptop.company.ids['v1']}") is None
    page.keep_promise()
    assert "没有你未兑现的承诺" in window.toast_part.text


def answered(laptop: Laptop, name: str) -> bool:
    return bool(laptop.ask(lambda reads: reads.visit(laptop.company.ids[name]))["questions_done"])


def asked(laptop: Laptop) -> None:
    """Let the doctor have asked something on two visits, the later one first."""
    laptop.server_edits("visit", "v1", questions="肾功能不全的病人怎么减量？")
    laptop.server_edits("visit", "v2", questions="有没有真实世界数据？")


def test_a_on_today_answers_the_question_that_is_shown_and_undo_takes_it_back(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    """A question stood in the line of Today and could be ticked off only beside a report about the doctor."""
    asked(laptop)
    page = today_page(window)
    ids = laptop.company.ids
    qtbot.waitUntil(lambda: page.rows.choose(ids["p1"]) and page.detail.promises.to_answer == ids["v1"])
    assert "肾功能不全的病人怎么减量？" in [one.text() for one in page.detail.promises.findChildren(Label)]
    qtbot.keyClick(page.rows, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: answered(laptop, "v1"))
    assert not answered(laptop, "v2")
    qtbot.waitUntil(lambda: window.toast_part.text == "已答复：肾功能不全的病人怎么减量？")
    qtbot.waitUntil(lambda: page.detail.promises.to_answer == ids["v2"])
    undo(window, qtbot)
    qtbot.waitUntil(lambda: not answered(laptop, "v1"))
    qtbot.waitUntil(lambda: page.detail.promises.to_answer == ids["v1"])
    assert not kept(laptop, "v1"), "its promise is another matter"


def test_the_doctors_page_shows_what_was_asked_before_the_key_answers_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    asked(laptop)
    page = opened(window, qtbot, laptop, "单志远")
    assert page._tabs.tabText(PROMISES) == "跟进 4", "two promises and two questions"
    qtbot.keyClick(page, Qt.Key.Key_A)
    assert page._tabs.currentIndex() == PROMISES
    assert not answered(laptop, "v1")
    qtbot.keyClick(page, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: answered(laptop, "v1"))
    qtbot.waitUntil(lambda: page._promises.to_answer == laptop.company.ids["v2"])
    qtbot.waitUntil(lambda: not window.bridge.waiting and len(shown_buttons(page, "question_answered")) == 1)
    (button,) = shown_buttons(page, "question_answered")
    assert button.key == "A"
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: answered(laptop, "v2"))
    qtbot.waitUntil(lambda: page._promises.to_answer == "")
    assert page.isAncestorOf(window.focusWidget()), "the keys stay on the page"
    qtbot.keyClick(page, Qt.Key.Key_A)
    assert window.toast_part.text == "这里没有你待答复的提问"


def test_a_question_of_somebody_elses_visit_is_shown_without_a_button(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    laptop.server_edits("visit", "v3", questions="剂量？", owner_id=laptop.company.ids["王建国"])
    page = today_page(window)
    texts = lambda: [one.text() for one in page.detail.promises.findChildren(Label)]  # noqa: E731
    qtbot.waitUntil(lambda: page.rows.choose(laptop.company.ids["p1"]) and "剂量？" in texts())
    assert page.findChild(Button, f"question_answered_{laptop.company.ids['v3']}") is None
    qtbot.keyClick(page.rows, Qt.Key.Key_A)
    assert window.toast_part.text == "这里没有你待答复的提问"
