"""Before a page has looked it does not say that there is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from crmdesk.ui.context import PageContext
from crmdesk.ui.parts.notices import EmptyState
from tests.ui.reading import house
from tests.ui.reading.conftest import Sit

_READS_NOTHING = frozenset({"today", "import"})
"""Today stands there when the window opens; an import begins with a file."""


@pytest.mark.parametrize("who", [house.REP, house.MANAGER], ids=lambda who: who[1])
def test_nothing_is_said_to_be_empty_before_the_answer_is_there(
    qtbot: QtBot, sit: Sit, monkeypatch: pytest.MonkeyPatch, who: tuple[str, str]
) -> None:
    def unanswered(*_args: Any, **_more: Any) -> None:
        """Read as long as the test looks."""

    window, laptop = sit(*who)
    house.shown(qtbot, window)
    monkeypatch.setattr(PageContext, "ask", unanswered)
    told = []
    for place in (one for one in house.places() if one.role == who and one.page not in _READS_NOTHING):
        place.show(window, laptop)
        page = window.page(place.page)
        found = [one._words.text() for one in page.findChildren(EmptyState) if one.isVisible() and one._words.text()]
        told += [f"{place.name}: {one}" for one in found]
    assert not told, "\n".join(told)
    looking = window.page("duplicates").findChild(EmptyState)
    assert looking is not None
    window.navigate("duplicates")
    qtbot.waitUntil(lambda: looking._words.text() == "正在查找…")
