"""Segments: rows of a stretch of a scope's feed, packed once and sent to whoever syncs that scope for the first time.

A segment holds rows as they were when it was made. A row that changed since comes again later in the feed. A row that
left the scope or was deleted takes with it, in the same transaction, every segment that ever held it: nobody new gets
it from an old one. Segments are only a saving: any of them may be gone at any moment, the rows are then read anew.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, delete, func, select

from crmdesk.protocol import frames
from crmdesk.protocol.messages import RowGroup
from crmdesk.server.tables import FEED, PRESENT, SCOPE_HEAD, SEGMENT, SHAPES, insert_ignoring

FEWEST_ROWS = 400
"""Fewer rows than this are as quickly read from the tables."""
_STILL_FRESH = 0.6  # of a segment's rows; below it, sending old rows costs more than making it anew
_MANY_GONE = 200  # from so many on, looking through the segments costs more than making them anew
_MARK = 8

_SHAPE = hashlib.blake2b(
    repr([(name, shape.columns, shape.json_at) for name, shape in SHAPES.items()]).encode(), digest_size=12
).hexdigest()
"""Names the columns of all records: a segment of other columns is none."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Packed groups of the rows at positions up to `last`; `entries` feed entries were read for it."""

    last: int
    entries: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was read of a scope's feed: positions after `start` up to `last`, in a snapshot that ended at `head`."""

    scope: str
    start: int
    last: int
    head: int
    groups: Sequence[RowGroup]


# made once: building a statement anew takes as long as running it
_OURS = (SEGMENT.c.scope == bindparam("name"), SEGMENT.c.shape == _SHAPE)
_FOUND = select(SEGMENT.c.last, SEGMENT.c.entries, SEGMENT.c.body).where(*_OURS, SEGMENT.c.start == bindparam("after"))
_ENDING = select(SEGMENT.c.start).where(*_OURS, SEGMENT.c.last == bindparam("last"))
_NEXT = select(func.min(SEGMENT.c.start)).where(*_OURS, SEGMENT.c.start > bindparam("after"))
_STILL = select(func.count()).where(
    FEED.c.scope == bindparam("name"),
    FEED.c.position > bindparam("after"),
    FEED.c.position <= bindparam("last"),
    FEED.c.state == PRESENT,
)


def find(connection: Connection, scope: str, start: int) -> Segment | None:
    """Return the segment that begins after a position, None where there is none or most of its rows are older."""
    found = connection.execute(_FOUND, {"name": scope, "after": start}).first()
    if found is None:
        return None
    still = connection.execute(_STILL, {"name": scope, "after": start, "last": found.last}).scalar_one()
    return Segment(*found) if still >= found.entries * _STILL_FRESH else None


def continues(connection: Connection, scope: str, start: int) -> bool:
    """Say whether a segment may begin after a position: at the start of the feed, or where another one ends."""
    return start == 0 or connection.execute(_ENDING, {"name": scope, "last": start}).first() is not None


def next_start(connection: Connection, scope: str, start: int) -> int | None:
    """Return where the next segment after a position begins; a walk that stops there finds the others again."""
    found = connection.execute(_NEXT, {"name": scope, "after": start}).scalar()
    return None if found is None else int(found)


def keep(connection: Connection, stretch: Stretch, body: bytes) -> bool:
    """Keep a packed stretch for others, in a short writing transaction; say whether it was kept.

    It is not where a row left the scope after the snapshot that the stretch was read in: the head of the scope is
    locked, as for every change of the feed, so that none can leave between that look and the commit.
    """
    scope, table = stretch.scope, SEGMENT
    connection.execute(select(SCOPE_HEAD.c.position).where(SCOPE_HEAD.c.scope == scope).with_for_update())
    gone = (FEED.c.scope == scope, FEED.c.position > stretch.head, FEED.c.state != PRESENT)
    if connection.execute(select(FEED.c.position).where(*gone).limit(1)).first() is not None:
        return False
    overlapping = and_(table.c.scope == scope, table.c.start < stretch.last, table.c.last > stretch.start)
    connection.execute(delete(table).where(overlapping))
    entries = sum(group.size for group in stretch.groups)
    values = {"scope": scope, "start": stretch.start, "last": stretch.last, "entries": entries, "shape": _SHAPE,
              "members": _members(stretch.groups), "body": body}  # fmt: skip
    connection.execute(insert_ignoring(connection, table), [values])
    return True


def forget(connection: Connection, gone: Iterable[tuple[str, str, str]]) -> None:
    """Drop every segment that holds one of the rows (scope, record, id) that leave a scope, in their transaction.

    The caller holds the locks of the scopes' heads.
    """
    by_scope: dict[str, set[bytes]] = defaultdict(set)
    for scope, record, row_id in gone:
        by_scope[scope].add(_mark(record, row_id))
    for scope, marks in by_scope.items():
        if len(marks) >= _MANY_GONE:
            connection.execute(delete(SEGMENT).where(SEGMENT.c.scope == scope))
            continue
        held = connection.execute(select(SEGMENT.c.start, SEGMENT.c.members).where(SEGMENT.c.scope == scope))
        starts = [start for start, members in held if not marks.isdisjoint(_split(members))]
        if starts:
            connection.execute(delete(SEGMENT).where(SEGMENT.c.scope == scope, SEGMENT.c.start.in_(starts)))


def pack(groups: Sequence[RowGroup]) -> bytes:
    """Return groups as a segment holds them."""
    return frames.pack(list(groups))


def _mark(record: str, row_id: str) -> bytes:
    return hashlib.blake2b(f"{record}:{row_id}".encode(), digest_size=_MARK).digest()


def _members(groups: Sequence[RowGroup]) -> bytes:
    return b"".join(_mark(group.record, row[0]) for group in groups for row in group.by_row())


def _split(members: bytes) -> Iterable[bytes]:
    return (members[at : at + _MARK] for at in range(0, len(members), _MARK))
