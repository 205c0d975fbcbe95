"""A claim that is being written while another laptop or another window changes it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import SaveClaim, SaveDraft
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.claim_editor import BASE
from crmdesk.ui.pages.expenses_page import ExpensesPage
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.small_company import day
from tests.ui.money.money_company import receipt

CTRL = Qt.KeyboardModifier.ControlModifier
Seat = tuple[MainWindow, Laptop]


def line(amount_fen: int, **more: Any) -> dict[str, Any]:
    return {"category": "transport", "spent_on": day(-2), "amount_fen": amount_fen, **more}


def begun(seat: Seat, qtbot: QtBot) -> tuple[ExpensesPage, str]:
    """Open a new claim with two lines, which the server has."""
    window, laptop = seat
    values = {
        "title": "打车", "reason": "往返医院", "territory_id": laptop.company.ids["浦东一区"],
        "owner_id": laptop.company.ids["周晓岚"], "currency": "CNY", "state": "draft",
        "lines": [line(10_00, receipt_sha256s=[receipt("a")]), line(20_00)],
    }  # fmt: skip
    claim_id = laptop.company.add("claim", "elsewhere", **values)
    laptop.server_edits("claim", "elsewhere")
    window.navigate("expenses", id=claim_id)
    page = window.page("expenses")
    assert isinstance(page, ExpensesPage)
    qtbot.waitUntil(lambda: page.editor.claim_id == claim_id)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    return page, claim_id


def row(laptop: Laptop, claim_id: str) -> Any:
    return laptop.ask(lambda reads: reads.claim(claim_id)).row


def settled(seat: Seat, page: ExpensesPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not (page.editor.dirty or page._sending or seat[0].bridge.waiting))


def test_lines_written_here_and_elsewhere_are_all_there(rep: Seat, qtbot: QtBot) -> None:
    laptop, (page, claim_id) = rep[1], begun(rep, qtbot)
    first = page.editor.lines[0].amount
    first.setFocus()
    first.selectAll()
    qtbot.keyClicks(first, "11.50")
    there = [line(10_00, receipt_sha256s=[receipt("a"), receipt("b")]), line(25_00), line(30_00)]
    laptop.server_edits("claim", "elsewhere", lines=there, attendees="科室同事")
    qtbot.waitUntil(lambda: page.editor.attendees.text() == "科室同事")
    settled(rep, page, qtbot)
    assert [one.amount.text() for one in page.editor.lines] == ["11.50", "25.00", "30.00"]
    assert (first.hasFocus(), first.cursorPosition()) == (True, 5)
    now = row(laptop, claim_id)
    assert [one["amount_fen"] for one in now["lines"]] == [11_50, 25_00, 30_00]
    assert now["lines"][0]["receipt_sha256s"] == sorted([receipt("a"), receipt("b")])
    assert now["attendees"] == "科室同事"
    assert page.editor.meanwhile.undecided == []


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_an_amount_that_both_changed_is_asked_about(rep: Seat, qtbot: QtBot, choice: str) -> None:
    laptop, (page, claim_id) = rep[1], begun(rep, qtbot)
    amount = page.editor.lines[1].amount
    amount.setFocus()
    amount.selectAll()
    qtbot.keyClicks(amount, "22.00")
    laptop.server_edits("claim", "elsewhere", lines=[line(10_00, receipt_sha256s=[receipt("a")]), line(33_00)])
    qtbot.waitUntil(lambda: page.editor.meanwhile.undecided == ["lines"])
    assert amount.text() == "22.00"
    told = [pick.text() for pick in page.editor.meanwhile._choices["lines"]._picks]
    assert [("¥22.00" in one, "¥33.00" in one, "¥10.00" in one) for one in told] == [
        (True, False, False), (False, True, False)
    ], "only what differs"  # fmt: skip
    key = f"claim:{claim_id}"
    qtbot.waitUntil(
        lambda: (laptop.ask(lambda reads: reads.draft(key)) or {}).get("lines", [{}])[-1].get("amount_text") == "22.00"
    )
    assert row(laptop, claim_id)["lines"][1]["amount_fen"] == 33_00, "nothing is written over before it is decided"
    page._submit()
    assert row(laptop, claim_id)["state"] == "draft"
    page.editor.meanwhile._choices["lines"].choose(choice)
    settled(rep, page, qtbot)
    wanted = 22_00 if choice == "mine" else 33_00
    qtbot.waitUntil(lambda: row(laptop, claim_id)["lines"][1]["amount_fen"] == wanted)
    assert page.editor.lines[1].amount.text() == f"{wanted // 100}.00"


def test_a_save_that_meets_another_window_is_kept_and_asked_about(rep: Seat, qtbot: QtBot) -> None:
    laptop, (page, claim_id) = rep[1], begun(rep, qtbot)
    type_text(page.editor.reason, "，打车")
    laptop.desk.submit(SaveClaim(claim_id, {"reason": "另一个窗口", "title": "改了标题"}))
    page.editor.keep()  # before the page could hear of it
    qtbot.waitUntil(lambda: page.editor.meanwhile.undecided == ["reason"])
    assert page.editor.title_edit.text() == "改了标题"
    assert "打车" in page.editor.reason.text()
    assert row(laptop, claim_id)["reason"] == "另一个窗口"


def test_a_draft_that_is_older_than_the_claim_meets_it(rep: Seat, qtbot: QtBot) -> None:
    laptop, (page, claim_id) = rep[1], begun(rep, qtbot)
    amount = page.editor.lines[1].amount
    amount.setFocus()
    amount.selectAll()
    type_text(amount, "一百")
    page.editor.keep()
    key = f"claim:{claim_id}"
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.draft(key)) is not None)
    draft = laptop.ask(lambda reads: reads.draft(key))
    assert draft is not None
    assert draft[BASE]["title"] == "打车"
    rep[0].navigate("today")
    page.editor.claim_id = ""  # as after a start of the program
    page.editor.dirty = False
    laptop.server_edits("claim", "elsewhere", title="别处的标题", reason="别处的事由")
    laptop.desk.submit(SaveDraft(key, {**draft, "reason": "草稿的事由"})).result(20)
    rep[0].navigate("expenses", id=claim_id)
    qtbot.waitUntil(lambda: page.editor.meanwhile.undecided == ["reason"])
    assert page.editor.title_edit.text() == "别处的标题"
    assert (page.editor.reason.text(), page.editor.lines[1].amount.text()) == ("草稿的事由", "一百")


def test_a_claim_is_submitted_as_it_was_on_the_screen(rep: Seat, qtbot: QtBot) -> None:
    laptop, (page, claim_id) = rep[1], begun(rep, qtbot)
    type_text(page.editor.title_edit, "，补")
    proved = [line(10_00, receipt_sha256s=[receipt("a")]), line(20_00, receipt_sha256s=[receipt("b")])]
    laptop.server_edits("claim", "elsewhere", lines=proved)
    qtbot.waitUntil(lambda: page.editor.lines[1].has_receipt)
    settled(rep, page, qtbot)
    laptop.desk.submit(SaveClaim(claim_id, {"attendees": "没看见的"}))
    page._submit()  # before the page could hear of it
    qtbot.waitUntil(lambda: page.editor.attendees.text() == "没看见的")
    settled(rep, page, qtbot)
    assert laptop.ask(lambda reads: reads.claim(claim_id)).pending == ""
    page._submit()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.claim(claim_id)).pending == "submit")


def test_what_came_into_the_form_after_submit_was_pressed_is_not_submitted(
    rep: Seat, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the two reads that follow the save, the one that fills the form may be answered first."""
    laptop, (page, claim_id) = rep[1], begun(rep, qtbot)
    proved = [line(10_00, receipt_sha256s=[receipt("a")]), line(20_00, receipt_sha256s=[receipt("b")])]
    laptop.server_edits("claim", "elsewhere", lines=proved)
    qtbot.waitUntil(lambda: page.editor.lines[1].has_receipt)
    settled(rep, page, qtbot)
    send = page._send

    def filled_first(on_screen: Any, view: Any) -> None:
        page.editor.load(view, None)
        send(on_screen, view)

    monkeypatch.setattr(page, "_send", filled_first)
    laptop.desk.submit(SaveClaim(claim_id, {"attendees": "没看见的"}))
    page._submit()
    qtbot.waitUntil(lambda: page.editor.attendees.text() == "没看见的")
    settled(rep, page, qtbot)
    assert laptop.ask(lambda reads: reads.claim(claim_id)).pending == ""
    page._submit()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.claim(claim_id)).pending == "submit")
