"""An editor saves what its person changed, against what was seen: nothing that came meanwhile is written over."""

from typing import Any

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.services.commands import AmendVisit, Command, EditRow, SaveClaim, SaveVisit, SubmitVisit
from tests.services.small_territory import DRAFT_CLAIM, OLD_VISIT, PLANNED_VISIT, ZHANG, Laptop, an_id

NEW = an_id(700)


def seen(laptop: Laptop, visit_id: str) -> dict[str, Any]:
    values = laptop.ask(lambda reads: reads.visit(visit_id)).values
    return {name: values[name] for name in ("note", "next_step", "next_step_on", "channel", "doctor_ids")}


def visit(laptop: Laptop, visit_id: str) -> Any:
    return laptop.ask(lambda reads: reads.visit(visit_id))


def refused(laptop: Laptop, command: Command) -> Any:
    with pytest.raises(InputError, match="changed_meanwhile") as caught:
        laptop.do(command)
    return caught.value.params["fields"]


def test_of_an_open_visit_only_what_was_changed_is_written(laptop: Laptop) -> None:
    base = seen(laptop, PLANNED_VISIT)
    laptop.do(SaveVisit(PLANNED_VISIT, {"next_step": "另一个窗口"}))
    laptop.do(SaveVisit(PLANNED_VISIT, {**base, "note": "这个窗口", "state": "draft"}, base=base))
    row = visit(laptop, PLANNED_VISIT)
    assert (row["note"], row["next_step"], row["state"]) == ("这个窗口", "另一个窗口", "draft")


@pytest.mark.parametrize("kind", [SaveVisit, SubmitVisit])
def test_what_was_written_meanwhile_in_the_same_field_is_not_written_over(laptop: Laptop, kind: Any) -> None:
    base = seen(laptop, PLANNED_VISIT)
    laptop.do(SaveVisit(PLANNED_VISIT, {"note": "先写的"}))
    command = kind(PLANNED_VISIT, {**base, "note": "后写的", "adverse_event": False}, base=base)
    assert refused(laptop, command) == ["note"]
    assert visit(laptop, PLANNED_VISIT)["note"] == "先写的"
    both = {**base, "note": "先写的"}
    laptop.do(kind(PLANNED_VISIT, {**both, "note": "先写的，后写的", "adverse_event": False}, base=both))
    assert visit(laptop, PLANNED_VISIT)["note"] == "先写的，后写的"


def test_the_same_written_on_both_sides_is_no_clash(laptop: Laptop) -> None:
    base = seen(laptop, PLANNED_VISIT)
    laptop.do(SaveVisit(PLANNED_VISIT, {"next_step_on": "2026-12-24"}))
    laptop.do(SaveVisit(PLANNED_VISIT, {**base, "next_step_on": "2026-12-24", "note": "一"}, base=base))
    assert visit(laptop, PLANNED_VISIT)["next_step_on"] == "2026-12-24"


def test_an_amendment_is_bound_to_what_was_seen_not_to_the_newest_revision(laptop: Laptop) -> None:
    row = visit(laptop, OLD_VISIT)
    base = seen(laptop, OLD_VISIT)
    laptop.do(AmendVisit(OLD_VISIT, {"note": "别处的更正"}, row.revision, "写错了"))
    newest = visit(laptop, OLD_VISIT).revision
    command = AmendVisit(OLD_VISIT, {**base, "note": "这里的更正"}, newest, "写错了", base=base)
    assert refused(laptop, command) == ["note"]


def test_a_report_with_an_adverse_event_is_written_in_two_steps_against_one_base(laptop: Laptop) -> None:
    base = {**seen(laptop, PLANNED_VISIT), "adverse_event": visit(laptop, PLANNED_VISIT)["adverse_event"]}
    values = {**base, "doctor_ids": [ZHANG], "note": "头晕", "adverse_event": True}
    laptop.do(SubmitVisit(PLANNED_VISIT, values, heard="头晕", base=base))
    row = visit(laptop, PLANNED_VISIT)
    assert (row["state"], row["adverse_event"], row["note"]) == ("submitted", True, "头晕")


def test_a_claim_keeps_what_was_edited_elsewhere(laptop: Laptop) -> None:
    row = laptop.ask(lambda reads: reads.claim(DRAFT_CLAIM)).row
    base = {name: row[name] for name in ("title", "reason", "attendees", "lines")}
    laptop.do(SaveClaim(DRAFT_CLAIM, {"attendees": "另一台电脑写的"}))
    laptop.do(SaveClaim(DRAFT_CLAIM, {**base, "title": "这里的标题"}, base))
    now = laptop.ask(lambda reads: reads.claim(DRAFT_CLAIM)).row
    assert (now["title"], now["attendees"]) == ("这里的标题", "另一台电脑写的")
    more = [{**base["lines"][0], "amount_fen": 1_00}]
    assert refused(laptop, SaveClaim(DRAFT_CLAIM, {**base, "title": "又一个", "lines": more}, base)) == ["title"]


def test_a_window_beside_does_not_write_over_what_the_other_saved_here(laptop: Laptop) -> None:
    """A save of this laptop leaves the revision as it is: only the values tell."""
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "13811112222"}, row.revision))
    late = EditRow("doctor", ZHANG, {"mobile": "13900001111"}, row.revision, base={"mobile": row["mobile"]})
    assert refused(laptop, late) == ["mobile"]
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "13811112222"
    whole = {"mobile": row["mobile"], "email": "zhang@example.org"}
    laptop.do(EditRow("doctor", ZHANG, whole, row.revision, base={**whole, "email": row["email"]}))
    now = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    assert (now["mobile"], now["email"]) == ("13811112222", "zhang@example.org"), "what was left as it was seen is left"
