"""Pull: cursors, pages, resuming, scopes that come and go, digests; on both databases."""

from functools import partial
from itertools import islice

import pytest
from sqlalchemy import delete, event

from crmdesk.domain.ids import new_id
from crmdesk.domain.scopes import territory_scope
from crmdesk.protocol import frames
from crmdesk.protocol.messages import FEWER_CURSORS_SINCE, SyncRequest
from crmdesk.server import pull as pull_module
from crmdesk.server.cursor import Cursor, Link
from crmdesk.server.horizon import day_of
from crmdesk.server.pull import Pull
from crmdesk.server.tables import FEED, ROWS
from crmdesk.server.work import SYSTEM, ServerWork
from tests.server.company import CLOCK_START, Company, Laptop, assert_same


def _many_doctors(company: Company, count: int, note: str = "") -> set[str]:
    place = {"territory_id": company["north"], "note": note or None}
    rows = [(new_id(), {"name": f"医生{number}", **place}) for number in range(count)]
    company.database.run(lambda work: work.insert_many("doctor", rows, SYSTEM))
    return {row_id for row_id, _ in rows}


def test_the_first_sync_brings_the_company_and_the_own_scope_first(company: Company) -> None:
    rep = company.laptop("rep")
    answer = rep.sync()
    assert [page.scope[0] for page in answer.pages] == ["c", "p", "b", "t"]
    assert all(page.first and page.complete for page in answer.pages)
    assert answer.end.more is False
    assert rep.replica.ids("doctor") == {company["north_doctor"]}
    assert_same(rep, answer.end.digests)


def test_nothing_new_is_small_and_moves_no_row(company: Company) -> None:
    rep = company.laptop("rep")
    first = rep.sync()
    again = rep.sync()
    up = len(frames.encode(SyncRequest(1, 1, rep.device_id, rep.cursor)))
    assert again.pages == []
    assert (again.end.cursor, again.end.digests) == (first.end.cursor, first.end.digests)
    assert again.size + up < 1024


def test_each_role_gets_its_scopes_and_no_other(company: Company) -> None:
    expected = {"rep": "bcpt", "manager": "bcmpt", "finance": "bcmp", "auditor": "bcmpt", "admin": "cpt"}
    for person, kinds in expected.items():
        answer = company.laptop(person).sync()
        assert {scope[0] for scope in answer.head.scopes} == set(kinds), person
        assert {page.scope for page in answer.pages} == set(answer.head.scopes)
    manager = company.laptop("manager")
    manager.sync()
    assert manager.replica.ids("doctor") == {company["north_doctor"]}
    finance = company.laptop("finance")
    finance.sync()
    assert finance.replica.ids("doctor") == finance.replica.ids("visit") == set()


def test_a_cut_first_sync_goes_on_where_it_stopped(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull_module, "MAX_PAGE_ROWS", 7)
    made = _many_doctors(company, 40)
    rep, seen, pages = company.laptop("rep"), list[str](), 0
    for _round in range(40):
        answer = rep.sync(pages=1)
        pages += len(answer.pages)
        seen += [row[0] for page in answer.pages for group in page.groups for row in group.rows]
        if answer.end.cursor and not answer.end.more:
            break
    assert len(seen) == len(set(seen)), "a page came twice"
    assert made <= rep.replica.ids("doctor")
    assert_same(rep, rep.sync().end.digests)
    assert pages >= 7


def test_rows_that_change_during_a_first_sync_arrive_once_more(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_module, "MAX_PAGE_ROWS", 7)
    made = sorted(_many_doctors(company, 30))
    rep = company.laptop("rep")
    rep.sync(pages=5)
    company.edit("doctor", made[0], {"mobile": "1"})
    company.edit("doctor", made[-1], {"mobile": "2"})
    company.database.run(lambda work: work.delete("doctor", made[1], SYSTEM))
    assert_same(rep, rep.sync().end.digests)
    assert made[1] not in rep.replica.ids("doctor")


def test_what_remains_is_counted_down(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull_module, "MAX_PAGE_ROWS", 10)
    _many_doctors(company, 35)
    territory = [page for page in company.laptop("rep").sync().pages if page.scope.startswith("t:")]
    assert [page.remaining for page in territory] == [29, 19, 9, 0]
    assert [page.complete for page in territory] == [False, False, False, True]
    assert [page.first for page in territory] == [True, False, False, False]


def test_large_rows_make_small_pages(company: Company) -> None:
    made = _many_doctors(company, 150, note="高血压" * 6_000)
    rep = company.laptop("rep")
    answer = rep.sync()
    sizes = [sum(len(str(row).encode()) for group in page.groups for row in group.rows) for page in answer.pages]
    assert max(sizes) <= 1 << 20
    assert len(sizes) >= 8
    assert made <= rep.replica.ids("doctor")
    assert_same(rep, answer.end.digests)


def test_another_epoch_restarts_every_scope(company: Company) -> None:
    rep = company.laptop("rep")
    rep.sync()
    company.database.renew_epoch()
    answer = rep.sync()
    assert answer.head.restart
    assert set(answer.head.restart) == set(answer.head.scopes)
    assert all(page.first for page in answer.pages)
    assert_same(rep, answer.end.digests)


def test_a_position_beyond_the_head_restarts_that_scope(company: Company) -> None:
    rep = company.laptop("rep")
    rep.sync()
    scope = f"t:{company['north']}"
    known = Cursor.read(rep.cursor, company.database.epoch, rep.sync().head.scopes)
    assert known is not None
    known.positions[scope] += 1000
    rep.cursor = known.text()
    answer = rep.sync()
    assert answer.head.restart == [scope]
    assert [(page.scope, page.first) for page in answer.pages] == [(scope, True)]


@pytest.mark.parametrize("cursor", ["%%%", "AAAA", "é" * 50, "x" * 10_000, "kqw2", "\x00"])
def test_a_cursor_that_is_none_starts_anew(sqlite_company: Company, cursor: str) -> None:
    rep = sqlite_company.laptop("rep")
    rep.cursor = cursor
    answer = rep.sync()
    assert set(answer.head.restart) == set(answer.head.scopes)
    assert rep.replica.ids("doctor") == {sqlite_company["north_doctor"]}


def test_a_cursor_of_somebody_else_opens_nothing(sqlite_company: Company) -> None:
    admin, rep = sqlite_company.laptop("admin"), sqlite_company.laptop("rep")
    admin.sync()
    rep.cursor = admin.cursor
    answer = rep.sync()
    assert {page.scope for page in answer.pages} <= set(answer.head.scopes)
    assert sqlite_company["south_doctor"] not in rep.replica.ids("doctor")


def test_a_flipped_row_is_seen_in_the_digest(company: Company) -> None:
    rep = company.laptop("rep")
    answer = rep.sync()
    key = (f"t:{company['north']}", "doctor", company["north_doctor"])
    rep.replica.rows[key]["revision"] = 7
    with pytest.raises(AssertionError, match="doctor"):
        assert_same(rep, answer.end.digests)


def _positions(company: Company, laptop: Laptop) -> dict[str, int]:
    scopes = company.actor(laptop.name, laptop.device_id).scopes
    cursor = Cursor.read(laptop.cursor, company.database.epoch, scopes)
    assert cursor is not None
    return cursor.positions


def test_without_pull_only_the_answers_come(company: Company) -> None:
    rep = company.laptop("rep")
    rep.sync()
    before = _positions(company, rep)
    create = rep.create("doctor", {"name": "甲", "territory_id": company["north"]})
    answer = rep.sync([create], pull=False)
    assert (answer.answers[0].outcome, answer.pages, answer.end.cursor) == ("applied", [], answer.head.cursor)
    assert _positions(company, rep) == before


def test_a_feed_entry_whose_row_is_gone_does_not_stop_the_pull(company: Company) -> None:
    lost = sorted(_many_doctors(company, 3))
    with company.database.engine.begin() as connection:
        connection.execute(delete(ROWS["doctor"]).where(ROWS["doctor"].c.id == lost[0]))
    rep = company.laptop("rep")
    rep.sync()
    assert set(lost[1:]) <= rep.replica.ids("doctor")
    assert FEED.name == "feed"


def _territories_below(company: Company, count: int) -> list[str]:
    values = {"kind": "territory", "parent_id": company["region"]}
    return [company.insert("territory", values | {"name": f"片区{number}"}) for number in range(count)]


def _doctor_in_each(company: Company, territories: list[str], note: str = "") -> set[str]:
    values = {"name": "王芳", "note": note or None}
    return {company.insert("doctor", values | {"territory_id": one}) for one in territories}


def test_little_changes_of_many_scopes_cost_no_more_statements(company: Company) -> None:
    territories = _territories_below(company, 6)
    manager, statements = company.laptop("manager"), list[str]()
    manager.sync()
    event.listen(company.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    counts = []
    for chosen in (territories[:2], territories):
        made = _doctor_in_each(company, chosen)
        company.database.epoch_now()
        statements.clear()
        answer = manager.sync()
        counts.append(len(statements))
        assert made <= manager.replica.ids("doctor")
        assert [(page.complete, page.first, page.remaining) for page in answer.pages] == [(True, False, 0)] * len(
            chosen
        )
        assert_same(manager, answer.end.digests)
    assert counts[0] == counts[1]


def test_what_leaves_and_what_ends_comes_with_the_little_changes(company: Company) -> None:
    one, other = _territories_below(company, 2)
    manager, rep = company.laptop("manager"), company.laptop("rep")
    (moved,), (ended,) = _doctor_in_each(company, [one]), _doctor_in_each(company, [other])
    manager.sync(), rep.sync()
    company.edit("doctor", moved, {"territory_id": company["north"]})
    company.database.run(lambda work: work.delete("doctor", ended, SYSTEM))
    for laptop in (manager, rep):
        assert_same(laptop, laptop.sync().end.digests)
        assert {moved, ended} & laptop.replica.ids("doctor") == {moved}


@pytest.mark.parametrize(("limit", "value"), [("MAX_PAGE_ROWS", 7), ("MAX_PAGE_BYTES", 3_000), ("_LITTLE", 4)])
def test_what_is_too_much_together_comes_scope_by_scope(
    company: Company, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    territories = _territories_below(company, 4)
    manager = company.laptop("manager")
    manager.sync()
    monkeypatch.setattr(pull_module, limit, value)
    made = set[str]().union(*(_doctor_in_each(company, territories, "长" * 300) for _ in range(5)))
    answer = manager.sync()
    assert made <= manager.replica.ids("doctor")
    assert_same(manager, answer.end.digests)


def test_scopes_that_grow_while_they_are_looked_at_are_left_for_later(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    territories = _territories_below(company, 4)
    for _ in range(3):
        _doctor_in_each(company, territories)
    monkeypatch.setattr(pull_module, "MAX_PAGE_ROWS", 7)
    with company.database.reading() as connection:
        slices = pull_module._read_slices(connection, {territory_scope(one): 0 for one in territories})
    assert len(slices) == 2
    assert all(part.complete and part.entries == 3 and part.last == 3 for part in slices.values())


def test_somebody_who_holds_a_whole_country_gets_the_little_changes_of_all_of_it(sqlite_company: Company) -> None:
    """SQLite refuses a condition of more than a thousand parts."""
    company, country = sqlite_company, list[str]()
    for record, values in (("territory", {"kind": "territory"}), ("doctor", {"name": "王芳"})):
        places = [{"territory_id": one} for one in country] or [{}] * 1_010
        rows = [(new_id(), values | place | {"name": f"片区{at}"}) for at, place in enumerate(places)]
        company.database.run(partial(_insert_many, record=record, rows=rows))
        country = country or [row_id for row_id, _ in rows]
    admin = company.actor("admin")
    beginning = Cursor(company.database.epoch, dict.fromkeys(admin.scopes, 0), day_of(CLOCK_START), Link(0, "0" * 8))
    pull = Pull(company.database, admin.scopes, admin.user_id, beginning.text(company.database.seal))
    pages = list(islice(pull.pages(), pull_module._TOGETHER + 20))
    assert len({page.scope for page in pages if page.complete}) == len(pages)


@pytest.mark.parametrize("cut", range(1, 5))
def test_who_holds_many_scopes_gets_fewer_cursors_and_goes_on_after_a_cut(
    company: Company, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr(pull_module, "_SCOPES_A_PAGE", 4)
    territories = _territories_below(company, 4)
    manager, told = company.laptop("manager", FEWER_CURSORS_SINCE), list[bool]()
    for number in range(3):
        made = _doctor_in_each(company, territories, f"{number}")
        while True:
            answer = manager.sync(pages=cut if cut < 4 else -1)
            told += [bool(page.cursor) for page in answer.pages]
            if answer.end.cursor and not answer.end.more:
                break
            cut += 1
        assert made <= manager.replica.ids("doctor")
        assert_same(manager, answer.end.digests)
    assert told[0]
    assert sum(told) < len(told) / 2
    whole = company.laptop("manager")
    assert all(page.cursor for page in whole.sync().pages)
    assert whole.replica.rows == manager.replica.rows


def test_a_cursor_holds_the_scopes_of_the_largest_company() -> None:
    scopes = [f"{kind}:{new_id()}" for kind in "tmb" for _ in range(5_000)]
    cursor = Cursor("0" * 12, {scope: 70_000 + at for at, scope in enumerate(scopes)}, 740_000, Link(5, "0" * 8))
    read = Cursor.read(cursor.text(b"key"), cursor.epoch, scopes, b"key")
    assert read is not None
    assert (read.positions, read.link) == (cursor.positions, cursor.link)


def _insert_many(work: ServerWork, record: str, rows: list[tuple[str, dict[str, object]]]) -> None:
    work.insert_many(record, rows, SYSTEM)
