"""Runs one store's sync, one at a time: on the caller's thread or on a thread of its own."""

import queue
import random
import sys
import threading
from collections.abc import Callable

from crmdesk.domain.clock import Clock, utc_now
from crmdesk.storage import settings
from crmdesk.storage.store import Store
from crmdesk.sync import core
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.driving import Listener, SyncDriver, SyncStatus
from crmdesk.sync.file_worker import FileWorker
from crmdesk.sync.session import Session

__all__ = ["Listener", "SyncEngine", "SyncStatus"]

_TURN_S = 0.0005
"""Half of that again makes the turns themselves dear."""


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
        self._store = store
        self._files = FileWorker(store, session, clock, draw)
        self._driver = SyncDriver(store, session, self._files, listener, self._something_asked, clock, draw)
        self._driving = threading.Lock()
        self._running: Cancellation | None = None
        self._stopping = threading.Event()
        self._events: queue.SimpleQueue[core.Event | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def status(self) -> SyncStatus:
        """Return where the sync stands."""
        return self._driver.status

    def sync_once(self, accept_removals: bool = False) -> SyncStatus:
        """Sync on this thread until it rests; the status says how it went. Raises nothing of the world's."""
        self._drive(core.RemovalAccepted() if accept_removals else core.Start())
        return self._driver.status

    def fetch_all_anew(self) -> SyncStatus:
        """Forget the cursor and sync: everything is compared and sent again; the outbox stays."""
        with self._store.writing() as work:
            settings.set_meta(work.connection, "cursor", "")
            settings.set_meta_json(work.connection, "refetch_tries", None)
        return self.sync_once(accept_removals=True)

    def start(self) -> None:
        """Sync in the background from now on, at once and then on changes and by the clock."""
        self._stopping.clear()
        self._events.put(core.Start())
        self._files.start(lambda: self._driver.travelling)
        self._thread = threading.Thread(target=self._loop, name="crmdesk-sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background sync within a moment; what is on the way is cut, nothing is lost."""
        if self._thread is not None:
            self._stopping.set()
            self._events.put(None)
        self._cancel_running()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            self._stopping.clear()
        self._files.stop()

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
        """Stop the running sync within a second, rows and files; the next one is none of its business."""
        self._cancel_running()
        self._files.cancel()

    @property
    def cancelled(self) -> bool:
        """Say whether the running sync was asked to stop."""
        running = self._running
        return running is not None and running.cancelled

    def work_offline(self, offline: bool) -> None:
        """Stay off the network until told otherwise."""
        if offline:
            self.cancel()
        self._events.put(core.Network(not offline))

    @property
    def at_rest(self) -> bool:
        """Say whether neither rows nor files are on the way, and nothing was asked for."""
        return self._running is None and self._events.empty() and not self._files.walks

    def _loop(self) -> None:
        while True:
            try:
                events: list[core.Event | None] = [self._events.get(timeout=self._driver.wait_s)]
            except queue.Empty:
                events = [core.Tick()]
            while not self._events.empty():
                events.append(self._events.get())
            if None in events:
                return
            for event in _without_repeats(events):
                self._drive(event)

    def _drive(self, event: core.Event) -> None:
        with self._driving, _short_turns:
            self._running = cancellation = Cancellation()
            try:
                if not self._stopping.is_set():  # asked for while the cancellation was made
                    self._driver.drive(event, cancellation)
            finally:
                self._running = None

    def _cancel_running(self) -> None:
        running = self._running
        if running is not None:
            running.cancel()

    def _something_asked(self) -> bool:
        return self._thread is not None and not self._events.empty()


class _ShortTurns:
    """Lets no thread wait for the interpreter as long as usual (5 ms) while any engine syncs.

    Whoever writes a page would wait that long for the thread that reads the next one, and so would the window.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._syncing, self._usual_s = 0, 0.0

    def __enter__(self) -> None:
        with self._lock:
            if not self._syncing:
                self._usual_s = sys.getswitchinterval()
                sys.setswitchinterval(min(self._usual_s, _TURN_S))
            self._syncing += 1

    def __exit__(self, *_failure: object) -> None:
        with self._lock:
            self._syncing -= 1
            if not self._syncing:
                sys.setswitchinterval(self._usual_s)


_short_turns = _ShortTurns()


def _without_repeats(events: list[core.Event | None]) -> list[core.Event]:
    """Return the events in order, equal neighbours once: twenty saved changes are one sync."""
    kept: list[core.Event] = []
    for event in events:
        if event is not None and kept[-1:] != [event]:
            kept.append(event)
    return kept
