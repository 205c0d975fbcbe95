"""Another place at which a doctor works, added by keys on the doctor's page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.services.views import AffiliationView
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.doctor_places import PlaceDialog
from tests.ui.customers.laptop import Laptop, type_text, undo

CTRL, KEY = Qt.KeyboardModifier.ControlModifier, Qt.Key
DOCTOR = "单志远"


def key(qtbot: QtBot, pressed: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, pressed, modifier)


def opened(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> PlaceDialog:
    window.navigate("doctor", id=laptop.company.ids[DOCTOR])
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    key(qtbot, KEY.Key_N, CTRL)
    found = window.findChild(PlaceDialog)
    assert found is not None
    qtbot.waitUntil(lambda: found.institution.edit.hasFocus())
    return found


def places(laptop: Laptop) -> tuple[AffiliationView, ...]:
    return laptop.ask(lambda reads: reads.doctor(laptop.company.ids[DOCTOR])).affiliations


def choose(dialog: PlaceDialog, qtbot: QtBot, pinyin: str) -> None:
    qtbot.keyClicks(dialog.institution.edit, pinyin)
    qtbot.waitUntil(lambda: dialog.institution.list.isVisible() and dialog.institution.list.currentRow() == 0)
    key(qtbot, KEY.Key_Return)
    qtbot.waitUntil(dialog.department.hasFocus)


def test_a_second_place_is_added_and_undone_by_keys(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    dialog = opened(window, laptop, qtbot)
    choose(dialog, qtbot, "zhoupu")
    type_text(dialog.department, "高血压科")
    key(qtbot, KEY.Key_Tab)
    assert dialog.duty.hasFocus()
    type_text(dialog.duty, "出诊 周三")
    key(qtbot, KEY.Key_Return)
    qtbot.waitUntil(lambda: len(places(laptop)) == 2)
    first, second = places(laptop)
    assert (first.institution_name, first.is_primary) == ("上海市第七人民医院", True)
    assert (second.institution_name, second.department_name, second.duty) == ("周浦医院", "高血压科", "出诊 周三")
    assert not second.is_primary
    shown = window.findChild(QWidget, "doctor_places")
    assert shown is not None
    qtbot.waitUntil(lambda: any("周浦医院" in one.accessibleName() for one in shown.findChildren(QWidget)))
    undo(window, qtbot)
    qtbot.waitUntil(lambda: len(places(laptop)) == 1)


def test_without_an_institution_or_twice_nothing_is_saved_and_nothing_lost(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    dialog = opened(window, laptop, qtbot)
    key(qtbot, KEY.Key_Return, CTRL)
    assert "先从列表里选一家机构" in dialog.banner.text
    assert dialog.institution.edit.hasFocus()
    choose(dialog, qtbot, "diqi")
    assert not dialog.banner.isVisible()
    type_text(dialog.department, "心血管内科")
    key(qtbot, KEY.Key_Return)
    qtbot.waitUntil(lambda: "已经是这位医生的执业机构" in dialog.banner.text)
    assert dialog.department.hasFocus()
    assert dialog.department.text() == "心血管内科"
    assert len(places(laptop)) == 1
    type_text(dialog.department, "二区")
    key(qtbot, KEY.Key_Return)
    qtbot.waitUntil(lambda: [one.department_name for one in places(laptop)] == ["心血管内科", "心血管内科二区"])
