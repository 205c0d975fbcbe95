"""Route of the health check: says that the server is there, and which protocol it speaks."""

import msgspec
from litestar import get

from crmdesk.protocol.messages import PROTOCOL


class Health(msgspec.Struct):
    """The answer of `GET /health`; `service` tells a captive portal's page from a server."""

    service: str
    protocol: int


@get("/health", summary="Health", sync_to_thread=False)
def health() -> Health:
    """Say that the server is up."""
    return Health("crmdesk", PROTOCOL)
