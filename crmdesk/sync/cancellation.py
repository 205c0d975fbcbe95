"""A wish to stop, visible to every thread of a sync."""

import threading


class Cancellation:
    """Set once, for good; whoever waits looks at it again and again (`Running`, several times a second)."""

    def __init__(self) -> None:
        self._set = threading.Event()

    def cancel(self) -> None:
        """Ask everything to stop; further calls do nothing."""
        self._set.set()

    @property
    def cancelled(self) -> bool:
        """Say whether somebody asked to stop."""
        return self._set.is_set()
