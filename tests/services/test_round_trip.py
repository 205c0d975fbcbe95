"""What is exported and comes in again changes nothing: formulas, long texts, twins, merged ones, company fields."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crmdesk.intake import Action, Nobody, plan
from crmdesk.services.customer_order import Filter
from crmdesk.services.exports import export_list
from tests.services.small_territory import CARDIOLOGY, HOSPITAL, TERRITORY, Laptop, an_id
from tests.services.test_own_fields import ROWS

SCOPE = f"t:{TERRITORY}"
LONG = '第一行\n第二行\r\n\t缩进, "引号"; 分号\n' + "长" * 3900
NAMES = (
    "=1+1", "+王", "-李", "@赵", "'=钱", "\t孙", "合计", "Total", "张三", "Dr. Max Müller", "O'Brien", "张 伟",
    "阿卜杜·拉合曼", "欧阳，明", "A;B", "A|B", "01", "１２", "TRUE", "2026-03-02", "02.03.2026", "a" * 80,
)  # fmt: skip


def fill_oddly(laptop: Laptop) -> None:
    laptop.receive("custom_field", *ROWS)
    doctors: list[dict[str, Any]] = []
    affiliations: list[dict[str, Any]] = []
    for number, name in enumerate(NAMES):
        one = {"id": an_id(2000 + number), "name": name, "territory_id": TERRITORY, "status": "active", "note": LONG}
        one |= {"mobile": "+86 13800000001", "consent": ["phone", "wechat"], "consent_on": "2026-03-02"}
        one |= {"tags": ["讲者", "=1"], "good_at": "-高血压\n@心衰", "custom": {"beds": 40, "hobby": "=下棋"}}
        doctors.append(one)
        if number % 2:
            place = {"institution_id": HOSPITAL, "department_id": CARDIOLOGY if number % 4 == 1 else None}
            affiliations.append({"id": an_id(3000 + number), "doctor_id": one["id"], "is_primary": True, **place})
    for number, status in enumerate(("merged", "left", "active", "active")):  # of one name, without a hospital
        doctors.append({"id": an_id(2500 + number), "name": "张伟", "territory_id": TERRITORY, "status": status})
    laptop.receive("doctor", *doctors, scope=SCOPE)
    laptop.receive("affiliation", *affiliations, scope=SCOPE)
    places = [
        {"id": an_id(2700 + number), "name": name, "territory_id": TERRITORY, "aliases": ["别名一", "=2"], "city": city}
        for number, (name, city) in enumerate(
            (
                ("=医院", "上海市"),
                ("云杉医院", "上海市"),
                ("云杉医院", "北京市朝阳区"),
                ("@院（东院）", ""),
                ("东方医院（浦东医院）", "上海市"),
            )
        )
    ]
    laptop.receive("institution", *places, scope=SCOPE)


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("record", ["doctor", "institution"])
def test_nothing_changes(laptop: Laptop, tmp_path: Path, name: str, language: str, record: str) -> None:
    fill_oddly(laptop)
    path = tmp_path / name
    written = export_list(laptop.desk, path, Filter(record), language).result(60)
    before = len(laptop.waiting())
    preview = laptop.desk.imports.preview(path)
    report = laptop.desk.imports.run(preview, preview.mapping).result(60)
    assert (preview.kind, preview.row_count) == (record, written.rows)
    assert report.counts == Counter({Action.SAME: written.rows})
    assert len(laptop.waiting()) == before


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_every_value_comes_back_where_nobody_is_known_yet(laptop: Laptop, tmp_path: Path, name: str) -> None:
    fill_oddly(laptop)
    export_list(laptop.desk, tmp_path / name, Filter("doctor")).result(60)
    preview = laptop.desk.imports.preview(tmp_path / name)
    planned = list(plan(preview, preview.mapping, Nobody(), TERRITORY))
    odd = {one.values["name"]: one.values for one in planned if "note" in one.values}
    assert {"=1+1", "+王", "-李", "@赵", "合计", "O'Brien", "a" * 80} <= odd.keys()
    for values in odd.values():
        assert str(values["note"]).replace("\r\n", "\n") == LONG.replace("\r\n", "\n")
        assert (values["mobile"], values["good_at"]) == ("+86 13800000001", "-高血压\n@心衰")
        assert (values["tags"], values["consent"]) == (["=1", "讲者"], ["phone", "wechat"])
        assert (values["consent_on"], values["custom"]) == ("2026-03-02", {"beds": 40, "hobby": "=下棋"})


@pytest.mark.soak
@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_nothing_changes_of_a_hundred_thousand(laptop: Laptop, tmp_path: Path, name: str) -> None:
    count = 100_000
    for start in range(0, count, 10_000):
        some = range(start, start + 10_000)
        laptop.receive(
            "doctor",
            *({"id": an_id(10_000 + one), "name": f"医生{one % 40_000}", "territory_id": TERRITORY, "status": "active",
               "mobile": f"138{one:08d}", "note": f"=第 {one} 位\n下一行"} for one in some),
            scope=SCOPE,
        )  # fmt: skip
        laptop.receive(
            "affiliation",
            *({"id": an_id(210_000 + one), "doctor_id": an_id(10_000 + one), "institution_id": HOSPITAL,
               "is_primary": True, "department_id": CARDIOLOGY if one < 40_000 else None}
              for one in some if one < 80_000),
            scope=SCOPE,
        )  # fmt: skip
    path = tmp_path / name
    written = export_list(laptop.desk, path, Filter("doctor")).result(600)
    before = len(laptop.waiting())
    preview = laptop.desk.imports.preview(path)
    report = laptop.desk.imports.run(preview, preview.mapping).result(600)
    assert written.rows == preview.row_count >= count
    assert report.counts == Counter({Action.SAME: written.rows})
    assert len(laptop.waiting()) == before


def test_who_has_no_hospital_gets_none_from_the_row_above(laptop: Laptop, tmp_path: Path) -> None:
    names = ("艾一", "白二", "蔡三", "邓四", "方五", "高六")
    rows = [{"id": an_id(2000 + at), "name": name, "territory_id": TERRITORY} for at, name in enumerate(names)]
    laptop.receive("doctor", *rows, scope=SCOPE)
    place = {"id": an_id(3000), "doctor_id": an_id(2000), "institution_id": HOSPITAL, "is_primary": True}
    laptop.receive("affiliation", place, scope=SCOPE)
    path = tmp_path / "list.csv"
    export_list(laptop.desk, path, Filter("doctor"), "zh").result(60)
    seen = laptop.desk.imports.preview(path, "doctor")
    report = laptop.desk.imports.run(seen, seen.mapping).result(60)
    assert (report.counts[Action.CREATE], report.counts[Action.REFUSED], report.lines) == (0, 0, [])
    assert [one.action for one in plan(seen, seen.mapping, Nobody(), TERRITORY, from_above=True)].count(
        Action.CREATE
    ) == len(names) + 3, "another laptop makes them as they are"
