"""What comes from the server: subscription, pages and the end of a pull, each in one transaction with its cursor."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crmdesk.domain.errors import WorldError
from crmdesk.domain.records import RECORDS
from crmdesk.domain.scopes import COMPANY, person_scope
from crmdesk.protocol.messages import Page, RowGroup, ScopeDigest, SyncEnd, SyncHead
from crmdesk.storage import (
    arrivals,
    attachments,
    digests,
    leaving,
    lives,
    overlay,
    pending,
    rows,
    search_index,
    settings,
)
from crmdesk.storage.connection import Connection
from crmdesk.storage.json_text import to_json
from crmdesk.storage.work import UnitOfWork, driver_of

LOADING, COMPLETE = "loading", "complete"
"""States of a scope: figures, tasks and digests wait for `complete`."""

_IN = "IN (SELECT value FROM json_each(?))"
_MERGED_AFTERWARDS = range(3_000, 60_000)
"""Where a scope starts with so many rows to come, the parts of the search index are merged after the last of them.

With fewer there is nothing to gain, with more a search meanwhile would have too many parts to look through.
"""


def cursor(connection: Connection) -> str:
    """Return the opaque cursor that the next pull starts from; '' at first."""
    return settings.meta(connection, "cursor")


def scope_states(connection: Connection) -> dict[str, str]:
    """Return {scope: loading | complete} of the present subscription; what is leaving is no part of it."""
    found = driver_of(connection).execute("SELECT name, state FROM scope WHERE state <> ?", (leaving.LEAVING,))
    return {row[0]: row[1] for row in found}


def held_in(connection: Connection, scope: str) -> int:
    """Return how many rows a scope holds, by the digests."""
    found = driver_of(connection).execute("SELECT sum(count) FROM digest WHERE scope = ?", (scope,)).fetchone()
    return int(found[0] or 0) if found else 0


def going_by(connection: Connection, page: Page) -> int:
    """Return how many rows that the store holds in the scope of a page are gone by its word."""
    going = 0
    for group in page.groups:
        named = [*group.left, *group.deleted]
        if named and group.record in RECORDS:
            query = f"SELECT scopes FROM row_{group.record} WHERE id {_IN}"
            found = driver_of(connection).execute(query, (to_json(named),))
            going += sum(page.scope in str(row[0]).split() for row in found)
    return going


def holding(connection: Connection) -> tuple[list[str], bytes]:
    """Return the scopes of the present subscription and the summary of all digests: what a request tells of it."""
    return sorted(scope_states(connection)), digests.summary(driver_of(connection))


def apply_head(work: UnitOfWork, head: SyncHead) -> list[str]:
    """Take in the subscription and return the scopes that leave; settle the head's answers before this.

    Rows of a scope that is gone go with their search entries, unless another scope still holds them: the store takes
    them out in short parts after this commit. Unsent edits on them stay in the outbox, where the server takes them
    within its time of grace or refuses them ('needs a decision').
    Raises WorldError('foreign_user') for a head that would take the company or the person away: no server's word.
    """
    states = dict(work.driver.execute("SELECT name, state FROM scope").fetchall())
    held = {scope for scope, state in states.items() if state != leaving.LEAVING}
    gone = sorted(held - set(head.scopes))
    if any(scope == COMPANY or scope.startswith(person_scope("")) for scope in gone):
        raise WorldError("foreign_user")
    for scope in gone:
        leaving.mark(work, scope)
    for scope in set(head.scopes) & (states.keys() - held):
        purge_scope(work, scope)  # it comes back before it was out: what came before is no start for it
    work.leaving = work.leaving or bool(leaving.scopes_leaving(work.driver))
    _note_purged(work, gone)
    for scope in head.scopes:
        if scope not in held or scope in head.restart:
            _set_state(work, scope, LOADING)
    if not _note_epoch(work, head.epoch) and head.cursor:
        _store_cursor(work, head.cursor)  # what was taken is proven by it, even if nothing of the pull arrives
    if gone or set(head.scopes) - held:
        work.note("sync_state", "scopes")
    return gone


def take_proof(work: UnitOfWork, proof: str) -> None:
    """Store a cursor that came with answers: the place is the one held here, with the proof of what was taken."""
    if proof and cursor(work.connection):  # without one another life has begun, or all is fetched anew
        _store_cursor(work, proof)


def _note_epoch(work: UnitOfWork, epoch: str) -> bool:
    """Take over the name of the server's life; of another one the revisions and the cursor held here say nothing.

    A row may come by another scope than in the life that was lost, so that the new start of a scope is not enough.
    Says whether it is another one.
    """
    another = lives.take_over(work.connection, work.driver, epoch)
    if another:
        settings.set_meta(work.connection, "cursor", "")  # the server takes nothing from whoever still shows it
    return another


def purge_scope(work: UnitOfWork, scope: str) -> None:
    """Take a scope out of the store at once, in this transaction; its rows go unless another scope holds them."""
    leaving.mark(work, scope)
    while leaving.step(work):
        pass


def purged_scopes(connection: Connection) -> list[str]:
    """Return the scopes whose rows went after the cursor was stored: it must not count for them if they come back."""
    return list(settings.meta_json(connection, _PURGED) or [])


_PURGED = "purged_scopes"


def _note_purged(work: UnitOfWork, gone: Sequence[str]) -> None:
    if gone:
        known = {*purged_scopes(work.connection), *gone}
        settings.set_meta_json(work.connection, _PURGED, sorted(known))


def _store_cursor(work: UnitOfWork, cursor: str) -> None:
    """Store a cursor of the present subscription: it knows nothing of the scopes that are not in it.

    Where '' came, as with some pages of many scopes, the one before goes on counting.
    """
    if not cursor:
        return
    settings.set_meta(work.connection, "cursor", cursor)
    if settings.meta(work.connection, _PURGED):
        settings.set_meta_json(work.connection, _PURGED, None)


def _set_state(work: UnitOfWork, scope: str, state: str) -> None:
    work.driver.execute(
        "INSERT INTO scope(name, state) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET state = excluded.state",
        (scope, state),
    )


def apply_page(work: UnitOfWork, page: Page, ready: Mapping[int, arrivals.Ready] | None = None) -> list[str]:
    """Write a page and its cursor; pending edits are laid over the new base. Returns ids that could not be read.

    A row that can't be read is left out and the rest goes on: the digests will tell, and it is fetched again. What is
    held of it stays. `ready` is what `arrivals.prepare` made of the page before the writer was taken, None to have it
    done here.
    """
    ready = arrivals.prepare(page) if ready is None else ready
    unreadable: list[str] = []
    if page.first:
        _begin_anew(work, page.scope)
        if page.remaining in _MERGED_AFTERWARDS:
            search_index.merging(work.driver, False)
    for at, group in enumerate(page.groups):
        if at in ready:
            group = _insert_ready(work, page.scope, group, ready[at])
        if group.record in RECORDS:
            unreadable += _apply_group(work, page.scope, group)
    if page.complete:
        _sweep(work, page.scope)
        if not search_index.is_merging(work.driver):
            search_index.merging(work.driver, True)
            work.unmerged = True
    _set_state(work, page.scope, COMPLETE if page.complete else LOADING)
    _store_cursor(work, page.cursor)
    work.note("sync_state", page.scope)
    return unreadable


def apply_end(work: UnitOfWork, end: SyncEnd) -> list[ScopeDigest]:
    """Close a pull: cursor and time; return the server's digests that the rows here do not match.

    Rows made here that were accepted but belong to no scope of this person go once everything was pulled.
    """
    work.digests.flush(work.driver)
    _store_cursor(work, end.cursor)
    settings.set_meta(work.connection, "last_sync_at", work.now())
    work.note("sync_state", "last_sync_at")
    if (end.digests or end.same) and not end.more:
        _let_lost_go(work)
        _remove_strays(work)
        # by the cursor nothing is missing of any scope: one whose new start was cut short counts again, and is compared
        work.driver.execute("UPDATE scope SET state = ? WHERE state = ?", (COMPLETE, LOADING))
    leaving.forget_titles(work.driver)
    complete = {scope for scope, state in scope_states(work.connection).items() if state == COMPLETE}
    told = [one for one in end.digests if one.scope in complete and one.record in RECORDS]
    if end.digests and not end.more:
        told += digests.not_told(work.driver, complete, end.digests)
    return digests.differing(work.driver, told)


def _let_lost_go(work: UnitOfWork) -> None:
    """Take out what is of a life of the server that was lost and came by no scope since: the server has no such row.

    What is queued to be made again stays on the page, from nothing: a version of that life would stand against the
    lower revisions of this one.
    """
    for (record,) in work.driver.execute(
        "SELECT DISTINCT record FROM stale WHERE scope = ?", (lives.ANYWHERE,)
    ).fetchall():
        found = work.driver.execute(
            f"SELECT id FROM row_{record} WHERE scopes = '' AND id IN "
            "(SELECT id FROM stale WHERE scope = ? AND record = ?)",
            (lives.ANYWHERE, record),
        ).fetchall()
        leaving.remove(work, record, [row[0] for row in found])
    work.driver.execute("DELETE FROM stale WHERE scope = ?", (lives.ANYWHERE,))


def _remove_strays(work: UnitOfWork) -> None:
    for record in RECORDS:
        leaving.remove(work, record, leaving.strays(work.driver, record))


def _begin_anew(work: UnitOfWork, scope: str) -> None:
    """Note what the scope holds: what does not come again by its last page has gone meanwhile."""
    work.digests.flush(work.driver)
    work.driver.execute("DELETE FROM stale WHERE scope = ?", (scope,))
    for (_, record), (count, _) in digests.stored(work.driver, scope).items():
        for text in leaving.texts_with(work.driver, record, (scope,)) if count else ():
            work.driver.execute(
                f"INSERT INTO stale(scope, record, id) SELECT ?, ?, id FROM row_{record} WHERE scopes = ?",
                (scope, record, text),
            )


def sweep_part(work: UnitOfWork, page: Page) -> bool:
    """Take some of the rows out that did not come again, before the last page of a scope does the rest.

    Returns False, and does nothing, where so few are left that the page's own commit can do it: many at once would
    hold up everybody who wants to write.
    """
    if not page.complete:
        return False
    coming = [one for group in page.groups for one in _ids(group)]
    found = work.driver.execute(
        f"SELECT record, id FROM stale WHERE scope = ? AND NOT id {_IN} LIMIT ?",
        (page.scope, to_json(coming), leaving.PART // 2),  # each may have a search entry
    ).fetchall()
    if len(found) < leaving.PART // 2:
        return False
    _sweep(work, page.scope, found)
    return True


def _ids(group: RowGroup) -> list[str]:
    at = group.columns.index("id") if "id" in group.columns else 0
    return [str(row[at]) for row in group.by_row() if len(row) > at]


def _sweep(work: UnitOfWork, scope: str, found: Sequence[tuple[Any, ...]] | None = None) -> None:
    if found is None:
        found = work.driver.execute("SELECT record, id FROM stale WHERE scope = ?", (scope,)).fetchall()
    by_record: dict[str, list[str]] = {}
    for record, row_id in found:
        by_record.setdefault(record, []).append(row_id)
    for record, row_ids in by_record.items():
        _leave(work, scope, record, row_ids)
        work.driver.execute(
            f"DELETE FROM stale WHERE scope = ? AND record = ? AND id {_IN}", (scope, record, to_json(row_ids))
        )


def _insert_ready(work: UnitOfWork, scope: str, group: RowGroup, ready: arrivals.Ready) -> RowGroup:
    """Insert, in one go, the rows that nothing here knows of; return the group with the others, to be looked at each.

    This is the way of a first sync.
    """
    record = group.record
    known = arrivals.held_among(work.driver, ready) | (pending.rows_waiting(work.driver, record) & set(ready.ids))
    others: list[list[Any]] = []
    if known:
        id_at = group.columns.index("id")
        others = [row for row in group.by_row() if row[id_at] in known]
        ready = ready.without(known)
    if ready.ids:
        rows.insert_columns(work.driver, rows.shape(record), ready.columns, scope, ready.entries)
        work.digests.add_sum(scope, record, len(ready.ids), ready.total)
        work.changed.setdefault(record, set()).update(ready.ids)
    return RowGroup(record, group.columns, others, group.left, group.deleted)


def _apply_group(work: UnitOfWork, scope: str, group: RowGroup) -> list[str]:
    record = group.record
    arrived, unreadable = _readable(group)
    seen = [*arrived, *group.left, *group.deleted]
    # that a row left this scope says nothing of what it holds in another
    anew = work.driver.execute(
        f"DELETE FROM stale WHERE scope IN (?1, ?2) AND record = ?3 AND id {_IN.replace('?', '?4')} "
        f"AND NOT (scope = ?2 AND id {_IN.replace('?', '?5')}) RETURNING id",
        (scope, lives.ANYWHERE, record, to_json(seen), to_json(group.left)),
    ).fetchall()
    if arrived:
        _apply_rows(work, scope, record, arrived, frozenset(row[0] for row in anew))
    if unreadable:
        _spare(work, scope, record, unreadable)
    if group.left:
        _leave(work, scope, record, group.left)
    if group.deleted:
        _deleted(work, record, group.deleted)
    work.changed.setdefault(record, set()).update(seen)
    return unreadable


def _spare(work: UnitOfWork, scope: str, record: str, unreadable: Sequence[str]) -> None:
    """Let rows that came and can't be read stay as they are held: the scope still has them.

    Not those of a life of the server that was lost: their revisions could fit by chance, and nothing would tell.
    """
    work.driver.execute(
        f"DELETE FROM stale WHERE scope = ?1 AND record = ?2 AND id {_IN.replace('?', '?3')} "
        "AND id NOT IN (SELECT id FROM stale WHERE scope = ?4 AND record = ?2)",
        (scope, record, to_json(unreadable), lives.ANYWHERE),
    )


def _readable(group: RowGroup) -> tuple[dict[str, list[Any]], list[str]]:
    """Return ({id: wire row in our column order}, ids that can't be read); columns that we don't know are left out."""
    form = rows.shape(group.record)
    width = len(group.columns)
    same = tuple(group.columns) == form.columns
    where = {name: at for at, name in enumerate(group.columns)}
    id_at = where.get("id", 0)
    given = group.by_row()
    whole = [row if same else _in_order(form, row, where) for row in given if len(row) == width]
    if len(whole) == len(given) and (not whole or form.readable(list(zip(*whole, strict=True)))):
        return {wire[0]: wire for wire in whole}, []
    arrived: dict[str, list[Any]] = {}
    unreadable: list[str] = []
    for row in given:  # one of them can't be read: which?
        wire = row if same or len(row) != width else _in_order(form, row, where)
        if len(row) != width or not form.readable([(one,) for one in wire]):
            unreadable.append(str(row[id_at])[:60] if len(row) > id_at else "")
        else:
            arrived[wire[0]] = wire
    return arrived, unreadable


def _in_order(form: rows.Shape, row: Sequence[Any], where: dict[str, int]) -> list[Any]:
    return [
        row[where[name]] if name in where else default
        for name, default in zip(form.columns, form.defaults, strict=True)
    ]


def _apply_rows(work: UnitOfWork, scope: str, record: str, arrived: dict[str, list[Any]], anew: frozenset[str]) -> None:
    """Write rows; those in `anew` were asked for again, so they count even if their revision is not a newer one."""
    form = rows.shape(record)
    columns = ("id", "rowid", "revision", "scopes", "updated_at", *form.searched_by)
    found = work.driver.execute(
        f"SELECT {', '.join(columns)} FROM {form.table} WHERE id {_IN}", (to_json(list(arrived)),)
    )
    held = {row[0]: row[1:] for row in found}
    waiting = pending.rows_waiting(work.driver, record)
    fresh: list[list[Any]] = []
    known: list[tuple[list[Any], tuple[Any, ...]]] = []
    for row_id, wire in arrived.items():
        if wire[2]:
            _deleted(work, record, [row_id])
        elif row_id in waiting:
            _under_edits(work, scope, record, dict(zip(form.columns, wire, strict=True)), row_id in anew)
        elif row_id in held:
            known.append((wire, held[row_id]))
        else:
            fresh.append(wire)
    if fresh:
        _insert(work, scope, form, fresh)
    if known:
        _renew(work, scope, form, known, anew)
        if record == "attachment":
            changed = (wire[0] for wire, held_row in known if wire[0] in anew or int(wire[1]) > int(held_row[1]))
            attachments.offer_again(work, changed)


def _insert(work: UnitOfWork, scope: str, form: rows.Shape, fresh: list[list[Any]]) -> None:
    """The way of a first sync: rows that nothing here knows of, in one go."""
    rows.insert(work.driver, form, fresh, scope, dirty=False)
    work.digests.add_many(scope, form.record, [(wire[0], wire[1]) for wire in fresh])


def _renew(
    work: UnitOfWork,
    scope: str,
    form: rows.Shape,
    known: Iterable[tuple[list[Any], tuple[Any, ...]]],
    anew: frozenset[str],
) -> None:
    record = form.record
    stored: list[list[Any]] = []
    entries: list[tuple[int, str, str, str]] = []
    make = search_index.of_wire(record, form.columns) if form.indexed else None
    updated_at = form.columns.index("updated_at")
    for wire, (rowid, revision, text, updated, *searched) in known:
        scopes = set(text.split())
        forced = wire[0] in anew
        after = int(wire[1]) if forced else max(int(wire[1]), int(revision))
        work.digests.move(scopes, record, wire[0], revision, after)
        if scope not in scopes:
            scopes.add(scope)
            work.digests.add(scope, record, wire[0], after)
            work.driver.execute(
                f"UPDATE {form.table} SET scopes = ? WHERE rowid = ?", (" ".join(sorted(scopes)), rowid)
            )
        # of a row that no scope has brought yet nobody but this laptop has said what is in it
        told = bool(text) and wire[updated_at] == updated
        same = after == revision and (int(wire[1]) < after or told)
        if same and not forced:
            continue  # our own operation comes back, or nothing new
        key = str(searched[-1])
        if make is not None and tuple(searched) != form.searched_as(wire, key):
            columns, key = make(wire)
            entries.append((rowid, *columns))
        stored.append(form.stored(rowid, wire, " ".join(sorted(scopes)), 0, key))
    work.driver.executemany(form.upsert, stored)
    if entries:
        search_index.forget(work.driver, record, [one[0] for one in entries])
        search_index.put(work.driver, record, entries)


def _under_edits(work: UnitOfWork, scope: str, record: str, base: dict[str, Any], anew: bool) -> None:
    """Put a new base under the pending edits of a row; one that was asked for `anew` counts whatever its revision."""
    row_id = base["id"]
    held = rows.read(work.driver, record, row_id)
    before = overlay.base_of(work.driver, record, row_id, held)
    if before is not None and before["deleted"]:
        before = None  # it was restored, or an older page comes late and its deletion again after it
    scopes = set(held.scopes) if held else set()
    if before is not None and not anew:
        # at one revision the server's word stands against what was worked out here of an answer without the row
        base = before if before["revision"] > base["revision"] else base
    if before is not None:
        work.digests.move(scopes, record, row_id, before["revision"], base["revision"])
    if scope not in scopes:
        scopes.add(scope)
        work.digests.add(scope, record, row_id, base["revision"])
    overlay.rebase(work.driver, record, row_id, base, scopes, held)


def _leave(work: UnitOfWork, scope: str, record: str, row_ids: Sequence[str]) -> None:
    """Rows are in a scope no more; those that no scope holds go."""
    found = work.driver.execute(
        f"SELECT id, revision, scopes FROM row_{record} WHERE id {_IN}", (to_json(list(row_ids)),)
    ).fetchall()
    going: list[str] = []
    for row_id, revision, text in found:
        scopes = set(text.split())
        if scope not in scopes:
            continue
        scopes.discard(scope)
        work.digests.remove((scope,), record, row_id, revision)
        if scopes:
            work.driver.execute(f"UPDATE row_{record} SET scopes = ? WHERE id = ?", (" ".join(sorted(scopes)), row_id))
        else:
            going.append(row_id)
    leaving.remove(work, record, going)


def _deleted(work: UnitOfWork, record: str, row_ids: Sequence[str]) -> None:
    """Rows that the server holds as tombstones go; pending edits on them stay queued and are answered by the server."""
    found = work.driver.execute(
        f"SELECT id, revision, scopes FROM row_{record} WHERE revision > 0 AND id {_IN}", (to_json(list(row_ids)),)
    ).fetchall()
    for row_id, revision, text in found:
        work.digests.remove(text.split(), record, row_id, revision)
    leaving.remove(work, record, [row[0] for row in found], ended=True)
    waiting = pending.rows_waiting(work.driver, record)
    for row_id, revision, _ in found:
        if row_id in waiting:
            overlay.keep_base(work.driver, record, {"id": row_id, "revision": revision + 1, "deleted": True})
