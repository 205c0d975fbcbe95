"""Signing in at the window on a bad day: one sentence, what was typed stays, nothing lies on the disk."""

from __future__ import annotations

import contextlib
import io
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from keyring.backends import fail

from crmdesk.bootstrap import Laptop, Premises
from crmdesk.commandline.app import main
from crmdesk.fieldday.server_process import free_port
from crmdesk.ui import words
from tests.bad_days.seat import PASSPHRASE, Seat
from tests.server.company import PASSWORD
from tests.sync.bad_server import BadServer, always, answer
from tests.sync.field import QUICK, Field, synced

PORTAL = answer(200, b"<html><body>Welcome to Airport WiFi. <b>Sign in</b></body></html>", "text/html")
Sit = Callable[..., Seat]


def _refused(seat: Seat, code: str) -> None:
    seat.sign_in("rep", PASSWORD)
    seat.wait_for(words.sentence(code))
    assert (seat.field("login").text(), seat.field("password").text()) == ("rep", PASSWORD)
    assert not list(seat.folder.rglob("*.db")), "nothing is made before the server has said yes"


def test_a_wrong_password_then_the_right_one(seat: Sit, field: Field) -> None:
    here = seat(field.address)
    here.sign_in("rep", "seven green lampposts")
    here.wait_for(words.sentence("wrong_credentials"))
    assert here.field("login").text() == "rep"
    assert not list(here.folder.rglob("*.db"))
    here.sign_in("rep", PASSWORD)
    here.wait_open()
    assert here.text("account_name") == here.main.person.name


def test_the_server_is_away(seat: Sit) -> None:
    _refused(seat(f"http://127.0.0.1:{free_port()}"), "server_away")


def test_a_captive_portal_answers_200_with_html(seat: Sit) -> None:
    with contextlib.closing(BadServer(always(PORTAL))) as portal:
        _refused(seat(portal.address), "captive_portal")


@pytest.mark.parametrize("whose", ["stranger", "other name"])
def test_a_certificate_that_does_not_fit(seat: Sit, tmp_path: Path, whose: str) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    bundle = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer, name = (stranger, "127.0.0.1") if whose == "stranger" else (authority, "other.example")
    issuer.issue_cert(name).configure_cert(context)
    with contextlib.closing(BadServer(always(PORTAL), context)) as server:
        _refused(seat(server.address, str(bundle)), "tls_untrusted")
        assert server.requests == [], "the password was never sent"


def test_the_territory_stands_in_the_window_after_the_first_sync(seat: Sit, field: Field) -> None:
    here = seat(field.address)
    here.sign_in("rep", PASSWORD)
    here.wait_open()
    names = here.main.context.desk.person.territory_names
    assert names
    here.qtbot.waitUntil(lambda: names[0] in here.text("status_scope"))
    assert here.text("account_role") == f"代表 · {names[0]}"


def test_a_forgotten_passphrase_is_replaced_once_the_server_has_said_yes(
    data_dir: Path, field: Field, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = "a sentence for this winter"

    def sign_in(password: str, passphrase: str, *options: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n{passphrase}\n"))
        before = ("--data-dir", str(data_dir), "--language", "en", "--passphrase-stdin")
        return main([*before, "sign-in", "rep", "--password-stdin", *options]), capsys.readouterr().err

    def unlocked(passphrase: str) -> Laptop:
        return Premises(data_dir, fail.Keyring(), deadlines=QUICK).unlock(passphrase)

    status, told = sign_in(PASSWORD, new)
    assert (status, "PASSPHRASE-WRONG" in told) == (3, True)
    status, told = sign_in("seven green lampposts", new, "--passphrase-forgotten")
    assert (status, "WRONG-CREDENTIALS" in told) == (3, True)
    unlocked(PASSPHRASE).close()  # who does not know the password takes nothing away
    assert sign_in(PASSWORD, new, "--passphrase-forgotten") == (0, "")
    laptop = unlocked(new)
    synced(laptop)
    assert laptop.desk.person.territory_names
    laptop.close()
    assert len([one for one in data_dir.rglob("*.unreadable-1") if one.is_dir()]) == 1, "nothing is deleted"
