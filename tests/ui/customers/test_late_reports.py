"""The company's limit for late reports is said at entry, in the report and in the plan, and follows a sync."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import ChangeSet
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.parts.date_field import today
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.test_visit_page import opened


def let(laptop: Laptop, days: int) -> None:
    """Let another limit arrive as by a sync."""
    if "rule" not in laptop.company.ids:
        laptop.company.add("company_rule", "rule", name="backdating_days", value=days)
    laptop.server_edits("company_rule", "rule", value=days)
    laptop.desk.publish(ChangeSet({"company_rule": (laptop.company.ids["rule"],)}, "remote"))


def test_the_report_says_the_limit_and_follows_a_change_of_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    editor = opened(window, qtbot, doctor_id=laptop.company.ids["张三丰"])
    editor._day_picked((today() - timedelta(days=9)).isoformat())
    assert "7 天" in editor.banner.text
    assert editor.banner.property("part") == "banner-bad"
    let(laptop, 21)
    last = language.day_word(today() + timedelta(days=12), today())
    qtbot.waitUntil(lambda: editor.banner.text == f"补报：拜访后 21 天内可以提交，这一份最迟 {last}。")
    app.dress(qapp, language.ENGLISH, theme.DARK)
    qtbot.waitUntil(lambda: "within 21 days" in editor.banner.text)
    editor.form.adverse.choose("no")
    editor.submit()
    qtbot.waitUntil(lambda: "Report submitted" in window.toast_part.text)


def test_a_stricter_limit_is_said_in_the_plan_too(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    let(laptop, 1)
    dialog = PlanDialog(window.context, window, day=(today() - timedelta(days=2)).isoformat())
    dialog.open()
    qtbot.waitUntil(lambda: "1 天" in dialog.banner.text)
    dialog.reject()
