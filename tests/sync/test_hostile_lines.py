"""Below the messages: a server that floods, lies about lengths or never ends is left in time and in little memory."""

import contextlib
import gzip
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

import pytest
import zstandard

from crmdesk.domain.errors import WorldError
from crmdesk.protocol import frames
from crmdesk.protocol.messages import MEDIA_TYPE, SignIn, SyncEnd, SyncHead, SyncRequest
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.transport import Deadlines, Transport
from tests.sync.bad_server import BadServer, Handler, answer

resource = pytest.importorskip("resource", reason="memory is measured where the system tells it")
QUICK = Deadlines(connect_s=2, idle_s=2, message_s=1.0, total_s=3, call_s=2)
SIGN_IN = SignIn("rep", "seven green lanterns", "01a213ec-656b-7000-adc9-ae353f232ef1")
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: " + MEDIA_TYPE.encode() + b"\r\n"
_FRAMES = b"".join(frames.encode(one) for one in (SyncHead("e", "t", "u", ["c"]), SyncEnd("c")))


def flood(start: bytes, more: bytes) -> Handler:
    """Return a server that sends `start`, then `more` without end."""

    def handler(connection: socket.socket, _request: bytes) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(start)
            while True:
                connection.sendall(more * max(1, 65_536 // len(more)))

    return handler


def once(data: bytes) -> Handler:
    def handler(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(data)
        connection.close()

    return handler


def chunked(*pieces: bytes) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body


HOSTILE: dict[str, Handler] = {
    "a status line without end": flood(b"HTTP/1.1 200 ", b"O"),
    "headers without end": flood(_HEAD, b"X-A: b\r\n"),
    "one header without end": flood(_HEAD + b"X-A: ", b"b"),
    "interim answers without end": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a chunk length without end": flood(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "a chunk extension without end": flood(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;", b"x"),
    "trailers without end": flood(chunked(_FRAMES) + b"0\r\n", b"X-A: b\r\n"),
    "a chunk of another length": once(chunked(_FRAMES[:-3]) + b"7\r\nabc"),
    "a chunk length that is none": once(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n"),
    "a body without end": flood(_HEAD + b"\r\n", b"\x00"),
    "heads without end": flood(_HEAD + b"\r\n", frames.encode(SyncHead("e", "t", "u", ["c"]))),
    "a length that is too large": once(_HEAD + b"Content-Length: 99999\r\n\r\n" + _FRAMES[:-3]),
    "a length that is negative": once(_HEAD + b"Content-Length: -1\r\n\r\n" + _FRAMES[:-3]),
    "two lengths": once(_HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + _FRAMES),
    "a compressed body": once(_HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"\x00" * (64 << 20))),
    "a compression that there is not": once(_HEAD + b"Content-Encoding: br, zstd, x\r\n\r\n" + b"abc"),
    "json without end": flood(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{", b'"a":1,'),
    "json nested without end": flood(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b"["),
    "a problem without end": flood(b"HTTP/1.1 500 X\r\nContent-Type: application/json\r\n\r\n{", b'"a":1,'),
    "a frame that says four gigabytes": once(answer(200, b"H\xff\xff\xff\xff" + b"\x00" * 8, MEDIA_TYPE)),
    "a bomb": once(
        answer(200, frames.wrap(b"H", zstandard.ZstdCompressor().compress(b"\x90" * (15 << 20))), MEDIA_TYPE)
    ),
    "nothing but spaces": flood(b"", b" "),
    "another protocol": once(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "an older HTTP": once(b"HTTP/0.9 200\r\n\r\n" + _FRAMES),
    "a switch of protocols": once(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
}


@pytest.fixture
def connect() -> Iterator[Callable[[Handler], Transport]]:
    with contextlib.ExitStack() as stack:

        def made(handler: Handler) -> Transport:
            server = BadServer(handler)
            stack.callback(server.close)
            transport = Transport(server.address, deadlines=QUICK)
            stack.callback(transport.close)
            return transport

        yield made
        closing = time.monotonic()
    assert time.monotonic() - closing < 10, "somebody still reads, so the server still sends"
    for thread in threading.enumerate():
        if thread.name == "crmdesk-wire":
            thread.join(5)
            assert not thread.is_alive(), "it reads on, with nobody to take it, for as long as the server sends"


def highest_kib() -> int:
    """Return the most memory that this process ever had, about."""
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


@pytest.mark.parametrize("case", HOSTILE)
def test_it_is_left_in_time_and_in_little_memory(connect: Callable[[Handler], Transport], case: str) -> None:
    began, before = time.monotonic(), highest_kib()
    request = SyncRequest(1, 2, SIGN_IN.device_id)
    said = []
    calls: tuple[Callable[[Transport], object], ...] = (
        lambda line: deque(line.sync(request, "secret", Cancellation()), maxlen=0),
        lambda line: line.sign_in(SIGN_IN),
        lambda line: deque(line.download("0" * 64, 0, "secret", Cancellation()), maxlen=0),
    )
    for call in calls:
        try:
            call(connect(HOSTILE[case]))
        except WorldError as error:
            said.append(repr(error))
    assert len(said) >= 2
    assert not [one for one in said if "secret" in one or "lantern" in one]
    assert time.monotonic() - began < 15
    assert highest_kib() - before < 96 << 10
