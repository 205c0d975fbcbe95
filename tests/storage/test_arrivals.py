"""Many rows at once are written as the same rows one by one: pages made ready ahead, answers settled together."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.protocol import frames
from crmdesk.protocol.messages import Answer, Page, RowGroup
from crmdesk.storage import (
    arrivals,
    health,
    inbox,
    lately,
    outbox,
    overlay,
    pending,
    rows,
    search,
    settling,
    tables,
)
from crmdesk.storage.store import Store
from crmdesk.storage.work import driver_of

NAMES = ("王伟", "曾国藩", "欧阳锋", "John Smith", "㐂", "", "单雄信", "李小明")


def everything(store: Store) -> dict[str, list[Any]]:
    """Return all that the store holds, but in which order rows came and when answers did."""
    found = {}
    with store.reading() as connection:
        for name, table in tables.metadata.tables.items():
            names = [one.name for one in table.columns if one.name not in ("rowid", "done_at", "at")]
            columns = ", ".join(f'"{one}"' for one in names)
            rows_ = connection.execute(f'SELECT {columns} FROM "{name}"').fetchall()
            found[name] = sorted(map(tuple, rows_), key=repr)
        for name in NAMES:
            found[f"search {name}"] = sorted((hit.id, hit.reason) for hit in search.find(connection, name, limit=500))
    return found


def two(open_store: Callable[..., Store], tmp_path: Any) -> tuple[Store, Store]:
    return open_store(tmp_path / "one"), open_store(tmp_path / "other")


def make_rows(chance: random.Random, wire: Any, count: int) -> list[dict[str, Any]]:
    return [
        wire.row(
            "doctor", name=chance.choice(NAMES), tags=chance.choice([None, [], ["b", "a"]]),
            note=chance.choice([None, "n"]), consent_on=chance.choice([None, "2026-01-01"]),
        )
        for _ in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_page_made_ready_is_written_as_row_by_row(
    open_store: Callable[..., Store], tmp_path: Any, wire: Any, seed: int
) -> None:
    chance = random.Random(seed)
    stores = two(open_store, tmp_path)
    known = make_rows(chance, wire, 40)
    fresh = make_rows(chance, wire, 120)
    hospitals = [wire.row("institution", name="协和医院", aliases=["东单"], city="北京") for _ in range(60)]
    changed = [one | {"revision": 2, "name": chance.choice(NAMES)} for one in known[:20]]
    arriving = fresh + changed + known[20:30]
    chance.shuffle(arriving)
    mine = new_id()
    doctors = {"doctor": arriving, "institution": hospitals}
    page = wire.page(doctors, left={"doctor": [known[31]["id"]]}, deleted={"doctor": [known[32]["id"]]}, cursor="c2")
    if seed % 2:  # as a server packs them, and with the columns in another order
        columns = list(wire_columns(RECORDS["doctor"]))
        chance.shuffle(columns)
        group = RowGroup("doctor", columns, [[one[name] for name in columns] for one in arriving])
        packed = Page(wire.scope, page.groups[1:], "c2", complete=True, packed=frames.pack([group]))
        page = frames.decode(frames.encode(packed), Page)
    if seed == 4:
        page.groups[0].rows.append(page.groups[0].rows[0])  # one row twice: row by row sorts it out
    if seed == 5:
        page.groups[0].values[columns.index("revision")][7] = (
            "no number"  # one that can't be read costs nobody else anything
        )
    unreadable = []
    for store, ready in zip(stores, (arrivals.prepare(page), {}), strict=True):
        with store.writing() as work:
            inbox.apply_head(work, wire.head(wire.scope))
            inbox.apply_page(work, wire.page({"doctor": known}))
        with store.writing() as work:
            work.edit("doctor", known[0]["id"], {"note": "mine"}, 1, wire.me)
            work.create("doctor", mine, {"name": "新"}, wire.me)
            _name_operations(work)
        with store.writing() as work:
            unreadable.append(inbox.apply_page(work, page, ready))
    assert arrivals.prepare(page) or seed >= 4
    assert unreadable[0] == unreadable[1]
    assert len(unreadable[0]) == (seed == 5)
    one, other = map(everything, stores)
    assert one == other
    assert all(health.check(store).sound for store in stores)


@pytest.mark.parametrize("count", [0, 1, 59, 60, 61, 150, 219, 220, 10_000])
@pytest.mark.parametrize("packed", [False, True])
def test_a_page_in_two_parts_leaves_what_the_whole_one_does(
    open_store: Callable[..., Store], tmp_path: Any, wire: Any, count: int, packed: bool
) -> None:
    stores = two(open_store, tmp_path)
    known = make_rows(random.Random(count), wire, 60)
    coming = {
        "institution": [wire.row("institution", name="协和医院", city="北京") for _ in range(60)],
        "doctor": make_rows(random.Random(count), wire, 100) + [one | {"revision": 2} for one in known],
    }
    gone = make_rows(random.Random(1), wire, 5)
    page = wire.page(coming, cursor="c2", first=True)
    if packed:
        whole = Page(wire.scope, [], "c2", complete=True, first=True, packed=frames.pack(page.groups))
        page = frames.decode(frames.encode(whole), Page)
    else:
        page.groups[0].left, page.groups[1].left = [new_id()], [known[4]["id"]]
        page.groups[1].deleted = [known[3]["id"]]
    first, rest = arrivals.cut(page, count)
    assert (rest is None) == (count >= 220)
    assert sum(group.size for group in first.groups) == min(count, 220)
    for store, pages in zip(stores, ([page], [first, rest] if rest else [first]), strict=True):
        with store.writing() as work:
            inbox.apply_head(work, wire.head(wire.scope))
            inbox.apply_page(work, wire.page({"doctor": known + gone}))
        for at, one in enumerate(pages):
            with store.reading() as connection:
                assert inbox.cursor(connection) == "c1", at
            with store.writing() as work:
                inbox.apply_page(work, one, arrivals.prepare(one))
    one, other = map(everything, stores)
    assert one == other
    assert all(health.check(store).sound for store in stores)


def test_pending_edits_stay_over_a_page_made_ready(store: Store, wire: Any) -> None:
    rows_ = [wire.row("doctor", name=f"王{number}") for number in range(80)]
    with store.writing() as work:
        inbox.apply_head(work, wire.head(wire.scope))
        inbox.apply_page(work, wire.page({"doctor": rows_[:1]}))
        work.edit("doctor", rows_[0]["id"], {"note": "mine"}, 1, wire.me)
        work.create("doctor", rows_[1]["id"], {"name": "王1", "note": "also mine"}, wire.me)
    newer = [one | {"revision": 3, "name": one["name"] + "改"} for one in rows_]
    page = wire.page({"doctor": newer})
    assert list(arrivals.prepare(page)) == [0]
    with store.writing() as work:
        inbox.apply_page(work, page, arrivals.prepare(page))
        shown = work.get("doctor", rows_[0]["id"])
        assert shown is not None
        assert (shown["name"], shown["note"], shown["revision"]) == ("王0改", "mine", 3)
    assert health.check(store).sound


ODD = {
    "short": RowGroup("doctor", ["id", "revision", "deleted"], [["x"]] * 60),
    "no revision": RowGroup("doctor", ["id", "name"], [[new_id(), "王"] for _ in range(60)]),
    "unknown record": RowGroup("unheard_of", ["id", "revision", "deleted"], [[new_id(), 1, False] for _ in range(60)]),
    "deleted": RowGroup("doctor", ["id", "revision", "deleted"], [[new_id(), 1, True] for _ in range(60)]),
    "name": RowGroup(
        "doctor", ["id", "revision", "deleted", "name"], [[new_id(), 1, False, ["王"]] for _ in range(60)]
    ),
    "tag": RowGroup("doctor", ["id", "revision", "deleted", "tags"], [[new_id(), 1, False, [5]] for _ in range(60)]),
    "number": RowGroup(
        "claim", ["id", "revision", "deleted", "total_fen"], [[new_id(), 1, False, 2**63] for _ in range(60)]
    ),
    "boolean": RowGroup("doctor", ["id", "revision", "deleted"], [[new_id(), True, False] for _ in range(60)]),
    "revision": RowGroup("doctor", ["id", "revision", "deleted"], [[new_id(), 0, False] for _ in range(60)]),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_out_of_the_ordinary_is_looked_at_row_by_row(name: str) -> None:
    assert arrivals.prepare(Page("t:1", [ODD[name]], "c")) == {}


@pytest.mark.parametrize("seed", range(6))
def test_answers_settled_together_are_settled_as_one_by_one(
    open_store: Callable[..., Store], tmp_path: Any, wire: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    stores = two(open_store, tmp_path)
    known = make_rows(chance, wire, 30)
    made = [new_id() for _ in range(10)]
    answers: list[Answer] = []
    for at, store in enumerate(stores):
        with store.writing() as work:
            inbox.apply_head(work, wire.head(wire.scope))
            inbox.apply_page(work, wire.page({"doctor": known}))
        with store.writing() as work:
            for row in known[:20]:
                work.edit("doctor", row["id"], {"note": "mine"}, 1, wire.me)
            work.edit("doctor", known[0]["id"], {"email": "e"}, 1, wire.me, "again")
            for row_id in made:
                work.create("doctor", row_id, {"name": "新"}, wire.me)
            _name_operations(work)
        with store.reading() as connection:
            waiting = [one.operation for one in outbox.pending_operations(connection)]
        if not at:
            answers = [_answer(chance, one, {row["id"]: row for row in known}, wire) for one in waiting]
        with monkeypatch.context() as patch, store.writing() as work:
            if at:
                patch.setattr(settling, "take_in", lambda _work, some: list(some))
            outbox.settle(work, answers)
    one, other = map(everything, stores)
    assert one == other
    assert one["outbox_done"]
    assert all(health.check(store).sound for store in stores)


def _name_operations(work: Any) -> None:
    """Give the operations ids and times that do not depend on chance, so that two stores can be compared."""
    for seq, content in work.driver.execute("SELECT seq, content FROM outbox").fetchall():
        operation = pending.decode(content)
        named = msgspec.structs.replace(operation, id=f"op-{seq}", made_at="2026-11-20T01:02:03.004Z")
        encoded = pending.encode(named)
        work.driver.execute(
            "UPDATE outbox SET id = ?, made_at = ?, content = ?, size = ? WHERE seq = ?",
            (named.id, named.made_at, encoded, len(encoded), seq),
        )
        overlay.lay_again(work.driver, operation.record, operation.row_id)


def _answer(chance: random.Random, operation: Any, known: dict[str, dict[str, Any]], wire: Any) -> Answer:
    """Return one of the answers that a server may give."""
    kind = chance.choice(
        ["applied", "applied", "applied", "merged", "bare", "refused", "later", "renamed", "deleted", "odd"]
    )
    base = known.get(operation.row_id) or wire.row("doctor", id=operation.row_id, name="新")
    row = base | {name: new for name, (_, new) in operation.fields.items()} | {"revision": 2}
    if kind == "renamed":
        row["name"] = "曾国藩"
    if kind == "deleted":
        row["deleted"] = True
    if kind == "odd":
        row["tags"] = "no list"
    if kind in ("refused", "later"):
        return Answer(operation.id, kind, code="forbidden" if kind == "refused" else "")
    outcome = "merged" if kind in ("merged", "renamed") else "applied"
    return Answer(operation.id, outcome, 2, row=None if kind == "bare" else row)


def test_what_happened_lately_is_a_short_list_and_ordinary_syncs_push_out_nothing(store: Store) -> None:
    with store.writing() as work:
        lately.note(work.connection, lately.RESTORED, "0", count=3)
        for number in range(100):
            lately.note(work.connection, lately.SYNCED, str(number), sent=number)
        lately.note(work.connection, lately.LEFT, "101", scopes=["t:1"])
        found = lately.read(work.connection)
        assert [code for code, _, _ in found] == [lately.LEFT] + [lately.SYNCED] * lately.KEPT_SYNCS + [lately.RESTORED]
        assert found[1] == (lately.SYNCED, "99", {"sent": 99})
        for number in range(100):
            lately.note(work.connection, lately.DIFFERS, str(number))
        assert len(lately.read(work.connection)) == lately.KEPT
        work.driver.execute("UPDATE meta SET value = '7' WHERE name = 'lately'")
        assert lately.read(work.connection) == []


def test_rows_are_read_as_they_were_made_ready(store: Store, wire: Any) -> None:
    many = [wire.row("doctor", name="王", tags=["a"], note=f"第 {number} 段") for number in range(60)]
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": many}))
    with store.reading() as connection:
        for one in many:
            held = rows.read(driver_of(connection), "doctor", one["id"])
            assert held is not None
            assert held.values == one
