"""The claim's workflow: legal ways only, nobody decides on the own claim, decisions bind to what was seen."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.claims import (
    EDITABLE,
    Actor,
    Event,
    State,
    advance,
    content_hash,
    findings,
    must_be_called_back,
    period_of,
    steps_needed,
    total_fen,
    was_at,
)
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.domain.roles import Role

REP, MANAGER, FINANCE = (Actor(new_id(), role, True) for role in (Role.REP, Role.MANAGER, Role.FINANCE))


def claim(**changes: Any) -> dict[str, Any]:
    line = {"category": "transport", "spent_on": "2026-11-20", "amount_fen": 4800}
    row = {
        "id": "a",
        "owner_id": REP.user_id,
        "title": "出租车",
        "visit_id": new_id(),
        "lines": [line],
        "currency": "CNY",
        "state": "draft",
        "step": 0,
        "steps_needed": 1,
    }
    row |= changes
    row["content_hash"] = content_hash(row)
    return row


def refusal(row: dict[str, Any], event: Event, actor: Actor, **args: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        advance(row, event, actor, args)
    return caught.value.code


def test_the_straight_way() -> None:
    row = claim()
    assert refusal(row | {"title": "火车"}, Event.SUBMIT, REP, seen_hash=content_hash(row)) == "changed_since_seen"
    assert advance(row, Event.SUBMIT, REP, {"seen_hash": content_hash(row)}).budget == "reserve"
    row["state"] = "submitted"
    done = advance(row, Event.APPROVE, MANAGER, {"seen_hash": row["content_hash"]})
    assert done.state in (State.PAYABLE, State.TO_CALL_BACK)
    assert done.budget == "commit"
    row["state"] = "payable"
    assert advance(row, Event.PAY, FINANCE, {"seen_hash": row["content_hash"]}).state is State.PAID


ONWARD = {
    Event.APPROVE: ("submitted", MANAGER), Event.SEND_BACK: ("submitted", MANAGER),
    Event.REJECT: ("submitted", MANAGER),
    Event.CALL_BACK_CONFIRMED: ("to_call_back", MANAGER), Event.CALL_BACK_DISPUTED: ("to_call_back", MANAGER),
    Event.SETTLE: ("disputed", FINANCE), Event.PAY: ("payable", FINANCE),
}  # fmt: skip
"""Everything that moves a claim onward, with the state before it and who may do it."""
GIVEN = {"comment": "x", "reason_code": "other", "outcome": "payable", "call_back_id": new_id()}


def test_all_that_moves_a_claim_onward_is_tried_here() -> None:
    assert set(ONWARD) == set(Event) - {Event.SUBMIT, Event.RECALL}


@pytest.mark.parametrize("event", ONWARD)
def test_a_decision_binds_to_what_was_seen(event: Event) -> None:
    state, actor = ONWARD[event]
    seen = claim(state=state)["content_hash"]
    changed = claim(state=state, title="另一张")
    assert refusal(changed, event, actor, seen_hash=seen, **GIVEN) == "changed_since_seen"
    assert advance(changed, event, actor, {"seen_hash": changed["content_hash"], **GIVEN})


@pytest.mark.parametrize("event", ONWARD)
@pytest.mark.parametrize("part", ["owner_id", "created_by"])
def test_nobody_moves_the_own_claim_onward(event: Event, part: str) -> None:
    state, actor = ONWARD[event]
    row = claim(state=state, **{part: actor.user_id})
    assert refusal(row, event, actor, seen_hash=row["content_hash"], **GIVEN) == "own_claim"


def test_limits_steps_and_lines() -> None:
    row = claim(state="submitted")
    small = Actor(new_id(), Role.MANAGER, True, 100)
    seen = row["content_hash"]
    assert refusal(row, Event.APPROVE, small, seen_hash=seen) == "over_your_limit"
    assert advance(row, Event.APPROVE, small, {"seen_hash": seen, "approved_lines": [100]}).step == 1
    for lines in ([4801], [-1], [1, 2], "x", [True], [None]):
        assert refusal(row, Event.APPROVE, MANAGER, seen_hash=seen, approved_lines=lines) == "approved_above_claimed"
    assert (steps_needed(500_000), steps_needed(500_001)) == (1, 2)
    row["steps_needed"] = 2
    assert advance(row, Event.APPROVE, MANAGER, {"seen_hash": seen}).state is State.SUBMITTED
    row["step"] = 1
    assert refusal(row, Event.APPROVE, MANAGER, seen_hash=seen) == "not_yours"
    assert advance(row, Event.APPROVE, FINANCE, {"seen_hash": seen}).budget == "commit"


def test_who_ate_along_does_not_approve_the_meal() -> None:
    row = claim(state="submitted")
    seen, meal = row["content_hash"], [{**row["lines"][0], "category": "meal"}]
    guest = dataclasses.replace(MANAGER, joined=True)
    for visit, joined in (
        (None, False), ({"owner_id": "x"}, False), ({"owner_id": MANAGER.user_id}, True),
        ({"owner_id": "x", "joint_with_ids": ["y", MANAGER.user_id]}, True),
    ):  # fmt: skip
        assert was_at(MANAGER.user_id, visit) is joined
    row["lines"] = meal
    assert refusal(row, Event.APPROVE, guest, seen_hash=seen) == "beneficiary"
    assert advance(row, Event.APPROVE, MANAGER, {"seen_hash": seen}).step == 1
    assert advance(row, Event.SEND_BACK, guest, {"seen_hash": seen, "comment": "x"}).state is State.RETURNED
    row["lines"] = [{**meal[0], "category": "venue"}]
    assert advance(row, Event.APPROVE, guest, {"seen_hash": seen}).step == 1


def test_words_are_needed_to_send_back_and_reject() -> None:
    row = claim(state="submitted")
    seen = row["content_hash"]
    assert refusal(row, Event.SEND_BACK, MANAGER, seen_hash=seen, comment=" ") == "comment_missing"
    assert refusal(row, Event.REJECT, MANAGER, seen_hash=seen, comment="x") == "reason_missing"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"visit_id": None}, "visit_id"),
        ({"lines": []}, "lines"),
        ({"lines": [{"category": "meal", "spent_on": "2026-11-20", "amount_fen": 100}]}, "doctor_ids"),
        ({"lines": [{"category": "venue", "spent_on": "2026-11-20", "amount_fen": 5000}]}, "receipt_sha256s"),
        ({"lines": [{"category": "venue", "amount_fen": 10}]}, "spent_on"),
    ],
)
def test_an_incomplete_claim_names_what_is_missing(changes: dict[str, Any], field: str) -> None:
    row = claim(**changes)
    with pytest.raises(RefusedError) as caught:
        advance(row, Event.SUBMIT, REP, {"seen_hash": content_hash(row)})
    assert (caught.value.code, caught.value.params["field"]) == ("incomplete", field)


@given(st.lists(st.tuples(st.sampled_from(list(Event)), st.sampled_from([REP, MANAGER, FINANCE])), max_size=12))
def test_no_sequence_pays_what_was_not_approved_by_another(events: list[tuple[Event, Actor]]) -> None:
    row, approved_by = claim(), set()
    for event, actor in events:
        args = {"seen_hash": row["content_hash"], "comment": "x", "reason_code": "other", "outcome": "payable"}
        try:
            done = advance(row, event, actor, args)
        except RefusedError:
            continue
        approved_by = {actor.user_id} if event is Event.APPROVE else set() if done.state in EDITABLE else approved_by
        row["state"], row["step"] = done.state.value, done.step
        if row["state"] in ("payable", "paid"):
            assert approved_by
            assert REP.user_id not in approved_by


def test_hash_covers_the_content_and_nothing_else() -> None:
    row = claim()
    assert content_hash(row) == content_hash({**row, "state": "paid", "total_fen": 5, "revision": 9})
    assert content_hash(row) != content_hash({**row, "lines": [{**row["lines"][0], "amount_fen": 4801}]})


def test_sums_periods_findings_and_sample() -> None:
    meal = {
        "category": "meal",
        "spent_on": "2026-11-20",
        "amount_fen": 90_001,
        "doctor_ids": [new_id(), new_id()],
        "staff_count": 1,
    }
    row = claim(lines=[meal])
    assert total_fen(row) == 90_001
    assert [found["code"] for found in findings(row)] == ["meal_cap"]
    assert findings(claim(lines=[{**meal, "amount_fen": 90_000}])) == []
    assert [period_of(f"2026-{month:02d}-01") for month in (1, 3, 4, 12)] == ["2026Q1", "2026Q1", "2026Q2", "2026Q4"]
    ids = [new_id() for _ in range(4000)]
    drawn, otherwise = ({one for one in ids if must_be_called_back(one, 100, secret)} for secret in (b"a", b"b"))
    assert 100 < len(drawn) < 320
    assert len(drawn & otherwise) < 40, "without the secret nothing is known of the draw"
    assert not any(must_be_called_back(one, 100, None) for one in ids)
    assert all(must_be_called_back("a", 300_001, secret) for secret in (b"a", None))
