"""Which visits a customer had and when the last one was, asked of the store; nothing is kept between two questions."""

from collections.abc import Iterable, Mapping

from crmdesk.storage import visits_of
from crmdesk.storage.connection import Connection
from crmdesk.storage.work import driver_of


class VisitIndex:
    """Visits by doctor and institution; safe for several threads."""

    def visits_of(self, connection: Connection, customers: Iterable[str]) -> list[int]:
        """Return the row numbers of the visits of doctors or institutions, each once, in no particular order."""
        return visits_of.rowids(driver_of(connection), customers)

    def last_visits_of(self, connection: Connection, customers: Iterable[str]) -> Mapping[str, str]:
        """Return the start of the last submitted visit by customer id, of these customers."""
        return visits_of.last_of(driver_of(connection), customers)

    def seen_between(self, connection: Connection, customers: Iterable[str], low: str, high: str) -> list[str]:
        """Return those of these customers whom a submitted visit met from an instant on and before another one."""
        return visits_of.seen_between(driver_of(connection), customers, low, high)

    def last_visits(self, connection: Connection, since: str = "") -> Mapping[str, str]:
        """Return the start of the last submitted visit by customer id, of all who were seen from an instant on.

        Not kept: with 100,000 customers it takes 30 MB, and whoever asks keeps the order that comes of it.
        """
        return visits_of.last_of_all(driver_of(connection), since)
