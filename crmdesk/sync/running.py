"""Items that a producer makes in its own thread, taken under deadlines: no server can hold who waits for them."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from crmdesk.domain.errors import WorldError
from crmdesk.sync.cancellation import Cancellation

T = TypeVar("T")
_AHEAD = 2
_LOOK_S = 0.1


class Running(Generic[T]):
    """Runs `produce` at once and hands its items over, at most two ahead of who takes them.

    Iterating raises what the producer raised, WorldError('timeout') when the next item is not there within `item_s`
    or everything within `total_s`, and WorldError('cancelled') within a moment of a cancellation; `cut` is called
    then, to wake the producer from whatever it waits for.
    """

    def __init__(
        self,
        produce: Callable[[], Iterator[T]],
        cut: Callable[[], None],
        cancellation: Cancellation,
        item_s: float,
        total_s: float,
    ) -> None:
        self._queue: queue.Queue[tuple[str, T | Exception | None]] = queue.Queue(_AHEAD)
        self._abandoned = threading.Event()
        self._produce, self._cut = produce, cut
        self._cancellation = cancellation
        self._item_s, self._ends_at = item_s, time.monotonic() + total_s
        threading.Thread(target=self._run, name="crmdesk-wire", daemon=True).start()

    def __iter__(self) -> Iterator[T]:
        try:
            while True:
                kind, value = self._next()
                if kind != "item":
                    self._abandoned.set()  # it ended by itself: nothing to cut
                if kind == "end":
                    return
                if isinstance(value, Exception):
                    raise value
                yield value  # type: ignore[misc]
        finally:
            self.close()

    def take(self) -> T:
        """Return the only item, after the end was seen."""
        items = list(self)
        if len(items) != 1:
            raise WorldError("answer_cut")
        return items[0]

    def close(self) -> None:
        """Give up whatever is still to come."""
        if not self._abandoned.is_set():
            self._abandoned.set()
            self._cut()

    def _next(self) -> tuple[str, T | Exception | None]:
        due = min(time.monotonic() + self._item_s, self._ends_at)
        while True:
            if self._cancellation.cancelled:
                raise WorldError("cancelled")
            left = due - time.monotonic()
            if left <= 0:
                raise WorldError("timeout")
            try:
                return self._queue.get(timeout=min(left, _LOOK_S))
            except queue.Empty:
                continue

    def _run(self) -> None:
        try:
            for item in self._produce():
                self._put(("item", item))
                if self._abandoned.is_set():
                    return
            self._put(("end", None))
        except Exception as error:  # it belongs to the thread that takes the items, which raises it
            self._put(("error", error))

    def _put(self, entry: tuple[str, T | Exception | None]) -> None:
        while not self._abandoned.is_set():
            with contextlib.suppress(queue.Full):
                self._queue.put(entry, timeout=_LOOK_S)
                return
