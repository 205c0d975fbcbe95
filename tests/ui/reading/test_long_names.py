"""Long names, many products and lines: no page grows beyond the window, no words are cut without dots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts.label import ElidedLabel
from tests.ui.customers.laptop import Laptop, seated
from tests.ui.reading import house
from tests.ui.reading.long_company import empty_company, long_company

LONGEST = {"doctor": "long latin", "institution": "long hospital", "visit_report": "long latin today",
           "doctor_manager": "long chinese", "visit_submitted": "long latin done"}  # fmt: skip
WITHOUT_ROWS = frozenset({"doctor", "doctor_manager", "institution", "visit_report", "visit_submitted",
                          "expense_draft"})  # fmt: skip


@pytest.fixture(params=[house.REP, house.MANAGER], ids=lambda who: who[1])
def who(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Who sits there."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture(params=["long", "empty"])
def seat(
    request: pytest.FixtureRequest, tmp_path: Path, qtbot: QtBot, who: tuple[str, str]
) -> Iterator[tuple[MainWindow, Laptop]]:
    """The window of a person over a company of long names, or over one on its first day."""
    company = long_company() if request.param == "long" else empty_company()
    with seated(tmp_path / "store", company, *who, qtbot) as made:
        made[0].resize(1366, 768)
        yield made


def cut(window: MainWindow) -> list[str]:
    """Return the words that have no room and do not say so by dots."""
    told = []
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text() or isinstance(label, ElidedLabel):
            continue
        if label.wordWrap() and label.heightForWidth(label.width()) > label.height() + 1:
            told.append(f"{label.text()[:30]!r} lacks a line")
        elif label.minimumSizeHint().width() > label.width() + 1:
            told.append(f"{label.text()[:30]!r} has {label.width()}, needs {label.minimumSizeHint().width()}")
    return told


@pytest.mark.parametrize("wanted", [language.CHINESE, language.ENGLISH])
def test_no_page_is_wider_than_the_window_and_nothing_is_cut(
    qtbot: QtBot, dressed: QApplication, seat: tuple[MainWindow, Laptop], who: tuple[str, str], wanted: str
) -> None:
    window, laptop = seat
    if wanted != language.current():
        language.apply_language(dressed, wanted)
    long = "long latin" in laptop.company.ids
    told = []
    for place in (one for one in house.places() if one.role == who and (long or one.name not in WITHOUT_ROWS)):
        args = (("id", LONGEST[place.name]),) if long and place.name in LONGEST else place.args
        house.Place(place.name, place.page, place.role, args).show(window, laptop)
        tabs = getattr(window.page(place.page), "_tabs", None)
        for number in range(tabs.count() if tabs is not None else 1):
            if tabs is not None:
                tabs.setCurrentIndex(number)
            house.shown(qtbot, window)
            sideways = window._room.horizontalScrollBar().maximum()
            told += [f"{place.name} {number}: {sideways} beyond the window"] if sideways else []
            told += [f"{place.name} {number}: {one}" for one in cut(window)]
    assert not told, "\n".join(told)
