"""Call-backs on a laptop: one commit with what they decide, advice before the server speaks, corrections, reads."""

from typing import Any

import pytest

from crmdesk.domain.errors import CrmdeskError, InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Answer
from crmdesk.services.commands import CorrectCallBack, DeleteRow, EditRow, NoteCallBack
from crmdesk.services.views import SAVED_HERE
from crmdesk.storage import outbox
from tests.services.small_territory import (
    LI,
    MANAGER,
    OLD_VISIT,
    PLANNED_VISIT,
    SUBMITTED_CLAIM,
    TERRITORY,
    ZHANG,
    Laptop,
    an_id,
    claim_values,
    days,
)

CLAIM = an_id(640)
ANSWERS = {"way": "face_to_face", "outcome": "confirmed", "asked": ["meal", "visit"], "confirmed": ["meal", "visit"]}
ABOUT_CLAIM = {"claim_id": CLAIM, "doctor_id": ZHANG} | ANSWERS
ABOUT_VISIT = {"visit_id": OLD_VISIT, "doctor_id": ZHANG} | ANSWERS


def waiting_claim(laptop: Laptop, **more: Any) -> str:
    """Bring a claim that waits to be called back; returns what a result is bound to."""
    values = claim_values("to_call_back", approved_fen=240_00, **more)
    laptop.receive("claim", {"id": CLAIM, **values}, scope=f"m:{TERRITORY}")
    return str(values["content_hash"])


def refused(laptop: Laptop, command: Any) -> str:
    with pytest.raises(CrmdeskError) as error:
        laptop.do(command)
    return error.value.code


@pytest.mark.parametrize(
    ("more", "event"),
    [
        ({}, "call_back_confirmed"),
        ({"outcome": "disputed", "confirmed": ["visit"], "note": "没有用餐"}, "call_back_disputed"),
    ],
)
def test_record_and_result_are_one_commit(manager_laptop: Laptop, more: dict[str, Any], event: str) -> None:
    seen = waiting_claim(manager_laptop)
    made = manager_laptop.do(NoteCallBack(ABOUT_CLAIM | more, seen, "已核实"))
    (changes,) = [one for one in manager_laptop.changes if "call_back" in one.changed]
    assert {"claim", "call_back"} <= set(changes.changed)
    create, command = manager_laptop.waiting()
    assert (create.kind, create.record, create.row_id) == ("create", "call_back", made.created_id)
    assert (command.record, command.row_id, command.command) == ("claim", CLAIM, event)
    assert command.args == {"seen_hash": seen, "call_back_id": made.created_id, "comment": "已核实"}
    view = manager_laptop.ask(lambda reads: reads.claim(CLAIM))
    (item,) = view.call_backs
    assert (view.pending, item.doctor_name, item.who, item.mine, item.bound) == (event, "张三", "李强", True, True)
    assert (item.row["visit_id"], item.row["territory_id"], item.row.sync_state) == (OLD_VISIT, TERRITORY, SAVED_HERE)


@pytest.mark.parametrize("outcome", ["not_reached", "declined"])
def test_whoever_was_not_reached_decides_nothing(manager_laptop: Laptop, outcome: str) -> None:
    seen = waiting_claim(manager_laptop)
    values = {"claim_id": CLAIM, "doctor_id": ZHANG, "way": "face_to_face", "outcome": outcome}
    manager_laptop.do(NoteCallBack(values, seen))
    assert [one.record for one in manager_laptop.waiting()] == ["call_back"]
    manager_laptop.do(NoteCallBack(ABOUT_CLAIM, seen))
    assert [one.record for one in manager_laptop.waiting()] == ["call_back", "call_back", "claim"]


def test_nothing_is_kept_of_a_call_back_whose_result_is_refused(manager_laptop: Laptop) -> None:
    waiting_claim(manager_laptop)
    assert refused(manager_laptop, NoteCallBack(ABOUT_CLAIM, "b" * 64)) == "changed_since_seen"
    assert manager_laptop.waiting() == []
    assert manager_laptop.ask(lambda reads: reads.claim(CLAIM)).call_backs == ()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (ABOUT_CLAIM | {"doctor_id": LI}, "not_its_doctor"),
        (ABOUT_CLAIM | {"way": "phone"}, "no_consent"),
        (ABOUT_CLAIM | {"called_at": days(0.01)}, "in_future"),
        (ABOUT_CLAIM | {"confirmed": ["meal"]}, "not_all_confirmed"),
        (ABOUT_VISIT | {"called_at": days(-3.1)}, "before_visit"),
        (ABOUT_VISIT | {"visit_id": PLANNED_VISIT}, "visit_not_reported"),
        (ABOUT_CLAIM | {"visit_id": PLANNED_VISIT}, "not_its_visit"),
        (ABOUT_CLAIM | {"way": "telex"}, "not_in_list"),
        (ABOUT_CLAIM | {"called_at": "soon"}, "wrong_kind"),
        (ABOUT_CLAIM | {"decided_at": days(0)}, "field_not_allowed"),
        (ABOUT_CLAIM | {"claim_id": new_id()}, "unknown_row"),
    ],
)
def test_the_rules_are_told_at_once(manager_laptop: Laptop, values: dict[str, Any], code: str) -> None:
    seen = waiting_claim(manager_laptop)
    assert (refused(manager_laptop, NoteCallBack(values, seen)), manager_laptop.waiting()) == (code, [])


def test_consent_opens_the_telephone(manager_laptop: Laptop) -> None:
    seen = waiting_claim(manager_laptop)
    manager_laptop.receive("doctor", {"id": ZHANG, "consent": ["phone"]}, scope=f"t:{TERRITORY}")
    manager_laptop.do(NoteCallBack(ABOUT_CLAIM | {"way": "phone"}, seen))


def test_a_representative_writes_none_and_who_took_part_neither(laptop: Laptop) -> None:
    seen = waiting_claim(laptop)
    assert refused(laptop, NoteCallBack(ABOUT_CLAIM, seen)) == "own_claim"
    subject = laptop.ask(lambda reads: reads.call_back_subject(visit_id=OLD_VISIT))
    assert subject.refusal == "forbidden"


def test_who_joined_the_visit_is_told_before_calling(manager_laptop: Laptop) -> None:
    manager_laptop.receive("visit", {"id": OLD_VISIT, "joint_with_ids": [MANAGER]}, scope=f"t:{TERRITORY}")
    seen = waiting_claim(manager_laptop)
    subject = manager_laptop.ask(lambda reads: reads.call_back_subject(CLAIM))
    assert (subject.refusal, subject.points) == ("took_part", ("visit", "meal", "attendees"))
    assert refused(manager_laptop, NoteCallBack(ABOUT_CLAIM, seen)) == "took_part"


def test_a_claim_without_doctors_needs_the_words_who_was_called(manager_laptop: Laptop) -> None:
    lines = [{"category": "venue", "spent_on": "2026-11-18", "amount_fen": 1}]
    seen = waiting_claim(manager_laptop, visit_id=None, reason="租场", lines=lines)
    values = {"claim_id": CLAIM} | ANSWERS
    with pytest.raises(InputError) as error:
        manager_laptop.do(NoteCallBack(values, seen))
    assert error.value.params["field"] == "note"
    manager_laptop.do(NoteCallBack(values | {"note": "会议中心前台"}, seen))


def test_an_own_call_back_is_corrected_until_a_decision_rests_on_it(manager_laptop: Laptop) -> None:
    made = manager_laptop.do(NoteCallBack(ABOUT_VISIT)).created_id
    row = manager_laptop.ask(lambda reads: reads.call_back(made)).row
    manager_laptop.do(CorrectCallBack(made, {"outcome": "disputed", "confirmed": ["visit"], "note": "没吃饭"}, 0))
    again = manager_laptop.ask(lambda reads: reads.call_back(made)).row
    assert (again["outcome"], again["confirmed"], row["outcome"]) == ("disputed", ["visit"], "confirmed")
    assert refused(manager_laptop, CorrectCallBack(made, {"doctor_id": LI}, 0)) == "given_once"
    assert refused(manager_laptop, CorrectCallBack(made, {"called_at": days(1)}, 0)) == "in_future"
    assert refused(manager_laptop, CorrectCallBack(made, {"way": "phone"}, 0)) == "no_consent"
    assert refused(manager_laptop, DeleteRow("call_back", made)) == "kept"

    bound = manager_laptop.do(NoteCallBack(ABOUT_CLAIM, waiting_claim(manager_laptop))).created_id
    assert refused(manager_laptop, CorrectCallBack(bound, {"note": "x"}, 0)) == "call_back_bound"


def test_a_correction_carries_the_whole_answer_and_nothing_once_it_is_as_before(manager_laptop: Laptop) -> None:
    mine = an_id(652)
    row = {"territory_id": TERRITORY, "called_at": days(-1), "zone": "Asia/Shanghai", "note": "没吃饭"} | ABOUT_VISIT
    manager_laptop.receive("call_back", row | {"id": mine, "owner_id": MANAGER}, scope=f"m:{TERRITORY}")
    manager_laptop.do(CorrectCallBack(mine, {"outcome": "disputed", "confirmed": ["visit"]}, 1))
    manager_laptop.do(CorrectCallBack(mine, {"note": "只来了一个人"}, 1))
    (edit,) = manager_laptop.waiting()
    assert edit.fields == {
        "outcome": ("confirmed", "disputed"),
        "asked": (["meal", "visit"], ["meal", "visit"]),
        "confirmed": (["meal", "visit"], ["visit"]),
        "note": ("没吃饭", "只来了一个人"),
    }
    manager_laptop.do(
        CorrectCallBack(mine, {"outcome": "confirmed", "confirmed": ["meal", "visit"], "note": "没吃饭"}, 1)
    )
    assert manager_laptop.waiting() == []


def test_what_the_server_bound_is_locked_and_others_stays_theirs(manager_laptop: Laptop) -> None:
    values = {"territory_id": TERRITORY, "called_at": days(-1), "zone": "Asia/Shanghai"} | ABOUT_VISIT
    mine, theirs = an_id(650), an_id(651)
    bound = values | {"id": mine, "owner_id": MANAGER, "decided_at": days(0)}
    manager_laptop.receive("call_back", bound, values | {"id": theirs, "owner_id": LI}, scope=f"m:{TERRITORY}")
    assert refused(manager_laptop, CorrectCallBack(mine, {"note": "x"}, 1)) == "call_back_bound"
    with pytest.raises(RefusedError, match="call_back_bound"):
        manager_laptop.do(EditRow("call_back", mine, {"note": "x"}, 1))
    assert refused(manager_laptop, CorrectCallBack(theirs, {"note": "x"}, 1)) == "not_yours"


def test_it_stands_in_the_timeline_and_the_visit_says_its_result(manager_laptop: Laptop) -> None:
    made = manager_laptop.do(NoteCallBack(ABOUT_VISIT | {"note": "都对"})).created_id
    trail = {"id": an_id(660), "parent_record": "visit", "parent_id": OLD_VISIT, "action": "called_back"}
    trail |= {"at": days(0), "by_id": MANAGER, "changes": {"outcome": [None, "confirmed"]}, "reason": ""}
    manager_laptop.receive("audit_entry", trail, scope=f"t:{TERRITORY}")
    timeline = manager_laptop.ask(lambda reads: reads.doctor(ZHANG)).timeline
    entry = next(one for one in timeline if one.record == "call_back")
    assert (entry.id, entry.who, entry.kind, entry.state, entry.text) == (
        made,
        "李强",
        "face_to_face",
        "confirmed",
        "都对",
    )
    assert (entry.chips, entry.reactions) == (("meal", "visit"), ("yes", "yes"))
    assert next(one for one in timeline if one.id == OLD_VISIT).called_back == "confirmed"


def test_a_result_whose_call_back_is_refused_waits_beside_it(manager_laptop: Laptop) -> None:
    manager_laptop.do(NoteCallBack(ABOUT_CLAIM, waiting_claim(manager_laptop)))
    create, command = manager_laptop.waiting()
    with manager_laptop.store.writing() as work:
        outbox.settle(work, [Answer(create.id, "refused", code="no_consent", params={"channel": "phone"})])
    codes = {one.operation_id: one.code for one in manager_laptop.ask(lambda reads: reads.refused())}
    assert codes == {create.id: "no_consent", command.id: "waits_for_other"}
    assert {one.title for one in manager_laptop.ask(lambda reads: reads.refused())} == {"张三", "科室会餐费"}
    assert SUBMITTED_CLAIM not in codes


def test_a_refused_call_back_is_corrected_and_goes_again_with_its_result(manager_laptop: Laptop) -> None:
    manager_laptop.receive("doctor", {"id": ZHANG, "consent": ["phone"]}, scope=f"t:{TERRITORY}")
    manager_laptop.do(NoteCallBack(ABOUT_CLAIM | {"way": "phone"}, waiting_claim(manager_laptop)))
    create, command = manager_laptop.waiting()
    with manager_laptop.store.writing() as work:
        outbox.settle(work, [Answer(create.id, "refused", code="no_consent", params={"channel": "phone"})])
    manager_laptop.do(CorrectCallBack(create.row_id, {"way": "face_to_face"}, 0))
    again, result = manager_laptop.waiting()
    assert (again.kind, again.fields["way"]) == ("create", (None, "face_to_face"))
    assert (result.command, result.args) == (command.command, command.args)
    assert manager_laptop.ask(lambda reads: reads.refused()) == []
