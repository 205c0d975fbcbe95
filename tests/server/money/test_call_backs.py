"""Call-backs at the server, on both databases: what it refuses, whom they reach, what a result rests on, the trail."""

from typing import Any

import pytest
from sqlalchemy import select

from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server.tables import ROWS
from tests.server.company import Company, Laptop, visit_values
from tests.server.money.paperwork import command, line, new_claim

BIG = 3_500_00
"""Above the limit of the sample: such a claim is always called back."""


def a_visit(company: Company, **more: Any) -> str:
    values = visit_values(company, state="submitted", starts_at="2026-11-20T01:00:00.000Z", **more)
    return company.insert("visit", values)


def a_claim(company: Company, visit_id: str | None = None, **more: Any) -> str:
    claim_id = new_claim(company, [line(company, BIG, **more)], visit_id=visit_id)
    command(company, "rep", claim_id, "submit")
    command(company, "manager", claim_id, "approve")
    return claim_id


def values_of(company: Company, **more: Any) -> dict[str, Any]:
    values = {"territory_id": company["north"], "owner_id": company["manager"], "doctor_id": company["north_doctor"]}
    values |= {"called_at": "2026-11-21T01:00:00.000Z", "zone": "Asia/Shanghai", "way": "face_to_face"}
    return values | {"outcome": "confirmed", "asked": ["meal"], "confirmed": ["meal"]} | more


def result(company: Company, laptop: Laptop, claim_id: str, event: str, call_back_id: Any, **more: Any) -> Operation:
    args = {"seen_hash": company.row("claim", claim_id)["content_hash"], "call_back_id": call_back_id} | more
    return laptop.operation("claim", claim_id, "command", command=event, args=args)


def code(answer: Answer) -> str:
    """Return the code of a refusal, of what was not taken too, or the outcome."""
    return str(answer.params.get("code") if answer.code == "invalid" else answer.code or answer.outcome)


def entries_of(company: Company, *parents: str) -> list[tuple[str, str, str]]:
    """Return (record, action, changes as text) of what the trail of some rows says."""
    trail = ROWS["audit_entry"]
    query = select(trail.c.parent_record, trail.c.action, trail.c.changes).where(trail.c.parent_id.in_(parents))
    with company.database.reading() as connection:
        return [(one[0], one[1], one[2] or "") for one in connection.execute(query)]


@pytest.mark.parametrize(
    ("event", "outcome", "state"),
    [("call_back_confirmed", "confirmed", "payable"), ("call_back_disputed", "disputed", "disputed")],
)
def test_one_batch_brings_the_call_back_and_its_result(company: Company, event: str, outcome: str, state: str) -> None:
    visit_id = a_visit(company)
    claim_id, laptop = a_claim(company, visit_id), company.laptop("manager")
    answers = {"outcome": outcome, "confirmed": ["meal"] if outcome == "confirmed" else [], "note": "他说的话"}
    made = laptop.create("call_back", values_of(company, claim_id=claim_id, visit_id=visit_id, **answers))
    found = laptop.tell(made, result(company, laptop, claim_id, event, made.row_id))
    assert [code(one) for one in found] == ["applied", "applied"]
    assert company.row("claim", claim_id)["state"] == state
    row = company.row("call_back", made.row_id)
    assert (row["decided_at"] is not None, row["revision"]) == (True, 2)
    later = laptop.edit("call_back", made.row_id, 2, note=("他说的话", "别的"))
    assert code(laptop.tell(later)[0]) == "call_back_bound"
    assert code(laptop.tell(laptop.operation("call_back", made.row_id, "delete", base_revision=2))[0]) == "kept"
    told = entries_of(company, claim_id, visit_id)
    assert ("visit", "called_back") in [one[:2] for one in told]
    assert ("claim", event) in [one[:2] for one in told]
    assert not any("他说的话" in one[2] for one in told)
    assert {"create", event} <= {one[1] for one in entries_of(company, made.row_id)} | {"create"}


def test_it_reaches_who_decides_and_accounts_and_the_representative_only_as_the_result(company: Company) -> None:
    visit_id = a_visit(company)
    claim_id, laptop = a_claim(company, visit_id), company.laptop("manager")
    made = laptop.create("call_back", values_of(company, claim_id=claim_id, visit_id=visit_id, note="他说的话"))
    laptop.tell(made, result(company, laptop, claim_id, "call_back_confirmed", made.row_id))
    for who in ("manager", "finance", "auditor"):
        pulled = company.laptop(who)
        pulled.sync()
        assert made.row_id in pulled.replica.ids("call_back"), who
    for who in ("rep", "colleague", "other", "admin"):
        pulled = company.laptop(who)
        pulled.sync()
        assert not pulled.replica.ids("call_back"), who
    pulled = company.laptop("rep")
    pulled.sync()
    entries = [pulled.replica.get("audit_entry", one) or {} for one in pulled.replica.ids("audit_entry")]
    told = [(one["parent_record"], one["action"], one["changes"]) for one in entries if one["action"] == "called_back"]
    assert told == [("visit", "called_back", {"outcome": [None, "confirmed"]})]
    assert "他说的话" not in str(entries)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "applied"),
        ({"way": "phone"}, "no_consent"),
        ({"doctor_id": "colleague_doctor"}, "not_its_doctor"),
        ({"called_at": "2027-01-01T00:00:00.000Z"}, "in_future"),
        ({"called_at": "2026-11-20T00:00:00.000Z"}, "before_visit"),
        ({"territory_id": "south"}, "out_of_scope"),
        ({"owner_id": "rep"}, "not_yours"),
        ({"confirmed": []}, "not_all_confirmed"),
        ({"outcome": "declined"}, "nobody_answered"),
        ({"outcome": "disputed", "confirmed": []}, "required"),
        ({"visit_id": None}, "call_back_about_nothing"),
        ({"zone": "Mars/Olympus"}, "not_in_list"),
        ({"decided_at": "2026-11-21T01:00:00.000Z"}, "field_not_allowed"),
        ({"visit_id": "unknown"}, "out_of_scope"),
    ],
)
def test_what_the_server_refuses(company: Company, more: dict[str, Any], expected: str) -> None:
    company.insert("doctor", {"name": "李", "territory_id": company["north"]}, "colleague_doctor")
    company.ids["unknown"] = new_id()
    named = {name: company.ids.get(value, value) if name.endswith("_id") else value for name, value in more.items()}
    values = {"visit_id": a_visit(company)} | values_of(company) | named
    laptop = company.laptop("manager")
    (answer,) = laptop.tell(laptop.create("call_back", {name: one for name, one in values.items() if one is not None}))
    assert code(answer) == expected


@pytest.mark.parametrize("who", ["rep", "finance", "auditor", "admin"])
def test_only_a_manager_writes_one(company: Company, who: str) -> None:
    laptop = company.laptop(who)
    values = values_of(company, visit_id=a_visit(company), owner_id=company[who])
    assert code(laptop.tell(laptop.create("call_back", values))[0]) == "forbidden"


def test_who_joined_the_visit_does_not_call_about_it(company: Company) -> None:
    visit_id = a_visit(company, joint_with_ids=[company["manager"]])
    claim_id, laptop = a_claim(company, visit_id, category="travel"), company.laptop("manager")
    for about in ({"visit_id": visit_id}, {"claim_id": claim_id}):
        assert code(laptop.tell(laptop.create("call_back", values_of(company, **about)))[0]) == "took_part"


def test_consent_of_now_or_of_the_time_of_the_call_allows_it(company: Company) -> None:
    visit_id, laptop = a_visit(company), company.laptop("manager")
    doctor_id = company["north_doctor"]
    company.edit("doctor", doctor_id, {"consent": ["phone"]})
    company.clock.move(60)
    called = company.database.run(lambda work: work.at)
    company.clock.move(3600)
    company.edit("doctor", doctor_id, {"consent": []})
    company.clock.move(3600)
    later = company.database.run(lambda work: work.at)
    values = values_of(company, visit_id=visit_id, way="phone", called_at=called)
    assert code(laptop.tell(laptop.create("call_back", values))[0]) == "applied"
    assert code(laptop.tell(laptop.create("call_back", values | {"called_at": later}))[0]) == "no_consent"


def test_a_clock_that_is_ahead_counts_as_now(company: Company) -> None:
    laptop, ahead = company.laptop("manager"), "2027-03-01T00:00:00.000Z"
    made = laptop.create("call_back", values_of(company, visit_id=a_visit(company), called_at=ahead))
    made.made_at = ahead
    assert code(laptop.tell(made)[0]) == "applied"
    row = company.row("call_back", made.row_id)
    assert row["called_at"] == row["created_at"] < ahead


def test_a_result_rests_on_an_own_call_back_about_the_claim_that_says_it(company: Company) -> None:
    claim_id, other, laptop = a_claim(company), a_claim(company), company.laptop("manager")
    mine = company.insert("call_back", values_of(company, claim_id=claim_id))
    elsewhere = company.insert("call_back", values_of(company, claim_id=other))
    theirs = company.insert("call_back", values_of(company, claim_id=claim_id, owner_id=company["finance"]))
    for call_back_id, event, expected in (
        ("", "call_back_confirmed", "call_back_missing"),
        (new_id(), "call_back_confirmed", "call_back_missing"),
        (elsewhere, "call_back_confirmed", "call_back_missing"),
        (theirs, "call_back_confirmed", "call_back_missing"),
        (mine, "call_back_disputed", "call_back_differs"),
        (["x"], "call_back_confirmed", "wrong_kind"),
    ):
        answer = laptop.tell(result(company, laptop, claim_id, event, call_back_id))[0]
        assert code(answer) == expected, (event, call_back_id)
    stale = result(company, laptop, claim_id, "call_back_confirmed", mine, seen_hash="b" * 64)
    assert code(laptop.tell(stale)[0]) == "changed_since_seen"
    assert company.row("claim", claim_id)["state"] == "to_call_back"
    assert company.row("call_back", mine)["decided_at"] is None
    assert code(laptop.tell(result(company, laptop, claim_id, "call_back_confirmed", mine))[0]) == "applied"


def test_a_call_back_is_corrected_by_its_author_until_then(company: Company) -> None:
    laptop, visit_id = company.laptop("manager"), a_visit(company)
    made = laptop.create("call_back", values_of(company, visit_id=visit_id))
    laptop.tell(made)
    answers: dict[str, Any] = {"outcome": ("confirmed", "disputed"), "confirmed": (["meal"], [])}
    edit = laptop.edit("call_back", made.row_id, 1, **answers, note=(None, "没有用餐"))
    assert code(laptop.tell(edit)[0]) == "applied"
    colleague = company.insert("doctor", {"name": "李", "territory_id": company["north"]})
    again = laptop.edit("call_back", made.row_id, 2, doctor_id=(company["north_doctor"], colleague))
    assert code(laptop.tell(again)[0]) == "given_once"
    phone = laptop.edit("call_back", made.row_id, 2, way=("face_to_face", "phone"))
    assert code(laptop.tell(phone)[0]) == "no_consent"
    told = [one[2] for one in entries_of(company, visit_id) if one[1] == "called_back"]
    assert sorted(told) == ['{"outcome":["confirmed","disputed"]}', '{"outcome":[null,"confirmed"]}']


def test_the_note_in_the_trail_of_a_visit_is_no_change_of_the_visit(company: Company) -> None:
    """The representative edits the visit twice from one look at it: the call-back between them is nobody's edit."""
    visit_id, rep, manager = a_visit(company), company.laptop("rep"), company.laptop("manager")
    for name in ("next_step", "competitor"):
        edit = rep.edit("visit", visit_id, 1, **{name: (None, "x")})
        edit.reason = "更正"
        assert rep.tell(edit)[0].outcome == "applied"
        manager.tell(manager.create("call_back", values_of(company, visit_id=visit_id)))
