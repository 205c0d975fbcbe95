"""Base and overlay: the server's last version of a row with the pending operations laid over it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crmdesk.domain.fields import Record
from crmdesk.domain.merge import merge_edit
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Operation
from crmdesk.storage import pending, rows
from crmdesk.storage.digests import Changes
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import from_json, to_json
from crmdesk.storage.pending import Stored

_TOUCHED = 1 << 60


def lay(
    record: Record, base: Mapping[str, Any] | None, operations: Iterable[tuple[Operation, str]]
) -> dict[str, Any] | None:
    """Return what is shown: `base` with (operation, author) pairs laid over it in order; None where there is nothing.

    A field that the server changed meanwhile is merged here by the same rules as there.
    """
    shown = None if base is None or base["deleted"] else dict(base)
    for operation, user_id in operations:
        if operation.kind == "create" and base is None:
            shown = created(record, operation, user_id)
        elif shown is not None and operation.kind == "edit":
            touched = dict.fromkeys(operation.fields, _TOUCHED)
            shown.update(merge_edit(record, shown, touched, operation.fields, operation.base_revision).changes)
            shown["updated_at"], shown["updated_by"] = operation.made_at, user_id
        elif shown is not None and operation.kind == "delete":
            shown["deleted"] = True
    return shown


def created(record: Record, operation: Operation, user_id: str) -> dict[str, Any]:
    """Return what a create shows while no server knows of it."""
    values: dict[str, Any] = dict.fromkeys(record.field_names)
    values.update({name: new for name, (_, new) in operation.fields.items()})
    return values | {
        "id": operation.row_id, "revision": 0, "deleted": False,
        "created_at": operation.made_at, "created_by": user_id,
        "updated_at": operation.made_at, "updated_by": user_id,
    }  # fmt: skip


def base_of(driver: Driver, record: str, row_id: str, held: rows.Held | None) -> dict[str, Any] | None:
    """Return the server's last version of a row, None where the server has none that we hold."""
    if held is not None and not held.dirty:
        return held.values
    found = driver.execute("SELECT content FROM base_row WHERE record = ? AND id = ?", (record, row_id)).fetchone()
    return None if found is None else dict(from_json(found[0]))


def keep_base(driver: Driver, record: str, base: Mapping[str, Any]) -> None:
    """Keep the server's version of a row beside the edits that are about to be laid over it."""
    driver.execute(
        "INSERT INTO base_row(record, id, content) VALUES (?, ?, ?) "
        "ON CONFLICT(record, id) DO UPDATE SET content = excluded.content WHERE content <> excluded.content",
        (record, base["id"], to_json(base)),
    )


def rebase(
    driver: Driver,
    record: str,
    row_id: str,
    base: Mapping[str, Any] | None,
    scopes: Iterable[str],
    held: rows.Held | None = None,
    *,
    kept: bool = False,
    waiting: Sequence[Stored] | None = None,
) -> None:
    """Make `base` the server's version of a row within `scopes`, and lay the pending operations over it again.

    `held` is the row as it is in the table, `waiting` what the outbox has of it, where these are known; `kept` says
    that `base` is that which is kept beside it.
    The digests are the caller's business (`move_base` does both).
    """
    declared = RECORDS[record]
    if waiting is None or base is None:
        operations = pending.laid_over(driver, record, row_id, without_base=base is None)
    else:
        operations = [(one.operation, one.user_id) for one in waiting]
    shown = lay(declared, base, operations)
    if shown is None:
        rows.remove(driver, record, [row_id])
        if operations and base is not None:
            keep_base(driver, record, base)  # a tombstone: an operation of before must not bring the row back
        return
    if operations and base is not None:
        if not kept:
            keep_base(driver, record, base)
    else:
        driver.execute("DELETE FROM base_row WHERE record = ? AND id = ?", (record, row_id))
    rows.write(driver, record, shown, scopes, dirty=bool(operations), held=held)


def move_base(driver: Driver, changes: Changes, record: str, row_id: str, base: Mapping[str, Any]) -> None:
    """Take a newer version of a row from the server's answer: digests, base and what is shown follow."""
    held = rows.read(driver, record, row_id)
    before = base_of(driver, record, row_id, held)
    scopes = held.scopes if held else ()
    old_revision = int(before["revision"]) if before else 0
    if before is not None and int(base["revision"]) < old_revision:
        base = before
    if base["deleted"]:
        changes.remove(scopes, record, row_id, old_revision)
        scopes = ()
    else:
        changes.move(scopes, record, row_id, old_revision, int(base["revision"]))
    rebase(driver, record, row_id, base, scopes, held)


def lay_again(
    driver: Driver,
    record: str,
    row_id: str,
    held: rows.Held | None = None,
    waiting: Sequence[Stored] | None = None,
) -> None:
    """Work out anew what is shown of a row after its pending operations changed.

    `held` is the row and `waiting` what the outbox has of it now, where they are known.
    """
    held = held or rows.read(driver, record, row_id)
    base, scopes = base_of(driver, record, row_id, held), held.scopes if held else ()
    rebase(driver, record, row_id, base, scopes, held, kept=held is not None and held.dirty, waiting=waiting)
