"""The claim at the server: its guard, its commands, what each role may do, and the trail."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from crmdesk.domain import claims as workflow
from crmdesk.domain.clock import to_text
from crmdesk.domain.errors import CrmdeskError, InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Operation
from crmdesk.server import claims
from crmdesk.server.database import Database
from crmdesk.server.tables import ROWS, SHAPES, decode_json
from tests.server.company import Company, visit_values
from tests.server.money.paperwork import assert_sums, budget, command, edit, line, new_claim, used


def quiet_claim(company: Company, amount_fen: int = 40_00, owner: str = "rep", **more: Any) -> str:
    """Make a claim that is not in the call-back sample."""
    while True:
        claim_id = new_claim(company, [line(company, amount_fen, **more)], owner)
        if not workflow.must_be_called_back(claim_id, amount_fen, company.database.seal):
            return claim_id


def sampled_claim(company: Company) -> str:
    """Make a claim that is called back for its amount."""
    return new_claim(company, [line(company, 4_000_00)])


def refusal(action: Callable[[], Any]) -> CrmdeskError:
    with pytest.raises(CrmdeskError) as caught:
        action()
    return caught.value


def trail_of(company: Company, claim_id: str) -> list[dict[str, Any]]:
    table = ROWS["audit_entry"]
    with company.database.reading() as connection:
        rows = connection.execute(select(table).where(table.c.parent_id == claim_id).order_by(table.c.id)).all()
    return [SHAPES["audit_entry"].as_dict(row) for row in rows]


def test_the_way_to_payment_with_trail_and_budget(company: Company) -> None:
    plan = budget(company, 1_000_00)
    claim_id = quiet_claim(company, 88_00)
    row = command(company, "rep", claim_id, "submit")
    assert (row["state"], row["submission"], row["total_fen"]) == ("submitted", 1, 88_00)
    assert row["content_hash"] == workflow.content_hash(row)
    assert used(company, plan) == (88_00, 0, 0)
    row = command(company, "manager", claim_id, "approve", approved_lines=[80_00], comment="按标准")
    assert (row["state"], row["approved_fen"], row["approved_lines"]) == ("payable", 80_00, [{"amount_fen": 80_00}])
    assert used(company, plan) == (0, 80_00, 0)
    row = command(company, "finance", claim_id, "pay")
    assert row["state"] == "paid"
    assert used(company, plan) == (0, 0, 80_00)
    entries = trail_of(company, claim_id)
    assert [entry["action"] for entry in entries] == ["create", "submit", "approve", "pay"]
    assert all(entry["changes"]["seen_hash"] == [None, row["content_hash"]] for entry in entries[1:])
    assert entries[2]["by_id"] == company["manager"]
    assert entries[2]["reason"] == "按标准"
    assert_sums(company)


def test_the_trail_rebuilds_the_claim(sqlite_company: Company) -> None:
    company = sqlite_company
    claim_id = quiet_claim(company)
    edit(company, claim_id, title="晚餐")
    command(company, "rep", claim_id, "submit")
    command(company, "manager", claim_id, "send_back", comment="请补说明")
    edit(company, claim_id, reason="院内会")
    command(company, "rep", claim_id, "submit")
    rebuilt: dict[str, Any] = {}
    for entry in trail_of(company, claim_id):
        rebuilt |= {name: pair[1] for name, pair in entry["changes"].items() if name != "seen_hash"}
    row = company.row("claim", claim_id)
    assert {name: row[name] for name in rebuilt} == rebuilt
    assert {"state", "title", "lines", "submission", "content_hash"} <= set(rebuilt)


def test_a_claim_changed_since_the_manager_looked_is_not_approved(company: Company) -> None:
    claim_id = quiet_claim(company)
    seen = command(company, "rep", claim_id, "submit")["content_hash"]
    command(company, "rep", claim_id, "recall")
    edit(company, claim_id, title="另一顿")
    command(company, "rep", claim_id, "submit")
    error = refusal(lambda: command(company, "manager", claim_id, "approve", seen_hash=seen))
    assert error.code == "changed_since_seen"
    assert company.row("claim", claim_id)["state"] == "submitted"
    old = company.row("claim", claim_id)["content_hash"]
    command(company, "rep", claim_id, "recall")
    edit(company, claim_id, title="再一顿")
    assert refusal(lambda: command(company, "rep", claim_id, "submit", seen_hash=old)).code == "changed_since_seen"


@pytest.mark.parametrize("who", ["rep", "colleague", "other", "finance", "auditor", "admin"])
def test_only_a_manager_of_the_territory_decides_first(sqlite_company: Company, who: str) -> None:
    claim_id = quiet_claim(sqlite_company)
    command(sqlite_company, "rep", claim_id, "submit")
    expected = {"rep": "own_claim", "finance": "not_yours", "auditor": "not_yours"}.get(who, "unknown_row")
    for event in ("approve", "reject", "send_back"):
        error = refusal(
            lambda event=event: command(sqlite_company, who, claim_id, event, comment="x", reason_code="other")
        )
        assert error.code == expected
    assert sqlite_company.row("claim", claim_id)["state"] == "submitted"


def test_a_manager_never_decides_the_own_claim(sqlite_company: Company) -> None:
    claim_id = quiet_claim(sqlite_company, owner="manager")
    command(sqlite_company, "manager", claim_id, "submit")
    assert refusal(lambda: command(sqlite_company, "manager", claim_id, "approve")).code == "own_claim"


def test_who_joined_the_visit_does_not_approve_its_meal(company: Company) -> None:
    visit = company.insert("visit", visit_values(company, joint_with_ids=[company["manager"]]))
    claim_id = new_claim(company, [line(company)], visit_id=visit)
    command(company, "rep", claim_id, "submit")
    assert refusal(lambda: command(company, "manager", claim_id, "approve")).code == "beneficiary"
    assert command(company, "manager", claim_id, "send_back", comment="x")["state"] == "returned"


def test_large_claims_need_finance_and_limits_hold(sqlite_company: Company) -> None:
    company = sqlite_company
    claim_id = new_claim(company, [line(company, 6_000_00)])
    assert command(company, "rep", claim_id, "submit")["steps_needed"] == 2
    row = command(company, "manager", claim_id, "approve")
    assert (row["state"], row["step"]) == ("submitted", 1)
    assert refusal(lambda: command(company, "rep", claim_id, "recall")).code == "not_in_this_state"
    assert refusal(lambda: command(company, "manager", claim_id, "approve")).code == "not_yours"
    company.edit("user", company["finance"], {"approval_limit_fen": 1_000_00})
    assert refusal(lambda: command(company, "finance", claim_id, "approve")).code == "over_your_limit"
    company.edit("user", company["finance"], {"approval_limit_fen": 10_000_00})
    assert command(company, "finance", claim_id, "approve")["state"] == "to_call_back"


def test_a_disputed_claim_is_clawed_back_and_frees_its_budget(company: Company) -> None:
    plan = budget(company, 10_000_00)
    claim_id = sampled_claim(company)
    command(company, "rep", claim_id, "submit")
    assert command(company, "manager", claim_id, "approve")["state"] == "to_call_back"
    assert command(company, "manager", claim_id, "call_back_disputed", comment="没有参加")["state"] == "disputed"
    assert used(company, plan) == (0, 4_000_00, 0)
    row = command(company, "auditor", claim_id, "settle", outcome="clawback", comment="追回")
    assert row["state"] == "clawback"
    assert used(company, plan) == (0, 0, 0)
    assert_sums(company)


def test_a_dispute_is_settled_by_a_second_person_on_what_was_seen(company: Company) -> None:
    claim_id = sampled_claim(company)
    for who, event in (("rep", "submit"), ("manager", "approve"), ("manager", "call_back_disputed")):
        command(company, who, claim_id, event, comment="没有参加")
    settle = {"outcome": "payable", "comment": "已核实"}

    def code(who: str, **args: Any) -> str:
        return refusal(lambda: command(company, who, claim_id, "settle", **settle | args)).code

    assert code("finance", seen_hash="0" * 64) == "changed_since_seen"
    assert code("finance", comment=" ") == "comment_missing"
    assert code("finance", outcome="forgotten") == "reason_missing"
    assert code("manager") == "not_yours"
    company.edit("user", company["manager"], {"role": "finance"})
    assert code("manager") == "not_yours", "whoever objected does not settle, whatever role comes later"
    assert command(company, "finance", claim_id, "settle", **settle)["state"] == "payable"
    assert code("finance") == "not_in_this_state"


def test_the_guard_of_ordinary_edits(sqlite_company: Company) -> None:
    company = sqlite_company
    claim_id = quiet_claim(company)
    assert refusal(lambda: edit(company, claim_id, state="payable")).code == "field_not_allowed"
    assert refusal(lambda: edit(company, claim_id, total_fen=1)).code == "field_not_allowed"
    assert refusal(lambda: edit(company, claim_id, "colleague", title="x")).code == "not_yours"
    assert refusal(lambda: edit(company, claim_id, owner_id=company["colleague"])).code == "not_yours"
    assert refusal(lambda: edit(company, claim_id, territory_id=company["south"])).code == "out_of_scope"
    assert isinstance(refusal(lambda: edit(company, claim_id, currency="USD")), InputError)
    bad = [line(company, receipt_sha256s=["../../etc"])]
    assert isinstance(refusal(lambda: edit(company, claim_id, lines=bad)), InputError)
    before = company.row("claim", claim_id)
    after = edit(company, claim_id, lines=[line(company, 45_00)])
    assert after["total_fen"] == 45_00
    assert after["content_hash"] == workflow.content_hash(after) != before["content_hash"]
    command(company, "rep", claim_id, "submit")
    assert refusal(lambda: edit(company, claim_id, title="später")).code == "not_in_this_state"


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("submit", {"seen_hash": 5}),
        ("approve", {"comment": "a\x00b"}),
        ("approve", {"comment": "x" * 1001}),
        ("approve", {"comment": "\ud800"}),
        ("bribe", {}),
    ],
)
def test_odd_arguments_are_bad_input(sqlite_company: Company, event: str, args: dict[str, Any]) -> None:
    claim_id = quiet_claim(sqlite_company)
    assert isinstance(refusal(lambda: command(sqlite_company, "rep", claim_id, event, **args)), InputError)


def test_an_argument_that_nobody_knows_is_no_decision(sqlite_company: Company) -> None:
    """A misspelt `approved_lines` would approve all that was claimed."""
    company = sqlite_company
    claim_id = quiet_claim(company)
    command(company, "rep", claim_id, "submit")
    seen = company.row("claim", claim_id)["content_hash"]
    manager = company.laptop("manager")
    args = {"seen_hash": seen, "aproved_lines": [1]}
    (answer,) = manager.tell(manager.operation("claim", claim_id, "command", command="approve", args=args))
    told = (answer.code, answer.params["code"], answer.field)
    assert told == ("invalid", "unknown_field", "args.aproved_lines")
    assert company.row("claim", claim_id)["state"] == "submitted"


def test_the_trail_of_a_recall_names_what_there_was_not_what_the_client_says(sqlite_company: Company) -> None:
    company = sqlite_company
    claim_id = quiet_claim(company)
    command(company, "rep", claim_id, "submit")
    seen = company.row("claim", claim_id)["content_hash"]
    command(company, "rep", claim_id, "recall", seen_hash="approved by the board")
    trail = ROWS["audit_entry"]
    query = select(trail.c.changes).where(trail.c.parent_id == claim_id, trail.c.action == "recall")
    with company.database.reading() as connection:
        (told,) = connection.execute(query).scalars()
    assert decode_json(told)["seen_hash"] == [None, seen]


@pytest.mark.parametrize("given", [[41_00], [-1], [40_00, 0], [True], "all", [40.0]])
def test_never_more_than_claimed(sqlite_company: Company, given: Any) -> None:
    claim_id = quiet_claim(sqlite_company)
    command(sqlite_company, "rep", claim_id, "submit")
    error = refusal(lambda: command(sqlite_company, "manager", claim_id, "approve", approved_lines=given))
    assert error.code == "approved_above_claimed"


def test_a_strange_visit_is_not_a_proof(sqlite_company: Company) -> None:
    company = sqlite_company
    place = {"territory_id": company["south"], "owner_id": company["other"], "state": "submitted"}
    visit = company.insert("visit", place | {"starts_at": "2026-11-20T01:00:00.000Z", "zone": "Asia/Shanghai"})
    claim_id = new_claim(company, [line(company)], visit_id=visit)
    error = refusal(lambda: command(company, "rep", claim_id, "submit"))
    assert (error.code, error.params["field"]) == ("incomplete", "visit_id")


def test_twenty_decisions_at_once_one_wins(company: Company, new_database: Callable[[], Database]) -> None:
    plan = budget(company, 1_000_00)
    claim_id = quiet_claim(company, 60_00)
    seen = command(company, "rep", claim_id, "submit")["content_hash"]
    actor, at = company.actor("manager"), to_text(company.clock())
    outcomes: list[str] = []
    gate = threading.Barrier(20)
    second = new_database()

    def decide(number: int) -> None:
        event = ("approve", "reject", "send_back")[number % 3]
        args = {"seen_hash": seen, "comment": "x", "reason_code": "other"}
        operation = Operation(new_id(), number + 1, "claim", claim_id, "command", at, command=event, args=args)
        gate.wait(20)
        try:
            store = (company.database, second)[number % 2]
            outcomes.append(store.run(lambda work: claims.apply_command(work, actor, operation))["state"])
        except RefusedError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes).count("not_in_this_state") == 19
    winner = next(outcome for outcome in outcomes if outcome != "not_in_this_state")
    assert company.row("claim", claim_id)["state"] == winner
    assert used(company, plan) == ((0, 60_00, 0) if winner == "payable" else (0, 0, 0))
    assert [entry["action"] for entry in trail_of(company, claim_id)][:2] == ["create", "submit"]
    assert len(trail_of(company, claim_id)) == 3
    assert_sums(company)
