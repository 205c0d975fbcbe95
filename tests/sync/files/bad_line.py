"""A bad line between a laptop and the server: it breaks after so many bytes, or is slow; counts what went over."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class BadLine:
    """Forwards to a server. `breaks_after` bytes of a connection (0: never) it breaks; `rate` is bytes/s up.

    `up` and `down` are the bytes so far, `connections` how often somebody connected, `requests` the request lines.
    """

    def __init__(self, address: str, breaks_after: int = 0, rate: float = 0) -> None:
        parts = urlsplit(address)
        self._server = (parts.hostname or "", parts.port or 0)
        self.breaks_after, self.rate = breaks_after, rate
        self.up = self.down = self.connections = self.breaks = 0
        self.requests: list[str] = []
        self.moved = threading.Condition()
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._spawn(self._accept)

    def wait_until_up(self, count: int, timeout: float = 20) -> None:
        """Wait until so many bytes went up."""
        with self.moved:
            assert self.moved.wait_for(lambda: self.up >= count, timeout), f"{self.up} of {count}"

    def wait_until_still(self, timeout: float = 20) -> None:
        """Wait until every connection has ended and what lay in its buffers came to the server."""
        for thread in self._threads[1:]:
            thread.join(timeout)
            assert not thread.is_alive(), "a connection stays open"

    def close(self) -> None:
        self._closing.set()
        for one in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _spawn(self, work, *args) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self.connections += 1
                self._open += [client, server]
                left: list[int] = []
                self._spawn(self._pump, client, server, True, left)
                self._spawn(self._pump, server, client, False, left)

    def _pump(self, source: socket.socket, target: socket.socket, up: bool, left: list[int]) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(16 << 10):
                if self.breaks_after:
                    left[:] = [(left or [self.breaks_after])[0] - len(data)]
                    data = data[: len(data) + min(0, left[0])]
                self._note(data, up)
                if up and self.rate:
                    self._closing.wait(len(data) / self.rate)
                target.sendall(data)
                if left and left[0] <= 0:
                    self.breaks += 1
                    for one in (source, target):
                        one.shutdown(socket.SHUT_RDWR)
                    return
            target.shutdown(socket.SHUT_WR)

    def _note(self, data: bytes, up: bool) -> None:
        with self.moved:
            if up:
                self.up += len(data)
                head = data.split(b"\r\n", 1)[0]
                if head.endswith(b" HTTP/1.1"):
                    self.requests.append(head.decode())
            else:
                self.down += len(data)
            self.moved.notify_all()
