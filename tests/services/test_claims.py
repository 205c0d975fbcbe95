"""Expense claims: saving, queuing decisions bound to what was seen, attachments, budgets, what is allowed to whom."""

import hashlib
import io
import zipfile

import pytest

from crmdesk.domain import claims
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.services.commands import AttachFile, ClaimCommand, EditRow, SaveClaim, Undo
from crmdesk.services.views import NEEDS_YOU, SAVED_HERE
from crmdesk.ui import words
from tests.services.small_territory import (
    DRAFT_CLAIM,
    MANAGER,
    OLD_VISIT,
    REP,
    SECOND_REP,
    SUBMITTED_CLAIM,
    TERRITORY,
    ZHANG,
    Laptop,
    an_id,
    claim_values,
)

NEW = an_id(600)
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


def lines(amount_fen: int = 88_00, **more: object) -> list[dict[str, object]]:
    return [{"category": "transport", "spent_on": "2026-11-20", "amount_fen": amount_fen, **more}]


def proved_by(sha256: str) -> list[dict[str, object]]:
    return lines(receipt_sha256s=[sha256])


def test_a_claim_made_offline_is_submitted_and_waits(laptop: Laptop) -> None:
    made = laptop.do(SaveClaim(NEW, {"title": "打车", "visit_id": OLD_VISIT, "lines": lines(40_00)}))
    view = laptop.ask(lambda reads: reads.claim(made.created_id))
    assert (view.row["state"], view.row["currency"], view.row["owner_id"]) == ("draft", "CNY", REP)
    assert view.visit_title == "张三"
    assert view.allowed == frozenset({"submit"})

    laptop.do(ClaimCommand(NEW, "submit", view.seen_hash))

    view = laptop.ask(lambda reads: reads.claim(NEW))
    assert (view.row["state"], view.pending, view.allowed) == ("draft", "submit", frozenset({"recall"}))
    create, command = laptop.waiting()
    assert (create.kind, command.command, command.args) == ("create", "submit", {"seen_hash": view.seen_hash})
    (item,) = [item for item in laptop.ask(lambda reads: reads.claims()) if item.id == NEW]
    assert (item.pending, item.sync_state, item.total_fen) == ("submit", SAVED_HERE, 40_00)


def test_a_claim_that_waits_to_be_submitted_is_not_edited(laptop: Laptop) -> None:
    view = laptop.ask(lambda reads: reads.claim(DRAFT_CLAIM))
    laptop.do(ClaimCommand(DRAFT_CLAIM, "submit", view.seen_hash))
    for command in (
        SaveClaim(DRAFT_CLAIM, {"title": "anders"}),
        EditRow("claim", DRAFT_CLAIM, {"title": "anders"}, 1),
        AttachFile("claim", DRAFT_CLAIM, "a.jpg", JPEG),
        ClaimCommand(DRAFT_CLAIM, "submit", view.seen_hash),
    ):
        with pytest.raises(RefusedError, match="not_in_this_state"):
            laptop.do(command)
    laptop.do(ClaimCommand(DRAFT_CLAIM, "recall", view.seen_hash))
    laptop.do(SaveClaim(DRAFT_CLAIM, {"title": "anders"}))
    assert [one.command or one.kind for one in laptop.waiting()] == ["submit", "recall", "edit"]


def test_a_submit_is_bound_to_what_was_on_the_screen(laptop: Laptop) -> None:
    view = laptop.ask(lambda reads: reads.claim(DRAFT_CLAIM))
    laptop.do(SaveClaim(DRAFT_CLAIM, {"title": "anders"}))
    with pytest.raises(RefusedError, match="changed_since_seen"):
        laptop.do(ClaimCommand(DRAFT_CLAIM, "submit", view.seen_hash))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": lines(88_00)}, "receipt_sha256s"),
        ({"lines": [{**lines(40_00)[0], "category": "meal"}]}, "doctor_ids"),
    ],
)
def test_what_is_missing_is_named_at_submission(laptop: Laptop, values: dict[str, object], field: str) -> None:
    laptop.do(SaveClaim(NEW, {"title": "x", "reason": "y", **values}))
    view = laptop.ask(lambda reads: reads.claim(NEW))
    with pytest.raises(RefusedError) as error:
        laptop.do(ClaimCommand(NEW, "submit", view.seen_hash))
    assert (error.value.code, error.value.params["field"]) == ("incomplete", field)


def test_a_claim_of_somebody_else_is_not_touched(laptop: Laptop) -> None:
    theirs = an_id(610)
    values = claim_values("draft", owner_id=SECOND_REP)
    laptop.receive("claim", {"id": theirs, **values}, scope=f"m:{TERRITORY}")
    with pytest.raises(RefusedError, match="not_yours"):
        laptop.do(SaveClaim(theirs, {"title": "x"}))
    with pytest.raises(RefusedError, match="not_yours"):
        laptop.do(ClaimCommand(theirs, "submit", claims.content_hash(values)))
    with pytest.raises(RefusedError, match="field_not_allowed"):
        laptop.do(EditRow("claim", DRAFT_CLAIM, {"state": "paid"}, 1))


def test_a_manager_approves_and_the_claim_stays_in_the_list_as_pending(manager_laptop: Laptop) -> None:
    (item,) = manager_laptop.ask(lambda reads: reads.approvals())
    assert (item.id, item.owner_name) == (SUBMITTED_CLAIM, "张伟")
    view = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM))
    assert view.allowed == frozenset({"approve", "send_back", "reject"})
    assert view.seen_hash == view.row["content_hash"]

    manager_laptop.do(ClaimCommand(SUBMITTED_CLAIM, "approve", view.seen_hash, {"comment": "好"}))

    (item,) = manager_laptop.ask(lambda reads: reads.approvals())
    assert (item.pending, item.state) == ("approve", "submitted")
    view = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM))
    assert not view.allowed & {"approve", "send_back", "reject"}
    (operation,) = manager_laptop.waiting()
    assert operation.args == {"seen_hash": view.row["content_hash"], "comment": "好"}


def test_a_claim_changed_since_the_manager_looked_is_not_approved(manager_laptop: Laptop) -> None:
    view = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM))
    manager_laptop.receive("claim", {"id": SUBMITTED_CLAIM, "content_hash": "b" * 64}, scope=f"m:{TERRITORY}")
    with pytest.raises(RefusedError, match="changed_since_seen"):
        manager_laptop.do(ClaimCommand(SUBMITTED_CLAIM, "approve", view.seen_hash))


@pytest.mark.parametrize(
    ("event", "args", "code"),
    [
        ("send_back", {}, "comment_missing"),
        ("reject", {"comment": "x"}, "reason_missing"),
        ("approve", {"approved_lines": [240_01]}, "approved_above_claimed"),
        ("pay", {}, "not_in_this_state"),
    ],
)
def test_the_rules_of_a_decision_are_told_at_once(
    manager_laptop: Laptop, event: str, args: dict[str, object], code: str
) -> None:
    view = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM))
    with pytest.raises(RefusedError) as error:
        manager_laptop.do(ClaimCommand(SUBMITTED_CLAIM, event, view.seen_hash, args))
    assert (error.value.code, manager_laptop.waiting()) == (code, [])


def test_a_receipt_that_is_not_here_yet_is_told_and_holds_up_an_approval_only(manager_laptop: Laptop) -> None:
    photo = b"on its way"
    values = claim_values("submitted", title="机票", lines=proved_by(hashlib.sha256(photo).hexdigest()))
    manager_laptop.receive("claim", {"id": NEW, **values}, scope=f"m:{TERRITORY}")
    view = manager_laptop.ask(lambda reads: reads.claim(NEW))
    assert [(one["code"], one["params"]) for one in view.findings] == [("receipt_awaited", {"line": 1})]
    assert {one.id: one.findings for one in manager_laptop.ask(lambda reads: reads.approvals())}[NEW] == 1
    with pytest.raises(RefusedError, match=r"receipt_awaited \(line=1\)"):
        manager_laptop.do(ClaimCommand(NEW, "approve", view.seen_hash))
    with manager_laptop.store.writing() as work:
        work.blobs.write(photo)
    assert manager_laptop.ask(lambda reads: reads.claim(NEW)).findings == ()
    manager_laptop.do(ClaimCommand(NEW, "approve", view.seen_hash))
    unseen = {**values, "lines": proved_by("c" * 64)}
    unseen["content_hash"] = claims.content_hash(unseen)
    manager_laptop.receive("claim", {"id": an_id(601), **unseen}, scope=f"m:{TERRITORY}")
    manager_laptop.do(ClaimCommand(an_id(601), "send_back", unseen["content_hash"], {"comment": "看不到凭证"}))
    assert [one.command for one in manager_laptop.waiting()] == ["approve", "send_back"]


def test_who_was_at_the_visit_is_told_that_somebody_else_approves(manager_laptop: Laptop) -> None:
    manager_laptop.receive("visit", {"id": OLD_VISIT, "joint_with_ids": [MANAGER]}, scope=f"t:{TERRITORY}")
    values = claim_values("submitted", title="工作餐", visit_id=OLD_VISIT)
    manager_laptop.receive("claim", {"id": NEW, **values}, scope=f"m:{TERRITORY}")
    view = manager_laptop.ask(lambda reads: reads.claim(NEW))
    assert ([one["code"] for one in view.findings], view.allowed) == (["beneficiary"], {"send_back", "reject"})
    assert {one.id: one.findings for one in manager_laptop.ask(lambda reads: reads.approvals())}[NEW] == 1
    with pytest.raises(RefusedError, match="beneficiary"):
        manager_laptop.do(ClaimCommand(NEW, "approve", view.seen_hash))


@pytest.mark.parametrize(("state", "warned"), [("submitted", True), ("clawback", True), ("rejected", False)])
def test_the_draft_warns_of_a_receipt_that_proves_another_claim(laptop: Laptop, state: str, warned: bool) -> None:
    other = claim_values(state, title="机票", lines=proved_by("c" * 64))
    laptop.receive("claim", {"id": an_id(601), **other}, scope=f"m:{TERRITORY}")
    laptop.do(SaveClaim(NEW, {"title": "再报", "reason": "y", "lines": lines(40_00) + proved_by("c" * 64)}))
    found = laptop.ask(lambda reads: reads.claim(NEW)).findings
    assert [(one["code"], one["severity"], one["params"]) for one in found] == (
        [("receipt_used", "stop", {"line": 2})] if warned else []
    )
    assert laptop.ask(lambda reads: {one.id: one.findings for one in reads.claims()})[NEW] == int(warned)


def test_unknown_events_and_arguments_are_refused(manager_laptop: Laptop) -> None:
    with pytest.raises(InputError, match="unknown_event"):
        manager_laptop.do(ClaimCommand(SUBMITTED_CLAIM, "bless", ""))
    with pytest.raises(InputError, match="unknown_field"):
        manager_laptop.do(ClaimCommand(SUBMITTED_CLAIM, "approve", "", {"state": "paid"}))


def test_a_refused_decision_shows_on_the_claim(manager_laptop: Laptop) -> None:
    view = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM))
    manager_laptop.do(ClaimCommand(SUBMITTED_CLAIM, "approve", view.seen_hash))
    manager_laptop.answer("refused", code="changed_since_seen")
    (item,) = manager_laptop.ask(lambda reads: reads.approvals())
    assert (item.pending, item.refusal, item.sync_state) == ("", "changed_since_seen", NEEDS_YOU)
    view = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM))
    assert (view.refusal, "approve" in view.allowed) == ("changed_since_seen", True)
    manager_laptop.do(ClaimCommand(SUBMITTED_CLAIM, "approve", view.seen_hash))
    (item,) = manager_laptop.ask(lambda reads: reads.approvals())
    assert (item.pending, item.refusal) == ("approve", ""), "the same decided again stands for the refused one"
    assert manager_laptop.ask(lambda reads: reads.refused()) == []
    manager_laptop.answer("refused", code="receipt_awaited", params={"line": 2})
    (item,) = manager_laptop.ask(lambda reads: reads.approvals())
    view = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM))
    assert item.refusal_params == view.refusal_params == {"line": 2}
    assert "receipt of line 2 is" in words.refusal(item.refusal, {"field": "", **item.refusal_params}, words.ENGLISH)


def test_finance_sees_what_is_payable(finance_laptop: Laptop) -> None:
    assert finance_laptop.ask(lambda reads: reads.approvals()) == []
    finance_laptop.receive("claim", {"id": SUBMITTED_CLAIM, "state": "payable", "step": 1}, scope=f"m:{TERRITORY}")
    (item,) = finance_laptop.ask(lambda reads: reads.approvals())
    assert (item.id, item.amount_fen) == (SUBMITTED_CLAIM, 240_00)
    less = {"id": SUBMITTED_CLAIM, "approved_fen": 0, "approved_lines": [{"amount_fen": 0}]}
    finance_laptop.receive("claim", less, scope=f"m:{TERRITORY}")
    (item,) = finance_laptop.ask(lambda reads: reads.approvals())
    assert (item.total_fen, item.amount_fen) == (240_00, 0), "what is paid is what was approved"
    assert finance_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM)).allowed == frozenset({"pay"})


def test_the_budget_effect_counts_a_submitted_claim_once(manager_laptop: Laptop) -> None:
    (draft,) = manager_laptop.ask(lambda reads: reads.claim(DRAFT_CLAIM)).budgets
    (submitted,) = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM)).budgets
    assert (draft.period, draft.category, draft.this_fen, draft.counted) == ("2026Q4", "meal", 240_00, False)
    assert (submitted.this_fen, submitted.counted) == (240_00, True)
    assert draft.left_fen == 10_000_00 - 240_00 - 1_000_00 - 500_00 - 240_00
    assert submitted.left_fen == 10_000_00 - 240_00 - 1_000_00 - 500_00
    assert (draft.territory_name, draft.as_of) == ("上海一区", "2026-11-20T02:00:00.000Z")
    (budget,) = manager_laptop.ask(lambda reads: reads.budgets())
    assert (budget.this_fen, budget.planned_fen) == (0, 10_000_00)


def test_the_same_fapiao_twice_is_told_at_once(laptop: Laptop) -> None:
    used = claim_values()["lines"][0]["fapiao_number"]
    laptop.do(SaveClaim(NEW, {"title": "x", "reason": "y", "lines": lines(40_00, fapiao_number=f" {used} ")}))
    (finding,) = laptop.ask(lambda reads: reads.claim(NEW)).findings
    assert (finding["code"], finding["params"]["line"]) == ("fapiao_used", 1)


def test_a_dear_meal_is_told_at_once(laptop: Laptop) -> None:
    dear = [{**lines(700_00)[0], "category": "meal", "doctor_ids": [ZHANG], "staff_count": 1}]
    laptop.do(SaveClaim(NEW, {"title": "x", "reason": "y", "lines": dear}))
    assert [one["code"] for one in laptop.ask(lambda reads: reads.claim(NEW)).findings] == ["meal_cap"]


def test_undo_of_a_saved_claim(laptop: Laptop) -> None:
    outcome = laptop.do(SaveClaim(DRAFT_CLAIM, {"title": "anders"}))
    laptop.do(Undo(outcome.undo_token))
    assert laptop.ask(lambda reads: reads.claim(DRAFT_CLAIM)).row["title"] == "科室会餐费"


def ofd(name: str = "OFD.xml") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "<ofd/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n123", "image/png"),
        (b"%PDF-1.7 x", "application/pdf"),
        (ofd(), "application/ofd"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "application/xml"),
    ],
)
def test_the_kind_of_a_file_is_read_from_its_content(laptop: Laptop, content: bytes, media_type: str) -> None:
    laptop.do(AttachFile("claim", DRAFT_CLAIM, r"C:\fakepath\收据" + "\n.jpg", content))
    (receipt,) = laptop.ask(lambda reads: reads.claim(DRAFT_CLAIM)).receipts
    assert (receipt.media_type, receipt.file_name, receipt.present) == (media_type, "收据.jpg", True)
    assert laptop.ask(lambda reads: reads.attachment(receipt.sha256)) == content
    assert laptop.ask(lambda reads: reads.sync_summary()).attachments_waiting == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"MZ\x90", "file_kind"), (ofd("word/a.xml"), "file_kind"), (b"PK\x03\x04x", "file_kind"),
     (b"%PDF-" + bytes(20 << 20), "file_too_large")],
)  # fmt: skip
def test_other_files_are_refused(laptop: Laptop, content: bytes, code: str) -> None:
    with pytest.raises(InputError, match=code):
        laptop.do(AttachFile("claim", DRAFT_CLAIM, "receipt.jpg", content))
    assert laptop.waiting() == []
    assert laptop.ask(lambda reads: reads.sync_summary()).attachments_waiting == 0


def test_the_same_receipt_twice_is_one(laptop: Laptop) -> None:
    first = laptop.do(AttachFile("claim", DRAFT_CLAIM, "a.jpg", JPEG))
    second = laptop.do(AttachFile("claim", DRAFT_CLAIM, "b.jpg", JPEG))
    assert first.created_id == second.created_id
    assert len(laptop.waiting()) == 1
