"""The Team page by real keys in both languages: whose figures, which days, what stands behind them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import CreateRow
from crmdesk.services.customer_filter import NOT_IN_CYCLE
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import registry
from crmdesk.ui.pages.customers_page import CustomersPage
from crmdesk.ui.pages.plan_page import PlanPage
from crmdesk.ui.pages.team_cards import FIGURES
from crmdesk.ui.pages.team_page import TeamPage
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.small_company import at

ALT = Qt.KeyboardModifier.AltModifier
Seat = tuple[MainWindow, Laptop]
Opened = Callable[[str, str], Seat]


def worked_out(page: TeamPage) -> bool:
    known = page.known
    return known is not None and None not in (known.reach, known.reports, known.money)


def team(window: MainWindow, qtbot: QtBot) -> TeamPage:
    qtbot.keyClick(window, Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
    page = window.page("team")
    assert isinstance(page, TeamPage)
    qtbot.waitUntil(lambda: worked_out(page) and not window.bridge.waiting)
    return page


def figure(page: TeamPage, name: str) -> str:
    return page.figures.cards[name].figure.text()


def names(page: TeamPage) -> list[str]:
    found = [page._model.row(at) for at in range(page._model.rowCount())]
    return [one.name for one in found if one is not None]


@pytest.mark.parametrize(
    ("wanted", "all_together", "goals", "as_of"),
    [("zh", "全队", "完成 / 目标", "截至"), ("en", "Whole team", "done / goal", "As of")],
)
def test_the_figures_of_all_and_of_one_by_key(
    manager: Seat, qtbot: QtBot, wanted: str, all_together: str, goals: str, as_of: str
) -> None:
    window, _laptop = manager
    window.choose_language(wanted)
    page = team(window, qtbot)
    # By name: two people work in the one territory; six doctors are of class A or B, four of them were seen.
    assert names(page) == [all_together, "周晓岚", "陈立"]
    assert figure(page, "coverage") == "3 / 5 · 60%"
    assert goals in page.figures.cards["frequency"].said.text()
    for name in FIGURES:
        assert page.figures.cards[name].foot.text().startswith(as_of), name
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.member is not None
    assert page.member.name == "周晓岚"
    assert page._name.text() == "周晓岚"
    assert "陈立" in page._places.text()


def test_enter_lists_whom_nobody_has_seen(manager: Seat, qtbot: QtBot) -> None:
    window, _laptop = manager
    page = team(window, qtbot)
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert window.shown == "customers"
    customers = window.page("customers")
    assert isinstance(customers, CustomersPage)
    assert customers.model.shown.where.seen == NOT_IN_CYCLE
    qtbot.waitUntil(lambda: customers.model.rowCount() == 2)
    qtbot.waitUntil(lambda: customers.strip._sentence.text() == "本周期还没见 · 浦东一区")


def test_w_shows_the_week_of_the_representative(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    page = team(window, qtbot)
    assert not page.week.isEnabled(), "all together have no week"
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    qtbot.keyClick(page.list, Qt.Key.Key_W)
    assert window.shown == "plan"
    plan = window.page("plan")
    assert isinstance(plan, PlanPage)
    qtbot.waitUntil(lambda: plan.head.people.currentData() == laptop.company.ids["周晓岚"])


def test_another_period_by_key_and_what_it_cannot_say(manager: Seat, qtbot: QtBot) -> None:
    window, _laptop = manager
    page = team(window, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_3, ALT)
    qtbot.waitUntil(lambda: worked_out(page) and not window.bridge.waiting)
    assert page.periods.value() == "this_month"
    assert "看月份时只列次数" in page.figures.cards["frequency"].said.text()
    assert not page.unseen.isEnabled(), "the list of customers knows the running cycle only"
    qtbot.keyClick(page, Qt.Key.Key_2, ALT)
    qtbot.waitUntil(lambda: worked_out(page) and not window.bridge.waiting)
    assert page._span.text().startswith("没有周期计划")
    assert figure(page, "coverage") == "—"


def test_people_stand_by_name_until_they_are_sorted(manager: Seat, qtbot: QtBot) -> None:
    window, _laptop = manager
    page = team(window, qtbot)
    for _step in range(2):
        qtbot.keyClick(page, Qt.Key.Key_O, ALT)
    assert page._sorted.text() == "按计划执行"
    assert names(page)[0] == "全队"
    for _step in range(3):
        qtbot.keyClick(page, Qt.Key.Key_O, ALT)
    assert page._sorted.text() == "按姓名"
    assert names(page) == ["全队", "周晓岚", "陈立"]


def test_what_waits_on_this_laptop_stands_beside_each_figure_of_visits(manager: Seat, qtbot: QtBot) -> None:
    window, laptop = manager
    page = team(window, qtbot)
    assert "没发送" not in page.figures.cards["coverage"].foot.text()
    values = {"doctor_ids": [laptop.company.ids["解明"]], "starts_at": at(-1, 9), "state": "draft"}
    values |= {"territory_id": laptop.company.ids["浦东一区"], "zone": "Asia/Shanghai"}
    laptop.desk.submit(CreateRow("visit", values)).result(20)
    qtbot.waitUntil(lambda: "本机还有 1 项没发送" in page.figures.cards["coverage"].foot.text())
    assert "没发送" not in page.figures.cards["budget"].foot.text()


def test_a_representative_has_no_such_page(rep: Seat) -> None:
    window, _laptop = rep
    assert not registry.allowed("team", window.person.role)
    assert "team" not in window._rail._items


def test_in_large_text_the_order_and_what_changes_it_stand_below_each_other(
    large: None, manager: Seat, qtbot: QtBot
) -> None:
    window, _laptop = manager
    window.resize(1366, 768)
    page = team(window, qtbot)
    order = page._sorted
    for _step in range(5):
        qtbot.waitUntil(lambda: order.width() >= order.fontMetrics().horizontalAdvance(order.text()))
        qtbot.waitUntil(lambda: page.sort.width() >= page.sort.sizeHint().width())
        assert not page.sort.geometry().intersects(order.geometry())
        assert page.sort.geometry().bottom() < page.list.geometry().top()
        assert page.sort.height() >= page.sort.sizeHint().height()
        qtbot.keyClick(page, Qt.Key.Key_O, ALT)
