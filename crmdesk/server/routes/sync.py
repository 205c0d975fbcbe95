"""Route of the sync: one request frame up, a stream of head, pages and end down."""

from typing import Any

import msgspec
import zstandard
from anyio.to_thread import run_sync
from litestar import Request, post
from litestar.datastructures import State
from litestar.exceptions import ClientException
from litestar.response import Stream

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol import frames
from crmdesk.protocol.messages import MAX_BATCH_BYTES, MEDIA_TYPE, PROTOCOL, SyncRequest
from crmdesk.server.routes.session import signed_in
from crmdesk.server.sync_service import SyncService

_BODY_LIMIT = frames.MAX_STORED_BYTES + frames.HEADER_BYTES

_MOST_PLAIN_BYTES = 4 * MAX_BATCH_BYTES  # one operation alone may be larger than a batch should be


class _Version(msgspec.Struct):
    protocol: int


@post("/sync", status_code=200, request_max_body_size=_BODY_LIMIT, summary="Push operations, pull changes")
async def sync(request: Request[Any, Any, Any], state: State) -> Stream:
    """Take one `R` frame and answer with frames `H`, `P`*, `E`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise RefusedError("unsupported_media_type")
    actor = await signed_in(request)
    body = await request.body()
    asked = await run_sync(_read, body)
    service: SyncService = state.sync_service
    answer = await run_sync(service.answer, actor, asked)
    return Stream(answer, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


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
