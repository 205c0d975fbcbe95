"""A small company as plain rows: one representative, one manager, doctors whose names and days the tests know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmdesk.domain.adverse_events import due_at, task_id
from crmdesk.domain.clock import to_text
from crmdesk.domain.ids import new_id

Rows = dict[str, list[dict[str, Any]]]
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Company:
    """The rows by record, and the ids that tests ask for by name."""

    rows: Rows = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def add(self, record: str, key: str, /, **values: Any) -> str:
        """Add a row under a name of the tests; returns its id."""
        row_id = self.ids.setdefault(key, new_id())
        self.rows.setdefault(record, []).append({"id": row_id, **values})
        return row_id


def at(days: int, hour: int, minute: int = 0, today: datetime | None = None) -> str:
    """Return the instant of a local time `days` from today as UTC text."""
    base = (today or datetime.now(UTC)).astimezone(ZONE) + timedelta(days=days)
    return to_text(base.replace(hour=hour, minute=minute, second=0, microsecond=0))


def day(days: int) -> str:
    """Return the local date `days` from today as ISO text."""
    return (datetime.now(UTC).astimezone(ZONE) + timedelta(days=days)).date().isoformat()


def _people(company: Company) -> None:
    region = company.add("territory", "华东大区", name="华东大区", kind="region")
    territory = company.add("territory", "浦东一区", name="浦东一区", kind="territory", parent_id=region)
    rep = company.add("user", "周晓岚", login="zhou.xl", name="周晓岚", role="rep", active=True)
    second = company.add("user", "陈立", login="chen.l", name="陈立", role="rep", active=True)
    boss = company.add("user", "王建国", login="wang.jg", name="王建国", role="manager", active=True)
    for key, user, where in (("a1", rep, territory), ("a2", second, territory), ("a3", boss, region)):
        company.add("assignment", key, user_id=user, territory_id=where, valid_from="2025-01-01")


def _products(company: Company) -> None:
    for name, generic, messages in (
        (
            "安络平",
            "氨氯地平",
            (
                ("24h", "24 小时平稳", "24 h control"),
                ("old", "老年患者", "Elderly"),
                ("oedema", "踝部水肿少", "Less oedema"),
            ),
        ),
        ("糖稳", "二甲双胍缓释", (("renal", "肾功能数据", "Renal data"), ("onset", "起效时间", "Onset"))),
    ):
        company.add(
            "product",
            name,
            name=name,
            generic_name=generic,
            filed_until="2027-03-31",
            messages=[{"code": code, "zh": zh, "en": en} for code, zh, en in messages],
        )


_INSTITUTIONS = (
    ("上海市东方医院", "3A", "A"),
    ("上海市第七人民医院", "3A", "A"),
    ("周浦医院", "3B", "B"),
    ("上海市浦东医院", "3A", "B"),
)

_DOCTORS = (
    ("曾庆华", "chief", "cardiology", "A", "regional", "上海市东方医院", "心血管内科"),
    ("仇丽萍", "associate_chief", "endocrinology", "B", "local", "上海市东方医院", "内分泌科"),
    ("单志远", "chief", "cardiology", "A", "regional", "上海市第七人民医院", "心血管内科"),
    ("解明", "attending", "geriatrics", "B", "local", "上海市第七人民医院", "老年医学科"),
    ("区凤仪", "attending", "cardiology", "C", None, "周浦医院", "心血管内科"),
    ("<b>任</b>一 <img src=x>", "resident", "nephrology", "C", None, "上海市浦东医院", "肾内科"),
    ("张三丰", "chief", "neurology", "B", "national", "上海市浦东医院", "神经内科"),
)


def _customers(company: Company) -> None:
    territory = company.ids["浦东一区"]
    for name, level, klass in _INSTITUTIONS:
        company.add(
            "institution",
            name,
            name=name,
            kind="hospital",
            level=level,
            customer_class=klass,
            province="上海市",
            city="上海市",
            address="浦东新区",
            phone="021-50000000",
            territory_id=territory,
            reception_rules="周二、周四 09:00–11:30，需在门诊办登记",
            under_review=False,
            aliases=[],
            specialities=[],
        )
    for name, title, specialty, klass, influence, hospital, department in _DOCTORS:
        _doctor(company, name, title, specialty, klass, influence, hospital, department)
    company.add(
        "affiliation",
        "曾@周浦",
        doctor_id=company.ids["曾庆华"],
        institution_id=company.ids["周浦医院"],
        duty="出诊 周三",
        is_primary=False,
    )


def _doctor(
    company: Company,
    name: str,
    title: str,
    specialty: str,
    klass: str,
    influence: str | None,
    hospital: str,
    department: str,
) -> None:
    territory = company.ids["浦东一区"]
    doctor = company.add(
        "doctor",
        name,
        name=name,
        title=title,
        specialty=specialty,
        customer_class=klass,
        influence=influence,
        mobile="138 0000 4471",
        email="someone@example.org",
        preferred_time="上午 08:30–09:30",
        preferred_channel="face_to_face",
        consent=["mail", "phone", "sms"],
        consent_on="2026-03-02",
        consent_evidence="书面同意书",
        tags=[],
        status="active",
        territory_id=territory,
        good_at="高血压与心衰的长期管理。",
    )
    key = f"{hospital}/{department}"
    if key not in company.ids:
        company.add("department", key, institution_id=company.ids[hospital], name=department, specialty=specialty)
    company.add(
        "affiliation",
        f"{name}@{hospital}",
        doctor_id=doctor,
        institution_id=company.ids[hospital],
        department_id=company.ids[key],
        duty="",
        is_primary=True,
    )


def _visit(company: Company, key: str, doctor: str, days: int, hour: int, **values: Any) -> str:
    hospital = next(row[5] for row in _DOCTORS if row[0] == doctor)
    content: dict[str, Any] = {
        "territory_id": company.ids["浦东一区"],
        "owner_id": company.ids["周晓岚"],
        "state": "submitted",
        "doctor_ids": [company.ids[doctor]],
        "institution_id": company.ids[hospital],
        "zone": "Asia/Shanghai",
        "starts_at": at(days, hour, 20),
        "duration_min": 12,
        "channel": "face_to_face",
        "joint_with_ids": [],
        "products": [],
        "adverse_event": False,
        "note": "",
        "next_step": "",
        "next_step_done": False,
    }
    return company.add("visit", key, **{**content, **values})


def _visits(company: Company) -> None:
    talk = [{"product_id": company.ids["安络平"], "messages": ["24h"], "reaction": "positive"}]
    _visit(
        company,
        "v1",
        "单志远",
        -3,
        10,
        note="安络平：认可降压平稳性，担心老年患者踝部水肿；问到不良反应如何上报。",
        products=talk,
        adverse_event=True,
        next_step="回复不良反应处理流程",
        next_step_on=day(0),
    )
    _visit(
        company,
        "v2",
        "单志远",
        -17,
        14,
        channel="meeting",
        joint_with_ids=[company.ids["王建国"]],
        note="指南更新解读，5 位医生参加；单主任希望看到真实世界数据。",
        next_step="科室会日期确认",
        next_step_on=day(6),
    )
    _visit(company, "v3", "单志远", -29, 9, channel="phone", duration_min=4, note="改约，医院评审周不接待。")
    _visit(
        company,
        "v4",
        "曾庆华",
        0,
        8,
        note="送到 2024 版指南摘要。对 24 小时平稳性认可，准备在出院患者随访中试用。",
        products=talk,
        next_step="随访表",
        next_step_on=day(9),
    )
    _visit(company, "v5", "曾庆华", -40, 9, channel="phone", duration_min=3, note="确认科室会时间。")
    _visit(company, "v6", "仇丽萍", 0, 9, note="对二甲双胍缓释的肾功能数据感兴趣。")
    for key, doctor, hour in (("p1", "单志远", 10), ("p2", "解明", 13), ("p3", "区凤仪", 14)):
        _visit(company, key, doctor, 0, hour, state="planned", duration_min=None, channel=None, adverse_event=None)


def _adverse_event(company: Company) -> None:
    """Make the task that the visit v1 opened; it was reported the same day."""
    visit_id, heard_at = company.ids["v1"], at(-3, 10, 20)
    company.ids["ae1"] = task_id(visit_id)
    company.add(
        "adverse_event",
        "ae1",
        parent_record="visit",
        parent_id=visit_id,
        doctor_ids=[company.ids["单志远"]],
        product_ids=[company.ids["安络平"]],
        heard_at=heard_at,
        due_at=due_at(heard_at),
        heard="踝部水肿两例",
        state="reported",
        reported_at=at(-3, 15),
        reported_by=company.ids["周晓岚"],
        reported_how="phone",
        reported_where="PV-10492",
    )


def _conflict(company: Company) -> None:
    company.add(
        "conflict",
        "c1",
        parent_record="doctor",
        parent_id=company.ids["曾庆华"],
        field="mobile",
        state="open",
        base_value={"value": "021 0000 2208"},
        winner_value={"value": "138 0000 4471"},
        winner_by=company.ids["陈立"],
        winner_at=at(-1, 17),
        loser_value={"value": "138 0000 4417"},
        loser_by=company.ids["周晓岚"],
        loser_at=at(-1, 16),
    )
    company.add(
        "audit_entry",
        "h1",
        parent_record="doctor",
        parent_id=company.ids["曾庆华"],
        at=at(-1, 17),
        by_id=company.ids["陈立"],
        device_id="",
        action="edit",
        changes={"mobile": ["021 0000 2208", "138 0000 4471"]},
        reason="",
    )


def people_and_products(company: Company) -> None:
    """Add what the first day begins with: who works where and what is promoted, and nobody to visit yet."""
    _people(company)
    _products(company)


def small_company() -> Company:
    """Return the company; every id is new, every day is relative to today."""
    company = Company()
    for part in (_people, _products, _customers, _visits, _adverse_event, _conflict):
        part(company)
    return company
