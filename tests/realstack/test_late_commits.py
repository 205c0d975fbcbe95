"""Promise A7 on PostgreSQL: a row whose transaction commits late is never skipped by those who pulled meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import visibility
from crmdesk.bootstrap import Laptop
from crmdesk.domain.clock import utc_now
from crmdesk.domain.ids import new_id
from crmdesk.server.work import SYSTEM, ServerWork
from tests.realstack.day import Day
from tests.realstack.run import Rig
from tests.sync.field import synced

pytestmark = pytest.mark.timeout(300)
WRITERS = visibility.Task(seconds=3, processes=2, threads=16)
LONG = visibility.Task(seconds=60, processes=4, threads=8)


@pytest.fixture
def day(stack: Rig, tmp_path: Path) -> Iterator[Day]:
    """A company whose people have synced over real lines that nothing breaks."""
    made = stack.company(tmp_path, 7)
    made.found()
    made.sign_in()
    for laptop in made.laptops.values():
        synced(laptop)
    yield made
    made.close()


def _doctor(work: ServerWork, territory_id: str) -> str:
    row_id = new_id()
    work.insert("doctor", row_id, {"name": "王芳", "status": "active", "territory_id": territory_id}, SYSTEM)
    return row_id


def _doctors(laptop: Laptop) -> set[str]:
    synced(laptop)
    with laptop.store.reading() as connection:
        return {row[0] for row in connection.execute("SELECT id FROM row_doctor")}


def test_a_transaction_held_open_while_another_one_commits(day: Day) -> None:
    with day.database.writing() as early:
        first = _doctor(early, day.ids["north"])
        second = day.database.run(lambda late: _doctor(late, day.ids["north"]))
        assert {first, second} & _doctors(day.laptops["rep"]) == {second}
    assert {first, second} <= _doctors(day.laptops["rep"])


def test_positions_held_in_one_scope_while_another_scope_moves_on(day: Day) -> None:
    """Without its place in the chain of the history, for which every other transaction would wait as well."""
    with day.database.engine.begin() as connection:
        early = ServerWork(connection, utc_now(), lambda _work, _entries: None)
        first = _doctor(early, day.ids["north"])
        early.settle()
        second = day.database.run(lambda late: _doctor(late, day.ids["south"]))
        assert {first, second} & _doctors(day.laptops["manager"]) == {second}
    assert {first, second} <= _doctors(day.laptops["manager"])


def _nothing_skipped(stack: Rig, task: visibility.Task) -> None:
    url = stack.postgres.clone()
    seen = visibility.watched(url, task)
    stack.postgres.drop(url)
    assert seen.skipped == []
    assert len(seen.delays) >= task.processes * task.threads
    print(f"{task}: {len(seen.delays)} changes, 0 skipped, {seen.pulls} pulls")


def test_32_writers_and_nothing_is_skipped(stack: Rig) -> None:
    _nothing_skipped(stack, WRITERS)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_32_writers_for_a_minute(stack: Rig) -> None:
    _nothing_skipped(stack, LONG)
