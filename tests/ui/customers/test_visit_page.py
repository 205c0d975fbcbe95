"""The visit report: few keys, drafts that survive, nothing lost by a refusal, receipts and claims from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.visit_editor import VisitEditor
from crmdesk.ui.pages.visit_page import VisitPage
from crmdesk.ui.pages.visit_report import NOTE_LIMIT
from tests.ui.customers.laptop import Laptop, type_text

CTRL = Qt.KeyboardModifier.ControlModifier


def opened(window: MainWindow, qtbot: QtBot, **args: Any) -> VisitEditor:
    window.navigate("visit", **args)
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    qtbot.waitUntil(lambda: page.editor._opening is not None)
    return page.editor


def focused_key(qtbot: QtBot, editor: VisitEditor, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or editor, key)


def test_a_normal_visit_takes_five_keys_beyond_the_note(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("today")
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    editor.form.channel.setFocus()
    focused_key(qtbot, editor, Qt.Key.Key_4, Qt.Key.Key_Space, Qt.Key.Key_5, Qt.Key.Key_Space)
    type_text(editor.form.note, "已回复，单主任满意。")
    qtbot.keyClick(editor.form.note, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.shown == "today")
    row = laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))
    assert (row["state"], row["adverse_event"], row["channel"]) == ("submitted", False, "face_to_face")
    assert row["note"] == "已回复，单主任满意。"
    assert row["products"] == [{"product_id": laptop.company.ids["安络平"], "messages": ["24h"], "reaction": None}]
    assert row.sync_state == "saved_here"
    assert laptop.ask(lambda reads: reads.drafts()) == []


def test_keys_pressed_before_the_report_is_there_are_meant_for_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    window.navigate("visit", id=laptop.company.ids["p1"])
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    assert page.editor._opening is None, "it was not read yet"
    focused_key(qtbot, page.editor, Qt.Key.Key_4, Qt.Key.Key_Space, Qt.Key.Key_5, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.editor.report.adverse_event is False)
    assert [(talk.product_id, talk.messages) for talk in page.editor.report.talks] == [
        (laptop.company.ids["安络平"], ["24h"])
    ]


def test_the_draft_is_kept_within_a_second_and_comes_back(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("today")
    doctor = laptop.company.ids["张三丰"]
    editor = opened(window, qtbot, doctor_id=doctor)
    type_text(editor.form.note, "写到一半")
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.drafts()) != [], timeout=1000)
    qtbot.waitUntil(lambda: "草稿已保存" in editor.draft_chip.text)
    type_text(editor.form.next_step, "带资料")
    qtbot.keyClick(editor.form.next_step, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.shown == "today")
    again = opened(window, qtbot, doctor_id=doctor)
    qtbot.waitUntil(lambda: again.form.note.toPlainText() == "写到一半")
    assert again.form.next_step.text() == "带资料"
    window.navigate("visit")
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    qtbot.waitUntil(lambda: page.list._model.rowCount() > 0)
    first = page.list._model.row(0)
    assert first is not None
    assert (first.name, first.third) == ("张三丰", "写到一半")


def test_submitting_asks_for_the_adverse_event_and_loses_nothing(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p2"])
    type_text(editor.form.note, "记录")
    qtbot.mouseClick(editor.submit_button, Qt.MouseButton.LeftButton)
    assert "不良反应" in editor.banner.text
    assert editor.form.note.toPlainText() == "记录"
    assert editor.form.adverse.hasFocus()


def test_a_note_of_ten_megabytes_is_refused_in_words_and_stays(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p3"])
    editor.form.note.setPlainText(("字" * 99 + "\n") * 100_000)
    editor.form.adverse.choose("no")
    editor.submit()
    assert str(NOTE_LIMIT) in editor.banner.text
    assert len(editor.form.note.toPlainText()) == 10_000_000
    assert laptop.ask(lambda reads: reads.visit(laptop.company.ids["p3"]))["state"] == "planned"
    editor.form.note.setPlainText("短了")
    editor.keep_draft()
    qtbot.waitUntil(lambda: "草稿已保存" in editor.draft_chip.text)


def test_a_picture_from_the_clipboard_and_a_file_are_attached(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    editor = opened(window, qtbot, doctor_id=laptop.company.ids["区凤仪"])
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(picture)
    editor.paste_picture()
    visit_id = editor._visit_id()
    qtbot.waitUntil(lambda: len(laptop.ask(lambda reads: reads.receipts("visit", visit_id))) == 1)
    receipt = tmp_path / "发票.pdf"
    receipt.write_bytes(b"%PDF-1.4 receipt")
    editor.attach_files([str(receipt), str(tmp_path / "nothing.pdf")])
    assert "没有添加" in editor.banner.text
    qtbot.waitUntil(lambda: len(laptop.ask(lambda reads: reads.receipts("visit", visit_id))) == 2)
    (tmp_path / "x.exe").write_bytes(b"MZ")
    editor.attach_files([str(tmp_path / "x.exe")])
    qtbot.waitUntil(lambda: "PDF" in editor.banner.text)


def test_a_submitted_report_can_only_be_read(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["v4"])
    assert editor.locked
    assert editor.form.note.isReadOnly()
    assert editor.submit_button.isHidden()


def test_an_expense_begins_from_the_saved_visit(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, doctor_id=laptop.company.ids["解明"])
    type_text(editor.form.note, "午餐会")
    qtbot.keyClick(editor.form.note, Qt.Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: window.shown == "expenses")
    assert laptop.ask(lambda reads: reads.visit(laptop.company.ids["p2"]))["note"] == "午餐会"


def test_a_promise_is_marked_as_kept(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    editor.side.kept.emit(laptop.company.ids["v1"])
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.visit(laptop.company.ids["v1"]))["next_step_done"] is True)
