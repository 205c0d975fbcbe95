"""Lists as offices send them: each comes in with every row explained, or is refused with one sentence."""

from typing import Any

import pytest

from crmdesk.domain.errors import CrmdeskError, InputError
from crmdesk.intake import Action, Planned, Preview, plan, preview
from crmdesk.intake.dates import Order, Reading, reading_of
from tests.intake.ledger import TERRITORY, Ledger
from tests.intake.office_lists import LISTS


def taken(name: str, order: Order | None = None, sheet: str | None = None) -> tuple[Preview, list[Planned]]:
    seen, ledger = preview(LISTS[name](), sheet=sheet), Ledger()
    planned = list(plan(seen, seen.mapping, ledger, TERRITORY, date_order=order))
    for one in planned:
        ledger.take(one)
    return seen, planned


def values(name: str, *fields: str, order: Order | None = None) -> list[tuple[Any, ...]]:
    return [tuple(one.values.get(field) for field in fields) for one in taken(name, order)[1]]


def notices(name: str) -> dict[str, dict[str, Any]]:
    return {one.code: dict(one.params) for one in preview(LISTS[name]()).notices}


def left_out(one: Planned) -> list[tuple[str, str]]:
    return [(to, why) for to, _value, why in one.params.get("left_out", ())]


def test_titles_merged_cells_and_a_total() -> None:
    seen, planned = taken("titles, merged cells, a total.xlsx")
    assert (seen.header_row, seen.row_count) == (4, 4)
    assert [one.action for one in planned] == [Action.CREATE] * 3 + [Action.REFUSED]
    assert [one.values.get("mobile") for one in planned[:3]] == ["13800000001", None, None]
    assert [left_out(one) for one in planned[1:3]] == [[("doctor.mobile", "not_a_phone")]] * 2
    assert planned[3].code == "total_row"
    assert len({row.values["name"] for one in planned for row in one.before if row.record == "institution"}) == 1


def test_two_header_rows() -> None:
    assert values("two header rows.xlsx", "name", "mobile", "email") == [
        ("张硕", "13800000001", "a@example.com"), ("赵六", "13800000002", "b@example.com"),
    ]  # fmt: skip


def test_of_several_sheets_one_is_taken_the_others_are_named_and_can_be_chosen() -> None:
    assert [one.values["name"] for one in taken("several sheets.xlsx")[1]] == ["李敏", "王五"]
    assert notices("several sheets.xlsx")["other_sheets"] == {"sheet": "北京", "others": ["上海"]}
    assert [one.values["name"] for one in taken("several sheets.xlsx", sheet="上海")[1]] == ["张硕"]


def test_a_sheet_that_nobody_sees_is_named_and_not_taken() -> None:
    assert [one.values["name"] for one in taken("hidden sheet.xlsx")[1]] == ["张硕"]
    assert notices("hidden sheet.xlsx")["other_sheets"] == {"sheet": "今年", "others": ["去年"]}


def test_formulas_have_their_value_or_are_named() -> None:
    _seen, planned = taken("formulas.xlsx")
    assert [(one.values["name"], one.values.get("mobile")) for one in planned] == [
        ("张硕", "13800000001"), ("李敏", "13800000002"),
    ]  # fmt: skip
    assert left_out(planned[1]) == [("doctor.note", "formula")]


def test_formulas_that_nobody_has_calculated_are_said() -> None:
    assert [one.code for one in taken("formulas without values.xlsx")[1]] == ["required", ""]
    assert "formulas_not_calculated" in notices("formulas without values.xlsx")
    assert "formulas_not_calculated" not in notices("formulas.xlsx")


def test_day_numbers_and_dates_of_other_forms() -> None:
    _seen, planned = taken("day numbers.xlsx")
    assert [one.values.get("consent_on") for one in planned] == ["2026-03-02", "2026-03-03", "2026-03-02", None]
    assert left_out(planned[3]) == [("doctor.consent_on", "not_a_date")]
    assert notices("day numbers.xlsx")["excel_day_numbers"] == {
        "column": "同意日期", "value": "46083", "day": "2026-03-02",
    }  # fmt: skip


def test_of_two_columns_with_one_heading_the_one_left_is_named() -> None:
    assert notices("headings twice, empty columns.xlsx")["header_twice"] == {"column": "电话", "taken": 5, "left": 6}


def test_foreign_headings_and_dates_that_the_column_decides() -> None:
    assert values("german, semicolons, clear.csv", "name", "phone", "consent_on") == [
        ("Dr. Max Müller", "030/12345", "2026-03-02"), ("A. Meier", None, "2026-03-13"),
    ]  # fmt: skip
    assert values("american.csv", "name", "consent_on") == [
        ("John Smith", "2026-03-04"), ("Jane Doe", "2026-05-26"),
    ]  # fmt: skip


def test_a_date_that_may_be_two_days_is_asked_for_never_guessed() -> None:
    name = "german, semicolons, unclear.csv"
    seen = preview(LISTS[name]())
    assert seen.unclear_dates(seen.mapping) == {"Einwilligung am": "02.03.2026"}
    assert seen.unclear_dates({0: "doctor.name"}) == {}, "only columns that are wanted as dates"
    with pytest.raises(InputError, match="dates_unclear"):
        taken(name)
    assert values(name, "consent_on", order=Order.DAY_FIRST) == [("2026-03-02",)]
    assert values(name, "consent_on", order=Order.MONTH_FIRST) == [("2026-02-03",)]


@pytest.mark.parametrize(
    ("cells", "reading"),
    [
        (["02.03.2026", "13.03.2026"], Reading(Order.DAY_FIRST)),
        (["2/3/2026", "2/13/2026"], Reading(Order.MONTH_FIRST)),
        (["02.03.2026", "13.03.2026", "03.13.2026"], Reading(None, "02.03.2026")), (["05.05.2026"], Reading()),
        (["2026-03-02", "", "谢谢"], Reading()), (["02-03-2026"], Reading(None, "02-03-2026")),
        (["０２．０３．２０２６"], Reading(None, "02.03.2026")), (["46083", "13800000001"], Reading(serial="46083")),
        (["02.13.1776"], Reading()),
    ],
)  # fmt: skip
def test_a_column_is_read_as_a_whole(cells: list[str], reading: Reading) -> None:
    assert reading_of(cells) == reading


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026年3月2日 星期一", "2026-03-02"), ("2026/3/2（周一）", "2026-03-02"), ("2026年03月02日上午", "2026-03-02"),
        ("二〇二六年三月二日", "2026-03-02"), ("二零二六年十二月二十一日", "2026-12-21"),
        ("2026年三月十日", "2026-03-10"),
        ("民国115年3月2日", "2026-03-02"), ("中華民國115年3月2日", "2026-03-02"), ("2026 年 3 月 2 日", "2026-03-02"),
        ("2026年3月2号", "2026-03-02"), ("2026 年三月2号（周一）", "2026-03-02"),
        ("115年3月2日", None), ("26年3月2日", None), ("26-3-2", None), ("二〇二六年十三月二日", None),
        ("2026年3月", None),
        ("二〇二六年三十二月二日", None), ("民国三年", None), ("十月", None), ("2026年十十月2日", None),
        ("46083", "2026-03-02"),
    ],
)  # fmt: skip
def test_dates_as_people_write_them_in_chinese(cell: str, day: str | None) -> None:
    assert Reading().value(cell) == (day, "" if day else "not_a_date")


def test_consent_that_names_no_channel_is_explained_no_is_nothing() -> None:
    _seen, planned = taken("consent, tabs, UTF-16.txt")
    assert [one.values.get("consent") for one in planned] == [None, None, ["phone", "wechat"]]
    assert [left_out(one) for one in planned] == [[("doctor.consent", "consent_to_what")], [], []]


@pytest.mark.parametrize("name", ["full width, BOM.csv", "chinese commas, GB18030.csv"])
def test_what_a_chinese_keyboard_leaves(name: str) -> None:
    assert [row[0] for row in values(name, "name")] == ["张硕", "李敏"]
    assert all(len(str(row[0]).replace("-", "")) == 11 for row in values(name, "mobile"))


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        ("a quote never closed.csv", "unclosed_quote", None), ("web page.xls", "not_a_sheet", "html"),
        ("xml sheet.xls", "not_a_sheet", "xml"), ("renamed archive.xlsx", "not_a_sheet", "archive"),
        ("renamed picture.xlsx", "not_a_sheet", "picture"), ("locked.xlsx", "encrypted_file", None),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_as_what_it_is(name: str, code: str, found: str | None) -> None:
    with pytest.raises(CrmdeskError, match=code) as refused:
        preview(LISTS[name]())
    assert refused.value.params.get("found") == found


def test_a_table_of_a_web_page_under_the_name_of_xls() -> None:
    seen, planned = taken("table of a web page.xls")
    assert (seen.file_kind, seen.encoding, seen.header_row, seen.row_count) == ("html", "gb18030", 2, 2)
    assert [(one.values["name"], one.values.get("note")) for one in planned] == [
        ("张硕", "A & B\n第二行"),
        ("李敏", None),
    ]
    assert [row.values["name"] for row in planned[0].before] == ["明泉医院"]
    assert planned[1].before == (), "the same hospital, whose cell reaches down"
    assert left_out(planned[1]) == [("doctor.note", "formula")]
    assert [one.row_number for one in planned] == [3, 4], "as a spreadsheet shows it, though the file has one line"


def test_headings_of_blocks_in_a_page_of_one_line_head_their_own_rows_only() -> None:
    rows = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split())}</tr>"
        for row in ("姓名 手机", "明泉市第一人民医院", "张硕 13800000001", "云杉市中医院", "李敏 13800000002")
    )
    ledger = Ledger()
    _report, planned = ledger.load(f"<html><table>{rows}</table></html>".encode())
    assert [one.action.value for one in planned] == ["heading", "create", "heading", "create"]
    assert [row["name"] for row in ledger.rows["institution"].values()] == ["明泉市第一人民医院", "云杉市中医院"]


@pytest.mark.parametrize(
    "text",
    [
        "<table><tr><td>姓名<td>医院<tr><td>张硕<td>明泉医院", "<html><td>姓名</td><tr></tr></html>",
        "<table><tr><td colspan=99999999>姓名</td><td rowspan=-1>医院</td></tr></table>",
        "<table><tr><td>姓名</td><td><table><tr><td>里面</td></tr></table></td></tr></table></table></td>",
        "<table><tr><td>" * 500, "<!doctype html><table><script>x</script><tr><td>&#0;&#xD800;&bad;</td></tr>",
    ],
)  # fmt: skip
def test_a_broken_page_is_read_as_far_as_it_goes_or_refused(text: str) -> None:
    assert refusal_of(text) in ("", "no_rows", "not_a_sheet", "too_many_columns")


def refusal_of(text: str) -> str:
    try:
        preview(text.encode())
    except InputError as error:
        return error.code
    return ""


def test_a_row_that_unfolds_without_end_is_refused() -> None:
    wide = "<table><tr>" + "<td colspan=500 rowspan=500>x</td>" * 20_000 + "</tr><tr><td>y</td></tr></table>"
    assert refusal_of(wide) == "too_many_columns"


def test_cards_of_old_and_new_address_books() -> None:
    assert values("vcard 2.1 in GBK.vcf", "name", "mobile") == [("张硕", "13800000001")]
    assert values("vcard 4.vcf", "name", "mobile", "phone") == [("张硕", "+86-138-0000-0001", "+86-21-1234-5678-102")]


def test_a_quote_that_is_closed_may_hold_lines() -> None:
    seen = preview('姓名,医院,备注\n张硕,明泉医院,"第一行\n第二行"\n'.encode())
    assert seen.sample[0].cells[2] == "第一行\n第二行"


def test_exactly_as_many_rows_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmdesk.intake.sheets.MAX_ROWS", 50)
    rows = [f"张{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{n},明泉医院" for n in range(50)]
    assert preview("\n".join(["名单", "姓名,医院", *rows]).encode()).row_count == 50
    with pytest.raises(InputError, match="too_many_rows"):
        preview("\n".join(["名单", "姓名,医院", *rows, "李敏,明泉医院"]).encode())


def test_cells_that_have_changed_places_are_refused_row_by_row() -> None:
    planned = taken("cells that have changed places, feet.csv")[1]
    assert [(one.row_number, one.code) for one in planned] == [
        (2, ""), (3, "not_a_person"), (4, "not_a_hospital"), (5, "not_a_department"), (6, "not_a_person"),
        (7, "value_left_out"), (8, "total_row"), (9, "total_row"),
    ]  # fmt: skip
    assert {why for _to, why in left_out(planned[5])} == {"sheet_error", "no_hospital"}


def test_lists_of_korea_and_russia_come_in_their_own_letters() -> None:
    assert [row[0] for row in values("korean.csv", "name")] == ["김민수", "이영희"]
    assert [row[0] for row in values("russian.csv", "name")] == ["Иванов Пётр", "Смирнова Анна"]
    assert "encoding_uncertain" in notices("korean.csv")


def test_rows_that_nobody_sees_are_named() -> None:
    seen, planned = taken("filtered rows.xlsx")
    assert notices("filtered rows.xlsx")["hidden_rows"] == {"rows": "3, 5–6"}
    assert (seen.row_count, len(planned)) == (6, 6)
    assert "hidden_rows" not in notices("formulas.xlsx")


def test_a_cell_with_an_error_is_told_and_is_not_the_hospital_above() -> None:
    ledger = Ledger()
    _report, planned = ledger.load(LISTS["errors of formulas.xlsx"]())
    assert [(one.row_number, one.action.value) for one in planned] == [
        (3, "create"), (4, "create"), (5, "create"), (6, "refused"), (7, "create"),
    ]  # fmt: skip
    assert left_out(planned[0]) == [("doctor.mobile", "sheet_error")]
    assert left_out(planned[2]) == [("institution.name", "sheet_error")]
    assert (planned[3].code, planned[3].params) == ("not_a_person", {"value": "#REF!"})
    places = {row_id: row["name"] for row_id, row in ledger.rows["institution"].items()}
    names = {row_id: row["name"] for row_id, row in ledger.rows["doctor"].items()}
    works = {names[row["doctor_id"]]: places[row["institution_id"]] for row in ledger.rows["affiliation"].values()}
    assert works == {"张硕": "明泉医院", "李敏": "明泉医院", "孙立": "云杉医院"}
