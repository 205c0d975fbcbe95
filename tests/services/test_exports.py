"""Exports: the right, the note for the server, what a stopped one leaves, and the way back through the import."""

import csv
from pathlib import Path

import pytest

from crmdesk.domain.errors import RefusedError, WorldError
from crmdesk.domain.exports import EXPORTERS, may_export
from crmdesk.domain.formulas import neutral
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.intake import preview
from crmdesk.services.commands import EditRow, NoteExport, SaveVisit
from crmdesk.services.customer_filter import Conditions
from crmdesk.services.customer_order import Filter
from crmdesk.services.exports import export_list
from tests.intake.ledger import Ledger
from tests.services.small_territory import HOSPITAL, LI, ZHANG, Laptop

ODD = ("=1+1", "+86 138", "-5", "@SUM(A1)", "'=1", "''+2", "'plain", "a=b", "\t=1", "\r=1")


def notes(laptop: Laptop) -> list[dict[str, object]]:
    return [
        {name: pair[1] for name, pair in one.fields.items()} for one in laptop.waiting() if one.record == "export_note"
    ]


def test_an_export_is_noted_for_the_server_with_who_what_when_and_how_narrowed(laptop: Laptop, tmp_path: Path) -> None:
    wanted = Filter("doctor", "张", "name", "", Conditions())
    export_list(laptop.desk, tmp_path / "张.xlsx", wanted, narrowed_by="“张” · A 类").result(60)
    (note,) = notes(laptop)
    assert note == {
        "owner_id": laptop.desk.person.user_id, "what": "doctor", "row_count": 1, "file_name": "张.xlsx",
        "narrowed_by": "“张” · A 类", "exported_at": "2026-11-20T02:00:00.000Z",
    }  # fmt: skip
    assert (tmp_path / "张.xlsx").exists()


def test_without_the_right_there_is_no_file_and_no_note(finance_laptop: Laptop, tmp_path: Path) -> None:
    told: list[int] = []
    with pytest.raises(RefusedError, match="may_not_export"):
        export_list(
            finance_laptop.desk,
            tmp_path / "a.csv",
            Filter("doctor"),
            progress=lambda done, total: not told.append(done),
        ).result(60)
    assert told == [], "nothing is read for it"
    with pytest.raises(RefusedError, match="may_not_export"):
        finance_laptop.do(NoteExport("doctor", 1, "a.csv", "2026-11-20T02:00:00.000Z"))
    assert [one.name for one in tmp_path.iterdir()] == ["store"]
    assert notes(finance_laptop) == []
    export_list(finance_laptop.desk, tmp_path / "claims.csv", Filter("claim")).result(60)
    assert [note["what"] for note in notes(finance_laptop)] == ["claim"]


def test_the_rights_are_those_of_the_declaration() -> None:
    assert RECORDS["export_note"].writers == EXPORTERS
    assert {role for role in Role if may_export(role, "doctor")} == set(Role) - {Role.FINANCE}
    assert not any(may_export(role, "user") for role in Role)


def test_a_stopped_or_impossible_export_leaves_no_file_and_no_note(laptop: Laptop, tmp_path: Path) -> None:
    stopped = export_list(laptop.desk, tmp_path / "b.csv", Filter("doctor"), progress=lambda done, total: False)
    assert not stopped.result(60).complete
    with pytest.raises(WorldError, match="file_not_written"):
        export_list(laptop.desk, tmp_path / "nowhere" / "a.csv", Filter("doctor")).result(60)
    assert [one.name for one in tmp_path.iterdir()] == ["store"]
    assert notes(laptop) == []


@pytest.mark.parametrize("text", ODD)
def test_a_neutral_text_is_no_formula_and_comes_back(text: str) -> None:
    from crmdesk.intake.clean import unquoted

    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unquoted(neutral(text)) == text


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("record", ["doctor", "institution"])
def test_what_was_exported_comes_back_as_it_was(
    laptop: Laptop, tmp_path: Path, name: str, language: str, record: str
) -> None:
    row_id, texts = (ZHANG, {"note": "=1+1", "mobile": "+86 13800000001"}) if record == "doctor" else (
        HOSPITAL, {"address": "@街道 1 号", "aliases": ["协和", "协和医院"]}
    )  # fmt: skip
    laptop.do(EditRow(record, row_id, texts, 1))
    path = tmp_path / name
    export_list(laptop.desk, path, Filter(record), language).result(60)
    seen = preview(path, record)
    unknown = [column.header for column in seen.columns if not column.target and column.header]
    assert all("rep1" in header or header == "id" or header in _OWN for header in unknown), unknown
    _report, planned = Ledger().load(path)
    row = laptop.ask(lambda reads: reads.row(record, row_id))
    (back,) = [one for one in planned if one.values.get("name") == row["name"]]
    for field, value in back.values.items():
        if field not in ("territory_id", "specialty", "kind"):  # worked out where the list says nothing
            assert value == row[field], field
    assert {field: back.values[field] for field in texts} == texts


_OWN = frozenset({"状态", "待审核", "Status", "Under review"})


@pytest.mark.parametrize(("language", "names"), [("zh", "张三、李四"), ("en", "张三, 李四")])
@pytest.mark.parametrize("name", ["visits.csv", "visits.xlsx"])
def test_the_doctors_of_a_visit_are_joined_as_the_language_joins_names(
    laptop: Laptop, tmp_path: Path, language: str, names: str, name: str
) -> None:
    laptop.do(SaveVisit("", {"doctor_ids": [ZHANG, LI], "note": "两位"}))
    export_list(laptop.desk, tmp_path / name, Filter("visit"), language).result(60)
    table = preview(tmp_path / name, "doctor").table
    assert names in [row.cells[table.header.index("Doctors" if language == "en" else "医生")] for row in table.rows]


def test_visits_are_listed_with_their_day_and_words(laptop: Laptop, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    report = export_list(laptop.desk, path, Filter("visit"), "en").result(60)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert header[:5] == ["id", "Date", "Doctors", "Hospital", "Department"]
    assert report.rows == len(rows)
