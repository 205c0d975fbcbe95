"""The rules of a call-back: answers that fit the outcome, whom one may call about what, consent, time, what a result
rests on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain import call_backs as rules
from crmdesk.domain.call_back_record import CALL_BACK
from crmdesk.domain.call_backs import Outcome
from crmdesk.domain.claims import Actor, Event, State, advance
from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import CrmdeskError, InputError, RefusedError
from crmdesk.domain.fields import Kind
from crmdesk.domain.picklists import codes
from crmdesk.domain.roles import Role

POINTS = sorted(codes("call_back_point"))
CALLED = "2026-11-22T03:00:00.000Z"
VISIT: dict[str, Any] = {"id": "v", "territory_id": "t", "state": "submitted", "owner_id": "rep", "doctor_ids": ["d"]}
VISIT |= {"starts_at": "2026-11-22T01:00:00.000Z", "joint_with_ids": ["companion"]}
CLAIM: dict[str, Any] = {"id": "c", "territory_id": "t", "owner_id": "rep", "created_by": "writer", "visit_id": "v"}
CLAIM |= {"lines": [{"doctor_ids": ["e"]}], "state": "to_call_back", "content_hash": "h"}


def row(**more: Any) -> dict[str, Any]:
    values = {"territory_id": "t", "owner_id": "m", "doctor_id": "d", "visit_id": "v", "called_at": CALLED}
    return values | {"way": "face_to_face", "outcome": "confirmed", "asked": ["visit"], "confirmed": ["visit"]} | more


def code_of(check: Any, *args: Any) -> str:
    try:
        check(*args)
    except CrmdeskError as error:
        return error.code
    return ""


@given(st.sampled_from(list(Outcome)), st.sets(st.sampled_from(POINTS)), st.sets(st.sampled_from(POINTS)), st.text())
def test_what_is_taken_is_what_the_answers_say(
    outcome: Outcome, asked: set[str], confirmed: set[str], note: str
) -> None:
    given_row = row(outcome=outcome.value, asked=sorted(asked), confirmed=sorted(confirmed), note=note)
    taken = code_of(rules.check_answers, given_row) == ""
    if outcome in (Outcome.NOT_REACHED, Outcome.DECLINED):
        assert taken == (not asked and not confirmed)
    elif outcome is Outcome.CONFIRMED:
        assert taken == (bool(asked) and asked == confirmed)
    else:
        assert taken == (bool(note.strip()) and confirmed < asked)


@given(st.sampled_from(sorted(codes("call_back_way"))), st.sets(st.sampled_from(sorted(codes("consent_channel")))))
def test_a_way_needs_the_consent_to_its_channel(way: str, consent: set[str]) -> None:
    allowed = way == "face_to_face" or way in consent
    assert code_of(rules.check_consent, way, [consent]) == ("" if allowed else "no_consent")
    assert code_of(rules.check_consent, way, [set(), {"phone", "sms", "wechat", "mail"}]) == ""


def test_every_way_is_a_channel_of_consent_or_a_meeting() -> None:
    assert codes("call_back_way") - set(rules.CONSENT) == {"face_to_face"}
    assert set(rules.CONSENT.values()) <= codes("consent_channel")
    assert codes("call_back_outcome") == {one.value for one in Outcome}


def test_no_number_is_copied_into_the_record() -> None:
    texts = {field.name for field in CALL_BACK.fields if field.kind in (Kind.TEXT, Kind.LONG_TEXT)}
    assert texts == {"zone", "note"}


@pytest.mark.parametrize(
    ("who", "code"), [("rep", "own_claim"), ("writer", "own_claim"), ("companion", "took_part"), ("m", "")]
)
def test_nobody_calls_about_what_they_had_a_part_in(who: str, code: str) -> None:
    assert code_of(rules.check_author, who, CLAIM, VISIT) == code
    alone = {"rep": "took_part", "writer": ""}.get(who, code)
    assert code_of(rules.check_author, who, None, VISIT) == alone


@pytest.mark.parametrize(
    ("values", "claim", "visit", "code"),
    [
        (row(), None, VISIT, ""),
        (row(doctor_id="e", claim_id="c"), CLAIM, VISIT, ""),
        (row(doctor_id="e"), None, VISIT, "not_its_doctor"),
        (row(doctor_id="x", claim_id="c"), CLAIM, VISIT, "not_its_doctor"),
        (row(doctor_id=None), None, VISIT, "required"),
        (row(territory_id="u"), None, VISIT, "out_of_scope"),
        (row(), None, VISIT | {"state": "draft"}, "visit_not_reported"),
        (row(claim_id="c"), CLAIM, VISIT | {"state": "draft"}, ""),
        (row(called_at="2026-11-22T00:59:59.000Z"), None, VISIT, "before_visit"),
        (row(visit_id="w", claim_id="c"), CLAIM, VISIT, "not_its_visit"),
        (row(doctor_id=None, claim_id="c", visit_id=None), CLAIM | {"lines": [], "visit_id": None}, None, "required"),
        (row(doctor_id=None, visit_id=None, note="酒店"), CLAIM | {"lines": [], "visit_id": None}, None, ""),
    ],
)
def test_it_fits_what_it_is_about(values: dict[str, Any], claim: Any, visit: Any, code: str) -> None:
    assert code_of(rules.check_subject, values, claim, visit) == code


def test_a_doctor_who_took_over_by_a_merge_may_be_called() -> None:
    rules.check_subject(row(doctor_id="kept"), None, VISIT, {"kept"})


def test_a_call_is_not_in_the_future() -> None:
    rules.check_time(CALLED, from_text(CALLED))
    with pytest.raises(RefusedError, match="in_future"):
        rules.check_time("2026-11-22T03:00:00.001Z", from_text(CALLED))


def test_it_is_about_something() -> None:
    with pytest.raises(InputError, match="call_back_about_nothing"):
        rules.check_answers(row(visit_id=None))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (row(claim_id="c"), ""),
        (None, "call_back_missing"),
        (row(claim_id="other"), "call_back_missing"),
        (row(claim_id="c", owner_id="somebody"), "call_back_missing"),
        (row(claim_id="c", deleted=True), "call_back_missing"),
        (row(claim_id="c", decided_at=CALLED), "call_back_bound"),
        (row(claim_id="c", outcome="disputed"), "call_back_differs"),
        (row(claim_id="c", outcome="not_reached"), "call_back_differs"),
    ],
)
def test_a_result_rests_on_a_call_back_that_says_it(found: Any, code: str) -> None:
    assert code_of(rules.check_binds, found, CLAIM, Event.CALL_BACK_CONFIRMED, "m") == code


@pytest.mark.parametrize(
    ("actor", "args", "code"),
    [
        (Actor("m", Role.MANAGER, True), {"seen_hash": "h", "call_back_id": "k"}, ""),
        (Actor("m", Role.MANAGER, True), {"seen_hash": "h"}, "call_back_missing"),
        (Actor("m", Role.MANAGER, True), {"seen_hash": "old", "call_back_id": "k"}, "changed_since_seen"),
        (Actor("m", Role.MANAGER, False), {"seen_hash": "h", "call_back_id": "k"}, "not_yours"),
        (Actor("f", Role.FINANCE, True), {"seen_hash": "h", "call_back_id": "k"}, "not_yours"),
        (Actor("writer", Role.MANAGER, True), {"seen_hash": "h", "call_back_id": "k"}, "own_claim"),
    ],
)
def test_the_claim_is_moved_by_a_supervisor_who_saw_it(actor: Actor, args: dict[str, Any], code: str) -> None:
    for event, state in ((Event.CALL_BACK_CONFIRMED, State.PAYABLE), (Event.CALL_BACK_DISPUTED, State.DISPUTED)):
        assert code_of(advance, CLAIM, event, actor, args) == code
        assert code or advance(CLAIM, event, actor, args).state is state
