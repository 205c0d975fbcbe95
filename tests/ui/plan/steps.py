"""Steps of who tries the Plan page: opening it, pressing keys, choosing a visit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QWidget,
)
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.plan_page import PlanPage
from tests.ui.customers.laptop import Laptop
from tests.ui.plan.planned import work_week

Seat = tuple[MainWindow, Laptop]
KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def opened(seat: Seat, qtbot: QtBot) -> PlanPage:
    """Show the page at the coming working week, its Monday chosen."""
    window, _laptop = seat
    window.navigate("plan", date=work_week().isoformat())
    page = window.page("plan")
    assert isinstance(page, PlanPage)
    monday = work_week().isoformat()
    qtbot.waitUntil(lambda: page.week is not None and page.week.monday == monday and page.beside is not None)
    return page


def dialog_of(page: QWidget, qtbot: QtBot, name: str) -> QDialog:
    found: list[QDialog] = []

    def there() -> bool:
        found[:] = [one for one in page.findChildren(QDialog, name) if one.isVisible() and one.isActiveWindow()]
        return bool(found)

    qtbot.waitUntil(there)
    return found[0]


def press(
    qtbot: QtBot, page: PlanPage, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key where the focus is within the page, else on the grid, once the window is in front again."""
    window = page.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    focus = QApplication.focusWidget()
    qtbot.keyClick(focus if focus is not None and page.isAncestorOf(focus) else page.grid, key, modifier)


def choose(page: PlanPage, laptop: Laptop, name: str) -> None:
    block = page.grid.block(laptop.company.ids[name])
    assert block is not None
    block.setFocus()


def planned(page: PlanPage) -> list[tuple[str, int, int]]:
    """Return (doctor, day of the week, minute) of the visits shown."""
    return [(one.block.title, one.block.day, one.block.minute) for one in page.grid.blocks]
