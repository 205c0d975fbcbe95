"""A week of a year without holidays says so in a sentence, until the company's calendar comes with a sync."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.domain.company_calendar import Day, values_of
from crmdesk.domain.public_calendar import published
from crmdesk.services.dispatcher import ChangeSet
from crmdesk.ui import language
from tests.ui.plan.steps import Seat, opened

KNOWN = max(published())
UNKNOWN = KNOWN + 2


def test_an_unknown_year_is_said_until_it_comes(rep: Seat, qtbot: QtBot, qapp: QApplication) -> None:
    window, laptop = rep
    page = opened(rep, qtbot)
    known = date(KNOWN, 3, 1).isoformat()
    window.navigate("plan", date=known)  # today may be in a year of which this crmdesk does not know yet
    qtbot.waitUntil(lambda: page.week is not None and known in [one.date for one in page.week.days])
    assert page.unknown_year.isHidden()
    day = date(UNKNOWN, 3, 1)
    window.navigate("plan", date=day.isoformat())
    qtbot.waitUntil(page.unknown_year.isVisible)
    assert page.unknown_year.text.startswith(f"还没有 {UNKNOWN} 年的放假和调休安排")
    language.apply_language(qapp, language.ENGLISH)
    qtbot.waitUntil(lambda: page.unknown_year.text.startswith(f"No public holidays of {UNKNOWN} are known yet"))
    language.apply_language(qapp, language.CHINESE)
    row_id = laptop.company.add("company_calendar", "own year", **values_of(UNKNOWN, [Day(day, "厂庆", False)]))
    laptop.server_edits("company_calendar", "own year", year=UNKNOWN)
    laptop.desk.publish(ChangeSet({"company_calendar": (row_id,)}, "remote"))
    qtbot.waitUntil(page.unknown_year.isHidden)
    assert page.week is not None
    shown = {one.date: (one.kind, one.holiday) for one in page.week.days}
    assert shown[day.isoformat()] == ("holiday", "厂庆")
