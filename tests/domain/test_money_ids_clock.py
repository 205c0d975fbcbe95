"""Money, ids and time: exact, ordered, with a zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.clock import from_text, local_date, to_text
from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import is_id, new_id
from crmdesk.domain.money import MAX_FEN, format_fen, parse_fen


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_money_reads_what_it_wrote(fen: int) -> None:
    assert parse_fen(format_fen(fen)) == fen


@pytest.mark.parametrize(
    ("text", "fen"), [("¥1,680.00", 168000), ("88", 8800), ("８８．５", 8850), ("0.1", 10), ("12 元", 1200)]
)
def test_money_is_read_as_people_type_it(text: str, fen: int) -> None:
    assert parse_fen(text) == fen


@pytest.mark.parametrize("text", ["", "1.005", "abc", "1e3", "NaN", "∞", "1 2", "--1", "9" * 40])
def test_money_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_fen(text)
    assert caught.value.code == "amount"


def test_ids_are_unique_and_increase() -> None:
    made = [new_id() for _ in range(5000)]
    assert len(set(made)) == 5000
    assert made == sorted(made)
    assert all(is_id(one) for one in made)


def test_seeded_ids_depend_on_nothing_else() -> None:
    assert new_id(1_700_000_000_000, b"12345678") == new_id(1_700_000_000_000, b"12345678")
    assert is_id(new_id(1_700_000_000_000, b"\xff" * 8))


@pytest.mark.parametrize(
    "text", ["", "x", None, 5, "0190A000-0000-7000-8000-000000000000", "01900000-0000-4000-8000-000000000000"]
)
def test_other_texts_are_no_ids(text: object) -> None:
    assert not is_id(text)


def test_instants_keep_their_order_and_zone() -> None:
    shanghai = timezone(timedelta(hours=8))
    early, late = datetime(2026, 11, 22, 7, 0, tzinfo=shanghai), datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert to_text(early) < to_text(late)
    assert from_text(to_text(late)) == late
    assert local_date(datetime(2026, 11, 21, 17, tzinfo=UTC)).isoformat() == "2026-11-22"
    with pytest.raises(ValueError, match="zone"):
        from_text("2026-11-22T08:00:00")
