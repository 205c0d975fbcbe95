"""What comes out of a store that was put aside: each table of operations, files with their bytes, drafts; once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmdesk.domain.brought_back import Brought
from crmdesk.domain.clock import utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Answer
from crmdesk.storage import attachments, bringing, health, inbox, lately, outbox, settings
from crmdesk.storage.store import Store
from crmdesk.storage.work import UnitOfWork
from tests.fixtures.new_store import laid

Opened = Callable[..., Store]


@pytest.fixture
def old(open_store: Opened, tmp_path: Path, wire: Any) -> Store:
    """The store that was put aside, of the person `wire.me`."""
    store = open_store(laid(tmp_path / "old"))
    _belongs_to(store, wire.me)
    return store


@pytest.fixture
def here(open_store: Opened, tmp_path: Path, wire: Any) -> Store:
    """The present store of the same person."""
    store = open_store(laid(tmp_path / "here"))
    _belongs_to(store, wire.me)
    return store


def _belongs_to(store: Store, user_id: str) -> None:
    with store.writing() as work:
        settings.set_meta_json(work.connection, "person", {"user_id": user_id})


def bring(old: Store, here: Store) -> Brought:
    unsent = bringing.read(old)
    with here.writing() as work:
        return bringing.bring(unsent, old, work)


def waiting(store: Store) -> list[tuple[str, str, dict[str, Any]]]:
    with store.reading() as connection:
        found = [one.operation for one in outbox.pending_operations(connection)]
    assert [one.seq for one in found] == sorted(one.seq for one in found)
    return [
        (one.record, one.kind, {name: pair[1] for name, pair in one.fields.items() if name != "territory_id"})
        for one in found
    ]


def picture(work: UnitOfWork, wire: Any, parent: str, content: bytes) -> str:
    """Make an attachment as the desk does; return its id."""
    sha256 = attachments.put(work, content)
    row_id = new_id()
    values = {
        "parent_record": "doctor", "parent_id": parent, "file_name": "p.png", "sha256": sha256,
        "size_bytes": len(content),
    }  # fmt: skip
    work.create("attachment", row_id, values, wire.me)
    return row_id


def test_all_that_was_not_sent_comes_before_what_waits_here(old: Store, here: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟", mobile="1", phone="7", note="alt")
    for store in (old, here):
        with store.writing() as work:
            inbox.apply_page(work, wire.page({"doctor": [row]}))
    with old.writing() as work:
        work.edit("doctor", row["id"], {"mobile": "2", "phone": "8"}, 1, wire.me)
        picture(work, wire, row["id"], b"a receipt")
    with here.writing() as work:
        work.edit("doctor", row["id"], {"mobile": "3"}, 1, wire.me)
    assert bring(old, here) == Brought(changes=2, files=1)
    assert [kind[:2] for kind in waiting(here)] == [("doctor", "edit"), ("attachment", "create"), ("doctor", "edit")]
    with here.writing() as work:
        shown = work.get("doctor", row["id"])
        assert shown is not None
        assert (shown["mobile"], shown["phone"]) == ("3", "8"), "what was typed last is in use"
        work.edit("doctor", row["id"], {"phone": "9"}, 1, wire.me)
    assert len(waiting(here)) == 4, "nothing joins what may have been sent under the old number"
    with here.reading() as connection:
        assert [one.sha256 for one in attachments.queue(connection, attachments.UP)] == sorted(here.blobs.present())
        assert [code for code, _, _ in lately.read(connection)] == [lately.BROUGHT]
    assert health.check(here).sound


def test_refused_work_and_what_was_given_up_come_as_they_stood(old: Store, here: Store, wire: Any) -> None:
    made, other = new_id(), new_id()
    with old.writing() as work:
        work.create("doctor", made, {"name": "李拒"}, wire.me)
        outbox.next_batch(work.connection, 10, 10_000)
        work.edit("doctor", made, {"mobile": "5"}, 0, wire.me)
        work.create("doctor", other, {"name": "赵弃"}, wire.me)
        first, _, third = [one.operation.id for one in outbox.pending_operations(work.connection)]
        outbox.settle(work, [Answer(first, "refused", code="wrong_kind", params={"field": "name"}, field="name")])
        outbox.settle(work, [Answer(third, "refused", code="forbidden")])
        outbox.drop(work, third)
    assert bring(old, here) == Brought(needs_you=2, given_up=1)
    with old.reading() as theirs, here.reading() as ours:
        assert [(one.operation.id, one.code, one.params, one.field, one.at, one.waits_for) for one in
                outbox.needs_you(ours)] == [(one.operation.id, one.code, one.params, one.field, one.at, one.waits_for)
                                            for one in outbox.needs_you(theirs)]  # fmt: skip
        assert [one.operation.row_id for one in outbox.given_up(ours)] == [other]
    with here.writing() as work:
        assert (work.get("doctor", made) or {})["mobile"] == "5", "a new customer who was refused stays on the page"
        outbox.retry(work, first, {"name": "李准"})
        outbox.put_back(work, third)
    assert [(kind, fields.get("name")) for _, kind, fields in waiting(here)] == [("create", "李准"), ("edit", None)]
    assert health.check(here).sound


def test_once_brought_nothing_comes_again(old: Store, here: Store, wire: Any) -> None:
    with old.writing() as work:
        work.create("doctor", new_id(), {"name": "李一"}, wire.me)
        work.create("doctor", new_id(), {"name": "李二"}, wire.me)
        outbox.next_batch(work.connection, 10, 10_000)
        [_, second] = [one.operation.id for one in outbox.pending_operations(work.connection)]
        outbox.settle(work, [Answer(second, "refused", code="forbidden")])
        work.save_draft("new_doctor:1", {"name": "李三"})
        work.set_preference("customer_filters", "kept")
    assert bring(old, here) == Brought(changes=1, needs_you=1, drafts=1)
    with here.writing() as work:
        assert work.preference("customer_filters") == "kept"
        outbox.retry(work, second)  # under another id: only the store's name tells that it came from there
        work.discard_draft("new_doctor:1")
    assert bring(old, here) == Brought()
    assert [fields["name"] for _, _, fields in waiting(here)] == ["李一", "李二"]
    with here.writing() as work:
        assert work.draft("new_doctor:1") is None


def test_what_came_by_way_of_a_third_store_is_known_by_its_operations(
    old: Store, here: Store, open_store: Opened, tmp_path: Path, wire: Any
) -> None:
    """The store between was put aside in its turn, before the first one was removed."""
    between = open_store(laid(tmp_path / "between"))
    _belongs_to(between, wire.me)
    with old.writing() as work:
        work.create("doctor", new_id(), {"name": "李一"}, wire.me)
    assert bring(old, between).changes == 1
    assert bring(between, here).changes == 1
    assert bring(old, here) == Brought()
    assert len(waiting(here)) == 1


def test_what_was_settled_in_a_store_between_does_not_come_again_from_the_one_before(
    old: Store, here: Store, open_store: Opened, tmp_path: Path, wire: Any
) -> None:
    """A refused edit went out under another id there, a draft was thrown away, an answer was forgotten in a month."""
    between = open_store(laid(tmp_path / "between"))
    _belongs_to(between, wire.me)
    with old.writing() as work:
        work.create("doctor", new_id(), {"name": "李一"}, wire.me)
        outbox.next_batch(work.connection, 10, 10_000)
        [refused] = [one.operation.id for one in outbox.pending_operations(work.connection)]
        outbox.settle(work, [Answer(refused, "refused", code="forbidden")])
        work.create("doctor", new_id(), {"name": "李二"}, wire.me)
        work.save_draft("new_doctor:1", {"name": "李三"})
    assert bring(old, between) == Brought(changes=1, needs_you=1, drafts=1)
    with between.writing() as work:
        [sent] = outbox.next_batch(work.connection, 10, 10_000)
        outbox.settle(work, [Answer(sent.id, "applied", 1)])
        work.driver.execute("DELETE FROM outbox_done")
        outbox.retry(work, refused)
        work.discard_draft("new_doctor:1")
    assert bring(between, here) == Brought(changes=1)
    assert bring(old, here) == Brought()
    assert [fields["name"] for _, _, fields in waiting(here)] == ["李一"]


def test_a_picture_that_came_once_comes_again_with_another_row_of_a_second_store(
    old: Store, here: Store, open_store: Opened, tmp_path: Path, wire: Any
) -> None:
    """The same receipt was attached in two stores; what came from the first was given up before the second came."""
    second = open_store(laid(tmp_path / "second"))
    _belongs_to(second, wire.me)
    for store in (old, second):
        with store.writing() as work:
            doctor = new_id()
            work.create("doctor", doctor, {"name": "李"}, wire.me)
            picture(work, wire, doctor, b"the same receipt")
    assert bring(old, here).files == 1
    with here.writing() as work:
        work.driver.execute("DELETE FROM outbox")
        work.driver.execute("DELETE FROM row_attachment")
    here.sweep_attachments()
    assert here.blobs.present() == set()
    assert bring(second, here) == Brought(changes=2, files=1)
    with here.reading() as connection:
        assert [one.sha256 for one in attachments.queue(connection, attachments.UP)] == sorted(here.blobs.present())


def test_a_draft_beside_another_one_of_its_page_stays_until_that_is_done(old: Store, here: Store) -> None:
    for store, text in ((old, "damals"), (here, "jetzt")):
        with store.writing() as work:
            work.save_draft("visit:1", {"note": text})
    with old.writing() as work:
        work.save_draft("visit:2", {"note": "allein"})
    assert bring(old, here) == Brought(drafts=1, left=1)
    with here.writing() as work:
        assert work.draft("visit:1") == {"note": "jetzt"}
        work.discard_draft("visit:1")
    assert bring(old, here) == Brought(drafts=1)
    with here.writing() as work:
        assert work.draft("visit:1") == {"note": "damals"}


def test_a_file_whose_row_the_server_has_is_still_sent(old: Store, here: Store, wire: Any) -> None:
    """The row was answered, the bytes were not sent; the present store has not heard of the row yet."""
    content = b"a receipt that only this laptop has"
    with old.writing() as work:
        sha256 = attachments.put(work, content)
        row = wire.row("attachment", parent_record="doctor", parent_id=new_id(), file_name="p.png", sha256=sha256,
                       size_bytes=len(content))  # fmt: skip
        inbox.apply_page(work, wire.page({"attachment": [row]}))
    assert bring(old, here) == Brought(files=1)
    assert here.sweep_attachments() == 0
    assert here.attachment(sha256) == content
    with here.reading() as connection:
        assert [one.sha256 for one in attachments.due(connection, utc_now())] == [sha256]
    with here.writing() as work:
        inbox.apply_head(work, wire.head(wire.scope))
        inbox.apply_page(work, wire.page({"attachment": [row]}))
    assert health.check(here).sound


@pytest.mark.parametrize("known", ["", "epoch-1", "epoch-2"])
def test_a_server_that_was_restored_meanwhile_gets_what_it_lost_first(
    old: Store, here: Store, wire: Any, known: str
) -> None:
    """What the old store had acknowledged goes again where the server lives another life than that store knew."""
    with old.writing() as work:
        inbox.apply_head(work, wire.head(wire.scope))
        work.create("doctor", new_id(), {"name": "李一"}, wire.me)
        [first] = outbox.next_batch(work.connection, 10, 10_000)
        outbox.settle(work, [Answer(first.id, "applied", 1)])
        work.create("doctor", new_id(), {"name": "李二"}, wire.me)
    with here.writing() as work:
        settings.set_meta(work.connection, "epoch", known)
        work.create("doctor", new_id(), {"name": "李三"}, wire.me)
    assert bring(old, here).changes == 1
    names = [fields["name"] for _, _, fields in waiting(here)]
    assert names == (["李一", "李二", "李三"] if known == "epoch-2" else ["李二", "李三"])
    with here.reading() as connection:
        assert settings.meta(connection, "epoch") == (known or "epoch-1"), "the first head tells whether it is another"
    assert health.check(here).sound


def test_the_store_of_another_person_gives_nothing(old: Store, here: Store, wire: Any) -> None:
    with old.writing() as work:
        work.create("doctor", new_id(), {"name": "李"}, wire.me)
    _belongs_to(here, new_id())
    with pytest.raises(WorldError, match="put_aside_foreign"):
        bring(old, here)
    assert waiting(here) == []


def test_a_disk_that_is_full_brings_nothing_and_the_next_try_all(
    old: Store, here: Store, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with old.writing() as work:
        doctor = new_id()
        work.create("doctor", doctor, {"name": "李"}, wire.me)
        picture(work, wire, doctor, b"a receipt")
        work.save_draft("visit:1", {"note": "x"})

    def full(*_given: Any, **_more: Any) -> None:
        raise WorldError("disk_full")

    for step in (lately, "note"), (outbox, "show_again"), (attachments, "owe"), (outbox, "number_anew"):
        with monkeypatch.context() as patched:
            patched.setattr(*step, full)
            with pytest.raises(WorldError, match="disk_full"):
                bring(old, here)
        with here.reading() as connection:
            assert (waiting(here), settings.drafts(connection)) == ([], [])
    assert bring(old, here) == Brought(changes=2, drafts=1, files=1)
