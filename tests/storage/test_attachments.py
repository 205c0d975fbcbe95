"""Attachments: kept once, fetched in pieces, checked, swept when nothing refers to them; and the queues."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.ids import new_id
from crmdesk.storage import attachments, inbox
from crmdesk.storage.store import Store

PHOTO = bytes(range(256)) * 3000


def attach(store: Store, wire: Any, content: bytes = PHOTO) -> tuple[str, str]:
    row_id = new_id()
    with store.writing() as work:
        sha256 = attachments.put(work, content)
        work.create("attachment", row_id, {"sha256": sha256, "size_bytes": len(content)}, wire.me)
    return row_id, sha256


def test_bytes_come_back_and_are_kept_once(store: Store, wire: Any) -> None:
    _, sha256 = attach(store, wire)
    assert attach(store, wire)[1] == sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert store.attachment(sha256) == PHOTO
    assert store.blobs.read_part(sha256, 700_000, 100_000) == PHOTO[700_000:800_000]
    with store.reading() as connection:
        assert [(one.sha256, one.size) for one in attachments.queue(connection, attachments.UP)] == [
            (sha256, len(PHOTO))
        ]
    assert store.attachment("0" * 64) is None


def test_an_upload_goes_on_at_its_offset_and_failed_ones_go_last(store: Store, wire: Any) -> None:
    first, second = attach(store, wire)[1], attach(store, wire, b"two")[1]
    with store.writing() as work:
        attachments.progress(work, first, attachments.UP, 4096)
        attachments.failed(work, first, attachments.UP)
    with store.reading() as connection:
        queue = attachments.queue(connection, attachments.UP)
    assert [(one.sha256, one.offset, one.tries) for one in queue] == [(second, 0, 0), (first, 4096, 1)]
    with store.writing() as work:
        attachments.done(work, first, attachments.UP)
        assert [one.sha256 for one in attachments.queue(work.connection, attachments.UP)] == [second]


def test_a_file_does_not_wait_for_a_time_that_a_wrong_clock_told(store: Store, wire: Any) -> None:
    sha256 = "a" * 64
    with store.writing() as work:
        work.create("attachment", new_id(), {"sha256": sha256, "size_bytes": 5}, wire.me)
        attachments.want(work, sha256, 5)
        attachments.failed(work, sha256, attachments.DOWN, final=True)
        now = from_text(work.now())
    with store.reading() as connection:
        waits = [now + timedelta(days=days) for days in (0, 2, -2, -4000)]
        due = [[one.sha256 for one in attachments.due(connection, moment)] for moment in waits]
    assert due == [[], [sha256], [sha256], [sha256]]


def test_a_download_is_whole_only_when_its_hash_fits(store: Store) -> None:
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    assert store.blobs.receive(sha256, 0, PHOTO[:1000], len(PHOTO)) is False
    assert store.attachment(sha256) is None
    assert store.blobs.receive(sha256, 500, PHOTO[500:], len(PHOTO)) is False
    assert store.blobs.received(sha256) == 1000
    assert store.blobs.receive(sha256, 1000, PHOTO[1000:], len(PHOTO)) is True
    assert store.attachment(sha256) == PHOTO
    with pytest.raises(WorldError, match="attachment_damaged"):
        store.blobs.receive("1" * 64, 0, PHOTO, len(PHOTO))
    assert store.blobs.received("1" * 64) == 0


def test_bytes_go_when_the_last_row_that_refers_to_them_goes(store: Store, wire: Any) -> None:
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    rows = [wire.row("attachment", sha256=sha256, size_bytes=len(PHOTO)) for _ in range(2)]
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"attachment": rows}))
        assert attachments.want_missing(work) == 1
    store.blobs.receive(sha256, 0, PHOTO, len(PHOTO))
    with store.writing() as work:
        inbox.apply_page(work, wire.page({}, left={"attachment": [rows[0]["id"]]}))
    assert store.attachment(sha256) == PHOTO
    with store.writing() as work:
        inbox.apply_head(work, wire.head("c"))
        inbox.purge_scope(work, wire.scope)
    assert store.attachment(sha256) is None
    with store.reading() as connection:
        assert attachments.queue(connection, attachments.DOWN) == []


def test_too_large_is_refused_in_words(store: Store) -> None:
    with pytest.raises(InputError, match="attachment_too_large"), store.writing() as work:
        attachments.put(work, bytes((20 << 20) + 1))


def test_a_damaged_file_of_attachments_is_put_aside(open_store: Any, wire: Any) -> None:
    store = open_store()
    _, sha256 = attach(store, wire)
    store.close()
    path = Path(store.folder / "attachments.db")
    path.write_bytes(b"\xff" * 8192)
    again = open_store()
    assert again.attachment(sha256) is None
    assert (store.folder / "attachments.damaged").exists()
    assert again.blobs.write(PHOTO) == sha256


def test_a_disk_that_is_full_after_a_commit_does_not_make_it_fail(
    store: Store, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was saved would be told as not saved; what could not be swept is swept by the next one."""
    with store.writing() as work:
        gone = attachments.put(work, b"nobody refers to it")

    def full(*_args: Any) -> int:
        raise WorldError("disk_full")

    with monkeypatch.context() as patch:
        patch.setattr(store.blobs, "sweep", full)
        row_id, kept = attach(store, wire)
    with store.writing() as work:
        assert work.get("attachment", row_id) is not None
    assert store.blobs.present() == {gone, kept}
    with store.writing() as work:
        work.note("attachment", kept)
    assert store.blobs.present() == {kept}
