"""Targets and the cycle plan: what a representative proposes, and what a manager answers and decides."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import ProposeTarget
from crmdesk.ui.pages.plan_answers import ProposeDialog
from crmdesk.ui.pages.plan_cycle_dialog import CyclePlanDialog
from crmdesk.ui.pages.plan_side import TARGETS
from crmdesk.ui.parts.buttons import Button
from tests.ui.customers.laptop import type_text, undo
from tests.ui.plan.steps import CTRL, KEY, SHIFT, Seat, choose, dialog_of, opened, planned, press


def test_a_rep_proposes_changes_and_withdraws(rep: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(rep, qtbot), rep[1]
    page.side.tabs.setCurrentIndex(TARGETS)
    page.side.lists[TARGETS].setFocus()
    press(qtbot, page, KEY.Key_P)
    dialog = dialog_of(page, qtbot, "plan_propose")
    visits, grounds = dialog.findChild(QSpinBox), dialog.findChild(QLineEdit, "plan_propose_grounds_edit")
    assert visits is not None
    assert grounds is not None
    assert visits.value() == 5
    visits.setValue(7)
    type_text(grounds, "，每月一次")
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.side.targets[0].wanted == 7)
    assert [one.state for one in page.side.targets] == ["proposed"]
    press(qtbot, page, KEY.Key_W)
    qtbot.waitUntil(lambda: page.side.targets[0].pending == "withdraw")
    assert laptop.ask(lambda reads: reads.plan_targets())[0].state == "withdrawn"


def test_a_proposal_meets_one_from_elsewhere_and_says_so(rep: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(rep, qtbot), rep[1]
    page.side.tabs.setCurrentIndex(TARGETS)
    page.side.lists[TARGETS].setFocus()
    press(qtbot, page, KEY.Key_P)
    dialog = dialog_of(page, qtbot, "plan_propose")
    visits = dialog.findChild(QSpinBox)
    assert isinstance(dialog, ProposeDialog)
    assert visits is not None
    qtbot.waitUntil(lambda: dialog.seen_of != "")
    visits.setValue(7)
    row = laptop.ask(lambda reads: reads.plan_targets())[0]
    cycle = laptop.company.ids["周期"]
    laptop.desk.submit(ProposeTarget(cycle, row.doctor_id, 8, "别处写的")).result()
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "8" in dialog.banner.accessibleName())
    assert "别处写的" in dialog.banner.accessibleName()
    assert laptop.ask(lambda reads: reads.plan_targets())[0].wanted == 8
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.side.targets[0].wanted == 7)
    assert page.side.targets[0].grounds == "别处写的", "what nobody typed over stays"


def test_a_manager_agrees_by_one_key_and_takes_it_back(manager: Seat, qtbot: QtBot) -> None:
    page, window = opened(manager, qtbot), manager[0]
    assert page.side.tab == TARGETS
    qtbot.waitUntil(lambda: bool(page.side.targets))
    page.side.lists[TARGETS].setFocus()
    press(qtbot, page, KEY.Key_A)
    qtbot.waitUntil(lambda: page.side.targets[0].pending == "accept")
    assert (page.side.targets[0].state, page.side.targets[0].agreed) == ("agreed", 5)
    undo(window, qtbot)
    qtbot.waitUntil(lambda: page.side.targets[0].state == "proposed")


def test_a_manager_answers_otherwise_or_declines_with_a_sentence(manager: Seat, qtbot: QtBot) -> None:
    page, window = opened(manager, qtbot), manager[0]
    qtbot.waitUntil(lambda: bool(page.side.targets))
    page.side.lists[TARGETS].setFocus()
    press(qtbot, page, KEY.Key_D)
    dialog = dialog_of(page, qtbot, "plan_answer")
    decline = dialog.findChild(Button, "plan_answer_decline_button")
    banner = dialog.findChild(QWidget, "plan_answer_banner")
    comment = dialog.findChild(QLineEdit, "plan_answer_comment_edit")
    assert decline is not None
    assert comment is not None
    decline.click()
    assert banner is not None
    assert "不同意要写一句说明" in banner.accessibleName()
    assert comment.hasFocus()
    type_text(comment, "下周期再议")
    decline.click()
    qtbot.waitUntil(lambda: page.side.targets[0].state == "declined")
    assert page.side.targets[0].answer == "下周期再议"
    undo(window, qtbot)
    qtbot.waitUntil(lambda: page.side.targets[0].state == "proposed")
    press(qtbot, page, KEY.Key_D)
    dialog = dialog_of(page, qtbot, "plan_answer")
    visits = dialog.findChild(QSpinBox)
    assert visits is not None
    visits.setValue(3)
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.side.targets[0].agreed == 3)


def test_a_manager_changes_the_cycle_plan(manager: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(manager, qtbot), manager[1]
    qtbot.waitUntil(lambda: page.beside is not None)
    press(qtbot, page, KEY.Key_C)
    dialog = dialog_of(page, qtbot, "plan_cycle")
    goal = dialog.findChild(QSpinBox, "plan_cycle_goal_A_edit")
    assert goal is not None
    assert goal.value() == 6
    banner = dialog.findChild(QWidget, "plan_cycle_banner")
    assert banner is not None
    assert isinstance(dialog, CyclePlanDialog)
    name, ends = dialog.name.text(), dialog.ends.value()
    dialog.name.clear()
    dialog.ends.set_value("2020-01-31")
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    assert len(banner.accessibleName().splitlines()) == 2, "both at once"
    assert (dialog.name.property("wrong"), dialog.ends.property("wrong")) == (True, True)
    dialog.name.setText(name)
    dialog.ends.set_value(ends)
    goal.setValue(12)  # above its maximum
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "不能低于目标" in banner.accessibleName())
    goal.setValue(8)
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.cycle_plans())[0]["goals"][0]["goal"] == 8)


def test_a_new_cycle_plan_begins_with_the_numbers_of_the_last_one_and_says_so(manager: Seat, qtbot: QtBot) -> None:
    page = opened(manager, qtbot)
    for _ in range(30):
        qtbot.waitUntil(lambda: page.beside is not None and not page.context.bridge.waiting)
        assert page.beside is not None
        if page.beside.cycle.row is None:
            break
        press(qtbot, page, KEY.Key_Right, CTRL)
    press(qtbot, page, KEY.Key_C)
    dialog = dialog_of(page, qtbot, "plan_cycle")
    assert isinstance(dialog, CyclePlanDialog)
    assert dialog.territory.isEnabled(), "a new one"
    values = dialog.values()
    assert (values["name"], values["starts_on"], values["visits_per_day"]) == (None, None, 6)
    goals = {one["customer_class"]: (one["goal"], one["maximum"]) for one in values["goals"]}
    assert goals == {"A": (6, 9), "B": (3, None)}
    weights = {one["channel"]: one["percent"] for one in values["channel_weights"]}
    assert (weights["phone"], weights["face_to_face"]) == (50, 100)
    assert "“本周期”" in dialog.explanation.text()
    other = dialog.territory.findText("浦东一区", Qt.MatchFlag.MatchExactly)
    dialog.territory.addItem("新区", "new")
    dialog.territory.setCurrentIndex(dialog.territory.count() - 1)
    assert (dialog.goals["A"].value(), dialog.per_day.value(), dialog.weights["phone"].value()) == (0, 8, 100)
    assert "“本周期”" not in dialog.explanation.text()
    dialog.territory.setCurrentIndex(other)
    dialog.goals["A"].setValue(7)
    dialog.territory.setCurrentIndex(dialog.territory.count() - 1)
    assert dialog.goals["A"].value() == 7, "typed numbers stay"
    qtbot.keyClick(dialog, KEY.Key_Escape)


def test_a_manager_looks_at_the_week_of_a_representative_and_changes_nothing(manager: Seat, qtbot: QtBot) -> None:
    page, (window, laptop) = opened(manager, qtbot), manager
    people = page.findChild(QComboBox, "plan_people_combo")
    assert people is not None
    qtbot.waitUntil(lambda: people.findText("周晓岚") > 0)
    assert planned(page) == []
    people.setCurrentIndex(people.findText("周晓岚"))
    people.activated.emit(people.currentIndex())
    qtbot.waitUntil(lambda: planned(page) == [("单志远", 0, 540), ("曾庆华", 2, 600)])
    assert not any(one.block.movable for one in page.grid.blocks)
    choose(page, laptop, "w1")
    for key, modifier in ((KEY.Key_Down, SHIFT), (KEY.Key_Delete, Qt.KeyboardModifier.NoModifier), (KEY.Key_D, CTRL)):
        press(qtbot, page, key, modifier)
    qtbot.waitUntil(lambda: "只能查看" in window.toast_part.text)
    assert laptop.ask(lambda reads: reads.waiting()) == []
    people.setCurrentIndex(0)
    people.activated.emit(0)
    qtbot.waitUntil(lambda: planned(page) == [])
