"""The program in this process: options, sentences, JSON, exit codes."""

import io
import json
import sys
from pathlib import Path

import pytest

from crmdesk.commandline.app import main
from crmdesk.commandline.assignments import read_assignments
from crmdesk.commandline.output import Output
from crmdesk.domain.errors import InputError
from crmdesk.domain.records import DOCTOR, VISIT
from crmdesk.services.views import SAVED_HERE


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def test_help_names_every_command(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    for name in ("sign-in", "sync", "status", "search", "doctor", "visit", "plan", "claim", "approve", "conflicts"):
        assert name in out


def test_before_the_first_sign_in_it_says_so(capsys, tmp_path):
    code, out, err = run(capsys, "--data-dir", str(tmp_path), "--language", "en", "status")
    assert (code, out) == (3, "")
    assert err == "Sign in first. Everything on this laptop is kept. [NOT-SIGNED-IN]\n"
    code, _, err = run(capsys, "--data-dir", str(tmp_path), "--language", "zh", "search", "张")
    assert code == 3
    assert err.startswith("请先登录")


def test_a_language_that_there_is_not_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--data-dir", str(tmp_path), "--language", "fr", "status")
    assert code == 1
    assert "fr" in err
    assert "zh, en" in err


def test_people_read_local_times_and_where_a_change_is_while_json_keeps_the_instant(capsys):
    instant = "2026-11-25T01:00:00.000Z"
    for language, state in (("zh", "保存在本机"), ("en", "saved here")):
        output = Output(False, language)
        output.result(None, [f"{instant} · {output.state(SAVED_HERE)}"])
        assert capsys.readouterr().out == f"2026-11-25 09:00 · {state}\n"
    Output(True, "en").result({"at": instant})
    assert instant in capsys.readouterr().out


def test_a_language_that_nobody_speaks_here_is_refused(capsys, tmp_path):
    code, out, err = run(capsys, "--data-dir", str(tmp_path), "--language", "fr", "status")
    assert (code, out) == (1, "")
    assert "zh, en" in err


def test_failures_as_json(capsys, tmp_path):
    code, out, err = run(capsys, "--data-dir", str(tmp_path), "--json", "status")
    assert (code, out) == (3, "")
    assert json.loads(err)["error"]["code"] == "not_signed_in"


def test_a_wrong_command_line_is_code_2(capsys, tmp_path):
    assert run(capsys, "--data-dir", str(tmp_path), "stattus")[0] == 2
    assert run(capsys, "doctor", "edit")[0] == 2


@pytest.mark.parametrize(
    ("server", "code"), [("http://crm.example.com", "https_required"), ("nonsense://x", "server_address")]
)
def test_addresses_are_refused_before_a_password_is_sent(capsys, tmp_path, monkeypatch, server, code):
    monkeypatch.setattr(sys, "stdin", io.StringIO("password\n"))
    status, _, err = run(
        capsys, "--data-dir", str(tmp_path), "--server", server, "--json", "sign-in", "li", "--password-stdin"
    )
    assert status == 1
    assert json.loads(err)["error"]["code"] == code


def test_without_a_terminal_it_asks_for_stdin(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    status, _, err = run(capsys, "--data-dir", str(tmp_path), "--server", "http://127.0.0.1:9", "sign-in", "li")
    assert status == 1
    assert "NO-TERMINAL" in err


def test_a_server_that_is_away(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("password\n"))
    status, _, err = run(
        capsys, "--data-dir", str(tmp_path), "--server", "http://127.0.0.1:9", "sign-in", "li", "--password-stdin"
    )
    assert status == 3
    assert "SERVER-AWAY" in err
    assert not any(Path(tmp_path).rglob("*.db"))


def test_without_a_display_the_windows_say_what_to_do(capsys, tmp_path, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    status, _, err = run(capsys, "--data-dir", str(tmp_path))
    assert status == 3
    assert "NO-DISPLAY" in err


def test_assignments_follow_the_declarations():
    assert read_assignments(DOCTOR, ["mobile=13800000001", "tags=b, a,", "note="]) == {
        "mobile": "13800000001",
        "tags": ["a", "b"],
        "note": None,
    }
    assert read_assignments(VISIT, ["duration_min=20", "adverse_event=no"]) == {
        "duration_min": 20,
        "adverse_event": False,
    }
    for text, code in (("mobile", "no_assignment"), ("colour=red", "unknown_field")):
        with pytest.raises(InputError, match=code):
            read_assignments(DOCTOR, [text])
    for text in ("duration_min=long", "adverse_event=maybe", "products=[", "products=" + "[" * 100_000):
        with pytest.raises(InputError, match="wrong_kind"):
            read_assignments(VISIT, [text])
