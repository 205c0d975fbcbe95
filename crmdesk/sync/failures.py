"""What an answer or an exception of the network means, as `WorldError` codes.

Codes: server_away (reason `hung_up`: the connection was taken and let go), timeout, tls_untrusted, not_https,
captive_portal, not_crmdesk, server_error, too_many (retry_after_s), upgrade_needed, signed_out, wrong_credentials,
device_revoked, token_expired, too_large, bad_request, forbidden, not_found, answer_cut, cancelled.
"""

from datetime import datetime

import msgspec

from crmdesk.domain.clock import Clock
from crmdesk.domain.errors import WorldError
from crmdesk.protocol.messages import MEDIA_TYPE, Problem
from crmdesk.sync.core import HUNG_UP

_BY_STATUS = {
    400: "bad_request", 403: "forbidden", 404: "not_found", 409: "bad_request", 413: "too_large", 415: "bad_request",
    416: "bad_request", 422: "bad_request", 426: "upgrade_needed", 429: "too_many",
}  # fmt: skip
_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
"""What OpenSSL says of an answer in plain text where it asked for an encrypted line."""
_BY_CODE_OF_401 = {"wrong_credentials", "device_revoked", "token_expired"}


def of_exception(error: Exception) -> WorldError:
    """Return what an exception of `requests` or `urllib3` means."""
    import ssl  # lazy, here and below: nothing of it is needed before something is sent

    import requests
    from urllib3.exceptions import ProtocolError, ReadTimeoutError

    causes = _causes(error)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return WorldError("tls_untrusted")
    if any(isinstance(cause, requests.Timeout | ReadTimeoutError | TimeoutError) for cause in causes):
        return WorldError("timeout")
    if any(isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS for cause in causes):
        return WorldError("not_https")
    if any(isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError) for cause in causes):
        return WorldError("tls_untrusted")
    if any(isinstance(cause, ProtocolError) for cause in causes):
        return WorldError("server_away", reason=HUNG_UP)
    return WorldError("server_away")


def _causes(error: BaseException) -> list[BaseException]:
    """Return an exception with all that it wraps, however the library wrapped it."""
    found: list[BaseException] = []
    queue: list[object] = [error]
    while queue:
        one = queue.pop()
        if not isinstance(one, BaseException) or one in found:
            continue
        found.append(one)
        queue += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def network_errors() -> tuple[type[Exception], ...]:
    """Return what `requests` and the stream below it raise."""
    import requests
    from urllib3.exceptions import HTTPError

    return requests.RequestException, HTTPError, OSError


def of_answer(status: int, media_type: str, body: bytes, retry_after: str, clock: Clock) -> WorldError:
    """Return what an answer that is not the expected 200 means."""
    problem = _problem(body)
    if status == 511 or 300 <= status < 400:
        return WorldError("captive_portal", status=status)
    if status == 503 and retry_after:
        return WorldError("too_many", retry_after_s=retry_after_s(retry_after, clock()))
    if status >= 500:
        return WorldError("server_error", status=status)
    if problem is None and status == 413:
        return WorldError("too_large", status=status, reason="narrow_way")  # a proxy takes less than the server
    if problem is None:
        return stranger(media_type, body)
    if status == 401:
        return WorldError(problem.code if problem.code in _BY_CODE_OF_401 else "signed_out")
    if status == 429:
        return WorldError("too_many", retry_after_s=retry_after_s(retry_after, clock()))
    return WorldError(_BY_STATUS.get(status, "not_crmdesk"), status=status, reason=problem.code)


def stranger(media_type: str, body: bytes) -> WorldError:
    """Return what somebody else's answer is: a log-in page of the network, or another service.

    A connection that broke within the head of the answer looks like one of no type and no content.
    """
    if not body and any(
        media_type != ours and ours.startswith(media_type) for ours in (MEDIA_TYPE, "application/json")
    ):
        return WorldError("answer_cut")
    page = "html" in media_type or body.lstrip()[:1] == b"<"
    return WorldError("captive_portal" if page else "not_crmdesk")


def _problem(body: bytes) -> Problem | None:
    try:
        return msgspec.json.decode(body, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def retry_after_s(text: str, now: datetime) -> float | None:
    """Read a Retry-After in its two forms (RFC 9110, 10.2.3) as seconds, None where it is neither."""
    if text.strip().isdigit():
        return float(text.strip()[:9])
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):
        return None
