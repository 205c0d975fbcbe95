"""One change for many customers: what it does to each row, its preview, and the run in commits with progress."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec

from crmdesk.domain import access
from crmdesk.domain.custom_fields import Definitions
from crmdesk.domain.fields import Field, Record
from crmdesk.domain.ids import new_id
from crmdesk.domain.merge import by_key
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.services.commands import Command, EditMany, Outcome
from crmdesk.services.handling import changed_only, tidy
from crmdesk.services.views import Person

if TYPE_CHECKING:
    from crmdesk.services.reads_sync import Reads

FIELDS: dict[str, tuple[str, ...]] = {
    "doctor": ("customer_class", "specialty", "title", "influence", "preferred_channel", "status", "territory_id"),
    "institution": ("customer_class", "level", "kind", "territory_id"),
}
"""What can be changed for many at once; consent is not among it, each needs its own evidence."""
COMMIT_ROWS = 200
_SHOWN = 200
Progress = Callable[[int, int], None]


class BatchChange(msgspec.Struct, frozen=True):
    """New values by declared or company field (None takes a value away), and tags to put on or take off."""

    values: Mapping[str, Any] = msgspec.field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values or self.add_tags or self.remove_tags)

    @property
    def tag_names(self) -> tuple[str, ...]:
        """The field of the tags, where it is about them."""
        return ("tags",) if self.add_tags or self.remove_tags else ()


def changes_of(record: Record, row: Mapping[str, Any], change: BatchChange) -> dict[str, Any]:
    """Return what a change comes to for one row: only fields that really become another value."""
    wanted = dict(change.values)
    if change.add_tags or change.remove_tags:
        wanted["tags"] = sorted((set(row.get("tags") or ()) - set(change.remove_tags)) | set(change.add_tags))
    return changed_only(row, tidy(record, wanted, row))


def left_out(record: Record, row: Mapping[str, Any] | None, change: BatchChange, person: Person) -> str:
    """Return the code of why a row is left as it is, '' where nothing stands against the change."""
    if row is None:
        return "unknown_row"
    if record.name == "doctor" and row.get("status") == "merged":
        return "merged"
    if "territory_id" in change.values and row.get("territory_id") not in person.territory_ids:
        return "not_yours"
    return ""


def offered(record: str, role: str) -> tuple[str, ...]:
    """Return the fields that a person of this role may change for many at once; () where nothing may be written."""
    declared = RECORDS[record]
    if record not in FIELDS or not access.may_write(declared, Role(role)):
        return ()
    return tuple(name for name in FIELDS[record] if not access.forbidden_fields(declared, [name], Role(role)))


def offered_own(defined: Definitions, record: str, role: str) -> tuple[Field, ...]:
    """Return the company fields that a person of this role may change for many at once."""
    if record not in FIELDS or not access.may_write(RECORDS[record], Role(role)):
        return ()
    return defined.writable(record, Role(role))


class PreviewRow(msgspec.Struct, frozen=True):
    """What would change in one row: {field: (old, new)}."""

    id: str
    name: str
    changes: Mapping[str, tuple[Any, Any]]


class BatchPreview(msgspec.Struct, frozen=True):
    """What a change would do: how many rows change, how many are so already, which are left out and why."""

    total: int
    changing: int
    same: int
    left_out: Mapping[str, int]
    rows: tuple[PreviewRow, ...]


def preview(reads: "Reads", record: str, ids: Sequence[str], change: BatchChange) -> BatchPreview:
    """Work out what a change would do to rows; the first two hundred that change are shown."""
    declared, person = RECORDS[record], reads.person()
    rows = reads.plain_rows(record, ids)
    changing, same, reasons = 0, 0, Counter[str]()
    shown: list[PreviewRow] = []
    for one in ids:
        row = rows.get(one)
        reason = left_out(declared, row, change, person)
        changes = {} if reason or row is None else changes_of(declared, row, change)
        if reason:
            reasons[reason] += 1
        elif not changes:
            same += 1
        else:
            changing += 1
            if row is not None and len(shown) < _SHOWN:
                pairs = by_key(declared, {name: (row.get(name), new) for name, new in changes.items()})
                shown.append(PreviewRow(one, str(row.get("name") or ""), pairs))
    return BatchPreview(len(ids), changing, same, dict(reasons), tuple(shown))


class BatchReport(msgspec.Struct, frozen=True):
    """What a run did; `undo_token` takes all of it back at once, '' where nothing changed."""

    changed: int
    left_out: Mapping[str, int]
    undo_token: str
    cancelled: bool


class BatchDesk:
    """Runs one change after the other on a thread of its own, through the one writer."""

    def __init__(self, submit: Callable[[Command], "Future[Outcome]"]) -> None:
        self._submit = submit
        self._runner = ThreadPoolExecutor(1, thread_name_prefix="crmdesk-batch")
        self._closed = False
        self._last: Future[BatchReport] | None = None

    @property
    def runs(self) -> bool:
        """Say whether a change runs, or waits to."""
        return self._last is not None and not self._last.done()

    def run(
        self,
        record: str,
        ids: Sequence[str],
        change: BatchChange,
        progress: Progress = lambda _done, _total: None,
        cancel: Callable[[], bool] = lambda: False,
    ) -> "Future[BatchReport]":
        """Change the rows, two hundred a commit; `cancel` is asked before each commit and what was written stays.

        Errors come through the Future: what `EditMany` raises, and then only commits of before stand.
        """
        self._last = made = self._runner.submit(self._run, record, tuple(ids), change, progress, cancel)
        return made

    def _run(
        self, record: str, ids: tuple[str, ...], change: BatchChange, progress: Progress, cancel: Callable[[], bool]
    ) -> BatchReport:
        together, token, changed, reasons, stopped = new_id(), "", 0, Counter[str](), False
        for start in range(0, len(ids), COMMIT_ROWS):
            if self._closed or cancel():
                stopped = True
                break
            piece = ids[start : start + COMMIT_ROWS]
            values = (dict(change.values), change.add_tags, change.remove_tags)
            outcome = self._submit(EditMany(record, piece, *values, together)).result()
            token = outcome.undo_token or token
            changed += len(outcome.changed.get(record, ()))
            reasons.update(code for _row_id, code in outcome.left_out)
            progress(min(len(ids), start + len(piece)), len(ids))
        return BatchReport(changed, dict(reasons), token, stopped)

    def close(self) -> None:
        """Stop before the next commit and end the thread."""
        self._closed = True
        self._runner.shutdown(wait=True, cancel_futures=True)
