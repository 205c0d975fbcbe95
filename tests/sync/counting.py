"""A relay that counts what really goes over TCP between a laptop and the server, headers included."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class CountingRelay:
    """Forwards to a server; `up` and `down` are all bytes so far, `connections` how often somebody connected."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._server = (parts.hostname or "", parts.port or 0)
        self.up, self.down, self.connections = bytearray(), bytearray(), 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._spawn(self._accept)

    @property
    def requests(self) -> int:
        """How many requests went up."""
        return self.up.count(b" HTTP/1.1\r\n")

    def close(self) -> None:
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
                self._spawn(self._pump, client, server, self.up)
                self._spawn(self._pump, server, client, self.down)

    def _pump(self, source: socket.socket, target: socket.socket, seen: bytearray) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                seen += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
