"""Handlers for what the server refused: send it again, corrected or not, or give it up."""

from crmdesk.domain.errors import InputError
from crmdesk.domain.validation import check_changes
from crmdesk.protocol.messages import Operation
from crmdesk.services.commands import DropRefused, RetryRefused
from crmdesk.services.handling import Done, Handling, check_rights, record_of, tidy
from crmdesk.storage import outbox


def retry_refused(handling: Handling, command: RetryRefused) -> Done:
    """Queue a refused operation again with corrected fields; what waited beside it goes along."""
    operation = _operation(handling, command.operation_id)
    declared = record_of(operation.record)
    changes = tidy(declared, command.changes, {name: new for name, (_, new) in operation.fields.items()})
    if changes:
        check_rights(handling, declared, changes)
        check_changes(declared, changes)
    outbox.retry(handling.work, command.operation_id, changes)
    return Done(operation.row_id)


def drop_refused(handling: Handling, command: DropRefused) -> Done:
    """Give a refused operation up; its text stays among the dropped ones for 30 days."""
    operation = _operation(handling, command.operation_id)
    outbox.drop(handling.work, command.operation_id)
    return Done(operation.row_id)


def _operation(handling: Handling, operation_id: str) -> Operation:
    for refused in outbox.needs_you(handling.work.connection):
        if refused.operation.id == operation_id:
            return refused.operation
    raise InputError("unknown_operation", operation_id=operation_id)
