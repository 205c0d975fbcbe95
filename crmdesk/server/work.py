"""The unit of work: rows with revisions, their feed entries and audit entries, all in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from crmdesk.domain.clock import to_text
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.server import feed, scoping
from crmdesk.server.scoping import MOVING_FIELDS, Key, Move
from crmdesk.server.tables import ROWS, SHAPES, encode_json, encode_values

TRAVELLING_EDITS = frozenset({"institution", "doctor", "affiliation", "visit"})
"""Records whose edits and deletes also travel to laptops as rows of `audit_entry`; claims: every entry."""


@dataclass(frozen=True, slots=True)
class ServerActor:
    """Who acts: the person of the access token, with today's rights. Limit in fen, None: none."""

    user_id: str
    role: Role
    device_id: str
    name: str
    scopes: frozenset[str]
    territory_ids: frozenset[str]
    approval_limit_fen: int | None = None


SYSTEM = ServerActor("", Role.ADMIN, "", "crmdesk-server", frozenset(), frozenset())
"""The server itself: start, imports and the demo company."""


@dataclass(frozen=True, slots=True)
class AuditItem:
    """One entry of the trail, as it is chained; `scoped` says that it also travels as an `audit_entry` row."""

    id: str
    at: str
    by_id: str
    on_behalf_of_id: str
    device_id: str
    action: str
    parent_record: str
    parent_id: str
    changes: Mapping[str, Any]
    reason: str
    scoped: bool


Chain = Callable[["ServerWork", Sequence[AuditItem]], None]


class ServerWork:
    """One write transaction. `now` is the server's clock at its start."""

    def __init__(self, connection: Connection, now: datetime, chain: Chain) -> None:
        self.connection = connection
        self.now = now
        self.at = to_text(now)
        self.created: set[Key] = set()
        self._chain = chain
        self._touched: list[Key] = []
        self._moves: list[Move] = []
        self._audits: list[AuditItem] = []

    def get(self, record: str, row_id: str, lock: bool = False) -> dict[str, Any] | None:
        """Return a row by name (house columns, declared fields, `field_revisions`), deleted ones too; or None."""
        table = ROWS[record]
        query = select(table).where(table.c.id == row_id)
        found = self.connection.execute(query.with_for_update() if lock else query).first()
        return None if found is None else SHAPES[record].as_dict(found)

    def insert(
        self,
        record: str,
        row_id: str,
        values: Mapping[str, Any],
        actor: ServerActor,
        *,
        audit: bool = True,
        at: str = "",
    ) -> dict[str, Any]:
        """Make a row at revision 1 and return it. `at` (instant text) dates rows of an import; '' means now."""
        self.insert_many(record, [(row_id, values)], actor, at=at)
        if audit:
            changes = {name: [None, value] for name, value in values.items() if value is not None}
            self.audit("create", actor, record, row_id, changes, scoped=record == "claim")
        row = dict.fromkeys(RECORDS[record].field_names) | dict(values)
        house = {"id": row_id, "revision": 1, "deleted": False, "field_revisions": {}}
        made = at or self.at
        by = actor.user_id or None
        return house | {"created_at": made, "created_by": by, "updated_at": made, "updated_by": by} | row

    def insert_many(
        self, record: str, rows: Iterable[tuple[str, Mapping[str, Any]]], actor: ServerActor, *, at: str = ""
    ) -> None:
        """Make many rows at revision 1 without audit entries (imports, the demo company); (id, values) each."""
        declared, made, by = RECORDS[record], at or self.at, actor.user_id or None
        blank: dict[str, Any] = dict.fromkeys(declared.field_names)
        stored = []
        for row_id, values in rows:
            house = {"id": row_id, "revision": 1, "deleted": False, "field_revisions": "{}"}
            times = {"created_at": made, "created_by": by, "updated_at": made, "updated_by": by}
            stored.append(blank | house | times | encode_values(declared, values))
            self.created.add((record, row_id))
            self._touched.append((record, row_id))
            if record == "affiliation":
                self._moves.append(Move(record, row_id, {}))
        if stored:
            self.connection.execute(insert(ROWS[record]), stored)

    def update(
        self,
        record: str,
        row_id: str,
        changes: Mapping[str, Any],
        actor: ServerActor,
        *,
        reason: str = "",
        action: str = "edit",
        on_behalf_of: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Change fields of a row and return it: revision + 1, audited. Nothing different: nothing happens.

        `details` are further names in the trail entry. Raises KeyError for a row that does not exist.
        """
        row = self.get(record, row_id, lock=True)
        if row is None:
            raise KeyError(row_id)
        different = {name: value for name, value in changes.items() if row.get(name) != value}
        if not different:
            return row
        entry: dict[str, Any] = {name: [row.get(name), value] for name, value in different.items()}
        moved = {name: row.get(name) for name in different if name in MOVING_FIELDS}
        if moved:
            self._moves.append(Move(record, row_id, moved))
        self._write(record, row, different, actor)
        entry |= details or {}
        scoped = record == "claim" or record in TRAVELLING_EDITS
        self.audit(action, actor, record, row_id, entry, reason, on_behalf_of, scoped=scoped)
        return row

    def delete(self, record: str, row_id: str, actor: ServerActor, reason: str = "") -> dict[str, Any]:
        """Mark a row as deleted (a tombstone) and return it; raises KeyError for a row that does not exist."""
        row = self.get(record, row_id, lock=True)
        if row is None:
            raise KeyError(row_id)
        if row["deleted"]:
            return row
        self._write(record, row, {}, actor, deleted=True)
        if record == "affiliation":
            self._moves.append(Move(record, row_id, {}))
        scoped = record == "claim" or record in TRAVELLING_EDITS
        self.audit("delete", actor, record, row_id, {}, reason, scoped=scoped)
        return row

    def _write(
        self, record: str, row: dict[str, Any], changes: Mapping[str, Any], actor: ServerActor, deleted: bool = False
    ) -> None:
        """Store changes and bring `row` up to date in place."""
        row["revision"] += 1
        row["field_revisions"] |= dict.fromkeys(changes, row["revision"])
        row |= changes
        row |= {"updated_at": self.at, "updated_by": actor.user_id or None, "deleted": deleted or row["deleted"]}
        stored = encode_values(RECORDS[record], changes) | {
            "revision": row["revision"],
            "deleted": row["deleted"],
            "updated_at": self.at,
            "updated_by": actor.user_id or None,
            "field_revisions": encode_json(row["field_revisions"]),
        }
        table = ROWS[record]
        self.connection.execute(update(table).where(table.c.id == row["id"]).values(stored))
        self.touch(record, row["id"])

    def audit(
        self,
        action: str,
        actor: ServerActor,
        parent_record: str,
        parent_id: str,
        changes: Mapping[str, Any],
        reason: str = "",
        on_behalf_of: str | None = None,
        *,
        scoped: bool,
    ) -> None:
        """Queue an entry for the chain; `scoped` ones also travel as rows in the scopes of their parent."""
        self._audits.append(
            AuditItem(
                id=new_id(),
                at=self.at,
                by_id=actor.user_id,
                on_behalf_of_id=on_behalf_of or "",
                device_id=actor.device_id,
                action=action,
                parent_record=parent_record,
                parent_id=parent_id,
                changes=changes,
                reason=reason,
                scoped=scoped,
            )
        )

    def touch(self, record: str, row_id: str) -> None:
        """Queue a feed entry for a row in all its scopes."""
        self._touched.append((record, row_id))

    def scopes_of(self, record: str, row_id: str) -> frozenset[str]:
        """Return the scopes of a row by its declared rule, as it is in this transaction; empty for an unknown one."""
        return scoping.scopes_of(self.connection, record, [row_id]).get(row_id, frozenset())

    @property
    def queued_audits(self) -> Sequence[AuditItem]:
        """Return the audit entries of this transaction so far, oldest first."""
        return self._audits

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that can fail alone: rows, queued feed entries and audits of it are undone together."""
        marks = len(self._touched), len(self._moves), len(self._audits)
        created = set(self.created)
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:  # undo the queues whatever ended the part, then hand it on
            del self._touched[marks[0] :], self._moves[marks[1] :], self._audits[marks[2] :]
            self.created = created
            raise

    def settle(self) -> None:
        """Write what was queued: travelling audit rows, the feed, last the audit chain. Called at commit."""
        travelling = [(item.id, _as_row(item)) for item in self._audits if item.scoped]
        if travelling:
            self.insert_many("audit_entry", travelling, SYSTEM)
        feed.publish(self.connection, self._touched, self._moves, self.created)
        if self._audits:
            self._chain(self, self._audits)
        self._touched, self._moves, self._audits, self.created = [], [], [], set()


def _as_row(item: AuditItem) -> dict[str, Any]:
    return {
        "parent_record": item.parent_record,
        "parent_id": item.parent_id,
        "at": item.at,
        "by_id": item.by_id or None,
        "on_behalf_of_id": item.on_behalf_of_id or None,
        "device_id": item.device_id or None,
        "action": item.action,
        "changes": dict(item.changes),
        "reason": item.reason,
    }
