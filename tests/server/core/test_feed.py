"""The feed: dense positions, no row skipped by a late commit, scopes that move; on both databases."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from crmdesk.domain.ids import new_id
from crmdesk.server.database import Database
from crmdesk.server.tables import FEED, SCOPE_HEAD
from crmdesk.server.work import SYSTEM, ServerWork
from tests.server.company import Company, adverse_event_of, assert_same, visit_values


def _density(company: Company) -> None:
    with company.database.reading() as connection:
        heads = {row.scope: row.position for row in connection.execute(select(SCOPE_HEAD))}
        rows = connection.execute(select(FEED.c.scope, FEED.c.position)).all()
    for scope, head in heads.items():
        positions = [position for one, position in rows if one == scope]
        assert len(positions) == len(set(positions))
        assert max(positions) == head


def test_a_late_commit_is_not_skipped(company: Company, new_database: Callable[[], Database]) -> None:
    if company.database.is_sqlite:
        pytest.skip("SQLite has one writer: a second transaction can't commit before the first")
    first, second = new_id(), new_id()
    values = {"name": "王芳", "territory_id": company["north"]}
    laptop = company.laptop("rep")
    laptop.sync()
    entered, may_commit = threading.Event(), threading.Event()
    failures: list[Exception] = []

    def slow() -> None:
        try:
            with new_database().writing() as work:
                work.insert("doctor", first, values, SYSTEM)
                entered.set()
                may_commit.wait(10)
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=slow)
    thread.start()
    assert entered.wait(10)
    company.database.run(lambda work: work.insert("doctor", second, values, SYSTEM))
    laptop.sync()
    assert second in laptop.replica.ids("doctor")
    may_commit.set()
    thread.join(20)
    assert failures == []
    assert_same(laptop, laptop.sync().end.digests)
    assert first in laptop.replica.ids("doctor")


def test_a_writer_that_holds_positions_makes_the_next_one_wait(
    company: Company, new_database: Callable[[], Database]
) -> None:
    """The first transaction has taken its positions and not committed: the second must not overtake it."""
    laptop = company.laptop("rep")
    laptop.sync()
    values = {"name": "王芳", "territory_id": company["north"]}
    first, second = new_id(), new_id()
    holding, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with new_database().writing() as work:
            work.insert("doctor", first, values, SYSTEM)
            work.settle()
            holding.set()
            may_commit.wait(10)

    def quick() -> None:
        company.database.run(lambda work: work.insert("doctor", second, values, SYSTEM))

    threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
    threads[0].start()
    assert holding.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    assert threads[1].is_alive(), "the second writer took a position that the first one holds"
    laptop.sync()
    may_commit.set()
    for thread in threads:
        thread.join(20)
    laptop.sync()
    assert {first, second} <= laptop.replica.ids("doctor")
    _density(company)


def test_many_writers_lose_nothing(company: Company) -> None:
    laptop, made, failures = company.laptop("rep"), set[str](), list[Exception]()
    laptop.sync()

    def write(number: int) -> None:
        try:
            for step in range(3):
                row_id = new_id()
                company.insert_as(row_id, company["north" if (number + step) % 2 else "south"])
                pair = {"doctor_id": row_id, "institution_id": company["north_hospital"]}
                company.insert("affiliation", pair)
                made.add(row_id)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        laptop.sync()
    for thread in threads:
        thread.join()
    assert failures == []
    assert_same(laptop, laptop.sync().end.digests)
    assert made <= laptop.replica.ids("doctor")
    _density(company)


def test_a_rolled_back_transaction_leaves_no_gap(company: Company) -> None:
    with pytest.raises(RuntimeError, match="stop"), company.database.writing() as work:
        work.insert("doctor", new_id(), {"name": "无", "territory_id": company["north"]}, SYSTEM)
        work.settle()
        raise RuntimeError("stop")
    _density(company)
    laptop = company.laptop("rep")
    assert_same(laptop, laptop.sync().end.digests)


def test_a_part_that_fails_is_undone_with_its_feed_and_trail(company: Company) -> None:
    """Else one refused operation would leave rows, feed entries or audit entries of an effect that was not."""
    kept, lost, values = new_id(), new_id(), {"name": "无", "territory_id": company["north"]}
    with company.database.writing() as work:
        work.insert("doctor", kept, values, SYSTEM)
        with pytest.raises(RuntimeError, match="refused"), work.savepoint():
            work.insert("doctor", lost, values, SYSTEM)
            raise RuntimeError("refused")
        assert work.get("doctor", lost) is None
        assert ("doctor", lost) not in work.created
        assert [item.parent_id for item in work.queued_audits] == [kept]
    laptop = company.laptop("rep")
    assert_same(laptop, laptop.sync().end.digests)
    assert {kept} == laptop.replica.ids("doctor") - {company["north_doctor"]}


def test_a_doctor_follows_a_second_hospital_and_leaves_again(company: Company) -> None:
    north, south = company.laptop("rep"), company.laptop("other")
    north.sync(), south.sync()
    doctor, hospital = company["north_doctor"], company["south_hospital"]
    assert doctor not in south.replica.ids("doctor")
    link = company.insert("affiliation", {"doctor_id": doctor, "institution_id": hospital})
    north.sync(), south.sync()
    assert doctor in south.replica.ids("doctor")
    assert {hospital} <= north.replica.ids("institution")
    assert company["south_ward"] in north.replica.ids("department")
    assert link in north.replica.ids("affiliation") & south.replica.ids("affiliation")
    company.database.run(lambda work: work.delete("affiliation", link, SYSTEM))
    for laptop in (north, south):
        assert_same(laptop, laptop.sync().end.digests)
    assert doctor not in south.replica.ids("doctor")
    assert hospital not in north.replica.ids("institution")
    assert company["south_ward"] not in north.replica.ids("department")
    assert link not in north.replica.ids("affiliation") | south.replica.ids("affiliation")


def test_a_doctor_that_moves_takes_its_children_along(company: Company) -> None:
    north, south = company.laptop("rep"), company.laptop("other")
    doctor = company["north_doctor"]
    file = {"parent_record": "doctor", "parent_id": doctor, "sha256": "0" * 64, "file_name": "卡.jpg"}
    attachment = company.insert("attachment", file | {"media_type": "image/jpeg", "size_bytes": 3})
    company.edit("doctor", doctor, {"mobile": "139"})
    north.sync(), south.sync()
    assert attachment in north.replica.ids("attachment")
    assert len(north.replica.ids("audit_entry")) == 1
    company.edit("affiliation", company["north_affiliation"], {"institution_id": company["south_hospital"]})
    company.edit("doctor", doctor, {"territory_id": company["south"]})
    for laptop in (north, south):
        assert_same(laptop, laptop.sync().end.digests)
    assert doctor in south.replica.ids("doctor")
    assert doctor not in north.replica.ids("doctor")
    assert north.replica.ids("attachment") == north.replica.ids("audit_entry") == set()
    assert attachment in south.replica.ids("attachment")
    assert len(south.replica.ids("audit_entry")) == 3


def test_a_visit_that_moves_takes_the_conflicts_of_its_adverse_event_along(company: Company) -> None:
    north, south = company.laptop("rep"), company.laptop("other")
    visit = company.insert("visit", visit_values(company, adverse_event=True))
    task = company.insert("adverse_event", adverse_event_of(visit))
    north.push(north.edit("adverse_event", task, 1, reported_where=(None, "8812")))
    north.push(north.edit("adverse_event", task, 1, reported_where=(None, "8813")))
    north.sync(), south.sync()
    (conflict,) = north.replica.ids("conflict")
    company.edit("visit", visit, {"territory_id": company["south"]})
    for laptop in (north, south):
        assert_same(laptop, laptop.sync().end.digests)
    assert conflict in south.replica.ids("conflict")
    assert north.replica.ids("conflict") == north.replica.ids("adverse_event") == set()


@pytest.mark.parametrize("move_first", [True, False], ids=["move first", "move second"])
@pytest.mark.parametrize("made", [True, False], ids=["made", "edited"])
def test_what_hangs_on_a_visit_is_written_while_the_visit_moves(
    company: Company, new_database: Callable[[], Database], *, move_first: bool, made: bool
) -> None:
    """A territory is split while people work: whichever comes first, the other one sees what it did."""
    north, south = company.laptop("rep"), company.laptop("other")
    visit = company.insert("visit", visit_values(company, adverse_event=True))
    task, file = company.insert("adverse_event", adverse_event_of(visit)), new_id()
    about = {"parent_record": "visit", "parent_id": visit, "sha256": "0" * 64, "size_bytes": 3}
    holding, may_commit = threading.Event(), threading.Event()

    def move(work: ServerWork) -> None:
        work.update("visit", visit, {"territory_id": company["south"]}, SYSTEM)

    def write(work: ServerWork) -> None:
        if made:
            work.insert("attachment", file, about, SYSTEM)
        else:
            work.update("adverse_event", task, {"reported_where": "8812"}, SYSTEM)

    def slow() -> None:
        with new_database().writing() as work:
            (move if move_first else write)(work)
            work.settle()
            holding.set()
            may_commit.wait(10)

    threads = [threading.Thread(target=slow)]
    threads.append(threading.Thread(target=company.database.run, args=(write if move_first else move,)))
    threads[0].start()
    assert holding.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    may_commit.set()
    for thread in threads:
        thread.join(20)
    for laptop in (north, south):
        assert_same(laptop, laptop.sync().end.digests)
    assert north.replica.ids("attachment") == north.replica.ids("adverse_event") == set()
    assert south.replica.ids("attachment") == ({file} if made else set())
    held = south.replica.get("adverse_event", task)
    assert held is not None
    assert held["reported_where"] == (None if made else "8812")


def test_moving_a_territory_to_another_person_writes_no_feed(company: Company) -> None:
    rep, other = company.laptop("rep"), company.laptop("other")
    rep.sync(), other.sync()
    with company.database.reading() as connection:
        before = connection.execute(select(FEED).where(FEED.c.scope.startswith("t:")).order_by(FEED.c.position)).all()
    company.edit("assignment", company["rep_assignment"], {"valid_to": "2026-11-21"})
    place = {"user_id": company["other"], "territory_id": company["north"], "valid_from": "2026-11-22"}
    company.insert("assignment", place)
    rep.sync(), other.sync()
    assert rep.replica.ids("doctor") == set()
    assert {company["north_doctor"], company["south_doctor"]} == other.replica.ids("doctor")
    with company.database.reading() as connection:
        after = connection.execute(select(FEED).where(FEED.c.scope.startswith("t:")).order_by(FEED.c.position)).all()
    assert before == after
