"""Reads about the sync: figures, what waits, what was refused."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmdesk.domain.clock import DEFAULT_ZONE, to_text
from crmdesk.domain.merge import by_key
from crmdesk.domain.records import RECORDS
from crmdesk.domain.scopes import territory_scope
from crmdesk.protocol.messages import Operation
from crmdesk.services.reads_import import ImportReads
from crmdesk.services.reads_team import TeamReads
from crmdesk.services.views import (
    SAVED_HERE,
    SENT,
    BackupStand,
    FileToSend,
    Happening,
    RefusedItem,
    StuckFile,
    SyncSummary,
    WaitingItem,
)
from crmdesk.storage import attachments, lately, outbox, pending, settings
from crmdesk.storage.attachments import DOWN, UP
from crmdesk.storage.json_text import from_json
from crmdesk.storage.leaving import kept_titles

_LISTED = 500


class Reads(TeamReads, ImportReads):
    """Everything that the user interface and the command line may ask, at one consistent moment."""

    def sync_summary(self) -> SyncSummary:
        """Return the figures of the Sync page and the status bar."""
        files = self._files_on_the_way()
        waits = self._fetch("SELECT count(*) AS amount, min(made_at) AS oldest FROM outbox")[0]
        return SyncSummary(
            waiting=int(waits["amount"]),
            oldest_waiting_at=waits["oldest"] or "",
            accepted_today=self._accepted_today(),
            conflicts=self._count("SELECT count(*) FROM row_conflict WHERE deleted = 0 AND state = 'open'"),
            refused=self._count("SELECT count(*) FROM needs_you"),
            last_sync_at=settings.meta(self._connection, "last_sync_at"),
            last_sync_ms=int(settings.meta(self._connection, "last_sync_ms", "0") or 0),
            attachments_waiting=files[UP][0],
            customers=self._customers(),
            loading_scopes=self._count("SELECT count(*) FROM scope WHERE state = 'loading'"),
            files_up_bytes=files[UP][1],
            files_down=files[DOWN][0],
            files_down_bytes=files[DOWN][1],
            territories={row["id"]: row["name"] for row in self._fetch("SELECT id, name FROM row_territory")},
            fetching_anew=lately.is_fetching_anew(self._connection),
            files_stuck=len({(one.sha256, one.direction) for one in attachments.stuck(self._connection)}),
        )

    def backup_stand(self) -> BackupStand:
        """Return what lies on this laptop alone, and when that was backed up last."""
        at, path = settings.last_backup(self._connection)
        return BackupStand(
            changes=self._count("SELECT count(*) FROM outbox"),
            needs_you=self._count("SELECT count(*) FROM needs_you"),
            drafts=self._count("SELECT count(*) FROM draft"),
            files=self._count(f"SELECT count(*) FROM transfer WHERE direction = '{UP}'"),
            given_up=self._count(f"SELECT count(*) FROM outbox_done WHERE outcome = '{outbox.DROPPED}'"),
            last_at=at,
            last_path=path,
        )

    def _files_on_the_way(self) -> dict[str, tuple[int, int]]:
        """Return how many files wait and how many bytes of them, by direction; without those that do not get through.

        A file that its author has not brought to the server yet waits for nothing that happens here.
        """
        found = {UP: (0, 0), DOWN: (0, 0)}
        rows = self._fetch(
            'SELECT direction, count(*) AS amount, sum(max(0, size - "offset")) AS bytes FROM transfer'
            " WHERE tries < :limit AND code <> :absent GROUP BY direction",
            {"limit": attachments.GIVE_UP_TRIES, "absent": attachments.NOT_ARRIVED},
        )
        found.update({row["direction"]: (int(row["amount"]), int(row["bytes"] or 0)) for row in rows})
        return found

    def stuck_files(self) -> list[StuckFile]:
        """Return the files that do not get through by themselves, each once, with the row that they belong to."""
        found = {(one.sha256, one.direction): one for one in attachments.stuck(self._connection)}
        titles = self._titles((one.record, one.row_id) for one in found.values() if one.record in RECORDS)
        return [
            StuckFile(
                one.sha256, one.direction, one.code, one.file_name, one.record, one.row_id,
                titles.get((one.record, one.row_id), ""), one.size,
            )
            for one in found.values()
        ]  # fmt: skip

    def files_to_send(self) -> list[FileToSend]:
        """Return the files that wait to be sent, oldest first (the first 500)."""
        found = attachments.to_send(self._connection, _LISTED)
        titles = self._titles((one.record, one.row_id) for one in found if one.record in RECORDS)
        return [
            FileToSend(
                one.file_name, one.record, titles.get((one.record, one.row_id), ""), one.size, one.offset, one.queued_at
            )
            for one in found
        ]

    def happenings(self) -> list[Happening]:
        """Return what happened lately between this laptop and the server, the newest first."""
        places = {territory_scope(row["id"]): row["name"] for row in self._fetch("SELECT id, name FROM row_territory")}
        return [
            Happening(code, at, params, tuple(places[one] for one in params.get("scopes", ()) if one in places))
            for code, at, params in lately.read(self._connection)
        ]

    def _customers(self) -> int:
        """Count without reading rows: only what waits in the outbox to be deleted is held and not shown."""
        held = self._count("SELECT (SELECT count(*) FROM row_doctor) + (SELECT count(*) FROM row_institution)")
        return held - self._count(
            "SELECT count(DISTINCT row_id) FROM outbox WHERE kind = 'delete' AND record IN ('doctor', 'institution')"
        )

    def _accepted_today(self) -> int:
        start = datetime.combine(self._today, time(0), ZoneInfo(DEFAULT_ZONE))
        return self._count(
            "SELECT count(*) FROM outbox_done WHERE done_at >= :start AND done_at < :end"
            " AND outcome IN ('applied', 'merged', 'duplicate')",
            {"start": to_text(start.astimezone(UTC)), "end": to_text(start.astimezone(UTC) + timedelta(days=1))},
        )

    def waiting(self) -> list[WaitingItem]:
        """Return the operations of the outbox, oldest first (the first 500)."""
        rows = self._fetch("SELECT * FROM outbox ORDER BY seq LIMIT :limit", {"limit": _LISTED})
        operations = {row["id"]: pending.decode(row["content"]) for row in rows}
        titles = self._operation_titles(operations)
        return [
            WaitingItem(
                operation_id=row["id"],
                record=row["record"],
                row_id=row["row_id"],
                title=titles[row["id"]],
                kind=row["kind"],
                command=operations[row["id"]].command,
                made_at=row["made_at"],
                size_bytes=int(row["size"]),
                state=SENT if row["seq"] <= self._handed_out else SAVED_HERE,
                fields=_put_in(operations[row["id"]]),
            )
            for row in rows
        ]

    def refused(self) -> list[RefusedItem]:
        """Return the operations that need the person, oldest first, with the text as it was typed.

        One without a code of its own waits for another one that was refused.
        """
        rows = self._fetch("SELECT * FROM needs_you ORDER BY seq LIMIT :limit", {"limit": _LISTED})
        operations = {row["id"]: pending.decode(row["content"]) for row in rows}
        titles = self._operation_titles(operations)
        return [self._refused_item(row, operations[row["id"]], titles[row["id"]]) for row in rows]

    def given_up(self) -> list[RefusedItem]:
        """Return what the person gave up in the last 30 days, the newest first; each with what it can be known by."""
        found = [one for one in outbox.given_up(self._connection) if not one.waits_for]
        newest = sorted(found, key=lambda one: one.at, reverse=True)[:_LISTED]
        operations = {one.operation.id: one.operation for one in newest}
        titles = self._operation_titles(operations)
        return [
            RefusedItem(
                operation_id=op_id,
                record=operation.record,
                row_id=operation.row_id,
                title=titles[op_id],
                kind=operation.kind,
                command=operation.command,
                code=one.code,
                params={},
                field="",
                fields=_put_in(operation) or dict(operation.args),
                at=one.at,
            )
            for one, (op_id, operation) in zip(newest, operations.items(), strict=True)
        ]

    def _refused_item(self, row: Mapping[str, Any], operation: Operation, title: str) -> RefusedItem:
        fields = _put_in(operation)
        return RefusedItem(
            operation_id=row["id"],
            record=row["record"],
            row_id=row["row_id"],
            title=title,
            kind=row["kind"],
            command=operation.command,
            code="waits_for_other" if row["waits_for"] else row["code"],
            params=_as_map(row["params"]),
            field=row["field"],
            fields=fields or dict(operation.args),
            at=row["at"],
        )

    def _operation_titles(self, operations: Mapping[str, Operation]) -> dict[str, str]:
        """Return what people call the rows of operations; a row that is gone is named by what the operation holds."""
        found = self._titles((one.record, one.row_id) for one in operations.values())
        kept = kept_titles(self._connection)
        return {
            op_id: found.get((one.record, one.row_id)) or kept.get((one.record, one.row_id)) or _own_words(one)
            for op_id, one in operations.items()
        }


def _put_in(operation: Operation) -> dict[str, Any]:
    """Return what the person put in, by field; of the company fields those that the operation changes."""
    record = RECORDS.get(operation.record)
    pairs = by_key(record, operation.fields) if record is not None else operation.fields
    return {name: pair[1] for name, pair in pairs.items()}


def _own_words(operation: Operation) -> str:
    for name in ("name", "title", "file_name"):
        if name in operation.fields and operation.fields[name][1]:
            return str(operation.fields[name][1])
    return ""


def _as_map(value: Any) -> dict[str, Any]:
    read = from_json(value) if isinstance(value, str) and value else value
    return dict(read) if isinstance(read, Mapping) else {}
