"""Reads about planning: the week, what copying and repeating would plan, what the calendar file holds."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from crmdesk.domain import schedule
from crmdesk.domain.clock import DEFAULT_ZONE, at_minute, from_text
from crmdesk.domain.errors import InputError
from crmdesk.domain.planning import counts_as
from crmdesk.domain.schedule import DEFAULT_VISIT_MIN, Laid, PlannedVisit
from crmdesk.domain.workdays import Absence, Holidays, closed_because, days_between, half_days, week_of
from crmdesk.services import shown
from crmdesk.services.calendar_data import holidays
from crmdesk.services.plan_views import DayOff, LaidOut, PlanDay, PlanVisit, PlanWeek
from crmdesk.services.reads_visits import VisitReads
from crmdesk.services.shown import Values
from crmdesk.services.views import Row

VISITS_A_DAY = 8
"""The capacity of a day where no cycle plan says otherwise."""
_ZONE = ZoneInfo(DEFAULT_ZONE)


class PlanReads(VisitReads):
    """What the calendar of the Plan page asks. Days and minutes are those of the field (Asia/Shanghai)."""

    def plan_week(self, day: str = "", owner_id: str = "") -> PlanWeek:
        """Return the week that holds the day ('' for today) with visits and days off, own ones or somebody else's.

        Of others there is what this laptop holds: a manager's holds the whole region.
        """
        monday = week_of(as_date(day) if day else self._today)
        days = days_between(monday, monday + timedelta(days=6))
        visits = self._calendar_visits(days[0], days[-1], owner_id)
        off = self.days_off(days[0], days[-1], owner_id)
        per_day = self._visits_a_day(monday)
        count = Counter(one.date for one in visits)
        return PlanWeek(
            monday=monday.isoformat(),
            days=tuple(self._plan_day(one, off, per_day, count[one.isoformat()]) for one in days),
            visits=tuple(visits),
            unknown_years=self._holidays.unknown_years(days),
        )

    @cached_property
    def _holidays(self) -> Holidays:
        return holidays(self._connection)

    def plan_today(self) -> str:
        """Return the present day of the field."""
        return self._today.isoformat()

    def _plan_day(self, day: date, off: Sequence[DayOff], per_day: int, visits: int) -> PlanDay:
        known, text = self._holidays, day.isoformat()
        halves = half_days(day, known, _absences(off))
        touching = tuple(one for one in off if one.starts_on <= text <= one.ends_on)
        return PlanDay(text, known.kind(day).value, known.name(day), touching, halves * per_day // 2, visits)

    def plan_people(self) -> list[tuple[str, str]]:
        """Return (id, name) of the representatives who work today in the person's territories, by name."""
        return list(dict.fromkeys((user_id, name) for user_id, name, _territory_id in self._at_work()))

    def _at_work(self) -> list[tuple[str, str, str]]:
        """Return (id, name, territory id) of the representatives of the person's territories today, by name."""
        marks, params = shown.in_list(self._person.territory_ids)
        rows = self._fetch(
            "SELECT DISTINCT u.id, u.name, a.territory_id FROM row_assignment a JOIN row_user u ON u.id = a.user_id"
            " WHERE a.deleted = 0 AND u.deleted = 0 AND u.role = 'rep' AND a.valid_from <= :day"
            f" AND coalesce(nullif(a.valid_to, ''), '9999') >= :day AND a.territory_id IN ({marks})"
            " ORDER BY u.name, u.id, a.territory_id",
            {**params, "day": self._today.isoformat()},
        )
        return [(row["id"], str(row["name"]), row["territory_id"]) for row in rows]

    def days_off(self, first: date, last: date, owner_id: str = "") -> list[DayOff]:
        """Return the days off of a person ('' for the own ones) that touch a stretch of days."""
        rows = shown.select(
            self._connection,
            "day_off",
            "AND r.owner_id = :me AND r.starts_on <= :last AND r.ends_on >= :first ORDER BY r.starts_on, r.id",
            {"me": owner_id or self._person.user_id, "first": first.isoformat(), "last": last.isoformat()},
        )
        return [
            DayOff(
                row["id"], row["starts_on"], row["ends_on"], row["part"], row["kind"], row["note"] or "",
                self._sync_state("day_off", row),
            )
            for row in rows
        ]  # fmt: skip

    def plan_copy(self, from_day: str, weeks: int) -> LaidOut:
        """Return what copying the week of a day by so many weeks would plan."""
        monday = week_of(as_date(from_day))
        source = self._calendar_visits(monday, monday + timedelta(days=6))
        goal = monday + timedelta(weeks=weeks)
        return self._laid_out(
            lambda closed, present: schedule.copy_week(_planned(source), weeks, closed, present, self._today),
            goal,
            goal + timedelta(days=6),
        )

    def plan_repeat(self, visit_id: str, every_weeks: int, until: str) -> LaidOut:
        """Return what repeating a visit every so many weeks up to a day would plan."""
        last = as_date(until)
        row = self.row("visit", visit_id)
        (one,) = self._as_plan_visits([dict(row.values) | {"id": row.id, "revision": row.revision}])
        visit = _planned([one])[0]
        return self._laid_out(
            lambda closed, present: schedule.repeat(visit, every_weeks, last, closed, present, self._today),
            visit.day,
            last,
        )

    def _laid_out(self, lay: Callable[[schedule.Closed, list[PlannedVisit]], Laid], first: date, last: date) -> LaidOut:
        away = _absences(self.days_off(first, last))
        laid = lay(
            lambda day, minute: closed_because(day, minute, self._holidays, away),
            _planned(self._calendar_visits(first, last)),
        )
        return LaidOut(tuple(values_of(one) for one in laid.made), Counter(one.why for one in laid.skipped))

    def plan_slot(self, day: str, doctor_id: str, duration_min: int = DEFAULT_VISIT_MIN) -> dict[str, Any]:
        """Return values for `PlanVisits` that put a doctor into the first free time of a day.

        Raises InputError('day_full'), or 'day_closed' for a holiday, a weekend or a day off.
        """
        wanted = as_date(day)
        away = _absences(self.days_off(wanted, wanted))

        def closed(minute: int) -> str:
            return closed_because(wanted, minute, self._holidays, away)

        minute = self.plan_minute(day, duration_min, closed)
        if minute is None:
            raise InputError("day_closed" if closed(9 * 60) and closed(15 * 60) else "day_full", day=day)
        return self.plan_values(doctor_id, day, minute, duration_min)

    def plan_minute(
        self, day: str, duration_min: int = DEFAULT_VISIT_MIN, closed: Callable[[int], str] | None = None
    ) -> int | None:
        """Return the first minute of a day, of today to come, with room beside the own visits; None where it is full.

        `closed` says why nobody is visited at a minute; without it the person who chose the day knows.
        """
        wanted, now = as_date(day), self._clock().astimezone(_ZONE)
        earliest = now.hour * 60 + now.minute if wanted == now.date() else 0
        busy = [(one.minute, one.minute + one.duration_min) for one in self._calendar_visits(wanted, wanted)]
        return schedule.free_minute(busy, duration_min, earliest, closed)

    def plan_values(
        self, doctor_id: str, day: str, minute: int, duration_min: int = DEFAULT_VISIT_MIN
    ) -> dict[str, Any]:
        """Return values for `PlanVisits`: a doctor at the main hospital, at a minute of a day."""
        place = self._main_hospitals([doctor_id]).get(doctor_id, "")
        channel = self.row("doctor", doctor_id)["preferred_channel"] or "face_to_face"
        return values_of(PlannedVisit((doctor_id,), place, as_date(day), minute, duration_min, channel))

    def _visits_a_day(self, day: date) -> int:
        plans = self.cycle_plans(day)
        return int((plans[0]["visits_per_day"] if plans else None) or VISITS_A_DAY)

    def cycle_plans(self, day: date | None = None) -> list[Row]:
        """Return the cycle plans of the person's territories (of a day, or all), the main territory's newest first."""
        rows = shown.select(self._connection, "cycle_plan", "ORDER BY r.starts_on DESC, r.name, r.id")
        own = {one: place for place, one in enumerate(self._person.territory_ids)}
        mine = [row for row in rows if row["territory_id"] in own]
        if day is not None:
            text = day.isoformat()
            mine = [row for row in mine if row["starts_on"] <= text <= row["ends_on"]]
        mine.sort(key=lambda row: own[row["territory_id"]])
        return [self._as_row("cycle_plan", row) for row in mine]

    def plan_visits_between(self, first: date, last: date) -> list[PlanVisit]:
        """Return the person's own visits of a stretch of days, in order of time."""
        return self._calendar_visits(first, last)

    def _calendar_visits(self, first: date, last: date, owner_id: str = "") -> list[PlanVisit]:
        owner = owner_id or self._person.user_id
        rows = shown.select(
            self._connection,
            "visit",
            "AND +r.owner_id = :me AND r.starts_at >= :low AND r.starts_at < :high ORDER BY r.starts_at, r.id",
            {"me": owner, "low": at_minute(first, 0), "high": at_minute(last + timedelta(days=1), 0)},
        )
        return self._as_plan_visits(rows)

    def _as_plan_visits(self, rows: Sequence[Values]) -> list[PlanVisit]:
        ids = sorted({one for row in rows for one in row.get("doctor_ids") or ()})
        doctors = self._brief("doctor", ids, "name, customer_class")
        names = {one: str(row["name"] or "") for one, row in doctors.items()}
        places = self._names("institution", (row.get("institution_id") for row in rows))
        now = self._clock()
        day_begins = datetime.combine(self._today, time(0), _ZONE)
        found = []
        for row in rows:
            self._as_row("visit", row)  # notes what was seen, for a later edit
            starts = from_text(row["starts_at"])
            local = starts.astimezone(_ZONE)
            first = (row.get("doctor_ids") or [""])[0]
            found.append(
                PlanVisit(
                    id=row["id"],
                    revision=row["revision"],
                    starts_at=row["starts_at"],
                    date=local.date().isoformat(),
                    minute=local.hour * 60 + local.minute,
                    duration_min=int(row.get("duration_min") or DEFAULT_VISIT_MIN),
                    doctor_ids=tuple(row.get("doctor_ids") or ()),
                    doctor_names=self._doctors_named(row.get("doctor_ids") or (), names),
                    customer_class=str(doctors.get(first, {}).get("customer_class") or ""),
                    institution_id=row.get("institution_id") or "",
                    institution_name=places.get(row.get("institution_id") or "", ""),
                    channel=row.get("channel") or "",
                    state=row["state"],
                    counts=counts_as(row["state"], starts, now, day_begins).value,
                    sync_state=self._sync_state("visit", row),
                )
            )
        return found

    def _main_hospitals(self, doctor_ids: Sequence[str]) -> dict[str, str]:
        """Return the id of each doctor's main institution."""
        found: dict[str, str] = {}
        for start in range(0, len(doctor_ids), 500):
            marks, params = shown.in_list(doctor_ids[start : start + 500])
            rows = self._fetch(
                "SELECT doctor_id, institution_id FROM row_affiliation WHERE deleted = 0"
                f" AND doctor_id IN ({marks}) ORDER BY coalesce(is_primary, 0), id DESC",
                params,
            )
            found.update((row["doctor_id"], row["institution_id"]) for row in rows)
        return found


def as_date(day: str) -> date:
    """Read an ISO date; raises InputError('wrong_kind')."""
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise InputError("wrong_kind", field="starts_on", kind="date") from error


def values_of(visit: PlannedVisit) -> dict[str, Any]:
    """Return a laid out visit as values of a `visit` row."""
    values: dict[str, Any] = {
        "doctor_ids": list(visit.doctor_ids),
        "institution_id": visit.institution_id or None,
        "starts_at": at_minute(visit.day, visit.minute),
        "zone": DEFAULT_ZONE,
        "duration_min": visit.duration_min,
        "channel": visit.channel or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _planned(visits: Iterable[PlanVisit]) -> list[PlannedVisit]:
    return [
        PlannedVisit(
            one.doctor_ids, one.institution_id, date.fromisoformat(one.date), one.minute, one.duration_min, one.channel
        )
        for one in visits
    ]


def _absences(off: Iterable[DayOff]) -> list[Absence]:
    return [Absence(date.fromisoformat(one.starts_on), date.fromisoformat(one.ends_on), one.part) for one in off]
