"""A customer that is edited in place while it changes elsewhere: another laptop, another window, an old draft."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from crmdesk.services.commands import EditRow, SaveDraft
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.doctor_editor import RowEditor
from crmdesk.ui.pages.doctor_page import DoctorPage
from tests.ui.customers.laptop import Laptop

NAME = "曾庆华"


def editing(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> RowEditor:
    window.navigate("doctor", id=laptop.company.ids[NAME])
    page = window.page("doctor")
    assert isinstance(page, DoctorPage)
    qtbot.waitUntil(lambda: page.title == NAME)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    page.edit()
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    return page.editor


def doctor(laptop: Laptop) -> Any:
    return laptop.ask(lambda reads: reads.row("doctor", laptop.company.ids[NAME]))


def test_an_editor_in_which_nothing_was_typed_shows_what_came(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = editing(window, laptop, qtbot)
    laptop.server_edits("doctor", NAME, mobile="13733334444")
    qtbot.waitUntil(lambda: editor.editors["mobile"].value() == "13733334444")
    editor.editors["email"].set_value("mine@example.org")
    editor.save()
    qtbot.waitUntil(lambda: doctor(laptop)["email"] == "mine@example.org")
    assert doctor(laptop)["mobile"] == "13733334444"


def test_what_another_window_saved_is_met_though_the_revision_is_the_same(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    editor = editing(window, laptop, qtbot)
    editor.editors["mobile"].set_value("13911112222")
    row = doctor(laptop)
    other = {"mobile": "13733334444", "preferred_time": "下午"}
    laptop.desk.submit(EditRow("doctor", row.id, other, row.revision)).result(20)
    assert doctor(laptop).revision == row.revision
    qtbot.waitUntil(lambda: list(editor._choices) == ["mobile"])
    assert editor.editors["preferred_time"].value() == "下午", "what nobody touched here is shown as it is"
    editor._choices["mobile"].choose("mine")
    editor.save()
    qtbot.waitUntil(lambda: doctor(laptop)["mobile"] == "13911112222")
    assert doctor(laptop)["preferred_time"] == "下午"


def test_a_save_before_the_page_could_hear_of_it_is_refused_and_offers_the_merge(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    editor = editing(window, laptop, qtbot)
    editor.editors["mobile"].set_value("13911112222")
    row = doctor(laptop)
    laptop.desk.submit(EditRow("doctor", row.id, {"mobile": "13733334444"}, row.revision))
    editor.save()
    qtbot.waitUntil(lambda: list(editor._choices) == ["mobile"])
    assert doctor(laptop)["mobile"] == "13733334444"


def test_a_draft_that_is_older_than_the_row_meets_it(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    editor = editing(window, laptop, qtbot)
    editor.editors["mobile"].set_value("13911112222")
    editor.editors["email"].set_value("mine@example.org")
    key = editor.draft_key
    editor.leave()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.draft(key)) is not None)
    laptop.server_edits("doctor", NAME, mobile="13733334444")
    editor = editing(window, laptop, qtbot)
    qtbot.waitUntil(lambda: list(editor._choices) == ["mobile"])
    assert editor.editors["email"].value() == "mine@example.org"
    editor._choices["mobile"].choose("theirs")
    editor.save()
    qtbot.waitUntil(lambda: doctor(laptop)["email"] == "mine@example.org")
    assert doctor(laptop)["mobile"] == "13733334444"


def test_a_draft_from_before_drafts_named_what_was_seen_comes_back(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    key = f"doctor:{laptop.company.ids[NAME]}"
    laptop.desk.submit(SaveDraft(key, {"changes": {"mobile": "13911112222"}})).result(20)
    editor = editing(window, laptop, qtbot)
    qtbot.waitUntil(lambda: editor.editors["mobile"].value() == "13911112222")
    assert editor._choices == {}
