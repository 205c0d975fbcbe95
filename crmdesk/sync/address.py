"""Addresses of servers: the canonical form, and which of them may be spoken to without TLS."""

from urllib.parse import urlsplit

from crmdesk.domain.errors import InputError
from crmdesk.protocol.loopback import is_loopback


def server_address(text: str) -> str:
    """Return the canonical base address of a server.

    Raises InputError: `server_address` for what is no address, `https_required` for plain http off this machine.
    """
    try:
        parts = urlsplit(text.strip() if "://" in text else f"https://{text.strip()}")
        port = parts.port
    except ValueError as error:
        raise InputError("server_address", value=text[:200]) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise InputError("server_address", value=text[:200])
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise InputError("https_required", value=text[:200])
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
