"""Planning budgets: how much a territory may spend of a category in a quarter; set by an administrator, audited."""

import re
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.domain.money_records import BUDGET
from crmdesk.domain.validation import check_new
from crmdesk.server import admin
from crmdesk.server.tables import ROWS, SHAPES
from crmdesk.server.work import SYSTEM, ServerWork

Row = dict[str, Any]
_TABLE, _SHAPE = ROWS[BUDGET.name], SHAPES[BUDGET.name]
_PERIOD = re.compile(r"20\d\dQ[1-4]")
_USUAL_RULE = "warn"


def plan(work: ServerWork, territory: str, period: str, category: str, planned_fen: int, rule: str = "") -> Row:
    """Plan a budget, or change its amount and rule ('' leaves the rule as it is, 'warn' for a new one).

    What claims hold of it is never touched: claims submitted before there was a budget hold nothing of it.
    Raises InputError `not_a_period`, `unknown_territory`, or what `check_new` raises for category, amount and rule.
    """
    if not _PERIOD.fullmatch(period):
        raise InputError("not_a_period", value=period[:20])
    territory_id = admin.known_territory(work.connection, territory)["id"]
    found = _of(work, territory_id, period, category)
    kept = found["rule"] if found else _USUAL_RULE
    place = {"territory_id": territory_id, "period": period, "category": category}
    values = {"planned_fen": planned_fen, "rule": rule or kept}
    check_new(BUDGET, place | values)
    if found is None:
        return work.insert(BUDGET.name, new_id(), place | values | _NOTHING_HELD, SYSTEM)
    changes = {name: value for name, value in values.items() if found[name] != value}
    return work.update(BUDGET.name, found["id"], changes, SYSTEM) if changes else found


_NOTHING_HELD = {"reserved_fen": 0, "committed_fen": 0, "spent_fen": 0}


def planned(connection: sa.Connection, territory: str = "") -> list[Row]:
    """Return the budgets, of one territory or of all, by territory, quarter and category."""
    query = sa.select(_TABLE).where(_TABLE.c.deleted.is_(False))
    if territory:
        query = query.where(_TABLE.c.territory_id == admin.known_territory(connection, territory)["id"])
    query = query.order_by(_TABLE.c.territory_id, _TABLE.c.period, _TABLE.c.category)
    return [_SHAPE.as_dict(row) for row in connection.execute(query).all()]


def _of(work: ServerWork, territory_id: str, period: str, category: str) -> Row | None:
    c = _TABLE.c
    same = (c.territory_id == territory_id) & (c.period == period) & (c.category == category)
    found = work.connection.execute(sa.select(c.id).where(same, c.deleted.is_(False)).order_by(c.id)).scalars().first()
    return None if found is None else work.get(BUDGET.name, found, lock=True)
