"""Doctor, institution and Today: what they show, editing in place, the merge when others were faster."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customer_columns import ColumnWords
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.doctor_page import DoctorPage
from crmdesk.ui.pages.institution_page import InstitutionPage
from crmdesk.ui.pages.today_page import TodayPage
from tests.ui.customers.laptop import Laptop, type_text, undo


def opened(window: MainWindow, qtbot: QtBot, laptop: Laptop, name: str = "曾庆华") -> DoctorPage:
    window.navigate("doctor", id=laptop.company.ids[name])
    page = window.page("doctor")
    assert isinstance(page, DoctorPage)
    qtbot.waitUntil(lambda: page.title == name)
    return page


def test_the_page_says_who_it_is_and_what_is_disputed(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    assert page.head.beside.text() == "Zeng Qinghua"
    assert [chip.text for chip in page.head.chips][:3] == ["A 类", "区域专家", "手机有冲突"]


def test_a_mobile_number_is_shown_in_groups_and_kept_as_it_was_typed(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened(window, qtbot, laptop)
    doctor = laptop.company.ids["曾庆华"]
    laptop.server_edits("doctor", "曾庆华", mobile="13800004472", phone="02100002208")

    def shown(name: str) -> QLabel:
        return page.findChildren(QLabel, f"doctor_{name}_value")[-1]  # those of before go with the next events

    qtbot.waitUntil(lambda: shown("mobile").text() == "138 0000 4472")
    assert shown("phone").text() == "02100002208"
    shown("mobile").setSelection(0, 13)
    assert shown("mobile").selectedText() == "138 0000 4472"
    assert laptop.ask(lambda reads: reads.row("doctor", doctor))["mobile"] == "13800004472"
    qtbot.keyClick(page, Qt.Key.Key_E)
    assert page.editor.editors["mobile"].value() == "13800004472"
    words = ColumnWords(CustomerWords(page), page)
    (item,) = laptop.ask(lambda reads: reads.customer_items("doctor", [doctor]))
    assert [words.cell(item, code) for code in ("mobile", "phone")] == ["138 0000 4472", "02100002208"]


def test_e_edits_in_place_and_the_save_waits_to_be_sent(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    qtbot.keyClick(page, Qt.Key.Key_E)
    assert page.editing
    mobile = page.editor.editors["mobile"].control
    mobile.selectAll()  # type: ignore[attr-defined]  # a QLineEdit
    type_text(mobile, "139 1111 2222")
    qtbot.keyClick(mobile, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not page.editing)
    row = laptop.ask(lambda reads: reads.row("doctor", laptop.company.ids["曾庆华"]))
    assert (row["mobile"], row.sync_state) == ("139 1111 2222", "saved_here")
    undo(window, qtbot)
    qtbot.waitUntil(
        lambda: laptop.ask(lambda reads: reads.row("doctor", laptop.company.ids["曾庆华"]))["mobile"] == "138 0000 4471"
    )


def test_a_change_made_meanwhile_offers_the_merge(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    page.edit()
    page.editor.editors["mobile"].set_value("139 1111 2222")
    page.editor.editors["email"].set_value("mine@example.org")
    laptop.server_edits("doctor", "曾庆华", mobile="137 3333 4444", preferred_time="下午")
    qtbot.waitUntil(lambda: "mobile" in page.editor._choices)
    assert list(page.editor._choices) == ["mobile"]
    page.editor._choices["mobile"].choose("theirs")
    page.editor.save()
    qtbot.waitUntil(lambda: not page.editing)
    row = laptop.ask(lambda reads: reads.row("doctor", laptop.company.ids["曾庆华"]))
    assert (row["mobile"], row["email"], row["preferred_time"]) == ("137 3333 4444", "mine@example.org", "下午")


def test_escape_keeps_what_was_typed(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    page.edit()
    type_text(page.editor.editors["note"].control, "对新适应症感兴趣")
    qtbot.keyClick(page.editor.editors["note"].control, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.editing)
    key = f"doctor:{laptop.company.ids['曾庆华']}"
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.draft(key)) is not None)
    page.edit()
    qtbot.waitUntil(lambda: page.editor.editors["note"].value() == "对新适应症感兴趣")


def test_what_is_wrong_is_said_at_its_field(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    page.edit()
    page.editor.editors["name"].set_value("")
    page.editor.save()
    assert page.editing
    assert "姓名" in page.editor.editors["name"].error_label.text()


def test_v_opens_the_report_of_todays_plan(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop, "单志远")
    qtbot.keyClick(page, Qt.Key.Key_V)
    qtbot.waitUntil(lambda: window.shown == "visit")
    editor = window.page("visit").editor  # type: ignore[attr-defined]  # the visit page
    qtbot.waitUntil(lambda: editor._visit_id() == laptop.company.ids["p1"])


def test_an_institution_shows_its_doctors_and_opens_one(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("institution", id=laptop.company.ids["上海市东方医院"])
    page = window.page("institution")
    assert isinstance(page, InstitutionPage)
    qtbot.waitUntil(lambda: page._model.rowCount() == 2)
    page.people.choose(laptop.company.ids["仇丽萍"])
    qtbot.keyClick(page.people, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shown == "doctor" and window.page("doctor").title == "仇丽萍")


def test_today_begins_at_the_first_open_visit_and_enter_starts_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    window.navigate("today")
    page = window.page("today")
    assert isinstance(page, TodayPage)
    qtbot.waitUntil(lambda: page.detail._name.text() == "单志远")
    rows = [page._model.row(number) for number in range(page._model.rowCount())]
    assert [row.state for row in rows if row][:3] == ["已接受", "已接受", "承诺到期"]
    qtbot.keyClick(page.rows, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shown == "visit")


def test_both_languages_and_themes_rebuild_every_page(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    window.choose_language("en")
    window.choose_theme("dark")
    assert [page._tabs.tabText(number) for number in range(2)] == ["Timeline", "Profile"]
    assert "Mobile: conflict" in [chip.text for chip in page.head.chips]
    window.choose_language("zh")
