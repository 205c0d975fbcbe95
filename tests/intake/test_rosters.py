"""Lists with several doctors in a row: each comes in, once, where it belongs, and what is nobody is named."""

import pytest

from crmdesk.intake import Action, preview
from tests.intake.ledger import Ledger
from tests.intake.office_lists import LISTS

_DUTY = LISTS["duty roster.csv"]()
_BY_ROOM = LISTS["a column for each department, UTF-16 without a mark.csv"]()


def _made(data: bytes, ledger: Ledger) -> list[tuple[int, Action, str]]:
    _report, planned = ledger.load(data)
    return [(one.row_number, one.action, str(one.values.get("name"))) for one in planned]


def test_a_duty_roster_gives_every_doctor_once() -> None:
    ledger = Ledger()
    made = _made(_DUTY, ledger)
    assert [(row, name) for row, action, name in made if action is Action.CREATE] == [
        (3, "张硕"), (3, "李敏"), (3, "王五"), (4, "虚竹"), (4, "赵六"), (4, "孙立"), (5, "钱进"), (5, "周平"),
    ]  # fmt: skip
    assert len(made) == 8
    assert {action for _row, action, _name in _made(_DUTY, ledger)} == {Action.SAME}, "again it makes nobody"


def test_what_is_nobodys_name_in_a_roster_is_told() -> None:
    told = {one.code: one.params for one in preview(_DUTY).notices}
    assert told["names_left_out"]["left"] == ["停诊", "轮值"]
    assert told["names_left_out"]["columns"] == ["周一上午", "周二", "星期三", "周四（下午）"]


def test_columns_headed_by_departments_give_each_doctor_that_department() -> None:
    ledger = Ledger()
    assert [name for _row, _action, name in _made(_BY_ROOM, ledger)] == [
        "张硕",
        "李敏",
        "王五",
        "赵六",
        "孙立",
        "周平",
        "钱进",
    ]
    rooms = {row_id: row["name"] for row_id, row in ledger.rows["department"].items()}
    places = {row_id: row["name"] for row_id, row in ledger.rows["institution"].items()}
    works = [
        (places[row["institution_id"]], rooms[row["department_id"]]) for row in ledger.rows["affiliation"].values()
    ]
    assert works == [
        ("明泉医院", "心内科"), ("明泉医院", "神经内科"), ("明泉医院", "骨科"),
        ("云杉市中医院", "心内科"), ("云杉市中医院", "骨科"), ("云杉市中医院", "骨科"), ("安平医院", "心内科"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "姓名,医院,周一,周二\n张硕,明泉医院,李敏,王五\n赵六,明泉医院,孙立,周平\n钱进,明泉医院,李敏,王五\n",
        "医院,主任,代表\n明泉医院,张硕,李敏\n云杉医院,王五,赵六\n安平医院,孙立,周平\n",
        "医院,心内科,骨科\n明泉医院,12,30\n云杉医院,8,4\n安平医院,3,2\n",
    ],
)
def test_other_columns_are_left_as_they_are(text: str) -> None:
    seen = preview(text.encode())
    assert [column.header for column in seen.columns] == text.split("\n")[0].split(",")
    assert seen.row_count == 3


def test_a_cell_that_holds_everything_is_parted_by_what_the_parts_are() -> None:
    ledger = Ledger()
    data = LISTS["all in one cell.txt"]()
    _report, planned = ledger.load(data)
    fields = ("name", "title", "mobile", "phone")
    assert [tuple(one.values.get(field) for field in fields) for one in planned if one.action is Action.CREATE] == [
        ("张硕", "chief", "13800000001", None), ("李敏", "associate_chief", "138 0000 0002", None),
        ("王五", None, "13800000003", None), ("赵六", None, None, "021-12345678"),
    ]  # fmt: skip
    refused = [(one.row_number, one.code) for one in planned if one.action is Action.REFUSED]
    assert refused == [(1, "required"), (6, "required"), (7, "several_people")]
    assert [row["name"] for row in ledger.rows["institution"].values()] == ["云杉市中医院"]
    told = {one.code: one.params for one in preview(data).notices}
    assert told["parts_of_a_cell"] == {"columns": ["姓名", "医院", "科室", "职称", "手机", "办公电话", "备注"]}


def test_members_of_a_group_are_read_and_who_is_nobody_is_refused() -> None:
    ledger = Ledger()
    data = LISTS["members of a group.txt"]()
    _report, planned = ledger.load(data)
    assert [one.values.get("name") for one in planned if one.action is Action.CREATE] == ["张硕", "李敏", "王五"]
    assert [(one.row_number, one.code) for one in planned if one.action is Action.REFUSED] == [(3, "required")]
    assert [row["name"] for row in ledger.rows["institution"].values()] == ["明泉市第一医院", "云杉市中医院"]
    assert [row["name"] for row in ledger.rows["department"].values()] == ["心内科", "骨科"]
    assert planned[3].values["email"] == "a@example.com"
    _report, again = ledger.load(data)
    assert not [one for one in again if one.action is Action.CREATE]


@pytest.mark.parametrize(
    "text",
    [
        "姓名,医院\n张硕 主任医师,明泉医院\n李敏 教授,云杉医院\n",
        "张硕\n李敏\n王五\n",
        "明泉市第一医院\n云杉市中医院\n",
        "姓名,备注\n张硕,李敏 心内科 13800000001\n王五,赵六 骨科 13800000002\n",
        "姓名,手机\nDr. Max Müller,0171 2345678\nA. Meier,0172 3456789\n",
    ],
)
def test_cells_that_hold_one_thing_are_left_whole(text: str) -> None:
    assert "parts_of_a_cell" not in {one.code for one in preview(text.encode()).notices}
