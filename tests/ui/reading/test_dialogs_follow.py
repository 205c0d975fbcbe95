"""A dialog that is open while the language is switched: in every state all words follow, there and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListView, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.errors import RefusedError
from crmdesk.services.customer_filter import Conditions, SavedFilter
from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from tests.ui.customers.laptop import Laptop, type_text
from tests.ui.reading import house
from tests.ui.reading.accessible_tree import spoken
from tests.ui.reading.conftest import Sit

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_EDITABLE = frozenset({QAccessible.Role.EditableText, QAccessible.Role.SpinBox})
NOBODY, TYPED = "哪吒", "随便写的"
"""A name that nobody has, and what a test types into fields."""
Stir = Callable[[Any], None]


@dataclass(frozen=True)
class State:
    """What a dialog was brought to before the language is switched."""

    dialog: str
    stir: Stir = field(default=lambda _dialog: None)
    name: str = "opened"


def _nobody_found(dialog: Any) -> None:
    dialog.doctor.set_row("", "")
    type_text(dialog.doctor.edit, NOBODY)


def _somebody_found(dialog: Any) -> None:
    type_text(dialog.doctor.edit, "曾")


def _save(dialog: Any) -> None:
    dialog.save()


def _nobody(dialog: Any) -> None:
    dialog.doctor.set_row("", "")
    dialog.save()


def _no_name(dialog: Any) -> None:
    dialog.name.setText("")
    dialog.ends.pick("2020-01-01")
    dialog.save()


def _no_day(dialog: Any) -> None:
    day = getattr(dialog, "day", None) or dialog.first
    type_text(day, TYPED)
    dialog._save()


def _long_ago(dialog: Any) -> None:
    dialog.day.pick("2020-01-01")


def _failed(dialog: Any) -> None:
    dialog._failed(RefusedError("forbidden", record="doctor"))


def _refused(dialog: Any) -> None:
    dialog.tell(RefusedError("forbidden", record="doctor"))


def _not_kept(dialog: Any) -> None:
    dialog.draft._not_kept(RefusedError("forbidden", record="doctor"))


def _named(name: str) -> Stir:
    def stir(dialog: Any) -> None:
        type_text(dialog.editors["name"].control, name)
        dialog.save()

    return stir


def _unknown_place(dialog: Any) -> None:
    type_text(dialog.institution.edit, NOBODY)
    _named(NOBODY)(dialog)


def _places(dialog: Any) -> None:
    type_text(dialog.institution.edit, "上海")


def _batch(dialog: Any) -> None:
    box = dialog.fields["customer_class"]
    box.setCurrentIndex(box.findData("B"))
    dialog._changed()


def _taken_name(dialog: Any) -> None:
    dialog._taken = frozenset({TYPED})
    type_text(dialog.edit, TYPED)


def _nameless(dialog: Any) -> None:
    dialog.edit.clear()
    dialog.save()


def _doubtful(dialog: Any) -> None:
    dialog.editors["mobile"].set_value("1381234567")


def _disputed(dialog: Any) -> None:
    dialog.outcome.choose("disputed")


def _answered(dialog: Any) -> None:
    dialog._digit(0)


def _written(dialog: Any) -> None:
    dialog._show_running(on=True)
    dialog._show_progress(3, 7)


def _no_file(dialog: Any) -> None:
    dialog.write(Path("list.doc"))


STATES = [
    *(State(asked.name) for asked in house.dialogs()),
    State("passphrase", _save, "too short"),
    State("plan_visit", _nobody_found, "nobody found"),
    State("plan_visit", _somebody_found, "found"),
    State("plan_visit", _save, "nobody chosen"),
    State("plan_visit", _no_day, "no day"),
    State("plan_visit", _long_ago, "long ago"),
    State("plan_visit", _refused, "refused"),
    State("new_visit", _save, "nobody chosen"),
    State("adverse_event", _save, "how"),
    State("adverse_event", _failed, "failed"),
    State("new_doctor", _save, "no name"),
    State("new_doctor", _failed, "failed"),
    State("new_doctor", _not_kept, "draft not kept"),
    State("new_doctor", _named("曾庆华"), "known"),
    State("new_doctor", _named("哪"), "short"),
    State("new_doctor", _unknown_place, "unknown institution"),
    State("new_doctor", _places, "institutions"),
    State("new_institution", _save, "no name"),
    State("new_institution", _failed, "failed"),
    State("batch", _batch, "change"),
    State("filter_name", _taken_name, "taken"),
    State("filter_name", _nameless, "no name"),
    State("new_doctor", _doubtful, "doubtful number"),
    State("day_off", _no_day, "no day"),
    State("propose", _nobody, "nobody chosen"),
    State("propose", _nobody_found, "nobody found"),
    State("cycle", _no_name, "no name"),
    State("export", _written, "under way"),
    State("export", _no_file, "no file"),
    State("call_back", _save, "no outcome"),
    State("call_back", _disputed, "disputed"),
    State("hospitals", _answered, "answered"),
    State("sign_in_again", _failed, "failed"),
]


def words(dialog: QWidget) -> list[str]:
    """Return every text that can be seen in a dialog or is read out, but for what is typed into it."""
    found = [dialog.windowTitle()]
    for one in spoken(dialog):
        if one.widget is None:  # an entry of a list: what the tree of Qt remembers of it may be of before
            continue
        found += [f"{one.path}: {text}" for text in (one.name, one.description)]
        if one.role not in _EDITABLE:
            found.append(f"{one.path}: {one.value}")
    for widget in (one for one in dialog.findChildren(QWidget) if one.isVisible()):
        found += [f"{type(widget).__name__} {widget.objectName()}: {text}" for text in _own(widget)]
    return [one for one in found if not one.endswith(": ")]


def _own(widget: QWidget) -> Iterator[str]:
    yield widget.toolTip()
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        yield widget.placeholderText()
    if isinstance(widget, QListView):
        model = widget.model()
        for at in (model.index(row, 0) for row in range(model.rowCount())):
            yield str(at.data(Qt.ItemDataRole.AccessibleTextRole) or at.data() or "")
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(at) for at in range(widget.count()))


def data_of(laptop: Laptop) -> list[str]:
    """Return the Chinese that people and the company wrote, the longest first."""
    found = {text for value in laptop.company.rows.values() for text in _texts(value)}
    return sorted({NOBODY, TYPED, "上海市东方医院南院", "哪", "曾", "名单", "到期", *found}, key=len, reverse=True)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from (value, *_CHINESE.findall(value))
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def still_chinese(found: Iterable[str], data: list[str]) -> list[str]:
    """Return the texts in which Chinese is left once the data are taken out."""
    left = []
    for text in found:
        rest = text
        for one in data:
            rest = rest.replace(one, "") if _CHINESE.search(one) else rest
        if _CHINESE.search(rest):
            left.append(text)
    return sorted(set(left))


@pytest.mark.parametrize("state", STATES, ids=lambda state: f"{state.dialog}, {state.name}")
def test_every_word_of_an_open_dialog_follows_the_language_and_comes_back(
    qtbot: QtBot, dressed: QApplication, sit: Sit, state: State
) -> None:
    asked = next(one for one in house.dialogs() if one.name == state.dialog)
    window, laptop = sit(*asked.place.role)
    dialog = asked.open(window, laptop, qtbot)
    state.stir(dialog)
    house.shown(qtbot, window)
    before, data = words(dialog), data_of(laptop)
    assert still_chinese(before, data), "the test sees what is Chinese"
    _switch(dressed, language.ENGLISH, qtbot, window)
    assert still_chinese(words(dialog), data) == []
    _switch(dressed, language.CHINESE, qtbot, window)
    assert words(dialog) == before
    dialog.close()


@pytest.mark.parametrize("name", ["export", "filter_name"])
def test_what_a_list_is_narrowed_to_is_said_in_the_language_in_use(
    qtbot: QtBot, dressed: QApplication, sit: Sit, name: str
) -> None:
    asked = replace(next(one for one in house.dialogs() if one.name == name), before=_overdue)
    window, laptop = sit(*asked.place.role)
    dialog = asked.open(window, laptop, qtbot)
    _switch(dressed, language.ENGLISH, qtbot, window)
    assert still_chinese(words(dialog), data_of(laptop)) == []
    dialog.close()


def _overdue(window: MainWindow, _laptop: Laptop, _qtbot: QtBot) -> None:
    page: Any = window.page("customers")
    page._apply(SavedFilter("", "doctor", where=Conditions(due=("visit",))))


def _switch(application: QApplication, to: str, qtbot: QtBot, window: MainWindow) -> None:
    language.apply_language(application, to)
    house.shown(qtbot, window)


def test_what_was_typed_before_is_offered_in_both_languages(qtbot: QtBot, dressed: QApplication, sit: Sit) -> None:
    asked = next(one for one in house.dialogs() if one.name == "new_doctor")
    window, laptop = sit(*asked.place.role)
    first: Any = asked.open(window, laptop, qtbot)
    type_text(first.editors["name"].control, NOBODY)
    first.reject()
    house.shown(qtbot, window)
    dialog: Any = asked.open(window, laptop, qtbot)
    qtbot.waitUntil(dialog.draft.banner.isVisible)
    _switch(dressed, language.ENGLISH, qtbot, window)
    assert still_chinese(words(dialog), data_of(laptop)) == []
    assert dialog.draft.banner.text
    dialog.close()
