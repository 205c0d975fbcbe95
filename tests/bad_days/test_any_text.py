"""Searching for anything, in the palette, over the customers and at the command line: an answer, never a failure."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customers_page import CustomersPage
from crmdesk.ui.pages.visit_page import VisitPage
from crmdesk.ui.pages.visit_report import NOTE_LIMIT
from crmdesk.ui.parts.rows import RowList
from tests.sync.field import Field
from tests.ui.customers.conftest import company, laptop, window  # fixtures
from tests.ui.customers.laptop import Laptop

CTRL = Qt.KeyboardModifier.ControlModifier
ODD = ('"', "*", "(", "%", "'; DROP TABLE x --", "a AND", "NEAR(", "😀👩‍⚕️", " ", "", "x" * 60_000, "张" * 60_000)
pytestmark = pytest.mark.usefixtures("dressed")


def _paste(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    if text:
        QGuiApplication.clipboard().setText(text)
        qtbot.keyClick(field, Qt.Key.Key_V, CTRL)


def test_in_the_palette(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    field, listed = window.findChild(QLineEdit, "palette_field"), window.findChild(RowList, "palette_list")
    for text in ODD:
        _paste(qtbot, field, text)
        began = time.thread_time()
        window.grab()  # what is typed and listed can be drawn, and quickly
        assert time.thread_time() - began < 2, text[:20]
    assert field.hasFocus()
    field.clear()
    qtbot.keyClicks(field, "zqh")
    qtbot.waitUntil(lambda: listed.model().index(0, 0).data() == "曾庆华", timeout=10_000)
    assert window.toast_part.text == "", "none of the searches failed"


def test_over_the_customers(window: MainWindow, qtbot: QtBot) -> None:
    window.navigate("customers")
    page = window.page("customers")
    assert isinstance(page, CustomersPage)
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)
    for text in ODD:
        _paste(qtbot, page.filter, text)
        wanted = 0 if text.strip() else 7
        qtbot.waitUntil(lambda wanted=wanted: page._count == wanted, timeout=10_000)
        assert page._stack.currentWidget() is (page.table if wanted else page._empty)
    assert window.toast_part.text == ""


def test_at_the_command_line(told: Callable[..., tuple[int, str, str]]) -> None:
    for text in ODD:
        status, out, err = told("search", "--", text)
        assert (status, err) == (0, ""), (text[:20], err)
        assert out == "Nothing found.\n" or not text.strip(), text[:20]


def test_a_note_of_ten_megabytes_pasted_into_a_report(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("visit", id=laptop.company.ids["p3"])
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    qtbot.waitUntil(lambda: page.editor._opening is not None)
    QGuiApplication.clipboard().setText(("n" * 99 + "\n") * 105_000)
    qtbot.keyClick(page.editor.form.note, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(
        lambda: page.editor.banner.isVisible() and f"{NOTE_LIMIT}" in page.editor.banner.text, timeout=10_000
    )
    assert len(page.editor.form.note.toPlainText()) == 10_500_000
    page.editor.form.note.setPlainText("")


def test_a_note_of_ten_megabytes_at_the_command_line(told: Callable[..., tuple[int, str, str]], field: Field) -> None:
    doctor = field.company["north_doctor"]
    status, out, err = told("visit", "add", "--doctor", doctor, "--note", "n" * 10_500_000)
    assert (status, out) == (1, "")
    assert f"{NOTE_LIMIT}" in err.replace(",", "")
    assert len(err) < 1_000, "the sentence does not repeat the note"
