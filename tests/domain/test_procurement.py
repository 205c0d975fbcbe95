"""The pace of an agreed volume, on the day of its figure; property of every sound row."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.ids import is_id, new_id
from crmdesk.domain.procurement import Pace, Standing, pace, row_id
from crmdesk.domain.records import RECORDS

YEAR = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "agreed": 1000}


@pytest.mark.parametrize(
    ("purchased", "as_of", "expected"),
    [
        (None, None, Pace(0, 0, Standing.UNKNOWN)),
        (500, None, Pace(0, 0, Standing.UNKNOWN)),
        (500, "2026-07-02", Pace(50, 50, Standing.IN_STEP)),
        (400, "2026-07-02", Pace(40, 50, Standing.BEHIND)),
        (410, "2026-07-02", Pace(41, 50, Standing.IN_STEP)),
        (600, "2026-07-02", Pace(60, 50, Standing.AHEAD)),
        (1000, "2026-07-02", Pace(100, 50, Standing.DONE)),
        (1500, "2026-07-02", Pace(150, 50, Standing.DONE)),
        (0, "2025-12-31", Pace(0, 0, Standing.IN_STEP)),
        (0, "2027-05-01", Pace(0, 100, Standing.BEHIND)),
    ],
)
def test_a_volume_stands_against_the_time_gone(purchased: int | None, as_of: str | None, expected: Pace) -> None:
    assert pace({**YEAR, "purchased": purchased, "as_of": as_of}) == expected


def test_nothing_agreed_is_reached_and_one_day_is_a_period() -> None:
    row = {"starts_on": "2026-01-01", "ends_on": "2026-01-01", "agreed": 0, "purchased": 0, "as_of": "2026-01-01"}
    assert pace(row) == Pace(100, 100, Standing.DONE)


@given(
    agreed=st.integers(0, 10**12),
    purchased=st.integers(0, 10**12),
    day=st.integers(-400, 800),
    length=st.integers(0, 1100),
)
def test_every_row_has_a_pace_within_its_bounds(agreed: int, purchased: int, day: int, length: int) -> None:
    start = date(2026, 1, 1)
    dates = {"starts_on": start.isoformat(), "ends_on": (start + timedelta(length)).isoformat()}
    as_of = (start + timedelta(day)).isoformat()
    found = pace({**dates, "agreed": agreed, "purchased": purchased, "as_of": as_of})
    assert 0 <= found.gone_percent <= 100
    assert found.done_percent >= 0
    assert (found.standing is Standing.DONE) == (purchased >= agreed)


def test_one_figure_for_each_hospital_round_product_and_strength() -> None:
    hospital = new_id()
    names = [("一", "A", "10mg"), ("二", "A", "10mg"), ("一", "B", "10mg"), ("一", "A", "5mg"), ("一", "A", "")]
    ids = {row_id(hospital, *name) for name in names} | {row_id(new_id(), "一", "A", "10mg")}
    assert len(ids) == 6
    assert all(is_id(one) for one in ids)
    assert row_id(hospital, "一", "A", "10mg") == row_id(hospital, "一", "A", "10mg")


def test_no_field_names_a_doctor_or_money() -> None:
    record = RECORDS["procurement"]
    assert not record.writers
    assert all(field.ref != "doctor" and field.kind != "money" for field in record.fields)
    assert record.server_made
