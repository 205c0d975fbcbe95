"""An entry of a long list found by typing, in chips and in drop-downs; short lists leave letters to the page."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label

NAMES = ("王芳", "李静", "张伟", "曾庆华", "仇丽萍", "单志远", "Sarah O'Connor", "浦东一区", "心血管内科", "张小张")
Shown = tuple[QDialog, QWidget, Callable[[], str]]


def _chips(names: tuple[str, ...], many: bool = False) -> tuple[QWidget, Callable[[], str]]:
    group = Picklist("人", many=many)
    group.set_choices([(name, name) for name in names])
    return group, lambda: group._picks[group._at].text()


def _box(names: tuple[str, ...]) -> tuple[QWidget, Callable[[], str]]:
    box = DropDown()
    for name in names:
        box.addItem(name, name)
    return box, box.currentText


def shown(qtbot: QtBot, part: tuple[QWidget, Callable[[], str]]) -> Shown:
    window = QDialog()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(part[0])
    window.resize(500, 300)
    window.show()
    window.activateWindow()
    part[0].setFocus()
    qtbot.waitUntil(part[0].hasFocus)
    return window, *part


def hint(window: QDialog) -> str:
    return next((one.text() for one in window.findChildren(Label) if one.property("part") == "field_hint"), "")


@pytest.mark.parametrize("kind", [_chips, _box])
@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("zq", "曾庆华"), ("zeng", "曾庆华"), ("shan", "单志远"), ("pd", "浦东一区"), ("conn", "Sarah O'Connor"),
     ("xxg", "心血管内科")],
)  # fmt: skip
def test_letters_find_it_by_pinyin_initials_and_latin(
    qtbot: QtBot, kind: Callable[[tuple[str, ...]], tuple[QWidget, Callable[[], str]]], typed: str, wanted: str
) -> None:
    window, _widget, current = shown(qtbot, kind(NAMES))
    pressed: list[str] = []
    QShortcut(QKeySequence(typed[0]), window, lambda: pressed.append("page"))
    for letter in typed:
        QTest.keyClick(window.windowHandle(), letter)
    assert (current(), hint(window), pressed) == (wanted, typed, [])


@pytest.mark.parametrize("kind", [_chips, _box])
def test_an_input_method_hands_over_characters_and_what_fits_nothing_is_said(
    qtbot: QtBot, kind: Callable[[tuple[str, ...]], tuple[QWidget, Callable[[], str]]]
) -> None:
    window, widget, current = shown(qtbot, kind(NAMES))
    assert widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    for text in ("单", "志"):
        handed = QInputMethodEvent()
        handed.setCommitString(text)
        QCoreApplication.sendEvent(widget, handed)
    assert current() == "单志远"
    QTest.keyClicks(widget, "q")
    assert (current(), hint(window)) == ("单志远", "没有找到“单志q”")
    QTest.keyClick(widget, Qt.Key.Key_Escape)
    assert (window.isVisible(), hint(window)) == (True, "")
    QTest.keyClicks(widget, "zhangx")
    assert current() == "张小张"
    QTest.keyClick(widget, Qt.Key.Key_Backspace)
    assert (current(), hint(window)) == ("张伟", "zhang")


def test_of_several_it_is_gone_to_and_space_chooses(qtbot: QtBot) -> None:
    _window, widget, current = shown(qtbot, _chips(NAMES, many=True))
    assert isinstance(widget, Picklist)
    QTest.keyClicks(widget, "qlp")
    assert (current(), widget.values()) == ("仇丽萍", [])
    QTest.keyClick(widget, Qt.Key.Key_Space)
    assert widget.values() == ["仇丽萍"]


def test_the_list_that_opened_is_searched_too(qtbot: QtBot) -> None:
    _window, box, current = shown(qtbot, _box(NAMES))
    assert isinstance(box, DropDown)
    box.showPopup()
    qtbot.waitUntil(box.view().isVisible)
    QTest.keyClicks(box.view(), "szy")
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: current() == "单志远")


def test_tab_takes_the_entry_of_an_open_list_and_goes_on(qtbot: QtBot) -> None:
    window, box, current = shown(qtbot, _box(NAMES))
    assert isinstance(box, DropDown)
    after = QLineEdit(window)
    layout = window.layout()
    assert layout is not None
    layout.addWidget(after)
    qtbot.waitUntil(after.isVisible)
    box.showPopup()
    qtbot.waitUntil(box.view().isVisible)
    QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: not box.view().isVisible() and after.hasFocus())
    assert current() == NAMES[1]


@pytest.mark.parametrize("kind", [_chips, _box])
def test_a_short_list_leaves_letters_to_the_page(
    qtbot: QtBot, kind: Callable[[tuple[str, ...]], tuple[QWidget, Callable[[], str]]]
) -> None:
    window, widget, _current = shown(qtbot, kind(NAMES[:4]))
    pressed: list[str] = []
    QShortcut(QKeySequence("V"), window, lambda: pressed.append("page"))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_V)
    assert (pressed, widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)) == (["page"], False)
