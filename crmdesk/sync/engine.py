"""Drives the core with store and transport, one sync at a time: on the caller's thread or on a thread of its own."""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, func, select

from crmdesk.domain.clock import Clock, to_text, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.protocol import digest, frames
from crmdesk.protocol.messages import PROTOCOL, SCHEMA, Answer, Operation, Page, SyncEnd, SyncHead, SyncRequest
from crmdesk.storage import inbox, journal, outbox, settings, tables
from crmdesk.storage.store import Store
from crmdesk.storage.work import UnitOfWork
from crmdesk.sync import core
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.files import FileTransfer
from crmdesk.sync.running import Running
from crmdesk.sync.session import Session

MANY_IDS = 500
"""Beyond this number of changed ids a change is told as 'many: read again'."""

_log = journal.logger("crmdesk.sync")


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Where the sync stands. `code` names what went wrong last ('' when all is well); progress counts rows."""

    phase: str = core.IDLE
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    online: bool = True
    progress_done: int = 0
    progress_total: int = 0
    last_sync_at: str = ""


class Listener(Protocol):
    """Who wants to know; called on the thread that syncs."""

    def status_changed(self, status: SyncStatus) -> None:
        """The sync stands elsewhere."""

    def rows_changed(self, changed: dict[str, tuple[str, ...]]) -> None:
        """Rows of these ids changed by what the server sent; no ids: many."""


class SyncEngine:
    """One store's sync. `sync_once` for commands, `start` for the app; both go through the same core."""

    def __init__(
        self,
        store: Store,
        session: Session,
        listener: Listener,
        clock: Clock = utc_now,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._session, self._listener = store, session, listener
        self._clock, self._draw = clock, draw
        self._core = core.SyncCore()
        self._files = FileTransfer(store, session)
        self._driving = threading.Lock()
        self._events: queue.SimpleQueue[core.Event | None] = queue.SimpleQueue()
        self._cancellation = Cancellation()
        self._thread: threading.Thread | None = None
        self._status = SyncStatus(last_sync_at=self._last_sync_at())
        self._exchange: Iterator[frames.Message] | None = None
        self._running: Running[frames.Message] | None = None
        self._sent: list[Operation] = []
        self._request: SyncRequest | None = None
        self._held_scopes: list[str] = []
        self._token = ""
        self._wait_s: float | None = None
        self._began = 0.0

    def status(self) -> SyncStatus:
        """Return where the sync stands."""
        return self._status

    def sync_once(self, accept_removals: bool = False) -> SyncStatus:
        """Sync on this thread until it rests; the status says how it went. Raises nothing of the world's."""
        self._drive(core.RemovalAccepted() if accept_removals else core.Start())
        return self._status

    def fetch_all_anew(self) -> SyncStatus:
        """Forget the cursor and sync: everything is compared and sent again; the outbox stays."""
        with self._store.writing() as work:
            settings.set_meta(work.connection, "cursor", "")
            settings.set_meta_json(work.connection, "refetch_tries", None)
        return self.sync_once(accept_removals=True)

    def start(self) -> None:
        """Sync in the background from now on, at once and then on changes and by the clock."""
        self._events.put(core.Start())
        self._thread = threading.Thread(target=self._loop, name="crmdesk-sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background sync within a moment; what is on the way is cut, nothing is lost."""
        self._events.put(None)
        self._cancellation.cancel()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def request(self) -> None:
        """Ask for a sync now; returns at once."""
        self._events.put(core.Start())

    def accept_removals(self) -> None:
        """Ask for a sync that may take away more than a fifth of a scope, because a person said so."""
        self._events.put(core.RemovalAccepted())

    def local_change(self) -> None:
        """Tell that the outbox got something; returns at once."""
        self._events.put(core.LocalChange())

    def cancel(self) -> None:
        """Stop the running sync within a second."""
        self._cancellation.cancel()

    @property
    def cancelled(self) -> bool:
        """Say whether the running sync was asked to stop."""
        return self._cancellation.cancelled

    def work_offline(self, offline: bool) -> None:
        """Stay off the network until told otherwise."""
        if offline:
            self._cancellation.cancel()
        self._events.put(core.Network(not offline))

    def _loop(self) -> None:
        while True:
            try:
                events: list[core.Event | None] = [self._events.get(timeout=self._wait_s)]
            except queue.Empty:
                events = [core.Tick()]
            while not self._events.empty():
                events.append(self._events.get())
            if None in events:
                return
            for event in _without_repeats(events):
                self._drive(event)

    def _drive(self, event: core.Event) -> None:
        with self._driving:
            following: core.Event | None = event
            while following is not None:
                try:
                    following = self._perform(self._core.step(following))
                    if following is None and self._exchange is not None:
                        following = self._next_message()
                except WorldError as error:
                    following = self._failure(error)

    def _perform(self, effects: list[core.Effect]) -> core.Event | None:
        following: core.Event | None = None
        for effect in effects:
            following = self._EFFECTS[type(effect)](self, effect) or following
        return following

    def _failure(self, error: WorldError) -> core.Event:
        carried = len(self._sent)
        self._drop()
        if error.code == "cancelled":
            self._cancellation = Cancellation()
            return core.Cancelled(self._draw())
        _log.info("sync_failed", code=error.code, carried=carried)
        wish = error.params.get("retry_after_s")
        retry_after_s = float(wish) if isinstance(wish, int | float) else None
        return core.Failed(error.code, self._draw(), carried, retry_after_s, dict(error.params))

    def _send(self, effect: core.SendRequest) -> None:
        self._drop()
        if not self._began:
            self._began = time.monotonic()
        device_id = self._session.device_id()
        self._token = self._session.access_token(self._cancellation)
        with self._store.reading() as connection:
            self._held_scopes, summary = inbox.holding(connection)
            room = effect.max_operations
            self._sent = outbox.next_batch(connection, room, effect.max_bytes) if room else []
            self._request = SyncRequest(
                protocol=PROTOCOL, schema=SCHEMA, device_id=device_id,
                cursor="" if effect.whole else inbox.cursor(connection),
                operations=self._sent, acknowledged=_acknowledged(connection, self._sent), refetch=list(effect.refetch),
                subscription=digest.of_subscription(self._held_scopes) if self._held_scopes else b"", summary=summary,
            )  # fmt: skip
        self._open()

    def _open(self) -> None:
        assert self._request is not None
        self._running = self._session.transport.sync(self._request, self._token, self._cancellation)
        self._exchange = iter(self._running)

    def _next_message(self) -> core.Event:
        assert self._exchange is not None
        try:
            message = next(self._exchange, None)
        except WorldError as error:
            if error.code != "token_expired":
                raise
            message = self._again_with_new_token()
        if isinstance(message, SyncHead):
            return core.Head(self._whole_head(message), self._session.user_id, self._restored(message))
        if isinstance(message, Page):
            return core.PageArrived(message, self._held(message.scope))
        if isinstance(message, SyncEnd):
            return core.End(message)
        raise WorldError("answer_cut")

    def _whole_head(self, head: SyncHead) -> SyncHead:
        """Return the head with the subscription that the server left out, because it is the one held here."""
        return msgspec.structs.replace(head, scopes=self._held_scopes) if head.same_scopes else head

    def _restored(self, head: SyncHead) -> bool:
        """Say whether the server lives another life than the one that this laptop knew: it came back from a backup."""
        with self._store.reading() as connection:
            known = settings.meta(connection, "epoch")
        return bool(known) and known != head.epoch

    def _again_with_new_token(self) -> frames.Message | None:
        """The access token ran out on the way: trade it and send the same request once more."""
        self._token = self._session.renewed_token(self._token, self._cancellation)
        self._open()
        assert self._exchange is not None
        try:
            return next(self._exchange, None)
        except WorldError as error:
            raise WorldError("signed_out") if error.code == "token_expired" else error from error

    def _drop(self, _effect: core.DropStream | None = None) -> None:
        running, self._running, self._exchange, self._sent = self._running, None, None, []
        if running is not None:
            running.close()

    def _apply_head(self, effect: core.ApplyHead) -> None:
        with self._store.writing() as work:
            outbox.settle(work, effect.head.answers)
            if effect.send_again:
                _log.info("server_restored", sent_again=outbox.send_again(work))
            inbox.apply_head(work, effect.head)
            changed = _changed(work)
        self._sent = []
        pseudo = ("outbox", "needs_you") if effect.head.answers else ()
        self._tell(changed | dict.fromkeys(pseudo, ()))

    def _apply_page(self, effect: core.ApplyPage) -> None:
        with self._store.writing() as work:
            inbox.apply_page(work, effect.page)
            changed = _changed(work)
        done = self._status.progress_done + _entries(effect.page)
        self._set(progress_done=done, progress_total=done + effect.page.remaining)
        self._tell(changed)

    def _apply_end(self, effect: core.ApplyEnd) -> core.Applied:
        assert self._exchange is not None
        if next(self._exchange, None) is not None:
            raise WorldError("answer_cut")
        took_ms = int((time.monotonic() - self._began) * 1000)
        now = to_text(self._clock())
        with self._store.writing() as work:
            differing = {one.scope for one in inbox.apply_end(work, effect.end)}
            settings.set_meta(work.connection, "last_sync_at", now)
            settings.set_meta(work.connection, "last_sync_ms", str(took_ms))
            tries = settings.meta_json(work.connection, "refetch_tries") or {}
            changed = _changed(work)
            waiting = int(outbox.counts(work.connection)["waiting"])
        self._drop()
        self._set(last_sync_at=now)
        self._tell(changed)
        return core.Applied({scope: int(tries.get(scope, 0)) for scope in differing}, waiting, self._draw())

    def _renumber(self, _effect: core.Renumber) -> None:
        with self._store.writing() as work:
            outbox.renumber(work, new_id())
        _log.info("device_renumbered")

    def _set_aside(self, effect: core.SetAside) -> None:
        with self._store.writing() as work:
            oldest = outbox.next_batch(work.connection, 1, 1 << 30)
            outbox.settle(work, [Answer(one.id, "refused", code=effect.code) for one in oldest])
            changed = _changed(work)
        self._tell(changed | {"outbox": (), "needs_you": ()})

    def _save_tries(self, effect: core.SaveTries) -> None:
        with self._store.writing() as work:
            settings.set_meta_json(work.connection, "refetch_tries", effect.tries)

    def _report(self, effect: core.Report) -> None:
        online = self._status.online
        if effect.phase == core.OFFLINE:
            online = False
        elif effect.phase == core.IDLE and not effect.code:
            online = True
        self._set(
            phase=effect.phase, code=effect.code, params=effect.params, online=online, progress_done=0, progress_total=0
        )
        if effect.phase != core.SYNCING:
            self._tell({"sync_state": ()})

    def _transfer(self, _effect: core.TransferFiles) -> None:
        """Files after rows: a change made meanwhile goes first, the rest of the files follows it."""
        self._files.run(self._cancellation, self._something_asked, self._files_through)

    def _files_through(self, through: tuple[str, ...]) -> None:
        self._tell({"attachment": through, "sync_state": ()})

    def _something_asked(self) -> bool:
        return self._thread is not None and not self._events.empty()

    def _rest(self, effect: core.Wait) -> None:
        self._wait_s = effect.seconds
        self._began = 0.0

    def _held(self, scope: str) -> int:
        with self._store.reading() as connection:
            found = connection.scalar(select(func.sum(tables.digest.c.count)).where(tables.digest.c.scope == scope))
        return int(found or 0)

    def _last_sync_at(self) -> str:
        with self._store.reading() as connection:
            return settings.meta(connection, "last_sync_at")

    def _set(self, **changes: Any) -> None:
        self._status = replace(self._status, **changes)
        self._listener.status_changed(self._status)

    def _tell(self, changed: dict[str, tuple[str, ...]]) -> None:
        if changed:
            self._listener.rows_changed(changed)

    _EFFECTS: dict[type[Any], Any] = {
        core.SendRequest: _send,
        core.ApplyHead: _apply_head,
        core.ApplyPage: _apply_page,
        core.ApplyEnd: _apply_end,
        core.DropStream: _drop,
        core.Renumber: _renumber,
        core.SetAside: _set_aside,
        core.SaveTries: _save_tries,
        core.Report: _report,
        core.TransferFiles: _transfer,
        core.Wait: _rest,
    }


def _without_repeats(events: list[core.Event | None]) -> list[core.Event]:
    """Return the events in order, equal neighbours once: twenty saved changes are one sync."""
    kept: list[core.Event] = []
    for event in events:
        if event is not None and kept[-1:] != [event]:
            kept.append(event)
    return kept


def _acknowledged(connection: Connection, sent: list[Operation]) -> int:
    """Return the highest sequence of this device whose answer is stored: all below the oldest that waits."""
    return sent[0].seq - 1 if sent else int(settings.meta(connection, "device_seq", "0"))


def _changed(work: UnitOfWork) -> dict[str, tuple[str, ...]]:
    return {record: tuple(sorted(ids)) if len(ids) <= MANY_IDS else () for record, ids in work.changed.items() if ids}


def _entries(page: Page) -> int:
    return sum(len(group.rows) + len(group.left) + len(group.deleted) for group in page.groups)
