"""What an administrator does about people later: another role, back again, a lost computer, who works where."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crmdesk.domain.clock import to_text, utc_now
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Refresh, SignIn, Tokens
from crmdesk.server.__main__ import app
from crmdesk.server.auth import Authentication
from crmdesk.server.database import Database
from crmdesk.server.settings import Settings

PASSWORD = "seven green lanterns"
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return what runs a command: its sentence, or its data with `--json`; `status` is the exit status to come."""

    def running(*arguments: str, status: int = 0) -> Any:
        asks = arguments[:2] in (("user", "add"), ("user", "password"))
        given = [*arguments, "--data-dir", str(tmp_path), *(["--password-stdin"] if asks else [])]
        result = CliRunner().invoke(app, given, input=PASSWORD + "\n")
        assert result.exit_code == status, (arguments, result.output, result.stderr, result.exception)
        said = result.stderr if status else result.stdout
        assert "\x1b" not in said
        assert "\x9b" not in said
        return json.loads(said) if "--json" in arguments else said

    running("init")
    running("user", "add", "rep", "--name", "张伟", "--role", "rep")
    running("territory", "add", "北京")
    return running


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as caught:
        act()
    return caught.value.code


def test_a_role_that_stands_in_no_territory_ends_the_work_in_all(run: Run) -> None:
    """Else the list of who works where names somebody who sees everything, and a later role would stand there again."""
    run("territory", "add", "上海")
    run("user", "add", "other", "--name", "李", "--role", "rep")
    for login, name in (("rep", "北京"), ("rep", "上海"), ("other", "北京")):
        run("assign", "add", login, name, "--from", "2026-01-01")
    run("assign", "add", "rep", "上海", "--from", "2199-01-01")
    run("assign", "end", "rep", "上海", "--on", "2199-06-30")

    def held(login: str) -> set[tuple[str, str | None]]:
        return {(one["territory"], one["valid_to"]) for one in run("assign", "list", "--json") if one["login"] == login}

    before = held("rep")
    run("user", "change", "rep", "--role", "manager")
    run("user", "change", "rep", "--name", "张三")
    assert held("rep") == before
    said = run("user", "change", "rep", "--role", "finance")
    assert "rep leaves 上海, 北京: a person with the role finance stands in no territory." in said
    assert held("other") == {("北京", None)}
    assert all(last is not None and last < to_text(utc_now()) for _, last in held("rep"))
    told = run("user", "change", "rep", "--role", "auditor", "--json")
    assert (told["role"], told["left"]) == ("auditor", [])
    assert "leaves" not in run("user", "change", "rep", "--role", "rep"), "and none of them comes back"


def test_another_role_signs_out_and_a_lost_computer_is_locked(run: Run, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'server.db'}")
    people = Authentication(database, Settings())
    lost, other = new_id(), new_id()

    def sign_in(device: str) -> Tokens:
        return people.sign_in(SignIn("rep", PASSWORD, device, "笔记本\x1b[2J\x9b1m"), "127.0.0.1")

    def renew(tokens: Tokens, device: str) -> Tokens:
        return people.refresh(Refresh(tokens.refresh_token, device))

    assert run("device", "list") == "Nobody has signed in yet.\n"
    here, there = sign_in(lost), sign_in(other)
    shown = run("device", "list", "rep", "--json")
    assert [(one["id"], one["name"]) for one in shown] == [(one, "笔记本\x1b[2J\x9b1m") for one in (other, lost)]
    assert "no computer" in run("device", "lock", "x" * 50, status=2).lower()
    run("device", "lock", lost)
    assert refused(lambda: sign_in(lost)) == "device_revoked"
    assert refused(lambda: renew(here, lost)) == "token_expired"
    there = renew(there, other)
    listed = run("device", "list")
    assert "笔记本�[2J�1m" in listed, "what a laptop calls itself does not drive the administrator's terminal"
    assert (f"{lost}  rep" in listed, "(locked 20" in listed) == (True, True)

    assert "up to 500.00" in run("user", "change", "rep", "--name", "张三", "--approval-limit", "500")
    there = renew(there, other)
    changed = run("user", "change", "rep", "--role", "manager", "--approval-limit", "none", "--json")
    assert (changed["name"], changed["role"], changed["approval_limit_fen"]) == ("张三", "manager", None)
    assert refused(lambda: renew(there, other)) == "token_expired"
    assert sign_in(other).role == "manager"
    run("user", "disable", "rep")
    assert refused(lambda: sign_in(other)) == "wrong_credentials"
    run("user", "enable", "rep")
    assert sign_in(other).name == "张三"
    assert "nobody" in run("user", "change", "who", "--name", "x", status=2)
    assert "nobody" in run("device", "list", "who", status=2)
    assert "out of range" in run("user", "change", "rep", "--approval-limit", "-1", status=2)
    database.dispose()


def test_who_works_where_and_not_twice(run: Run) -> None:
    run("assign", "add", "rep", "北京", "--from", "2026-01-01", "--to", "2026-03-31")
    run("assign", "add", "rep", "北京", "--from", "2026-04-01")
    for days in (("--from", "2030-04-01"), ("--from", "2026-02-01", "--to", "2026-03-31"), ("--from", "2026-04-01")):
        run("assign", "add", "rep", "北京", *days)
    assert run("assign", "add", "rep", "北京", "--from", "2026-05-01") == "rep works in 北京 from 2026-04-01.\n"
    listed = ["rep              北京  2026-01-01 to 2026-03-31", "rep              北京  2026-04-01 to …"]
    assert run("assign", "list", "rep").splitlines() == listed
    run("assign", "add", "rep", "北京", "--from", "2025-12-01", "--to", "2026-01-31")  # days that are new
    assert len(run("assign", "list").splitlines()) == 3
    assert "nobody" in run("assign", "list", "who", status=2)


@pytest.mark.parametrize("role", ["finance", "auditor", "admin"])
def test_a_role_without_territories_is_given_none(run: Run, role: str) -> None:
    run("user", "add", "other", "--name", "李娜", "--role", role)
    said = run("assign", "add", "other", "北京", status=1)
    assert said == (
        f"other is {role}, a role without territories: it sees what is its own everywhere. Only rep and manager work in"
        " one (another role: `user change other --role …`).\n"
    )
    run("assign", "add", "rep", "北京")
    assert f"other is {role}" in run("territory", "hand-over", "北京", "--from", "rep", "--to", "other", status=1)
    assert run("assign", "list", "rep").endswith(" to …\n"), "and nothing has ended"
    run("user", "change", "other", "--role", "manager")
    run("assign", "add", "other", "北京")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "user add li --name 李 --role boss",
            "--role cannot be 'boss'. It can be: rep, manager, finance, auditor, admin.",
        ),
        ("user change rep --role king", "--role cannot be 'king'. It can be: rep, manager, finance, auditor, admin."),
        ("user add li --name 李", "--role is missing."),
        ("serve --port abc", "--port needs a whole number."),
        ("serve --port 70000", "--port is at most 65535."),
        ("import x.csv --territory 北京 --kind dog", "--kind cannot be 'dog'. It can be: institution, doctor."),
        ("audit verify --head x", "There is no option --head. Did you mean --expect-head"),
        ("frob", "There is no command 'frob'."),
        ("user list a b", "Too much: a b."),
    ],
)
def test_a_wrong_command_line_is_said_in_a_sentence_and_where_help_stands(run: Run, typed: str, said: str) -> None:
    told = run(*typed.split(), status=2)
    assert told.startswith(said), told
    assert (told.count("\n"), told.count("--help")) == (1, 1 + ("--head" in typed))
    words = ("Value error", "Input should", "Invalid value", "─")
    assert not [one for one in words if one in told]


def test_a_wrong_command_line_is_said_as_json_too(run: Run) -> None:
    told = run("user", "change", "rep", "--role", "king", "--json", status=2)
    assert (told["error"], told["params"]["value"]) == ("not_a_choice", "king")


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        (
            "budget set 北京 2026Q4 meal 5 --rule maybe",
            2,
            "choices for rule (stop, warn, ignore).",
        ),
        ("rule set nix 3", 2, "nix is not one of the choices for company rule (backdating_days)."),
        ("assign add rep 北京 --from 2026-05-01 --to 2026-04-01", 2, "The period ends before it begins."),
        (
            "serve --certificate /nowhere.pem --key /nowhere.pem",
            3,
            "can't be used with its key: No such file or directory",
        ),
        (f"serve --certificate {__file__}", 3, "can't be used with its key: "),
        ("audit export /nowhere/trail", 3, "/nowhere/trail can't be written: No such file or directory"),
    ],
)
def test_what_was_typed_wrong_is_said(run: Run, typed: str, status: int, said: str) -> None:
    assert said in run(*typed.split(), status=status)
