"""Company fields for the windows of the tests: one of each kind, for doctors and for institutions."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from crmdesk.services.commands import ChangeSet
from crmdesk.ui import own_fields
from tests.ui.customers.laptop import Laptop

TOPICS = [
    {"zh": "心力衰竭", "en": "Heart failure"},
    {"zh": "高血压", "en": "Hypertension"},
    {"zh": "血脂管理", "en": "Lipids"},
]
CITIES = [{"zh": f"城市{letter}", "en": f"City {letter}"} for letter in "甲乙丙丁戊己庚"]
FIELDS: tuple[tuple[str, str, str, str, str, dict[str, Any]], ...] = (
    ("doctor", "hobby", "爱好", "Hobby", "text", {}),
    ("doctor", "beds", "管床数", "Beds", "number", {}),
    ("doctor", "since", "从业日期", "In practice since", "date", {}),
    ("doctor", "interest", "学术兴趣", "Academic interest", "choice", {"choices": TOPICS}),
    ("doctor", "topics", "讲课主题", "Lecture topics", "choices", {"choices": TOPICS}),
    ("doctor", "speaker", "院内讲者", "", "yes_no", {}),
    ("doctor", "city", "求学城市", "Studied in", "choice", {"choices": CITIES}),
    ("doctor", "trust", "经理评估", "Assessment", "text", {"roles": ["manager"]}),
    ("institution", "floors", "楼层数", "Floors", "number", {}),
    ("institution", "teaching", "教学医院", "Teaching hospital", "yes_no", {}),
)


def define(laptop: Laptop, qtbot: QtBot, **changes: dict[str, Any]) -> None:
    """Let the definitions arrive as by a sync, `changes` by key, and wait until the windows know them."""
    rows = []
    for position, (record, key, name, name_en, kind, more) in enumerate(FIELDS):
        row_id = laptop.company.ids.setdefault(f"field {key}", "")
        if not row_id:
            row_id = laptop.company.add("custom_field", f"new {key}")
            laptop.company.ids[f"field {key}"] = row_id
        values = {"for_record": record, "key": key, "name": name, "name_en": name_en, "kind": kind}
        rows.append({"id": row_id, **values, "position": position, **more, **changes.get(key, {})})
    before = own_fields.current()
    laptop.receive({"custom_field": rows})
    laptop.desk.publish(ChangeSet({"custom_field": tuple(row["id"] for row in rows)}, "remote"))
    qtbot.waitUntil(lambda: own_fields.current() != before)
