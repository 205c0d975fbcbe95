"""What a manager's laptop says of the team, over a real store: each figure worked out by hand beside it."""

from typing import Any

import pytest

from crmdesk.domain.team_figures import Adherence, Burn, CallBacks, Coverage, Period
from crmdesk.services.commands import CreateRow
from crmdesk.services.customer_filter import NOT_IN_CYCLE, Conditions
from crmdesk.services.team_views import TEAM
from tests.services.small_territory import (
    LI,
    MANAGER,
    OLD_VISIT,
    REP,
    SECOND_REP,
    SUBMITTED_CLAIM,
    TERRITORY,
    WANG,
    ZHANG,
    Laptop,
    an_id,
    claim_values,
    days,
)

EAST = an_id(4)
CYCLE, LAST = an_id(301), an_id(302)
SCOPE = f"t:{TERRITORY}"


def visit(number: int, state: str, starts_at: str, *doctors: str, **more: Any) -> dict[str, Any]:
    return {
        "id": an_id(400 + number), "territory_id": TERRITORY, "owner_id": REP, "state": state, "starts_at": starts_at,
        "doctor_ids": list(doctors), "zone": "Asia/Shanghai", "channel": "face_to_face", "created_at": starts_at,
    } | more  # fmt: skip


def entry(number: int, visit_id: str, at: str, reason: str = "", **changes: list[Any]) -> dict[str, Any]:
    return {
        "id": an_id(500 + number), "parent_record": "visit", "parent_id": visit_id, "at": at, "by_id": REP,
        "action": "edit", "changes": changes, "reason": reason,
    }  # fmt: skip


@pytest.fixture
def laptop(manager_laptop: Laptop) -> Laptop:
    """The manager's laptop with a running and an ended cycle; the region holds one more territory, without a rep."""
    one = manager_laptop
    one.receive("territory", {"id": EAST, "name": "上海二区", "kind": "territory", "parent_id": an_id(1)})
    goals = [{"customer_class": "A", "goal": 2, "maximum": 4}, {"customer_class": "B", "goal": 1}]
    plan = {"territory_id": TERRITORY, "goals": goals, "channel_weights": [{"channel": "phone", "percent": 50}]}
    one.receive(
        "cycle_plan",
        {"id": CYCLE, "name": "第 4 季度", "starts_on": "2026-10-01", "ends_on": "2026-12-31", **plan},
        {"id": LAST, "name": "第 3 季度", "starts_on": "2026-07-01", "ends_on": "2026-09-30", **plan},
        scope=SCOPE,
    )
    return one


def test_who_is_in_the_team_and_which_days_these_are(laptop: Laptop) -> None:
    view = laptop.ask(lambda reads: reads.team(Period.THIS_CYCLE))
    assert [(one.id, one.name, one.vacant, one.shared_with) for one in view.members] == [
        (REP, "张伟", False, ()), (EAST, "上海二区", True, ()),
    ]  # fmt: skip
    assert view.spans == (("2026-10-01", "2026-12-31"),)
    assert (view.plan_names, view.without_plan) == (("第 4 季度",), ("上海二区",))
    assert (view.as_of, view.loading, dict(view.unsent)) == (days(0), False, {})
    last = laptop.ask(lambda reads: reads.team(Period.LAST_CYCLE))
    assert last.plan_names == ("第 3 季度",)
    month = laptop.ask(lambda reads: reads.team(Period.LAST_MONTH))
    assert month.spans == (("2026-10-01", "2026-10-31"),)


def test_two_who_share_a_territory_are_both_there_and_it_counts_once(laptop: Laptop) -> None:
    laptop.receive(
        "assignment", {"id": an_id(98), "user_id": SECOND_REP, "territory_id": TERRITORY, "valid_from": "2026-01-01"}
    )
    view = laptop.ask(lambda reads: reads.team(Period.THIS_CYCLE))
    assert [(one.name, one.shared_with) for one in view.members][:2] == [("刘洋", ("张伟",)), ("张伟", ("刘洋",))]
    reach = laptop.ask(lambda reads: reads.team_reach(Period.THIS_CYCLE))
    assert reach.coverage[TEAM] == reach.coverage[REP] == reach.coverage[SECOND_REP] == Coverage(1, 2)


def test_coverage_and_frequency_are_those_of_the_plan(laptop: Laptop) -> None:
    laptop.receive(
        "visit",
        visit(1, "submitted", days(-2), ZHANG, channel="phone"),
        visit(2, "submitted", days(-2.5), WANG),  # of class C: no plan counts this customer
        visit(3, "submitted", days(-2.2), LI, absent_ids=[LI]),  # invited and not there: not seen
        visit(4, "submitted", days(-70), LI),  # in the cycle before
        scope=SCOPE,
    )
    reach = laptop.ask(lambda reads: reads.team_reach(Period.THIS_CYCLE))
    assert reach.coverage[TEAM] == Coverage(1, 2)
    a, b = reach.classes[REP]
    # Zhang: one visit in full, one by phone for half; one more is planned for today.
    assert (a.customer_class, a.doctors, a.planned, a.actual, a.scheduled) == ("A", 1, 200, 150, 100)
    assert (b.customer_class, b.doctors, b.planned, b.actual) == ("B", 1, 100, 100)
    assert reach.coverage[EAST] == Coverage(0, 0) if EAST in reach.coverage else True
    shown = laptop.ask(lambda reads: reads.plan_cycle()).classes
    assert tuple(shown) == reach.classes[REP], "the same figures as on the Plan page"
    last = laptop.ask(lambda reads: reads.team_reach(Period.LAST_CYCLE))
    assert last.coverage[REP] == Coverage(1, 2)


def test_the_list_behind_coverage_holds_those_who_are_missing(laptop: Laptop) -> None:
    where = Conditions(territories=(TERRITORY,), seen=NOT_IN_CYCLE)
    found = laptop.ask(lambda reads: reads.customer_ids("doctor", where=where))
    coverage = laptop.ask(lambda reads: reads.team_reach(Period.THIS_CYCLE)).coverage[REP]
    assert list(found) == [LI]
    assert len(found) == coverage.counted - coverage.seen


def test_what_became_of_plans_and_how_soon_reports_came(laptop: Laptop) -> None:
    ids = {number: an_id(400 + number) for number in range(1, 7)}
    laptop.receive(
        "visit",
        visit(1, "submitted", days(-2), ZHANG),
        visit(2, "submitted", days(-4), ZHANG),
        visit(3, "submitted", days(-10), LI),
        visit(4, "planned", days(-5), LI),
        visit(5, "submitted", days(-6), LI, created_at=days(-6)),
        visit(6, "planned", days(-5), LI, owner_id=MANAGER),
        scope=SCOPE,
    )
    laptop.receive(
        "audit_entry",
        entry(1, ids[1], days(-2), state=["planned", "submitted"], note=["", "谈了"]),
        entry(2, ids[2], days(-7), "医生改期", starts_at=[days(-6), days(-4)]),
        entry(3, ids[2], days(-3), state=["planned", "submitted"]),
        entry(4, ids[3], days(-9), state=["planned", "draft"], starts_at=[days(-11), days(-10)]),
        entry(5, ids[3], days(-1), state=["draft", "submitted"]),
        entry(6, ids[1], days(-1), "写错了时间", starts_at=[days(-1), days(-2)]),
        scope=SCOPE,
    )
    found = laptop.ask(lambda reads: reads.team_reports(Period.THIS_CYCLE))
    # The old visit (three days ago, made known 30 days ago) and number 5 had no plan; one is planned for today.
    assert found.adherence[REP] == Adherence(on_day=1, moved=1, other_day=1, missed=1, ahead=1, unplanned=2)
    assert found.adherence[TEAM] == Adherence(on_day=1, moved=1, other_day=1, missed=2, ahead=1, unplanned=2)
    soon = found.timeliness[REP]
    assert dict(soon.by_days) == {0: 3, 1: 1, 9: 1}
    assert (soon.in_time, found.limit_days) == (4, 7)
    assert found.last_arrived_at[REP] == days(-1)


def test_budgets_of_the_quarter(laptop: Laptop) -> None:
    money = laptop.ask(lambda reads: reads.team_money(Period.THIS_CYCLE))
    assert money.quarters == ("2026Q4",)
    expected = Burn(10_000_00, 240_00, 1_000_00, 500_00)
    assert (money.burn[REP], money.burn[TEAM], money.categories[REP]) == (expected, expected, (("meal", expected),))
    assert laptop.ask(lambda reads: reads.team_money(Period.LAST_CYCLE)).burn == {}


def test_calls_that_wait_and_calls_that_were_made(laptop: Laptop) -> None:
    settled = an_id(601)
    money = f"m:{TERRITORY}"
    laptop.receive("claim", {"id": SUBMITTED_CLAIM, "state": "to_call_back"}, scope=money)
    laptop.receive("claim", {"id": settled, **claim_values("payable", lines=[])}, scope=money)
    approved = {"action": "approve", "by_id": MANAGER, "parent_record": "claim"}
    change = {"state": ["submitted", "to_call_back"]}
    laptop.receive(
        "audit_entry",
        {"id": an_id(602), "parent_id": SUBMITTED_CLAIM, "at": days(-6), "changes": change, **approved},
        {"id": an_id(603), "parent_id": settled, "at": days(-9), "changes": change, **approved},
        scope=money,
    )
    call = {"territory_id": TERRITORY, "owner_id": MANAGER, "zone": "Asia/Shanghai", "way": "phone"}
    laptop.receive(
        "call_back",
        {"id": an_id(611), "claim_id": settled, "called_at": days(-5), "outcome": "confirmed", **call},
        {"id": an_id(612), "visit_id": OLD_VISIT, "called_at": days(-1), "outcome": "confirmed", **call},
        {"id": an_id(613), "claim_id": SUBMITTED_CLAIM, "called_at": days(-2), "outcome": "not_reached", **call},
        {"id": an_id(614), "claim_id": settled, "called_at": days(-90), "outcome": "disputed", **call},
        scope=money,
    )
    found = laptop.ask(lambda reads: reads.team_money(Period.THIS_CYCLE))
    expected = CallBacks((6,), settled=1, settled_days=(4,), about_visits=1, unanswered=1)
    assert found.call_backs == {TEAM: expected, REP: expected}
    assert found.first_waiting[REP] == SUBMITTED_CLAIM


def test_what_waits_on_this_laptop_is_counted(laptop: Laptop) -> None:
    values = {"doctor_ids": [LI], "starts_at": days(-1), "state": "draft", "territory_id": TERRITORY}
    values["zone"] = "Asia/Shanghai"
    laptop.do(CreateRow("visit", values))
    view = laptop.ask(lambda reads: reads.team(Period.THIS_MONTH))
    assert dict(view.unsent) == {"visit": 1}
    assert view.oldest_unsent_at == days(0)


def test_without_any_plan_months_can_be_looked_at(manager_laptop: Laptop) -> None:
    assert manager_laptop.ask(lambda reads: reads.team(Period.THIS_CYCLE)).spans == ()
    assert manager_laptop.ask(lambda reads: reads.team_reach(Period.THIS_CYCLE)).coverage[TEAM] == Coverage()
    assert manager_laptop.ask(lambda reads: reads.team_reports(Period.THIS_CYCLE)).adherence == {}
    month = manager_laptop.ask(lambda reads: reads.team_reach(Period.THIS_MONTH))
    assert month.coverage[REP] == Coverage(1, 3), "all three have a class"
