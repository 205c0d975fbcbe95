"""The Expenses page by real keys: new claims, claims of a visit, drafts, refusals in words, recall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from crmdesk.company.receipts import png_ticket
from crmdesk.protocol.messages import Answer
from crmdesk.services.commands import AttachFile, ChangeSet
from crmdesk.storage import outbox
from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import claim_editor, claim_words
from crmdesk.ui.pages.expenses_page import ExpensesPage
from crmdesk.ui.parts.date_field import today
from tests.ui.customers.laptop import Laptop, type_text, undo
from tests.ui.money.money_company import hang_receipt

CTRL = Qt.KeyboardModifier.ControlModifier
Seat = tuple[MainWindow, Laptop]


def shown(window: MainWindow, qtbot: QtBot, **args: Any) -> ExpensesPage:
    window.navigate("expenses", **args)
    page = window.page("expenses")
    assert isinstance(page, ExpensesPage)
    wanted = args.get("id")
    qtbot.waitUntil(lambda: page.detail.view is not None and wanted in (None, page.detail.view.row.id))
    return page


def from_visit(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> ExpensesPage:
    window.navigate("expenses", visit_id=laptop.company.ids["v4"])
    page = window.page("expenses")
    assert isinstance(page, ExpensesPage)
    qtbot.waitUntil(lambda: "拜访费用" in page.editor.title_edit.text())
    return page


def saved(laptop: Laptop, claim_id: str) -> Any:
    return laptop.ask(lambda reads: reads.claim(claim_id))


def test_a_new_claim_is_written_by_keys_and_submitted(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = shown(window, qtbot)
    before = len(laptop.ask(lambda reads: reads.claims()))
    qtbot.keyClick(page, Qt.Key.Key_N, CTRL)
    qtbot.waitUntil(lambda: page.editor.title_edit.text().startswith("费用报销"))
    assert "今天" not in page.editor.title_edit.text()
    qtbot.waitUntil(lambda: window.focusWidget() is page.editor.title_edit)
    assert page.editor.title_edit.hasSelectedText(), "what is typed next is its subject"
    claim_id = page.editor.claim_id
    line = page.editor.lines[0]
    fields = [page.editor.reason, page.editor.attendees, page.editor.doctor_picker.edit, line.category, line.spent_on]
    for field in [*fields, line.description, line.fapiao, line.amount]:
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        assert window.focusWidget() is field, "Tab goes as the eye does, also to a line that was made last"
        if field is page.editor.reason:
            type_text(field, "往返医院打车")
        elif field is line.category:
            line.category.setCurrentIndex(line.category.findData("transport"))
        elif field is line.spent_on:
            QTest.keyClicks(field, "-1")
    qtbot.keyClicks(line.amount, "46.50")
    assert page.detail._total.text() == "¥46.50", "at once, not when it is saved"
    listed = page._model.row(page._model.index_of(page.editor.claim_id))
    assert listed is not None
    assert listed.figure == "¥46.50", "in the list too"
    qtbot.keyClick(line.amount, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: saved(laptop, claim_id).pending == "submit")
    assert len(laptop.ask(lambda reads: reads.claims())) == before + 1
    row = saved(laptop, claim_id).row
    assert (row["reason"], row["lines"][0]["amount_fen"]) == ("往返医院打车", 46_50)
    assert row["lines"][0]["spent_on"] == (today() - timedelta(days=1)).isoformat()
    qtbot.waitUntil(lambda: not page.submit_button.isVisible())
    assert page.banner.text == ""


def test_a_claim_begun_by_mistake_is_deleted_by_key_and_comes_back_as_it_was(rep: Seat, qtbot: QtBot) -> None:
    """A claim is made as soon as it is begun: one by mistake stood in the list for good."""
    window, laptop = rep
    page = shown(window, qtbot)
    before = {one.id for one in laptop.ask(lambda reads: reads.claims())}
    qtbot.keyClick(page, Qt.Key.Key_N, CTRL)
    qtbot.waitUntil(lambda: page.editor.claim_id not in {"", *before} and page.delete_button.isVisible())
    claim_id = page.editor.claim_id
    qtbot.keyClicks(page.editor.title_edit, "by mistake")
    qtbot.keyClick(page.editor.title_edit, Qt.Key.Key_Delete, CTRL | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: {one.id for one in laptop.ask(lambda reads: reads.claims())} == before)
    qtbot.waitUntil(lambda: page._model.index_of(claim_id) < 0 and page.editor.claim_id != claim_id)
    undo(window, qtbot)
    qtbot.waitUntil(lambda: page._model.index_of(claim_id) >= 0)
    assert saved(laptop, claim_id).row["title"] == "by mistake"


def test_a_claim_that_was_submitted_cannot_be_deleted(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = shown(window, qtbot, id=laptop.company.ids["科室会，上海市浦东医院"])
    qtbot.waitUntil(lambda: not page._actions["expenses_delete"].isEnabled())
    assert page.delete_button.isHidden()


def test_a_page_that_opens_on_a_draft_gives_the_keys_to_the_list(
    rep: Seat, qtbot: QtBot, dressed: QApplication
) -> None:
    """Not to 'Submit', which Qt takes for the next one when the empty state goes: Enter would submit the claim."""
    window, laptop = rep
    language.apply_language(dressed, language.ENGLISH)
    page = shown(window, qtbot, id=laptop.company.ids["指南解读会草稿"])
    qtbot.waitUntil(page.submit_button.isVisible)
    qtbot.waitUntil(page.list.hasFocus)


def test_a_claim_that_came_back_says_why_above_everything(rep: Seat, qtbot: QtBot, dressed: QApplication) -> None:
    window, laptop = rep
    page = shown(window, qtbot, id=laptop.company.ids["退回的印刷费"])
    why = page.detail.findChild(QLabel, "claim_answer_label")
    qtbot.waitUntil(why.isVisible)
    assert why.text() == "请写明份数"
    view = saved(laptop, laptop.company.ids["退回的印刷费"])
    told = saved(laptop, laptop.company.ids["科室会，上海市浦东医院"]).trail
    sent_back = msgspec.structs.replace(view, trail=told)
    assert claim_words.answer_words(sent_back) == "退回 · 王建国：请补上签到表"
    language.apply_language(dressed, language.ENGLISH)
    assert claim_words.answer_words(sent_back) == "Sent back · 王建国: 请补上签到表"
    assert claim_words.answer_words(msgspec.structs.replace(sent_back, pending="submit")) == ""


def test_a_claim_of_a_visit_offers_its_doctors_chosen(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = from_visit(window, laptop, qtbot)
    line = page.editor.lines[0]
    assert line.category.currentData() == "meal"
    assert line.doctors.values() == [laptop.company.ids["曾庆华"]]
    qtbot.keyClicks(line.amount, "42")
    qtbot.keyClick(line.amount, Qt.Key.Key_Return, CTRL)
    claim_id = page.editor.claim_id
    qtbot.waitUntil(lambda: saved(laptop, claim_id).pending == "submit")
    row = saved(laptop, claim_id).row
    assert row["visit_id"] == laptop.company.ids["v4"]
    assert row["lines"][0]["doctor_ids"] == [laptop.company.ids["曾庆华"]]


def test_a_date_that_nobody_can_read_keeps_the_claim_and_comes_back_as_it_was_typed(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = shown(window, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_N, CTRL)
    qtbot.waitUntil(lambda: window.focusWidget() is page.editor.title_edit)
    claim_id, line = page.editor.claim_id, page.editor.lines[0]
    qtbot.keyClicks(line.amount, "46.50")
    line.spent_on.setFocus()
    QTest.keyClicks(line.spent_on, "31-31")
    QTest.keyClick(line.spent_on, Qt.Key.Key_Return, CTRL)
    assert saved(laptop, claim_id).pending == ""
    page.editor.keep()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.drafts()) != [])
    shown(window, qtbot, id=laptop.company.ids["指南解读会草稿"])
    page = shown(window, qtbot, id=claim_id)
    qtbot.waitUntil(lambda: page.editor.claim_id == claim_id)
    kept = page.editor.lines[0]
    assert (kept.spent_on.text(), kept.amount.text()) == ("31-31", "46.50")
    assert "看不懂日期" in kept._error.text()
    kept.spent_on.setFocus()
    QTest.keyClick(kept.spent_on, Qt.Key.Key_Escape)
    assert kept._error.text() == ""


def test_what_is_missing_is_named_with_its_line(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = from_visit(window, laptop, qtbot)
    line = page.editor.lines[0]
    qtbot.keyClicks(line.amount, "40")
    page.editor.add_line()
    second = page.editor.lines[1]
    qtbot.keyClicks(second.amount, "300")
    qtbot.keyClick(second.amount, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "凭证" in page.banner.text)
    assert "第 2 项" in page.banner.text
    assert "无拜访原因" not in page.banner.text, "the claim is of a visit"
    assert second.attach_button.hasFocus()
    assert saved(laptop, page.editor.claim_id).row["state"] in (None, "draft")
    second.amount.setText("三百")
    qtbot.keyClick(second.amount, Qt.Key.Key_Return, CTRL)
    assert "金额" in page.banner.text
    assert "第 2 项" in page.banner.text
    assert second.amount.hasFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.banner.text == "")


def said(page: ExpensesPage) -> list[str]:
    labels = [one for one in page.editor.findChildren(QLabel) if one.property("role") == "bad"]
    return [one.text() for one in labels if one.isVisible() and one.text()]


def test_all_that_is_missing_is_said_at_once_at_its_fields(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = shown(window, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_N, CTRL)
    editor = page.editor
    qtbot.waitUntil(lambda: window.focusWidget() is editor.title_edit)
    claim_id = editor.claim_id
    qtbot.keyClick(editor.title_edit, Qt.Key.Key_Backspace)
    qtbot.keyClicks(editor.lines[0].amount, "640")
    editor.add_line()
    qtbot.keyClicks(editor.lines[1].fapiao, "25312000000477182093")
    qtbot.keyClick(editor.lines[1].fapiao, Qt.Key.Key_Return, CTRL)
    assert page.banner.text == (
        "还缺：事由、无拜访原因、第 1 项的参加医生、第 1 项的凭证、第 2 项的金额、第 2 项的参加医生。草稿已保存。"
    )
    wanted = [
        "写上事由", "没有拜访：写明原因", "选参加的医生；没有就先在上面添加 · 满 ¥50.00 要附凭证",
        "填写金额，例如 1,234.50 · 选参加的医生；没有就先在上面添加",
    ]  # fmt: skip
    qtbot.waitUntil(lambda: said(page) == wanted)
    assert editor.title_edit.hasFocus(), "the first one has the focus"
    wrong = (editor.title_edit, editor.reason, editor.lines[0].doctors, editor.lines[0].attach_button)
    assert all(one.property("wrong") for one in wrong)
    type_text(editor.title_edit, "出租车")
    assert "写上事由" not in said(page), "what is mended is no longer said"
    assert "事由、" not in page.banner.text
    window.choose_language("en")
    qtbot.waitUntil(lambda: "There is no visit: say why" in said(page))
    assert page.banner.text == (
        "Still missing: reason without a visit, doctors of line 1, receipts of line 1, amount of line 2,"
        " doctors of line 2. The draft is saved."
    )
    window.choose_language("zh")
    type_text(editor.reason, "往返医院")
    for line in editor.lines:
        line.category.setCurrentIndex(line.category.findData("transport"))
    editor.lines[0].amount.setText("")
    qtbot.keyClicks(editor.lines[0].amount, "46")
    qtbot.keyClicks(editor.lines[1].amount, "12")
    assert (said(page), page.banner.text) == ([], "")
    qtbot.keyClick(editor.reason, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: saved(laptop, claim_id).pending == "submit")


def test_typing_is_kept_within_a_second_and_half_typed_amounts_come_back(
    seat: Callable[[str, str], Seat], qtbot: QtBot
) -> None:
    window, laptop = seat("周晓岚", "rep")
    claim_id = laptop.company.ids["指南解读会草稿"]
    page = shown(window, qtbot, id=claim_id)
    assert claim_editor.KEEP_AFTER_MS <= 1000
    type_text(page.editor.attendees, "护士长两位")
    qtbot.waitUntil(lambda: saved(laptop, claim_id).row["attendees"] == "护士长两位")
    page.editor.lines[0].amount.setText("")
    qtbot.keyClicks(page.editor.lines[0].amount, "3x")
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.draft(f"claim:{claim_id}")) is not None)
    page = shown(window, qtbot, id=laptop.company.ids["上月停车费"])
    qtbot.waitUntil(lambda: page.editor.claim_id == "")
    page = shown(window, qtbot, id=claim_id)
    qtbot.waitUntil(lambda: page.editor.lines[0].amount.text() == "3x")
    assert saved(laptop, claim_id).row["lines"][0]["amount_fen"] == 300_00
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert window.focusWidget() is page.editor.title_edit


def stored(laptop: Laptop, claim_id: str) -> list[dict[str, Any]]:
    return list(laptop.ask(lambda reads: reads.claim(claim_id)).row["lines"] or ())


def without_visit(laptop: Laptop, key: str) -> str:
    claim_id: str = laptop.company.ids[key]
    laptop.server_edits("claim", key, visit_id=None, reason="科室会")
    return claim_id


def test_the_last_doctor_taken_off_a_claim_is_said_undone_and_offered_again(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    claim_id, doctor = without_visit(laptop, "指南解读会草稿"), laptop.company.ids["曾庆华"]
    page = shown(window, qtbot, id=claim_id)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    line = page.editor.lines[0]
    assert line.doctors.values() == [doctor]
    type_text(line.description, "科室会茶歇")  # is not undone with it
    line.doctors.setFocus()
    line.doctors.choose(doctor)
    qtbot.waitUntil(lambda: window.toast_part.text == "已从报销单去掉 曾庆华")
    assert "doctor_ids" not in stored(laptop, claim_id)[0]
    qtbot.keyClick(line.doctors, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: page.editor.lines[0].doctors.values() == [doctor])
    assert (stored(laptop, claim_id)[0]["doctor_ids"], stored(laptop, claim_id)[0]["description"]) == (
        [doctor], "科室会茶歇"
    )  # fmt: skip
    assert page.editor.lines[0].isAncestorOf(window.focusWidget()), "no key goes to 'Submit'"
    page.editor.lines[0].doctors.choose(doctor)
    qtbot.waitUntil(lambda: "doctor_ids" not in stored(laptop, claim_id)[0])
    shown(window, qtbot, id=laptop.company.ids["退回的印刷费"])
    shown(window, qtbot, id=claim_id)
    qtbot.waitUntil(lambda: page.editor.claim_id == claim_id)
    page.editor.lines[0].doctors.choose(doctor)
    assert page.editor.lines[0].doctors.values() == [doctor], "offered still after another claim was looked at"
    qtbot.waitUntil(lambda: stored(laptop, claim_id)[0].get("doctor_ids") == [doctor])


def test_who_was_taken_off_is_not_proposed_for_a_new_line_and_a_removed_line_comes_back(
    rep: Seat, qtbot: QtBot
) -> None:
    window, laptop = rep
    claim_id, doctor = without_visit(laptop, "指南解读会草稿"), laptop.company.ids["曾庆华"]
    page = shown(window, qtbot, id=claim_id)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    page.editor.lines[0].doctors.choose(doctor)
    assert page.editor.add_line().doctors.values() == []
    qtbot.keyClick(page.editor.lines[0].remove_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: stored(laptop, claim_id) == [])
    qtbot.waitUntil(lambda: window.toast_part.text == "已删除这一行")
    qtbot.keyClick(page.list, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: len(page.editor.lines) == 1 and page.editor.lines[0].amount.text() == "300.00")
    assert len(stored(laptop, claim_id)) == 1


def test_that_a_claim_waits_is_no_longer_said_once_it_was_sent(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = shown(window, qtbot, id=laptop.company.ids["科室会，上海市浦东医院"])
    qtbot.keyClick(page.list, Qt.Key.Key_B, CTRL)
    qtbot.waitUntil(lambda: "同步后可以修改" in window.toast_part.text)
    with laptop.store.reading() as connection:
        batch = outbox.next_batch(connection, 500, 1 << 20)
    with laptop.store.writing() as work:
        outbox.settle(work, [Answer(one.id, "applied", revision=one.base_revision + 1) for one in batch])
    laptop.desk.publish(ChangeSet({"outbox": ()}, "sync"))
    qtbot.waitUntil(lambda: window.toast_part.text == "")


def test_a_submitted_claim_is_recalled(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    claim_id = laptop.company.ids["科室会，上海市浦东医院"]
    page = shown(window, qtbot, id=claim_id)
    assert page.recall_button.isVisible()
    assert not page.editor.isVisible()
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert page.detail.hasFocus()
    qtbot.mouseClick(page.recall_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: saved(laptop, claim_id).pending == "recall")


def test_receipts_are_shown_and_hung_on_a_line(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    claim_id = laptop.company.ids["退回的印刷费"]
    page = shown(window, qtbot, id=claim_id)
    laptop.desk.submit(AttachFile("claim", claim_id, "发票.png", png_ticket(["45.00"]))).result(10)
    qtbot.waitUntil(lambda: not page.detail.receipts._picture.empty)
    assert "发票.png" in page.detail.receipts._name.text()
    assert page.detail.receipts._outside.key == "", "letters are typed into the draft"
    hang_receipt(laptop, "科室会，上海市浦东医院", png_ticket(["1480.00"]))
    page = shown(window, qtbot, id=laptop.company.ids["科室会，上海市浦东医院"])
    qtbot.waitUntil(lambda: "午餐" in page.detail.receipts._name.text() and not page.detail.receipts._picture.empty)
    assert page.detail.receipts._outside.key == "O"
    assert "不属于任何一行" in page.detail.receipts._name.text()


def test_a_wrong_receipt_is_taken_off_its_line(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    claim_id = laptop.company.ids["指南解读会草稿"]
    page = shown(window, qtbot, id=claim_id)
    qtbot.waitUntil(lambda: page.editor.claim_id == claim_id and page.editor.lines[0].take_off_button.isVisible())
    line = page.editor.lines[0]
    line.attach_button.setFocus()
    qtbot.keyClick(line.attach_button, Qt.Key.Key_Tab)
    assert line.take_off_button.hasFocus()
    qtbot.keyClick(line.take_off_button, Qt.Key.Key_Return)
    assert line.attach_button.hasFocus()
    assert not line.take_off_button.isVisible()
    qtbot.waitUntil(lambda: saved(laptop, claim_id).row["lines"][0].get("receipt_sha256s") is None)


@pytest.mark.parametrize(
    ("state", "shares"),
    [
        ("submitted", {"已用 ¥10,400", "预留 ¥1,870", "本单 ¥1,480"}),
        ("payable", {"已用 ¥8,920", "预留 ¥3,350", "本单 ¥1,480"}),
    ],
)
def test_what_a_claim_takes_of_its_budget_is_shown_once(rep: Seat, qtbot: QtBot, state: str, shares: set[str]) -> None:
    window, laptop = rep
    page = shown(window, qtbot, id=laptop.company.ids["科室会，上海市浦东医院"])
    view = page.detail.view
    assert view is not None
    row = msgspec.structs.replace(view.row, values={**view.row.values, "state": state})
    page.detail.show_claim(msgspec.structs.replace(view, row=row))
    assert shares <= {label.text() for label in page.detail.findChildren(QLabel)}


def test_a_name_with_html_stays_text(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = shown(window, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_N, CTRL)
    qtbot.waitUntil(lambda: page.editor.title_edit.text().startswith("费用报销"))
    page.editor.title_edit.clear()
    type_text(page.editor.title_edit, "<b>粗</b><img src=x>")
    claim_id = page.editor.claim_id
    qtbot.waitUntil(lambda: saved(laptop, claim_id).row["title"] == "<b>粗</b><img src=x>")
    label = page.detail.findChild(QLabel, "claim_title_label")
    assert isinstance(label, QLabel)
    qtbot.waitUntil(lambda: label.text() == "<b>粗</b><img src=x>")
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_staff_takes_whole_numbers_only(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    page = shown(window, qtbot, id=laptop.company.ids["指南解读会草稿"])
    staff = page.editor.findChild(QLineEdit, "line_1_staff_edit")
    assert isinstance(staff, QLineEdit)
    staff.selectAll()
    qtbot.keyClicks(staff, "3a")
    assert staff.text() == "3"
    values = page.editor.values()
    assert values is not None
    assert values["lines"][0]["staff_count"] == 3
