"""The parts: plain text everywhere, driven by keys, fast for long lists."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPixmap, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui.parts.buttons import DESTRUCTIVE, PLAIN, PRIMARY, QUIET, Button
from crmdesk.ui.parts.charts import BudgetBar, ColumnChart, ProgressBar
from crmdesk.ui.parts.chips import Chip, ChipRow, Picklist, digit_pressed, state_chip
from crmdesk.ui.parts.label import ElidedLabel, Label, breakable
from crmdesk.ui.parts.notices import Banner, EmptyState, Toast
from crmdesk.ui.parts.property_rows import PropertyRows
from crmdesk.ui.parts.row_picker import RowPicker
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.tabs import Tabs
from crmdesk.ui.parts.text_field import TextBox, TextLine
from crmdesk.ui.parts.timeline import Timeline, TimelineRow
from tests.fixtures.pace import slowness

HTML = '<b>张</b><img src="/etc/passwd">'


def _labels(widget: QWidget) -> list[QLabel]:
    return widget.findChildren(QLabel)


def test_html_in_a_name_stays_text_in_every_part(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    rows, timeline, banner, empty = PropertyRows(), Timeline(), Banner(), EmptyState()
    rows.add("姓名", HTML)
    timeline.set_rows([TimelineRow("1", HTML, HTML, chips=((HTML, "ok"),))])
    banner.say(HTML)
    empty.say(HTML)
    for part in (Label(HTML), ElidedLabel(HTML), rows, timeline, banner, empty):
        layout.addWidget(part)
    toast = Toast(window)
    window.show()
    toast.say(HTML)
    labels = _labels(window)
    assert sum(label.text() == HTML for label in labels) >= 7
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_a_picklist_chooses_by_arrows_and_digits_by_group(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    first, second = Picklist("方式", "1"), Picklist("产品", "2", many=True)
    first.set_choices([("face", "面对面"), ("phone", "电话"), ("mail", "邮件")])
    second.set_choices([("a", "甲"), ("b", "乙")])
    layout.addWidget(first)
    layout.addWidget(second)
    window.show()
    window.activateWindow()
    first.set_value("face")
    first.setFocus()
    with qtbot.waitSignal(first.changed):
        qtbot.keyClick(first, Qt.Key.Key_Right)
    assert first.value() == "phone"
    qtbot.keyClick(first, Qt.Key.Key_Left)
    qtbot.keyClick(first, Qt.Key.Key_Left)
    assert first.value() == "mail"
    pressed = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_2, Qt.KeyboardModifier.NoModifier, "2")
    assert digit_pressed((first, second), pressed)
    assert window.focusWidget() is second
    qtbot.keyClick(second, Qt.Key.Key_Space)
    qtbot.keyClick(second, Qt.Key.Key_Right)
    qtbot.keyClick(second, Qt.Key.Key_Space)
    assert second.values() == ["a", "b"]
    qtbot.keyClick(second, Qt.Key.Key_Backspace)
    assert second.values() == []


def test_enter_presses_the_button_that_has_the_focus_and_not_what_enter_means_on_the_page(qtbot: QtBot) -> None:
    window, pressed = QWidget(), list[str]()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    button, edit = Button("选择文件…"), QLineEdit()
    button.clicked.connect(lambda: pressed.append("button"))
    layout.addWidget(button)
    layout.addWidget(edit)
    QShortcut(QKeySequence("Return"), window, lambda: pressed.append("page"))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for focus in (button, edit):
        focus.setFocus()
        qtbot.keyClick(focus, Qt.Key.Key_Return)
    assert pressed == ["button", "page"]


def test_a_click_on_a_chip_chooses_it(qtbot: QtBot) -> None:
    group = Picklist("方式")
    qtbot.addWidget(group)
    group.setObjectName("channel")
    group.set_choices([("face", "面对面"), ("phone", "电话")])
    group.show()
    pick = group.findChild(QWidget, "channel_phone")
    assert pick is not None
    qtbot.mouseClick(pick, Qt.MouseButton.LeftButton)
    assert group.value() == "phone"
    group.set_choices([("phone", "Phone"), ("face", "Face to face")])
    assert group.value() == "phone", "new words keep what is chosen"


@pytest.mark.parametrize("kind", [PRIMARY, PLAIN, DESTRUCTIVE, QUIET])
def test_a_button_has_room_for_its_words_and_key(qtbot: QtBot, kind: str) -> None:
    bare, keyed = Button("提交", kind), Button("提交", kind, "Ctrl ↵", "submit")
    for button in (bare, keyed):
        qtbot.addWidget(button)
    assert keyed.sizeHint().width() > bare.sizeHint().width() + 40
    assert keyed.accessibleName() == "提交"
    keyed.show()
    keyed.setEnabled(False)
    assert not keyed.grab().isNull()


@pytest.mark.soak  # a figure in milliseconds: it needs a machine that does nothing else
def test_painting_a_page_of_rows_fits_into_a_frame_or_two(qtbot: QtBot) -> None:
    model = RowModel()
    model.set_rows(
        [
            ListRow(str(n), f"医生 {n}", "08:40", "A", second="东方医院", third="已答应", state="计划")
            for n in range(300)
        ]
    )
    shown = RowList(model, lines=3, with_time=True)
    qtbot.addWidget(shown)
    shown.resize(520, 700)
    shown.show()
    target = QPixmap(shown.size())
    shown.render(target)
    started = time.thread_time()  # what it takes by itself: other programs take their part of the clock's time
    for _ in range(10):
        shown.render(target)
    assert (time.thread_time() - started) / 10 < 0.033 * slowness()


def test_the_list_tells_what_is_chosen_and_opened(qtbot: QtBot) -> None:
    model = RowModel()
    model.set_rows([ListRow("a", "甲"), ListRow("b", "乙")])
    shown = RowList(model)
    qtbot.addWidget(shown)
    shown.show()
    shown.choose("a")
    with qtbot.waitSignal(shown.chosen, check_params_cb=lambda key: key == "b"):
        qtbot.keyClick(shown, Qt.Key.Key_Down)
    with qtbot.waitSignal(shown.opened, check_params_cb=lambda key: key == "b"):
        qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert not shown.choose("none")
    assert model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == "甲"


def test_a_list_shows_the_chosen_row_whole_and_begins_with_a_whole_one(qtbot: QtBot) -> None:
    """Also where the window shows a part of the list alone, as a page in a low window does."""
    model = RowModel()
    model.set_rows([ListRow(str(n), f"医生 {n}") for n in range(20)])
    low = QWidget()
    qtbot.addWidget(low)
    low.resize(300, 200)
    shown = RowList(model, lines=2, parent=low)
    shown.resize(300, 300)
    low.show()
    for chosen in (9, 10, 11, 2):
        shown.choose(str(chosen))
        row = shown.visualRect(shown.currentIndex())
        assert row.top() >= 0, chosen
        assert row.bottom() < 200, chosen
        assert shown.verticalScrollBar().value() % row.height() == 0, chosen
    low.resize(300, 400)
    shown.choose("12")
    shown.resize(300, 110)
    assert shown.visualRect(shown.currentIndex()).bottom() < 110, "a list that becomes lower keeps it in sight"


def test_the_timeline_shows_the_first_and_then_more(qtbot: QtBot) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.set_rows([TimelineRow(str(n), f"{n}", "x") for n in range(50)])
    timeline.show()
    more = timeline.findChild(Button, "timeline_more_button")
    assert more is not None
    assert "30" in more.text()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert not more.isVisible()


def test_a_toast_stands_above_a_banner(qtbot: QtBot) -> None:
    """What is still missing in a claim was covered for six seconds by the news of the step before."""
    window = QWidget()
    window.resize(900, 600)
    qtbot.addWidget(window)
    banner = Banner(window)
    banner.say("还缺：第 1 项的凭证。草稿已保存。", "warn")
    banner.setGeometry(300, 520, 600, 36)
    window.show()
    toast = Toast(window)
    toast.say("报告已提交")
    assert not toast.geometry().intersects(banner.geometry())


def test_a_toast_keeps_off_the_field_in_which_somebody_types(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(900, 600)
    qtbot.addWidget(window)
    upper, lower = QLineEdit(window), QLineEdit(window)
    upper.setGeometry(500, 100, 380, 36)
    lower.setGeometry(500, 520, 380, 36)
    window.show()
    upper.setFocus()
    toast = Toast(window)
    toast.say("已保存在本机")
    assert toast.geometry().intersects(lower.geometry()), "there is room for the words in the corner"
    qtbot.keyClick(upper, Qt.Key.Key_Tab)
    assert window.focusWidget() is lower
    qtbot.waitUntil(lambda: not toast.geometry().intersects(lower.geometry()))


def test_a_toast_undoes_once(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(800, 600)
    qtbot.addWidget(window)
    window.show()
    toast = Toast(window)
    toast.say("已保存在本机", "token")
    undo = toast.findChild(Button, "toast_undo_button")
    assert undo is not None
    with qtbot.waitSignal(toast.undone, check_params_cb=lambda token: token == "token"):
        qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert toast.text == ""
    with qtbot.assertNotEmitted(toast.undone):
        toast.undo()
    toast.say("长" * 300)
    assert toast.width() < window.width()


def test_charts_and_chips_paint_at_every_edge(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QHBoxLayout(window)
    progress, budget, columns = ProgressBar(), BudgetBar(), ColumnChart()
    for part in (progress, budget, columns, state_chip("needs_you"), Chip(""), ChipRow([("甲", "ok"), ("乙", "bad")])):
        layout.addWidget(part)
    window.show()
    for value, whole in ((0, 0), (5, 4), (3, 4)):
        progress.set(value, whole)
        budget.set(whole, value, value, value)
        columns.set([0] * value)
        assert not window.grab().isNull()


def test_tabs_keep_the_open_one_and_show_ampersands(qtbot: QtBot) -> None:
    tabs = Tabs()
    qtbot.addWidget(tabs)
    tabs.set_tabs(["时间线", "资料", "A & B"])
    tabs.setCurrentIndex(1)
    tabs.set_tabs(["Timeline", "Profile", "A & B"])
    assert tabs.currentIndex() == 1
    assert tabs.tabText(2) == "A && B"


def test_a_long_name_of_a_property_takes_two_lines_and_leaves_the_value_its_room(qtbot: QtBot) -> None:
    rows = PropertyRows(72)
    qtbot.addWidget(rows)
    rows.add("Level", "Tertiary A")
    value = rows.add("Research funds a year, all sources together (10,000 yuan)", "12.5")
    rows.resize(304, 200)
    rows.show()
    assert value.x() < 160
    name = rows._grid.itemAtPosition(1, 0)
    assert name is not None
    assert name.geometry().height() > value.fontMetrics().height() * 1.8


def test_an_address_without_end_breaks_after_its_signs_and_is_read_as_it_is(qtbot: QtBot) -> None:
    address = "a-very-long-address-of-a-doctor@department.hospital.example.org"
    label = Label(address, wrap=True)
    qtbot.addWidget(label)
    assert label.text() == address
    assert label.minimumSizeHint().width() < 200
    assert breakable("x" * 60).replace("\u200b", "|") == f"{'x' * 24}|{'x' * 24}|{'x' * 12}"
    assert breakable("安络平 short@a.b") == "安络平 short@a.b"


def test_a_long_text_shows_its_beginning_unless_somebody_types_there(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    line, other = TextLine(), TextLine()
    for one in (line, other):
        layout.addWidget(one)
    window.resize(160, 90)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    line.setText("一句很长的主题，它在这样窄的地方放不下，所以只看得见一头")
    assert line.cursorPosition() == 0
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    qtbot.keyClicks(line, "x")
    assert line.text().endswith("一头x"), "what is typed goes on at the end"
    other.setFocus()
    assert line.cursorPosition() == 0


def test_a_picker_says_that_nothing_was_found_and_takes_nothing(qtbot: QtBot) -> None:
    picker, picked = RowPicker("anybody", lambda _text: None), list[str]()
    picker.picked.connect(picked.append)
    qtbot.addWidget(picker)
    picker.show()
    qtbot.keyClicks(picker.edit, "aby")
    picker.show_found([])
    assert picker.list.isVisible()
    assert picker.list.item(0).text() == "没有找到“aby”"
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(picker.edit, key)
    picker.list.itemClicked.emit(picker.list.item(0))
    assert (picked, picker.row_id()) == ([], "")
    picker.show_found([("id", "阿不都", "")])
    qtbot.keyClick(picker.edit, Qt.Key.Key_Return)
    assert picked == ["id"]


@pytest.mark.parametrize("kind", [TextLine, TextBox])
def test_undo_belongs_to_a_field_only_once_something_was_typed_there(
    qtbot: QtBot, kind: type[TextLine] | type[TextBox]
) -> None:
    """The toast said 'Ctrl Z' while an empty search field kept that key for itself."""
    window, undone = QDialog(), list[str]()
    qtbot.addWidget(window)
    field = kind()
    QVBoxLayout(window).addWidget(field)
    QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), window, lambda: undone.append("window"))
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    for typed, wanted in (("", ["window"]), ("abc", ["window"])):
        QTest.keyClicks(field, typed)
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert undone == wanted
    assert (field.text() if isinstance(field, TextLine) else field.toPlainText()) == ""
