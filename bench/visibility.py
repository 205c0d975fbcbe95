"""How soon after its commit a row is in a pull, and whether any is skipped: many writers on PostgreSQL at once.

Every transaction of a writer goes through the server's own unit of work, with feed, digests and audit chain: it changes
or makes a doctor, one time in eight three of them in several scopes. The reader pulls all scopes again and again by the
server's own pull. The delay of a change runs from the return of its commit at the writer until the reader holds the row
at that revision or a later one, both on the same monotonic clock. A row is skipped where the reader lacks its last
revision after the writers have ended and a further pull has found nothing new.

Rows are looked for that are skipped while all write without a pause. Then the processors have more to do than they can,
and a delay says mostly how long the reader waited for one; so the delay is measured at the pace of an evening: 2,000
people with 50 changes each within 40 minutes, 42 a second. What it was without a pause is a figure of its own.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from crmdesk.domain.ids import new_id
from crmdesk.domain.scopes import territory_scope
from crmdesk.server.database import Database
from crmdesk.server.pull import Pull
from crmdesk.server.work import SYSTEM, ServerWork

WRITERS, SCOPES, SECONDS = 8, 40, 60.0
EVENING_PER_S = 2_000 * 50 / 2_400
_SEVERAL, _NEW = 1 / 8, 1 / 4
_PAUSE_S = 0.002
"""Between two pulls: else the reader would use up its share of a processor with asking for nothing."""
_END_LIMIT_S = 120
_READY, _WARMING = b"ready\n", 3


class Change(NamedTuple):
    """A committed change; `at` is when the commit had returned (monotonic seconds)."""

    row_id: str
    revision: int
    at: float


@dataclass(frozen=True, slots=True)
class Task:
    """What is written: for how long, by how many processes of how many threads, how often in all (0: no pause)."""

    seconds: float
    processes: int = WRITERS
    threads: int = 1
    per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run came to: the delay of each change in seconds, and the rows that the reader never got."""

    delays: list[float]
    skipped: list[str]
    pulls: int

    @property
    def percentiles_ms(self) -> list[float]:
        """Return the delays below which 1 %, 2 % … 99 % of the changes lie."""
        return [1e3 * one for one in statistics.quantiles(self.delays, n=100)]


def measure(seconds: float = SECONDS) -> dict[str, float]:
    """Let 8 processes write over 40 scopes for so long without a pause, then half as long at an evening's pace.

    The PostgreSQL is a private one that waits for the disk at each commit.
    """
    from tests.fixtures.postgres import private_postgres

    with private_postgres(durable=True) as server:
        hard = watched(server.clone(), Task(seconds))
        evening = watched(server.clone(), Task(seconds / 2, per_s=EVENING_PER_S))
    for name, seen in (("without a pause", hard), ("an evening", evening)):
        p, words = seen.percentiles_ms, f"{len(seen.delays)} changes, {seen.pulls} pulls, {len(seen.skipped)} skipped"
        print(f"  {name}: {words}; ms until visible: p50 {p[49]:.1f}, p95 {p[94]:.1f}, p99 {p[98]:.1f}")
    return {
        "visible_p95_ms": evening.percentiles_ms[94],
        "visible_without_pause_p95_ms": hard.percentiles_ms[94],
        "visible_without_pause_changes_per_s": len(hard.delays) / seconds,
        "skipped_rows": float(len(hard.skipped) + len(evening.skipped)),
    }


def watched(url: str, task: Task) -> Seen:
    """Let the writers write to a database that has its tables, while one reader pulls; say what it got."""
    database = Database(url)
    try:
        territories = [new_id() for _ in range(SCOPES)]
        reader = Reader(database, territories)
        with tempfile.TemporaryDirectory() as name:
            with _writers(Path(name), url, task, territories) as running:
                while reader.pull():  # what they wrote to warm up
                    continue
                _go(running)
                while any(one.poll() is None for one in running):
                    reader.pull()
                    time.sleep(_PAUSE_S)
            changes = [Change(*one) for told in Path(name).iterdir() for one in json.loads(told.read_text())]
        while reader.pull():
            continue
        return reader.compared(changes)
    finally:
        database.dispose()


class Reader:
    """Pulls some territories as a laptop does, and notes when it first held which revision of a row."""

    def __init__(self, database: Database, territories: list[str]) -> None:
        self._database = database
        self._scopes = frozenset(map(territory_scope, territories))
        self._cursor = ""
        self._held: dict[str, list[tuple[int, float]]] = {}
        self._pulls = 0

    def pull(self) -> int:
        """Pull once; returns how many rows came."""
        pull, came = Pull(self._database, self._scopes, "", self._cursor), 0
        self._pulls += 1
        for page in pull.pages():
            now = time.monotonic()
            for group in page.groups:
                id_at, revision_at = group.columns.index("id"), group.columns.index("revision")
                for row in group.by_row():
                    self._held.setdefault(row[id_at], []).append((row[revision_at], now))
                    came += 1
        self._cursor = pull.cursor.text(self._database.seal)
        return came

    def compared(self, changes: list[Change]) -> Seen:
        """Compare with what was committed."""
        delays: list[float] = []
        skipped: set[str] = set()
        for change in changes:
            since = [at for revision, at in self._held.get(change.row_id, ()) if revision >= change.revision]
            if since:
                delays.append(max(0.0, since[0] - change.at))
            else:
                skipped.add(change.row_id)
        return Seen(delays, sorted(skipped), self._pulls)


@contextmanager
def _writers(folder: Path, url: str, task: Task, territories: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run the writers, warm and waiting for `_go`; each leaves what it committed in a file of the folder."""
    root, running = Path(__file__).resolve().parents[1], []
    command = [sys.executable, "-m", "bench.visibility"]
    try:
        for number in range(task.processes):
            one = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)
            running.append(one)
            order = {"url": url, "territories": territories, "task": asdict(task), "number": number}
            assert one.stdin is not None
            one.stdin.write(json.dumps(order | {"out": str(folder / f"{number}.json")}).encode() + b"\n")
            one.stdin.flush()
        for one in running:
            assert one.stdout is not None
            if one.stdout.readline() != _READY:
                raise RuntimeError("a writer did not start")
        yield running
        if any(one.wait(_END_LIMIT_S) for one in running):
            raise RuntimeError("a writer failed")
    finally:
        for one in running:
            one.kill()
            one.communicate()


def _go(running: list[subprocess.Popen[bytes]]) -> None:
    for one in running:
        assert one.stdin is not None
        one.stdin.write(b"go\n")
        one.stdin.flush()


class Writer:
    """One thread that writes to random scopes until its time is over."""

    def __init__(self, database: Database, territories: list[str], seed: str) -> None:
        self._database, self._territories = database, territories
        self._chance = random.Random(seed)
        self._mine: list[str] = []
        self.committed: list[Change] = []

    def warm_up(self) -> None:
        """Write a little that does not count."""
        for _ in range(_WARMING):
            aims = [self._aim() for _ in range(3)]
            self._mine += [row_id for row_id, _ in self._database.run(partial(self._write_all, aims))]

    def work(self, seconds: float, per_s: float) -> None:
        """Write for so long, so many transactions a second (0: without a pause)."""
        due = begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            aims = [self._aim() for _ in range(3 if self._chance.random() < _SEVERAL else 1)]
            made = self._database.run(partial(self._write_all, aims))
            at = time.monotonic()
            self.committed += [Change(row_id, revision, at) for row_id, revision in made]
            self._mine += [row_id for row_id, revision in made if revision == 1]
            if per_s:
                due += self._chance.uniform(0, 2) / per_s
                time.sleep(max(0.0, due - time.monotonic()))

    def _aim(self) -> tuple[str, str]:
        """Return the row to change, '' for a new one, and a telephone number for it."""
        old = self._mine and self._chance.random() > _NEW
        return (self._chance.choice(self._mine) if old else "", f"{self._chance.randrange(10**11):011d}")

    def _write_all(self, aims: list[tuple[str, str]], work: ServerWork) -> list[tuple[str, int]]:
        return [self._write(work, *aim) for aim in aims]

    def _write(self, work: ServerWork, row_id: str, mobile: str) -> tuple[str, int]:
        if row_id:
            return row_id, work.update("doctor", row_id, {"mobile": mobile}, SYSTEM)["revision"]
        values = {"name": "王芳", "mobile": mobile, "status": "active"}
        values["territory_id"] = self._chance.choice(self._territories)
        made = new_id()
        return made, work.insert("doctor", made, values, SYSTEM)["revision"]


def write(order: dict[str, Any]) -> None:
    """Be one writing process: run its threads and leave what they committed."""
    database, task = Database(order["url"]), Task(**order["task"])
    names = [f"{order['number']}/{number}" for number in range(task.threads)]
    writers = [Writer(database, order["territories"], name) for name in names]
    pace = task.per_s / (task.processes * task.threads)
    with ThreadPoolExecutor(len(writers)) as pool:
        list(pool.map(Writer.warm_up, writers))
        sys.stdout.buffer.write(_READY)
        sys.stdout.flush()
        sys.stdin.readline()
        list(pool.map(lambda writer: writer.work(task.seconds, pace), writers))
    database.dispose()
    Path(order["out"]).write_text(json.dumps([change for writer in writers for change in writer.committed]))


if __name__ == "__main__":
    write(json.loads(sys.stdin.readline()))
