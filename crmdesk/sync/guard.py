"""Sockets under control: what is open on a line, cut from another thread at any moment."""

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket


class SocketGuard:
    """Knows the open sockets of one session; `cut` wakes every thread that is blocked in one of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()

    def enter(self, opened: "socket.socket | None") -> None:
        """Take a socket that was just connected under control."""
        if opened is not None:
            with self._lock:
                self._sockets = {known for known in self._sockets if known.fileno() >= 0} | {opened}

    def cut(self) -> None:
        """Shut all sockets down; reads on them end at once.

        The base class's method on purpose: that of an SSLSocket drops its state under the thread that reads.
        """
        import socket  # lazy: a start that has no line yet does not need it

        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for one in sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)
