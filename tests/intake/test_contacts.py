"""Names as people keep them in an address book: hospital, department and title before or behind the name."""

import pytest

from crmdesk.intake import Nobody, plan, preview

TERRITORY = "01890a5d-ac96-774b-bcce-b302099a8057"


def _card(name: str, *more: str) -> str:
    return "\n".join(("BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", *more, "END:VCARD", ""))


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("临江中心医院心内科王洪主任", ("王洪主任", "临江中心医院", "心内科", "")),
        ("临江中心医院 肾内科 欧阳雪", ("欧阳雪", "临江中心医院", "肾内科", "")),
        ("李主任-临江市医院骨科", ("李主任", "临江市医院", "骨科", "")),
        ("赵敏 护士长 临江中医院", ("赵敏", "临江中医院", "", "护士长")),
        ("临江中医院康复科金哲", ("金哲", "临江中医院", "康复科", "")),
        ("心内科王洪", ("王洪", "", "心内科", "")),
        ("临江大学附属医院江北院区ICU陈明医生", ("陈明医生", "临江大学附属医院江北院区", "ICU", "")),
    ],
)
def test_a_name_that_holds_where_somebody_works_is_parted(name: str, cells: tuple[str, ...]) -> None:
    seen = preview(_card(name, "TEL;TYPE=CELL:13844900001").encode())
    assert seen.table.rows[0].cells[:4] == cells
    assert [(one.code, one.params) for one in seen.notices] == [("parts_of_contacts", {"count": 1})]


@pytest.mark.parametrize(
    "name",
    ["协和心内张主任", "老妈", "临江中心医院温馨提示", "王洪主任", "欧阳雪", "王洪 表弟 临江中心医院", "Mary O'Brien",
     "王洪、李敏 临江中心医院", "阿依古丽·买买提", "康复中心", "东方明珠", ""],
)  # fmt: skip
def test_a_name_of_which_a_part_is_not_understood_stays_whole(name: str) -> None:
    seen = preview(_card(name, "TEL;TYPE=CELL:13844900001").encode())
    assert seen.table.rows[0].cells[:4] == (name, "", "", "")
    assert not seen.notices


def test_a_title_is_not_cut_off_a_name_that_says_more() -> None:
    seen = preview(_card("协和心内张主任").encode())
    assert [row.values["name"] for row in plan(seen, seen.mapping, Nobody(), TERRITORY)] == ["协和心内张主任"]


def test_what_the_card_says_otherwise_stands() -> None:
    assert preview(_card("心内科王洪", "ORG:临江医院;骨科").encode()).table.rows[0].cells[:3] == (
        "心内科王洪", "临江医院", "骨科",
    )  # fmt: skip
    assert preview(_card("临江医院心内科王洪", "ORG:临江医院").encode()).table.rows[0].cells[:3] == (
        "王洪", "临江医院", "心内科",
    )  # fmt: skip


def test_a_title_that_is_none_of_ours_is_told() -> None:
    seen = preview(_card("李雷", "ORG:滁州市一院;", "TITLE:首席专家").encode())
    made = list(plan(seen, seen.mapping, Nobody(), TERRITORY))
    assert made[0].params["left_out"] == [["doctor.title", "首席专家", "not_in_list"]]


def test_whoever_says_that_the_cards_are_institutions_gets_those() -> None:
    seen = preview(_card("李雷", "ORG:滁州市一院;").encode(), "institution")
    assert (seen.kind, list(seen.mapping.values())) == ("institution", ["institution.name"])


def test_the_number_of_a_line_is_no_note() -> None:
    seen = preview("1、王强 13872200001 随州医院\n2. 李想 13872200002 随州医院\n3)钱多 13872200003 随州医院\n".encode())
    assert [row.cells for row in seen.table.rows] == [
        ("王强", "随州医院", "13872200001"), ("李想", "随州医院", "13872200002"), ("钱多", "随州医院", "13872200003"),
    ]  # fmt: skip


def test_messages_in_which_nothing_parts_hospital_and_name() -> None:
    lines = ("临江医院心内科王洪主任 13844900001", "临江市医院骨科 李国强主治 13844900002")
    third = ("临江中医院金哲医生13844900003",)
    seen = preview("\n".join(lines + third).encode())
    made = list(plan(seen, seen.mapping, Nobody(), TERRITORY))
    assert [one.values.get("name") for one in made] == ["王洪", "李国强", "金哲"]
    assert [one.values.get("title") for one in made] == [None, "attending", None]
    assert [one.before[0].values["name"] for one in made] == ["临江医院", "临江市医院", "临江中医院"]
