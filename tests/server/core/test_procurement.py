"""Figures of procurement at the server: by its command only, in the scopes of the hospital, newer over older."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from crmdesk.intake.procurement import read
from crmdesk.server import institution_merges, procurement
from crmdesk.server.__main__ import app
from crmdesk.server.tables import ROWS
from tests.server.company import Company, procurement_of

HEAD = "医院,批次,品种,约定采购量,已采购量,协议开始,协议结束,截至日期,数据来源"


def load(company: Company, *lines: str) -> dict[str, int]:
    report = procurement.run(company.database, read("\n".join((HEAD, *lines)).encode()))
    return {**report.counts} | ({"refused": len(report.refused)} if report.refused else {})


def name_of(company: Company, key: str) -> str:
    return str(company.row("institution", company[key])["name"])


def line(company: Company, purchased: int, as_of: str) -> str:
    hospital = name_of(company, "north_hospital")
    return f"{hospital},第八批,氨氯地平片,12000,{purchased},2026-01-01,2026-12-31,{as_of},省平台"


def test_the_same_changes_nothing_the_newer_counts_the_older_does_not(company: Company) -> None:
    assert load(company, line(company, 5000, "2026-06-30")) == {"made": 1}
    assert load(company, line(company, 5000, "2026-06-30")) == {"same": 1}
    assert load(company, line(company, 6000, "2026-07-31")) == {"changed": 1}
    assert load(company, line(company, 5000, "2026-06-30")) == {"older": 1}
    assert load(company, "没有这家医院,第八批,A,1,,2026-01-01,2026-12-31,,s") == {"refused": 1}
    with company.database.reading() as connection:
        assert connection.execute(select(ROWS["procurement"].c.purchased)).scalars().all() == [6000]


def test_they_reach_those_who_hold_the_hospital_and_leave_with_it(company: Company) -> None:
    load(company, line(company, 5000, "2026-06-30"))
    rep, other = company.laptop("rep"), company.laptop("other")
    for laptop in (rep, other):
        laptop.sync()
    assert (len(rep.replica.ids("procurement")), len(other.replica.ids("procurement"))) == (1, 0)
    load(company, line(company, 7000, "2026-08-31"))
    rep.sync()
    (row_id,) = rep.replica.ids("procurement")
    assert (rep.replica.get("procurement", row_id) or {})["purchased"] == 7000


def test_a_figure_of_a_hospital_that_is_merged_meanwhile_stands_under_the_one_that_stays(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of the hospitals and the writing of their figures."""
    other = company.insert("institution", {"name": "市北院", "territory_id": company["north"]})
    worked_out = procurement.figures

    def meanwhile(*given: Any) -> list[Any]:
        found = list(worked_out(*given))
        company.database.run(lambda work: institution_merges.merge(work, company["north_hospital"], other))
        return found

    theirs = line(company, 5000, "2026-06-30").replace(name_of(company, "north_hospital"), "市北院")
    with monkeypatch.context() as patch:
        patch.setattr(procurement, "figures", meanwhile)
        assert load(company, theirs) == {"made": 1}
    assert load(company, line(company, 5000, "2026-06-30")) == {"same": 1}, "it is the figure of that hospital"
    with company.database.reading() as connection:
        table = ROWS["procurement"]
        assert connection.execute(select(table.c.parent_id)).scalars().all() == [company["north_hospital"]]


def test_no_laptop_writes_them(company: Company) -> None:
    admin = company.laptop("admin")
    values = procurement_of(company["north_hospital"])
    assert [one.code for one in admin.push(admin.create("procurement", values))] == ["forbidden"]


@pytest.mark.parametrize(("content", "status", "words"), [
    (f"{HEAD}\n没有这家医院,一,A,1,,2026-01-01,2026-12-31,,s\n", 0, "There is no hospital called 没有这家医院."),
    (f"{HEAD},处方量\n", 1, "figures are per hospital only"),
    ("医院,批次\nA,一\n", 2, "no column for"),
])  # fmt: skip
def test_the_command_says_what_it_did_and_what_not(tmp_path: Path, content: str, status: int, words: str) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["init", "--data-dir", str(tmp_path)], input="").exit_code in (0, 1, 2)
    sheet = tmp_path / "figures.csv"
    sheet.write_text(content, "utf-8")
    done = runner.invoke(app, ["procurement", "import", str(sheet), "--data-dir", str(tmp_path)])
    assert words in done.output, done.output
    assert done.exit_code == status
