"""An adverse event by key strokes: answered yes in the report, first on Today, marked as reported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from crmdesk.domain.adverse_events import task_id
from crmdesk.domain.clock import from_text
from crmdesk.domain.ids import new_id
from crmdesk.domain.text_merge import MARK
from crmdesk.services.commands import ChangeSet, SubmitVisit
from crmdesk.services.views import AdverseEventItem, Row
from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.adverse_event_dialog import AdverseEventDialog
from crmdesk.ui.pages.adverse_event_words import AdverseEventWords
from crmdesk.ui.pages.today_page import TodayPage
from crmdesk.ui.pages.visit_page import VisitPage
from crmdesk.ui.parts.chips import Pick
from crmdesk.ui.parts.label import Label
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.small_company import at
from tests.ui.customers.test_visit_page import CTRL, focused_key, opened

KEY = Qt.Key


def heard(laptop: Laptop, key: str = "p1", starts_at: str = "") -> str:
    """Submit a report that heard of one; returns the task."""
    visit_id = laptop.company.ids[key]
    more = {"starts_at": starts_at} if starts_at else {}
    laptop.desk.submit(SubmitVisit(visit_id, {"adverse_event": True, "note": "皮疹", **more})).result(20)
    return task_id(visit_id)


def today(window: MainWindow, qtbot: QtBot) -> TodayPage:
    window.navigate("today")
    page = window.page("today")
    assert isinstance(page, TodayPage)
    qtbot.waitUntil(lambda: page._model.rowCount() > 0)
    return page


def dialog(window: MainWindow, qtbot: QtBot) -> AdverseEventDialog:
    qtbot.waitUntil(lambda: window.findChild(AdverseEventDialog) is not None)
    found = window.findChild(AdverseEventDialog)
    assert found is not None
    qtbot.waitUntil(lambda: found.isActiveWindow())
    return found


def test_yes_in_the_report_opens_the_task_that_comes_first_on_today(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    window.navigate("today")
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    assert editor.form.heard.isHidden()
    editor.form.channel.setFocus()
    focused_key(qtbot, editor, KEY.Key_8, KEY.Key_Right)
    assert editor.form.heard.isVisible()
    type_text(editor.form.heard, "皮疹两例")
    qtbot.keyClick(editor.form.heard, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.shown == "today")
    page = today(window, qtbot)
    key = f"adverse_event:{task_id(laptop.company.ids['p1'])}"
    qtbot.waitUntil(lambda: page._model.index_of(key) == 0)
    row = page._model.row(0)
    assert row is not None
    assert (row.name, row.chip, row.third) == ("单志远", "不良反应", "皮疹两例")
    assert row.state.startswith(("还剩", "超时"))


def test_what_was_heard_is_in_the_draft(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("today")
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    editor.form.adverse.choose("yes")
    type_text(editor.form.heard, "头晕")
    qtbot.keyClick(editor.form.heard, KEY.Key_Escape)
    qtbot.waitUntil(lambda: window.shown == "today")
    again = opened(window, qtbot, id=laptop.company.ids["p1"])
    qtbot.waitUntil(lambda: again.form.heard.text() == "头晕")


def _unbroken(chip: Pick) -> bool:
    """Say whether the upper edge of a chip is one line."""
    picture, side = chip.grab().toImage(), chip.height() // 2 + 2
    edge = [[picture.pixelColor(x, y).lightness() for y in range(3)] for x in range(side, chip.width() - side)]
    return max(min(column) for column in edge) - min(min(column) for column in edge) < 20


def test_it_is_reported_from_today_by_keys(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    made = heard(laptop)
    page = today(window, qtbot)
    key = f"adverse_event:{made}"
    qtbot.waitUntil(lambda: page._model.index_of(key) == 0)
    page.rows.choose(key)
    qtbot.waitUntil(lambda: page.detail.start_button.text() == "上报不良反应")
    qtbot.keyClick(page.rows, KEY.Key_Return)
    shown = dialog(window, qtbot)
    assert shown.how.hasFocus()
    chip = shown.how.findChildren(Pick)[0]
    assert (chip.current, chip.chosen, _unbroken(chip)) == (True, False, False), "looked at, not chosen"
    qtbot.keyClick(shown, KEY.Key_Return, CTRL)
    assert "上报方式" in shown.banner.text, "how it was reported is asked for"
    qtbot.keyClick(shown.how, KEY.Key_Space)
    assert (chip.current, chip.chosen, _unbroken(chip)) == (True, True, True)
    qtbot.keyClick(shown.how, KEY.Key_Right)
    assert not shown.banner.isVisible(), "what it asked for is answered"
    type_text(shown.where, "PV-7")
    qtbot.keyClick(shown.where, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page._model.index_of(key) == -1)
    item = laptop.ask(lambda reads: reads.adverse_event_of(laptop.company.ids["p1"]))
    assert item is not None
    assert (item.row["reported_how"], item.row["reported_where"], item.reported_by) == ("phone", "PV-7", "周晓岚")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(page.rows, KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: page._model.index_of(key) == 0)


def test_the_visit_shows_its_task(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    heard(laptop)
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    qtbot.waitUntil(lambda: editor.side.findChild(QPushButton, "visit_event_button") is not None)
    button = editor.side.findChild(QPushButton, "visit_event_button")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    shown = dialog(window, qtbot)
    assert shown.heard.toPlainText() == "皮疹"
    qtbot.keyClick(shown, KEY.Key_Escape)
    page = window.page("visit")
    assert isinstance(page, VisitPage)
    editor = opened(window, qtbot, id=laptop.company.ids["v1"])
    qtbot.waitUntil(lambda: any("PV-10492" in one.text() for one in editor.side.findChildren(Label)))


@pytest.mark.parametrize(
    ("hours", "minutes", "said", "tone"),
    [
        (23, 30, "还剩 23 小时", "warn"),
        (4, 0, "还剩 4 小时", "warn"),
        (3, 59, "还剩 3 小时", "bad"),
        (0, 59, "还剩 59 分钟", "bad"),
        (0, 0, "还剩 0 分钟", "bad"),
        (-1, 30, "超时 30 分钟", "bad"),
        (-49, 0, "超时 2 天", "bad"),
    ],
)
def test_the_time_left(qapp: QApplication, hours: int, minutes: int, said: str, tone: str) -> None:
    due = "2026-11-21T01:00:00.000Z"
    item = AdverseEventItem(Row("adverse_event", "x", 1, {"state": "open", "due_at": due}), "", "", "", (), "", "", "")
    now = from_text(due) - timedelta(hours=hours, minutes=minutes)
    assert AdverseEventWords().state(item, now) == (said, tone)


def test_an_overdue_task_says_so_in_english(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    heard(laptop, starts_at=at(-2, 9))
    language.apply_language(qapp, language.ENGLISH)
    page = today(window, qtbot)
    qtbot.waitUntil(lambda: "overdue" in getattr(page._model.row(0), "state", ""))
    page.rows.choose_row(0)
    page.start()
    shown = dialog(window, qtbot)
    assert shown.windowTitle() == "Report the adverse event"
    assert shown._clock.text().startswith("Heard ")
    qtbot.keyClick(shown, KEY.Key_Escape)
    assert datetime.now(UTC) > from_text(str(shown.item.row["due_at"]))


def test_a_task_that_was_opened_again_says_what_was_reported_before(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    key = next(one["id"] for one in laptop.company.rows["adverse_event"])
    row = next(one for one in laptop.company.rows["adverse_event"] if one["id"] == key)
    told = {"reported_at": at(-1, 9), "reported_by": laptop.company.ids["周晓岚"], "reported_how": "phone"}
    two = {"heard": f"皮疹两例{MARK}头晕，已停药", "state": "open"}
    laptop.receive({"adverse_event": [{**row, **told, **two}]})
    laptop.desk.publish(ChangeSet({"adverse_event": (key,)}, "remote"))
    page = today(window, qtbot)
    qtbot.waitUntil(lambda: page.rows.choose(f"adverse_event:{key}"))
    page.start()
    shown = dialog(window, qtbot)
    assert "已报过一次：" in shown._clock.text()
    assert "周晓岚 · 电话" in shown._clock.text()
    assert "头晕，已停药" in shown.heard.toPlainText()
    qtbot.keyClick(shown, KEY.Key_Escape)


def test_who_wrote_which_part_stands_below_the_text(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    row = laptop.company.rows["adverse_event"][0]
    both = f"皮疹两例{MARK}头晕，已停药"
    parent = {"parent_record": "adverse_event", "parent_id": row["id"], "by_id": laptop.company.ids["周晓岚"]}
    entry = {"id": new_id(), "revision": 1, "at": at(-1, 9), "action": "join", "reason": ""} | parent
    entry |= {"changes": {"heard": ["皮疹两例", both], "joined_heard_at": [at(-1, 8), at(-1, 9)]}}
    laptop.receive({"adverse_event": [{**row, "heard": both, "state": "open"}], "audit_entry": [entry]})
    laptop.desk.publish(ChangeSet({"adverse_event": (row["id"],)}, "remote"))
    page = today(window, qtbot)
    qtbot.waitUntil(lambda: page.rows.choose(f"adverse_event:{row['id']}"))
    page.start()
    shown = dialog(window, qtbot)
    words = [one.text() for one in shown.history.findChildren(QLabel)]
    assert any("周晓岚" in one for one in words), words
    assert any("另一台电脑上也写了" in one and "皮疹两例 → " in one for one in words), words
    assert not any("joined" in one for one in words)
    qtbot.keyClick(shown, KEY.Key_Escape)
