"""A cycle plan and a proposal for the small company, and days on which people surely work."""

from __future__ import annotations

from datetime import date, timedelta

from crmdesk.domain import targets
from crmdesk.domain.clock import at_minute
from crmdesk.domain.public_calendar import published
from crmdesk.domain.workdays import days_between, holidays_of, week_of
from crmdesk.ui.parts.date_field import today
from tests.ui.customers.small_company import Company


def work_week() -> date:
    """Return the Monday of the first week after the present one of which Monday to Friday are worked."""
    public = holidays_of(published().values())
    monday = week_of(today()) + timedelta(weeks=1)
    while not all(public.is_worked(one) for one in days_between(monday, monday + timedelta(days=4))):
        monday += timedelta(weeks=1)
    return monday


def add_plans(company: Company) -> None:
    """Add a cycle of half a year around today, two visits of the coming working week and one proposal."""
    here = {"territory_id": company.ids["浦东一区"]}
    monday = work_week()
    cycle = company.add(
        "cycle_plan", "周期", **here, name="本周期", visits_per_day=6,
        starts_on=(today() - timedelta(days=60)).isoformat(), ends_on=(monday + timedelta(days=60)).isoformat(),
        goals=[{"customer_class": "A", "goal": 6, "maximum": 9}, {"customer_class": "B", "goal": 3}],
        channel_weights=[{"channel": "phone", "percent": 50}],
    )  # fmt: skip
    mine = here | {"owner_id": company.ids["周晓岚"], "zone": "Asia/Shanghai", "state": "planned"}
    for key, doctor, hospital, day, hour in (
        ("w1", "单志远", "上海市第七人民医院", 0, 9), ("w2", "曾庆华", "上海市东方医院", 2, 10),
    ):  # fmt: skip
        company.add(
            "visit", key, **mine, doctor_ids=[company.ids[doctor]], institution_id=company.ids[hospital],
            starts_at=at_minute(monday + timedelta(days=day), hour * 60), duration_min=30, channel="face_to_face",
            joint_with_ids=[], products=[],
        )  # fmt: skip
    target = here | {"owner_id": company.ids["周晓岚"], "cycle_plan_id": cycle, "doctor_id": company.ids["解明"]}
    target |= {"wanted": 5, "grounds": "新开门诊"}
    company.add("plan_target", "申请", **target, state="proposed", content_hash=targets.content_hash(target))
