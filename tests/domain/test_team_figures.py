"""The figures of a team, worked out by hand: periods, what became of plans, how soon reports came, what is used."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.planning import Counts, Standing, summed, together
from crmdesk.domain.team_figures import (
    Adherence,
    Burn,
    Kept,
    Period,
    Span,
    Step,
    adherence,
    budget_periods,
    burned,
    days_for,
    kept,
    month,
    percent,
    plan_for,
    timeliness,
)

TODAY = date(2026, 11, 20)


def plan(name: str, starts_on: str, ends_on: str) -> dict[str, Any]:
    return {"id": name, "starts_on": starts_on, "ends_on": ends_on}


Q2 = plan("q2", "2026-04-01", "2026-06-30")
Q3 = plan("q3", "2026-07-01", "2026-09-30")
Q4 = plan("q4", "2026-10-01", "2026-12-31")
NEXT = plan("next", "2027-01-01", "2027-03-31")


@pytest.mark.parametrize(
    ("plans", "period", "expected"),
    [
        ((NEXT, Q4, Q3, Q2), Period.THIS_CYCLE, Q4),
        ((NEXT, Q4, Q3, Q2), Period.LAST_CYCLE, Q3),
        ((NEXT, Q4, Q3, Q2), Period.THIS_MONTH, Q4),
        ((NEXT, Q4, Q3, Q2), Period.LAST_MONTH, Q4),
        ((NEXT, Q3, Q2), Period.THIS_CYCLE, None),
        ((NEXT, Q3, Q2), Period.LAST_CYCLE, Q3),
        ((NEXT, Q3, Q2), Period.LAST_MONTH, None),
        ((Q4, plan("newer", "2026-11-01", "2026-12-31")), Period.THIS_CYCLE, plan("newer", "2026-11-01", "2026-12-31")),
        ((), Period.LAST_CYCLE, None),
    ],
)
def test_the_plan_that_counts(plans: tuple[dict[str, Any], ...], period: Period, expected: Any) -> None:
    assert plan_for(plans, period, TODAY) == expected


def test_the_days_of_a_period() -> None:
    assert days_for(Q4, Period.THIS_CYCLE, TODAY) == Span(date(2026, 10, 1), date(2026, 12, 31))
    assert days_for(None, Period.THIS_CYCLE, TODAY) is None
    assert days_for(None, Period.THIS_MONTH, TODAY) == Span(date(2026, 11, 1), date(2026, 11, 30))
    assert days_for(Q4, Period.LAST_MONTH, TODAY) == Span(date(2026, 10, 1), date(2026, 10, 31))
    assert month(date(2026, 1, 31), 1) == Span(date(2025, 12, 1), date(2025, 12, 31))
    assert month(date(2028, 2, 1)) == Span(date(2028, 2, 1), date(2028, 2, 29))


@given(day=st.dates(date(1990, 1, 1), date(2090, 12, 31)), back=st.integers(0, 40))
def test_months_lie_behind_each_other_without_a_gap(day: date, back: int) -> None:
    later, earlier = month(day, back), month(day, back + 1)
    assert (later.first - earlier.last).days == 1
    assert earlier.first.day == 1
    assert month(day).holds(day)


def test_budgets_of_the_quarters_that_a_period_touches() -> None:
    assert budget_periods(Span(date(2026, 10, 1), date(2026, 12, 31))) == ("2026Q4",)
    assert budget_periods(Span(date(2026, 11, 15), date(2027, 1, 2))) == ("2026Q4", "2027Q1")
    assert budget_periods(Span(date(2026, 11, 1), date(2026, 11, 30))) == ("2026Q4",)


REPORTED = Step("planned", "submitted", at="2026-11-19T09:00:00.000Z")
BEGUN = Step("planned", "draft")
HANDED_IN = Step("draft", "submitted")
MOVED = Step("", "", "2026-11-18", "2026-11-19", "医生改期")


@pytest.mark.parametrize(
    ("state", "counts", "steps", "expected"),
    [
        ("submitted", Counts.ACTUAL, (REPORTED,), Kept.ON_DAY),
        ("submitted", Counts.ACTUAL, (BEGUN, HANDED_IN), Kept.ON_DAY),
        ("submitted", Counts.ACTUAL, (MOVED, REPORTED), Kept.MOVED),
        ("submitted", Counts.ACTUAL, (MOVED, BEGUN, HANDED_IN), Kept.MOVED),
        # The report says another day than the plan: nobody gave a reason for that.
        ("submitted", Counts.ACTUAL, (Step("planned", "draft", "2026-11-18", "2026-11-19"), HANDED_IN), Kept.OTHER_DAY),
        ("submitted", Counts.ACTUAL, (BEGUN, Step("", "", "2026-11-18", "2026-11-19"), HANDED_IN), Kept.OTHER_DAY),
        # An amendment of a submitted report has a reason too, and is no move.
        ("submitted", Counts.ACTUAL, (REPORTED, MOVED), Kept.ON_DAY),
        # Another hour of the same day is none.
        ("submitted", Counts.ACTUAL, (Step("", "", "2026-11-19", "2026-11-19", ""), REPORTED), Kept.ON_DAY),
        ("submitted", Counts.ACTUAL, (), None),
        ("submitted", Counts.ACTUAL, (MOVED,), None),  # written down afterwards, then amended
        ("draft", Counts.ACTUAL, (BEGUN,), Kept.ON_DAY),
        ("draft", Counts.ACTUAL, (), None),
        ("planned", Counts.MISSED, (), Kept.MISSED),
        ("planned", Counts.MISSED, (MOVED,), Kept.MISSED),
        ("planned", Counts.SCHEDULED, (MOVED,), Kept.AHEAD),
    ],
)
def test_what_became_of_a_plan(state: str, counts: Counts, steps: tuple[Step, ...], expected: Kept | None) -> None:
    assert kept(state, counts, steps) is expected


@given(found=st.lists(st.sampled_from([None, *Kept])))
def test_each_visit_is_in_one_sum(found: list[Kept | None]) -> None:
    sums = adherence(found)
    assert sums.due + sums.ahead + sums.unplanned == len(found)
    assert sums.on_day == sum(one is Kept.ON_DAY for one in found)


def test_plans_ahead_are_not_judged() -> None:
    assert adherence([Kept.ON_DAY, Kept.MISSED, Kept.AHEAD, None]) == Adherence(
        on_day=1, missed=1, ahead=1, unplanned=1
    )
    assert adherence([Kept.AHEAD]).due == 0


def test_how_soon_reports_came() -> None:
    found = timeliness([(0, True), (0, True), (1, True), (3, True), (9, False), (-1, True)])
    assert found.by_days == {0: 3, 1: 1, 3: 1, 9: 1}
    assert (found.reports, found.in_time, found.median_days) == (6, 5, 0)
    assert [found.within(0, 0), found.within(1, 1), found.within(2, 7), found.within(8)] == [3, 1, 1, 1]
    assert timeliness([(2, True), (4, True)]).median_days == 2
    assert timeliness([]).median_days is None


@given(days=st.lists(st.integers(0, 30), min_size=1))
def test_half_of_the_reports_came_within_the_median(days: list[int]) -> None:
    found = timeliness([(one, True) for one in days])
    middle = found.median_days
    assert middle in days
    assert found.within(0, middle) * 2 >= len(days)
    assert sum(one < middle for one in days) * 2 < len(days)


def test_what_is_used_of_budgets() -> None:
    rows = [
        {"planned_fen": 1000, "reserved_fen": 100, "committed_fen": 200, "spent_fen": 300},
        {"planned_fen": 500, "reserved_fen": None, "committed_fen": 50},
    ]
    assert burned(rows) == Burn(1500, 100, 250, 300)
    assert burned(rows).used_fen == 650
    assert burned([]).used_fen == 0


def test_shares_are_cut_off() -> None:
    assert (percent(199, 200), percent(200, 200), percent(0, 0), percent(1, 3)) == (99, 100, 0, 33)


_STANDINGS = st.builds(Standing, st.integers(0, 900), st.integers(0, 900), st.integers(0, 900))


@given(first=st.lists(_STANDINGS), second=st.lists(_STANDINGS))
def test_two_territories_together_are_their_doctors_together(first: list[Standing], second: list[Standing]) -> None:
    assert together("A", [summed("A", first), summed("A", second)]) == summed("A", [*first, *second])
