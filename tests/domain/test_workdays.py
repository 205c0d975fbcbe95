"""Public holidays, make-up days and days off: against the published files where they are here, and by rule."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain import picklists
from crmdesk.domain.public_calendar import published
from crmdesk.domain.workdays import (
    AFTERNOON,
    MORNING,
    WHOLE,
    Absence,
    DayKind,
    capacity,
    closed_because,
    days_between,
    half_days,
    holidays_of,
    week_of,
)

HOLIDAYS = holidays_of(published().values())


@pytest.mark.realdata
def test_the_calendar_is_the_published_one(shared_data: Path) -> None:
    published = sorted((shared_data / "calendar").glob("holiday-cn-*.json"))
    off, worked = set(), set()
    for path in published:
        for day in json.loads(path.read_text("utf-8"))["days"]:
            (off if day["isOffDay"] else worked).add(date.fromisoformat(day["date"]))
    assert set(HOLIDAYS.off) == off
    assert set(HOLIDAYS.worked) == worked
    assert HOLIDAYS.years == {int(path.stem[-4:]) for path in published}


@pytest.mark.parametrize(
    ("day", "kind", "name", "worked"),
    [
        (date(2026, 10, 1), DayKind.HOLIDAY, "national_day", False),
        (date(2026, 10, 10), DayKind.MAKE_UP, "national_day", True),
        (date(2026, 11, 21), DayKind.WEEKEND, "", False),
        (date(2026, 11, 23), DayKind.WORKDAY, "", True),
        (date(2022, 12, 31), DayKind.HOLIDAY, "new_year", False),
    ],
)
def test_what_a_day_is(day: date, kind: DayKind, name: str, worked: bool) -> None:
    assert (HOLIDAYS.kind(day), HOLIDAYS.name(day), HOLIDAYS.is_worked(day)) == (kind, name, worked)


def test_every_holiday_has_words_and_lies_where_it_says() -> None:
    assert {*HOLIDAYS.off.values(), *HOLIDAYS.worked.values()} <= set(picklists.codes("holiday"))
    assert not set(HOLIDAYS.off) & set(HOLIDAYS.worked)
    assert all(day.weekday() >= 5 for day in HOLIDAYS.worked)
    assert HOLIDAYS.unknown_years([date(2026, 5, 1)]) == ()
    assert HOLIDAYS.unknown_years([date(2031, 5, 1), date(2030, 1, 1)]) == (2030, 2031)


def test_days_off_close_the_day_or_half_of_it() -> None:
    monday = date(2026, 11, 23)
    morning = Absence(monday, monday, MORNING)
    assert [closed_because(monday, minute, HOLIDAYS, [morning]) for minute in (540, 749, 750, 900)] == [
        "day_off", "day_off", "", "",
    ]  # fmt: skip
    assert half_days(monday, HOLIDAYS, [morning]) == 1
    assert half_days(monday, HOLIDAYS, [morning, Absence(monday, monday, AFTERNOON)]) == 0
    assert half_days(monday, HOLIDAYS, [Absence(monday - timedelta(9), monday + timedelta(9), WHOLE)]) == 0
    assert closed_because(date(2026, 11, 22), 600, HOLIDAYS, []) == "weekend"
    assert closed_because(date(2026, 10, 1), 600, HOLIDAYS, []) == "holiday"
    week = days_between(monday, monday + timedelta(6))
    assert capacity(week, 7, HOLIDAYS, []) == 35
    assert capacity(week, 7, HOLIDAYS, [morning]) == 31


days = st.dates(date(2022, 1, 1), date(2027, 12, 31))
absences = st.lists(st.builds(Absence, days, days, st.sampled_from([WHOLE, MORNING, AFTERNOON])), max_size=4)


@given(days, absences, st.integers(min_value=1, max_value=40))
def test_absence_never_adds_capacity(day: date, away: list[Absence], per_day: int) -> None:
    week = days_between(week_of(day), week_of(day) + timedelta(6))
    assert week_of(day).weekday() == 0
    assert day in week
    whole = capacity(week, per_day, HOLIDAYS, [])
    assert 0 <= capacity(week, per_day, HOLIDAYS, away) <= whole <= 7 * per_day
    for one in week:
        open_halves = sum(closed_because(one, minute, HOLIDAYS, away) == "" for minute in (600, 900))
        assert half_days(one, HOLIDAYS, away) == open_halves
