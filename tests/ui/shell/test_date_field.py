"""A date typed, picked and taken back in a shown form, as by somebody who has no mouse."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCalendarWidget, QDialog, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from crmdesk.domain.records import DOCTOR
from crmdesk.ui.pages.field_editors import make_editor
from crmdesk.ui.parts import date_field
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.date_field import DateField, unread_days
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.room import Dialog
from crmdesk.ui.parts.text_field import TextBox, TextLine

KEY = Qt.Key
THURSDAY = date(2026, 11, 26)


class Form(NamedTuple):
    """A field that has the focus, one behind it, and what was told."""

    window: QWidget
    day: DateField
    after: TextLine
    picked: list[str]

    def hint(self) -> str:
        shown = [one.text() for one in self.window.findChildren(Label) if one.property("part") == "field_hint"]
        return shown[0] if shown else ""


@pytest.fixture
def form(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Form:
    monkeypatch.setattr(date_field, "today", lambda: THURSDAY)
    window = QDialog()
    qtbot.addWidget(window)
    day, after, picked = DateField("day"), TextLine(), list[str]()
    day.set_label("日期")
    day.picked.connect(picked.append)
    layout = QVBoxLayout(window)
    layout.addWidget(day)
    layout.addWidget(after)
    window.resize(400, 300)
    window.show()
    window.activateWindow()
    day.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(day.hasFocus)
    return Form(window, day, after, picked)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2026-11-30", "11 月 30 日"),
        ("30", "11 月 30 日"),
        ("+3", "11 月 29 日"),
        ("Fri", "明天"),
        ("1-5", "2027 年 1 月 5 日"),
    ],
)
@pytest.mark.parametrize("leave", [KEY.Key_Tab, KEY.Key_Return])
def test_what_is_typed_is_taken_by_enter_and_by_tab(form: Form, typed: str, shown: str, leave: Qt.Key) -> None:
    form.day.set_value("2026-12-24")
    form.day.selectAll()
    QTest.keyClicks(form.day, typed)
    assert form.picked == []
    QTest.keyClick(form.day, leave)
    assert (form.day.text(), form.picked, form.hint()) == (shown, [form.day.value()], "")
    assert form.after.hasFocus() == (leave == KEY.Key_Tab)


def test_how_it_is_understood_is_said_while_it_is_typed(form: Form) -> None:
    QTest.keyClicks(form.day, "30")
    assert form.hint() == "2026 年 11 月 30 日 · 周一"
    QTest.keyClicks(form.day, "x")
    assert form.hint() == ""


def test_what_is_no_date_stays_with_a_sentence_and_keeps_the_form(form: Form, qtbot: QtBot) -> None:
    form.day.set_value("2026-12-24")
    form.day.selectAll()
    QTest.keyClicks(form.day, "31-31")
    complaints: list[str] = []
    form.day.refused.connect(lambda: complaints.append(form.day.complaint()))
    QTest.keyClick(form.day, KEY.Key_Return)
    assert "看不懂日期“31-31”" in form.hint()
    assert form.hint() == form.day.accessibleDescription() == complaints[-1]
    QTest.keyClick(form.day, KEY.Key_Tab)
    assert (form.after.hasFocus(), form.day.text(), form.day.property("wrong")) == (True, "31-31", True)
    assert [one.control for one in unread_days(form.window)] == [form.day]
    assert (form.day.value(), form.picked) == ("2026-12-24", [])
    form.day.setFocus()
    QTest.keyClick(form.day, KEY.Key_Escape)
    assert (form.day.text(), form.window.isVisible(), unread_days(form.window)) == ("12 月 24 日", True, [])
    QTest.keyClick(form.day, KEY.Key_Escape)
    assert not form.window.isVisible()
    assert complaints[-1] == ""


@pytest.mark.parametrize(("typed", "sent"), [("11-30", ["2026-11-30"]), ("31-31", [])])
def test_ctrl_enter_sends_what_was_just_typed_or_nothing(form: Form, typed: str, sent: list[str]) -> None:
    told: list[str] = []
    QShortcut(QKeySequence("Ctrl+Return"), form.window, lambda: told.append(form.day.value()))
    QTest.keyClicks(form.day, typed)
    QTest.keyClick(form.window.windowHandle(), KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert told == sent
    assert bool(form.hint()) == (not sent)


def test_days_and_weeks_by_arrows_and_nothing_by_delete(form: Form) -> None:
    for key in (KEY.Key_PageUp, KEY.Key_Up, KEY.Key_Up):
        QTest.keyClick(form.day, key)
    assert form.day.value() == (THURSDAY + timedelta(days=9)).isoformat()
    QTest.keyClick(form.day, KEY.Key_Delete)
    assert (form.day.value(), form.picked[-1]) == ("", "")


def _calendar(form: Form, qtbot: QtBot) -> QMenu:
    qtbot.waitUntil(lambda: form.day.findChild(QMenu) is not None)
    menu = form.day.findChild(QMenu)
    assert menu is not None
    return menu


def _click(form: Form) -> None:
    form.after.setFocus()
    QTest.mouseClick(form.day, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    "opens",
    [
        lambda form: QTest.keyClick(form.day, KEY.Key_Return),
        lambda form: QTest.keyClick(form.day, KEY.Key_Space),
        lambda form: QTest.keyClick(form.day, KEY.Key_F4),
        lambda form: QTest.keyClick(form.day, KEY.Key_Down, Qt.KeyboardModifier.AltModifier),
        _click,
    ],
    ids=["enter", "space", "f4", "alt_down", "click"],
)
def test_the_calendar_opens_and_typing_goes_on_in_the_field(
    form: Form, qtbot: QtBot, opens: Callable[[Form], None]
) -> None:
    opens(form)
    menu = _calendar(form, qtbot)
    calendar = menu.findChild(QCalendarWidget)
    assert calendar is not None
    assert calendar.horizontalHeaderFormat() == QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames
    QTest.keyClicks(menu, "3")
    QTest.keyClicks(form.day, "0")
    QTest.keyClick(form.day, KEY.Key_Return)
    assert form.day.value() == "2026-11-30"


def test_a_screen_reader_is_told_of_a_text_that_can_be_typed(form: Form) -> None:
    form.day.set_value("2026-11-30")
    told = QAccessible.queryAccessibleInterface(form.day)
    assert (told.role(), told.text(QAccessible.Text.Name)) == (QAccessible.Role.EditableText, "日期")
    assert told.text(QAccessible.Text.Value) == "11 月 30 日"
    assert "周一" in told.text(QAccessible.Text.Description)


def test_a_kept_text_that_is_no_date_comes_back_as_it_was_typed(form: Form) -> None:
    form.day.set_value("nächste Woche")
    assert (form.day.unread(), form.day.value()) == ("nächste Woche", "")
    QGuiApplication.sendEvent(form.day, QEvent(QEvent.Type.LanguageChange))
    form.day.retranslate()
    assert form.day.text() == "nächste Woche"
    form.day.set_value("2026-11-30")
    assert (form.day.unread(), form.day.property("wrong")) == ("", False)


def test_what_has_happened_is_the_last_such_day_even_where_the_next_one_is_nearer(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(date_field, "today", lambda: THURSDAY)
    editor = make_editor("doctor", DOCTOR.field("consent_on"))
    qtbot.addWidget(editor)
    QTest.keyClicks(editor.control, "3 march")
    assert editor.value() == "2026-03-03"


def test_a_field_has_room_for_its_year_and_does_not_shrink_by_a_date(form: Form) -> None:
    usual = form.day.sizeHint().width()
    form.day.pick("2026-11-30")
    assert form.day.sizeHint().width() == usual
    form.day.pick("2027-12-30")
    QCoreApplication.sendPostedEvents()
    assert form.day.width() == form.day.sizeHint().width() > usual


class _Asking(Dialog):
    """Counts how often Enter did what it is for."""

    def __init__(self) -> None:
        super().__init__()
        self.day, self.line, self.chips, self.text = DateField("day"), TextLine(), Picklist(), TextBox()
        self.chips.set_choices([("a", "甲"), ("b", "乙")])
        self.sent = 0
        layout = QVBoxLayout(self)
        for widget in (self.day, self.line, self.chips, self.text):
            layout.addWidget(widget)

    @override
    def enter(self) -> None:
        self.sent += 1


def test_enter_does_what_a_dialog_is_for_where_a_field_has_no_use_for_it(qtbot: QtBot) -> None:
    dialog = _Asking()
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClick(dialog.line, KEY.Key_Return)
    assert dialog.sent == 1
    QTest.keyClick(dialog.chips, KEY.Key_Return)
    assert (dialog.sent, dialog.chips.value()) == (1, "a")  # chosen by it; the next one finds nothing to choose
    QTest.keyClick(dialog.chips, KEY.Key_Return)
    assert dialog.sent == 2
    QTest.keyClick(dialog.text, KEY.Key_Return)
    QTest.keyClicks(dialog.day, "+3")
    QTest.keyClick(dialog.day, KEY.Key_Return)
    assert dialog.sent == 2
    QTest.keyClick(dialog.day, KEY.Key_Return)
    assert dialog.sent == 3, "a date that is there already is no reason to open the calendar"
    assert dialog.text.toPlainText() == "\n"
    held = QKeyEvent(QEvent.Type.KeyPress, KEY.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True, 1)
    QCoreApplication.sendEvent(dialog.line, held)
    assert dialog.sent == 3  # the key that opened the dialog is still held down


@pytest.mark.parametrize(("lines", "key"), [(True, "Ctrl ↵"), (False, "Enter")])
def test_the_button_of_a_dialog_names_the_key_that_sends_it(qtbot: QtBot, lines: bool, key: str) -> None:
    dialog = _Asking()
    qtbot.addWidget(dialog)
    button = Button("保存", key="Ctrl ↵")
    layout = dialog.layout()
    assert layout is not None
    layout.addWidget(button)
    dialog.text.setVisible(lines)
    dialog.show()
    assert button.key == key
