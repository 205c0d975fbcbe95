"""Which days are worked: weekends, public holidays, make-up days, and a person's own days off.

The dates of holidays are data, published by the State Council a year at a time: those that come with the program
(`domain.public_calendar`), and over them what a company gave itself, year by year (`domain.company_calendar`). A year
that is not known yet has weekends only, and says so (`Holidays.unknown_years`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

WHOLE, MORNING, AFTERNOON = "whole", "morning", "afternoon"
NOON_MIN = 12 * 60 + 30
"""Minute of the day at which the afternoon begins."""


class DayKind(StrEnum):
    """What a day is by the public calendar."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@dataclass(frozen=True, slots=True)
class Holidays:
    """The public calendar: days off and days worked instead, each with the code of its holiday; years covered."""

    off: Mapping[date, str] = field(default_factory=dict)
    worked: Mapping[date, str] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def kind(self, day: date) -> DayKind:
        """Return what the day is."""
        if day in self.worked:
            return DayKind.MAKE_UP
        if day in self.off:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY

    def name(self, day: date) -> str:
        """Return the code of the holiday that the day is off for or made up for, '' for an ordinary day."""
        return self.worked.get(day) or self.off.get(day, "")

    def is_worked(self, day: date) -> bool:
        """Say whether people work on the day."""
        return self.kind(day) in (DayKind.WORKDAY, DayKind.MAKE_UP)

    def unknown_years(self, days: Iterable[date]) -> tuple[int, ...]:
        """Return the years of these days of which no holidays are known here, in order."""
        return tuple(sorted({day.year for day in days} - self.years))


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What was published for one year, as a whole; it may name days of the December before."""

    year: int
    off: Mapping[date, str] = field(default_factory=dict)
    worked: Mapping[date, str] = field(default_factory=dict)


def read_years(content: Mapping[str, Any]) -> dict[int, CalendarYear]:
    """Return the years of a data file: `years`, and `holidays` with `name`, `off` (first, last) and `work`.

    A holiday belongs to the year of its last day: New Year's Day may begin in December.
    """
    off: dict[int, dict[date, str]] = {year: {} for year in content["years"]}
    worked: dict[int, dict[date, str]] = {year: {} for year in content["years"]}
    for one in content["holidays"]:
        first, last = (date.fromisoformat(text) for text in one["off"])
        off[last.year].update(dict.fromkeys(days_between(first, last), one["name"]))
        worked[last.year].update((date.fromisoformat(text), one["name"]) for text in one["work"])
    return {year: CalendarYear(year, off[year], worked[year]) for year in off}


def holidays_of(years: Iterable[CalendarYear]) -> Holidays:
    """Return the calendar that some years make; where two of them name one day, the later year's notice holds."""
    off: dict[date, str] = {}
    worked: dict[date, str] = {}
    ordered = sorted(years, key=lambda one: one.year)
    for one in ordered:
        for mine, theirs, given in ((off, worked, one.off), (worked, off, one.worked)):
            for day, name in given.items():
                theirs.pop(day, None)
                mine[day] = name
    return Holidays(off, worked, frozenset(one.year for one in ordered))


def days_between(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included; none where `last` comes before."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def week_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Absence:
    """A person's days off, from the first to the last day; `part` of each: whole, morning or afternoon."""

    starts_on: date
    ends_on: date
    part: str = WHOLE

    def covers(self, day: date, minute: int) -> bool:
        """Say whether the person is away at that minute of the day."""
        if not self.starts_on <= day <= self.ends_on:
            return False
        return self.part == WHOLE or (minute < NOON_MIN) == (self.part == MORNING)


def half_days(day: date, holidays: Holidays, absences: Iterable[Absence]) -> int:
    """Return how many halves of the day the person works: 0, 1 or 2."""
    if not holidays.is_worked(day):
        return 0
    away = list(absences)
    return sum(not any(one.covers(day, minute) for one in away) for minute in (NOON_MIN - 1, NOON_MIN))


def closed_because(day: date, minute: int, holidays: Holidays, absences: Iterable[Absence]) -> str:
    """Return why nobody is visited then: 'holiday', 'weekend', 'day_off', or '' where the time is open."""
    if any(one.covers(day, minute) for one in absences):
        return "day_off"
    kind = holidays.kind(day)
    return kind.value if kind in (DayKind.HOLIDAY, DayKind.WEEKEND) else ""


def capacity(days: Iterable[date], per_day: int, holidays: Holidays, absences: Iterable[Absence]) -> int:
    """Return how many visits fit into the days: `per_day` on a whole day, half of it (rounded down) on half a day."""
    away = list(absences)
    return sum(half_days(day, holidays, away) * per_day // 2 for day in days)
