"""The import on the real public files: all hospitals, all doctors, and every messy file without a crash."""

from collections import Counter
from pathlib import Path

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.intake import Action, preview
from tests.intake.ledger import Ledger

pytestmark = pytest.mark.realdata
HOSPITALS = "hospitals/hospitals_cn_ahospital_20provinces.csv"
DOCTORS = "doctors/doctors_cn_hypertension_haodf_bom.csv"


def test_all_hospitals_come_in_and_the_one_exact_duplicate_is_parked(shared_data: Path) -> None:
    ledger = Ledger()
    report, planned = ledger.load(shared_data / HOSPITALS)
    assert len(planned) == 21_521
    assert report.counts == {Action.CREATE: 21_520, Action.DUPLICATE_PARKED: 1}
    (parked,) = report.parked
    assert (parked.name, parked.code) == ("曲靖市第一人民医院", "duplicate_in_file")
    assert planned[parked.params["row"] - 2].values["name"] == "曲靖市第一人民医院"
    ditan = next(row for row in ledger.rows["institution"].values() if row["name"] == "北京地坛医院")
    assert ditan["aliases"] == ["地坛医院"]
    assert (ditan["province"], ditan["city"], ditan["level"]) == ("北京市", "北京市朝阳区", "3A")
    levels = Counter(one.values.get("level") for one in planned if one.action is Action.CREATE)
    assert levels[None] == 10_595
    again, _ = ledger.load(shared_data / HOSPITALS)
    assert again.counts == {Action.SAME: 21_521}


def test_the_gbk_list_of_beijing_matches_by_name_and_city(shared_data: Path) -> None:
    seen = preview(shared_data / "hospitals/hospitals_beijing_126_gbk.csv")
    assert seen.encoding == "gb18030"
    assert seen.kind == "institution"
    ledger = Ledger()
    report, planned = ledger.load(shared_data / "hospitals/hospitals_beijing_126_gbk.csv")
    assert len(planned) == 126
    assert report.counts[Action.REFUSED] == 0
    first = planned[0].values
    assert (first["name"], first["city"], first["phone"]) == ("卢沟桥医院", "北京市丰台区", "010-83211441")
    assert first["address"] == "北京市丰台区晓月苑清音街1号"
    again, _ = ledger.load(shared_data / "hospitals/hospitals_beijing_126_gbk.csv")
    assert set(again.counts) == {Action.SAME}


def test_all_doctors_come_in_with_departments_cleaned_and_hospitals_matched_or_made(shared_data: Path) -> None:
    ledger = Ledger()
    ledger.load(shared_data / HOSPITALS)
    before = len(ledger.rows["institution"])
    report, planned = ledger.load(shared_data / DOCTORS)
    unsure = report.counts[Action.DUPLICATE_PARKED]
    assert report.counts == {Action.CREATE: 1_100 - unsure, Action.DUPLICATE_PARKED: unsure}
    assert unsure < 220, "a person is asked for some hospitals, not for most rows"
    assert {line.code for line in report.parked} == {"hospital_unsure"}
    assert all(line.params["candidates"] for line in report.parked)
    assert len({line.params["hospital"] for line in report.parked}) < 45
    made = len(ledger.rows["institution"]) - before
    assert 50 < made < 100
    names = {row["name"] for row in ledger.rows["department"].values()}
    assert "心血管内科" in names
    assert not any(name[: len(name) // 2] * 2 == name for name in names)
    assert not any("个人工作室" in row["name"] for row in ledger.rows["institution"].values())
    used = {row["institution_id"] for row in ledger.rows["affiliation"].values()}
    assert len(used - set(list(ledger.rows["institution"])[before:])) > 40, "hospitals of the list were matched"
    titles = Counter(one.values.get("title") for one in planned)
    assert titles["chief"] > 800
    again, _ = ledger.load(shared_data / DOCTORS)
    assert again.counts == {Action.SAME: 1_100 - unsure, Action.DUPLICATE_PARKED: unsure}
    answers: dict[str, str] = {}
    while again.parked:  # a row with two hospitals asks twice
        assert len(answers) < 60
        answers |= {line.params["hospital"]: "" for line in again.parked}
        again, _ = ledger.load(shared_data / DOCTORS, hospitals=answers)
    last, _ = ledger.load(shared_data / DOCTORS)
    assert last.counts == {Action.SAME: 1_100}


def test_every_messy_file_previews_or_is_refused_with_a_code(shared_data: Path) -> None:
    folders = ("messy_files", "drugs", "vbp", "vcards", "us_directory", "geo")
    files = [path for folder in folders for path in sorted((shared_data / folder).rglob("*")) if path.is_file()]
    assert len(files) > 60
    outcome: Counter[str] = Counter()
    for path in files:
        try:
            seen = preview(path)
        except InputError as error:
            outcome[error.code] += 1
        else:
            outcome["previewed"] += 1
            assert all(len(row.cells) == len(seen.columns) for row in seen.sample), path.name
    assert set(outcome) == {"previewed", "not_a_sheet", "no_rows"}
    assert outcome["no_rows"] == 2, "one that holds nothing but errors of its formulas has rows"


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "rows"),
    [
        ("messytables/utf-16le_encoded.csv", "utf-16", ",", 327),
        ("messytables/spanish_chars.csv", "latin-1", ",", 115),
        ("gb18030_departments_questions.csv", "gb18030", ",", 6_000),
        ("tabulator/bom.csv", "utf-8-sig", ",", 2),
        ("messytables/mixedGLB.csv", "utf-8", ",", 133),
    ],
)
def test_encodings_and_line_ends_of_real_files(
    shared_data: Path, name: str, encoding: str, delimiter: str, rows: int
) -> None:
    seen = preview(shared_data / "messy_files" / name)
    assert (seen.encoding, seen.delimiter, seen.row_count) == (encoding, delimiter, rows)
    assert ("encoding_uncertain" in [notice.code for notice in seen.notices]) == (encoding == "latin-1")


def test_pharmacy_sales_and_blank_lines_are_read_but_are_no_customers(shared_data: Path) -> None:
    sales = preview(shared_data / "drugs/pharmacy_sales_chaoyang_2018_part1.xlsx")
    assert (sales.row_count, sales.kind, sales.mapping) == (3_999, "", {})
    drugs = preview(shared_data / "drugs/insurance_drugs_by_province_blank_lines.csv")
    assert (drugs.row_count, drugs.header_row) == (15_966, 1)
