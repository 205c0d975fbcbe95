"""Two institutions that are one: everything follows, nothing is there twice, again moves what came since."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.domain.procurement import row_id
from crmdesk.intake import KnownInstitution, NewRow
from crmdesk.server import imports, institution_merges
from crmdesk.server.__main__ import app
from crmdesk.server.tables import ROWS
from crmdesk.server.work import SYSTEM
from tests.server.access.firms import attachment_of
from tests.server.company import Company, procurement_of, visit_values


def put(company: Company, record: str, values: dict[str, Any]) -> str:
    made = new_id()
    company.database.run(lambda work: work.insert(record, made, values, SYSTEM))
    return made


def live(company: Company, record: str, **where: Any) -> Iterator[dict[str, Any]]:
    table = ROWS[record]
    with company.database.reading() as connection:
        ids = list(connection.execute(select(table.c.id).where(table.c.deleted.is_(False))).scalars())
    for one in ids:
        row = company.row(record, one)
        if all(row[name] == value for name, value in where.items()):
            yield row


def merge(company: Company, kept: str, other: str) -> dict[str, int]:
    return dict(company.database.run(lambda work: institution_merges.merge(work, kept, other)))


def twin(company: Company) -> str:
    """A second north hospital in another spelling, with everything that can hang on one."""
    other = put(
        company, "institution",
        {"name": "市北院", "aliases": ["北院"], "territory_id": company["north"], "phone": "021-1", "city": "上海市"},
    )  # fmt: skip
    same = put(company, "department", {"institution_id": other, "name": "心内 科"})
    own = put(company, "department", {"institution_id": other, "name": "肾内科"})
    doctor = put(company, "doctor", {"name": "新来", "territory_id": company["north"]})
    for who, room in ((company["north_doctor"], same), (doctor, own)):
        put(company, "affiliation", {"doctor_id": who, "institution_id": other, "department_id": room})
    put(company, "visit", visit_values(company, state="submitted", institution_id=other))
    put(company, "procurement", procurement_of(other))
    put(company, "attachment", attachment_of("institution", other, "0" * 64))
    return other


def test_everything_follows_and_nothing_is_there_twice(company: Company) -> None:
    kept, other = company["north_hospital"], twin(company)
    both = {"doctor_id": company["north_doctor"], "department_id": company["north_ward"]}
    put(company, "affiliation", both | {"institution_id": kept, "is_primary": False})
    before = len(list(live(company, "affiliation", institution_id=kept)))
    moved = merge(company, kept, other)
    assert moved == {"department": 2, "affiliation": 2, "visit": 1, "attachment": 1, "procurement": 1}
    assert company.row("institution", other)["deleted"]
    row = company.row("institution", kept)
    assert {"市北院", "北院"} <= set(row["aliases"])
    assert (row["phone"], row["city"]) == ("021-1", "上海市")
    rooms = [one["name"] for one in live(company, "department", institution_id=kept)]
    assert sorted(rooms) == ["心内科", "肾内科"]
    for record in ("department", "affiliation", "visit"):
        assert list(live(company, record, institution_id=other)) == []
    assert len(list(live(company, "affiliation", institution_id=kept, **both))) == 1
    assert len(list(live(company, "affiliation", institution_id=kept))) == before + 1
    (figure,) = live(company, "procurement")
    assert figure["id"] == row_id(kept, "第八批", "氨氯地平片", "")
    assert figure["parent_id"] == kept


def test_the_laptops_see_one_hospital_with_all_its_doctors(company: Company) -> None:
    rep = company.laptop("rep")
    other = twin(company)
    rep.sync()
    assert other in rep.replica.ids("institution")
    merge(company, company["north_hospital"], other)
    rep.sync()
    assert other not in rep.replica.ids("institution")
    places = {(rep.replica.get("affiliation", one) or {})["institution_id"] for one in rep.replica.ids("affiliation")}
    assert other not in places
    assert len(rep.replica.ids("procurement")) == 1


def test_again_moves_what_came_since_and_only_that(company: Company) -> None:
    kept, other = company["north_hospital"], twin(company)
    merge(company, kept, other)
    assert merge(company, kept, other) == {}
    put(company, "visit", visit_values(company, state="submitted", institution_id=other))
    assert merge(company, kept, other) == {"visit": 1}


@pytest.mark.parametrize("pair", [("a", "a"), ("a", "unknown"), ("unknown", "a"), ("gone", "a")])
def test_what_cannot_be_merged_changes_nothing(company: Company, pair: tuple[str, str]) -> None:
    gone = put(company, "institution", {"name": "已撤", "territory_id": company["north"]})
    company.database.run(lambda work: work.delete("institution", gone, SYSTEM))
    ids = {"a": company["north_hospital"], "unknown": new_id(), "gone": gone}
    with pytest.raises(RefusedError, match="merge_impossible"):
        merge(company, ids[pair[0]], ids[pair[1]])
    assert not company.row("institution", company["north_hospital"])["deleted"]


def test_pairs_that_are_likely_one_are_listed_each_once() -> None:
    names = ["辽中区人民医院", "沈阳市辽中区人民医院", "沈阳市辽中区中医院"]
    names += ["平山县医院", "平山县人民医院", "平江县人民医院"]
    known = [KnownInstitution(new_id(), name) for name in names]
    pairs = [(one.name, two.name) for one, two in institution_merges.duplicates(known)]
    assert pairs == [("辽中区人民医院", "沈阳市辽中区人民医院"), ("平山县医院", "平山县人民医院")]


def test_the_command_refuses_in_a_sentence(tmp_path: Path) -> None:
    runner = CliRunner()
    runner.invoke(app, ["init", "--data-dir", str(tmp_path)])
    done = runner.invoke(app, ["institution", "merge", "甲", "乙", "--data-dir", str(tmp_path)])
    assert (done.exit_code, "no institution called 甲" in done.output) == (2, True)
    done = runner.invoke(app, ["institution", "merge", new_id(), new_id(), "--data-dir", str(tmp_path)])
    assert (done.exit_code, "cannot be merged" in done.output) == (1, True)
    listed = runner.invoke(app, ["institution", "duplicates", "--data-dir", str(tmp_path)])
    assert (listed.exit_code, "No two institutions" in listed.output) == (0, True)


def journals(company: Company) -> list[dict[str, Any]]:
    with company.database.reading() as connection:
        return institution_merges.done(connection)


def test_what_the_command_merged_it_takes_back_with_what_came_since(company: Company) -> None:
    kept, other = company["north_hospital"], twin(company)
    both = {"doctor_id": company["north_doctor"], "department_id": company["north_ward"]}
    put(company, "affiliation", both | {"institution_id": kept, "is_primary": False})
    hanging = ("institution", "department", "affiliation", "visit", "attachment", "procurement")
    before = {record: {row["id"]: row for row in live(company, record)} for record in hanging}
    merge(company, kept, other)
    late = put(company, "visit", visit_values(company, state="submitted", institution_id=other))
    assert merge(company, kept, other) == {"visit": 1}
    (journal,) = journals(company)
    assert (journal["institution_id"], journal["other_id"], journal["state"]) == (kept, other, "done")
    company.database.run(lambda work: institution_merges.restore(work, journal["id"]))
    assert journals(company) == []
    assert company.row("visit", late)["institution_id"] == other
    house = ("revision", "updated_at", "updated_by", "field_revisions")
    for record in hanging:
        after = {row["id"]: row for row in live(company, record) if row["id"] != late}
        assert after.keys() == before[record].keys(), record
        for one, row in after.items():
            assert {name: value for name, value in row.items() if name not in house} == {
                name: value for name, value in before[record][one].items() if name not in house
            }


def test_what_laptops_send_after_a_merge_by_command_follows(company: Company) -> None:
    rep = company.laptop("rep")
    kept, other = company["north_hospital"], twin(company)
    rep.sync()
    merge(company, kept, other)
    (answer,) = rep.push(rep.create("visit", visit_values(company, institution_id=other)))
    assert answer.outcome == "applied"
    assert [row["id"] for row in live(company, "visit", institution_id=other)] == []
    rep.sync()
    (row_id,) = rep.replica.ids("institution_merge")
    manager = company.laptop("manager")
    manager.sync()
    command = manager.operation("institution_merge", row_id, "command", command="restore", args={})
    assert manager.push(command)[0].outcome == "applied", "a manager can take it back in the window too"
    assert not company.row("institution", other)["deleted"]


def test_only_a_merge_that_stands_is_taken_back(company: Company) -> None:
    kept, other = company["north_hospital"], twin(company)
    merge(company, kept, other)
    (journal,) = journals(company)
    company.database.run(lambda work: institution_merges.restore(work, journal["id"]))
    for one, code in ((journal["id"], "merge_decided"), (new_id(), "unknown_row")):
        with pytest.raises(RefusedError, match=code):
            company.database.run(lambda work, one=one: institution_merges.restore(work, one))
    assert merge(company, kept, other), "and may be merged again"
    assert len(journals(company)) == 1


def test_the_commands_list_a_merge_and_take_it_back(tmp_path: Path) -> None:
    def run(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, [*arguments, "--data-dir", str(tmp_path)])
        assert done.exit_code == status, (done.output, done.stderr, done.exception)
        return done.stdout + done.stderr

    run("init")
    run("territory", "add", "一区", "--kind", "territory")
    sheet = tmp_path / "医院.csv"
    sheet.write_text("医院\n云杉医院\n云杉市医院\n", "utf-8")
    run("import", str(sheet), "--territory", "一区")
    assert "Nothing was merged." in run("institution", "merges")
    said = run("institution", "merge", "云杉医院", "云杉市医院")
    (merge_id,) = re.findall(r"institution restore ([0-9a-f-]{36})", said)
    assert "云杉市医院 → 云杉医院" in run("institution", "merges")
    assert "is there again beside 云杉医院" in run("institution", "restore", merge_id)
    assert "not one that stands" in run("institution", "restore", merge_id, status=1)
    assert "Nothing has this id" in run("institution", "restore", "x", status=1)


def test_an_import_that_was_read_before_a_merge_follows_it(company: Company) -> None:
    kept, other = company["north_hospital"], twin(company)
    (ended,) = [one["id"] for one in live(company, "department", institution_id=other, name="心内 科")]
    merge(company, kept, other)
    doctor, place = new_id(), new_id()
    rows = [
        NewRow("doctor", doctor, {"name": "后来", "territory_id": company["north"]}),
        NewRow("affiliation", place, {"doctor_id": doctor, "institution_id": other, "department_id": ended}),
    ]
    company.database.run(lambda work: imports._write(work, rows, SYSTEM, new_id()))
    row = company.row("affiliation", place)
    assert (row["institution_id"], row["department_id"]) == (kept, company["north_ward"])
