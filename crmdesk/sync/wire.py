"""A `requests` session whose connections can be cut from another thread at any moment."""

import http.client
import logging
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager
from urllib3.util import SKIP_HEADER

from crmdesk.sync.guard import SocketGuard

_MOST_HEAD_LINES = 1_000
"""Of the head of an answer and of all that announce it ('100 Continue'); the library has no bound for those."""

logging.getLogger("urllib3").setLevel(logging.ERROR)
"""It would warn of a head that was cut, on the terminal and in its own words; the sync says that in the person's."""


class _FewLines:
    """The beginning of an answer, which comes to an end: a flood of it keeps a thread busy even when its line is cut,
    because what has arrived before is still to be read."""

    def __init__(self, file: Any) -> None:
        self._file, self._left = file, _MOST_HEAD_LINES

    def readline(self, limit: int = -1) -> bytes:
        """Return the next line; raises HTTPException where there are too many."""
        self._left -= 1
        if self._left < 0:
            raise http.client.HTTPException("a head without end")
        return bytes(self._file.readline(limit))

    def close(self) -> None:
        """Close the line."""
        self._file.close()


class _Answer(http.client.HTTPResponse):
    """An answer whose head is bounded."""

    @override
    def begin(self) -> None:
        whole: Any = self.fp
        self.fp = _FewLines(whole)  # type: ignore[assignment]
        try:
            super().begin()
        finally:
            if self.fp is not None:  # else the library has closed it
                self.fp = whole


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
        response_class = _Answer

        @override
        def connect(self) -> None:
            super().connect()
            guard.enter(self.sock)

    class GuardedHTTPS(HTTPSConnection):
        response_class = _Answer

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
