"""Narrowing the customer list down with keys and clicks: conditions, kept filters, sorting, columns and widths."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import CreateRow, SetPreference
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customer_columns import COLUMNS, NAME, PLACE, Shown, first_layout, kept_layout, layout_of
from crmdesk.ui.pages.filter_strip import FilterNameDialog
from crmdesk.ui.parts.arrange import ArrangeDialog
from tests.ui.customers.laptop import Laptop, type_text, undo
from tests.ui.customers.test_customers_page import names, opened

T = TypeVar("T")
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def test_alt_f_and_the_arrows_narrow_the_list_and_say_so(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal, page)
    qtbot.keyClick(page.filter, Qt.Key.Key_F, ALT)
    qtbot.waitUntil(lambda: page.panel.isVisible() and page.panel.groups["due"].hasFocus())
    classes = page.panel.groups["classes"]
    classes.setFocus()
    qtbot.keyClick(classes, Qt.Key.Key_Right)
    qtbot.keyClick(classes, Qt.Key.Key_Right)
    qtbot.keyClick(classes, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: sorted(names(page)) == sorted(["<b>任</b>一 <img src=x>", "区凤仪"]))
    assert page.strip._sentence.text() == "C 类"
    qtbot.keyClick(classes, Qt.Key.Key_X, ALT)
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)
    assert classes.values() == []
    qtbot.keyClick(classes, Qt.Key.Key_F, ALT)
    assert not page.panel.isVisible()
    assert page.table.hasFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_F, ALT)
    qtbot.keyClick(classes, Qt.Key.Key_Escape)
    assert not page.panel.isVisible()


def test_the_first_condition_leaves_the_keys_in_sight(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 768)
    page = opened(window, qtbot)
    qtbot.keyClick(page.table, Qt.Key.Key_F, ALT)
    status = page.panel.groups["status"]
    while not status.hasFocus():
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    before = page.panel.height()
    qtbot.keyClick(status, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.panel.height() < before)
    assert len(page.model.shown.where.status) == 1
    # the line that says so took its room
    qtbot.waitUntil(lambda: status.visibleRegion().boundingRect().height() == status.height())


def test_the_cross_of_the_filter_stands_where_there_is_something_to_clear(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    cross = page.filter.findChild(QToolButton)
    assert cross is not None
    qtbot.keyClicks(page.filter, "zeng")
    qtbot.waitUntil(lambda: cross.property("opacity") == 1.0)
    qtbot.keyClick(page.filter, Qt.Key.Key_X, ALT)
    qtbot.waitUntil(lambda: cross.property("opacity") == 0.0)
    assert page.model.shown.text == ""


def test_conditions_that_nobody_meets_say_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.panel.groups["classes"].choose("none")
    page.panel.groups["seen"].choose("within_7")
    page.panel.groups["consent"].choose("mail")
    qtbot.waitUntil(lambda: page._stack.currentWidget() is page._empty)
    qtbot.mouseClick(page._empty._button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)


def test_a_hospital_is_found_by_typing_and_taken_off_again(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.toggle_panel()
    qtbot.keyClicks(page.panel.picker.edit, "dongfang")
    qtbot.waitUntil(lambda: page.panel.picker.list.count() > 0 and not page.panel.picker.list.isHidden())
    qtbot.keyClick(page.panel.picker.edit, Qt.Key.Key_Return)
    wanted = laptop.company.ids["上海市东方医院"]
    qtbot.waitUntil(lambda: page.model.shown.where.institutions == (wanted,) and 0 < page.model.rowCount() < 7)
    assert page.strip._sentence.text() == "上海市东方医院"
    page.panel.groups["institutions"].choose(wanted)
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)


def dialog_of(page: Any, kind: type[T], qtbot: QtBot) -> T:
    """Return the dialog that the page opened, once it takes keys."""
    qtbot.waitUntil(lambda: any(one.isActiveWindow() for one in page.findChildren(kind)))
    return next(one for one in page.findChildren(kind) if one.isActiveWindow())


def press(widget: QWidget, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = ALT) -> None:
    """Press a key in a widget; offscreen nobody gives the window back its keys when a dialog closes."""
    widget.window().activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.window().isActiveWindow)
    qtbot.keyClick(widget, key, modifier)


def kept(page: Any, qtbot: QtBot, name: str) -> None:
    before = len(page.kept.of("doctor"))
    press(page.filter, qtbot, Qt.Key.Key_S)
    dialog = dialog_of(page, FilterNameDialog, qtbot)
    dialog.edit.clear()
    type_text(dialog.edit, name)
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog.isVisible() and len(page.kept.of("doctor")) >= min(1, before + 1))


def test_a_filter_is_kept_used_renamed_reordered_and_deleted_by_keys(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened(window, qtbot)
    page.panel.groups["classes"].choose("C")
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    kept(page, qtbot, "只看 C")
    page.clear_filter()
    page.panel.groups["seen"].choose("never")
    kept(page, qtbot, "没见过")
    press(page.filter, qtbot, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: sorted(names(page)) == sorted(["<b>任</b>一 <img src=x>", "区凤仪"]))
    assert page.strip.saved.value() == "0"
    page.clear_filter()
    assert page.strip.saved.value() == "all"
    press(page.filter, qtbot, Qt.Key.Key_M)
    dialog = dialog_of(page, ArrangeDialog, qtbot)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down, ALT)
    assert [one.text for one in dialog.entries()] == ["没见过", "只看 C"]
    qtbot.keyClick(dialog.list, Qt.Key.Key_Up)
    qtbot.keyClick(dialog.list, Qt.Key.Key_F2)
    editor = dialog.list.findChild(QLineEdit)
    assert editor is not None
    assert editor.accessibleName() == "改名"
    editor.setText("从未拜访")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.list.item(0).text() == "从未拜访")
    dialog.list.setCurrentRow(1)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: [one.name for one in page.kept.of("doctor")] == ["从未拜访"])
    qtbot.waitUntil(lambda: "从未拜访" in laptop.ask(lambda reads: reads.preference("customer_filters")))
    assert page.kept.of("institution") == ()
    qtbot.waitUntil(lambda: window.toast_part.text == "已删除 1 个筛选")
    undo(window, qtbot)
    qtbot.waitUntil(lambda: [one.name for one in page.kept.of("doctor")] == ["只看 C", "没见过"])


def test_the_list_is_sorted_and_turned_by_keys(window: MainWindow, qtbot: QtBot, laptop: Laptop) -> None:
    page = opened(window, qtbot)

    def ids() -> list[str]:
        return [page.model.id_at(row) for row in range(page.model.rowCount())]

    sorts = list(dict.fromkeys(one.sort for one in COLUMNS["doctor"] if one.first))
    before = page.model.shown.sort
    seen = []
    for _step in sorts:
        press(page.table, qtbot, Qt.Key.Key_O)
        seen.append(page.model.shown.sort)
        assert window.toast_part.text.startswith("排序：")
        assert window.toast_part.text.endswith("↑")
    assert sorted(seen) == sorted(sorts), "each column once"
    assert seen[-1] == before, "and round"
    qtbot.waitUntil(lambda: not window.bridge.waiting and page.model.rowCount() > 2)
    up = ids()
    qtbot.keyClick(page.table, Qt.Key.Key_O, ALT | Qt.KeyboardModifier.ShiftModifier)
    assert window.toast_part.text.endswith("↓")
    qtbot.waitUntil(lambda: not window.bridge.waiting and ids() == up[::-1])
    qtbot.keyClick(page.table, Qt.Key.Key_O, ALT | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: not window.bridge.waiting and ids() == up)


def test_a_filter_without_a_name_is_asked_for_one(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.panel.groups["classes"].choose("C")
    page.save_filter()
    dialog = dialog_of(page, FilterNameDialog, qtbot)
    dialog.edit.clear()
    for key, held in ((Qt.Key.Key_Return, CTRL), (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)):
        qtbot.keyClick(dialog.edit, key, held)
        assert (dialog.complaint.text(), dialog.edit.hasFocus()) == ("先给筛选起个名称。", True)
    type_text(dialog.edit, "丙")
    assert dialog.complaint.isHidden()
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.name for one in page.kept.of("doctor")] == ["丙"])


def test_a_filter_of_the_same_name_is_replaced_and_nothing_to_keep_is_said(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.save_filter()
    assert "Alt+F" in window.toast_part.text
    page.panel.groups["classes"].choose("C")
    kept(page, qtbot, "甲")
    page.panel.groups["classes"].choose("C")
    page.panel.groups["classes"].choose("B")
    kept(page, qtbot, "甲")
    assert [(one.name, one.where.classes) for one in page.kept.of("doctor")] == [("甲", ("B",))]


@pytest.mark.parametrize("record", ["doctor", "institution"])
def test_every_column_sorts_by_a_click_and_says_so(window: MainWindow, qtbot: QtBot, record: str) -> None:
    page = opened(window, qtbot)
    page.bar.kinds.choose(record)
    page._layouts[record] = tuple(Shown(one.code, 120) for one in COLUMNS[record])
    page.table.show_columns(page._layouts[record])
    header = page.table.horizontalHeader()
    for place, column in enumerate(COLUMNS[record]):
        where = QPoint(header.sectionViewportPosition(place) + 20, header.height() // 2)
        header.setOffset(0)
        page.table.horizontalScrollBar().setValue(max(0, where.x() + page.table.horizontalScrollBar().value() - 200))
        where.setX(header.sectionViewportPosition(place) + 20)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)
        assert page.model.shown.sort.removeprefix("-") == column.sort
        qtbot.waitUntil(lambda: not window.bridge.waiting)
        assert page.model.headerData(place, Qt.Orientation.Horizontal).endswith(("↑", "↓"))


def test_columns_and_widths_are_remembered(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    qtbot.keyClick(page.table, Qt.Key.Key_C, ALT)
    dialog = dialog_of(page, ArrangeDialog, qtbot)
    keys = [one.key for one in dialog.entries()]
    dialog.list.setCurrentRow(keys.index("tags"))
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
    for _step in range(keys.index("tags") - 1):
        qtbot.keyClick(dialog.list, Qt.Key.Key_Up, ALT)
    dialog.list.setCurrentRow(0)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Space)  # the name cannot be taken away
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.model.columns[:2] == (NAME, "tags"))
    page.table.setColumnWidth(1, 233)
    page.table.horizontalHeader().moveSection(0, 1)

    def stored() -> list[Shown]:
        return list(layout_of("doctor", laptop.ask(lambda reads: reads.preference("customer_columns_doctor"))))

    qtbot.waitUntil(lambda: stored()[:2] == [Shown("tags", round(233 / theme.scale())), Shown(NAME, 0)])
    page._layouts["doctor"] = first_layout("doctor")
    page._read_layouts()
    qtbot.waitUntil(lambda: page.model.columns[:2] == ("tags", NAME) and page.table.columnWidth(0) == 233)
    assert page.table.is_first(0)


@pytest.mark.parametrize("kept_text", ["", "{", "[1]", '[["name"]]', '[["nope", 3]]', '[["tags", 90]]', "null", '"x"'])
def test_a_layout_that_cannot_be_read_is_the_first_one(kept_text: str) -> None:
    assert layout_of("doctor", kept_text) == first_layout("doctor")
    assert layout_of("doctor", kept_layout((Shown(NAME, 99_999), Shown("tags", 120)))) == (
        Shown(NAME, 0),
        Shown("tags", 120),
    )


def test_the_list_in_every_language_and_theme_cuts_no_button(
    qapp: QApplication, window: MainWindow, qtbot: QtBot
) -> None:
    page = opened(window, qtbot)
    window.resize(1366, 768)
    page.panel.groups["classes"].choose("A")
    for lang in (language.CHINESE, language.ENGLISH):
        for look in (theme.LIGHT, theme.DARK):
            app.dress(qapp, lang, look)
            qtbot.waitUntil(lambda: not window.bridge.waiting)
            bar = page.bar
            buttons = (bar.conditions, bar.columns, bar.import_button, bar.new, page.strip.save, page.strip.clear)
            qtbot.waitUntil(lambda shown=buttons: all(one.width() >= one.sizeHint().width() for one in shown))
            assert all(one.accessibleName() for one in buttons)
            assert page.filter.width() >= 140
    app.dress(qapp, language.CHINESE, theme.LIGHT)


def test_another_window_size_gives_the_place_what_is_left(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    for width in (1100, 1366, 1800):
        window.resize(width, 768)
        qtbot.waitUntil(
            lambda: (
                sum(page.table.columnWidth(at) for at in range(len(page.model.columns)))
                in (page.table.viewport().width(),)
                or page.table.columnWidth(2) == theme.px(120)
            )
        )
    laptop.desk.submit(SetPreference("customer_columns_doctor", "")).result(10)
    laptop.desk.submit(CreateRow("institution", {"name": "新的医院"})).result(10)
    page.bar.kinds.choose("institution")
    qtbot.waitUntil(lambda: page.model.rowCount() >= 3)


def test_large_text_leaves_the_arrow_of_the_order_and_the_hint_of_the_columns(
    large: None, window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1366, 768)
    page = opened(window, qtbot)
    header = page.table.horizontalHeader()
    place = next(at for at in range(header.count()) if page.table.code_at(at) == PLACE)
    while "\u2191" not in (words := str(page.model.headerData(place, Qt.Orientation.Horizontal))):
        qtbot.keyClick(page.table, Qt.Key.Key_O, ALT)
    room = header.sectionSize(place) - 24  # what the style keeps free at both sides
    shown = header.fontMetrics().elidedText(words, header.textElideMode(), room)
    assert shown.endswith("\u2191")
    qtbot.keyClick(page.table, Qt.Key.Key_C, ALT)
    dialog = dialog_of(page, ArrangeDialog, qtbot)
    hint = next(one for one in dialog.findChildren(QLabel) if "Space" in one.text())
    qtbot.waitUntil(lambda: hint.isVisible() and hint.width() >= hint.fontMetrics().horizontalAdvance(hint.text()))
