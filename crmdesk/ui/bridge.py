"""The bridge from worker threads to the GUI thread: ChangeSets, sync states and futures arrive as queued signals."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

T = TypeVar("T")

PAINTED_MS = 20
"""Within this what changed is painted: Qt gathers for 5 ms what is to be painted, and then does it at once."""


class _Door:
    """All that a worker thread gets to hold of a bridge: numbers go through it, widgets stay on this side.

    Whoever lets go of an object last destroys it, and a future is often let go of last by the worker that made it true.
    A widget destroyed there takes the process with it, and so does a signal of a bridge that is being destroyed: while
    somebody is in the door it cannot be shut, and nobody gets in once it is.
    """

    def __init__(self, bridge: "Bridge") -> None:
        self._bridge: Bridge | None = bridge
        self._gui, self._lock = threading.get_ident(), threading.Lock()

    def changed(self, changes: object) -> None:
        """Pass a ChangeSet on to the pages; any thread."""
        self._pass(lambda bridge: bridge.changed.emit(changes))

    def sync_changed(self, state: object) -> None:
        """Pass a SyncState on to the windows; any thread."""
        self._pass(lambda bridge: bridge.sync_changed.emit(state))

    def finished(self, ticket: int, done: "Future[Any]") -> None:
        """Say that the answer to a question is there; any thread."""
        self._pass(lambda bridge: bridge.finished.emit(ticket, done))

    def progressed(self, ticket: int, done: int, total: int) -> None:
        """Say how far a work is; any thread."""
        self._pass(lambda bridge: bridge.progressed.emit(ticket, done, total))

    def shut(self) -> None:
        """Let nobody in any more, and wait for who is in it; GUI thread."""
        with self._lock:
            self._bridge = None

    def _pass(self, emit: "Callable[[Bridge], None]") -> None:
        if threading.get_ident() == self._gui:  # its slots run within, and may come through here themselves
            if self._bridge is not None:
                emit(self._bridge)
            return
        with self._lock:
            if self._bridge is not None:
                emit(self._bridge)


class Bridge(QObject):
    """Lives in the GUI thread; `publish`, `publish_sync` and the futures may be of any thread, and arrive queued.

    `publish` passes a ChangeSet on to the pages, `publish_sync` a SyncState on to the windows.
    """

    changed = Signal(object)  # services.commands.ChangeSet
    sync_changed = Signal(object)  # ui.ports.SyncState
    finished = Signal(object, object)  # the ticket, the future
    progressed = Signal(object, int, int)  # the ticket, done, in all

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked: dict[tuple[int, str], int] = {}
        self._waiting: dict[int, tuple[QObject, Callable[[Any], None], Callable[[BaseException], None], str]] = {}
        self._shown: dict[int, tuple[QObject, Callable[[int, int], None]]] = {}
        self._works = itertools.count(1)
        self._count = self._answered = 0
        self._closed = False
        self._door = _Door(self)
        self.publish, self.publish_sync = self._door.changed, self._door.sync_changed
        self.finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self.progressed.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(self._door.shut, Qt.ConnectionType.DirectConnection)

    def close(self) -> None:
        """Deliver nothing any more (the windows are going)."""
        self._closed = True
        self._door.shut()
        self._waiting.clear()
        self._shown.clear()

    @property
    def waiting(self) -> int:
        """Return how many answers are still to come."""
        return self._count - self._answered

    def run(
        self,
        owner: QObject,
        future: "Future[T]",
        then: Callable[[T], None],
        failed: Callable[[BaseException], None],
        latest: str = "",
    ) -> None:
        """Call `then` or `failed` in the GUI thread when `future` is done, unless `owner` has been deleted by then.

        With `latest`, only the newest request of that owner and name is answered.
        """
        self._count += 1
        ticket = self._count
        if latest:
            self._asked[id(owner), latest] = ticket
        if not self._closed:
            self._waiting[ticket] = (owner, then, failed, latest)
        future.add_done_callback(partial(self._door.finished, ticket))

    def shown_by(self, owner: QObject, show: Callable[[int, int], None]) -> Callable[[int, int], None]:
        """Return what a worker calls with (done, in all); `show` is called in the GUI thread while `owner` lives."""
        self._shown = {ticket: one for ticket, one in self._shown.items() if shiboken6.isValid(one[0])}
        ticket = next(self._works)
        self._shown[ticket] = (owner, show)
        return partial(self._door.progressed, ticket)

    def later(self, owner: QObject, act: Callable[[], None]) -> None:
        """Call `act` once what is to be painted now is painted, unless `owner` has been deleted by then.

        What it asks for counts as waited for already now.
        """
        self._count += 1

        def due() -> None:
            self._answered += 1
            if not self._closed and shiboken6.isValid(owner):
                act()

        QTimer.singleShot(PAINTED_MS, self, due)

    @Slot(object, object)
    def _deliver(self, ticket: int, future: "Future[Any]") -> None:
        self._answered += 1
        owner, then, failed, latest = self._waiting.pop(ticket, (None, _nobody, _nobody, ""))
        if owner is None or not shiboken6.isValid(owner):
            return
        if (latest and self._asked.get((id(owner), latest)) != ticket) or future.cancelled():
            return
        error = future.exception()  # asked for and not raised: what was raised here would hold on to this page
        if error is None:
            then(future.result())
        else:
            failed(error)  # whatever a worker raised is told to the person in words, never lost

    @Slot(object, int, int)
    def _show(self, ticket: int, done: int, total: int) -> None:
        owner, show = self._shown.get(ticket, (None, _nobody))
        if owner is not None and shiboken6.isValid(owner):
            show(done, total)


def _nobody(*_answer: object) -> None:
    """Nobody waits any more."""
