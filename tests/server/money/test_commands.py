"""The command line of the server: what it prints, what it refuses, its exit statuses, and that it serves."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crmdesk.server.__main__ import app
from crmdesk.server.commands.sentences import sentence

PASSWORD = "seven green lanterns"


class Server:
    """A data folder and its command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, stdin: str = "", status: int = 0) -> Any:
        result = CliRunner().invoke(app, [*arguments, "--data-dir", str(self.folder)], input=stdin)
        assert result.exit_code == status, (result.output, result.stderr, result.exception)
        return result

    def data(self, *arguments: str, stdin: str = "", status: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", stdin=stdin, status=status).stdout)

    def fails(self, *arguments: str, stdin: str = "", status: int = 2) -> str:
        return str(self.run(*arguments, stdin=stdin, status=status).stderr)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    made = Server(tmp_path / "data")
    made.run("init")
    return made


def test_what_is_asked_at_the_beginning_is_said(tmp_path: Path) -> None:
    made = Server(tmp_path / "a place")
    assert "--admin LOGIN" in made.fails("init", "--password-stdin", stdin=PASSWORD + "\n")
    assert not made.folder.exists(), "a password that belongs to nobody makes nothing"
    assert f"--data-dir '{made.folder}' user add" in made.run("init").stdout
    assert "boss can sign in" in made.run("init", "--admin", "boss", "--password-stdin", stdin=PASSWORD + "\n").stdout
    made.run("territory", "add", "华北")
    told = made.fails("assign", "add", "boss", "华北", "--from", "31.12.2026")
    assert told == "--from: 31.12.2026 is not a day. Write it like 2026-11-22.\n"


def test_a_company_of_its_own_has_products(server: Server) -> None:
    said = ("--message", "24 小时平稳=24 h control", "--message", "老年患者", "--filed-until", "2027-03-31")
    made = server.data("product", "add", "安络平", "--generic", "氨氯地平", *said)
    assert [(one["zh"], one["en"]) for one in made["messages"]] == [
        ("24 小时平稳", "24 h control"), ("老年患者", "老年患者")
    ]  # fmt: skip
    assert "already a product" in server.fails("product", "add", "安络平", status=1)
    assert "is not a day" in server.fails("product", "add", "糖稳", "--filed-until", "soon")
    assert "no product called" in server.fails("product", "change", "糖稳", "--generic", "x")
    changed = server.data("product", "change", "安络平", "--filed-until", "2028-03-31")
    assert (changed["filed_until"], changed["generic_name"], len(changed["messages"])) == ("2028-03-31", "氨氯地平", 2)
    listed = server.run("product", "list").stdout
    assert listed == "安络平  氨氯地平  filed until 2028-03-31  24 小时平稳, 老年患者\n"
    assert "name is missing" in server.fails("product", "add", " ")


def test_a_company_of_its_own_has_budgets(server: Server) -> None:
    server.run("territory", "add", "北京")
    made = server.data("budget", "set", "北京", "2026Q4", "meal", "8,500.00")
    assert (made["planned_fen"], made["rule"], made["reserved_fen"]) == (850_000, "warn", 0)
    changed = server.data("budget", "set", "北京", "2026Q4", "meal", "9000", "--rule", "stop")
    assert (changed["id"], changed["planned_fen"], changed["rule"]) == (made["id"], 900_000, "stop")
    assert server.data("budget", "set", "北京", "2026Q4", "meal", "9000")["rule"] == "stop", "the rule stays"
    assert server.run("budget", "list").stdout == (
        "北京: 2026Q4 meal  planned ¥9,000.00, reserved ¥0.00, committed ¥0.00, spent ¥0.00  (stop)\n"
    )
    assert len(server.data("budget", "list", "--territory", "北京")) == 1
    assert "is not a quarter" in server.fails("budget", "set", "北京", "2026-12", "meal", "1")
    assert "is not an amount" in server.fails("budget", "set", "北京", "2026Q4", "meal", "viel")
    assert "not one of the choices" in server.fails("budget", "set", "北京", "2026Q4", "lunch", "1")
    assert "not one of the choices" in server.fails("budget", "set", "北京", "2026Q4", "meal", "1", "--rule", "no")
    assert "no territory" in server.fails("budget", "set", "南京", "2026Q4", "meal", "1").lower()


def test_people_territories_and_assignments(server: Server) -> None:
    server.run("territory", "add", "华北", "--kind", "region")
    server.run("territory", "add", "北京", "--parent", "华北")
    user = server.data("user", "add", "li", "--name", "李", "--role", "rep", "--password-stdin", stdin=PASSWORD + "\n")
    assert user["role"] == "rep"
    server.run("assign", "add", "li", "北京", "--from", "2026-01-01")
    listed = server.data("user", "list")
    assert [(row["login"], row["active"]) for row in listed] == [("li", True)]
    tree = server.run("territory", "list").stdout.splitlines()
    assert [re.sub(r", .*", "", row) for row in tree] == ["华北  (region", "  北京  (territory"]
    ended = server.data("assign", "end", "li", "北京", "--on", "2026-11-20")
    assert ended[0]["valid_to"] == "2026-11-20"
    assert "no running assignment" in server.fails("assign", "end", "li", "北京", "--on", "2026-11-20")
    server.run("user", "password", "li", "--password-stdin", stdin="another long phrase 7\n")
    server.run("user", "disable", "li")
    assert "(disabled)" in server.run("user", "list").stdout
    assert server.run("audit", "verify").stdout.startswith("Sound:")


def test_refusals_are_sentences_with_a_status(server: Server, tmp_path: Path) -> None:
    add = ("user", "add", "li", "--name", "李", "--role", "rep", "--password-stdin")
    assert "at least 12 characters" in server.fails(*add, stdin="short\n")
    server.run(*add, stdin=PASSWORD + "\n")
    assert "already somebody" in server.fails(*add, stdin=PASSWORD + "\n", status=1)
    assert "use --password-stdin" in server.fails("user", "password", "li")
    assert "nobody with the login" in server.fails("user", "disable", "nobody")
    assert "no territory called" in server.fails("assign", "add", "li", "Atlantis")
    assert "is missing" in server.fails("territory", "add", " ")
    assert "not one of the choices" in server.fails("territory", "add", "x", "--kind", "planet")
    assert "not a head" in server.fails("audit", "verify", "--expect-head", "12")
    assert "crmdesk-server init" in Server(tmp_path / "none").fails("user", "list", status=3)
    assert "https" in server.fails("serve", "--host", "0.0.0.0")
    odd = server.fails("user", "list", "--database", "postgresql+psycopg://127.0.0.1:1/none", status=3)
    assert odd.startswith("The database")
    (tmp_path / "file").write_text("not a folder")
    assert "can't be used" in Server(tmp_path / "file" / "x").fails("init", status=3)


def test_errors_answer_in_json_where_asked(server: Server) -> None:
    for arguments in (["--json", "user", "disable", "x"], ["user", "disable", "x", "--json"]):
        result = CliRunner().invoke(app, [*arguments, "--data-dir", str(server.folder)])
        assert json.loads(result.stderr)["error"] == "unknown_login"
        assert result.exit_code == 2


def test_no_command_takes_a_password_as_an_argument() -> None:
    for arguments in (["user", "add"], ["user", "password"], ["init"]):
        words = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).stdout
        assert "--password-stdin" in words
        assert not re.search(r"--password(?!-stdin)", words)


def test_an_unknown_code_hides_nothing() -> None:
    assert sentence("brand_new", {"x": 1}) == "This could not be done: brand new (x 1)."
    assert sentence("too_long", {}) == "… is longer than … characters."


def test_altered_and_cut_chains_end_with_status_1(server: Server) -> None:
    server.run("territory", "add", "华北", "--kind", "region")
    server.run("territory", "add", "北京")
    head = server.run("audit", "head").stdout.strip()
    assert head == server.data("audit", "verify", "--expect-head", head)["head"]
    import sqlite3

    with sqlite3.connect(server.folder / "server.db") as connection:
        connection.execute("UPDATE audit_chain SET content = replace(content, '华北', '华南') WHERE seq = 1")
    connection.close()
    found = server.data("audit", "verify", status=1)
    assert [(fault["code"], fault["seq"]) for fault in found["faults"]] == [("altered", 1)]
    assert "entry 1 was altered" in server.run("audit", "verify", status=1).stdout


def test_import_is_idempotent_and_reports(server: Server, tmp_path: Path) -> None:
    server.run("territory", "add", "北京")
    sheet = tmp_path / "h.csv"
    sheet.write_bytes(
        "医院名称,城市,级别\n协和医院,北京,三级甲等\n同仁医院,北京,三甲\n协和医院,北京,三甲\n,北京,\n".encode("gb18030")
    )
    report = tmp_path / "report.csv"
    seen = server.data("import", str(sheet), "--territory", "北京", "--kind", "institution", "--preview")
    assert seen["columns"][0]["target"] == "institution.name"
    arguments = ("import", str(sheet), "--territory", "北京", "--kind", "institution", "--report", str(report))
    done = server.data(*arguments)
    assert done["made"] == {"institution": 2}
    assert (done["counts"]["duplicate_parked"], done["counts"]["refused"]) == (1, 1)
    assert len(report.read_text("utf-8-sig").splitlines()) == 3
    again = server.data(*arguments)
    assert again["made"] == {}
    assert again["counts"]["same"] == 3
    assert "can't be read" in server.fails("import", str(tmp_path / "none.csv"), "--territory", "北京", status=3)
    (tmp_path / "x.csv").write_bytes(b"")
    assert "empty" in server.fails("import", str(tmp_path / "x.csv"), "--territory", "北京")


@pytest.mark.parametrize("as_json", [False, True])
def test_serve_prints_one_line_with_its_address_and_stops_in_order(server: Server, as_json: bool) -> None:
    command = [sys.executable, "-m", "crmdesk.server", "serve", "--port", "0", "--data-dir", str(server.folder)]
    command += ["--json"] * as_json
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    line = process.stdout.readline()  # whoever starts it reads no more before it ends
    try:
        address = json.loads(line)["listening"] if as_json else line.split()[-1]
    except ValueError:
        process.kill()
        raise
    with urllib.request.urlopen(f"{address}/health", timeout=10) as answer:
        assert json.load(answer)["service"] == "crmdesk"
    process.send_signal(signal.SIGTERM)
    more, complaints = process.communicate(timeout=30)
    assert (process.returncode, more, complaints) == (0, "", "")
