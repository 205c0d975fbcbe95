"""Moves attachments apart from the rows: on a thread and connections of its own, or on the caller's for commands."""

import random
import threading
from collections.abc import Callable

from crmdesk.domain.clock import Clock, from_text, utc_now
from crmdesk.storage import attachments, journal
from crmdesk.storage.store import Store
from crmdesk.sync import core
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.files import LINE_BROKE, Asked, Failed, FileTransfer, Told, Walked
from crmdesk.sync.session import Session

_SHORTEST_REST_S = 0.2
_LONGEST_REST_S = 3_600.0
"""A clock that was ahead by years may have put a try off as long, and Windows lets no thread wait for 50 days."""
_INLINE_TRIES = 3
_log = journal.logger("crmdesk.sync.files")


def rest_s(walked: Walked, failures: int, draw: float, next_due_s: float | None) -> float | None:
    """Return how long the files rest after a walk; None: until the next sync of the rows.

    A line that broke and brought something is tried again at once; one that brought nothing after a back-off.
    """
    failure = walked.failure
    if failure is None:
        return None if next_due_s is None else min(max(_SHORTEST_REST_S, next_due_s), _LONGEST_REST_S)
    if failure.code == "cancelled" or failure.code in core.NEEDS_PERSON:
        return None
    wish = failure.params.get("retry_after_s")
    if walked.moved and wish is None:
        return 0.0
    return core.backoff_s(failures, draw, float(wish) if isinstance(wish, int | float) else None)


class FileWorker:
    """The queue of one store's attachments at work; rows never wait for it.

    `run` is called after each good sync of the rows: without `start` it works the queues on the caller's thread, with
    it the thread is woken and `run` returns at once.
    """

    def __init__(
        self, store: Store, session: Session, clock: Clock = utc_now, draw: Callable[[], float] = random.random
    ) -> None:
        self._store, self._session = store, session
        self._clock, self._draw = clock, draw
        self._inline = FileTransfer(store, session, clock=clock)
        self._thread: threading.Thread | None = None
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._cancellation = Cancellation()
        self._told: Told = lambda _through: None
        self._failures = 0
        self._paused = True
        self._walks = False

    @property
    def walks(self) -> bool:
        """Say whether the thread moves files, or is about to."""
        return self._walks or (self._wake.is_set() and not self._paused)

    def run(self, cancellation: Cancellation, interrupted: Asked, told: Told) -> None:
        """Work the queues, or wake the thread that does."""
        self._told = told
        if self._thread is not None:
            self._paused = False
            self._wake.set()
            return

        def stopped() -> bool:
            return interrupted() or cancellation.cancelled

        failed: Failed = set()
        misses = 0
        while misses < _INLINE_TRIES and not stopped():
            walked = self._inline.walk(cancellation, stopped, told, asked_for=failed)
            if walked.failure is None or walked.failure.code not in LINE_BROKE:
                return
            misses = 0 if walked.moved else misses + 1
            threading.Event().wait(0.1 * misses)

    def start(self, busy: Asked) -> None:
        """Work in the background from now on; `busy` says that rows are on the line."""
        transport = self._session.transport.another()
        transfer = FileTransfer(self._store, self._session, transport, busy, self._clock)

        def work() -> None:
            try:
                self._loop(transfer)
            finally:
                transport.close()

        self._stopping.clear()
        self._thread = threading.Thread(target=work, name="crmdesk-files", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop what is on the way within a second; it goes on after the next sync of the rows."""
        self._paused = True
        self._cancellation.cancel()

    def stop(self) -> None:
        """End the thread within a moment; what has arrived is kept."""
        if self._thread is None:
            return
        self._stopping.set()
        self._cancellation.cancel()
        self._wake.set()
        self._thread.join()
        self._thread = None

    def _loop(self, transfer: FileTransfer) -> None:
        rest: float | None = None
        while True:
            self._wake.wait(rest)
            if self._stopping.is_set():
                return
            self._walks = not self._paused  # before `_wake` is: nobody sees it at rest in between
            self._wake.clear()
            if self._paused:
                rest = None
                continue
            try:
                rest = self._one_walk(transfer)
            except Exception as error:  # a bug of ours must not end the files for good; the next sync tries again
                _log.error("files_failed", error=error)
                rest = None
            finally:
                self._walks = False

    def _one_walk(self, transfer: FileTransfer) -> float | None:
        self._cancellation = cancellation = Cancellation()
        if self._paused or self._stopping.is_set():  # asked for while the cancellation was made
            return None if self._paused else 0.0
        walked = transfer.walk(cancellation, lambda: cancellation.cancelled, self._told, self._has_news)
        if cancellation.cancelled:
            return 0.0 if self._stopping.is_set() else None
        self._failures = 0 if walked.failure is None or walked.moved else self._failures + 1
        return rest_s(walked, self._failures, self._draw(), self._next_due_s())

    def _has_news(self) -> bool:
        """Say, once, that a sync of the rows ended meanwhile: something may be wanted more."""
        news = self._wake.is_set()
        self._wake.clear()
        return news

    def _next_due_s(self) -> float | None:
        with self._store.reading() as connection:
            at = attachments.next_due_at(connection)
        return (from_text(at) - self._clock()).total_seconds() if at else None
