"""Figures of procurement on the institution's page: shown where there are any, against the time, in both languages."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from crmdesk.domain.ids import new_id
from crmdesk.services.commands import ChangeSet
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts.chips import Chip
from tests.ui.customers.laptop import Laptop

FIGURE: dict[str, Any] = {
    "parent_record": "institution", "round_name": "第八批", "product_name": "氨氯地平片", "strength": "5mg×28",
    "unit": "片", "agreed": 12_000, "purchased": 4_000, "starts_on": "2026-01-01", "ends_on": "2026-12-31",
    "as_of": "2026-07-02", "source": "<b>省平台</b>",
}  # fmt: skip


def shown(window: MainWindow, qtbot: QtBot, row_id: str) -> Any:
    window.navigate("institution", id=row_id)
    page: Any = window.page("institution")
    qtbot.waitUntil(lambda: page._view is not None and page._view.row.id == row_id)
    return page


def texts(page: Any) -> str:
    labels = page.procurement.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(page.procurement))


def test_a_figure_is_shown_with_its_pace_source_and_day(
    window: MainWindow, laptop: Laptop, qapp: QApplication, qtbot: QtBot
) -> None:
    hospital = laptop.company.rows["institution"][0]["id"]
    page = shown(window, qtbot, hospital)
    assert not page.procurement.isVisible()
    laptop.receive({"procurement": [{"id": new_id(), **FIGURE, "parent_id": hospital}]})
    laptop.desk.publish(ChangeSet({"procurement": ()}, "remote"))
    qtbot.waitUntil(page.procurement.isVisible)
    assert "已采购 4,000 / 12,000 片（33%），时间已过 50%" in texts(page)
    assert "来源：<b>省平台</b>" in texts(page)
    assert "截至 2026-07-02" in texts(page)
    app.dress(qapp, language.ENGLISH, theme.DARK)
    qtbot.waitUntil(lambda: "50% of the time gone" in texts(page))
    assert page.procurement._heading.text() == "Volume-based procurement"


def test_a_hospital_without_figures_shows_no_card(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    first, second = (row["id"] for row in laptop.company.rows["institution"][:2])
    laptop.receive({"procurement": [{"id": new_id(), **FIGURE, "purchased": None, "as_of": None, "parent_id": first}]})
    page = shown(window, qtbot, first)
    qtbot.waitUntil(page.procurement.isVisible)
    assert "还没有数据" in {chip.text for chip in page.procurement.findChildren(Chip)}
    shown(window, qtbot, second)
    qtbot.waitUntil(lambda: not page.procurement.isVisible())
