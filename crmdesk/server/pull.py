"""Pull: the cursor, and pages of the feed with their rows, each page one consistent snapshot."""

import base64
import binascii
import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from crmdesk.domain.records import RECORDS
from crmdesk.domain.scopes import COMPANY
from crmdesk.protocol.messages import MAX_PAGE_BYTES, MAX_PAGE_ROWS, Page, RowGroup, ScopeDigest
from crmdesk.server import feed
from crmdesk.server.database import Database
from crmdesk.server.tables import FEED, ROWS, SCOPE_DIGEST, SHAPES

_encode = msgspec.msgpack.Encoder().encode
_SHORTEST_MARK, _LONGEST_MARK = 3, 16


def _mark(scope: str, width: int) -> bytes:
    return hashlib.blake2b(scope.encode(), digest_size=_LONGEST_MARK).digest()[:width]


class Cursor:
    """A position per scope within one epoch; as text opaque and short.

    As bytes: epoch, bytes a mark, bytes a position, then mark and position of each scope; a mark is the start of the
    scope's hash, as long as it takes to tell the scopes apart.
    """

    def __init__(self, epoch: str, positions: dict[str, int]) -> None:
        self.epoch = epoch
        self.positions = positions

    def text(self) -> str:
        """Return the token."""
        width = _SHORTEST_MARK
        while width < _LONGEST_MARK and len({_mark(one, width) for one in self.positions}) < len(self.positions):
            width += 1
        positions = {scope: max(0, position) for scope, position in self.positions.items()}
        room = max(1, math.ceil(max(positions.values(), default=0).bit_length() / 8))
        marked = {_mark(scope, width): position.to_bytes(room, "big") for scope, position in positions.items()}
        places = b"".join(mark + place for mark, place in sorted(marked.items()))
        return base64.urlsafe_b64encode(_encode((self.epoch, width, room, places))).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, epoch: str, scopes: Iterable[str]) -> "Cursor | None":
        """Return the cursor for a subscription, scopes unknown to it left out; None for another epoch or no cursor."""
        try:
            raw = base64.urlsafe_b64decode(text[:65_536] + "=" * (-len(text) % 4))
            named, width, room, places = msgspec.msgpack.decode(raw, type=tuple[str, int, int, bytes])
        except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError):
            return None
        if named != epoch or not _SHORTEST_MARK <= width <= _LONGEST_MARK or not 1 <= room <= 8:
            return None
        entries = (places[at : at + width + room] for at in range(0, len(places), width + room))
        marks = {entry[:width]: int.from_bytes(entry[width:], "big") for entry in entries}
        marked = [(scope, _mark(scope, width)) for scope in scopes]
        alike = Counter(mark for _, mark in marked)
        # a scope that came later may look like one that was there: both start anew
        found = {scope: marks[mark] for scope, mark in marked if mark in marks and alike[mark] == 1}
        return cls(epoch, {scope: position for scope, position in found.items() if position < 2**62})


@dataclass(frozen=True, slots=True)
class _Slice:
    """Rows of a stretch of the feed: groups, the last position in it, and whether the scope ends there."""

    groups: list[RowGroup]
    last: int
    entries: int
    complete: bool


class Pull:
    """One person's pull: from the cursor to the heads, page by page; `cursor` is where it stands."""

    def __init__(
        self, database: Database, scopes: Iterable[str], user_id: str, cursor_text: str, refetch: Iterable[str] = ()
    ) -> None:
        self._database = database
        self._scopes = sorted(scopes, key=lambda scope: (scope != COMPANY, not scope.startswith("p:"), scope))
        with database.reading() as connection:
            heads = feed.head_positions(connection, self._scopes)
        known = Cursor.read(cursor_text, database.epoch, self._scopes)
        self.cursor = known or Cursor(database.epoch, {})
        positions = self.cursor.positions
        self.restart = sorted(scope for scope, position in positions.items() if position > heads.get(scope, 0))
        self.restart += sorted(set(refetch) & set(positions) - set(self.restart))
        for scope in self.restart:
            del positions[scope]
        if known is None and cursor_text:
            self.restart = list(self._scopes)
        self._todo = [one for one in self._scopes if one not in positions or positions[one] < heads.get(one, 0)]

    def pages(self) -> Iterator[Page]:
        """Yield the pages still due; stop taking them at any time, each carries the cursor that it leads to."""
        for scope in self._todo:
            yield from self._pages_of(scope)

    @property
    def has_pages(self) -> bool:
        """Say whether anything was due when the pull began."""
        return bool(self._todo)

    def digests(self) -> tuple[list[ScopeDigest], bool]:
        """Return the digests of the scopes that have not moved since their last page, and whether others have."""
        with self._database.reading() as connection:
            heads = feed.head_positions(connection, self._scopes)
            still = [one for one in self._scopes if self.cursor.positions.get(one) == heads.get(one, 0)]
            query = select(SCOPE_DIGEST).where(SCOPE_DIGEST.c.scope.in_(still)).order_by(*SCOPE_DIGEST.primary_key)
            found = [ScopeDigest(*row) for row in connection.execute(query)]
        return found, len(still) < len(self._scopes)

    def _pages_of(self, scope: str) -> Iterator[Page]:
        positions = self.cursor.positions
        first = scope not in positions
        limit, remaining = MAX_PAGE_ROWS, -1
        while True:
            with self._database.reading() as connection:
                start = positions.get(scope, 0)
                if remaining < 0:
                    remaining = _count_after(connection, scope, start)
                part = _read_slice(connection, scope, start, limit, with_gone=not first)
            remaining = max(0, remaining - part.entries)
            positions[scope] = part.last
            yield Page(scope, part.groups, self.cursor.text(), part.complete, first, 0 if part.complete else remaining)
            if part.complete:
                return
            # large rows: do not read again and again what does not fit
            limit = MAX_PAGE_ROWS if part.entries >= limit else max(20, part.entries * 2)
            first = False


def _count_after(connection: Connection, scope: str, start: int) -> int:
    query = select(func.count()).select_from(FEED).where(FEED.c.scope == scope, FEED.c.position > start)
    return int(connection.execute(query).scalar_one())


def _read_slice(connection: Connection, scope: str, start: int, limit: int, *, with_gone: bool) -> _Slice:
    columns = (FEED.c.position, FEED.c.record, FEED.c.row_id, FEED.c.state)
    query = select(*columns).where(FEED.c.scope == scope, FEED.c.position > start)
    entries = connection.execute(query.order_by(FEED.c.position).limit(limit + 1)).all()
    complete = len(entries) <= limit
    entries = entries[:limit]
    if not entries:
        return _Slice([], start, 0, True)
    present: set[str] = set()
    gone: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for position, record, row_id, state in entries:
        if state == feed.PRESENT:
            present.add(record)
        elif with_gone:
            gone[record].append((position, state, row_id))
    last = entries[-1][0]
    rows = {record: _read_rows(connection, scope, record, start, last) for record in present}
    cut = _cut(rows, [entry[0] for entry in entries])
    if cut < last:
        last, complete = cut, False
    taken = sum(1 for entry in entries if entry[0] <= last)
    return _Slice(_groups(rows, gone, last), last, taken, complete)


def _read_rows(connection: Connection, scope: str, record: str, start: int, last: int) -> list[tuple[int, list[Any]]]:
    """Return (position, wire row) of the rows of one record present in a stretch of the feed."""
    shape, table = SHAPES[record], ROWS[record]
    query = (
        select(*(table.c[name] for name in shape.columns), FEED.c.position)
        .join(table, table.c.id == FEED.c.row_id)
        .where(FEED.c.scope == scope, FEED.c.position > start, FEED.c.position <= last)
        .where(FEED.c.record == record, FEED.c.state == feed.PRESENT)
        .order_by(FEED.c.position)
    )
    rows = [list(stored) for stored in connection.execute(query).all()]
    return [(row.pop(), shape.decode(row)) for row in rows]


def _cut(rows: dict[str, list[tuple[int, list[Any]]]], positions: list[int]) -> int:
    """Return the last position that fits into a page of MAX_PAGE_BYTES, at least the first entry."""
    if sum(len(_encode(some)) for some in rows.values()) <= MAX_PAGE_BYTES:
        return positions[-1]
    sizes = {position: len(_encode(row)) for some in rows.values() for position, row in some}
    total, fits = 0, positions[0]
    for position in positions:
        total += sizes.get(position, 0)
        if total > MAX_PAGE_BYTES and position != positions[0]:
            break
        fits = position
    return fits


def _groups(
    rows: dict[str, list[tuple[int, list[Any]]]], gone: dict[str, list[tuple[int, int, str]]], last: int
) -> list[RowGroup]:
    groups = []
    for record in RECORDS:
        if record not in rows and record not in gone:
            continue
        kept = [row for position, row in rows.get(record, ()) if position <= last]
        ids: dict[int, list[str]] = {feed.LEFT: [], feed.DELETED: []}
        for position, state, row_id in gone.get(record, ()):
            if position <= last:
                ids[state].append(row_id)
        columns = list(SHAPES[record].columns) if kept else []
        if kept or ids[feed.LEFT] or ids[feed.DELETED]:
            groups.append(RowGroup(record, columns, kept, ids[feed.LEFT], ids[feed.DELETED]))
    return groups
