"""Company fields of a visit in its report: filled in by keys, kept as a draft, said when locked, amended."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import ChangeSet, SaveVisit
from crmdesk.ui import app, language, own_fields, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.visit_editor import VisitEditor
from crmdesk.ui.parts.label import Label
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.customers.test_visit_page import opened

CTRL = Qt.KeyboardModifier.ControlModifier
FIELDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("waited", {"name": "候诊时间", "name_en": "Waited", "kind": "number", "unit": "分钟", "unit_en": "minutes"}),
    (
        "talked",
        {"name": "交谈", "name_en": "Talked", "kind": "decimal", "places": 2, "unit": "小时", "unit_en": "hours"},
    ),
    ("left", {"name": "留下的资料", "kind": "choice", "choices": [{"zh": "指南"}, {"zh": "综述"}]}),
    ("verdict", {"name": "经理评语", "kind": "text", "roles": ["manager"]}),
)


def define(laptop: Laptop, qtbot: QtBot, **changes: dict[str, Any]) -> None:
    """Let the definitions arrive as by a sync, and wait until the windows know them."""
    rows = []
    for position, (key, values) in enumerate(FIELDS):
        if f"field {key}" not in laptop.company.ids:
            laptop.company.ids[f"field {key}"] = laptop.company.add("custom_field", f"new {key}")
        row = {"id": laptop.company.ids[f"field {key}"], "for_record": "visit", "key": key, "position": position}
        rows.append({**row, **values, **changes.get(key, {})})
    before = own_fields.current()
    laptop.receive({"custom_field": rows})
    laptop.desk.publish(ChangeSet({"custom_field": tuple(row["id"] for row in rows)}, "remote"))
    qtbot.waitUntil(lambda: own_fields.current() != before)


@pytest.fixture(autouse=True)
def defined(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    """The fields have arrived."""
    define(laptop, qtbot)


def custom_of(laptop: Laptop, visit: str = "p1") -> Any:
    return laptop.ask(lambda reads: reads.visit(laptop.company.ids[visit]))["custom"]


def fill(editor: VisitEditor, qtbot: QtBot) -> None:
    own = editor.form.own.form.editors
    qtbot.keyClicks(own["custom.waited"].control, "10")
    qtbot.keyClicks(own["custom.talked"].control, "0.75")
    own["custom.left"].control.setFocus()
    qtbot.keyClick(own["custom.left"].control, Qt.Key.Key_Space)


def shown(editor: VisitEditor) -> dict[str, str]:
    """Return what stands in words, by key."""
    found = {one.objectName().removeprefix("visit_shown_custom_"): one for one in editor.findChildren(Label)}
    return {
        key: one.text() for key, one in found.items() if one.objectName().startswith("visit_shown_") and one.isVisible()
    }


def test_they_are_filled_in_by_keys_and_sent_with_the_report(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    own = editor.form.own.form.editors
    assert list(own) == ["custom.waited", "custom.talked", "custom.left"]  # the manager's is not the rep's to write
    assert [one.name_label.text() for one in own.values()] == ["候诊时间（分钟）", "交谈（小时）", "留下的资料"]
    editor.form.next_step_on.setFocus()
    qtbot.keyClick(QApplication.focusWidget() or editor, Qt.Key.Key_Tab)
    assert own["custom.waited"].control.hasFocus(), "the tab key goes on to them"
    fill(editor, qtbot)
    app.dress(qapp, language.ENGLISH, theme.DARK)
    qtbot.waitUntil(lambda: own["custom.talked"].name_label.text() == "Talked (hours)")
    assert own["custom.talked"].value() == 75
    editor.form.adverse.choose("no")
    type_text(editor.form.note, "满意")
    editor.submit()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))["state"] == "submitted")
    assert custom_of(laptop) == {"left": "指南", "talked": 75, "waited": 10}
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    said = {"waited": "10", "talked": "0.75", "left": "指南"}
    qtbot.waitUntil(lambda: editor.locked and shown(editor) == said)
    assert not editor.form.own.form.isVisible()


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    talked = editor.form.own.form.editors["custom.talked"]
    qtbot.keyClicks(talked.control, "0.755")
    editor.form.adverse.choose("no")
    editor.submit()
    assert talked.error_label.text() == "“交谈（小时）”要填数字，最多 2 位小数，例如 12.5。"
    assert talked.control.hasFocus()
    assert laptop.ask(lambda reads: reads.visit(laptop.company.ids["p1"]))["state"] == "planned"
    qtbot.keyClick(talked.control, Qt.Key.Key_Backspace)
    assert not talked.error_label.isVisible()
    editor.submit()
    qtbot.waitUntil(lambda: custom_of(laptop) == {"talked": 75})


def test_the_draft_holds_them_as_they_were_typed(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("today")
    visit = laptop.company.ids["p1"]
    laptop.server_edits("visit", "p1", custom={"verdict": "很好", "waited": 5})
    editor = opened(window, qtbot, id=visit)
    qtbot.keyClicks(editor.form.own.form.editors["custom.talked"].control, "1.")
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.drafts()) != [])
    editor.later()
    qtbot.waitUntil(lambda: window.shown == "today")
    laptop.server_edits("visit", "p1", custom={"verdict": "很好", "waited": 6})  # the person's other laptop
    again = opened(window, qtbot, id=visit)
    own = again.form.own.form.editors
    qtbot.waitUntil(lambda: own["custom.talked"].value() == 100)
    qtbot.waitUntil(lambda: own["custom.waited"].value() == 6)
    qtbot.waitUntil(lambda: shown(again) == {"verdict": "很好"})  # not the rep's to write, but to read
    again.save_now()
    qtbot.waitUntil(lambda: custom_of(laptop) == {"talked": 100, "verdict": "很好", "waited": 6})


def test_an_amendment_changes_one_and_says_so(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    fill(editor, qtbot)
    editor.form.adverse.choose("no")
    editor.submit()
    qtbot.waitUntil(lambda: window.shown != "visit" or editor._opening is None)
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    qtbot.waitUntil(lambda: editor.locked)
    editor.amend()
    own = editor.form.own.form.editors
    assert own["custom.waited"].isVisible()
    own["custom.waited"].set_value(None)
    qtbot.keyClicks(own["custom.waited"].control, "25")
    type_text(editor.amendment.reason, "看错了时间")
    editor.submit()
    qtbot.waitUntil(lambda: custom_of(laptop) == {"left": "指南", "talked": 75, "waited": 25})
    qtbot.waitUntil(lambda: editor.locked and shown(editor).get("waited") == "25")


def test_definitions_that_change_while_somebody_writes_are_followed(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    editor = opened(window, qtbot, id=laptop.company.ids["p1"])
    qtbot.keyClicks(editor.form.own.form.editors["custom.waited"].control, "10")
    define(laptop, qtbot, left={"retired": True}, waited={"unit": "刻"})
    qtbot.waitUntil(lambda: "custom.left" not in editor.form.own.form.editors)
    waited = editor.form.own.form.editors["custom.waited"]
    assert (waited.name_label.text(), waited.value()) == ("候诊时间（刻）", 10)


def test_one_that_was_written_elsewhere_is_asked_about_and_the_others_come_in(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    planned = laptop.company.ids["p1"]
    editor = opened(window, qtbot, id=planned)
    own = editor.form.own.form.editors
    qtbot.keyClicks(own["custom.waited"].control, "10")
    laptop.desk.submit(SaveVisit(planned, {"custom.waited": 25, "custom.talked": 75})).result(20)
    qtbot.waitUntil(lambda: editor.meanwhile.undecided == ["custom.waited"])
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    assert (own["custom.waited"].value(), own["custom.talked"].value()) == (10, 75)
    editor.meanwhile._choices["custom.waited"].choose("theirs")
    assert own["custom.waited"].value() == 25
    editor.meanwhile._choices["custom.waited"].choose("mine")
    assert own["custom.waited"].value() == 10
    editor.save_now()
    qtbot.waitUntil(lambda: custom_of(laptop) == {"talked": 75, "waited": 10})
