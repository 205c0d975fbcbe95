"""Setting the rules that a company has for itself: by an administrator, within bounds, audited."""

from dataclasses import dataclass

import sqlalchemy as sa

from crmdesk.domain.clock import to_text
from crmdesk.domain.company_records import COMPANY_RULE
from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.domain.visit_rules import BACKDATING, USUAL
from crmdesk.server.rules_in_force import Row, stored
from crmdesk.server.work import SYSTEM, ServerWork


@dataclass(frozen=True, slots=True)
class Bounds:
    """What holds where nothing was set, and what may be set."""

    usual: int
    low: int
    high: int


RULES: dict[str, Bounds] = {BACKDATING: Bounds(USUAL.days, 0, 90)}
"""Every rule that can be set."""


def value_of(connection: sa.Connection, name: str) -> int:
    """Return what holds now."""
    row = stored(connection, name)
    return RULES[name].usual if row is None else int(row["value"])


def set_rule(work: ServerWork, name: str, value: int) -> Row:
    """Let a value hold from now on; the same again changes nothing.

    Raises InputError `not_in_list` for a rule that there is not, `rule_out_of_range` for a value that it can't have.
    """
    bounds = RULES.get(name)
    if bounds is None:
        raise InputError("not_in_list", field="company rule", value=name[:60])
    if not bounds.low <= value <= bounds.high:
        raise InputError("rule_out_of_range", value=value, minimum=bounds.low, maximum=bounds.high)
    row, before = stored(work.connection, name), value_of(work.connection, name)
    if row is not None and before == value:
        return row
    values = {"value": value, "earlier": before, "since": to_text(work.now)}
    if row is None:
        return work.insert(COMPANY_RULE.name, new_id(), {"name": name, **values}, SYSTEM)
    return work.update(COMPANY_RULE.name, row["id"], values, SYSTEM)
