"""Merging texts: each word that either side wrote survives, once more changes nothing, hostile input is bounded."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.text_merge import MARK, Budget, merge_texts
from tests.fixtures.pace import slowness

WORDS = [f"词{number}。" for number in range(12)]
BASES = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(["", "\n", "\n\n"])), max_size=12, unique_by=lambda pair: pair[0]
)
EDITS = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 3), st.integers(0, 2)), max_size=5)


def edited(base: list[str], edits: list[tuple[int, int, int]], side: str) -> tuple[str, set[str]]:
    """Return a version of `base` and the words that this side wrote: each edit takes pieces out and puts words in."""
    pieces, written = list(base), set()
    for number, (at, gone, put) in enumerate(edits):
        words = [f"{side}{number}{letter}；" for letter in "xy"[:put]]
        written |= set(words)
        pieces[at : at + gone] = words
    text = "".join(pieces)
    return text, {word for word in written if word in text}


@given(BASES, EDITS, EDITS)
def test_every_word_that_either_side_wrote_survives(
    base: list[tuple[str, str]], ours: list[tuple[int, int, int]], others: list[tuple[int, int, int]]
) -> None:
    pieces = [word + end for word, end in base]
    old = "".join(pieces)
    theirs, wrote_first = edited(pieces, ours, "甲")
    mine, wrote_second = edited(pieces, others, "乙")
    for first, second in ((theirs, mine), (mine, theirs)):
        merged = merge_texts(old, first, second)
        assert {word for word in wrote_first | wrote_second if word not in merged} == set()
        kept = {word for word in WORDS if word in first and word in second}
        assert {word for word in kept if word not in merged} == set(), "what neither side touched stays"


@given(st.lists(st.sampled_from(["", "甲", "乙", "同"]), max_size=12))
def test_changes_in_different_places_both_hold_and_once_more_changes_nothing(writers: list[str]) -> None:
    old = [f"第{number}段，患者情况如前。\n" for number in range(len(writers))]
    theirs = [line[:-2] + "，好转。\n" if who in ("甲", "同") else line for line, who in zip(old, writers, strict=True)]
    mine = [line[:-2] + "，好转。\n" if who in ("乙", "同") else line for line, who in zip(old, writers, strict=True)]
    both = [line[:-2] + "，好转。\n" if who else line for line, who in zip(old, writers, strict=True)]
    before, first, second = "".join(old), "".join(theirs), "".join(mine)
    merged = merge_texts(before, first, second)
    assert merged == merge_texts(before, second, first) == "".join(both)
    assert merge_texts(before, merged, second) == merged
    assert merge_texts(before, merged, first) == merged


def test_a_marked_clash_is_not_marked_again() -> None:
    merged = merge_texts("患者一例。", "患者两例。", "患者三例。")
    assert merged == f"患者两例。{MARK}患者三例。"
    assert merge_texts("患者一例。", merged, "患者三例。") == merged
    assert merge_texts("患者一例。", merged, "患者两例。") == merged


@pytest.mark.parametrize(
    ("old", "theirs", "mine", "merged"),
    [
        ("一。\n二。", "一。\n二。\n三。", "一。\n二。\n四。", f"一。\n二。\n三。{MARK}四。"),
        ("一。\n二。\n三。", "壹。\n二。\n三。", "一。\n二。\n叁。", "壹。\n二。\n叁。"),
        ("一。\n二。\n三。", "一。\n两个。\n三。", "一。\n二十。\n三。", f"一。\n两个。{MARK}二十。\n三。"),
        ("一。\n二。\n三。", "一。\n三。", "一。\n二号。\n三。", "一。\n二号。\n三。"),
        ("一。", "一。好。", "一。好。", "一。好。"),
        ("", "甲", "乙", f"甲{MARK}乙"),
        (None, "甲", None, "甲"),
    ],
)
def test_a_clash_marks_its_paragraph_only(old: str | None, theirs: str | None, mine: str | None, merged: str) -> None:
    assert merge_texts(old, theirs, mine) == merged


def hostile(kind: str, length: int, draw: random.Random) -> tuple[str, str, str]:
    """Return three texts of `length` characters made to keep a difference busy."""
    if kind == "noise":
        return tuple("".join(draw.choices("ab\n", k=length)) for _ in "123")  # type: ignore[return-value]
    if kind == "one letter":
        return "a" * length, "a" * (length // 2) + "b" + "a" * (length // 2), "ba" * (length // 2)
    if kind == "empty lines":
        return "\n" * length, "a\n" * (length // 2), "\nb" * (length // 2)
    return "".join(draw.choices("一二三四五", k=length)), "".join(draw.choices("二四六", k=length)), "四" * length


@pytest.mark.parametrize("kind", ["noise", "one letter", "empty lines", "few signs"])
def test_five_hundred_hostile_texts_of_full_length_are_bounded_by_the_budget(kind: str) -> None:
    draw, budget = random.Random(3), Budget(0.4)
    old, theirs, mine = hostile(kind, 20_000, draw)
    began = time.thread_time()
    for number in range(500):
        merged = merge_texts(old, theirs + f"甲{number}", mine + f"乙{number}", budget)
        assert f"甲{number}" in merged
        assert f"乙{number}" in merged
    took = time.thread_time() - began
    print(f"{kind}: {took:.2f} s, of which differences {budget.spent_s:.2f} s")
    assert took < 20 * slowness()
