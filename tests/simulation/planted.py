"""Bugs planted on purpose, each a small change of the real code while a run lasts: the simulator must see them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from crmdesk.domain import claims as workflow
from crmdesk.domain import merge
from crmdesk.domain.errors import RefusedError
from crmdesk.protocol import digest
from crmdesk.protocol.messages import Answer, SyncEnd
from crmdesk.server import (
    call_backs,
    claims,
    deletions,
    devices,
    feed,
    merging,
    pull,
    push,
    scoping,
    segments,
    sync_service,
)
from crmdesk.server.bulk import bulk_insert
from crmdesk.server.database import Database
from crmdesk.server.sync_service import SyncService
from crmdesk.server.tables import DELETED, LEFT, OPERATION_LOG, ROWS
from crmdesk.server.work import ServerWork
from crmdesk.storage import digests, inbox, leaving, outbox, overlay, pending, search_index, settings, settling
from crmdesk.storage.work import UnitOfWork
from crmdesk.sync.driving import SyncDriver
from tests.simulation.founding import founding
from tests.simulation.laptop import Laptop
from tests.simulation.run import run_seed


@dataclass(frozen=True, slots=True)
class Bug:
    """A planted bug: what is wrong, and how to make it so."""

    words: str
    plant: Callable[[ExitStack], None]


@dataclass(frozen=True, slots=True)
class Catch:
    """How a bug was caught: the seed and the check that it broke; `seed` 0 and '' where it was not."""

    name: str
    seed: int
    check: str


BUGS: dict[str, Bug] = {}


def _bug(words: str) -> Callable[[Callable[[ExitStack], None]], Callable[[ExitStack], None]]:
    def listed(plant: Callable[[ExitStack], None]) -> Callable[[ExitStack], None]:
        BUGS[plant.__name__.strip("_")] = Bug(words, plant)
        return plant

    return listed


def _swap(stack: ExitStack, owner: Any, name: str, new: Any) -> None:
    """Put something else in the place of a function; it must be there."""
    stack.enter_context(patch.object(owner, name, new))


def hunt(name: str, seeds: range) -> Catch:
    """Look for a planted bug, seed by seed, until a check breaks."""
    for seed in seeds:
        with planted(name):
            outcome = run_seed(seed)
        if outcome.broken:
            return Catch(name, seed, outcome.broken)
    return Catch(name, 0, "")


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plant a bug meanwhile; what all runs start from is made before, or later runs here would inherit the bug."""
    founding()
    with ExitStack() as stack:
        BUGS[name].plant(stack)
        yield


# the server: once and only once ---------------------------------------------------------------------------------------


@_bug("The server keeps no answers: an operation that comes again is applied again.")
def _dedupe_off(stack: ExitStack) -> None:
    _swap(stack, push._Batch, "keep_answers", lambda _batch: None)


@_bug("The server keeps answers in a transaction of their own, after that of the effect.")
def _answers_apart(stack: ExitStack) -> None:
    real = SyncService._push
    later: list[tuple[Any, ...]] = []

    def apart(service: SyncService, *given: Any) -> push.Pushed:
        pushed = real(service, *given)
        kept, later[:] = later[:], []
        columns = push._LOG_COLUMNS
        service._database.run(lambda work: bulk_insert(work.connection, OPERATION_LOG, columns, kept))
        return pushed

    _swap(stack, push._Batch, "keep_answers", lambda batch: later.extend(batch._fresh))
    _swap(stack, SyncService, "_push", apart)


@_bug("The server judges a known operation anew instead of telling the answer that it gave.")
def _answered_again(stack: ExitStack) -> None:
    _swap(stack, push._Batch, "_again", lambda batch, operation, _known, _body: batch._judge(operation))


@_bug("One refused operation holds up all others of its batch.")
def _one_holds_up_all(stack: ExitStack) -> None:
    real = push.push

    def held_up(*given: Any, **named: Any) -> push.Pushed:
        pushed = real(*given, **named)
        if any(answer.outcome == "refused" for answer in pushed.answers):
            raise RefusedError("forbidden")
        return pushed

    _swap(stack, sync_service, "push", held_up)


@_bug("The server does not see that two laptops use one device's sequence.")
def _fork_unseen(stack: ExitStack) -> None:
    real = push._Batch.__init__

    def blind(batch: Any, *given: Any) -> None:
        real(batch, *given)
        batch.forked = False

    _swap(stack, push._Batch, "__init__", blind)


# the server: merging --------------------------------------------------------------------------------------------------


@_bug("The clock of the device decides who wins.")
def _device_clock_decides(stack: ExitStack) -> None:
    real = merging.merged_edit

    def by_clock(record: Any, row: Any, operation: Any, budget: Any = None) -> merge.Merged:
        merged = real(record, row, operation, budget)
        for clash in merged.clashes if operation.made_at < row["updated_at"] else ():
            merged.changes.pop(clash.field)
        return merged

    _swap(stack, merging, "merged_edit", by_clock)


@_bug("What loses is not kept.")
def _loser_forgotten(stack: ExitStack) -> None:
    _swap(stack, merging, "keep_losers", lambda *_: None)


@_bug("Texts are not merged: the later one is taken whole.")
def _text_overwritten(stack: ExitStack) -> None:
    _swap(stack, merge, "merge_texts", lambda _old, _theirs, mine, _budget=None: mine or "")


@_bug("Sets are not merged: the later one is taken whole.")
def _set_overwritten(stack: ExitStack) -> None:
    _swap(stack, merge, "merge_sets", lambda _old, _theirs, mine: sorted(mine or ()))


@_bug("Company fields are not merged key by key: the later mapping is taken whole.")
def _keys_overwritten(stack: ExitStack) -> None:
    def whole(name: str, _theirs: Any, _old: Any, new: Any, result: merge.Merged) -> None:
        result.changes[name] = new

    _swap(stack, merge, "_merge_keys", whole)


@_bug("The online value wins: an edit of a field that somebody else changed is passed over.")
def _online_wins(stack: ExitStack) -> None:
    _swap(stack, merge, "_merge_touched", lambda *_: None)


@_bug("An edit is laid over the row as if nobody else had been there.")
def _merged_blindly(stack: ExitStack) -> None:
    def blind(_record: Any, _current: Any, _touched: Any, edits: Any, *_: Any) -> merge.Merged:
        return merge.Merged({name: new for name, (_, new) in edits.items()})

    _swap(stack, merging, "merge_edit", blind)


@_bug("An edit brings a deleted row back.")
def _edit_revives(stack: ExitStack) -> None:
    def revive(batch: Any, record: Any, row: Any, _operation: Any, changes: Any) -> tuple[str, Any]:
        return "applied", batch.work.revive(record.name, row["id"], changes, batch.actor)

    _swap(stack, push, "_edit_of_deleted", revive)


@_bug("A deletion takes an edit with it that the person had not seen.")
def _unseen_edit_deleted(stack: ExitStack) -> None:
    _swap(stack, deletions, "keep_deletion", lambda *_: False)


@_bug("A decision counts whatever the claim holds by now.")
def _any_content(stack: ExitStack) -> None:
    real = workflow.advance

    def unbound(claim: Any, event: Any, actor: Any, args: Any) -> workflow.Transition:
        seen = workflow.content_hash(claim) if event is workflow.Event.SUBMIT else claim.get("content_hash")
        return real(claim, event, actor, {**args, "seen_hash": seen})

    _swap(stack, workflow, "advance", unbound)


@_bug("The result of a claim does not lock the call-back that it rests on.")
def _call_unbound(stack: ExitStack) -> None:
    _swap(stack, call_backs, "bind", lambda *_: None)


@_bug("A claim changes its state and its budget does not move.")
def _budget_unmoved(stack: ExitStack) -> None:
    _swap(stack, claims, "_move_budget", lambda *_: None)


@_bug("Edits leave nothing in the trail.")
def _trail_forgotten(stack: ExitStack) -> None:
    real = ServerWork.audit

    def silent(work: ServerWork, action: str, *given: Any, **named: Any) -> None:
        if action != "edit":
            real(work, action, *given, **named)

    _swap(stack, ServerWork, "audit", silent)


# the server: feed, cursor, scopes -------------------------------------------------------------------------------------


@_bug("`>=` for `>` in the cursor: the last change comes again with every pull.")
def _cursor_at_least(stack: ExitStack) -> None:
    real = pull.Cursor.read.__func__  # type: ignore[attr-defined]

    def behind(cls: Any, *given: Any) -> Any:
        cursor = real(cls, *given)
        if cursor is not None:
            cursor.positions = {scope: max(0, position - 1) for scope, position in cursor.positions.items()}
        return cursor

    _swap(stack, pull.Cursor, "read", classmethod(behind))


@_bug("The pull starts one change too far behind the cursor.")
def _cursor_skips_one(stack: ExitStack) -> None:
    real_slice, real_slices = pull._read_slice, pull._read_slices

    def further(connection: Any, scope: str, start: int, *given: Any, **named: Any) -> Any:
        return real_slice(connection, scope, start + (start > 0), *given, **named)

    def all_further(connection: Any, starts: dict[str, int], *given: Any) -> Any:
        return real_slices(connection, {one: start + (start > 0) for one, start in starts.items()}, *given)

    _swap(stack, pull, "_read_slice", further)
    _swap(stack, pull, "_read_slices", all_further)


def _without_state(state: int) -> Callable[..., list[feed.Entry]]:
    real = feed._entries_to_write
    return lambda *given: [entry for entry in real(*given) if entry.state != state]


@_bug("The feed does not tell that a row left a scope.")
def _leaving_untold(stack: ExitStack) -> None:
    _swap(stack, feed, "_entries_to_write", _without_state(LEFT))


@_bug("The feed drops tombstones.")
def _tombstones_dropped(stack: ExitStack) -> None:
    _swap(stack, feed, "_entries_to_write", _without_state(DELETED))


@_bug("What belongs to a row does not move with it.")
def _children_stay(stack: ExitStack) -> None:
    _swap(stack, scoping, "children", lambda *_: set())


@_bug("Only the row that was moved is looked at, not those whose scopes hang on it.")
def _neighbours_stay(stack: ExitStack) -> None:
    _swap(stack, scoping, "affected", lambda _connection, moves: {(one.record, one.row_id) for one in moves})


@_bug("Conflicts are made and not told to anybody.")
def _conflicts_untold(stack: ExitStack) -> None:
    real = feed.publish

    def silent(connection: Any, touched: Any, *given: Any) -> None:
        real(connection, [key for key in touched if key[0] != "conflict"], *given)

    _swap(stack, feed, "publish", silent)


@_bug("A scope leak: an assignment counts for ever, whatever its last day.")
def _scope_leak(stack: ExitStack) -> None:
    table = ROWS["assignment"]

    def ever(connection: Any, user_id: str, _today: str) -> set[str]:
        mine = (table.c.user_id == user_id) & table.c.deleted.is_(False)
        return set(connection.execute(select(table.c.territory_id).where(mine)).scalars())

    _swap(stack, devices, "_assigned", ever)


@_bug("A scope leak: ready-made pages keep rows that have left the scope.")
def _segments_stale(stack: ExitStack) -> None:
    _swap(stack, segments, "forget", lambda *_: None)


@_bug("The server's digests are not kept up to date.")
def _server_digest_off(stack: ExitStack) -> None:
    _swap(stack, feed, "_count_digests", lambda *_: None)


@_bug("A restored server goes on in its old epoch.")
def _epoch_kept(stack: ExitStack) -> None:
    _swap(stack, Database, "renew_epoch", lambda database, known="": database.epoch)


@_bug("A restored server takes what waits on a laptop before what that laptop has of the lost time.")
def _taken_too_early(stack: ExitStack) -> None:
    _swap(stack, sync_service, "is_of_another_life", lambda *_: False)


@_bug("The server says 'nothing new' without looking at what the laptop holds.")
def _same_unseen(stack: ExitStack) -> None:
    real = SyncService._end

    def quick(service: SyncService, stream: Any, unmoved: Any = None) -> SyncEnd:
        end = real(service, stream, unmoved)
        quiet = unmoved is not None and not end.more and end.cursor == unmoved.cursor
        return SyncEnd("", same=True, next_sync_s=end.next_sync_s) if quiet else end

    _swap(stack, SyncService, "_end", quick)


# the laptop: saving and sending ---------------------------------------------------------------------------------------


@_bug("The outbox is written outside the transaction of the row, just behind it.")
def _outbox_apart(stack: ExitStack) -> None:
    real_append, real_act = pending.append_all, Laptop.act
    apart: list[tuple[Any, str]] = []
    acting: list[bool] = []

    def append(driver: Any, operations: Any, user_id: str) -> None:
        if acting:
            apart.append((list(operations), user_id))
        else:
            real_append(driver, operations, user_id)

    def act(laptop: Laptop, *commands: Any) -> Any:
        acting.append(True)
        try:
            saved = real_act(laptop, *commands)
        finally:
            acting.clear()
            later, apart[:] = apart[:], []
        with laptop.store.writing() as work:
            for operations, user_id in later:
                real_append(work.driver, operations, user_id)
        return saved

    _swap(stack, pending, "append_all", append)
    _swap(stack, Laptop, "act", act)


@_bug("An edit joins an operation that may have been sent already.")
def _joins_what_was_sent(stack: ExitStack) -> None:
    real = UnitOfWork._joinable

    def forgetful(work: UnitOfWork, *given: Any) -> Any:
        up_to, work.handed_out.up_to = work.handed_out.up_to, 0
        try:
            return real(work, *given)
        finally:
            work.handed_out.up_to = up_to

    _swap(stack, UnitOfWork, "_joinable", forgetful)


@_bug("What the server refuses is thrown away.")
def _refused_vanishes(stack: ExitStack) -> None:
    _swap(stack, outbox, "_to_person", lambda work, stored, *_: pending.remove(work.driver, stored.operation.id))


@_bug("A copied laptop is renumbered and keeps the device id of its twin.")
def _renumbered_as_twin(stack: ExitStack) -> None:
    real = outbox.renumber
    _swap(stack, outbox, "renumber", lambda work, _fresh: real(work, settings.meta(work.connection, "device_id")))


@_bug("A restored server is not given again what it lost.")
def _not_sent_again(stack: ExitStack) -> None:
    _swap(stack, outbox, "send_again", lambda _work: 0)


@_bug("What was acknowledged is forgotten by the laptop's own clock.")
def _forgets_by_own_clock(stack: ExitStack) -> None:
    _swap(stack, settling, "server_now", lambda work: work.now())


@_bug("A scope that goes takes the unsent edits on its rows with it.")
def _purge_takes_outbox(stack: ExitStack) -> None:
    real = leaving._take_out

    def greedy(work: UnitOfWork, record: str, found: Any) -> None:
        for row in found:
            work.driver.execute("DELETE FROM outbox WHERE record = ? AND row_id = ?", (record, row[1]))
        real(work, record, found)

    _swap(stack, leaving, "_take_out", greedy)


# the laptop: taking in ------------------------------------------------------------------------------------------------


@_bug("An answer marks its row as clean although another edit of it waits.")
def _answer_marks_clean(stack: ExitStack) -> None:
    real = outbox.settle

    def clean(work: UnitOfWork, answers: list[Answer]) -> None:
        real(work, answers)
        for answer in answers:
            found = work.driver.execute("SELECT record FROM outbox_done WHERE id = ?", (answer.op_id,)).fetchone()
            if answer.row is None or found is None or answer.row.get("deleted"):
                continue
            with suppress(KeyError):
                _take_whole(work, found[0], answer.row)

    _swap(stack, outbox, "settle", clean)


def _take_whole(work: UnitOfWork, record: str, row: dict[str, Any]) -> None:
    held = outbox.rows.read(work.driver, record, row["id"])
    if held is not None and held.dirty:
        overlay.keep_base(work.driver, record, row)
        outbox.rows.write(work.driver, record, held.values | row, held.scopes, dirty=False)


@_bug("An edit that is made while a sync runs is overwritten by the page that comes in.")
def _edit_overwritten(stack: ExitStack) -> None:
    _swap(stack, pending, "rows_waiting", lambda *_: set())


@_bug("The cursor is stored before the page that it stands for.")
def _cursor_before_page(stack: ExitStack) -> None:
    real = SyncDriver._apply_page

    def cursor_first(driver: SyncDriver, effect: Any) -> None:
        with driver._store.writing() as work:
            inbox._store_cursor(work, effect.page.cursor)
        real(driver, effect)

    _swap(stack, SyncDriver, "_apply_page", cursor_first)
    _swap(stack, SyncDriver, "_EFFECTS", {**SyncDriver._EFFECTS, _effect("ApplyPage"): cursor_first})


def _effect(name: str) -> Any:
    return next(kind for kind in SyncDriver._EFFECTS if kind.__name__ == name)


@_bug("A cursor goes on counting for a scope whose rows were taken out.")
def _cursor_of_purged_counts(stack: ExitStack) -> None:
    _swap(stack, inbox, "purged_scopes", lambda _connection: [])


@_bug("A scope that starts anew keeps what does not come again.")
def _restart_sweeps_nothing(stack: ExitStack) -> None:
    _swap(stack, inbox, "_sweep", lambda *_: None)


@_bug("Rows that were made here and belong to nobody's scope stay.")
def _strays_stay(stack: ExitStack) -> None:
    _swap(stack, inbox, "_remove_strays", lambda _work: None)


@_bug("A scope that is lost keeps its rows.")
def _purge_off(stack: ExitStack) -> None:
    real = leaving._take_out
    _swap(stack, leaving, "_take_out", lambda work, record, found: real(work, record, found[:-1]))


@_bug("Rows that go leave their search entries behind.")
def _search_left_behind(stack: ExitStack) -> None:
    _swap(stack, search_index, "forget", lambda *_: None)


@_bug("The laptop does not compare digests.")
def _digest_off(stack: ExitStack) -> None:
    _swap(stack, digests, "differing", lambda *_: [])


@_bug("The digest is blind to revisions.")
def _digest_blind(stack: ExitStack) -> None:
    real = digest.row_digest
    for owner in (digest, digests):
        _swap(stack, owner, "row_digest", lambda row_id, _revision: real(row_id, 0))
