"""Merging: what nobody else touched applies, sets and texts keep both sides, a clash keeps the loser."""

from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.merge import Clash, merge_edit, merge_sets
from crmdesk.domain.records import DOCTOR, VISIT
from crmdesk.domain.text_merge import merge_texts

TAGS = st.lists(st.sampled_from("abcdef"), unique=True).map(sorted)
WORDS = st.text(alphabet="张王两例缓解，。\n ", max_size=30)


def test_untouched_fields_apply_and_touched_ones_clash() -> None:
    current = {"mobile": "2", "email": "new@x", "title": "chief"}
    merged = merge_edit(
        DOCTOR, current, {"mobile": 3, "email": 3}, {"mobile": ("0", "1"), "title": ("chief", "attending")}, 2
    )
    assert merged.changes == {"mobile": "1", "title": "attending"}
    assert merged.clashes == [Clash("mobile", "0", "1", "2")]
    assert merged.met_others


def test_what_was_seen_is_no_change_of_somebody_else() -> None:
    merged = merge_edit(DOCTOR, {"mobile": "0"}, {"mobile": 2}, {"mobile": ("0", "1")}, 2)
    assert (merged.changes, merged.clashes, merged.met_others) == ({"mobile": "1"}, [], False)


def test_a_value_that_was_never_seen_is_kept_whatever_the_revision_says() -> None:
    merged = merge_edit(DOCTOR, {"mobile": "2"}, {}, {"mobile": ("0", "1")}, 9)
    assert (merged.changes, merged.clashes) == ({"mobile": "1"}, [Clash("mobile", "0", "1", "2")])
    assert merge_edit(DOCTOR, {"mobile": None}, {}, {"mobile": ("", "1")}, 9).met_others is False, "both are nothing"


def test_the_same_value_is_no_clash() -> None:
    merged = merge_edit(DOCTOR, {"mobile": "1"}, {"mobile": 9}, {"mobile": ("0", "1")}, 1)
    assert (merged.changes, merged.clashes) == ({}, [])


def test_a_change_that_was_taken_back_is_no_clash() -> None:
    merged = merge_edit(DOCTOR, {"mobile": "0"}, {"mobile": 9}, {"mobile": ("0", "1")}, 1)
    assert (merged.changes, merged.clashes) == ({"mobile": "1"}, [])


def test_the_owner_wins_on_the_own_visit() -> None:
    merged = merge_edit(VISIT, {"duration_min": 5}, {"duration_min": 4}, {"duration_min": (1, 10)}, 1)
    assert (merged.changes, merged.clashes) == ({"duration_min": 10}, [])


def test_company_fields_merge_key_by_key_and_keep_the_loser_of_a_key() -> None:
    old = {"beds": 1, "ward": "a", "gone": "x", "likes": ["a", "b"]}
    theirs = {"beds": 2, "ward": "a", "likes": ["a", "c"]}  # they took 'gone' away
    mine = {"beds": 3, "gone": "x", "likes": ["b", "d"], "new": True}  # this side took 'ward' away
    merged = merge_edit(DOCTOR, {"custom": theirs}, {"custom": 9}, {"custom": (old, mine)}, 1)
    assert merged.changes == {"custom": {"beds": 3, "likes": ["c", "d"], "new": True}}
    assert merged.clashes == [Clash("custom.beds", 1, 3, 2)]


@given(TAGS, TAGS, TAGS)
def test_sets_keep_additions_and_removals_of_both(old: list[str], theirs: list[str], mine: list[str]) -> None:
    merged = set(merge_sets(old, theirs, mine))
    assert merged >= (set(theirs) - set(old)) | (set(mine) - set(old))
    assert not merged & ((set(old) - set(theirs)) | (set(old) - set(mine)))
    assert merge_sets(old, theirs, mine) == merge_sets(old, mine, theirs)


@given(WORDS, WORDS)
def test_one_sided_text_changes_need_no_merge(old: str, new: str) -> None:
    assert merge_texts(old, old, new) == new
    assert merge_texts(old, new, old) == new
    assert merge_texts(old, new, new) == new


@given(WORDS, WORDS, WORDS)
def test_additions_of_both_sides_survive(old: str, ahead: str, behind: str) -> None:
    theirs, mine = f"甲{ahead}\n" + old, old + f"\n{behind}乙"
    merged = merge_texts(old, theirs, mine)
    assert "甲" in merged
    assert "乙" in merged
    assert ahead in merged
    assert behind in merged


def test_paragraphs_merge_and_clashes_stand_marked() -> None:
    assert merge_texts("一。\n\n二。", "一，张。\n\n二。", "一。\n\n二，王。") == "一，张。\n\n二，王。"
    both = merge_texts("患者一例。", "患者两例。", "患者三例。")
    assert both == "患者两例。\n\n———\n患者三例。"
