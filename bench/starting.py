"""From the start of the process to the first usable page, against a process that shows an empty PySide6 window."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from bench import window_task

ROUNDS = 7
_LIMIT_S = 60
_COMPILED = Path(__file__).resolve().parents[1] / "bench-out" / "compiled"


class Started(NamedTuple):
    """Seconds from the start of a process until its window could be used, and until everything in it was there."""

    usable_s: float
    complete_s: float


def measure(out: Path) -> dict[str, float]:
    """Start both kinds of process in turns over the store of 100,000 doctors and 500,000 visits; medians of seven."""
    return compare(window_task.large_store(out), ROUNDS)


def compare(folder: Path, rounds: int) -> dict[str, float]:
    """Start the app and the empty window in turns; the first pair warms the disk's cache and is not counted."""
    app: list[Started] = []
    empty: list[Started] = []
    for number in range(rounds + 1):
        pair = started("empty"), started("app", str(folder))
        if number:
            empty.append(pair[0])
            app.append(pair[1])
    usable, window = [one.usable_s for one in app], [one.usable_s for one in empty]
    print(f"  seconds: app {_listed(usable)}; empty window {_listed(window)}")
    ours, theirs = statistics.median(usable), statistics.median(window)
    return {
        "start_s": ours,
        "start_complete_s": statistics.median(one.complete_s for one in app),
        "start_empty_window_s": theirs,
        "start_vs_empty_window": ours / theirs,
    }


def started(*arguments: str) -> Started:
    """Start a process and return how long its window took.

    Compiled modules are kept, as they are where a program is installed, whatever the shell here says of them.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(_COMPILED)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "bench.window_runner", *arguments]
    begun = time.monotonic()
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).resolve().parents[1], capture_output=True, text=True,
        timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the window did not open: {done.stderr[-400:]}")
    usable, complete = done.stdout.split()
    return Started(float(usable) - begun, float(complete) - begun)


def _listed(seconds: list[float]) -> str:
    return ", ".join(f"{one:.2f}" for one in seconds)
