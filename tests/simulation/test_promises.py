"""No seed breaks a promise (A1, A3 to A6, A11 to A14), and every kind of fault strikes often enough (A15)."""

import os
from collections import Counter

import pytest

from tests.simulation.fleet import run_range
from tests.simulation.planner import ACTIONS
from tests.simulation.run import Outcome

SOAK = bool(os.environ.get("CRMDESK_SOAK"))
FIRST = int(os.environ.get("FIRST_SEED", "1"))
COUNT = int(os.environ.get("SEEDS", "2000" if SOAK else "10"))
TOGETHER = 20 if SOAK else 10
"""Seeds that one test runs: enough of them to count faults."""

FAULTS = frozenset(
    {f"request_{name}" for name in ("drop", "cut", "corrupt", "late", "twice", "echo")}
    | {f"answer_{name}" for name in ("drop", "cut_frame", "cut_byte", "corrupt", "repeat", "stale", "bad_row")}
    | {f"server_{name}" for name in ("crash", "crash_before", "crash_after", "crash_midway", "too_busy", "broken")}
    | {f"territory_{name}" for name in ("assign", "end", "hand_over", "withdraw", "split", "merge", "move")}
    | {f"clock_off_{name}" for name in ("hours", "days", "years")}
    | {"server_portal", "server_restored", "old_copy_put_back", "cloned", "away", "reordered", "partition"}
    | {
        "laptop_crash",
        "disk_full",
        "drift_flipped",
        "drift_missing",
        "poison",
        "pill",
        "account_changed",
        "field_retired",
    }
)
"""Every kind that has to strike a thousand times in ten thousand seeds."""


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, TOGETHER))
def test_no_seed_breaks_a_promise(first: int) -> None:
    outcomes = run_range(range(first, min(first + TOGETHER, FIRST + COUNT)))
    broken = [outcome for outcome in outcomes if outcome.broken]
    assert broken == [], "\n".join(map(_words, broken))
    assert all(outcome.actions >= ACTIONS for outcome in outcomes)
    struck = sum((outcome.faults for outcome in outcomes), Counter[str]())
    if len(outcomes) == TOGETHER:
        assert [kind for kind in sorted(FAULTS) if struck[kind] < TOGETHER / 10] == []
    assert set(struck) <= FAULTS


def _words(outcome: Outcome) -> str:
    again = f"make simulate SEEDS=1 FIRST_SEED={outcome.seed}"
    return f"seed {outcome.seed}: {outcome.words} (shrunk and told by `{again}`)"
