"""Cells that should name a doctor: titles behind the name, notes and headings, several people, nobody at all."""

from typing import Any

import pytest

from crmdesk.domain.import_sentences import IMPORTS
from crmdesk.intake import Action, preview
from crmdesk.intake.sheets import cell_text
from tests.intake.ledger import Ledger


def loaded(*lines: str, ledger: Ledger | None = None) -> list[tuple[Action, str, Any]]:
    _report, planned = (ledger or Ledger()).load("\n".join(("姓名,医院,科室,职称", *lines)).encode())
    return [(one.action, one.code, one.values.get("name")) for one in planned]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("一、心内科,一、心内科,一、心内科,", "not_a_person"), ("骨科组,骨科组,骨科组,骨科组", "not_a_person"),
        ("注：以上名单仅供内部使用。", "not_a_person"), ("备注: 离职的未列入", "not_a_person"),
        ("共 3 人", "not_a_person"),
        ("制表人：,张测试,,", "total_row"), ("审核：张测试", "total_row"), ("---,---,---,---", "not_a_person"),
        ("/,明泉医院,,", "not_a_person"), ("暂无,明泉医院,,", "not_a_person"), ("12,明泉医院,,", "not_a_person"),
        ("明泉市中医院,,,", "not_a_person"), ('"=A1&""x""",明泉医院,,', "not_a_person"),
        ("以上共23人", "total_row"), ("第1页 共3页", "total_row"), ("—— 以下空白 ——", "total_row"),
        ("参会人数：4人", "total_row"), ("Page 2 of 3", "total_row"),
        ("（示例）张三,明泉医院,,", "not_a_person"), ("【样例】李四,明泉医院,,", "not_a_person"),
        ("Example: John Smith,明泉医院,,", "not_a_person"),
        ("手机,13800000001,,", "not_a_person"), ("科室,,骨科,", "not_a_person"), ("醫院,明泉医院,,", "not_a_person"),
        ("明泉市中心医院总机,明泉市中心医院,,", "not_a_person"), ("明泉医院护士站值班室,,,", "not_a_person"),
        ("#N/A,明泉医院,,", "not_a_person"), ("Барлығы: 2,,,", "not_a_person"),
        ("Łącznie : 12,,,", "not_a_person"), ("#REF!,明泉医院,,", "not_a_person"),
        ("王五,骨科,明泉市中医院,", "not_a_hospital"), ("王五,明泉市中医院,13800000004,骨科", "not_a_department"),
        ("王五,心内科,,", "not_a_hospital"),
        ("张硕、李敏、王五,明泉医院,,", "several_people"), ("张硕 李敏,明泉医院,,", "several_people"),
        ('"张硕（主任）\n李敏",明泉医院,,', "several_people"), ("张硕主任/李敏教授,明泉医院,,", "several_people"),
    ],
)  # fmt: skip
def test_what_names_no_doctor_or_several_is_refused_and_makes_nothing(line: str, code: str) -> None:
    ledger = Ledger()
    assert [found[:2] for found in loaded("李敏,云杉医院,骨科,", line, ledger=ledger)] == [
        (Action.CREATE, ""), (Action.REFUSED, code),
    ]  # fmt: skip
    assert [len(ledger.rows[record]) for record in ("doctor", "institution")] == [1, 1]
    assert code in IMPORTS


@pytest.mark.parametrize(
    "line",
    [
        "骨科", "2,骨科", "康复科", "心胸外科", "血透室", "ICU", "NICU", "icu", "老年科", "医学检验科",
        "神经内科二病区", "明泉医院 心内科", "【检验科】",
        "王科长办公室", "Kim Hospital", "General Hospital (2 doctors)", "Cardiology", "Department of Surgery", "Ward 3",
    ],
)  # fmt: skip
def test_a_line_that_holds_only_a_hospital_or_a_department_is_no_doctor_and_says_so(line: str) -> None:
    ledger = Ledger()
    text = f"序号,姓名,手机\n1,李敏,13800000001\n{line if ',' in line else f',{line}'},\n"
    _report, planned = ledger.load(text.encode())
    assert [(one.action, one.code) for one in planned] == [(Action.CREATE, ""), (Action.REFUSED, "only_a_place")]
    assert [row["name"] for row in ledger.rows["doctor"].values()] == ["李敏"]
    assert planned[1].params["value"] in line


@pytest.mark.parametrize(
    "name",
    [
        "王科", "李文科", "欧阳科", "司马文科", "张部", "陈文室", "安中心", "扎西", "阿部",
        "舍甫琴科", "季莫申科", "恩里科", "尼科", "切尔年科", "长谷部", "日下部", "冼登科", "志科", "Nicu",
        "L'Hospital", "Guillaume de L'Hospital", "John Ward", "Ward Smith",
        "Dr Smith General Hospital", "John Smith (General Hospital)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("row", ["{},", "{},13800000002"])
def test_a_person_who_is_called_like_a_department_is_made(name: str, row: str) -> None:
    _report, planned = Ledger().load(f"姓名,手机\n李敏,13800000001\n{row.format(name)}\n".encode())
    assert [one.action for one in planned] == [Action.CREATE] * 2


def test_what_has_more_than_its_name_is_no_heading_and_what_is_known_as_a_department_is_one() -> None:
    _report, planned = Ledger().load("姓名,手机\n骨科,13800000002\n".encode())
    assert planned[0].action is Action.CREATE, "a telephone number is somebody's"
    ledger = Ledger()
    loaded("张硕,明泉医院,康科,", ledger=ledger)
    assert loaded("康科,,,", ledger=ledger)[0][:2] == (Action.REFUSED, "only_a_place")


def test_who_was_made_so_before_stays_that_one() -> None:
    ledger = Ledger()
    loaded("李敏,,,", ledger=ledger)
    ledger.rows["doctor"] = {row_id: {**row, "name": "骨科"} for row_id, row in ledger.rows["doctor"].items()}
    assert loaded("骨科,,,", ledger=ledger)[0][0] is Action.SAME


@pytest.mark.parametrize(
    ("cell", "name", "title"),
    [
        ("李伟教授", "李伟", None), ("李伟主任医师", "李伟", "chief"),
        ("李伟副主任医师", "李伟", "associate_chief"), ("李伟主任", "李伟", None),
        ("买买提·吐尔逊主任", "买买提·吐尔逊", None), ("王主任", "王主任", None), ("欧阳主任", "欧阳主任", None),
        ("王副主任", "王副主任", None), ("心内科主任", "心内科主任", None), ("李医生", "李医生", None),
        ("扎西", "扎西", None), ("欧阳 明月", "欧阳明月", None), ("阿依古丽 买买提", "阿依古丽买买提", None),
        ("李敏/Li Min", "李敏/Li Min", None), ("Müller; Hans", "Müller; Hans", None),
        ("𠮷田一郎", "𠮷田一郎", None), ("王主任明泉医院", "王主任明泉医院", None),
    ],
)  # fmt: skip
def test_a_title_behind_a_whole_name_is_taken_off_it(cell: str, name: str, title: str | None) -> None:
    ledger = Ledger()
    _report, (planned,) = ledger.load(f"姓名,医院\n{cell},明泉医院".encode(), {0: "doctor.name", 1: "institution.name"})
    assert (planned.action, planned.values["name"], planned.values.get("title")) == (Action.CREATE, name, title)
    assert loaded(f"{cell},明泉医院,,", ledger=ledger)[0][0] is Action.SAME


def test_who_is_known_with_the_title_in_the_name_stays_that_one() -> None:
    ledger = Ledger()
    loaded("李伟,明泉医院,心内科,", ledger=ledger)
    assert loaded("李伟教授,明泉医院,心内科,", ledger=ledger)[0][0] is Action.SAME
    made = next(iter(ledger.rows["doctor"].values()))
    ledger.rows["doctor"] = {row_id: {**made, "name": "李伟教授"} for row_id in ledger.rows["doctor"]}
    assert loaded("李伟教授,明泉医院,心内科,", ledger=ledger)[0][0] is Action.SAME


def test_the_title_column_says_more_than_the_name() -> None:
    _report, planned = Ledger().load(
        "姓名,医院,职称\n李伟主任医师,明泉医院,主治医师\n张硕,云杉医院,\n李敏,云杉医院,\n".encode()
    )
    assert [one.values.get("title") for one in planned] == ["attending", None, None]


BRACKETS = """姓名,医院,科室,职称,手机
张伟（主任）,明泉医院,心内科,,
李娜(副主任医师),明泉医院,,,
王强（心内科）,明泉医院,,,
赵六 （主任，骨科）,明泉医院,,,
郑十主任（心内科）,明泉医院,,,
John Smith (Cardiology),明泉医院,,,
"""


def test_a_title_or_department_in_brackets_behind_the_name_goes_where_it_belongs_and_is_said() -> None:
    ledger = Ledger()
    _report, planned = ledger.load(BRACKETS.encode())
    names = {row_id: row["name"] for row_id, row in ledger.rows["department"].items()}
    rooms = {row["doctor_id"]: names.get(row.get("department_id", "")) for row in ledger.rows["affiliation"].values()}
    assert [(one.code, one.values["name"], one.values.get("title"), rooms[one.id]) for one in planned] == [
        ("name_cleaned", "张伟", "chief", "心内科"), ("name_cleaned", "李娜", "associate_chief", None),
        ("name_cleaned", "王强", None, "心内科"), ("name_cleaned", "赵六", "chief", "骨科"),
        ("value_left_out", "郑十", None, "心内科"), ("name_cleaned", "John Smith", None, "Cardiology"),
    ]  # fmt: skip
    assert planned[4].params["left_out"] == [["doctor.title", "主任", "behind_the_name"]]
    assert planned[3].params["from_name"] == [["doctor.title", "主任"], ["department.name", "骨科"]]
    again, planned = ledger.load(BRACKETS.encode())
    assert again.counts == {Action.SAME: 6}
    assert (again.lines, [one.code for one in planned]) == ([], [""] * 6)


@pytest.mark.parametrize(
    "line",
    [
        "孙七（大）,明泉医院,,,", "陈二（教授）,明泉医院,,,", "张伟（主任，大）,明泉医院,,,",
        "张伟（科主任）,明泉医院,,,",
        "周八（主任）,明泉医院,,主治医师,", "周八（骨科）,明泉医院,心内科,,", "王敏（心内科）,,,,",
        "欧阳（主任）,明泉医院,,,", "王（主任）,明泉医院,,,", "John Smith (General Hospital),明泉医院,,,",
        "张伟（主任）（大）,明泉医院,,,", "张伟（）,明泉医院,,,",
    ],
)  # fmt: skip
def test_brackets_that_are_unknown_or_say_something_else_than_the_row_stay(line: str) -> None:
    ledger = Ledger()
    _report, (planned,) = ledger.load(f"姓名,医院,科室,职称,手机\n{line}".encode())
    assert (planned.action, planned.code, planned.values["name"]) == (Action.CREATE, "", line.split(",")[0])


def test_two_people_who_differ_by_their_brackets_alone_stay_two() -> None:
    ledger = Ledger()
    lines = "吴九（主任）,明泉医院,,,\n吴九（主治）,明泉医院,,,\n吴九（主任）,云杉医院,,,\n"
    _report, planned = ledger.load(f"姓名,医院,科室,职称,手机\n{lines}".encode())
    assert [(one.action, one.values["name"]) for one in planned] == [
        (Action.CREATE, "吴九（主任）"), (Action.CREATE, "吴九（主治）"), (Action.CREATE, "吴九"),
    ]  # fmt: skip


def test_who_is_known_with_the_bracket_in_the_name_stays_that_one() -> None:
    ledger = Ledger()
    loaded("张伟,明泉医院,,", ledger=ledger)
    ledger.rows["doctor"] = {row_id: {**row, "name": "张伟（主任）"} for row_id, row in ledger.rows["doctor"].items()}
    assert loaded("张伟（主任）,明泉医院,,", ledger=ledger)[0][0] is Action.SAME


def test_no_hospital_is_made_of_a_sign_for_none_and_one_as_above_is_the_one_above() -> None:
    ledger = Ledger()
    loaded("张硕,明泉医院,心内科,", "李敏,同上,〃,", "王五,/,暂无,", "赵六,301,—,", ledger=ledger)
    assert [row["name"] for row in ledger.rows["institution"].values()] == ["明泉医院", "301"]
    assert [row["name"] for row in ledger.rows["department"].values()] == ["心内科"]
    assert len(ledger.rows["affiliation"]) == 3


def test_a_hospital_may_be_called_like_a_department() -> None:
    ledger = Ledger()
    loaded("张硕,爱尔眼科,眼科,", "李敏,云杉齿科,,", "王五,明泉市急救中心,1号楼,", ledger=ledger)
    assert [row["name"] for row in ledger.rows["institution"].values()] == ["爱尔眼科", "云杉齿科", "明泉市急救中心"]


def test_a_department_without_a_hospital_is_told_in_a_list_without_hospitals_once() -> None:
    _report, planned = Ledger().load("姓名,医院,科室\n张硕,,心内科\n李敏,明泉医院,骨科\n王五,/,骨科\n".encode())
    told = [one.params.get("left_out") for one in planned]
    assert told == [
        [["department.name", "心内科", "no_hospital"]], None, [["department.name", "骨科", "no_hospital"]],
    ]  # fmt: skip
    assert planned[0].values["specialty"] == "cardiology", "what it says of the doctor is kept"
    _report, planned = Ledger().load("姓名,科室\n张硕,心内科\n李敏,骨科\n".encode())
    assert [one.params.get("left_out") for one in planned] == [
        [["department.name", "心内科", "no_hospital_in_list"]], None,
    ]  # fmt: skip


def test_an_error_of_the_sheet_is_no_hospital_and_is_told() -> None:
    ledger = Ledger()
    _report, planned = ledger.load("姓名,医院,科室,手机\n张硕,#N/A,#REF!,#VALUE!\n".encode())
    assert {why for _to, _cell, why in planned[0].params["left_out"]} == {"sheet_error"}
    assert len(planned[0].params["left_out"]) == 3
    assert [len(ledger.rows[record]) for record in ("doctor", "institution", "department")] == [1, 0, 0]


def test_a_sign_for_nothing_is_nothing_in_every_column() -> None:
    text = "姓名,医院,手机,邮箱,职称,备注\n张硕,明泉医院,无,/,—,无\n".encode()
    _report, (planned,) = Ledger().load(text)
    assert (planned.code, planned.params) == ("", {})
    assert {name: planned.values.get(name) for name in ("mobile", "email", "title", "note")} == {
        "mobile": None, "email": None, "title": None, "note": "无",
    }  # fmt: skip
    _report, (planned,) = Ledger().load("医院名称,城市\n/,明泉市\n".encode())
    assert (planned.action, planned.code) == (Action.REFUSED, "required")


def test_what_nobody_sees_makes_no_second_doctor() -> None:
    assert cell_text("\u200b李\u200b静\u2060\u202c") == "李静"
    assert [one[0] for one in loaded("李静,明泉医院,,", "\u200b李\u200b静,明泉医院,,")] == [
        Action.CREATE, Action.DUPLICATE_PARKED,
    ]  # fmt: skip
    ledger = Ledger()
    loaded("李静,明泉医院,,", ledger=ledger)
    made = next(iter(ledger.rows["doctor"].values()))
    ledger.rows["doctor"] = {row_id: {**made, "name": "李\u200b静"} for row_id in ledger.rows["doctor"]}
    assert loaded("李静,明泉医院,,", ledger=ledger)[0][0] is Action.SAME, "one that was imported before"


@pytest.mark.parametrize(
    ("text", "kind", "targets"),
    [
        ("姓,名,公司,部门,职务,商务电话,移动电话,电子邮件地址\n张,硕,明泉医院,心内科,主任医师,021-12345678,13800000001,a@example.com",
         "doctor", "doctor.family_name doctor.given_name institution.name department.name doctor.title doctor.phone"
         " doctor.mobile doctor.email"),
        ("Name,Organization 1 - Name,Organization 1 - Title,Phone 1 - Value\n张硕,明泉医院,主任医师,13800000001",
         "doctor", "doctor.name institution.name doctor.title doctor.mobile"),
        ("医院全称,简称,市\n明泉市第一医院,明泉一院,常州\n云杉市中医院,,温州\n安平市医院,,沈阳",
         "institution", "institution.name institution.aliases institution.city"),
        ("药品名称,规格,单位\n甲片,1g,盒\n乙片,2g,盒\n丙片,2g,盒", "", "  "),
        ("姓名,医院\n张硕,安贞\n李敏,华西\n甘棠,盛京", "doctor", "doctor.name institution.name"),
        ("甘棠,明泉市第一医院\n司马千里,明泉市第一医院\n诸葛青,云杉市中医院", "doctor", "doctor.name institution.name"),
        ("姓名,医院,客户级别\n张硕,明泉医院,A级\n李敏,明泉医院,C级\n王五,明泉医院,B", "doctor",
         "doctor.name institution.name doctor.customer_class"),
    ],
)  # fmt: skip
def test_headings_of_address_books_and_what_looks_like_a_name(text: str, kind: str, targets: str) -> None:
    seen = preview(text.encode())
    assert (seen.kind, [column.target for column in seen.columns]) == (kind, targets.split(" "))


def test_names_with_titles_behind_them_are_people_without_any_heading() -> None:
    lines = ("王主任", "李教授/主任医师", "赵敏副主任医师", "张护士长", "欧阳主任", "陈院长（心内）")
    text = "\n".join(f"{line}\t明泉市第八医院\t心内科\t1397310000{at}" for at, line in enumerate(lines))
    seen = preview(text.encode("gbk"))
    assert (seen.kind, seen.mapping[0], seen.mapping[1]) == ("doctor", "doctor.name", "institution.name")
    _report, planned = Ledger().load(text.encode("gbk"))
    made = [(one.values["name"], one.values.get("title")) for one in planned]
    assert made[:3] == [("王主任", None), ("李教授", "chief"), ("赵敏", "associate_chief")]


def test_what_a_doctor_is_called_by_behind_the_name_is_told_where_it_is_not_kept() -> None:
    _report, planned = Ledger().load(
        "姓名,医院,职称\n王洪主任,明泉医院,\n王海主任,明泉医院,主治医师\n王江医生,明泉医院,\n".encode()
    )
    assert [one.values["name"] for one in planned] == ["王洪", "王海", "王江"]
    assert [one.params.get("left_out") for one in planned] == [
        [["doctor.title", "主任", "behind_the_name"]], None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("total", ["Итого: 3", "Gesamt", "합계: 5명", "Tổng cộng: 12", "всего"])
def test_a_total_of_another_country_is_one(total: str) -> None:
    assert loaded("李敏,云杉医院,骨科,", f"{total},,,")[1][:2] == (Action.REFUSED, "total_row")
