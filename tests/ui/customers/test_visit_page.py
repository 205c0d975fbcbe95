"""The visit report: few keys, drafts that survive, nothing lost by a refusal, receipts and claims from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import AmendVisit, DeleteRow
from crmdesk.ui import theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import visit_editor
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.pages.today_page import TodayPage
from crmdesk.ui.pages.visit_editor import VisitEditor
from crmdesk.ui.pages.visit_page import VisitPage
from crmdesk.ui.pages.visit_report import NOTE_LIMIT
from crmdesk.ui.parts.chips import KeyCap
from crmdesk.ui.parts.label import Label
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.small_company import at, day

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
    focused_key(qtbot, editor, Qt.Key.Key_4, Qt.Key.Key_Space, Qt.Key.Key_8, Qt.Key.Key_Space)
    type_text(editor.form.note, "已回复，单主任满意。")
    qtbot.keyClick(editor.form.note, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.shown == "today")
    row = laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))
    assert (row["state"], row["adverse_event"], row["channel"]) == ("submitted", False, "face_to_face")
    assert row["note"] == "已回复，单主任满意。"
    assert row["products"] == [{"product_id": laptop.company.ids["安络平"], "messages": ["24h"], "reaction": None}]
    assert row.sync_state == "saved_here"
    assert laptop.ask(lambda reads: reads.drafts()) == []


def test_a_visit_deleted_while_its_report_is_open_becomes_another_one(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    planned = laptop.company.ids["p1"]
    editor = opened(window, qtbot, id=planned)
    type_text(editor.form.note, "已回复")
    qtbot.waitUntil(lambda: [one for one, *_ in laptop.ask(lambda reads: reads.drafts())] == [f"visit:{planned}"])
    laptop.desk.submit(DeleteRow("visit", planned)).result(20)
    qtbot.waitUntil(lambda: "这次拜访已被删除" in editor.banner.text)
    another = editor.shown_id
    assert another != planned
    qtbot.waitUntil(lambda: [one for one, *_ in laptop.ask(lambda reads: reads.drafts())] == [f"visit:{another}"])
    editor.form.channel.setFocus()
    focused_key(qtbot, editor, Qt.Key.Key_8, Qt.Key.Key_Space)
    qtbot.keyClick(editor.form.note, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.drafts()) == [])
    row = laptop.ask(lambda reads: reads.visit(another))
    assert (row["state"], row["note"]) == ("submitted", "已回复")


def test_a_company_without_products_is_told_so(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    form = opened(window, qtbot, id=laptop.company.ids["p1"]).form
    told = form.findChild(QLabel, "visit_no_products")
    assert told is not None
    assert not told.isVisible()
    form.products.set_products([])
    assert told.isVisible()
    assert "还没有登记产品" in told.text()


def test_keys_pressed_before_the_report_is_there_are_meant_for_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    window.navigate("visit", id=laptop.company.ids["p1"])
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    assert page.editor._opening is None, "it was not read yet"
    focused_key(qtbot, page.editor, Qt.Key.Key_4, Qt.Key.Key_Space, Qt.Key.Key_8, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.editor.report.adverse_event is False)
    assert page.editor.form.adverse.hasFocus()
    for letter in "Asked for 2 papers":
        QTest.keyClick(window.focusWidget(), letter)
    assert page.editor.form.note.toPlainText() == "Asked for 2 papers", "letters among the chips went nowhere"
    assert [(talk.product_id, talk.messages) for talk in page.editor.report.talks] == [
        (laptop.company.ids["安络平"], ["24h"])
    ]


def test_the_draft_is_kept_within_a_second_and_comes_back(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("today")
    doctor = laptop.company.ids["张三丰"]
    editor = opened(window, qtbot, doctor_id=doctor)
    assert visit_editor.DRAFT_AFTER_MS <= 1000
    type_text(editor.form.note, "写到一半")
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.drafts()) != [])
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


def test_all_that_a_report_lacks_is_said_at_once(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    editor.day.pick(day(-20))
    editor.form.note.setPlainText("字" * (NOTE_LIMIT + 1))
    editor.submit()
    lines = editor.banner.text.splitlines()
    assert ["7 天" in lines[0], str(NOTE_LIMIT) in lines[1], "不良反应" in lines[2]] == [True] * 3
    assert len(lines) == 3
    assert editor.day.hasFocus(), "the first of them has the focus"
    assert all(one.property("wrong") for one in (editor.day, editor.form.note))
    editor.form.adverse.choose("no")
    assert "不良反应" not in editor.banner.text, "what is mended is no longer said"
    editor.form.note.setPlainText("短了")
    editor.day.pick(day(0))
    assert editor.banner.text == ""
    assert not any(one.property("wrong") for one in (editor.day, editor.form.note))


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
    assert editor._later.text() == "返回"  # nothing is put off
    cap = editor.form.products.findChild(KeyCap)
    assert cap is not None
    assert not cap.isEnabled(), "no digit leads to what cannot be chosen"
    flat = theme.tokens().color("background")
    for field in (editor.form.note, editor.form.next_step):
        assert field.grab().toImage().pixelColor(0, field.height() // 2) == flat  # no frame to type into
    editor.amend()
    qtbot.waitUntil(lambda: not editor.locked)
    assert cap.isEnabled()
    assert editor._later.text() == "稍后"
    for field in (editor.form.note, editor.form.next_step):
        assert field.grab().toImage().pixelColor(0, field.height() // 2) != flat


def test_a_department_meeting_says_who_was_there(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    ids = laptop.company.ids
    editor = opened(window, qtbot, id=ids["p1"])
    doctors = editor.form.doctors
    assert doctors.isHidden(), "a visit to one doctor needs no such line"
    editor.form.channel.choose("meeting")
    qtbot.waitUntil(doctors.isVisible)
    for typed, name in (("解明", "解明"), ("区凤仪", "区凤仪")):
        type_text(doctors.picker.edit, typed)
        qtbot.waitUntil(doctors.picker.list.isVisible)
        qtbot.keyClick(doctors.picker.edit, Qt.Key.Key_Return)
        assert ids[name] in editor.report.doctor_ids
    qtbot.keyClick(editor, Qt.Key.Key_0, Qt.KeyboardModifier.AltModifier)
    doctors.attendance.setFocus()
    qtbot.keyClick(doctors.attendance, Qt.Key.Key_Delete)  # the one that was added last
    qtbot.keyClick(doctors.attendance, Qt.Key.Key_Space)
    assert editor.report.doctor_ids == [ids["单志远"], ids["解明"]]
    editor.form.questions.setPlainText("老年患者怎么减量？")
    editor.form.competitor.setPlainText("有人送样品")
    editor.form.adverse.choose("no")
    editor.submit()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.visit(ids["p1"]))["state"] == "submitted")
    row = laptop.ask(lambda reads: reads.visit(ids["p1"]))
    assert (row["doctor_ids"], row["absent_ids"]) == (sorted([ids["单志远"], ids["解明"]]), [ids["解明"]])
    assert (row["questions"], row["competitor"]) == ("老年患者怎么减量？", "有人送样品")
    (absent,) = laptop.ask(lambda reads: reads.customer_items("doctor", [ids["解明"]]))
    assert absent.last_visit_at == "", "who did not come was not seen"


def test_the_order_of_products_is_changed_by_keys(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    first, second = editor.form.products.rows
    first.messages.choose("24h")
    second.reaction.choose("neutral")
    assert [one.product_id for one in editor.report.talks] == [first.product.id, second.product.id]
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(second.reaction, Qt.Key.Key_Up, alt)
    assert [one.product_id for one in editor.report.talks] == [second.product.id, first.product.id]
    assert (first._order.text(), second._order.text()) == ("2", "1")
    qtbot.keyClick(second.reaction, Qt.Key.Key_Up, alt)
    qtbot.keyClick(first.messages, Qt.Key.Key_Down, alt)
    assert (first._order.text(), second._order.text()) == ("2", "1"), "the ends are the ends"


def test_an_open_question_is_on_today_and_answered_from_the_report(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    ids = laptop.company.ids
    visit = laptop.ask(lambda reads: reads.visit(ids["v1"]))
    command = AmendVisit(visit.id, {"questions": "老年患者怎么减量？"}, visit.revision, "漏写")
    laptop.desk.submit(command).result(20)
    window.navigate("today")
    page = window.page("today")
    assert isinstance(page, TodayPage)

    def line() -> Any:
        return page._model.row(page._model.index_of(ids["p1"]))

    qtbot.waitUntil(lambda: line() is not None and "老年患者怎么减量？" in line().third)
    row = line()
    assert "回复不良反应处理流程" in row.third
    assert "09:00–11:30" in row.second
    editor = opened(window, qtbot, id=ids["p1"])
    qtbot.waitUntil(lambda: editor.side.findChild(QPushButton, f"question_done_{ids['v1']}") is not None)
    button = editor.side.findChild(QPushButton, f"question_done_{ids['v1']}")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.open_questions([ids["单志远"]])) == [])


def labels(editor: VisitEditor) -> str:
    return "\n".join(one.text() for one in editor.side.findChildren(Label))


def test_a_submitted_report_is_amended_with_a_reason(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["v4"])
    window.activateWindow()
    qtbot.keyClick(editor, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(editor.amendment.isVisible)
    assert not editor.locked
    qtbot.waitUntil(editor.amendment.reason.hasFocus)
    editor.form.note.setPlainText("更正后的记录")
    qtbot.keyClick(editor.form.note, Qt.Key.Key_Return, CTRL)
    assert "原因" in editor.banner.text
    type_text(editor.amendment.reason, "写错了产品")
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.drafts()) != [])
    qtbot.keyClick(editor.amendment.reason, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: editor.locked and editor._opening is not None)
    row = laptop.ask(lambda reads: reads.visit(laptop.company.ids["v4"]))
    assert (row["note"], row["state"]) == ("更正后的记录", "submitted")
    assert laptop.ask(lambda reads: reads.drafts()) == []
    qtbot.waitUntil(lambda: "写错了产品" in labels(editor))
    assert "周晓岚" in labels(editor)
    assert "更正后的记录" in labels(editor)


def test_an_amendment_waits_as_a_draft_and_can_be_given_up(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("today")
    editor = opened(window, qtbot, id=laptop.company.ids["v4"])
    editor.amend()
    type_text(editor.amendment.reason, "补充")
    editor.form.note.setPlainText("改到一半")
    qtbot.keyClick(editor.form.note, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.shown == "today")
    again = opened(window, qtbot, id=laptop.company.ids["v4"])
    qtbot.waitUntil(lambda: again.form.note.toPlainText() == "改到一半")
    assert again.amendment.reason.text() == "补充"
    assert not again.locked
    again.drop_amendment()
    qtbot.waitUntil(lambda: again.locked and again._opening is not None)
    assert again.form.note.toPlainText().startswith("送到 2024 版")
    assert laptop.ask(lambda reads: reads.drafts()) == []


def test_how_late_a_report_may_come_is_said_when_it_is_written(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    assert editor.banner.text == ""
    editor.day.setFocus()
    qtbot.keyClick(editor.day, Qt.Key.Key_Down)
    assert "最迟" in editor.banner.text
    assert editor.banner.property("part") == "banner-info"
    for _week in range(2):
        qtbot.keyClick(editor.day, Qt.Key.Key_PageDown)
    assert "7 天" in editor.banner.text
    assert editor.banner.property("part") == "banner-bad"
    editor.form.adverse.choose("no")
    editor.submit()
    assert editor.day.hasFocus(), "it is not even tried"
    assert laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))["state"] == "planned"
    qtbot.keyClick(editor.day, Qt.Key.Key_PageUp)
    qtbot.keyClick(editor.day, Qt.Key.Key_PageUp)
    editor.submit()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))["state"] == "submitted")
    assert laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))["starts_at"] == at(-1, 10, 20)


def test_a_plan_on_a_day_that_is_too_long_ago_is_refused_at_once(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    dialog = PlanDialog(window.context, window, doctor=(laptop.company.ids["解明"], "解明"), day=day(-7))
    dialog.open()
    qtbot.keyClick(dialog.day, Qt.Key.Key_Down)
    assert "7 天" in dialog.banner.text
    dialog.save()
    assert dialog.isVisible()
    qtbot.keyClick(dialog.day, Qt.Key.Key_Up)
    assert dialog.banner.text == ""
    with qtbot.waitSignal(dialog.planned):
        dialog.save()


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
