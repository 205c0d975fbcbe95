"""A report that is open while its visit changes under it: another laptop's sync, another window, an old draft."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import SaveDraft, SaveVisit, SubmitVisit
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.visit_editor import VisitEditor
from crmdesk.ui.pages.visit_page import VisitPage
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.small_company import day

CTRL = Qt.KeyboardModifier.ControlModifier


def opened(window: MainWindow, qtbot: QtBot, visit_id: str) -> VisitEditor:
    window.navigate("visit", id=visit_id)
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    qtbot.waitUntil(lambda: page.editor._opening is not None and page.editor._opening.visit_id == visit_id)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    return page.editor


def visit(laptop: Laptop, key: str) -> Any:
    return laptop.ask(lambda reads: reads.visit(laptop.company.ids[key]))


def drafts(laptop: Laptop) -> list[Any]:
    return laptop.ask(lambda reads: reads.drafts())


def there(editor: VisitEditor, window: MainWindow, qtbot: QtBot, *fields: str) -> None:
    """Wait until the other side's change has come to the form and all that follows is done."""
    qtbot.waitUntil(lambda: {*fields} <= {*editor.meanwhile._news, *editor.meanwhile._clashes})
    qtbot.waitUntil(lambda: not window.bridge.waiting)


def test_what_a_sync_brings_comes_into_the_form_and_what_is_typed_stays(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    laptop.server_edits("visit", "p1", note="第一段\n第二段")
    editor = opened(window, qtbot, laptop.company.ids["p1"])
    note = editor.form.note
    note.moveCursor(QTextCursor.MoveOperation.Start)
    type_text(note, "我的：")
    at = note.textCursor().position()
    laptop.server_edits("visit", "p1", note="第一段\n第二段\n另一台电脑写的", next_step="带资料", channel="phone")
    there(editor, window, qtbot, "note", "next_step", "channel")
    assert note.toPlainText() == "我的：第一段\n第二段\n另一台电脑写的"
    assert (note.textCursor().position(), note.hasFocus()) == (at, True), "who is typing goes on where they are"
    assert (editor.form.next_step.text(), editor.form.channel.value()) == ("带资料", "phone")
    assert editor.meanwhile.undecided == []
    assert "已并入" in editor.meanwhile.banner.text
    editor.form.adverse.choose("no")
    type_text(note, "再写")
    qtbot.keyClick(note, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: visit(laptop, "p1")["state"] == "submitted")
    row = visit(laptop, "p1")
    assert (row["note"], row["next_step"]) == ("我的：再写第一段\n第二段\n另一台电脑写的", "带资料")
    assert row["channel"] == "phone"


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_what_both_changed_is_asked_about_before_it_is_submitted(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, choice: str
) -> None:
    editor = opened(window, qtbot, laptop.company.ids["p1"])
    editor.form.adverse.choose("no")
    editor.form.next_step.setText("")
    type_text(editor.form.next_step, "送样品")
    laptop.server_edits("visit", "p1", next_step="打电话")
    there(editor, window, qtbot, "next_step")
    assert editor.form.next_step.text() == "送样品", "what is typed is never taken away"
    asked = editor.meanwhile._choices["next_step"]
    assert [pick.text() for pick in asked._picks] == ["这里写的：送样品", "别处写的：打电话"]
    editor.submit()
    assert asked.hasFocus(), "nothing is sent before it is decided"
    asked.choose(choice)
    assert editor.form.next_step.text() == ("送样品" if choice == "mine" else "打电话")
    asked.choose("theirs")
    asked.choose(choice)
    assert editor.form.next_step.text() == ("送样品" if choice == "mine" else "打电话"), "a choice can be changed"
    editor.submit()
    qtbot.waitUntil(lambda: visit(laptop, "p1")["state"] == "submitted")
    assert visit(laptop, "p1")["next_step"] == ("送样品" if choice == "mine" else "打电话")


def test_a_second_window_that_saves_the_same_visit_is_not_written_over(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    """The server's revision does not tell: nothing of it was sent."""
    planned = laptop.company.ids["p1"]
    editor = opened(window, qtbot, planned)
    type_text(editor.form.note, "这个窗口")
    laptop.desk.submit(SaveVisit(planned, {"next_step": "那个窗口", "note": "那边的记录"})).result(20)
    there(editor, window, qtbot, "next_step", "note")
    editor.save_now()
    qtbot.waitUntil(lambda: "这个窗口" in str(visit(laptop, "p1")["note"]))
    row = visit(laptop, "p1")
    assert "那边的记录" in row["note"]
    assert row["next_step"] == "那个窗口"
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    assert editor.form.note.toPlainText() == row["note"], "what was saved is not met again as somebody else's"


def test_a_report_that_nobody_writes_in_shows_what_came(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, laptop.company.ids["p1"])
    laptop.server_edits("visit", "p1", note="来自别处")
    qtbot.waitUntil(lambda: editor.form.note.toPlainText() == "来自别处")
    assert not editor._unsaved()
    assert drafts(laptop) == []


def test_a_save_that_meets_a_change_before_it_was_shown_is_refused_and_asked_about(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    planned = laptop.company.ids["p1"]
    editor = opened(window, qtbot, planned)
    type_text(editor.form.next_step, "这边")
    editor.form.adverse.choose("no")
    laptop.desk.submit(SaveVisit(planned, {"next_step": "那边"}))
    editor.submit()  # before the page could hear of it
    there(editor, window, qtbot, "next_step")
    assert visit(laptop, "p1")["next_step"] == "那边"
    assert editor.form.next_step.text() == "这边"
    assert editor.meanwhile.undecided == ["next_step"]
    assert editor.submit_button.isEnabled()


def test_a_draft_that_is_older_than_the_visit_meets_it_when_it_is_opened(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    planned = laptop.company.ids["p1"]
    editor = opened(window, qtbot, planned)
    type_text(editor.form.note, "草稿里的")
    type_text(editor.form.next_step, "草稿的下一步")
    qtbot.waitUntil(lambda: any("草稿的下一步" in str(content) for _key, content, _at in drafts(laptop)))
    window.navigate("today")
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    laptop.server_edits("visit", "p1", next_step="别处的下一步", next_step_on=day(5), note="别处的记录\n")
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    editor.let_go()  # as after a start of the program
    editor = opened(window, qtbot, planned)
    there(editor, window, qtbot, "next_step", "next_step_on", "note")
    assert editor.report.next_step_on == day(5)
    assert "草稿里的" in editor.form.note.toPlainText()
    assert "别处的记录" in editor.form.note.toPlainText()
    assert editor.meanwhile.undecided == ["next_step"]
    editor.keep_draft()
    editor.let_go()
    editor = opened(window, qtbot, planned)
    qtbot.waitUntil(lambda: editor.meanwhile.undecided == ["next_step"])
    assert editor.form.note.toPlainText().count("别处的记录") == 1, "and it is met once"


def test_a_report_that_was_submitted_elsewhere_is_locked_or_becomes_an_amendment(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    planned = laptop.company.ids["p1"]
    editor = opened(window, qtbot, planned)
    type_text(editor.form.note, "多写的一句")
    laptop.desk.submit(SubmitVisit(planned, {"next_step": "别处", "adverse_event": False})).result(20)
    qtbot.waitUntil(lambda: editor._amending)
    assert "已在别处提交" in editor.banner.text
    assert (editor.form.note.toPlainText(), editor.form.next_step.text()) == ("多写的一句", "别处")
    type_text(editor.amendment.reason, "补充")
    editor.submit()
    qtbot.waitUntil(lambda: visit(laptop, "p1")["note"] == "多写的一句")
    assert visit(laptop, "p1")["next_step"] == "别处"

    other = laptop.company.ids["p2"]
    editor = opened(window, qtbot, other)
    laptop.desk.submit(SubmitVisit(other, {"adverse_event": False})).result(20)
    qtbot.waitUntil(lambda: editor.locked)
    assert editor.form.note.isReadOnly()


def test_a_draft_of_another_window_is_what_the_report_opens_with(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    planned = laptop.company.ids["p1"]
    editor = opened(window, qtbot, planned)
    type_text(editor.form.note, "一")
    qtbot.waitUntil(lambda: drafts(laptop) != [])
    window.navigate("today")
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    (key, content, _at), *_more = drafts(laptop)
    laptop.desk.submit(SaveDraft(key, {**content, "note": "一，另一个窗口接着写"})).result(20)
    editor = opened(window, qtbot, planned)
    assert editor.form.note.toPlainText() == "一，另一个窗口接着写"


def test_what_becomes_of_a_report_that_was_left_does_not_touch_the_next_one(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    first, second = laptop.company.ids["p1"], laptop.company.ids["p2"]
    editor = opened(window, qtbot, first)
    editor.form.adverse.choose("no")
    type_text(editor.form.next_step, "这边")
    laptop.desk.submit(SaveVisit(first, {"next_step": "那边"}))
    editor.submit()  # it will be refused
    editor = opened(window, qtbot, second)
    assert editor.shown_id == second
    assert editor.submit_button.isEnabled()
    qtbot.waitUntil(lambda: [key for key, *_more in drafts(laptop)] == [f"visit:{first}"])
    editor = opened(window, qtbot, first)
    qtbot.waitUntil(lambda: editor.meanwhile.undecided == ["next_step"])
    assert editor.form.next_step.text() == "这边"
    assert editor.report.adverse_event is False
