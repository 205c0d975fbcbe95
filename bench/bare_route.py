"""A bare ASGI route over a server's database, served by one worker; `bench.herd` starts it with the folder.

It reads a body, asks for the positions of the scopes that the body names (JSON), through SQLAlchemy in a thread as
anybody would, and answers with them. It prints its port once it listens.
"""

import json
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from anyio.to_thread import run_sync
from sqlalchemy import select

from crmdesk.server.database import Database
from crmdesk.server.tables import SCOPE_HEAD


def route(database: Database) -> Any:
    """Return the ASGI application."""

    def positions(scopes: list[str]) -> bytes:
        query = select(SCOPE_HEAD.c.scope, SCOPE_HEAD.c.position).where(SCOPE_HEAD.c.scope.in_(scopes))
        with database.reading() as connection:
            return json.dumps([list(row) for row in connection.execute(query)]).encode()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        found = await run_sync(positions, json.loads(body))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(found)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": found})

    return application


def main() -> None:
    """Serve until ended."""
    database = Database(f"sqlite:///{Path(sys.argv[1]) / 'server.db'}")
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(route(database), log_config=None, access_log=False, lifespan="off", http="h11")
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
