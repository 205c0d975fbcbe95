"""The customer list: filter, scroll, open, make a doctor; keys as a person presses them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.services.views import CustomerItem
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customer_models import ITEM_ROLE, PAGE_ROWS, PAGES_KEPT, CustomerFilter, CustomerTableModel
from crmdesk.ui.pages.customers_page import CustomersPage
from crmdesk.ui.pages.doctor_new import NewDoctorDialog
from tests.ui.customers.laptop import Laptop, type_text


def opened(window: MainWindow, qtbot: QtBot) -> CustomersPage:
    window.navigate("customers")
    page = window.page("customers")
    assert isinstance(page, CustomersPage)
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)
    return page


def names(page: CustomersPage) -> list[str]:
    items = [page.model.item_at(row) for row in range(page.model.rowCount())]
    return [item.name if item else "…" for item in items]


def test_typing_two_letters_finds_a_doctor_and_enter_opens_the_page(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened(window, qtbot)
    qtbot.keyClicks(page.filter, "zqh")
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])
    qtbot.keyClick(page.filter, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shown == "doctor")
    qtbot.waitUntil(lambda: window.page("doctor").title == "曾庆华")


def test_who_comes_back_from_a_doctor_goes_on_with_the_next_line(window: MainWindow, qtbot: QtBot) -> None:
    """The keys went to the filter, and the first Down only found the way back to the line that was left."""
    page = opened(window, qtbot)
    qtbot.keyClick(page.filter, Qt.Key.Key_Down)
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    opened_row = page.table.currentIndex().row()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shown == "doctor")
    window.back()
    assert window.focusWidget() is page.table
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert page.table.currentIndex().row() == opened_row + 1
    window.navigate("today")
    window.navigate("customers")
    assert window.focusWidget() is page.filter, "who comes anew may type"


def test_chinese_from_an_input_method_and_the_class_narrow_the_list(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    type_text(page.filter, "心血管")
    qtbot.waitUntil(lambda: sorted(names(page)) == sorted(["曾庆华", "单志远", "区凤仪"]))
    page.panel.groups["classes"].choose("C")
    qtbot.waitUntil(lambda: names(page) == ["区凤仪"])


def test_a_search_for_signs_finds_nothing_and_says_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    for text in ('"', "*", "(", "%", "😀"):
        type_text(page.filter, text)
        qtbot.waitUntil(lambda: page._count >= 0)
        page.filter.clear()
    type_text(page.filter, "没有这个人")
    qtbot.waitUntil(lambda: page._stack.currentWidget() is page._empty)


def test_a_name_with_html_is_shown_as_it_is(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    key = "<b>任</b>一 <img src=x>"
    window.navigate("doctor", id=laptop.company.ids[key])
    page = window.page("doctor")
    qtbot.waitUntil(lambda: page.title == key)
    assert page.head.name.text() == key
    assert page.head.name.textFormat() == Qt.TextFormat.PlainText


def test_a_duplicate_is_warned_of_before_it_is_made(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_N)
    dialog = page.findChild(NewDoctorDialog)
    type_text(dialog.editors["name"].control, "曾庆华")
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "1" in dialog.banner.text)
    assert len(laptop.ask(lambda reads: reads.customer_ids("doctor"))) == 7
    dialog.reject()


def test_a_new_doctor_with_a_found_hospital_is_saved_and_opened(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened(window, qtbot)
    page.new_doctor()
    dialog = page.findChild(NewDoctorDialog)
    type_text(dialog.editors["name"].control, "查良镛")
    qtbot.keyClicks(dialog.institution.edit, "dongfang")
    qtbot.waitUntil(lambda: dialog.institution.list.count() > 0 and not dialog.institution.list.isHidden())
    qtbot.keyClick(dialog.institution.edit, Qt.Key.Key_Return)
    assert dialog.institution.row_id() == laptop.company.ids["上海市东方医院"]
    type_text(dialog.department, "心血管内科")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.shown == "doctor" and window.page("doctor").title == "查良镛")
    found = laptop.ask(lambda reads: reads.customers("doctor", "查良镛"))
    assert [(one.institution_name, one.department_name) for one in found] == [("上海市东方医院", "心血管内科")]


class Everything:
    """Reads of a territory with many customers."""

    def __init__(self, count: int) -> None:
        self.ids = [f"id{number}" for number in range(count)]
        self.pages = 0

    def customer_ids(self, **_wanted: Any) -> list[str]:
        return self.ids

    def customer_items(self, record: str, ids: list[str], *, with_due: bool = False) -> list[CustomerItem]:
        self.pages += 1
        return [CustomerItem(record, one, one, "", "", "", "", "", "", "accepted", False, "active") for one in ids]


def test_the_model_holds_ids_and_only_some_pages(qapp: QApplication) -> None:
    reads = Everything(100_000)
    waiting: list[Callable[[], None]] = []

    def ask(read: Any, done: Any) -> None:
        future: Future[Any] = Future()
        future.set_result(read(reads))
        waiting.append(lambda: done(future.result()))

    def answer() -> None:
        while waiting:
            waiting.pop(0)()

    model = CustomerTableModel(ask, lambda item, column: item.name, lambda record, column: "")
    model.show(CustomerFilter())
    model.show(CustomerFilter(text="x"))
    answer()
    assert model.rowCount() == 100_000
    assert model.index(50_000, 0).data() == ""
    answer()
    assert model.index(50_000, 0).data(ITEM_ROLE).id == "id50000"
    for row in range(0, 100_000, PAGE_ROWS):
        model.item_at(row)
        answer()
    assert len(model._pages) == PAGES_KEPT
    assert reads.pages == 1001


class Turned(Everything):
    """Reads of a list that another order turns round."""

    def customer_ids(self, **wanted: Any) -> list[str]:
        return self.ids[::-1] if wanted["sort"].startswith("-") else self.ids


def waiting_model(reads: Everything) -> tuple[CustomerTableModel, list[Callable[[], None]]]:
    """Return a model of doctors whose answers wait until they are called."""
    waiting: list[Callable[[], None]] = []

    def ask(read: Any, done: Any) -> None:
        found = read(reads)
        waiting.append(lambda: done(found))

    return CustomerTableModel(ask, lambda item, column: item.name, lambda record, column: ""), waiting


def test_a_page_of_the_order_before_is_passed_over_however_late_it_comes(qapp: QApplication) -> None:
    model, waiting = waiting_model(Turned(3))
    model.show(CustomerFilter())
    waiting.pop(0)()
    model.show(CustomerFilter(sort="-name"))
    assert model.index(0, 0).data() == ""  # asked for now, while the other ids are on their way
    ids, early = waiting
    waiting.clear()
    ids()
    assert model.index(0, 0).data() == ""
    waiting.pop(0)()
    early()
    assert [model.index(row, 0).data() for row in range(3)] == ["id2", "id1", "id0"]


def test_a_page_without_the_column_of_today_is_passed_over(qapp: QApplication) -> None:
    model, waiting = waiting_model(Everything(3))
    model.set_columns(["name"])
    model.show(CustomerFilter())
    waiting.pop(0)()
    assert model.index(0, 0).data() == ""
    model.set_columns(["name", "due"])
    assert model.index(0, 0).data() == ""
    early, late = waiting
    late()
    held = model.item_at(0)
    early()
    assert model.item_at(0) is held is not None


def test_a_page_on_its_way_is_asked_for_again_where_the_ids_stay_the_same(qapp: QApplication) -> None:
    model, waiting = waiting_model(Everything(3))
    model.show(CustomerFilter())
    waiting.pop(0)()
    assert model.index(0, 0).data() == ""
    model.show(CustomerFilter(text="x"))
    while waiting:
        waiting.pop(0)()
    assert model._pages, "nobody looked at it again, and yet it is there"
