"""HTTP that waits only so long for a request and for its answer to be read, and reads each request in one way only."""

import asyncio
from functools import partial
from typing import Any

import h11
import msgspec
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from crmdesk.protocol.messages import Problem
from crmdesk.server.settings import Settings

_LONGEST_HEAD = 16 << 10
_REFUSAL = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Connection", "close")]


class _PlainConnection(h11.Connection):
    """HTTP/1.1 without requests that tell two lengths: whoever passes them on may read another one out of them.

    Source: RFC 9112, section 6.3 ('ought to be handled as an error').
    """

    @override
    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Request):
            names = {name for name, _ in event.headers}
            if {b"content-length", b"transfer-encoding"} <= names:
                raise h11.RemoteProtocolError("two lengths")
        return event


class PatientProtocol(H11Protocol):
    """uvicorn's protocol with deadlines in seconds for the head and the body of each request, and for each stretch of
    an answer that is not read."""

    def __init__(self, *given: Any, settings: Settings, **named: Any) -> None:
        super().__init__(*given, **named)
        self.conn = _PlainConnection(h11.SERVER, _LONGEST_HEAD)
        self._limits = settings.request_head_s, settings.request_body_s
        self._reader_s = settings.answer_unread_s
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._in_body = False

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self._limits[0], self._give_up)

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        state = self.conn.their_state
        if state is h11.IDLE:
            self._wait(in_body=False)
        elif state is h11.SEND_BODY:
            self._wait(in_body=True)
        else:
            self._stop_waiting()

    @override
    def send_400_response(self, msg: str) -> None:
        """Tell what is no request as the application tells any refusal; where an answer has begun, hang up."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        refusal = msgspec.json.encode(Problem("bad_request", msg))
        headers = [*_REFUSAL, ("Content-Length", str(len(refusal)))]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(refusal), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(self._reader_s, self._give_up)

    @override
    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._is_read()
        super().connection_lost(exc)

    def _wait(self, *, in_body: bool) -> None:
        """Set the deadline of a head or body at its start; further bytes of it do not move it."""
        if self._deadline is not None and self._in_body == in_body:
            return
        self._stop_waiting()
        self._in_body = in_body
        self._deadline = self.loop.call_later(self._limits[in_body], self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()


def protocol_of(settings: Settings) -> Any:
    """Return what uvicorn calls for each connection."""
    return partial(PatientProtocol, settings=settings)
