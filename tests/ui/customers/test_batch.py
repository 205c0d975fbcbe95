"""Choosing several customers and changing them at once, with keys and clicks, on a list of thousands."""

from __future__ import annotations

from itertools import pairwise
from time import monotonic
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.domain.ids import new_id
from crmdesk.services.commands import ChangeSet
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.batch_dialog import BatchDialog
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.test_customers_page import opened
from tests.ui.customers.test_narrowing import ALT, CTRL, dialog_of, press

SHIFT = Qt.KeyboardModifier.ShiftModifier


def at(page: Any, row: int) -> QPoint:
    return page.table.visualRect(page.model.index(row, 1)).center()


def classes(laptop: Laptop) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in laptop.ask(lambda reads: reads.customers(limit=10_000)):
        found[item.customer_class] = found.get(item.customer_class, 0) + 1
    return found


def pick(box: Any, code: str, qtbot: QtBot) -> None:
    """Choose an entry of a list box by the arrows."""
    box.setFocus()
    for _step in range(box.findData(code)):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(box.currentIndex())
    assert box.currentData() == code


def test_rows_are_chosen_by_keys_and_by_clicks(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Down, SHIFT)
    qtbot.keyClick(page.table, Qt.Key.Key_Down, SHIFT)
    assert page.table.chosen_count() == 3
    assert page.strip._count.text() == "已选 3 位医生"
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, CTRL, at(page, 1))
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, CTRL, at(page, 5))
    assert page.table.chosen_ids() == [page.model.id_at(row) for row in (0, 2, 5)]
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=at(page, 1))
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, SHIFT, at(page, 4))
    assert page.table.chosen_count() == 4
    qtbot.keyClick(page.table, Qt.Key.Key_A, CTRL)
    assert page.table.chosen_count() == 7
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.table.chosen_count() == 1


def test_a_key_that_is_held_down_does_not_widen_what_the_page_chooses_by_itself(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = opened(window, qtbot)
    page.table.setFocus()
    for held in (SHIFT, CTRL):
        page.table.choose(0)
        qtbot.keyPress(page.table, Qt.Key.Key_F20, held)
        assert QApplication.keyboardModifiers() == held
        page.table.choose(2)
        assert page.table.chosen_ids() == [page.model.id_at(2)]
        qtbot.keyRelease(page.table, Qt.Key.Key_F20)


def test_a_change_of_all_chosen_is_shown_first_made_and_undone_as_one(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened(window, qtbot)
    before = classes(laptop)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(page.table, Qt.Key.Key_B, ALT)
    dialog = dialog_of(page, BatchDialog, qtbot)
    assert not dialog.start_button.isEnabled()
    pick(dialog.fields["customer_class"], "A", qtbot)
    qtbot.keyClicks(dialog.tags["add"], "focus,autumn")
    qtbot.waitUntil(lambda: dialog._model.rowCount() == 7)
    assert "7 位会改变" in dialog._figure.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: classes(laptop) == {"A": 7})
    qtbot.waitUntil(lambda: "7" in window.toast_part.text and bool(window.toast_part.undo_token))
    assert {item.tags for item in laptop.ask(lambda reads: reads.customers())} == {("autumn", "focus")}
    qtbot.waitUntil(lambda: page.table.chosen_count() == 7)  # the same ones are still chosen
    press(page.table, qtbot, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: classes(laptop) == before)
    qtbot.waitUntil(lambda: window.toast_part.text.startswith("已撤销"))


def test_a_value_that_all_have_already_cannot_be_started(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.panel.groups["classes"].choose("C")
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    page.table.selectAll()
    page.change_chosen()
    dialog = dialog_of(page, BatchDialog, qtbot)
    pick(dialog.fields["customer_class"], "C", qtbot)
    qtbot.waitUntil(lambda: "2 位已经是这样" in dialog._figure.text())
    assert not dialog.start_button.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert page.table.chosen_count() == 2


def test_chinese_tags_come_from_the_input_method(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.table.selectAll()
    page.change_chosen()
    dialog = dialog_of(page, BatchDialog, qtbot)
    type_text(dialog.tags["add"], "重点，<b>秋</b>")
    qtbot.waitUntil(dialog.start_button.isEnabled)
    qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    wanted = tuple(sorted(("重点", "<b>秋</b>")))
    qtbot.waitUntil(lambda: {one.tags for one in laptop.ask(lambda reads: reads.customers())} == {wanted})


def thousands(laptop: Laptop, count: int) -> None:
    place = {"territory_id": laptop.company.ids["浦东一区"], "status": "active", "customer_class": "C"}
    laptop.receive({"doctor": [{"id": new_id(), "name": f"赵{number}", **place} for number in range(count)]})
    laptop.desk.publish(ChangeSet({"doctor": ()}, "remote"))


def test_five_thousand_rows_leave_the_window_alive_and_can_be_stopped(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened(window, qtbot)
    thousands(laptop, 5_000)
    qtbot.waitUntil(lambda: page.model.rowCount() == 5_007)
    page.table.setFocus()
    page.table.selectAll()
    page.change_chosen()
    dialog = dialog_of(page, BatchDialog, qtbot)
    pick(dialog.fields["influence"], "national", qtbot)
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=20_000)
    assert dialog._model.rowCount() == 200
    beats: list[float] = []
    heart = QTimer(page)
    heart.setInterval(0)
    heart.timeout.connect(lambda: beats.append(monotonic()))
    heart.start()
    dialog.start()
    qtbot.waitUntil(lambda: page.strip._faces.currentIndex() == 2)
    qtbot.waitUntil(lambda: page.strip.run.bar.accessibleName().startswith(("400 ", "600 ", "800 ")), timeout=20_000)
    qtbot.mouseClick(page.strip.run.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.run.running, timeout=20_000)
    heart.stop()
    gaps = sorted(second - first for first, second in pairwise(beats))
    assert gaps[-1] < 1.0, f"the window stood still for {gaps[-1]:.2f} s"
    assert "已停止" in window.toast_part.text
    changed = sum(1 for one in laptop.ask(lambda reads: reads.customers(limit=6_000)) if one.influence == "national")
    assert 400 <= changed < 5_000
    press(page.table, qtbot, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: window.toast_part.text.startswith("已撤销"), timeout=20_000)


@pytest.mark.parametrize("lang", [language.CHINESE, language.ENGLISH])
def test_the_dialog_opens_in_every_language_and_theme(
    qapp: QApplication, window: MainWindow, qtbot: QtBot, lang: str
) -> None:
    page = opened(window, qtbot)
    page.table.selectAll()
    for look in (theme.LIGHT, theme.DARK):
        app.dress(qapp, lang, look)
        page.change_chosen()
        dialog = dialog_of(page, BatchDialog, qtbot)
        assert dialog.windowTitle()
        assert all(box.accessibleName() for box in (*dialog.fields.values(), *dialog.tags.values()))
        assert "status" not in dialog.fields  # a representative does not decide about that
        dialog.reject()
        qtbot.waitUntil(lambda: not page.findChildren(BatchDialog))
    app.dress(qapp, language.CHINESE, theme.LIGHT)
