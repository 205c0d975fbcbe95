"""Runs many seeds, or many planted bugs, over several processes, and reports in plain lines."""

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from tests.simulation import planted
from tests.simulation.planted import BUGS, Catch
from tests.simulation.run import Outcome, run_seed
from tests.simulation.shrink import shrink, story

_CHUNK = 4
_SHOWN = 3
"""Failing seeds that are shrunk and told whole; the others only by number."""

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "sync.md"
_BEGIN, _END = "<!-- planted bugs: begin -->\n", "<!-- planted bugs: end -->\n"


@dataclass
class Total:
    """What a range of seeds did."""

    seeds: int = 0
    actions: int = 0
    syncs: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a run in."""
        self.seeds += 1
        self.actions += outcome.actions
        self.syncs += outcome.syncs
        self.faults += outcome.faults
        if outcome.broken:
            self.failed.append(outcome)

    def line(self, took_s: float) -> str:
        """Return the one line of what was done."""
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        return (
            f"{self.seeds} seeds, {self.actions} actions, {self.syncs} syncs, {sum(self.faults.values())} faults "
            f"({kinds}), {len(self.failed)} failures; {took_s:.0f} s, {self.seeds / max(took_s, 0.001):.2f} seeds/s"
        )


def run_range(seeds: range) -> list[Outcome]:
    """Run some seeds in this process; the scripts of sound runs are not kept."""
    outcomes = [run_seed(seed) for seed in seeds]
    for outcome in outcomes:
        outcome.log = []
        if not outcome.broken:
            outcome.script = []
    return outcomes


def spread(first: int, count: int, cores: int) -> Iterator[Outcome]:
    """Run seeds over processes of their own, in order."""
    chunks = [range(at, min(at + _CHUNK, first + count)) for at in range(first, first + count, _CHUNK)]
    with _pool(cores) as pool:
        for outcomes in pool.map(run_range, chunks):
            yield from outcomes


def _pool(cores: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Let a worker end when whoever started it was killed: else it would wait for work for good."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def seeds(first: int, count: int, cores: int) -> int:
    """Run seeds, print the failing ones shrunk and one line of what was done; return the exit code."""
    began, total = time.monotonic(), Total()
    for outcome in spread(first, count, cores):
        total.add(outcome)
        if outcome.broken:
            print(f"seed {outcome.seed}: {outcome.words}", flush=True)
    for outcome in total.failed[:_SHOWN]:
        print(story(shrink(outcome)), flush=True)
    print(total.line(time.monotonic() - began), flush=True)
    return int(bool(total.failed))


def hunts(first: int, most: int, cores: int, names: Iterable[str]) -> Iterator[Catch]:
    """Look for planted bugs within so many seeds each, over processes of their own."""
    with _pool(cores) as pool:
        yield from pool.map(_hunt, [(name, range(first, first + most)) for name in names])


def _hunt(job: tuple[str, range]) -> Catch:
    return planted.hunt(*job)


def planted_bugs(first: int, most: int, cores: int, names: list[str], write: bool) -> int:
    """Look for each planted bug, print what caught it and one line of how many; return 1 where too few were."""
    wanted, caught = names or list(BUGS), []
    for catch in hunts(first, most, cores, wanted):
        caught.append(catch)
        print(_row(catch), flush=True)
    if write:
        write_table(caught)
    found = sum(bool(one.check) for one in caught)
    print(f"{found} of {len(wanted)} planted bugs caught within {most} seeds")
    return int(found < len(wanted) * 0.9)


def _row(catch: Catch) -> str:
    return f"| {catch.name} | {BUGS[catch.name].words} | {catch.seed or '–'} | {catch.check or '–'} |"


def table(caught: Iterable[Catch]) -> str:
    """Return the table of catches as the document carries it."""
    return "\n".join(
        ["| planted bug | what is wrong | seed | broken check |", "|---|---|---|---|", *map(_row, caught), ""]
    )


def write_table(caught: Iterable[Catch]) -> None:
    """Put catches into the document; those of bugs that were not looked for stay as they are."""
    known = {one.name: one for one in (*table_written(), *caught)}
    caught = [known[name] for name in BUGS if name in known]
    text = DOCUMENT.read_text("utf-8")
    before, rest = text.split(_BEGIN)
    DOCUMENT.write_text(before + _BEGIN + table(caught) + _END + rest.split(_END)[1], "utf-8")


def table_written() -> list[Catch]:
    """Return the catches that the document names."""
    text = DOCUMENT.read_text("utf-8").split(_BEGIN)[1].split(_END)[0]
    rows = [[part.strip() for part in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return [Catch(name, int(seed) if seed.isdigit() else 0, check.strip("–")) for name, _, seed, check in rows]
