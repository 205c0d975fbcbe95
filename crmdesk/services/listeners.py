"""Who is told of something that happens on other threads: the changes of the store, the state of the sync."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from crmdesk.storage.journal import Journal

T = TypeVar("T")


class Listeners(Generic[T]):
    """Told on the thread on which it happens; one that fails is logged and keeps the news from nobody."""

    def __init__(self, log: Journal) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._all: list[Callable[[T], None]] = []

    def add(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Tell `listener` from now on; returns what ends it, as often as one likes."""
        with self._lock:
            self._all.append(listener)

        def remove() -> None:
            with self._lock:
                if listener in self._all:
                    self._all.remove(listener)

        return remove

    def tell(self, news: T) -> None:
        """Tell everybody."""
        with self._lock:
            listeners = list(self._all)
        for listener in listeners:
            try:
                listener(news)
            except Exception as error:  # a window that is gone must not keep a change from the others, nor end a sync
                self._log.error("listener_failed", error=error)
