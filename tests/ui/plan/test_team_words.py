"""The sentences of the Team page write every large number alike."""

from __future__ import annotations

import re

import pytest
from PySide6.QtWidgets import QApplication

from crmdesk.domain.planning import ClassStanding
from crmdesk.domain.team_figures import Adherence, Burn, CallBacks, Coverage, Period, Timeliness
from crmdesk.services.team_views import TEAM, Reach, Reports, TeamMoney, TeamView
from crmdesk.ui import language
from crmdesk.ui.pages.team_words import Known, TeamWords

_BARE = re.compile(r"\d{4,}")
"""Four digits in a row: 1214 where the others say 1,214."""


def large() -> Known:
    """Return a team with more than a thousand of everything."""
    view = TeamView(Period.THIS_CYCLE, (), {}, (), (), (), "", loading=False, unsent={}, oldest_unsent_at="")
    standing = ClassStanding("A", 2001, 1, 300000, 250000, 123400, 132100, 0)
    days = {0: 4100, 1: 3100, 2: 2100, 9: 1214}
    calls = CallBacks(tuple([3] * 1214), 1215, 1216, (2,), 1217, 1218)
    money = Burn(500000000, 110000000, 120000000, 130000000)
    return Known(
        view,
        Reach({TEAM: Coverage(1300, 2514)}, {TEAM: (standing,)}),
        Reports({TEAM: Adherence(4001, 4002, 4003, 4004, 4005, 1214)}, {TEAM: Timeliness(days, 9300)}, {}, 3),
        TeamMoney((), {TEAM: money}, {}, {TEAM: calls}, {}),
    )


@pytest.mark.parametrize("lang", [language.CHINESE, language.ENGLISH])
def test_numbers_beyond_a_thousand_are_grouped_in_every_sentence(dressed: QApplication, lang: str) -> None:
    language.apply_language(dressed, lang)
    said = [
        words
        for one in TeamWords().figures(large(), TEAM).values()
        for words in (one.figure, *one.said, *(line.words for line in one.lines), one.columns_said)
    ]
    assert not [words for words in said if _BARE.search(words)]
    assert sum("1,214" in words for words in said) >= 4
