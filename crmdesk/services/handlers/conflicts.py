"""The handler that settles a conflict: keep what is in use, or take what lost, as a fresh edit, deletion or return."""

from typing import Any

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.merge import DELETED
from crmdesk.domain.records import CONFLICT
from crmdesk.services.commands import DeleteRow, ResolveConflict
from crmdesk.services.handlers.rows import delete_row, edit
from crmdesk.services.handling import Done, Handling, changed_only, check_edit, check_rights, record_of, row_of, tidy
from crmdesk.services.undo import TakeBack

_VALUE_FIELDS = {"loser": "loser_value", "base": "base_value", "winner": "winner_value"}


def resolve_conflict(handling: Handling, command: ResolveConflict) -> Done:
    """Settle an open conflict; both operations go in one commit and one undo takes both back.

    RefusedError('already_settled') where somebody was faster, InputError('unknown_choice') for another choice.
    """
    if command.choice != "keep" and command.choice not in _VALUE_FIELDS:
        raise InputError("unknown_choice", choice=command.choice[:60])
    conflict = row_of(handling, CONFLICT, command.conflict_id)
    check_rights(handling, CONFLICT, {"state": "resolved"})
    if conflict["state"] != "open":
        raise RefusedError("already_settled")
    if conflict["field"] == DELETED and command.choice != "keep":
        return _take_the_other(handling, conflict, command.choice)
    inverse = () if command.choice == "keep" else _put_back(handling, conflict, command.choice).inverse
    settled = edit(handling, CONFLICT, conflict, {"state": "resolved"})
    return Done(command.conflict_id, (*settled.inverse, *inverse))


def _take_the_other(handling: Handling, conflict: dict[str, Any], choice: str) -> Done:
    """Delete after all what an edit kept alive, or ask the server to bring back what an edit came too late for."""
    loser = conflict["loser_value"] or {}
    if choice != "loser":
        raise InputError("unknown_choice", choice=choice[:60])
    if DELETED in loser:
        gone = delete_row(handling, DeleteRow(conflict["parent_record"], conflict["parent_id"]))
        settled = edit(handling, CONFLICT, conflict, {"state": "resolved"})
        return Done(conflict["id"], (*settled.inverse, *gone.inverse))
    record = record_of(conflict["parent_record"])
    check_rights(handling, record, loser.get("changes") or {})
    queued = handling.work.command(CONFLICT.name, conflict["id"], "restore", {}, handling.person.user_id)
    return Done(conflict["id"], (TakeBack(queued),))


def take_back(handling: Handling, command: TakeBack) -> Done:
    """Take a queued command out of the outbox; RefusedError('already_sent') once it may have been sent."""
    handling.work.take_back(command.operation_id)
    return Done()


def _put_back(handling: Handling, conflict: dict[str, Any], choice: str) -> Done:
    record = record_of(conflict["parent_record"])
    row = row_of(handling, record, conflict["parent_id"])
    value = (conflict[_VALUE_FIELDS[choice]] or {}).get("value")
    changes = tidy(record, {conflict["field"]: value}, row)
    reason = f"conflict {conflict['id']}" if record.name == "visit" else ""
    check_edit(handling, record, row, changes, reason)
    return edit(handling, record, row, changed_only(row, changes), reason)
