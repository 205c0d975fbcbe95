"""One short history with a crash at every step, of the laptop and of the server: each time all promises hold (A1)."""

import pytest

from tests.simulation.founding import founding
from tests.simulation.run import Outcome, run_script
from tests.simulation.script import Crash, Entry, Fate

_MOST = 40


def _history(**last: object) -> list[Entry]:
    """Return what Ann and Bo do to one doctor before Ann's second sync; that one has the `last` misfortune.

    An even seed runs with small limits: that sync is several batches and pages, and a scope comes and goes in it.
    """
    north, south = founding().ids["north_0"], founding().ids["south_1"]

    def act(at: int, laptop: str, what: str, **args: object) -> Entry:
        return Entry(at, at * 1000, "act", laptop, what, {**args, "token": f"q{at}z"})

    return [
        Entry(1, 1000, "sync", "ann", "start"),
        Entry(2, 2000, "sync", "bo", "start"),
        act(3, "bo", "edit", record="doctor", row_id=north, changes={"mobile": "q3z"}),
        act(4, "bo", "text", record="doctor", row_id=north, field="note", piece="said q4z", how="front"),
        Entry(5, 5000, "sync", "bo", "start"),
        act(6, "ann", "edit", record="doctor", row_id=north, changes={"mobile": "q6z"}),
        act(7, "ann", "text", record="doctor", row_id=north, field="note", piece="said q7z", how="end"),
        act(8, "ann", "visit", values={"doctor_ids": [north], "note": "visit q8z", "next_step": "q8z"}),
        act(9, "ann", "doctor", values={"name": "李q9z"}, institution_id="", department=""),
        act(10, "ann", "set", record="doctor", row_id=north, field="tags", add=["q10z"]),
        Entry(11, 11000, "admin", what="assign", args={"login": "ann", "place": "south"}),
        Entry(12, 12000, "admin", what="move", args={"record": "doctor", "row_ids": [south], "place": "east"}),
        Entry(13, 20000, "sync", "ann", "start", **last),  # type: ignore[arg-type]
    ]


def _holds(outcome: Outcome) -> Outcome:
    assert outcome.broken == "", "\n".join([outcome.words, *outcome.log])
    return outcome


_LIMITS = pytest.mark.parametrize(
    "seed", [pytest.param(1, id="true limits", marks=pytest.mark.soak), pytest.param(2, id="small limits")]
)
"""With small limits there are more steps to die at; the others belong to the long figures."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stage", ["before", "statement", "commit", "after"])
@_LIMITS
def test_the_laptop_may_die_at_every_transaction(seed: int, stage: str) -> None:
    for nth in range(_MOST):
        outcome = _holds(run_script(seed, _history(crash=Crash(nth, stage))))
        if not outcome.faults["laptop_crash"]:
            break
    assert 4 <= nth < _MOST - 1, "the crash ran through the whole sync and past its end"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stage", ["crash_before", "crash_after", "crash_midway"])
@_LIMITS
def test_the_server_may_die_at_every_commit_and_between_two_frames(seed: int, stage: str) -> None:
    for where in range(6 if stage == "crash_midway" else 3):
        _holds(run_script(seed, _history(fates=(Fate(server=stage, where=where),))))
