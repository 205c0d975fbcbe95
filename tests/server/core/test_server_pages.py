"""The pages for administrators: each command line of theirs runs as it is written, one after another."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crmdesk.server.__main__ import app

DOCS = Path(__file__).resolve().parents[3] / "docs"
PASSWORD = "seven green lanterns"
ASKING = (["init", "--admin"], ["user", "add"], ["user", "password"])


def lines_of(page: str) -> list[str]:
    """Return the command lines in the code blocks of a page; a block about PostgreSQL is tried by other tests."""
    blocks = re.findall(r"^```\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    own = [block for block in blocks if "crmdesk-server" in block and "postgresql" not in block and "…" not in block]
    return [line for block in own for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def run(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = line.replace("/srv/", f"{tmp_path}/srv/").replace("/backup/", f"{tmp_path}/backup/")
    name, *arguments = shlex.split(here, comments=True)
    if name == "export":
        monkeypatch.setenv(*arguments[0].split("=", 1))
    elif name in ("mv", "cp"):
        subprocess.run([name, *arguments], check=True)
    else:
        assert name == "crmdesk-server"
        asked = any(arguments[: len(start)] == start for start in ASKING)
        typed = PASSWORD + "\n" if asked else ""
        result = CliRunner().invoke(app, arguments + ["--password-stdin"] * asked, input=typed)
        assert result.exit_code == 0, (line, result.stdout, result.stderr, result.exception)


@pytest.mark.parametrize("page", ["server.md", "company-rules.md", "company-fields.md"])
def test_every_command_line_of_a_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "srv").mkdir()
    (tmp_path / "2027.csv").write_text("日期,名称,类型\n2027-01-01,元旦,休\n", "utf-8")
    found = lines_of(page)
    assert len(found) > 4
    if page != "server.md":
        monkeypatch.setenv("CRMDESK_SERVER_DATA", str(tmp_path / "data"))
        run("crmdesk-server init", tmp_path, monkeypatch)
    for line in found:
        run(line, tmp_path, monkeypatch)
    if page == "server.md":
        check_the_trail(tmp_path)


def check_the_trail(folder: Path) -> None:
    """What the page gives an outsider finds the trail sound, and whatever was done to it."""
    trail = (folder / "trail.jsonl").read_text("utf-8").splitlines()
    head = json.loads(trail[5])["hash"]

    def check(lines: list[str], *more: str) -> tuple[int, str]:
        (folder / "given.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        script = [sys.executable, str(DOCS / "examples" / "check_trail.py"), str(folder / "given.jsonl"), *more]
        done = subprocess.run(script, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    assert check(trail, f"6:{head}") == (0, f"sound: {len(trail)} entries\n")
    altered = trail[3].replace("territory", "Territory", 1)
    assert altered != trail[3]
    assert check([*trail[:3], altered, *trail[4:]]) == (1, "entry 4 is not what it was\n")
    status, said = check([*trail[:3], *trail[4:]])
    assert (status, "entry 4 is not what it was\nentry 4 does not follow" in said) == (1, True)
    assert check(trail[:5], f"6:{head}") == (
        1, "the head that was kept is not in this chain: it was cut or written anew\n"
    )  # fmt: skip
