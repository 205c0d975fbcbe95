"""A relay before a server process that it kills at the worst moment: after the commit, before the answer."""

import contextlib
import socket
import subprocess
import sys
import threading


class KillingRelay:
    """Forwards to a server process; when armed, kills it at the first byte of its next answer and hangs up."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.armed = False
        self.killed = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self.start_server()
        self._spawn(self._accept)

    def start_server(self) -> None:
        command = [sys.executable, "-m", "crmdesk.server", "--database", self._url, "serve", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self._port = int(line.strip().rstrip("/.").rsplit(":", 1)[1].split("/")[0].split()[0])

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.process.terminate()
        self.process.communicate(timeout=20)
        for thread in self._threads:
            thread.join(5)

    def _spawn(self, work, *args) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._spawn(self._serve, connection)

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)) as server:
            self._spawn(self._up, client, server)
            while data := server.recv(65536):
                if self.armed:
                    self.armed = False
                    self.process.kill()
                    self.process.communicate(timeout=20)
                    self.killed += 1
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(data)

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
