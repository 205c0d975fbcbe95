"""A process with the real main window over a large encrypted store that does one task and prints its times as JSON.

Started by `bench.scrolling` and `bench.opening`; the store is filled once a run and kept for both.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

DOCTORS, VISITS = 100_000, 500_000
OPENINGS, STEPS = 60, 400
_LIMIT_S = 1_800
_TURNS = 4
"""So many turns of the event loop after the answer is there all is laid out and painted: each has what the last left.
"""
Times = dict[str, list[float]]


class Cost(NamedTuple):
    """What one event cost: time that the GUI thread worked itself, and time on the clock, both in ms."""

    own_ms: float
    wall_ms: float


def run(out: Path, task: str) -> Times:
    """Do a task over the large store, in a process of its own, and return its times by name."""
    return done_over(large_store(out), task)


def done_over(folder: Path, task: str) -> Times:
    """Do a task over the store of a folder, in a process of its own; raises RuntimeError with what that said."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "bench.window_task", task, str(folder)]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).resolve().parents[1], capture_output=True, text=True,
        timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{task} failed: {done.stderr[-600:]}")
    found: Times = json.loads(done.stdout.splitlines()[-1])
    return found


def large_store(out: Path) -> Path:
    """Return the folder of the store with so many doctors and visits and a day's plan, made where it is missing."""
    folder = out / f"large-store-{DOCTORS}-{VISITS}"
    if not (folder / "filled").exists():
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        fill(folder)
    plan_the_day(folder)
    return folder


def plan_the_day(folder: Path) -> None:
    """Give the person eight visits for today."""
    from bench import replica, territory, visited
    from crmdesk.storage.store import Store

    store = Store.open(folder, replica.KEY)
    try:
        places = dict(territory.customers(8, replica.TERRITORY))["affiliation"]
        replica.receive(store, "visit", visited.day(places, replica.TERRITORY, datetime.now(UTC)))
    finally:
        store.close()


def fill(folder: Path, doctors: int = DOCTORS, visits: int = VISITS) -> None:
    """Make the store with its doctors and visits, as pages of a first sync bring them."""
    from bench import replica, territory, visited
    from crmdesk.storage.store import Store

    store = Store.open(folder, replica.KEY)
    try:
        replica.sign_in(store)
        tables = dict(territory.customers(doctors, replica.TERRITORY))
        for record, rows in tables.items():
            replica.receive(store, record, rows)
        replica.receive(store, "product", visited.products(), "c")
        made = visited.visits(tables["affiliation"], visits, replica.TERRITORY, datetime.now(UTC))
        replica.receive(store, "visit", made)
    finally:
        store.close()
    (folder / "filled").touch()


def main() -> int:
    """Run the task that the arguments name over the store in the folder that they name."""
    task, folder = sys.argv[1], Path(sys.argv[2])
    times = _Window(folder).do(task)
    print(json.dumps(times | {"doctors": [DOCTORS], "visits": [VISITS]}))
    return 0


class _Window:
    """The main window as the program opens it; every event that it handles is timed."""

    def __init__(self, folder: Path) -> None:
        from crmdesk.bootstrap import SyncDesk  # before Qt, as in the program
        from crmdesk.ui.app import make_application

        self._events: list[float] = []
        self.application = make_application()
        from bench import replica
        from bench.nobody import Nobody
        from crmdesk.services.desk import Desk
        from crmdesk.storage.store import Store
        from crmdesk.sync.engine import SyncEngine
        from crmdesk.sync.session import Session
        from crmdesk.sync.transport import Transport
        from crmdesk.ui.main_window import MainWindow
        from crmdesk.ui.ports import Signed

        self.store = Store.open(folder, replica.KEY)
        self.desk = Desk(self.store)
        sync = SyncDesk(self.desk)
        sync.drive(SyncEngine(self.store, Session(self.store, Transport("http://127.0.0.1:9")), sync))
        self.window = MainWindow(Signed(self.desk, sync), Nobody())
        self.window.show()
        self._wait()

    def do(self, task: str) -> Times:
        """Do a task and close everything."""
        try:
            return {"scroll": self._scroll, "open": self._open, "memory": self._memory}[task]()
        finally:
            self.window.close()
            self.desk.close()
            self.store.close()

    def _scroll(self) -> Times:
        """Go down through the list step by step, page by page, and by leaps; a frame is one turn of the event loop."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        self.window.navigate("customers")
        self._wait()
        page: Any = self.window.page("customers")
        table, keys = page.table, (Qt.Key.Key_Down, Qt.Key.Key_PageDown)
        table.setFocus()
        bar, rng = table.verticalScrollBar(), random.Random(7)
        acts: list[Callable[[], object]] = [partial(QTest.keyClick, table, keys[step % 2]) for step in range(STEPS)]
        acts += [partial(bar.setValue, rng.randrange(bar.maximum())) for _step in range(STEPS)]
        frames: list[Cost] = []
        for act in acts:
            frames.append(self._timed(act))
            while self.window.bridge.waiting:
                frames.append(self._turn())
            frames.append(self._timed(self.application.processEvents))
        return {"frames_ms": [one.own_ms for one in frames], "frames_wall_ms": [one.wall_ms for one in frames]}

    def _open(self) -> Times:
        """Open customers drawn by chance; done when the page shows them and is painted."""
        rng = random.Random(8)
        times: Times = {}
        for record in ("doctor", "institution"):
            ids = self.desk.ask(partial(_ids_of, record)).result()
            times |= {f"{record}_ms": [], f"{record}_wall_ms": []}
            for number in range(OPENINGS + 3):
                row_id = rng.choice(ids)
                self.window.navigate("customers", record=record)
                self._wait()
                begun, worked = time.perf_counter(), time.process_time()
                self.window.navigate(record, id=row_id)
                self._wait(partial(self._shows, row_id))
                if number >= 3:  # the first ones load what the program loads once
                    times[f"{record}_ms"].append((time.process_time() - worked) * 1000)
                    times[f"{record}_wall_ms"].append((time.perf_counter() - begun) * 1000)
        return times

    def _memory(self) -> Times:
        """Use every page and return what the process holds after each, and what it held at most, in MB."""
        from crmdesk.ui.pages import registry

        resident = [_held_mb("VmRSS")]
        self._scroll()
        resident.append(_held_mb("VmRSS"))
        for sort in ("last_visit", "institution", "-territory", "name"):
            self.desk.ask(partial(_first_customers, sort)).result()
        resident.append(_held_mb("VmRSS"))
        self._open()
        resident.append(_held_mb("VmRSS"))
        for spec in registry.in_rail("rep"):
            self.window.navigate(spec.name)
            self._wait()
            resident.append(_held_mb("VmRSS"))
        return {"resident_mb": resident, "peak_mb": [_held_mb("VmHWM")]}

    def _shows(self, row_id: str) -> bool:
        page: Any = self.window.page(self.window.shown)
        return page._view is not None and page._view.row.id == row_id

    def _timed(self, act: Callable[[], object]) -> Cost:
        wall, own = time.perf_counter(), time.thread_time()
        act()
        return Cost((time.thread_time() - own) * 1000, (time.perf_counter() - wall) * 1000)

    def _turn(self) -> Cost:
        """Let the window handle what comes next (answers of reads, painting)."""
        from PySide6.QtCore import QEventLoop

        return self._timed(partial(self.application.processEvents, QEventLoop.ProcessEventsFlag.WaitForMoreEvents))

    def _wait(self, ready: Callable[[], bool] = lambda: True) -> None:
        """Handle events until no read is under way and the page is ready, then paint."""
        end = time.monotonic() + 120
        from PySide6.QtCore import QEventLoop

        while (self.window.bridge.waiting or not ready()) and time.monotonic() < end:
            self.application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        for _turn in range(_TURNS):
            self.application.processEvents()


def _ids_of(record: str, reads: Any) -> list[str]:
    return list(reads.customer_ids(record))


def _first_customers(sort: str, reads: Any) -> object:
    return reads.customers(sort=sort)


def _held_mb(name: str) -> float:
    """Return a figure of this process in MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    [line] = [one for one in status.read_text().splitlines() if one.startswith(f"{name}:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
