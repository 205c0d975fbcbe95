"""A line between a laptop and a server: a TCP proxy in a process of its own that delays, paces and counts.

Runs on the standard library alone, so that a peer's own environment can put the same line in front of its own server.
`python bench/line.py PORT RTT_MS UP_BITS DOWN_BITS` prints its port, and then, for every line that it reads, the counts
so far as JSON; it ends with its input. Bits of 0 pace nothing.
"""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

WAN = (60.0, 5_000_000, 20_000_000)
"""Round trip in milliseconds, bits a second up and down: a laptop on a mobile network on a fair day."""
OPEN = (0.0, 0, 0)
"""Loopback as it is: only counted."""
_PIECE = 16_384
_IN_FLIGHT = 262_144
"""So many bytes may be on the way; it is more than the line holds (20 Mbit/s for 60 ms: 150,000)."""
_HEAD = re.compile(rb"(?:GET|POST|PUT|DELETE|HEAD|PATCH) \S+ HTTP/1\.[01]\r\n")
_LONGEST_HEAD = 400


@dataclass(slots=True)
class Counts:
    """What went over a line so far: bytes from and to the laptop, connections, and the heads of requests seen."""

    sent: int = 0
    received: int = 0
    connections: int = 0
    requests: int = 0
    tail: bytes = b""

    def up(self, data: bytes) -> None:
        """Count bytes from the laptop; a request line that is cut by a packet is seen with the next one."""
        self.sent += len(data)
        text = self.tail + data
        found = list(_HEAD.finditer(text))
        self.requests += len(found)
        self.tail = text[found[-1].end() if found else 0 :][-_LONGEST_HEAD:]

    def down(self, data: bytes) -> None:
        """Count bytes from the server."""
        self.received += len(data)

    def told(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: getattr(self, name) for name in ("sent", "received", "connections", "requests")}


class Lane:
    """One direction of the line: all connections share its rate; what entered leaves in turn, and arrives later."""

    def __init__(self, bits_per_s: int, delay_s: float) -> None:
        self._byte_s = 8 / bits_per_s if bits_per_s else 0.0
        self._delay_s = delay_s
        self._free_at = 0.0

    def arrival(self, size: int, now: float) -> float:
        """Return when bytes that enter now will have arrived."""
        self._free_at = max(now, self._free_at) + size * self._byte_s
        return self._free_at + self._delay_s


class _Wire:
    """Both directions in front of one port of loopback."""

    def __init__(self, port: int, rtt_ms: float, up_bits: int, down_bits: int) -> None:
        self.counts = Counts()
        self._port, self._rtt_s = port, rtt_ms / 1000
        self._up, self._down = Lane(up_bits, self._rtt_s / 2), Lane(down_bits, self._rtt_s / 2)

    async def connected(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """Carry one connection until both sides have ended it; to be connected costs a round trip."""
        self.counts.connections += 1
        far, ask = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.sleep(self._rtt_s)
        with contextlib.suppress(OSError):
            await asyncio.gather(
                self._carry(near, ask, self._up, self.counts.up), self._carry(far, answer, self._down, self.counts.down)
            )
        for writer in (ask, answer):
            writer.close()

    async def _carry(self, source: asyncio.StreamReader, goal: asyncio.StreamWriter, lane: Lane, count: Any) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        room = asyncio.Semaphore(_IN_FLIGHT // _PIECE)
        delivery = asyncio.create_task(_deliver(waiting, goal, room))
        try:
            while data := await source.read(_PIECE):
                count(data)
                await room.acquire()
                waiting.put_nowait((lane.arrival(len(data), time.perf_counter()), data))
        finally:
            waiting.put_nowait((lane.arrival(0, time.perf_counter()), b""))
            await delivery


async def _deliver(
    waiting: "asyncio.Queue[tuple[float, bytes]]", goal: asyncio.StreamWriter, room: asyncio.Semaphore
) -> None:
    while True:
        due, data = await waiting.get()
        pause = due - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        if not data:
            break
        with contextlib.suppress(OSError):  # who asked may be gone
            goal.write(data)
            await goal.drain()
        room.release()
    with contextlib.suppress(OSError):
        goal.write_eof()


async def _serve(port: int, rtt_ms: float, up_bits: int, down_bits: int) -> None:
    wire = _Wire(port, rtt_ms, up_bits, down_bits)
    server = await asyncio.start_server(wire.connected, "127.0.0.1", 0, limit=_PIECE * 4)
    print(server.sockets[0].getsockname()[1], flush=True)
    asked = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    while await asked.readline():
        print(json.dumps(wire.counts.told()), flush=True)


class Line:
    """A running line: `url` is what the laptop connects to."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{int(self._ask(''))}"

    def counts(self) -> dict[str, int]:
        """Return `sent`, `received`, `connections` and `requests` so far."""
        return dict(json.loads(self._ask("\n")))

    def _ask(self, text: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def line(url: str, shape: tuple[float, int, int] = WAN) -> Iterator[Line]:
    """Put a line in front of a server on loopback while the context lasts."""
    port = url.rstrip("/").rpartition(":")[2]
    command = [sys.executable, __file__, port, *map(str, shape)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Line(process)
        finally:
            process.kill()


def bytes_alone(sent: int, received: int, shape: tuple[float, int, int] = WAN) -> float:
    """Return the seconds that so many bytes take over a line by themselves: a round trip, then each way at its rate."""
    rtt_ms, up_bits, down_bits = shape
    return rtt_ms / 1000 + sent * 8 / up_bits + received * 8 / down_bits


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
