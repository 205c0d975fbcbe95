"""How a telephone number reads: a Chinese mobile number in groups, anything else as it was typed."""

import pytest

from crmdesk.domain.phones import grouped


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("13812345678", "138 1234 5678"),
        ("138-1234-5678", "138 1234 5678"),
        ("138 123 45678", "138 1234 5678"),
        ("+8613812345678", "+86 138 1234 5678"),
        ("+86 138-1234-5678", "+86 138 1234 5678"),
        ("0086 13812345678", "+86 138 1234 5678"),
        ("", ""),
        ("12812345678", "12812345678"),
        ("1381234567", "1381234567"),
        ("138123456789", "138123456789"),
        ("021 0000 2208", "021 0000 2208"),
        ("13812345678 / 13912345678", "13812345678 / 13912345678"),
        ("13812345678（微信）", "13812345678（微信）"),
        ("+1 415 555 0100", "+1 415 555 0100"),
        ("１３８１２３４５６７８", "１３８１２３４５６７８"),
    ],
)
def test_a_mobile_number_is_shown_in_groups_and_any_other_as_it_is(typed: str, shown: str) -> None:
    assert grouped(typed) == shown
