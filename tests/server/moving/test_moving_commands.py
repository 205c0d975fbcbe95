"""The commands that move territories, as an administrator types them: words, JSON, refusals with a status."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crmdesk.server.__main__ import app

PASSWORD = "seven green lanterns\n"


class Server:
    """A data folder with two territories, two people and a hospital."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run("init")
        for name in ("北京", "上海"):
            self.run("territory", "add", name)
        for login in ("li", "wang"):
            self.run("user", "add", login, "--name", login, "--role", "rep", "--password-stdin", stdin=PASSWORD)
        self.run("assign", "add", "li", "北京")
        sheet = folder / "hospitals.csv"
        sheet.write_text("医院名称\n甲医院\n乙医院\n", "utf-8")
        self.run("import", str(sheet), "--territory", "北京")

    def run(self, *arguments: str, stdin: str = "", status: int = 0) -> Any:
        """Run a command and return its result."""
        result = CliRunner().invoke(app, [*arguments, "--data-dir", str(self.folder)], input=stdin)
        assert result.exit_code == status, (result.output, result.stderr, result.exception)
        return result

    def data(self, *arguments: str) -> Any:
        """Run a command and return what it says as JSON."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def fails(self, *arguments: str, status: int = 2) -> str:
        """Run a command that must fail and return its sentence."""
        return str(self.run(*arguments, status=status).stderr)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_a_territory_changes_hands(server: Server) -> None:
    said = server.run("territory", "hand-over", "北京", "--from", "li", "--to", "wang").stdout
    assert "from li to wang" in said
    assert "no running assignment" in server.fails("territory", "hand-over", "北京", "--from", "li", "--to", "wang")
    already = server.fails("territory", "hand-over", "北京", "--from", "wang", "--to", "wang", status=1)
    assert "already" in already
    assert len(server.data("assign", "withdraw", "li", "北京", "--reason", "离职")["withdrawn"]) == 1
    assert "no running assignment" in server.fails("assign", "withdraw", "li", "北京")
    assert server.run("audit", "verify").stdout.startswith("Sound:")


def test_territories_are_split_merged_and_put_elsewhere(server: Server) -> None:
    assert server.data("territory", "split", "北京", "上海", "--institution", "甲医院")["institution"] == 1
    assert server.data("territory", "split", "北京", "上海", "--institution", "甲医院")["institution"] == 0
    assert "Neither territory has" in server.fails("territory", "split", "北京", "上海", "--institution", "丙医院")
    assert "into itself" in server.fails("territory", "merge", "北京", "北京")
    assert "1 institution, 0 doctors" in server.run("territory", "merge", "北京", "上海").stdout
    assert "  北京" in server.run("territory", "list").stdout
    assert "under itself" in server.fails("territory", "under", "上海", "北京", status=1)
    assert server.data("territory", "under", "北京", "")["parent_id"] is None


def test_tidying_says_what_it_did(server: Server) -> None:
    assert server.data("tidy") == {"parts": 0, "entries": 0}
