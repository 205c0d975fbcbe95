"""What the merged doctor holds: choices by field, nothing lost that can be kept, states in their order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain import validation
from crmdesk.domain.customer_merge import DOCTORS, INSTITUTIONS, Choice, Event, State, advance, taken
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.records import DOCTOR
from crmdesk.domain.roles import Role

FIELDS, chosen, differing, merged = DOCTORS.fields, DOCTORS.chosen, DOCTORS.differing, DOCTORS.merged
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
    first = {name: DOCTORS.first_choice(name, KEPT, OTHER) for name in differing(KEPT, OTHER)}
    assert first == {"title": Choice.OTHER, "mobile": Choice.KEPT, "consent": Choice.OTHER, "tags": Choice.BOTH,
                     "note": Choice.BOTH}  # fmt: skip
    assert merged(KEPT, OTHER, taken(first)) == {
        "title": "chief", "consent": ["sms"], "consent_on": "2026-02-02", "consent_evidence": "短信回复",
        "tags": ["专家", "讲者"], "note": "周三\n\n爱喝茶",
    }  # fmt: skip


def test_consent_comes_with_its_evidence_and_is_never_added_up() -> None:
    assert DOCTORS.choices("consent") == (Choice.KEPT, Choice.OTHER)
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
    seen = DOCTORS.pair_hash(KEPT, OTHER)
    assert seen == DOCTORS.pair_hash(KEPT | {"title": "", "status": "active"}, OTHER)
    assert seen != DOCTORS.pair_hash(KEPT | {"mobile": "137"}, OTHER)
    assert seen != DOCTORS.pair_hash(OTHER, KEPT)


def test_one_doctor_or_a_merged_one_makes_no_pair() -> None:
    for other in (KEPT, OTHER | {"status": "merged"}, OTHER | {"deleted": True}, None):
        with pytest.raises(RefusedError, match="merge_impossible"):
            DOCTORS.check_pair(KEPT, other)


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
    picked = {name: data.draw(st.sampled_from(DOCTORS.choices(name))) for name in differing(kept, other)}
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


HOSPITAL: dict[str, Any] = {
    "id": "a",
    "name": "东方医院",
    "aliases": ["同济东方"],
    "territory_id": "t",
    "phone": "021-1",
}
CLINIC = HOSPITAL | {
    "id": "b",
    "name": "上海市东方医院",
    "aliases": ["浦东东方"],
    "phone": "021-2",
    "under_review": True,
}


def test_of_institutions_every_name_stays_findable() -> None:
    assert INSTITUTIONS.differing(HOSPITAL, CLINIC) == ("name", "phone")
    both = ["上海市东方医院", "同济东方", "浦东东方"]
    assert INSTITUTIONS.merged(HOSPITAL, CLINIC, []) == {"aliases": sorted(both)}
    taken_name = INSTITUTIONS.merged(HOSPITAL, CLINIC, ["name"])
    assert taken_name == {"name": "上海市东方医院", "aliases": sorted(["东方医院", "同济东方", "浦东东方"])}
    room = INSTITUTIONS.of.field("aliases").max_length
    many = CLINIC | {"aliases": [f"别名{number}" for number in range(room)]}
    changes = INSTITUTIONS.merged(HOSPITAL, many, [])
    assert len(changes["aliases"]) == room
    assert {"同济东方", "上海市东方医院"} <= set(changes["aliases"]), "names come before further aliases"
    assert INSTITUTIONS.merged(HOSPITAL, HOSPITAL | {"id": "b"}, []) == {}


@pytest.mark.parametrize("entry", ["aliases", "aliases:both", "territory_id", "under_review", "phone:both"])
def test_what_cannot_be_chosen_of_an_institution_is_refused(entry: str) -> None:
    with pytest.raises(InputError, match="not_in_list"):
        INSTITUTIONS.chosen([entry])


def test_the_fingerprint_of_institutions_is_of_what_is_compared() -> None:
    seen = INSTITUTIONS.pair_hash(HOSPITAL, CLINIC)
    assert seen == INSTITUTIONS.pair_hash(HOSPITAL | {"under_review": False}, CLINIC)
    assert seen != INSTITUTIONS.pair_hash(HOSPITAL | {"aliases": []}, CLINIC)
    assert seen != INSTITUTIONS.pair_hash(CLINIC, HOSPITAL)
