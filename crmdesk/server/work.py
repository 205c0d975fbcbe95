"""The unit of work: rows with revisions, their feed entries and audit entries, all in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from crmdesk.domain.clock import to_text
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.server import feed, holdings, scoping
from crmdesk.server.bulk import bulk_insert
from crmdesk.server.kept_rows import KeptRows
from crmdesk.server.money_tables import AUDIT_CHAIN
from crmdesk.server.scoping import MOVING_FIELDS, Key, Move
from crmdesk.server.tables import ROWS, decode_json, encode_json, encode_value, encode_values

TRAVELLING_EDITS = frozenset(
    {"institution", "department", "doctor", "affiliation", "visit", "adverse_event", "cycle_plan", "plan_target"}
    | {"day_off", "call_back"}
)
"""Records whose edits and deletes also travel to laptops as rows of `audit_entry`; claims: every entry."""
CALLED_BACK = "called_back"
"""The action that notes the result of a call-back in the trail of its visit; nothing of the visit changes by it."""
IN_TIME_BY_LAPTOP = "in_time_by_laptop"
"""The action that notes that a report came too late by the server's clock and in time by the laptop's."""
CHANGES_NOTHING = ("create", CALLED_BACK, IN_TIME_BY_LAPTOP)
"""Actions of the trail of a row that left it at the revision that it had."""
TRAIL_DEPTH = 200
"""So many of the newest changes of a row are looked at for who wrote a value."""
_TRAILS_AT_ONCE = 400
_JSON_FIELDS = {name: tuple(one.name for one in record.fields if one.is_json) for name, record in RECORDS.items()}


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


class Authorship(NamedTuple):
    """Who made a change of a row, when, which ({field: [old, new]}), and on which device (None: not known)."""

    by_id: str | None
    at: str
    changes: Mapping[str, Any]
    device_id: str | None = None


Chain = Callable[["ServerWork", Sequence[AuditItem]], None]


class NeedsSavepointError(Exception):
    """A part that runs without a savepoint asked for the database itself: it has to be run again in one."""


class ServerWork:
    """One write transaction. `now` is the server's clock at its start."""

    def __init__(self, connection: Connection, now: datetime, chain: Chain) -> None:
        self._connection = connection
        self._rows = KeptRows(connection)
        self._trails: dict[Key, list[Authorship]] = {}
        self._trails_of: set[str] = set()
        self.now = now
        self.at = to_text(now)
        self.created: set[Key] = set()
        self._chain = chain
        self._touched: list[Key] = []
        self._moves: list[Move] = []
        self._audits: list[AuditItem] = []
        self._made: list[Key] = []

    @property
    def connection(self) -> Connection:
        """The connection, everything queued written; raises NeedsSavepointError within `attempt`."""
        if self._rows.queueing:
            raise NeedsSavepointError
        self._rows.flush()
        return self._connection

    def get(self, record: str, row_id: str, lock: bool = False) -> dict[str, Any] | None:
        """Return a row by name (house columns, declared fields, `field_revisions`), deleted ones too; or None."""
        return self._rows.get(record, row_id, lock=lock)

    def flush(self) -> None:
        """Write the rows that are queued; what the database refuses is the whole transaction's end."""
        self._rows.flush()

    def preload(self, record: str, ids: Iterable[str], *, lock: bool) -> None:
        """Read rows at once that are going to be needed; from now on each row is read once in this transaction."""
        self._rows.keep = True
        self._rows.preload(record, ids, lock=lock)

    def standing(self, record: str, row_id: str) -> Mapping[str, Any] | None:
        """Return a row that was read or written in this transaction, not to be changed; None for any other."""
        return self._rows.standing((record, row_id))

    def preload_trails(self, parent_ids: Iterable[str]) -> None:
        """Read at once who changed some rows, for `trail`."""
        wanted = sorted(set(parent_ids) - self._trails_of)
        for start in range(0, len(wanted), _TRAILS_AT_ONCE):
            self._read_trails(wanted[start : start + _TRAILS_AT_ONCE])

    def trail(self, record: str, row_id: str) -> list[Authorship]:
        """Return who changed a row when and what, the newest first, at most TRAIL_DEPTH; this transaction left out."""
        if row_id not in self._trails_of:
            self._read_trails([row_id])
        return self._trails.get((record, row_id), [])

    def _read_trails(self, parent_ids: list[str]) -> None:
        table = ROWS["audit_entry"]
        self._trails_of |= set(parent_ids)
        row = (table.c.parent_record, table.c.parent_id)  # ids are made on laptops: two records may share one
        newest = AUDIT_CHAIN.c.seq.desc()  # not by id: that follows a clock, which may have been set back
        place = func.row_number().over(partition_by=row, order_by=newest).label("place")
        known = (table.c.by_id, table.c.at, table.c.changes, table.c.device_id)
        chained = select(*known, *row, place).join(AUDIT_CHAIN, AUDIT_CHAIN.c.entry_id == table.c.id)
        placed = chained.where(table.c.parent_id.in_(parent_ids), table.c.action != CALLED_BACK).subquery()
        query = select(placed).where(placed.c.place <= TRAIL_DEPTH).order_by(placed.c.place)
        for by_id, at, changes, device_id, *key, _place in self._connection.execute(query):
            told = Authorship(by_id, at, decode_json(changes) or {}, device_id)
            self._trails.setdefault((key[0], key[1]), []).append(told)

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
        row = self._new_row(record, row_id, values, actor, at)
        self._rows.inserted(record, row, _stored(record, row))
        self._note_new(record, row_id)
        if audit:
            changes = {name: [None, value] for name, value in values.items() if value is not None}
            self.audit("create", actor, record, row_id, changes, scoped=record == "claim")
        return row

    def insert_many(
        self, record: str, rows: Iterable[tuple[str, Mapping[str, Any]]], actor: ServerActor, *, at: str = ""
    ) -> None:
        """Make many rows at revision 1 without audit entries (imports, the demo company); (id, values) each."""
        stored = []
        for row_id, values in rows:
            stored.append(_stored(record, self._new_row(record, row_id, values, actor, at)))
            self._note_new(record, row_id)
        names = tuple(column.name for column in ROWS[record].columns)
        bulk_insert(self.connection, ROWS[record], names, [tuple(map(row.__getitem__, names)) for row in stored])

    def _new_row(
        self, record: str, row_id: str, values: Mapping[str, Any], actor: ServerActor, at: str
    ) -> dict[str, Any]:
        made, by = at or self.at, actor.user_id or None
        house = {"id": row_id, "revision": 1, "deleted": False, "field_revisions": {}}
        house |= {"created_at": made, "created_by": by, "updated_at": made, "updated_by": by}
        return house | dict.fromkeys(RECORDS[record].field_names) | dict(values)

    def _note_new(self, record: str, row_id: str) -> None:
        self.created.add((record, row_id))
        self._made.append((record, row_id))
        self._touched.append((record, row_id))
        if record == "affiliation":
            self._moves.append(Move(record, row_id, {}))

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
        self._book_holdings([(record, row_id)], by_change=False)
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
        self._book_holdings([(record, row_id)], by_change=False)
        self._write(record, row, {}, actor, deleted=True)
        if record == "affiliation":
            self._moves.append(Move(record, row_id, {}))
        scoped = record == "claim" or record in TRAVELLING_EDITS
        self.audit("delete", actor, record, row_id, {}, reason, scoped=scoped)
        return row

    def revive(
        self, record: str, row_id: str, changes: Mapping[str, Any], actor: ServerActor, reason: str = ""
    ) -> dict[str, Any]:
        """Bring a deleted row back with changes, because a person decided so; raises KeyError for one that is not."""
        row = self.get(record, row_id, lock=True)
        if row is None or not row["deleted"]:
            raise KeyError(row_id)
        different = {name: value for name, value in changes.items() if row.get(name) != value}
        entry = {name: [row.get(name), value] for name, value in different.items()}
        moved = {name: row.get(name) for name in different if name in MOVING_FIELDS}
        if moved or record == "affiliation":
            self._moves.append(Move(record, row_id, moved))
        self._write(record, row, different, actor, deleted=False)
        scoped = record == "claim" or record in TRAVELLING_EDITS
        self.audit("restore", actor, record, row_id, entry, reason, scoped=scoped)
        return row

    def renew(self, record: str, row_id: str, actor: ServerActor, action: str) -> None:
        """Let a row go out once more, unchanged, by a revision of its own; a deleted or unknown one stays as it is."""
        row = self.get(record, row_id, lock=True)
        if row is not None and not row["deleted"]:
            self._write(record, row, {}, actor)
            self.audit(action, actor, record, row_id, {}, scoped=False)

    def _write(
        self,
        record: str,
        row: dict[str, Any],
        changes: Mapping[str, Any],
        actor: ServerActor,
        deleted: bool | None = None,
    ) -> None:
        """Store changes and bring `row` up to date in place; `deleted` None leaves it as it is."""
        row["revision"] += 1
        row["field_revisions"] |= dict.fromkeys(changes, row["revision"])
        row |= changes
        row |= {"updated_at": self.at, "updated_by": actor.user_id or None}
        if deleted is not None:
            row["deleted"] = deleted
        stored = encode_values(RECORDS[record], changes) | {
            "revision": row["revision"],
            "deleted": row["deleted"],
            "updated_at": self.at,
            "updated_by": actor.user_id or None,
            "field_revisions": encode_json(row["field_revisions"]),
        }
        self._rows.updated(record, dict(row), stored)
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
        with self._undone_together(), self.connection.begin_nested():
            yield

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that can fail alone and only queues what it writes, so that no savepoint is needed for it.

        Raises NeedsSavepointError where the part asked for the connection: then nothing of it has happened.
        """
        self._rows.keep = True  # what is queued is known only here
        with self._undone_together():
            self._rows.queueing = True
            try:
                yield
            finally:
                self._rows.queueing = False

    @contextmanager
    def _undone_together(self) -> Iterator[None]:
        marks = len(self._touched), len(self._moves), len(self._audits), len(self._made), self._rows.mark()
        try:
            yield
        except BaseException:  # undo the queues whatever ended the part, then hand it on
            del self._touched[marks[0] :], self._moves[marks[1] :], self._audits[marks[2] :]
            self.created.difference_update(self._made[marks[3] :])
            del self._made[marks[3] :]
            self._rows.undo(marks[4])
            raise

    def settle(self) -> None:
        """Write what was queued: rows, travelling audit rows, the feed, last the audit chain. Called at commit."""
        travelling = [(item.id, _as_row(item)) for item in self._audits if item.scoped]
        known = self._known()
        if travelling:
            self.insert_many("audit_entry", travelling, SYSTEM)
        self._book_holdings(self._touched, by_change=True)
        feed.publish(self.connection, self._touched, self._moves, self.created, known, self.at)
        if self._audits:
            self._chain(self, self._audits)
        self._touched, self._moves, self._audits, self.created = [], [], [], set()

    def _book_holdings(self, keys: Iterable[Key], *, by_change: bool) -> None:
        """Before and after people, places or assignments change: who holds what is kept with its times."""
        watched = [key for key in keys if key[0] in holdings.WATCHED]
        if watched:
            holdings.note(self.connection, watched, self.now, by_change=by_change)

    def _known(self) -> feed.Known:
        """Return what the feed need not ask the database: rows that stay where they are, and whose children are new."""
        revisions: dict[Key, int] = {}
        for key in self._touched:
            row = self._rows.standing(key)
            if row is not None and key not in self.created and not row["deleted"]:
                revisions[key] = row["revision"]
        parents = {("audit_entry", item.id): (item.parent_record, item.parent_id) for item in self._audits}
        for key in self.created:
            row = self._rows.standing(key)
            if row is not None and "parent_id" in row and "parent_record" in row and row["revision"] == 1:
                parents[key] = (row["parent_record"], row["parent_id"])
        return feed.Known(revisions, parents)


def _stored(record: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new row as its columns hold it; raises KeyError for a field that is not declared."""
    if len(row) != len(ROWS[record].columns):
        raise KeyError(sorted(set(row) - set(ROWS[record].columns.keys())))
    stored = dict(row)
    for name in _JSON_FIELDS[record]:
        if stored[name] is not None:
            stored[name] = encode_value(RECORDS[record].field(name), stored[name])
    stored["field_revisions"] = "{}"
    return stored


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
