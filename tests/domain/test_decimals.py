"""Decimal numbers are whole counts of their smallest step: what goes in comes out, compared with exact arithmetic."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.decimals import MOST_PLACES, format_decimal, parse_decimal

PLACES = st.integers(1, MOST_PLACES)


@given(st.integers(-(2**53), 2**53), PLACES)
def test_what_is_written_is_read_back_exactly(steps: int, places: int) -> None:
    text = format_decimal(steps, places)
    assert parse_decimal(text, places) == steps
    assert Decimal(text) == Decimal(steps).scaleb(-places)


@given(st.decimals(-(10**8), 10**8, allow_nan=False, places=4), PLACES)
def test_no_digit_is_dropped(value: Decimal, places: int) -> None:
    steps = parse_decimal(f"{value:f}", places)
    whole = value.scaleb(places)
    assert steps == (int(whole) if whole == whole.to_integral_value() else None)


@pytest.mark.parametrize(
    ("text", "steps"),
    [("12.5", 1250), ("-0.05", -5), ("0.1", 10), ("7", 700), ("7.", 700), ("1,200.50", 120050), (" 3 ", 300),
     ("1.005", None), ("1e3", None), ("nan", None), ("", None), (".5", None), ("--1", None), ("１２", None),
     ("9" * 16, None), ("1.2.3", None)],
)  # fmt: skip
def test_forms(text: str, steps: int | None) -> None:
    assert parse_decimal(text, 2) == steps


def test_zeros_that_say_nothing_are_left_out() -> None:
    assert [format_decimal(one, 2) for one in (1250, 1200, 5, 0, -5, -100)] == [
        "12.5",
        "12",
        "0.05",
        "0",
        "-0.05",
        "-1",
    ]
