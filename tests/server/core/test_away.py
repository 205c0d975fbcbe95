"""A year and more away: what is long gone is forgotten, and a laptop that may not know of it starts anew."""

import pytest
from sqlalchemy import func, select

from crmdesk.domain.ids import new_id
from crmdesk.server import horizon, territories
from crmdesk.server.database import Database
from crmdesk.server.tables import FEED, PRESENT
from crmdesk.server.work import SYSTEM
from tests.server.company import Company, Laptop, assert_same

DAY_S = 86_400


def _gone_entries(company: Company) -> int:
    with company.database.reading() as connection:
        query = select(func.count()).select_from(FEED).where(FEED.c.state != PRESENT)
        return int(connection.execute(query).scalar_one())


def _doctors(company: Company, count: int) -> list[str]:
    rows = [(new_id(), {"name": f"医生{number}", "territory_id": company["north"]}) for number in range(count)]
    company.database.run(lambda work: work.insert_many("doctor", rows, SYSTEM))
    return [row_id for row_id, _ in rows]


def _later(company: Company, days: int) -> None:
    """Let days pass; then somebody works."""
    company.clock.move(days * DAY_S)
    company.edit("product", company["product"], {"name": f"later by {days}"})


def _delete(company: Company, *ids: str) -> None:
    for one in ids:
        company.database.run(lambda work, one=one: work.delete("doctor", one, SYSTEM))


def codes(laptop: Laptop, *operations: object) -> list[str]:
    return [one.code or one.outcome for one in laptop.push(*operations)]  # type: ignore[arg-type]


@pytest.mark.parametrize("tidied", [False, True], ids=["remembered", "forgotten"])
def test_400_days_away(company: Company, tidied: bool) -> None:
    rep, colleague = company.laptop("rep"), company.laptop("colleague")
    stays, moves, ends, changes = _doctors(company, 4)
    rep.sync()
    unsent = [
        rep.edit("doctor", stays, 1, title=(None, "chief")),
        rep.edit("doctor", changes, 1, phone=(None, "010-2")),
        rep.create("doctor", {"name": "周杰", "territory_id": company["north"]}),
        rep.edit("doctor", ends, 1, note=(None, "never sent")),
        rep.operation("doctor", moves, "delete", base_revision=1),
    ]
    company.clock.move(3 * DAY_S)
    _delete(company, ends)
    company.edit("doctor", moves, {"territory_id": company["south"]})
    company.clock.move(397 * DAY_S)
    colleague.push(colleague.edit("doctor", changes, 1, phone=(None, "010-1")))
    if tidied:
        assert horizon.forget(company.database) == 2
        assert _gone_entries(company) == 0
        assert horizon.forget(company.database) == 0
    answer = rep.sync(unsent)
    assert set(answer.head.restart) == set(answer.head.scopes)
    assert [one.outcome for one in answer.answers[:3]] == ["applied", "merged", "applied"]
    # what can't be taken is listed with its reason; nothing is passed over in silence
    assert [one.outcome for one in answer.answers[3:]] == (["refused"] * 2 if tidied else ["merged", "refused"])
    assert_same(rep, answer.end.digests)
    assert not {ends, moves} & rep.replica.ids("doctor")
    assert {stays, changes, unsent[2].row_id} <= rep.replica.ids("doctor")
    assert company.row("doctor", ends)["deleted"]
    kept = [rep.replica.get("conflict", one) for one in rep.replica.ids("conflict")]
    assert ("phone", "010-1") in [(one["field"], one["loser_value"].get("value")) for one in kept if one]
    assert rep.sync().head.restart == []
    assert rep.sync().pages == []


def test_an_id_of_a_forgotten_row_is_still_used(company: Company) -> None:
    rep = company.laptop("rep")
    (ends,) = _doctors(company, 1)
    _delete(company, ends)
    _later(company, 400)
    horizon.forget(company.database)
    again = rep.create("doctor", {"name": "again", "territory_id": company["north"]}, ends)
    assert codes(rep, again) == ["invalid"]
    assert company.row("doctor", ends)["deleted"]


def test_who_was_away_for_less_hears_of_everything(company: Company) -> None:
    rep = company.laptop("rep")
    made = _doctors(company, 3)
    rep.sync()
    company.clock.move(3600)
    _delete(company, *made[:2])
    company.clock.move(364 * DAY_S)
    horizon.forget(company.database)
    answer = rep.sync()
    assert answer.head.restart == []
    assert_same(rep, answer.end.digests)
    assert set(made[:2]).isdisjoint(rep.replica.ids("doctor"))


def test_who_syncs_now_and_then_never_starts_anew(company: Company) -> None:
    rep = company.laptop("rep")
    rep.sync()
    for _ in range(30):
        company.clock.move(20 * DAY_S)
        before = rep.cursor
        answer = rep.sync()
        assert (answer.head.restart, answer.pages) == ([], [])
    assert before != "", "a cursor was given"
    company.clock.move(366 * DAY_S)
    assert rep.sync().head.restart != []


def test_a_scope_whose_latest_change_is_forgotten_comes_to_rest(company: Company) -> None:
    """Else a laptop would never reach the head of such a scope, and would be asked to come again for ever."""
    (only,) = _doctors(company, 1)
    company.edit("doctor", company["north_doctor"], {"territory_id": company["south"]})
    _delete(company, only)
    place = {"user_id": company["other"], "territory_id": company["north"], "valid_from": "2026-01-01"}
    company.insert("assignment", place)
    _later(company, 400)
    assert horizon.forget(company.database) > 0
    for name in ("rep", "other", "manager"):
        laptop = company.laptop(name)
        first = laptop.sync()
        assert not first.end.more
        assert_same(laptop, first.end.digests)
        again = laptop.sync()
        assert (again.pages, again.end.more, again.head.restart) == ([], False, [])


def test_a_row_that_comes_back_at_that_moment_is_not_forgotten(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    (back,) = _doctors(company, 1)
    _delete(company, back)
    _later(company, 400)
    inner, looked = horizon._gone, list[object]()

    def gone(database: Database, record: str, limit: str) -> list[horizon.Entry]:
        found = inner(database, record, limit)
        if found and not looked:
            looked.append(found)
            company.database.run(lambda work: work.revive("doctor", back, {}, SYSTEM))
        return found

    monkeypatch.setattr(horizon, "_gone", gone)
    assert horizon.forget(company.database) == 0
    assert looked
    rep = company.laptop("rep")
    assert_same(rep, rep.sync().end.digests)
    assert back in rep.replica.ids("doctor")


def test_a_walk_that_takes_long_is_not_begun_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from crmdesk.server import pull as pull_module

    monkeypatch.setattr(pull_module, "MAX_PAGE_ROWS", 7)
    made = _doctors(company, 40)
    rep, rounds = company.laptop("rep"), 0
    while True:
        answer = rep.sync(pages=2)
        rounds += 1
        assert not answer.head.restart
        if answer.end.cursor and not answer.end.more:
            break
        company.clock.move(20 * DAY_S)
        horizon.forget(company.database)
    assert rounds > 3
    assert set(made) <= rep.replica.ids("doctor")
    assert_same(rep, rep.sync().end.digests)


def test_a_merged_territory_is_forgotten_without_harm(company: Company) -> None:
    _doctors(company, 3)
    territories.merge(company.database, "north", "south")
    _later(company, 400)
    assert horizon.forget(company.database) > 0
    other = company.laptop("other")
    answer = other.sync()
    assert_same(other, answer.end.digests)
    assert len(other.replica.ids("doctor")) == 5
    assert not other.sync().end.more


def test_a_clock_that_starts_years_ahead_forgets_nothing(company: Company) -> None:
    """As a machine may start before it has heard what time it is."""
    (ended,) = _doctors(company, 1)
    rep = company.laptop("rep")
    rep.sync()
    _delete(company, ended)
    company.clock.move(3 * 365 * DAY_S)
    assert horizon.forget(company.database) == 0
    company.clock.move(-3 * 365 * DAY_S)
    assert rep.sync().head.restart == []
    assert ended not in rep.replica.ids("doctor")


def test_who_synced_while_the_clock_was_ahead_is_not_taken_for_fresh_afterwards(company: Company) -> None:
    (ended,) = _doctors(company, 1)
    rep = company.laptop("rep")
    company.clock.move(365 * DAY_S)
    rep.sync()
    company.clock.move(-365 * DAY_S)
    rep.sync()
    _delete(company, ended)
    _later(company, 400)
    assert horizon.forget(company.database) == 1
    rep.sync()
    assert ended not in rep.replica.ids("doctor")
