"""Each look at the database is at what is there now: nothing that was left half read holds an older moment."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import SignIn
from crmdesk.server.auth import Authentication
from crmdesk.server.tables import ROWS
from tests.server.company import PASSWORD, SETTINGS, Company


def _name(company: Company) -> str:
    table = ROWS["user"]
    with company.database.reading() as connection:
        return str(connection.execute(select(table.c.name).where(table.c.id == company["rep"])).scalar())


def test_a_result_left_half_read_keeps_no_old_moment(company: Company) -> None:
    """Whichever connection of the pool comes next: none stands still at what was half read on it."""
    kept = []
    with company.database.reading() as one, company.database.reading() as other:
        for connection in (one, other):
            half_read = connection.execute(select(ROWS["user"].c.id))
            assert next(iter(half_read))
            kept.append(half_read)
    for number in range(4):
        company.edit("user", company["rep"], {"name": f"name {number}"})
        assert [_name(company) for _again in range(3)] == [f"name {number}"] * 3
    assert len(kept) == 2


def test_a_failure_of_the_database_tells_no_values(company: Company) -> None:
    """Its words go into the log."""
    with pytest.raises(DBAPIError) as caught, company.database.reading() as connection:
        connection.execute(text("SELECT name FROM nowhere WHERE mobile = :mobile"), {"mobile": "13800001111"})
    assert "nowhere" in str(caught.value)
    assert "13800001111" not in str(caught.value)


def test_a_refused_guess_shuts_nobody_out(company: Company) -> None:
    """What a server keeps of a refusal (its traceback) must not blind it for everybody who signs in afterwards."""
    desk = Authentication(company.database, SETTINGS)
    kept = []
    with company.database.reading(), company.database.reading():
        pass  # two connections, as where two asked at once
    for number in range(8):
        with pytest.raises(RefusedError) as caught:
            desk.sign_in(SignIn("rep", f"wrong {number}", new_id(), "笔记本"), "10.0.1.1")
        kept.append(caught.value)
    assert kept[-1].code == "too_many"
    company.clock.move(600)
    for _again in range(3):
        tokens = desk.sign_in(SignIn("rep", PASSWORD, new_id(), "笔记本"), "10.0.2.1")
        assert desk.actor(tokens.access_token).user_id == company["rep"]
