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
    QDialog,
    QFileDialog,
    QLineEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from crmdesk.domain.clock import at_minute
from crmdesk.services.commands import MoveVisit
from crmdesk.ui import language, theme
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.pages.plan_page import PlanPage
from crmdesk.ui.pages.plan_side import DAYS_OFF, SUGGESTIONS, TARGETS
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.date_field import DateField, today
from crmdesk.ui.parts.week_grid import VisitBlock
from tests.ui.customers.laptop import type_text, undo
from tests.ui.plan.planned import work_week
from tests.ui.plan.steps import CTRL, KEY, SHIFT, Seat, choose, dialog_of, opened, planned, press


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
    block = page.grid.block(laptop.company.ids["w1"])
    rep[0].activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is block)  # the keys go on where they were
    assert page.grid.day == 1, "what is scheduled next goes into the day that is marked"
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
    qtbot.keyClick(focus, KEY.Key_Return)
    qtbot.waitUntil(lambda: {one.name for one in page.side.suggestions} == whole)
    assert rep[0].shown == "plan", "Enter on a chip is for the chip, not for the week"


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
