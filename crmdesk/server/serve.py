"""Serving: uvicorn on a host and port, TLS off loopback, one line when ready; also in a thread for tests and demo."""

import gc
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from socket import socket

import uvicorn
from typing_extensions import override

from crmdesk.domain.errors import InputError, WorldError
from crmdesk.protocol.loopback import is_loopback
from crmdesk.server.app import create_app
from crmdesk.server.database import Database
from crmdesk.server.patience import protocol_of
from crmdesk.server.settings import Settings

_START_LIMIT_S = 30.0


class _Server(uvicorn.Server):
    """uvicorn that tells its address once it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @override
    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            port = self.servers[0].sockets[0].getsockname()[1]
            scheme = "https" if self.config.is_ssl else "http"
            host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
            self._ready(f"{scheme}://{host}:{port}")


def _server(database: Database, settings: Settings, ready: Callable[[str], None]) -> _Server:
    if not settings.certificate_file and not is_loopback(settings.host):
        raise InputError("tls_needed", host=settings.host)
    _check_certificate(settings)
    config = uvicorn.Config(
        create_app(database, settings),
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.certificate_file or None,
        ssl_keyfile=settings.key_file or None,
        log_config=None,
        http=protocol_of(settings),
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        lifespan="on",
    )
    return _Server(config, ready)


def _check_certificate(settings: Settings) -> None:
    """Raise WorldError('certificate_unusable') for files that are none, rather than a traceback of the web server."""
    if not settings.certificate_file:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.certificate_file, settings.key_file or None)
    except OSError as error:  # ssl.SSLError is one
        why = error.strerror or str(error)
        raise WorldError("certificate_unusable", place=settings.certificate_file, why=why) from error


def serve(database: Database, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` gets the address once.

    Raises InputError('tls_needed') for http off loopback, WorldError `certificate_unusable`, and `port_in_use` where
    the port is taken.
    """
    server = _server(database, settings, ready)
    _spare_garbage_collection()
    try:
        server.run()
    except SystemExit as error:  # uvicorn ends the process where it cannot listen
        raise WorldError("port_in_use", port=settings.port) from error


def _spare_garbage_collection() -> None:
    """Leave out of every later collection what lives as long as the process: looking through it took a fifth of a push.

    And look less often: a batch makes some ten thousand objects, which all go by themselves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@contextmanager
def running(database: Database, settings: Settings, port: int = 0) -> Iterator[str]:
    """Serve in a thread while the context lasts; yields the address, such as `http://127.0.0.1:40123`."""
    listening = threading.Event()
    addresses: list[str] = []

    def ready(address: str) -> None:
        addresses.append(address)
        listening.set()

    server = _server(database, replace(settings, port=port), ready)

    def work() -> None:
        try:
            server.run()
        except SystemExit:
            listening.set()

    thread = threading.Thread(target=work, name="crmdesk-server", daemon=True)
    thread.start()
    listening.wait(_START_LIMIT_S)
    if not addresses:
        raise WorldError("server_did_not_start", port=port)
    try:
        yield addresses[0]
    finally:
        server.should_exit = True
        thread.join(_START_LIMIT_S)
