"""What of a cycle plan is done, scheduled and left, by doctor and by class.

Definitions: Veeva CRM help, 'Cycle Plans' and 'My Schedule': planned calls are the goal; actual calls are
submitted, or saved and not in the future; remaining = max(0, planned - actual); remaining to schedule =
max(0, planned - scheduled - actual). Visits count in hundredths (`CREDIT` is one visit), weighted by their channel.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

CREDIT = 100
"""One visit of full weight."""


class Counts(StrEnum):
    """How a visit counts at a moment."""

    ACTUAL = "actual"
    SCHEDULED = "scheduled"
    MISSED = "missed"  # planned for a day that has passed, and never reported


def counts_as(state: str, starts_at: datetime, now: datetime, day_begins: datetime) -> Counts:
    """Return how a visit counts. `day_begins` is the start of the present day: until its end a plan is kept open."""
    if state == "submitted":
        return Counts.ACTUAL
    if state == "draft":
        return Counts.ACTUAL if starts_at <= now else Counts.SCHEDULED
    return Counts.SCHEDULED if starts_at >= day_begins else Counts.MISSED


class DueDay(NamedTuple):
    """The day (ISO) from which on a customer is due for a visit, and whether it has come."""

    day: str
    come: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one doctor or a sum of doctors stands in a cycle, in hundredths of a visit; `maximum` 0: none set."""

    planned: int = 0
    actual: int = 0
    scheduled: int = 0
    maximum: int = 0

    @property
    def remaining(self) -> int:
        """What the goal still lacks."""
        return max(0, self.planned - self.actual)

    @property
    def remaining_to_schedule(self) -> int:
        """What the goal still lacks and no scheduled visit will bring."""
        return max(0, self.planned - self.scheduled - self.actual)

    @property
    def above_maximum(self) -> int:
        """How far visits done and scheduled go beyond what the plan allows."""
        return max(0, self.actual + self.scheduled - self.maximum) if self.maximum else 0

    @property
    def reached(self) -> bool:
        """Say whether the goal is met."""
        return self.actual >= self.planned


@dataclass(frozen=True, slots=True)
class ClassStanding:
    """The doctors of one class: sums over doctors, so that one doctor's surplus never hides another one's lack."""

    customer_class: str
    doctors: int
    reached: int
    planned: int
    actual: int
    scheduled: int
    remaining: int
    remaining_to_schedule: int


@dataclass(frozen=True, slots=True)
class Goals:
    """The goals of a cycle plan in visits by class: (goal, maximum), and the weight of each channel in percent."""

    by_class: Mapping[str, tuple[int, int]]
    weights: Mapping[str, int]

    def weight(self, channel: str | None) -> int:
        """Return what a visit by this channel counts, in hundredths; a channel that is not named counts in full."""
        return self.weights.get(channel or "", CREDIT)

    def counts(self, customer_class: str, agreed: int | None = None) -> bool:
        """Say whether a doctor counts in the plan: the class has a goal, or visits were agreed for this doctor."""
        return agreed is not None or customer_class in self.by_class

    def planned(self, customer_class: str, agreed: int | None = None) -> Standing:
        """Return the standing of a doctor before any visit: the class's goal, or what was agreed for this doctor."""
        goal, maximum = self.by_class.get(customer_class, (0, 0))
        if agreed is not None:
            goal, maximum = agreed, max(agreed, maximum) if maximum else 0
        return Standing(goal * CREDIT, maximum=maximum * CREDIT)


def goals_of(cycle_plan: Mapping[str, Any]) -> Goals:
    """Return the goals of a `cycle_plan` row."""
    by_class = {
        entry["customer_class"]: (entry["goal"], entry.get("maximum") or 0) for entry in cycle_plan.get("goals") or ()
    }
    weights = {entry["channel"]: entry["percent"] for entry in cycle_plan.get("channel_weights") or ()}
    return Goals(by_class, weights)


def with_visit(standing: Standing, counts: Counts, weight: int) -> Standing:
    """Return the standing after one more visit of this weight."""
    actual = weight if counts is Counts.ACTUAL else 0
    scheduled = weight if counts is Counts.SCHEDULED else 0
    return Standing(standing.planned, standing.actual + actual, standing.scheduled + scheduled, standing.maximum)


def summed(customer_class: str, standings: Iterable[Standing]) -> ClassStanding:
    """Return the sums over the doctors of a class."""
    some = list(standings)
    return ClassStanding(
        customer_class=customer_class,
        doctors=len(some),
        reached=sum(one.reached for one in some),
        planned=sum(one.planned for one in some),
        actual=sum(one.actual for one in some),
        scheduled=sum(one.scheduled for one in some),
        remaining=sum(one.remaining for one in some),
        remaining_to_schedule=sum(one.remaining_to_schedule for one in some),
    )


def together(customer_class: str, parts: Iterable[ClassStanding]) -> ClassStanding:
    """Return the sums of a class over several territories."""
    some = list(parts)
    return ClassStanding(
        customer_class=customer_class,
        doctors=sum(one.doctors for one in some),
        reached=sum(one.reached for one in some),
        planned=sum(one.planned for one in some),
        actual=sum(one.actual for one in some),
        scheduled=sum(one.scheduled for one in some),
        remaining=sum(one.remaining for one in some),
        remaining_to_schedule=sum(one.remaining_to_schedule for one in some),
    )
