"""A screen reader's walk through every page in both languages: everything has a name and the right role.

The dialogs are read in `test_every_dialog`.
"""

from __future__ import annotations

import gc
import inspect
import re
from collections.abc import Iterable
from functools import cache

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts.chips import ChipRow
from tests.ui.customers.laptop import Laptop
from tests.ui.reading import house
from tests.ui.reading.accessible_tree import Spoken, spoken
from tests.ui.reading.conftest import Sit

Role = QAccessible.Role
CONTROLS = frozenset(
    {Role.Button, Role.PushButton, Role.CheckBox, Role.RadioButton, Role.ComboBox, Role.EditableText, Role.SpinBox}
    | {Role.List, Role.Table, Role.Tree, Role.ListItem, Role.PageTab, Role.PageTabList, Role.ColumnHeader}
    | {Role.ButtonMenu, Role.Slider, Role.Link, Role.MenuItem, Role.Grouping, Role.Chart, Role.ProgressBar}
)
"""What somebody drives or reads a figure from: never without a name."""
VAGUE = frozenset({Role.NoRole, Role.Client, Role.Border, Role.Window, Role.LayeredPane, Role.Whitespace})
"""Roles that say nothing: not for what takes the keys, and not for what paints itself."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def faults(found: Iterable[Spoken]) -> list[str]:
    """Return what a screen reader could not make sense of."""
    told = []
    for one in found:
        if one.role in CONTROLS and not one.name.strip():
            told.append(f"no name: {one.role.name} {one.path}")
        if one.focusable and one.widget is not None and (one.role in VAGUE or not one.name.strip()):
            told.append(f"takes the keys as {one.role.name} {one.name!r}: {one.path}")
        if one.widget is not None and _paints_itself(type(one.widget)):
            told += _mute_picture(one)
    return sorted(set(told))


def _mute_picture(one: Spoken) -> list[str]:
    empty = isinstance(one.widget, QLabel) and not one.widget.text()
    if empty or getattr(one.widget, "decorative", False):
        return []
    if one.role in VAGUE or not one.name.strip():
        return [f"painted, but a screen reader learns {one.role.name} {one.name!r}: {one.path}"]
    return []


@cache
def _paints_itself(kind: type[QWidget]) -> bool:
    """Say whether code of ours draws what is seen (a ground or a line beside other widgets is nothing to be read)."""
    ours = [one for one in kind.__mro__ if one.__module__.startswith("crmdesk.") and "paintEvent" in vars(one)]
    return bool(ours) and any(sign in inspect.getsource(ours[0]) for sign in ("draw", "_paint_shares", "paint_"))


def untranslated(found: Iterable[Spoken], data: str) -> list[str]:
    """Return the names of controls that are still Chinese, apart from what people and the company wrote."""
    names = {
        one.name for one in found if one.widget is not None and isinstance(one.widget, QAbstractButton | QLineEdit)
    }
    known = data + "中文"  # a language is called by its own name
    return sorted(name for name in names if any(sign not in known for sign in _CHINESE.findall(name)))


def _in(wanted: str, application: QApplication) -> None:
    if wanted != language.current():
        language.apply_language(application, wanted)


def data_of(laptop: Laptop) -> str:
    return repr(laptop.company.rows)


def _roles() -> list[tuple[str, str]]:
    return [house.REP, house.MANAGER]


@pytest.mark.parametrize("who", _roles(), ids=lambda who: who[1])
@pytest.mark.parametrize("wanted", ["zh", "en"])
def test_every_page_can_be_read(
    qtbot: QtBot, dressed: QApplication, sit: Sit, who: tuple[str, str], wanted: str
) -> None:
    window, laptop = sit(*who)
    _in(wanted, dressed)
    told: list[str] = []
    for place in (one for one in house.places() if one.role == who):
        place.show(window, laptop)
        house.shown(qtbot, window)
        found = spoken(window)
        told += [f"{place.name}: {fault}" for fault in faults(found)]
        if wanted == "en":
            told += [f"{place.name}: still Chinese: {name}" for name in untranslated(found, data_of(laptop))]
    assert told == [], "\n".join(told)


def test_the_palette_can_be_read(qtbot: QtBot, sit: Sit) -> None:
    window, _laptop = sit(*house.REP)
    window.open_palette("曾")
    house.shown(qtbot, window)
    found = spoken(window.palette_part)
    assert [one.role for one in found if one.name == "搜索与命令"] == [Role.EditableText]
    assert any(one.role == Role.ListItem and "曾庆华" in one.name for one in found)
    assert faults(found) == []


def test_no_page_and_no_dialog_is_left_out(qtbot: QtBot, sit: Sit) -> None:
    assert house.pages_without_a_place() == set()
    seen = set()
    for who in _roles():
        window, laptop = sit(*who)
        for asked in (one for one in house.dialogs() if one.place.role == who):
            dialog = asked.open(window, laptop, qtbot)
            seen.add(type(dialog).__name__)
            dialog.close()
            qtbot.waitUntil(lambda window=window: not _open_dialogs(window))
    assert house.every_dialog_class() - seen == set()


def _open_dialogs(window: MainWindow) -> list[QWidget]:
    return [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.parentWidget() is not None]


def test_choices_say_whether_they_are_taken(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = sit(*house.REP)
    next(one for one in house.places() if one.name == "visit_report").show(window, laptop)
    house.shown(qtbot, window)
    found = spoken(window)
    assert {one.role for one in found if one.name == "面对面"} == {Role.RadioButton}
    assert {one.role for one in found if one.name == "24 小时平稳"} == {Role.CheckBox}
    channel = next(one for one in found if one.name == "方式")
    assert (channel.role, channel.description) == (Role.Grouping, "面对面")


def test_what_is_drawn_beside_a_name_is_read_with_it(qtbot: QtBot, sit: Sit) -> None:
    window, laptop = sit(*house.REP)
    next(one for one in house.places() if one.name == "customers").show(window, laptop)
    house.shown(qtbot, window)
    cells = {one.name for one in spoken(window) if one.role == Role.Cell}
    assert "单志远 A 类" in cells


def test_parts_that_come_and_go_leave_nothing_behind(qtbot: QtBot, sit: Sit) -> None:
    window, _laptop = sit(*house.REP)
    before = len(spoken(window))
    for _round in range(12):
        row = ChipRow([("A 类", "accent"), ("已同意", "ok")], window)
        row.show()
        assert [one.name for one in spoken(row)] == ["A 类", "已同意"]
        row.setParent(None)
        row.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        gc.collect()
    assert len(spoken(window)) == before
