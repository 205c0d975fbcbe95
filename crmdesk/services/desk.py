"""The desk: what the user interface and the command line see of everything below it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import TypeVar

from crmdesk.domain.clock import Clock, local_date, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.services import import_memory
from crmdesk.services.batch import BatchDesk
from crmdesk.services.commands import ChangeSet, Command, Outcome
from crmdesk.services.customer_order import CustomerOrders
from crmdesk.services.dispatcher import Dispatcher
from crmdesk.services.gate import Gate
from crmdesk.services.imports import ImportDesk, known_here
from crmdesk.services.listeners import Listeners
from crmdesk.services.people import person_of
from crmdesk.services.reads_sync import Reads
from crmdesk.services.seen import SeenRows
from crmdesk.services.views import Person
from crmdesk.services.visit_index import VisitIndex
from crmdesk.storage import journal
from crmdesk.storage.store import Store

__all__ = ["Desk", "Reads"]

T = TypeVar("T")
Listener = Callable[[ChangeSet], None]

_READERS = 2
_WHO = frozenset({"assignment", "territory", "user", "sync_state"})
_log = journal.logger(__name__)


class Desk:
    """One person's desk over one open store. Commands run one after the other, reads beside them; close it once."""

    def __init__(self, store: Store, clock: Clock = utc_now) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._listeners: Listeners[ChangeSet] = Listeners(_log)
        self._seen = SeenRows()
        self._visits = VisitIndex()
        self._orders = CustomerOrders(self._visits)
        self._person: Person | None = None
        self._person_day: date | None = None
        self._closed = False
        self._moment = 0
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="crmdesk-reader")
        self._gate = Gate()
        self._dispatcher = Dispatcher(store, lambda: self.person, self.publish, clock, self._seen, self._gate)
        self.batches = BatchDesk(self.submit)
        self.imports = ImportDesk(
            self.submit,
            lambda: self.ask(known_here),
            lambda: self.person,
            lambda: self.ask(lambda reads: reads.custom_fields()),
            lambda: self.ask(lambda reads: reads.preference(import_memory.PREFERENCE)),
            clock,
            lambda run_id: self.ask(lambda reads: reads.import_standing(run_id)),
        )

    @property
    def person(self) -> Person:
        """Who is signed in and the territories held today; raises WorldError('not_signed_in').

        While the store is locked it is who was known before: a window that is hidden may still ask.
        """
        today = local_date(self._clock())
        with self._lock:
            if self._person is not None and (self._person_day == today or self._gate.is_shut):
                return self._person
            moment = self._moment
        with self._store.reading() as connection:
            person = person_of(connection, today)
        with self._lock:
            if moment == self._moment:  # else it may be older than what was told meanwhile: the next one looks again
                self._person, self._person_day = person, today
        return person

    def submit(self, command: Command) -> "Future[Outcome]":
        """Hand a command to the writer thread; its errors come as the Future's exception (CrmdeskError)."""
        return self._dispatcher.submit(command)

    def ask(self, read: Callable[[Reads], T]) -> "Future[T]":
        """Run a read off the caller's thread on one consistent look at the store."""
        if self._closed:
            failed: Future[T] = Future()
            failed.set_exception(WorldError("closed"))
            return failed
        return self._readers.submit(self._read, read)

    def _read(self, read: Callable[[Reads], T]) -> T:
        with self._gate.passed():
            return self._look(read)

    def _look(self, read: Callable[[Reads], T]) -> T:
        person = self.person
        with self._lock:
            moment = self._moment
        with self._store.reading() as connection:
            looks = (self._seen, self._orders, self._visits, self._store.blobs, moment)
            return read(Reads(connection, person, self._clock, *looks))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Be told of every change on the thread that made it; returns what ends the subscription."""
        return self._listeners.add(listener)

    def publish(self, changes: ChangeSet) -> None:
        """Tell all listeners that something was committed; a listener that fails does not keep it from the others."""
        with self._lock:
            self._moment += 1
            self._orders.forget(changes, self._moment)
            if _WHO & set(changes.changed):
                self._person = None
        self._listeners.tell(changes)

    @property
    def works(self) -> bool:
        """Say whether an import or a change of many customers runs."""
        return self.imports.runs or self.batches.runs

    def rest(self) -> None:
        """Finish what is queued; from then on nothing touches the store until `wake`: what is asked waits for that."""
        self._dispatcher.drain()
        self._gate.shut()

    def wake(self) -> None:
        """Go on, with what was asked meanwhile first."""
        self._gate.open()

    def close(self) -> None:
        """Finish what is queued and end the threads; the store stays open."""
        self._gate.open()  # what waits while the store is locked is refused by the store
        self.imports.close()
        self.batches.close()
        self._closed = True
        self._dispatcher.close()
        self._readers.shutdown(wait=True, cancel_futures=True)
