"""The unit of work: rows and operations in one commit, joining, deleting, commands, drafts."""

from typing import Any

import pytest

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import HOUSE_COLUMNS, RECORDS
from crmdesk.storage import inbox, outbox
from crmdesk.storage.store import Store


def doctor(wire: Any, **more: Any) -> dict[str, Any]:
    return {"name": "曾小贤", "territory_id": wire.territory, "tags": ["讲者"], **more}


def waiting(store: Store) -> list[Any]:
    with store.reading() as connection:
        return [one.operation for one in outbox.pending_operations(connection)]


def test_a_new_row_and_its_operation_stand_in_one_commit(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, doctor(wire), wire.me)
        assert set(work.changed) == {"doctor", "outbox"}
    with store.writing() as work:
        row = work.get("doctor", row_id)
    assert row is not None
    assert set(row) == {*HOUSE_COLUMNS, *RECORDS["doctor"].field_names}
    assert (row["name"], row["tags"], row["revision"], row["deleted"]) == ("曾小贤", ["讲者"], 0, False)
    [operation] = waiting(store)
    assert (operation.kind, operation.seq, operation.fields["name"]) == ("create", 1, (None, "曾小贤"))


def test_an_exception_takes_everything_back(store: Store, wire: Any) -> None:
    row_id = new_id()
    with pytest.raises(ZeroDivisionError), store.writing() as work:
        work.create("doctor", row_id, doctor(wire), wire.me)
        work.save_draft("visit:1", {"note": "x"})
        1 / 0
    with store.writing() as work:
        assert work.get("doctor", row_id) is None
        assert work.draft("visit:1") is None
    assert waiting(store) == []


def test_a_taken_id_an_unknown_row_and_an_unknown_field_are_refused(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, doctor(wire), wire.me)
    with pytest.raises(InputError, match="exists"), store.writing() as work:
        work.create("doctor", row_id, doctor(wire), wire.me)
    with pytest.raises(InputError, match="unknown_row"), store.writing() as work:
        work.edit("doctor", new_id(), {"mobile": "1"}, 0, wire.me)
    with pytest.raises(KeyError), store.writing() as work:
        work.edit("doctor", row_id, {"prescriptions": 3}, 0, wire.me)
    assert len(waiting(store)) == 1


def test_what_a_caller_does_with_a_row_that_it_was_given_hides_no_edit(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, doctor(wire), wire.me)
    with store.reading() as connection:
        outbox.next_batch(connection, 10, 10_000)
    with store.writing() as work:
        row = work.get("doctor", row_id)
        assert row is not None
        row["tags"].append("专家")
        work.edit("doctor", row_id, {"tags": row["tags"]}, 0, wire.me)
        assert (work.get("doctor", row_id) or {})["tags"] == ["讲者", "专家"]
        work.delete("doctor", row_id, wire.me)
        assert work.get("doctor", row_id) is None
    assert [one.kind for one in waiting(store)] == ["create", "edit", "delete"]
    assert waiting(store)[1].fields == {"tags": (["讲者"], ["讲者", "专家"])}


def test_edits_join_until_they_may_have_been_sent(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, doctor(wire), wire.me)
        work.edit("doctor", row_id, {"mobile": "138"}, 0, wire.me)
    assert [one.kind for one in waiting(store)] == ["create"]
    with store.reading() as connection:
        [sent] = outbox.next_batch(connection, 10, 10_000)
    assert sent.fields["mobile"] == (None, "138")
    with store.writing() as work:
        work.edit("doctor", row_id, {"mobile": "139"}, 0, wire.me)
    assert [(one.kind, one.fields.get("mobile")) for one in waiting(store)] == [
        ("create", (None, "138")), ("edit", ("138", "139")),
    ]  # fmt: skip


def test_what_stood_in_the_outbox_at_opening_counts_as_sent(open_store: Any, wire: Any) -> None:
    first = open_store()
    row_id = new_id()
    with first.writing() as work:
        work.create("doctor", row_id, doctor(wire), wire.me)
    first.close()
    again = open_store()
    with again.writing() as work:
        work.edit("doctor", row_id, {"mobile": "138"}, 0, wire.me)
    assert [one.kind for one in waiting(again)] == ["create", "edit"]


def test_a_batch_sees_an_edit_that_joined_after_its_snapshot(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, doctor(wire), wire.me)
    with store.reading() as old_snapshot:
        assert len(outbox.pending_operations(old_snapshot)) == 1
        with store.writing() as work:
            work.edit("doctor", row_id, {"mobile": "138"}, 0, wire.me)
        [sent] = outbox.next_batch(old_snapshot, 10, 10_000)
    assert sent.fields["mobile"] == (None, "138")


def test_an_edit_taken_back_before_sending_leaves_no_operation(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟", mobile="1")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}))
    with store.writing() as work:
        work.edit("doctor", row["id"], {"mobile": "2"}, 1, wire.me)
        work.edit("doctor", row["id"], {"mobile": "1"}, 1, wire.me)
        work.edit("doctor", row["id"], {"mobile": "1"}, 1, wire.me)
        assert work.get("doctor", row["id"]) == row
    assert waiting(store) == []


def test_a_reference_never_joins_so_that_the_order_of_sending_stays(store: Store, wire: Any) -> None:
    visit, made = new_id(), new_id()
    with store.writing() as work:
        work.create("visit", visit, {"territory_id": wire.territory, "owner_id": wire.me}, wire.me)
        work.create("doctor", made, doctor(wire), wire.me)
        work.edit("visit", visit, {"doctor_ids": [made]}, 0, wire.me)
    assert [(one.record, one.kind) for one in waiting(store)] == [
        ("visit", "create"), ("doctor", "create"), ("visit", "edit"),
    ]  # fmt: skip


def test_a_delete_hides_the_row_and_can_be_taken_back_until_sent(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}))
        work.delete("doctor", row["id"], wire.me)
        assert work.get("doctor", row["id"]) is None
        work.undelete("doctor", row["id"])
        assert work.get("doctor", row["id"]) == row
        work.delete("doctor", row["id"], wire.me)
        outbox.next_batch(work.connection, 10, 10_000)
        with pytest.raises(RefusedError, match="already_sent"):
            work.undelete("doctor", row["id"])


def test_a_command_changes_no_row(store: Store, wire: Any) -> None:
    row = wire.row("claim", title="午餐", owner_id=wire.me, state="draft", lines=[], currency="CNY")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"claim": [row]}))
        operation_id = work.command("claim", row["id"], "submit", {"seen_hash": "ab"}, wire.me)
        assert work.get("claim", row["id"]) == row
    [operation] = waiting(store)
    assert (operation.id, operation.kind, operation.command, operation.args, operation.base_revision) == (
        operation_id, "command", "submit", {"seen_hash": "ab"}, 1,
    )  # fmt: skip


def test_drafts_preferences_and_meta_stay(open_store: Any) -> None:
    first = open_store()
    with first.writing() as work:
        work.save_draft("visit:1", {"note": "站着写的", "n": 1})
        work.save_draft("visit:1", {"note": "站着写完的"})
        work.set_preference("language", "en")
        work.set_meta("device_id", "d")
    first.close()
    with open_store().writing() as work:
        assert work.draft("visit:1") == {"note": "站着写完的"}
        assert (work.preference("language"), work.preference("theme", "light")) == ("en", "light")
        assert work.meta("device_id") == "d"
        work.discard_draft("visit:1")
        assert work.draft("visit:1") is None


def test_a_note_of_ten_megabytes_comes_back_whole(store: Store, wire: Any) -> None:
    row_id, note = new_id(), "记录①" * (10 * 2**20 // 9)
    with store.writing() as work:
        work.create("visit", row_id, {"territory_id": wire.territory, "note": note}, wire.me)
    with store.writing() as work:
        row = work.get("visit", row_id)
        assert row is not None
        assert row["note"] == note
        assert len(outbox.next_batch(work.connection, 500, 1 << 20)) == 1


def test_only_one_unit_of_work_at_a_time(store: Store) -> None:
    with store.writing() as work:
        work.set_meta("kept", "1")
        with pytest.raises(RuntimeError, match="open on this thread"), store.writing():
            pass
    with store.reading() as connection:
        assert connection.execute("SELECT value FROM meta WHERE name = 'kept'").scalar() == "1"


def test_an_edit_writes_only_what_changes(store: Store, wire: Any) -> None:
    """Columns that are written as they were would take each of their indexes along into the commit."""
    row = wire.row("visit", state="planned", starts_at="2026-01-02T02:00:00.000Z", owner_id=wire.me)
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"visit": [row]}))
    with store.writing() as work:
        work.edit("visit", row["id"], {"note": "first"}, 1, wire.me)
    said: list[str] = []
    with store.writing() as work:
        driver: Any = work.driver
        driver.set_trace_callback(said.append)
        work.edit("visit", row["id"], {"note": "second"}, 1, wire.me)
        driver.set_trace_callback(None)
    written = {one for one in said if not one.startswith("SELECT")}
    assert {one.split(" SET ")[1].split(" = ")[0] for one in written if one.startswith("UPDATE row_visit")} == {
        '"note"'
    }
    assert not any(one.startswith("INSERT INTO row_visit") for one in written)
    with store.writing() as work:
        now = work.get("visit", row["id"])
    assert now is not None
    assert (now["note"], now["revision"], now["updated_by"]) == ("second", 1, wire.me)
