"""The same photo twice travels once, too large a one is refused in words, and what is wanted comes first."""

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.protocol.messages import MAX_ATTACHMENT_BYTES
from crmdesk.services.commands import AttachFile
from crmdesk.storage import attachments
from tests.sync.field import Field, ask, do, synced
from tests.sync.files.bad_line import BadLine
from tests.sync.files.photos import attach, bytes_on, held_by_server, photo, queue, sha256_of, visit

SIZE = 600_000


def test_a_photo_attached_twice_is_kept_and_sent_once(field: Field, line: BadLine) -> None:
    rep = field.laptop("rep")
    synced(rep)
    content = photo(1, SIZE)
    one, other = visit(field, rep), visit(field, rep)
    attach(field, rep, content, one)
    attach(field, rep, content, other)
    before = line.up
    synced(rep)
    assert held_by_server(field, sha256_of(content)) == content
    assert line.up - before < SIZE * 1.1
    assert queue(rep) == []
    manager = field.laptop("manager")
    before = line.down
    synced(manager)
    assert line.down - before < SIZE * 1.1
    for visit_id in (one, other):
        [shown] = ask(manager, lambda reads, visit_id=visit_id: reads.receipts("visit", visit_id))
        assert shown.present
    assert bytes_on(manager, sha256_of(content)) == content


def test_a_photo_that_a_colleague_brought_is_proven_and_not_sent_again(field: Field, line: BadLine) -> None:
    rep, colleague = field.laptop("rep"), field.laptop("colleague")
    synced(rep)
    synced(colleague)
    content = photo(2, SIZE)
    attach(field, rep, content)
    synced(rep)
    attach(field, colleague, content, who="colleague")
    before = line.up
    line.requests.clear()
    synced(colleague)
    assert queue(colleague) == []
    assert line.up - before < 10_000
    assert [one.split()[0] for one in line.requests if "/attachments/" in one] == ["GET", "POST"], "no bytes were PUT"


def test_a_photo_that_the_server_lost_while_it_was_on_the_way_is_sent_again(field: Field, line: BadLine) -> None:
    rep = field.laptop("rep")
    synced(rep)
    content = photo(3, SIZE)
    attach(field, rep, content)
    line.rate = 400_000
    rep.start()
    line.wait_until_up(line.up + SIZE // 2)
    rep.engine.stop()
    assert held_by_server(field, sha256_of(content)) is None
    for part in (field.folder / "server.db.attachments" / "parts").iterdir():
        part.unlink()
    line.rate = 0
    synced(rep)
    assert held_by_server(field, sha256_of(content)) == content


@pytest.mark.parametrize(("size", "taken"), [(MAX_ATTACHMENT_BYTES, True), (MAX_ATTACHMENT_BYTES + 1, False)])
def test_the_limit_is_said_where_the_photo_is_attached(field: Field, size: int, taken: bool) -> None:
    rep = field.laptop("rep")
    synced(rep)
    parent = visit(field, rep)
    content = photo(9, size)
    if taken:
        do(rep, AttachFile("visit", parent, "photo.jpg", content))
        assert [one.size for one in queue(rep)] == [size]
        return
    with pytest.raises(InputError) as caught:
        do(rep, AttachFile("visit", parent, "photo.jpg", content))
    assert caught.value.code == "file_too_large"
    assert caught.value.params["limit"] == MAX_ATTACHMENT_BYTES
    assert queue(rep) == []


def test_bytes_that_changed_on_the_way_are_never_shown(field: Field) -> None:
    rep, manager = field.laptop("rep"), field.laptop("manager")
    synced(rep)
    synced(manager)
    content = photo(4, SIZE)
    attach(field, rep, content)
    synced(rep)
    sha256 = sha256_of(content)
    path = field.folder / "server.db.attachments" / sha256[:2] / sha256
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    synced(manager)
    assert bytes_on(manager, sha256) is None
    assert [one.sha256 for one in queue(manager, attachments.DOWN)] == [sha256]
    assert path.exists() is False, "the server puts the damaged one aside"


def test_own_photos_go_before_others_are_fetched_and_the_oldest_first(field: Field, line: BadLine) -> None:
    rep, colleague = field.laptop("rep"), field.laptop("colleague")
    synced(colleague)
    theirs = photo(5, 40_000)
    attach(field, colleague, theirs, who="colleague")
    synced(colleague)
    synced(rep)
    with rep.store.writing() as work:  # as if it had not come yet
        rep.store.blobs.forget([sha256_of(theirs)])
        attachments.want(work, sha256_of(theirs), len(theirs))
    mine = [photo(number, 40_000) for number in (6, 7)]
    for content in mine:
        attach(field, rep, content)
    line.requests.clear()
    synced(rep)
    order = [one.split("/attachments/")[1][:64] for one in line.requests if "/attachments/" in one]
    wanted = [sha256_of(one) for one in (*mine, theirs)]
    assert list(dict.fromkeys(order)) == wanted
