"""One run from its seed, or from a script; the outcome with its log."""

import gc
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.simulation import oracle, sizes
from tests.simulation.founding import LAPTOPS, founding
from tests.simulation.model import Broken
from tests.simulation.planner import ACTIONS, Planner
from tests.simulation.script import Entry
from tests.simulation.seeded import repeatable
from tests.simulation.world import World

_RUNS = itertools.count(1)
_COLLECTED_EACH = 4
"""A collection takes a twentieth of a run's time; four runs leave some 100 MB."""


@dataclass
class Outcome:
    """What a run came to: `broken` is the check that failed, '' for none, `words` what it said."""

    seed: int
    script: list[Entry] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    fingerprint: str = ""
    broken: str = ""
    words: str = ""
    actions: int = 0
    syncs: int = 0
    faults: Counter[str] = field(default_factory=Counter)


def run_seed(seed: int, actions: int = ACTIONS) -> Outcome:
    """Make and run the script of a seed, with so many user actions."""
    with _tidying_up(), sizes.of_seed(seed):
        return _seeded(seed, actions)


def run_script(seed: int, script: list[Entry]) -> Outcome:
    """Run a script as it stands, with the laptops that it names."""
    named = {entry.laptop.rstrip("+") for entry in script}
    with _tidying_up(), sizes.of_seed(seed):
        return _run(World(seed, [name for name in LAPTOPS if name in named]), script, Outcome(seed, list(script)))


@contextmanager
def _tidying_up() -> Iterator[None]:
    """Collect cyclic garbage after some runs and not during them: that of each run, for hundreds make gigabytes."""
    founding()
    collecting = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()  # what is frozen is not looked at, the garbage of earlier runs neither
        if next(_RUNS) % _COLLECTED_EACH == 0:
            gc.collect()
        if collecting:
            gc.enable()


def _seeded(seed: int, actions: int) -> Outcome:
    outcome = Outcome(seed)
    world = World(seed)

    def script() -> Iterable[Entry]:
        planner = Planner(world, seed, actions)
        while not planner.done:
            entry = planner.next()
            outcome.script.append(entry)
            before = world.done["act"]
            yield entry
            planner.acted_on(entry, world.done["act"] > before)

    return _run(world, script(), outcome)


def _run(world: World, script: Iterable[Entry], outcome: Outcome) -> Outcome:
    try:
        with repeatable(world.time):
            try:
                for entry in script:
                    world.happen(entry)
                oracle.heal(world)
                oracle.check(world)
            except Broken as broken:
                outcome.broken, outcome.words = broken.check, str(broken)
            except Exception as error:  # whatever the code under test raises is a finding like any other
                outcome.broken, outcome.words = "crashed", f"{type(error).__name__}: {error}"
                outcome.words = f"{outcome.words} in {_place(error)}"
    finally:
        world.close()
    world.note(f"ended: {outcome.broken or 'sound'}")
    outcome.log, outcome.fingerprint = world.log, world.fingerprint
    outcome.actions, outcome.faults = world.done["act"], world.faults
    outcome.syncs = world.done["sync"] + world.done["step"]
    return outcome


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
