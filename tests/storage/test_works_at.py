"""The table of who works where: as the rows say, in whatever order they are written; an older store gets it."""

import random
from collections.abc import Callable
from typing import Any

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from crmdesk.domain.ids import new_id
from crmdesk.storage import driver as raw
from crmdesk.storage import health, inbox, migrations, rows
from crmdesk.storage.store import Store
from crmdesk.storage.work import driver_of
from tests.fixtures.new_store import KEY, laid

IDS = {record: [new_id() for _ in range(5)] for record in ("doctor", "institution", "department", "affiliation")}


def kept(store: Store) -> set[tuple[int, ...]]:
    """Return the entries as they stand, which are those that the rows give."""
    with store.reading() as connection:
        driver = driver_of(connection)
        held = {
            record: {row_id: (rowid, *more) for rowid, row_id, *more in driver.execute(
                f"SELECT rowid, id{', doctor_id, institution_id, department_id, deleted' * (record == 'affiliation')}"
                f" FROM row_{record}").fetchall()}
            for record in IDS
        }  # fmt: skip
        said = {
            (
                held["doctor"][doctor][0],
                rowid,
                *held["institution"].get(place, (0,)),
                *held["department"].get(room, (0,)),
            )
            for rowid, doctor, place, room, deleted in held["affiliation"].values()
            if not deleted and doctor in held["doctor"]
        }
        told = {tuple(row) for row in driver.execute("SELECT * FROM works_at").fetchall()}
        assert told == said
        return told


def a_row(wire: Any, rng: random.Random, record: str, row_id: str, revision: int = 1) -> dict[str, Any]:
    values: dict[str, Any] = {"name": "王伟"}
    if record == "affiliation":
        values = {
            "doctor_id": rng.choice(IDS["doctor"]),
            "institution_id": rng.choice(IDS["institution"]),
            "department_id": rng.choice([None, *IDS["department"]]),
        }
    elif record == "department":
        values["institution_id"] = rng.choice(IDS["institution"])
    made: dict[str, Any] = wire.row(record, **values, id=row_id, revision=revision)
    return made


@seed(20261127)
@settings(max_examples=30, deadline=None)
@given(number=st.integers(0, 10**6))
def test_it_follows_every_way_of_writing_in_any_order(tmp_path_factory: Any, number: int) -> None:
    from tests.storage.conftest import Wire

    rng, wire = random.Random(number), Wire()
    store = Store.open(laid(tmp_path_factory.mktemp("store")), KEY)
    try:
        entries: set[tuple[int, ...]] = set()
        order = [*rng.sample(list(IDS), 4), *rng.choices([*IDS, "affiliation", "doctor"], k=8)]
        for step, record in enumerate(order):
            chosen = rng.sample(IDS[record], 5 if step < 4 else rng.randrange(1, 5))
            some = [a_row(wire, rng, record, one, revision=step + 1) for one in chosen]
            many = [a_row(wire, rng, record, new_id()) for _ in range(rng.choice([0, 0, 55]))]  # as a set
            gone = rng.sample(IDS[record], 2)
            with store.writing() as work:
                inbox.apply_page(work, wire.page({record: [*some, *many]}))
                inbox.apply_page(work, wire.page({}, **{rng.choice(["deleted", "left"]): {record: gone[:1]}}))
                held = rows.read(work.driver, record, gone[1])
                if held is not None:
                    rows.write(work.driver, record, held.values | {"deleted": rng.random() < 0.5}, held.scopes, True)
            entries |= kept(store)
        assert entries
    finally:
        store.close()


def test_an_older_store_gets_it_filled_and_a_check_mends_it(
    open_store: Callable[..., Store], wire: Any, key: bytes
) -> None:
    store, rng = open_store(), random.Random(22)
    with store.writing() as work:
        for record in IDS:
            inbox.apply_page(work, wire.page({record: [a_row(wire, rng, record, one) for one in IDS[record]]}))
    before, folder = kept(store), store.folder
    assert before
    store.close()
    driver = raw.connect(folder / "crmdesk.db", key)
    triggers = driver.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'works_at%'"
    ).fetchall()
    assert len(triggers) == 9
    for (trigger,) in triggers:
        driver.execute(f"DROP TRIGGER {trigger}")
    driver.execute("DROP TABLE works_at")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0022_works_at'")
    driver.execute(f"PRAGMA user_version = {migrations.STEPS.index('0022_works_at')}")
    driver.close()
    again = open_store(folder)
    assert kept(again) == before

    for harm in (
        "DELETE FROM works_at WHERE doctor = (SELECT max(doctor) FROM works_at)",
        "UPDATE works_at SET department = 77",
    ):
        with again.writing() as work:
            work.driver.execute(harm)
        assert health.check(again).search == ["works_at"]
        health.rebuild_search(again)
        assert kept(again) == before
