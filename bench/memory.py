"""How much memory the app takes over a store of 100,000 doctors and 500,000 visits after every page was used."""

from pathlib import Path

from bench import window_task

BAR_MB = 250.0


def measure(out: Path) -> dict[str, float]:
    """Open every page, search, sort, filter and scroll; return what the process holds then, and held at most, in MB."""
    found = window_task.run(out, "memory")
    print(f"  MB after each page: {', '.join(f'{one:.0f}' for one in found['resident_mb'])}")
    return {"memory_mb": max(found["resident_mb"]), "memory_peak_mb": found["peak_mb"][0]}
