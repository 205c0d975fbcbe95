"""Which visits a customer had and when the last one was, asked of the store; the last ones of all are kept."""

import threading
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from crmdesk.services.commands import ChangeSet
from crmdesk.storage import visits_of
from crmdesk.storage.work import driver_of


class VisitIndex:
    """Visits by doctor and institution; safe for several threads.

    `moment` counts published changes: what an older look at the store found is used but not kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moment = 0
        self._last: Mapping[str, str] | None = None

    def forget(self, changes: ChangeSet, moment: int) -> None:
        """Note that visits changed."""
        with self._lock:
            self._moment = moment
            if "visit" in changes.changed:
                self._last = None

    def visits_of(self, connection: Connection, customers: Iterable[str]) -> list[int]:
        """Return the row numbers of the visits of doctors or institutions, each once, in no particular order."""
        return visits_of.rowids(driver_of(connection), customers)

    def last_visits_of(self, connection: Connection, customers: Iterable[str]) -> Mapping[str, str]:
        """Return the start of the last submitted visit by customer id, of these customers."""
        return visits_of.last_of(driver_of(connection), customers)

    def last_visits(self, connection: Connection, moment: int) -> Mapping[str, str]:
        """Return the start of the last submitted visit by customer id, doctors and institutions in one map."""
        with self._lock:
            known = self._last
            if known is not None and moment == self._moment:
                return known
        found = visits_of.last_of_all(driver_of(connection))
        with self._lock:
            if moment == self._moment:
                self._last = found
        return found
