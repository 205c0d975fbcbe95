"""Reads about a team: coverage, frequency, plans and reports, budgets, call-backs of the territories held here.

Each read goes once through the visits of its period, by the index of their time; nothing is asked of the server.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crmdesk.domain.call_backs import EVENTS
from crmdesk.domain.claims import Event, State
from crmdesk.domain.clock import DEFAULT_ZONE, at_minute, from_text, local_date
from crmdesk.domain.planning import ClassStanding, Counts, Standing, counts_as, summed, together
from crmdesk.domain.team_figures import (
    Burn,
    CallBacks,
    Coverage,
    Kept,
    Period,
    Span,
    Step,
    adherence,
    budget_periods,
    burned,
    days_for,
    kept,
    plan_for,
    timeliness,
)
from crmdesk.domain.visit_rules import Backdating, too_late
from crmdesk.services import shown
from crmdesk.services.reads_cycle import CycleReads, Reckoned
from crmdesk.services.reads_money import MoneyReads
from crmdesk.services.reads_visits import known_zone
from crmdesk.services.shown import Values
from crmdesk.services.team_views import TEAM, Member, Reach, Reports, TeamMoney, TeamView
from crmdesk.storage import settings

_REPORTED = """
SELECT v.id, v.territory_id, v.owner_id, v.state, v.starts_at, v.zone, v.created_at, v.revision, a.id AS entry, a.at,
 a.reason, json_extract(a.changes, '$.state[0]') AS state_before, json_extract(a.changes, '$.state[1]') AS state_after,
 json_extract(a.changes, '$.starts_at[0]') AS start_before, json_extract(a.changes, '$.starts_at[1]') AS start_after
FROM row_visit v LEFT JOIN row_audit_entry a ON a.parent_id = v.id AND a.parent_record = 'visit' AND a.action = 'edit'
WHERE v.deleted = 0 AND v.starts_at >= :low AND v.starts_at < :high ORDER BY v.starts_at, v.rowid
"""
_SETTLING = frozenset({Event.CALL_BACK_CONFIRMED.value, Event.CALL_BACK_DISPUTED.value})


class _Report(NamedTuple):
    """What one visit says of plans and of reports."""

    owners: tuple[str, ...]
    kept: Kept | None
    counts: bool  # it was made, or was planned
    days: int | None  # until the report arrived; None where it has not
    in_time: bool
    arrived_at: str


class TeamReads(CycleReads, MoneyReads):
    """What the Team page asks."""

    def team(self, period: Period) -> TeamView:
        """Return who is in the team and which days are looked at."""
        waiting = self._fetch("SELECT record, count(*) AS amount, min(made_at) AS oldest FROM outbox GROUP BY record")
        spans = dict.fromkeys(one for one in self._spans(period).values() if one is not None)
        plans = [one for one in self._plans_for(period).values() if one is not None]
        without = [name for one, name in self._team_territories.items() if self._plans_for(period)[one] is None]
        return TeamView(
            period=period,
            members=self._members,
            territories=self._team_territories,
            spans=tuple((one.first.isoformat(), one.last.isoformat()) for one in sorted(spans)),
            plan_names=tuple(dict.fromkeys(str(one["name"]) for one in plans)) if period.by_cycle else (),
            without_plan=tuple(without),
            as_of=settings.meta(self._connection, "last_sync_at"),
            loading=self.loading(),
            unsent={row["record"]: int(row["amount"]) for row in waiting},
            oldest_unsent_at=min((row["oldest"] for row in waiting), default=""),
        )

    # --- who ------------------------------------------------------------------------------------------------------

    @cached_property
    def _team_territories(self) -> dict[str, str]:
        return dict(self.own_territories())

    @cached_property
    def _members(self) -> tuple[Member, ...]:
        """The representatives by name, behind them the territories in which none works today."""
        names: dict[str, str] = {}
        places: dict[str, list[str]] = defaultdict(list)
        people: dict[str, list[str]] = defaultdict(list)
        for user_id, name, territory_id in self._at_work():
            if territory_id in self._team_territories:
                names[user_id] = name
                places[user_id].append(territory_id)
                people[territory_id].append(user_id)
        found = []
        for user_id, name in names.items():
            beside = {one for place in places[user_id] for one in people[place]} - {user_id}
            found.append(Member(user_id, name, tuple(places[user_id]), tuple(sorted(names[one] for one in beside))))
        empty = [one for one in self._team_territories if one not in people]
        found += [Member(one, self._team_territories[one], (one,), vacant=True) for one in empty]
        return tuple(found)

    def _by_member(self, by_territory: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        """Yield (member id, what its territories have), for all together first."""
        yield TEAM, list(by_territory.values())
        for one in self._members:
            yield one.id, [by_territory[place] for place in one.territory_ids if place in by_territory]

    def _owners(self, territory_id: str, owner_id: str) -> tuple[str, ...]:
        """Return under which ids something counts that a person did in a territory."""
        if territory_id not in self._team_territories:
            return ()
        mine = [one.id for one in self._members if one.id == owner_id or (one.vacant and one.id == territory_id)]
        return (TEAM, *mine)

    # --- which days -----------------------------------------------------------------------------------------------

    def _plans_for(self, period: Period) -> dict[str, Mapping[str, Any] | None]:
        plans: dict[str, list[Values]] = {one: [] for one in self._team_territories}
        for row in self._all_plans:
            plans.get(row["territory_id"], []).append(row)
        return {one: plan_for(some, period, self._today) for one, some in plans.items()}

    @cached_property
    def _all_plans(self) -> list[Values]:
        return shown.select(self._connection, "cycle_plan")

    def _spans(self, period: Period) -> dict[str, Span | None]:
        """Return the days of the period by territory; None where they are those of a cycle that nobody planned."""
        return {one: days_for(plan, period, self._today) for one, plan in self._plans_for(period).items()}

    # --- coverage and frequency -----------------------------------------------------------------------------------

    def team_reach(self, period: Period) -> Reach:
        """Return how many of the customers that count were seen, and what is done of the goals by class.

        The standings are those of the Plan page: visits of a territory count whoever of its people makes them.
        """
        plans, spans = self._plans_for(period), self._spans(period)
        wanted = [
            Reckoned(one, *span, plans[one], str((plans[one] or {}).get("id") or ""))
            for one, span in spans.items()
            if span is not None
        ]
        worked_out = self._worked_out_for(wanted)
        covered = {one.territory_id: self._covered(one, worked_out[one.territory_id][0]) for one in wanted}
        classes = {one: _by_class(*found) for one, found in worked_out.items()}
        return Reach(
            coverage={
                member: Coverage(sum(one.seen for one in some), sum(one.counted for one in some))
                for member, some in self._by_member(covered)
            },
            classes={member: _added(some) for member, some in self._by_member(classes)},
        )

    def _covered(self, one: Reckoned, standings: Mapping[str, Standing]) -> Coverage:
        low, high = at_minute(one.first, 0), at_minute(one.last + timedelta(days=1), 0)
        return Coverage(len(self._visits.seen_between(self._connection, standings, low, high)), len(standings))

    # --- plans and reports ----------------------------------------------------------------------------------------

    def team_reports(self, period: Period) -> Reports:
        """Return what became of planned visits and how soon reports came, of those who made the visits.

        A report comes when it reaches the server: that is what the trail says, and what others can know of it.
        """
        by_member: dict[str, list[_Report]] = defaultdict(list)
        for report in self._reports(period):
            for member in report.owners:
                by_member[member].append(report)
        return Reports(
            adherence={member: adherence(one.kept for one in some if one.counts) for member, some in by_member.items()},
            timeliness={
                member: timeliness((one.days, one.in_time) for one in some if one.days is not None)
                for member, some in by_member.items()
            },
            last_arrived_at={
                member: max((one.arrived_at for one in some), default="") for member, some in by_member.items()
            },
            limit_days=self.backdating().days,
        )

    def _reports(self, period: Period) -> Iterator[_Report]:
        spans = {place: span for place, span in self._spans(period).items() if span is not None}
        if not spans:
            return
        low, high = min(one.first for one in spans.values()), max(one.last for one in spans.values())
        params = {"low": at_minute(low, 0), "high": at_minute(high + timedelta(days=1), 0)}
        now, rule = self._clock(), self.backdating()
        day_begins = datetime.combine(self._today, time(0), ZoneInfo(DEFAULT_ZONE))
        bounds = {
            place: (at_minute(span.first, 0), at_minute(span.last + timedelta(days=1), 0))
            for place, span in spans.items()
        }
        found = self._connection.execute(_REPORTED, params).mappings()
        for _id, grouped in groupby(found, key=lambda row: row["id"]):
            lines = list(grouped)
            begins, ends = bounds.get(lines[0]["territory_id"], ("", ""))
            if begins <= lines[0]["starts_at"] < ends:
                yield self._report(lines, now, day_begins, rule)

    def _report(
        self, lines: Sequence[Mapping[str, Any]], now: datetime, day_begins: datetime, rule: Backdating
    ) -> _Report:
        visit = lines[0]
        zone, begun = known_zone(visit["zone"]), from_text(visit["starts_at"])
        steps = _steps(lines, zone)
        counts = counts_as(visit["state"], begun, now, day_begins)
        what = kept(visit["state"], counts, steps)
        arrived, days, in_time = _arrived(visit, steps), None, False
        if arrived:
            moment = from_text(arrived)
            days = (local_date(moment, zone) - local_date(begun, zone)).days
            in_time = not too_late(visit["starts_at"], zone, moment, rule)
        made = what is not None or counts is Counts.ACTUAL
        return _Report(self._owners(visit["territory_id"], visit["owner_id"]), what, made, days, in_time, arrived)

    # --- money ----------------------------------------------------------------------------------------------------

    def team_money(self, period: Period) -> TeamMoney:
        """Return what of the budgets is used, as the server said last, and what became of call-backs."""
        spans = {place: span for place, span in self._spans(period).items() if span is not None}
        quarters = {place: budget_periods(span) for place, span in spans.items()}
        rows = [
            row
            for row in shown.select(self._connection, "budget")
            if row["period"] in quarters.get(row["territory_id"], ())
        ]
        call_backs, first_waiting = self._team_call_backs(spans)
        by_member = {one: self._budgets_of(one, rows) for one in (TEAM, *(one.id for one in self._members))}
        return TeamMoney(
            quarters=tuple(sorted({one for some in quarters.values() for one in some})),
            burn={member: burned(some) for member, some in by_member.items() if some},
            categories={member: _by_category(some) for member, some in by_member.items()},
            call_backs=call_backs,
            first_waiting=first_waiting,
        )

    def _budgets_of(self, member_id: str, rows: Sequence[Values]) -> list[Values]:
        if member_id == TEAM:
            return list(rows)
        places = next(one.territory_ids for one in self._members if one.id == member_id)
        return [row for row in rows if row["territory_id"] in places]

    def _team_call_backs(self, spans: Mapping[str, Span]) -> tuple[dict[str, CallBacks], dict[str, str]]:
        waiting, disputed = self._open_claims()
        done = [row for row in shown.select(self._connection, "call_back") if _called_in(row, spans)]
        about = {row["claim_id"] for row in done if row["claim_id"]}
        since = self._waiting_since({row["id"] for row in waiting} | about)
        claims = shown.select_ids(self._connection, "claim", about)
        visits = shown.select_ids(self._connection, "visit", [row["visit_id"] for row in done if row["visit_id"]])
        found: dict[str, _Calls] = defaultdict(_Calls)
        for row in waiting:
            days = _days_between(since.get(row["id"], row.get("submitted_at") or ""), self._today)
            for member in self._owners(row["territory_id"], row["owner_id"]):
                found[member].waiting.append((days, row["id"]))
        for row in disputed:
            for member in self._owners(row["territory_id"], row["owner_id"]):
                found[member].disputed += 1
        for row in done:
            subject = claims.get(row["claim_id"] or "") or visits.get(row["visit_id"] or "") or {}
            for member in self._owners(row["territory_id"], str(subject.get("owner_id") or "")):
                found[member].take(row, since.get(row["claim_id"] or "", ""))
        return (
            {member: one.sums() for member, one in found.items()},
            {member: max(one.waiting)[1] for member, one in found.items() if one.waiting},
        )

    def _open_claims(self) -> tuple[list[Values], list[Values]]:
        """Return the claims that wait for a call, and those about which somebody has to settle a dispute.

        One about which a call was noted here waits no more, though the server has not answered yet.
        """
        rows = shown.select(
            self._connection,
            "claim",
            "AND r.state IN (:one, :two)",
            {"one": State.TO_CALL_BACK.value, "two": State.DISPUTED.value},
        )
        here = [row for row in rows if self._pending(row["id"]) not in _SETTLING]
        waiting = [row for row in here if row["state"] == State.TO_CALL_BACK]
        return waiting, [row for row in here if row["state"] == State.DISPUTED]

    def _waiting_since(self, claim_ids: Iterable[str]) -> dict[str, str]:
        """Return the instant from which on each claim waited for a call, as its trail says."""
        found: dict[str, str] = {}
        ids = sorted(claim_ids)
        for start in range(0, len(ids), 500):
            marks, params = shown.in_list(ids[start : start + 500])
            rows = self._fetch(
                f"SELECT parent_id, max(at) AS at FROM row_audit_entry WHERE parent_id IN ({marks})"
                " AND parent_record = 'claim' AND json_extract(changes, '$.state[1]') = :waits GROUP BY parent_id",
                {**params, "waits": State.TO_CALL_BACK.value},
            )
            found.update((row["parent_id"], row["at"]) for row in rows)
        return found


class _Calls:
    """What is counted of call-backs while they are gone through."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, str]] = []
        self.disputed = self.settled = self.about_visits = self.unanswered = 0
        self.days: list[int] = []

    def take(self, row: Values, since: str) -> None:
        if row["outcome"] not in EVENTS:
            self.unanswered += 1
        elif not row["claim_id"]:
            self.about_visits += 1
        else:
            self.settled += 1
            if since and since <= row["called_at"]:
                self.days.append(_days_between(since, local_date(from_text(row["called_at"]))))

    def sums(self) -> CallBacks:
        return CallBacks(
            waiting_days=tuple(sorted((days for days, _id in self.waiting), reverse=True)),
            disputed=self.disputed,
            settled=self.settled,
            settled_days=tuple(sorted(self.days)),
            about_visits=self.about_visits,
            unanswered=self.unanswered,
        )


def _by_class(standings: Mapping[str, Standing], classes: Mapping[str, str]) -> list[ClassStanding]:
    sorted_in: dict[str, list[Standing]] = defaultdict(list)
    for doctor_id, standing in standings.items():
        sorted_in[classes.get(doctor_id, "")].append(standing)
    return [summed(name, some) for name, some in sorted(sorted_in.items())]


def _added(territories: Iterable[Sequence[ClassStanding]]) -> tuple[ClassStanding, ...]:
    by_class: dict[str, list[ClassStanding]] = defaultdict(list)
    for one in territories:
        for part in one:
            by_class[part.customer_class].append(part)
    names = sorted(by_class, key=lambda name: (not name, name))
    return tuple(together(name, by_class[name]) for name in names)


def _steps(lines: Sequence[Mapping[str, Any]], zone: str) -> list[Step]:
    """Return the changes of a visit, oldest first."""
    entries = sorted((one for one in lines if one["entry"]), key=lambda one: (one["at"], one["entry"]))
    return [
        Step(
            one["state_before"] or "",
            one["state_after"] or "",
            _day(one["start_before"], zone),
            _day(one["start_after"], zone),
            one["reason"] or "",
            one["at"] or "",
        )
        for one in entries
    ]


def _day(moment: str | None, zone: str) -> str:
    return local_date(from_text(moment), zone).isoformat() if moment else ""


def _arrived(visit: Mapping[str, Any], steps: Iterable[Step]) -> str:
    """Return when the report of a visit reached the server, '' for one that has not."""
    if visit["state"] != State.SUBMITTED or not visit["revision"]:
        return ""
    handed_in = next((one.at for one in steps if one.state == State.SUBMITTED), "")
    return handed_in or str(visit["created_at"] or "")


def _called_in(row: Values, spans: Mapping[str, Span]) -> bool:
    span = spans.get(row["territory_id"])
    return span is not None and span.holds(local_date(from_text(row["called_at"])))


def _days_between(moment: str, day: date) -> int:
    return max(0, (day - local_date(from_text(moment))).days) if moment else 0


def _by_category(rows: Iterable[Values]) -> tuple[tuple[str, Burn], ...]:
    found: dict[str, list[Values]] = defaultdict(list)
    for row in rows:
        found[row["category"]].append(row)
    return tuple((name, burned(some)) for name, some in found.items())
