"""The company fields as this laptop knows them: the definitions that came with the sync."""

from crmdesk.domain.custom_fields import Definitions
from crmdesk.domain.records import CUSTOM_FIELD
from crmdesk.services import shown
from crmdesk.storage.connection import Connection


def definitions(connection: Connection) -> Definitions:
    """Return the company fields."""
    return Definitions(shown.select(connection, CUSTOM_FIELD.name))
