"""A wish to stop, visible to every thread of a sync, that wakes whoever waits."""

import threading
from collections.abc import Callable


class Cancellation:
    """Set once; whoever registered is called at once, on the thread that cancels."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = threading.Event()
        self._watchers: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Ask everything to stop; further calls do nothing."""
        with self._lock:
            self._set.set()
            watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            watcher()

    @property
    def cancelled(self) -> bool:
        """Say whether somebody asked to stop."""
        return self._set.is_set()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` when cancelled (at once if that was before); returns how to unregister."""
        with self._lock:
            if not self._set.is_set():
                self._watchers.append(watcher)
                return lambda: self._forget(watcher)
        watcher()
        return lambda: None

    def _forget(self, watcher: Callable[[], None]) -> None:
        with self._lock:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
