"""The bridge from worker threads to the GUI thread: ChangeSets, sync states and futures arrive as queued signals."""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

T = TypeVar("T")

PAINTED_MS = 20
"""Within this what changed is painted: Qt gathers for 5 ms what is to be painted, and then does it at once."""


class Bridge(QObject):
    """Lives in the GUI thread; its signals may be emitted from any thread and are delivered queued."""

    changed = Signal(object)  # services.commands.ChangeSet
    sync_changed = Signal(object)  # ui.ports.SyncState
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked: dict[tuple[int, str], int] = {}
        self._count = self._answered = 0
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def publish(self, changes: object) -> None:
        """Pass a ChangeSet on to the pages; any thread."""
        if not self._closed:
            self.changed.emit(changes)

    def publish_sync(self, state: object) -> None:
        """Pass a SyncState on to the windows; any thread."""
        if not self._closed:
            self.sync_changed.emit(state)

    def close(self) -> None:
        """Deliver nothing any more (the windows are going)."""
        self._closed = True

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
        key = (id(owner), latest)
        if latest:
            self._asked[key] = ticket

        def finished(done: "Future[Any]") -> None:
            if not self._closed and shiboken6.isValid(self):
                self._finished.emit((owner, done, then, failed, key, ticket))

        future.add_done_callback(finished)

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

    @Slot(object)
    def _deliver(self, answer: tuple[Any, ...]) -> None:
        owner, future, then, failed, key, ticket = answer
        self._answered += 1
        if self._closed or not shiboken6.isValid(owner):
            return
        if key[1] and self._asked.get(key) != ticket:
            return
        try:
            result = future.result()
        except CancelledError:
            return
        except Exception as error:  # whatever a worker raised is told to the person in words, never lost
            failed(error)
            return
        then(result)
