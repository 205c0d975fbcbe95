"""The Approvals page by real keys: approve, by line, send back, reject, pay; what waits, what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from crmdesk.domain.claims import content_hash
from crmdesk.services.views import ClaimView
from crmdesk.ui import app, language, lent_copies, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.approvals_page import ApprovalsPage
from crmdesk.ui.pages.claim_decision import DecisionBox
from crmdesk.ui.pages.claim_words import finding_words, reason_words, state_chip
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.small_company import Company
from tests.ui.money.money_company import claim as company_claim
from tests.ui.money.money_company import hang_receipt, meal, receipt

Seat = tuple[MainWindow, Laptop]


def shown(window: MainWindow, laptop: Laptop, qtbot: QtBot, key: str) -> ApprovalsPage:
    window.navigate("approvals", id=laptop.company.ids[key])
    page = window.page("approvals")
    assert isinstance(page, ApprovalsPage)
    qtbot.waitUntil(lambda: page.detail.view is not None and page.detail.view.row.id == laptop.company.ids[key])
    return page


def claim(laptop: Laptop, key: str) -> ClaimView:
    return laptop.ask(lambda reads: reads.claim(laptop.company.ids[key]))


def queued(laptop: Laptop, key: str) -> tuple[str, dict[str, Any]]:
    with laptop.store.reading() as connection:
        from crmdesk.services.waiting import queued_commands

        newest = queued_commands(connection, laptop.company.ids[key])[-1]
    return newest.command, dict(newest.args)


def test_the_queue_is_approved_by_a(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    page = shown(window, laptop, qtbot, "门诊拜访工作餐")
    rows = [page._model.row(index) for index in range(page._model.rowCount())]
    assert len(rows) == 4
    assert page._count.text() == "4 笔等待"
    qtbot.waitUntil(lambda: window._rail._items["approvals"].count == 4)
    qtbot.keyClick(page.list, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: claim(laptop, "门诊拜访工作餐").pending == "approve")
    command, args = queued(laptop, "门诊拜访工作餐")
    row = next(one for one in laptop.company.rows["claim"] if one["title"] == "门诊拜访工作餐")
    assert (command, args["seen_hash"]) == ("approve", content_hash(row))
    qtbot.waitUntil(lambda: page._count.text() == "3 笔等待")
    qtbot.waitUntil(lambda: window._rail._items["approvals"].count == 3)  # what is decided here waits for nobody
    qtbot.waitUntil(lambda: not page.buttons["approvals_approve"].isEnabled())


def test_the_list_goes_on_behind_what_was_decided(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    page = shown(window, laptop, qtbot, "门诊拜访工作餐")
    items = laptop.ask(lambda reads: reads.approvals())
    page.list.choose_row(2)
    page._show([one for at, one in enumerate(items) if at != 2])
    assert page.list.current_key() == items[3].id
    page._show(items[:2])
    assert page.list.current_key() == items[1].id
    qtbot.waitUntil(lambda: page.detail.view is not None and page.detail.view.row.id == items[1].id)
    page.list.setFocus()
    page._show([])
    assert window.focusWidget() is page  # not the rail, whose Enter leads away
    page._show(items)
    assert window.focusWidget() is page.list


def test_no_key_decides_on_a_claim_that_nobody_sees_any_more(manager: Seat, qtbot: QtBot) -> None:
    """Somebody else decided meanwhile and the queue is empty: A would approve what was shown last."""
    window, laptop = manager
    page = shown(window, laptop, qtbot, "门诊拜访工作餐")
    items = laptop.ask(lambda reads: reads.approvals())
    qtbot.waitUntil(page.buttons["approvals_approve"].isEnabled)
    page._show([])
    assert not any(action.isEnabled() for action in page._actions.values())
    qtbot.keyClick(page, Qt.Key.Key_B)
    assert not page._decision.isVisibleTo(page.detail.window())
    page._show(items)
    qtbot.waitUntil(page._actions["approvals_approve"].isEnabled)


@pytest.mark.parametrize(
    ("chosen", "words", "said"),
    [
        (language.CHINESE, "第 1 行的凭证还没有到", "看过才能批准"),
        (language.ENGLISH, "A receipt of line 1 has not reached this computer", "must be seen first"),
    ],
)
def test_what_cannot_be_looked_at_yet_says_so_and_is_not_approved(
    manager: Seat, qapp: QApplication, qtbot: QtBot, chosen: str, words: str, said: str
) -> None:
    window, laptop = manager
    laptop.store.blobs.forget([receipt("e")])
    app.dress(qapp, chosen, theme.LIGHT)
    page = shown(window, laptop, qtbot, "<b>出租车</b>")
    texts = [one.text() for one in page.detail.findChildren(QLabel)]
    assert any(words in one for one in texts)
    assert not {"没有附上凭证。", "No receipt is attached."} & set(texts), "it is attached, only not here"
    qtbot.keyClick(page.list, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: said in window.toast_part.text)
    assert claim(laptop, "<b>出租车</b>").pending == ""


def test_a_receipt_that_is_no_picture_opens_in_another_program_and_the_copy_goes(
    manager: Seat, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, laptop = manager
    asked: list[Path] = []
    answers = iter((True, False))

    def opened(url: QUrl) -> bool:
        asked.append(Path(url.toLocalFile()))
        return next(answers)

    monkeypatch.setattr(lent_copies, "folder", lambda: tmp_path / "lent")
    monkeypatch.setattr(lent_copies.QDesktopServices, "openUrl", opened)
    content = b"%PDF-1.7 fapiao"
    hang_receipt(laptop, "<b>出租车</b>", content, "发票 午餐.exe")
    page = shown(window, laptop, qtbot, "<b>出租车</b>")
    qtbot.waitUntil(lambda: page.detail.receipts._content == content and page.detail.receipts._outside.isVisible())
    qtbot.keyClick(page.list, Qt.Key.Key_O)
    assert asked[0].name == "发票_午餐.pdf", "what it is says the content, not its name"
    assert asked[0].read_bytes() == content
    assert [path.stat().st_mode & 0o777 for path in (asked[0], asked[0].parent)] == [0o600, 0o700]
    qtbot.waitUntil(lambda: "退出 crmdesk 时删除" in window.toast_part.text)
    qtbot.keyClick(page.list, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: "没有能打开它的程序" in window.toast_part.text)
    assert not asked[1].exists(), "what nobody took does not stay"
    page = shown(window, laptop, qtbot, "区域学术会")
    qtbot.waitUntil(lambda: not page.detail.receipts._outside.isVisible())
    qtbot.keyClick(page.list, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: "没有可以打开的凭证" in window.toast_part.text)
    assert len(asked) == 2


def test_sending_back_needs_words(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    page = shown(window, laptop, qtbot, "区域学术会")
    qtbot.keyClick(page.list, Qt.Key.Key_B)
    box = page._decision
    assert box.comment.hasFocus()
    qtbot.keyClick(box.comment, Qt.Key.Key_Return)
    assert claim(laptop, "区域学术会").pending == ""
    qtbot.keyClick(box.comment, Qt.Key.Key_Escape)
    assert page._bar.isVisible()
    qtbot.keyClick(page.list, Qt.Key.Key_B)
    type_text(box.comment, "请补议程")
    qtbot.keyClick(box.comment, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: claim(laptop, "区域学术会").pending == "send_back")
    assert queued(laptop, "区域学术会")[1]["comment"] == "请补议程"
    qtbot.waitUntil(lambda: page._bar.isVisible())


def test_rejecting_carries_the_reason_code(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    page = shown(window, laptop, qtbot, "区域学术会")
    qtbot.keyClick(page.list, Qt.Key.Key_R)
    box = page._decision
    box.reason.setCurrentIndex(box.reason.findData("not_proven"))
    type_text(box.comment, "凭证看不清")
    qtbot.keyClick(box.comment, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: claim(laptop, "区域学术会").pending == "reject")
    args = queued(laptop, "区域学术会")[1]
    assert (args["reason_code"], args["comment"]) == ("not_proven", "凭证看不清")


def test_less_is_approved_line_by_line_never_more(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    key = "科室会，上海市浦东医院"
    page = shown(window, laptop, qtbot, key)
    qtbot.keyClick(page.list, Qt.Key.Key_L)
    amounts = page._by_line._amounts
    assert [edit.text() for edit in amounts] == ["1,480.00", "120.00", "80.00"]
    assert amounts[0].hasFocus()
    qtbot.keyClicks(amounts[0], "9999")  # the whole amount is selected
    qtbot.keyClick(amounts[0], Qt.Key.Key_Return)
    assert "不能超过" in page._by_line.complaint.text()
    amounts[0].selectAll()
    qtbot.keyClicks(amounts[0], "1000")
    qtbot.keyClick(amounts[0], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: claim(laptop, key).pending == "approve")
    assert queued(laptop, key)[1]["approved_lines"] == [1_000_00, 120_00, 80_00]


def test_finance_pays_what_is_payable(seat: Callable[[str, str], Seat], qtbot: QtBot) -> None:
    window, laptop = seat("王建国", "finance")
    laptop.server_edits("claim", "上月停车费", approved_fen=40_00, approved_lines=[{"amount_fen": 40_00}])
    page = shown(window, laptop, qtbot, "上月停车费")
    qtbot.waitUntil(lambda: page.detail._total.text() == "批准 ¥40.00 / ¥48.00")
    assert (page._model.row(0).figure, page._sum.text()) == ("¥40.00", "¥40.00")
    assert page.buttons["approvals_pay"].isVisible()
    assert not page.buttons["approvals_approve"].isVisible()
    qtbot.keyClick(page.list, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: claim(laptop, "上月停车费").pending == "pay")


def test_names_with_html_are_plain_text(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    page = shown(window, laptop, qtbot, "<b>出租车</b>")
    label = page.detail.findChild(QLabel, "claim_title_label")
    assert isinstance(label, QLabel)
    assert label.text() == "<b>出租车</b>"
    assert all(one.textFormat() == Qt.TextFormat.PlainText for one in page.detail.findChildren(QLabel))
    assert "<i>两次</i>" in page.detail._second.text()


def test_a_claim_changed_meanwhile_is_shown_anew_and_bound_to_what_is_shown(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    key = "<b>出租车</b>"
    page = shown(window, laptop, qtbot, key)
    row = next(one for one in laptop.company.rows["claim"] if one["title"] == key)
    lines = [{**row["lines"][0], "amount_fen": 196_50}]
    laptop.server_edits("claim", key, lines=lines, content_hash=content_hash({**row, "lines": lines}), submission=2)
    total = page.detail.findChild(QLabel, "claim_total_label")
    assert isinstance(total, QLabel)
    qtbot.waitUntil(lambda: total.text() == "¥196.50")
    qtbot.keyClick(page.list, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: claim(laptop, key).pending == "approve")
    assert queued(laptop, key)[1]["seen_hash"] == content_hash({**row, "lines": lines})


def test_words_of_chips_and_findings() -> None:
    assert state_chip("submitted", "", "changed_since_seen") == ("看过之后有改动", "info")
    assert state_chip("submitted", "approve", "") == ("批准待同步", "info")
    used = {"code": "fapiao_used", "severity": "stop", "params": {"line": 2, "fapiao_number": "253120"}}
    assert "第 2 行的发票 253120" in finding_words(used)[0]
    cap = {"code": "meal_cap", "params": {"line": 1, "a_head_fen": 350_00, "cap_fen": 300_00}}
    assert "¥350.00" in finding_words(cap)[0]


DISPUTED = "有争议的工作餐"


def disputed(company: Company) -> None:
    """Add a claim that a call-back objected to."""
    company_claim(
        company, DISPUTED, "disputed", [meal(company, 268_00, "单志远", receipt_sha256s=[receipt("d")])],
        visit_id=company.ids["v1"], step=1, approved_fen=268_00, approved_lines=[{"amount_fen": 268_00}],
    )  # fmt: skip


@pytest.mark.parametrize("role", ["finance", "auditor"])
def test_a_disputed_claim_is_settled_by_d_with_its_outcome_and_why(
    seat: Callable[[str, str], Seat], company: Company, qapp: QApplication, qtbot: QtBot, role: str
) -> None:
    disputed(company)
    window, laptop = seat("王建国", role)
    page = shown(window, laptop, qtbot, DISPUTED)
    assert page.buttons["approvals_settle"].isVisible()
    assert not any(page.buttons[name].isVisible() for name in ("approvals_pay", "approvals_approve"))
    qtbot.keyClick(page.list, Qt.Key.Key_D)
    box = page._decision
    assert [box.reason.itemData(at) for at in range(box.reason.count())] == ["payable", "rejected", "clawback"]
    assert (box.reason.hasFocus(), box.reason.currentIndex()) == (True, -1), "nothing is chosen for the person"
    type_text(box.comment, "医生没有参加")
    qtbot.keyClick(box.comment, Qt.Key.Key_Return)
    assert ("先选裁定结果" in box.complaint.text(), claim(laptop, DISPUTED).pending) == (True, "")
    assert box.reason.hasFocus()
    for _ in range(3):
        qtbot.keyClick(box.reason, Qt.Key.Key_Down)
    language.apply_language(qapp, language.ENGLISH)
    qtbot.waitUntil(lambda: box.confirm.text() == "Settle")
    assert (box.reason.currentData(), box.reason.currentText()) == ("clawback", "Claw back what was paid")
    language.apply_language(qapp, language.CHINESE)
    qtbot.keyClick(box.comment, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: claim(laptop, DISPUTED).pending == "settle")
    command, args = queued(laptop, DISPUTED)
    row = next(one for one in laptop.company.rows["claim"] if one["title"] == DISPUTED)
    wanted = {"outcome": "clawback", "comment": "医生没有参加", "seen_hash": row["content_hash"]}
    assert (command, args) == ("settle", wanted)
    qtbot.waitUntil(lambda: not page.buttons["approvals_settle"].isEnabled())


@pytest.mark.parametrize("key", [Qt.Key.Key_B, Qt.Key.Key_R])
def test_a_decision_without_a_reason_says_what_is_missing_and_keeps_the_keys(
    manager: Seat, qapp: QApplication, qtbot: QtBot, key: Qt.Key
) -> None:
    window, laptop = manager
    page = shown(window, laptop, qtbot, "门诊拜访工作餐")
    qtbot.keyClick(page.list, key)
    box = page._decision
    qtbot.waitUntil(box.comment.hasFocus)
    for typed in ("", "  "):
        type_text(box.comment, typed)
        qtbot.keyClick(box.comment, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert (box.complaint.isVisible(), box.comment.hasFocus()) == (True, True)
        assert box.complaint.text() == "还没有写原因：申请人要知道为什么。"
    language.apply_language(qapp, language.ENGLISH)
    qtbot.waitUntil(lambda: box.complaint.text().startswith("There is no reason yet"))
    assert box.comment.accessibleDescription() == box.complaint.text()
    language.apply_language(qapp, language.CHINESE)
    type_text(box.comment, "发票看不清")
    assert box.complaint.isHidden()
    qtbot.keyClick(box.comment, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: claim(laptop, "门诊拜访工作餐").pending in ("send_back", "reject"))


def test_the_reasons_of_rejecting_do_not_stay_for_a_dispute(manager: Seat, qtbot: QtBot) -> None:
    box = DecisionBox()
    qtbot.addWidget(box)
    for event, codes in (
        ("reject", ["not_allowed", "not_proven", "duplicate", "other"]),
        ("settle", ["payable", "rejected", "clawback"]),
        ("send_back", []),
        ("reject", ["not_allowed", "not_proven", "duplicate", "other"]),
    ):
        box.ask(event, "claim")
        assert [box.reason.itemData(at) for at in range(box.reason.count())] == codes


def test_a_manager_is_not_asked_about_a_dispute(
    seat: Callable[[str, str], Seat], company: Company, qtbot: QtBot
) -> None:
    disputed(company)
    _window, laptop = seat("王建国", "manager")
    assert "settle" not in claim(laptop, DISPUTED).allowed
    assert DISPUTED not in [one.title for one in laptop.ask(lambda reads: reads.approvals())]


def test_the_trail_says_the_outcome_in_words(manager: Seat) -> None:
    assert reason_words("settle", "clawback: 医生没有参加") == "追回已付部分 · 医生没有参加"
    assert reason_words("claim.reject", "not_proven: 看不清") == "凭证不足 · 看不清"
    assert reason_words("send_back", "payable: 原话") == "payable: 原话"
    assert reason_words("reject", "自己写的: 话") == "自己写的: 话"
