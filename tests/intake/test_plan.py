"""Planning an import: made, same, parked or refused; cleaned values; related rows; the report."""

import csv
from pathlib import Path

import pytest

from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.intake import Action, Report, clean, preview
from crmdesk.intake.matching import Found, Institutions, name_key
from tests.intake.ledger import TERRITORY, Ledger

DOCTORS = """姓名,医院,科室,职称,手机,备注
张硕,明泉协和医院,心血管内科心血管内科,主任医师、教授,13800000001,
张 硕,明泉协和医院,心血管内科,主任医师,,
张硕,明泉协和医院,骨科,主任医师,,
张硕,云杉医院,心内科,教授,,"=HYPERLINK(""http://x"")"
,云杉医院,心内科,主任医师,,
曾静怡,,,主治医师,,
"""


def test_doctors_are_made_with_hospital_department_and_affiliation() -> None:
    ledger = Ledger()
    report, planned = ledger.load(DOCTORS.encode())
    assert [one.action.value for one in planned] == [
        "create", "duplicate_parked", "duplicate_parked", "create", "refused", "create"
    ]  # fmt: skip
    assert [one.code for one in planned] == [
        "", "duplicate_in_file", "same_name_other_department", "value_left_out", "required", ""
    ]  # fmt: skip
    first = planned[0]
    assert [row.record for row in first.rows] == ["institution", "department", "doctor", "affiliation"]
    assert [row.record for row in first.related] == ["institution", "department", "affiliation"]
    assert first.values == {
        "name": "张硕", "title": "chief", "mobile": "13800000001", "specialty": "cardiology",
        "territory_id": TERRITORY,
    }  # fmt: skip
    assert first.before[1].values["name"] == "心血管内科"
    assert planned[1].params == {"row": 2}
    assert planned[3].params["left_out"] == [
        ["doctor.title", "教授", "not_in_list"],
        ["doctor.note", '=HYPERLINK("http://x")', "formula"],
    ]
    assert planned[4].row_number == 6
    assert report.made == {"institution": 2, "department": 2, "doctor": 3, "affiliation": 2}


def test_a_number_that_nobody_can_call_is_kept_and_named() -> None:
    rows = ("张硕,明泉医院,1381234567,021-58880000转6", "李敏,明泉医院,13812345678,", "王五,,138I2345678,12")
    text = "\n".join(("姓名,医院,手机,办公电话", *rows))
    ledger = Ledger()
    seen = preview(text.encode())
    assert [(one.code, one.params) for one in seen.doubtful(seen.mapping)] == [
        ("numbers_doubtful", {"column": "手机", "count": 2, "row": 2, "value": "1381234567"})
    ]
    assert seen.doubtful({3: "doctor.mobile"}) == [], "what is no number at all is left out and said so"
    _report, planned = ledger.load(text.encode())
    assert [(one.code, one.values.get("mobile")) for one in planned] == [
        ("value_doubtful", "1381234567"), ("", "13812345678"), ("value_left_out", "138I2345678")
    ]  # fmt: skip
    assert planned[2].params["doubtful"] == [["doctor.mobile", "138I2345678"]]
    assert ledger.load(text.encode())[0].lines == [], "known rows are not named again"


def test_the_same_file_again_makes_nothing() -> None:
    ledger = Ledger()
    text = "\n".join(line for line in DOCTORS.splitlines() if "骨科" not in line and not line.startswith(","))
    ledger.load(text.encode())
    again, planned = ledger.load(text.encode())
    assert again.counts == {Action.SAME: 4}
    assert all(one.rows == () for one in planned)


def test_refused_rows_leave_nothing_behind() -> None:
    ledger = Ledger()
    report, planned = ledger.load(f"姓名,医院,科室\n{'长' * 81},云杉医院,内科\n张硕,云杉医院,内科\n".encode())
    assert (planned[0].code, planned[0].params["limit"]) == ("too_long", 80)
    assert planned[0].rows == ()
    assert [row.record for row in planned[1].before] == ["institution", "department"]
    assert report.refused[0].row_number == 2


def test_hospitals_of_one_name_in_two_cities_are_never_confused() -> None:
    rows = "医院,城市\n云杉医院,河北省-石家庄市\n云杉医院,河北省-保定市\n云杉医院,河北省-石家庄市\n"
    ledger = Ledger()
    _, planned = ledger.load(rows.encode())
    assert [one.action.value for one in planned] == ["create", "create", "duplicate_parked"]
    _, doctors = ledger.load("姓名,医院\n张硕,云杉医院\n".encode())
    assert (doctors[0].action, doctors[0].code) == (Action.DUPLICATE_PARKED, "hospital_ambiguous")
    assert [city for _, _, city in doctors[0].params["candidates"]] == ["石家庄市", "保定市"]
    _, doctors = ledger.load("姓名,医院,城市\n张硕,云杉医院,保定市\n".encode())
    assert doctors[0].after[0].values["institution_id"] == planned[1].id


def test_aliases_spellings_and_near_duplicates_of_hospitals() -> None:
    names = ("明泉协和医院（明泉第一医院）", "明泉协和医院明泉第一医院", "明泉第一医院")
    rows = "医院,城市\n" + "".join(f"{name},河北省-保定市\n" for name in names)
    ledger = Ledger()
    _, planned = ledger.load(rows.encode())
    assert [one.action.value for one in planned] == ["create"] * 3
    assert planned[0].values["aliases"] == ["明泉第一医院"]
    assert planned[2].code == "alias_of_other"
    assert ledger.load(rows.encode())[0].counts == {Action.SAME: 3}
    spelled, listed = (
        Ledger(),
        "医院,城市\n霁川医院霁川职工医院,河北省-保定市\n霁川医院（霁川职工医院）,河北省-保定市\n",
    )
    _, planned = spelled.load(listed.encode())
    assert [one.code for one in planned] == ["", "same_name_spelled_otherwise"]
    assert spelled.load(listed.encode())[0].counts == {Action.SAME: 2}


def test_institution_values_are_cleaned() -> None:
    _, planned = Ledger().load(
        (
            "医院,等级,电话,地址,又名,邮编\n云杉社区卫生服务中心,三级甲等综合医院,1083211441,"
            '北京市丰台区松鸣路１２号,甲院、乙院,"=""010020"""\n'
        ).encode()
    )
    assert planned[0].values == {
        "name": "云杉社区卫生服务中心", "level": "3A", "phone": "010-83211441", "postcode": "010020",
        "address": "北京市丰台区松鸣路12号", "province": "北京市", "city": "北京市丰台区",
        "aliases": ["乙院", "甲院"], "kind": "community", "territory_id": TERRITORY,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("心血管内科心血管内科", ["心血管内科"]),
        ("心内科心血管内科心内科", ["心内科", "心血管内科"]),
        ("全科医学科", ["全科医学科"]),
        ("心脏外科中心心胸外科", ["心脏外科中心", "心胸外科"]),
        ("干部保健科心血管内科", ["干部保健科", "心血管内科"]),
        ("综合科(老年病科)", ["综合科(老年病科)"]),
        ("重症医学科（ICU）", ["重症医学科（ICU）"]),
        ("神经病学中心京城名医馆", ["神经病学中心京城名医馆"]),
        ("", []),
    ],
)
def test_departments_run_together_are_parted(text: str, rooms: list[str]) -> None:
    assert clean.unique(clean.departments(text)) == rooms


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("甲大学附属第一医院甲大学附属第一医院", ["甲大学附属第一医院", "甲大学附属第一医院"]),
        ("甲大学附属第一医院甲大学附属第一医院东院", ["甲大学附属第一医院", "甲大学附属第一医院东院"]),
        ("北京云杉医院上海国际医学中心", ["北京云杉医院", "上海国际医学中心"]),
        ("北京云杉医院单国强医生个人工作室（北京市 东城区）", ["北京云杉医院"]),
        ("云杉医院（东院）云杉医院（西院）", ["云杉医院（东院）", "云杉医院（西院）"]),
        ("云杉医院厦门医院", ["云杉医院厦门医院"]),
        ("云杉医院、青禾医院", ["云杉医院", "青禾医院"]),
    ],
)
def test_hospitals_run_together_are_parted_only_where_it_is_certain(text: str, parts: list[str]) -> None:
    assert clean.hospitals(text, lambda name: False) == parts


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("北京地坛医院（地坛医院）", ("北京地坛医院", ["地坛医院"])),
        ("某某医院(甲乙医院、乙卫生院)", ("某某医院", ["甲乙医院", "乙卫生院"])),
        ("上海市某人民医院（东院）", ("上海市某人民医院（东院）", [])),
        ("某大学云杉医院(青岛)", ("某大学云杉医院(青岛)", [])),
        ("某兆维电子（集团）有限责任公司医院", ("某兆维电子（集团）有限责任公司医院", [])),
    ],
)  # fmt: skip
def test_a_bracket_is_an_alias_or_a_branch(text: str, result: tuple[str, list[str]]) -> None:
    assert clean.hospital(text) == result


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1083211441", "010-83211441"),
        ("2164370045", "021-64370045"),
        ("53185875000", "0531-85875000"),
        ("13800000001", "13800000001"),
        ("０１０－８３２１", "010－8321"),
        ("120", "120"),
    ],
)
def test_a_switchboard_gets_its_zero_back(text: str, number: str) -> None:
    assert clean.switchboard(text) == number


def test_regions() -> None:
    assert clean.region("云南省-曲靖市") == ("云南省", "曲靖市")
    assert clean.region("北京市-朝阳区") == ("北京市", "北京市朝阳区")
    assert clean.region("丰台区") == ("", "丰台区")
    assert clean.region_of_address("江苏省南京市鼓楼区某路1号") == ("江苏省", "南京市")


def test_name_keys_and_look_ups() -> None:
    assert name_key("第１人民医院（东院）") == name_key("第一人民医院(东院)")
    known = Institutions([])
    one = new_id()
    known.add(one, "中国人民解放军第八医院", ("八院医院",), "保定市")
    assert known.find("解放军第八医院", (), "保定市").id == one
    assert known.find("八院医院").id == one
    assert known.find("解放军第八医院", (), "石家庄市").found is Found.NONE


def test_the_report_is_a_csv_that_no_sheet_runs(tmp_path: Path) -> None:
    ledger = Ledger()
    report, planned = ledger.load("姓名,医院,手机\n=1+1,云杉医院,\n张硕,云杉医院,\n@张硕,云杉医院,+1\n".encode())
    report.refuse(planned[2], "out_of_scope", {})
    path = tmp_path / "报告.csv"
    header = ("row", "action", "code", "name", "details")
    report.save(path, header, lambda one: (str(one.row_number), one.action.value, one.code, one.name, str(one.params)))
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert rows[0] == list(header)
    assert {row[2] for row in rows[1:]} == {"not_a_person", "value_left_out", "out_of_scope"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert isinstance(report, Report)


def test_a_file_that_is_not_there_is_the_worlds_fault(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="file_unreadable"):
        preview(tmp_path / "no.csv")


@pytest.mark.parametrize(
    ("picklist", "text", "code"),
    [
        ("customer_class", "B+", "B"), ("customer_class", "a－", "A"), ("customer_class", "A+级", "A"),
        ("customer_class", "B类+", "B"), ("customer_class", "VIP", None), ("customer_class", "AB", None),
        ("institution_level", "2级甲", "2A"), ("institution_level", "三级甲", "3A"),
        ("institution_level", "三级 乙等", "3B"), ("institution_level", "3甲", "3A"),
        ("institution_level", "二甲（综合）", "2A"), ("institution_level", "3级", "3"),
        ("institution_level", "三级特等", "3A+"), ("institution_level", "未评", "none"),
        ("institution_level", "三", None), ("institution_level", "3", "3"),
    ],
)  # fmt: skip
def test_classes_and_levels_that_are_built_of_signs(picklist: str, text: str, code: str | None) -> None:
    assert clean.choice_code(picklist, text) == code


def test_a_class_that_is_divided_further_is_taken_and_said() -> None:
    ledger = Ledger()
    text = "医生姓名,医院,客户分级\n张硕,明泉医院,A+\n李敏,明泉医院,B级\n王五,明泉医院,C-级\n赵六,明泉医院,潜力\n"
    _report, planned = ledger.load(text.encode())
    assert [one.values.get("customer_class") for one in planned] == ["A", "B", "C", None]
    assert [one.code for one in planned] == ["value_finer", "", "value_finer", "value_left_out"]
    assert planned[0].params["finer"] == [["doctor.customer_class", "A+ → A"]]
    assert ledger.load(text.encode())[0].counts == {Action.SAME: 4}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("手机13999001235", "13999001235"), ("手机号：139 9900 1235", "139 9900 1235"),
        ("Tel. +49 30 1234", "+49 30 1234"),
        ("m: 13999001235", "13999001235"), ("联系电话（0999）8021235转12", "(0999)8021235转12"),
        ("手机13999001235、座机0999-8021235", "手机13999001235、座机0999-8021235"),
        ("微信13999001235", "微信13999001235"),
        ("9820012345", "9820012345"), ("13999001235.0", "13999001235"),
    ],
)  # fmt: skip
def test_a_number_without_what_its_column_says_already(cell: str, number: str) -> None:
    assert clean.field_value(RECORDS["doctor"].field("mobile"), cell) == (number, "")


def test_the_office_number_still_gets_its_zero_back() -> None:
    assert clean.field_value(RECORDS["doctor"].field("phone"), "总机2164370045") == ("021-64370045", "")
