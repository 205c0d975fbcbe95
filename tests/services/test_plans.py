"""Planning at the desk: the week, sets of visits, moving with a reason, the figures of a cycle, proposals, the file."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import vobject

from crmdesk.domain import targets
from crmdesk.domain.clock import at_minute
from crmdesk.domain.errors import CrmdeskError
from crmdesk.services.calendar_export import export_plan
from crmdesk.services.commands import (
    CreateRow,
    DeleteRow,
    EditRow,
    MoveVisit,
    PlanVisits,
    ProposeTarget,
    TargetCommand,
    Undo,
)
from crmdesk.services.plan_views import PlanWeek, TargetItem
from tests.services.small_territory import (
    HOSPITAL,
    LI,
    MANAGER,
    OLD_VISIT,
    PLANNED_VISIT,
    REP,
    TERRITORY,
    WANG,
    ZHANG,
    Laptop,
    an_id,
    days,
)

CYCLE, TARGET = an_id(201), an_id(211)
MONDAY, FRIDAY, NEXT_MONDAY = "2026-11-16", "2026-11-20", "2026-11-23"


def receive_cycle(laptop: Laptop, **more: Any) -> None:
    goals = [{"customer_class": "A", "goal": 4, "maximum": 6}, {"customer_class": "B", "goal": 2}]
    values = {"id": CYCLE, "territory_id": TERRITORY, "name": "第四季度", "goals": goals, "visits_per_day": 6}
    values |= {"starts_on": "2026-10-01", "ends_on": "2026-12-31"}
    values |= {"channel_weights": [{"channel": "phone", "percent": 50}], **more}
    laptop.receive("cycle_plan", values, scope=f"t:{TERRITORY}")


def receive_target(laptop: Laptop, **more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"id": TARGET, "territory_id": TERRITORY, "owner_id": REP, "cycle_plan_id": CYCLE}
    values |= {"doctor_id": LI, "wanted": 5, "state": "proposed", **more}
    values["content_hash"] = targets.content_hash(values)
    laptop.receive("plan_target", values, scope=f"t:{TERRITORY}")
    return values


def week(laptop: Laptop, day: str = "") -> PlanWeek:
    return laptop.ask(lambda reads: reads.plan_week(day))


def code(laptop: Laptop, command: Any) -> str:
    with pytest.raises(CrmdeskError) as refused:
        laptop.do(command)
    return refused.value.code


def plan(doctor: str, day: str, hour: int = 9) -> Mapping[str, Any]:
    return {
        "doctor_ids": [doctor],
        "institution_id": HOSPITAL,
        "starts_at": at_minute(date.fromisoformat(day), hour * 60),
    }


# --- the calendar ---------------------------------------------------------------------------------------------------


def test_a_week_shows_own_visits_where_they_lie(laptop: Laptop) -> None:
    receive_cycle(laptop)
    found = week(laptop)
    assert (found.monday, len(found.days), found.unknown_years) == (MONDAY, 7, ())
    assert [(one.id, one.date, one.minute, one.counts) for one in found.visits] == [
        (OLD_VISIT, "2026-11-17", 600, "actual"),
        (PLANNED_VISIT, FRIDAY, 14 * 60 + 48, "scheduled"),
    ]
    first = found.visits[0]
    assert (first.doctor_names, first.customer_class, first.institution_name) == ("张三", "A", "上海协和医院")
    assert [one.capacity for one in found.days] == [6, 6, 6, 6, 6, 0, 0]
    assert [one.visits for one in found.days] == [0, 1, 0, 0, 1, 0, 0]


def test_holidays_make_up_days_and_days_off_are_said(laptop: Laptop) -> None:
    values = {"starts_on": "2026-09-29", "ends_on": "2026-09-30", "part": "morning", "kind": "training"}
    made = laptop.do(CreateRow("day_off", values))
    found = week(laptop, "2026-09-30")
    assert [one.kind for one in found.days] == ["workday"] * 3 + ["holiday"] * 4
    assert [one.holiday for one in found.days][3:5] == ["national_day"] * 2
    assert [one.capacity for one in found.days] == [8, 4, 4, 0, 0, 0, 0]
    assert [one.id for one in found.days[1].days_off] == [made.created_id]
    assert [one.kind for one in week(laptop, "2026-10-10").days][5:] == ["make_up", "weekend"]
    assert week(laptop, "2030-12-31").unknown_years == (2030, 2031)
    laptop.do(DeleteRow("day_off", made.created_id))
    assert week(laptop, "2026-09-30").days[1].capacity == 8
    wrong = values | {"ends_on": "2026-09-28"}
    assert code(laptop, CreateRow("day_off", wrong)) == "ends_before_start"


def test_visits_are_planned_all_together_or_not_at_all_and_undone_in_one_step(laptop: Laptop) -> None:
    outcome = laptop.do(PlanVisits((plan(ZHANG, NEXT_MONDAY), plan(LI, "2026-11-24"))))
    found = week(laptop, NEXT_MONDAY).visits
    assert [(one.doctor_names, one.state, one.sync_state) for one in found] == [
        ("张三", "planned", "saved_here"),
        ("李四", "planned", "saved_here"),
    ]
    laptop.do(Undo(outcome.undo_token))
    assert week(laptop, NEXT_MONDAY).visits == ()
    assert code(laptop, PlanVisits((plan(ZHANG, NEXT_MONDAY), plan(LI, "2026-11-19")))) == "in_the_past"
    assert code(laptop, PlanVisits(())) == "nothing_to_plan"
    assert code(laptop, PlanVisits((plan(ZHANG, NEXT_MONDAY),) * 201)) == "too_many_rows"
    assert week(laptop, NEXT_MONDAY).visits == ()


def test_a_visit_moves_within_its_day_freely_and_to_another_day_with_a_reason(laptop: Laptop) -> None:
    day = date.fromisoformat
    laptop.do(MoveVisit(PLANNED_VISIT, at_minute(day(FRIDAY), 900)))
    assert week(laptop).visits[1].minute == 900
    wanted = at_minute(day(NEXT_MONDAY), 600)
    assert code(laptop, MoveVisit(PLANNED_VISIT, wanted)) == "move_reason_missing"
    assert code(laptop, MoveVisit(PLANNED_VISIT, wanted, "  ")) == "move_reason_missing"
    moved = laptop.do(MoveVisit(PLANNED_VISIT, wanted, "医生没空"))
    assert [one.id for one in week(laptop, NEXT_MONDAY).visits] == [PLANNED_VISIT]
    assert laptop.waiting()[-1].reason == "医生没空"
    laptop.do(Undo(moved.undo_token))
    assert week(laptop).visits[1].minute == 900
    assert code(laptop, MoveVisit(PLANNED_VISIT, at_minute(day("2026-11-19"), 600), "x")) == "in_the_past"
    assert code(laptop, MoveVisit(PLANNED_VISIT, "tomorrow", "x")) == "wrong_kind"
    assert code(laptop, MoveVisit(OLD_VISIT, wanted, "x")) == "locked"


def test_a_week_is_copied_without_what_stands_in_the_way(laptop: Laptop) -> None:
    laptop.do(PlanVisits((plan(ZHANG, NEXT_MONDAY), plan(LI, "2026-11-24"), plan(WANG, "2026-11-25", 15))))
    laptop.do(
        CreateRow("day_off", {"starts_on": "2026-12-01", "ends_on": "2026-12-01", "part": "whole", "kind": "leave"})
    )
    laptop.do(PlanVisits((plan(WANG, "2026-12-02"),)))
    laid = laptop.ask(lambda reads: reads.plan_copy(NEXT_MONDAY, 1))
    assert dict(laid.skipped) == {"day_off": 1, "already": 1}
    assert [(one["doctor_ids"], one["starts_at"]) for one in laid.visits] == [
        ([ZHANG], at_minute(date(2026, 11, 30), 540))
    ]
    laptop.do(PlanVisits(laid.visits))
    assert dict(laptop.ask(lambda reads: reads.plan_copy(NEXT_MONDAY, 1)).skipped) == {"day_off": 1, "already": 2}


def test_a_visit_repeats_around_weekends_and_holidays(laptop: Laptop) -> None:
    made = laptop.do(PlanVisits((plan(ZHANG, "2026-12-18"),)))
    laid = laptop.ask(lambda reads: reads.plan_repeat(made.created_id, 2, "2027-01-31"))
    assert [one["starts_at"][:10] for one in laid.visits] == ["2027-01-01", "2027-01-15", "2027-01-29"]
    with pytest.raises(CrmdeskError):
        laptop.ask(lambda reads: reads.plan_repeat(made.created_id, 2, "soon"))


def test_a_free_time_is_found_today_only_from_now_on(laptop: Laptop) -> None:
    today = laptop.ask(lambda reads: reads.plan_slot(FRIDAY, LI))
    assert today["starts_at"] == at_minute(date.fromisoformat(FRIDAY), 600)
    assert (today["institution_id"], today["channel"]) == (HOSPITAL, "face_to_face")
    laptop.do(PlanVisits((plan(ZHANG, NEXT_MONDAY),)))
    monday = laptop.ask(lambda reads: reads.plan_slot(NEXT_MONDAY, LI))
    assert monday["starts_at"] == at_minute(date.fromisoformat(NEXT_MONDAY), 570)
    for day, expected in (("2026-11-21", "day_closed"), ("2026-10-01", "day_closed")):
        with pytest.raises(CrmdeskError) as refused:
            laptop.ask(lambda reads, day=day: reads.plan_slot(day, LI))
        assert refused.value.code == expected


# --- the cycle ------------------------------------------------------------------------------------------------------


def test_the_figures_of_a_cycle_by_class(laptop: Laptop) -> None:
    assert laptop.ask(lambda reads: reads.plan_cycle()).row is None
    receive_cycle(laptop)
    laptop.receive("doctor", {"id": an_id(34), "name": "赵六", "territory_id": TERRITORY}, scope=f"t:{TERRITORY}")
    laptop.do(PlanVisits((plan(LI, NEXT_MONDAY) | {"channel": "phone"},)))
    view = laptop.ask(lambda reads: reads.plan_cycle())
    found = {one.customer_class: one for one in view.classes}
    assert set(found) == {"A", "B"}
    a, b = found["A"], found["B"]
    assert (a.doctors, a.planned, a.actual, a.scheduled, a.remaining, a.remaining_to_schedule) == (
        1,
        400,
        100,
        100,
        300,
        200,
    )
    assert (b.planned, b.actual, b.scheduled, b.remaining, b.remaining_to_schedule) == (200, 0, 50, 200, 150)
    assert view.total is not None
    assert (view.total.planned, view.total.remaining_to_schedule) == (600, 350)
    assert (view.week, view.weeks, view.without_class, view.workdays_left) == (8, 14, 1, 30)
    assert view.capacity_left == 30 * 6 - 2
    laptop.now = laptop.now.replace(day=22)  # what was planned for Friday and never reported is missed
    view = laptop.ask(lambda reads: reads.plan_cycle())
    assert next(one for one in view.classes if one.customer_class == "A").scheduled == 0


def test_what_was_agreed_for_a_doctor_replaces_the_goal_of_the_class(laptop: Laptop) -> None:
    receive_cycle(laptop)
    receive_target(laptop, doctor_id=WANG, agreed=3, state="agreed", decided_at=days(-2))
    view = laptop.ask(lambda reads: reads.plan_cycle())
    assert {one.customer_class: one.planned for one in view.classes} == {"A": 400, "B": 200, "C": 300}
    newer = {"agreed": 0, "state": "agreed", "decided_at": days(-1), "doctor_id": WANG, "wanted": 0}
    receive_target(laptop, id=an_id(212), owner_id=MANAGER, **newer)
    view = laptop.ask(lambda reads: reads.plan_cycle())
    assert {one.customer_class: one.planned for one in view.classes}["C"] == 0


def test_suggestions_name_their_reasons_and_leave_once_scheduled(laptop: Laptop) -> None:
    receive_cycle(laptop)
    found = laptop.ask(lambda reads: reads.plan_suggestions(FRIDAY))
    assert [(one.name, one.same_hospital, one.since_days) for one in found] == [("李四", True, None), ("张三", True, 3)]
    assert found[0].standing.remaining_to_schedule == 200
    laptop.do(PlanVisits((plan(LI, NEXT_MONDAY), plan(LI, "2026-12-07"))))
    assert [one.name for one in laptop.ask(lambda reads: reads.plan_suggestions(FRIDAY))] == ["张三"]
    assert laptop.ask(lambda reads: reads.plan_suggestions("2027-03-01")) == []


def test_suggestions_of_one_class(laptop: Laptop) -> None:
    receive_cycle(laptop)
    found = laptop.ask(lambda reads: reads.plan_suggestions(FRIDAY, customer_class="A"))
    assert [one.name for one in found] == ["张三"]
    assert laptop.ask(lambda reads: reads.plan_suggestions(FRIDAY, customer_class="C")) == []


def test_a_manager_sees_the_week_of_each_representative(manager_laptop: Laptop) -> None:
    assert manager_laptop.ask(lambda reads: reads.plan_people()) == [(REP, "张伟")]
    assert week(manager_laptop).visits == ()
    found = manager_laptop.ask(lambda reads: reads.plan_week("", REP))
    assert [one.id for one in found.visits] == [OLD_VISIT, PLANNED_VISIT]


# --- proposals ------------------------------------------------------------------------------------------------------


def only_target(laptop: Laptop) -> TargetItem:
    (item,) = laptop.ask(lambda reads: reads.plan_targets())
    return item


def test_a_proposal_is_made_changed_and_withdrawn_offline(laptop: Laptop) -> None:
    receive_cycle(laptop)
    made = laptop.do(ProposeTarget(CYCLE, LI, 5, "新指南"))
    item = only_target(laptop)
    assert (item.state, item.wanted, item.agreed, item.class_goal, item.sync_state) == (
        "proposed",
        5,
        None,
        2,
        "saved_here",
    )
    assert (item.doctor_name, item.owner_name, item.mine, item.allowed) == ("李四", "张伟", True, {"withdraw"})
    again = laptop.do(ProposeTarget(CYCLE, LI, 6, "新指南"))
    assert (again.created_id, only_target(laptop).wanted) == (made.created_id, 6)
    laptop.do(TargetCommand(item.id, "withdraw", ""))
    assert laptop.ask(lambda reads: reads.plan_targets()) == []
    assert code(laptop, ProposeTarget(CYCLE, LI, 61)) == "out_of_range"
    assert code(laptop, ProposeTarget(an_id(999), LI, 1)) == "unknown_row"


def test_a_wish_about_an_agreed_target_waits_until_it_is_answered(laptop: Laptop) -> None:
    receive_cycle(laptop)
    receive_target(laptop, agreed=5, state="agreed", decided_by=MANAGER, decided_at=days(-1), answer="好")
    item = only_target(laptop)
    assert (item.state, item.agreed, item.decided_by, item.answer, item.allowed) == (
        "agreed",
        5,
        "李强",
        "好",
        frozenset(),
    )
    assert code(laptop, DeleteRow("plan_target", TARGET)) == "not_in_this_state"
    laptop.do(ProposeTarget(CYCLE, LI, 0, "已转院"))
    item = only_target(laptop)
    assert (item.state, item.agreed, item.wanted, item.allowed) == ("proposed", 5, 0, {"withdraw"})
    assert code(laptop, TargetCommand(TARGET, "accept", item.seen_hash)) == "own_proposal"


def test_a_manager_answers_offline_and_takes_it_back(manager_laptop: Laptop) -> None:
    receive_cycle(manager_laptop)
    seen = receive_target(manager_laptop)["content_hash"]
    assert manager_laptop.ask(lambda reads: reads.targets_waiting()) == 1
    item = only_target(manager_laptop)
    assert (item.allowed, item.seen_hash, item.mine) == ({"accept", "decline"}, seen, False)
    answered = manager_laptop.do(TargetCommand(TARGET, "accept", seen, {"visits": 3, "comment": "先三次"}))
    item = only_target(manager_laptop)
    assert (item.state, item.agreed, item.pending, item.answer) == ("agreed", 3, "accept", "先三次")
    assert manager_laptop.ask(lambda reads: reads.targets_waiting()) == 0
    waiting = manager_laptop.waiting()[-1]
    assert (waiting.command, waiting.args) == ("accept", {"visits": 3, "comment": "先三次", "seen_hash": seen})
    manager_laptop.do(Undo(answered.undo_token))
    assert only_target(manager_laptop).state == "proposed"
    for command, expected in (
        (TargetCommand(TARGET, "decline", seen), "comment_missing"),
        (TargetCommand(TARGET, "decline", "0" * 64, {"comment": "x"}), "changed_since_seen"),
        (TargetCommand(TARGET, "approve", seen), "unknown_event"),
        (TargetCommand(TARGET, "accept", seen, {"money": 1}), "unknown_field"),
        (TargetCommand(TARGET, "accept", seen, {"visits": 99}), "out_of_range"),
        (TargetCommand(an_id(999), "accept", seen), "unknown_row"),
    ):
        assert code(manager_laptop, command) == expected


def test_only_planners_write_cycle_plans(laptop: Laptop) -> None:
    values = {"territory_id": TERRITORY, "name": "Q1", "starts_on": "2027-01-01", "ends_on": "2027-03-31"}
    assert code(laptop, CreateRow("cycle_plan", values)) == "forbidden"


def test_a_manager_makes_a_cycle_plan_with_sound_goals(manager_laptop: Laptop) -> None:
    values = {"territory_id": TERRITORY, "name": "Q1", "starts_on": "2027-01-01", "ends_on": "2027-03-31"}
    bad = values | {"goals": [{"customer_class": "A", "goal": 4, "maximum": 3}]}
    assert code(manager_laptop, CreateRow("cycle_plan", bad)) == "maximum_below_goal"
    manager_laptop.do(CreateRow("cycle_plan", values | {"goals": [{"customer_class": "A", "goal": 4}]}))
    assert [one["name"] for one in manager_laptop.ask(lambda reads: reads.cycle_plans())] == ["Q1"]


# --- the calendar file ----------------------------------------------------------------------------------------------


def test_the_plan_goes_into_a_calendar_file_with_ids_that_stay(laptop: Laptop, tmp_path: Path) -> None:
    laptop.do(
        CreateRow("day_off", {"starts_on": "2026-11-26", "ends_on": "2026-11-27", "part": "whole", "kind": "leave"})
    )
    laptop.do(
        CreateRow("day_off", {"starts_on": "2026-11-23", "ends_on": "2026-11-24", "part": "morning", "kind": "meeting"})
    )
    path = tmp_path / "plan.ics"
    report = export_plan(laptop.desk, path, FRIDAY, "2026-12-31").result(20)
    assert (report.events, report.by) == (4, "rep1")
    events = vobject.readOne(path.read_text("utf-8")).vevent_list
    first = events[0]
    assert (first.uid.value, first.summary.value, first.location.value) == (
        f"{PLANNED_VISIT}@crmdesk",
        "张三",
        "上海协和医院",
    )
    assert at_minute(date(2026, 11, 20), 14 * 60 + 48)[:16].replace("-", "").replace(":", "") in path.read_text("utf-8")
    assert [one.uid.value.endswith("@crmdesk") for one in events] == [True] * 4
    assert len({one.uid.value for one in events}) == 4
    assert path.read_bytes() == path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert list(tmp_path.glob("*.part")) == []
    assert "X-WR-CALDESC:导出人 张伟 (rep1)" in path.read_text("utf-8")


@pytest.mark.parametrize(("language", "names"), [("zh", "张三、李四"), ("en", "张三, 李四")])
def test_the_doctors_of_a_visit_are_joined_in_a_calendar_file_as_the_language_joins_names(
    laptop: Laptop, tmp_path: Path, language: str, names: str
) -> None:
    laptop.do(EditRow("visit", PLANNED_VISIT, {"doctor_ids": [ZHANG, LI]}, 1))
    export_plan(laptop.desk, tmp_path / "plan.ics", FRIDAY, "2026-12-31", language).result(20)
    events = vobject.readOne((tmp_path / "plan.ics").read_text("utf-8")).vevent_list
    assert names in [one.summary.value for one in events]


@pytest.mark.parametrize(
    ("name", "first", "last", "expected"),
    [
        ("plan.txt", FRIDAY, FRIDAY, "calendar_kind"),
        ("plan.ics", FRIDAY, MONDAY, "ends_before_start"),
        ("plan.ics", FRIDAY, "2028-01-01", "too_many_days"),
        ("plan.ics", "soon", FRIDAY, "wrong_kind"),
        ("missing/plan.ics", FRIDAY, FRIDAY, "file_not_written"),
    ],
)
def test_a_calendar_file_that_cannot_be_written_says_why(
    laptop: Laptop, tmp_path: Path, name: str, first: str, last: str, expected: str
) -> None:
    with pytest.raises(CrmdeskError) as refused:
        export_plan(laptop.desk, tmp_path / name, first, last).result(20)
    assert refused.value.code == expected
