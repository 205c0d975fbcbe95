"""An editor saves what its person changed, against what was seen: nothing that came meanwhile is written over."""

from datetime import date
from typing import Any

import pytest

from crmdesk.domain.clock import at_minute
from crmdesk.domain.errors import InputError
from crmdesk.services.commands import (
    AmendVisit,
    Command,
    CorrectCallBack,
    EditRow,
    MoveVisit,
    ProposeTarget,
    SaveClaim,
    SaveVisit,
    SubmitVisit,
)
from tests.services.small_territory import (
    DRAFT_CLAIM,
    LI,
    MANAGER,
    OLD_VISIT,
    PLANNED_VISIT,
    TERRITORY,
    ZHANG,
    Laptop,
    an_id,
    days,
)
from tests.services.test_call_backs import ABOUT_VISIT
from tests.services.test_plans import CYCLE, receive_cycle

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


def moved(laptop: Laptop) -> Any:
    return laptop.ask(lambda reads: reads.visit(PLANNED_VISIT))["starts_at"]


def test_a_move_does_not_write_over_a_move_that_came_meanwhile(laptop: Laptop) -> None:
    seen_at = moved(laptop)
    day = date.fromisoformat("2026-11-23")
    theirs, mine = at_minute(day, 600), at_minute(day, 660)
    laptop.do(MoveVisit(PLANNED_VISIT, theirs, "另一个窗口"))
    assert refused(laptop, MoveVisit(PLANNED_VISIT, mine, "这里", {"starts_at": seen_at})) == ["starts_at"]
    assert moved(laptop) == theirs
    laptop.do(MoveVisit(PLANNED_VISIT, theirs, "这里", {"starts_at": seen_at}))
    laptop.do(MoveVisit(PLANNED_VISIT, mine, "这里", {"starts_at": theirs}))
    assert moved(laptop) == mine


def test_a_dialog_that_left_the_time_alone_moves_nothing_back(laptop: Laptop) -> None:
    seen_at = moved(laptop)
    theirs = at_minute(date.fromisoformat("2026-11-23"), 600)
    laptop.do(MoveVisit(PLANNED_VISIT, theirs, "另一个窗口"))
    laptop.do(MoveVisit(PLANNED_VISIT, seen_at, base={"starts_at": seen_at}))
    assert moved(laptop) == theirs


def test_a_proposal_does_not_write_over_one_that_came_meanwhile(laptop: Laptop) -> None:
    receive_cycle(laptop)
    nothing = {"wanted": None, "grounds": None}
    laptop.do(ProposeTarget(CYCLE, LI, 5, "另一台电脑", nothing))
    assert refused(laptop, ProposeTarget(CYCLE, LI, 7, "这里", nothing)) == ["grounds", "wanted"]
    seen_there = {"wanted": 5, "grounds": "另一台电脑"}
    laptop.do(ProposeTarget(CYCLE, LI, 5, "后来的理由"))
    laptop.do(ProposeTarget(CYCLE, LI, 6, "另一台电脑", seen_there))
    (item,) = laptop.ask(lambda reads: reads.plan_targets())
    assert (item.wanted, item.grounds) == (6, "后来的理由"), "what was left as it was seen is left"


def test_a_correction_of_a_call_back_meets_one_of_another_window_here(manager_laptop: Laptop) -> None:
    """A save of this laptop leaves the revision as it is; and what one answer is made of is never mixed of two."""
    laptop, mine = manager_laptop, an_id(652)
    row = {"territory_id": TERRITORY, "called_at": days(-1), "zone": "Asia/Shanghai", "note": "没吃饭"} | ABOUT_VISIT
    laptop.receive("call_back", row | {"id": mine, "owner_id": MANAGER}, scope=f"m:{TERRITORY}")
    noted = laptop.ask(lambda reads: reads.call_back(mine)).row
    base = {name: noted[name] for name in ("way", "outcome", "asked", "confirmed", "note")}
    laptop.do(CorrectCallBack(mine, {"outcome": "disputed", "confirmed": ["visit"]}, 1))
    late = CorrectCallBack(mine, {**base, "asked": ["visit"], "confirmed": ["visit"]}, 1, base)
    assert refused(laptop, late) == ["outcome"]
    assert laptop.ask(lambda reads: reads.call_back(mine)).row["asked"] == ["meal", "visit"]
    assert refused(laptop, CorrectCallBack(mine, {**base, "note": "吃了"}, 1, base)) == ["confirmed", "outcome"]
    laptop.do(CorrectCallBack(mine, {**base, "way": "face_to_face"}, 1, base))
    now = laptop.ask(lambda reads: reads.call_back(mine)).row
    assert (now["outcome"], now["confirmed"]) == ("disputed", ["visit"]), "what was left as it was seen is left"
