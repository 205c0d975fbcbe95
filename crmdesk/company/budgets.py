"""Budgets of the demo company: planned amounts by quarter and category, the rest added up from the claims."""

from collections import Counter
from datetime import date, timedelta

from crmdesk.company.model import Maker, Row, at_local
from crmdesk.company.people import Organisation
from crmdesk.domain.claims import State, period_of

_RULES = {
    "meal": "stop",
    "transport": "warn",
    "material": "warn",
    "venue": "stop",
    "speaker_fee": "stop",
    "other": "ignore",
}
_BASE_YUAN = {
    "meal": 6_000,
    "transport": 3_000,
    "material": 4_000,
    "venue": 6_000,
    "speaker_fee": 20_000,
    "other": 1_500,
}
_COLUMN = {
    State.SUBMITTED: "reserved_fen",
    State.TO_CALL_BACK: "committed_fen",
    State.DISPUTED: "committed_fen",
    State.PAYABLE: "committed_fen",
    State.PAID: "spent_fen",
}
_STEP_FEN = 500_00
Key = tuple[str, str, str, str]  # territory id, period, category, column


def make_budgets(maker: Maker, organisation: Organisation) -> None:
    """Make a budget for every territory, quarter of the year past and category; used never exceeds planned."""
    used = amounts_used(maker.tables["claim"])
    for territory in organisation.territories:
        for period, first in _periods(maker.today):
            for category, rule in _RULES.items():
                values: Row = {"territory_id": territory.id, "period": period, "category": category, "rule": rule}
                for column in ("reserved_fen", "committed_fen", "spent_fen"):
                    values[column] = used[territory.id, period, category, column]
                in_use = values["reserved_fen"] + values["committed_fen"] + values["spent_fen"]
                wanted = in_use * maker.rng.randint(110, 150) // 100 + _BASE_YUAN[category] * 100
                values["planned_fen"] = -(-wanted // _STEP_FEN) * _STEP_FEN
                began = at_local(first - timedelta(days=20), 10)
                maker.row("budget", began, organisation.admin_id, values)


def amounts_used(claims: list[Row]) -> Counter[Key]:
    """Return fen by territory, period, category and budget column: claimed while submitted, then as approved."""
    used: Counter[Key] = Counter()
    for claim in claims:
        column = _COLUMN.get(State(claim["state"]))
        if column is None:
            continue
        amounts = claim["lines"] if column == "reserved_fen" else claim["approved_lines"]
        for line, amount in zip(claim["lines"], amounts, strict=True):
            key = (claim["territory_id"], period_of(line["spent_on"]), line["category"], column)
            used[key] += amount["amount_fen"]
    return used


def _periods(today: date) -> list[tuple[str, date]]:
    """Return (period, its first day) from a year and a month ago until the quarter of today."""
    found: dict[str, date] = {}
    day = (today - timedelta(days=370)).replace(day=1)
    while day <= today:
        period = period_of(day.isoformat())
        found.setdefault(period, day.replace(month=(day.month - 1) // 3 * 3 + 1))
        day = (day + timedelta(days=32)).replace(day=1)
    return list(found.items())
