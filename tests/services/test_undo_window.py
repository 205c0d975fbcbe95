"""What can be undone only until it is sent stays here for as long as the window offers that."""

import threading
from typing import Any, cast

import pytest

from crmdesk import bootstrap
from crmdesk.services.commands import ChangeSet, CreateRow, DeleteRow, EditRow, Undo
from crmdesk.services.desk import Desk
from crmdesk.sync.driving import SyncStatus
from tests.services.small_territory import ZHANG, Laptop

OUTBOX = {"outbox": ("one",)}


class Engine:
    """Counts how often it is woken."""

    def __init__(self) -> None:
        self.woken = 0
        self.told = threading.Event()

    def status(self) -> SyncStatus:
        return SyncStatus()

    def local_change(self) -> None:
        self.woken += 1
        self.told.set()


def test_a_deletion_waits_with_what_follows_and_everything_else_goes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sync, engine = bootstrap.SyncDesk(cast(Desk, None)), Engine()
    sync.drive(cast(Any, engine))
    sync.local_change(ChangeSet(OUTBOX, "local"))
    assert engine.woken == 1
    monkeypatch.setattr(bootstrap, "UNDO_OFFERED_S", 0.2)
    engine.told.clear()
    seen: list[bool] = []
    sync.subscribe(lambda state: seen.append(state.undoable))
    sync.local_change(ChangeSet(OUTBOX, "local", fleeting=True))
    sync.local_change(ChangeSet(OUTBOX, "local"))
    assert engine.woken == 1
    assert seen == [True]  # told at once: the status says that it can be undone
    assert engine.told.wait(10)
    assert engine.woken == 2
    assert not sync.state().undoable
    sync.local_change(ChangeSet(OUTBOX, "local", fleeting=True))
    sync.close()


def test_only_what_is_undone_by_taking_it_back_is_fleeting(laptop: Laptop) -> None:
    told: list[ChangeSet] = []
    laptop.desk.subscribe(told.append)
    done = laptop.desk.submit(DeleteRow("doctor", ZHANG)).result(10)
    assert told[-1].fleeting
    laptop.desk.submit(Undo(done.undo_token)).result(10)
    laptop.desk.submit(EditRow("doctor", ZHANG, {"note": "x"}, 1)).result(10)
    laptop.desk.submit(CreateRow("doctor", {"name": "查良镛"})).result(10)
    assert [one.fleeting for one in told[-3:]] == [False, False, False]
