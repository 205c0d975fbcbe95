"""Opening a customer paints once, and never the one before; the rows of the list are painted as they stand."""

from __future__ import annotations

import functools
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from crmdesk.domain.errors import WorldError
from crmdesk.services.reads_sync import Reads
from crmdesk.ui import page_window, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customer_columns import NAME, STATE
from crmdesk.ui.pages.customers_page import CustomersPage
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.test_customers_page import names, opened


class Painted(QObject):
    """Writes down what a widget shows each time it is painted."""

    def __init__(self, widget: QWidget, shows: Any) -> None:
        super().__init__(widget)
        self.seen: list[str] = []
        self._shows = shows
        widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.seen.append(str(self._shows()))
        return super().eventFilter(watched, event)


def patient(window: MainWindow) -> None:
    """Let a slow machine take its time: nothing is painted early because of it."""
    window._hold.setInterval(600_000)


@pytest.mark.parametrize(("record", "first", "second"), [("doctor", "曾庆华", "张三丰"), ("institution", 0, 1)])
def test_a_customer_is_painted_once_and_never_the_one_before(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, record: str, first: Any, second: Any
) -> None:
    patient(window)
    institutions = laptop.desk.ask(lambda reads: list(reads.customer_ids("institution"))).result()
    ids = [laptop.company.ids[one] if isinstance(one, str) else institutions[one] for one in (first, second)]
    page: Any = window.page(record)
    for row_id in ids:
        window.navigate("customers")
        qtbot.waitUntil(lambda: not window.bridge.waiting)
        painted, whole = Painted(page.head.name, page.head.name.text), Painted(page, lambda: "")
        window.navigate(record, id=row_id)
        qtbot.waitUntil(lambda row_id=row_id: page._view is not None and page._view.row.id == row_id)  # type: ignore[misc]
        qtbot.waitUntil(lambda painted=painted: bool(painted.seen))  # type: ignore[misc]
        assert set(painted.seen) == {page._view.row["name"]}
        assert len(whole.seen) == 1, "laid out first, painted then"
        page.removeEventFilter(whole)
        page.head.name.removeEventFilter(painted)


def test_a_slow_answer_does_not_keep_the_page_that_was_left_in_sight(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.navigate("customers")
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    page: Any = window.page("doctor")
    never: Future[Any] = Future()
    monkeypatch.setattr(type(laptop.desk), "ask", lambda _desk, _read: never)
    painted = Painted(page, lambda: "")
    window.navigate("doctor", id=laptop.company.ids["曾庆华"])
    assert not window._stack.updatesEnabled()
    qtbot.waitUntil(lambda: bool(painted.seen))
    assert page_window._HELD_MS <= 100, "longer, and the keys seem to do nothing"
    never.cancel()


def test_a_page_that_waits_for_nothing_is_painted_at_once(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    patient(window)
    window.navigate("doctor", id=laptop.company.ids["曾庆华"])
    assert not window._stack.updatesEnabled()
    window.navigate("settings")
    assert window._stack.updatesEnabled()
    window.navigate("doctor", id="0" * 36)
    qtbot.waitUntil(window._stack.updatesEnabled)  # nobody has this id: the list comes back in words


@pytest.mark.parametrize(("record", "first", "second"), [("doctor", "曾庆华", "张三丰"), ("institution", 0, 1)])
def test_a_customer_that_cannot_be_read_is_never_taken_for_the_one_before(
    window: MainWindow,
    laptop: Laptop,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    record: str,
    first: Any,
    second: Any,
) -> None:
    institutions = laptop.desk.ask(lambda reads: list(reads.customer_ids("institution"))).result()
    shown, wanted = [laptop.company.ids[one] if isinstance(one, str) else institutions[one] for one in (first, second)]
    page: Any = window.page(record)
    window.navigate(record, id=shown)
    qtbot.waitUntil(lambda: page._view is not None)

    def unreadable(_reads: Any, _row_id: str) -> Any:
        raise WorldError("store_damaged", reason="page")

    monkeypatch.setattr(Reads, record, unreadable)
    window.navigate(record, id=wanted)
    if record == "doctor":
        page.delete()  # before it is there nobody sees whom that means
    qtbot.waitUntil(lambda: window.shown == "customers")
    assert page.subject() is None, "the name of one and the keys of another"
    assert window.toast_part.text
    qtbot.waitUntil(window._stack.updatesEnabled)
    assert laptop.ask(lambda reads: wanted in list(reads.customer_ids(record)))


def test_the_answer_for_a_page_that_was_left_does_not_paint_the_next_one(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient(window)
    window.page("institution")
    window.navigate("doctor", id=laptop.company.ids["曾庆华"])
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    never: Future[Any] = Future()
    (place,) = laptop.desk.ask(lambda reads: list(reads.customer_ids("institution"))[:1]).result()
    monkeypatch.setattr(type(laptop.desk), "ask", lambda _desk, _read: never)
    window.navigate("institution", id=place)
    heard: list[str] = []
    window._placed.connect(lambda: heard.append(""), Qt.ConnectionType.QueuedConnection)
    window.page("doctor").filled.emit()
    qtbot.waitUntil(lambda: bool(heard))
    assert not window._stack.updatesEnabled()
    window.page("institution").enter(id="")
    never.cancel()


def picture(page: CustomersPage) -> QImage:
    return page.table.viewport().grab().toImage()


def test_rows_are_painted_with_ground_accent_and_line_of_the_theme(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    qtbot.waitUntil(lambda: "…" not in names(page))
    page.table.setFocus()
    page.table.choose(1)
    colors, height, shown = theme.tokens(), page.table.rowHeight(0), picture(page)
    edge, inside = QPoint(1, height + 5), QPoint(page.table.horizontalHeader().length() - 3, height + 5)
    assert shown.pixelColor(edge) == colors.color("accent")
    assert shown.pixelColor(inside) == colors.color("selection")
    assert shown.pixelColor(inside - QPoint(0, height)) == colors.color("surface")
    for row in range(3):
        assert shown.pixelColor(QPoint(4, (row + 1) * height - 1)) == colors.color("line")
    page.table.choose_rows([0, 2], 1)  # the keys go on from one that is not chosen
    marked = picture(page).pixelColor(QPoint(5, height + height // 2))
    assert marked == colors.color("muted")


def test_a_row_is_asked_for_its_words_only_where_it_is_painted(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(window, qtbot)
    qtbot.waitUntil(lambda: "…" not in names(page))
    page.table.setFocus()
    page.table.choose(0)
    asked: list[str] = []
    said = type(page.model).said

    def watched(model: Any, item: Any, code: str) -> str:
        asked.append(item.name)
        return said(model, item, code)

    def asked_for(*rows: int) -> list[str]:
        asked.clear()
        places = (page.table.visualRect(page.model.index(row, 1)) for row in rows)
        page.table.viewport().repaint(functools.reduce(QRegion.united, map(QRegion, places)))
        return list(asked)

    monkeypatch.setattr(type(page.model), "said", watched)
    qtbot.waitUntil(lambda: asked_for(2) == [names(page)[2]])  # once nothing else is still to be painted
    assert asked_for(0, 4) == [names(page)[0], names(page)[4]]
    asked.clear()
    page.table.viewport().repaint()
    plain = [code for code in page.model.columns if code not in (NAME, STATE)]
    assert len(asked) == len(plain) * 7, "each cell once"


def test_a_row_on_the_way_is_three_dots_and_is_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    qtbot.waitUntil(lambda: "…" not in names(page))
    there = picture(page)
    page.model._forget_pages()
    empty = picture(page)
    assert empty != there
    qtbot.waitUntil(lambda: "…" not in names(page))
    qtbot.waitUntil(lambda: picture(page) == there)
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
