"""What is given up: a refused creation with what belongs to it, by a deletion too, and the way back from there."""

from typing import Any

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Answer
from crmdesk.storage import attachments, outbox
from crmdesk.storage.store import Store
from crmdesk.storage.work import UnitOfWork


def refuse(work: UnitOfWork, *codes: str, **params: Any) -> None:
    """Answer what waits, oldest first; '' leaves an operation without an answer."""
    waiting = [one.operation for one in outbox.pending_operations(work.connection)]
    answers = [
        Answer(operation.id, "refused", code=code, params=params)
        for operation, code in zip(waiting, codes, strict=False)
        if code
    ]
    outbox.settle(work, answers)


def kinds(store: Store) -> list[str]:
    with store.reading() as connection:
        return [f"{one.operation.kind} {one.operation.record}" for one in outbox.pending_operations(connection)]


def needs(store: Store) -> list[tuple[str, str, bool]]:
    with store.reading() as connection:
        return [(one.operation.record, one.code, bool(one.waits_for)) for one in outbox.needs_you(connection)]


def dropped(store: Store) -> list[str]:
    with store.reading() as connection:
        found = outbox.given_up(connection)
        return sorted(f"{one.operation.kind} {one.operation.record}" for one in found)


def named(store: Store, record: str, row_id: str) -> Any:
    with store.writing() as work:
        row = work.get(record, row_id)
        return None if row is None else row["name"]


def refused_doctor(store: Store, wire: Any) -> str:
    """A new doctor with an affiliation, and a visit to him; the doctor is refused."""
    made = new_id()
    with store.writing() as work:
        work.create("doctor", made, {"name": "王伟"}, wire.me)
        work.create("affiliation", new_id(), {"doctor_id": made, "institution_id": new_id()}, wire.me)
        work.create("visit", new_id(), {"doctor_ids": [made], "note": "来访"}, wire.me)
        outbox.next_batch(work.connection, 10, 100_000)
        refuse(work, "out_of_scope")
    return made


def test_to_give_up_a_refused_row_takes_along_what_was_written_of_it_since(store: Store, wire: Any) -> None:
    made = refused_doctor(store, wire)
    with store.writing() as work:
        work.create("affiliation", new_id(), {"doctor_id": made, "institution_id": new_id()}, wire.me)
        given_up = outbox.drop_unmade(work, "doctor", made)
    assert given_up is not None
    assert (given_up.operation.kind, given_up.code) == ("create", "out_of_scope")
    assert named(store, "doctor", made) is None
    assert (kinds(store), needs(store)) == ([], [("visit", "row_given_up", False)])
    assert dropped(store) == ["create affiliation", "create affiliation", "create doctor"]


def test_what_was_given_up_comes_back_as_it_was(store: Store, wire: Any) -> None:
    made = refused_doctor(store, wire)
    with store.reading() as connection:
        before = outbox.needs_you(connection)
    with store.writing() as work:
        given_up = outbox.drop_unmade(work, "doctor", made)
        assert given_up is not None
    with store.writing() as work:
        outbox.put_back(work, given_up.operation.id, given_up.code, given_up.params, given_up.field)
    with store.reading() as connection:
        after = outbox.needs_you(connection)
    assert [(one.operation, one.code, one.params, one.waits_for) for one in after] == [
        (one.operation, one.code, one.params, one.waits_for) for one in before
    ]
    assert named(store, "doctor", made) == "王伟"
    assert dropped(store) == []
    with pytest.raises(InputError, match="unknown_operation"), store.writing() as work:
        outbox.put_back(work, given_up.operation.id)


def test_a_part_is_given_up_alone_and_its_whole_still_waits(store: Store, wire: Any) -> None:
    made = refused_doctor(store, wire)
    with store.reading() as connection:
        part = next(one for one in outbox.needs_you(connection) if one.operation.record == "affiliation").operation
    with store.writing() as work:
        outbox.drop_unmade(work, "affiliation", part.row_id)
    assert needs(store) == [("doctor", "out_of_scope", False), ("visit", "", True)]
    assert named(store, "doctor", made) == "王伟"


def test_a_row_that_the_server_has_is_not_given_up(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟")
    with store.writing() as work:
        assert outbox.drop_unmade(work, "doctor", row["id"]) is None
        work.create("doctor", row["id"], {"name": "王伟"}, wire.me)
        assert outbox.drop_unmade(work, "doctor", row["id"]) is None
    assert kinds(store) == ["create doctor"]


@pytest.mark.parametrize(
    "answers",
    [("invalid", "", ""), ("invalid", "unknown_row", "unknown_row")],
    ids=["the deletion waits still", "both were sent"],
)
def test_a_row_that_was_deleted_before_its_creation_was_refused_needs_nobody(
    store: Store, wire: Any, answers: tuple[str, ...]
) -> None:
    made = new_id()
    with store.writing() as work:
        work.create("doctor", made, {"name": "王伟"}, wire.me)
        outbox.next_batch(work.connection, 10, 100_000)
        work.edit("doctor", made, {"mobile": "1"}, 0, wire.me)
        outbox.next_batch(work.connection, 10, 100_000)
        work.delete("doctor", made, wire.me)
    with store.writing() as work:
        refuse(work, *answers)
    assert (kinds(store), needs(store)) == ([], [])
    assert dropped(store) == ["create doctor", "delete doctor", "edit doctor"]
    assert named(store, "doctor", made) is None
    with store.writing() as work:
        create = next(one for one in outbox.given_up(work.connection) if one.operation.kind == "create")
        outbox.put_back(work, create.operation.id)
    assert needs(store) == [("doctor", "given_up", False), ("doctor", "", True)]
    assert named(store, "doctor", made) == "王伟"


def test_a_deletion_of_a_row_that_exists_at_the_server_is_kept(store: Store, wire: Any) -> None:
    made = new_id()
    with store.writing() as work:
        work.create("doctor", made, {"name": "王伟"}, wire.me)
        outbox.next_batch(work.connection, 10, 100_000)
        work.delete("doctor", made, wire.me)
        refuse(work, "invalid", code="exists")
    assert needs(store) == [("doctor", "invalid", False), ("doctor", "", True)]


def test_a_file_that_was_given_up_comes_back_with_its_bytes(store: Store, wire: Any) -> None:
    photo, claim = b"%PDF-1.4 photo", new_id()
    about = {"parent_record": "claim", "parent_id": claim, "file_name": "a.pdf", "media_type": "application/pdf"}
    with store.writing() as work:
        sha256 = attachments.put(work, photo)
        work.create("attachment", new_id(), about | {"sha256": sha256, "size_bytes": len(photo)}, wire.me)
        outbox.next_batch(work.connection, 10, 100_000)
        refuse(work, "out_of_scope")
        [refused] = outbox.needs_you(work.connection)
        outbox.drop(work, refused.operation.id)
    assert store.attachment(sha256) == photo
    with store.writing() as work:
        outbox.put_back(work, refused.operation.id)
    with store.writing() as work:
        outbox.retry(work, refused.operation.id)
        assert [one.sha256 for one in attachments.queue(work.connection, attachments.UP)] == [sha256]
    assert store.attachment(sha256) == photo
    with store.writing() as work:
        work.driver.execute("DELETE FROM outbox")  # nothing is left of it: neither are the bytes
        work.driver.execute("DELETE FROM row_attachment")
        work.note("attachment", claim)
    assert store.attachment(sha256) is None
