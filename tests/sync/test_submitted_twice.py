"""One report submitted on two laptops that are offline: both texts stand in one report, and nothing needs anybody."""

from datetime import timedelta

import pytest

from crmdesk.domain.clock import to_text, utc_now
from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.domain.visit_rules import MAX_REASON, SUBMITTED_TWICE
from crmdesk.services.commands import RetryRefused, SaveVisit, SubmitVisit
from crmdesk.storage import health
from tests.sync.field import Field, Laptop, ask, do, synced


def planned_on_both(field: Field) -> tuple[Laptop, Laptop, str]:
    one, two, visit = field.laptop("rep"), field.laptop("rep", "second"), new_id()
    synced(one)
    began = to_text(utc_now() - timedelta(hours=2))
    do(one, SaveVisit(visit, {"doctor_ids": [field.company["north_doctor"]], "starts_at": began, "note": "见主任。"}))
    synced(one), synced(two)
    return one, two, visit


def test_both_texts_stand_in_one_report_that_says_so(field: Field) -> None:
    one, two, visit = planned_on_both(field)
    said = {"adverse_event": False}
    do(one, SubmitVisit(visit, said | {"note": "见主任。\n要样品。", "next_step": "送资料"}))
    do(two, SubmitVisit(visit, said | {"note": "早上去的。\n见主任。", "next_step": "打电话"}))
    for laptop in (one, two, one):
        synced(laptop)
    for laptop in (one, two):
        assert ask(laptop, lambda reads: (reads.refused(), reads.waiting())) == ([], [])
        row = ask(laptop, lambda reads: reads.visit(visit))
        assert (row["state"], row["note"]) == ("submitted", "早上去的。\n见主任。\n要样品。")
        [amended] = ask(laptop, lambda reads: reads.amendments(visit))
        assert (amended.reason, amended.changes["next_step"]) == (SUBMITTED_TWICE, ("送资料", "打电话"))
    assert all(health.check(laptop.store).sound for laptop in (one, two))


def test_a_draft_that_met_a_submitted_report_is_kept_and_goes_out_with_a_reason(field: Field) -> None:
    one, two, visit = planned_on_both(field)
    do(one, SubmitVisit(visit, {"adverse_event": False, "note": "见主任。\n要样品。"}))
    do(two, SaveVisit(visit, {"note": "早上去的。\n见主任。"}))
    synced(one), synced(two)
    [refused] = ask(two, lambda reads: reads.refused())
    assert (refused.code, refused.fields["note"]) == ("locked", "早上去的。\n见主任。")
    with pytest.raises(InputError, match="too_long"):
        do(two, RetryRefused(refused.operation_id, reason="长" * (MAX_REASON + 1)))
    do(two, RetryRefused(refused.operation_id, reason=" 在另一台电脑上记的 "))
    synced(two), synced(one)
    row = ask(one, lambda reads: reads.visit(visit))
    assert row["note"] == "早上去的。\n见主任。\n要样品。"
    assert [entry.reason for entry in ask(one, lambda reads: reads.amendments(visit))] == ["在另一台电脑上记的"]
    assert ask(two, lambda reads: (reads.refused(), reads.waiting())) == ([], [])
