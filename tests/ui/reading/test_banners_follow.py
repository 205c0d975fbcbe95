"""What a page's banner says follows a switch of the language, there and back, as what a dialog says does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.ui import language
from crmdesk.ui.pages.visit_report import NOTE_LIMIT
from tests.ui.customers.laptop import type_text
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit
from tests.ui.reading.test_dialogs_follow import data_of, still_chinese

Stir = Callable[[Any, Path], None]


def _missing(editor: Any, _folder: Path) -> None:
    editor.report.adverse_event = None
    editor.submit()


def _too_long(editor: Any, _folder: Path) -> None:
    editor.form.note.setPlainText("长" * (NOTE_LIMIT + 1))
    editor.keep_draft()


def _no_file(editor: Any, folder: Path) -> None:
    editor.attach_files([str(folder / "none.pdf")])


def _too_large(editor: Any, folder: Path) -> None:
    with (folder / "large.pdf").open("wb") as file:
        file.truncate(1 << 28)
    editor.attach_files([str(folder / "large.pdf")])


def _refused(editor: Any, _folder: Path) -> None:
    editor._refused(RefusedError("forbidden", record="visit"))
    editor._timer.stop()


def _not_kept(editor: Any, _folder: Path) -> None:
    editor._not_kept(RefusedError("forbidden", record="visit"))


def _deleted(editor: Any, _folder: Path) -> None:
    editor._deleted(editor._opening, editor._opening)


def _late(editor: Any, _folder: Path) -> None:
    editor.day.pick(house.day_before(2).isoformat())


def _amended(editor: Any, _folder: Path) -> None:
    editor.amend()
    editor.submit()


def _nothing(_editor: Any, _folder: Path) -> None:
    """It is so when it is opened."""


VISITS: list[tuple[str, str, Stir]] = [
    ("p1", "missing", _missing),
    ("p1", "too long", _too_long),
    ("p1", "no file", _no_file),
    ("p1", "too large", _too_large),
    ("p1", "refused", _refused),
    ("p1", "not kept", _not_kept),
    ("p1", "deleted", _deleted),
    ("p1", "late", _late),
    ("v1", "submitted", _nothing),
    ("v1", "amended without a reason", _amended),
]


def _follows(banner: Any, window: Any, laptop: Any, dressed: QApplication, qtbot: QtBot) -> None:
    house.shown(qtbot, window)
    before = banner.text
    assert banner.isVisible()
    assert still_chinese([before], data_of(laptop)), "the test sees what is Chinese"
    for to in (language.ENGLISH, language.CHINESE):
        language.apply_language(dressed, to)
        house.shown(qtbot, window)
        assert banner.isVisible()
        assert banner.text == before if to == language.CHINESE else not still_chinese([banner.text], data_of(laptop))


@pytest.mark.parametrize(("visit", "name", "stir"), VISITS, ids=[name for _visit, name, _stir in VISITS])
def test_what_the_banner_of_a_report_says_follows_the_language(
    qtbot: QtBot, dressed: QApplication, sit: Sit, tmp_path: Path, visit: str, name: str, stir: Stir
) -> None:
    window, laptop = sit(*house.REP)
    window.navigate("visit", id=laptop.company.ids[visit])
    house.shown(qtbot, window)
    page: Any = window.page("visit")
    stir(page.editor, tmp_path)
    _follows(page.editor.banner, window, laptop, dressed, qtbot)


def _draft(editor: Any) -> None:
    editor._take_draft({"changes": {"note": "周三门诊"}})


def _failed(editor: Any) -> None:
    editor._failed(RefusedError("forbidden", record="doctor"))


def _draft_not_kept(editor: Any) -> None:
    editor._not_kept(InputError("too_long", field="note", limit=4000, length=4001))


@pytest.mark.parametrize("stir", [_draft, _failed, _draft_not_kept], ids=["draft", "failed", "not kept"])
def test_what_the_banner_of_an_editor_says_follows_the_language(
    qtbot: QtBot, dressed: QApplication, sit: Sit, stir: Callable[[Any], None]
) -> None:
    window, laptop = sit(*house.REP)
    editor = _editing(window, laptop, qtbot)
    stir(editor)
    _follows(editor.banner, window, laptop, dressed, qtbot)


def _editing(window: Any, laptop: Any, qtbot: QtBot) -> Any:
    window.navigate("doctor", id=laptop.company.ids["曾庆华"])
    house.shown(qtbot, window)
    page: Any = window.page("doctor")
    page.edit()
    house.shown(qtbot, window)
    return page.editor


@pytest.mark.parametrize(("field", "theirs"), [("good_at", "别的"), ("note", "别人写的")], ids=["other", "clash"])
def test_what_others_changed_meanwhile_is_said_in_the_language_and_a_choice_stays(
    qtbot: QtBot, dressed: QApplication, sit: Sit, field: str, theirs: str
) -> None:
    window, laptop = sit(*house.REP)
    editor = _editing(window, laptop, qtbot)
    type_text(editor.editors["mobile"].control, "13900001111")
    changed = {"mobile": "13800002222"} if field == "note" else {field: theirs}
    laptop.server_edits("doctor", "曾庆华", **changed)
    qtbot.waitUntil(editor.banner.isVisible)
    for choice in editor._choices.values():
        choice.choose("theirs")
    _follows(editor.banner, window, laptop, dressed, qtbot)
    assert {choice.value() for choice in editor._choices.values()} <= {"theirs"}
    assert bool(editor._choices) is (field == "note")


def test_what_is_wrong_at_a_field_follows_the_language(qtbot: QtBot, dressed: QApplication, sit: Sit) -> None:
    window, laptop = sit(*house.REP)
    editor = _editing(window, laptop, qtbot)
    name = editor.editors["name"]
    name.control.setText("")
    editor.save()
    assert "还没有填" in name.error_label.text()
    language.apply_language(dressed, language.ENGLISH)
    house.shown(qtbot, window)
    assert "is still empty" in name.error_label.text()
