"""A real server process on loopback whose database holds one rep and one large territory; a proxy that counts bytes."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import replica, territory
from crmdesk.company.generate import Company
from crmdesk.company.model import DemoLogin
from crmdesk.fieldday.server_process import ServerProcess
from crmdesk.server import demo
from crmdesk.server.commands.place import place

LOGIN, PASSWORD = "rep1", "corridor-lantern-42"
_HEAD = re.compile(rb"(?:GET|POST|PUT|DELETE) \S+ HTTP/1\.1\r\n")


def make_database(folder: Path, doctors: int) -> dict[str, int]:
    """Fill a server's folder with one rep, one territory and its customers; return rows by record."""
    tables: dict[str, list[dict[str, Any]]] = {
        "territory": [replica.row(replica.TERRITORY, name="华东一区", kind="territory")],
        "user": [replica.row(replica.REP, login=LOGIN, name="张伟", role="rep", active=True)],
        "assignment": [
            replica.row(
                replica.fixed_id(3), user_id=replica.REP, territory_id=replica.TERRITORY, valid_from="2020-01-01"
            )
        ],
    }
    tables |= dict(territory.customers(doctors, replica.TERRITORY))
    company = Company(tables, [DemoLogin(LOGIN, PASSWORD, replica.REP, "rep")], [], {})
    here = place(folder, None, False)
    database = here.database(create=True)
    try:
        return dict(demo.load(database, company, here.attachments, 0).rows)
    finally:
        database.dispose()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run `crmdesk-server` on a folder as a process of its own; yields its address."""
    server = ServerProcess(folder)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@dataclass(slots=True)
class Line:
    """What went over a line: bytes each way, everything of HTTP included, and the heads of requests seen."""

    sent: int = 0
    received: int = 0
    requests: int = 0
    _tail: bytes = b""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def up(self, data: bytes) -> None:
        """Count bytes from the laptop; a request line that is cut by a packet is seen with the next one."""
        with self._lock:
            self.sent += len(data)
            text = self._tail + data
            found = list(_HEAD.finditer(text))
            self.requests += len(found)
            self._tail = text[found[-1].end() if found else 0 :][-200:]

    def down(self, data: bytes) -> None:
        """Count bytes from the server."""
        with self._lock:
            self.received += len(data)


@contextmanager
def counting_proxy(server: str) -> Iterator[tuple[str, Line]]:
    """Pass TCP on to a server on loopback; yields the proxy's address and the counts."""
    target = ("127.0.0.1", int(server.rpartition(":")[2]))
    line, opened = Line(), []
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(target)
                opened.extend((near, far))
                for source, goal, count in ((near, far, line.up), (far, near, line.down)):
                    threading.Thread(target=_pass_on, args=(source, goal, count), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", line
    finally:
        for one in (listener, *opened):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _pass_on(source: socket.socket, goal: socket.socket, count: Any) -> None:
    with suppress(OSError):  # either side may be gone
        while data := source.recv(65_536):
            count(data)
            goal.sendall(data)
    with suppress(OSError):
        goal.shutdown(socket.SHUT_WR)
