"""A territory of 20,000 rows changes hands while the old laptop is open: what the server writes, the purge, the locks.

The laptop first syncs the territory, then learns that it is somebody else's. The longest time that any commit of the
two syncs holds the one writer is taken by a stopwatch around its lock.
"""

import statistics
import tempfile
import time
from pathlib import Path
from types import TracebackType

from sqlalchemy import func, select

from bench import central, replica, territory
from bench.first_sync import Quiet, held
from crmdesk.server import territories
from crmdesk.server.commands.place import place_in
from crmdesk.server.database import Database
from crmdesk.server.tables import FEED, SCOPE_HEAD
from crmdesk.storage.store import Store
from crmdesk.sync.engine import SyncEngine
from crmdesk.sync.session import Session
from crmdesk.sync.transport import Transport

DOCTORS = 7_100
"""With their institutions, departments and affiliations some 20,000 rows."""
ROUNDS = 3
_OTHER = "rep2"


class Stopwatch:
    """A lock that may be taken again by who holds it, and that notes the longest time it was held."""

    def __init__(self, lock: object) -> None:
        self._lock, self._depth, self._since = lock, 0, 0.0
        self.longest_s = 0.0

    def __enter__(self) -> "Stopwatch":
        self._lock.__enter__()
        self._depth += 1
        if self._depth == 1:
            self._since = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            self.longest_s = max(self.longest_s, time.perf_counter() - self._since)
        self._lock.__exit__(kind, error, trace)


def measure(out: Path) -> dict[str, float]:
    """Let the territory go to and fro between two reps; the laptop is always that of the first."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        folder = Path(name)
        made = central.make_database(
            folder / "server", territory.customers(DOCTORS, replica.TERRITORY), others=[_OTHER]
        )
        rows = sum(made[record] for record in ("institution", "department", "doctor", "affiliation"))
        database = place_in(folder / "server").database()
        try:
            with central.serving(folder / "server") as url:
                return handed_over(database, url, folder / "laptop", DOCTORS, rows, ROUNDS)
        finally:
            database.dispose()


def handed_over(database: Database, url: str, folder: Path, doctors: int, rows: int, rounds: int) -> dict[str, float]:
    """Hand over and back, so many times; the median purge, and the longest lock of all syncs."""
    purges: list[float] = []
    longest: list[float] = []
    store = Store.open(folder, replica.KEY)
    transport = Transport(url)
    try:
        session = Session(store, transport)
        session.sign_in(central.LOGIN, central.PASSWORD, "bench")
        engine = SyncEngine(store, session, Quiet())
        for number in range(rounds):
            if number:
                hand_over(database, _OTHER, central.LOGIN)
            longest.append(synced(store, engine, doctors)[0])
            before = _written(database)
            hand_over(database, central.LOGIN, _OTHER)
            if _written(database) != before:
                raise RuntimeError("handing a territory over wrote rows of it")
            lock, purge = synced(store, engine, 0)
            longest.append(lock)
            purges.append(purge)
    finally:
        transport.close()
        store.close()
    shown = ", ".join(f"{one * 1000:.0f}" for one in purges), ", ".join(f"{one * 1000:.0f}" for one in longest)
    print(f"  {rows} rows: purge {shown[0]} ms; longest lock of each sync {shown[1]} ms; rows written on the server: 0")
    return {"purge_20k_ms": statistics.median(purges) * 1000, "longest_lock_ms": max(longest) * 1000}


def synced(store: Store, engine: SyncEngine, doctors: int) -> tuple[float, float]:
    """Sync once; return the longest time that a commit held the writer, and how long taking rows out took."""
    watch, plain = Stopwatch(store.handed_out.writer), store.handed_out.writer
    purge, take_out = 0.0, store.take_out

    def timed() -> None:
        nonlocal purge
        begun = time.perf_counter()
        take_out()
        purge += time.perf_counter() - begun

    store.handed_out.writer, store.take_out = watch, timed  # type: ignore[assignment,method-assign]
    try:
        with replica.as_in_the_app():
            status = engine.sync_once(accept_removals=True)
    finally:
        store.handed_out.writer, store.take_out = plain, take_out  # type: ignore[method-assign]
    if status.code or held(store) != doctors:
        raise RuntimeError(f"the sync did not work: {status.code}, {held(store)} doctors")
    return watch.longest_s, purge


def hand_over(database: Database, from_login: str, to_login: str) -> None:
    """Give the territory from one rep to the other, as the administrator's command does."""
    database.run(lambda work: territories.hand_over(work, replica.TERRITORY, from_login, to_login))


def _written(database: Database) -> tuple[int, int]:
    """Return the position of the territory's scope and the number of its feed entries: any write would move them."""
    with database.reading() as connection:
        position = select(SCOPE_HEAD.c.position).where(SCOPE_HEAD.c.scope == replica.SCOPE)
        count = select(func.count()).select_from(FEED).where(FEED.c.scope == replica.SCOPE)
        return int(connection.execute(position).scalar_one()), int(connection.execute(count).scalar_one())
