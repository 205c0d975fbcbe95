"""Performs what the core asks for, with store, session and line; one event after the other, without threads.

Whoever drives (the engine of the app, the simulator of the tests) hands in everything that depends on the world: the
line to the server, the clock, chance and the stopwatch.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Protocol

import msgspec

from crmdesk.domain.clock import Clock, from_text, to_text, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.domain.scopes import is_territory
from crmdesk.protocol import digest, frames
from crmdesk.protocol.messages import PROTOCOL, SCHEMA, Answer, Answers, Operation, Page, SyncEnd, SyncHead, SyncRequest
from crmdesk.storage import arrivals, attachments, inbox, journal, lately, outbox, resending, settings, settling
from crmdesk.storage.store import Store
from crmdesk.storage.work import UnitOfWork
from crmdesk.sync import core
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.pace import Pace

MANY_IDS = 500
"""Beyond this number of changed ids a change is told as 'many: read again'."""

_log = journal.logger("crmdesk.sync")


class SyncStatus(msgspec.Struct, frozen=True):
    """Where the sync stands. `code` names what went wrong last ('' when all is well); progress counts rows.

    `since` is when the trouble began that still lasts, `next_try_at` when it is tried again ('' for none);
    `sending` counts the operations that are on the way, `repairing` says that a part is fetched anew because it
    differed; `clock_off_s` is how much the clock here is ahead of the
    server's (negative: behind), seconds.
    """

    phase: str = core.IDLE
    code: str = ""
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    online: bool = True
    progress_done: int = 0
    progress_total: int = 0
    last_sync_at: str = ""
    since: str = ""
    next_try_at: str = ""
    sending: int = 0
    repairing: bool = False
    clock_off_s: int = 0


class Listener(Protocol):
    """Who wants to know; called on the thread that syncs."""

    def status_changed(self, status: SyncStatus) -> None:
        """The sync stands elsewhere."""

    def rows_changed(self, changed: dict[str, tuple[str, ...]]) -> None:
        """Rows of these ids changed by what the server sent; no ids: many."""


class Exchange(Protocol):
    """A running exchange: the frames of the answer as they arrive; raises WorldError."""

    def __iter__(self) -> Iterator[frames.Message]: ...

    def close(self) -> None:
        """Give up whatever is still to come."""


class Line(Protocol):
    """The way to the server."""

    def sync(self, message: SyncRequest, access_token: str, cancellation: Cancellation) -> Exchange:
        """Send one request and return its answer."""


class Credentials(Protocol):
    """The signed-in person and the line (`crmdesk.sync.session.Session`)."""

    @property
    def transport(self) -> Line: ...

    @property
    def user_id(self) -> str: ...

    def device_id(self) -> str: ...

    def access_token(self, cancellation: Cancellation) -> str: ...

    def renewed_token(self, rejected: str, cancellation: Cancellation) -> str: ...


class Files(Protocol):
    """What moves the attachments behind the rows (`crmdesk.sync.files.FileTransfer`)."""

    def run(
        self, cancellation: Cancellation, interrupted: Callable[[], bool], told: Callable[[tuple[str, ...]], None]
    ) -> None: ...


class SyncDriver:
    """One store's sync, event by event. `wait_s` is when to send a `Tick`, None: only a person or a change goes on."""

    def __init__(
        self,
        store: Store,
        session: Credentials,
        files: Files,
        listener: Listener,
        interrupted: Callable[[], bool] = lambda: False,
        clock: Clock = utc_now,
        draw: Callable[[], float] = random.random,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.status = SyncStatus()
        self.cancellation = Cancellation()
        self.wait_s: float | None = None
        self._store, self._session, self._files, self._listener = store, session, files, listener
        self._interrupted = interrupted
        self._clock, self._draw, self._stopwatch = clock, draw, stopwatch
        self._core = core.SyncCore()
        self._exchange: Iterator[frames.Message] | None = None
        self._running: Exchange | None = None
        self._sent: list[Operation] = []
        self._held_back = False
        self._request: SyncRequest | None = None
        self._held_scopes: list[str] = []
        self._told_scopes: frozenset[str] | None = None  # by the head of this exchange
        self._token = ""
        self._began = 0.0
        self._answered = self._received = 0
        self._pace = Pace()
        self.status = SyncStatus(last_sync_at=self._last_sync_at())

    def advance(self, event: core.Event) -> core.Event | None:
        """Take one event and perform its effects; return the event that follows of itself, None at rest.

        Raises nothing of the world's: a `WorldError` becomes the event that tells the core of it.
        """
        try:
            following = self._perform(self._core.step(event))
            if following is None and self._exchange is not None:
                following = self._next_message()
        except WorldError as error:
            following = self._failure(error)
        return following

    def drive(self, event: core.Event, cancellation: Cancellation) -> None:
        """Take an event and all that follow of it, until the sync rests; `cancellation` is of this drive alone."""
        self.cancellation = cancellation
        following: core.Event | None = event
        while following is not None:
            try:
                following = self.advance(following)
            except Exception as error:  # a bug of ours must not end the sync for good: it is said, and tried again
                _log.error("sync_unforeseen", error=error)
                following = self._failure(WorldError("internal"))

    def close(self) -> None:
        """Give up the exchange that runs."""
        self._drop()

    @property
    def travelling(self) -> bool:
        """Say whether an exchange runs; for any thread."""
        return self._exchange is not None

    def _perform(self, effects: list[core.Effect]) -> core.Event | None:
        following: core.Event | None = None
        for effect in effects:
            following = self._EFFECTS[type(effect)](self, effect) or following
        return following

    def _failure(self, error: WorldError) -> core.Event:
        carried, alone = len(self._sent), self._sent[0].id if len(self._sent) == 1 else ""
        self._drop()
        self._store.handed_out.told_up_to = 0  # nobody took it: to the person it is saved here, and goes again
        if error.code == "cancelled":
            self.cancellation = Cancellation()
            return core.Cancelled(self._draw())
        _log.info("sync_failed", code=error.code, carried=carried)
        wish = error.params.get("retry_after_s")
        retry_after_s = float(wish) if isinstance(wish, int | float) else None
        return core.Failed(error.code, self._draw(), carried, retry_after_s, dict(error.params), alone)

    def _send(self, effect: core.SendRequest) -> None:
        self._drop()
        if not self._began:
            self._began = self._stopwatch()
        device_id = self._session.device_id()
        self._token = self._session.access_token(self.cancellation)
        with self._store.reading() as connection:
            self._held_scopes, summary = inbox.holding(connection)
            cursor = "" if effect.whole else inbox.cursor(connection)
            # only a cursor tells the server which of its lives this laptop knows: without one it could not say that it
            # came back from a backup, and would take what waits before what it lost
            self._held_back = not cursor and bool(settings.meta(connection, "epoch"))
            room = 0 if self._held_back else effect.max_operations
            self._sent = outbox.next_batch(connection, room, effect.max_bytes) if room else []
            # a scope that was taken out has to start anew, whatever the cursor still says of it
            refetch = sorted({*effect.refetch, *inbox.purged_scopes(connection)})
            self._request = SyncRequest(
                protocol=PROTOCOL, schema=SCHEMA, device_id=device_id,
                cursor=cursor, operations=self._sent, refetch=refetch, summary=summary,
                subscription=digest.of_subscription(self._held_scopes) if self._held_scopes else b"",
            )  # fmt: skip
        if self._sent or effect.refetch:
            self._set(sending=len(self._sent), repairing=bool(effect.refetch))
        self._open()

    def _open(self) -> None:
        assert self._request is not None
        self._told_scopes = None
        self._running = self._session.transport.sync(self._request, self._token, self.cancellation)
        self._exchange = iter(self._running)

    def _next_message(self) -> core.Event:
        assert self._exchange is not None
        try:
            message = next(self._exchange, None)
        except WorldError as error:
            if error.code != "token_expired":
                raise
            message = self._again_with_new_token()
        if message is None:
            raise WorldError("answer_cut")
        self._in_order(message)
        if isinstance(message, SyncHead):
            head = self._whole_head(message)
            head.answers = self._asked_for(head.answers)
            self._told_scopes = frozenset(head.scopes)
            return core.Head(head, self._session.user_id, self._restored(message))
        if isinstance(message, Answers):
            message.answers = self._asked_for(message.answers)
            return core.Answered(message)
        if isinstance(message, Page):
            return core.PageArrived(message, *self._held(message))
        assert isinstance(message, SyncEnd)
        return core.End(message)

    def _asked_for(self, answers: list[Answer]) -> list[Answer]:
        """Leave out what is said of operations that this exchange did not carry: it settles nothing."""
        assert self._request is not None
        asked = {one.id for one in self._request.operations}
        return [one for one in answers if one.op_id in asked]

    def _in_order(self, message: frames.Message) -> None:
        """The head comes first and once, pages are of its scopes: whatever else is sent is not taken in."""
        told = self._told_scopes
        if isinstance(message, SyncHead):
            well = told is None
        elif isinstance(message, Page):
            well = told is not None and message.scope in told
        else:
            well = told is not None and not isinstance(message, SyncRequest)
        if not well:
            raise WorldError("server_error", reason="out_of_order")

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
        self._token = self._session.renewed_token(self._token, self.cancellation)
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
        self._answered += sum(answer.outcome != "later" for answer in effect.head.answers)
        with self._store.writing() as work:
            settling.note_server_time(work, effect.head.server_time)
            outbox.settle(work, effect.head.answers)
            if effect.send_again:
                again = outbox.send_again(work)
                resending.note(work)
                attachments.send_again(work)
                _log.info("server_restored", sent_again=again)
                lately.note(work.connection, lately.RESTORED, self._now(), count=again)
            self._note_subscription(work, effect.head)
            self._note_anew(work, effect.head)
            inbox.apply_head(work, effect.head)
            outbox.forget_old(work)
            changed = _changed(work)
        self._sent = []
        self._set(sending=0, clock_off_s=self._clock_off_s(effect.head.server_time))
        pseudo = ("outbox", "needs_you") if effect.head.answers else ()
        self._tell(changed | dict.fromkeys(pseudo, ()))

    def _take_answers(self, effect: core.TakeAnswers) -> None:
        self._answered += sum(answer.outcome != "later" for answer in effect.answers)
        with self._store.writing() as work:
            outbox.settle(work, effect.answers)
            inbox.take_proof(work, effect.cursor)
            changed = _changed(work)
        self._tell(changed | dict.fromkeys(("outbox", "needs_you"), ()))

    def _note_subscription(self, work: UnitOfWork, head: SyncHead) -> None:
        """Note which territories come and go; not those of the very first sync."""
        held, coming = set(self._held_scopes), set(head.scopes)
        for code, scopes in ((lately.LEFT, held - coming), (lately.ARRIVED, coming - held)):
            places = sorted(scope for scope in scopes if is_territory(scope))
            if held and places:
                lately.note(work.connection, code, self._now(), scopes=places)

    def _note_anew(self, work: UnitOfWork, head: SyncHead) -> None:
        """Note that the server gives everything anew although this laptop said where it stood, and asked for less."""
        assert self._request is not None
        asked_for_less = bool(self._request.cursor) and not self._request.refetch
        if asked_for_less and not self._restored(head) and set(head.restart) >= set(head.scopes):
            last = settings.meta(work.connection, "last_sync_at")
            lately.note(work.connection, lately.ANEW, self._now(), last=last)

    def _clock_off_s(self, server_time: str) -> int:
        try:
            return round((self._clock() - from_text(server_time)).total_seconds())
        except ValueError:  # the server tells no time: nothing is known of the clock here
            return 0

    def _apply_page(self, effect: core.ApplyPage) -> None:
        more = effect.page.complete
        while more:
            with self._store.writing(comes_again=True) as work:
                more = inbox.sweep_part(work, effect.page)
                swept = _changed(work)
            self._tell(swept)
        changed: dict[str, set[str]] = {}
        rest: Page | None = effect.page
        try:
            while rest is not None:
                part, rest = arrivals.cut(rest, self._pace.fitting(_sizes(rest)))
                for record, ids in self._apply_part(part).items():
                    changed.setdefault(record, set()).update(ids)
        finally:
            self._tell(_told(changed))  # once for all parts, and also of those before one that failed
        self._received += _entries(effect.page)
        done = self.status.progress_done + _entries(effect.page)
        self._set(progress_done=done, progress_total=max(self.status.progress_total, done + effect.page.remaining))

    def _apply_part(self, page: Page) -> dict[str, set[str]]:
        """Commit a page, or a part of one; the rows count from then on, the cursor comes with the last part."""
        ready = arrivals.prepare(page)  # before the writer is taken
        with self._store.writing(comes_again=True) as work:
            began = self._stopwatch()
            unreadable = inbox.apply_page(work, page, ready)
            if unreadable:
                lately.note(work.connection, lately.UNREADABLE, self._now(), count=len(unreadable))
        self._pace.note(_sizes(page), self._stopwatch() - began)
        return work.changed

    def _apply_end(self, effect: core.ApplyEnd) -> core.Applied:
        assert self._exchange is not None
        if next(self._exchange, None) is not None:
            raise WorldError("answer_cut")
        took_ms = int((self._stopwatch() - self._began) * 1000)
        now = to_text(self._clock())
        with self._store.writing() as work:
            differing = {one.scope for one in inbox.apply_end(work, effect.end)}
            settings.set_meta(work.connection, "last_sync_at", now)
            settings.set_meta(work.connection, "last_sync_ms", str(took_ms))
            tries = settings.meta_json(work.connection, "refetch_tries") or {}
            if self._answered or self._received:
                told = {"sent": self._answered, "received": self._received, "ms": took_ms}
                lately.note(work.connection, lately.SYNCED, now, **told)
                self._answered = self._received = 0
            if differing and not tries:
                lately.note(work.connection, lately.DIFFERS, now)
            again = 0 if effect.end.more else resending.go_on(work)
            changed = _changed(work)
            waiting = int(outbox.counts(work.connection)["waiting"])
        self._drop()
        self._set(last_sync_at=now)
        self._tell(changed)
        counted = {scope: int(tries.get(scope, 0)) for scope in differing}
        return core.Applied(counted, waiting, self._draw(), bool(tries), self._held_back or again > 0)

    def _renumber(self, _effect: core.Renumber) -> None:
        with self._store.writing() as work:
            outbox.renumber(work, new_id())
            resending.renumbered(work)
            lately.note(work.connection, lately.RENUMBERED, self._now())
        _log.info("device_renumbered")

    def _set_aside(self, effect: core.SetAside) -> None:
        with self._store.writing() as work:
            oldest = outbox.next_batch(work.connection, 1, 1 << 30)  # what goes alone is the oldest, if it still waits
            blamed = [Answer(one.id, "refused", code=effect.code) for one in oldest if one.id == effect.op_id]
            outbox.settle(work, blamed)
            changed = _changed(work)
        self._tell(changed | {"outbox": (), "needs_you": ()})

    def _save_tries(self, effect: core.SaveTries) -> None:
        with self._store.writing() as work:
            settings.set_meta_json(work.connection, "refetch_tries", effect.tries)
            if not effect.tries:
                lately.note(work.connection, lately.REPAIRED, self._now())

    def _report(self, effect: core.Report) -> None:
        online = self.status.online
        if effect.phase == core.OFFLINE:
            online = False
        elif effect.phase == core.IDLE and not effect.code:
            online = True
        since = self.status.since
        if effect.phase in (core.OFFLINE, core.BLOCKED):
            since = since or self._now()
        elif effect.phase == core.IDLE:
            since = ""
        self._set(
            phase=effect.phase, code=effect.code, params=effect.params, online=online, progress_done=0,
            progress_total=0, since=since, next_try_at="", sending=0, repairing=False,
        )  # fmt: skip
        if effect.phase != core.SYNCING:
            self._tell({"sync_state": ()})

    def _transfer(self, _effect: core.TransferFiles) -> None:
        """Files after rows: a change made meanwhile goes first, the rest of the files follows it."""
        self._files.run(self.cancellation, self._interrupted, self._files_through)

    def _files_through(self, through: tuple[str, ...]) -> None:
        self._tell({"attachment": through, "sync_state": ()})

    def _rest(self, effect: core.Wait) -> None:
        self.wait_s = effect.seconds
        self._began = 0.0
        if effect.seconds is not None and self.status.phase in (core.OFFLINE, core.BLOCKED):
            self._set(next_try_at=to_text(self._clock() + timedelta(seconds=effect.seconds)))

    def _now(self) -> str:
        return to_text(self._clock())

    def _held(self, page: Page) -> tuple[int, int]:
        """Return how many rows of the scope are held here, and how many of those the page says are gone."""
        with self._store.reading() as connection:
            return inbox.held_in(connection, page.scope), inbox.going_by(connection, page)

    def _last_sync_at(self) -> str:
        with self._store.reading() as connection:
            return settings.meta(connection, "last_sync_at")

    def _set(self, **changes: Any) -> None:
        self.status = msgspec.structs.replace(self.status, **changes)
        self._listener.status_changed(self.status)

    def _tell(self, changed: dict[str, tuple[str, ...]]) -> None:
        if changed:
            self._listener.rows_changed(changed)

    _EFFECTS: dict[type[Any], Any] = {
        core.SendRequest: _send,
        core.ApplyHead: _apply_head,
        core.TakeAnswers: _take_answers,
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


def _changed(work: UnitOfWork) -> dict[str, tuple[str, ...]]:
    return _told(work.changed)


def _told(changed: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {record: tuple(sorted(ids)) if len(ids) <= MANY_IDS else () for record, ids in changed.items() if ids}


def _sizes(page: Page) -> list[tuple[str, int]]:
    return [(group.record, group.size) for group in page.groups]


def _entries(page: Page) -> int:
    return sum(group.size + len(group.left) + len(group.deleted) for group in page.groups)
