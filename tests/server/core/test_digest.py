"""Digests kept by each write are those of a count from the definition, whatever happened; on both databases."""

import random
from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import event, select

from crmdesk.domain.ids import new_id
from crmdesk.protocol import digest
from crmdesk.server import horizon, territories
from crmdesk.server.tables import FEED, PRESENT, ROWS, SCOPE_DIGEST
from crmdesk.server.work import SYSTEM, ServerWork
from tests.server.company import Company, Laptop, visit_values

DAY_S = 86_400


def by_definition(company: Company) -> dict[tuple[str, str], tuple[int, str]]:
    """Count and add up what each scope holds, from the rows and the feed."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    with company.database.reading() as connection:
        for record, table in ROWS.items():
            here = (FEED.c.record == record) & (FEED.c.state == PRESENT) & (FEED.c.row_id == table.c.id)
            for scope, row_id, revision in connection.execute(
                select(FEED.c.scope, table.c.id, table.c.revision).join(table, here)
            ):
                counts[scope, record] += 1
                sums[scope, record] += digest.row_digest(row_id, revision)
    return {key: (count, digest.to_text(sums[key])) for key, count in counts.items()}


def kept(company: Company) -> dict[tuple[str, str], tuple[int, str]]:
    with company.database.reading() as connection:
        rows = connection.execute(select(SCOPE_DIGEST)).all()
    assert all(row.digest == "0" * 16 for row in rows if row.count == 0)
    return {(row.scope, row.record): (row.count, row.digest) for row in rows if row.count}


def _by_the_server(company: Company, rng: random.Random, doctors: list[str]) -> None:
    act, one = rng.choice(["edit", "move", "delete", "revive", "link", "unlink", "more", "forget"]), rng.choice(doctors)
    company.database.run(lambda work: _change(company, rng, work, act, one, doctors))
    if act == "forget":
        company.clock.move(380 * DAY_S)
        horizon.forget(company.database)


def _change(company: Company, rng: random.Random, work: ServerWork, act: str, one: str, doctors: list[str]) -> None:
    row = work.get("doctor", one)
    assert row is not None
    phone, place = {"phone": str(rng.random())}, {"territory_id": company[rng.choice(["north", "south"])]}
    if act == "more":
        doctors.append(new_id())
        work.insert("doctor", doctors[-1], {"name": "x"} | place, SYSTEM)
    elif act == "revive" and row["deleted"]:
        work.revive("doctor", one, phone, SYSTEM)
    elif act == "delete":
        work.delete("doctor", one, SYSTEM)
    elif act in ("edit", "move"):
        work.update("doctor", one, phone if act == "edit" else place, SYSTEM)
    else:
        _tie(company, rng, work, act, one)


def _tie(company: Company, rng: random.Random, work: ServerWork, act: str, one: str) -> None:
    table = ROWS["affiliation"]
    if act == "link":
        pair = {"doctor_id": one, "institution_id": company[rng.choice(["north_hospital", "south_hospital"])]}
        work.insert("affiliation", new_id(), pair, SYSTEM)
    elif act == "unlink":
        for row_id in work.connection.execute(select(table.c.id).where(table.c.doctor_id == one)).scalars().all():
            work.delete("affiliation", row_id, SYSTEM)


def _by_people(company: Company, rng: random.Random, laptop: Laptop, doctors: list[str]) -> None:
    made = laptop.create("visit", visit_values(company, laptop.name, doctor_ids=[]))
    operations = [
        made,
        laptop.edit("doctor", rng.choice(doctors), 1, phone=(None, str(rng.random()))),
        laptop.operation("doctor", rng.choice(doctors), "delete", base_revision=rng.randrange(1, 5)),
        laptop.edit("visit", made.row_id, 1, note=("first paragraph", "x")),
    ]
    laptop.sync(rng.sample(operations, k=rng.randrange(1, 5)), pull=False)


@pytest.mark.parametrize("seed", range(6))
def test_kept_digests_are_those_of_the_definition(company: Company, seed: int) -> None:
    rng = random.Random(seed)
    doctors = [company["north_doctor"], company["south_doctor"]]
    laptops = [company.laptop(name) for name in ("rep", "colleague", "other")]
    for _ in range(25):
        if rng.random() < 0.7:
            _by_the_server(company, rng, doctors)
        else:
            _by_people(company, rng, rng.choice(laptops), doctors)
        assert kept(company) == by_definition(company), f"seed {seed}"
    territories.merge(company.database, "north", "south")
    assert kept(company) == by_definition(company), f"seed {seed}"


def test_a_write_adds_up_nothing_but_itself(company: Company) -> None:
    """Else each edit would cost what the territory holds."""
    rows = [(new_id(), {"name": "x", "territory_id": company["north"]}) for _ in range(300)]
    company.database.run(lambda work: work.insert_many("doctor", rows, SYSTEM))
    fetched: list[Any] = []

    def note(_connection: object, cursor: Any, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith("SELECT") and cursor.rowcount > 0:
            fetched.append(cursor.rowcount)

    hashed: list[str] = []
    inner = digest.row_digest
    event.listen(company.database.engine, "after_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                digest, "row_digest", lambda row_id, revision: hashed.append(row_id) or inner(row_id, revision)
            )
            company.edit("doctor", rows[0][0], {"phone": "1"})
    finally:
        event.remove(company.database.engine, "after_cursor_execute", note)
    assert len(hashed) <= 3, "the old and the new revision, and the entry of the trail"
    assert sum(fetched) < 60  # SQLite does not say how many; PostgreSQL does
