"""Segments: packed once, sent to those entitled only, never older than what left a scope; on both databases."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, select, update

from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import PACKED_SINCE, Page, RowGroup
from crmdesk.server import admin, pull, segments, territories
from crmdesk.server.cursor import Cursor
from crmdesk.server.database import Database
from crmdesk.server.tables import FEED, PRESENT, SEGMENT
from crmdesk.server.work import SYSTEM, ServerWork
from tests.server.company import Company, Laptop, Synced, assert_same

CANARY = "只给南区看的话"


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten rows a page, so that a few dozen rows make several segments."""
    monkeypatch.setattr(pull, "PACKED_ROWS", 10)
    monkeypatch.setattr(segments, "FEWEST_ROWS", 5)
    monkeypatch.setattr(pull, "_LITTLE", 1)


def fresh(company: Company, name: str = "rep") -> Laptop:
    return company.laptop(name, PACKED_SINCE)


def doctors(company: Company, count: int, territory: str = "north", note: str = "x") -> list[str]:
    rows = [(new_id(), {"name": f"医生{n}", "note": note, "territory_id": company[territory]}) for n in range(count)]
    company.database.run(lambda work: work.insert_many("doctor", rows, SYSTEM))
    return [row_id for row_id, _ in rows]


def kept(company: Company, territory: str = "north") -> list[int]:
    """Return the first positions of the segments of a territory."""
    with company.database.reading() as connection:
        query = select(SEGMENT.c.start).where(SEGMENT.c.scope == f"t:{company[territory]}").order_by(SEGMENT.c.start)
        return list(connection.execute(query).scalars())


def ids_in(pages: list[Page]) -> list[str]:
    """Return the ids of every doctor that came, as often as it came."""
    return [row[0] for page in pages for group in page.groups if group.record == "doctor" for row in group.by_row()]


def told(synced: Synced) -> str:
    return repr([group.by_row() for page in synced.pages for group in page.groups])


@contextmanager
def reads_of(company: Company, table: str) -> Iterator[list[str]]:
    """Collect the statements that read a table meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if f"FROM feed JOIN {table}" in statement or f"FROM {table}" in statement:
            seen.append(statement)

    event.listen(company.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(company.database.engine, "before_cursor_execute", note)


def test_a_second_laptop_costs_no_look_at_the_rows(company: Company) -> None:
    made = set(doctors(company, 47))
    first = fresh(company)
    with reads_of(company, "row_doctor") as looked:
        assert_same(first, first.sync().end.digests)
    assert looked
    assert len(kept(company)) >= 4
    second = fresh(company, "colleague")
    with reads_of(company, "row_doctor") as looked:
        answer = second.sync()
    assert len(looked) <= 1, "only what is too short for a segment is read"
    assert_same(second, answer.end.digests)
    assert made <= second.replica.ids("doctor")
    assert len(ids_in(answer.pages)) == len(set(ids_in(answer.pages)))
    assert second.replica.rows == first.replica.rows | {
        key: row for key, row in second.replica.rows.items() if key[0].startswith("p:")
    }


def test_what_changed_since_comes_again(company: Company) -> None:
    made = doctors(company, 40)
    fresh(company).sync()
    before = kept(company)
    for one in made[:5]:
        company.edit("doctor", one, {"note": "newer"})
    assert kept(company) == before, "an edit costs no segment"
    late = fresh(company, "colleague")
    assert_same(late, late.sync().end.digests)
    assert all(row["note"] == "newer" for row in map(lambda one: late.replica.get("doctor", one) or {}, made[:5]))


def test_a_row_that_left_or_was_deleted_is_told_to_nobody_new(company: Company) -> None:
    left, deleted, *_ = doctors(company, 40)
    fresh(company).sync()
    assert kept(company)
    company.edit("doctor", left, {"territory_id": company["south"]})
    company.database.run(lambda work: work.delete("doctor", deleted, SYSTEM))
    late = fresh(company, "colleague")
    answer = late.sync()
    assert not {left, deleted} & set(ids_in(answer.pages))
    assert_same(late, answer.end.digests)


def test_a_child_that_leaves_with_its_parent_is_told_to_nobody_new(company: Company) -> None:
    doctor = doctors(company, 30)[0]
    file = {"parent_record": "doctor", "parent_id": doctor, "sha256": "0" * 64, "file_name": CANARY}
    company.insert("attachment", file | {"media_type": "image/jpeg", "size_bytes": 3})
    doctors(company, 12)
    fresh(company).sync()
    company.edit("doctor", doctor, {"territory_id": company["south"]})
    answer = fresh(company, "colleague").sync()
    assert CANARY not in told(answer)


def test_many_that_leave_at_once_take_all_segments_with_them(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "_MANY_GONE", 6)
    made = doctors(company, 40, note=CANARY)
    fresh(company).sync()
    assert kept(company)
    territories.split(company.database, "north", "south", ["north医院"])
    company.database.run(lambda work: [work.update("doctor", one, {"territory_id": company["south"]}, SYSTEM)
                                       for one in made])  # fmt: skip
    assert kept(company) == []
    assert CANARY not in told(fresh(company, "colleague").sync())


def test_a_stretch_that_something_left_meanwhile_is_not_kept(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row leaves between the look at the rows and the keeping of what was seen."""
    leaving = doctors(company, 30, note=CANARY)[7]
    inner, packed = segments.keep, segments.pack
    results: list[bool] = []

    def late(connection: Connection, stretch: segments.Stretch, body: bytes) -> bool:
        results.append(inner(connection, stretch, body))
        return results[-1]

    def leave_first(groups: Sequence[RowGroup]) -> bytes:
        if any(row[0] == leaving for group in groups for row in group.rows):
            company.edit("doctor", leaving, {"territory_id": company["south"]})
        return packed(groups)

    monkeypatch.setattr(segments, "keep", late)
    monkeypatch.setattr(segments, "pack", leave_first)
    first = fresh(company)
    first.sync()
    assert False in results
    monkeypatch.undo()
    answer = fresh(company, "colleague").sync()
    assert leaving not in ids_in(answer.pages)
    assert_same(first, first.sync().end.digests)


def test_keeping_waits_for_whoever_takes_a_row_away(company: Company, new_database: Callable[[], Database]) -> None:
    """The transaction in which a row leaves has not committed yet: what it takes along must not be kept beside it."""
    leaving = doctors(company, 30)[0]
    scope, held = f"t:{company['north']}", threading.Event()
    may_commit, kept_it = threading.Event(), list[bool]()
    with company.database.reading() as connection:
        part = pull._read_slice(connection, scope, 0, 10, None, with_gone=False)
    stretch = segments.Stretch(scope, 0, part.last, part.head, part.groups)

    def take_away() -> None:
        with new_database().writing() as work:
            work.update("doctor", leaving, {"territory_id": company["south"]}, SYSTEM)
            work.settle()
            held.set()
            may_commit.wait(10)

    def keep() -> None:
        body = segments.pack(part.groups)
        kept_it.append(new_database().run(lambda work: segments.keep(work.connection, stretch, body)))

    threads = [threading.Thread(target=take_away), threading.Thread(target=keep)]
    threads[0].start()
    assert held.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    assert kept_it == [], "it did not wait"
    may_commit.set()
    for thread in threads:
        thread.join(20)
    assert kept_it == [False]
    assert kept(company) == []


def test_nobody_gets_a_segment_of_a_scope_that_is_not_theirs(company: Company) -> None:
    secret = set(doctors(company, 40, "south", CANARY))
    fresh(company, "other").sync()
    starts = kept(company, "south")
    assert starts
    south = f"t:{company['south']}"
    for person in ("rep", "colleague", "manager", "finance"):
        laptop = fresh(company, person)
        laptop.sync()
        for at in (0, *starts):
            known = Cursor.read(laptop.cursor, company.database.epoch, company.actor(person).scopes)
            assert known is not None
            known.positions[south] = at
            laptop.cursor = known.text()
            answer = laptop.sync()
            assert CANARY not in told(answer)
            assert not secret & set(ids_in(answer.pages))
            assert south not in {page.scope for page in answer.pages}


def test_who_lost_a_territory_gets_no_segment_of_it(company: Company) -> None:
    doctors(company, 40, note=CANARY)
    fresh(company, "colleague").sync()
    assert kept(company)
    company.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
    assert CANARY not in told(fresh(company).sync())
    before = kept(company)  # segments are the scope's, not a person's: a hand-over leaves them as they are
    company.database.run(lambda work: territories.hand_over(work, "north", "colleague", "other"))
    assert kept(company) == before
    assert CANARY in told(fresh(company, "other").sync())
    assert CANARY not in told(fresh(company, "colleague").sync())


def test_rows_of_other_columns_are_read_anew(company: Company) -> None:
    doctors(company, 30)
    fresh(company).sync()
    with company.database.engine.begin() as connection:
        connection.execute(update(SEGMENT).values(shape="of another version", body=b"\x00"))
    late = fresh(company, "colleague")
    assert_same(late, late.sync().end.digests)


def test_a_laptop_that_can_not_read_packed_rows_gets_them_plain(company: Company) -> None:
    made = set(doctors(company, 30))
    fresh(company).sync()
    old = company.laptop("colleague")
    answer = old.sync()
    assert all(not group.values for page in answer.pages for group in page.groups)
    assert made <= old.replica.ids("doctor")
    assert_same(old, answer.end.digests)


def test_a_cut_packed_first_sync_goes_on_where_it_stopped(company: Company) -> None:
    made = set(doctors(company, 64))
    fresh(company, "colleague").sync()
    rep, seen = fresh(company), list[str]()
    for _ in range(40):
        answer = rep.sync(pages=1)
        seen += ids_in(answer.pages)
        if answer.end.cursor and not answer.end.more:
            break
    assert len(seen) == len(set(seen)), "a page came twice"
    assert made <= set(seen)
    assert_same(rep, rep.sync().end.digests)


def test_old_segments_are_made_anew(company: Company) -> None:
    made = doctors(company, 40)
    fresh(company).sync()
    first = fresh(company, "colleague").sync()
    for one in made[:30]:
        company.edit("doctor", one, {"note": "newer"})
    late = fresh(company, "manager")
    answer = late.sync()
    assert_same(late, answer.end.digests)
    assert len(ids_in(answer.pages)) < len(ids_in(first.pages)) + 30, "rows that changed came twice"


def test_a_laptop_behind_hears_what_left_beside_the_packed_rows(company: Company) -> None:
    gone = doctors(company, 12)
    behind = fresh(company)
    behind.sync()
    more = doctors(company, 40)
    company.edit("doctor", gone[0], {"territory_id": company["south"]})
    company.database.run(lambda work: work.delete("doctor", gone[1], SYSTEM))
    more += doctors(company, 40)
    fresh(company, "colleague").sync()
    answer = behind.sync()
    assert_same(behind, answer.end.digests)
    assert not set(gone[:2]) & behind.replica.ids("doctor")
    assert set(more) <= behind.replica.ids("doctor")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_a_new_laptop_gets_what_is_there_and_nothing_else(company: Company, seed: int) -> None:
    rng = random.Random(seed)
    made = doctors(company, 25)
    old = fresh(company, "manager")
    for _ in range(12):
        act, one = rng.choice(["edit", "edit", "move", "back", "delete", "more", "sync"]), rng.choice(made)
        if act == "more":
            made += doctors(company, rng.randrange(1, 15))
        elif act == "sync":
            assert_same(old, old.sync().end.digests)
        else:
            company.database.run(lambda work, act=act, one=one: _change(company, work, act, one))
        laptop = fresh(company, rng.choice(["rep", "colleague"]))
        with company.database.reading() as connection:
            here = (FEED.c.scope == f"t:{company['north']}") & (FEED.c.record == "doctor") & (FEED.c.state == PRESENT)
            present = set(connection.execute(select(FEED.c.row_id).where(here)).scalars())
        answer = laptop.sync()
        assert set(ids_in(answer.pages)) == present, f"seed {seed}"
        assert_same(laptop, answer.end.digests)
    assert_same(old, old.sync().end.digests)


def _change(company: Company, work: ServerWork, act: str, row_id: str) -> None:
    row = work.get("doctor", row_id)
    assert row is not None
    if row["deleted"]:
        return
    if act == "delete":
        work.delete("doctor", row_id, SYSTEM)
    elif act == "edit":
        work.update("doctor", row_id, {"note": f"{row['revision']}"}, SYSTEM)
    else:
        work.update("doctor", row_id, {"territory_id": company["south" if act == "move" else "north"]}, SYSTEM)


def test_segments_may_be_gone_at_any_moment(company: Company) -> None:
    """The others are still used: a walk stops where the next one begins."""
    made = set(doctors(company, 80))
    fresh(company).sync()
    starts = kept(company)
    with company.database.engine.begin() as connection:
        for start in starts[1::2]:
            connection.execute(SEGMENT.delete().where(SEGMENT.c.start == start))
        left = connection.execute(select(SEGMENT.c.start, SEGMENT.c.body).order_by(SEGMENT.c.start)).all()
    late = fresh(company, "colleague")
    with reads_of(company, "row_doctor") as looked:
        answer = late.sync()
    assert_same(late, answer.end.digests)
    assert made <= late.replica.ids("doctor")
    assert len(looked) <= len(starts[1::2]) + 1
    assert kept(company) == starts
    with company.database.reading() as connection:
        assert set(map(tuple, left)) <= set(map(tuple, connection.execute(select(SEGMENT.c.start, SEGMENT.c.body))))


def test_who_comes_from_the_middle_meets_the_segments_again(company: Company) -> None:
    """A laptop that stands between two of them reads up to the next one and no further."""
    doctors(company, 83)
    fresh(company).sync()
    starts = kept(company)
    behind = fresh(company, "colleague")
    behind.sync()
    known = Cursor.read(behind.cursor, company.database.epoch, company.actor("colleague").scopes)
    assert known is not None
    known.positions[f"t:{company['north']}"] = starts[2] + 3
    behind.cursor = known.text()
    with reads_of(company, "row_doctor") as looked:
        answer = behind.sync()
    assert_same(behind, answer.end.digests)
    assert len(looked) <= 2
