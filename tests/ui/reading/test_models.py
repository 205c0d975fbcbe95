"""Every item model under Qt's own model tester while rows arrive, go, are sorted, filtered and put in another order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemView, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.intake.model import Action
from crmdesk.intake.report import ReportLine
from crmdesk.services.commands import ChangeSet
from crmdesk.services.customer_filter import ANY, Conditions
from crmdesk.services.views import ACCEPTED, CustomerItem
from crmdesk.ui.pages.customer_columns import COLUMNS
from crmdesk.ui.pages.customer_models import PAGE_ROWS, CustomerFilter, CustomerTableModel
from crmdesk.ui.pages.import_result import LinesModel
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit

WARNING = QAbstractItemModelTester.FailureReportingMode.Warning
"""A breach is a Qt warning, and any Qt warning fails a test: with the sentence of the tester, not with an abort."""
Look = Callable[[QAbstractItemModel], QAbstractItemModelTester]
SEED = 20261125


@pytest.fixture
def tested() -> Iterator[Look]:
    """Return what puts a model under the tester until the test ends."""
    kept: list[QAbstractItemModelTester] = []

    def test(model: QAbstractItemModel) -> QAbstractItemModelTester:
        kept.append(QAbstractItemModelTester(model, WARNING))
        return kept[-1]

    yield test
    kept.clear()


def _rows(count: int, start: int = 0) -> list[ListRow]:
    return [ListRow(f"k{number}", f"行 {number}", second="第二行") for number in range(start, start + count)]


def test_a_list_that_holds_its_rows(qtbot: QtBot, tested: Look) -> None:
    chance = random.Random(SEED)
    print("seed", SEED)
    model = RowModel()
    shown = RowList(model)
    qtbot.addWidget(shown)
    shown.show()
    tested(model)
    for _step in range(40):
        rows = _rows(chance.randrange(0, 60), chance.randrange(0, 20))
        chance.shuffle(rows)
        model.set_rows(rows)
        shown.choose_row(chance.randrange(0, 60))
        assert model.rowCount() == len(rows)


def _customer(row_id: str) -> CustomerItem:
    return CustomerItem("doctor", row_id, "张三", "chief", "cardiology", "A", "", "", "", ACCEPTED, False, "active")


def test_the_customer_table_with_answers_early_late_and_stale(qtbot: QtBot, tested: Look) -> None:
    chance = random.Random(SEED)
    open_asks: list[tuple[Any, Any]] = []
    model = CustomerTableModel(
        lambda read, done: open_asks.append((read, done)), lambda item, code: f"{item.id} {code}", lambda _r, code: code
    )
    tested(model)

    class Reads:
        def customer_ids(self, **_wanted: Any) -> list[str]:
            ids = [f"d{number}" for number in range(chance.randrange(0, 3 * PAGE_ROWS))]
            chance.shuffle(ids)
            return ids

        def customer_items(self, _record: str, ids: list[str], *, with_due: bool = False) -> list[CustomerItem]:
            return [_customer(one) for one in ids if chance.random() > 0.1]

    codes = [one.code for one in COLUMNS["doctor"]]
    for _step in range(60):
        model.show(CustomerFilter(sort=chance.choice(("name", "-name")), where=chance.choice((ANY, Conditions()))))
        for row in range(0, model.rowCount(), 37):
            model.index(row, 0).data()
        if chance.random() < 0.2:
            model.set_columns(chance.sample(codes, 3))
        if chance.random() < 0.2:
            model.refresh_all()
        chance.shuffle(open_asks)
        while open_asks and chance.random() < 0.9:
            read, done = open_asks.pop()
            done(read(Reads()))


def test_the_lines_of_an_import(tested: Look, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    model = LinesModel(holder)
    tested(model)
    for count in (0, 3, 1, 40, 0):
        model.set_lines(
            [ReportLine(number, Action.REFUSED, "required", {"field": "name"}, "张三") for number in range(count)]
        )
        assert model.rowCount() == count


def test_every_model_of_every_page_while_rows_arrive_and_go(qtbot: QtBot, sit: Sit, tested: Look) -> None:
    """The pages' own models, under the tester from the start, through edits from here and from elsewhere."""
    window, laptop = sit(*house.REP)
    seen: dict[int, QAbstractItemModel] = {}
    for place in (one for one in house.places() if one.role == house.REP):
        place.show(window, laptop)
        house.shown(qtbot, window)
        for model in _models(window):
            if id(model) not in seen:
                seen[id(model)] = model
                tested(model)
        for name in ("新来的", "又一位"):
            laptop.company.add("doctor", f"{name} {place.name}", name=name, customer_class="A", status="active",
                               territory_id=laptop.company.ids["浦东一区"])  # fmt: skip
        rows = laptop.company.rows["doctor"][-2:]
        laptop.receive({"doctor": rows})
        laptop.desk.publish(ChangeSet({"doctor": tuple(row["id"] for row in rows)}, "remote"))
        house.shown(qtbot, window)
        for row in rows:
            row["deleted"] = True
        laptop.receive({"doctor": rows})
        laptop.desk.publish(ChangeSet({"doctor": tuple(row["id"] for row in rows)}, "remote"))
        house.shown(qtbot, window)
    assert {type(one).__name__ for one in seen.values()} >= {"RowModel", "CustomerTableModel", "LinesModel"}


def _models(window: QWidget) -> list[QAbstractItemModel]:
    """Return our models behind the views (the lists of boxes are Qt's own)."""
    behind = [view.model() for view in window.findChildren(QAbstractItemView)]
    return [one for one in behind if isinstance(one, RowModel | CustomerTableModel | LinesModel)]
