"""The one writer thread: takes commands in order, runs each handler in one commit, then tells what changed."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from crmdesk.domain.clock import Clock
from crmdesk.domain.errors import WorldError
from crmdesk.services import handlers
from crmdesk.services.commands import ChangeSet, Command, Outcome, Undo
from crmdesk.services.gate import Gate
from crmdesk.services.handling import Handling
from crmdesk.services.seen import SeenRows
from crmdesk.services.undo import ONCE_SENT_GONE, Inverses
from crmdesk.services.views import Person
from crmdesk.storage.store import Store


class _Task(msgspec.Struct, frozen=True):
    command: Command
    future: "Future[Outcome]"


class Dispatcher:
    """Owns `Store.writing` for everything that a person does; `person` is asked anew for each command."""

    def __init__(
        self,
        store: Store,
        person: Callable[[], Person],
        publish: Callable[[ChangeSet], None],
        clock: Clock,
        seen: SeenRows,
        gate: Gate,
    ) -> None:
        self._store, self._person, self._publish, self._clock, self._seen = store, person, publish, clock, seen
        self._gate_of_store = gate
        self._inverses = Inverses()
        self._queue: queue.SimpleQueue[_Task | threading.Event | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._work, name="crmdesk-writer", daemon=True)
        self._thread.start()

    def submit(self, command: Command) -> "Future[Outcome]":
        """Queue a command; its errors (CrmdeskError) come as the Future's exception, WorldError('closed') too."""
        future: Future[Outcome] = Future()
        with self._gate:
            if self._open:
                self._queue.put(_Task(command, future))
                return future
        future.set_exception(WorldError("closed"))
        return future

    def drain(self) -> None:
        """Return when everything that was queued before is done."""
        done = threading.Event()
        with self._gate:
            if not self._open:
                return
            self._queue.put(done)
        done.wait()

    def close(self) -> None:
        """Do what is queued, then end the thread."""
        with self._gate:
            if not self._open:
                return
            self._open = False
            self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            if isinstance(task, threading.Event):
                task.set()
                continue
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                with self._gate_of_store.passed():
                    outcome = self._run(task.command)
            except BaseException as error:  # whoever waits for the Future is told; the writer goes on
                task.future.set_exception(error)
            else:
                task.future.set_result(outcome)

    def _run(self, command: Command) -> Outcome:
        commands = self._inverses.of(command.undo_token) if isinstance(command, Undo) else (command,)
        person = self._person()
        with self._store.writing() as work:
            handling = Handling(work, person, self._clock, self._seen)
            done = [handlers.handle(handling, one) for one in commands]
            changed = {record: tuple(sorted(ids)) for record, ids in work.changed.items()}
        if isinstance(command, Undo):
            self._inverses.forget(command.undo_token)
        inverse = tuple(step for one in reversed(done) for step in one.inverse)
        token = self._inverses.keep(inverse, getattr(command, "together", ""))
        if changed:
            self._publish(ChangeSet(changed, "local", any(isinstance(step, ONCE_SENT_GONE) for step in inverse)))
        left_out = tuple(entry for one in done for entry in one.left_out)
        return Outcome(changed, done[-1].created_id, token, left_out)
