"""`make bench`: measures everything in one run and writes `bench-out/figures.json`, one flat object: name → number."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import (
    first_sync,
    handover,
    herd,
    importing,
    large,
    memory,
    noting,
    opening,
    pouch,
    pushing,
    scrolling,
    searching,
    starting,
    visibility,
)
from tests.fixtures.postgres import NoPostgresError

OUT = Path(__file__).resolve().parents[1] / "bench-out"
Figures = dict[str, float]


def visible(_out: Path) -> Figures:
    """Measure what needs a PostgreSQL of its own; where none can be had its figures are left out."""
    try:
        return visibility.measure()
    except NoPostgresError as error:
        print(f"  left out: {error}")
        return {}


PARTS: dict[str, Callable[[Path], Figures]] = {
    "start against an empty window": starting.measure,
    "first sync of 20,000 doctors, near and on the line; nothing new": first_sync.measure,
    "push of 2,000 edits, near and on the line": pushing.measure,
    "PouchDB from its package, near and on the line": pouch.measure,
    "2,000 laptops at once": herd.measure,
    "a territory of 20,000 rows changes hands": handover.measure,
    "visible after commit, on PostgreSQL": visible,
    "nothing new and 100 changes at 10,000 and 1,000,000 rows": large.measure,
    "search at 100,000 doctors": searching.measure,
    "import of 21,521-row sized sheets": importing.measure,
    "scrolling 100,000 doctors": scrolling.measure,
    "opening one of 100,000 customers, 500,000 visits": opening.measure,
    "saving a note": noting.measure,
    "memory with 100,000 doctors and 500,000 visits": memory.measure,
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
        since = time.perf_counter()
        made = part(OUT)
        figures |= made
        for name, value in made.items():
            print(f"  {name:<34} {value:,.3f}", flush=True)
        print(f"  ({time.perf_counter() - since:.0f} s)", flush=True)
        (OUT / "figures.json").write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"\n{len(figures)} figures in {time.perf_counter() - begun:.0f} s: bench-out/figures.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
