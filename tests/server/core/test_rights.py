"""Rights kept in memory are those of today: any change of people, places and assignments counts at the next request."""

from datetime import timedelta

import pytest

from crmdesk.domain.clock import local_date
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import SignIn
from crmdesk.server import holdings
from crmdesk.server.auth import Authentication
from crmdesk.server.feed import head_positions
from crmdesk.server.rights import Rights, Stamp
from crmdesk.server.work import ServerActor
from tests.server.company import PASSWORD, SETTINGS, Company


@pytest.fixture
def desk(company: Company) -> Authentication:
    """The desk whose memory is looked at, used once so that it remembers."""
    return Authentication(company.database, SETTINGS)


def _token(desk: Authentication, login: str) -> str:
    token = desk.sign_in(SignIn(login, PASSWORD, new_id(), ""), "10.0.0.1").access_token
    desk.actor(token)
    return token


def test_a_new_assignment_and_a_new_territory_below_count_at_once(company: Company, desk: Authentication) -> None:
    rep, manager = _token(desk, "rep"), _token(desk, "manager")
    assert company["south"] not in desk.actor(rep).territory_ids
    values = {"user_id": company["rep"], "territory_id": company["south"], "valid_from": "2020-01-01"}
    assignment = company.insert("assignment", values)
    assert company["south"] in desk.actor(rep).territory_ids
    fresh = company.insert("territory", {"name": "东区", "kind": "territory", "parent_id": company["region"]})
    assert fresh in desk.actor(manager).territory_ids
    company.edit("assignment", assignment, {"valid_to": "2020-02-01"})
    assert company["south"] not in desk.actor(rep).territory_ids


def test_who_is_no_longer_active_is_refused_at_once(company: Company, desk: Authentication) -> None:
    token = _token(desk, "rep")
    company.edit("user", company["rep"], {"active": False})
    with pytest.raises(RefusedError, match="not_signed_in"):
        desk.actor(token)


def test_an_assignment_ends_with_its_day_though_nothing_changes(company: Company, desk: Authentication) -> None:
    today = local_date(company.clock())
    values = {"user_id": company["rep"], "territory_id": company["south"], "valid_to": today.isoformat()}
    company.insert("assignment", values)
    token = _token(desk, "rep")
    assert company["south"] in desk.actor(token).territory_ids
    company.clock.move(timedelta(days=1).total_seconds() - 800)  # the token still holds, the day does not
    again = _token(desk, "rep")
    assert company["south"] not in desk.actor(again).territory_ids


def test_nothing_is_read_twice_while_nothing_changes(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    rights, read = Rights(), []
    tree_of = holdings.tree_of
    monkeypatch.setattr(holdings, "tree_of", lambda connection: read.append(1) or tree_of(connection))

    def ask(name: str) -> ServerActor | None:
        with company.database.reading() as connection:
            stamp = Stamp(head_positions(connection, ["c"])["c"], "2026-11-22", "life")
            return rights.actor(connection, stamp, company[name], "device")

    first, second, third = ask("rep"), ask("manager"), ask("rep")
    assert len(read) == 1
    assert first is third
    assert second is not None
    company.insert("territory", {"name": "东区", "kind": "territory", "parent_id": company["region"]})
    read.clear()  # the change itself reads it, too
    ask("rep")
    ask("manager")
    assert len(read) == 1


def test_a_reader_of_an_older_state_gets_it_and_leaves_nothing_behind(sqlite_company: Company) -> None:
    company, rights = sqlite_company, Rights()
    with company.database.reading() as connection:
        position = head_positions(connection, ["c"])["c"]
        new = rights.actor(connection, Stamp(position, "2026-11-22", "life"), company["rep"], "device")
        old = rights.actor(connection, Stamp(position - 1, "2026-11-22", "life"), company["rep"], "device")
        assert old == new
        assert old is not new
        assert rights.actor(connection, Stamp(position, "2026-11-22", "life"), company["rep"], "device") is new


def test_what_was_known_of_a_life_that_is_over_gives_no_rights(sqlite_company: Company) -> None:
    """A database that was put back counts its positions again: the same one stands for another state."""
    company, rights = sqlite_company, Rights()

    def ask(position: int, epoch: str) -> ServerActor | None:
        with company.database.reading() as connection:
            return rights.actor(connection, Stamp(position, "2026-11-22", epoch), company["rep"], "device")

    before = ask(7, "lost")
    company.edit("user", company["rep"], {"active": False})
    assert before is not None
    assert ask(7, "new") is None
    assert ask(7, "new") is None
    company.edit("user", company["rep"], {"active": True})
    assert ask(8, "new") is not None
