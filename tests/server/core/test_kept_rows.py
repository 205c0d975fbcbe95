"""The rows of one transaction: a batch written in sets does what its operations would do one after the other."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from crmdesk.domain.ids import drawn_from, new_id
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server import devices
from crmdesk.server.database import Database
from crmdesk.server.kept_rows import KeptRows
from crmdesk.server.push import push
from crmdesk.server.tables import ROWS, SHAPES
from crmdesk.server.work import SYSTEM, NeedsSavepointError, ServerWork
from tests.server.company import CLOCK_START, Company, Laptop, TestClock, found_company, visit_values
from tests.server.money.paperwork import line

# --- the same in sets and one after the other -----------------------------------------------------------------------

_COMPARED = tuple(name for name in ROWS if name not in ("audit_entry", "conflict"))


class Twins:
    """One company in two databases: the first takes batches, the second each operation for itself."""

    def __init__(self, folder: Path) -> None:
        first = Database(f"sqlite:///{folder / 'first.db'}", TestClock(CLOCK_START))
        first.create_all()
        self.company = found_company(first, TestClock(CLOCK_START))
        self.laptops = {name: self.company.laptop(name) for name in ("rep", "colleague", "manager")}
        first.dispose()
        shutil.copy(folder / "first.db", folder / "second.db")
        self.first, self.second = (Database(f"sqlite:///{folder / name}.db", TestClock(CLOCK_START)) for name in
                                   ("first", "second"))  # fmt: skip
        self.company.database = self.first

    def push(self, who: str, operations: list[Operation]) -> tuple[list[Answer], list[Answer]]:
        """Push the operations to both and return both answers."""
        laptop = self.laptops[who]
        actor = self.company.actor(who, laptop.device_id)
        together = self.first.run(lambda work: push(work, actor, laptop.device_id, operations))
        single = []
        for one in operations:
            apart = self.second.run(lambda work, one=one: push(work, actor, laptop.device_id, [one], one_by_one=True))
            single += apart.answers
        return together.answers, single

    def rows(self) -> list[dict[str, list[Any]]]:
        """Return the rows of both, trail and conflicts by what they say."""
        return [_content(database) for database in (self.first, self.second)]


def _content(database: Database) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    with database.reading() as connection:
        for record in _COMPARED:
            found[record] = connection.execute(select(ROWS[record]).order_by(ROWS[record].c.id)).all()
        for record, left_out in (("audit_entry", ("id",)), ("conflict", ("id",))):
            rows = [SHAPES[record].as_dict(row) for row in connection.execute(select(ROWS[record]))]
            plain = [{name: value for name, value in row.items() if name not in left_out} for row in rows]
            found[record] = sorted(plain, key=repr)
        heads = database_heads(connection)
    return found | heads


def database_heads(connection: Any) -> dict[str, list[Any]]:
    """Return digests and the state of the feed, positions and chance left out."""
    from crmdesk.server.tables import FEED, SCOPE_DIGEST

    other = [name for name in ROWS if name not in ("audit_entry", "conflict")]
    feed = select(FEED.c.scope, FEED.c.record, FEED.c.row_id, FEED.c.state, FEED.c.revision).where(
        FEED.c.record.in_(other)
    )
    digests = select(SCOPE_DIGEST).where(SCOPE_DIGEST.c.record.in_(other), SCOPE_DIGEST.c.count > 0)
    return {
        "feed": sorted(map(tuple, connection.execute(feed))),
        "digests": sorted(map(tuple, connection.execute(digests))),
    }


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[Twins]:
    """Two equal companies."""
    made = Twins(tmp_path)
    yield made
    made.first.dispose()
    made.second.dispose()


def _plain(answers: list[Answer]) -> list[tuple[Any, ...]]:
    return [(one.outcome, one.code, one.params, one.field, one.revision, one.row) for one in answers]


class Maker:
    """Makes operations of every kind and soundness about a few rows, so that they meet each other within a batch."""

    def __init__(self, twins: Twins, rng: random.Random) -> None:
        self.company, self.rng = twins.company, rng
        self.doctors = [self.company["north_doctor"], self.company["south_doctor"]]
        self.visits: list[str] = []
        self.claims: list[str] = []
        self.sent: dict[str, list[Operation]] = {}

    def operation(self, mine: Laptop) -> Operation:
        """Return another operation of a laptop, now and then one that it sent before."""
        sent = self.sent.setdefault(mine.name, [])
        if sent and self.rng.random() < 0.06:
            return self.rng.choice(sent)
        sent.append(self.rng.choice(self._makers)(self, mine))
        return sent[-1]

    def _doctor(self, mine: Laptop) -> Operation:
        place = self.company["north" if self.rng.random() < 0.9 else "south"]
        made = mine.create("doctor", {"name": self.rng.choice(["周", "x" * 300]), "territory_id": place, "tags": ["a"]})
        self.doctors.append(made.row_id)
        return made

    def _edit(self, mine: Laptop) -> Operation:
        name, old, new = self.rng.choice(
            [
                ("mobile", "13800000000", str(self.rng.randrange(9))),
                ("note", None, f"a{self.rng.randrange(9)}"),
                ("tags", ["a"], ["a", f"t{self.rng.randrange(3)}"]),
                ("status", "active", "merged"),
                ("title", None, "chief"),
            ]
        )
        return mine.edit("doctor", self.rng.choice(self.doctors), self.rng.randrange(1, 4), **{name: (old, new)})

    def _delete(self, mine: Laptop) -> Operation:
        record, ids = self.rng.choice([("doctor", self.doctors), ("visit", self.visits), ("claim", self.claims)])
        row_id = self.rng.choice(ids or [new_id()])
        return mine.operation(record, row_id, "delete", base_revision=self.rng.randrange(1, 4))

    def _affiliation(self, mine: Laptop) -> Operation:
        pair = {"doctor_id": self.rng.choice(self.doctors), "institution_id": self.company["north_hospital"]}
        return mine.create("affiliation", pair)

    def _visit(self, mine: Laptop) -> Operation:
        values = visit_values(self.company, mine.name, doctor_ids=[self.rng.choice(self.doctors)])
        made = mine.create("visit", values)
        self.visits.append(made.row_id)
        return made

    def _visit_edit(self, mine: Laptop) -> Operation:
        row_id = self.rng.choice(self.visits or [new_id()])
        name, pair = self.rng.choice([("note", ("first paragraph", "2")), ("state", ("draft", "submitted"))])
        return mine.edit("visit", row_id, 1, **{name: pair})

    def _claim(self, mine: Laptop) -> Operation:
        values = {"territory_id": self.company["north"], "owner_id": self.company[mine.name], "title": "x"}
        made = mine.create("claim", values | {"reason": "y", "currency": "CNY", "lines": [line(self.company)]})
        self.claims.append(made.row_id)
        return made

    def _command(self, mine: Laptop) -> Operation:
        name = self.rng.choice(["submit", "recall", "approve"])
        args = {"seen_hash": "0" * 64, "comment": "x"}
        return mine.operation("claim", self.rng.choice(self.claims or [new_id()]), "command", command=name, args=args)

    def _attachment(self, mine: Laptop) -> Operation:
        record, ids = self.rng.choice([("doctor", self.doctors), ("visit", self.visits)])
        values = {"parent_record": record, "parent_id": self.rng.choice(ids or [new_id()]), "sha256": "0" * 64}
        return mine.create("attachment", values | {"file_name": "x", "media_type": "image/png", "size_bytes": 5})

    def _poison(self, mine: Laptop) -> Operation:
        return mine.edit("doctor", self.rng.choice(self.doctors), 1, note=("\x00", ["x"]))

    _makers: tuple[Callable[["Maker", Laptop], Operation], ...] = (
        _doctor, _edit, _edit, _edit, _delete, _affiliation, _visit, _visit_edit, _claim, _command, _attachment,
        _poison,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_a_batch_does_what_its_operations_do_one_by_one(twins: Twins, seed: int) -> None:
    rng = random.Random(seed)
    maker = Maker(twins, rng)
    for _ in range(5):
        who = rng.choice(list(twins.laptops))
        operations = [maker.operation(twins.laptops[who]) for _ in range(rng.randrange(1, 14))]
        together, single = twins.push(who, operations)
        assert _plain(together) == _plain(single), f"seed {seed}"
        first, second = twins.rows()
        for table, rows in first.items():
            assert rows == second[table], (table, f"seed {seed}")
    twins.company.database = twins.first


# --- read once, written in sets -------------------------------------------------------------------------------------


def _statements(database: Database) -> tuple[list[str], Callable[[], None]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen, lambda: event.remove(database.engine, "before_cursor_execute", note)


def test_what_a_batch_asks_of_the_database_does_not_grow_with_it(company: Company) -> None:
    rows = [(new_id(), {"name": "x", "territory_id": company["north"], "phone": "1"}) for _ in range(220)]
    company.database.run(lambda work: work.insert_many("doctor", rows, SYSTEM))
    for row_id, _ in rows:
        company.edit("doctor", row_id, {"phone": "2"})
    rep, counts = company.laptop("rep"), []
    for ids in (rows[:20], rows[20:220]):
        edits = [rep.edit("doctor", row_id, 1, phone=("1", "3")) for row_id, _ in ids]
        seen, stop = _statements(company.database)
        answers = rep.sync(edits, pull=False).answers
        stop()
        assert {one.outcome for one in answers} == {"merged"}
        counts.append(len(seen))
    assert counts[1] <= counts[0] + 4, counts


def _work(company: Company, act: Callable[[ServerWork], Any]) -> Any:
    return company.database.run(act)


def test_a_row_that_was_given_may_be_changed_without_harm(company: Company) -> None:
    def act(work: ServerWork) -> None:
        work.preload("doctor", [company["north_doctor"]], lock=True)
        row = work.get("doctor", company["north_doctor"])
        assert row is not None
        row["name"] = "x"
        row["field_revisions"]["name"] = 9
        again = work.get("doctor", company["north_doctor"])
        assert again is not None
        assert (again["name"], again["field_revisions"]) == ("张伟", {})

    _work(company, act)


def test_a_part_that_fails_is_undone_in_what_is_kept(company: Company) -> None:
    doctor, fresh = company["north_doctor"], new_id()

    def act(work: ServerWork) -> None:
        work.preload("doctor", [doctor, fresh], lock=True)
        work.update("doctor", doctor, {"phone": "kept"}, SYSTEM)
        with pytest.raises(RuntimeError), work.attempt():
            work.update("doctor", doctor, {"phone": "lost", "title": "chief"}, SYSTEM)
            work.insert("doctor", fresh, {"name": "lost", "territory_id": company["north"]}, SYSTEM)
            work.delete("doctor", doctor, SYSTEM)
            raise RuntimeError
        row = work.get("doctor", doctor)
        assert row is not None
        assert (row["phone"], row["title"], row["revision"], row["deleted"]) == ("kept", None, 2, False)
        assert work.get("doctor", fresh) is None
        with work.attempt():
            work.insert("doctor", fresh, {"name": "again", "territory_id": company["north"]}, SYSTEM)
            work.update("doctor", fresh, {"phone": "1"}, SYSTEM)
            work.update("doctor", doctor, {"title": "chief"}, SYSTEM)

    _work(company, act)
    row, made = company.row("doctor", doctor), company.row("doctor", fresh)
    assert (row["phone"], row["title"], row["revision"]) == ("kept", "chief", 3)
    assert (made["name"], made["phone"], made["revision"]) == ("again", "1", 2)


def test_a_part_without_savepoint_never_asks_the_database(company: Company) -> None:
    def act(work: ServerWork) -> None:
        with pytest.raises(NeedsSavepointError), work.attempt():
            work.insert("doctor", new_id(), {"name": "lost", "territory_id": company["north"]}, SYSTEM)
            _ = work.connection
        assert work.created == set()
        assert work.queued_audits == []

    _work(company, act)


def test_a_row_read_without_a_lock_is_read_again_under_one(
    company: Company, new_database: Callable[[], Database]
) -> None:
    """Somebody else changed it in between: the change must not be overwritten unseen."""
    if company.database.is_sqlite:
        pytest.skip("SQLite has one writer: nobody changes a row in between")
    doctor = company["north_doctor"]
    with company.database.writing() as work:
        rows = KeptRows(work.connection)
        rows.keep = True
        before = rows.get("doctor", doctor, lock=False)
        new_database().run(lambda other: other.update("doctor", doctor, {"phone": "other"}, SYSTEM))
        after = rows.get("doctor", doctor, lock=True)
        assert before is not None
        assert after is not None
        assert (before["phone"], after["phone"], after["revision"]) == (None, "other", 2)


def test_the_same_id_twice_in_a_batch_is_one_row(company: Company) -> None:
    rep, row_id = company.laptop("rep"), new_id()
    values = {"name": "周", "territory_id": company["north"]}
    one, two = rep.create("doctor", values, row_id), rep.create("doctor", values | {"name": "王"}, row_id)
    answers = rep.push(one, two, one)
    assert [answer.code or answer.outcome for answer in answers] == ["applied", "invalid", "duplicate"]
    assert company.row("doctor", row_id)["name"] == "周"


def test_a_row_that_another_laptop_made_at_the_same_moment_costs_one_operation(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The set as a whole is refused by the database; the batch is then taken one by one."""
    rep, taken = company.laptop("rep"), new_id()
    place = {"territory_id": company["north"]}
    operations = [rep.create("doctor", {"name": f"{n}", **place}, taken if n == 2 else new_id()) for n in range(5)]
    inner, done = KeptRows.preload, list[str]()

    def late(rows: KeptRows, record: str, ids: Any, *, lock: bool) -> None:
        inner(rows, record, ids, lock=lock)
        if not done:
            done.append(record)
            values = SHAPES["doctor"]
            row = {name: None for name in values.columns} | {
                "id": taken,
                "revision": 1,
                "deleted": False,
                "name": "other",
            }
            row |= {"created_at": "x", "updated_at": "x", "field_revisions": "{}", **place}
            rows._connection.execute(ROWS["doctor"].insert().values(row))

    monkeypatch.setattr(KeptRows, "preload", late)
    answers = rep.push(*operations)
    assert [one.code or one.outcome for one in answers] == ["applied"] * 5, "that transaction was rolled back"
    assert company.row("doctor", taken)["name"] == "2"


def test_ids_come_from_the_given_source_meanwhile() -> None:
    with drawn_from(lambda: (1_700_000_000_000, b"12345678")):
        assert new_id() == new_id()
    assert new_id() != new_id()


def test_a_device_is_claimed_once(company: Company) -> None:
    laptop = company.laptop("rep")
    company.database.run(lambda work: devices.claim_device(work, laptop.device_id, laptop.device_id, company["rep"]))
