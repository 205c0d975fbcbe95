"""Sign-in: passwords, back-off, tokens that rotate and are bound to a device; on both databases where rows decide."""

import pytest
from sqlalchemy import select

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Refresh, SignIn, Tokens
from crmdesk.server import admin, auth, devices
from crmdesk.server.auth import Authentication
from crmdesk.server.tables import ACCESS_TOKEN, CREDENTIAL, METADATA, REFRESH_TOKEN
from crmdesk.server.work import SYSTEM
from tests.server.company import PASSWORD, SETTINGS, Company


@pytest.fixture
def desk(company: Company) -> Authentication:
    """The sign-in desk of the company."""
    return Authentication(company.database, SETTINGS)


@pytest.fixture
def quick_desk(sqlite_company: Company) -> Authentication:
    """The same on SQLite only."""
    return Authentication(sqlite_company.database, SETTINGS)


def _sign_in(desk: Authentication, login: str = "rep", password: str = PASSWORD, device: str = "") -> Tokens:
    return desk.sign_in(SignIn(login, password, device or new_id(), "笔记本"), "10.0.0.1")


def _code(desk: Authentication, login: str, password: str, address: str = "10.0.0.1") -> str:
    with pytest.raises(RefusedError) as caught:
        desk.sign_in(SignIn(login, password, new_id()), address)
    return caught.value.code


def test_a_person_signs_in_and_is_known_by_the_token(company: Company, desk: Authentication) -> None:
    device = new_id()
    tokens = _sign_in(desk, device=device)
    assert (tokens.user_id, tokens.role, tokens.access_expires_in_s <= 900) == (company["rep"], "rep", True)
    assert tokens.server_epoch == company.database.epoch
    actor = desk.actor(tokens.access_token)
    assert (actor.user_id, actor.device_id, actor.territory_ids) == (
        company["rep"],
        device,
        frozenset({company["north"]}),
    )


def test_no_token_and_no_password_is_readable_in_the_database(
    sqlite_company: Company, quick_desk: Authentication
) -> None:
    tokens = _sign_in(quick_desk)
    with sqlite_company.database.reading() as connection:
        everything = "".join(
            str(row) for table in METADATA.sorted_tables for row in connection.execute(select(table)).all()
        )
        stored = connection.execute(select(CREDENTIAL.c.password_hash)).scalars().all()
        assert connection.execute(select(ACCESS_TOKEN.c.token_hash)).all()
        assert connection.execute(select(REFRESH_TOKEN.c.token_hash)).all()
    for secret in (tokens.access_token, tokens.refresh_token, PASSWORD):
        assert secret not in everything
    assert all(one.startswith("$argon2id$") for one in stored)


def test_a_keyboard_that_writes_capitals_by_itself_locks_nobody_out(company: Company, desk: Authentication) -> None:
    assert desk.sign_in(SignIn("Rep ", PASSWORD, new_id()), "10.0.0.1").user_id == company["rep"]


def test_unknown_wrong_and_retired_answer_alike(sqlite_company: Company, quick_desk: Authentication) -> None:
    sqlite_company.edit("user", sqlite_company["other"], {"active": False})
    assert _code(quick_desk, "nobody", PASSWORD) == "wrong_credentials"
    assert _code(quick_desk, "rep", "seven green lantern") == "wrong_credentials"
    assert _code(quick_desk, "other", PASSWORD) == "wrong_credentials"
    assert _code(quick_desk, "re\x00p", PASSWORD) == "wrong_credentials"


def test_an_unknown_login_costs_a_verification_too(quick_desk: Authentication, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    inner = quick_desk._verify

    def count(stored: str, password: str) -> bool:
        verified.append(stored)
        return inner(stored, password)

    monkeypatch.setattr(quick_desk, "_verify", count)
    _code(quick_desk, "nobody", PASSWORD)
    assert verified == [""]
    assert quick_desk._nobody.startswith("$argon2id$")


@pytest.mark.parametrize("moved", [3, -400 * 86_400], ids=["some time passes", "a clock is put right"])
def test_guessing_is_slowed_by_account(company: Company, desk: Authentication, moved: int) -> None:
    for number in range(5):
        assert _code(desk, "rep", f"wrong password {number}", f"10.0.1.{number}") == "wrong_credentials"
    for login in ("rep", "REP"):
        with pytest.raises(RefusedError) as caught:
            desk.sign_in(SignIn(login, PASSWORD, new_id()), "10.0.2.1")
        assert (caught.value.code, caught.value.params["retry_after_s"]) == ("too_many", 2)
    company.clock.move(moved)
    assert _sign_in(desk).user_id == company["rep"]
    assert _code(desk, "rep", "wrong password 9") == "wrong_credentials"


@pytest.mark.parametrize("helped", ["enabled", "new password"])
def test_whom_an_administrator_has_helped_waits_no_longer(company: Company, desk: Authentication, helped: str) -> None:
    """As long as the account was shut, or the password forgotten, the person tried again and again."""
    company.database.run(lambda work: admin.disable_user(work, "rep"))
    for number in range(9):
        assert _code(desk, "rep", PASSWORD, f"10.0.1.{number}") in ("wrong_credentials", "too_many")
    company.database.run(lambda work: admin.enable_user(work, "rep"))
    if helped == "new password":
        for number in range(9):
            _code(desk, "rep", f"wrong password {number}", f"10.0.1.{number}")
        company.database.run(lambda work: admin.change_password(work, "REP", PASSWORD, SETTINGS))
    assert _sign_in(desk).user_id == company["rep"]


def test_guessing_is_slowed_by_address(sqlite_company: Company) -> None:
    from dataclasses import replace

    desk = Authentication(sqlite_company.database, replace(SETTINGS, failures_per_address=3))
    for number in range(3):
        assert _code(desk, f"nobody{number}", PASSWORD, "10.9.9.9") == "wrong_credentials"
    assert _code(desk, "rep", PASSWORD, "10.9.9.9") == "too_many"
    assert desk.sign_in(SignIn("rep", PASSWORD, new_id()), "10.9.9.8").role == "rep"


def test_an_access_token_ends(company: Company, desk: Authentication) -> None:
    tokens = _sign_in(desk)
    company.clock.move(899)
    assert desk.actor(tokens.access_token).name == "rep"
    company.clock.move(2)
    with pytest.raises(RefusedError, match="token_expired"):
        desk.actor(tokens.access_token)
    with pytest.raises(RefusedError, match="not_signed_in"):
        desk.actor("never given")


def test_a_refresh_token_works_once_and_its_reuse_revokes_the_family(company: Company, desk: Authentication) -> None:
    device = new_id()
    first = _sign_in(desk, device=device)
    second = desk.refresh(Refresh(first.refresh_token, device))
    assert desk.actor(second.access_token).user_id == company["rep"]
    with pytest.raises(RefusedError, match="token_expired"):
        desk.refresh(Refresh(first.refresh_token, device))
    for token in (first.access_token, second.access_token):
        with pytest.raises(RefusedError, match="token_expired"):
            desk.actor(token)
    with pytest.raises(RefusedError, match="token_expired"):
        desk.refresh(Refresh(second.refresh_token, device))


def test_the_same_attempt_gets_the_same_tokens_until_they_are_used(company: Company, desk: Authentication) -> None:
    """Its answer was lost on the way: the person must not have to sign in again for that."""
    device = new_id()
    first = _sign_in(desk, device=device)
    lost = desk.refresh(Refresh(first.refresh_token, device, "once"))
    company.clock.move(1_000)
    again = desk.refresh(Refresh(first.refresh_token, device, "once"))
    assert (again.access_token, again.refresh_token) == (lost.access_token, lost.refresh_token)
    assert desk.actor(again.access_token).user_id == company["rep"]
    further = desk.refresh(Refresh(again.refresh_token, device, "twice"))
    assert len({again.access_token, again.refresh_token, further.access_token, further.refresh_token}) == 4
    with pytest.raises(RefusedError, match="token_expired"):
        desk.refresh(Refresh(first.refresh_token, device, "once"))
    with pytest.raises(RefusedError, match="token_expired"):
        desk.actor(further.access_token)


@pytest.mark.parametrize("attempt", ["", "another"])
def test_another_attempt_with_a_used_token_revokes_the_family(
    company: Company, desk: Authentication, attempt: str
) -> None:
    device = new_id()
    first = _sign_in(desk, device=device)
    second = desk.refresh(Refresh(first.refresh_token, device, "once"))
    for refused in (Refresh(first.refresh_token, device, attempt), Refresh(second.refresh_token, device, "once")):
        with pytest.raises(RefusedError, match="token_expired"):
            desk.refresh(refused)
    with pytest.raises(RefusedError, match="token_expired"):
        desk.actor(second.access_token)


def test_a_refresh_token_is_bound_to_its_device(company: Company, desk: Authentication) -> None:
    device = new_id()
    tokens = _sign_in(desk, device=device)
    with pytest.raises(RefusedError, match="token_expired"):
        desk.refresh(Refresh(tokens.refresh_token, new_id()))
    again, fresh = _sign_in(desk, device=device), new_id()
    company.database.run(lambda work: devices.claim_device(work, device, fresh, company["rep"]))
    moved = desk.refresh(Refresh(again.refresh_token, fresh))
    assert desk.actor(moved.access_token).device_id == fresh


def test_signing_out_and_revoking_a_device_end_its_tokens(company: Company, desk: Authentication) -> None:
    device = new_id()
    tokens, kept = _sign_in(desk, device=device), _sign_in(desk)
    desk.sign_out(tokens.access_token)
    desk.sign_out("never given")
    with pytest.raises(RefusedError, match="token_expired"):
        desk.actor(tokens.access_token)
    assert desk.actor(kept.access_token).name == "rep"
    later = _sign_in(desk, device=device)
    company.database.run(lambda work: devices.revoke(work, device, SYSTEM))
    with pytest.raises(RefusedError, match="device_revoked"):
        desk.actor(later.access_token)
    with pytest.raises(RefusedError, match="device_revoked"):
        _sign_in(desk, device=device)


def test_rights_are_those_of_today(company: Company, desk: Authentication) -> None:
    tokens = _sign_in(desk)
    company.edit("assignment", company["rep_assignment"], {"valid_to": "2026-11-21"})
    assert desk.actor(tokens.access_token).territory_ids == frozenset()
    company.edit("user", company["rep"], {"active": False})
    with pytest.raises(RefusedError, match="not_signed_in"):
        desk.actor(tokens.access_token)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("elevenchars", "password_too_short"),
        ("password1234", "password_too_common"),
        ("123456789012", "password_too_common"),
        ("aaaaaaaaaaaaaaaa", "password_too_common"),
        ("x" * 1025, "password_too_long"),
        ("zhaozhaozhao12", "password_too_common"),
    ],
)
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(InputError, match=code):
        auth.check_password(password, "zhao")


def test_a_new_password_ends_what_was_signed_in(company: Company, desk: Authentication) -> None:
    tokens = _sign_in(desk)
    company.database.run(lambda work: auth.set_password(work, company["rep"], "eight blue lanterns", SETTINGS))
    with pytest.raises(RefusedError, match="token_expired"):
        desk.actor(tokens.access_token)
    assert _code(desk, "rep", PASSWORD) == "wrong_credentials"
    assert _sign_in(desk, password="eight blue lanterns").role == "rep"
