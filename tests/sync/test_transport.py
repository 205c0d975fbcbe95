"""The transport against servers that misbehave."""

import contextlib
import datetime
import secrets
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
import requests
import trustme

from crmdesk.domain.errors import InputError, WorldError
from crmdesk.protocol import frames
from crmdesk.protocol.messages import MEDIA_TYPE, Page, Problem, SignIn, SyncEnd, SyncHead, SyncRequest, Tokens
from crmdesk.sync import failures
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.core import HUNG_UP
from crmdesk.sync.transport import Deadlines, Transport
from tests.sync.bad_server import BadServer, Handler, always, answer

QUICK = Deadlines(connect_s=2, idle_s=1, message_s=1.5, total_s=3, call_s=1.5)
REQUEST = SyncRequest(protocol=1, schema=1, device_id="d")
SIGN_IN = SignIn("li", "a long password", "d")
TOKENS = Tokens("access-secret", 900, "refresh-secret", "01a213ec-656b-7000-adc9-ae353f232ef1", "Li", "rep", "e")
HEAD = SyncHead("e", "2026-11-22T00:00:00.000Z", "u", ["c", "p:u"])
PAGE = Page("c", [], "cursor")
END = SyncEnd("cursor")
STREAM = frames.encode(HEAD) + frames.encode(PAGE) + frames.encode(END)

Serve = Callable[..., BadServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def start(handler: Handler | bytes, tls: ssl.SSLContext | None = None) -> BadServer:
            server = BadServer(always(handler) if isinstance(handler, bytes) else handler, tls)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[..., Transport]]:
    with contextlib.ExitStack() as stack:

        def make(server: BadServer | str, ca_bundle: str = "") -> Transport:
            transport = Transport(server if isinstance(server, str) else server.address, ca_bundle, QUICK)
            stack.callback(transport.close)
            return transport

        yield make


def sync(transport: Transport, cancellation: Cancellation | None = None) -> list[frames.Message]:
    return list(transport.sync(REQUEST, "access-secret", cancellation or Cancellation()))


def problem(status: int, code: str, **headers: str) -> bytes:
    return answer(status, msgspec.json.encode(Problem(code, "words")), **headers)


def test_a_good_answer_comes_frame_by_frame_and_keeps_the_connection(serve, connect):
    server = serve(answer(200, STREAM, MEDIA_TYPE))
    transport = connect(server)
    assert sync(transport) == [HEAD, PAGE, END]
    assert sync(transport) == [HEAD, PAGE, END]
    assert transport.traffic.round_trips == 2
    assert transport.traffic.bytes_received == 2 * len(STREAM)
    assert len(server._threads) == 2, "one listener and one connection for both requests"
    assert b"Bearer access-secret" in server.requests[0]
    assert b"access-secret" not in server.requests[0].split(b"\r\n")[0]


WORLD = [
    (answer(200, b"<html>Welcome to HotelNet</html>", "text/html"), "captive_portal"),
    (answer(200, b"  <!doctype html>", "application/octet-stream"), "captive_portal"),
    (answer(200, b"{}"), "not_crmdesk"),
    (answer(200, b"[]"), "not_crmdesk"),
    (answer(200, b""), "not_crmdesk"),
    (answer(302, b"", Location="http://example.org/"), "captive_portal"),
    (answer(511, b"log in"), "captive_portal"),
    (answer(404, b"<html>nginx</html>", "text/html"), "captive_portal"),
    (answer(404, b"no"), "not_crmdesk"),
    (answer(401, b"Basic realm"), "not_crmdesk"),
    (answer(413, b"<html>413 Request Entity Too Large</html>", "text/html"), "too_large"),
    (answer(500, b"<html>oops</html>", "text/html"), "server_error"),
    (answer(502, b""), "server_error"),
    (problem(401, "wrong_credentials"), "wrong_credentials"),
    (problem(401, "not_signed_in"), "signed_out"),
    (problem(401, "token_expired"), "token_expired"),
    (problem(401, "device_revoked"), "device_revoked"),
    (problem(403, "forbidden"), "forbidden"),
    (problem(413, "too_large"), "too_large"),
    (problem(422, "invalid"), "bad_request"),
    (problem(426, "upgrade_needed"), "upgrade_needed"),
    (problem(429, "too_many", Retry_After="7"), "too_many"),
    (b"HTTP/1.1 200 OK\r\n", "answer_cut"),
    (b"HTTP/1.1 200 OK\r\nContent-Type: applica", "answer_cut"),
    (b"HTTP/1.1 200 OK\r\nContent-Ty", "answer_cut"),
    (b"HTTP/1.1 2", "server_away"),
    (b"", "server_away"),
    (b"\x15\x03\x01nonsense\r\n\r\n", "server_away"),
]


@pytest.mark.parametrize(("data", "code"), WORLD)
def test_each_bad_answer_has_its_own_code(serve, connect, data, code):
    def handler(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(data)
        connection.close()

    address = serve(handler)
    for call in (sync, lambda transport: transport.sign_in(SIGN_IN)):
        with pytest.raises(WorldError) as caught:
            call(connect(address))  # each on a connection of its own: this server hangs up after every answer
        assert caught.value.code == code
        assert "secret" not in repr(caught.value)
        assert "password" not in repr(caught.value)


def test_retry_after_is_read_in_both_forms(serve, connect):
    for text, low, high in (("7", 7, 7), ("Wed, 21 Oct 2099 07:28:00 GMT", 1e6, 1e10), ("soon", None, None)):
        with pytest.raises(WorldError) as caught:
            sync(connect(serve(problem(429, "too_many", Retry_After=text))))
        seconds = caught.value.params["retry_after_s"]
        assert seconds is None if low is None else low <= seconds <= high


def test_tokens_are_decoded_strictly(serve, connect):
    good = connect(serve(answer(200, msgspec.json.encode(TOKENS))))
    assert good.sign_in(SIGN_IN) == TOKENS
    with pytest.raises(WorldError, match="not_crmdesk"):
        connect(serve(answer(200, b'{"access_token": 5}'))).sign_in(SIGN_IN)
    with pytest.raises(WorldError, match="not_crmdesk"):
        connect(serve(answer(200, b"[" * 100_000))).sign_in(SIGN_IN)


def test_a_redirect_never_carries_the_token_on(serve, connect):
    target = serve(answer(200, STREAM, MEDIA_TYPE))
    with pytest.raises(WorldError, match="captive_portal"):
        sync(connect(serve(answer(307, b"", Location=target.address + "/sync"))))
    assert target.requests == []


@pytest.mark.parametrize("cut", [1, 12, 13, 40, len(frames.encode(HEAD)) + 5, len(STREAM) - 1])
def test_a_cut_stream_is_an_error_after_the_whole_frames(serve, connect, cut):
    def handler(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(answer(200, STREAM[:cut], MEDIA_TYPE))

    got: list[frames.Message] = []
    with pytest.raises(WorldError, match="answer_cut"):
        for message in connect(serve(handler)).sync(REQUEST, "t", Cancellation()):
            got.append(message)
    assert got == [HEAD, PAGE, END][: len(got)]
    assert len(got) == (0 if cut <= 40 else 1 if cut < len(STREAM) - 1 else 2)


def test_a_connection_that_dies_in_the_middle(serve, connect):
    def handler(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(answer(200, STREAM, MEDIA_TYPE)[:-5])
        connection.shutdown(socket.SHUT_RDWR)

    with pytest.raises(WorldError) as caught:
        sync(connect(serve(handler)))
    assert caught.value.code in ("server_away", "answer_cut")


def test_a_flipped_byte_is_never_parsed(serve, connect):
    for at in (0, 3, 8, 20, len(STREAM) - 2):
        damaged = bytearray(STREAM)
        damaged[at] ^= 0x40
        with pytest.raises(WorldError, match="answer_cut"):
            sync(connect(serve(answer(200, bytes(damaged), MEDIA_TYPE))))


def test_nobody_listens(connect):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(WorldError, match="server_away") as caught:
        sync(connect(f"http://127.0.0.1:{port}"))
    assert caught.value.params == {}


def test_a_way_that_hangs_up_on_what_is_large_is_told_from_one_where_nobody_listens(connect):
    """Some proxies reset the connection while the rest of a body is still on the way, and answer nothing."""
    large = msgspec.structs.replace(REQUEST, cursor=secrets.token_hex(1 << 20))
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:

        def reset() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        done = pool.submit(reset)
        with pytest.raises(WorldError, match="server_away") as caught:
            list(connect(f"http://127.0.0.1:{listener.getsockname()[1]}").sync(large, "t", Cancellation()))
        done.result(5)
    assert caught.value.params == {"reason": HUNG_UP}


@pytest.mark.parametrize("stream", [False, True])
def test_a_dripping_server_cannot_hold_a_sync(serve, connect, stream):
    gone = threading.Event()

    def drip(connection: socket.socket, _request: bytes) -> None:
        kind = MEDIA_TYPE if stream else "application/json"
        data = answer(200, STREAM, kind)
        connection.sendall(data[: data.index(b"\r\n\r\n") + 4])
        with contextlib.suppress(OSError):
            for byte in STREAM:
                connection.sendall(bytes([byte]))
                if gone.wait(0.1):
                    return

    transport = connect(serve(drip))
    began = time.monotonic()
    with pytest.raises(WorldError, match="timeout"):
        sync(transport) if stream else transport.sign_in(SIGN_IN)
    gone.set()
    assert time.monotonic() - began < 2.5


def test_a_silent_server_times_out(serve, connect):
    began = time.monotonic()
    with pytest.raises(WorldError, match="timeout"):
        sync(connect(serve(lambda _connection, _request: None)))
    assert time.monotonic() - began < 2.5


def test_cancel_ends_within_a_second_whatever_the_server_does(serve, connect):
    asked = threading.Event()
    transport = connect(serve(lambda _connection, _request: asked.set()))
    cancellation, cancelled_at = Cancellation(), []

    def cancel_when_asked() -> None:
        asked.wait(5)
        cancelled_at.append(time.monotonic())
        cancellation.cancel()

    canceller = threading.Thread(target=cancel_when_asked)
    canceller.start()
    with pytest.raises(WorldError, match="cancelled"):
        sync(transport, cancellation)
    canceller.join()
    assert time.monotonic() - cancelled_at[0] < 1


def tls(authority: trustme.CA, *names: str, **kwargs) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **kwargs).configure_cert(context)
    return context


def test_certificates_must_fit(serve, connect, tmp_path):
    authority, stranger = trustme.CA(), trustme.CA()
    bundle = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(bundle))
    data = answer(200, STREAM, MEDIA_TYPE)
    good = connect(serve(data, tls(authority, "127.0.0.1")), str(bundle))
    assert sync(good) == [HEAD, PAGE, END]
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    expired = tls(authority, "127.0.0.1", not_after=past)
    for context in (tls(stranger, "127.0.0.1"), tls(authority, "other.example"), expired):
        server = serve(data, context)
        with pytest.raises(WorldError, match="tls_untrusted"):
            sync(connect(server, str(bundle)))
        assert server.requests == [], "no token was sent"


def test_an_address_without_encryption_is_not_said_to_have_a_wrong_certificate():
    line = ssl.MemoryBIO()
    line.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(ssl.SSLError) as caught:
        ssl.create_default_context().wrap_bio(line, ssl.MemoryBIO(), server_hostname="crm.example").do_handshake()
    assert failures.of_exception(requests.exceptions.SSLError(caught.value)).code == "not_https"


def test_environment_and_netrc_change_nothing(serve, connect, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login spy password spy\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    server = serve(answer(200, msgspec.json.encode(TOKENS)))
    assert connect(server).sign_in(SIGN_IN) == TOKENS
    assert b"uthorization" not in server.requests[0]


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:9", "http://[::1]:9"),
        ("crm.example.com", "https://crm.example.com"),
        ("https://crm.example.com/desk/", "https://crm.example.com/desk"),
    ],
)
def test_server_addresses(text, base):
    assert Transport(text).server == base


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://crm.example.com", "https_required"),
        ("http://127.0.0.1.example.com", "https_required"),
        ("ftp://crm.example.com", "server_address"),
        ("https://user:word@crm.example.com", "server_address"),
        ("", "server_address"),
        ("https://[", "server_address"),
        ("https://h:99999", "server_address"),
    ],
)
def test_addresses_that_are_refused(text, code):
    with pytest.raises(InputError, match=code):
        Transport(text)
