"""Anything strange from the line, through the real transport: nothing changes but the word in the status."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from crmdesk.protocol import frames
from crmdesk.protocol.messages import MEDIA_TYPE, ScopeDigest, SyncEnd
from crmdesk.storage import settings
from crmdesk.sync import core
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.transport import Deadlines, Transport
from tests.sync.bad_server import BadServer, Handler, answer
from tests.sync.driver.scripted import Desk

QUICK = Deadlines(connect_s=2, idle_s=2, message_s=1.0, total_s=6, call_s=2)


@pytest.fixture
def lined(desk: Desk) -> Iterator[Callable[[Handler], Desk]]:
    """A desk with some rows and an unsent edit, whose line leads to a server that answers as the test says."""
    rows = [desk.row(name=f"王{number}") for number in range(30)]
    assert desk.sync([desk.head(), desk.page(*rows, first=True), desk.end()]).phase == "idle"
    with desk.store.writing() as work:
        work.edit("doctor", rows[0]["id"], {"note": "my words"}, 1, desk.me)
    with contextlib.ExitStack() as stack:

        def lead(handler: Handler) -> Desk:
            server = BadServer(handler)
            stack.callback(server.close)
            transport = Transport(server.address, deadlines=QUICK)
            stack.callback(transport.close)
            desk.person.transport = transport  # type: ignore[assignment]
            return desk

        yield lead


def stream(*messages: frames.Message) -> bytes:
    return b"".join(frames.encode(message) for message in messages)


def saying(data: bytes) -> Handler:
    return lambda connection, _request: connection.sendall(data)


def half_a_page(desk: Desk) -> bytes:
    whole = stream(desk.head(), desk.page(*list(desk.rows.values())[:5], first=True, remaining=25, complete=False))
    return answer(200, whole[:-40], MEDIA_TYPE, close=True)


STRANGE = {
    "html": (lambda _: answer(200, b"<html>HotelNet</html>", "text/html"), "captive_portal"),
    "html as ours": (lambda _: answer(200, b"<html>HotelNet</html>", MEDIA_TYPE), "answer_cut"),
    "object": (lambda _: answer(200, b"{}"), "not_crmdesk"),
    "object as ours": (lambda _: answer(200, b"{}", MEDIA_TYPE), "answer_cut"),
    "nothing": (lambda _: answer(200, b"", MEDIA_TYPE), "answer_cut"),
    "redirect": (lambda _: answer(302, b"", Location="http://127.0.0.1:9/sync"), "captive_portal"),
    "not there": (lambda _: answer(404, b"no"), "not_crmdesk"),
    "end alone": (lambda _: answer(200, stream(SyncEnd("x")), MEDIA_TYPE), "server_error"),
    "other person": (lambda desk: answer(200, stream(desk.head(user_id="u2")), MEDIA_TYPE), "foreign_user"),
    "no scopes": (lambda desk: answer(200, stream(desk.head(scopes=[])), MEDIA_TYPE), "foreign_user"),
    "half a page": (half_a_page, "answer_cut"),
    "empty scope": (
        lambda desk: answer(200, stream(desk.head(), desk.page(first=True), SyncEnd("x")), MEDIA_TYPE), "shrunk",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_nothing_changes_but_the_word(lined: Callable[[Handler], Desk], desk: Desk, name: str) -> None:
    data, code = STRANGE[name]
    lined(saying(data(desk)))
    before = desk.everything()
    desk.driver.drive(core.Start(), Cancellation())
    assert desk.driver.status.code == code
    assert desk.driver.status.phase == ("blocked" if code in ("foreign_user", "shrunk") else "offline")
    assert desk.everything() == before
    assert desk.transfers == 1, "no file travels after such an answer"


def test_a_wrong_digest_fetches_again_and_leaves_every_row_as_it_is(
    lined: Callable[[Handler], Desk], desk: Desk
) -> None:
    rows = tuple(desk.rows.values())
    wrong = SyncEnd("x", digests=[ScopeDigest(desk.scope, "doctor", 12, "0123456789abcdef")])
    lined(saying(answer(200, stream(desk.head(), desk.page(*rows, first=True), wrong), MEDIA_TYPE)))
    before = desk.everything()
    desk.driver.drive(core.Start(), Cancellation())
    assert (desk.driver.status.phase, desk.driver.status.code) == ("blocked", "replica_differs")
    after = desk.everything()
    assert after["row_doctor"] == before["row_doctor"]
    assert after["outbox"] == before["outbox"]


def test_a_drip_of_bytes_is_given_up(lined: Callable[[Handler], Desk], desk: Desk) -> None:
    gone = threading.Event()

    def drip(connection: socket.socket, _request: bytes) -> None:
        data = answer(200, stream(desk.head(), *[desk.page()] * 3, SyncEnd("x")), MEDIA_TYPE)
        for at in range(len(data)):
            if gone.wait(0.02):
                return
            connection.sendall(data[at : at + 1])

    lined(drip)
    before = desk.everything()
    began = time.monotonic()
    desk.driver.drive(core.Start(), Cancellation())
    gone.set()
    assert desk.driver.status.code == "timeout"
    assert time.monotonic() - began < QUICK.total_s + 2
    assert desk.everything() == before


@pytest.mark.parametrize("stage", ["silent", "after the head", "within a page", "between pages"])
def test_cancelled_within_a_second_at_any_stage(lined: Callable[[Handler], Desk], desk: Desk, stage: str) -> None:
    asked = threading.Event()
    rows = tuple(desk.rows.values())
    whole = stream(desk.head(), desk.page(*rows[:20], first=True, complete=False, remaining=10), desk.page(*rows[20:]))
    head = len(stream(desk.head()))
    first = head + len(stream(desk.page(*rows[:20], first=True, complete=False, remaining=10)))
    sent = {"silent": 0, "after the head": head, "within a page": first - 30, "between pages": first}[stage]

    def stop_there(connection: socket.socket, _request: bytes) -> None:
        data = answer(200, whole, MEDIA_TYPE)
        connection.sendall(data[: len(data) - len(whole) + sent] if sent else b"")
        asked.set()

    lined(stop_there)
    cancellation = Cancellation()
    done = threading.Thread(target=lambda: desk.driver.drive(core.Start(), cancellation))
    done.start()
    assert asked.wait(10)
    cancelled_at = time.monotonic()
    cancellation.cancel()
    done.join(10)
    assert time.monotonic() - cancelled_at < 1
    assert (desk.driver.status.phase, desk.driver.status.code) == ("idle", "cancelled")
    assert len(desk.names()) == 30
    with desk.store.reading() as connection:
        assert settings.meta(connection, "cursor") == "cursor"
    desk.person.transport = desk.script
    assert desk.sync([desk.taken("later"), desk.page(*rows, first=True), desk.end()]).phase == "idle"
