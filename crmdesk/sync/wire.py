"""Sockets under control: a `requests` session whose connections can be cut from another thread at any moment."""

import contextlib
import ipaddress
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager
from urllib3.util import SKIP_HEADER

from crmdesk.domain.errors import InputError


class SocketGuard:
    """Knows the open sockets of one session; `cut` wakes every thread that is blocked in one of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()

    def enter(self, opened: socket.socket | None) -> None:
        """Take a socket that was just connected under control."""
        if opened is not None:
            with self._lock:
                self._sockets = {known for known in self._sockets if known.fileno() >= 0} | {opened}

    def cut(self) -> None:
        """Shut all sockets down; reads on them end at once.

        The base class's method on purpose: that of an SSLSocket drops its state under the thread that reads.
        """
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for one in sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)


class _GuardedAdapter(HTTPAdapter):
    """An adapter whose connections enter the guard, without retries of its own."""

    def __init__(self, guard: SocketGuard) -> None:
        self._guard = guard
        super().__init__(max_retries=0, pool_maxsize=4)

    @override
    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _guarded_pools(self._guard)


def _guarded_pools(guard: SocketGuard) -> dict[str, Any]:
    class GuardedHTTP(HTTPConnection):
        @override
        def connect(self) -> None:
            super().connect()
            guard.enter(self.sock)

    class GuardedHTTPS(HTTPSConnection):
        @override
        def connect(self) -> None:
            super().connect()
            guard.enter(self.sock)

    class HTTPPool(HTTPConnectionPool):
        ConnectionCls = GuardedHTTP

    class HTTPSPool(HTTPSConnectionPool):
        ConnectionCls = GuardedHTTPS

    return {"http": HTTPPool, "https": HTTPSPool}


def make_session(guard: SocketGuard, ca_bundle: str = "") -> requests.Session:
    """Return a session that reads nothing from the environment (no .netrc, no proxy, no certificate bundle).

    `ca_bundle` is the path of the company's own certificates, '' for the public ones.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = ca_bundle or True
    session.headers.clear()
    # without the marker the library writes an Accept-Encoding of its own; what the server sends is compressed already
    session.headers.update({"User-Agent": "crmdesk/1", "Accept-Encoding": SKIP_HEADER})
    session.mount("http://", _GuardedAdapter(guard))
    session.mount("https://", _GuardedAdapter(guard))
    return session


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


def is_loopback(host: str) -> bool:
    """Say whether a host name is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
