"""The calendar that holds on this laptop: the company's own years as they came with the last sync, else the public."""

from crmdesk.domain.company_calendar import holidays_with
from crmdesk.domain.company_records import COMPANY_CALENDAR
from crmdesk.domain.workdays import Holidays
from crmdesk.services import shown
from crmdesk.storage.connection import Connection


def holidays(connection: Connection) -> Holidays:
    """Return the holidays and make-up days."""
    return holidays_with(shown.select(connection, COMPANY_CALENDAR.name, "ORDER BY r.year"))
