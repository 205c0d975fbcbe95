"""The history of a doctor and of an institution: who changed what, and a value that lost is taken back from there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.roles import Role
from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.history_list import HistoryList
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.label import Label
from tests.ui.customers.laptop import Laptop, undo
from tests.ui.customers.small_company import at

PLACES = {"doctor": 5, "institution": 2}
"""Where the tab of the history stands on each page."""


def audit(laptop: Laptop, record: str, key: str, hour: int, who: str, **changes: tuple[Any, Any]) -> dict[str, Any]:
    """Return an entry of the trail as the server sends it."""
    company = laptop.company
    company.add(
        "audit_entry", f"{key}-{hour}", parent_record=record, parent_id=company.ids[key], at=at(-1, hour),
        by_id=company.ids[who], device_id="", action="edit", reason="",
        changes={name: list(pair) for name, pair in changes.items()},
    )  # fmt: skip
    return company.rows["audit_entry"][-1]


def shown(window: MainWindow, qtbot: QtBot, laptop: Laptop, record: str, key: str, entries: int) -> HistoryList:
    window.navigate(record, id=laptop.company.ids[key])
    page = window.page(record)
    qtbot.waitUntil(lambda: page.title == key)
    page.findChild(QWidget, f"{record}_tabs").setCurrentIndex(PLACES[record])  # type: ignore[union-attr]
    found = page.findChild(HistoryList)
    assert found is not None
    qtbot.waitUntil(lambda: len(said(found)) >= entries)
    return found


def said(history: HistoryList) -> list[str]:
    labels = history.findChildren(Label)
    return [label.text() for label in labels if not label.isHidden() and "→" in label.text()]


def actions(history: HistoryList) -> dict[str, Button]:
    return {
        button.text(): button
        for button in history.findChildren(Button)
        if button.objectName().startswith("timeline_action_") and button.isVisible()
    }


def receive_a_conflict(laptop: Laptop) -> None:
    """The trail of a phone that two people corrected: mine came first, the other one is in use."""
    laptop.server_edits("doctor", "曾庆华", mobile="138 0000 4471")
    mine = audit(laptop, "doctor", "曾庆华", 15, "周晓岚", mobile=("021 0000 2208", "138 0000 4417"))
    theirs = audit(laptop, "doctor", "曾庆华", 18, "陈立", mobile=("138 0000 4417", "138 0000 4471"))
    laptop.company.rows["audit_entry"][0]["changes"] = {"mobile": ["021 0000 2208", "021 0000 2208"]}
    laptop.receive({"audit_entry": [mine, theirs]})


def test_a_value_that_lost_is_taken_back_from_the_history(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    receive_a_conflict(laptop)
    history = shown(window, qtbot, laptop, "doctor", "曾庆华", 2)
    assert "手机：138 0000 4417 → 138 0000 4471" in said(history)
    qtbot.waitUntil(lambda: "手机改回 138 0000 4417" in actions(history))
    back = actions(history)["手机改回 138 0000 4417"]
    assert "手机改回 021 0000 2208" in actions(history), "the value from before both changes can be taken back too"
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    doctor = laptop.company.ids["曾庆华"]
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.row("doctor", doctor))["mobile"] == "138 0000 4417")
    qtbot.waitUntil(lambda: "手机改回 138 0000 4417" not in actions(history))
    assert "历史" in window.toast_part.text
    undo(window, qtbot)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.row("doctor", doctor))["mobile"] == "138 0000 4471")


def test_a_value_taken_back_by_key_leaves_the_keys_in_the_history(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, dressed: QApplication
) -> None:
    """They went to the rail: the next Enter or Space left the doctor."""
    receive_a_conflict(laptop)
    history = shown(window, qtbot, laptop, "doctor", "曾庆华", 2)
    qtbot.waitUntil(lambda: "手机改回 138 0000 4417" in actions(history))
    back = actions(history)["手机改回 138 0000 4417"]
    back.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(back, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "手机改回 138 0000 4417" not in actions(history))
    held = window.focusWidget()
    assert held is history or history.isAncestorOf(held)
    language.apply_language(dressed, language.ENGLISH)
    qtbot.waitUntil(lambda: "history" in window.toast_part.text)


def test_the_history_of_an_institution_gives_back_too(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    key = next(key for key in laptop.company.ids if key.endswith("医院"))
    row_id = laptop.company.ids[key]
    laptop.server_edits("institution", key, phone="021 1111")
    laptop.receive({"audit_entry": [audit(laptop, "institution", key, 9, "陈立", phone=("021 2222", "021 1111"))]})
    history = shown(window, qtbot, laptop, "institution", key, 1)
    back = f"{language.field_word('institution', 'phone')}改回 021 2222"
    qtbot.waitUntil(lambda: back in actions(history))
    qtbot.mouseClick(actions(history)[back], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.row("institution", row_id))["phone"] == "021 2222")


def test_what_is_not_the_person_s_to_change_has_no_button(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    doctor = laptop.company.ids["曾庆华"]
    entry = audit(laptop, "doctor", "曾庆华", 12, "王建国", territory_id=("x" * 36, laptop.company.ids["浦东一区"]))
    laptop.receive({"audit_entry": [entry]})
    history = shown(window, qtbot, laptop, "doctor", "曾庆华", 1)
    qtbot.waitUntil(lambda: any("不在本机的记录" in one and "浦东一区" in one for one in said(history)))
    assert not [text for text in actions(history) if text.startswith(language.field_word("doctor", "territory_id"))]
    assert laptop.ask(lambda reads: reads.row("doctor", doctor)).sync_state == "accepted"


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR])
def test_who_only_reads_has_no_buttons(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    receive_a_conflict(laptop)
    person = laptop.desk.person
    monkeypatch.setattr(type(laptop.desk), "person", property(lambda _desk: _as(person, role)))
    history = shown(window, qtbot, laptop, "doctor", "曾庆华", 2)
    assert actions(history) == {}


def _as(person: Any, role: Role) -> Any:

    return msgspec.structs.replace(person, role=role.value)
