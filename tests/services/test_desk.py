"""The desk itself: one commit a command, changes told after the commit, errors in the Future, clean ends."""

import threading
from datetime import date
from pathlib import Path

import pytest

from crmdesk.domain.errors import CrmdeskError, InputError, WorldError
from crmdesk.services import desk as desk_module
from crmdesk.services.commands import ChangeSet, Command, EditRow, SetPreference
from crmdesk.services.desk import Desk
from crmdesk.services.seen import SeenRows
from crmdesk.services.views import Person
from crmdesk.storage.connection import Connection
from crmdesk.storage.store import Store
from crmdesk.storage.work import UnitOfWork
from tests.fixtures.new_store import KEY, laid
from tests.services.small_territory import LI, REP, ZHANG, Laptop, an_id


def test_a_change_is_told_after_it_was_committed(laptop: Laptop) -> None:
    seen: list[str] = []

    def listener(changes: ChangeSet) -> None:
        with laptop.store.reading() as connection:
            seen.append(connection.execute("SELECT mobile FROM row_doctor WHERE id = ?", (ZHANG,)).scalar())

    end = laptop.desk.subscribe(listener)
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    assert seen == ["1"]
    end()
    end()
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "2"}, 1))
    assert seen == ["1"]


def test_a_deaf_listener_keeps_the_change_from_nobody(laptop: Laptop, caplog: pytest.LogCaptureFixture) -> None:
    def deaf(changes: ChangeSet) -> None:
        raise ValueError("deaf")

    heard: list[ChangeSet] = []
    laptop.desk.subscribe(deaf)
    laptop.desk.subscribe(heard.append)
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    assert len(heard) == 1
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith("event='listener_failed' error='ValueError listeners.py:")
    caplog.clear()


def test_commands_run_in_their_order_on_one_thread(laptop: Laptop) -> None:
    threads: set[str] = set()
    laptop.desk.subscribe(lambda changes: threads.add(threading.current_thread().name))
    futures = [laptop.desk.submit(EditRow("doctor", ZHANG, {"mobile": str(n)}, 1)) for n in range(30)]
    for future in futures:
        future.result(20)
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "29"
    assert threads == {"crmdesk-writer"}


def test_a_failure_in_the_middle_takes_everything_back(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: UnitOfWork) -> None:
        raise WorldError("disk_full")

    monkeypatch.setattr(UnitOfWork, "finish", full)
    with pytest.raises(WorldError, match="disk_full"):
        laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    assert laptop.changes == []
    monkeypatch.undo()
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "13800000001"
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "1"


def test_an_unknown_command_is_an_error_and_the_desk_goes_on(laptop: Laptop) -> None:
    class Foreign(Command):
        pass

    with pytest.raises(InputError, match="unknown_command"):
        laptop.do(Foreign())
    laptop.do(SetPreference("a", "b"))


def test_closing_finishes_what_is_queued_and_refuses_more(laptop: Laptop) -> None:
    futures = [laptop.desk.submit(EditRow("doctor", LI, {"mobile": str(n)}, 1)) for n in range(20)]
    laptop.desk.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(WorldError, match="closed"):
        laptop.do(EditRow("doctor", LI, {"mobile": "x"}, 1))
    with pytest.raises(WorldError, match="closed"):
        laptop.ask(lambda reads: reads.person())
    laptop.desk.close()


def test_a_store_without_a_person_says_so(tmp_path: Path) -> None:
    store = Store.open(laid(tmp_path / "empty"), KEY)
    desk = Desk(store)
    try:
        with pytest.raises(CrmdeskError, match="not_signed_in"):
            _ = desk.person
        with pytest.raises(CrmdeskError, match="not_signed_in"):
            desk.submit(SetPreference("a", "b")).result(20)
    finally:
        desk.close()
        store.close()


def test_what_was_seen_is_bounded() -> None:
    seen = SeenRows(limit=2)
    for revision in range(3):
        seen.note("doctor", ZHANG, revision, {"n": revision})
    assert seen.at("doctor", ZHANG, 0) is None
    assert seen.at("doctor", ZHANG, 2) == {"n": 2}


def test_who_is_read_while_an_assignment_comes_in_is_not_kept(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a place that came with a sync would be nobody's here until the next one."""
    real, before = desk_module.person_of, laptop.desk.person
    place = {"id": an_id(700), "user_id": REP, "territory_id": an_id(701), "valid_from": "2026-01-01"}

    def overtaken(connection: Connection, today: date) -> Person:
        person = real(connection, today)
        monkeypatch.setattr(desk_module, "person_of", real)
        laptop.receive("territory", {"id": an_id(701), "name": "新区", "kind": "territory"})
        laptop.receive("assignment", place)
        return person

    monkeypatch.setattr(desk_module, "person_of", overtaken)
    laptop.desk.publish(ChangeSet({"assignment": ()}, "remote"))
    assert laptop.desk.person == before
    assert laptop.desk.person.territory_ids == (*before.territory_ids, an_id(701))
