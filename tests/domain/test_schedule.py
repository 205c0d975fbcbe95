"""Copying, repeating, free times, suggestions and lanes."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.planning import Standing
from crmdesk.domain.schedule import (
    DAY_ENDS_MIN,
    DAY_STARTS_MIN,
    LUNCH_MIN,
    MAX_REPEATS,
    STEP_MIN,
    Candidate,
    PlannedVisit,
    copy_week,
    free_minute,
    lanes,
    repeat,
    snapped,
    suggest,
)

MONDAY = date(2026, 11, 23)


def visit(doctor: str, day: date = MONDAY, minute: int = 540, duration: int = 30) -> PlannedVisit:
    return PlannedVisit((doctor,), "h1", day, minute, duration, "face_to_face")


def always_open(_day: date, _minute: int) -> str:
    return ""


def test_a_week_is_copied_but_for_holidays_days_gone_and_what_is_there_already() -> None:
    closed = {MONDAY + timedelta(8): "holiday"}
    week = [visit("a"), visit("b", MONDAY + timedelta(1)), visit("c", MONDAY + timedelta(2)), visit("a", minute=900)]
    there = [visit("c", MONDAY + timedelta(9), 700)]
    laid = copy_week(week, 1, lambda day, _minute: closed.get(day, ""), there, MONDAY)
    assert [(one.doctor_ids, one.day, one.minute) for one in laid.made] == [(("a",), MONDAY + timedelta(7), 540)]
    assert [(one.visit.doctor_ids[0], one.why) for one in laid.skipped] == [
        ("a", "already"), ("b", "holiday"), ("c", "already"),
    ]  # fmt: skip
    past = copy_week(week, -1, always_open, [], MONDAY)
    assert past.made == ()
    assert {one.why for one in past.skipped} == {"past"}


def test_a_visit_repeats_every_so_many_weeks_up_to_the_day_and_not_for_ever() -> None:
    laid = repeat(visit("a"), 2, MONDAY + timedelta(weeks=6), always_open, [], MONDAY)
    assert [one.day for one in laid.made] == [MONDAY + timedelta(weeks=number) for number in (2, 4, 6)]
    assert len(repeat(visit("a"), 1, date(2099, 1, 1), always_open, [], MONDAY).made) == MAX_REPEATS
    assert repeat(visit("a"), 0, date(2099, 1, 1), always_open, [], MONDAY).made == ()


spans = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 240)).map(lambda one: (one[0], min(1440, one[0] + one[1]))),
    max_size=12,
)


@given(spans, st.integers(min_value=5, max_value=240), st.integers(min_value=0, max_value=1439))
def test_a_free_time_is_free(busy: list[tuple[int, int]], duration: int, earliest: int) -> None:
    minute = free_minute(busy, duration, earliest)
    if minute is None:
        return
    assert minute % STEP_MIN == 0
    assert max(DAY_STARTS_MIN, earliest) <= minute
    assert minute + duration <= DAY_ENDS_MIN
    assert all(minute >= end or minute + duration <= begin for begin, end in [*busy, LUNCH_MIN])


def test_an_afternoon_only_day_is_planned_in_the_afternoon() -> None:
    assert free_minute([], 30) == DAY_STARTS_MIN
    assert free_minute([], 30, closed=lambda minute: "day_off" if minute < 750 else "") == LUNCH_MIN[1]
    assert free_minute([(0, 1440)], 30) is None


@given(spans)
def test_no_two_visits_of_a_lane_overlap(busy: list[tuple[int, int]]) -> None:
    placed = lanes(busy)
    assert len(placed) == len(busy)
    for one, (begin, end) in enumerate(busy):
        lane, count = placed[one]
        assert 0 <= lane < count
        for other in range(one):
            overlap = begin < busy[other][1] and busy[other][0] < end
            assert not overlap or placed[other][0] != lane
            assert not overlap or placed[other][1] == count


@given(st.integers(-500, 3000), st.integers(0, 1440))
def test_a_drop_lands_on_a_quarter_within_the_day(minute: int, duration: int) -> None:
    found = snapped(minute, duration)
    assert 0 <= found < 1440
    if 0 <= minute <= 1440 - max(duration, STEP_MIN):
        assert abs(found - minute) <= STEP_MIN
    assert found + max(duration, STEP_MIN) <= 1440 or found == 0


def candidate(name: str, customer_class: str, hospital: str, days_ago: int | None, left: int = 100) -> Candidate:
    seen = None if days_ago is None else MONDAY - timedelta(days_ago)
    return Candidate(name, customer_class, hospital, Standing(400, 400 - left), seen)


def test_suggestions_weigh_overdue_class_and_the_way() -> None:
    some = [
        candidate("a-fresh", "A", "h1", 3),
        candidate("a-late", "A", "h1", 60),
        candidate("a-late-on-the-way", "A", "h2", 60),
        candidate("b-late", "B", "h1", 60),
        candidate("c-never", "C", "h1", None),
        candidate("a-done", "A", "h2", 90, left=0),
    ]
    found = suggest(some, 92, MONDAY, {"h2": 2})
    assert [one.doctor_id for one in found] == ["a-late-on-the-way", "a-late", "c-never", "b-late", "a-fresh"]
    first = found[0]
    assert (first.overdue_days, first.since_days, first.same_hospital, first.to_schedule) == (37, 60, True, 100)
    assert found[2].since_days is None
    assert len(suggest(some, 92, MONDAY, {}, limit=2)) == 2


@given(st.permutations([candidate(f"d{n}", "ABC"[n % 3], f"h{n % 2}", n * 13 if n % 4 else None) for n in range(9)]))
def test_suggestions_do_not_depend_on_the_order_of_the_doctors(some: list[Candidate]) -> None:
    expected = suggest(sorted(some, key=lambda one: one.doctor_id), 92, MONDAY, {"h1": 1})
    assert suggest(some, 92, MONDAY, {"h1": 1}) == expected
