"""From when on a visit is due, as the customer list and Today say it; long cells take two lines beside the panel."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import ChangeSet
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customer_columns import Shown
from crmdesk.ui.pages.customer_rows import lines_of
from crmdesk.ui.pages.customers_page import CustomersPage
from crmdesk.ui.pages.today_page import TodayPage
from crmdesk.ui.parts.chips import chip_width
from crmdesk.ui.parts.date_field import today
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.test_customers_page import names, opened


def cells(page: CustomersPage, code: str) -> dict[str, str]:
    """Return what stands in a column, by name."""
    column = page.model.columns.index(code)
    return {name: str(page.model.index(row, column).data()) for row, name in enumerate(names(page))}


def test_the_list_names_the_day_in_both_languages_and_sorts_by_it(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    page = opened(window, qtbot)
    by = today() + timedelta(days=27)  # seen three days ago, class A
    qtbot.waitUntil(lambda: cells(page, "due").get("单志远", "") == f"{language.day_word(by, today())}前")
    assert cells(page, "due").get("张三丰", "") == "今天起该访"
    assert cells(page, "due").get("区凤仪", "") == "", "no rule for class C"
    page._sort_by(page.model.columns.index("due"))
    qtbot.waitUntil(lambda: set(names(page)[:2]) == {"解明", "张三丰"})
    app.dress(qapp, language.ENGLISH, theme.DARK)
    qtbot.waitUntil(lambda: cells(page, "due").get("张三丰", "") == "Due since today")
    assert cells(page, "due").get("单志远", "") == f"Due by {language.day_word(by, today())}"
    heading = page.model.headerData(page.model.columns.index("due"), page.table.horizontalHeader().orientation())
    assert heading == "Visit due ↑"


def test_the_days_come_with_their_column_and_follow_a_visit(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    qtbot.waitUntil(lambda: "该访" in cells(page, "due").get("张三丰", ""))
    page.table.show_columns((Shown("name"),))
    qtbot.waitUntil(lambda: page.model.item_at(0) is not None and page.model.item_at(0).due is None)  # type: ignore[union-attr]
    page.table.show_columns((Shown("name"), Shown("due")))
    qtbot.waitUntil(lambda: cells(page, "due").get("张三丰", "") == "今天起该访")
    plan = laptop.company.add("cycle_plan", "now", territory_id=laptop.company.ids["浦东一区"], name="本周期",
                              starts_on=(today() - timedelta(days=40)).isoformat(),
                              ends_on=(today() + timedelta(days=49)).isoformat(),
                              goals=[{"customer_class": "B", "goal": 3}])  # fmt: skip
    laptop.server_edits("cycle_plan", "now")
    laptop.desk.publish(ChangeSet({"cycle_plan": (plan,)}, "remote"))
    since = language.day_word(today() - timedelta(days=40), today())
    qtbot.waitUntil(lambda: cells(page, "due").get("张三丰", "") == f"{since}起该访")


def test_today_names_the_day_of_who_is_due(window: MainWindow, qtbot: QtBot, qapp: QApplication) -> None:
    window.navigate("today")
    page = window.page("today")
    assert isinstance(page, TodayPage)

    def third() -> str:
        line = next((one for one in page._lines.values() if one.kind == "not_seen"), None)
        return line.row.third if line is not None else ""

    qtbot.waitUntil(lambda: third() == "今天起该访 · 还没有拜访")
    app.dress(qapp, language.ENGLISH, theme.LIGHT)
    qtbot.waitUntil(lambda: third() == "Due since today · not visited yet")


def test_a_title_is_whole_beside_the_open_panel_in_english(
    window: MainWindow, qtbot: QtBot, qapp: QApplication
) -> None:
    window.resize(1366, 768)
    page = opened(window, qtbot)
    app.dress(qapp, language.ENGLISH, theme.LIGHT)
    page.toggle_panel()
    column = page.model.columns.index("profession")
    qtbot.waitUntil(lambda: cells(page, "profession").get("仇丽萍", "") == "Associate chief physician · Endocrinology")
    qtbot.waitUntil(lambda: page.table.columnWidth(column) < 250)
    metrics, room = QFontMetrics(theme.font(theme.BODY_PX)), page.table.columnWidth(column) - 16
    assert lines_of("Associate chief physician · Endocrinology", metrics, room) == [
        "Associate chief physician", "Endocrinology",
    ]  # fmt: skip
    state = page.table.columnWidth(page.model.columns.index("state")) - 2 * 8
    assert state >= chip_width("Under review"), "a chip has one line"
    for text in cells(page, "profession").values():
        lines = lines_of(text, metrics, room)
        assert not any(line.endswith("…") for line in lines), text
        assert all(metrics.horizontalAdvance(line) <= room for line in lines)


def test_a_text_without_a_place_to_part_it_is_parted_anywhere(qapp: QApplication) -> None:
    metrics = QFontMetrics(theme.font(theme.BODY_PX))
    text = "上海交通大学医学院附属仁济医院浦东院区心血管内科" * 3
    first, second = lines_of(text, metrics, 120)
    assert text.startswith(first)
    assert second.endswith("…")
    assert max(metrics.horizontalAdvance(line) for line in (first, second)) <= 120
    assert lines_of("", metrics, 120) == [""]
    for text, parts in (
        ("2027 年 1 月 6 日前", ["2027 年 1 月", "6 日前"]),
        ("Due since 27 Sep", ["Due since", "27 Sep"]),
        ("Due by 6 Jan 2027", ["Due by 6 Jan", "2027"]),
    ):
        assert lines_of(text, metrics, metrics.horizontalAdvance(text) - 8) == parts, "a day is not torn apart"
