"""The company's own rules as this laptop knows them: what came with the last sync, the usual where nothing came."""

from crmdesk.domain.company_records import COMPANY_RULE
from crmdesk.domain.visit_rules import BACKDATING, Backdating, backdating_of
from crmdesk.services import shown
from crmdesk.storage.connection import Connection


def backdating(connection: Connection) -> Backdating:
    """Return how late a visit report may come."""
    rows = shown.select(connection, COMPANY_RULE.name, "AND r.name = :name ORDER BY r.id", {"name": BACKDATING})
    return backdating_of(next(iter(rows), None))
