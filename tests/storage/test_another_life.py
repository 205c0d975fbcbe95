"""A server that came back from a backup: what is held here of the life that was lost gives way to what it sends."""

from typing import Any

import msgspec

from crmdesk.domain.ids import new_id
from crmdesk.protocol.digest import row_digest, to_text
from crmdesk.protocol.messages import Answer, ScopeDigest, SyncEnd, SyncHead
from crmdesk.storage import inbox, outbox, settings
from crmdesk.storage.store import Store
from crmdesk.storage.work import UnitOfWork


def another_life(wire: Any, *scopes: str) -> SyncHead:
    """Return the head of the server's next life, in which every scope starts anew."""
    head: SyncHead = wire.head(*scopes, restart=scopes)
    return msgspec.structs.replace(head, epoch="another")


def test_a_row_that_left_one_scope_still_counts_anew_when_it_comes_by_another(store: Store, wire: Any) -> None:
    moved = wire.row("doctor", name="王", revision=3)
    scopes = ("t:a", "t:b", "t:c")
    with store.writing() as work:
        inbox.apply_head(work, wire.head(*scopes))
        inbox.apply_page(work, wire.page({"doctor": [moved]}, scope="t:c"))
        inbox.apply_head(work, another_life(wire, *scopes))
        inbox.apply_page(work, wire.page({}, scope="t:a", first=True, left={"doctor": [moved["id"]]}))
        earlier = moved | {"revision": 2, "phone": "7"}
        inbox.apply_page(work, wire.page({"doctor": [earlier]}, scope="t:b", first=True))
        inbox.apply_page(work, wire.page({}, scope="t:c", first=True))
        assert work.get("doctor", moved["id"]) == earlier


def test_what_a_restored_server_never_had_starts_from_nothing(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        inbox.apply_head(work, wire.head(wire.scope))
        work.create("doctor", row_id, {"name": "王", "mobile": "1"}, wire.me)
        [made] = outbox.next_batch(work.connection, 9, 1 << 20)
        work.edit("doctor", row_id, {"mobile": "2"}, 0, wire.me)
        [_, edited] = outbox.next_batch(work.connection, 9, 1 << 20)
        mine = wire.row("doctor", id=row_id, name="王", mobile="1")
        outbox.settle(work, [Answer(made.id, "applied", revision=1, row=mine)])
        newer = mine | {"mobile": "2", "revision": 2}
        outbox.settle(work, [Answer(edited.id, "applied", revision=2, row=newer)])
        work.edit("doctor", row_id, {"phone": "3"}, 2, wire.me)
        assert outbox.send_again(work) == 2
        inbox.apply_head(work, another_life(wire, wire.scope))
        inbox.apply_page(work, wire.page({}, first=True))
        inbox.apply_end(work, SyncEnd("8", same=True))
        shown = work.get("doctor", row_id) or {}
        told = (shown["name"], shown["mobile"], shown["phone"], shown["revision"])
        assert told == ("王", "2", "3", 0), "it is shown until it is there"
        outbox.settle(work, [Answer(made.id, "applied", revision=1, row=mine)])
        inbox.apply_page(work, wire.page({"doctor": [mine]}))
        held = ScopeDigest(wire.scope, "doctor", 1, to_text(row_digest(row_id, 1)))
        assert inbox.apply_end(work, SyncEnd("9", digests=[held])) == []
        shown = work.get("doctor", row_id) or {}
        assert (shown["mobile"], shown["phone"], shown["revision"]) == ("2", "3", 1)


def test_what_is_not_here_anew_is_of_the_former_life(store: Store, wire: Any) -> None:
    """The revision that a person sees of a row belongs to a life; it is told only where that is not the present one."""
    here, there = wire.row("doctor", name="王", revision=3), wire.row("doctor", name="李", revision=3)

    def deleted(work: UnitOfWork, row: dict[str, Any]) -> str:
        work.delete("doctor", row["id"], wire.me)
        [stored] = outbox.pending_of_row(work.connection, "doctor", row["id"])
        [sent] = [one for one in outbox.next_batch(work.connection, 9, 1 << 20) if one.row_id == row["id"]]
        assert sent.life == ("" if stored.operation.life == inbox_epoch(work) else stored.operation.life)
        outbox.settle(work, [Answer(sent.id, "later")])
        return stored.operation.life

    with store.writing() as work:
        inbox.apply_head(work, wire.head(wire.scope))
        more = [wire.row("doctor", name=name, revision=3) for name in "赵钱"]
        inbox.apply_page(work, wire.page({"doctor": [here, there, *more]}))
        first = inbox_epoch(work)
        assert deleted(work, more[0]) == first
        inbox.apply_head(work, another_life(wire, wire.scope))
        inbox.apply_page(work, wire.page({"doctor": [here | {"revision": 2}]}, first=True, complete=False))
        assert (deleted(work, here), deleted(work, there)) == ("another", first)
        inbox.apply_head(work, msgspec.structs.replace(another_life(wire, wire.scope), epoch="third"))
        assert deleted(work, more[1]) == "?", "of which of the two lives before nobody can say"


def inbox_epoch(work: UnitOfWork) -> str:
    return settings.meta(work.connection, "epoch")
