"""A Chinese input method at every kind of text field: half-typed pinyin does nothing, what comes of it lands whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.services.reads_sync import Reads
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts.date_field import DateField, today
from crmdesk.ui.parts.header import SearchField
from crmdesk.ui.parts.text_field import TextBox, TextLine
from tests.ui.customers.laptop import Laptop
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit

KEY = Qt.Key
HALF = ("z", "zh", "zhang", "zhang san")


def compose(field: QWidget, text: str) -> None:
    """Show half-typed pinyin in a field."""
    QApplication.sendEvent(field, QInputMethodEvent(text, []))


def hand_over(field: QWidget, text: str) -> None:
    """End the composition with a text."""
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(field, event)


def content(field: QWidget) -> str:
    return field.toPlainText() if isinstance(field, QPlainTextEdit) else str(field.property("text"))


def at(sit: Sit, qtbot: QtBot, name: str) -> tuple[MainWindow, Laptop]:
    """Show a place of the house, its window in front."""
    place = next(one for one in house.places() if one.name == name)
    window, laptop = sit(*place.role)
    place.show(window, laptop)
    house.shown(qtbot, window)
    opener = window.findChild(QPushButton, "visit_questions_open_button")
    if opener is not None and opener.isVisible():
        opener.click()  # the text that few need is there too
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window, laptop


def field_of(root: QWidget, name: str) -> QWidget:
    found = [one for one in root.findChildren(QWidget, name) if one.isVisible() and one.isEnabled()]
    assert found, name
    found[0].setFocus()
    return found[0]


FIELDS = [
    ("customers", "customers_filter_edit"), ("visit_report", "visit_note_edit"),
    ("visit_report", "visit_questions_edit"), ("visit_report", "visit_next_step_edit"),
    ("expense_draft", "claim_title_edit"), ("expense_draft", "claim_doctor_edit"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "name"), FIELDS)
def test_the_keys_belong_to_the_input_method_while_it_composes(qtbot: QtBot, sit: Sit, place: str, name: str) -> None:
    window, _laptop = at(sit, qtbot, place)
    before = window.shown
    triggered: list[str] = []
    for action in window.findChildren(QAction):
        action.triggered.connect(lambda _checked=False, action=action: triggered.append(action.objectName()))
    field = field_of(window, name)
    text = content(field)
    for half in HALF:
        compose(field, half)
        assert content(field) == text
    for key in (KEY.Key_Return, KEY.Key_Escape, KEY.Key_Space, KEY.Key_1, KEY.Key_Down, KEY.Key_Tab):
        QTest.keyClick(field, key)
    QTest.keyClick(field, KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, KEY.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (triggered, window.shown, content(field)) == ([], before, text)
    assert QApplication.focusWidget() is field
    hand_over(field, "张三")
    assert content(field) == f"{text}张三"
    QTest.keyClick(field, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert content(field) == text, "one step takes the whole word back"
    assert triggered == [], "in a field Ctrl+Z takes back what was typed there"
    QTest.keyClick(field, KEY.Key_Tab)
    assert QApplication.focusWidget() is not field, "the keys are the program's again"


def test_the_palette_searches_for_what_was_handed_over_only(
    qtbot: QtBot, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, _laptop = at(sit, qtbot, "sync")
    asked: list[str] = []
    real = Reads.search

    def search(reads: Reads, text: str, *more: Any) -> Any:
        asked.append(text)
        return real(reads, text, *more)

    monkeypatch.setattr(Reads, "search", search)
    window.open_palette()
    field = field_of(window, "palette_field")
    for half in HALF:
        compose(field, half)
    for key in (KEY.Key_Return, KEY.Key_Escape, KEY.Key_Down):
        QTest.keyClick(field, key)
    house.shown(qtbot, window)
    assert window.palette_part.isVisible()
    assert (asked, window.shown) == ([], "sync")
    hand_over(field, "张三丰")
    house.shown(qtbot, window)
    assert asked == ["张三丰"]
    QTest.keyClick(field, KEY.Key_Return)
    assert window.shown == "doctor"


def test_what_is_composed_in_the_search_field_goes_on_in_the_palette(qtbot: QtBot, sit: Sit) -> None:
    window, _laptop = at(sit, qtbot, "sync")
    field = window.page("sync").findChild(SearchField)
    assert field is not None
    field.setFocus()
    assert field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled), "or the first letter would come as a letter"
    compose(field, "zeng")
    QTest.keyClick(field, KEY.Key_Return)
    assert not window.palette_part.isVisible()
    hand_over(field, "曾")
    assert window.palette_part.isVisible()
    assert content(field_of(window, "palette_field")) == "曾"


def test_a_draft_holds_the_handed_over_text_and_no_pinyin(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = at(sit, qtbot, "visit_report")
    field = field_of(window, "visit_note_edit")
    hand_over(field, "问到不良反应")
    compose(field, "ruhe")

    def kept() -> list[str]:
        return [str(content.get("note")) for _key, content, _at in laptop.ask(lambda reads: reads.drafts())]

    qtbot.waitUntil(lambda: kept() == ["问到不良反应"])
    hand_over(field, "如何上报")
    qtbot.waitUntil(lambda: kept() == ["问到不良反应如何上报"])


def test_the_money_field_takes_full_width_digits_whole(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = at(sit, qtbot, "expense_draft")
    field = next(
        one for one in window.findChildren(TextLine) if one.isVisible() and one.objectName().endswith("amount_edit")
    )
    field.setFocus()
    field.selectAll()
    compose(field, "１２")
    hand_over(field, "１２３．５０")
    claim = laptop.company.ids["指南解读会草稿"]

    def saved() -> list[int]:
        row = laptop.ask(lambda reads: reads.row("claim", claim))
        return [line["amount_fen"] for line in row["lines"]]

    qtbot.waitUntil(lambda: saved() == [123_50])


def test_a_date_takes_chinese_words_from_an_input_method(qtbot: QtBot, sit: Sit) -> None:
    window, _laptop = at(sit, qtbot, "visit_report")
    field = window.findChild(DateField, "visit_next_step_date")
    assert field is not None
    field.pick(today().isoformat())
    field.setFocus()
    compose(field, "ming tian")
    assert field.value() == today().isoformat()
    hand_over(field, "明天")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == (today() + timedelta(days=1)).isoformat()


def test_chips_leave_pinyin_alone(qtbot: QtBot, sit: Sit) -> None:
    window, _laptop = at(sit, qtbot, "visit_report")
    group = window.findChild(QWidget, "visit_channel")
    assert group is not None
    group.setFocus()
    before = group.accessibleDescription()
    compose(group, "1")
    hand_over(group, "电话")
    assert group.accessibleDescription() == before


@pytest.mark.parametrize("asked", house.dialogs(), ids=lambda asked: asked.name)
def test_no_dialog_is_sent_or_closed_by_the_keys_of_an_input_method(qtbot: QtBot, sit: Sit, asked: house.Asked) -> None:
    window, laptop = sit(*asked.place.role)
    dialog = asked.open(window, laptop, qtbot)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    plain = [one for one in dialog.findChildren(QWidget) if isinstance(one, QLineEdit | QPlainTextEdit)]
    fields = [one for one in plain if one.isVisible() and one.isEnabled() and not _in_a_box(one)]
    assert [one for one in fields if not isinstance(one, TextLine | TextBox)] == [], "made of the one part for text"
    for field in fields:
        before = content(field)
        field.setFocus()
        if isinstance(field, QLineEdit):
            field.end(False)  # what is marked would give way to what is typed
        else:
            field.moveCursor(QTextCursor.MoveOperation.End)
        compose(field, "zhang")
        for key in (KEY.Key_Return, KEY.Key_Escape, KEY.Key_Space):
            QTest.keyClick(field, key)
        QTest.keyClick(field, KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert dialog.isVisible()
        assert content(field) == before
        hand_over(field, "张")
        assert content(field) == f"{before}张"
    dialog.close()


def _in_a_box(field: QWidget) -> bool:
    """Say whether it is the inside of a box for numbers, times or choices."""
    return field.objectName() == "qt_spinbox_lineedit"
