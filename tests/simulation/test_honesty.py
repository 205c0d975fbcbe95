"""The simulator is honest (A15): one seed, one log; a failing run shrinks; planted bugs are caught."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crmdesk.domain.ids import new_id
from tests.simulation import fleet, planted
from tests.simulation.run import Outcome, run_script, run_seed
from tests.simulation.script import Entry, Fate, from_json, to_json
from tests.simulation.shrink import shrink, story

SOAK = bool(os.environ.get("CRMDESK_SOAK"))
ROOT = Path(__file__).resolve().parents[2]
SEED = 8
ACTIONS = 60
QUICK = (
    "fork_unseen", "loser_forgotten", "online_wins", "cursor_at_least", "tombstones_dropped", "children_stay",
    "outbox_apart", "edit_overwritten",
)  # fmt: skip
"""Planted bugs that every run of the tests looks for; the long run looks for all of them."""


def _elsewhere(hash_seed: str) -> list[str]:
    """Return the log of a run in another process, whose sets and hashes are in another order."""
    code = f"import json; from tests.simulation.run import run_seed; print(json.dumps(run_seed({SEED}, {ACTIONS}).log))"
    variables = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [str(line) for line in json.loads(done.stdout)]


@contextmanager
def _another_thread() -> Iterator[None]:
    """Let another thread make ids of its own, as one that an earlier test left behind does."""
    enough = threading.Event()

    def work() -> None:
        while not enough.wait(0.001):
            new_id()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


@pytest.mark.timeout(600)
def test_the_same_seed_gives_the_same_log_in_any_process() -> None:
    here = run_seed(SEED, ACTIONS)
    with _another_thread():
        again = run_seed(SEED, ACTIONS)
    assert here.log == again.log
    assert len(here.log) > ACTIONS
    for log in (_elsewhere("1"), _elsewhere("2")):
        assert log == here.log
    assert run_seed(SEED + 1, 3).fingerprint != run_seed(SEED + 2, 3).fingerprint


def test_a_script_is_enough_to_run_again_what_a_seed_made() -> None:
    made = run_seed(SEED, 20)
    again = run_script(SEED, from_json(to_json(made.script)))
    assert again.log == made.log


def _history() -> list[Entry]:
    """Return a short history: Ann and Bo change one tag list; the rest has nothing to do with it."""
    doctor, tags = _doctor(), {"record": "doctor", "field": "tags"}
    lost = (Fate(request="drop"),)

    def tag(key: int, laptop: str, word: str) -> Entry:
        args = {**tags, "row_id": doctor, "add": [word], "token": word}
        return Entry(key, key * 1000, "act", laptop, "set", args)

    return [
        Entry(1, 1000, "clock", "ann", args={"seconds": 3600}),
        Entry(2, 2000, "sync", "ann", "start"),
        Entry(3, 3000, "sync", "bo", "start", fates=(Fate(answer="repeat", where=2),)),
        tag(4, "ann", "q4z"),
        Entry(5, 5000, "backup", "ann"),
        Entry(6, 6000, "sync", "ann", "start", fates=lost),
        tag(7, "bo", "q7z"),
        Entry(8, 8000, "crash", "bo"),
        Entry(9, 9000, "sync", "bo", "start", {"steps": 5}),
    ]


def _doctor() -> str:
    from tests.simulation.founding import founding

    return founding().ids["north_0"]


@pytest.mark.timeout(600)
def test_a_failing_run_shrinks_to_a_short_readable_history() -> None:
    with planted.planted("set_overwritten"):
        found = run_script(1, _history())
        assert found.broken == "winner"
        short = shrink(found, tries=60)
    kinds = [(entry.kind, entry.laptop) for entry in short.script]
    assert kinds == [("sync", "ann"), ("sync", "bo"), ("act", "ann"), ("act", "bo")]
    assert all(not entry.fates for entry in short.script)
    told = story(short)
    assert "make simulate SEEDS=1 FIRST_SEED=1" in told
    assert len(told.splitlines()) <= 8
    assert run_script(1, short.script).broken == "", "without the bug the same history holds"


def test_a_run_that_is_sound_is_told_as_sound_in_one_line() -> None:
    total = fleet.Total()
    faults = run_script(1, _history()).faults
    assert {"clock_off_hours", "answer_repeat", "request_drop", "laptop_crash"} <= set(faults)
    total.add(Outcome(1, actions=200, syncs=90, faults=faults))
    assert total.line(2.0).startswith(f"1 seeds, 200 actions, 90 syncs, {faults.total()} faults (")
    assert total.line(2.0).endswith("0 failures; 2 s, 0.50 seeds/s")


def test_the_document_names_a_catch_for_nine_of_ten_planted_bugs() -> None:
    written = fleet.table_written()
    assert [catch.name for catch in written] == list(planted.BUGS)
    assert len(planted.BUGS) >= 30
    assert sum(bool(catch.check) for catch in written) >= 0.9 * len(planted.BUGS)
    assert max(catch.seed for catch in written) <= 2_000
    assert fleet.table(written) in fleet.DOCUMENT.read_text("utf-8"), "its words are those of the bugs"


def test_a_hunt_for_some_bugs_leaves_the_catches_of_the_others_in_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fleet.table_written()
    copy = tmp_path / "sync.md"
    copy.write_bytes(fleet.DOCUMENT.read_bytes())
    monkeypatch.setattr(fleet, "DOCUMENT", copy)
    again = planted.Catch(before[3].name, 1_999, "quiet")
    fleet.write_table([again])
    assert fleet.table_written() == [*before[:3], again, *before[4:]]


def _bugs() -> list[object]:
    return [pytest.param(name, marks=() if name in QUICK else pytest.mark.soak) for name in planted.BUGS]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", _bugs())
def test_a_planted_bug_is_caught(name: str) -> None:
    documented = next(catch for catch in fleet.table_written() if catch.name == name)
    assert documented.check, f"nothing is known to catch {name}: {planted.BUGS[name].words}"
    first = max(1, documented.seed)
    caught = planted.hunt(name, range(first, first + (2_000 if SOAK else 40)))
    assert caught.check, f"{name} went unseen"
