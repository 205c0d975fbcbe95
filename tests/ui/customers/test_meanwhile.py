"""Laying together what was seen, what the row holds by now and what the form holds: pure, without a window."""

from typing import Any

import pytest

from crmdesk.domain.money_records import CLAIM
from crmdesk.domain.records import VISIT
from crmdesk.ui.pages.meanwhile import meet


def talk(product: str, *messages: str, reaction: str | None = None) -> dict[str, Any]:
    return {"product_id": product, "messages": list(messages), "reaction": reaction}


def line(amount_fen: int, **more: Any) -> dict[str, Any]:
    return {"category": "meal", "spent_on": "2026-11-20", "amount_fen": amount_fen, **more}


def test_a_field_that_one_side_changed_is_that_sides() -> None:
    seen = {"channel": "phone", "next_step": None, "duration_min": 10}
    met = meet(VISIT, seen, {**seen, "channel": "wechat"}, {**seen, "next_step": "资料", "duration_min": 10})
    assert met.values == {"channel": "wechat", "next_step": "资料", "duration_min": 10}
    assert (met.clashes, met.news) == ([], ["channel"])
    assert met.seen["channel"] == "wechat"


def test_what_both_changed_keeps_its_base_until_it_is_decided() -> None:
    met = meet(VISIT, {"next_step": "一"}, {"next_step": "二"}, {"next_step": "三"})
    assert (met.values["next_step"], met.seen["next_step"], met.news) == ("三", "一", [])
    again = meet(VISIT, met.seen, {"next_step": "二"}, met.values)
    assert [(one.field.name, one.base, one.theirs, one.mine) for one in again.clashes] == [
        ("next_step", "一", "二", "三")
    ]


def test_products_join_by_product_and_messages_as_sets() -> None:
    seen = {"products": [talk("a", "m1"), talk("b")]}
    theirs = {"products": [talk("a", "m1", "m2"), talk("b"), talk("c", "m9")]}
    mine = {"products": [talk("b", reaction="positive"), talk("a", "m1", "m3")]}
    met = meet(VISIT, seen, theirs, mine)
    assert met.clashes == []
    joined = met.values["products"]
    assert [one["product_id"] for one in joined] == ["b", "a", "c"], "in the order of whoever writes here"
    assert joined[0]["reaction"] == "positive"
    assert joined[1]["messages"] == ["m1", "m2", "m3"]


def test_a_reaction_that_both_gave_is_asked_about() -> None:
    seen = {"products": [talk("a")]}
    met = meet(
        VISIT, seen, {"products": [talk("a", reaction="neutral")]}, {"products": [talk("a", reaction="positive")]}
    )
    assert [one.field.name for one in met.clashes] == ["products"]


@pytest.mark.parametrize(
    ("theirs", "mine", "joined"),
    [
        ([line(2), line(5)], [line(1, description="车"), line(5)], [line(2, description="车"), line(5)]),
        ([line(1), line(5), line(7)], [line(1), line(5), line(8)], [line(1), line(5), line(7), line(8)]),
        ([line(1), line(5), line(7)], [line(1), line(5), line(7)], [line(1), line(5), line(7)]),
        ([line(1)], [line(1), line(5)], [line(1)]),  # only they took one away
        ([line(1)], [line(1), line(6)], None),
        ([line(2), line(5)], [line(3), line(5)], None),
    ],
)
def test_lines_of_a_claim_join_by_their_places(theirs: Any, mine: Any, joined: Any) -> None:
    met = meet(CLAIM, {"lines": [line(1), line(5)]}, {"lines": theirs}, {"lines": mine})
    assert met.values["lines"] == (mine if joined is None else joined)
    assert bool(met.clashes) is (joined is None)
