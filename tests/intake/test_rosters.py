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
