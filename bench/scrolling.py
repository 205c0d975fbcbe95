"""What one frame costs in our own code while a list of 100,000 doctors is scrolled by keys, pages and leaps."""

import statistics
from pathlib import Path

from bench import window_task

BAR_MS = 16.0


def measure(out: Path) -> dict[str, float]:
    """Scroll the customer list in a real window; return p50, p99 and the worst frame in ms.

    A frame counts what the GUI thread works itself; `_wall_` is the clock, which other programs lengthen.
    """
    times = window_task.run(out, "scroll")
    own, wall = sorted(times["frames_ms"]), sorted(times["frames_wall_ms"])
    print(f"  {len(own)} frames at {int(times['doctors'][0])} doctors, {int(times['visits'][0])} visits")
    return {
        "scroll_frame_p50_ms": statistics.median(own),
        "scroll_frame_p99_ms": statistics.quantiles(own, n=100)[98],
        "scroll_frame_max_ms": own[-1],
        "scroll_frame_wall_p99_ms": statistics.quantiles(wall, n=100)[98],
    }
