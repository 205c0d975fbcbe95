"""Makes a failing script short: whatever can be left out with the same check still failing is left out."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulation.run import Outcome, run_script
from tests.simulation.script import Entry

_MOST_TRIES = 600
Fails = Callable[[list[Entry]], bool]


def shrink(outcome: Outcome, tries: int = _MOST_TRIES) -> Outcome:
    """Return the outcome of a shorter script that breaks the same promise."""
    left = [tries]

    def fails(script: list[Entry]) -> bool:
        if left[0] <= 0:
            return False
        left[0] -= 1
        return run_script(outcome.seed, script).broken == outcome.broken

    if not fails(outcome.script):
        return outcome  # the script alone does not show it: the whole run is the shortest that is known
    script = _without_chunks(outcome.script, fails)
    script = _plainer(script, fails)
    return run_script(outcome.seed, _without_chunks(script, fails))


def _without_chunks(script: list[Entry], fails: Fails) -> list[Entry]:
    """Leave out ever smaller stretches (Zeller and Hildebrandt, 'Simplifying and isolating failure-inducing input')."""
    size = max(1, len(script) // 2)
    while True:
        at = 0
        while at < len(script):
            shorter = script[:at] + script[at + size :]
            if shorter and fails(shorter):
                script = shorter
            else:
                at += size
        if size == 1:
            return script
        size = max(1, size // 2)


def _plainer(script: list[Entry], fails: Fails) -> list[Entry]:
    """Take faults, crashes and early stops out of entries that must stay."""
    for at, entry in enumerate(script):
        for plain in _simpler(entry):
            changed = [*script[:at], plain, *script[at + 1 :]]
            if fails(changed):
                script, entry = changed, plain
    return script


def _simpler(entry: Entry) -> list[Entry]:
    found = []
    if entry.crash is not None:
        found.append(replace(entry, crash=None))
    if entry.fates:
        found.append(replace(entry, fates=()))
        found += [replace(entry, fates=entry.fates[:count]) for count in range(1, len(entry.fates))]
    if entry.args.get("steps"):
        found.append(replace(entry, args={}))
    return found


def story(outcome: Outcome) -> str:
    """Return a failing run as people read it: what broke, the entries, and how to see it again."""
    lines = [f"seed {outcome.seed} breaks a promise: {outcome.words}", f"in {len(outcome.script)} steps:"]
    lines += [f"  {entry.words()}" for entry in outcome.script]
    lines.append(f"again: make simulate SEEDS=1 FIRST_SEED={outcome.seed}")
    return "\n".join(lines)
