"""A way to the server on which a test changes the weather: through, a portal's page, or nobody there."""

from __future__ import annotations

import contextlib
import socket
import threading


class Street:
    """Forwards to a server's port, or answers everything with `portal`; the address stays the same."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._portal = b""
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._spawn(self._accept)

    def turn(self, portal: bytes = b"") -> None:
        """Answer with the page of a portal from now on, or let through; what was connected is cut."""
        self._portal = portal
        self._cut()

    def close(self) -> None:
        """End every connection and thread."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut()
        for thread in self._threads:
            thread.join(5)

    def _cut(self) -> None:
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _spawn(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                self._spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if self._portal:
                client.recv(65536)
                client.sendall(self._portal)
                return
            with socket.create_connection(("127.0.0.1", self._port)) as server:
                self._spawn(_pass, client, server)
                _pass(server, client)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
