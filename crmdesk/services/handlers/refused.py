"""Handlers for what the server refused: send it again, corrected or not, give it up, or take it back."""

from crmdesk.domain.errors import InputError
from crmdesk.domain.validation import check_changes
from crmdesk.domain.visit_rules import MAX_REASON
from crmdesk.services.commands import DropRefused, PutBackRefused, RetryRefused
from crmdesk.services.handlers.rows import put_back
from crmdesk.services.handling import Done, Handling, check_rights, record_of, tidy
from crmdesk.storage import outbox


def retry_refused(handling: Handling, command: RetryRefused) -> Done:
    """Queue a refused operation again with corrected fields; what waited beside it goes along."""
    operation = _refused(handling, command.operation_id).operation
    declared = record_of(operation.record)
    changes = tidy(declared, command.changes, {name: new for name, (_, new) in operation.fields.items()})
    if changes:
        check_rights(handling, declared, changes)
        check_changes(declared, changes)
    reason = command.reason.strip()
    if len(reason) > MAX_REASON:
        raise InputError("too_long", field="reason", limit=MAX_REASON, length=len(reason))
    outbox.retry(handling.work, command.operation_id, changes, reason)
    return Done(operation.row_id)


def drop_refused(handling: Handling, command: DropRefused) -> Done:
    """Give a refused operation up; its text stays among the dropped ones for 30 days."""
    refused = _refused(handling, command.operation_id)
    outbox.drop(handling.work, command.operation_id)
    return Done(refused.operation.row_id, (put_back(refused),))


def put_back_refused(handling: Handling, command: PutBackRefused) -> Done:
    """Take what was given up back to what needs the person; nothing is sent by that."""
    why = command.code, command.params, command.field
    operation = outbox.put_back(handling.work, command.operation_id, *why)
    return Done(operation.row_id, (DropRefused(operation.id),))


def _refused(handling: Handling, operation_id: str) -> outbox.Refused:
    for refused in outbox.needs_you(handling.work.connection):
        if refused.operation.id == operation_id:
            return refused
    raise InputError("unknown_operation", operation_id=operation_id)
