"""The engine: what a person asks for is of that moment; what is asked for later is none of its business."""

import sys
import threading
from typing import Any

import pytest

from tests.sync.field import Field, ask, edit, synced
from tests.sync.files.photos import until


def test_stopping_when_nothing_runs_stops_nothing_later(field: Field) -> None:
    laptop = field.laptop("rep")
    laptop.engine.cancel()
    synced(laptop)
    assert ask(laptop, lambda reads: reads.sync_summary()).customers == 2


def test_threads_wait_for_the_interpreter_less_while_one_syncs(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop, other = field.laptop("rep"), field.laptop("manager")
    usual, turns, driver = sys.getswitchinterval(), [], laptop.engine._driver
    drive = driver.drive

    def beside(*given: Any) -> None:
        synced(other)
        turns.append(sys.getswitchinterval())
        drive(*given)

    monkeypatch.setattr(driver, "drive", beside)
    synced(laptop)
    assert turns
    assert max(turns) < usual / 5, "also where another one has come to its end meanwhile"
    assert sys.getswitchinterval() == usual


def test_back_from_working_offline_it_syncs_at_once(field: Field) -> None:
    laptop = field.laptop("rep")
    laptop.start()
    until(laptop, lambda: laptop.engine.status().phase == "idle" and bool(laptop.engine.status().last_sync_at))
    laptop.engine.work_offline(True)
    until(laptop, lambda: laptop.engine.status().code == "work_offline")
    edit(laptop, field.company["north_doctor"], mobile="13900001111")
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 1
    laptop.engine.work_offline(False)
    until(laptop, lambda: ask(laptop, lambda reads: reads.sync_summary()).waiting == 0)
    assert field.company.row("doctor", field.company["north_doctor"])["mobile"] == "13900001111"


def test_stopping_the_engine_ends_its_threads_and_it_can_start_again(field: Field) -> None:
    laptop = field.laptop("rep")
    others = set(threading.enumerate())
    for _ in range(3):
        laptop.start()
        laptop.engine.stop()
        names = {thread.name for thread in set(threading.enumerate()) - others}
        assert not names & {"crmdesk-sync", "crmdesk-files"}
    synced(laptop)
    laptop.start()
    until(laptop, lambda: laptop.engine.status().phase == "idle")
