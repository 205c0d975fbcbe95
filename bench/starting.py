"""From the start of the process to the first usable page, against a process that shows an empty PySide6 window."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import replica
from bench.searching import filled
from crmdesk.storage.store import Store

DOCTORS = 20_000
ROUNDS = 7
_LIMIT_S = 60
_COMPILED = Path(__file__).resolve().parents[1] / "bench-out" / "compiled"


def measure(out: Path) -> dict[str, float]:
    """Prepare a store, then start both kinds of process in turns; medians of seven, the first pair not counted."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        folder = Path(name) / "store"
        prepare(folder, DOCTORS)
        return compare(folder, ROUNDS)


def prepare(folder: Path, doctors: int) -> None:
    """Make a signed-in store with so many doctors."""
    store = Store.open(folder, replica.KEY)
    try:
        replica.sign_in(store)
        filled(store, doctors)
    finally:
        store.close()


def compare(folder: Path, rounds: int) -> dict[str, float]:
    """Start the app and the empty window in turns; the first pair warms the disk's cache and is not counted."""
    app: list[float] = []
    empty: list[float] = []
    for number in range(rounds + 1):
        pair = started("empty"), started("app", str(folder))
        if number:
            empty.append(pair[0])
            app.append(pair[1])
    print(f"  seconds: app {_listed(app)}; empty window {_listed(empty)}")
    ours, window = statistics.median(app), statistics.median(empty)
    return {"start_s": ours, "start_empty_window_s": window, "start_vs_empty_window": ours / window}


def started(*arguments: str) -> float:
    """Return the seconds from the start of a process to its end, right after its window can be used.

    Compiled modules are kept, as they are where a program is installed, whatever the shell here says of them.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(_COMPILED)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "bench.window_runner", *arguments]
    begun = time.perf_counter()
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).resolve().parents[1], capture_output=True, text=True,
        timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(f"the window did not open: {done.stderr[-400:]}")
    return seconds


def _listed(seconds: list[float]) -> str:
    return ", ".join(f"{one:.2f}" for one in seconds)
