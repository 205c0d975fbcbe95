"""The company's own calendar: taken a year at a time at the server, shown, written out, sent to every laptop."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crmdesk.domain.company_calendar import Day, days_of
from crmdesk.domain.errors import InputError
from crmdesk.server import calendar_file, company_calendar
from crmdesk.server.__main__ import app
from tests.server.company import Company

GOOD = "日期,名称,类型\n2027-01-01,元旦,休\n2027-02-06,春节,休\n2027-02-20,春节,班\n"


def put(company: Company, text: str) -> str:
    found = calendar_file.read(text.encode())
    assert not found.refused
    return company.database.run(lambda work: company_calendar.put(work, found.year, found.days))


def known(company: Company, year: int) -> list[Day]:
    with company.database.reading() as connection:
        return days_of(company_calendar.years(connection)[year])


def test_a_year_is_taken_as_a_whole_and_reaches_every_laptop(company: Company) -> None:
    assert put(company, GOOD) == "made"
    assert put(company, GOOD) == "same"
    assert put(company, "日期,名称,类型\n2027-05-01,劳动节,休\n") == "replaced"
    assert [one.day.isoformat() for one in known(company, 2027)] == ["2027-05-01"]
    for name in ("rep", "finance"):
        laptop = company.laptop(name)
        laptop.sync()
        (row_id,) = laptop.replica.ids("company_calendar")
        row = laptop.replica.get("company_calendar", row_id)
        assert row is not None
        assert (row["year"], row["days"]) == (2027, [{"day": "2027-05-01", "name": "labour_day", "worked": False}])


def test_given_up_the_programs_own_holds_again_and_a_new_one_can_come(company: Company) -> None:
    before = known(company, 2026)
    assert put(company, GOOD.replace("2027", "2026").replace("2026-02-20", "2026-02-21")) == "made"
    assert known(company, 2026) != before
    company.database.run(lambda work: company_calendar.forget(work, 2026))
    assert known(company, 2026) == before
    with pytest.raises(InputError, match="no_own_year"):
        company.database.run(lambda work: company_calendar.forget(work, 2026))
    assert put(company, GOOD.replace("2027", "2026").replace("2026-02-20", "2026-02-21")) == "made"
    assert known(company, 2026) != before


def run(folder: Path, *arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["calendar", *arguments, "--data-dir", str(folder)])
    assert result.exit_code == status, (result.output, result.stderr, result.exception)
    return result.stdout + result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    CliRunner().invoke(app, ["init", "--data-dir", str(tmp_path)])
    (tmp_path / "2027.csv").write_text(GOOD, "utf-8")
    return tmp_path


def test_the_commands_of_an_administrator(folder: Path) -> None:
    source = str(folder / "2027.csv")
    assert "2027: 2 days off, 1 make-up days, all right; nothing was changed." in run(
        folder, "import", source, "--check"
    )
    assert "2027" not in run(folder, "show")
    assert "taken; each laptop knows them with its next sync." in run(folder, "import", source)
    assert "the same as what is there." in run(folder, "import", source)
    shown = run(folder, "show")
    assert "2027    2 days off   1 make-up days  (the company's own)" in shown
    assert "2026   " in shown
    assert "comes with the program" in shown
    assert "2027-02-20  班  春节" in run(folder, "show", "2027")
    assert "No calendar of 2031 is known yet" in run(folder, "show", "2031", status=2)
    assert "no calendar of its own for 2027 any more" in run(folder, "forget", "2027")
    assert "has no calendar of its own for 2027." in run(folder, "forget", "2027", status=2)


@pytest.mark.parametrize("ending", [".csv", ".ics"])
def test_what_is_written_out_is_the_same_when_it_comes_back(folder: Path, ending: str) -> None:
    path = folder / f"published{ending}"
    assert "39 days of 2026" in run(folder, "export", "2026", str(path))
    run(folder, "import", str(path))
    before: Any = json.loads(run(folder, "show", "2026", "--json"))
    run(folder, "forget", "2026")
    assert json.loads(run(folder, "show", "2026", "--json")) == before


def test_a_file_with_one_wrong_row_changes_nothing_and_says_every_one(folder: Path) -> None:
    bad = folder / "bad.csv"
    bad.write_text(GOOD + "2027-02-30,春节,休\n2027-03-01,,休\n2027-03-02,春节,调休\n", "utf-8")
    said = run(folder, "import", str(bad), status=2)
    assert "row 5: date: 2027-02-30 is not a day." in said
    assert "row 6: name is missing." in said
    assert "row 7: '调休' does not say whether the day is off or worked" in said
    assert "Nothing was changed" in said
    assert "2027" not in run(folder, "show")
    assert "has no column 类型" in run(
        folder, "import", str(_written(folder, "日期,名称\n2027-01-01,元旦\n")), status=2
    )
    assert "written to a .csv or .ics file" in run(folder, "export", "2026", "x.txt", status=2)
    assert "can't be read" in run(folder, "import", str(folder / "none.csv"), status=3)


def _written(folder: Path, text: str) -> Path:
    path = folder / "other.csv"
    path.write_text(text, "utf-8")
    return path
