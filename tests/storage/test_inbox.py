"""What the server sends: pages twice, several scopes, leaving, deleting, fetching anew, bad rows, digests."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.digest import row_digest, to_text
from crmdesk.protocol.messages import Answer, ScopeDigest, SyncEnd
from crmdesk.storage import digests, inbox, leaving, outbox, overlay, pending, rows, search
from crmdesk.storage.store import Store
from tests.fixtures.new_store import KEY, laid


def table(store: Store, record: str = "doctor") -> dict[str, tuple[str, int]]:
    with store.reading() as connection:
        found = connection.execute(f"SELECT id, scopes, revision FROM row_{record}").fetchall()
    return {row[0]: (row[1], row[2]) for row in found}


def assert_sound(store: Store) -> None:
    """Digests as counted, the search index as large as its rows, nothing left of rows that went."""
    with store.reading() as connection:
        driver = connection.driver
        assert digests.stored(driver) == digests.recounted(driver)
        for record in ("doctor", "institution", "department"):
            [entries] = driver.execute(f"SELECT count(*) FROM search_{record}_docsize").fetchone()
            [held] = driver.execute(f"SELECT count(*) FROM row_{record} WHERE deleted = 0").fetchone()
            assert entries == held
        assert driver.execute(
            "SELECT count(*) FROM base_row WHERE record = 'doctor' AND id NOT IN (SELECT id FROM row_doctor) "
            "AND id NOT IN (SELECT row_id FROM outbox UNION SELECT row_id FROM needs_you)"
        ).fetchone() == (0,)


def test_a_page_without_a_cursor_leaves_the_one_before(store: Store, wire: Any) -> None:
    """Else whoever holds many scopes would begin anew after each cut."""
    doctor = wire.row("doctor")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({}, cursor="7"))
        inbox.apply_page(work, wire.page({"doctor": [doctor]}, cursor=""))
        assert inbox.cursor(work.connection) == "7"
        assert work.get("doctor", doctor["id"]) == doctor


def test_a_page_twice_is_a_page_once(store: Store, wire: Any) -> None:
    every = {record: [wire.row(record), wire.row(record)] for record in RECORDS}
    for _ in range(2):
        with store.writing() as work:
            assert inbox.apply_page(work, wire.page(every, cursor="7")) == []
    with store.writing() as work:
        assert inbox.cursor(work.connection) == "7"
        for record, sent in every.items():
            assert work.get(record, sent[0]["id"]) == sent[0]
            assert len(table(store, record)) == 2
    assert_sound(store)


def test_every_kind_of_value_comes_back_as_it_was(store: Store, wire: Any) -> None:
    row = wire.row(
        "visit", doctor_ids=[new_id()], joint_with_ids=[], products=[{"product_id": new_id(), "messages": ["a"]}],
        adverse_event=True, next_step_done=False, duration_min=20, note="😀<b>\n", starts_at="2026-11-20T01:02:03.004Z",
    )  # fmt: skip
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"visit": [row]}))
        got = work.get("visit", row["id"])
    assert got == row
    assert got is not None
    assert got["adverse_event"] is True


def test_an_older_row_never_replaces_a_newer_one(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟", mobile="1")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row | {"revision": 5, "mobile": "5"}]}))
        inbox.apply_page(work, wire.page({"doctor": [row | {"revision": 4, "mobile": "4"}]}))
        got = work.get("doctor", row["id"])
    assert got is not None
    assert got["mobile"] == "5"
    assert_sound(store)


def test_a_row_of_two_scopes_goes_with_the_last(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}, scope="t:a"))
        inbox.apply_page(work, wire.page({"doctor": [row]}, scope="t:b"))
    assert table(store) == {row["id"]: ("t:a t:b", 1)}
    with store.writing() as work:
        inbox.apply_page(work, wire.page({}, scope="t:a", left={"doctor": [row["id"]]}))
    assert table(store) == {row["id"]: ("t:b", 1)}
    assert_sound(store)
    with store.writing() as work:
        inbox.apply_page(work, wire.page({}, scope="t:b", left={"doctor": [row["id"]]}))
    assert table(store) == {}
    assert_sound(store)


def test_a_deleted_row_goes_from_every_scope(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}, scope="t:a"))
        inbox.apply_page(work, wire.page({"doctor": [row]}, scope="t:b"))
        inbox.apply_page(work, wire.page({}, scope="t:a", deleted={"doctor": [row["id"], new_id()]}))
        inbox.apply_page(work, wire.page({}, scope="t:b", deleted={"doctor": [row["id"]]}))
    assert table(store) == {}
    assert_sound(store)


def test_a_scope_that_is_taken_away_leaves_nothing_but_unsent_edits(store: Store, wire: Any) -> None:
    going, staying = wire.row("doctor", name="王走"), wire.row("doctor", name="李留")
    clinic = wire.row("institution", name="离开医院")
    with store.writing() as work:
        inbox.apply_head(work, wire.head("t:a", "t:b"))
        inbox.apply_page(work, wire.page({"doctor": [going, staying], "institution": [clinic]}, scope="t:a"))
        inbox.apply_page(work, wire.page({"doctor": [staying]}, scope="t:b"))
        work.edit("doctor", going["id"], {"mobile": "2"}, 1, wire.me)
    with store.writing() as work:
        assert inbox.apply_head(work, wire.head("t:b", "t:c")) == ["t:a"]
        assert inbox.scope_states(work.connection) == {"t:b": "complete", "t:c": "loading"}
    assert table(store) == {staying["id"]: ("t:b", 1)}
    assert table(store, "institution") == {}
    assert_sound(store)
    with store.writing() as work:
        assert search.find(work.connection, "王走") == search.find(work.connection, "离开") == []
        [left] = outbox.pending_operations(work.connection)
        outbox.settle(work, [Answer(left.operation.id, "refused", code="out_of_scope")])
        [needed] = outbox.needs_you(work.connection)
    assert needed.operation.fields["mobile"] == (None, "2")


def test_an_answer_does_not_bring_a_row_back_that_left(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王走")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}))
        work.edit("doctor", row["id"], {"mobile": "2"}, 1, wire.me)
        inbox.apply_page(work, wire.page({}, left={"doctor": [row["id"]]}))
        [left] = outbox.pending_operations(work.connection)
        outbox.settle(work, [Answer(left.operation.id, "applied", 2, row | {"revision": 2})])
    assert table(store) == {}
    assert_sound(store)


def test_a_row_that_moves_scope_keeps_the_edits_over_it(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟", mobile="1")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}, scope="t:a"))
        work.edit("doctor", row["id"], {"mobile": "2"}, 1, wire.me)
        inbox.apply_page(work, wire.page({}, scope="t:a", left={"doctor": [row["id"]]}))
        assert work.get("doctor", row["id"]) is None
        inbox.apply_page(work, wire.page({"doctor": [row | {"revision": 2}]}, scope="t:b"))
        got = work.get("doctor", row["id"])
    assert got is not None
    assert (got["mobile"], got["revision"]) == ("2", 2)
    assert_sound(store)


def test_what_does_not_come_again_when_a_scope_is_fetched_anew_goes(store: Store, wire: Any) -> None:
    kept, gone = wire.row("doctor", name="王"), wire.row("doctor", name="李")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [kept, gone]}))
        made = new_id()
        work.create("doctor", made, {"name": "新"}, wire.me)
        inbox.apply_page(work, wire.page({"doctor": [kept]}, first=True, complete=False))
        assert work.get("doctor", gone["id"]) is not None
        inbox.apply_page(work, wire.page({}, complete=True))
    assert set(table(store)) == {kept["id"], made}
    assert_sound(store)


def test_many_that_do_not_come_again_go_in_parts_before_the_last_page(
    store: Store, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "PART", 20)
    held = [wire.row("doctor", name=f"医生{number}") for number in range(35)]
    kept, last = held[:3], held[3:5]
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": held}))
        inbox.apply_page(work, wire.page({"doctor": kept}, first=True, complete=False))
        assert not inbox.sweep_part(work, wire.page({"doctor": held[5:9]}, complete=False))
    end, parts = wire.page({"doctor": last}), 0
    more = True
    while more:
        with store.writing() as work:
            before = len(table(store))
            more = inbox.sweep_part(work, end)
        parts += more
        assert len(table(store)) == before - 10 * more
        assert_sound(store)
    assert parts == 3
    assert {row["id"] for row in kept + last} <= set(table(store))
    with store.writing() as work:
        inbox.apply_page(work, end)
        assert work.driver.execute("SELECT count(*) FROM stale").fetchone() == (0,)
    assert set(table(store)) == {row["id"] for row in kept + last}
    assert_sound(store)


def test_after_a_restore_a_row_counts_anew_by_whatever_scope_it_comes(store: Store, wire: Any) -> None:
    moved, edited, gone = (wire.row("doctor", name=name, revision=3) for name in ("王", "李", "张"))
    scopes = (wire.scope, "t:a", "t:b")
    with store.writing() as work:
        inbox.apply_head(work, wire.head(*scopes))
        inbox.apply_page(work, wire.page({"doctor": [moved, edited, gone]}, scope="t:a"))
        work.edit("doctor", edited["id"], {"mobile": "2"}, 3, wire.me)
        inbox.apply_head(work, msgspec.structs.replace(wire.head(*scopes, restart=scopes), epoch="another"))
        earlier = [row | {"revision": 2, "phone": "7"} for row in (moved, edited)]
        inbox.apply_page(work, wire.page({"doctor": earlier}, scope="t:b", first=True))
        assert work.get("doctor", moved["id"]) == earlier[0]
        shown = work.get("doctor", edited["id"]) or {}
        assert (shown["revision"], shown["phone"], shown["mobile"]) == (2, "7", "2")
        inbox.apply_page(work, wire.page({}, scope="t:a", first=True))
        inbox.apply_page(work, wire.page({"doctor": [earlier[0] | {"revision": 1}]}, scope="t:b"))
        assert work.get("doctor", moved["id"]) == earlier[0], "within one life of the server the newer one stands"
        inbox.apply_end(work, SyncEnd("9", same=True))
        assert work.driver.execute("SELECT count(*) FROM stale").fetchone() == (0,)
    assert {key: one[0] for key, one in table(store).items()} == {moved["id"]: "t:b", edited["id"]: "t:b"}
    assert_sound(store)


def test_a_bad_row_does_not_stop_the_page(store: Store, wire: Any) -> None:
    good = wire.row("doctor", name="王")
    page = wire.page({"doctor": [good, wire.row("doctor", id="../x"), wire.row("doctor", revision="9")]})
    page.groups[0].rows.append(["short"])
    with store.writing() as work:
        assert len(inbox.apply_page(work, page)) == 3
    assert set(table(store)) == {good["id"]}
    assert_sound(store)


def test_columns_in_another_order_and_unknown_ones_are_read(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王", tags=["a"])
    page = wire.page({"doctor": [row]})
    group = page.groups[0]
    group.columns = [*reversed(group.columns), "of_tomorrow"]
    group.rows = [[*reversed(group.rows[0]), 1]]
    with store.writing() as work:
        assert inbox.apply_page(work, page) == []
        assert work.get("doctor", row["id"]) == row


def test_the_end_names_the_digests_that_differ(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王")
    right = ScopeDigest(wire.scope, "doctor", 1, to_text(row_digest(row["id"], 1)))
    wrong = ScopeDigest(wire.scope, "visit", 1, to_text(5))
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}))
        assert inbox.apply_end(work, SyncEnd("9", digests=[right, wrong])) == [wrong]
        assert work.meta("last_sync_at")
        assert inbox.cursor(work.connection) == "9"
        work.driver.execute("DELETE FROM digest")
        assert inbox.apply_end(work, SyncEnd("9", digests=[right])) == [right]


def test_a_new_row_that_comes_back_before_its_answer_shows_what_the_server_has(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, {"name": "王伟", "mobile": "1"}, wire.me)
        newer = wire.row("doctor", id=row_id, name="王伟", mobile="2", revision=2)
        inbox.apply_page(work, wire.page({"doctor": [newer]}))
        assert work.get("doctor", row_id) == newer
    assert_sound(store)


def test_a_late_answer_to_the_create_does_not_raise_a_deleted_row(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟")
    with store.writing() as work:
        work.create("doctor", row["id"], {"name": "王伟"}, wire.me)
        outbox.next_batch(work.connection, 10, 10_000)
        work.delete("doctor", row["id"], wire.me)
        create, delete = [one.operation.id for one in outbox.pending_operations(work.connection)]
        outbox.settle(work, [Answer(delete, "applied", 2, row | {"revision": 2, "deleted": True})])
        assert work.get("doctor", row["id"]) is None
        outbox.settle(work, [Answer(create, "duplicate", 1, row)])
        assert work.get("doctor", row["id"]) is None
    assert_sound(store)
    with store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM base_row").scalar() == 0


def test_an_accepted_row_that_no_scope_of_ours_holds_goes_at_the_end(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, {"name": "王"}, wire.me)
        [made] = outbox.pending_operations(work.connection)
        outbox.settle(work, [Answer(made.operation.id, "applied", 1)])
        inbox.apply_end(work, SyncEnd("1"))
        assert work.get("doctor", row_id) is not None
        inbox.apply_end(work, SyncEnd("1", digests=[ScopeDigest(wire.scope, "doctor", 0, to_text(0))]))
        assert work.get("doctor", row_id) is None


@pytest.mark.parametrize("edited", [False, True], ids=["at rest", "edited again"])
def test_what_was_worked_out_of_a_bare_answer_gives_way_to_the_servers_row(
    store: Store, wire: Any, edited: bool
) -> None:
    """The answer came without the row, because it was no longer ours; now it comes back at the very same revision."""
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, {"name": "王伟", "mobile": "1"}, wire.me)
        [made] = outbox.pending_operations(work.connection)
        outbox.settle(work, [Answer(made.operation.id, "applied", 1)])
        if edited:
            work.edit("doctor", row_id, {"email": "w@example.com"}, 1, wire.me)
        theirs = wire.row("doctor", id=row_id, name="王伟", mobile="1", status="under_review")
        theirs["updated_at"] = made.operation.made_at  # taken in the very instant in which it was made
        inbox.apply_page(work, wire.page({"doctor": [theirs]}))
        shown = work.get("doctor", row_id)
        if edited:
            [edit] = outbox.pending_operations(work.connection)
            theirs |= {"email": "w@example.com", "updated_at": edit.operation.made_at}
        assert shown == theirs
    assert_sound(store)


def test_an_older_page_takes_nothing_from_a_row_that_no_scope_has_brought_yet(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, {"name": "王伟"}, wire.me)
        work.edit("doctor", row_id, {"mobile": "1"}, 0, wire.me)
        [made] = outbox.pending_operations(work.connection)
        now = wire.row("doctor", id=row_id, name="王伟", mobile="1", revision=2)
        outbox.settle(work, [Answer(made.operation.id, "applied", 2, now)])
        inbox.apply_page(work, wire.page({"doctor": [now | {"revision": 1, "mobile": None}]}))
        assert work.get("doctor", row_id) == now
    assert_sound(store)


def test_a_deleted_row_whose_create_was_not_answered_does_not_come_back(store: Store, wire: Any) -> None:
    row_id = new_id()
    with store.writing() as work:
        work.create("doctor", row_id, {"name": "王"}, wire.me)
        inbox.apply_page(work, wire.page({"doctor": [wire.row("doctor", id=row_id, name="王")]}))
        inbox.apply_page(work, wire.page({}, deleted={"doctor": [row_id]}))
        assert work.get("doctor", row_id) is None
        [made] = outbox.pending_operations(work.connection)
        outbox.settle(work, [Answer(made.operation.id, "duplicate", 1)])
        assert work.get("doctor", row_id) is None
    assert_sound(store)


OUTCOMES = ["applied", "applied", "refused", "later", "lost"]
FIELDS = st.sampled_from(["mobile", "phone", "tags", "note", "name"])
STEPS = st.one_of(
    st.tuples(st.just("create"), st.integers(0, 9)),
    st.tuples(st.just("edit"), st.integers(0, 9), FIELDS, st.integers(0, 4)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("remote"), st.integers(0, 9), FIELDS, st.integers(0, 4)),
    st.tuples(st.just("remote_new"), st.integers(0, 9)),
    st.tuples(st.just("remote_delete"), st.integers(0, 9)),
    st.tuples(st.just("push"), st.lists(st.sampled_from(OUTCOMES), min_size=1)),
    st.tuples(st.just("pull"), st.integers(1, 5)),
)


def value_of(name: str, number: int) -> Any:
    return [f"t{one}" for one in range(number)] if name == "tags" else f"{name}{number}\n第{number}段"


class Laptop:
    """A store driven step by step against the model of the server."""

    def __init__(self, store: Store, server: Any, wire: Any) -> None:
        self.store, self.server, self.wire = store, server, wire
        self.known: list[str] = []

    def pick(self, number: int) -> str:
        return self.known[number % len(self.known)] if self.known else ""

    def step(self, step: tuple[Any, ...]) -> None:
        getattr(self, step[0])(*step[1:])

    def create(self, number: int) -> None:
        self.known.append(new_id())
        with self.store.writing() as work:
            work.create("doctor", self.known[-1], {"name": f"王{number}", "tags": ["t0"]}, self.wire.me)

    def edit(self, number: int, name: str, value: int) -> None:
        with self.store.writing() as work:
            row = work.get("doctor", self.pick(number))
            if row is not None:
                work.edit("doctor", row["id"], {name: value_of(name, value)}, row["revision"], self.wire.me)

    def delete(self, number: int) -> None:
        with self.store.writing() as work:
            if work.get("doctor", self.pick(number)) is not None:
                work.delete("doctor", self.pick(number), self.wire.me)

    def remote(self, number: int, name: str, value: int) -> None:
        row = self.server.rows.get(self.pick(number))
        if row is not None and not row["deleted"]:
            self.server.change(row["id"], {name: value_of(name, value)})

    def remote_new(self, number: int) -> None:
        row = self.wire.row("doctor", name=f"李{number}", tags=["t0"])
        self.known.append(row["id"])
        self.server.put(row)

    def remote_delete(self, number: int) -> None:
        row = self.server.rows.get(self.pick(number))
        if row is not None and not row["deleted"]:
            self.server.put(row | {"deleted": True, "revision": row["revision"] + 1})

    def push(self, outcomes: list[str]) -> None:
        with self.store.reading() as connection:
            batch = outbox.next_batch(connection, 4, 1 << 20)
        answers = []
        for at, operation in enumerate(batch):
            outcome = outcomes[at % len(outcomes)]
            answer = self.server.take(operation, "applied" if outcome == "lost" else outcome)
            if outcome != "lost":
                answers.append(answer)
        with self.store.writing() as work:
            outbox.settle(work, answers)

    def pull(self, size: int) -> None:
        with self.store.reading() as connection:
            page = self.server.page(inbox.cursor(connection), size)
        with self.store.writing() as work:
            inbox.apply_page(work, page)

    def assert_shown(self) -> None:
        """Shown is base plus pending, for each row; dirty where something is pending."""
        with self.store.reading() as connection:
            driver = connection.driver
            for row_id in self.known:
                held = rows.read(driver, "doctor", row_id)
                base = overlay.base_of(driver, "doctor", row_id, held)
                waiting = pending.laid_over(driver, "doctor", row_id, without_base=base is None)
                assert (held.values if held else None) == overlay.lay(RECORDS["doctor"], base, waiting)
                assert held is None or held.dirty == bool(waiting)
        assert_sound(self.store)

    def settle_all(self) -> None:
        """Drop what was refused, send all, pull all: now the laptop has what the server has."""
        for _ in range(40):
            with self.store.writing() as work:
                refused = [one for one in outbox.needs_you(work.connection) if not one.waits_for]
                if refused:
                    outbox.drop(work, refused[0].operation.id)
                empty = not refused and not outbox.pending_operations(work.connection)
            if empty:
                break
            self.push(["applied"])
        assert empty
        self.pull(1_000)
        with self.store.writing() as work:
            assert inbox.apply_end(work, self.server.end(inbox.cursor(work.connection))) == []
        alive = {row_id: row for row_id, row in self.server.rows.items() if not row["deleted"]}
        with self.store.writing() as work:
            got = {row_id: work.get("doctor", row_id) for row_id in self.known}
        assert {row_id: row for row_id, row in got.items() if row is not None} == alive


@settings(max_examples=40)
@given(steps=st.lists(STEPS, min_size=5, max_size=40))
def test_shown_is_base_plus_pending_through_any_course(
    tmp_path_factory: Any, wire_class: Any, model_class: Any, steps: list[tuple[Any, ...]]
) -> None:
    wire = wire_class()
    opened = Store.open(laid(tmp_path_factory.mktemp("store")), KEY)
    laptop = Laptop(opened, model_class(wire.scope, wire.me), wire)
    try:
        with opened.writing() as work:
            inbox.apply_head(work, wire.head(wire.scope))
        for step in steps:
            laptop.step(step)
            laptop.assert_shown()
        laptop.settle_all()
        laptop.assert_shown()
    finally:
        opened.close()
