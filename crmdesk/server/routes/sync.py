"""Route of the sync: one request frame up, a stream of head, pages and end down."""

from collections.abc import Iterator
from operator import length_hint
from typing import Any

import msgspec
import zstandard
from anyio.to_thread import run_sync
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.exceptions import ClientException
from litestar.response import Stream

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol import frames
from crmdesk.protocol.messages import MAX_BATCH_BYTES, MEDIA_TYPE, PROTOCOL, SyncRequest
from crmdesk.server.auth import Authentication
from crmdesk.server.database import Database
from crmdesk.server.routes.errors import cut_where_away
from crmdesk.server.routes.session import bearer, signed_in
from crmdesk.server.sync_service import SyncService
from crmdesk.server.work import ServerActor

_BODY_LIMIT = frames.MAX_STORED_BYTES + frames.HEADER_BYTES
_SMALL_BODY = 16 << 10
_MOST_PLAIN_BYTES = 4 * MAX_BATCH_BYTES  # one operation alone may be larger than a batch should be


class _Version(msgspec.Struct):
    protocol: int


@post("/sync", status_code=200, request_max_body_size=_BODY_LIMIT, summary="Push operations, pull changes")
async def sync(request: Request[Any, Any, Any], state: State) -> Response[Any]:
    """Take one `R` frame and answer with frames `H`, `P`*, `E`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise RefusedError("unsupported_media_type")
    token = bearer(request)
    # nobody unknown makes the server take in megabytes; a small body is read at once and all is done on one thread
    actor = None if _is_small(request) else await signed_in(request)
    answer = await run_sync(_answer, state, token, actor, await request.body())
    if isinstance(answer, bytes):
        return Response(answer, media_type=MEDIA_TYPE)
    return Stream(cut_where_away(answer, request.url.path), media_type=MEDIA_TYPE)


def _is_small(request: Request[Any, Any, Any]) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= _SMALL_BODY


def _answer(state: State, token: str, actor: ServerActor | None, body: bytes) -> bytes | Iterator[bytes]:
    """Return the answer: in one piece where it is one, else as it is made."""
    authentication: Authentication = state.authentication
    service: SyncService = state.sync_service
    database: Database = state.database
    if actor is None:
        with database.reading() as snapshot:
            actor = authentication.actor_in(snapshot, token)
            request = _read(body)
            looked = service.look(snapshot, actor, request)
    else:
        request, looked = _read(body), None
    parts = service.answer(actor, request, looked)
    return next(parts) if length_hint(parts) == 1 else parts


def _read(body: bytes) -> SyncRequest:
    _check_size(body)
    try:
        return frames.decode(body, SyncRequest)
    except frames.FrameError as error:
        if _protocol_of(body) not in (None, PROTOCOL):
            raise RefusedError("upgrade_needed", protocol=PROTOCOL) from error
        raise ClientException(str(error)) from error


def _check_size(body: bytes) -> None:
    """Refuse what would unpack to more than any batch needs: a few kilobytes can hold millions of empty lists."""
    try:
        size = zstandard.frame_content_size(body[frames.HEADER_BYTES :])
    except zstandard.ZstdError:  # not a frame at all: told as such by whoever reads it
        return
    if _MOST_PLAIN_BYTES < size <= frames.MAX_PLAIN_BYTES:
        raise InputError("too_large", limit=_MOST_PLAIN_BYTES, length=size)


def _protocol_of(body: bytes) -> int | None:
    """Return the protocol that a request of another version names, or None where it can't be read."""
    stored = body[frames.HEADER_BYTES :]
    if frames.wrap(b"R", stored) != body:  # damaged: what it seems to say counts for nothing
        return None
    try:
        if not 0 <= zstandard.frame_content_size(stored) <= frames.MAX_PLAIN_BYTES:
            return None
        return msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(stored), type=_Version).protocol
    except (zstandard.ZstdError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
