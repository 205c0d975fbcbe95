"""A new doctor or institution that was typed and not saved: kept while one types, back later, given up when said."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from crmdesk.services.commands import CreateDoctor, SaveDraft
from crmdesk.ui import app, language, theme
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.doctor_new import NewDoctorDialog
from crmdesk.ui.pages.institution_new import NewInstitutionDialog
from tests.ui.customers.laptop import Laptop, type_text, undo
from tests.ui.customers.test_customers_page import opened

CTRL = Qt.KeyboardModifier.ControlModifier
KEY = "new:doctor:01a21542-58f4-7000-a7a1-7870d3d89dcb"
KEPT = {"name": "查良镛", "note": "周三门诊", "place_text": "东方", "department": "心内"}


def drafts(laptop: Laptop) -> list[dict[str, Any]]:
    return [content for key, content, _at in laptop.ask(lambda reads: reads.drafts()) if key.startswith("new:")]


def new_doctor(window: MainWindow, qtbot: QtBot) -> NewDoctorDialog:
    page = opened(window, qtbot)
    page.new_doctor()
    dialogs = [one for one in page.findChildren(NewDoctorDialog) if one.isVisible()]
    return dialogs[-1]


def gone(dialog: NewDoctorDialog | NewInstitutionDialog, qtbot: QtBot) -> None:
    dialog.reject()
    qtbot.waitUntil(lambda: not isValid(dialog))


def test_what_is_typed_is_kept_at_once_and_back_at_the_next_opening(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    dialog = new_doctor(window, qtbot)
    type_text(dialog.editors["name"].control, "查良镛")
    type_text(dialog.editors["note"].control, "周三门诊")
    type_text(dialog.department, "心内")
    qtbot.keyClicks(dialog.institution.edit, "dongfang")
    qtbot.waitUntil(lambda: dialog.institution.list.count() > 0)
    qtbot.keyClick(dialog.institution.edit, Qt.Key.Key_Return)
    place = laptop.company.ids["上海市东方医院"]
    wanted = {**KEPT, "place": place, "place_text": "上海市东方医院"}
    qtbot.waitUntil(lambda: drafts(laptop) == [wanted])
    gone(dialog, qtbot)
    qtbot.waitUntil(lambda: "留作草稿" in window.toast_part.text)
    again = new_doctor(window, qtbot)
    qtbot.waitUntil(lambda: again.draft.banner.isVisible())
    assert again.content() == wanted
    name, note = again.editors["name"].control, again.editors["note"].control
    assert isinstance(name, QLineEdit)
    assert isinstance(note, QPlainTextEdit)
    qtbot.waitUntil(lambda: name.cursorPosition() == 3)
    assert note.textCursor().atEnd()
    assert again.draft.banner.text == "上次没有保存的内容还在这里。"
    window.toast_part.hide()
    gone(again, qtbot)
    assert window.toast_part.text == "", "nothing more was typed"
    again = new_doctor(window, qtbot)
    qtbot.waitUntil(lambda: again.content() == wanted)
    app.dress(qapp, language.ENGLISH, theme.DARK)
    qtbot.waitUntil(lambda: again.draft.banner.text == "What you had not saved is still here.")
    qtbot.keyClick(again, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: window.shown == "doctor")
    qtbot.waitUntil(lambda: drafts(laptop) == [])
    (item,) = laptop.ask(lambda reads: reads.customers(text="查良镛"))
    assert (item.institution_name, item.department_name) == ("上海市东方医院", "心内")


def test_a_draft_is_given_up_and_that_is_undone(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    laptop.desk.submit(SaveDraft(KEY, KEPT)).result(10)
    dialog = new_doctor(window, qtbot)
    qtbot.waitUntil(lambda: dialog.editors["note"].value() == "周三门诊")
    dialog.draft.banner.acted.emit()
    qtbot.waitUntil(lambda: drafts(laptop) == [])
    assert (dialog.content(), dialog.draft.banner.isVisible()) == ({}, False)
    qtbot.waitUntil(lambda: bool(window.toast_part.undo_token))
    gone(dialog, qtbot)
    undo(window, qtbot)
    qtbot.waitUntil(lambda: drafts(laptop) == [KEPT])


def test_a_draft_about_somebody_else_is_offered_and_neither_is_lost(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    laptop.desk.submit(SaveDraft(KEY, KEPT)).result(10)
    page = opened(window, qtbot)
    type_text(page.filter, "欧阳锋")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    page.new_doctor()
    dialog = page.findChild(NewDoctorDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.draft.banner.isVisible())
    assert dialog.draft.banner.text == "还有一份没有保存的：查良镛"
    assert dialog.content() == {"name": "欧阳锋"}
    type_text(dialog.editors["note"].control, "白驼山")
    dialog.draft.banner.acted.emit()
    assert dialog.content() == KEPT
    qtbot.waitUntil(lambda: {"name": "欧阳锋", "note": "白驼山"} in drafts(laptop))
    gone(dialog, qtbot)
    assert len(drafts(laptop)) == 2


def test_nothing_is_kept_of_a_form_that_was_left_as_it_was(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    dialog = new_doctor(window, qtbot)
    name = dialog.editors["name"].control
    qtbot.keyClicks(name, "x")
    qtbot.waitUntil(lambda: drafts(laptop) == [{"name": "x"}])
    qtbot.keyClick(name, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: drafts(laptop) == [])
    gone(dialog, qtbot)
    assert window.toast_part.text == ""


@pytest.mark.parametrize("content", [{"name": 7, "place": 3}, {"nobody": "x", "name": None}, {}])
def test_a_draft_of_another_shape_opens_and_hurts_nothing(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, content: dict[str, Any]
) -> None:
    laptop.desk.submit(SaveDraft(KEY, content)).result(10)
    dialog = new_doctor(window, qtbot)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    dialog.editors["name"].set_value("欧阳锋")
    assert dialog.editors["name"].value() == "欧阳锋"
    gone(dialog, qtbot)


def test_an_institution_comes_back_too(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot)
    page.new_institution()
    dialog = page.findChild(NewInstitutionDialog)
    assert dialog is not None
    type_text(dialog.editors["name"].control, "光华医院")
    qtbot.waitUntil(lambda: drafts(laptop) == [{"kind": "hospital", "name": "光华医院"}])
    gone(dialog, qtbot)
    page.new_institution()
    again = page.findChild(NewInstitutionDialog)
    assert again is not None
    qtbot.waitUntil(lambda: again.editors["name"].value() == "光华医院")
    again.save()
    qtbot.waitUntil(lambda: bool(laptop.ask(lambda reads: reads.customers("institution", "光华医院"))))
    assert drafts(laptop) == []


def test_a_name_of_one_character_is_asked_about_once(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    dialog = new_doctor(window, qtbot)
    name = dialog.editors["name"].control
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)  # until then Enter is the page's, in the window behind
    type_text(name, "米")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "只有一个字" in dialog.banner.text)
    assert laptop.ask(lambda reads: reads.customers("doctor", "米")) == []
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.name for one in laptop.ask(lambda reads: reads.customers("doctor", "米"))] == ["米"])


def typed_new(window: MainWindow, qtbot: QtBot, place: str, room: str) -> NewDoctorDialog:
    """Fill a new doctor in as somebody does who never looks at the list that opens: by Tab alone."""
    dialog = new_doctor(window, qtbot)
    for widget, text in (
        (dialog.editors["name"].control, "慕容晓"), (dialog.institution.edit, place), (dialog.department, room),
    ):  # fmt: skip
        type_text(widget, text)
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and dialog.institution.list.count() > 0)
    return dialog


def places_of(laptop: Laptop, name: str) -> list[tuple[str, str]]:
    hits = [one for one in laptop.ask(lambda reads: reads.search(name, 5)) if one.title == name]
    views = [laptop.ask(lambda reads, one=one: reads.doctor(one.id)) for one in hits]
    return [(one.institution_name, one.department_name) for view in views for one in view.affiliations]


def test_an_institution_that_was_typed_and_not_known_is_asked_about_and_made_never_lost(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    dialog = typed_new(window, qtbot, "芦花县人民医院", "呼吸科")
    qtbot.keyClick(dialog.department, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "芦花县人民医院" in dialog.banner.text and dialog.banner.isVisible())
    assert dialog.save_button.text() == "新建机构并保存"
    assert places_of(laptop, "慕容晓") == []
    qtbot.keyClick(dialog.institution.edit, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: places_of(laptop, "慕容晓") == [("芦花县人民医院", "呼吸科")])


def test_an_institution_that_was_typed_out_whole_is_the_known_one(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    dialog = typed_new(window, qtbot, "上海市东方医院", "心血管内科")
    qtbot.keyClick(dialog.department, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: places_of(laptop, "慕容晓") == [("上海市东方医院", "心血管内科")])


def test_a_department_alone_is_not_lost_either(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    dialog = new_doctor(window, qtbot)
    type_text(dialog.editors["name"].control, "慕容晓")
    type_text(dialog.department, "呼吸科")
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog.department, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "呼吸科" in dialog.banner.text)
    assert dialog.department.text() == "呼吸科"


def test_tab_takes_what_was_typed_out_whole_and_nothing_else(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    dialog = new_doctor(window, qtbot)
    picker = dialog.institution
    for typed, taken in (("东方", ""), ("上海市东方医院", laptop.company.ids["上海市东方医院"])):
        picker.edit.clear()
        type_text(picker.edit, typed)
        qtbot.waitUntil(lambda: picker.list.isVisible() and picker.list.count() > 0)
        qtbot.keyClick(picker.edit, Qt.Key.Key_Tab)
        assert picker.row_id() == taken
        assert dialog.department.hasFocus()


def test_the_question_about_an_institution_goes_when_another_one_is_typed_or_taken(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    dialog = typed_new(window, qtbot, "芦花县人民医院", "呼吸科")
    for end in ("taken", "typed"):
        dialog.institution.set_row("", "芦花县人民医院")
        qtbot.keyClick(dialog.department, Qt.Key.Key_Return, CTRL)
        qtbot.waitUntil(lambda: not window.bridge.waiting)
        assert isValid(dialog), "the words that were asked about before are asked about again, not saved"
        assert dialog.save_button.text() == "新建机构并保存"
        dialog.institution.edit.clear()
        type_text(dialog.institution.edit, "dongfang")
        assert dialog.save_button.text() == "保存", "nothing was asked about these words"
        assert "芦花县" not in dialog.banner.text
        if end == "taken":
            qtbot.waitUntil(lambda: dialog.institution.list.isVisible() and dialog.institution.list.count() > 0)
            qtbot.waitUntil(lambda: "东方" in dialog.institution.list.item(0).text())
            qtbot.keyClick(dialog.institution.edit, Qt.Key.Key_Return)
            qtbot.waitUntil(lambda: not window.bridge.waiting)
            assert dialog.institution.row_id()
            assert dialog.save_button.text() == "保存"


def test_a_known_institution_of_a_draft_is_offered_and_taken_not_made_once_more(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    kept = {"name": "慕容晓", "place_text": "上海市东方医院", "department": "心内"}
    laptop.desk.submit(SaveDraft(KEY, kept)).result()
    dialog = new_doctor(window, qtbot)
    qtbot.waitUntil(lambda: dialog.institution.edit.text() == "上海市东方医院")
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog.department, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: dialog.save_button.text() == "新建机构并保存")
    qtbot.waitUntil(lambda: dialog.institution.list.isVisible() and "东方" in dialog.institution.list.item(0).text())
    qtbot.keyClick(dialog.institution.edit, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: places_of(laptop, "慕容晓") == [("上海市东方医院", "心内")])
    found = laptop.ask(lambda reads: reads.customers("institution", "上海市东方医院", limit=8))
    assert [one.name for one in found].count("上海市东方医院") == 1


def test_keys_that_save_twice_make_one_doctor(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = new_doctor(window, qtbot)
    type_text(dialog.editors["name"].control, "慕容晓")
    sent: list[object] = []
    made = NewDoctorDialog.command

    def watched(dialog: NewDoctorDialog) -> CreateDoctor:
        sent.append(dialog)
        return made(dialog)

    monkeypatch.setattr(NewDoctorDialog, "command", watched)
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    dialog._asked_about = dialog._question()
    for _twice in range(2):
        dialog.save()
    assert len(sent) == 1
    qtbot.waitUntil(lambda: not window.bridge.waiting)
