"""Small manners of the pages: companions in a line of their own, toasts in either language, input methods, pressing."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFontMetrics, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customer_rows import name_lines
from crmdesk.ui.pages.field_editors import PhoneEditor
from crmdesk.ui.pages.institution_page import InstitutionPage
from crmdesk.ui.pages.visit_form import _SIDE_PX
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.week_grid import Block, DayColumn, WeekGrid
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.test_customers_page import names
from tests.ui.customers.test_customers_page import opened as opened_list
from tests.ui.customers.test_new_drafts import new_doctor
from tests.ui.customers.test_visit_page import opened


def test_a_number_that_nobody_can_call_is_said_and_may_be_saved(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    dialog = new_doctor(window, qtbot)
    name, mobile = dialog.editors["name"].control, dialog.editors["mobile"]
    assert isinstance(mobile, PhoneEditor)
    qtbot.waitUntil(dialog.isActiveWindow)
    type_text(name, "查良镛")
    mobile.control.setFocus()
    type_text(mobile.control, "1381234567")
    assert mobile.doubt_label.isHidden(), "not in the middle of typing"
    name.setFocus()
    qtbot.waitUntil(mobile.doubt_label.isVisible)
    assert "不像打得通的" in mobile.doubt_label.text()
    language.apply_language(qapp, language.ENGLISH)
    qtbot.waitUntil(lambda: "it can be saved as it is" in mobile.doubt_label.text())
    qtbot.keyClick(mobile.control, Qt.Key.Key_8)
    assert mobile.doubt_label.isHidden()
    qtbot.keyClick(mobile.control, Qt.Key.Key_Backspace)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.shown == "doctor")
    (item,) = laptop.ask(lambda reads: reads.customers(text="查良镛"))
    assert laptop.ask(lambda reads: reads.row("doctor", item.id))["mobile"] == "1381234567"


def test_a_form_in_large_text_grows_for_the_sentence_that_says_what_is_missing(
    large: None, window: MainWindow, qtbot: QtBot
) -> None:
    dialog = new_doctor(window, qtbot)
    qtbot.waitUntil(dialog.isActiveWindow)
    before = dialog.height()
    qtbot.keyClick(dialog.editors["name"].control, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    layout = dialog.layout()
    assert layout is not None
    qtbot.waitUntil(lambda: dialog.height() > before)
    qtbot.waitUntil(lambda: dialog.height() >= layout.totalHeightForWidth(dialog.width()))


def actions_of(widget: QWidget) -> Any:
    """Return what a screen reader can do with a widget."""
    return QAccessible.queryAccessibleInterface(widget).actionInterface()


def colleagues(laptop: Laptop, count: int) -> None:
    """Let so many more colleagues work in the territory."""
    company = laptop.company
    for number in range(count):
        user = company.add("user", f"u{number}", login=f"u{number}", name=f"同事{number}", role="rep", active=True)
        company.add("assignment", f"as{number}", user_id=user, territory_id=company.ids["浦东一区"],
                    valid_from="2026-01-01")  # fmt: skip
        laptop.server_edits("user", f"u{number}")
        laptop.server_edits("assignment", f"as{number}")


@pytest.mark.parametrize("wanted", [language.CHINESE, language.ENGLISH])
def test_many_companions_have_a_line_of_their_own(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication, wanted: str
) -> None:
    colleagues(laptop, 5)
    window.resize(1366, 768)
    app.dress(qapp, wanted, theme.LIGHT)
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    qtbot.waitUntil(lambda: len(editor.form.joint._picks) == 8)  # alone and seven
    chips = [chip for chip in editor.form.joint._picks if chip.isVisible()]
    assert len(chips) > 4
    qtbot.waitUntil(lambda: chips[-1].y() == chips[0].y() and chips[-1].x() > chips[0].x())
    assert editor.form.joint.x() == editor.form.channel.x()
    editor.form.joint.setFocus()
    qtbot.keyClick(editor.form.joint, Qt.Key.Key_Right)
    assert editor.report.joint_with_ids == [editor._opening.companions[0].id]  # type: ignore[union-attr]


def test_companions_do_not_go_to_and_fro_where_a_scroll_bar_decides(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    """Their line needs a bar, the bar's width brings them back, and so on: the program ended in it."""
    form = opened(window, qtbot, id=laptop.company.ids["p1"]).form
    beside = sum(group.sizeHint().width() + form._top.spacing() for group in (form.channel, form.duration))
    room = form.width() - 2 * _SIDE_PX - beside
    for least, line_of_their_own in ((room, 0), (room + 1, 1), (room, 1), (room - 40, 0)):
        form.joint.setMinimumWidth(least)
        form._place_joint()
        assert form._joint_row.count() == line_of_their_own, "a bar that goes gives no room"


def test_who_came_along_stays_when_something_else_is_chosen(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    colleagues(laptop, 6)
    gone = laptop.company.add("user", "gone", login="gone", name="离职的", role="rep", active=False)
    laptop.server_edits("user", "gone")
    both = sorted([laptop.company.ids["u5"], gone])
    laptop.server_edits("visit", "p1", joint_with_ids=both)
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    editor.form.channel.choose("phone")
    assert editor.report.values()["joint_with_ids"] == both
    editor.form.joint.choose("alone")
    assert editor.report.values()["joint_with_ids"] == []


def test_a_toast_of_a_dialog_that_is_gone_follows_the_language(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    dialog = new_doctor(window, qtbot)
    dialog.editors["name"].set_value("欧阳锋")
    dialog.save()
    qtbot.waitUntil(lambda: window.toast_part.text == "医生已保存在本机，审核前即可使用")
    qtbot.waitUntil(lambda: window.shown == "doctor")
    app.dress(qapp, language.ENGLISH, theme.LIGHT)
    qtbot.waitUntil(lambda: window.toast_part.text == "Doctor saved here; usable before the review")


def test_a_submitted_report_is_said_in_either_language(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    window.navigate("today")
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    editor.form.adverse.choose("no")
    editor.submit()
    qtbot.waitUntil(lambda: "拜访报告已提交" in window.toast_part.text)
    app.dress(qapp, language.ENGLISH, theme.LIGHT)
    qtbot.waitUntil(lambda: window.toast_part.text.startswith("Report submitted"))


def test_an_input_method_begins_a_search_in_the_table(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened_list(window, qtbot)
    page.table.setFocus()
    page.table.choose(1)
    assert page.table.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert page.table.inputMethodQuery(Qt.InputMethodQuery.ImEnabled)
    for half in ("c", "ce", "ceng"):
        QApplication.sendEvent(page.table, QInputMethodEvent(half, []))
        assert page.filter.composing
        assert page.table.hasFocus(), "to take the keys elsewhere now would end the composition"
        assert page.model.rowCount() == 7, "half-typed pinyin is no search"
    place = page.table.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    assert page.table.mapTo(window, place.topLeft()).y() < page.table.mapTo(window, page.table.rect().topLeft()).y()
    done = QInputMethodEvent("", [])
    done.setCommitString("曾")
    QApplication.sendEvent(page.table, done)
    assert page.filter.text() == "曾"
    assert page.filter.hasFocus()
    assert not page.filter.composing
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])


def test_a_composition_that_is_given_up_leaves_the_table_as_it_was(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened_list(window, qtbot)
    page.table.setFocus()
    QApplication.sendEvent(page.table, QInputMethodEvent("c", []))
    QApplication.sendEvent(page.table, QInputMethodEvent("", []))
    assert page.table.hasFocus()
    assert (page.filter.text(), page.filter.composing) == ("", False)
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert page.table.currentIndex().row() == 1


@pytest.mark.parametrize("many", [False, True])
def test_a_screen_reader_presses_a_chip(qtbot: QtBot, many: bool) -> None:
    group = Picklist("方式", many=many)
    qtbot.addWidget(group)
    group.set_choices([("a", "甲"), ("b", "乙")])
    group.show()
    told: list[list[str]] = []
    group.changed.connect(lambda: told.append(group.values()))
    press = actions_of(group._picks[1])
    press.doAction(press.toggleAction())
    assert told == [["b"]]
    press.doAction(press.toggleAction())
    assert told[1:] == ([[]] if many else []), "of one choice there is nothing to take back"
    if many:
        press = actions_of(group._picks[0])
        press.doAction(press.pressAction())
        qtbot.waitUntil(lambda: told[-1] == ["a"])


def test_a_screen_reader_opens_a_visit_of_the_week(qtbot: QtBot) -> None:
    grid = WeekGrid()
    qtbot.addWidget(grid)
    grid.show_week([DayColumn() for _day in range(7)], [Block("v1", 0, 600, 30, "曾庆华")])
    grid.show()
    block = grid.block("v1")
    assert block is not None
    press = actions_of(block)
    with qtbot.waitSignal(grid.opened) as opened_signal:
        press.doAction(press.pressAction())
    assert opened_signal.args == ["v1"]


def test_the_side_of_an_institution_scrolls_by_keys(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.resize(1366, 500)
    laptop.server_edits("institution", "周浦医院", reception_rules="周二、周四上午接待。\n" * 40)
    window.navigate("institution", id=laptop.company.ids["周浦医院"])
    page = window.page("institution")
    assert isinstance(page, InstitutionPage)
    qtbot.waitUntil(lambda: page.title == "周浦医院")
    side = page.findChild(QScrollArea, "institution_side")
    assert side is not None
    qtbot.waitUntil(lambda: side.verticalScrollBar().maximum() > 0)
    for _step in range(30):
        if side.hasFocus():
            break
        qtbot.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_Tab)
    assert side.hasFocus(), "Tab comes to it"
    qtbot.keyClick(side, Qt.Key.Key_PageDown)
    assert side.verticalScrollBar().value() > 0


def test_the_settings_take_the_width_there_is(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 768)
    window.navigate("settings")
    page: Any = window.page("settings")
    qtbot.waitUntil(lambda: page._about.x() > page._look.geometry().right())
    assert page._about.geometry().right() > page.width() - 80
    assert page._account.y() > page._look.y()
    page.setMaximumWidth(700)
    qtbot.waitUntil(lambda: page._about.y() > page._account.y())


def test_a_long_name_stands_in_two_lines_and_keeps_its_dot() -> None:
    metrics = QFontMetrics(theme.font(theme.NAME_PX, bold=True))
    room = metrics.horizontalAdvance("阿卜杜热合曼·买")
    assert name_lines("阿卜杜热合曼·买买提", metrics, room) == ["阿卜杜热合曼·", "买买提"]
    assert name_lines("Ludwig van Beethoven", metrics, metrics.horizontalAdvance("Ludwig van B")) == [
        "Ludwig van",
        "Beethoven",
    ]
    assert name_lines("曾庆华", metrics, room) == ["曾庆华"]
    assert name_lines("曾" * 40, metrics, room)[0].endswith("…")
