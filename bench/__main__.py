"""`make bench`: measures everything in one run and writes `bench-out/figures.json`, one flat object: name → number."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import first_sync, importing, searching, starting

OUT = Path(__file__).resolve().parents[1] / "bench-out"
Figures = dict[str, float]
PARTS: dict[str, Callable[[Path], Figures]] = {
    "import of 21,521-row sized sheets": importing.measure,
    "search at 100,000 doctors": searching.measure,
    "first sync of 20,000 doctors, nothing new": first_sync.measure,
    "start against an empty window": starting.measure,
}


def main() -> int:
    """Run the parts, or those whose title contains a word given as argument; print and keep the figures."""
    OUT.mkdir(exist_ok=True)
    wanted = sys.argv[1:]
    figures: Figures = {}
    begun = time.perf_counter()
    for title, part in PARTS.items():
        if wanted and not any(word in title for word in wanted):
            continue
        print(f"\n== {title}", flush=True)
        made = part(OUT)
        figures |= made
        for name, value in made.items():
            print(f"  {name:<34} {value:,.3f}", flush=True)
    (OUT / "figures.json").write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"\n{len(figures)} figures in {time.perf_counter() - begun:.0f} s: bench-out/figures.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
