"""What `crmdesk-server` says: every code of its own parts has a sentence, what was typed wins over the environment."""

import ast
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import crmdesk
from crmdesk.domain.import_sentences import IMPORTS
from crmdesk.server.__main__ import app
from crmdesk.server.commands.sentences import SENTENCES
from tests.intake.office_lists import written

_KINDS = {"InputError", "RefusedError", "WorldError"}
_OF_LAPTOPS = frozenset({"attachment_folder_needed"})
"""Answered to a laptop, which has the words."""


def _codes(path: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    named = (one.args[0] for one in calls if isinstance(one.func, ast.Name) and one.func.id in _KINDS and one.args)
    return {one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def test_every_code_that_a_command_can_meet_has_a_sentence() -> None:
    package = Path(crmdesk.__file__).parent
    files = [*package.glob("server/commands/*.py"), *package.glob("intake/*.py")]
    files += [package / "server" / f"{name}.py" for name in (
        "admin", "budget_plans", "calendar_file", "company_calendar", "company_rules", "custom_fields", "database",
        "imports", "institution_merges", "procurement", "serve", "territories",
    )]  # fmt: skip
    found = {code for path in files for code in _codes(path)} - {"unknown_field"}
    assert len(found) > 50
    assert found - SENTENCES.keys() - IMPORTS.keys() - _OF_LAPTOPS == set()


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == status, (result.output, result.stderr, result.exception)
    return result.stdout + result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> str:
    run("--data-dir", str(tmp_path), "init")
    run("territory", "add", "一区", "--kind", "territory", "--data-dir", str(tmp_path))
    return str(tmp_path)


def test_what_is_typed_wins_over_the_environment(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMDESK_SERVER_DATA", str(tmp_path / "elsewhere"))
    assert "一区" in run("--data-dir", folder, "territory", "list")
    assert "一区" in run("territory", "list", "--data-dir", folder)
    assert "no crmdesk database" in run("territory", "list", status=3)
    monkeypatch.setenv("CRMDESK_SERVER_DATA", folder)
    assert "一区" in run("territory", "list")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("territory", "add", "二区", "--kind", "foo"), 2, "(company, region, territory)"),
        (("budget", "set", "一区", "2026Q4", "foo", "100"), 2, "(meal, transport,"),
        (("rule", "set", "foo", "3"), 2, "(backdating_days)"),
        (("import", "web page.xls", "--territory", "一区"), 2, "web page, as some systems export it"),
        (("import", "german, semicolons, unclear.csv", "--territory", "一区"), 2, "--dates day-first"),
        (("import", "two header rows.xlsx", "--territory", "一区", "--sheet", "x"), 2, "no sheet called x"),
        (("procurement", "import", "two header rows.xlsx"), 2, "no column for 批次 (Round)"),
    ],
)
def test_what_is_wrong_is_said_with_what_is_possible(
    folder: str, tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    given = [str(written(tmp_path, one)) if one.endswith((".csv", ".xls", ".xlsx")) else one for one in arguments]
    assert said in run(*given, "--data-dir", folder, status=status)


def test_an_import_says_each_row_in_words(folder: str, tmp_path: Path) -> None:
    path, report = str(written(tmp_path, "titles, merged cells, a total.xlsx")), tmp_path / "r.csv"
    said = run("import", path, "--territory", "一区", "--report", str(report), "--data-dir", folder)
    assert "row 7: 王二: Made. Left out: '12' of 'Mobile' does not look like a telephone number." in said
    assert "row 8: 3人: This row is a '合计', not a person or an institution; not imported." in said
    assert report.read_text("utf-8-sig").startswith("row,what,name,why,code")
    dates = str(written(tmp_path, "german, semicolons, unclear.csv"))
    assert "1 made" in run("import", dates, "--territory", "一区", "--dates", "day-first", "--data-dir", folder)


@pytest.mark.parametrize(
    ("switch", "told", "hospitals"),
    [
        ((), "No hospital in row 3–4: '明泉医院' of row 2 is taken (else: --no-from-above).", 2),
        (("--no-from-above",), "'明泉医院' stands above in row 2 and is not taken (else: --from-above).", 0),
    ],
)
def test_a_list_in_blocks_is_taken_as_it_is_said_beforehand(
    folder: str, tmp_path: Path, switch: tuple[str, ...], told: str, hospitals: int
) -> None:
    sheet = tmp_path / "list.csv"
    sheet.write_text("姓名,医院\n张硕,明泉医院\n李敏,\n王强,\n赵六,云杉医院\n孙立,\n", "utf-8")
    arguments = ("import", str(sheet), "--territory", "一区", *switch, "--data-dir", folder)
    assert told in run(*arguments, "--preview")
    above = json.loads(run(*arguments, "--preview", "--json"))["from_above"]
    assert [(one["hospital"], one["rows"], one["taken"]) for one in above] == [
        ("明泉医院", "3–4", bool(hospitals)), ("云杉医院", "6", bool(hospitals)),
    ]  # fmt: skip
    said = run(*arguments)
    assert "5 made" in said
    assert said.count("The hospital is from above") == hospitals


def test_a_list_that_is_not_in_blocks_is_taken_so_only_when_that_is_said(folder: str, tmp_path: Path) -> None:
    sheet = tmp_path / "list.csv"
    sheet.write_text("姓名,医院\n张硕,明泉医院\n李敏,云杉医院\n王强,\n赵六,安平医院\n孙立,长宁医院\n", "utf-8")
    arguments = ("import", str(sheet), "--territory", "一区", "--data-dir", folder)
    assert "stands above in row 3 and is not taken (else: --from-above)" in run(*arguments, "--preview")
    assert "'云杉医院' of row 3 is taken (else: --no-from-above)" in run(*arguments, "--preview", "--from-above")
    assert run(*arguments, "--from-above").count("The hospital is from above") == 1
