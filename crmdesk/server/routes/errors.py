"""Errors as `Problem`: every code of the domain and of HTTP to its status; nothing of the inside is told."""

import errno
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from crmdesk.domain.errors import CrmdeskError, InputError, RefusedError
from crmdesk.protocol.frames import FrameError
from crmdesk.protocol.messages import Problem

_log = logging.getLogger("crmdesk.server")
_STATUS = {
    "bad_request": 400,
    "not_signed_in": 401,
    "wrong_credentials": 401,
    "token_expired": 401,
    "device_revoked": 401,
    "forbidden": 403,
    "device_mismatch": 403,
    "not_found": 404,
    "not_arrived": 404,
    "too_large": 413,
    "unsupported_media_type": 415,
    "out_of_range": 416,
    "upgrade_needed": 426,
    "too_many": 429,
}
_HTTP_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many",
}
AnyRequest = Request[Any, Any, Any]
_AWAY_S = 5
"""How long laptops are asked to wait while the database is away or busy."""
_DISK_AWAY = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
_DISK_S = 60
_SQLITE_AWAY = ("database is locked", "disk is full", "disk I/O error", "unable to open database file")


def problem(status: int, code: str, message: str, params: dict[str, Any] | None = None) -> Response[Problem]:
    """Return a Problem answer."""
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        headers["Retry-After"] = str((params or {}).get("retry_after_s", 1))
    return Response(
        Problem(code, message, params or {}), status_code=status, headers=headers, media_type=MediaType.JSON
    )


async def check_plain(request: AnyRequest) -> None:
    """Refuse a method that the framework answers by itself, and a body in a coding that would be taken as it stands."""
    if request.method == "OPTIONS":
        raise MethodNotAllowedException
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise RefusedError("unsupported_media_type")


def of_domain(_request: AnyRequest, error: CrmdeskError) -> Response[Problem]:
    """Answer an expected failure by its code."""
    fallback = 422 if isinstance(error, InputError) else 409 if isinstance(error, RefusedError) else 503
    params = {name: value for name, value in error.params.items() if isinstance(value, str | int | float | bool)}
    return problem(_STATUS.get(error.code, fallback), error.code, f"refused: {error.code}", params)


def of_frame(_request: AnyRequest, error: FrameError) -> Response[Problem]:
    """Answer a body that is not a frame of the protocol."""
    return problem(400, "bad_request", str(error))


def of_http(_request: AnyRequest, error: HTTPException) -> Response[Problem]:
    """Answer what the framework refuses: unknown paths, methods, malformed bodies."""
    status = 422 if isinstance(error, ValidationException) else error.status_code
    return problem(status, _HTTP_CODES.get(status, "error"), error.detail[:200] if status < 500 else "server error")


def of_decoding(_request: AnyRequest, error: msgspec.MsgspecError) -> Response[Problem]:
    """Answer a JSON body of another shape."""
    return problem(422, "invalid", str(error)[:200])


def of_malformed(_request: AnyRequest, _error: RecursionError | UnicodeDecodeError) -> Response[Problem]:
    """Answer a body that the framework's decoder chokes on: nested too deeply, or not UTF-8."""
    return problem(400, "bad_request", "the body can't be read")


def of_database(request: AnyRequest, error: DBAPIError) -> Response[Problem]:
    """Answer a database that is away, starts again or is too busy: nothing of the request holds, ask again later."""
    if not _is_away(error):
        return of_bug(request, error)
    _note_away(request.url.path, error)
    return problem(503, "unavailable", "the database is away", {"retry_after_s": _AWAY_S})


def of_disk(request: AnyRequest, error: OSError) -> Response[Problem]:
    """Answer a disk that is full or broken: nothing of the request holds, ask again later."""
    if error.errno not in _DISK_AWAY:
        return of_bug(request, error)
    _log.warning("the disk can't be written at %s: %s", request.url.path, error.strerror)
    return problem(503, "unavailable", "the disk can't be written", {"retry_after_s": _DISK_S})


def cut_where_away(parts: Iterator[bytes], path: str) -> Iterator[bytes]:
    """Yield the parts of an answer that has begun; where the database goes away it ends, and lacks its last frame."""
    try:
        yield from parts
    except DBAPIError as error:
        if not _is_away(error):
            raise
        _note_away(path, error)


def _note_away(path: str, error: DBAPIError) -> None:
    words = str(error.orig).strip().splitlines() or [""]
    _log.warning("the database is away at %s: %s", path, words[0][:200])


def _is_away(error: DBAPIError) -> bool:
    if "sqlite" in type(error.orig).__module__:
        return any(words in str(error.orig) for words in _SQLITE_AWAY)
    return isinstance(error, OperationalError | InterfaceError)


def of_bug(request: AnyRequest, error: Exception) -> Response[Problem]:
    """Answer what nobody expected: logged with its trace, told without it."""
    _log.error("unexpected at %s", request.url.path, exc_info=error)
    return problem(500, "internal", "internal error")


HANDLERS: dict[int | type[Exception], Any] = {
    CrmdeskError: of_domain,
    FrameError: of_frame,
    HTTPException: of_http,
    msgspec.MsgspecError: of_decoding,
    RecursionError: of_malformed,
    UnicodeDecodeError: of_malformed,
    DBAPIError: of_database,
    OSError: of_disk,
    Exception: of_bug,
}
