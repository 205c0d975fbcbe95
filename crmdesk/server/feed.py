"""The feed: one entry a scope and row at a dense position, taken under the scope's row lock in the same transaction.

Order of locks: scoping (shared, or alone where rows move), scopes sorted, feed entries; the audit chain comes after.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select, text, tuple_

from crmdesk.protocol import digest
from crmdesk.server import scoping, segments, tables
from crmdesk.server.bulk import bulk_upsert
from crmdesk.server.scoping import Key, Move, Standing
from crmdesk.server.tables import FEED, SCOPE_DIGEST, SCOPE_HEAD, SCOPE_PASSAGE, insert_ignoring

PRESENT, LEFT, DELETED = tables.PRESENT, tables.LEFT, tables.DELETED
_SCOPING_LOCK = 7_264_001  # any constant: the advisory lock of scope calculations on PostgreSQL
_CHUNK = 500
_HEADS = select(SCOPE_HEAD.c.scope, SCOPE_HEAD.c.position).where(
    SCOPE_HEAD.c.scope.in_(bindparam("scopes", expanding=True))
)
_AT_REST = (
    select(SCOPE_HEAD.c.scope, SCOPE_HEAD.c.position)
    .add_columns(SCOPE_DIGEST.c.record, SCOPE_DIGEST.c.count, SCOPE_DIGEST.c.digest)
    .outerjoin(SCOPE_DIGEST, SCOPE_DIGEST.c.scope == SCOPE_HEAD.c.scope)
    .where(SCOPE_HEAD.c.scope.in_(bindparam("scopes", expanding=True)))
    .order_by(SCOPE_HEAD.c.scope, SCOPE_DIGEST.c.record)
)
_STATES = select(FEED.c.row_id, FEED.c.scope, FEED.c.state, FEED.c.revision).where(
    FEED.c.record == bindparam("name"), FEED.c.row_id.in_(bindparam("ids", expanding=True))
)
_FEED_COLUMNS = ("scope", "record", "row_id", "position", "state", "revision")


@dataclass(frozen=True, slots=True)
class Entry:
    """The state and revision of a row in one scope; `before` is its revision there while present, else 0."""

    scope: str
    record: str
    row_id: str
    state: int
    revision: int
    before: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a transaction knows of its rows, so that they need not be read for their scopes.

    `revisions` of live rows from before it; `parents` of rows that it makes. Of use only where nothing moves.
    """

    revisions: Mapping[Key, int] = field(default_factory=dict)
    parents: Mapping[Key, Key] = field(default_factory=dict)


_NOTHING = Known()


def publish(
    connection: Connection,
    touched: Iterable[Key],
    moves: Sequence[Move],
    created: set[Key],
    known: Known = _NOTHING,
    at: str = "",
) -> None:
    """Bring the feed up to date for touched rows and for what moves along with them, at an instant (text)."""
    keys = set(touched)
    if not keys:
        return
    _lock_scoping(connection, alone=scoping.is_structural(moves))
    if not moves:
        stayed = _stayed(connection, keys, created, known)
        keys -= {(entry.record, entry.row_id) for entry in stayed}
        _write(connection, stayed + _differences(connection, keys, created)[0])
        return
    keys |= scoping.affected(connection, moves)
    moved = {(move.record, move.row_id) for move in moves}
    changes: list[Entry] = []
    seen: set[Key] = set()
    while keys:
        seen |= keys
        found, shifted = _differences(connection, keys, created)
        changes += found
        keys = scoping.children(connection, shifted | (moved & keys)) - seen
    _write(connection, changes)
    _note_passages(connection, changes, created, at)


def _note_passages(connection: Connection, changes: Iterable[Entry], created: set[Key], at: str) -> None:
    """Keep when rows left a scope and when such as were there before came into one."""
    names = ("scope", "record", "row_id")
    left = [(one.scope, one.record, one.row_id, at) for one in changes if one.state == LEFT]
    bulk_upsert(connection, SCOPE_PASSAGE, names, (*names, "left_at"), left)
    entered = [
        (one.scope, one.record, one.row_id, at)
        for one in changes
        if one.state == PRESENT and not one.before and (one.record, one.row_id) not in created
    ]
    bulk_upsert(connection, SCOPE_PASSAGE, names, (*names, "entered_at"), entered)


def _stayed(connection: Connection, keys: set[Key], created: set[Key], known: Known) -> list[Entry]:
    """Return the entries of rows that are where they were, and of new rows that go where such a one is.

    Their scopes are those of the feed: it follows every move under the lock of scoping.
    """
    old = {key for key in keys & known.revisions.keys() if key not in created}
    places: dict[Key, list[str]] = {}
    changes: list[Entry] = []
    for key, entries in sorted(_entries(connection, old).items()):
        present = {scope: before for scope, (state, before) in entries.items() if state == PRESENT}
        if not present or any(state == DELETED for state, _ in entries.values()):
            continue  # nowhere, or back from its end: the declared rule tells
        places[key] = list(present)
        now = known.revisions[key]
        changes += [Entry(scope, *key, PRESENT, now, before) for scope, before in present.items() if before != now]
    for key in sorted(keys & known.parents.keys()):
        if key in created:
            changes += [Entry(scope, *key, PRESENT, 1, 0) for scope in places.get(known.parents[key], ())]
    return changes


def _lock_scoping(connection: Connection, *, alone: bool) -> None:
    """Keep scope calculations of two transactions apart (SQLite has one writer anyway)."""
    if connection.dialect.name == "postgresql":
        name = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        connection.execute(text(f"SELECT {name}({_SCOPING_LOCK})"))


def _differences(connection: Connection, keys: set[Key], created: set[Key]) -> tuple[list[Entry], set[Key]]:
    """Return what the feed lacks for `keys`, and which of the rows known before changed their scopes."""
    now = scoping.standings(connection, keys)
    before = _entries(connection, keys - created)
    changes: list[Entry] = []
    shifted: set[Key] = set()
    for key in sorted(keys):
        standing, entries = now.get(key), before.get(key, {})
        if standing is None:
            continue
        present = {scope for scope, (state, _) in entries.items() if state == PRESENT}
        if key not in created and (standing.deleted or present != standing.scopes):
            shifted.add(key)  # of a deleted row nothing moves, but what tells of it goes where it would be
        changes += _entries_to_write(key, standing, entries)
    return changes, shifted


def _entries_to_write(key: Key, standing: Standing, entries: dict[str, tuple[int, int]]) -> list[Entry]:
    wanted = dict.fromkeys(standing.scopes, DELETED if standing.deleted else PRESENT)
    if standing.deleted:
        # where the row had left before, its end is no longer anybody's business
        wanted = {scope: DELETED for scope, (state, _) in entries.items() if state != LEFT} if entries else wanted
    for scope in entries:
        wanted.setdefault(scope, LEFT)
    result = []
    for scope, state in wanted.items():
        old_state, old_revision = entries.get(scope, (-1, 0))
        # where a row that lives again was deleted and is no more, it has left: its end would reach holders elsewhere
        if state == old_state == LEFT or (old_state, old_revision) == (state, standing.revision):
            continue
        held = old_revision if old_state == PRESENT else 0
        result.append(Entry(scope, key[0], key[1], state, standing.revision, held))
    return result


def _entries(connection: Connection, keys: set[Key]) -> dict[Key, dict[str, tuple[int, int]]]:
    """Return {row: {scope: (state, revision)}} as the feed has it."""
    found: dict[Key, dict[str, tuple[int, int]]] = defaultdict(dict)
    for record, chunk in _in_chunks(keys):
        for row_id, scope, state, revision in connection.execute(_STATES, {"name": record, "ids": chunk}).all():
            found[record, row_id][scope] = (state, revision)
    return found


def _in_chunks(keys: Iterable[Key]) -> Iterator[tuple[str, list[str]]]:
    """Yield (record, ids), so many ids at once as one statement takes."""
    by_record: dict[str, list[str]] = defaultdict(list)
    for record, row_id in sorted(keys):
        by_record[record].append(row_id)
    for record, ids in by_record.items():
        for start in range(0, len(ids), _CHUNK):
            yield record, ids[start : start + _CHUNK]


def _write(connection: Connection, changes: list[Entry]) -> None:
    if not changes:
        return
    positions = lock_heads(connection, sorted({entry.scope for entry in changes}))
    segments.forget(connection, [(one.scope, one.record, one.row_id) for one in changes if one.state != PRESENT])
    rows = []
    for one in changes:
        positions[one.scope] += 1
        rows.append((one.scope, one.record, one.row_id, positions[one.scope], one.state, one.revision))
    bulk_upsert(connection, FEED, _FEED_COLUMNS[:3], _FEED_COLUMNS, rows)
    bulk_upsert(connection, SCOPE_HEAD, ("scope",), ("scope", "position"), list(positions.items()))
    _count_digests(connection, changes)


def lock_heads(connection: Connection, scopes: list[str]) -> dict[str, int]:
    """Lock the scopes, given in sorted order, and return their positions."""
    fresh = [{"scope": scope, "position": 0} for scope in scopes]
    query = select(SCOPE_HEAD.c.scope, SCOPE_HEAD.c.position).where(SCOPE_HEAD.c.scope.in_(scopes))
    query = query.order_by(SCOPE_HEAD.c.scope).with_for_update()
    positions = {scope: position for scope, position in connection.execute(query)}
    if len(positions) < len(scopes):
        # a new scope: its row may be another transaction's too, so insert in order, then lock all again in order
        connection.execute(insert_ignoring(connection, SCOPE_HEAD), fresh)
        positions = {scope: position for scope, position in connection.execute(query)}
    return positions


def _count_digests(connection: Connection, changes: list[Entry]) -> None:
    """Keep count and digest of each (scope, record) by the difference that the changes make."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for entry in changes:
        group = (entry.scope, entry.record)
        if entry.before:
            counts[group] -= 1
            sums[group] -= digest.row_digest(entry.row_id, entry.before)
        if entry.state == PRESENT:
            counts[group] += 1
            sums[group] += digest.row_digest(entry.row_id, entry.revision)
    table = SCOPE_DIGEST
    chosen = tuple_(table.c.scope, table.c.record).in_(sorted(set(counts) | set(sums)))
    for scope, record, count, total in connection.execute(select(table).where(chosen)):
        counts[scope, record] += count
        sums[scope, record] += int(total, 16)
    rows = [(*group, counts[group], digest.to_text(sums[group])) for group in sorted(set(counts) | set(sums))]
    bulk_upsert(connection, table, ("scope", "record"), ("scope", "record", "count", "digest"), rows)


def head_positions(connection: Connection, scopes: Iterable[str]) -> dict[str, int]:
    """Return the position of each scope that has ever held a row."""
    return {scope: position for scope, position in connection.execute(_HEADS, {"scopes": sorted(scopes)})}


def heads_and_digests(
    connection: Connection, scopes: Iterable[str]
) -> tuple[dict[str, int], list[tuple[str, str, int, str]]]:
    """Return what `head_positions` does, and (scope, record, count, digest) of what is in these scopes: in one look."""
    heads: dict[str, int] = {}
    digests = []
    for scope, position, record, count, total in connection.execute(_AT_REST, {"scopes": sorted(scopes)}):
        heads[scope] = position
        if record is not None:
            digests.append((scope, record, count, total))
    return heads, digests


def states_in(connection: Connection, scopes: Iterable[str], keys: Iterable[Key]) -> dict[Key, int]:
    """Return the best state (PRESENT before LEFT before DELETED) of each row within `scopes`; others are absent."""
    found: dict[Key, int] = {}
    allowed = frozenset(scopes)
    for record, chunk in _in_chunks(set(keys)):
        for row_id, scope, state, _ in connection.execute(_STATES, {"name": record, "ids": chunk}):
            if scope in allowed:
                found[record, row_id] = min(state, found.get((record, row_id), DELETED))
    return found
