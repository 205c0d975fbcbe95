"""The gate before the store: lets work through, or has it wait while the store is locked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Counts who works on the store; `shut` waits until nobody does, and who comes then waits until `open`."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._inside = 0
        self.is_shut = False

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Work on the store meanwhile; waits while the gate is shut."""
        with self._condition:
            self._condition.wait_for(lambda: not self.is_shut)
            self._inside += 1
        try:
            yield
        finally:
            with self._condition:
                self._inside -= 1
                self._condition.notify_all()

    def shut(self) -> None:
        """Let nobody in any more, and return once nobody is inside."""
        with self._condition:
            self.is_shut = True
            self._condition.wait_for(lambda: not self._inside)

    def open(self) -> None:
        """Let everybody in, those who wait first."""
        with self._condition:
            self.is_shut = False
            self._condition.notify_all()
