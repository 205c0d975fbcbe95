"""Finding the header, guessing what columns hold, and refusing those that no import may take."""

import csv
import io
import unicodedata
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.records import RECORDS
from crmdesk.intake import SheetRow, plan, preview
from crmdesk.intake.clean import choice_code, field_value
from crmdesk.intake.columns import KNOWN_HEADERS
from crmdesk.intake.sheets import Sheet, cell_text, cut, fold
from tests.intake.ledger import TERRITORY, Ledger


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def test_header_is_found_below_titles_prose_and_blank_lines() -> None:
    seen = preview(
        "二〇二六年客户名单\n\n制表：市场部,,,\n说明：仅供内部使用，请勿外传\n序号,医生姓名,所在医院,职称\n"
        "1,张硕,明泉协和医院,主任医师\n\n2,曾静怡,明泉协和医院,副主任医师\n".encode()
    )
    assert seen.header_row == 5
    assert seen.mapping == {1: "doctor.name", 2: "institution.name", 3: "doctor.title"}
    assert [row.number for row in seen.sample] == [6, 8]
    assert "rows_above_header" in [notice.code for notice in seen.notices]


def test_a_list_without_header_is_guessed_by_content() -> None:
    seen = preview("张硕,明泉协和医院,心血管内科\n曾静怡,云杉医院,肾内科\n单国强,青禾医院,内分泌科\n".encode())
    assert seen.header_row == 0
    assert seen.row_count == 3
    assert seen.mapping == {0: "doctor.name", 1: "institution.name", 2: "department.name"}


@pytest.mark.parametrize(
    ("header", "row", "targets"),
    [
        ("医生姓名（必填）,所属医院*,所属科室,联系手机（11位）,客户分级(A/B/C)", "张硕,明泉医院,心内科,13800000001,A",
         "doctor.name institution.name department.name doctor.mobile doctor.customer_class"),
        ("专家姓名,任职单位,现任科室,专家职称,办公室电话", "张硕,明泉医院,心内科,主任医师,021-12345678",
         "doctor.name institution.name department.name doctor.title doctor.phone"),
        ("姓名,醫院名稱,科別,職稱,行動電話,電郵", "張碩,明泉醫院,心臟內科,主治醫師,0912-345-678,a@example.com",
         "doctor.name institution.name department.name doctor.title doctor.mobile doctor.email"),
        ("HCP Name (CN),Account Name,Dept.,Professional Title,Segment,Cell Phone,Office Tel",
         "张硕,Mingquan Hospital,Cardiology,Chief Physician,A,13800000001,021-5555 0101",
         "doctor.name institution.name department.name doctor.title doctor.customer_class doctor.mobile doctor.phone"),
        ("Họ và tên,Bệnh viện,Khoa,Chức danh,Số điện thoại",
         "Nguyễn Thị Minh,Bệnh viện Bạch Mai,Tim mạch,BS,0912 345 678",
         "doctor.name institution.name department.name  doctor.phone"),
        (unicodedata.normalize("NFD", "Họ tên,Bệnh viện"), "Nguyễn Thị Minh,Bệnh viện Bạch Mai",
         "doctor.name institution.name"),
        ("Аты-жөні,Аурухана,Бөлімше", "Ахметова Айгүл,№4 қалалық аурухана,Кардиология",
         "doctor.name institution.name department.name"),
        ("姓名,院所,科別,職稱", "張碩,臺大醫院,心臟內科,主治醫師",
         "doctor.name institution.name department.name doctor.title"),
        ("氏名,フリガナ,病院名,診療科,携帯電話", "田中一郎,タナカ,明泉病院,循環器内科,090-1234-5678",
         "doctor.name  institution.name department.name doctor.mobile"),
        ("이름,병원,진료과,휴대폰,이메일", "김민수,서울병원,심장내과,010-1234-5678,kim@example.com",
         "doctor.name institution.name department.name doctor.mobile doctor.email"),
        ("ФИО,Больница,Отделение,Мобильный телефон", "Иванов Пётр,Клиника №1,Кардиология,+7 912 345-67-89",
         "doctor.name institution.name department.name doctor.mobile"),
        ("Vorname,Nachname,Krankenhaus,Abteilung,Mobil,Telefon dienstlich,Ort",
         "Jürgen,Groß,Haus Nord,Kardiologie,0171 2345678,0221/478-0,Köln",
         "doctor.given_name doctor.family_name institution.name department.name doctor.mobile doctor.phone"
         " institution.city"),
        ("医院名称,联系电话,医院电话,家庭电话", "明泉医院,021-12345678,,", "institution.name institution.phone  "),
    ],
)  # fmt: skip
def test_headings_as_programs_and_countries_write_them(header: str, row: str, targets: str) -> None:
    assert [column.target for column in preview(f"{header}\n{row}\n".encode()).columns] == targets.split(" ")


def test_merged_cells_hidden_sheets_and_repeated_headers() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        hidden = book.add_worksheet("旧")
        hidden.write_row(0, 0, ["医院", "姓名", "科室"])
        sheet = book.add_worksheet("客户")
        hidden.hide()
        sheet.activate()
        sheet.set_first_sheet()
        sheet.merge_range("A1:C1", "客户名单")
        sheet.write_row(1, 0, ["医院", "姓名", "科室"])
        sheet.merge_range("A3:A4", "明泉协和医院")
        sheet.write_row(2, 1, ["张硕", "心血管内科"])
        sheet.write_row(3, 1, ["曾静怡", "肾内科"])
        sheet.write_row(4, 0, ["医院", "姓名", "科室"])
        sheet.write_row(5, 0, ["云杉医院", "单国强", "内科"])
    seen = preview(target.getvalue())
    assert (seen.sheet, seen.sheets, seen.header_row) == ("客户", ("客户", "旧"), 2)
    assert [row.cells[0] for row in seen.sample] == ["明泉协和医院", "明泉协和医院", "云杉医院"]
    assert preview(target.getvalue(), sheet="旧").row_count == 0
    with pytest.raises(InputError, match="unknown_sheet"):
        preview(target.getvalue(), sheet="没有")


def test_headers_in_english_and_odd_forms_are_known() -> None:
    seen = preview(_csv([[" Doctor * ", "Hospital（全称）", "E-mail", "mobile phone"], ["Zhang", "X", "a@b.cn", "1"]]))
    assert seen.mapping == {0: "doctor.name", 1: "institution.name", 2: "doctor.email", 3: "doctor.mobile"}
    assert fold("医院\n名称：") == "医院名称"


def test_content_decides_what_a_vague_header_means() -> None:
    hospitals = preview(_csv([["name", "place"], *[[f"云杉第{n}医院", "丰台区"] for n in "一二三四"]]))
    people = preview(_csv([["name", "tel"], *[[name, "1"] for name in ("张硕", "曾静怡", "单国强", "欧阳明")]]))
    neither = preview(_csv([["name", "size"], *[[name, "1"] for name in ("red", "blue", "green")]]))
    assert (hospitals.kind, people.kind, neither.kind) == ("institution", "doctor", "")
    assert neither.mapping == {}


@pytest.mark.parametrize(
    "header", [["Name", "Hospital", "Department", "Mobile"], ["id", "Name", "Title", "Class", "Hospital", "Department"]]
)
def test_a_name_beside_a_hospital_is_the_doctor(header: list[str]) -> None:
    """Foreign and rare names look like nobody's: taken for a list of hospitals, the doctors would be lost unsaid."""
    row = {"Name": "Alexander Featherstonehaugh", "Hospital": "Saint Bartholomew", "Class": "Class A"}
    seen = preview(_csv([header, [row.get(one, "") for one in header], ["" for _ in header[1:]] + ["x"]]))
    assert seen.kind == "doctor"
    assert {header[index]: target for index, target in seen.mapping.items()}["Name"] == "doctor.name"
    assert seen.mapping[header.index("Hospital")] == "institution.name"


def test_a_header_of_several_words_is_known_by_one_of_them_and_its_list_is_one_of_doctors() -> None:
    """As a list of hospitals the doctors would be lost unsaid, by a bracket behind a word."""
    header = ["客户（医生）", "单位名称", "所在科", "职称/职务", "分级", "序号"]
    seen = preview(_csv([header, *[["阮诗", f"云杉第{n}医院", "内科", "主治", "A", "x"] for n in "一二三"]]))
    assert seen.kind == "doctor"
    assert {header[index]: target for index, target in seen.mapping.items()} == {
        "客户（医生）": "doctor.name", "单位名称": "institution.name", "所在科": "department.name",
        "职称/职务": "doctor.title", "分级": "doctor.customer_class",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "code"), [("主任", "chief"), ("副主任", "associate_chief"), ("主治", "attending"), ("住院", "resident"),
                       ("科主任", None), ("主任护师", "nurse"), ("正高", "chief"), ("副高职称", "associate_chief")]
)  # fmt: skip
def test_a_title_is_known_as_people_say_it(said: str, code: str | None) -> None:
    assert choice_code("doctor_title", said) == code


@pytest.mark.parametrize("spelling", ["A类", "A 类", "Ａ类", "class a", "A"])
def test_a_choice_is_known_with_or_without_the_space_of_its_word(spelling: str) -> None:
    assert choice_code("customer_class", spelling) == "A"


def test_a_choice_and_a_heading_are_known_in_traditional_characters() -> None:
    assert choice_code("doctor_title", "主任醫師") == "chief"
    seen = preview(_csv([["姓名", "醫院名稱", "科室", "手機"], ["陳美齡", "重慶醫院", "婦產科", "1"]]))
    assert seen.mapping[3] == "doctor.mobile"


def test_a_telephone_whose_cells_are_mobiles_is_the_mobile_beside_one_it_stays_the_office() -> None:
    rows = [
        [f"张{one}", "明泉协和医院", f"1391111000{number}", f"1391111000{number}"]
        for number, one in enumerate("硕敏伟")
    ]
    alone = preview(_csv([["姓名", "医院", "电话"], *(row[:3] for row in rows)]))
    beside = preview(_csv([["姓名", "医院", "手机", "电话"], *rows]))
    assert alone.mapping[2] == "doctor.mobile"
    assert (beside.mapping[2], beside.mapping[3]) == ("doctor.mobile", "doctor.phone")


@pytest.mark.parametrize(("cell", "number"), [("1.3800138007E10", "13800138007"), ("1.38E+10", None)])
def test_a_shortened_number_is_taken_where_it_has_kept_all_its_digits(cell: str, number: str | None) -> None:
    assert field_value(RECORDS["doctor"].field("mobile"), cell)[0] == number


def test_the_caller_may_say_the_kind() -> None:
    seen = preview(_csv([["name", "size"], ["red", "1"], ["blue", "2"], ["green", "3"]]), kind="institution")
    assert seen.mapping == {0: "institution.name"}


@pytest.mark.parametrize("header", ["处方量", "月处方数", "Rx count", "ＴＲｘ", "处 方 量", "开单数"])
def test_prescription_counts_are_refused_with_the_reason(header: str) -> None:
    seen = preview(_csv([["姓名", "医院", header], ["张硕", "明泉协和医院", "12"]]))
    assert seen.columns[2].refused == "counts_prescriptions"
    assert 2 not in seen.mapping
    assert ("counts_prescriptions", header) in [(notice.code, notice.params.get("column")) for notice in seen.notices]
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        list(plan(seen, seen.mapping | {2: "doctor.note"}, Ledger(), TERRITORY))


def test_doctor_by_drug_by_quantity_is_refused_whatever_its_header() -> None:
    seen = preview(_csv([["姓名", "医院", "药品", "数量"], ["张硕", "明泉协和医院", "络平安", "12"]]))
    assert [column.refused for column in seen.columns] == ["", "", "", "counts_prescriptions"]


def test_a_mapping_is_checked_before_the_first_row() -> None:
    seen = preview(_csv([["姓名", "医院"], ["张硕", "明泉协和医院"]]))
    for mapping, code in (
        ({}, "no_name_column"),
        ({0: "doctor.name", 1: "doctor.name"}, "target_twice"),
        ({0: "doctor.name", 7: "doctor.note"}, "unknown_column"),
        ({0: "doctor.name", 1: "doctor.status"}, "unknown_field"),
        ({0: "doctor.name", 1: "claim.state"}, "unknown_field"),
        ({0: "doctor.name", 1: "nothing.at_all"}, "unknown_field"),
    ):
        with pytest.raises(InputError, match=code):
            plan(seen, mapping, Ledger(), TERRITORY)


def test_files_of_one_shape_share_it() -> None:
    one = preview(_csv([["姓名", "医院"], ["张硕", "明泉协和医院"]]))
    other = preview(_csv([["姓 名", "医院："], ["曾静怡", "云杉医院"]]))
    third = preview(_csv([["姓名", "科室"], ["张硕", "内科"]]))
    assert one.shape == other.shape != third.shape


def test_limits_have_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="cell_too_long"):
        preview(_csv([["姓名", "备注"], ["张硕", "字" * 200_000]]))
    with pytest.raises(InputError, match="too_many_columns"):
        preview(_csv([["x"] * 600]))
    monkeypatch.setattr("crmdesk.intake.sheets.MAX_ROWS", 3)
    with pytest.raises(InputError, match="too_many_rows"):
        preview(_csv([["姓名"], *[["张硕"]] * 4]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.0, "12"),
        (1083211441.0, "1083211441"),
        (1.5, "1.5"),
        (True, "TRUE"),
        (None, ""),
        (datetime(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (time(8, 30), "08:30:00"),
        (timedelta(hours=1), "1:00:00"),
        ("\u3000 a_x000D_\nb\x00 ", "a\nb"),
        (float("inf"), "inf"),
    ],
)
def test_cells_become_plain_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=6), min_size=1, max_size=30))
def test_any_sheet_is_cut_into_rows_as_wide_as_its_header(grid: list[list[str]]) -> None:
    rows = [SheetRow(number, tuple(cells)) for number, cells in enumerate(grid, 1)]
    table = cut(Sheet("", rows), KNOWN_HEADERS)
    assert all(len(row.cells) == len(table.header) for row in table.rows)
    assert all(row.number > table.header_row for row in table.rows)


def test_a_list_that_only_a_hidden_sheet_holds_is_read_and_named() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        book.add_worksheet("封面").write(0, 0, "内部资料")
        sheet = book.add_worksheet("数据")
        sheet.write_row(0, 0, ["姓名", "医院"])
        sheet.write_row(1, 0, ["张硕", "明泉医院"])
        sheet.hide()
    assert [(one.code, one.params) for one in preview(data.getvalue()).notices] == [("hidden_sheet", {"sheet": "数据"})]


def test_a_header_in_two_languages_is_one() -> None:
    header = "No.,Name,Hospital,Dept,Mobile\n序号,姓名,医院,科室,手机\n"
    seen = preview(f"{header}1,车晓,安庆医院,眼科,13955600001\n2,李敏,安庆医院,眼科,13955600002\n".encode())
    assert ([row.cells[1] for row in seen.table.rows], seen.table.repeats) == (["车晓", "李敏"], frozenset({2}))
    assert preview("医院,科室\n医院,科室医院\n".encode()).row_count == 1
