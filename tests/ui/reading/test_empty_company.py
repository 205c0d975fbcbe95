"""The first day, before there is any customer: each page is empty, and Tab still reaches everything on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.customers.laptop import seated
from tests.ui.customers.small_company import Company, people_and_products
from tests.ui.reading import house
from tests.ui.reading.test_tab_order import jumps, stops, unreachable

PAGES = [
    (page, role)
    for role in (house.REP, house.MANAGER)
    for page in ("today", "customers", "plan", "duplicates", "visit", "expenses", "approvals", "import", "sync")
    if (page, role) != ("approvals", house.REP)
]


@pytest.mark.parametrize(("page", "role"), PAGES, ids=[f"{page}-{role[1]}" for page, role in PAGES])
def test_tab_comes_round_on_an_empty_page(qtbot: QtBot, tmp_path: Path, page: str, role: tuple[str, str]) -> None:
    company = Company()
    people_and_products(company)
    with seated(tmp_path, company, *role, qtbot) as (window, _laptop):
        window.navigate(page)
        house.shown(qtbot, window)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        reached = stops(window)
        lost, against = unreachable(window, reached), jumps(reached, window.page(page))
        assert (lost, against) == ([], [])
