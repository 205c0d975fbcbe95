"""Widgets that stand in a reference cycle are destroyed by the GUI thread, whoever allocates meanwhile."""

from __future__ import annotations

import gc
import threading
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import garbage
from crmdesk.ui.garbage import GarbageTimer, collect_due, look, put_off
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.text_field import TextLine


class _Cyclic(QWidget):
    """A closed window that refers to itself, as closures on a page do."""

    def __init__(self, destroyed_by: list[int]) -> None:
        super().__init__()
        self.me = self
        self.note = _Note(destroyed_by)


class _Note:
    """Tells which thread let go of it."""

    def __init__(self, destroyed_by: list[int]) -> None:
        self.destroyed_by = destroyed_by

    def __del__(self) -> None:
        self.destroyed_by.append(threading.get_ident())


def _allocate(kept: list[list[int]]) -> None:
    kept += [[number] for number in range(50_000)]


def test_a_worker_never_collects_a_widget(qtbot: QtBot, dressed: QApplication) -> None:
    assert dressed.findChild(GarbageTimer) is not None
    assert not gc.isenabled()
    destroyed_by: list[int] = []
    _Cyclic(destroyed_by)
    kept: list[list[int]] = []
    worker = threading.Thread(target=_allocate, args=(kept,))
    worker.start()
    worker.join()
    assert len(kept) == 50_000
    assert destroyed_by == []
    qtbot.waitUntil(lambda: destroyed_by == [threading.get_ident()])


def test_what_is_due_is_collected() -> None:
    gc.collect()
    assert collect_due() == -1
    kept = [[number] for number in range(5_000)]
    assert collect_due() >= 0
    assert kept


def test_nothing_is_collected_while_somebody_scrolls_or_types(
    qtbot: QtBot, dressed: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = RowModel()
    rows, field = RowList(model), TextLine()
    for widget in (rows, field):
        qtbot.addWidget(widget)
        widget.show()
    model.set_rows([ListRow(str(number), f"Name {number}") for number in range(200)])
    qtbot.waitUntil(lambda: rows.verticalScrollBar().maximum() > 40)
    steps = {
        "list": lambda: rows.verticalScrollBar().setValue(40 + rows.verticalScrollBar().value()),
        "row": lambda: rows.choose_row(1 + rows.currentIndex().row()),
        "field": lambda: QTest.keyClick(field, Qt.Key.Key_A),
    }
    kept: list[list[int]] = []
    for name, step in steps.items():
        monkeypatch.setattr(GarbageTimer, "moved_at", time.monotonic() - 1)
        step()
        kept += [[number] for number in range(5_000)]  # what goes again is not counted
        assert look() == -1, name
        monkeypatch.setattr(GarbageTimer, "moved_at", time.monotonic() - 1)
        assert look() >= 0, "it is made up for as soon as all is still"
        assert kept


def test_too_much_is_collected_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    put_off()
    monkeypatch.setattr(garbage, "_MOST", 1_000)
    kept = [[number] for number in range(5_000)]
    assert look() >= 0
    assert kept
