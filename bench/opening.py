"""From the key stroke that opens a customer to its page painted with its content, 100,000 doctors, encrypted."""

import statistics
from pathlib import Path

from bench import window_task

BAR_MS = 50.0


def measure(out: Path) -> dict[str, float]:
    """Open customers drawn by chance in a real window; return p50 and p95 in milliseconds, doctors and institutions.

    Counted is what the program works, on all its threads; `_wall_` is the clock, which other programs lengthen.
    """
    times = window_task.run(out, "open")
    figures: dict[str, float] = {}
    for kind in ("doctor", "institution"):
        for name in (kind, f"{kind}_wall"):
            cut = statistics.quantiles(times[f"{name}_ms"], n=20)
            figures |= {f"open_{name}_p50_ms": statistics.median(times[f"{name}_ms"]), f"open_{name}_p95_ms": cut[18]}
    figures["open_customer_p95_ms"] = max(figures["open_doctor_p95_ms"], figures["open_institution_p95_ms"])
    return figures
