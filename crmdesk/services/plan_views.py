"""What the reads about planning return: plain frozen data for the Plan page and the command line."""

from collections.abc import Mapping

import msgspec

from crmdesk.domain.planning import ClassStanding, Standing
from crmdesk.services.views import Row


class DayOff(msgspec.Struct, frozen=True):
    """A stretch of days on which the person is away."""

    id: str
    starts_on: str
    ends_on: str
    part: str
    kind: str
    note: str
    sync_state: str


class PlanDay(msgspec.Struct, frozen=True):
    """One day of the calendar: what it is publicly, the days off that touch it, how many visits fit and are there."""

    date: str
    kind: str  # workday | weekend | holiday | make_up
    holiday: str  # code of the picklist `holiday`, '' for none
    days_off: tuple[DayOff, ...]
    capacity: int
    visits: int


class PlanVisit(msgspec.Struct, frozen=True):
    """One visit of the calendar. `minute` of its local day and `starts_at` are the same instant."""

    id: str
    revision: int
    starts_at: str
    date: str
    minute: int
    duration_min: int
    doctor_ids: tuple[str, ...]
    doctor_names: str
    customer_class: str
    institution_id: str
    institution_name: str
    channel: str
    state: str  # planned | draft | submitted
    counts: str  # actual | scheduled | missed
    sync_state: str


class PlanWeek(msgspec.Struct, frozen=True):
    """A week from Monday on with the person's own visits; `unknown_years` are those without any holidays here."""

    monday: str
    days: tuple[PlanDay, ...]
    visits: tuple[PlanVisit, ...]
    unknown_years: tuple[int, ...] = ()


class CycleView(msgspec.Struct, frozen=True):
    """A cycle plan with what is done, scheduled and left by class (hundredths of a visit); `row` None: there is none.

    `capacity_left` are the visits that still fit into the cycle beside those scheduled by this person.
    """

    row: Row | None = None
    territory_name: str = ""
    week: int = 0
    weeks: int = 0
    classes: tuple[ClassStanding, ...] = ()
    total: ClassStanding | None = None
    workdays_left: int = 0
    capacity_left: int = 0
    unknown_years: tuple[int, ...] = ()  # years of the days left of which no holidays are known
    without_class: int = 0
    above_maximum: int = 0  # doctors whose visits, done and scheduled, go beyond the plan's maximum
    others: tuple[Row, ...] = ()  # further cycle plans that the person may look at, the present one included
    territories: Mapping[str, str] = msgspec.field(default_factory=dict)  # names by id, of these plans


class SuggestionItem(msgspec.Struct, frozen=True):
    """A doctor to visit next, and why."""

    doctor_id: str
    name: str
    customer_class: str
    institution_id: str
    institution_name: str
    department_name: str
    overdue_days: int
    since_days: int | None
    same_hospital: bool
    standing: Standing


class TargetItem(msgspec.Struct, frozen=True):
    """A proposal with what an answer needs: the class's goal, what is done, what was agreed before."""

    id: str
    doctor_id: str
    doctor_name: str
    customer_class: str
    institution_name: str
    owner_name: str
    mine: bool
    class_goal: int
    wanted: int
    agreed: int | None
    grounds: str
    state: str
    pending: str  # an event that this laptop has queued, or ''
    answer: str
    decided_by: str
    decided_at: str
    seen_hash: str
    allowed: frozenset[str]
    standing: Standing
    sync_state: str
    refusal: str = ""


class CalendarExport(msgspec.Struct, frozen=True):
    """What was written into an .ics file."""

    path: str
    events: int
    by: str
    at: str


class LaidOut(msgspec.Struct, frozen=True):
    """What copying or repeating would plan: values for `PlanVisits`, and how many were left out, by reason."""

    visits: tuple[Mapping[str, object], ...] = ()
    skipped: Mapping[str, int] = msgspec.field(default_factory=dict)
