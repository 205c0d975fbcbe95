"""Pull: the cursor, and pages of the feed with their rows, each page one consistent snapshot.

A long stretch of a scope goes out packed, from a segment where one is kept (`crmdesk.server.segments`); rows of such a
page are then those of an earlier snapshot, and what changed since comes again later in the same feed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from crmdesk.domain.records import RECORDS
from crmdesk.domain.scopes import COMPANY
from crmdesk.protocol.messages import MAX_PAGE_BYTES, MAX_PAGE_ROWS, Page, RowGroup, ScopeDigest
from crmdesk.server import ahead, feed, horizon, lives, segments
from crmdesk.server.cursor import Cursor
from crmdesk.server.database import Database
from crmdesk.server.tables import DELETED, FEED, LEFT, PRESENT, ROWS, SHAPES

_encode = msgspec.msgpack.Encoder().encode
_LITTLE = 100
"""Up to so many changes of a scope go out together with those of other scopes."""
_TOGETHER = 300
"""So many scopes at once: SQLite takes no condition of more than 1,000 parts, and somebody may hold a whole country."""
_SCOPES_A_PAGE = 64
"""Who holds more scopes gets the cursor with every second page, every third …: it is as long as there are scopes."""
PACKED_ROWS = 1_000
"""Rows of a packed page: what a laptop commits in a moment that nobody notices."""
# made once: building a statement anew takes as long as running it
_AFTER = (FEED.c.scope == bindparam("name"), FEED.c.position > bindparam("after"))
_UP_TO = FEED.c.position <= bindparam("last")
_COUNT = select(func.count()).where(*_AFTER)
_NEXT = select(FEED.c.position).where(*_AFTER).limit(1)
_ENTRIES = (
    select(FEED.c.position, FEED.c.record, FEED.c.row_id, FEED.c.state)
    .where(*_AFTER)
    .order_by(FEED.c.position)
    .limit(bindparam("most"))
)
_GONE = select(FEED.c.position, FEED.c.record, FEED.c.row_id, FEED.c.state).where(
    *_AFTER, _UP_TO, FEED.c.state != PRESENT
)


@dataclass(frozen=True, slots=True)
class _Slice:
    """Rows of a stretch of the feed: groups, the last position in it, and whether the scope ends there.

    `head` is where the snapshot ended.
    """

    groups: list[RowGroup]
    last: int
    entries: int
    complete: bool
    head: int


class Pull:
    """One person's pull: from the cursor to the heads, page by page; `cursor` is where it stands.

    `packed` says that the laptop reads packed groups, `sparse` that it takes pages without a cursor. `lost_life` is
    found out: the epoch of a cursor that proves that this database once held more than it does now, else ''. Its first
    look is at `snapshot` where one is given, which may end as soon as the pull is made.
    """

    def __init__(
        self,
        database: Database,
        scopes: Iterable[str],
        user_id: str,
        cursor_text: str,
        refetch: Iterable[str] = (),
        *,
        packed: bool = False,
        sparse: bool = False,
        snapshot: Connection | None = None,
    ) -> None:
        self._database, self._user_id, self._packed = database, user_id, packed
        self._scopes = sorted(scopes, key=lambda scope: (scope != COMPANY, not scope.startswith("p:"), scope))
        self._silent = len(self._scopes) // _SCOPES_A_PAGE if sparse else 0
        self._pages, self._rows = self._silent, 0
        self._refetched = frozenset(refetch)
        known = Cursor.read(cursor_text, database.epoch, self._scopes, database.seal)
        with nullcontext(snapshot) if snapshot is not None else database.reading() as connection:
            # most laptops that ask hold everything: one look at the database tells them so
            heads, at_rest = feed.heads_and_digests(connection, self._scopes)
            self._heads = heads
            behind = known is None or _is_behind(known, heads, self._scopes)
            # at the heads, too: others may have written as much as was lost
            unsure = known is not None and (behind or not database.vouches(known.link))
            lost = unsure and lives.has_lost(connection, known, heads)
            self.lost_life = known.epoch if known is not None and lost else ""
            link = known.link if known is not None and not behind else lives.link_of(connection)
        if not lost:
            database.vouch(link)
        now = database.clock()
        if known is not None and horizon.is_behind(known.day, now):
            known = None
        self.cursor = known or Cursor(database.epoch, {}, horizon.day_of(now))
        self.cursor.link = link
        positions = self.cursor.positions
        self.restart = sorted(scope for scope, position in positions.items() if position > heads.get(scope, 0))
        self.restart += sorted(self._refetched & set(positions) - set(self.restart))
        for scope in self.restart:
            del positions[scope]
        if known is None and cursor_text:
            self.restart = list(self._scopes)
        self._todo = [one for one in self._scopes if one not in positions or positions[one] < heads.get(one, 0)]
        self._at_rest = None if self._todo else [ScopeDigest(*one) for one in at_rest]

    def look_again(self) -> None:
        """Take in what was committed since the pull began."""
        self._at_rest = None
        with self._database.reading() as connection:
            self._heads = heads = feed.head_positions(connection, self._scopes)
            self.cursor.link = lives.link_of(connection)
        positions = self.cursor.positions
        self._todo = [one for one in self._scopes if one not in positions or positions[one] < heads.get(one, 0)]

    def proof(self) -> str:
        """Return the cursor as the pull began it, with the proof of all that was committed since."""
        with self._database.reading() as connection:
            self.cursor.link = lives.link_of(connection)
        return self.cursor.text(self._database.seal)

    def pages(self) -> Iterator[Page]:
        """Yield the pages still due; stop taking them at any time, each carries the cursor that it leads to.

        First the scopes in which little has changed, then what is for everybody or the person alone, then of each
        territory that is new to the laptop the person's next visits with their customers, then everything.
        """
        yield from self._little()
        small = [scope for scope in self._todo if scope == COMPANY or scope.startswith("p:")]
        for scope in small:
            yield from self._pages_of(scope)
        for scope in self._todo:
            if scope.startswith("t:") and scope not in self.cursor.positions:
                yield from self._ahead(scope)
        for scope in self._todo:
            if scope not in small:
                yield from self._pages_of(scope)

    @property
    def has_pages(self) -> bool:
        """Say whether anything was due when the pull began."""
        return bool(self._todo)

    def digests(self) -> tuple[list[ScopeDigest], bool]:
        """Return the digests of the scopes that have not moved since their last page, and whether others have."""
        found, moved = self._at_rest, False
        if found is None:
            with self._database.reading() as connection:
                heads, all_digests = feed.heads_and_digests(connection, self._scopes)
            still = {one for one in self._scopes if self.cursor.positions.get(one) == heads.get(one, 0)}
            found = [ScopeDigest(*one) for one in all_digests if one[0] in still]
            moved = len(still) < len(self._scopes)
        if not moved:
            self.cursor.day = horizon.renewed(self.cursor.day, self._database.clock())
        return found, moved

    def _little(self) -> Iterator[Page]:
        """Yield a page of each scope in which little has changed, many of them read in one snapshot."""
        starts: dict[str, int] = {}
        room = MAX_PAGE_ROWS
        for scope in self._todo:
            start = self.cursor.positions.get(scope, -_LITTLE)
            behind = self._heads.get(scope, 0) - start
            if start >= 0 and behind <= min(_LITTLE, room):
                starts[scope] = start
                room -= behind
        named = list(starts)
        for at in range(0, len(named), _TOGETHER):
            with self._database.reading() as connection:
                slices = _read_slices(connection, {scope: starts[scope] for scope in named[at : at + _TOGETHER]})
            for scope, part in slices.items():
                self.cursor.positions[scope] = part.last
                self._todo.remove(scope)
                yield Page(scope, part.groups, self._place(part.entries), complete=True)

    def _ahead(self, scope: str) -> Iterator[Page]:
        """Yield at most one page: what the person needs first of a scope that starts; the rows come again in order."""
        with self._database.reading() as connection:
            groups = ahead.next_visits(connection, scope, self._user_id, self._database.clock())
            remaining = _count_after(connection, scope, 0) if groups else 0
        if groups:
            self.cursor.positions[scope] = 0
            rows = sum(group.size for group in groups)
            place = self._place(rows, told=scope in self._refetched)
            yield Page(scope, groups, place, first=True, remaining=max(0, remaining - rows))

    def _pages_of(self, scope: str) -> Iterator[Page]:
        positions = self.cursor.positions
        first = scope not in positions
        limit, remaining = PACKED_ROWS if self._packed else MAX_PAGE_ROWS, -1
        most = limit
        while True:
            with self._database.reading() as connection:
                start = positions.get(scope, 0)
                if remaining < 0:
                    remaining = _count_after(connection, scope, start)
                ready = self._ready(connection, scope, start, with_gone=not first)
                part, body = ready or (self._slice(connection, scope, start, limit, with_gone=not first), b"")
            remaining = max(0, remaining - part.entries)
            positions[scope] = part.last
            left = 0 if part.complete else remaining
            groups = part.groups
            if self._packed and not body and sum(len(group.rows) for group in groups) >= segments.FEWEST_ROWS:
                body, groups = self._pack(scope, start, part)
            again = first and scope in self._refetched  # else a cut would leave a cursor that counts for what is marked
            yield Page(scope, groups, self._place(part.entries, told=again), part.complete, first, left, body)
            if part.complete:
                return
            # large rows: do not read again and again what does not fit
            limit = most if ready or part.entries >= limit else max(20, part.entries * 2)
            first = False

    def _place(self, rows: int, *, told: bool = False) -> str:
        """Return the cursor for a page of so many rows, '' where the laptop can do without it.

        In each of some thousand pages it would be nearly all that goes out, and nearly all of the work. For the lack of
        one fewer than PACKED_ROWS rows come again after a cut.
        """
        self._pages, self._rows = self._pages + 1, self._rows + rows
        if not told and self._pages <= self._silent and self._rows < PACKED_ROWS:
            return ""
        self._pages = self._rows = 0
        return self.cursor.text(self._database.seal)

    def _ready(self, connection: Connection, scope: str, start: int, *, with_gone: bool) -> tuple[_Slice, bytes] | None:
        """Return what a kept segment gives from a position on, and the packed rows of it."""
        found = segments.find(connection, scope, start) if self._packed else None
        if found is None:
            return None
        gone = _gone_within(connection, scope, start, found.last) if with_gone else {}
        complete = connection.execute(_NEXT, {"name": scope, "after": found.last}).first() is None
        head = feed.head_positions(connection, [scope]).get(scope, found.last)
        reach = head if complete else found.last
        return _Slice(_groups({}, gone, found.last), reach, found.entries, complete, head), found.body

    def _slice(self, connection: Connection, scope: str, start: int, limit: int, *, with_gone: bool) -> _Slice:
        until = segments.next_start(connection, scope, start) if self._packed else None
        return _read_slice(connection, scope, start, limit, until, with_gone=with_gone)

    def _pack(self, scope: str, start: int, part: _Slice) -> tuple[bytes, list[RowGroup]]:
        """Return the rows packed, and what is for this laptop alone; keep the packed rows for others."""
        body = segments.pack(part.groups)
        stretch = segments.Stretch(scope, start, part.last, part.head, part.groups)
        with self._database.reading() as connection:
            continues = segments.continues(connection, scope, start)
        if continues:
            self._database.run(lambda work: segments.keep(work.connection, stretch, body))
        alone = [RowGroup(one.record, left=one.left, deleted=one.deleted) for one in part.groups]
        return body, [one for one in alone if one.left or one.deleted]


def _is_behind(cursor: Cursor, heads: Mapping[str, int], scopes: Iterable[str]) -> bool:
    """Say whether a cursor is going to move: it was made without a seal, or there is something new."""
    return cursor.link is None or any(cursor.positions.get(one) != heads.get(one, 0) for one in scopes)


def _count_after(connection: Connection, scope: str, start: int) -> int:
    return int(connection.execute(_COUNT, {"name": scope, "after": start}).scalar_one())


_Gone = dict[str, list[tuple[int, int, str]]]


def _gone_within(connection: Connection, scope: str, start: int, last: int) -> _Gone:
    """Return {record: (position, state, id)} of the rows that left or were deleted within a stretch of the feed."""
    gone: _Gone = defaultdict(list)
    within = {"name": scope, "after": start, "last": last}
    for position, record, row_id, state in connection.execute(_GONE, within):
        gone[record].append((position, state, row_id))
    return gone


def _read_slice(
    connection: Connection, scope: str, start: int, limit: int, until: int | None, *, with_gone: bool
) -> _Slice:
    """Read the feed after a position, at most `limit` entries and none beyond `until`."""
    entries, reach, complete = _entries_after(connection, scope, start, limit, until)
    head = feed.head_positions(connection, [scope]).get(scope, start)
    if not entries:
        return _Slice([], head if complete else reach, 0, complete, head)
    present: set[str] = set()
    gone: _Gone = defaultdict(list)
    for position, record, row_id, state in entries:
        if state == PRESENT:
            present.add(record)
        elif with_gone:
            gone[record].append((position, state, row_id))
    last = entries[-1][0]
    rows = {record: _read_rows(connection, scope, record, start, last) for record in present}
    cut = _cut(rows, [entry[0] for entry in entries])
    if cut < last:
        reach, complete = cut, False
    taken = sum(1 for entry in entries if entry[0] <= reach)
    # what was the scope's latest change may be forgotten by now: who has all that is left stands at the head
    return _Slice(_groups(rows, gone, reach), head if complete else reach, taken, complete, head)


def _read_slices(connection: Connection, starts: dict[str, int]) -> dict[str, _Slice]:
    """Read the feeds of several scopes to their ends, together; those too long for a page are left out."""
    within = _named(starts) | {"most": MAX_PAGE_ROWS + 1}
    found = connection.execute(_entries_behind(len(starts)), within).all()
    positions: dict[str, list[int]] = defaultdict(list)
    gone: dict[str, _Gone] = defaultdict(lambda: defaultdict(list))
    for scope, position, record, row_id, state in found:
        positions[scope].append(position)
        if state != PRESENT:
            gone[scope][record].append((position, state, row_id))
    if len(found) > MAX_PAGE_ROWS:
        del positions[found[-1][0]]
    rows: dict[str, dict[str, list[tuple[int, list[Any]]]]] = defaultdict(lambda: defaultdict(list))
    for record in {record for _, _, record, _, state in found if state == PRESENT}:
        for scope, position, row in _read_rows_of(connection, starts, record):
            rows[scope][record].append((position, row))
    slices, heads = {}, feed.head_positions(connection, positions)
    for scope, some in positions.items():
        if _cut(rows[scope], some) == some[-1]:
            groups = _groups(rows[scope], gone[scope], some[-1])
            slices[scope] = _Slice(groups, heads[scope], len(some), True, heads[scope])
    return slices


def _read_rows_of(
    connection: Connection, starts: Mapping[str, int], record: str
) -> Iterator[tuple[str, int, list[Any]]]:
    """Yield (scope, position, wire row) of the rows of one record present in some stretches of the feed."""
    decode = SHAPES[record].decode
    for stored in connection.execute(_rows_behind(record, len(starts)), _named(starts)):
        *row, scope, position = stored
        yield scope, position, decode(row)


def _named(starts: Mapping[str, int]) -> dict[str, str | int]:
    """Return the parameters that `_behind` names."""
    named: dict[str, str | int] = {}
    for number, (scope, start) in enumerate(starts.items()):
        named |= {f"name{number}": scope, f"after{number}": start}
    return named


def _behind(count: int) -> ColumnElement[bool]:
    """Return what is true of the entries of so many scopes that come after a position of each."""
    scope, position = FEED.c.scope, FEED.c.position
    return or_(*(and_(scope == bindparam(f"name{at}"), position > bindparam(f"after{at}")) for at in range(count)))


@lru_cache(maxsize=64)
def _entries_behind(count: int) -> Select[Any]:
    columns = (FEED.c.scope, FEED.c.position, FEED.c.record, FEED.c.row_id, FEED.c.state)
    query = select(*columns).where(_behind(count)).order_by(FEED.c.scope, FEED.c.position)
    return query.limit(bindparam("most"))


@lru_cache(maxsize=512)
def _rows_behind(record: str, count: int) -> Select[Any]:
    return _rows_present(record, FEED.c.scope, FEED.c.position).where(_behind(count))


def _entries_after(
    connection: Connection, scope: str, start: int, limit: int, until: int | None
) -> tuple[Sequence[Any], int, bool]:
    """Return (entries, the position up to which these are all, whether the feed ends there)."""
    found = connection.execute(_ENTRIES, {"name": scope, "after": start, "most": limit + 1}).all()
    entries = found[:limit]
    if until is not None and found and found[-1][0] > until:
        return [entry for entry in entries if entry[0] <= until], until, False
    return entries, entries[-1][0] if entries else start, len(found) <= limit


def _read_rows(connection: Connection, scope: str, record: str, start: int, last: int) -> list[tuple[int, list[Any]]]:
    """Return (position, wire row) of the rows of one record present in a stretch of the feed."""
    shape, within = SHAPES[record], {"name": scope, "after": start, "last": last}
    rows = [list(stored) for stored in connection.execute(_rows_within(record), within).all()]
    return [(row.pop(), shape.decode(row)) for row in rows]


@cache
def _rows_within(record: str) -> Select[Any]:
    """Return what reads the rows of a record present in a stretch, each with its position behind it."""
    return _rows_present(record, FEED.c.position).where(*_AFTER, _UP_TO)


def _rows_present(record: str, *further: ColumnElement[Any]) -> Select[Any]:
    table = ROWS[record]
    return (
        select(*(table.c[name] for name in SHAPES[record].columns), *further)
        .join(table, table.c.id == FEED.c.row_id)
        .where(FEED.c.record == record, FEED.c.state == PRESENT)
        .order_by(FEED.c.position)
    )


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


def _groups(rows: dict[str, list[tuple[int, list[Any]]]], gone: _Gone, last: int) -> list[RowGroup]:
    groups = []
    for record in RECORDS:
        if record not in rows and record not in gone:
            continue
        kept = [row for position, row in rows.get(record, ()) if position <= last]
        ids: dict[int, list[str]] = {LEFT: [], DELETED: []}
        for position, state, row_id in gone.get(record, ()):
            if position <= last:
                ids[state].append(row_id)
        columns = list(SHAPES[record].columns) if kept else []
        if kept or ids[LEFT] or ids[DELETED]:
            groups.append(RowGroup(record, columns, kept, ids[LEFT], ids[DELETED]))
    return groups
