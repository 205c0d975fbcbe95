"""What the merged doctor holds: choices by field, nothing lost that can be kept, states in their order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain import doctor_merge, validation
from crmdesk.domain.doctor_merge import FIELDS, Choice, Event, State, advance, chosen, differing, merged, taken
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.records import DOCTOR
from crmdesk.domain.roles import Role

KEPT: dict[str, Any] = {
    "id": "a", "name": "张伟", "mobile": "138", "tags": ["专家"], "note": "周三", "title": None, "territory_id": "t",
    "consent": ["phone"], "consent_on": "2026-01-01", "consent_evidence": "书面",
}  # fmt: skip
OTHER = KEPT | {"id": "b", "mobile": "139", "tags": ["讲者"], "note": "爱喝茶", "title": "chief", "consent": ["sms"],
                "consent_on": "2026-02-02", "consent_evidence": "短信回复", "status": "under_review"}  # fmt: skip


def test_only_what_differs_and_is_there_is_asked_about() -> None:
    assert differing(KEPT, OTHER) == ("title", "mobile", "consent", "tags", "note")
    assert differing(KEPT, KEPT | {"id": "b"}) == ()
    assert differing(OTHER, OTHER | {"title": None, "tags": []}) == ()


def test_at_first_nothing_is_lost() -> None:
    first = {name: doctor_merge.first_choice(name, KEPT, OTHER) for name in differing(KEPT, OTHER)}
    assert first == {"title": Choice.OTHER, "mobile": Choice.KEPT, "consent": Choice.OTHER, "tags": Choice.BOTH,
                     "note": Choice.BOTH}  # fmt: skip
    assert merged(KEPT, OTHER, taken(first)) == {
        "title": "chief", "consent": ["sms"], "consent_on": "2026-02-02", "consent_evidence": "短信回复",
        "tags": ["专家", "讲者"], "note": "周三\n\n爱喝茶",
    }  # fmt: skip


def test_consent_comes_with_its_evidence_and_is_never_added_up() -> None:
    assert doctor_merge.choices("consent") == (Choice.KEPT, Choice.OTHER)
    with pytest.raises(InputError, match="not_in_list"):
        merged(KEPT, OTHER, ["consent:both"])
    with pytest.raises(InputError, match="not_in_list"):
        merged(KEPT, OTHER, ["consent_on"])


@pytest.mark.parametrize("entry", ["status", "territory_id", "nothing", "mobile:both", "", ":both", "id"])
def test_what_cannot_be_chosen_is_refused(entry: str) -> None:
    with pytest.raises(InputError, match="not_in_list"):
        chosen([entry])


def test_a_note_that_holds_the_other_one_stays() -> None:
    assert merged(KEPT | {"note": "周三，爱喝茶"}, OTHER, ["note:both"]) == {}


def test_states_follow_each_other_and_reviewers_decide() -> None:
    assert advance(None, "merge", Role.MANAGER) is State.DONE
    assert advance("done", "restore", Role.ADMIN) is State.UNDONE
    for state, event in (("done", "merge"), ("declined", "merge"), ("undone", "restore"), ("proposed", "restore")):
        with pytest.raises(RefusedError, match="merge_decided"):
            advance(state, event, Role.MANAGER)
    for role in (Role.REP, Role.FINANCE, Role.AUDITOR):
        with pytest.raises(RefusedError, match="forbidden"):
            advance(None, Event.MERGE, role)


def test_the_fingerprint_is_of_what_people_compare() -> None:
    seen = doctor_merge.pair_hash(KEPT, OTHER)
    assert seen == doctor_merge.pair_hash(KEPT | {"title": "", "status": "active"}, OTHER)
    assert seen != doctor_merge.pair_hash(KEPT | {"mobile": "137"}, OTHER)
    assert seen != doctor_merge.pair_hash(OTHER, KEPT)


def test_one_doctor_or_a_merged_one_makes_no_pair() -> None:
    for other in (KEPT, OTHER | {"status": "merged"}, OTHER | {"deleted": True}, None):
        with pytest.raises(RefusedError, match="merge_impossible"):
            doctor_merge.check_pair(KEPT, other)


values = st.fixed_dictionaries(
    {
        "mobile": st.sampled_from((None, "", "138", "139")),
        "title": st.sampled_from((None, "chief", "resident")),
        "tags": st.lists(st.sampled_from("甲乙丙"), unique=True).map(sorted),
        "note": st.sampled_from((None, "", "一", "二")),
        "consent": st.lists(st.sampled_from(("phone", "sms")), unique=True).map(sorted),
        "consent_on": st.sampled_from((None, "2026-01-01", "2026-02-02")),
    }
)


@given(left=values, right=values, data=st.data())
def test_each_choice_gives_one_of_the_two_or_both(
    left: dict[str, Any], right: dict[str, Any], data: st.DataObject
) -> None:
    kept, other = {"id": "a", **left}, {"id": "b", **right}
    picked = {name: data.draw(st.sampled_from(doctor_merge.choices(name))) for name in differing(kept, other)}
    after = kept | merged(kept, other, taken(picked))
    assert chosen(taken(picked)) == {name: one for name, one in picked.items() if one is not Choice.KEPT}
    validation.check_changes(DOCTOR, {name: value for name, value in after.items() if name != "id"})
    for name in FIELDS:
        choice = picked.get(name, Choice.KEPT)
        if choice is Choice.OTHER:
            assert after.get(name) == other.get(name)
        elif choice is Choice.KEPT:
            assert after.get(name) == kept.get(name)
        elif name == "tags":
            assert set(after["tags"]) == {*kept["tags"], *other["tags"]}
    assert merged(after, other, taken(picked)) == {}, "once more changes nothing"
