"""Who may be one person: the rule itself, and that the fast search finds exactly what the rule says."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.domain.duplicates import (
    LARGEST_GROUP,
    Candidate,
    Reason,
    name_key,
    phone_key,
    reasons,
    suggestions,
)


def person(number: int, name: str = "张伟", reading: str = "zhang wei", place: str = "", phone: str = "") -> Candidate:
    return Candidate(f"id{number:03}", name, reading, frozenset({place} - {""}), (phone,) if phone else ())


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (person(1, place="a"), person(2, place="a"), (Reason.NAME, Reason.INSTITUTION)),
        (person(1, phone="138 0000 0001"), person(2, phone="+86-13800000001"), (Reason.NAME, Reason.PHONE)),
        (person(1, name="章玮", place="a"), person(2, place="a"), (Reason.READING, Reason.INSTITUTION)),
        (person(1, name="张 伟", place="a"), person(2, name="张　伟", place="a"), (Reason.NAME, Reason.INSTITUTION)),
        (person(1, place="a"), person(2, place="b"), ()),
        (person(1, place="a", phone="1"), person(2, phone="1"), ()),  # too short to be a number
        (person(1, name="李四", reading="li si", place="a"), person(2, place="a"), ()),
        (person(1, name="", reading="", place="a"), person(2, name="", reading="", place="a"), ()),
        (person(1, place="a"), person(1, place="a"), ()),
    ],
)
def test_the_rule(one: Candidate, other: Candidate, why: tuple[Reason, ...]) -> None:
    assert reasons(one, other) == reasons(other, one) == why


@pytest.mark.parametrize(
    "text", ["138-0000-0001", "+86 138 0000 0001", "００８６１３８００００００01", "(138)00000001"]
)
def test_numbers_are_compared_by_their_digits(text: str) -> None:
    assert phone_key(text) == "13800000001"


def test_names_are_compared_without_blanks_dots_and_width() -> None:
    assert {name_key(name) for name in ("阿依古丽·买买提", "阿依古丽.买买提", "阿依古丽 买买提")} == {"阿依古丽买买提"}
    assert name_key("ＬＩ Wei") == "liwei"
    assert name_key("陳美齡") == name_key("陈美龄")


def test_the_same_name_and_number_come_first() -> None:
    pairs = suggestions([
        person(1, name="章玮", place="a"), person(2, place="a", phone="13800000001"), person(3, phone="13800000001"),
    ])  # fmt: skip
    assert [(one.first, one.second) for one in pairs] == [("id002", "id003"), ("id001", "id002")]
    assert [one.strength for one in pairs] == [3, 0]


def test_a_switchboard_suggests_nobody() -> None:
    crowd = [person(number, phone="02012345678") for number in range(LARGEST_GROUP + 1)]
    assert suggestions(crowd) == []
    assert len(suggestions(crowd[:3])) == 3


_NAMES = (("张伟", "zhang wei"), ("章玮", "zhang wei"), ("李娜", "li na"), ("单", "shan"), ("单", "dan"), ("", ""))
people = st.lists(
    st.builds(
        lambda named, places, phones: (*named, frozenset(places), tuple(phones)),
        st.sampled_from(_NAMES),
        st.sets(st.sampled_from("abc"), max_size=2),
        st.lists(st.sampled_from(("13800000001", "+86 13800000001", "13900000002", "12", "")), max_size=2),
    ),
    max_size=9,
)


@settings(max_examples=300, deadline=None)
@given(people=people, data=st.data())
def test_the_search_finds_exactly_the_pairs_of_the_rule_in_any_order(
    people: list[tuple[str, str, frozenset[str], tuple[str, ...]]], data: st.DataObject
) -> None:
    candidates = [Candidate(f"id{number}", *one) for number, one in enumerate(people)]
    wanted = {(one.id, other.id): why for one, other in combinations(candidates, 2) if (why := reasons(one, other))}
    found = suggestions(data.draw(st.permutations(candidates)))
    assert {(one.first, one.second): one.reasons for one in found} == wanted
    assert found == suggestions(candidates)
    assert [one.strength for one in found] == sorted((one.strength for one in found), reverse=True)


@given(name=st.text(max_size=12), phone=st.text(max_size=30))
def test_any_text_is_taken(name: str, phone: str) -> None:
    one = Candidate("a", name, name, frozenset({"x"}), (phone,))
    other = Candidate("b", name, name, frozenset({"x"}), (phone,))
    assert bool(reasons(one, other)) == bool(name_key(name) or name.split())
    assert phone_key(phone_key(phone)) == phone_key(phone) or phone_key(phone).startswith("86")
