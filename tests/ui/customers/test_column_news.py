"""A column that came with an update is offered once to whoever arranged theirs before."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import SetPreference
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.column_news import news
from crmdesk.ui.pages.customer_columns import DUE, NAME, PLACE, STATE, Shown, first_layout, kept_layout
from crmdesk.ui.pages.customers_page import CustomersPage
from crmdesk.ui.parts.buttons import Button
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.own_fields import define

OLD = (Shown(NAME), Shown(PLACE, 240), Shown(STATE))


def opened(window: MainWindow, laptop: Laptop, qtbot: QtBot, kept: str) -> CustomersPage:
    """Open the list of somebody who kept this layout with an older version."""
    laptop.desk.submit(SetPreference("customer_columns_doctor", kept)).result(10)
    window.navigate("customers")
    page = window.page("customers")
    assert isinstance(page, CustomersPage)
    qtbot.waitUntil(lambda: page.model.rowCount() > 0 and not window.bridge.waiting)
    return page


@pytest.mark.parametrize("answer", ["show", "no"])
def test_the_day_of_the_next_visit_is_offered_and_asked_about_once(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, answer: str
) -> None:
    page = opened(window, laptop, qtbot, kept_layout(OLD))
    assert page.model.columns == (NAME, PLACE, STATE), "nothing moves by itself"
    assert page.news.isVisible()
    assert "该访日" in page.news.banner.text
    if answer == "show":
        page.news.banner.acted.emit()
    else:
        qtbot.mouseClick(page.news.later, Qt.MouseButton.LeftButton)
    wanted = (NAME, PLACE, STATE, DUE) if answer == "show" else (NAME, PLACE, STATE)
    qtbot.waitUntil(lambda: page.model.columns == wanted)
    assert not page.news.isVisible()
    qtbot.waitUntil(lambda: DUE in laptop.ask(lambda reads: reads.preference("customer_columns_known_doctor")))
    qtbot.waitUntil(
        lambda: (DUE in laptop.ask(lambda reads: reads.preference("customer_columns_doctor"))) is (answer == "show")
    )
    page._read_layouts()
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    assert page.model.columns == wanted
    assert not page.news.isVisible()
    if answer == "show":
        assert page._layouts["doctor"][1] == Shown(PLACE, 240), "the others stay as they were"


def test_who_never_arranged_anything_is_offered_nothing(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, laptop, qtbot, "")
    assert not page.news.isVisible()
    assert DUE in page.model.columns


def test_a_company_field_that_came_later_is_offered_too(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, laptop, qtbot, kept_layout((*OLD, Shown(DUE))))
    assert not page.news.isVisible()
    qtbot.waitUntil(lambda: DUE in laptop.ask(lambda reads: reads.preference("customer_columns_known_doctor")))
    define(laptop, qtbot)
    page._read_layouts()
    qtbot.waitUntil(page.news.isVisible)
    assert "爱好" in page.news.banner.text
    window.choose_language("en")
    qtbot.waitUntil(lambda: "Hobby" in page.news.banner.text)
    assert page.findChild(Button, "column_news_no_button").text() == "No, thanks"  # type: ignore[union-attr]
    window.choose_language("zh")


def test_what_cannot_be_read_offers_what_came_later_only() -> None:
    assert news("doctor", True, None, OLD) == (DUE,)
    assert news("doctor", True, None, first_layout("doctor")) == ()
    assert news("doctor", False, None, OLD) == ()
    assert news("institution", True, None, (Shown(NAME),)) == (), "there it is not among the first ones"
