"""A database of an older crmdesk says so, and gets the tables and columns of what was declared since."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from crmdesk.server.__main__ import app
from tests.server.company import Company, visit_values


def test_columns_that_are_missing_are_added_and_rows_stay(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company))
    with company.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE row_visit DROP COLUMN absent_ids"))
        connection.execute(text("ALTER TABLE row_visit DROP COLUMN questions_done"))
    company.database.engine.dispose()
    company.database.create_all()
    rep = company.laptop("rep")
    edit = rep.edit("visit", visit_id, 1, absent_ids=(None, [company["north_doctor"]]))
    assert [one.outcome for one in rep.tell(edit)] == ["applied"]
    row = company.row("visit", visit_id)
    assert (row["absent_ids"], row["questions_done"], row["note"]) == (
        [company["north_doctor"]],
        None,
        "first paragraph",
    )


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "--data-dir", str(folder)])
    return result.exit_code, result.stdout + result.stderr


@pytest.mark.parametrize(
    "older",
    ["DROP TABLE row_company_calendar", "DROP TABLE receipt", "ALTER TABLE row_visit DROP COLUMN custom"],
)
def test_a_command_says_what_to_do_with_an_older_database(tmp_path: Path, older: str) -> None:
    assert run(tmp_path, "init")[0] == 0
    with closing(sqlite3.connect(tmp_path / "server.db")) as database:
        database.execute(older)
        database.commit()
    for command in ("tidy", "serve"):
        status, said = run(tmp_path, command)
        assert status != 0
        assert "made by an older crmdesk-server" in said
        assert "init" in said
    assert run(tmp_path, "backup", str(tmp_path / "before"))[0] == 0
    assert run(tmp_path, "init")[0] == 0
    assert run(tmp_path, "tidy")[0] == 0
