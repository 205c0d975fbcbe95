"""The answer to a proposal as a table: who may say what when, and what it is bound to."""

from typing import Any

import pytest

from crmdesk.domain import targets
from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.roles import Role
from crmdesk.domain.targets import Actor, Event, State

REP = Actor("rep", Role.REP, True)
MANAGER = Actor("boss", Role.MANAGER, True)


def target(**more: Any) -> dict[str, Any]:
    row = {"owner_id": "rep", "doctor_id": "d", "cycle_plan_id": "c", "wanted": 6, "grounds": "x", "state": "proposed"}
    row |= more
    return row | {"content_hash": targets.content_hash(row)}


def seen(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"seen_hash": row["content_hash"], **more}


def test_an_answer_takes_the_number_asked_for_or_another_one() -> None:
    row = target()
    assert targets.advance(row, Event.ACCEPT, MANAGER, seen(row)) == {"state": "agreed", "agreed": 6, "answer": None}
    changed = targets.advance(row, Event.ACCEPT, MANAGER, seen(row, visits=0, comment=" 少一些 "))
    assert changed == {"state": "agreed", "agreed": 0, "answer": "少一些"}
    declined = targets.advance(row, Event.DECLINE, MANAGER, seen(row, comment="先看 B 类"))
    assert declined == {"state": "declined", "answer": "先看 B 类"}


def test_withdrawing_leaves_what_was_agreed_before() -> None:
    assert targets.advance(target(), Event.WITHDRAW, REP, {}) == {"state": "withdrawn"}
    back = targets.advance(target(agreed=4), Event.WITHDRAW, REP, {})
    assert (back["state"], back["wanted"]) == ("agreed", 4)
    assert back["content_hash"] == targets.content_hash(target(wanted=4))


@pytest.mark.parametrize(
    ("row", "event", "actor", "args", "code"),
    [
        (target(), Event.ACCEPT, REP, {}, "own_proposal"),
        (target(), Event.ACCEPT, Actor("x", Role.REP, True), {}, "not_yours"),
        (target(), Event.ACCEPT, Actor("x", Role.ADMIN, True), {}, "not_yours"),
        (target(), Event.ACCEPT, Actor("x", Role.MANAGER, False), {}, "not_yours"),
        (target(), Event.DECLINE, MANAGER, seen(target(), comment=" "), "comment_missing"),
        (target(), Event.ACCEPT, MANAGER, seen(target(wanted=5)), "changed_since_seen"),
        (target(), Event.ACCEPT, MANAGER, {}, "changed_since_seen"),
        (target(), Event.ACCEPT, MANAGER, seen(target(), visits=61), "out_of_range"),
        (target(), Event.ACCEPT, MANAGER, seen(target(), visits=True), "wrong_kind"),
        (target(), Event.ACCEPT, MANAGER, seen(target(), visits="6"), "wrong_kind"),
        (target(), Event.DECLINE, MANAGER, seen(target(), comment="x" * 501), "too_long"),
        (target(), Event.DECLINE, MANAGER, seen(target(), comment="\x00"), "wrong_kind"),
        (target(), Event.DECLINE, MANAGER, seen(target(), comment=7), "wrong_kind"),
        (target(), Event.WITHDRAW, MANAGER, {}, "not_yours"),
        *[
            (target(state=state.value), event, MANAGER, seen(target()), "not_in_this_state")
            for state in State
            if state is not State.PROPOSED
            for event in Event
        ],
        (target(state=None), Event.ACCEPT, MANAGER, seen(target()), "not_in_this_state"),
    ],
)
def test_what_is_refused(row: dict[str, Any], event: Event, actor: Actor, args: dict[str, Any], code: str) -> None:
    with pytest.raises(CrmdeskError) as refused:
        targets.advance(row, event, actor, args)
    assert refused.value.code == code


def test_a_managers_own_word_holds_at_once_and_a_reps_waits() -> None:
    assert targets.on_write(target(state=None), Role.MANAGER)["state"] == "agreed"
    assert targets.on_write(target(state=None), Role.MANAGER)["agreed"] == 6
    waiting = targets.on_write(target(state="agreed", agreed=4, answer="好"), Role.REP)
    assert (waiting["state"], waiting["answer"], "agreed" in waiting) == ("proposed", None, False)
    assert [targets.may_delete(target(agreed=agreed), Role.REP) for agreed in (None, 0, 4)] == [True, False, False]
    assert targets.may_delete(target(agreed=4), Role.MANAGER)


def test_the_hash_covers_what_is_answered_and_nothing_else() -> None:
    plain = targets.content_hash(target())
    assert plain == targets.content_hash(target(answer="y", state="agreed"))
    for change in ({"wanted": 7}, {"wanted": 0}, {"grounds": "y"}, {"doctor_id": "e"}, {"cycle_plan_id": "k"}):
        assert targets.content_hash(target(**change)) != plain
    assert targets.content_hash(target(grounds=None)) == targets.content_hash(target(grounds=""))
