"""A small company for the server's tests, and the laptop of one of its people."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crmdesk.domain import adverse_events
from crmdesk.domain.clock import local_date, to_text
from crmdesk.domain.ids import id_for, new_id
from crmdesk.domain.records import RECORDS
from crmdesk.protocol import frames
from crmdesk.protocol.messages import Answer, Answers, Operation, Page, ScopeDigest, SyncEnd, SyncHead, SyncRequest
from crmdesk.server import auth, devices
from crmdesk.server.database import Database
from crmdesk.server.settings import Settings
from crmdesk.server.sync_service import SyncService
from crmdesk.server.work import SYSTEM, ServerActor, ServerWork

CLOCK_START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PASSWORD = "seven green lanterns"
SETTINGS = Settings(argon2_time_cost=1, argon2_memory_kib=1024, argon2_lanes=1)
PEOPLE = {
    "rep": ("rep", "north"),
    "colleague": ("rep", "north"),
    "other": ("rep", "south"),
    "manager": ("manager", "region"),
    "finance": ("finance", ""),
    "auditor": ("auditor", ""),
    "admin": ("admin", ""),
}


class TestClock:
    """A clock that stands until it is moved."""

    __test__ = False

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)


@dataclass
class Company:
    """Ids by name: territories `region`, `north`, `south`; people of PEOPLE; doctors and hospitals by territory."""

    database: Database
    clock: TestClock
    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def actor(self, name: str, device_id: str = "") -> ServerActor:
        """Return a person with today's rights."""
        with self.database.reading() as connection:
            today = local_date(self.clock()).isoformat()
            actor = devices.actor_of(connection, self.ids[name], device_id, today)
        assert actor is not None
        return actor

    def laptop(self, name: str, schema: int = 1) -> "Laptop":
        """Return a new laptop of a person; from PACKED_SINCE on it reads packed groups."""
        return Laptop(self, name, schema)

    def insert(self, record: str, values: dict[str, Any], name: str = "") -> str:
        """Make a row as the server itself and return its id."""
        row_id = new_id()
        self.database.run(lambda work: work.insert(record, row_id, values, SYSTEM))
        if name:
            self.ids[name] = row_id
        return row_id

    def insert_as(self, doctor_id: str, territory_id: str) -> None:
        """Make a doctor under a given id as the server itself."""
        values = {"name": "李", "territory_id": territory_id}
        self.database.run(lambda work: work.insert("doctor", doctor_id, values, SYSTEM))

    def edit(self, record: str, row_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Change a row as the server itself."""
        return self.database.run(lambda work: work.update(record, row_id, changes, SYSTEM))

    def row(self, record: str, row_id: str) -> dict[str, Any]:
        """Return a row as the server has it."""
        row = self.database.run(lambda work: work.get(record, row_id))
        assert row is not None
        return row


@dataclass
class Replica:
    """What a laptop holds after pulling: rows by scope and record, as a careful client keeps them."""

    rows: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    def take(self, page: Page) -> None:
        """Apply a page."""
        if page.first and page.scope in self.begun:
            self.rows = {key: row for key, row in self.rows.items() if key[0] != page.scope}
        self.begun.add(page.scope)
        for group in page.groups:
            for row in group.by_row():
                named = dict(zip(group.columns, row, strict=True))
                self.rows[page.scope, group.record, named["id"]] = named
            for row_id in [*group.left, *group.deleted]:
                self.rows.pop((page.scope, group.record, row_id), None)

    def ids(self, record: str) -> set[str]:
        """Return the ids held of a record, through any scope."""
        return {key[2] for key in self.rows if key[1] == record}

    def get(self, record: str, row_id: str) -> dict[str, Any] | None:
        """Return a row held through any scope, the newest."""
        found = [row for key, row in self.rows.items() if key[1:] == (record, row_id)]
        return max(found, key=lambda row: row["revision"]) if found else None


@dataclass
class Synced:
    """One answer, decoded."""

    head: SyncHead
    pages: list[Page]
    end: SyncEnd
    raw: bytes
    further: list[Answer] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.raw)

    @property
    def answers(self) -> list[Answer]:
        return [*self.head.answers, *self.further]


class Laptop:
    """A laptop's side of the protocol, just enough: sequence, cursor, replica."""

    def __init__(self, company: Company, name: str, schema: int = 1) -> None:
        self.company, self.name, self.schema = company, name, schema
        self.device_id, self.seq, self.cursor = new_id(), 0, ""
        self.replica = Replica()
        company.database.run(lambda work: devices.register(work, self.device_id, company[name], name))

    def operation(self, record: str, row_id: str, kind: str, **more: Any) -> Operation:
        """Return a new operation of this laptop, numbered."""
        self.seq += 1
        at = to_text(self.company.clock())
        return Operation(new_id(), self.seq, record, row_id, kind, at, **more)

    def create(self, record: str, values: dict[str, Any], row_id: str = "") -> Operation:
        """Return the operation that makes a row."""
        return self.operation(record, row_id or new_id(), "create", fields={k: (None, v) for k, v in values.items()})

    def edit(self, record: str, row_id: str, base: int, **fields: Any) -> Operation:
        """Return the operation that edits a row; each field is (old, new); `reason` is passed on."""
        reason = fields.pop("reason", "")
        return self.operation(record, row_id, "edit", base_revision=base, fields=fields, reason=reason)

    def sync(self, operations: Iterable[Operation] = (), *, pull: bool = True, pages: int = -1) -> Synced:
        """Sync as the person; `pages` cuts the answer after so many pages (-1: never)."""
        service = SyncService(self.company.database, SETTINGS)
        request = SyncRequest(1, self.schema, self.device_id, self.cursor, list(operations), pull=pull)
        actor = self.company.actor(self.name, self.device_id)
        raw: list[bytes] = []
        for number, frame in enumerate(service.answer(actor, request)):
            raw.append(frame)
            if number == pages:
                break
        return self._take(raw)

    def _take(self, raw: list[bytes]) -> Synced:
        messages = list(frames.read_frames(io.BytesIO(b"".join(raw))))
        head, end = messages[0], SyncEnd("")
        assert isinstance(head, SyncHead)
        self.cursor = head.cursor or self.cursor
        self.replica.rows = {key: row for key, row in self.replica.rows.items() if key[0] in head.scopes}
        pages = []
        further: list[Answer] = []
        for message in messages[1:]:
            if isinstance(message, Answers):
                further += message.answers
                self.cursor = message.cursor or self.cursor
            elif isinstance(message, Page):
                pages.append(message)
                self.replica.take(message)
                self.cursor = message.cursor or self.cursor
            elif isinstance(message, SyncEnd):
                end = message
                self.cursor = message.cursor
        return Synced(head, pages, end, b"".join(raw), further)

    def push(self, *operations: Operation) -> list[Answer]:
        """Sync some operations and return their answers."""
        return self.sync(operations).answers

    def tell(self, *operations: Operation) -> list[Answer]:
        """Return the answers to some operations, and leave all else where it is: for who asks no more than that."""
        return self.sync(operations, pull=False).answers


def digest_of(replica: Replica, scope: str, record: str) -> tuple[int, str]:
    """Return (count, digest) of what a replica holds, from the definition."""
    from crmdesk.protocol import digest

    rows = [row for key, row in replica.rows.items() if key[:2] == (scope, record)]
    return len(rows), digest.to_text(sum(digest.row_digest(row["id"], row["revision"]) for row in rows))


def assert_same(laptop: Laptop, digests: list[ScopeDigest]) -> None:
    """The server's digests are those of the laptop's rows, and no scope is left out."""
    assert digests
    for one in digests:
        assert (one.count, one.digest) == digest_of(laptop.replica, one.scope, one.record), (one.scope, one.record)


def found_company(database: Database, clock: TestClock) -> Company:
    """Make the company."""
    company = Company(database, clock)
    ids = company.ids

    def make(work: ServerWork, record: str, name: str, values: dict[str, Any]) -> None:
        ids[name] = new_id()
        work.insert(record, ids[name], values, SYSTEM)

    def everything(work: ServerWork) -> None:
        make(work, "territory", "region", {"name": "华北", "kind": "region"})
        for name in ("north", "south"):
            parent = ids["region"] if name == "north" else None
            make(work, "territory", name, {"name": name, "kind": "territory", "parent_id": parent})
        for name, (role, territory) in PEOPLE.items():
            make(work, "user", name, {"login": name, "name": name, "role": role, "active": True})
            auth.set_password(work, ids[name], PASSWORD, SETTINGS)
            if territory:
                place = {"user_id": ids[name], "territory_id": ids[territory], "valid_from": "2026-01-01"}
                make(work, "assignment", f"{name}_assignment", place)
        make(work, "product", "product", {"name": "安博"})
        for name in ("north", "south"):
            place = {"territory_id": ids[name]}
            make(work, "institution", f"{name}_hospital", {"name": f"{name}医院", **place})
            make(work, "department", f"{name}_ward", {"name": "心内科", "institution_id": ids[f"{name}_hospital"]})
            make(
                work, "doctor", f"{name}_doctor", {"name": "张伟", "mobile": "13800000000", "status": "active", **place}
            )
            pair = {"doctor_id": ids[f"{name}_doctor"], "institution_id": ids[f"{name}_hospital"]}
            make(work, "affiliation", f"{name}_affiliation", pair)

    database.run(everything)
    return company


def adverse_event_of(visit_id: str, heard_at: str = "2026-11-22T01:00:00.000Z", **more: Any) -> dict[str, Any]:
    """Return the fields of the task that a visit opens."""
    parent = {"parent_record": "visit", "parent_id": visit_id}
    return parent | {"heard_at": heard_at, "due_at": adverse_events.due_at(heard_at), "state": "open"} | more


def procurement_of(institution_id: str) -> dict[str, Any]:
    """Return the fields of a figure of procurement of an institution."""
    return {
        "parent_record": "institution", "parent_id": institution_id, "round_name": "第八批",
        "product_name": "氨氯地平片", "agreed": 12_000, "purchased": 5_000,
        "starts_on": "2026-01-01", "ends_on": "2026-12-31", "as_of": "2026-06-30", "source": "省平台",
    }  # fmt: skip


def export_of(owner_id: str) -> dict[str, Any]:
    """Return the fields of the note of an export of doctors."""
    return {
        "owner_id": owner_id, "what": "doctor", "row_count": 3, "file_name": "x.xlsx",
        "exported_at": "2026-11-20T02:00:00.000Z",
    }  # fmt: skip


def new_row_id(record: str, values: Mapping[str, Any]) -> str:
    """Return an id for a new row with these values, as a laptop would choose it."""
    one_for = RECORDS[record].one_for
    return id_for(record, values[one_for]) if one_for else new_id()


def visit_values(company: Company, owner: str = "rep", **more: Any) -> dict[str, Any]:
    """Return the fields of a visit to the northern doctor."""
    values = {
        "territory_id": company["north"],
        "owner_id": company[owner],
        "state": "draft",
        "doctor_ids": [company["north_doctor"]],
        "institution_id": company["north_hospital"],
        "starts_at": "2026-11-22T01:00:00.000Z",
        "zone": "Asia/Shanghai",
        "note": "first paragraph",
    }
    return values | more
