"""The feed: one entry a scope and row at a dense position, taken under the scope's row lock in the same transaction.

Order of locks: scoping (shared, or alone where rows move), scopes sorted, feed entries; the audit chain comes after.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, select, text, tuple_

from crmdesk.protocol import digest
from crmdesk.server import scoping
from crmdesk.server.scoping import Key, Move, Standing
from crmdesk.server.tables import FEED, SCOPE_DIGEST, SCOPE_HEAD, insert_for, insert_ignoring

PRESENT, LEFT, DELETED = 0, 1, 2
_SCOPING_LOCK = 7_264_001  # any constant: the advisory lock of scope calculations on PostgreSQL
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """The state and revision of a row in one scope; `before` is its revision there while present, else 0."""

    scope: str
    record: str
    row_id: str
    state: int
    revision: int
    before: int


def publish(connection: Connection, touched: Iterable[Key], moves: Sequence[Move], created: set[Key]) -> None:
    """Bring the feed up to date for touched rows and for what moves along with them."""
    keys = set(touched)
    if not keys:
        return
    _lock_scoping(connection, alone=scoping.is_structural(moves))
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
        if key not in created and not standing.deleted and present != standing.scopes:
            shifted.add(key)
        changes += _entries_to_write(key, standing, entries)
    return changes, shifted


def _entries_to_write(key: Key, standing: Standing, entries: dict[str, tuple[int, int]]) -> list[Entry]:
    wanted = dict.fromkeys(standing.scopes, DELETED if standing.deleted else PRESENT)
    if standing.deleted:
        # where the row had left before, its end is no longer anybody's business
        wanted = {scope: DELETED for scope, (state, _) in entries.items() if state != LEFT}
    for scope in entries:
        wanted.setdefault(scope, LEFT)
    result = []
    for scope, state in wanted.items():
        old_state, old_revision = entries.get(scope, (-1, 0))
        gone_already = state == LEFT and old_state in (LEFT, DELETED)
        if gone_already or (old_state, old_revision) == (state, standing.revision):
            continue
        held = old_revision if old_state == PRESENT else 0
        result.append(Entry(scope, key[0], key[1], state, standing.revision, held))
    return result


def _entries(connection: Connection, keys: set[Key]) -> dict[Key, dict[str, tuple[int, int]]]:
    """Return {row: {scope: (state, revision)}} as the feed has it."""
    found: dict[Key, dict[str, tuple[int, int]]] = defaultdict(dict)
    wanted = sorted(keys)
    columns = (FEED.c.record, FEED.c.row_id, FEED.c.scope, FEED.c.state, FEED.c.revision)
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        chosen = tuple_(FEED.c.record, FEED.c.row_id).in_(chunk)
        for record, row_id, scope, state, revision in connection.execute(select(*columns).where(chosen)):
            found[record, row_id][scope] = (state, revision)
    return found


def _write(connection: Connection, changes: list[Entry]) -> None:
    if not changes:
        return
    positions = _lock_heads(connection, sorted({entry.scope for entry in changes}))
    rows = []
    for entry in changes:
        positions[entry.scope] += 1
        rows.append(
            {
                "scope": entry.scope,
                "record": entry.record,
                "row_id": entry.row_id,
                "position": positions[entry.scope],
                "state": entry.state,
                "revision": entry.revision,
            }
        )
    _upsert(connection, FEED, ("scope", "record", "row_id"), rows)
    heads = [{"scope": scope, "position": position} for scope, position in positions.items()]
    _upsert(connection, SCOPE_HEAD, ("scope",), heads)
    _count_digests(connection, changes)


def _lock_heads(connection: Connection, scopes: list[str]) -> dict[str, int]:
    """Lock the scopes in sorted order and return their positions."""
    fresh = [{"scope": scope, "position": 0} for scope in scopes]
    query = select(SCOPE_HEAD.c.scope, SCOPE_HEAD.c.position).where(SCOPE_HEAD.c.scope.in_(scopes))
    query = query.order_by(SCOPE_HEAD.c.scope).with_for_update()
    positions = {scope: position for scope, position in connection.execute(query)}
    if len(positions) < len(scopes):
        # a new scope: its row may be another transaction's too, so insert in order, then lock all again in order
        connection.execute(insert_ignoring(connection, SCOPE_HEAD), fresh)
        positions = {scope: position for scope, position in connection.execute(query)}
    return positions


def _upsert(connection: Connection, table: Table, key: tuple[str, ...], rows: list[dict[str, object]]) -> None:
    statement = insert_for(connection, table)
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=others), rows)


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
    rows: list[dict[str, object]] = [
        {"scope": group[0], "record": group[1], "count": counts[group], "digest": digest.to_text(sums[group])}
        for group in sorted(set(counts) | set(sums))
    ]
    _upsert(connection, table, ("scope", "record"), rows)


def head_positions(connection: Connection, scopes: Iterable[str]) -> dict[str, int]:
    """Return the position of each scope that has ever held a row."""
    query = select(SCOPE_HEAD.c.scope, SCOPE_HEAD.c.position).where(SCOPE_HEAD.c.scope.in_(sorted(scopes)))
    return {scope: position for scope, position in connection.execute(query)}


def states_in(connection: Connection, scopes: Iterable[str], keys: Iterable[Key]) -> dict[Key, int]:
    """Return the best state (PRESENT before LEFT before DELETED) of each row within `scopes`; others are absent."""
    found: dict[Key, int] = {}
    chosen, wanted = sorted(scopes), sorted(set(keys))
    for start in range(0, len(wanted), _CHUNK):
        query = select(FEED.c.record, FEED.c.row_id, FEED.c.state).where(
            tuple_(FEED.c.record, FEED.c.row_id).in_(wanted[start : start + _CHUNK]), FEED.c.scope.in_(chosen)
        )
        for record, row_id, state in connection.execute(query):
            found[record, row_id] = min(state, found.get((record, row_id), DELETED))
    return found
