"""The table of who was visited when: as the rows of visits say, however they are written; an older store gets it."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from crmdesk.domain.ids import new_id
from crmdesk.storage import driver as raw
from crmdesk.storage import inbox, migrations, rows, visits_of
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import from_json
from crmdesk.storage.store import Store
from crmdesk.storage.work import driver_of
from tests.fixtures.new_store import KEY, laid

DOCTORS, PLACES = [new_id() for _ in range(5)], [new_id() for _ in range(3)]


def as_the_rows_say(driver: Driver) -> set[tuple[str, int, str, int]]:
    found = set()
    columns = "rowid, doctor_ids, institution_id, starts_at, state, absent_ids"
    for rowid, doctors, place, starts_at, state, absent in driver.execute(
        f"SELECT {columns} FROM row_visit WHERE deleted = 0"
    ).fetchall():
        sent, start = int(state == "submitted"), starts_at or ""
        away = from_json(absent) if absent else []
        found |= {(one, int(sent and one not in away), start, rowid) for one in from_json(doctors or "[]")}
        if place:
            found.add((place, sent, start, rowid))
    return found


def kept(store: Store) -> set[tuple[str, int, str, int]]:
    with store.reading() as connection:
        driver = driver_of(connection)
        told = set(driver.execute("SELECT customer, seen, starts_at, visit FROM visit_of").fetchall())
        assert told == as_the_rows_say(driver)
        return told


def a_visit(wire: Any, rng: random.Random, **given: Any) -> dict[str, Any]:
    doctors = rng.sample(DOCTORS, rng.randrange(4))
    values = {
        "doctor_ids": doctors or rng.choice([[], None]),
        "absent_ids": rng.choice([None, [], doctors[:1]]),
        "institution_id": rng.choice([None, *PLACES]),
        "starts_at": rng.choice([None, f"2026-{rng.randrange(1, 13):02}-11T02:00:00.000Z"]),
        "state": rng.choice(["draft", "planned", "submitted", None]),
    }
    made: dict[str, Any] = wire.row("visit", **values | given)
    return made


@seed(20261125)
@settings(max_examples=25, deadline=None)
@given(number=st.integers(0, 10**6))
def test_it_follows_every_way_of_writing(tmp_path_factory: Any, number: int) -> None:
    from tests.storage.conftest import Wire

    rng, wire = random.Random(number), Wire()
    store = Store.open(laid(tmp_path_factory.mktemp("store")), KEY)
    try:
        known: list[str] = []
        for step in range(8):
            some = rng.sample(known, min(len(known), 6))
            fresh = [a_visit(wire, rng) for _ in range(rng.choice([2, 60]))]  # one by one, and as a set
            again = [a_visit(wire, rng, id=one, revision=step + 2) for one in some[:3]]
            with store.writing() as work:
                page = wire.page({"visit": fresh + again}, deleted={"visit": some[3:4]}, left={"visit": some[4:5]})
                inbox.apply_page(work, page)
                for one in some[5:]:
                    held = rows.read(work.driver, "visit", one)
                    if held is not None:
                        rows.write(work.driver, "visit", held.values | {"deleted": True}, held.scopes, True)
            known += [row["id"] for row in fresh]
            kept(store)
        assert kept(store)
    finally:
        store.close()


def test_the_last_visit_counts_those_who_came(store: Store, wire: Any) -> None:
    early, late = "2026-01-02T02:00:00.000Z", "2026-02-03T02:00:00.000Z"
    first, second, third = DOCTORS[:3]
    meeting = {"doctor_ids": [first, second], "institution_id": PLACES[0], "state": "submitted"}
    visits = [
        wire.row("visit", **meeting, starts_at=early),
        wire.row("visit", **meeting, starts_at=late, absent_ids=[second]),
        wire.row("visit", doctor_ids=[third], state="planned", starts_at=late),
    ]
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"visit": visits}))
    with store.reading() as connection:
        driver = driver_of(connection)
        everybody = {first: late, second: early, PLACES[0]: late}
        assert visits_of.last_of_all(driver) == everybody
        assert visits_of.last_of(driver, [second, third, PLACES[0]]) == {second: early, PLACES[0]: late}
        assert len(visits_of.rowids(driver, [first, second])) == 2
        assert len(visits_of.rowids(driver, [third])) == 1


@pytest.mark.parametrize("version", [3, 7])
def test_an_older_store_gets_it_filled(open_store: Callable[..., Store], wire: Any, key: bytes, version: int) -> None:
    store, rng = open_store(), random.Random(version)
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"visit": [a_visit(wire, rng) for _ in range(80)]}))
    before, folder = kept(store), store.folder
    store.close()
    driver = raw.connect(folder / "crmdesk.db", key)
    for trigger in ("insert", "update", "delete"):
        driver.execute(f"DROP TRIGGER visit_of_{trigger}")
    driver.execute("DROP TABLE visit_of")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name > ?", (migrations.STEPS[version - 1],))
    driver.execute(f"PRAGMA user_version = {version}")
    driver.close()
    again = open_store(folder)
    assert kept(again) == before
    with again.writing() as work:
        work.driver.execute("DELETE FROM row_visit")
    assert kept(again) == set()
