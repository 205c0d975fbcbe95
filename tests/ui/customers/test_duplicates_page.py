"""Doctors who may be one person: found, compared, proposed by a representative, merged and restored by a manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.domain.customer_merge import INSTITUTIONS
from crmdesk.domain.ids import new_id
from crmdesk.services.commands import ChangeSet, EditRow
from crmdesk.storage import outbox
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.duplicates_page import DuplicatesPage
from crmdesk.ui.parts.label import Label
from tests.ui.customers.duplicates import duplicates_page
from tests.ui.customers.laptop import Laptop, undo
from tests.ui.customers.small_company import Company, small_company

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def twin(company: Company, name: str = "曾庆华", key: str = "again", **more: Any) -> None:
    """Let a doctor of the company be there twice, at the same hospital."""
    place = {"territory_id": company.ids["浦东一区"], "status": "under_review"}
    company.add("doctor", key, name=name, title="resident", note="下午在", **place, **more)
    pair = {"doctor_id": company.ids[key], "institution_id": company.ids["上海市东方医院"], "is_primary": True}
    company.add("affiliation", f"{key} place", **pair)


@pytest.fixture
def company() -> Company:
    """The small company, in which a doctor is there twice."""
    made = small_company()
    twin(made)
    return made


@pytest.fixture
def page(qtbot: QtBot, desk: Laptop) -> Iterator[DuplicatesPage]:
    """The page in the real window, opened by Alt+D from the customers."""
    with duplicates_page(desk, qtbot, "doctor", 8) as made:
        yield made


def commands(laptop: Laptop) -> list[tuple[str, str]]:
    with laptop.store.reading() as connection:
        return [(one.operation.kind, one.operation.command) for one in outbox.pending_operations(connection)]


def line(page: DuplicatesPage, name: str) -> Any:
    return next(one for one in page.compare.lines if one.name == name)


def test_the_pair_is_shown_with_its_reason_and_nothing_is_lost_at_first(page: DuplicatesPage, desk: Laptop) -> None:
    assert page._model.rowCount() == 1
    assert page._model.row(0).third == "同名、同一医院"  # type: ignore[union-attr]
    assert page._view.kept.row.id == desk.company.ids["曾庆华"]  # type: ignore[union-attr]
    assert {one.name for one in page.compare.lines} >= {"title", "note"}
    assert line(page, "title").choice == "kept"
    assert all(one.accessibleName() for one in page.compare.lines)


def test_numbers_are_shown_in_groups_and_as_they_are_stored_where_they_would_read_alike(
    page: DuplicatesPage, desk: Laptop, qtbot: QtBot
) -> None:
    kept = desk.company.ids["曾庆华"]
    for typed, shown in (("13911112222", "139 1111 2222"), ("138-0000-4471", "138-0000-4471")):
        revision = desk.ask(lambda reads: reads.row("doctor", desk.company.ids["again"])).revision
        desk.desk.submit(EditRow("doctor", desk.company.ids["again"], {"mobile": typed}, revision)).result()
        wanted = ("mobile", ("138 0000 4471", shown))
        qtbot.waitUntil(lambda wanted=wanted: wanted in [(one.name, one._texts) for one in page.compare.lines])
    assert desk.ask(lambda reads: reads.row("doctor", kept))["mobile"] == "138 0000 4471"
    assert "138-0000-4471" in line(page, "mobile").accessibleName()


def test_who_the_two_are_is_read_whole(page: DuplicatesPage, qtbot: QtBot) -> None:
    """Also where the two have little room: at which hospital somebody works tells most about who it is."""
    page.window().resize(894, 445)
    heads = [one for one in page.compare.findChildren(Label) if "医师" in one.text()]
    assert len(heads) == 2
    qtbot.waitUntil(lambda: all(0 < one.width() < 200 for one in heads))
    assert any("上海市东方医院" in one.text() for one in heads)
    assert all(one.wordWrap() and one.height() >= one.heightForWidth(one.width()) for one in heads)


def test_arrows_and_clicks_choose_field_by_field(page: DuplicatesPage, qtbot: QtBot) -> None:
    title = line(page, "title")
    title.setFocus()
    qtbot.keyClick(title, Qt.Key.Key_Right)
    assert (title.choice, "title" in page.compare.take()) == ("other", True)
    qtbot.keyClick(title, Qt.Key.Key_Right)
    qtbot.keyClick(title, Qt.Key.Key_B)
    assert title.choice == "other"  # of two titles nobody has both
    qtbot.mouseClick(title, Qt.MouseButton.LeftButton, pos=QPoint(title.width() // 4, 8))
    assert title.choice == "kept"
    note = line(page, "note")
    qtbot.keyClick(note, Qt.Key.Key_Left)
    qtbot.keyClick(note, Qt.Key.Key_B)
    assert "note:both" in page.compare.take() or note.choice == "both"


@pytest.mark.parametrize("role", ["rep"], indirect=True)
def test_a_representative_proposes_and_withdraws(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    assert not page.buttons["duplicates_merge"].isVisible()
    qtbot.keyClick(page.list, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: commands(desk) == [("create", "")])
    qtbot.waitUntil(lambda: page._model.rowCount() == 1 and page._model.row(0).state == "提议")  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: page.buttons["duplicates_withdraw"].isVisible())
    qtbot.keyClick(page.list, Qt.Key.Key_B, CTRL)
    qtbot.waitUntil(lambda: desk.ask(lambda reads: reads.merges()) == [])


@pytest.mark.parametrize("role", ["manager"], indirect=True)
def test_a_manager_merges_what_is_on_the_screen(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    assert not page.buttons["duplicates_propose"].isVisible()
    qtbot.keyClick(line(page, "title"), Qt.Key.Key_Right)
    qtbot.keyClick(page.list, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: commands(desk) == [("create", ""), ("command", "merge")])
    with desk.store.reading() as connection:
        args = outbox.pending_operations(connection)[1].operation.args
    assert "title" in args["take"]
    qtbot.waitUntil(lambda: page._model.rowCount() == 1 and page._model.row(0).state == "等待发送")  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: page._banner.text != "" and not page.buttons["duplicates_merge"].isVisible())
    window = page.window()
    assert isinstance(window, MainWindow)
    undo(window, qtbot)
    qtbot.waitUntil(lambda: ("command", "merge") not in commands(desk))


@pytest.mark.parametrize("role", ["manager"], indirect=True)
def test_a_merge_that_was_done_can_be_restored(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    ids = desk.company.ids
    row = {"id": new_id(), "territory_id": ids["浦东一区"], "owner_id": ids["周晓岚"], "doctor_id": ids["曾庆华"]}
    desk.receive({"doctor_merge": [row | {"other_id": ids["again"], "state": "done", "take": [], "moved": {}}]})
    desk.receive(
        {
            "doctor": [
                next(one for one in desk.company.rows["doctor"] if one["id"] == ids["again"]) | {"status": "merged"}
            ]
        }
    )
    desk.desk.publish(ChangeSet({"doctor": (), "doctor_merge": ()}, "remote"))
    qtbot.waitUntil(lambda: page._model.rowCount() == 1 and page._model.row(0).state == "已合并")  # type: ignore[union-attr]
    page.list.choose_row(0)
    qtbot.waitUntil(lambda: page.buttons["duplicates_restore"].isVisible())
    qtbot.keyClick(page.list, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: commands(desk) == [("command", "restore")])


def test_two_people_are_not_suggested_again(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    page.list.setFocus()
    qtbot.waitUntil(lambda: page._empty.isVisible() and not page._main.isVisible())
    assert page._empty._button.hasFocus(), "Enter leads back"
    qtbot.waitUntil(lambda: desk.ask(lambda reads: reads.duplicates()) == [])
    assert commands(desk) == []
    window = page.window()
    assert isinstance(window, MainWindow)
    undo(window, qtbot)
    qtbot.waitUntil(lambda: page._main.isVisible() and page._model.rowCount() == 1)


def test_the_other_one_can_be_kept(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: page._view is not None and page._view.kept.row.id == desk.company.ids["again"])


def test_two_chosen_customers_are_laid_side_by_side(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    window.navigate("customers")
    customers: Any = window.page("customers")
    qtbot.waitUntil(lambda: customers.model.rowCount() == 8 and not window.bridge.waiting)
    customers.table.choose_rows([0, 3], 3)
    wanted = set(customers.table.chosen_ids())
    customers.table.setFocus()
    assert customers.strip.merge.isVisible()
    qtbot.keyClick(customers.table, Qt.Key.Key_G, ALT)
    qtbot.waitUntil(lambda: page._view is not None and {page._view.kept.row.id, page._view.other.row.id} == wanted)
    assert page._view is not None
    assert page._view.reasons == ()


def test_the_page_in_every_language_and_theme(qapp: QApplication, page: DuplicatesPage, qtbot: QtBot) -> None:
    page.window().resize(1366, 768)
    for lang in (language.CHINESE, language.ENGLISH):
        for look in (theme.LIGHT, theme.DARK):
            app.dress(qapp, lang, look)
            shown = [one for one in page.buttons.values() if one.isVisible()]
            assert shown
            qtbot.waitUntil(lambda some=shown: all(one.width() >= one.sizeHint().width() for one in some))
    app.dress(qapp, language.CHINESE, theme.LIGHT)


def test_the_list_of_doctors_offers_the_page_by_a_click(page: DuplicatesPage, qtbot: QtBot) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    window.navigate("customers")
    customers: Any = window.page("customers")
    qtbot.mouseClick(customers._duplicates, Qt.MouseButton.LeftButton)
    assert window.shown == "duplicates"
    window.navigate("customers", record="institution")
    qtbot.waitUntil(lambda: customers.model.shown.record == "institution")
    qtbot.mouseClick(customers._duplicates, Qt.MouseButton.LeftButton)
    assert window.shown == "duplicates"
    assert (page.kind, page.header.title) == (INSTITUTIONS, "可能重复的机构")
