"""Who is due for a visit: the cycle plan of territory and class says it, a plain rule where there is none."""

from __future__ import annotations

import pytest

from crmdesk.domain.clock import local_date
from crmdesk.services.commands import PlanVisits
from crmdesk.services.customer_filter import Conditions
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


def goals(**by_class: int) -> list[dict[str, object]]:
    return [{"customer_class": name, "goal": goal} for name, goal in by_class.items()]


def seen(laptop: Laptop, doctor: str, days_ago: int, number: int = 901, state: str = "submitted") -> None:
    values = {"id": an_id(number), "territory_id": TERRITORY, "owner_id": REP, "state": state, "doctor_ids": [doctor]}
    values |= {"starts_at": days(-days_ago), "zone": "Asia/Shanghai", "channel": "face_to_face"}
    laptop.receive("visit", values, scope=f"t:{TERRITORY}")


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
