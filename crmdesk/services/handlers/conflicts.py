"""The handler that settles a conflict: keep the value in use, or put one of the other two back as a fresh edit."""

from typing import Any

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.records import CONFLICT
from crmdesk.services.commands import ResolveConflict
from crmdesk.services.handlers.rows import edit
from crmdesk.services.handling import Done, Handling, changed_only, check_edit, check_rights, record_of, row_of, tidy

_VALUE_FIELDS = {"loser": "loser_value", "base": "base_value"}


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
    inverse = () if command.choice == "keep" else _put_back(handling, conflict, command.choice).inverse
    settled = edit(handling, CONFLICT, conflict, {"state": "resolved"})
    return Done(command.conflict_id, (*settled.inverse, *inverse))


def _put_back(handling: Handling, conflict: dict[str, Any], choice: str) -> Done:
    record = record_of(conflict["parent_record"])
    row = row_of(handling, record, conflict["parent_id"])
    value = (conflict[_VALUE_FIELDS[choice]] or {}).get("value")
    changes = tidy(record, {conflict["field"]: value})
    reason = f"conflict {conflict['id']}" if record.name == "visit" else ""
    check_edit(handling, record, row, changes, reason)
    return edit(handling, record, row, changed_only(row, changes), reason)
