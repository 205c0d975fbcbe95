"""Laying out visits: copying a week, repeating a visit, a free time of the day, and whom to visit next."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crmdesk.domain.planning import CREDIT, Standing

STEP_MIN = 15
"""Visits begin on a quarter of an hour."""
DAY_STARTS_MIN, DAY_ENDS_MIN = 9 * 60, 17 * 60 + 30
LUNCH_MIN = (12 * 60, 13 * 60 + 30)
DEFAULT_VISIT_MIN = 30
MAX_REPEATS = 60
CLASS_WEIGHTS = {"A": 6, "B": 3, "C": 2}
NEVER_DAYS = 180
"""A doctor who was never seen counts as not seen for so long."""

Closed = Callable[[date, int], str]
"""Why nobody is visited on a day at a minute: a code, or '' where the time is open."""


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit to be planned: whom, where, by which channel, on which day, from which minute, how long."""

    doctor_ids: tuple[str, ...]
    institution_id: str
    day: date
    minute: int
    duration_min: int
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A visit that was not planned, and why: holiday, weekend, day_off, past or already (planned that day)."""

    visit: PlannedVisit
    why: str


@dataclass(frozen=True, slots=True)
class Laid:
    """What copying or repeating comes to."""

    made: tuple[PlannedVisit, ...]
    skipped: tuple[Skipped, ...] = ()


def copy_week(
    visits: Iterable[PlannedVisit], weeks: int, closed: Closed, present: Iterable[PlannedVisit], today: date
) -> Laid:
    """Return the visits moved by whole weeks, same day and time; `present` are those planned already."""
    moved = [replace(one, day=one.day + timedelta(weeks=weeks)) for one in visits]
    return _laid(moved, closed, present, today)


def repeat(
    visit: PlannedVisit, every_weeks: int, until: date, closed: Closed, present: Iterable[PlannedVisit], today: date
) -> Laid:
    """Return the visit again every so many weeks up to and including `until`, at most MAX_REPEATS times."""
    days = _repeated_days(visit.day, every_weeks, until)
    return _laid([replace(visit, day=day) for day in days], closed, present, today)


def _repeated_days(day: date, every_weeks: int, until: date) -> Iterator[date]:
    for number in range(1, MAX_REPEATS + 1):
        again = day + timedelta(weeks=every_weeks * number)
        if again > until or every_weeks < 1:
            return
        yield again


def _laid(wanted: Iterable[PlannedVisit], closed: Closed, present: Iterable[PlannedVisit], today: date) -> Laid:
    taken = {(doctor, one.day) for one in present for doctor in one.doctor_ids}
    made: list[PlannedVisit] = []
    skipped: list[Skipped] = []
    for one in sorted(wanted, key=lambda visit: (visit.day, visit.minute, visit.doctor_ids)):
        why = _why_not(one, closed, taken, today)
        if why:
            skipped.append(Skipped(one, why))
            continue
        made.append(one)
        taken |= {(doctor, one.day) for doctor in one.doctor_ids}
    return Laid(tuple(made), tuple(skipped))


def _why_not(visit: PlannedVisit, closed: Closed, taken: set[tuple[str, date]], today: date) -> str:
    if visit.day < today:
        return "past"
    why = closed(visit.day, visit.minute)
    if why:
        return why
    already = visit.doctor_ids and all((doctor, visit.day) in taken for doctor in visit.doctor_ids)
    return "already" if already else ""


def free_minute(
    busy: Iterable[tuple[int, int]],
    duration_min: int,
    earliest: int = DAY_STARTS_MIN,
    closed: Callable[[int], str] | None = None,
) -> int | None:
    """Return the first minute of the working day with room for a visit; `busy` holds (begin, end); None where full."""
    spans = sorted([*busy, LUNCH_MIN])
    start = max(DAY_STARTS_MIN, -(-earliest // STEP_MIN) * STEP_MIN)
    for minute in range(start, DAY_ENDS_MIN - duration_min + 1, STEP_MIN):
        free = all(minute >= end or minute + duration_min <= begin for begin, end in spans)
        if free and not (closed and closed(minute)):
            return minute
    return None


def snapped(minute: int, duration_min: int = 0) -> int:
    """Return a minute of the day on the nearest quarter of an hour that lies, with the visit, within the day."""
    nearest = (minute + STEP_MIN // 2) // STEP_MIN * STEP_MIN
    return max(0, min(nearest, 24 * 60 - max(duration_min, STEP_MIN)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A doctor who may be suggested: class, main hospital, standing in the cycle, last visit."""

    doctor_id: str
    customer_class: str
    institution_id: str
    standing: Standing
    last_seen: date | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Whom to visit, and why: how many days overdue, whether on the way (`same_hospital`), what is left to schedule."""

    doctor_id: str
    score: int
    overdue_days: int
    since_days: int | None
    same_hospital: bool
    to_schedule: int


def suggest(
    candidates: Iterable[Candidate], cycle_days: int, today: date, on_the_way: Mapping[str, int], limit: int = 20
) -> list[Suggestion]:
    """Return doctors with something left to schedule, best first: overdue x class x same hospital.

    A doctor is due every (cycle / goal) days. Being overdue by that interval doubles the score, twice it triples it …;
    a hospital that is visited anyway (`on_the_way`, hospital id → visits) makes it half as much again.
    """
    found = [one for one in (_suggestion(c, cycle_days, today, on_the_way) for c in candidates) if one is not None]
    found.sort(key=lambda one: (-one.score, one.doctor_id))
    return found[:limit]


def _suggestion(one: Candidate, cycle_days: int, today: date, on_the_way: Mapping[str, int]) -> Suggestion | None:
    if not one.standing.remaining_to_schedule:
        return None
    interval = max(1, cycle_days * CREDIT // one.standing.planned)
    since = (today - one.last_seen).days if one.last_seen else None
    overdue = (NEVER_DAYS if since is None else since) - interval
    late = 100 + 100 * max(0, overdue) // interval
    same = bool(one.institution_id and on_the_way.get(one.institution_id))
    weight = CLASS_WEIGHTS.get(one.customer_class, 1)
    score = weight * min(late, 500) * (150 if same else 100) // 100
    left = one.standing.remaining_to_schedule
    return Suggestion(one.doctor_id, score, max(0, overdue), since, same, left)


def lanes(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return (lane, lanes in all) for each span of a day in the given order, so that overlapping ones stand abreast."""
    order = sorted(range(len(spans)), key=lambda index: (spans[index][0], -spans[index][1], index))
    placed: dict[int, int] = {}
    counts: dict[int, int] = {}
    group: list[int] = []
    ends: list[int] = []
    for index in order:
        begin, end = spans[index]
        if group and begin >= max(ends):
            counts.update(dict.fromkeys(group, len(ends)))
            group, ends = [], []
        lane = next((number for number, until in enumerate(ends) if until <= begin), len(ends))
        ends[lane : lane + 1] = [end]
        placed[index] = lane
        group.append(index)
    counts.update(dict.fromkeys(group, len(ends)))
    return [(placed[index], counts[index]) for index in range(len(spans))]
