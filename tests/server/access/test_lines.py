"""Connections that tell two lengths, never read, or hang up halfway: each ends for itself, the server goes on."""

import hashlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from crmdesk.server import serve
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.server.auth import Authentication
from crmdesk.server.patience import PatientProtocol
from crmdesk.server.tables import ATTACHMENT_HOLDER
from tests.protocol.second.line import MEDIA_TYPE, Line, frame
from tests.server.access.firms import attachment_of
from tests.server.company import PASSWORD, SETTINGS, Company


@dataclass
class Wire:
    """A running server, a person who is signed in, and raw connections to it."""

    line: Line

    @contextmanager
    def open(self) -> Iterator[socket.socket]:
        host, _, port = self.line.address.removeprefix("http://").partition(":")
        with socket.socket() as made:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            made.settimeout(20)
            made.connect((host, int(port)))
            yield made

    def head(self, first: str, *headers: str) -> bytes:
        """Return the head of a request of the person."""
        token = self.line.tokens["access_token"]
        lines = [f"{first} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", f"Content-Type: {MEDIA_TYPE}"]
        return "\r\n".join([*lines, *headers, "", ""]).encode()

    def question(self) -> bytes:
        """Return the frame of a request that asks for everything."""
        return frame(b"R", {"protocol": 1, "schema": 2, "device_id": self.line.device_id})


@pytest.fixture
def wire(sqlite_company: Company, tmp_path: Path) -> Iterator[Wire]:
    quick = replace(SETTINGS, attachment_folder=str(tmp_path / "bytes"), answer_unread_s=0.3, request_body_s=0.5)
    with serve.running(sqlite_company.database, quick) as address:
        yield Wire(Line(address, "rep", PASSWORD))


def rest_of(connection: socket.socket) -> bytes:
    """Return all that comes until the server hangs up."""
    found = b""
    while piece := connection.recv(65_536):
        found += piece
    return found


def test_a_request_with_two_lengths_is_none(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    body = wire.question()
    chunked = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    smuggled = wire.head("POST /auth/sign-out", "Content-Length: 0")
    with wire.open() as connection:
        head = wire.head("POST /sync", "Content-Length: 4", "Transfer-Encoding: chunked")
        connection.sendall(head + chunked + smuggled)
        assert rest_of(connection).startswith(b"HTTP/1.1 400 ")
    assert wire.line.sync()[0][0] == b"H", "still signed in"
    assert [one.getMessage() for one in caplog.records if one.levelname != "INFO"] == ["Invalid HTTP request received."]
    caplog.clear()


NO_REQUESTS = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b""),
    "no host": (b"GET /health HTTP/1.1\r\n\r\n", b""),
    "less than nothing": ("Content-Length: -4", b"abcd"),
    "no number": ("Content-Length: four", b"abcd"),
    "two numbers": ("Content-Length: 4, 5", b"abcd"),
    "broken chunks": ("Transfer-Encoding: chunked", b"zz\r\nabcd\r\n0\r\n\r\n"),
    "no known coding": ("Transfer-Encoding: gzip", b"abcd"),
}


@pytest.mark.parametrize("case", NO_REQUESTS)
def test_what_is_no_request_is_told_as_any_refusal(wire: Wire, case: str, caplog: pytest.LogCaptureFixture) -> None:
    head, body = NO_REQUESTS[case]
    with wire.open() as connection:
        connection.sendall((wire.head("POST /sync", head) if isinstance(head, str) else head) + body)
        told, _, refusal = rest_of(connection).partition(b"\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 400 ")
    assert b"application/json" in told
    assert b"cache-control: no-store" in told.lower()
    assert json.loads(refusal)["code"] == "bad_request"
    assert wire.line.sync()[0][0] == b"H", "the server goes on"
    caplog.clear()


def test_chunks_that_break_behind_what_was_taken_end_the_connection(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer may have begun or be there already: nothing is put into it."""
    with wire.open() as connection:
        connection.sendall(wire.head("POST /nowhere", "Transfer-Encoding: chunked") + b"4\r\nabcd\r\n")
        begun = connection.recv(12)
        connection.sendall(b"zz\r\n")
        told = begun + rest_of(connection)
    assert told.startswith(b"HTTP/1.1 404 ")
    assert told.count(b"HTTP/1.1 ") == 1
    assert wire.line.sync()[0][0] == b"H"
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []
    caplog.clear()


def test_a_chunked_request_is_a_request(wire: Wire) -> None:
    body = wire.question()
    with wire.open() as connection:
        head = wire.head("POST /sync", "Transfer-Encoding: chunked", "Connection: close")
        connection.sendall(head + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
        assert rest_of(connection).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_reads_holds_no_connection(
    wire: Wire, sqlite_company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, content = sqlite_company, os.urandom(16 << 20)
    AttachmentFolder(tmp_path / "bytes").put(content)
    sha256 = hashlib.sha256(content).hexdigest()
    laptop = company.laptop("rep")
    laptop.push(laptop.create("attachment", attachment_of("doctor", company["north_doctor"], sha256)))
    holder = {"sha256": sha256, "user_id": company["rep"]}
    company.database.run(lambda work: work.connection.execute(ATTACHMENT_HOLDER.insert(), holder))
    gave_up, giving_up = threading.Event(), PatientProtocol._give_up

    def noted(protocol: PatientProtocol) -> None:
        giving_up(protocol)
        gave_up.set()

    monkeypatch.setattr(PatientProtocol, "_give_up", noted)
    with wire.open() as connection:
        connection.sendall(wire.head(f"GET /attachments/{sha256}"))
        assert gave_up.wait(20)
        assert len(rest_of(connection)) < len(content)
    assert wire.line.fetch_file(sha256) == content, "whoever reads gets it"


CUT: dict[str, Callable[[Wire], bytes]] = {
    "in the head": lambda wire: wire.head("POST /sync", "Content-Length: 99")[:-2],
    "in the body": lambda wire: wire.head("POST /sync", "Content-Length: 99") + wire.question()[:20],
    "in a chunk": lambda wire: wire.head("POST /sync", "Transfer-Encoding: chunked") + b"99\r\nabc",
    "before anything": lambda _wire: b"",
}


@pytest.mark.parametrize("case", CUT)
def test_who_hangs_up_halfway_is_let_go(wire: Wire, case: str, caplog: pytest.LogCaptureFixture) -> None:
    with wire.open() as connection:
        connection.sendall(CUT[case](wire))
        connection.shutdown(socket.SHUT_WR)
        assert rest_of(connection) == b""
    assert wire.line.sync()[0][0] == b"H"
    assert [one for one in caplog.records if one.exc_info] == []


def test_sign_ins_that_wait_hold_up_nobody_else(
    wire: Wire, sqlite_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()
    verify = Authentication._verify

    def slow(self: Authentication, stored: str, password: str) -> bool:
        begun.release()
        assert go_on.wait(30)
        return verify(self, stored, password)

    monkeypatch.setattr(Authentication, "_verify", slow)
    crowd = [threading.Thread(target=Line, args=(wire.line.address, "rep", PASSWORD)) for _ in range(60)]
    for one in crowd:
        one.start()
    try:
        assert begun.acquire(timeout=20)
        assert wire.line.sync()[0][0] == b"H"
    finally:
        go_on.set()
        for one in crowd:
            one.join(60)
