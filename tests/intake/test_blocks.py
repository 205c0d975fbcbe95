"""Lists in blocks: a hospital that stands once above its doctors is theirs, is told, may be refused, and ends."""

import io
import time
from typing import Any

import pytest
import xlsxwriter

from crmdesk.intake import Action, Planned, plan, preview
from tests.intake.ledger import TERRITORY, Ledger

Place = tuple[str, str]


def load(source: str | bytes, from_above: bool | None = None) -> tuple[list[Planned], Ledger]:
    data = source.encode("gb18030") if isinstance(source, str) else source
    seen, ledger, planned = preview(data), Ledger(), []
    for one in plan(seen, seen.mapping, ledger, TERRITORY, from_above=from_above):
        ledger.take(one)
        planned.append(one)
    assert len(planned) == seen.row_count, "every row is accounted for"
    return planned, ledger


def places(source: str | bytes, from_above: bool | None = None) -> dict[str, Place]:
    """Return (hospital, department) by the name of the doctor."""
    planned, ledger = load(source, from_above)
    names: dict[Any, str] = {"": "", None: ""}
    for record in ("institution", "department"):
        names |= {row_id: str(row["name"]) for row_id, row in ledger.rows[record].items()}
    found = {str(one.values["name"]): ("", "") for one in planned if one.action is Action.CREATE}
    for row in ledger.rows["affiliation"].values():
        doctor = str(ledger.rows["doctor"][row["doctor_id"]]["name"])
        found[doctor] = (names[row["institution_id"]], names[row.get("department_id")])
    return found


ONE, TWO = "明泉市第一人民医院", "云杉市中医院"
HEADINGS = f"姓名,科室,职称\n{ONE},,\n张硕,心内科,\n李敏,骨科,\n{TWO}（2人）,,\n王强,心内科,\n赵六,,\n"
FIRST_ROW = f"医院,科室,姓名\n{ONE},心内科,张硕\n,,李敏\n,骨科,王强\n{TWO},心内科,王伍\n,,赵六\n"


def test_a_heading_names_the_hospital_of_the_rows_below() -> None:
    assert places(HEADINGS) == {
        "张硕": (ONE, "心内科"), "李敏": (ONE, "骨科"), "王强": (TWO, "心内科"), "赵六": (TWO, ""),
    }  # fmt: skip


def test_the_first_row_of_a_block_names_it_for_the_others() -> None:
    assert places(FIRST_ROW) == {
        "张硕": (ONE, "心内科"), "李敏": (ONE, "心内科"), "王强": (ONE, "骨科"), "王伍": (TWO, "心内科"),
        "赵六": (TWO, "心内科"),
    }  # fmt: skip


def test_each_source_is_told_once_and_headings_are_nobody() -> None:
    planned, _ledger = load(HEADINGS)
    assert [one.row_number for one in planned if one.action is Action.HEADING] == [2, 5]
    told = [(one.row_number, dict(one.params)) for one in planned if one.code == "hospital_from_above"]
    assert told == [(3, {"hospital": ONE, "row": 2, "last": 4}), (6, {"hospital": TWO, "row": 5, "last": 7})]
    again = preview(HEADINGS.encode())
    ledger = load(HEADINGS)[1]
    assert {one.action for one in plan(again, again.mapping, ledger, TERRITORY)} == {Action.HEADING, Action.SAME}


def test_what_stands_above_can_be_refused() -> None:
    assert [places(FIRST_ROW, from_above=False)[name] for name in ("张硕", "李敏")] == [(ONE, "心内科"), ("", "")]
    planned, _ledger = load(HEADINGS, from_above=False)
    assert [one.action for one in planned].count(Action.REFUSED) == 2, "headings are nobody then, too"


SCATTERED = "姓名,医院\n张硕,明泉医院\n李敏,云杉医院\n王强,\n赵六,安平医院\n孙立,长宁医院\n"
AT_THE_END = "姓名,医院\n张硕,明泉医院\n李敏,云杉医院\n赵六,安平医院\n王强,\n孙立,\n周平,\n"
REPEATED = "姓名,医院\n张硕,明泉医院\n李敏,明泉医院\n王强,\n赵六,\n周平,云杉医院\n孙立,\n"


@pytest.mark.parametrize("text", [SCATTERED, AT_THE_END, REPEATED, "姓名,医院\n张硕,明泉医院\n王强,\n"])
def test_an_empty_cell_of_a_list_that_is_not_in_blocks_stays_empty_until_a_person_says_otherwise(text: str) -> None:
    assert places(text)["王强"] == ("", "")
    seen = preview(text.encode())
    found = seen.blocks(seen.mapping)
    assert found.sources
    assert not found.likely
    assert places(text, from_above=True)["王强"][0] in ("明泉医院", "云杉医院", "安平医院")


@pytest.mark.parametrize(
    "between",
    ["", ",,小计", "小计,,", "备注：以上为重点客户,,", "制表人：周平,,", "/,,周平", "暂无,肾内科,周平"],
)
def test_a_block_ends_where_something_else_begins(between: str) -> None:
    found = places(f"{FIRST_ROW}{between}\n,,孙立\n", from_above=True)
    assert found["赵六"] == (TWO, "心内科")
    assert found["孙立"] == ("", "") if between != ",,小计" else (TWO, "心内科")


def test_a_list_with_an_empty_line_after_every_row_has_blocks_too() -> None:
    found = places(FIRST_ROW.replace("\n", "\n\n"))
    assert (found["李敏"][0], found["赵六"][0]) == (ONE, TWO)


def test_a_heading_above_the_header_and_headers_repeated_in_every_block() -> None:
    header = "姓名,科室,职称"
    text = f"一、{ONE}\n{header}\n张硕,心内科,\n李敏,骨科,\n\n二、{TWO}\n{header}\n王强,心内科,\n\n孙立,肾内科,\n"
    found = places(text)
    assert [found[name][0] for name in ("张硕", "李敏", "王强", "孙立")] == [ONE, ONE, TWO, ""]


def test_departments_as_headings_below_the_hospital() -> None:
    text = (
        f"序号,姓名,职称\n1,{ONE},\n,心内科,\n1,张硕,主任医师\n2,李敏,主治医师\n,骨科,\n1,王强,主任医师\n"
        f",{TWO} 肾内科,\n1,赵六,\n小计,2,\n,孙立,主任医师\n"
    )
    assert places(text) == {
        "张硕": (ONE, "心内科"), "李敏": (ONE, "心内科"), "王强": (ONE, "骨科"),
        "赵六": (TWO, "肾内科"), "孙立": ("", ""),
    }  # fmt: skip


def test_merged_headings_and_merged_first_cells() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["序号", "姓名", "科室", "电话"])
        sheet.merge_range(1, 0, 1, 3, f"【{ONE}】")
        for row, cells in ((2, [1, "张硕", "心内科"]), (3, [2, "李敏", "骨科"]), (5, [1, "王强", "心内科"])):
            sheet.write_row(row, 0, cells)
        sheet.merge_range(4, 0, 4, 3, f"{TWO}：")
    assert places(made.getvalue()) == {"张硕": (ONE, "心内科"), "李敏": (ONE, "骨科"), "王强": (TWO, "心内科")}


def test_the_city_beside_the_hospital_goes_with_it() -> None:
    lines = (
        "城市,医院,姓名", "南京市,市第一医院,张硕", ",,李敏", ",,王强", "杭州市,市第一医院,赵六",
        ",,孙立", ",,周平",
    )  # fmt: skip
    planned, ledger = load("\n".join(lines))
    assert [one.action for one in planned] == [Action.CREATE] * 6
    assert len(ledger.rows["institution"]) == 2, "two of one name in two cities"
    by_place: dict[str, int] = {}
    for row in ledger.rows["affiliation"].values():
        by_place[str(row["institution_id"])] = by_place.get(str(row["institution_id"]), 0) + 1
    assert sorted(by_place.values()) == [3, 3]


def test_english_headings_and_cells_as_above() -> None:
    found = places("Doctor name,Department\nGeneral Hospital (2 doctors),\nJohn Smith,Cardiology\nJane Doe,Renal\n")
    assert found == {
        "John Smith": ("General Hospital", "Cardiology"), "Jane Doe": ("General Hospital", "Renal"),
    }  # fmt: skip
    marked = places(f"姓名,医院\n张硕,{ONE}\n李敏,同上\n王强,\n赵六,{TWO}\n孙立,\n")
    assert (marked["李敏"][0], marked["王强"][0]) == (ONE, ""), "who writes 同上 does not mean it by an empty cell"


def test_a_sign_for_none_is_no_hospital_that_rows_below_could_have() -> None:
    text = FIRST_ROW + "/,,孙立\n,,周平\n"
    seen = preview(text.encode())
    found = seen.blocks(seen.mapping)
    assert {source.hospital for source in found.sources.values()} == {ONE, TWO}
    assert found.likely


@pytest.mark.parametrize("sign", ["同上", "″", "〃"])
def test_as_above_below_a_heading_means_the_heading_and_never_the_block_before(sign: str) -> None:
    lines = (
        "姓名,医院,科室", f"{ONE},,", f"张硕,{sign},心内科", f"李敏,{sign},骨科", f"{TWO},,",
        f"王强,{sign},{sign}", f"赵六,,{sign}",
    )  # fmt: skip
    assert places("\n".join(lines), from_above=True) == {
        "张硕": (ONE, "心内科"), "李敏": (ONE, "骨科"), "王强": (TWO, ""), "赵六": (TWO, ""),
    }  # fmt: skip


def test_as_above_with_nothing_above_is_no_hospital_of_that_name() -> None:
    assert places(f"姓名,医院,科室\n张硕,同上,同上\n李敏,{ONE},骨科\n")["张硕"] == ("", "")


@pytest.mark.parametrize("others", ["李敏,骨科,", f"{TWO},,\n李敏,骨科,\n王强,骨科,"])
def test_a_department_that_heads_doctors_is_theirs_whatever_other_rows_say(others: str) -> None:
    found = places(f"姓名,科室,手机\n{ONE},,\n心内科,,\n张硕,,13800000001\n{others}\n")
    assert (found["张硕"], found["李敏"][1]) == ((ONE, "心内科"), "骨科")


def test_a_title_in_the_column_of_the_hospitals_is_no_hospital() -> None:
    text = f"2026年重点客户,,\n医院,科室,姓名\n,心内科,张硕\n,骨科,李敏\n{ONE},骨科,王强\n,,赵六\n"
    found = places(text, from_above=True)
    assert [found[name][0] for name in ("张硕", "李敏", "赵六")] == ["", "", ONE]


@pytest.mark.parametrize("cells", ['"a\nb","c\nd"', '"a\n",', ',"\n\nd\n"'])
def test_line_breaks_within_cells_of_a_text_are_no_empty_rows(cells: str) -> None:
    found = places(f"姓名,医院,备注,地址\n张硕,{ONE},{cells}\n李敏,,,\n王强,,,\n\n孙立,,,\n")
    assert [found[name][0] for name in ("李敏", "王强", "孙立")] == [ONE, ONE, ""]


@pytest.mark.parametrize("total", ["合计：3人", "合计 3", "Total: 3", "Prepared by: Smith", "Note: draft"])
def test_a_total_with_its_number_and_an_english_foot_are_nobody_and_end_a_block(total: str) -> None:
    found = places(f"姓名,科室\n{ONE},\n张硕,心内科\n李敏,骨科\n{total},\n孙立,骨科\n")
    assert found == {"张硕": (ONE, "心内科"), "李敏": (ONE, "骨科"), "孙立": ("", "")}


def test_a_cell_that_holds_a_book_is_not_looked_through_for_a_heading() -> None:
    began = time.process_time()
    assert places(f"姓名,科室\n{ONE},\n张硕,心内科\n{'1' * 32_000},\n") == {"张硕": (ONE, "心内科")}
    assert time.process_time() - began < 5, "some twenty-five seconds when each digit was tried as the first"


@pytest.mark.parametrize(
    ("title", "hospital"),
    [
        ("明泉市第一医院医生花名册", "明泉市第一医院"),
        ("2026年明泉市中医院东院区门诊排班表（3月）", "明泉市中医院东院区"),
        ("明泉市妇幼保健院药剂科联系方式", "明泉市妇幼保健院"), ("重点医院名单", ""), ("华东大区三级医院通讯录", ""),
        ("明泉医院、云杉医院医生名单", ""), ("明泉市各医院主任名单", ""), ("2026年第四季度重点客户名单", ""),
        ("明泉医院2026年工作计划", ""),
    ],
)  # fmt: skip
def test_a_title_that_says_whose_list_it_is_gives_the_hospital(title: str, hospital: str) -> None:
    ledger = Ledger()
    _report, planned = ledger.load(f"{title},,\n姓名,科室,手机\n张硕,心内科,\n李敏,骨科,\n".encode())
    assert [row["name"] for row in ledger.rows["institution"].values()] == ([hospital] if hospital else [])
    if hospital:
        assert planned[0].code == "hospital_from_above", "it is told, and asked in the window"
        assert [row["name"] for row in ledger.rows["department"].values()] == ["心内科", "骨科"]
