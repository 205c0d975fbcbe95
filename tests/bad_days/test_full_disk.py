"""A full disk met in the window: a sentence, the text stays where it was typed, and it is saved when there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from crmdesk.ui import words
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import visit_editor
from crmdesk.ui.pages.visit_page import VisitPage
from crmdesk.ui.parts.notices import Banner
from tests.ui.customers.conftest import company, laptop, window  # fixtures
from tests.ui.customers.laptop import Laptop

CTRL = Qt.KeyboardModifier.ControlModifier
NOTE = "He asked for the data of older patients. " * 400  # more than what is left on the full disk


@pytest.fixture
def disk(laptop: Laptop) -> Iterator[Callable[[bool], None]]:
    """Return what fills the disk (the store may not grow by one page) and makes room again."""

    def fill(full: bool) -> None:
        with laptop.store.writing() as work:
            pages = work.driver.execute("PRAGMA page_count").fetchone()
            assert pages is not None
            work.driver.execute(f"PRAGMA max_page_count = {pages[0] if full else 1 << 30}")

    yield fill
    fill(False)


def _paste(qtbot: QtBot, widget: object, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(widget, Qt.Key.Key_V, CTRL)


@pytest.mark.usefixtures("dressed")
def test_a_note_stays_and_is_saved_when_there_is_room(
    window: MainWindow,
    laptop: Laptop,
    qtbot: QtBot,
    disk: Callable[[bool], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visit_editor, "AGAIN_AFTER_MS", 100)
    window.navigate("visit", id=laptop.company.ids["p1"])
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    editor = page.editor
    qtbot.waitUntil(lambda: editor._opening is not None)
    disk(True)
    _paste(qtbot, editor.form.note, NOTE)
    qtbot.waitUntil(lambda: editor.banner.isVisible() and editor.banner.text == words.sentence("disk_full"))
    assert editor.form.note.toPlainText() == NOTE
    editor.form.adverse.choose("no")
    qtbot.keyClick(editor.form.note, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(editor.submit_button.isEnabled)
    assert editor.banner.text == words.sentence("disk_full")
    assert editor.form.note.toPlainText() == NOTE
    assert laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))["state"] == "planned"
    disk(False)
    qtbot.waitUntil(lambda: [one for one in laptop.ask(lambda reads: reads.drafts()) if NOTE in str(one)] != [])
    qtbot.waitUntil(lambda: not editor.banner.isVisible())
    qtbot.keyClick(editor.form.note, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))["state"] == "submitted")
    assert laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))["note"] == NOTE


@pytest.mark.usefixtures("dressed")
def test_an_edit_of_a_customer_stays_and_is_saved_when_there_is_room(
    window: MainWindow,
    laptop: Laptop,
    qtbot: QtBot,
    disk: Callable[[bool], None],
) -> None:
    doctor = laptop.company.ids["曾庆华"]
    window.navigate("doctor", id=doctor)
    qtbot.waitUntil(lambda: window.page("doctor").title == "曾庆华")
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_E)

    def note() -> QPlainTextEdit | None:
        found = window.findChildren(QPlainTextEdit, "doctor_note_edit")
        return next((one for one in found if one.isVisible()), None)

    qtbot.waitUntil(lambda: note() is not None)
    edit = note()
    assert edit is not None
    disk(True)
    edit.selectAll()
    _paste(qtbot, edit, NOTE)
    qtbot.keyClick(edit, Qt.Key.Key_S, CTRL)
    banner = window.findChild(Banner, "doctor_edit_banner")
    qtbot.waitUntil(lambda: banner.isVisible() and banner.text == words.sentence("disk_full"))
    assert edit.isVisible()
    assert edit.toPlainText() == NOTE
    disk(False)
    qtbot.keyClick(edit, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: note() is None)
    assert laptop.ask(lambda reads: reads.row("doctor", doctor))["note"] == NOTE
