"""A customer or a visit in a window of its own, and the tour of the first run."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.phones import grouped
from crmdesk.services.commands import EditRow
from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import registry
from crmdesk.ui.ports import Signed
from crmdesk.ui.side_window import SideWindow
from crmdesk.ui.windows import Windows
from tests.services.small_territory import ZHANG, Laptop
from tests.ui.shell.conftest import Sessions, StillSync

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def opened(qtbot: QtBot, window: MainWindow, page: str, **args: str) -> SideWindow:
    """Show a page and press the key that gives it a window of its own."""
    window.navigate(page, **args)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    before = len(window.beside.windows)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Return, CTRL | SHIFT)
    qtbot.waitUntil(lambda: len(window.beside.windows) > before)
    beside = window.beside.windows[-1]
    qtbot.waitUntil(lambda: not beside.bridge.waiting)
    return beside


def says(root: QWidget, text: str) -> bool:
    return any(text in label.text() for label in root.findChildren(QLabel) if label.isVisible())


def test_both_windows_live_from_the_same_changes(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    beside = opened(qtbot, window, "doctor", id=ZHANG)
    assert (beside.shown, window.shown) == ("doctor", "sync")
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    window.navigate("customers")
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "13811112222"}, row.revision))
    qtbot.waitUntil(lambda: says(beside, grouped("13811112222")))


def test_a_row_that_is_open_beside_comes_to_the_front_instead_of_opening_twice(
    qtbot: QtBot, window: MainWindow
) -> None:
    beside = opened(qtbot, window, "doctor", id=ZHANG)
    window.activateWindow()
    window.navigate("doctor", id=ZHANG)
    assert window.shown == "sync"
    qtbot.waitUntil(beside.isActiveWindow)
    assert len(window.beside.windows) == 1


def test_what_leads_elsewhere_is_shown_by_the_main_window(qtbot: QtBot, window: MainWindow) -> None:
    beside = opened(qtbot, window, "doctor", id=ZHANG)
    beside.navigate("customers")
    assert (beside.shown, window.shown) == ("doctor", "customers")
    beside.back()
    assert window.beside.windows == [], "from its first page the way back closes it"


def test_the_key_closes_the_window_beside_only(qtbot: QtBot, window: MainWindow) -> None:
    beside = opened(qtbot, window, "doctor", id=ZHANG)
    beside.activateWindow()
    qtbot.waitUntil(beside.isActiveWindow)
    QTest.keyClick(beside.focusWidget() or beside, Qt.Key.Key_W, CTRL)
    qtbot.waitUntil(lambda: window.beside.windows == [])
    assert window.isVisible()


def test_closing_the_main_window_closes_all_and_keeps_their_drafts(
    qtbot: QtBot, window: MainWindow, laptop: Laptop
) -> None:
    window.navigate("visit", doctor_id=ZHANG)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    note = _note(window)
    QTest.keyClicks(note, "first half")
    beside = opened_here(qtbot, window)
    moved = _note(beside)
    qtbot.waitUntil(lambda: moved.toPlainText() == "first half")
    assert window.shown == "sync", "the report moved: it is open once"
    moved.moveCursor(moved.textCursor().MoveOperation.End)
    QTest.keyClicks(moved, " and second")
    window.close()
    assert not beside.isVisible()

    def kept() -> list[str]:
        return [str(content["note"]) for _key, content, _at in laptop.ask(lambda reads: reads.drafts())]

    qtbot.waitUntil(lambda: kept() == ["first half and second"])


def opened_here(qtbot: QtBot, window: MainWindow) -> SideWindow:
    """Press the key on what is shown."""
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Return, CTRL | SHIFT)
    qtbot.waitUntil(lambda: len(window.beside.windows) == 1)
    beside = window.beside.windows[0]
    qtbot.waitUntil(lambda: not beside.bridge.waiting)
    return beside


def _note(root: QWidget) -> QPlainTextEdit:
    found = root.findChild(QPlainTextEdit, "visit_note_edit")
    assert found is not None
    found.setFocus()
    return found


def test_without_anything_chosen_it_is_said(window: MainWindow) -> None:
    window.open_window()
    assert window.toast_part.text == "先选一位客户或一次拜访，再在新窗口中打开"
    assert window.beside.windows == []


def test_a_window_beside_follows_the_language(qtbot: QtBot, window: MainWindow, dressed: QApplication) -> None:
    beside = opened(qtbot, window, "visit", doctor_id=ZHANG)
    language.apply_language(dressed, "en")
    qtbot.waitUntil(lambda: beside.windowTitle().startswith("Visit report"))


@pytest.fixture
def shown_first(qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions) -> MainWindow:
    """The main window as the program opens it for the first time."""
    windows = Windows(sessions)
    windows.open(Signed(laptop.desk, sync))
    assert windows.main is not None
    main = windows.main
    main.closed.disconnect()
    qtbot.addWidget(main)
    qtbot.waitUntil(main.tour.isVisible)
    main.activateWindow()
    qtbot.waitUntil(main.isActiveWindow)
    return main


@pytest.mark.parametrize("wanted", ["zh", "en"])
def test_the_tour_has_three_steps_by_keys_and_never_comes_again(
    qtbot: QtBot, shown_first: MainWindow, laptop: Laptop, dressed: QApplication, sync: StillSync,
    sessions: Sessions, wanted: str,
) -> None:  # fmt: skip
    window, tour = shown_first, shown_first.tour
    if wanted == "en":
        language.apply_language(dressed, "en")
        qtbot.waitUntil(lambda: tour.accessibleName().startswith("Find people"))
    focus = QApplication.focusWidget()
    title = tour.findChild(QLabel, "tour_title")
    assert title is not None
    seen = []
    for _step in range(3):
        assert tour.isVisible()
        seen.append(title.text())
        assert window.rect().contains(tour.geometry())
        QTest.keyClick(focus or window, Qt.Key.Key_F2)
    assert not tour.isVisible()
    assert len(set(seen)) == 3
    assert any("\u4e00" <= sign <= "\u9fff" for sign in "".join(seen)) is (wanted == "zh")
    assert QApplication.focusWidget() is focus, "it took the focus from nothing"
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.preference("tour")) == "seen")
    window.close()
    again = MainWindow(Signed(laptop.desk, sync), sessions)
    qtbot.addWidget(again)
    again.show()
    again.tour.begin_once()
    qtbot.waitUntil(lambda: not again.bridge.waiting)
    assert not again.tour.isVisible()
    again.close()


def test_the_tour_is_skipped_by_its_key_and_leaves_work_alone(qtbot: QtBot, shown_first: MainWindow) -> None:
    window = shown_first
    QTest.keyClick(window, Qt.Key.Key_6, CTRL)
    assert window.shown == "sync"
    assert window.tour.isVisible()
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_F2, SHIFT)
    assert not window.tour.isVisible()
    action = window.findChild(QAction, "tour_next_action")
    assert action is not None
    assert not action.isEnabled()
    window.close()


def test_every_new_action_stands_in_the_palette(window: MainWindow) -> None:
    usable = {spec.name for spec, _action in window.context.actions.usable()}
    assert {"open_window", "show_tour"} <= usable
    assert registry.available("doctor")
