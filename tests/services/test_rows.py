"""Plain rows: create, edit, delete, what is refused, what has changed meanwhile, and undo."""

from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.services.commands import CreateRow, DeleteRow, EditRow, Undo
from crmdesk.services.desk import Desk
from crmdesk.services.views import ACCEPTED, NEEDS_YOU, SAVED_HERE, SENT
from tests.services.small_territory import (
    HOSPITAL,
    LI,
    OLD_VISIT,
    OTHER_TERRITORY,
    PRODUCT,
    REP,
    SECOND_REP,
    TERRITORY,
    ZHANG,
    Laptop,
    an_id,
    days,
    fill,
)


def test_an_edit_is_one_operation_and_one_change_set(laptop: Laptop) -> None:
    before = laptop.ask(lambda reads: reads.doctor(ZHANG)).row
    assert (before["mobile"], before.sync_state) == ("13800000001", ACCEPTED)

    outcome = laptop.do(EditRow("doctor", ZHANG, {"mobile": "13911112222", "name": "张三"}, before.revision))

    after = laptop.ask(lambda reads: reads.doctor(ZHANG)).row
    assert (after["mobile"], after.sync_state) == ("13911112222", SAVED_HERE)
    (operation,) = laptop.waiting()
    assert operation.kind == "edit"
    assert operation.fields == {"mobile": ("13800000001", "13911112222")}
    assert outcome.changed["doctor"] == (ZHANG,)
    assert laptop.changes[-1].origin == "local"
    assert "outbox" in laptop.changes[-1].changed


@pytest.mark.parametrize("pasted", ["138\u00a01234\u00a05678", "１３８１２３４５６７８", "\u202d13812345678\u202c"])
def test_a_number_that_was_pasted_is_found_like_one_that_was_typed(laptop: Laptop, pasted: str) -> None:
    revision = laptop.ask(lambda reads: reads.doctor(ZHANG)).row.revision
    laptop.do(EditRow("doctor", ZHANG, {"mobile": pasted}, revision))
    for typed in ("5678", "138 1234 5678", pasted):
        hits = laptop.ask(lambda reads, typed=typed: reads.search(typed, 5))
        assert [hit.id for hit in hits] == [ZHANG], typed


def test_the_state_goes_from_saved_to_sent_to_accepted(laptop: Laptop) -> None:
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "139"}, row.revision))
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG)).sync_state == SAVED_HERE
    laptop.hand_out()
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG)).sync_state == SENT
    laptop.answer()
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG)).sync_state == ACCEPTED


def test_what_was_never_sent_is_not_said_to_be_sent_after_a_restart(tmp_path: Path) -> None:
    """The store lets nothing join what stands there when it opens; to the person it is saved here all the same."""
    before = Laptop(tmp_path / "again")
    before.sign_in(REP, "rep")
    fill(before)
    row = before.ask(lambda reads: reads.row("doctor", ZHANG))
    before.do(EditRow("doctor", ZHANG, {"mobile": "139"}, row.revision))
    before.close()
    after = Laptop(tmp_path / "again")
    assert after.ask(lambda reads: reads.row("doctor", ZHANG)).sync_state == SAVED_HERE
    assert [one.state for one in after.ask(lambda reads: reads.waiting())] == [SAVED_HERE]
    after.close()


def test_a_refused_edit_needs_the_person(laptop: Laptop) -> None:
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "139"}, row.revision))
    laptop.answer("refused", code="out_of_scope")
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG)).sync_state == NEEDS_YOU


def test_nothing_changed_is_no_operation(laptop: Laptop) -> None:
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    outcome = laptop.do(EditRow("doctor", ZHANG, {"mobile": "13800000001", "note": ""}, row.revision))
    assert (laptop.waiting(), outcome.undo_token, dict(outcome.changed)) == ([], "", {})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "required"),
        ({"customer_class": "Z"}, "not_in_list"),
        ({"mobile": "1" * 41}, "too_long"),
        ({"shoe_size": "42"}, "unknown_field"),
        ({"note": "a\x00b"}, "wrong_kind"),
    ],
)
def test_bad_values_change_nothing(laptop: Laptop, changes: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as error:
        laptop.do(EditRow("doctor", ZHANG, changes, 1))
    assert error.value.code == code
    assert (laptop.waiting(), laptop.changes) == ([], [])


def test_rights_are_checked_by_record_and_by_field(laptop: Laptop) -> None:
    with pytest.raises(RefusedError, match="forbidden"):
        laptop.do(EditRow("product", PRODUCT, {"name": "x"}, 1))
    with pytest.raises(RefusedError, match="field_not_allowed"):
        laptop.do(EditRow("doctor", ZHANG, {"status": "left"}, 1))
    assert laptop.waiting() == []


def test_only_the_owner_edits_a_visit(laptop: Laptop) -> None:
    theirs = an_id(510)
    laptop.receive(
        "visit",
        {
            "id": theirs, "territory_id": TERRITORY, "owner_id": SECOND_REP, "state": "draft", "doctor_ids": [ZHANG],
            "starts_at": days(-1), "zone": "Asia/Shanghai",
        },
        scope=f"t:{TERRITORY}",
    )  # fmt: skip
    with pytest.raises(RefusedError, match="not_yours"):
        laptop.do(EditRow("visit", theirs, {"note": "mine"}, 1))
    with pytest.raises(RefusedError, match="not_yours"):
        laptop.do(CreateRow("visit", {"owner_id": SECOND_REP, "state": "draft", "starts_at": days(0), "zone": "UTC"}))


def test_a_submitted_visit_is_changed_with_a_reason_only(laptop: Laptop) -> None:
    with pytest.raises(RefusedError, match="locked"):
        laptop.do(EditRow("visit", OLD_VISIT, {"note": "anders"}, 1))
    laptop.do(EditRow("visit", OLD_VISIT, {"next_step_done": True}, 1, reason="已兑现"))
    assert laptop.waiting()[0].reason == "已兑现"


def test_a_field_that_somebody_changed_meanwhile_stops_the_save(laptop: Laptop) -> None:
    shown = laptop.ask(lambda reads: reads.doctor(ZHANG)).row
    laptop.receive("doctor", {"id": ZHANG, "mobile": "13700009999"}, scope=f"t:{TERRITORY}")

    with pytest.raises(InputError) as error:
        laptop.do(EditRow("doctor", ZHANG, {"mobile": "13911112222", "email": "z@x.cn"}, shown.revision))

    assert (error.value.code, error.value.params["fields"]) == ("changed_meanwhile", ["mobile"])
    assert laptop.waiting() == []


def test_a_field_that_nobody_changed_is_saved_on_the_newer_row(laptop: Laptop) -> None:
    shown = laptop.ask(lambda reads: reads.doctor(ZHANG)).row
    laptop.receive("doctor", {"id": ZHANG, "mobile": "13700009999"}, scope=f"t:{TERRITORY}")
    laptop.do(EditRow("doctor", ZHANG, {"email": "z@x.cn"}, shown.revision))
    (operation,) = laptop.waiting()
    assert (operation.base_revision, operation.fields) == (shown.revision + 1, {"email": (None, "z@x.cn")})


def test_a_revision_that_nobody_looked_at_counts_as_changed(laptop: Laptop) -> None:
    laptop.receive("doctor", {"id": LI, "mobile": "1"}, scope=f"t:{TERRITORY}")
    with pytest.raises(InputError, match="changed_meanwhile"):
        laptop.do(EditRow("doctor", LI, {"email": "l@x.cn"}, 1))


def test_create_fills_in_the_territory_and_undo_takes_it_back(laptop: Laptop) -> None:
    made = laptop.do(CreateRow("institution", {"name": "新康诊所"}))
    row = laptop.ask(lambda reads: reads.institution(made.created_id)).row
    assert (row["territory_id"], row["under_review"], row.revision) == (TERRITORY, True, 0)

    laptop.do(Undo(made.undo_token))
    with pytest.raises(InputError, match="unknown_row"):
        laptop.ask(lambda reads: reads.institution(made.created_id))


def test_a_territory_of_somebody_else_is_never_written(laptop: Laptop) -> None:
    made = laptop.do(CreateRow("institution", {"name": "新康诊所", "territory_id": OTHER_TERRITORY}))
    assert laptop.ask(lambda reads: reads.row("institution", made.created_id))["territory_id"] == TERRITORY


def test_undo_of_an_edit_and_undo_of_the_undo(laptop: Laptop) -> None:
    first = laptop.do(EditRow("doctor", ZHANG, {"mobile": "1", "tags": ["b", "a"]}, 1))
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["tags"] == ["a", "b"]
    second = laptop.do(Undo(first.undo_token))
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    assert (row["mobile"], row["tags"]) == ("13800000001", ["讲者"])
    laptop.do(Undo(second.undo_token))
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "1"


def test_an_undo_works_once(laptop: Laptop) -> None:
    first = laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    laptop.do(Undo(first.undo_token))
    with pytest.raises(InputError, match="undo_gone"):
        laptop.do(Undo(first.undo_token))


def test_what_another_desk_gave_out_undoes_nothing_here(laptop: Laptop) -> None:
    first = laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    with closing(Desk(laptop.store)) as after_signing_in_anew:
        after_signing_in_anew.submit(EditRow("doctor", ZHANG, {"mobile": "2"}, 1)).result()
        with pytest.raises(InputError, match="undo_gone"):
            after_signing_in_anew.submit(Undo(first.undo_token)).result()


def test_undo_never_writes_over_somebody_elses_change(laptop: Laptop) -> None:
    first = laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    laptop.answer()
    laptop.receive("doctor", {"id": ZHANG, "mobile": "2", "revision": 0}, scope=f"t:{TERRITORY}")
    laptop.receive("doctor", {"id": ZHANG, "mobile": "3"}, scope=f"t:{TERRITORY}")
    with pytest.raises(InputError, match="changed_meanwhile"):
        laptop.do(Undo(first.undo_token))
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "3"


def test_only_the_last_two_hundred_are_undoable(laptop: Laptop) -> None:
    tokens = [laptop.do(EditRow("doctor", ZHANG, {"mobile": str(n)}, 1)).undo_token for n in range(202)]
    with pytest.raises(InputError, match="undo_gone"):
        laptop.do(Undo(tokens[0]))
    laptop.do(Undo(tokens[-1]))


def test_a_deleted_row_comes_back_until_the_deletion_was_sent(laptop: Laptop) -> None:
    gone = laptop.do(DeleteRow("doctor", LI))
    assert LI not in laptop.ask(lambda reads: reads.customer_ids())
    laptop.do(Undo(gone.undo_token))
    assert LI in laptop.ask(lambda reads: reads.customer_ids())
    gone = laptop.do(DeleteRow("doctor", LI))
    laptop.hand_out()
    with pytest.raises(RefusedError, match="already_sent"):
        laptop.do(Undo(gone.undo_token))


def test_unknown_rows_and_records_are_named(laptop: Laptop) -> None:
    with pytest.raises(InputError, match="unknown_row"):
        laptop.do(EditRow("doctor", an_id(999), {"name": "x"}, 1))
    with pytest.raises(InputError, match="unknown_record"):
        laptop.do(EditRow("prescription", an_id(999), {"name": "x"}, 1))
    with pytest.raises(InputError, match="exists"):
        laptop.do(CreateRow("institution", {"name": "x"}, HOSPITAL))
