"""What a manager's page says of a team: the periods, and what became of plans, how soon reports came, what is used.

Coverage and frequency are the standings of `crmdesk.domain.planning`, the definitions of the Plan page; here is what
that page does not need. Pure functions; days are those of the zone of a visit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from crmdesk.domain.claims import period_of
from crmdesk.domain.planning import Counts


class Period(StrEnum):
    """The stretch of days that is looked at."""

    THIS_CYCLE = "this_cycle"
    LAST_CYCLE = "last_cycle"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"

    @property
    def by_cycle(self) -> bool:
        """Say whether a cycle plan decides which days these are, so that its goals are meant for them."""
        return self in (Period.THIS_CYCLE, Period.LAST_CYCLE)


class Span(NamedTuple):
    """A stretch of days, both ends in it."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Say whether a day lies in it."""
        return self.first <= day <= self.last


def month(today: date, back: int = 0) -> Span:
    """Return the calendar month so many months before that of a day."""
    number = today.year * 12 + today.month - 1 - back
    following = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return Span(date(number // 12, number % 12 + 1, 1), following - timedelta(days=1))


def span_of(plan: Mapping[str, Any]) -> Span:
    """Return the days of a `cycle_plan` row."""
    return Span(date.fromisoformat(plan["starts_on"]), date.fromisoformat(plan["ends_on"]))


def plan_for(plans: Sequence[Mapping[str, Any]], period: Period, today: date) -> Mapping[str, Any] | None:
    """Return which of the cycle plans of one territory counts in a period, None where there is none.

    In a month that is the plan of its last day that has come; of several at a time the one that began last. The last
    cycle is the one that ended last before the running one began, or before today where none runs.
    """
    by_start = sorted(plans, key=lambda one: (one["starts_on"], one.get("name") or "", one["id"]))
    running = next((one for one in reversed(by_start) if span_of(one).holds(today)), None)
    if period is Period.THIS_CYCLE or period is Period.THIS_MONTH:
        return running
    if period is Period.LAST_MONTH:
        last = month(today, 1).last
        return next((one for one in reversed(by_start) if span_of(one).holds(last)), None)
    before = span_of(running).first if running is not None else today
    ended = [one for one in by_start if span_of(one).last < before]
    return max(ended, key=lambda one: (one["ends_on"], one["starts_on"]), default=None)


def days_for(plan: Mapping[str, Any] | None, period: Period, today: date) -> Span | None:
    """Return the days of a period for a territory with this plan; None for a cycle where there is no plan."""
    if period.by_cycle:
        return span_of(plan) if plan is not None else None
    return month(today, 0 if period is Period.THIS_MONTH else 1)


def budget_periods(span: Span) -> tuple[str, ...]:
    """Return the quarters (`2026Q4`) that a stretch of days touches: budgets are planned by quarter."""
    months = ((span.last.year - span.first.year) * 12 + span.last.month - span.first.month) + 1
    firsts = (month(span.first, -number).first for number in range(months))
    return tuple(dict.fromkeys(period_of(one.isoformat()) for one in firsts))


class Coverage(NamedTuple):
    """How many of the customers that count were seen at least once."""

    seen: int = 0
    counted: int = 0


class Step(NamedTuple):
    """One change of a visit by its trail, oldest first; '' where the change left a thing alone. Days are ISO dates."""

    state_before: str = ""
    state: str = ""
    day_before: str = ""
    day: str = ""
    reason: str = ""
    at: str = ""  # the instant at which it reached the server


class Kept(StrEnum):
    """What became of a visit that had been planned."""

    ON_DAY = "on_day"
    MOVED = "moved"  # to another day with a reason, and made there
    OTHER_DAY = "other_day"  # reported for another day, without a reason
    MISSED = "missed"  # the day passed and no report came
    AHEAD = "ahead"


def kept(state: str, counts: Counts, steps: Iterable[Step]) -> Kept | None:
    """Return what became of a planned visit; None for one that was never planned.

    A change of the day once the report is submitted is an amendment, no move.
    """
    planned, moved, other = state == "planned", False, False
    for step in steps:
        planned = planned or "planned" in (step.state_before, step.state)
        if step.state_before == "submitted":
            break
        if step.day != step.day_before:
            with_reason = bool(step.reason) and not step.state
            moved, other = moved or with_reason, other or not with_reason
        if step.state == "submitted":
            break
    if not planned:
        return None
    if counts is not Counts.ACTUAL:
        return Kept.MISSED if counts is Counts.MISSED else Kept.AHEAD
    if moved:
        return Kept.MOVED
    return Kept.OTHER_DAY if other else Kept.ON_DAY


@dataclass(frozen=True, slots=True)
class Adherence:
    """What became of planned visits, in visits; those still ahead are not judged."""

    on_day: int = 0
    moved: int = 0
    other_day: int = 0
    missed: int = 0
    ahead: int = 0
    unplanned: int = 0  # made without having been planned

    @property
    def due(self) -> int:
        """The planned visits whose day has come."""
        return self.on_day + self.moved + self.other_day + self.missed


def adherence(found: Iterable[Kept | None]) -> Adherence:
    """Return the sums of what `kept` says of visits; None counts as made without a plan."""
    count = Counter(found)
    return Adherence(**{one.value: count[one] for one in Kept}, unplanned=count[None])


@dataclass(frozen=True, slots=True)
class Timeliness:
    """How many days after the visit its report reached the server: reports by days, and how many were in time."""

    by_days: Mapping[int, int]
    in_time: int = 0

    @property
    def reports(self) -> int:
        """All reports."""
        return sum(self.by_days.values())

    @property
    def median_days(self) -> int | None:
        """The days within which at least half of the reports came; None where there is none."""
        passed = 0
        for days in sorted(self.by_days):
            passed += self.by_days[days]
            if passed * 2 >= self.reports:
                return days
        return None

    def within(self, first: int, last: int | None = None) -> int:
        """Return the reports that came `first` to `last` days after the visit, or later where there is no last."""
        return sum(count for days, count in self.by_days.items() if first <= days and (last is None or days <= last))


def timeliness(reports: Iterable[tuple[int, bool]]) -> Timeliness:
    """Return the sums over (days, in time) of reports; one that reached the server before its visit took no day."""
    some = [(max(0, days), in_time) for days, in_time in reports]
    return Timeliness(Counter(days for days, _ in some), sum(in_time for _, in_time in some))


class Burn(NamedTuple):
    """What of budgets is used, in fen."""

    planned_fen: int = 0
    reserved_fen: int = 0
    committed_fen: int = 0
    spent_fen: int = 0

    @property
    def used_fen(self) -> int:
        """Reserved, approved and paid: what no other claim can take."""
        return self.reserved_fen + self.committed_fen + self.spent_fen


def burned(budgets: Iterable[Mapping[str, Any]]) -> Burn:
    """Return the sums over `budget` rows."""
    some = list(budgets)
    return Burn(*(sum(int(one.get(name) or 0) for one in some) for name in Burn._fields))


@dataclass(frozen=True, slots=True)
class CallBacks:
    """Claims that wait for a call and how long in whole days; calls that settled a claim, and after how long."""

    waiting_days: tuple[int, ...] = ()
    disputed: int = 0
    settled: int = 0
    settled_days: tuple[int, ...] = ()  # of those of which the trail says since when they waited
    about_visits: int = 0  # calls about visits alone, for which nothing waited
    unanswered: int = 0  # nobody reached, or nothing said: what it was about keeps waiting


def percent(part: int, whole: int) -> int:
    """Return a share in whole percent, cut off: 199 of 200 are not all; 0 of nothing is 0."""
    return part * 100 // whole if whole else 0
