"""The pages of a doctor and of an institution as a whole life: changes by field, places, promises, evidence, rooms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.domain.ids import new_id
from crmdesk.services.commands import ChangeSet
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.doctor_page import CONSENT, HISTORY, PROFILE, DoctorPage
from crmdesk.ui.pages.institution_page import InstitutionPage
from crmdesk.ui.parts.label import Label
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.small_company import at, day
from tests.ui.customers.test_duplicates_page import twin

NAME = "曾庆华"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def changed(laptop: Laptop, days: int, **fields: Any) -> None:
    """Let the trail tell of a change that 陈立 made."""
    ids = laptop.company.ids
    values = {"parent_record": "doctor", "parent_id": ids[NAME], "by_id": ids["陈立"], "action": "edit", "reason": ""}
    laptop.receive({"audit_entry": [{"id": new_id(), "at": at(days, 10), "changes": fields, **values}]})


def opened(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> DoctorPage:
    laptop.desk.publish(ChangeSet({"doctor": (), "audit_entry": ()}, "remote"))
    window.navigate("doctor", id=laptop.company.ids[NAME])
    page = window.page("doctor")
    assert isinstance(page, DoctorPage)
    qtbot.waitUntil(lambda: page._view is not None and page.title == NAME)
    return page


def texts(widget: Any) -> list[str]:
    return [one.text() for one in widget.findChildren(Label) if one.text() and not one.isHidden()]


def test_each_field_says_who_changed_it_and_the_history_shows_one_field(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    changed(laptop, -9, customer_class=["C", "B"], mobile=["137", "138"])
    changed(laptop, -2, customer_class=["B", "A"])
    page = opened(window, laptop, qtbot)
    page._tabs.setCurrentIndex(PROFILE)
    qtbot.waitUntil(lambda: any("陈立" in text for text in texts(page._profile)))
    page._tabs.setCurrentIndex(HISTORY)
    assert page._fields.isVisible()
    assert len(page._history._rows) == 3  # the company's own change of the number is the newest
    page._fields.setFocus()
    qtbot.keyClick(page._fields, Qt.Key.Key_Right)
    assert page._fields.value() == "mobile"
    assert [row.text for row in page._history._rows][1:] == ["手机：137 → 138"]
    qtbot.keyClick(page._fields, Qt.Key.Key_Right)
    assert page._fields.value() == "customer_class"
    assert [row.text for row in page._history._rows] == ["分类：B 类 → A 类", "分类：C 类 → B 类"]


def test_the_places_of_work_open_by_enter(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, laptop, qtbot)
    page._tabs.setCurrentIndex(PROFILE)
    (entry, *_others) = page._places.list._entries
    entry.setFocus()
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shown == "institution" and window.page("institution").title == "上海市东方医院")


def test_a_visit_shows_reactions_joint_visits_and_what_was_promised(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    ids = laptop.company.ids
    visit: dict[str, Any] = {"territory_id": ids["浦东一区"], "owner_id": ids["周晓岚"], "zone": "Asia/Shanghai"}
    visit |= {"doctor_ids": [ids[NAME]], "joint_with_ids": [ids["王建国"]], "channel": "face_to_face", "note": "好"}
    visit |= {"products": [{"product_id": ids["安络平"], "messages": [], "reaction": "positive"}], "state": "submitted"}
    steps = ({"next_step": "带全文", "next_step_on": day(-1)}, {"next_step": "约会议", "next_step_done": True})
    laptop.receive(
        {"visit": [{"id": new_id(), "starts_at": at(-1 - n, 9), **visit, **one} for n, one in enumerate(steps)]}
    )
    laptop.desk.publish(ChangeSet({"visit": ()}, "remote"))
    page = opened(window, laptop, qtbot)
    qtbot.waitUntil(lambda: any("王建国协访" in row.meta for row in page._timeline._rows))
    first, second = (row for row in page._timeline._rows if "王建国协访" in row.meta)
    assert ("安络平 · 认可", "neutral") in first.chips
    assert [tone for text, tone in first.chips if "带全文" in text] == ["bad"]
    assert ("已兑现：约会议", "ok") in second.chips


def test_evidence_is_attached_and_its_changes_stand_beside_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    changed(laptop, -3, consent=[[], ["phone"]])
    changed(laptop, -2, mobile=["1", "2"])
    page = opened(window, laptop, qtbot)
    page._tabs.setCurrentIndex(CONSENT)
    assert len(page._consent_changes._rows) == 1
    picture = tmp_path / "<b>同意书.png"
    picture.write_bytes(PNG)
    page._evidence.attach(picture)
    qtbot.waitUntil(lambda: page._evidence._rows.count() == 1)
    shown = page._evidence._rows.itemAt(0).widget()
    assert shown is not None
    assert shown.accessibleName().startswith("<b>同意书.png")
    page._evidence.attach(tmp_path / "missing.png")
    assert window.toast_part.text
    (tmp_path / "words.txt").write_text("no picture", "utf-8")
    page._evidence.attach(tmp_path / "words.txt")
    qtbot.waitUntil(lambda: "附件" in window.toast_part.text or "文件" in window.toast_part.text)
    assert page._evidence._rows.count() == 1


def test_a_possible_duplicate_is_told_and_compared_by_key(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    twin(laptop.company)
    laptop.receive(
        {"doctor": laptop.company.rows["doctor"][-1:], "affiliation": laptop.company.rows["affiliation"][-1:]}
    )
    page = opened(window, laptop, qtbot)
    qtbot.waitUntil(lambda: "同名、同一医院" in page._banner.text)
    qtbot.keyClick(page._visit, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: window.shown == "duplicates")


def test_a_merged_doctor_says_where_it_went(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    ids = laptop.company.ids
    twin(laptop.company)
    laptop.receive({"doctor": [laptop.company.rows["doctor"][-1] | {"status": "merged"}]})
    row = {"id": new_id(), "territory_id": ids["浦东一区"], "owner_id": ids["周晓岚"], "state": "done", "moved": {}}
    row |= {"decided_at": at(-1, 9), "decided_by": ids["王建国"]}
    laptop.receive({"doctor_merge": [row | {"doctor_id": ids[NAME], "other_id": ids["again"]}]})
    window.navigate("doctor", id=ids["again"])
    page = window.page("doctor")
    assert isinstance(page, DoctorPage)
    qtbot.waitUntil(lambda: f"已合并到 {NAME}" in page._banner.text)
    page._banner.acted.emit()
    qtbot.waitUntil(lambda: page._view is not None and page._view.row.id == ids[NAME])
    qtbot.waitUntil(lambda: "已合并进来" in page._banner.text)
    page._banner.acted.emit()
    qtbot.waitUntil(lambda: window.shown == "duplicates")


def test_an_institution_shows_its_doctors_by_department(
    qapp: QApplication, window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    window.navigate("institution", id=laptop.company.ids["上海市东方医院"])
    page = window.page("institution")
    assert isinstance(page, InstitutionPage)
    qtbot.waitUntil(lambda: page._model.rowCount() >= 2)
    everybody = page._model.rowCount()
    page._rooms.setFocus()
    qtbot.keyClick(page._rooms, Qt.Key.Key_Right)
    assert 0 <= page._model.rowCount() < everybody
    rows = [page._model.row(number) for number in range(page._model.rowCount())]
    assert all(row is not None and ("天前" in row.second or "拜访" in row.second or "月" in row.second
                                    or "昨天" in row.second or "今天" in row.second) for row in rows)  # fmt: skip
    page._rooms.choose("all")
    assert page._model.rowCount() == everybody
    for lang in (language.ENGLISH, language.CHINESE):
        app.dress(qapp, lang, theme.LIGHT)
        assert page._rooms.accessibleName()
