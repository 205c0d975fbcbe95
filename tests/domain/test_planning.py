"""Planned, actual, scheduled, remaining: the definitions as a table, and what must hold for any visits."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain import planning
from crmdesk.domain.errors import InputError
from crmdesk.domain.planning import Counts, Goals, Standing, counts_as, goals_of, summed, with_visit
from crmdesk.domain.row_rules import check_row

BEFORE, NOW, LATER = (datetime(2026, 11, day, 2, tzinfo=UTC) for day in (20, 25, 26))
DAY = datetime(2026, 11, 24, 16, tzinfo=UTC)
EARLIER_TODAY = datetime(2026, 11, 25, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "starts_at", "expected"),
    [
        ("submitted", BEFORE, Counts.ACTUAL),
        ("submitted", LATER, Counts.ACTUAL),
        ("draft", BEFORE, Counts.ACTUAL),
        ("draft", NOW, Counts.ACTUAL),
        ("draft", LATER, Counts.SCHEDULED),
        ("planned", LATER, Counts.SCHEDULED),
        ("planned", EARLIER_TODAY, Counts.SCHEDULED),
        ("planned", BEFORE, Counts.MISSED),
    ],
)
def test_how_a_visit_counts(state: str, starts_at: datetime, expected: Counts) -> None:
    assert counts_as(state, starts_at, NOW, DAY) is expected


@pytest.mark.parametrize(
    ("planned", "actual", "scheduled", "remaining", "to_schedule"),
    [
        (400, 0, 0, 400, 400),
        (400, 100, 100, 300, 200),
        (400, 300, 200, 100, 0),
        (400, 500, 0, 0, 0),
        (0, 100, 100, 0, 0),
        (400, 150, 0, 250, 250),
    ],
)
def test_what_remains(planned: int, actual: int, scheduled: int, remaining: int, to_schedule: int) -> None:
    standing = Standing(planned, actual, scheduled)
    assert (standing.remaining, standing.remaining_to_schedule) == (remaining, to_schedule)


amounts = st.integers(min_value=0, max_value=5000)
standings = st.builds(Standing, amounts, amounts, amounts, amounts)


@given(standings)
def test_remaining_follows_its_definition_for_any_figures(one: Standing) -> None:
    assert one.remaining == max(0, one.planned - one.actual)
    assert one.remaining_to_schedule == max(0, one.planned - one.scheduled - one.actual)
    assert 0 <= one.remaining_to_schedule <= one.remaining <= one.planned
    assert one.reached == (one.remaining == 0)


@given(standings, st.sampled_from(list(Counts)), st.integers(min_value=0, max_value=200))
def test_a_further_visit_never_makes_more_remain(one: Standing, counts: Counts, weight: int) -> None:
    after = with_visit(one, counts, weight)
    assert after.remaining <= one.remaining
    assert after.remaining_to_schedule <= one.remaining_to_schedule
    if counts is Counts.MISSED:
        assert after == one
    if counts is Counts.SCHEDULED:
        assert after.remaining == one.remaining


@given(st.lists(standings, max_size=12))
def test_one_surplus_hides_no_other_lack(some: list[Standing]) -> None:
    total = summed("A", some)
    assert total.doctors == len(some)
    assert total.remaining == sum(one.remaining for one in some)
    assert total.remaining >= max(0, total.planned - total.actual)
    assert total.remaining_to_schedule >= max(0, total.planned - total.actual - total.scheduled)
    assert total.reached == sum(1 for one in some if not one.remaining)


def test_channels_weigh_and_an_agreed_number_replaces_the_goal_of_the_class() -> None:
    goals = goals_of(
        {
            "goals": [{"customer_class": "A", "goal": 4, "maximum": 6}, {"customer_class": "B", "goal": 2}],
            "channel_weights": [{"channel": "phone", "percent": 50}],
        }
    )
    assert goals == Goals({"A": (4, 6), "B": (2, 0)}, {"phone": 50})
    assert [goals.weight(one) for one in ("phone", "face_to_face", None)] == [50, 100, 100]
    assert goals.planned("A") == Standing(400, maximum=600)
    assert goals.planned("A", 8) == Standing(800, maximum=800)
    assert goals.planned("B", 0) == Standing(0)
    assert goals.planned("C") == Standing()
    assert Standing(400, 500, 200, 600).above_maximum == 100
    assert Standing(400, 500, 200).above_maximum == 0


@pytest.mark.parametrize(
    ("record", "row", "code"),
    [
        ("cycle_plan", {"starts_on": "2026-10-01", "ends_on": "2026-09-30"}, "ends_before_start"),
        ("day_off", {"starts_on": "2026-10-02", "ends_on": "2026-10-01"}, "ends_before_start"),
        ("cycle_plan", {"goals": [{"customer_class": "A", "goal": 4, "maximum": 3}]}, "maximum_below_goal"),
        ("cycle_plan", {"goals": [{"customer_class": "A", "goal": 4}] * 2}, "named_twice"),
        ("cycle_plan", {"channel_weights": [{"channel": "phone", "percent": 4}] * 2}, "named_twice"),
        ("cycle_plan", {"starts_on": "2026-10-01", "ends_on": "2026-10-01", "goals": None}, ""),
        ("visit", {"starts_on": "2", "ends_on": "1"}, ""),
    ],
)
def test_fields_of_one_row_do_not_contradict_each_other(record: str, row: dict[str, object], code: str) -> None:
    if not code:
        check_row(record, row)
        return
    with pytest.raises(InputError) as refused:
        check_row(record, row)
    assert refused.value.code == code


def test_the_source_of_the_definitions_is_named() -> None:
    assert "Veeva" in (planning.__doc__ or "")
