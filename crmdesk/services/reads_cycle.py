"""Reads about the cycle: what is done, scheduled and left by class, suggestions, targets with their answers."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crmdesk.domain import planning, schedule, targets
from crmdesk.domain.clock import DEFAULT_ZONE, at_minute, from_text, local_date
from crmdesk.domain.planning import Goals, Standing, counts_as, goals_of, summed, with_visit
from crmdesk.domain.schedule import Candidate, Suggestion
from crmdesk.domain.workdays import Absence, capacity, days_between
from crmdesk.services import shown, waiting
from crmdesk.services.plan_views import CycleView, SuggestionItem, TargetItem
from crmdesk.services.reads_plan import VISITS_A_DAY, PlanReads, as_date
from crmdesk.services.shown import Values
from crmdesk.services.target_state import actor_of, allowed_events, effective, own_proposal
from crmdesk.services.views import Row
from crmdesk.services.waiting import queued_commands

_ZONE = ZoneInfo(DEFAULT_ZONE)
_MOST_CANDIDATES = 2000
_LISTED = 500


class Reckoned(NamedTuple):
    """A territory whose standings are asked for: the days whose visits count, and the plan whose goals do."""

    territory_id: str
    first: date
    last: date
    plan: Mapping[str, Any] | None
    plan_id: str = ""


class CycleReads(PlanReads):
    """What stands beside the calendar of the Plan page."""

    def plan_cycle(self, day: str = "", cycle_plan_id: str = "") -> CycleView:
        """Return the cycle plan of a day ('' for today) or of an id, with its figures as of now."""
        wanted = as_date(day) if day else self._today
        plans = self.cycle_plans(wanted)
        row = next((one for one in plans if one.id == cycle_plan_id), plans[0] if plans else None)
        if row is None:
            return CycleView(others=tuple(self.cycle_plans()))
        standings, classes = self._standings(row)
        by_class: dict[str, list[Standing]] = {name: [] for name in goals_of(row.values).by_class}
        for doctor_id, standing in standings.items():
            by_class.setdefault(classes.get(doctor_id, ""), []).append(standing)
        starts, ends = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
        days = days_between(max(starts, self._today), ends)
        return CycleView(
            row=row,
            territory_name=self._names("territory", [row["territory_id"]]).get(row["territory_id"], ""),
            week=(wanted - starts).days // 7 + 1,
            weeks=((ends - starts).days + 7) // 7,
            classes=tuple(summed(name, some) for name, some in by_class.items()),
            total=summed("", standings.values()),
            workdays_left=sum(self._holidays.is_worked(one) for one in days),
            capacity_left=self._capacity_left(row, days),
            unknown_years=self._holidays.unknown_years(days),
            above_maximum=sum(one.above_maximum > 0 for one in standings.values()),
            without_class=self._without_class(row["territory_id"]),
            others=tuple(plans),
            territories=self._names("territory", (one["territory_id"] for one in plans)),
        )

    def own_territories(self) -> list[tuple[str, str]]:
        """Return (id, name) of the person's territories that hold customers, for a new cycle plan."""
        rows = shown.select_ids(self._connection, "territory", self._person.territory_ids)
        own = (rows[one] for one in self._person.territory_ids if one in rows)
        return [(row["id"], str(row["name"])) for row in own if row["kind"] == "territory"]

    def _capacity_left(self, row: Row, days: Sequence[date]) -> int:
        if not days:
            return 0
        off = self.days_off(days[0], days[-1])
        away = [Absence(date.fromisoformat(one.starts_on), date.fromisoformat(one.ends_on), one.part) for one in off]
        fits = capacity(days, int(row["visits_per_day"] or VISITS_A_DAY), self._holidays, away)
        scheduled = self._count(
            "SELECT count(*) FROM row_visit WHERE deleted = 0 AND +owner_id = :me AND state <> 'submitted'"
            " AND starts_at >= :low AND starts_at < :high",
            {
                "me": self._person.user_id,
                "low": at_minute(days[0], 0),
                "high": at_minute(days[-1] + timedelta(days=1), 0),
            },
        )
        return max(0, fits - scheduled)

    def _without_class(self, territory_id: str) -> int:
        return self._count(
            "SELECT count(*) FROM row_doctor WHERE deleted = 0 AND territory_id = :territory"
            " AND coalesce(customer_class, '') = '' AND coalesce(status, '') NOT IN ('left', 'merged')",
            {"territory": territory_id},
        )

    def _standings(self, cycle: Row) -> tuple[dict[str, Standing], dict[str, str]]:
        """Return the standing of each doctor of the plan, and the doctors' classes; worked out once a look."""
        if cycle.id not in self._known_standings:
            self._known_standings[cycle.id] = self._worked_out(cycle)
        return self._known_standings[cycle.id]

    @cached_property
    def _known_standings(self) -> dict[str, tuple[dict[str, Standing], dict[str, str]]]:
        return {}

    def _worked_out(self, cycle: Row) -> tuple[dict[str, Standing], dict[str, str]]:
        days = date.fromisoformat(cycle["starts_on"]), date.fromisoformat(cycle["ends_on"])
        return self._worked_out_for([Reckoned(cycle["territory_id"], *days, cycle.values, cycle.id)])[
            cycle["territory_id"]
        ]

    def _worked_out_for(self, wanted: Sequence[Reckoned]) -> dict[str, tuple[dict[str, Standing], dict[str, str]]]:
        """Return by territory the standing of each customer that counts, and the classes; each territory once.

        The visits of all territories with the same days are read in one go.
        """
        classes = self._classes_in([one.territory_id for one in wanted])
        goals = {one.territory_id: goals_of(one.plan or {}) for one in wanted}
        standings = {
            one.territory_id: self._before_visits(one, goals[one.territory_id], classes[one.territory_id])
            for one in wanted
        }
        for days in dict.fromkeys((one.first, one.last) for one in wanted):
            those = {one.territory_id for one in wanted if (one.first, one.last) == days}
            self._count_visits(*days, {one: (goals[one], standings[one]) for one in those})
        return {one: (standings[one], classes[one]) for one in standings}

    def _classes_in(self, territory_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        marks, params = shown.in_list(territory_ids)
        rows = self._fetch(
            "SELECT id, customer_class, territory_id FROM row_doctor WHERE deleted = 0"
            f" AND territory_id IN ({marks}) AND coalesce(status, '') NOT IN ('left', 'merged')",
            params,
        )
        found: dict[str, dict[str, str]] = {one: {} for one in territory_ids}
        for row in rows:
            found[row["territory_id"]][row["id"]] = row["customer_class"] or ""
        return found

    def _before_visits(self, one: Reckoned, goals: Goals, classes: Mapping[str, str]) -> dict[str, Standing]:
        """Return the standings of the customers that count: by the plan, where there is none by having a class."""
        if one.plan is None:
            return {doctor: Standing() for doctor, name in classes.items() if name}
        agreed = self._agreed(one.plan_id)
        return {
            doctor: goals.planned(name, agreed.get(doctor))
            for doctor, name in classes.items()
            if goals.counts(name, agreed.get(doctor))
        }

    def _count_visits(
        self, first: date, last: date, territories: Mapping[str, tuple[Goals, dict[str, Standing]]]
    ) -> None:
        """Let the visits of each territory count, whoever of its people makes them."""
        now, day_begins = self._clock(), datetime.combine(self._today, time(0), _ZONE)
        marks, params = shown.in_list(list(territories))
        rows = self._fetch(
            "SELECT territory_id, doctor_ids, state, starts_at, channel FROM row_visit WHERE deleted = 0"
            f" AND +territory_id IN ({marks}) AND starts_at >= :low AND starts_at < :high",
            {**params, "low": at_minute(first, 0), "high": at_minute(last + timedelta(days=1), 0)},
        )
        for row in rows:
            goals, standings = territories[row["territory_id"]]
            counts = counts_as(row["state"], from_text(row["starts_at"]), now, day_begins)
            weight = goals.weight(row["channel"])
            for doctor_id in json.loads(row["doctor_ids"] or "[]"):
                if doctor_id in standings:
                    standings[doctor_id] = with_visit(standings[doctor_id], counts, weight)

    def _agreed(self, cycle_plan_id: str) -> dict[str, int]:
        """Return the visits agreed for single doctors; of several answers the newest counts."""
        rows = self._fetch(
            "SELECT doctor_id, agreed FROM row_plan_target WHERE deleted = 0 AND cycle_plan_id = :cycle"
            " AND agreed IS NOT NULL ORDER BY coalesce(decided_at, ''), id",
            {"cycle": cycle_plan_id},
        )
        return {row["doctor_id"]: int(row["agreed"]) for row in rows}

    def plan_suggestions(
        self, day: str, cycle_plan_id: str = "", limit: int = 20, customer_class: str = ""
    ) -> list[SuggestionItem]:
        """Return whom to visit next, of a class or all, best first; hospitals visited on `day` are on the way."""
        wanted = as_date(day)
        plans = self.cycle_plans(wanted)
        cycle = next((one for one in plans if one.id == cycle_plan_id), plans[0] if plans else None)
        if cycle is None:
            return []
        standings, classes = self._standings(cycle)
        on_the_way = Counter(one.institution_id for one in self._calendar_visits(wanted, wanted) if one.institution_id)
        cycle_days = (date.fromisoformat(cycle["ends_on"]) - date.fromisoformat(cycle["starts_on"])).days + 1
        lacking = {
            one: standing
            for one, standing in standings.items()
            if standing.remaining_to_schedule and customer_class in ("", classes.get(one, ""))
        }
        first = self._plannable(lacking, classes, {}, _rough_day)
        best = schedule.suggest(first, cycle_days, wanted, {}, _MOST_CANDIDATES)
        chosen = {one.doctor_id: standings[one.doctor_id] for one in best}
        places = self._main_hospitals(list(chosen))
        near = self._plannable(chosen, classes, places, _local_day)
        found = schedule.suggest(near, cycle_days, wanted, on_the_way, limit)
        return self._suggestion_items(found, standings, classes, places)

    def _plannable(
        self,
        standings: Mapping[str, Standing],
        classes: Mapping[str, str],
        places: Mapping[str, str],
        day_of: Callable[[str], date],
    ) -> Iterable[Candidate]:
        last = self._visits.last_visits_of(self._connection, standings)
        for one, standing in standings.items():
            seen = last.get(one, "")
            day = day_of(seen) if seen else None
            yield Candidate(one, classes.get(one, ""), places.get(one, ""), standing, day)

    def _suggestion_items(
        self,
        found: Sequence[Suggestion],
        standings: Mapping[str, Standing],
        classes: Mapping[str, str],
        places: Mapping[str, str],
    ) -> list[SuggestionItem]:
        ids = [one.doctor_id for one in found]
        names, where = self._names("doctor", ids), self._places(ids)
        return [
            SuggestionItem(
                doctor_id=one.doctor_id,
                name=names.get(one.doctor_id, ""),
                customer_class=classes.get(one.doctor_id, ""),
                institution_id=places.get(one.doctor_id, ""),
                institution_name=where.get(one.doctor_id, ("", ""))[0],
                department_name=where.get(one.doctor_id, ("", ""))[1],
                overdue_days=one.overdue_days,
                since_days=one.since_days,
                same_hospital=one.same_hospital,
                standing=standings[one.doctor_id],
            )
            for one in found
        ]

    def plan_targets(self, cycle_plan_id: str = "") -> list[TargetItem]:
        """Return the proposals of the person's territories (of one cycle, or of all), those waiting first."""
        rows = shown.select(
            self._connection,
            "plan_target",
            "AND (:cycle = '' OR r.cycle_plan_id = :cycle) ORDER BY r.updated_at DESC, r.id LIMIT :limit",
            {"cycle": cycle_plan_id, "limit": _LISTED},
        )
        rows = [row for row in rows if row["territory_id"] in self._person.territory_ids]
        refused = {key: one.code for key, one in waiting.refusals(self._connection, "plan_target").items()}
        cycles = {one.id: one for one in self.cycle_plans()}
        standings: dict[str, dict[str, Standing]] = {
            one: self._standings(cycles[one])[0] for one in {row["cycle_plan_id"] for row in rows} & set(cycles)
        }
        doctors = self._brief("doctor", [row["doctor_id"] for row in rows], "name, customer_class")
        places = self._places([row["doctor_id"] for row in rows])
        items = []
        for row in rows:
            doctor = doctors.get(row["doctor_id"], {})
            goals = goals_of(cycles[row["cycle_plan_id"]].values) if row["cycle_plan_id"] in cycles else Goals({}, {})
            goal = goals.by_class.get(str(doctor.get("customer_class") or ""), (0, 0))[0]
            standing = standings.get(row["cycle_plan_id"], {}).get(row["doctor_id"], Standing(goal * planning.CREDIT))
            place = places.get(row["doctor_id"], ("", ""))[0]
            items.append(self._target_item(row, doctor, place, goal, standing, refused.get(row["id"], "")))
        items.sort(key=lambda one: one.state != "proposed")
        return items

    def own_proposal(self, cycle_plan_id: str, doctor_id: str) -> Row | None:
        """Return the person's own proposal for a doctor in a cycle, the newest of several."""
        row = own_proposal(self._connection, self._person.user_id, cycle_plan_id, doctor_id)
        return None if row is None else self._as_row("plan_target", row)

    def _target_item(
        self, row: Values, doctor: Mapping[str, Any], place: str, goal: int, standing: Standing, refusal: str
    ) -> TargetItem:
        self._as_row("plan_target", row)
        actor = actor_of(self._person, row)
        queued = queued_commands(self._connection, row["id"], "plan_target")
        now = effective(row, queued, actor)
        return TargetItem(
            id=row["id"],
            doctor_id=row["doctor_id"],
            doctor_name=str(doctor.get("name") or ""),
            customer_class=str(doctor.get("customer_class") or ""),
            institution_name=place,
            owner_name=self._name_of(row["owner_id"]),
            mine=row["owner_id"] == self._person.user_id,
            class_goal=goal,
            wanted=int(row["wanted"]),
            agreed=now.get("agreed"),
            grounds=row.get("grounds") or "",
            state=now.get("state") or "proposed",
            pending=queued[-1].command if queued else "",
            answer=now.get("answer") or "",
            decided_by=self._name_of(row.get("decided_by")),
            decided_at=row.get("decided_at") or "",
            seen_hash=str(now.get("content_hash") or ""),
            allowed=allowed_events(now, actor),
            standing=standing,
            sync_state=self._sync_state("plan_target", row),
            refusal=refusal,
        )

    def targets_waiting(self) -> int:
        """Return how many proposals wait for this person's answer."""
        rows = shown.select(self._connection, "plan_target", "AND r.state = 'proposed'")
        return sum(self._awaits_me(row) for row in rows)

    def _awaits_me(self, row: Values) -> bool:
        actor = actor_of(self._person, row)
        now = effective(row, queued_commands(self._connection, row["id"], "plan_target"), actor)
        return targets.Event.ACCEPT.value in allowed_events(now, actor)


def _local_day(moment: str) -> date:
    return local_date(from_text(moment))


def _rough_day(moment: str) -> date:
    """The date in UTC: a day early for what began before eight, good enough to narrow 100,000 doctors down."""
    return date.fromisoformat(moment[:10])
