"""What Today says of a report that was begun and left, and of a territory in which there is nobody yet."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crmdesk.services.reads_sync import Reads
from crmdesk.services.views import DueView
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import plan_dialog
from crmdesk.ui.pages.today_page import TodayPage
from crmdesk.ui.pages.visit_page import VisitPage
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.date_field import today
from tests.ui.customers.laptop import Laptop, undo
from tests.ui.customers.test_doctor_page import opened as opened_doctor
from tests.ui.customers.test_visit_page import opened


def today_page(window: MainWindow) -> TodayPage:
    window.navigate("today")
    page = window.page("today")
    assert isinstance(page, TodayPage)
    return page


@pytest.mark.parametrize("planned", [True, False])
def test_a_report_that_was_left_stands_on_today_and_enter_goes_on_with_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, planned: bool
) -> None:
    editor = opened(window, qtbot, doctor_id=laptop.company.ids["区凤仪" if planned else "张三丰"])
    begun = editor._opening.visit_id  # type: ignore[union-attr]
    editor.form.note.setFocus()
    qtbot.keyClicks(editor.form.note, "asked for the paper")
    editor.keep_draft()
    page = today_page(window)
    qtbot.waitUntil(
        lambda: (
            ("asked for the paper", "报告没写完")
            in [(row.third, row.state) for row in page._model._rows if row.key == begun]
        )
    )
    assert page.rows.choose(begun)
    button = page.findChild(Button, "today_start_button")
    assert button is not None
    qtbot.waitUntil(lambda: button.text() == "继续写报告")
    qtbot.keyClick(page.rows, Qt.Key.Key_Return)
    visit = window.page("visit")
    assert isinstance(visit, VisitPage)
    qtbot.waitUntil(lambda: window.shown == "visit" and visit.editor.form.note.toPlainText() == "asked for the paper")
    assert visit.editor.form.note.textCursor().atEnd()


GIVE_UP = (Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


@pytest.mark.parametrize("saved", [False, True])
def test_a_report_that_was_begun_is_given_up_by_key_and_comes_back_by_undo(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, saved: bool
) -> None:
    """Whoever opened a report by mistake and typed a letter had it on Today for good."""
    window.navigate("customers")
    editor = opened(window, qtbot, doctor_id=laptop.company.ids["张三丰"])
    assert editor.begun == "", "there is nothing to give up yet"
    assert editor.drop_button.isHidden()
    qtbot.keyClicks(editor.form.note, "wrong doctor")
    visit_id = editor._visit_id()
    if saved:
        editor.save_now()
        qtbot.waitUntil(lambda: not window.bridge.waiting)
        qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.visit(visit_id))["note"] == "wrong doctor")
        qtbot.keyClicks(editor.form.note, ", really")
    qtbot.waitUntil(editor.drop_button.isVisible)
    qtbot.keyClick(editor.form.note, *GIVE_UP)
    qtbot.waitUntil(lambda: window.shown == "customers")
    assert laptop.ask(lambda reads: reads.drafts()) == []
    assert not any(one.visit.id == visit_id for one in laptop.ask(lambda reads: reads.visits(0, 50)))
    undo(window, qtbot)
    qtbot.waitUntil(lambda: bool(laptop.ask(lambda reads: reads.drafts())))
    again = opened(window, qtbot, doctor_id=laptop.company.ids["张三丰"])
    qtbot.waitUntil(lambda: again.form.note.toPlainText().startswith("wrong doctor"))
    assert again.form.note.toPlainText() == ("wrong doctor, really" if saved else "wrong doctor")
    assert again._visit_id() == visit_id


def test_a_planned_visit_stays_planned_when_its_report_is_given_up(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    planned = laptop.company.ids["p1"]
    editor = opened(window, qtbot, id=planned)
    qtbot.keyClicks(editor.form.note, "wrong doctor")
    editor.keep_draft()
    page = today_page(window)
    qtbot.waitUntil(lambda: page.rows.choose(planned) and page._drop.isEnabled())
    qtbot.keyClick(page.rows, *GIVE_UP)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.drafts()) == [])
    assert laptop.ask(lambda reads: reads.visit(planned))["state"] == "planned"
    qtbot.waitUntil(lambda: not page._drop.isEnabled())


def test_a_draft_is_given_up_from_the_list_of_visits(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, doctor_id=laptop.company.ids["张三丰"])
    qtbot.keyClicks(editor.form.note, "wrong doctor")
    visit_id = editor._visit_id()
    window.navigate("visit")
    visit = window.page("visit")
    assert isinstance(visit, VisitPage)
    qtbot.waitUntil(lambda: visit.list.is_draft(visit_id) and visit.list.rows.choose(visit_id))
    qtbot.keyClick(visit.list.rows, *GIVE_UP)
    qtbot.waitUntil(lambda: not visit.list.is_draft(visit_id))
    undo(window, qtbot)
    qtbot.waitUntil(lambda: visit.list.is_draft(visit_id))


def test_the_page_of_a_doctor_tells_of_a_report_that_was_begun_and_v_goes_on_with_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    """It said 'no visits yet' beside the draft."""
    page = opened_doctor(window, qtbot, laptop, "张三丰")
    assert page._nothing.text() == "还没有拜访。按 V 写第一份报告。"
    page.visit()
    visit = window.page("visit")
    assert isinstance(visit, VisitPage)
    qtbot.waitUntil(lambda: visit.editor.form.isVisible() and visit.editor._opening is not None)
    visit.editor.form.note.setFocus()
    qtbot.keyClicks(visit.editor.form.note, "asked for the paper")
    visit.editor.keep_draft()
    page = opened_doctor(window, qtbot, laptop, "张三丰")
    qtbot.waitUntil(lambda: [row.state for row in page._timeline._rows] == ["报告没写完"])
    (row,) = page._timeline._rows
    assert (row.text, row.chips) == ("asked for the paper", (("按 V 接着写", "neutral"),))
    assert page._nothing.isHidden()
    qtbot.keyClick(page, Qt.Key.Key_V)
    qtbot.waitUntil(lambda: window.shown == "visit" and visit.editor.form.note.toPlainText() == "asked for the paper")


def test_where_there_is_nobody_today_leads_to_the_import(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reads, "not_seen", lambda *_a: DueView())
    monkeypatch.setattr(Reads, "customer_count", lambda *_a: 0)
    page = today_page(window)
    page.turn(-400)
    qtbot.waitUntil(lambda: not page.rows.isVisible())
    assert "选一个" not in page.detail._nothing._words.text(), "there is nothing to choose"
    wanted = page._empty.findChild(Button)
    assert wanted is not None
    qtbot.waitUntil(lambda: wanted.text() == "导入客户")
    qtbot.keyClick(wanted, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.shown == "import")


@pytest.mark.parametrize(("ahead", "proposed"), [(0, "16:15"), (1, "09:00")])
def test_a_visit_of_today_is_proposed_for_what_is_still_to_come(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ahead: int, proposed: str
) -> None:
    day = today() + timedelta(days=ahead)
    now = datetime.combine(today(), time(16, 3), ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(plan_dialog, "utc_now", lambda: now)
    dialog = plan_dialog.PlanDialog(window.context, window, day=day.isoformat())
    qtbot.addWidget(dialog)
    assert dialog.time.time().toString("HH:mm") == proposed
