"""A small company on one laptop, brought there as the server would: by pages through the inbox."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from crmdesk.domain import claims
from crmdesk.domain.clock import to_text
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.protocol.messages import Answer, Page, RowGroup, SyncHead
from crmdesk.services.commands import ChangeSet, Command, Outcome
from crmdesk.services.desk import Desk
from crmdesk.services.reads_sync import Reads
from crmdesk.storage import inbox, outbox
from crmdesk.storage.store import Store
from tests.fixtures.new_store import KEY, laid

T = TypeVar("T")
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, ten o'clock in Shanghai


def an_id(number: int) -> str:
    """Return a readable UUIDv7 for a test."""
    return new_id(1_700_000_000_000 + number, number.to_bytes(8, "big"))


REGION, TERRITORY, OTHER_TERRITORY = an_id(1), an_id(2), an_id(3)
REP, MANAGER, FINANCE, SECOND_REP = an_id(11), an_id(12), an_id(13), an_id(14)
HOSPITAL, CLINIC, CARDIOLOGY = an_id(21), an_id(22), an_id(23)
ZHANG, LI, WANG = an_id(31), an_id(32), an_id(33)
PRODUCT = an_id(41)
OLD_VISIT, PLANNED_VISIT = an_id(51), an_id(52)
DRAFT_CLAIM, SUBMITTED_CLAIM = an_id(61), an_id(62)
MEAL_BUDGET = an_id(71)
CONFLICT = an_id(81)
RECEIPT = b"what the claims name as their receipt"


def days(amount: float) -> str:
    """Return the instant so many days from now."""
    return to_text(NOW + timedelta(days=amount))


class Laptop:
    """One laptop of a test: its store, its desk, and what a server would send to it."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.store = Store.open(laid(folder), KEY, clock=lambda: self.now)
        self.revisions: dict[tuple[str, str], int] = {}
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}
        self.cursor = 0
        self.changes: list[ChangeSet] = []
        self._desk: Desk | None = None

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            self._desk = Desk(self.store, clock=lambda: self.now)
            self._desk.subscribe(self.changes.append)
        return self._desk

    def close(self) -> None:
        if self._desk is not None:
            self._desk.close()
        self.store.close()

    def sign_in(self, user_id: str, role: str, name: str = "张伟") -> None:
        with self.store.writing() as work:
            person = {"user_id": user_id, "login": f"{role}1", "name": name, "role": role}
            work.set_meta("person", json.dumps(person))
            work.set_meta("last_sync_at", days(0))

    def receive(self, record: str, *rows: dict[str, Any], scope: str = "c") -> None:
        """Take rows from the server; a row that came before gets the next revision and keeps its other values."""
        columns = list(wire_columns(RECORDS[record]))
        wire = [self._next(record, row, columns) for row in rows]
        self.cursor += 1
        page = Page(scope, [RowGroup(record, columns, wire)], cursor=str(self.cursor), complete=True)
        with self.store.writing() as work:
            inbox.apply_page(work, page)
            changed = {name: tuple(ids) for name, ids in work.changed.items()}
        if self._desk is not None:
            self._desk.publish(ChangeSet(changed, "remote"))

    def _next(self, record: str, row: dict[str, Any], columns: list[str]) -> list[Any]:
        key = (record, row["id"])
        self.revisions[key] = self.revisions.get(key, 0) + 1
        merged = {**self.rows.get(key, {"created_at": days(-30), "created_by": REP}), **row}
        merged |= {"revision": self.revisions[key], "deleted": False, "updated_at": days(0), "updated_by": MANAGER}
        self.rows[key] = merged
        return [merged.get(name) for name in columns]

    def subscribe(self, *scopes: str) -> None:
        with self.store.writing() as work:
            inbox.apply_head(work, SyncHead("epoch", days(0), REP, list(scopes), cursor="0"))

    def answer(self, outcome: str = "applied", **more: Any) -> None:
        """Settle everything that waits with one outcome, as after a sync."""
        with self.store.reading() as connection:
            batch = outbox.next_batch(connection, 500, 1 << 20)
        with self.store.writing() as work:
            outbox.settle(work, [Answer(one.id, outcome, revision=one.base_revision + 1, **more) for one in batch])
            changed = {name: tuple(ids) for name, ids in work.changed.items()}
        self.desk.publish(ChangeSet(changed, "sync"))

    def hand_out(self) -> None:
        """Give the waiting operations to the sync: from now on they may have been sent."""
        with self.store.reading() as connection:
            outbox.next_batch(connection, 500, 1 << 20)

    def waiting(self) -> list[Any]:
        """Return the operations of the outbox."""
        with self.store.reading() as connection:
            return [stored.operation for stored in outbox.pending_operations(connection)]

    def do(self, command: Command) -> Outcome:
        return self.desk.submit(command).result(20)

    def ask(self, read: Callable[[Reads], T]) -> T:
        future: Future[T] = self.desk.ask(read)
        return future.result(20)


def claim_values(state: str = "", **more: Any) -> dict[str, Any]:
    """Return the values of a claim for a meal of 240 yuan with a receipt."""
    values: dict[str, Any] = {
        "territory_id": TERRITORY,
        "owner_id": REP,
        "title": "科室会餐费",
        "visit_id": OLD_VISIT,
        "currency": "CNY",
        "lines": [
            {
                "category": "meal",
                "spent_on": "2026-11-18",
                "amount_fen": 240_00,
                "description": "午餐",
                "doctor_ids": [ZHANG],
                "staff_count": 1,
                "fapiao_number": "24312000000012345678",
                "receipt_sha256s": [hashlib.sha256(RECEIPT).hexdigest()],
            }
        ],
    }
    values |= more
    if state:
        values["state"] = state
        values["content_hash"] = claims.content_hash(values)
        values["total_fen"] = claims.total_fen(values)
        values |= {"submission": 1, "step": 0, "steps_needed": 1, "submitted_at": days(-1)} if state != "draft" else {}
    return values


def fill(laptop: Laptop) -> None:
    """Bring the small company onto a laptop."""
    t, b, m, p = f"t:{TERRITORY}", f"b:{TERRITORY}", f"m:{TERRITORY}", f"p:{REP}"
    laptop.subscribe("c", t, b, m, p)
    laptop.receive(
        "territory",
        {"id": REGION, "name": "华东大区", "kind": "region"},
        {"id": TERRITORY, "name": "上海一区", "kind": "territory", "parent_id": REGION},
        {"id": OTHER_TERRITORY, "name": "北京一区", "kind": "territory"},
    )
    laptop.receive(
        "user",
        {"id": REP, "login": "rep1", "name": "张伟", "role": "rep", "active": True},
        {"id": SECOND_REP, "login": "rep2", "name": "刘洋", "role": "rep", "active": True},
        {"id": MANAGER, "login": "manager1", "name": "李强", "role": "manager", "active": True,
         "approval_limit_fen": 10_000_00},
        {"id": FINANCE, "login": "finance1", "name": "陈静", "role": "finance", "active": True},
    )  # fmt: skip
    laptop.receive(
        "assignment",
        {"id": an_id(91), "user_id": REP, "territory_id": TERRITORY, "valid_from": "2026-01-01"},
        {"id": an_id(92), "user_id": MANAGER, "territory_id": REGION, "valid_from": "2026-01-01"},
        {"id": an_id(93), "user_id": REP, "territory_id": OTHER_TERRITORY, "valid_from": "2025-01-01",
         "valid_to": "2025-12-31"},
    )  # fmt: skip
    laptop.receive("product", {"id": PRODUCT, "name": "心安平", "messages": [], "filed_until": "2030-01-01"})
    laptop.receive(
        "institution",
        {"id": HOSPITAL, "name": "上海协和医院", "level": "3A", "territory_id": TERRITORY, "aliases": ["协和"]},
        {"id": CLINIC, "name": "静安诊所", "level": "none", "territory_id": TERRITORY},
        scope=t,
    )
    laptop.receive("department", {"id": CARDIOLOGY, "institution_id": HOSPITAL, "name": "心内科"}, scope=t)
    laptop.receive(
        "doctor",
        {"id": ZHANG, "name": "张三", "title": "chief", "customer_class": "A", "mobile": "13800000001",
         "status": "active", "territory_id": TERRITORY, "tags": ["讲者"]},
        {"id": LI, "name": "李四", "customer_class": "B", "status": "active", "territory_id": TERRITORY},
        {"id": WANG, "name": "王五", "customer_class": "C", "status": "active", "territory_id": TERRITORY},
        scope=t,
    )  # fmt: skip
    laptop.receive(
        "affiliation",
        {"id": an_id(95), "doctor_id": ZHANG, "institution_id": HOSPITAL, "department_id": CARDIOLOGY,
         "is_primary": True},
        {"id": an_id(96), "doctor_id": LI, "institution_id": HOSPITAL, "is_primary": True},
        {"id": an_id(97), "doctor_id": ZHANG, "institution_id": CLINIC, "is_primary": False},
        scope=t,
    )  # fmt: skip
    laptop.receive(
        "visit",
        {"id": OLD_VISIT, "territory_id": TERRITORY, "owner_id": REP, "state": "submitted", "doctor_ids": [ZHANG],
         "institution_id": HOSPITAL, "starts_at": days(-3), "zone": "Asia/Shanghai", "duration_min": 20,
         "channel": "face_to_face", "products": [{"product_id": PRODUCT, "messages": [], "reaction": "positive"}],
         "next_step": "带指南全文", "next_step_on": "2026-11-19", "note": "谈了血压管理", "adverse_event": False},
        {"id": PLANNED_VISIT, "territory_id": TERRITORY, "owner_id": REP, "state": "planned", "doctor_ids": [ZHANG],
         "institution_id": HOSPITAL, "starts_at": days(0.2), "zone": "Asia/Shanghai"},
        scope=t,
    )  # fmt: skip
    with laptop.store.writing() as work:
        work.blobs.write(RECEIPT)
    laptop.receive("claim", {"id": DRAFT_CLAIM, **claim_values("draft")}, scope=p)
    other = claim_values("submitted", title="交通费", visit_id=None, reason="出差")
    other["lines"] = [{**other["lines"][0], "fapiao_number": "9"}]
    other["content_hash"] = claims.content_hash(other)
    laptop.receive("claim", {"id": SUBMITTED_CLAIM, **other}, scope=m)
    laptop.receive(
        "budget",
        {"id": MEAL_BUDGET, "territory_id": TERRITORY, "period": "2026Q4", "category": "meal", "rule": "stop",
         "planned_fen": 10_000_00, "reserved_fen": 240_00, "committed_fen": 1_000_00, "spent_fen": 500_00},
        scope=b,
    )  # fmt: skip
    laptop.receive(
        "conflict",
        {"id": CONFLICT, "parent_record": "doctor", "parent_id": ZHANG, "field": "mobile",
         "base_value": {"value": "13700000000"}, "winner_value": {"value": "13800000001"}, "winner_by": SECOND_REP,
         "winner_at": days(-1), "loser_value": {"value": "13900000002"}, "loser_by": REP, "loser_at": days(-2),
         "state": "open"},
        scope=t,
    )  # fmt: skip
