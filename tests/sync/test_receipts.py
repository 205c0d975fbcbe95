"""Receipts on their way to who decides: the most wanted first, on one connection, few commits, told as they come."""

import hashlib
from collections.abc import Iterator

import pytest

from crmdesk.bootstrap import Laptop
from crmdesk.domain.ids import new_id
from crmdesk.services.commands import ChangeSet, NoteOpened
from crmdesk.storage import attachments
from tests.sync.counting import CountingRelay
from tests.sync.field import Field, ask, do, synced


@pytest.fixture
def relay(field: Field) -> Iterator[CountingRelay]:
    made = CountingRelay(field.address)
    field.address = made.address
    yield made
    for laptop in field.opened:
        laptop.close()
    field.opened.clear()
    made.close()


def content_of(number: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + str(number).encode() * 200


def claim_with_receipt(field: Field, number: int, state: str) -> tuple[str, str]:
    """Make a claim of the rep with one receipt at the server; return (claim id, SHA-256)."""
    from crmdesk.server.attachments import AttachmentFolder

    content = content_of(number)
    sha256 = hashlib.sha256(content).hexdigest()
    AttachmentFolder(field.folder / "server.db.attachments").put(content)
    company = field.company
    claim = company.insert(
        "claim", {"title": f"{number}", "owner_id": company["rep"], "territory_id": company["north"], "state": state}
    )
    values = {"parent_record": "claim", "parent_id": claim, "sha256": sha256, "file_name": f"{number}.png"}
    company.insert("attachment", values | {"media_type": "image/png", "size_bytes": len(content)})
    return claim, sha256


def told(laptop: Laptop) -> list[tuple[str, ...]]:
    heard: list[tuple[str, ...]] = []

    def listen(changes: ChangeSet) -> None:
        through = tuple(one for one in changes.changed.get("attachment", ()) if len(one) == 64)  # not ids of rows
        if through:
            heard.append(through)

    laptop.desk.subscribe(listen)
    return heard


def test_what_waits_for_a_decision_comes_first_and_newest_first(field: Field, relay: CountingRelay) -> None:
    receipts = {
        number: claim_with_receipt(field, number, "submitted" if number in (4, 9) else "paid")[1]
        for number in range(20)
    }
    manager = field.laptop("manager")
    heard = told(manager)
    synced(manager)
    arrived = [sha256 for some in heard for sha256 in some]
    rest = [receipts[number] for number in range(19, -1, -1) if number not in (4, 9)]
    assert arrived == [receipts[9], receipts[4], *rest]
    assert [len(some) for some in heard] == [1, 2, 4, 8, 5], "the first at once, then several a commit"
    assert relay.connections == 1, "one connection for all of them"
    assert ask(manager, lambda reads: reads.attachment(receipts[0])) == content_of(0)


def test_an_opened_claim_puts_its_receipt_in_front_of_all(field: Field) -> None:
    manager = field.laptop("manager")
    synced(manager)
    submitted = [claim_with_receipt(field, number, "submitted") for number in range(3)]
    paid, wanted = claim_with_receipt(field, 7, "paid")
    claim_with_receipt(field, 8, "paid")
    heard = told(manager)
    real = manager.engine._files.run
    manager.engine._files.run = lambda *_args: None  # type: ignore[method-assign]
    synced(manager)
    do(manager, NoteOpened("claim", paid))
    manager.engine._files.run = real  # type: ignore[method-assign]
    synced(manager)
    arrived = [sha256 for some in heard for sha256 in some]
    assert arrived[:2] == [wanted, submitted[2][1]]
    assert len(arrived) == 5


def test_opening_a_claim_wakes_the_sync(field: Field) -> None:
    claim, _ = claim_with_receipt(field, 1, "paid")
    manager = field.laptop("manager")
    woken: list[str] = []
    real = manager.engine._files.run
    manager.engine._files.run = lambda *_args: None  # type: ignore[method-assign]
    synced(manager)
    manager.engine._files.run = real  # type: ignore[method-assign]
    manager.engine.local_change = lambda: woken.append("woken")  # type: ignore[method-assign]
    do(manager, NoteOpened("claim", claim))
    assert woken == ["woken"]
    synced(manager)
    do(manager, NoteOpened("claim", claim))
    assert woken == ["woken"], "its receipt is here by now"


def test_one_damaged_file_does_not_hold_the_others_up(field: Field) -> None:
    _, damaged = claim_with_receipt(field, 1, "submitted")
    _, sound = claim_with_receipt(field, 2, "paid")
    (field.folder / "server.db.attachments" / damaged[:2] / damaged).write_bytes(b"something else")
    manager = field.laptop("manager")
    synced(manager)
    assert ask(manager, lambda reads: reads.attachment(damaged)) is None
    assert ask(manager, lambda reads: reads.attachment(sound)) == content_of(2)
    with manager.store.reading() as connection:
        assert [(one.sha256, one.tries) for one in attachments.queue(connection, attachments.DOWN)] == [(damaged, 1)]


def test_opening_what_is_not_here_wakes_nobody(field: Field) -> None:
    manager = field.laptop("manager")
    synced(manager)
    assert do(manager, NoteOpened("claim", new_id())).changed == {}
