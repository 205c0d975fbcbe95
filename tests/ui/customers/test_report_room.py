"""The visit report gives its room to what is filled in most: lines that fold, products as tall as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import ChangeSet
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import visit_opening
from crmdesk.ui.pages.visit_products import ProductRow
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.chips import Pick, Picklist
from crmdesk.ui.parts.split import ScrollArea
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.small_company import small_company
from tests.ui.customers.test_visit_page import opened
from tests.ui.reading.long_company import add_colleagues, add_products, add_visit_fields
from tests.ui.reading.test_tab_order import jumps


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    """A laptop with ten who may come along, six products and four company fields of visits."""
    company = small_company()
    add_colleagues(company)
    add_products(company, 4)
    add_visit_fields(company)
    made = Laptop(tmp_path / "store", company)
    yield made
    made.close()


@pytest.mark.parametrize("wanted", [language.CHINESE, language.ENGLISH])
def test_six_products_many_colleagues_and_company_fields_need_no_scrolling(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication, wanted: str
) -> None:
    window.resize(1366, 768)
    app.dress(qapp, wanted, theme.LIGHT)
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    area = next(one for one in editor.findChildren(ScrollArea) if one.isAncestorOf(editor.form))
    last = editor.form.own.form.editors["custom.room"]
    qtbot.waitUntil(lambda: not last.visibleRegion().isEmpty())
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0)
    assert area.horizontalScrollBar().maximum() == 0
    rows = editor.form.products.rows
    qtbot.waitUntil(lambda: len({(row.messages.x(), row.reaction.x()) for row in rows}) == 1)
    assert rows[0].messages.x() >= max(row.name.geometry().right() for row in rows)
    reactions = [one for row in rows for one in row.reaction.findChildren(Pick)]
    assert {one.y() for one in reactions} == {reactions[0].y()}, "no reaction breaks into a second line"


def seen(group: Picklist) -> list[str]:
    return [one.text() for one in group.findChildren(Pick) if one.isVisible()]


def test_who_may_come_along_takes_one_line_and_all_can_be_reached(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    window.resize(1366, 768)
    joint = opened(window, qtbot, id=laptop.company.ids["p1"]).form.joint
    qtbot.waitUntil(lambda: seen(joint)[-1].startswith("+"))
    folded = seen(joint)
    assert folded[0] == "独自"
    assert len(folded) - 1 + int(folded[-1]) == 11, "alone and ten people"
    height = joint.height()
    joint.setFocus()
    for _press in range(10):
        qtbot.keyClick(joint, Qt.Key.Key_Right)
    assert len(seen(joint)) == 11, "the arrows lead on to those who had no room"
    qtbot.waitUntil(lambda: joint.height() > height)
    chosen = joint.value()
    last = seen(joint)[-1]
    window.page("visit").findChild(Button, "visit_submit_button").setFocus()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: joint.height() == height)
    assert last in seen(joint), "what is chosen stays in sight"
    assert joint.value() == chosen
    more = joint.findChild(Pick, "visit_joint_more")
    assert more is not None
    assert more.accessibleName() == f"另有 {more.text()[1:]} 个选项"
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert len(seen(joint)) == 11


def test_a_product_takes_one_line_until_its_messages_are_looked_at(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    window.resize(1366, 768)
    row = opened(window, qtbot, id=laptop.company.ids["p1"]).form.products.rows[-1]
    qtbot.waitUntil(row.isVisible)
    line = row.reaction.height()
    row.messages.set_choices(
        [(str(at), f"第 {at} 条，" + "写得比一行所能容下的还要长得多的信息" * 3) for at in range(3)]
    )
    qtbot.waitUntil(lambda: row.messages.height() == line and seen(row.messages)[-1] == "+2")
    assert len(seen(row.messages)) == 2, "the first is there, shortened"
    row.messages.setFocus()
    qtbot.keyClick(row.messages, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: row.messages.height() > line)
    qtbot.keyClick(row.messages, Qt.Key.Key_Space)
    assert row.messages.values() == ["1"]
    row.reaction.setFocus()
    qtbot.waitUntil(lambda: row.messages.height() == line)
    assert seen(row.messages)[0].startswith("第 1 条"), "what is chosen stays in sight"


def test_questions_and_competitors_open_when_they_are_needed(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    form = editor.form
    assert not form.questions.isVisible()
    assert not form.competitor.isVisible()
    form.channel.setFocus()
    qtbot.keyClick(form.channel, Qt.Key.Key_6)
    assert form.questions.hasFocus()
    type_text(form.questions, "怎么减量？")
    button = editor.findChild(Button, "visit_competitor_open_button")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(form.competitor.hasFocus)
    editor.keep_draft()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.drafts()) != [])
    window.navigate("today")
    again = opened(window, qtbot, id=laptop.company.ids["p1"])
    qtbot.waitUntil(lambda: again.form.questions.toPlainText() == "怎么减量？")
    assert again.form.questions.isVisible(), "what holds words is shown"
    qtbot.waitUntil(lambda: not again.form.competitor.isVisible())


def test_of_many_products_the_first_and_those_talked_about_are_shown(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    add_products(laptop.company, 30)
    laptop.receive({"product": laptop.company.rows["product"]})
    laptop.desk.publish(ChangeSet({"product": ("x",)}, "remote"))
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])

    def rows() -> list[ProductRow]:
        return [row for row in editor.form.products.rows if row.isVisible()]

    qtbot.waitUntil(lambda: len(editor.form.products.rows) > 30)
    assert len(rows()) == 5
    assert rows()[0].product["name"] == "安络平", "what the doctor was told about before comes first"
    more = editor.form.products.more
    assert more.text() == f"其余 {len(editor.form.products.rows) - 5} 个产品"
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert len(rows()) == len(editor.form.products.rows)
    rows()[-1].reaction.choose("neutral")
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert len(rows()) == 6, "what is talked about stays"
    assert rows()[-1] is editor.form.products.rows[-1]
    find = editor.form.products.find_line
    find.setFocus()
    for typed in ("alp", "anluop"):
        find.selectAll()
        qtbot.keyClicks(find, typed)
        qtbot.waitUntil(lambda: [row.product["name"] for row in rows()] == ["安络平", "糖稳"])
    qtbot.keyClick(find, Qt.Key.Key_Return)
    assert rows()[0].messages.hasFocus(), "Enter goes to what was found"
    find.setFocus()
    qtbot.keyClick(find, Qt.Key.Key_Escape)
    assert len(rows()) == 6, "Escape takes back what was typed, and leaves the report open"
    assert find.isVisible()


def test_another_language_lays_the_chips_out_anew(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """English words need more room: the companions go into a line of their own, and no chip breaks off."""
    monkeypatch.setattr(visit_opening, "companions", lambda _reads: ())
    window.resize(1366, 768)
    form = opened(window, qtbot, id=laptop.company.ids["p1"]).form

    def lines() -> list[int]:
        return [len({one.y() for one in group.findChildren(Pick)}) for group in (form.channel, form.duration)]

    qtbot.waitUntil(lambda: lines() == [1, 1])
    app.dress(qapp, language.ENGLISH, theme.LIGHT)
    qtbot.waitUntil(lambda: lines() == [1, 1] and form.channel.width() > form.duration.width())
    for wanted in (language.CHINESE, language.ENGLISH):  # dressed anew when it is shown again
        window.navigate("today")
        app.dress(qapp, wanted, theme.LIGHT)
        opened(window, qtbot, id=laptop.company.ids["p1"])
        qtbot.waitUntil(lambda: not window.bridge.waiting)
        qtbot.waitUntil(lambda: lines() == [1, 1])


@pytest.mark.parametrize("key", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier], ids=["", "alt"])
def test_the_digits_count_the_fields_as_the_eye_meets_them(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, key: Qt.KeyboardModifier
) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    reached: list[QWidget] = []
    for number in range(1, 10):
        if not key:
            editor.form.channel.setFocus()  # in a text a digit is a letter
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key(Qt.Key.Key_0 + number), key)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus not in reached, number
        reached.append(focus)
    assert reached[4] is editor.form.note
    qtbot.waitUntil(lambda: not jumps(reached, window.page("visit")))


def whole_in_sight(widget: QWidget) -> bool:
    return widget.visibleRegion().boundingRect().size() == widget.size()


def test_what_a_digit_or_a_fault_leads_to_is_scrolled_to(
    large: None, window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    window.resize(1366, 768)
    form = opened(window, qtbot, id=laptop.company.ids["p1"]).form
    qtbot.waitUntil(lambda: whole_in_sight(form.channel))
    assert not whole_in_sight(form.next_step)
    qtbot.keyClick(form.channel, Qt.Key.Key_9)
    qtbot.waitUntil(lambda: form.next_step.hasFocus() and whole_in_sight(form.next_step))
    qtbot.keyClick(form.next_step, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: form.channel.hasFocus() and whole_in_sight(form.channel))
    form.next_step_on.setFocus()
    type_text(form.next_step_on, "nonsense")
    qtbot.keyClick(form.next_step_on, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: whole_in_sight(form.channel))
    qtbot.keyClick(form.channel, Qt.Key.Key_8)
    qtbot.keyClick(form.adverse, Qt.Key.Key_Space)
    qtbot.keyClick(form.adverse, Qt.Key.Key_1)
    qtbot.keyClick(form.channel, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: form.next_step_on.hasFocus() and whole_in_sight(form.next_step_on))
