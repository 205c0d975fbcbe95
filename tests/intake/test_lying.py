"""Sheets on their side: headings in the first column, a person in each of the others; forms for one person."""

from __future__ import annotations

import pytest

from crmdesk.intake import preview
from tests.intake.ledger import Ledger

LYING = (
    "姓名,单建国,仇英,盖叫天\n医院,嘉兴市第一医院,,嘉兴市第二医院\n科室,心内科,肾内科,骨科\n职称,主任医师,主治医师,\n"
    "手机,13867300001,13867300002,13867300003\n喜好,茶,,棋\n"
)


def test_a_person_in_each_column_becomes_a_row_which_is_said() -> None:
    ledger = Ledger()
    seen = preview(LYING.encode())
    assert [(one.code, one.params) for one in seen.notices] == [("sheet_turned", {"count": 3})]
    assert [column.header for column in seen.columns] == ["姓名", "医院", "科室", "职称", "手机", "喜好"]
    _report, planned = ledger.load(LYING.encode())
    assert [(one.row_number, one.values["name"], one.values["mobile"]) for one in planned] == [
        (2, "单建国", "13867300001"), (3, "仇英", "13867300002"), (4, "盖叫天", "13867300003"),
    ]  # fmt: skip
    again, _planned = ledger.load(LYING.encode())
    assert again.lines == []


def test_a_form_for_one_person_below_its_title() -> None:
    seen = preview(
        "客户信息登记表,\n姓名：,钮祜禄·和珅\n医院：,承德市中心医院\n科室：,肾内科\n手机：,13803140001\n".encode()
    )
    assert [row.cells for row in seen.table.rows] == [("钮祜禄·和珅", "承德市中心医院", "肾内科", "13803140001")]


def test_a_hospital_in_each_column() -> None:
    seen = preview("医院名称,东院,西院\n医院等级,三甲,二甲\n地址,东路1号,西路2号\n".encode())
    assert (seen.kind, seen.row_count, seen.notices[0].code) == ("institution", 2, "sheet_turned")


@pytest.mark.parametrize(
    "text",
    [
        "姓名,医院,科室\n王五,明泉医院,骨科\n",  # stands
        "姓名,王五,性别,男\n医院,明泉医院,科室,骨科\n职称,主任医师,手机,13800000001\n",  # pairs: two headings in a row
        "姓名,王五\n医院,明泉医院\n",  # two words may be by chance
        "姓名\n医院\n科室\n",  # nobody
        "科室,心内科,骨科\n职称,主任医师,主任医师\n手机,13800000001,13800000002\n",  # no name
        "姓名,王五\n医院,明泉医院\n科室,骨科\n姓名,李敏\n姓名,李娜\n科室,骨科\n科室,儿科\n",  # a line twice for one
        "姓名,王五,男\n医院,明泉医院,\n科室,骨科,\n姓名,李敏,女\n",  # a column more
    ],
)
def test_any_other_sheet_stays_as_it_is(text: str) -> None:
    assert not {"sheet_turned", "cards_turned"} & {one.code for one in preview(text.encode()).notices}


def test_people_below_one_another_a_line_for_each_thing_said_of_them() -> None:
    text = "客户\n姓名：,王五\n医院：,明泉医院\n手机：,13800000011\n,\n姓名：,李敏\n医院：,云杉医院\n备注：,周三\n"
    seen = preview(text.encode())
    assert [(one.code, one.params.get("count")) for one in seen.notices] == [("cards_turned", 2)]
    assert [column.target for column in seen.columns] == [
        "doctor.name", "institution.name", "doctor.mobile", "doctor.note",
    ]  # fmt: skip
    assert [(row.number, row.cells) for row in seen.table.rows] == [
        (2, ("王五", "明泉医院", "13800000011", "")), (6, ("李敏", "云杉医院", "", "周三")),
    ]  # fmt: skip
