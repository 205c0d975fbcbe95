"""An adverse event heard on a visit: its task in the same commit, its clock, reporting it; offline throughout."""

from datetime import timedelta

import pytest

from crmdesk.domain.adverse_events import task_id
from crmdesk.domain.clock import to_text
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.services.commands import (
    DeleteRow,
    EditRow,
    ReportAdverseEvent,
    ResolveConflict,
    SaveVisit,
    SubmitVisit,
    Undo,
)
from tests.services.small_territory import NOW, PLANNED_VISIT, PRODUCT, REP, TERRITORY, ZHANG, Laptop, an_id, days

NEW = an_id(500)
REPORT = {
    "doctor_ids": [ZHANG],
    "starts_at": days(-0.1),
    "products": [{"product_id": PRODUCT, "messages": [], "reaction": "neutral"}],
    "adverse_event": True,
    "note": "皮疹两例",
}
TASK = task_id(NEW)
SCOPE = f"t:{TERRITORY}"


def test_the_report_opens_a_task_with_its_clock(laptop: Laptop) -> None:
    outcome = laptop.do(SubmitVisit(NEW, REPORT))
    assert set(outcome.changed) == {"visit", "adverse_event", "outbox"}
    (item,) = laptop.ask(lambda reads: reads.adverse_events())
    assert (item.row.id, item.visit_id, item.doctor_names, item.product_names) == (TASK, NEW, "张三", ("心安平",))
    assert (item.row["heard_at"], item.row["due_at"]) == (days(-0.1), days(0.9))
    assert (item.row["heard"], item.row["state"], item.row.sync_state) == ("皮疹两例", "open", "saved_here")
    assert laptop.ask(lambda reads: reads.today()).adverse_events == (item,)


@pytest.mark.parametrize("visit_id", [NEW, PLANNED_VISIT])
@pytest.mark.parametrize("saved_before", [False, True])
def test_the_task_is_sent_before_the_report_is_submitted(laptop: Laptop, visit_id: str, saved_before: bool) -> None:
    values = {**REPORT, "starts_at": days(0.2)}
    if saved_before:
        laptop.do(SaveVisit(visit_id, {**values, "adverse_event": None, "note": "先存"}))
    laptop.do(SubmitVisit(visit_id, values))
    sent = [(one.record, one.fields.get("state", (None, None))[1]) for one in laptop.waiting()]
    assert sent[-2:] == [("adverse_event", "open"), ("visit", "submitted")]
    assert ("visit", "submitted") not in sent[:-2]
    task = laptop.ask(lambda reads: reads.adverse_event_of(visit_id))
    assert task is not None
    assert task.row["heard_at"] == to_text(NOW), "a visit planned for later is reported now"


def test_nothing_heard_opens_nothing(laptop: Laptop) -> None:
    laptop.do(SubmitVisit(NEW, {**REPORT, "adverse_event": False}))
    assert laptop.ask(lambda reads: reads.adverse_events()) == []
    assert laptop.ask(lambda reads: reads.adverse_event_of(NEW)) is None


def test_a_report_kept_for_later_has_its_clock_running_already(laptop: Laptop) -> None:
    outcome = laptop.do(SaveVisit(NEW, REPORT, heard="皮疹"))
    assert outcome.undo_token == "", "nothing takes the task away"
    laptop.now += timedelta(hours=5)
    laptop.do(SubmitVisit(NEW, {**REPORT, "note": "改了"}, heard="皮疹，两例"))
    (item,) = laptop.ask(lambda reads: reads.adverse_events())
    assert (item.row["heard"], item.row["heard_at"]) == ("皮疹，两例", days(-0.1))


def test_a_task_is_not_deleted_and_its_clock_not_moved(laptop: Laptop) -> None:
    laptop.do(SubmitVisit(NEW, REPORT))
    with pytest.raises(RefusedError, match="kept"):
        laptop.do(DeleteRow("adverse_event", TASK))
    for name, value in (("due_at", days(9)), ("heard_at", days(9)), ("parent_id", PLANNED_VISIT)):
        with pytest.raises(RefusedError, match="given_once"):
            laptop.do(EditRow("adverse_event", TASK, {name: value}, 0, "写错了"))
    laptop.do(EditRow("adverse_event", TASK, {"heard": "头晕", "due_at": days(0.9)}, 0))
    assert len(laptop.ask(lambda reads: reads.adverse_events())) == 1


def test_it_is_reported_with_how_and_where_and_that_can_be_taken_back(laptop: Laptop) -> None:
    laptop.do(SubmitVisit(NEW, REPORT))
    laptop.now += timedelta(hours=2)
    outcome = laptop.do(ReportAdverseEvent(TASK, "phone", " PV-1 "))
    assert laptop.ask(lambda reads: reads.adverse_events()) == []
    task = laptop.ask(lambda reads: reads.adverse_event_of(NEW))
    assert task is not None
    values = [task.row[name] for name in ("state", "reported_at", "reported_how", "reported_where", "heard")]
    assert values == ["reported", to_text(laptop.now), "phone", "PV-1", "皮疹两例"]
    assert task.row["reported_by"] == REP
    laptop.do(Undo(outcome.undo_token))
    assert [item.row["reported_by"] for item in laptop.ask(lambda reads: reads.adverse_events())] == [None]


@pytest.mark.parametrize(("how", "code"), [("", "required"), ("smoke", "not_in_list")])
def test_how_it_was_reported_is_said(laptop: Laptop, how: str, code: str) -> None:
    laptop.do(SubmitVisit(NEW, REPORT))
    with pytest.raises(InputError, match=code):
        laptop.do(ReportAdverseEvent(TASK, how))
    with pytest.raises(InputError, match="unknown_row"):
        laptop.do(ReportAdverseEvent(an_id(999), "phone"))


def test_a_report_that_is_not_whole_opens_no_task(laptop: Laptop) -> None:
    with pytest.raises(InputError, match="required"):
        laptop.do(SubmitVisit(NEW, {**REPORT, "doctor_ids": []}))
    assert laptop.ask(lambda reads: reads.adverse_events()) == []
    assert laptop.waiting() == []


def test_the_most_pressing_comes_first(laptop: Laptop) -> None:
    for number, day in ((501, -0.1), (502, -2), (503, -1)):
        laptop.do(SubmitVisit(an_id(number), {**REPORT, "starts_at": days(day)}))
    found = laptop.ask(lambda reads: reads.adverse_events())
    assert [item.visit_id for item in found] == [an_id(502), an_id(503), an_id(501)]


def test_what_the_row_may_not_become_is_shown_and_not_offered(laptop: Laptop) -> None:
    """Two people reported one event: what was there before is no report at all."""
    laptop.do(SubmitVisit(NEW, REPORT))
    laptop.do(ReportAdverseEvent(TASK, "phone", "PV-1"))
    kept = {"parent_record": "adverse_event", "parent_id": TASK, "state": "open", "winner_at": days(0)}
    how = {"base_value": {"value": None}, "winner_value": {"value": "phone"}, "loser_value": {"value": "system"}}
    laptop.receive("conflict", {"id": an_id(901), "field": "reported_how", **kept, **how}, scope=SCOPE)
    where = {"base_value": {"value": None}, "winner_value": {"value": "PV-1"}, "loser_value": {"value": "PV-2"}}
    laptop.receive("conflict", {"id": an_id(902), "field": "reported_where", **kept, **where}, scope=SCOPE)
    found = laptop.ask(lambda reads: reads.conflicts())
    assert {one.field: one.choices for one in found if one.row_id == TASK} == {
        "reported_how": ("loser",),
        "reported_where": ("loser", "base"),
    }
    with pytest.raises(InputError, match="required"):
        laptop.do(ResolveConflict(an_id(901), "base"))
    assert len(laptop.ask(lambda reads: reads.conflicts())) == len(found)
    laptop.do(ResolveConflict(an_id(901), "loser"))
    task = laptop.ask(lambda reads: reads.adverse_event_of(NEW))
    assert task is not None
    assert task.row["reported_how"] == "system"
