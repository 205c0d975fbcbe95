"""Import and export of customers through the desk."""

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from crmdesk.domain.errors import InputError, RefusedError, WorldError
from crmdesk.domain.formulas import neutral
from crmdesk.intake import Action
from crmdesk.services.commands import EditRow, ImportRows
from crmdesk.services.exports import export_customers
from tests.services.small_territory import HOSPITAL, ZHANG, Laptop, an_id

SHEET = """姓名,医院,科室,职称,手机
张三,上海协和医院,心内科,主任医师,13800000001
赵六,上海协和医院,肾内科,主治医师,13900000006
钱七,浦东新区人民医院,内分泌科,副主任医师,
,浦东新区人民医院,内分泌科,副主任医师,
"""


def test_an_import_makes_what_is_new_and_nothing_twice(laptop: Laptop) -> None:
    preview = laptop.desk.imports.preview(SHEET.encode())
    steps: list[tuple[int, int]] = []
    report = laptop.desk.imports.run(preview, preview.mapping, lambda done, total: steps.append((done, total))).result(
        60
    )
    assert report.counts[Action.CREATE] == 2
    assert report.counts[Action.SAME] == 1
    assert report.counts[Action.REFUSED] == 1
    assert steps[-1] == (4, 4)
    assert laptop.ask(lambda reads: reads.customer_count()) == 5
    (item,) = laptop.ask(lambda reads: reads.customers(text="钱七"))
    assert (item.institution_name, item.department_name) == ("浦东新区人民医院", "内分泌科")
    assert len(laptop.changes) == 1  # one commit for the batch

    preview = laptop.desk.imports.preview(SHEET.encode())
    again = laptop.desk.imports.run(preview, preview.mapping).result(60)
    assert again.counts[Action.CREATE] == 0
    assert laptop.ask(lambda reads: reads.customer_count()) == 5


def test_a_hospital_that_a_person_named_is_found_again_without_asking(laptop: Laptop) -> None:
    sheet = "姓名,医院\n周八,上海市协和医院北院\n".encode()
    preview = laptop.desk.imports.preview(sheet)
    asked = laptop.desk.imports.run(preview, preview.mapping).result(60)
    (line,) = asked.parked
    assert line.code == "hospital_unsure"
    assert [one[0] for one in line.params["candidates"]] == [HOSPITAL]
    answers = {line.params["hospital"]: HOSPITAL}
    answered = laptop.desk.imports.run(preview, preview.mapping, hospitals=answers).result(60)
    assert answered.counts[Action.CREATE] == 1
    aliases = laptop.ask(lambda reads: reads.known_institutions())
    assert next(one.aliases for one in aliases if one.id == HOSPITAL) == ("上海市协和医院北院", "协和")
    again = laptop.desk.imports.run(preview, preview.mapping).result(60)
    assert again.counts == {Action.SAME: 1}


def test_a_large_import_goes_in_batches_and_can_be_stopped(laptop: Laptop) -> None:
    rows = "\n".join(f"第{number}康复医院,上海" for number in range(1200))
    preview = laptop.desk.imports.preview(f"医院名称,城市\n{rows}\n".encode(), "institution")
    steps: list[int] = []
    run = laptop.desk.imports.run(
        preview, preview.mapping, lambda done, total: steps.append(done), lambda: bool(steps) and steps[-1] >= 1000
    )
    report = run.result(60)
    assert (steps, report.cancelled, report.counts[Action.CREATE]) == ([500, 1000], True, 1000)
    assert laptop.ask(lambda reads: reads.customer_count("institution")) == 1002


def test_one_bad_row_costs_its_neighbours_nothing(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    from crmdesk.services.handlers import imported

    checked_new = imported.checked_new

    def picky(handling: object, record: object, values: dict[str, object]) -> object:
        if values.get("name") == "坏医院":
            raise InputError("wrong_kind", field="name")
        return checked_new(handling, record, values)  # type: ignore[arg-type]

    monkeypatch.setattr(imported, "checked_new", picky)
    preview = laptop.desk.imports.preview(
        "医院名称,城市\n好医院,上海\n坏医院,上海\n另一家医院,上海\n".encode(), "institution"
    )
    report = laptop.desk.imports.run(preview, preview.mapping).result(60)
    assert (report.counts[Action.CREATE], [line.row_number for line in report.refused]) == (2, [3])


def test_finance_imports_nothing(finance_laptop: Laptop) -> None:
    preview = finance_laptop.desk.imports.preview(SHEET.encode())
    with pytest.raises(RefusedError, match="forbidden"):
        finance_laptop.desk.imports.run(preview, preview.mapping).result(60)
    with pytest.raises(RefusedError, match="forbidden"):
        finance_laptop.do(ImportRows("doctor", ({"id": an_id(700), "values": {"name": "x"}},)))


def test_a_batch_is_bounded(laptop: Laptop) -> None:
    rows = tuple({"id": an_id(7000 + n), "values": {"name": "x"}} for n in range(501))
    with pytest.raises(InputError, match="too_many_rows"):
        laptop.do(ImportRows("institution", rows))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign: str) -> None:
    assert neutral(f"{sign}1+1") == f"'{sign}1+1"
    assert neutral(f"a{sign}") == f"a{sign}"


def test_an_export_names_its_maker_and_harms_nobody(laptop: Laptop, tmp_path: Path) -> None:
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "+86 138", "note": '=HYPERLINK("http://x")', "tags": ["a", "b"]}, 1))
    path = tmp_path / "customers.csv"
    report = export_customers(laptop.desk, path, "doctor").result(60)
    assert (report.rows, report.by, report.at, report.complete) == (3, "rep1", "2026-11-20T02:00:00.000Z", True)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    header, zhang = rows[0], rows[3]
    cells = dict(zip(header, zhang, strict=False))
    assert (cells["姓名"], cells["手机"], cells["备注"]) == ("张三", "'+86 138", '\'=HYPERLINK("http://x")')
    assert (cells["标签"], cells["职称"], cells["医院"], cells["科室"]) == (
        "a; b",
        "主任医师",
        "上海协和医院",
        "心内科",
    )
    assert "张伟 (rep1)" in header[-1]
    assert "2026-11-20T02:00:00.000Z" in header[-1]
    assert list(tmp_path.glob("*.part")) == []


def test_an_export_as_xlsx_holds_texts_only(laptop: Laptop, tmp_path: Path) -> None:
    laptop.do(EditRow("institution", HOSPITAL, {"address": "=1+1"}, 1))
    path = tmp_path / "hospitals.xlsx"
    export_customers(laptop.desk, path, "institution", language="en").result(60)
    book = CalamineWorkbook.from_path(str(path))
    rows = book.get_sheet_by_name("crmdesk").to_python()
    assert rows[0][:2] == ["id", "Name"]
    assert "'=1+1" in rows[2]
    assert book.get_sheet_by_name("export").to_python()[0][0] == "Exported by"


def test_an_export_that_cannot_be_written_leaves_nothing(laptop: Laptop, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="export_kind"):
        export_customers(laptop.desk, tmp_path / "a.pdf")
    with pytest.raises(WorldError, match="file_not_written"):
        export_customers(laptop.desk, tmp_path / "nowhere" / "a.csv").result(60)
    stopped = export_customers(laptop.desk, tmp_path / "b.csv", progress=lambda done, total: False).result(60)
    assert (stopped.complete, stopped.rows) == (False, 0)


def test_importing_an_own_export_changes_nothing(laptop: Laptop, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    export_customers(laptop.desk, path, "doctor").result(60)
    preview = laptop.desk.imports.preview(path, "doctor")
    report = laptop.desk.imports.run(preview, preview.mapping).result(60)
    assert report.counts[Action.CREATE] == 0
    assert [one.record for one in laptop.waiting()] == ["export_note"]
