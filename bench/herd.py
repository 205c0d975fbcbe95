"""2,000 laptops of as many reps ask 'anything new?' at the same moment, of one worker; against a bare ASGI route.

Each laptop is up to date and asks with a token, a cursor and hashes of its own. The bare route asks the same database
for the positions of the same scopes. The crowd's time is that from the first connection to the last whole answer.
"""

import asyncio
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from bench import central, replica
from crmdesk.company.customers import bulk_doctors
from crmdesk.company.generate import Company
from crmdesk.domain.clock import to_text
from crmdesk.protocol import digest, frames
from crmdesk.protocol.messages import MEDIA_TYPE, PROTOCOL, SCHEMA, SyncEnd, SyncRequest
from crmdesk.server import auth, demo, devices, feed, lives
from crmdesk.server.bulk import bulk_insert
from crmdesk.server.commands.place import place_in
from crmdesk.server.cursor import Cursor
from crmdesk.server.database import Database
from crmdesk.server.horizon import day_of
from crmdesk.server.tables import ACCESS_TOKEN, DEVICE, SCOPE_DIGEST, TOKEN_FAMILY
from crmdesk.server.work import ServerActor, ServerWork

LAPTOPS = 2_000
DOCTORS_EACH = 5
ROUNDS = 3
_LIMIT_S = 120.0
_ANSWER_HEAD = 65_536


class Laptop(NamedTuple):
    """What one laptop says: the whole request to our server, and the one to the bare route."""

    ours: bytes
    bare: bytes


def measure(out: Path) -> dict[str, float]:
    """Make the company, then let the crowd ask both servers in turns; medians, and how many answers were wrong."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        folder = Path(name)
        laptops = make_company(folder, LAPTOPS)
        with central.serving(folder) as url, bare_server(folder) as bare_port:
            return compare(laptops, int(url.rpartition(":")[2]), bare_port, ROUNDS)


def compare(laptops: Sequence[Laptop], port: int, bare_port: int, rounds: int) -> dict[str, float]:
    """Ask in turns; the first pair warms both servers and does not count."""
    ours: list[float] = []
    bare: list[float] = []
    errors = 0
    for number in range(rounds + 1):
        took, answers = asyncio.run(crowd(port, [one.ours for one in laptops]))
        bare_took, bare_answers = asyncio.run(crowd(bare_port, [one.bare for one in laptops]))
        errors += sum(not nothing_new(one) for one in answers)
        if any(not one.startswith(b"HTTP/1.1 200") for one in bare_answers):
            raise RuntimeError("the bare route refused somebody")
        if number:
            ours.append(took)
            bare.append(bare_took)
    shown = ", ".join(f"{one:.2f}" for one in ours), ", ".join(f"{one:.2f}" for one in bare)
    print(f"  {len(laptops)} laptops at once, seconds: ours {shown[0]}; bare route {shown[1]}; {errors} errors")
    seconds, least = statistics.median(ours), statistics.median(bare)
    return {"herd_s": seconds, "herd_bare_s": least, "herd_vs_bare": seconds / least, "herd_errors": float(errors)}


def nothing_new(answer: bytes) -> bool:
    """Say whether an answer is whole and tells that nothing moved."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        return False
    if b"transfer-encoding: chunked" in head.lower():
        body = _without_chunks(body)
    try:
        last = list(frames.read_frames(_Source(body)))[-1]
    except (frames.FrameError, IndexError):
        return False
    return isinstance(last, SyncEnd) and last.same


class _Source:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int, /) -> bytes:
        piece, self._data = self._data[:size], self._data[size:]
        return piece


def _without_chunks(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + body[:length], body[length + 2 :]
    return whole


async def crowd(port: int, requests: Sequence[bytes]) -> tuple[float, list[bytes]]:
    """Send every request at once, each on a connection of its own; return the seconds to the last answer, and all."""
    begun = time.perf_counter()
    answers = await asyncio.wait_for(asyncio.gather(*(_ask(port, one) for one in requests)), _LIMIT_S)
    return time.perf_counter() - begun, list(answers)


async def _ask(port: int, request: bytes) -> bytes:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = b""
        while piece := await reader.read(_ANSWER_HEAD):
            answer += piece
        writer.close()
    except OSError as error:
        return str(error).encode()
    return answer


@contextmanager
def bare_server(folder: Path) -> Iterator[int]:
    """Run the bare route on a server's folder as a process of its own; yields its port."""
    command = [sys.executable, "-m", "bench.bare_route", str(folder)]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def make_company(folder: Path, laptops: int) -> list[Laptop]:
    """Fill a server's folder with so many reps, each with a territory and a signed-in laptop that is up to date."""
    here = place_in(folder)
    database = here.database(create=True)
    try:
        demo.load(database, _company(laptops), here.attachments, 0)
        tokens = database.run(lambda work: _sign_in_all(work, laptops))
        return [_laptop(database, number, token) for number, token in enumerate(tokens)]
    finally:
        database.dispose()


def _ids(number: int) -> tuple[str, str, str, str, str]:
    """Return the ids of a rep, the territory, the assignment, the laptop and its sign-in."""
    base = 1_000_000 + number * 10
    return tuple(replica.fixed_id(base + part) for part in range(5))  # type: ignore[return-value]


def _company(laptops: int) -> Company:
    tables: dict[str, list[dict[str, Any]]] = {"territory": [], "user": [], "assignment": [], "doctor": []}
    doctors = bulk_doctors(laptops * DOCTORS_EACH, "", 11)
    for number in range(laptops):
        user, territory, assignment, _, _ = _ids(number)
        tables["territory"].append(replica.row(territory, name=f"第{number}区", kind="territory"))
        tables["user"].append(replica.row(user, login=f"rep{number}", name="张伟", role="rep", active=True))
        held = replica.row(assignment, user_id=user, territory_id=territory, valid_from="2020-01-01")
        tables["assignment"].append(held)
        tables["doctor"] += [next(doctors) | {"territory_id": territory} for _ in range(DOCTORS_EACH)]
    return Company(tables, [], [], {})


def _sign_in_all(work: ServerWork, laptops: int) -> list[str]:
    """Give each laptop a token, as a sign-in does, without 2,000 times the cost of a password."""
    tokens = [secrets.token_urlsafe(24) for _ in range(laptops)]
    until = to_text(datetime.now(UTC) + timedelta(hours=1))
    device_rows, families, access = [], [], []
    for number, token in enumerate(tokens):
        user, _, _, device, family = _ids(number)
        device_rows.append((device, user, "bench", work.at, work.at))
        families.append((family, user, device))
        access.append((auth.token_hash(token), family, until))
    bulk_insert(work.connection, DEVICE, ("id", "user_id", "name", "created_at", "last_seen_at"), device_rows)
    bulk_insert(work.connection, TOKEN_FAMILY, ("id", "user_id", "device_id"), families)
    bulk_insert(work.connection, ACCESS_TOKEN, ("token_hash", "family_id", "expires_at"), access)
    return tokens


def _laptop(database: Database, number: int, token: str) -> Laptop:
    """Write the requests of a laptop that holds everything."""
    user, _, _, device, _ = _ids(number)
    with database.reading() as connection:
        actor: ServerActor | None = devices.actor_of(connection, user, device, "2026-11-25")
        assert actor is not None
        scopes = sorted(actor.scopes)
        heads = feed.head_positions(connection, scopes)
        found = connection.execute(select(SCOPE_DIGEST).where(SCOPE_DIGEST.c.scope.in_(scopes)))
        summary, link = digest.of_digests(tuple(row) for row in found), lives.link_of(connection)
    positions = {scope: heads.get(scope, 0) for scope in scopes}
    cursor = Cursor(database.epoch, positions, day_of(database.clock()), link).text(database.seal)
    asked = SyncRequest(
        PROTOCOL, SCHEMA, device, cursor, subscription=digest.of_subscription(scopes), summary=summary
    )  # fmt: skip
    heading = f"Authorization: Bearer {token}\r\nContent-Type: {MEDIA_TYPE}\r\n"
    return Laptop(
        _request("/sync", heading, frames.encode(asked)),
        _request("/", "Content-Type: application/json\r\n", json.dumps(scopes).encode()),
    )


def _request(path: str, headers: str, body: bytes) -> bytes:
    length = f"Content-Length: {len(body)}\r\n"
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}Connection: close\r\n\r\n".encode() + body
