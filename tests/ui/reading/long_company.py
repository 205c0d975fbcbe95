"""A company in which everything is as long and as much as it may be, and one that holds nothing yet but its people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crmdesk.domain.clock import at_minute
from crmdesk.domain.company_calendar import holidays_with
from crmdesk.domain.workdays import days_between
from tests.ui.customers.small_company import Company, at, day
from tests.ui.money.money_company import claim
from tests.ui.plan.planned import work_week
from tests.ui.reading.house import whole_company

LONG_HOSPITAL = (
    "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县中西医结合医院"
    "附属孙扎齐牛录镇社区卫生服务中心暨老年医学与康复医疗联合体总院"
)
LONG_NAME = "Maximilian Alexander Featherstonehaugh-Cholmondeley III"
LONG_CHINESE_NAME = "阿卜杜热合曼·买买提依明·吐尔逊江"
SENTENCE = "带来肾功能不全患者分层剂量的真实世界研究摘要，并与护理部确认十二月科室会的时间、地点和参加人数"
FIELDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("waited", {"name": "候诊时间", "name_en": "Waited", "kind": "number", "unit": "分钟", "unit_en": "minutes"}),
    ("talked", {"name": "交谈", "name_en": "Talked", "kind": "decimal", "places": 2, "unit": "小时"}),
    (
        "left",
        {
            "name": "留下的资料",
            "name_en": "Left behind",
            "kind": "choice",
            "choices": [{"zh": "指南", "en": "Guideline"}, {"zh": "综述", "en": "Review"}],
        },
    ),
    ("room", {"name": "谈话的地方", "name_en": "Where we talked", "kind": "text"}),
)


def add_visit_fields(company: Company) -> None:
    """Add four company fields of visits."""
    for position, (key, values) in enumerate(FIELDS):
        company.add("custom_field", f"field {key}", for_record="visit", key=key, position=position, **values)


def add_colleagues(company: Company, count: int = 8) -> None:
    """Add people who may come along: more than have room beside the channel."""
    for number in range(count):
        name = f"同事{'甲乙丙丁戊己庚辛'[number % 8]}"
        user = company.add("user", name, login=f"along{number}", name=name, role="manager", active=True)
        company.add(
            "assignment", f"along {number}", user_id=user, territory_id=company.ids["华东大区"], valid_from="2025-01-01"
        )


def add_products(company: Company, count: int) -> None:
    """Add products with two messages each."""
    for number in range(count):
        told = [{"code": code, "zh": f"信息{code}", "en": f"Message {code}"} for code in "ab"]
        name = f"新药{number + 1}" if number % 5 else f"复方盐酸二甲双胍维格列汀缓释片{number + 1}"
        company.add("product", f"new {number}", name=name, filed_until="2027-03-31", messages=told)


def empty_company() -> Company:
    """Return a company on its first day: people and a territory, nothing else."""
    whole = whole_company()
    kept = ("territory", "user", "assignment")
    return Company({record: rows for record, rows in whole.rows.items() if record in kept}, dict(whole.ids))


def long_company(many: int = 0) -> Company:
    """Return a company with long names everywhere; `many` more doctors, visits, claims and conflicts."""
    company = whole_company()
    place = _add_hospital(company)
    for key, name in (("long latin", LONG_NAME), ("long chinese", LONG_CHINESE_NAME)):
        _add_doctor(company, key, name, place)
    add_products(company, 28)
    add_colleagues(company)
    add_visit_fields(company)
    _add_work(company, place)
    _add_many(company, place, many)
    return company


def _add_hospital(company: Company) -> str:
    here = {"territory_id": company.ids["浦东一区"], "kind": "hospital", "under_review": False}
    rules = "周一至周五 07:30–08:00 与 16:45–17:15，需在门诊办公室和纪检监察室分别登记并佩戴访客证。"
    place = company.add(
        "institution", "long hospital", name=LONG_HOSPITAL, level="3A", customer_class="A", **here,
        province="新疆维吾尔自治区", city="伊犁哈萨克自治州", address=LONG_HOSPITAL + "1 号楼 12 层东侧",
        phone="0999-1234567 转 8765", reception_rules=rules * 3, specialities=["老年医学", "康复"],
        aliases=["伊犁中西医结合医院", "孙扎齐牛录镇社区卫生服务中心"],
    )  # fmt: skip
    for number in range(11):
        name = f"{LONG_HOSPITAL[:40]}第{number + 1}分院"
        company.add("institution", f"more {number}", name=name, aliases=[], specialities=[], **here)
    name = "老年医学与慢病管理及康复医学联合病区（二）"
    company.add("department", "long department", institution_id=place, name=name)
    return place


def _add_doctor(company: Company, key: str, name: str, place: str) -> None:
    doctor = company.add(
        "doctor", key, name=name, title="chief", specialty="cardiology", customer_class="A", influence="national",
        mobile="138 0000 4471", email="a-very-long-address-of-a-doctor@department.hospital.example.org",
        preferred_time="每周二、四上午 08:30–09:30（门诊结束后）", preferred_channel="face_to_face", status="active",
        consent=["mail", "phone", "sms"], consent_on="2026-03-02", consent_evidence="书面同意书，" * 12,
        tags=["长期随访", "讲者", "真实世界研究", "指南编写组"], good_at="高血压与心衰的长期管理。" * 20,
        note=SENTENCE * 3, territory_id=company.ids["浦东一区"],
    )  # fmt: skip
    pair = {"doctor_id": doctor, "institution_id": place, "department_id": company.ids["long department"]}
    company.add("affiliation", f"{key} place", **pair, is_primary=True, duty="")
    for number in range(11):
        more = {"doctor_id": doctor, "institution_id": company.ids[f"more {number}"], "is_primary": False}
        duty = "客座教授、博士生导师、国家临床医学研究中心学术委员会委员"
        company.add("affiliation", f"{key} at {number}", **more, duty=duty)


def _add_work(company: Company, place: str) -> None:
    mine = {"territory_id": company.ids["浦东一区"], "owner_id": company.ids["周晓岚"], "zone": "Asia/Shanghai"}
    talks = [{"product_id": company.ids[f"new {one}"], "messages": ["a"], "reaction": "positive"} for one in range(12)]
    for number, key in enumerate(("long latin", "long chinese")):
        about = mine | {"doctor_ids": [company.ids[key]], "institution_id": place, "channel": "face_to_face"}
        company.add(
            "visit", f"{key} done", **about, state="submitted", starts_at=at(-4 - number, 9), duration_min=10,
            joint_with_ids=[company.ids["王建国"]], note=SENTENCE * 4, next_step=SENTENCE, next_step_on=day(0),
            questions=SENTENCE, next_step_done=False, adverse_event=False, products=talks,
        )  # fmt: skip
        about |= {"state": "planned", "joint_with_ids": [], "products": []}
        company.add("visit", f"{key} today", **about, starts_at=at(0, 15 + number))
        moment = at_minute(work_week() + timedelta(days=number), 11 * 60)
        company.add("visit", f"{key} week", **about, starts_at=moment, duration_min=30)
    doctors = sorted((company.ids["long latin"], company.ids["long chinese"]))
    lines = [
        {"category": "meal", "spent_on": day(-2), "amount_fen": 123_456_78 + number, "description": SENTENCE,
         "doctor_ids": doctors, "staff_count": 2, "fapiao_number": f"2531200000047718{number:04}",
         "receipt_sha256s": [f"{number:02x}" * 32]}
        for number in range(25)
    ]  # fmt: skip
    about = {"visit_id": company.ids["long latin done"], "attendees": SENTENCE}
    claim(company, SENTENCE, "submitted", lines, **about)
    claim(company, "长长的草稿 " + SENTENCE, "draft", lines, **about)
    _add_conflict(
        company, "long conflict", company.ids["long latin"], "good_at", "高血压与心衰的长期管理。" * 20, SENTENCE * 3
    )


def _add_many(company: Company, place: str, many: int) -> None:
    here = {"territory_id": company.ids["浦东一区"]}
    monday, usual = work_week(), holidays_with(())
    worked = [one for one in days_between(monday, monday + timedelta(days=4)) if usual.is_worked(one)]
    for number in range(many):
        person = {"name": f"周{number:05}", "title": "attending", "specialty": "cardiology", "status": "active"}
        klass = "ABC"[number % 3]
        doctor = company.add("doctor", f"many {number}", **person, customer_class=klass, tags=[], consent=[], **here)
        company.add("affiliation", f"many at {number}", doctor_id=doctor, institution_id=place, is_primary=True)
        house = {"kind": "hospital", "aliases": [], "specialities": [], "under_review": False}
        company.add("institution", f"many hospital {number}", name=f"第{number:05}医院", **house, **here)
        _add_days(company, number, {"doctor_ids": [doctor], "institution_id": place}, worked)
        if number % 2 == 0:
            spent = {"category": "transport", "spent_on": day(-1), "amount_fen": 96_50 + number}
            claim(company, f"出租车 {number}", "submitted", [spent], reason="往返", owner_id=company.ids["陈立"])
            claim(company, f"停车 {number}", "submitted", [spent], reason="往返")
        if number % 10 == 0:
            _add_conflict(company, f"many conflict {number}", doctor, "mobile", "138", "139")


def _add_days(company: Company, number: int, about: dict[str, Any], worked: list[date]) -> None:
    """Add a visit that was, and for some doctors one today and one of the coming week."""
    mine = {"territory_id": company.ids["浦东一区"], "owner_id": company.ids["周晓岚"], "zone": "Asia/Shanghai"}
    mine |= about | {"joint_with_ids": [], "products": []}
    was = {"state": "submitted", "starts_at": at(-1 - number % 300, 9, number % 60), "note": f"记录 {number}"}
    was |= {"channel": "phone", "duration_min": 5, "next_step": "带资料", "next_step_on": day(-(number % 9))}
    company.add("visit", f"many visit {number}", **mine, **was, adverse_event=False)
    if number % 100 == 0:
        moment = at_minute(worked[number // 100 % len(worked)], 9 * 60 + number // 10)
        company.add("visit", f"many today {number}", **mine, state="planned", starts_at=at(0, 9, number // 100))
        company.add("visit", f"many week {number}", **mine, state="planned", starts_at=moment, duration_min=15)


def _add_conflict(company: Company, key: str, doctor: str, field: str, used: str, other: str) -> None:
    """Add a conflict of which nobody knows any more what stood there before."""
    company.add(
        "conflict",
        key,
        parent_record="doctor",
        parent_id=doctor,
        field=field,
        state="open",
        winner_value={"value": used},
        winner_by=company.ids["陈立"],
        winner_at=at(-1, 17),
        loser_value={"value": other},
        loser_by=company.ids["周晓岚"],
        loser_at=at(-1, 16),
    )
