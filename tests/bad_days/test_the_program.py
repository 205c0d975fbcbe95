"""The program itself in its own process: it starts and ends cleanly, is there once, and a kill loses no key stroke."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO

import pytest

from tests.sync.field import Field

ROOT = Path(__file__).resolve().parents[2]
NOTE = "half a sentence about the trial"
Start = Callable[..., "subprocess.Popen[str]"]
PATIENCE_S = 60
TYPED_FOR_S = 3.0
"""So long somebody types without a pause before the process is killed."""


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return kept | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **more}


@pytest.fixture
def drive() -> Iterator[Start]:
    """Start the program with a plan (`tests.bad_days.driver`); whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path, *plan: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.bad_days.driver", str(folder), *plan]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, env=_environment(), cwd=ROOT, text=True, **pipes))
        return started[-1]

    yield start
    for one in started:
        if one.poll() is None:
            one.kill()
        one.communicate(timeout=PATIENCE_S)


def _line(process: subprocess.Popen[str]) -> str:
    out: IO[str] | None = process.stdout
    assert out is not None
    line = out.readline().strip()
    assert line, process.communicate(timeout=PATIENCE_S)[1]
    return line


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _out, err = process.communicate(timeout=PATIENCE_S)
    lines = [line for line in err.splitlines() if not line.startswith("This plugin does not support")]  # off screen
    return process.returncode, "\n".join(lines)


def _crmdesk(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crmdesk", "--language", "en", *arguments]
    return subprocess.run(
        command, env=_environment(**environment), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def test_it_starts_to_the_sign_in_window_and_ends_with_it(drive: Start, tmp_path: Path) -> None:
    program = drive(tmp_path, "close")
    assert _line(program) == "SHOWN crmdesk"
    assert _ended(program) == (0, "")


def test_without_a_display_it_is_a_sentence_and_code_3(tmp_path: Path) -> None:
    told = _crmdesk("--data-dir", str(tmp_path), QT_QPA_PLATFORM="")
    assert (told.returncode, told.stdout) == (3, "")
    assert told.stderr.startswith("There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set).")
    assert told.stderr.endswith("[NO-DISPLAY]\n")


def test_a_second_start_brings_the_first_window_to_the_front(drive: Start, tmp_path: Path) -> None:
    first = drive(tmp_path, "front")
    assert [_line(first), _line(first)] == ["SHOWN crmdesk", "MINIMISED"]
    second = _crmdesk("--data-dir", str(tmp_path))
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == "crmdesk is open already; its window is at the front now.\n"
    assert _line(first) == "FRONT"
    first.send_signal(signal.SIGTERM)
    assert _ended(first) == (0, ""), "a signal that asks it to end closes the windows in order"


def test_a_kill_while_typing_loses_nothing_and_leaves_no_lock(drive: Start, data_dir: Path, field: Field) -> None:
    doctor = field.company["north_doctor"]
    writing = drive(data_dir, "write", doctor, NOTE)
    assert _line(writing).startswith("KEPT ")
    writing.send_signal(signal.SIGKILL)
    assert writing.wait(PATIENCE_S) == -signal.SIGKILL
    assert list(data_dir.rglob("*.lock")), "the kill left the files of its locks"
    reading = drive(data_dir, "read", doctor)
    assert _line(reading) == f"NOTE {NOTE}"
    assert _ended(reading) == (0, "")


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGKILL])
def test_ending_while_it_is_locked_loses_nothing(
    drive: Start, data_dir: Path, field: Field, asked: signal.Signals
) -> None:
    doctor = field.company["north_doctor"]
    locked = drive(data_dir, "lock", doctor, NOTE)
    assert _line(locked) == "LOCKED"
    locked.send_signal(asked)
    if asked == signal.SIGTERM:
        assert _ended(locked) == (0, ""), "the windows behind the lock close in order, too"
    else:
        assert locked.wait(PATIENCE_S) == -signal.SIGKILL
    reading = drive(data_dir, "read", doctor)
    assert _line(reading) == f"NOTE {NOTE}"
    assert _ended(reading) == (0, "")


@pytest.mark.parametrize(
    "place",
    [
        "note",
        "claim",
        *(pytest.param(one, marks=pytest.mark.soak) for one in ("doctor", "new_doctor", "new_institution")),
    ],
)
def test_a_kill_between_two_keys_loses_at_most_a_second(drive: Start, data_dir: Path, field: Field, place: str) -> None:
    doctor = field.company["north_doctor"]
    writing = drive(data_dir, "type", place, doctor)
    moments: list[float] = []
    while not moments or moments[-1] - moments[0] < TYPED_FOR_S:
        word, number, moment = _line(writing).split()
        assert (word, int(number)) == ("KEY", len(moments) + 1)
        moments.append(float(moment))
    writing.send_signal(signal.SIGKILL)
    assert writing.wait(PATIENCE_S) == -signal.SIGKILL
    reading = drive(data_dir, "again", place, doctor)
    word, _, text = _line(reading).partition(" ")
    assert (word, text) == ("TEXT", ("abcdefghij" * len(moments))[: len(text)])
    stalled = max(after - before for before, after in pairwise(moments))  # this machine's own pauses are not ours
    sure = sum(moment < moments[-1] - 1.0 - 2 * stalled for moment in moments)
    assert len(text) >= sure, f"{len(text)} of {len(moments)} keys came back, {sure} were older than a second"
    assert _ended(reading) == (0, "")
