"""Claims, budgets and receipts on top of the small company: what the tests of the money pages look at."""

from __future__ import annotations

import hashlib
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from crmdesk.domain import claims
from crmdesk.domain.claims import period_of
from crmdesk.domain.ids import new_id
from crmdesk.services.commands import ChangeSet
from crmdesk.storage import attachments
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.small_company import Company, at, day, small_company


def meal(company: Company, amount_fen: int, *doctors: str, **values: Any) -> dict[str, Any]:
    """Return a line for a meal with these doctors."""
    ids = sorted(company.ids[name] for name in doctors)
    return {
        "category": "meal", "spent_on": day(-2), "amount_fen": amount_fen, "doctor_ids": ids, "staff_count": 2, **values
    }  # fmt: skip


def claim(company: Company, key: str, state: str, lines: list[dict[str, Any]], **values: Any) -> str:
    """Add a claim of 周晓岚 as the server would hold it."""
    row = {
        "territory_id": company.ids["浦东一区"], "owner_id": company.ids["周晓岚"], "title": key, "lines": lines,
        "currency": "CNY", "state": state, **values,
    }  # fmt: skip
    if state != "draft":
        row |= {"submission": 1, "step": 0, "submitted_at": at(-1, 18, 42)} | values
        row["content_hash"] = claims.content_hash(row)
        row["findings"] = values.get("findings", claims.findings(row))
        row["steps_needed"] = claims.steps_needed(claims.total_fen(row))
    row["created_by"] = row["owner_id"]
    return company.add("claim", key, **row)


def receipt(letter: str) -> str:
    """Return the SHA-256 of the receipt that is called so: 'a' to 'f'."""
    return hashlib.sha256(letter.encode()).hexdigest()


def bring_receipts(laptop: Laptop) -> None:
    """Bring the bytes of all receipts onto a laptop, as downloads do."""
    with laptop.store.writing() as work:
        work.blobs.write_many({receipt(letter): letter.encode() for letter in "abcdef"})


def picture(title: str, *lines: str) -> bytes:
    """Return a receipt as a PNG."""
    image = QImage(720, 480, QImage.Format.Format_RGB32)
    image.fill(QColor("#f3ead7"))
    painter = QPainter(image)
    painter.setPen(QColor("#8a3b2a"))
    font = QFont()
    font.setPixelSize(30)
    painter.setFont(font)
    painter.drawText(QRect(0, 20, 720, 50), Qt.AlignmentFlag.AlignCenter, title)
    painter.drawLine(30, 84, 690, 84)
    painter.setPen(QColor("#222222"))
    font.setPixelSize(22)
    painter.setFont(font)
    for number, line in enumerate(lines):
        painter.drawText(34, 130 + number * 36, line)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def money_company() -> Company:
    """Return the small company with a budget and five submitted claims, one draft, one returned, one payable."""
    company = small_company()
    territory = company.ids["浦东一区"]
    for category, planned, reserved, spent in (("meal", 20_000_00, 3_350_00, 10_400_00), ("venue", 3_000_00, 0, 0)):
        company.add(
            "budget", f"budget {category}", territory_id=territory, period=period_of(day(-2)), category=category,
            rule="warn", planned_fen=planned, reserved_fen=reserved, committed_fen=0, spent_fen=spent,
        )  # fmt: skip
    visit = company.ids["v4"]
    claim(
        company, "科室会，上海市浦东医院", "submitted",
        [
            meal(company, 1_480_00, "曾庆华", "仇丽萍", "张三丰", description="午餐",
                 fapiao_number="25312000000477182093", receipt_sha256s=[receipt("a")]),
            {"category": "material", "spent_on": day(-2), "amount_fen": 120_00, "fapiao_number": "25312000000477201145",
             "receipt_sha256s": [receipt("b")]},
            {"category": "venue", "spent_on": day(-2), "amount_fen": 80_00, "receipt_sha256s": [receipt("c")],
             "description": "示教室半天"},
        ],
        visit_id=visit, attendees="7 位医生，2 位同事", submission=2,
    )  # fmt: skip
    claim(company, "门诊拜访工作餐", "submitted", [meal(company, 268_00, "单志远", receipt_sha256s=[receipt("d")])],
          visit_id=company.ids["v1"], owner_id=company.ids["陈立"])  # fmt: skip
    claim(company, "<b>出租车</b>", "submitted",
          [{"category": "transport", "spent_on": day(-1), "amount_fen": 96_50, "receipt_sha256s": [receipt("e")]}],
          reason="往返周浦医院 <i>两次</i>", owner_id=company.ids["陈立"])  # fmt: skip
    claim(company, "区域学术会", "submitted",
          [{"category": "venue", "spent_on": day(-3), "amount_fen": 3_200_00, "receipt_sha256s": [receipt("f")]}],
          reason="季度区域会", owner_id=company.ids["陈立"])  # fmt: skip
    claim(company, "指南解读会草稿", "draft", [meal(company, 300_00, "曾庆华", receipt_sha256s=[receipt("a")])],
          visit_id=visit)  # fmt: skip
    claim(company, "退回的印刷费", "returned",
          [{"category": "material", "spent_on": day(-9), "amount_fen": 45_00}],
          reason="科室会讲义", decision_comment="请写明份数")  # fmt: skip
    claim(company, "上月停车费", "payable",
          [{"category": "transport", "spent_on": day(-20), "amount_fen": 48_00,
            "fapiao_number": "25312000000477100021"}],
          reason="东方医院停车", approved_fen=48_00, approved_lines=[{"amount_fen": 48_00}])  # fmt: skip
    for number, (action, who, hours) in enumerate((("claim.submit", "周晓岚", 18), ("claim.send_back", "王建国", 19))):
        company.add(
            "audit_entry", f"trail {number}", parent_record="claim", parent_id=company.ids["科室会，上海市浦东医院"],
            at=at(-2, hours), by_id=company.ids[who], device_id="", action=action, changes={},
            reason="" if number == 0 else "请补上签到表",
        )  # fmt: skip
    return company


def hang_receipt(laptop: Laptop, key: str, content: bytes, file_name: str = "发票-午餐.png") -> str:
    """Bring a receipt of a claim onto a laptop as a download does; returns its SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    with laptop.store.writing() as work:
        attachments.put(work, content)
    row = {
        "id": new_id(), "parent_record": "claim", "parent_id": laptop.company.ids[key], "sha256": sha256,
        "file_name": file_name, "media_type": "image/png", "size_bytes": len(content),
    }  # fmt: skip
    laptop.receive({"attachment": [row]})
    laptop.desk.publish(ChangeSet({"attachment": (row["id"],)}, "remote"))
    return sha256
