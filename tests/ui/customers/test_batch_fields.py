"""Company fields in the dialog that changes many customers, by keys, and decimal numbers in the filter panel."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.batch_dialog import BatchDialog
from crmdesk.ui.pages.customers_page import CustomersPage
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.own_fields import define
from tests.ui.customers.test_batch import pick
from tests.ui.customers.test_customers_page import names, opened
from tests.ui.customers.test_narrowing import ALT, CTRL, dialog_of, press

FUNDS = {"name": "经费", "name_en": "Funds", "kind": "decimal", "places": 2, "unit": "万元", "unit_en": "10,000 yuan"}


@pytest.fixture
def page(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> CustomersPage:
    """The list, with fields of the company; the floors of an institution are a decimal number here."""
    define(laptop, qtbot, beds=FUNDS)
    return opened(window, qtbot)


def customs(laptop: Laptop) -> list[Any]:
    return [item.custom for item in laptop.ask(lambda reads: reads.customers())]


def asked(page: CustomersPage, qtbot: QtBot) -> BatchDialog:
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(page.table, Qt.Key.Key_B, ALT)
    dialog = dialog_of(page, BatchDialog, qtbot)
    assert isinstance(dialog, BatchDialog)
    return dialog


def test_a_field_is_set_for_all_shown_first_and_undone(
    page: CustomersPage, window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    dialog = asked(page, qtbot)
    cell = dialog.own.cells["custom.beds"]
    assert "custom.trust" not in dialog.own.cells, "not the rep's to write"
    assert cell.box.accessibleName() == "经费（万元）"
    pick(cell.box, "set", qtbot)
    assert cell.editor.control.hasFocus()
    assert "这里会先列出" in dialog._figure.text(), "nothing was asked for yet"
    qtbot.keyClicks(cell.editor.control, "1.555")
    assert dialog._figure.text() == "先改好有误的内容。"
    assert "最多 2 位小数" in cell.editor.error_label.text()
    assert not dialog.start_button.isEnabled()
    qtbot.keyClick(cell.editor.control, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: dialog._model.rowCount() == 7)
    first = dialog._model.row(0)
    assert first is not None
    assert first.second == "经费（万元）：（空） → 1.55"
    app.dress(qapp, language.ENGLISH, theme.DARK)
    qtbot.waitUntil(lambda: cell.box.accessibleName() == "Funds (10,000 yuan)")
    assert cell.editor.value() == 155
    assert cell.box.currentData() == "set"
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: customs(laptop) == [{"beds": 155}] * 7)
    qtbot.waitUntil(lambda: bool(window.toast_part.undo_token))
    press(page.table, qtbot, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: not any(customs(laptop)))


def test_several_choices_and_yes_or_no_are_set_and_a_field_is_emptied(
    page: CustomersPage, laptop: Laptop, qtbot: QtBot
) -> None:
    laptop.server_edits("doctor", "曾庆华", custom={"hobby": "跑步", "topics": ["血脂管理"]})
    dialog = asked(page, qtbot)
    cells = dialog.own.cells
    pick(cells["custom.topics"].box, "set", qtbot)
    qtbot.keyClick(cells["custom.topics"].editor.control, Qt.Key.Key_Space)
    pick(cells["custom.speaker"].box, "set", qtbot)
    qtbot.keyClick(cells["custom.speaker"].editor.control, Qt.Key.Key_Right)
    pick(cells["custom.hobby"].box, "clear", qtbot)
    qtbot.waitUntil(lambda: dialog.start_button.isEnabled())
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: customs(laptop) == [{"speaker": False, "topics": ["心力衰竭"]}] * 7)


def test_the_list_is_narrowed_by_a_decimal_number(page: CustomersPage, laptop: Laptop, qtbot: QtBot) -> None:
    laptop.server_edits("doctor", "曾庆华", custom={"beds": 1250})
    laptop.server_edits("doctor", "仇丽萍", custom={"beds": 5})
    page.toggle_panel()
    group = page.panel.own.groups["custom.beds"]
    qtbot.keyClicks(group._edit("from"), "0.06")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])
    assert page.strip._sentence.text() == "经费（万元） ≥ 0.06"
    page.kept.keep("有经费", page.model.shown)
    page.clear_filter()
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)
    page._pick_kept(0)
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])
    assert group._edit("from").text() == "0.06"  # type: ignore[attr-defined]
