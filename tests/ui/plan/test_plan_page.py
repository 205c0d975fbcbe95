"""The Plan page by keys and by drag: scheduling, moving with a reason, copying, repeating, days off, the file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from crmdesk.domain.clock import at_minute
from crmdesk.services.commands import MoveVisit, ProposeTarget
from crmdesk.ui import language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.plan_answers import ProposeDialog
from crmdesk.ui.pages.plan_cycle_dialog import CyclePlanDialog
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.pages.plan_page import PlanPage
from crmdesk.ui.pages.plan_side import DAYS_OFF, SUGGESTIONS, TARGETS
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.date_field import DateField, today
from crmdesk.ui.parts.week_grid import VisitBlock
from tests.ui.customers.laptop import Laptop, type_text, undo
from tests.ui.plan.planned import work_week

Seat = tuple[MainWindow, Laptop]
KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def opened(seat: Seat, qtbot: QtBot) -> PlanPage:
    """Show the page at the coming working week, its Monday chosen."""
    window, _laptop = seat
    window.navigate("plan", date=work_week().isoformat())
    page = window.page("plan")
    assert isinstance(page, PlanPage)
    monday = work_week().isoformat()
    qtbot.waitUntil(lambda: page.week is not None and page.week.monday == monday and page.beside is not None)
    return page


def dialog_of(page: QWidget, qtbot: QtBot, name: str) -> QDialog:
    found: list[QDialog] = []

    def there() -> bool:
        found[:] = [one for one in page.findChildren(QDialog, name) if one.isVisible() and one.isActiveWindow()]
        return bool(found)

    qtbot.waitUntil(there)
    return found[0]


def press(
    qtbot: QtBot, page: PlanPage, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key where the focus is within the page, else on the grid, once the window is in front again."""
    window = page.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    focus = QApplication.focusWidget()
    qtbot.keyClick(focus if focus is not None and page.isAncestorOf(focus) else page.grid, key, modifier)


def choose(page: PlanPage, laptop: Laptop, name: str) -> None:
    block = page.grid.block(laptop.company.ids[name])
    assert block is not None
    block.setFocus()


def planned(page: PlanPage) -> list[tuple[str, int, int]]:
    """Return (doctor, day of the week, minute) of the visits shown."""
    return [(one.block.title, one.block.day, one.block.minute) for one in page.grid.blocks]


def test_the_week_shows_visits_and_what_the_cycle_needs(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    assert planned(page) == [("单志远", 0, 540), ("曾庆华", 2, 600)]
    heads = [one.head for one in page.calendar.heads.heads]
    assert [one.figure for one in heads[:5]] == ["1 / 6", "0 / 6", "1 / 6", "0 / 6", "0 / 6"]
    assert page.side.head.name.text() == "本周期"
    assert page.beside is not None
    assert [one.customer_class for one in page.beside.cycle.classes] == ["A", "B"]
    names = [one.name for one in page.side.suggestions]
    assert {"解明", "仇丽萍", "张三丰"} <= set(names)
    assert page.side.tabs.tabText(TARGETS) == "目标 1"
    assert "单志远" in (page.grid.blocks[0].accessibleName())


def test_arrows_walk_and_shift_arrows_move(rep: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(rep, qtbot), rep[1]
    choose(page, laptop, "w1")
    press(qtbot, page, KEY.Key_Right)
    assert (page.grid.current_key, page.grid.day) == ("", 1)
    press(qtbot, page, KEY.Key_Right)
    assert page.grid.current_key == laptop.company.ids["w2"]
    press(qtbot, page, KEY.Key_Home)
    assert page.grid.current_key == laptop.company.ids["w1"]
    press(qtbot, page, KEY.Key_Down, SHIFT)
    qtbot.waitUntil(lambda: ("单志远", 0, 555) in planned(page))
    press(qtbot, page, KEY.Key_Up, SHIFT)
    qtbot.waitUntil(lambda: ("单志远", 0, 540) in planned(page))
    assert page.grid.current_key == laptop.company.ids["w1"]


def test_another_day_takes_a_reason_by_one_digit(rep: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(rep, qtbot), rep[1]
    choose(page, laptop, "w1")
    press(qtbot, page, KEY.Key_Right, SHIFT)
    dialog = dialog_of(page, qtbot, "plan_move")
    qtbot.keyClick(QApplication.focusWidget() or dialog, KEY.Key_2)
    qtbot.waitUntil(lambda: ("单志远", 1, 540) in planned(page))
    (operation,) = laptop.ask(lambda reads: reads.waiting())
    assert operation.kind == "edit"
    undo(rep[0], qtbot)
    qtbot.waitUntil(lambda: ("单志远", 0, 540) in planned(page))


@pytest.mark.parametrize("key", [KEY.Key_M, KEY.Key_R, KEY.Key_Delete])
def test_a_key_without_a_chosen_visit_says_how_to_choose_one(rep: Seat, qtbot: QtBot, key: Qt.Key) -> None:
    page, window = opened(rep, qtbot), rep[0]
    page.grid.choose("", 3)
    press(qtbot, page, key)
    qtbot.waitUntil(lambda: "先用上下方向键" in window.toast_part.text)


def test_without_a_reason_the_visit_stays_and_says_why(rep: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(rep, qtbot), rep[1]
    choose(page, laptop, "w1")
    press(qtbot, page, KEY.Key_M)
    dialog = dialog_of(page, qtbot, "plan_move")
    day = dialog.findChild(DateField, "plan_move_date_edit")
    reasons = dialog.findChild(QWidget, "plan_move_reason")
    assert day is not None
    assert reasons is not None
    qtbot.keyClick(day, KEY.Key_Up)
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    banner = dialog.findChild(QWidget, "plan_move_banner")
    qtbot.waitUntil(lambda: banner is not None and "要写明原因" in banner.accessibleName())
    qtbot.waitUntil(lambda: reasons.isAncestorOf(dialog.focusWidget() or dialog))
    qtbot.keyClick(dialog, KEY.Key_Escape)
    assert ("单志远", 0, 540) in planned(page)


def test_a_move_meets_a_move_from_elsewhere_and_says_where_to(rep: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(rep, qtbot), rep[1]
    choose(page, laptop, "w1")
    press(qtbot, page, KEY.Key_Right, SHIFT)
    dialog = dialog_of(page, qtbot, "plan_move")
    elsewhere = at_minute(work_week() + timedelta(days=2), 15 * 60)
    laptop.desk.submit(MoveVisit(laptop.company.ids["w1"], elsewhere, "别处")).result()
    qtbot.keyClick(QApplication.focusWidget() or dialog, KEY.Key_2)
    banner = dialog.findChild(QWidget, "plan_move_banner")
    qtbot.waitUntil(lambda: banner is not None and "15:00" in banner.accessibleName())
    assert ("单志远", 1, 540) not in planned(page)
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: ("单志远", 1, 540) in planned(page))


def _drag(qtbot: QtBot, page: PlanPage, block: QWidget, to: QPoint) -> None:
    """Drag a block, held 8 pixels below its top, to a point of the grid; the block follows the mouse."""
    held = QPoint(20, 8)
    qtbot.mousePress(block, Qt.MouseButton.LeftButton, pos=held)
    QTest.mouseMove(block, held + QPoint(15, 15))
    for _ in range(2):
        QTest.mouseMove(block, block.mapFrom(page.grid, to))
    qtbot.mouseRelease(block, Qt.MouseButton.LeftButton, pos=block.mapFrom(page.grid, to))


def test_a_drag_within_the_day_moves_at_once(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    block = page.grid.blocks[0]
    to = page.grid.rect_of(0, 11 * 60, 30).topLeft() + QPoint(20, 8)
    _drag(qtbot, page, block, to)
    qtbot.waitUntil(lambda: ("单志远", 0, 660) in planned(page))


def test_a_drag_to_another_day_asks_why_and_escape_leaves_it(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    to = page.grid.rect_of(3, 14 * 60, 30).topLeft() + QPoint(20, 8)
    _drag(qtbot, page, page.grid.blocks[0], to)
    dialog = dialog_of(page, qtbot, "plan_move")
    day = dialog.findChild(DateField, "plan_move_date_edit")
    assert day is not None
    assert day.value() == (work_week() + timedelta(days=3)).isoformat()
    qtbot.keyClick(dialog, KEY.Key_Escape)
    assert ("单志远", 0, 540) in planned(page)
    assert page.grid.blocks[0].geometry() == page.grid.rect_of(0, 540, 30)


def test_escape_gives_a_drag_up(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    block, asked = page.grid.blocks[0], []
    page.grid.moved.connect(lambda *where: asked.append(where))
    qtbot.mousePress(block, Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
    QTest.mouseMove(block, QPoint(60, 60))
    QTest.mouseMove(block, QPoint(80, 120))
    qtbot.waitUntil(lambda: block.dragging)
    qtbot.keyClick(block, KEY.Key_Escape)
    qtbot.mouseRelease(block, Qt.MouseButton.LeftButton)
    assert block.geometry() == page.grid.rect_of(0, 540, 30)
    assert (block.dragging, asked) == (False, [])


def test_a_suggestion_is_scheduled_by_key_and_by_drop(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    page.grid.choose("", 1)
    first = page.side.suggestions[0]
    page.side.lists[SUGGESTIONS].setFocus()
    page.side.lists[SUGGESTIONS].choose(first.doctor_id)
    qtbot.keyClick(page.side.lists[SUGGESTIONS], KEY.Key_Return)
    qtbot.waitUntil(lambda: (first.name, 1, 540) in planned(page))
    qtbot.waitUntil(lambda: page.grid.current_key != "")
    second = next(one for one in page.side.suggestions if one.doctor_id != first.doctor_id)
    model = page.side.models[SUGGESTIONS]
    data = model.mimeData([model.index(model.index_of(second.doctor_id), 0)])
    at = QPointF(page.grid.rect_of(4, 15 * 60, 30).topLeft()) + QPointF(20, 4)
    kind = Qt.DropAction.CopyAction
    qtbot.waitUntil(lambda: rep[0]._undo_token != "")
    offered = rep[0]._undo_token
    page.grid.dropEvent(QDropEvent(at, kind, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    qtbot.waitUntil(lambda: (second.name, 4, 900) in planned(page))
    undo(rep[0], qtbot, offered)
    qtbot.waitUntil(lambda: (second.name, 4, 900) not in planned(page))


def test_a_closed_day_takes_no_suggestion_and_says_so(rep: Seat, qtbot: QtBot) -> None:
    page, window = opened(rep, qtbot), rep[0]
    page.grid.choose("", 6)
    page.schedule(page.side.suggestions[0].doctor_id)
    qtbot.waitUntil(lambda: "不安排拜访" in window.toast_part.text)


def test_the_week_is_copied_into_the_next_and_undone_in_one_step(rep: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(rep, qtbot), rep[1]
    press(qtbot, page, KEY.Key_D, CTRL)
    next_week = work_week() + timedelta(weeks=1)
    qtbot.waitUntil(lambda: page.week is not None and page.week.monday == next_week.isoformat())
    copied = laptop.ask(lambda reads: reads.plan_week(next_week.isoformat()))
    assert {one.state for one in copied.visits} <= {"planned"}
    assert len(copied.visits) == sum(1 for day in (0, 2) if copied.days[day].kind in ("workday", "make_up"))
    undo(rep[0], qtbot)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.plan_week(next_week.isoformat())).visits == ())


def test_a_visit_repeats_after_a_look_at_what_comes(rep: Seat, qtbot: QtBot) -> None:
    page, laptop = opened(rep, qtbot), rep[1]
    choose(page, laptop, "w1")
    press(qtbot, page, KEY.Key_R)
    dialog = dialog_of(page, qtbot, "plan_repeat")
    weeks, until = dialog.findChild(QSpinBox), dialog.findChild(DateField, "plan_repeat_until_edit")
    assert weeks is not None
    assert until is not None
    weeks.setValue(1)
    until.pick((work_week() + timedelta(weeks=2)).isoformat())
    label = dialog.findChild(QWidget, "plan_repeat_outcome_label")
    save = dialog.findChild(Button, "plan_repeat_save_button")
    qtbot.waitUntil(lambda: label is not None and "将加入" in label.property("text"))
    qtbot.waitUntil(lambda: save is not None and save.isEnabled())
    laid = laptop.ask(
        lambda reads: reads.plan_repeat(laptop.company.ids["w1"], 1, (work_week() + timedelta(weeks=2)).isoformat())
    )
    assert len(laid.visits) + sum(laid.skipped.values()) == 2
    qtbot.waitUntil(lambda: f"将加入 {len(laid.visits)} 次" in (label.property("text") if label else ""))
    qtbot.keyClick(weeks, KEY.Key_Return)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: len(reads.waiting())) == len(laid.visits))
    qtbot.waitUntil(lambda: f"已加入 {len(laid.visits)} 次拜访" in rep[0].toast_part.text)


def test_days_off_close_the_calendar_and_are_removed_by_key(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    page.grid.choose("", 3)
    press(qtbot, page, KEY.Key_F)
    dialog = dialog_of(page, qtbot, "plan_day_off")
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    heads = page.calendar.heads.heads
    qtbot.waitUntil(lambda: heads[3].head.note == "休假")
    assert page.grid.columns[3].shaded[0][0] == 0
    page.side.tabs.setCurrentIndex(DAYS_OFF)
    qtbot.waitUntil(lambda: bool(page.side.days_off))
    page.side.lists[DAYS_OFF].setFocus()
    page.side.lists[DAYS_OFF].choose_row(0)
    press(qtbot, page, KEY.Key_Delete)
    qtbot.waitUntil(lambda: heads[3].head.note == "")


def test_a_plan_is_added_opened_and_removed_by_keys(rep: Seat, qtbot: QtBot) -> None:
    page, (window, laptop) = opened(rep, qtbot), rep
    page.grid.choose("", 4)
    press(qtbot, page, KEY.Key_N)
    dialog = dialog_of(page, qtbot, "plan_dialog")
    edit = dialog.findChild(QLineEdit, "plan_doctor_edit")
    assert edit is not None
    type_text(edit, "仇")
    hits = dialog.findChild(QWidget, "plan_doctor_list")
    qtbot.waitUntil(lambda: hits is not None and hits.isVisible())
    qtbot.keyClick(edit, KEY.Key_Return)
    qtbot.keyClick(dialog, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: ("仇丽萍", 4, 540) in planned(page))
    qtbot.waitUntil(lambda: page.grid.current_key != "")
    page.grid.blocks[-1].setFocus()
    press(qtbot, page, KEY.Key_Delete)
    qtbot.waitUntil(lambda: ("仇丽萍", 4, 540) not in planned(page))
    choose(page, laptop, "w1")
    press(qtbot, page, KEY.Key_Return)
    qtbot.waitUntil(lambda: window.shown == "visit")


def test_a_new_plan_is_offered_the_first_free_time_until_one_is_set_by_hand(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    page.grid.choose("", 0)
    press(qtbot, page, KEY.Key_N)
    dialog = dialog_of(page, qtbot, "plan_dialog")
    assert isinstance(dialog, PlanDialog)
    qtbot.waitUntil(lambda: dialog.time.time().toString("HH:mm") == "09:30")  # at nine somebody is visited
    qtbot.keyClick(dialog.day, KEY.Key_Up)
    qtbot.waitUntil(lambda: dialog.time.time().toString("HH:mm") == "09:00")
    qtbot.keyClick(dialog.time, KEY.Key_Up)
    by_hand = dialog.time.time()
    qtbot.keyClick(dialog.day, KEY.Key_Down)
    qtbot.waitUntil(lambda: not page.context.bridge.waiting)
    assert dialog.time.time() == by_hand
    qtbot.keyClick(dialog, KEY.Key_Escape)


def test_weeks_turn_by_keys_and_today_comes_back(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    press(qtbot, page, KEY.Key_Right, CTRL)
    qtbot.waitUntil(lambda: page.week is not None and page.week.monday > work_week().isoformat())
    press(qtbot, page, KEY.Key_Left, CTRL)
    press(qtbot, page, KEY.Key_T)
    monday = today() - timedelta(days=today().weekday())
    qtbot.waitUntil(lambda: page.week is not None and page.week.monday == monday.isoformat())
    assert page.day() == today()


def test_the_calendar_file_is_written_and_a_refusal_is_told(rep: Seat, qtbot: QtBot, tmp_path: Path) -> None:
    page, window = opened(rep, qtbot), rep[0]
    press(qtbot, page, KEY.Key_E, CTRL)
    dialog = dialog_of(page, qtbot, "plan_export_dialog")
    assert isinstance(dialog, QFileDialog)
    dialog.reject()
    page.write_calendar(tmp_path / "plan.ics")
    qtbot.waitUntil(lambda: (tmp_path / "plan.ics").exists())
    assert b"SUMMARY:\xe5\x8d\x95\xe5\xbf\x97\xe8\xbf\x9c" in (tmp_path / "plan.ics").read_bytes()
    page.write_calendar(tmp_path / "plan.txt")
    qtbot.waitUntil(lambda: ".ics" in window.toast_part.text and "不能存成" in window.toast_part.text)
    page.write_calendar(tmp_path / "nowhere" / "plan.ics")
    qtbot.waitUntil(lambda: "没有写成" in window.toast_part.text)


# --- targets --------------------------------------------------------------------------------------------------------


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


def test_a_class_narrows_the_suggestions_and_gives_them_back(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    whole = {one.name for one in page.side.suggestions}
    chip = page.side.findChild(QAbstractButton, "plan_class_A_button")
    assert chip is not None
    chip.setFocus()
    qtbot.keyClick(chip, KEY.Key_Space)
    qtbot.waitUntil(lambda: {one.customer_class for one in page.side.suggestions} == {"A"})
    assert page.side.tabs.tabText(SUGGESTIONS) == "建议 · A 类"
    focus = QApplication.focusWidget()
    assert isinstance(focus, QAbstractButton)
    qtbot.keyClick(focus, KEY.Key_Space)
    qtbot.waitUntil(lambda: {one.name for one in page.side.suggestions} == whole)


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


@pytest.mark.parametrize("who", ["rep", "manager"])
def test_every_dialog_opens_in_every_language_and_theme(
    who: str, request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication
) -> None:
    seat: Seat = request.getfixturevalue(who)
    page = opened(seat, qtbot)
    qtbot.waitUntil(lambda: page.beside is not None)
    names = {"N": "plan_dialog", "F": "plan_day_off"}
    names |= (
        {"P": "plan_propose", "M": "plan_move", "R": "plan_repeat"}
        if who == "rep"
        else {"C": "plan_cycle", "D": "plan_answer"}
    )
    for lang, look in ((language.ENGLISH, theme.DARK), (language.CHINESE, theme.LIGHT)):
        language.apply_language(qapp, lang)
        theme.apply_theme(qapp, look)
        for key, name in names.items():
            page.side.tabs.setCurrentIndex(TARGETS if who == "manager" else SUGGESTIONS)
            if who == "rep":
                choose(page, seat[1], "w1")
            else:
                page.side.lists[TARGETS].setFocus()
            press(qtbot, page, KEY[f"Key_{key}"])
            dialog = dialog_of(page, qtbot, name)
            unnamed = [
                one for one in dialog.findChildren(QWidget)
                if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus and not one.accessibleName()
                and not one.objectName().startswith("qt_")
            ]  # fmt: skip
            assert unnamed == [], [one.objectName() for one in unnamed]
            qtbot.keyClick(dialog, KEY.Key_Escape)
            qtbot.waitUntil(lambda name=name: not any(d.isVisible() for d in page.findChildren(QDialog, name)))


def test_a_block_shows_where_its_visit_stands_by_a_sign_and_in_words(rep: Seat, qtbot: QtBot) -> None:
    page = opened(rep, qtbot)
    moved = page.grid.block(rep[1].company.ids["w1"])
    assert moved is not None
    assert moved.block.state[0] == ""
    assert "已保存在本机" not in moved.accessibleName()
    choose(page, rep[1], "w1")
    press(qtbot, page, KEY.Key_Down, SHIFT)

    def now() -> VisitBlock:
        block = page.grid.block(rep[1].company.ids["w1"])
        assert block is not None
        return block

    qtbot.waitUntil(lambda: now().block.state == ("saved_here", "info"))
    assert "已保存在本机" in now().accessibleName()
    assert "已保存在本机" in now().toolTip()
    qtbot.waitUntil(lambda: not rep[0].bridge.waiting)
    block = now()
    drawn = block.grab().toImage()
    block.block = msgspec.structs.replace(block.block, state=("", ""))
    assert block.grab().toImage() != drawn, "the sign is drawn"
    other = page.grid.block(rep[1].company.ids["w2"])
    assert other is not None
    assert "已保存在本机" not in other.accessibleName(), "that one was accepted"
