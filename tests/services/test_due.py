"""Who is due for a visit: the cycle plan of territory and class says it, a plain rule where there is none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from crmdesk.domain.clock import local_date
from crmdesk.domain.planning import DueDay
from crmdesk.services.commands import PlanVisits
from crmdesk.services.customer_filter import Conditions
from crmdesk.services.due import due_doctors, edge, field_day
from crmdesk.services.due_days import due_days
from crmdesk.services.views import DueReason
from tests.services.small_territory import LI, OTHER_TERRITORY, REP, TERRITORY, WANG, ZHANG, Laptop, an_id, days
from tests.services.test_plans import CYCLE, FRIDAY, plan, receive_cycle, receive_target

ALL = {ZHANG, LI, WANG}


def due(laptop: Laptop) -> set[str]:
    return set(laptop.ask(lambda reads: reads.customer_ids("doctor", where=Conditions(due=("visit",))))) & ALL


def today(laptop: Laptop) -> dict[str, DueReason]:
    view = laptop.ask(lambda reads: reads.not_seen())
    assert {item.id for item in view.items} == set(view.reasons)
    return {one: reason for one, reason in view.reasons.items() if one in ALL}


def day_of(laptop: Laptop, doctor: str) -> DueDay | None:
    (item,) = laptop.ask(lambda reads: reads.customer_items("doctor", [doctor], with_due=True))
    return item.due


def goals(**by_class: int) -> list[dict[str, object]]:
    return [{"customer_class": name, "goal": goal} for name, goal in by_class.items()]


def seen(laptop: Laptop, doctor: str, days_ago: int, number: int = 901, state: str = "submitted") -> None:
    values = {"id": an_id(number), "territory_id": TERRITORY, "owner_id": REP, "state": state, "doctor_ids": [doctor]}
    values |= {"starts_at": days(-days_ago), "zone": "Asia/Shanghai", "channel": "face_to_face"}
    laptop.receive("visit", values, scope=f"t:{TERRITORY}")


def test_days_are_those_of_the_field() -> None:
    """Between midnight and eight in the morning UTC has another date: who was seen then was seen today."""
    today = date(2026, 11, 27)
    for moment, day in (("2026-11-26T15:59:00.000Z", 26), ("2026-11-26T16:00:00.000Z", 27), ("2026-11-27T09:00Z", 27)):
        assert field_day(moment) == date(2026, 11, day)
        assert (moment >= edge(today, 1)) == (day == 27)


def test_without_a_plan_the_plain_rule_holds(laptop: Laptop) -> None:
    assert due(laptop) == {LI}, "class B, never seen; A was seen three days ago, C has no rule"
    assert today(laptop) == {LI: DueReason()}
    choices = laptop.ask(lambda reads: reads.filter_choices("doctor"))
    assert (choices.planned, choices.plain) == (False, True)


def test_with_a_plan_its_goals_and_intervals_hold(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(A=45, C=1))
    assert due(laptop) == {ZHANG, WANG}, "one every two days for A, B has no goal, C was never seen"
    reasons = today(laptop)
    assert reasons[WANG] == DueReason(goal=1, credit=0, interval_days=92)
    choices = laptop.ask(lambda reads: reads.filter_choices("doctor"))
    assert choices.planned


def test_a_goal_that_is_reached_or_scheduled_is_not_due(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(B=1))
    assert due(laptop) == {LI}
    laptop.do(PlanVisits((plan(LI, FRIDAY, 16),)))
    assert due(laptop) == set(), "a visit is scheduled"


def test_what_was_planned_and_never_made_counts_for_nothing(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(B=1))
    seen(laptop, LI, 3, state="planned")
    assert due(laptop) == {LI}


def test_an_agreed_target_goes_before_the_goal_of_the_class(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(B=1))
    receive_target(laptop, state="agreed", agreed=0)
    assert due(laptop) == set()


def test_the_day_a_doctor_becomes_due_is_the_interval(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(B=3))  # 92 days: one every 30
    seen(laptop, LI, 29)
    assert due(laptop) == set()
    seen(laptop, LI, 31)
    assert due(laptop) == {LI}


def test_a_plan_of_another_territory_or_another_time_says_nothing_here(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(C=1), starts_on="2026-01-01", ends_on="2026-03-31")
    assert due(laptop) == {LI}
    laptop.receive(
        "cycle_plan",
        {"id": CYCLE, "territory_id": OTHER_TERRITORY, "starts_on": "2026-10-01", "ends_on": "2026-12-31"},
        scope=f"t:{TERRITORY}",
    )
    assert due(laptop) == {LI}


def test_a_plan_that_arrives_is_seen_at_once(laptop: Laptop) -> None:
    assert due(laptop) == {LI}
    receive_cycle(laptop, goals=goals(C=1))
    assert due(laptop) == {WANG}, "the order that was kept is forgotten with the plan"


@pytest.mark.parametrize("goal", [1, 2, 5, 12, 45, 92, 400])
def test_the_plan_page_and_the_filter_agree(laptop: Laptop, goal: int) -> None:
    receive_cycle(laptop, goals=goals(A=goal, B=goal, C=goal))
    seen(laptop, LI, 20)
    seen(laptop, LI, 50, 902)
    present = local_date(laptop.now).isoformat()
    suggested = {one.doctor_id: one for one in laptop.ask(lambda reads: reads.plan_suggestions(present, limit=100))}
    interval = max(1, 92 // goal)
    wanted = {one for one, item in suggested.items() if item.since_days is None or item.since_days >= interval}
    assert due(laptop) == wanted & ALL


def test_without_a_plan_the_day_is_thirty_after_the_last_visit(laptop: Laptop) -> None:
    seen(laptop, LI, 12)
    assert day_of(laptop, LI) == DueDay("2026-12-08", come=False)
    seen(laptop, ZHANG, 3, 902)
    assert day_of(laptop, WANG) is None, "no rule for class C"
    laptop.receive("doctor", {"id": WANG, "customer_class": "A"}, scope=f"t:{TERRITORY}")
    made = laptop.ask(lambda reads: reads.row("doctor", WANG))
    assert made["customer_class"] == "A"
    never = day_of(laptop, WANG)
    assert never is not None
    assert never.come, "never seen: since it is in the list"
    shown = {item.id: item.due for item in laptop.ask(lambda reads: reads.not_seen()).items}
    assert shown[WANG] == never
    plain = laptop.ask(lambda reads: reads.customer_items("doctor", [LI]))
    assert plain[0].due is None, "nobody asked"


def test_with_a_plan_the_day_is_the_interval_within_the_cycle(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(A=3, B=3, C=1))  # October to December, one every 30 days
    seen(laptop, LI, 12)
    assert day_of(laptop, LI) == DueDay("2026-12-08", come=False)
    assert day_of(laptop, WANG) == DueDay("2026-10-01", come=True), "never seen: since the cycle began"
    seen(laptop, WANG, 200, 902)
    assert day_of(laptop, WANG) == DueDay("2026-10-01", come=True), "the goal is one of this cycle"
    receive_cycle(laptop, goals=goals(B=2))  # one every 46 days, which from the next visit on is after its end
    seen(laptop, LI, 2, 903)
    receive_target(laptop, state="agreed", agreed=4)
    assert day_of(laptop, LI) == DueDay("2026-12-11", come=False), "every 23 days, as was agreed for this doctor"
    receive_cycle(laptop, goals=goals(B=3), ends_on="2026-12-01")  # one every 15 days of 62, with four agreed
    assert day_of(laptop, LI) == DueDay("2026-12-01", come=False), "at the latest on the last day of the cycle"


def test_a_goal_that_is_reached_or_scheduled_has_no_day(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(B=1))
    assert day_of(laptop, LI) == DueDay("2026-10-01", come=True)
    laptop.do(PlanVisits((plan(LI, FRIDAY, 16),)))
    assert day_of(laptop, LI) is None


def test_the_list_is_sorted_by_the_day(laptop: Laptop) -> None:
    receive_cycle(laptop, goals=goals(A=3, B=3, C=3))
    seen(laptop, LI, 12)
    seen(laptop, ZHANG, 5, 902)
    order = laptop.ask(lambda reads: reads.customer_ids("doctor", sort="due"))
    assert [one for one in order if one in ALL] == [WANG, LI, ZHANG]
    seen(laptop, WANG, 1, 903)
    order = laptop.ask(lambda reads: reads.customer_ids("doctor", sort="-due"))
    assert [one for one in order if one in (LI, WANG)] == [WANG, LI], "the order that was kept is forgotten"


@pytest.mark.parametrize("goal", [0, 1, 2, 5, 12, 45, 92, 400])
def test_the_day_and_the_filter_agree_on_every_day(laptop: Laptop, goal: int) -> None:
    if goal:
        receive_cycle(laptop, goals=goals(A=goal, B=goal, C=goal))
    else:
        laptop.receive("doctor", {"id": WANG, "customer_class": "B"}, scope=f"t:{TERRITORY}")
    for number, (doctor, ago) in enumerate([(LI, 20), (LI, 50), (WANG, 28), (ZHANG, 31)]):
        seen(laptop, doctor, ago, 901 + number)

    def both(reads: Any) -> list[tuple[set[str], set[str], set[str]]]:
        found = []
        for ahead in range(-3, 40):
            day = local_date(laptop.now) + timedelta(days=ahead)
            connection, visits = reads._connection, reads._visits
            every = due_days(connection, visits, day, "doctor")
            some = due_days(connection, visits, day, "doctor", sorted(ALL))
            come = [{one for one, item in days.items() if item.come} & ALL for days in (every, some)]
            found.append((set(due_doctors(connection, visits, day)) & ALL, *come))
        return found

    for due_then, of_all, of_some in laptop.ask(both):
        assert due_then == of_all == of_some
