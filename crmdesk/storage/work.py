"""The unit of work: everything that one commit writes, rows and outbox together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from crmdesk.domain.clock import DEFAULT_ZONE, Clock, to_text
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Kind, Record
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Operation
from crmdesk.storage import lives, overlay, pending, rows, settings
from crmdesk.storage.blobs import Blobs
from crmdesk.storage.connection import Connection
from crmdesk.storage.digests import Changes
from crmdesk.storage.driver import Driver

_POINTING = frozenset({Kind.REF, Kind.REFS, Kind.ITEMS})
_MAX_RECENT = 200


def driver_of(connection: Connection) -> Driver:
    """Return the driver's connection below a connection."""
    return connection.driver


class NewRow(NamedTuple):
    """A row to be made: its record, its id and its values by field."""

    record: str
    id: str
    values: Mapping[str, Any]


class UnitOfWork:
    """One transaction of the one writer; `Store.writing` makes it, commits it or takes everything back.

    `changed` names the ids that changed by record, and by the pseudo-records `outbox`, `needs_you`, `draft`,
    `preference`, `sync_state`.
    """

    def __init__(self, connection: Connection, clock: Clock, handed_out: pending.HandedOut, blobs: Blobs) -> None:
        self.connection = connection
        self.driver = driver_of(connection)
        self.zone = DEFAULT_ZONE
        self.changed: dict[str, set[str]] = {}
        self._looked: tuple[str, str, tuple[Any, ...] | None] = ("", "", None)
        self.leaving = False  # a scope was marked as leaving: the store takes its rows out after this commit
        self.unmerged = False  # the search index is in many parts: the store merges them after this commit
        self.digests = Changes()
        self._clock = clock
        self.handed_out = handed_out
        self.blobs = blobs

    def now(self) -> str:
        """Return the present instant as text."""
        return to_text(self._clock())

    def note(self, record: str, row_id: str) -> None:
        """Name a row (or an id of a pseudo-record) as changed."""
        self._looked = ("", "", None)
        self.changed.setdefault(record, set()).add(row_id)

    def finish(self) -> None:
        """Write what was gathered; called by the store just before the commit."""
        self.digests.flush(self.driver)

    # rows ------------------------------------------------------------------------------------------------------------

    def get(self, record: str, row_id: str) -> dict[str, Any] | None:
        """Return a row as it is shown, house-keeping columns included; None where it is not held or deleted."""
        held = self._read(record, row_id)
        return None if held is None or held.values["deleted"] else held.values

    def _read(self, record: str, row_id: str) -> rows.Held | None:
        """Return a row; the same once more is not looked up again as long as nothing was changed.

        It is made anew each time, for nobody's lists are to be what another one compares with.
        """
        if self._looked[:2] != (record, row_id):
            self._looked = (record, row_id, rows.look_up(self.driver, record, row_id))
        found = self._looked[2]
        return None if found is None else rows.shape(record).held(found)

    def create(self, record: str, row_id: str, values: Mapping[str, Any], user_id: str) -> None:
        """Make a row and its operation; raises InputError('exists') for an id that is taken."""
        declared = RECORDS[record]
        if rows.read(self.driver, record, row_id) is not None:
            raise InputError("exists", record=record, id=row_id)
        operation = self._append(record, row_id, "create", user_id, fields=_given(declared, values))
        shown = overlay.lay(declared, None, [(operation, user_id)])
        if shown is not None:
            rows.write(self.driver, record, shown, (), dirty=True)
        self.note(record, row_id)

    def held(self, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those of the (record, id) pairs that the store holds, tombstones included."""
        by_record: dict[str, list[str]] = {}
        for record, row_id in keys:
            by_record.setdefault(record, []).append(row_id)
        return {
            (record, row_id) for record, ids in by_record.items() for row_id in rows.held_ids(self.driver, record, ids)
        }

    def create_many(self, new: Sequence[NewRow], user_id: str) -> None:
        """Make many rows and their operations, in the order given; what `create` does, in a few statements.

        Raises InputError('exists') for an id that is taken, by the store or by an earlier one of them.
        """
        taken = self.held((one.record, one.id) for one in new)
        first, at = pending.next_seq(self.driver, len(new)), self.now()
        operations: list[Operation] = []
        shown: dict[str, list[dict[str, Any]]] = {}
        for seq, (record, row_id, values) in enumerate(new, start=first):
            if (record, row_id) in taken:
                raise InputError("exists", record=record, id=row_id)
            taken.add((record, row_id))
            declared = RECORDS[record]
            operation = Operation(
                id=new_id(), seq=seq, record=record, row_id=row_id, kind="create", made_at=at, zone=self.zone,
                fields=_given(declared, values),
            )  # fmt: skip
            operations.append(operation)
            shown.setdefault(record, []).append(overlay.created(declared, operation, user_id))
        pending.append_all(self.driver, operations, user_id)
        for record, made in shown.items():
            form = rows.shape(record)
            rows.insert(self.driver, form, [form.wire(one) for one in made], "", dirty=True)
            self.changed.setdefault(record, set()).update(one["id"] for one in made)
        self.changed.setdefault("outbox", set()).update(one.id for one in operations)

    def edit(
        self,
        record: str,
        row_id: str,
        changes: Mapping[str, Any],
        base_revision: int,
        user_id: str,
        reason: str = "",
        *,
        apart: bool = False,
        told: Iterable[str] = (),
    ) -> None:
        """Change fields of a row; `base_revision` is the one that the person saw.

        `told` are fields that go along unchanged where anything is changed: what the person acted on.

        Joins the row's last operation where that was never handed out, unless it has to come after what was written
        meanwhile (`apart`). Raises InputError('unknown_row').
        """
        held = self._held(record, row_id)
        declared = RECORDS[record]
        fields: dict[str, tuple[Any, Any]] = {
            declared.field(name).name: (held.values[name], new)
            for name, new in changes.items()
            if held.values[name] != new
        }
        if not fields:
            return
        fields |= {name: (held.values[name], held.values[name]) for name in told if name not in fields}
        if not held.dirty:
            overlay.keep_base(self.driver, record, held.values)
        waiting = pending.of_row(self.driver, record, row_id)
        last = None if apart else self._joinable(waiting, fields, base_revision, user_id, reason)
        if last is None or last.kind == "edit":
            fields = _with_companions(declared, held.values, fields)
        if last is None:
            made = self._append(
                record, row_id, "edit", user_id, fields=fields, base_revision=base_revision, reason=reason
            )
            waiting.append(pending.Stored(made, user_id, 0))
        elif not self._join(last, fields):
            waiting.pop()
        overlay.lay_again(self.driver, record, row_id, held, waiting)
        self.note(record, row_id)

    def delete(self, record: str, row_id: str, user_id: str) -> None:
        """Delete a row (a tombstone, until the server has said yes). Raises InputError('unknown_row')."""
        held = self._held(record, row_id)
        if not held.dirty:
            overlay.keep_base(self.driver, record, held.values)
        self._append(record, row_id, "delete", user_id, base_revision=int(held.values["revision"]))
        overlay.lay_again(self.driver, record, row_id, held)
        self.note(record, row_id)

    def unmake(self, record: str, row_id: str) -> bool:
        """Take a new row back with all that waits of it; False, and nothing done, where any of it may have been sent.

        Nothing else that waits may name the row: the server would not know what it means.
        """
        waiting = pending.of_row(self.driver, record, row_id)
        first = waiting[0].operation if waiting else None
        if first is None or first.kind != "create" or first.seq <= self.handed_out.up_to:
            return False
        for one in waiting:
            pending.remove(self.driver, one.operation.id)
            self.note("outbox", one.operation.id)
        overlay.lay_again(self.driver, record, row_id)
        self.note(record, row_id)
        return True

    def undelete(self, record: str, row_id: str) -> None:
        """Take a delete back; raises RefusedError('already_sent') once it may have been sent."""
        last = next(reversed(pending.of_row(self.driver, record, row_id)), None)
        if last is None or last.operation.kind != "delete" or last.operation.seq <= self.handed_out.up_to:
            raise RefusedError("already_sent", record=record, id=row_id)
        pending.remove(self.driver, last.operation.id)
        self.note("outbox", last.operation.id)
        overlay.lay_again(self.driver, record, row_id)
        self.note(record, row_id)

    def command(self, record: str, row_id: str, name: str, args: Mapping[str, Any], user_id: str) -> str:
        """Queue a command for the server and return its operation id; the row itself stays as it is."""
        held = self._held(record, row_id)
        if not held.dirty:
            overlay.keep_base(self.driver, record, held.values)
            self.driver.execute(f"UPDATE row_{record} SET dirty = 1 WHERE id = ?", (row_id,))
        revision = int(held.values["revision"])
        operation = self._append(
            record, row_id, "command", user_id, base_revision=revision, command=name, args=dict(args)
        )
        self.note(record, row_id)
        return operation.id

    def name_is_free(self, record: str, row_id: str) -> bool:
        """Say whether a row can be made under this id: the server knows each for good, of what was deleted too."""
        return self.get(record, row_id) is None and not pending.was_sent(self.driver, record, row_id)

    def take_back(self, op_id: str) -> None:
        """Take a queued operation back; raises RefusedError('already_sent') once it may have been sent."""
        stored = pending.take(self.driver, op_id)
        if stored is None or stored.operation.seq <= self.handed_out.up_to:
            raise RefusedError("already_sent", id=op_id)
        pending.remove(self.driver, op_id)
        self.note("outbox", op_id)
        overlay.lay_again(self.driver, stored.operation.record, stored.operation.row_id)
        self.note(stored.operation.record, stored.operation.row_id)

    def _held(self, record: str, row_id: str) -> rows.Held:
        held = self._read(record, row_id)
        if held is None or held.values["deleted"]:
            raise InputError("unknown_row", record=record, id=row_id)
        return held

    def _append(self, record: str, row_id: str, kind: str, user_id: str, **more: Any) -> Operation:
        if more.get("base_revision"):
            more["life"] = lives.life_of(self.connection, record, row_id)
        operation = Operation(
            id=new_id(), seq=pending.next_seq(self.driver), record=record, row_id=row_id, kind=kind,
            made_at=self.now(), zone=self.zone, **more,
        )  # fmt: skip
        pending.append(self.driver, operation, user_id)
        self.note("outbox", operation.id)
        return operation

    def _joinable(
        self,
        waiting: Sequence[pending.Stored],
        fields: Mapping[str, Any],
        base_revision: int,
        user_id: str,
        reason: str,
    ) -> Operation | None:
        """Return the last operation that waits of the row if these fields may go with it."""
        if not waiting or waiting[-1].operation.kind not in ("create", "edit") or waiting[-1].user_id != user_id:
            return None
        operation = waiting[-1].operation
        same = operation.reason == reason and (operation.kind == "create" or operation.base_revision == base_revision)
        if not same or operation.seq <= self.handed_out.up_to:
            return None
        declared = RECORDS[operation.record]
        if any(declared.field(name).kind in _POINTING for name in fields):
            # It may point at a row that is made by a later operation: the order of sending has to stay.
            return None
        return operation

    def _join(self, operation: Operation, fields: Mapping[str, tuple[Any, Any]]) -> bool:
        """Take fields into an operation that waits; False where nothing is left of it, and it waits no more."""
        for name, (old, new) in fields.items():
            first = operation.fields[name][0] if name in operation.fields else old
            operation.fields[name] = (None if operation.kind == "create" else first, new)
        if operation.kind == "edit":
            self._forget_idle(operation, fields)
        left = operation.kind == "create" or bool(operation.fields)
        if left:
            pending.replace(self.driver, operation)
        else:
            pending.remove(self.driver, operation.id)
        self.note("outbox", operation.id)
        return left

    def _forget_idle(self, operation: Operation, joined: Iterable[str]) -> None:
        """Leave out of an edit what is again as it was before it; what was told along with it goes along still."""
        changed = {name for name, (first, new) in operation.fields.items() if first != new}
        together = RECORDS[operation.record].together
        told = operation.fields.keys() - {*joined, *together} if changed else set()
        kept = changed | told | (set() if together.isdisjoint(changed) else together)
        for name in operation.fields.keys() - kept:
            del operation.fields[name]

    # what never leaves the laptop ------------------------------------------------------------------------------------

    def draft(self, key: str) -> dict[str, Any] | None:
        """Return a draft."""
        return settings.draft(self.connection, key)

    def save_draft(self, key: str, content: Mapping[str, Any]) -> None:
        """Keep what is being typed in an editor."""
        settings.save_draft(self.connection, key, dict(content), self.now())
        self.note("draft", key)

    def discard_draft(self, key: str) -> None:
        """Forget a draft."""
        settings.discard_draft(self.connection, key)
        self.note("draft", key)

    def preference(self, name: str, default: str = "") -> str:
        """Return a preference."""
        return settings.preference(self.connection, name, default)

    def set_preference(self, name: str, value: str) -> None:
        """Keep a preference."""
        settings.set_preference(self.connection, name, value)
        self.note("preference", name)

    def meta(self, name: str, default: str = "") -> str:
        """Return a value of the store's own book-keeping."""
        return settings.meta(self.connection, name, default)

    def set_meta(self, name: str, value: str) -> None:
        """Keep a value of the store's own book-keeping."""
        settings.set_meta(self.connection, name, value)
        self.note("sync_state", name)

    def touch_recent(self, record: str, row_id: str) -> None:
        """Remember that a customer was opened: such customers come first in the search."""
        self.driver.execute(
            "INSERT INTO recent(record, id, opened_at) VALUES (?, ?, ?) "
            "ON CONFLICT(record, id) DO UPDATE SET opened_at = excluded.opened_at",
            (record, row_id, self.now()),
        )
        self.driver.execute(
            "DELETE FROM recent WHERE rowid NOT IN (SELECT rowid FROM recent ORDER BY opened_at DESC LIMIT ?)",
            (_MAX_RECENT,),
        )


def _given(declared: Record, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what a create sends of each declared field that has a value: [nothing, new]."""
    return {declared.field(name).name: (None, value) for name, value in values.items() if value is not None}


def _with_companions(
    record: Record, held: Mapping[str, Any], fields: dict[str, tuple[Any, Any]]
) -> dict[str, tuple[Any, Any]]:
    """Return an edit with the fields that say something only as one with what it changes, as they stand."""
    if record.together.isdisjoint(fields):
        return fields
    return {name: (held[name], held[name]) for name in sorted(record.together - fields.keys())} | fields
