"""Visits and what stays on the laptop: saving, submitting, drafts in the same commit, preferences."""

import pytest

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.visit_rules import MAX_REASON
from crmdesk.services.commands import (
    AmendVisit,
    DeleteRow,
    DiscardDraft,
    GiveUpVisit,
    NoteOpened,
    SaveDraft,
    SaveVisit,
    SetPreference,
    SubmitVisit,
    Undo,
)
from tests.services.small_territory import (
    HOSPITAL,
    OLD_VISIT,
    PLANNED_VISIT,
    PRODUCT,
    REP,
    TERRITORY,
    ZHANG,
    Laptop,
    an_id,
    days,
)

NEW = an_id(500)
REPORT = {
    "doctor_ids": [ZHANG],
    "institution_id": HOSPITAL,
    "starts_at": "2026-11-20T01:30:00.000Z",
    "channel": "face_to_face",
    "products": [{"product_id": PRODUCT, "messages": ["m2", "m1"], "reaction": "positive"}],
    "adverse_event": False,
    "next_step": "送资料",
    "next_step_on": "2026-11-27",
    "note": "很好",
}


def test_a_saved_visit_takes_its_draft_along(laptop: Laptop) -> None:
    laptop.do(SaveDraft(f"visit:{NEW}", {"note": "很"}))
    assert laptop.ask(lambda reads: reads.draft(f"visit:{NEW}")) == {"note": "很"}

    outcome = laptop.do(SaveVisit(NEW, REPORT, f"visit:{NEW}"))

    visit = laptop.ask(lambda reads: reads.visit(NEW))
    assert (visit["owner_id"], visit["territory_id"], visit["state"]) == (REP, TERRITORY, "draft")
    assert visit["products"][0]["messages"] == ["m1", "m2"]
    assert laptop.ask(lambda reads: reads.draft(f"visit:{NEW}")) is None
    assert {"visit", "draft", "outbox"} <= set(outcome.changed)


def test_a_report_whose_visit_was_deleted_meanwhile_becomes_another_visit(laptop: Laptop) -> None:
    """The server knows the id of what was deleted for good and would refuse it."""
    made = laptop.do(SaveVisit(NEW, REPORT))
    laptop.answer()
    laptop.do(DeleteRow("visit", NEW))
    again = laptop.do(SaveVisit(NEW, {**REPORT, "note": "一"})).created_id
    laptop.answer()
    once_more = laptop.do(SubmitVisit(NEW, {**REPORT, "note": "二"})).created_id

    assert made.created_id == NEW
    assert len({NEW, again, once_more}) == 3
    assert [laptop.ask(lambda reads, one=one: reads.visit(one))["note"] for one in (again, once_more)] == ["一", "二"]


def test_the_list_is_narrowed_to_reports_to_write_to_what_lies_ahead_or_to_what_was_submitted(laptop: Laptop) -> None:
    to_write, too_late, later = an_id(501), an_id(502), an_id(503)
    for visit_id, starts_at in ((to_write, days(-7)), (too_late, days(-8)), (later, days(3))):
        laptop.do(SaveVisit(visit_id, {**REPORT, "starts_at": starts_at}))

    def listed(group: str) -> list[str]:
        return [item.visit.id for item in laptop.ask(lambda reads: reads.visits(group=group))]

    assert listed("to_write") == [to_write], "nobody can report the other one any more"
    assert listed("ahead") == [PLANNED_VISIT, later], "the next one first"
    assert listed("submitted") == [OLD_VISIT]
    assert listed("") == [later, PLANNED_VISIT, OLD_VISIT, to_write, too_late]
    with pytest.raises(InputError, match="unknown_choice"):
        listed("yesterday")


def test_a_refused_visit_keeps_its_draft(laptop: Laptop) -> None:
    laptop.do(SaveDraft(f"visit:{NEW}", {"note": "x"}))
    with pytest.raises(InputError, match="not_in_list"):
        laptop.do(SaveVisit(NEW, {**REPORT, "channel": "smoke"}, f"visit:{NEW}"))
    with pytest.raises(InputError, match="required"):
        laptop.do(SubmitVisit(NEW, {**REPORT, "adverse_event": None}, f"visit:{NEW}"))
    assert laptop.ask(lambda reads: reads.draft(f"visit:{NEW}")) == {"note": "x"}
    assert laptop.waiting() == []
    with pytest.raises(InputError, match="unknown_row"):
        laptop.ask(lambda reads: reads.visit(NEW))


def test_submitting_locks_the_report(laptop: Laptop) -> None:
    outcome = laptop.do(SubmitVisit(NEW, REPORT))
    assert (outcome.created_id, outcome.undo_token) == (NEW, "")
    assert laptop.ask(lambda reads: reads.visit(NEW))["state"] == "submitted"
    with pytest.raises(RefusedError, match="locked"):
        laptop.do(SaveVisit(NEW, {"note": "anders"}))
    with pytest.raises(RefusedError, match="not_in_this_state"):
        laptop.do(SaveVisit(an_id(501), {**REPORT, "state": "submitted"}))


def test_a_planned_visit_becomes_the_report(laptop: Laptop) -> None:
    laptop.do(SubmitVisit(PLANNED_VISIT, {"adverse_event": False, "note": "n", "duration_min": 15}))
    (operation,) = laptop.waiting()
    assert operation.kind == "edit"
    assert set(operation.fields) == {"state", "adverse_event", "note", "duration_min"}


@pytest.mark.parametrize("missing", ["doctor_ids", "adverse_event"])
def test_a_report_names_whom_and_answers_the_adverse_event(laptop: Laptop, missing: str) -> None:
    values = {name: value for name, value in REPORT.items() if name not in (missing, "institution_id")}
    with pytest.raises(InputError) as error:
        laptop.do(SubmitVisit(NEW, values))
    assert (error.value.code, error.value.params["field"]) == ("required", missing)


def test_undo_of_a_save_puts_the_old_values_back(laptop: Laptop) -> None:
    outcome = laptop.do(SaveVisit(PLANNED_VISIT, {"note": "n"}))
    laptop.do(Undo(outcome.undo_token))
    assert laptop.ask(lambda reads: reads.visit(PLANNED_VISIT))["note"] is None
    assert laptop.waiting() == []  # the edit was never handed out, so it and its undo cancel


def test_a_note_of_ten_megabytes_is_refused_in_a_word(laptop: Laptop) -> None:
    with pytest.raises(InputError, match="too_long"):
        laptop.do(SaveVisit(NEW, {**REPORT, "note": "字" * 10_000_000}))
    with pytest.raises(InputError, match="too_long"):
        laptop.do(SaveDraft(f"visit:{NEW}", {"note": "字" * 10_000_000}))


def test_a_discarded_draft_can_be_restored(laptop: Laptop) -> None:
    laptop.do(SaveDraft("visit:x", {"note": "a"}))
    outcome = laptop.do(DiscardDraft("visit:x"))
    assert laptop.ask(lambda reads: reads.drafts()) == []
    laptop.do(Undo(outcome.undo_token))
    assert [(key, content) for key, content, _at in laptop.ask(lambda reads: reads.drafts())] == [
        ("visit:x", {"note": "a"})
    ]
    assert laptop.waiting() == []


def test_a_report_with_an_adverse_event_keeps_its_visit_when_its_draft_is_given_up(laptop: Laptop) -> None:
    """The task of the event hangs on the visit, and nobody deletes it."""
    laptop.do(SaveVisit(NEW, {**REPORT, "adverse_event": True}, heard="头晕"))
    laptop.do(SaveDraft(f"visit:{NEW}", {"note": "a"}))
    laptop.do(GiveUpVisit(NEW, f"visit:{NEW}"))
    assert laptop.ask(lambda reads: reads.drafts()) == []
    assert laptop.ask(lambda reads: reads.visit(NEW))["state"] == "draft"


def test_a_submitted_report_is_not_given_up(laptop: Laptop) -> None:
    laptop.do(SubmitVisit(NEW, REPORT))
    laptop.do(GiveUpVisit(NEW, f"visit:{NEW}"))
    assert laptop.ask(lambda reads: reads.visit(NEW))["state"] == "submitted"


def test_preferences_stay_here(laptop: Laptop) -> None:
    laptop.do(SetPreference("language", "en"))
    assert laptop.ask(lambda reads: reads.preference("language", "zh")) == "en"
    assert laptop.ask(lambda reads: reads.preference("theme", "auto")) == "auto"
    assert laptop.waiting() == []


def test_an_opened_customer_comes_first_in_the_search(laptop: Laptop) -> None:
    twin = an_id(310)
    laptop.receive(
        "doctor", {"id": twin, "name": "张三", "territory_id": TERRITORY, "status": "active"}, scope=f"t:{TERRITORY}"
    )
    first, second = [hit.id for hit in laptop.ask(lambda reads: reads.search("张三"))]
    assert {first, second} == {twin, ZHANG}
    laptop.do(NoteOpened("doctor", second))
    assert [hit.id for hit in laptop.ask(lambda reads: reads.search("张三"))] == [second, first]
    assert laptop.changes == []  # nothing that a page shows has changed


def test_old_and_new_visits_are_listed_newest_first(laptop: Laptop) -> None:
    items = laptop.ask(lambda reads: reads.visits())
    assert [item.visit.id for item in items] == [PLANNED_VISIT, OLD_VISIT]
    assert items[0].institution_name == "上海协和医院"


def test_a_report_that_is_too_late_is_refused_here_already(laptop: Laptop) -> None:
    values = {**REPORT, "starts_at": days(-8)}
    with pytest.raises(RefusedError) as error:
        laptop.do(SubmitVisit(NEW, values))
    assert (error.value.code, error.value.params["last"]) == ("too_late", "2026-11-19")
    laptop.do(SaveVisit(NEW, values))
    laptop.do(SubmitVisit(an_id(501), {**REPORT, "starts_at": days(-7)}))


def test_a_submitted_report_is_amended_with_a_reason_that_is_seen(laptop: Laptop) -> None:
    visit = laptop.ask(lambda reads: reads.visit(OLD_VISIT))
    with pytest.raises(RefusedError, match="locked"):
        laptop.do(AmendVisit(OLD_VISIT, {"note": "更正"}, visit.revision, "  "))
    with pytest.raises(RefusedError, match="nothing_amended"):
        laptop.do(AmendVisit(OLD_VISIT, {"note": visit["note"], "state": "draft"}, visit.revision, "手误"))
    with pytest.raises(RefusedError, match="not_submitted"):
        laptop.do(AmendVisit(PLANNED_VISIT, {"note": "x"}, 1, "手误"))
    with pytest.raises(InputError, match="too_long"):  # the server would refuse it, whatever it amends
        laptop.do(AmendVisit(OLD_VISIT, {"note": "更正"}, visit.revision, "长" * (MAX_REASON + 1)))
    with pytest.raises(RefusedError, match="too_late"):
        laptop.do(AmendVisit(OLD_VISIT, {"starts_at": days(-30)}, visit.revision, "手误"))
    laptop.do(SaveDraft(f"visit:{OLD_VISIT}", {"note": "更"}))
    outcome = laptop.do(AmendVisit(OLD_VISIT, {"note": "更正"}, visit.revision, " 手误 ", f"visit:{OLD_VISIT}"))
    (entry,) = laptop.ask(lambda reads: reads.amendments(OLD_VISIT))
    assert (entry.who, entry.reason, entry.changes) == ("张伟", "手误", {"note": ("谈了血压管理", "更正")})
    assert laptop.ask(lambda reads: reads.drafts()) == []
    assert laptop.ask(lambda reads: reads.visit(OLD_VISIT))["state"] == "submitted"
    laptop.do(Undo(outcome.undo_token))
    assert laptop.ask(lambda reads: reads.visit(OLD_VISIT))["note"] == "谈了血压管理"


def test_an_amendment_that_heard_of_an_adverse_event_opens_its_task_before(laptop: Laptop) -> None:
    visit = laptop.ask(lambda reads: reads.visit(OLD_VISIT))
    laptop.do(AmendVisit(OLD_VISIT, {"adverse_event": True}, visit.revision, "后来想起", heard="头晕"))
    assert [one.record for one in laptop.waiting()] == ["adverse_event", "visit"]
    task = laptop.ask(lambda reads: reads.adverse_event_of(OLD_VISIT))
    assert task is not None
    assert task.row["heard"] == "头晕"
