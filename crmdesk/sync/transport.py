"""The only place that speaks HTTP on the laptop: strict about who answers, bounded in time and size, never redirected.

Tokens travel in the `Authorization` header alone, to the one server of this transport, and appear in no log and no
error.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from crmdesk.domain.clock import Clock, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import is_id
from crmdesk.protocol import frames
from crmdesk.protocol.messages import (
    MEDIA_TYPE,
    Page,
    Proof,
    Refresh,
    SignIn,
    SyncRequest,
    Tokens,
    UploadState,
)
from crmdesk.storage import arrivals
from crmdesk.sync import failures
from crmdesk.sync.address import server_address
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.guard import SocketGuard
from crmdesk.sync.running import Running

if TYPE_CHECKING:
    import requests

T = TypeVar("T")
_JSON = "application/json"
_MAX_JSON_BYTES = 256 << 10
_PIECE_BYTES = 64 << 10
_TOKEN = re.compile(r"[!-~]{1,200}")
_LONGEST_TOKEN_S = 86_400


class Deadlines(msgspec.Struct, frozen=True):
    """How long things may take, in seconds; `message_s` is for one frame or answer, `total_s` for a whole exchange."""

    connect_s: float = 10.0
    idle_s: float = 30.0
    message_s: float = 90.0
    total_s: float = 1800.0
    call_s: float = 30.0


class Traffic(msgspec.Struct):
    """What went over the line since the transport was made: requests, and bytes of bodies without headers."""

    round_trips: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0


class _Counting:
    """A raw answer that counts what is read from it and speaks in `WorldError`s."""

    def __init__(self, response: "requests.Response", traffic: Traffic) -> None:
        self._raw, self._traffic = response.raw, traffic

    def read(self, size: int, /) -> bytes:
        return self._counted(lambda: self._raw.read(size, decode_content=False))

    def read_some(self, size: int) -> bytes:
        """Return what is there, at least a byte, without waiting for all of `size`; b'' at the end."""
        return self._counted(lambda: self._raw.read1(size, decode_content=False))

    def _counted(self, read: Callable[[], bytes]) -> bytes:
        try:
            data = read()
        except failures.network_errors() as error:
            raise failures.of_exception(error) from error
        except ValueError as error:  # the library reads a chunk's length without looking at its sign
            raise WorldError("answer_cut", reason="length") from error
        self._traffic.bytes_received += len(data)
        return data


class Transport:
    """One server, one session. Every method may raise `WorldError` with a code of `crmdesk.sync.failures`."""

    def __init__(
        self, server: str, ca_bundle: str = "", deadlines: Deadlines | None = None, clock: Clock = utc_now
    ) -> None:
        self.server = server_address(server)
        self._ca_bundle = ca_bundle
        self.traffic = Traffic()
        self._deadlines = deadlines or Deadlines()
        self._clock = clock
        self._guard = SocketGuard()

    @cached_property
    def _session(self) -> "requests.Session":
        from crmdesk.sync.wire import make_session  # lazy: only what is sent needs the library, the window opens before

        return make_session(self._guard, self._ca_bundle)

    def another(self) -> "Transport":
        """Return a transport to the same server with connections of its own: what is cut here goes on there."""
        return Transport(self.server, self._ca_bundle, self._deadlines, self._clock)

    def close(self) -> None:
        """Cut what runs and close the connections."""
        self._guard.cut()
        if "_session" in self.__dict__:  # nothing was sent, nothing is open
            self._session.close()

    def sign_in(self, message: SignIn, cancellation: Cancellation | None = None) -> Tokens:
        """Sign in with a password; WorldError('wrong_credentials') where it does not fit."""
        return _plausible(self._call("POST", "/auth/sign-in", Tokens, message, "", cancellation))

    def refresh(self, message: Refresh, cancellation: Cancellation | None = None) -> Tokens:
        """Trade a refresh token for new tokens; the old one must not be used again."""
        return _plausible(self._call("POST", "/auth/refresh", Tokens, message, "", cancellation))

    def sign_out(self, access_token: str) -> None:
        """End the session of this device at the server."""
        self._run(lambda: self._accepted("POST", "/auth/sign-out", b"", access_token), None, self._deadlines.call_s)

    def sync(self, message: SyncRequest, access_token: str, cancellation: Cancellation) -> Running[frames.Message]:
        """Send one request and return its frames as they arrive, decoded and made ready ahead of who takes them."""
        body = frames.encode(message)
        return Running(
            lambda: self._frames(body, access_token), self._guard.cut, cancellation,
            self._deadlines.message_s, self._deadlines.total_s,
        )  # fmt: skip

    def upload_state(self, sha256: str, size: int, access_token: str, cancellation: Cancellation) -> UploadState:
        """Ask how much of an attachment of `size` bytes the server holds."""
        path = f"/attachments/{sha256}/state?size={size}"
        return self._call("GET", path, UploadState, None, access_token, cancellation)

    def prove(self, sha256: str, proof: str, access_token: str, cancellation: Cancellation) -> UploadState:
        """Answer a challenge instead of sending bytes that the server has already."""
        path = f"/attachments/{sha256}/proof"
        return self._call("POST", path, UploadState, Proof(proof), access_token, cancellation)

    def upload_chunk(
        self, sha256: str, offset: int, size: int, chunk: bytes, access_token: str, cancellation: Cancellation
    ) -> UploadState:
        """Send one chunk (at most CHUNK_BYTES) of an attachment of `size` bytes."""
        path = f"/attachments/{sha256}?offset={offset}&size={size}"
        return self._call("PUT", path, UploadState, chunk, access_token, cancellation)

    def download(self, sha256: str, offset: int, access_token: str, cancellation: Cancellation) -> Running[bytes]:
        """Fetch an attachment from `offset` on, in pieces as they come (at most 64 KiB each)."""
        return Running(
            lambda: self._pieces(sha256, offset, access_token), self._guard.cut, cancellation,
            self._deadlines.message_s, self._deadlines.total_s,
        )  # fmt: skip

    def _call(
        self, method: str, path: str, answer: type[T], message: Any, token: str, cancellation: Cancellation | None
    ) -> T:
        body = message if isinstance(message, bytes) else b"" if message is None else msgspec.json.encode(message)
        kind = "application/octet-stream" if isinstance(message, bytes) else _JSON
        found = self._run(lambda: self._accepted(method, path, body, token, kind), cancellation, self._deadlines.call_s)
        media_type, content = found
        try:
            return msgspec.json.decode(content, type=answer)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise failures.stranger(media_type, content) from error

    def _run(self, work: Any, cancellation: Cancellation | None, total_s: float) -> tuple[str, bytes]:
        def produce() -> Iterator[tuple[str, bytes]]:
            yield work()

        return Running(produce, self._guard.cut, cancellation or Cancellation(), total_s, total_s).take()

    def _accepted(self, method: str, path: str, body: bytes, token: str, kind: str = _JSON) -> tuple[str, bytes]:
        """Return media type and body of a 2xx answer that is whole and not too long."""
        with self._send(method, path, body, token, kind) as response:
            content = self._whole(response)
            if response.status_code not in (200, 201, 204):
                raise self._refusal(response, content)
            return response.headers.get("Content-Type", ""), content

    def _frames(self, body: bytes, token: str) -> Iterator[frames.Message]:
        with self._send("POST", "/sync", body, token, MEDIA_TYPE) as response:
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
            if response.status_code != 200 or media_type != MEDIA_TYPE:
                content = self._whole(response)
                if response.status_code == 200:
                    raise failures.stranger(media_type, content)
                raise self._refusal(response, content)
            try:
                for message in frames.read_frames(_Counting(response, self.traffic)):
                    yield arrivals.ahead(message) if isinstance(message, Page) else message
            except frames.FrameError as error:
                raise WorldError("answer_cut", reason=str(error)) from error

    def _pieces(self, sha256: str, offset: int, token: str) -> Iterator[bytes]:
        extra = {"Range": f"bytes={offset}-"} if offset else {}
        with self._send("GET", f"/attachments/{sha256}", b"", token, "", extra) as response:
            if response.status_code != (206 if offset else 200):
                raise self._refusal(response, self._whole(response))
            source = _Counting(response, self.traffic)
            while piece := source.read_some(_PIECE_BYTES):
                yield piece

    def _send(
        self, method: str, path: str, body: bytes, token: str, kind: str, extra: dict[str, str] | None = None
    ) -> "requests.Response":
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body:
            headers["Content-Type"] = kind
        self.traffic.round_trips += 1
        self.traffic.bytes_sent += len(body)
        try:
            return self._session.request(
                method, self.server + path, data=body or None, headers=headers | (extra or {}), stream=True,
                allow_redirects=False, timeout=(self._deadlines.connect_s, self._deadlines.idle_s),
            )  # fmt: skip
        except failures.network_errors() as error:
            raise failures.of_exception(error) from None  # the original may show headers

    def _whole(self, response: "requests.Response") -> bytes:
        source, parts, room = _Counting(response, self.traffic), [], _MAX_JSON_BYTES
        while room > 0 and (piece := source.read(min(room, 64 << 10))):
            parts.append(piece)
            room -= len(piece)
        return b"".join(parts)

    def _refusal(self, response: "requests.Response", content: bytes) -> WorldError:
        retry_after = response.headers.get("Retry-After", "")
        media_type = response.headers.get("Content-Type", "")
        return failures.of_answer(response.status_code, media_type, content, retry_after, self._clock)


def _plausible(tokens: Tokens) -> Tokens:
    """Return tokens that can be ones; raises WorldError('not_crmdesk') for what would break each later request."""
    sound = all(_TOKEN.fullmatch(one) for one in (tokens.access_token, tokens.refresh_token))
    if not sound or not 0 <= tokens.access_expires_in_s <= _LONGEST_TOKEN_S or not is_id(tokens.user_id):
        raise WorldError("not_crmdesk", reason="tokens")
    return tokens
