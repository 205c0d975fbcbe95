"""Call-backs by real keys: from a claim that waits for one, from a visit on the doctor's page; what is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import CorrectCallBack, NoteCallBack
from crmdesk.services.views import CallBackItem
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.approvals_page import ApprovalsPage
from crmdesk.ui.pages.call_back_dialog import CallBackDialog, show_call_back
from crmdesk.ui.pages.doctor_page import DoctorPage
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.small_company import Company, at
from tests.ui.money.money_company import claim, meal, receipt

Seat = tuple[MainWindow, Laptop]
Sit = Callable[[str, str], Seat]


def waiting(company: Company, *doctors: str, visit: str = "v1") -> str:
    """Add a claim that waits to be called back."""
    lines = [meal(company, 268_00, *doctors, receipt_sha256s=[receipt("d")])]
    return claim(
        company, "待回访的工作餐", "to_call_back", lines, visit_id=company.ids[visit], owner_id=company.ids["陈立"]
    )


def dialog_of(page: QWidget, qtbot: QtBot) -> CallBackDialog:
    qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(CallBackDialog)))
    return next(one for one in page.findChildren(CallBackDialog) if one.isVisible())


def approvals(window: MainWindow, qtbot: QtBot, row_id: str) -> ApprovalsPage:
    window.navigate("approvals", id=row_id)
    page = window.page("approvals")
    assert isinstance(page, ApprovalsPage)
    qtbot.waitUntil(lambda: page.detail.view is not None and page.detail.view.row.id == row_id)
    return page


def doctor_page(window: MainWindow, laptop: Laptop, qtbot: QtBot, name: str) -> DoctorPage:
    window.navigate("doctor", id=laptop.company.ids[name])
    page = window.page("doctor")
    assert isinstance(page, DoctorPage)
    qtbot.waitUntil(lambda: page._view is not None and page._view.row.id == laptop.company.ids[name])
    return page


def operations(laptop: Laptop) -> list[tuple[str, str]]:
    from crmdesk.storage import outbox

    with laptop.store.reading() as connection:
        found = [stored.operation for stored in outbox.pending_operations(connection)]
    return [(one.record, one.command or one.kind) for one in found]


def noted(laptop: Laptop, claim_id: str) -> tuple[CallBackItem, ...]:
    return laptop.ask(lambda reads: reads.claim(claim_id)).call_backs


def test_k_1_and_ctrl_enter_confirm_a_claim(company: Company, seat: Sit, qtbot: QtBot) -> None:
    row_id = waiting(company, "单志远")
    window, laptop = seat("王建国", "manager")
    page = approvals(window, qtbot, row_id)
    button = page.buttons["approvals_call_back"]
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled())
    assert not page.buttons["approvals_approve"].isVisible()
    qtbot.keyClick(page.list, Qt.Key.Key_K)
    dialog = dialog_of(page, qtbot)
    assert dialog.outcome.hasFocus()
    qtbot.keyClick(dialog.outcome, Qt.Key.Key_1)
    assert "待支付" in dialog.follows.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(noted(laptop, row_id)))
    assert operations(laptop) == [("call_back", "create"), ("claim", "call_back_confirmed")]
    (item,) = noted(laptop, row_id)
    assert (item.row["outcome"], item.row["confirmed"], item.bound) == ("confirmed", item.row["asked"], True)
    qtbot.waitUntil(page.detail.call_backs.isVisible)
    qtbot.waitUntil(lambda: not button.isEnabled())


def test_a_dispute_says_what_was_not_so(company: Company, seat: Sit, qtbot: QtBot) -> None:
    row_id = waiting(company, "单志远")
    window, laptop = seat("王建国", "manager")
    page = approvals(window, qtbot, row_id)
    qtbot.waitUntil(page.buttons["approvals_call_back"].isEnabled)
    qtbot.keyClick(page.list, Qt.Key.Key_K)
    dialog = dialog_of(page, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.banner.isVisible()
    qtbot.keyClick(dialog.outcome, Qt.Key.Key_2)
    assert dialog.confirmed.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: any("对方说的" in one.text() for one in dialog.banner.findChildren(QLabel)))
    assert operations(laptop) == []
    dialog.note.setPlainText("医生表示当天没有用餐")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: operations(laptop)[-1:] == [("claim", "call_back_disputed")])


def test_a_way_without_consent_is_told_at_entry_and_not_saved(company: Company, seat: Sit, qtbot: QtBot) -> None:
    row_id = waiting(company, "单志远")
    next(one for one in company.rows["doctor"] if one["id"] == company.ids["单志远"])["consent"] = []
    window, laptop = seat("王建国", "manager")
    page = approvals(window, qtbot, row_id)
    qtbot.waitUntil(page.buttons["approvals_call_back"].isEnabled)
    qtbot.keyClick(page.list, Qt.Key.Key_K)
    dialog = dialog_of(page, qtbot)
    assert (dialog.way.value(), dialog.hint.isVisible()) == ("face_to_face", False)
    dialog.way.choose("phone")
    assert "电话" in dialog.hint.text()
    qtbot.keyClick(dialog.outcome, Qt.Key.Key_1)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(dialog.banner.isVisible)
    assert operations(laptop) == []


def test_a_visit_is_called_back_about_from_the_doctors_page(company: Company, seat: Sit, qtbot: QtBot) -> None:
    window, laptop = seat("王建国", "manager")
    page = doctor_page(window, laptop, qtbot, "单志远")
    # the manager joined v2, and nobody calls about a visit before it took place
    qtbot.waitUntil(lambda: page._callable() == [laptop.company.ids["v1"], laptop.company.ids["v3"]])
    qtbot.keyClick(page, Qt.Key.Key_K)
    dialog = dialog_of(page, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.doctor.values()))
    qtbot.keyClick(dialog.outcome, Qt.Key.Key_3)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: operations(laptop) == [("call_back", "create")])
    qtbot.waitUntil(lambda: any(one.record == "call_back" for one in page._view.timeline) if page._view else False)
    page._kinds.choose("call_back")
    entry = next(one for one in page._timeline._entries if "回访" in one.accessibleName())
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    shown = dialog_of(page, qtbot)
    assert shown.outcome.value() == "not_reached"
    assert shown.save_button.isVisible()


def test_the_representative_sees_the_result_and_no_way_to_call(rep: Seat, qtbot: QtBot) -> None:
    window, laptop = rep
    visit = laptop.company.ids["v4"]
    trail: dict[str, Any] = {
        "id": laptop.company.ids["v1"],
        "parent_record": "visit",
        "parent_id": visit,
        "at": at(-1, 9),
    }
    trail |= {"action": "called_back", "by_id": laptop.company.ids["王建国"], "reason": ""}
    laptop.receive({"audit_entry": [trail | {"changes": {"outcome": [None, "disputed"]}}]})
    page = doctor_page(window, laptop, qtbot, "曾庆华")
    qtbot.waitUntil(lambda: bool(page._timeline._entries))
    assert not page._callable()
    said = [row.chips for row in page._timeline._rows]
    assert ("回访：有异议", "bad") in [chip for chips in said for chip in chips]
    qtbot.keyClick(page, Qt.Key.Key_K)
    assert not page.findChildren(CallBackDialog)


def test_a_correction_meets_one_from_elsewhere_and_keeps_what_is_typed(
    company: Company, seat: Sit, qtbot: QtBot
) -> None:
    window, laptop = seat("王建国", "manager")
    about = {"visit_id": laptop.company.ids["v1"], "doctor_id": laptop.company.ids["单志远"], "way": "face_to_face"}
    first = {"outcome": "confirmed", "asked": ["visit"], "confirmed": ["visit"], "called_at": at(0, 0)}
    made = laptop.desk.submit(NoteCallBack(about | first)).result().created_id
    page = doctor_page(window, laptop, qtbot, "单志远")
    show_call_back(page.context, page, made)
    dialog = dialog_of(page, qtbot)
    dialog.note.setPlainText("这里写的")
    elsewhere = {"outcome": "disputed", "confirmed": [], "note": "别处写的"}
    laptop.desk.submit(CorrectCallBack(made, elsewhere, 0)).result()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: dialog.banner.isVisible() and dialog.outcome.value() == "disputed")
    assert dialog.note.toPlainText() == "这里写的"
    assert laptop.ask(lambda reads: reads.call_back(made)).row["note"] == "别处写的"
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.call_back(made)).row["note"] == "这里写的")
    row = laptop.ask(lambda reads: reads.call_back(made)).row
    assert (row["outcome"], row["confirmed"] or []) == ("disputed", [])
    assert row["called_at"] == first["called_at"]
