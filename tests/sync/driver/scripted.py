"""A laptop's sync without a network: the server's side of every exchange is written down by the test."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.domain.scopes import COMPANY, person_scope, territory_scope
from crmdesk.protocol.digest import row_digest, to_text
from crmdesk.protocol.messages import Answer, Page, RowGroup, ScopeDigest, SyncEnd, SyncHead, SyncRequest
from crmdesk.storage import inbox, lately, outbox, settings, tables
from crmdesk.storage.store import Store
from crmdesk.sync import core
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.driving import SyncDriver, SyncStatus

AT = "2026-11-20T01:02:03.004Z"
Part = Any
"""A message, or an exception that ends the exchange there, or a function that is called with the request."""


class Script:
    """The line: each request is answered by the next script; keeps what was asked."""

    def __init__(self) -> None:
        self.requests: list[SyncRequest] = []
        self.answers: list[Sequence[Part]] = []
        self.closed = 0

    def sync(self, message: SyncRequest, _token: str, _cancellation: Cancellation) -> "Exchange":
        self.requests.append(message)
        if not self.answers:
            raise WorldError("server_away")
        return Exchange(self, message, self.answers.pop(0))


class Exchange:
    """One scripted answer."""

    def __init__(self, script: Script, request: SyncRequest, parts: Sequence[Part]) -> None:
        self._script, self._request, self._parts = script, request, parts

    def __iter__(self) -> Iterator[Any]:
        for part in self._parts:
            made = part(self._request) if callable(part) and not isinstance(part, type) else part
            if isinstance(made, BaseException):
                raise made
            yield made

    def close(self) -> None:
        self._script.closed += 1


@dataclass
class Person:
    """Who is signed in; the token is worth what the script says."""

    transport: Script
    user_id: str
    device: Callable[[], str]
    renewed: int = 0

    def device_id(self) -> str:
        return self.device()

    def access_token(self, _cancellation: Cancellation) -> str:
        return "token"

    def renewed_token(self, _rejected: str, _cancellation: Cancellation) -> str:
        self.renewed += 1
        return f"token{self.renewed}"


@dataclass
class Desk:
    """A store, its driver and the script; `heard` are the states, `told` the records told as changed."""

    store: Store
    me: str = field(default_factory=new_id)
    territory: str = field(default_factory=new_id)
    epoch: str = "epoch-1"
    heard: list[SyncStatus] = field(default_factory=list)
    told: list[dict[str, tuple[str, ...]]] = field(default_factory=list)
    transfers: int = 0

    def __post_init__(self) -> None:
        self.script = Script()
        self.person = Person(self.script, self.me, self._device)
        self.rows: dict[str, dict[str, Any]] = {}
        self.start()

    def start(self) -> None:
        """Start the app anew: nothing but the store is left."""
        self.driver = SyncDriver(
            self.store, self.person, self, self, clock=lambda: from_text(AT), draw=lambda: 0.5, stopwatch=lambda: 0.0
        )

    def _device(self) -> str:
        with self.store.reading() as connection:
            return settings.meta(connection, "device_id") or "device-1"

    def run(self, *_args: object) -> None:
        self.transfers += 1

    def status_changed(self, status: SyncStatus) -> None:
        self.heard.append(status)

    def rows_changed(self, changed: dict[str, tuple[str, ...]]) -> None:
        self.told.append(changed)

    # the server's words ----------------------------------------------------------------------------------------------

    @property
    def scope(self) -> str:
        return territory_scope(self.territory)

    def head(self, *territories: str, **changes: Any) -> SyncHead:
        """Return a head of the company, the person and territories (by default the one)."""
        scopes = [COMPANY, person_scope(self.me), *map(territory_scope, territories or (self.territory,))]
        known: dict[str, Any] = {"epoch": self.epoch, "server_time": AT, "user_id": self.me, "scopes": sorted(scopes)}
        return SyncHead(**known | changes)

    def row(self, **values: Any) -> dict[str, Any]:
        """Return a doctor as the server has it, and remember it as one of the scope."""
        house = {"id": new_id(), "revision": 1, "deleted": False, "created_at": AT, "created_by": self.me}
        house |= {"updated_at": AT, "updated_by": self.me}
        row = house | dict.fromkeys(RECORDS["doctor"].field_names) | {"territory_id": self.territory} | values
        self.rows[row["id"]] = row
        return row

    def page(self, *rows: dict[str, Any], scope: str = "", **changes: Any) -> Page:
        columns = list(wire_columns(RECORDS["doctor"]))
        group = RowGroup("doctor", columns, [[row[name] for name in columns] for row in rows])
        return Page(scope or self.scope, [group], "cursor", **{"complete": True} | changes)

    def end(self, *rows: dict[str, Any], **changes: Any) -> SyncEnd:
        """Return the end that fits these rows of the scope (by default all that were made)."""
        held = rows or tuple(self.rows.values())
        total = to_text(sum(row_digest(row["id"], row["revision"]) for row in held))
        digests = [ScopeDigest(self.scope, "doctor", len(held), total)]
        return SyncEnd("cursor", digests=digests, **changes)

    def wrong_end(self) -> SyncEnd:
        return SyncEnd("cursor", digests=[ScopeDigest(self.scope, "doctor", 7, "00000000000000aa")])

    def quiet(self) -> list[Part]:
        """Return an exchange that brings nothing and fits."""
        return [self.head(), self.end()]

    def taken(self, outcome: str = "applied", code: str = "") -> Callable[[SyncRequest], SyncHead]:
        """Return what makes the head that answers every operation of the request."""
        return lambda request: self.head(
            answers=[Answer(one.id, outcome, 1 if outcome == "applied" else 0, code=code) for one in request.operations]
        )

    # what stands on the laptop ---------------------------------------------------------------------------------------

    def sync(self, *exchanges: Sequence[Part], event: core.Event | None = None) -> SyncStatus:
        """Play these exchanges through and return where the sync stands; all of them must have been asked for."""
        status = self.play(exchanges, event or core.Start())
        assert self.script.answers == [], "the laptop did not ask for these"
        return status

    def play(self, exchanges: Sequence[Sequence[Part]], event: core.Event) -> SyncStatus:
        """Play as many of these exchanges as the laptop asks for and return where the sync stands."""
        self.script.answers = list(exchanges)
        self.script.requests.clear()
        self.driver.drive(event, Cancellation())
        return self.driver.status

    def names(self) -> dict[str, str]:
        with self.store.reading() as connection:
            return dict(connection.execute("SELECT id, name FROM row_doctor WHERE deleted = 0").fetchall())

    def made(self, **values: Any) -> str:
        """Make a doctor on this laptop."""
        row_id = new_id()
        with self.store.writing() as work:
            work.create("doctor", row_id, {"name": "新", "territory_id": self.territory} | values, self.me)
        return row_id

    def waiting(self) -> list[str]:
        with self.store.reading() as connection:
            return [one.operation.row_id for one in outbox.pending_operations(connection)]

    def refused(self) -> list[tuple[str, str]]:
        with self.store.reading() as connection:
            return [(one.operation.row_id, one.code) for one in outbox.needs_you(connection)]

    def tries(self) -> dict[str, int]:
        with self.store.reading() as connection:
            return dict(settings.meta_json(connection, "refetch_tries") or {})

    def lately(self) -> list[str]:
        with self.store.reading() as connection:
            return [code for code, _, _ in lately.read(connection)]

    def cursor(self) -> str:
        with self.store.reading() as connection:
            return inbox.cursor(connection)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that the store holds."""
        with self.store.reading() as connection:
            return {
                name: sorted(map(tuple, connection.execute(f'SELECT * FROM "{name}"').fetchall()), key=repr)
                for name in tables.metadata.tables
            }
