"""The rules that a company has set for itself, as the server reads them for each decision."""

from typing import Any

import sqlalchemy as sa

from crmdesk.domain.company_records import COMPANY_RULE
from crmdesk.domain.visit_rules import BACKDATING, Backdating, backdating_of
from crmdesk.server.tables import ROWS, SHAPES

Row = dict[str, Any]
_TABLE = ROWS[COMPANY_RULE.name]


def stored(connection: sa.Connection, name: str) -> Row | None:
    """Return the row of a rule, None where it was never set."""
    query = sa.select(_TABLE).where(_TABLE.c.name == name, _TABLE.c.deleted.is_(False))
    found = connection.execute(query).first()
    return None if found is None else SHAPES[COMPANY_RULE.name].as_dict(found)


def backdating(connection: sa.Connection) -> Backdating:
    """Return how late a visit report may come."""
    return backdating_of(stored(connection, BACKDATING))
