"""The promises A2 to A5 on the real stack: seeds through the fault proxy; kill -9 of workers and database under load.

`FIRST_SEED` moves the range; `python -m tests.realstack.run --seeds 1 --first N` runs one seed alone.
"""

import logging
import os
from collections.abc import Callable

import pytest

from tests.realstack.run import Outcome, Rig, summary

FIRST = int(os.environ.get("FIRST_SEED", "1"))
HANDFUL, CHUNK, ALL = 5, 30, 300
KILLS, ALL_KILLS = 4, 60


@pytest.fixture
def judged(caplog: pytest.LogCaptureFixture) -> Callable[..., None]:
    """Return what insists that outcomes are without a fault, and says in one line what was done."""

    def judge(*outcomes: Outcome) -> None:
        print(summary(list(outcomes)))
        assert [(one.seed, one.faults) for one in outcomes if one.faults] == []
        assert all(one.counts["rows"] for one in outcomes)
        # where no first sync came through the faults there was nothing to edit: seldom, else the days prove little
        assert sum(one.counts["said"] > 0 for one in outcomes) >= 0.8 * len(outcomes)
        # a database that was killed, an answer cut within its head: the libraries tell of it, as they should
        loud = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert {record.name.partition(".")[0] for record in loud} <= {"psycopg", "sqlalchemy", "urllib3"}
        caplog.clear()

    return judge


@pytest.mark.timeout(600)
def test_a_handful_of_seeds(stack: Rig, judged: Callable[..., None]) -> None:
    outcomes = [stack.day(seed) for seed in range(FIRST, FIRST + HANDFUL)]
    judged(*outcomes)
    assert sum(one.fired.total() for one in outcomes) > HANDFUL


@pytest.mark.timeout(600)
def test_kill_9_of_workers_and_database_under_load(stack: Rig, judged: Callable[..., None]) -> None:
    outcome = stack.storm(FIRST, KILLS)
    judged(outcome)
    assert outcome.kills.total() == KILLS
    assert set(outcome.kills) == {"worker", "backend", "postmaster"}


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(FIRST, FIRST + ALL, CHUNK))
def test_300_seeds(stack: Rig, judged: Callable[..., None], first: int) -> None:
    judged(*(stack.day(seed) for seed in range(first, first + CHUNK)))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_kill_9_for_a_long_time(stack: Rig, judged: Callable[..., None]) -> None:
    judged(stack.storm(FIRST + 1, ALL_KILLS))
