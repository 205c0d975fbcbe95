"""One adverse event written down on two laptops that are offline: after the sync it is one, whole, on both."""

from datetime import timedelta

from crmdesk.domain.clock import to_text, utc_now
from crmdesk.domain.ids import new_id
from crmdesk.services.commands import EditRow, ReportAdverseEvent, SaveVisit, SubmitVisit
from crmdesk.storage import health
from tests.sync.field import Field, ask, do, synced


def test_what_either_laptop_heard_stands_in_one_event_and_nothing_needs_anybody(field: Field) -> None:
    one, two = field.laptop("rep"), field.laptop("rep", "second")
    synced(one)
    visit, began = new_id(), to_text(utc_now() - timedelta(hours=2))
    report = {"doctor_ids": [field.company["north_doctor"]], "starts_at": began, "adverse_event": True}
    do(one, SaveVisit(visit, report | {"adverse_event": None, "note": "来访"}))
    synced(one), synced(two)
    do(one, SubmitVisit(visit, report, heard="皮疹两例"))
    do(two, SubmitVisit(visit, report, heard="头晕，已停药"))
    event = ask(two, lambda reads: reads.adverse_event_of(visit))
    do(two, ReportAdverseEvent(event.row.id, "phone", "药物安全部", ""))
    for laptop in (one, two, one):
        synced(laptop)
    for laptop in (one, two):
        assert ask(laptop, lambda reads: reads.refused()) == []
        assert ask(laptop, lambda reads: reads.waiting()) == []
        (event,) = ask(laptop, lambda reads: reads.adverse_events())
        assert "皮疹两例" in event.row["heard"]
        assert "头晕，已停药" in event.row["heard"]
        assert (event.row["state"], event.row["reported_where"]) == ("open", "药物安全部")
        joined = next(one for one in event.history if one.action == "join")
        first, both = joined.changes["heard"]
        assert (joined.who, event.heard_by) == ("rep", "rep")
        assert first in ("皮疹两例", "头晕，已停药")
        assert both == event.row["heard"]
        assert not [name for one in event.history for name in one.changes if name.startswith("joined_")]
    do(one, ReportAdverseEvent(event.row.id, "mail", "", ""))
    synced(one), synced(two)
    assert ask(two, lambda reads: reads.adverse_events()) == []
    assert all(health.check(laptop.store).sound for laptop in (one, two))


def test_what_was_written_after_a_report_takes_nothing_of_what_it_told(field: Field) -> None:
    """Both wait as one operation; without what the reporter knew, it would close an event with a doctor more in it."""
    one, two = field.laptop("rep"), field.laptop("rep", "second")
    synced(one)
    visit, began = new_id(), to_text(utc_now() - timedelta(hours=2))
    report = {"doctor_ids": [field.company["north_doctor"]], "starts_at": began, "adverse_event": True}
    do(one, SaveVisit(visit, report, heard="皮疹"))
    synced(one), synced(two)
    event = ask(two, lambda reads: reads.adverse_event_of(visit))
    (more,) = field.add_doctors(1)
    synced(one)
    both = sorted([field.company["north_doctor"], more])
    do(one, EditRow("adverse_event", event.row.id, {"doctor_ids": both}, event.row.revision))
    do(two, ReportAdverseEvent(event.row.id, "phone", "药物安全部", ""))
    do(two, SaveVisit(visit, {"note": "又问了一次"}, heard="皮疹，已停药"))
    assert [entry.record for entry in ask(two, lambda reads: reads.waiting())] == ["adverse_event", "visit"]
    for laptop in (one, two, one):
        synced(laptop)
    for laptop in (one, two):
        (event,) = ask(laptop, lambda reads: reads.adverse_events())
        assert (event.row["state"], event.row["doctor_ids"], event.row["heard"]) == ("open", both, "皮疹，已停药")
