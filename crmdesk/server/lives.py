"""The lives of a server: a database that came back from a backup begins a new one, and knows where the old one parted.

What is known of a life that is over is the entry of the chain up to which it and this one are the same. So it can be
told of a revision that somebody saw in it how much of the row as it is now that person had seen.
"""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crmdesk.protocol.messages import Operation
from crmdesk.server import audit
from crmdesk.server.cursor import Cursor, Link
from crmdesk.server.money_tables import AUDIT_CHAIN
from crmdesk.server.scoping import Key
from crmdesk.server.tables import ROWS, SERVER_META, decode_json, encode_json
from crmdesk.server.work import CHANGES_NOTHING, ServerWork

LIVES = "lives"
"""Of `server_meta`: {epoch of a life that is over: the last sequence that the chain has in common with it}."""
EPOCH, SEAL = "epoch", "seal"


def seal_of(connection: Connection) -> bytes:
    """Return the secret of this database, b'' where it has none yet."""
    found = connection.execute(sa.select(SERVER_META.c.value).where(SERVER_META.c.name == SEAL)).scalar()
    return bytes.fromhex(str(found or ""))


def link_of(connection: Connection) -> Link:
    """Return the end of the chain in this snapshot, as a cursor carries it."""
    head = audit.read_head(connection)
    return Link.of(head.seq, head.hash)


def has_lost(connection: Connection, cursor: Cursor | None, heads: Mapping[str, int]) -> bool:
    """Say whether this database once held more than it does: a cursor of its own making shows what it does not have."""
    if cursor is None or cursor.link is None:
        return False
    if any(position > heads.get(scope, 0) for scope, position in cursor.positions.items()):
        return True
    return not stand(connection, [cursor.link])


_LINKS = sa.select(AUDIT_CHAIN.c.seq, AUDIT_CHAIN.c.hash).where(
    AUDIT_CHAIN.c.seq.in_(sa.bindparam("numbers", expanding=True))
)


def stand(connection: Connection, links: Collection[Link]) -> bool:
    """Say whether the chain has all of these entries (before the first one it has nothing to show)."""
    numbers = [one.seq for one in links]
    there = {Link.of(seq, full_hash) for seq, full_hash in connection.execute(_LINKS, {"numbers": numbers})}
    return all(link in there or not link.seq for link in links)


def ended(connection: Connection) -> dict[str, int]:
    """Return the lives that are over, each with the last sequence that the chain has in common with it."""
    found = connection.execute(sa.select(SERVER_META.c.value).where(SERVER_META.c.name == LIVES)).scalar()
    return dict(decode_json(found) or {}) if found else {}


def end(connection: Connection, epoch: str, common: int) -> None:
    """Note that a life is over, and up to which entry of the chain this one is the same."""
    lives = ended(connection) | {epoch: common}
    connection.execute(sa.delete(SERVER_META).where(SERVER_META.c.name == LIVES))
    connection.execute(sa.insert(SERVER_META).values(name=LIVES, value=encode_json(lives)))


def seen_revision(work: ServerWork, row: Mapping[str, Any], operation: Operation) -> int:
    """Return the revision of `row`, in this life, that the author of an operation had seen.

    What was seen of a life that is over counts only as far as that life and this one are the same. Of a life that
    nobody knows here (it began and ended behind the backup) only that the row was made counts as seen, and so it does
    where a revision is told that the row has not come to yet: laptops of before lives tell such ones after a restore.
    """
    present = int(row["revision"])
    told = operation.base_revision if operation.base_revision <= present else 1
    if not operation.life:
        return told
    connection = work.connection
    current = connection.execute(sa.select(SERVER_META.c.value).where(SERVER_META.c.name == EPOCH)).scalar()
    if operation.life == current:
        return told
    common = ended(connection).get(operation.life)
    if common is None:
        return min(operation.base_revision, 1)
    return min(operation.base_revision, present - _changes_after(work, (operation.record, row["id"]), common))


def _changes_after(work: ServerWork, key: Key, common: int) -> int:
    """Return how often a row changed since an entry of the chain; what this transaction did so far included."""
    entries = ROWS["audit_entry"].c
    of_row = (entries.parent_record == key[0]) & (entries.parent_id == key[1])
    ids = sa.select(entries.id).where(of_row, entries.action.not_in(CHANGES_NOTHING))
    query = sa.select(sa.func.count()).where(AUDIT_CHAIN.c.seq > common, AUDIT_CHAIN.c.entry_id.in_(ids))
    queued = [one for one in work.queued_audits if (one.parent_record, one.parent_id) == key]
    here = sum(one.action not in CHANGES_NOTHING for one in queued)
    return int(work.connection.execute(query).scalar_one()) + here
