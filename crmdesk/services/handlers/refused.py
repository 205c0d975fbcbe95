"""Handlers for what the server refused: send it again, corrected or not, or give it up."""

from crmdesk.domain.errors import InputError
from crmdesk.domain.validation import check_changes
from crmdesk.services.commands import DropRefused, RetryRefused
from crmdesk.services.handling import Done, Handling, check_rights, record_of, tidy
from crmdesk.storage import outbox


def retry_refused(handling: Handling, command: RetryRefused) -> Done:
    """Queue a refused operation again with corrected fields; what waited beside it goes along."""
    record, row_id = _place_of(handling, command.operation_id)
    declared = record_of(record)
    changes = tidy(declared, command.changes)
    if changes:
        check_rights(handling, declared, changes)
        check_changes(declared, changes)
    outbox.retry(handling.work, command.operation_id, changes)
    return Done(row_id)


def drop_refused(handling: Handling, command: DropRefused) -> Done:
    """Give a refused operation up; its text stays among the dropped ones for 30 days."""
    _record, row_id = _place_of(handling, command.operation_id)
    outbox.drop(handling.work, command.operation_id)
    return Done(row_id)


def _place_of(handling: Handling, operation_id: str) -> tuple[str, str]:
    for refused in outbox.needs_you(handling.work.connection):
        if refused.operation.id == operation_id:
            return refused.operation.record, refused.operation.row_id
    raise InputError("unknown_operation", operation_id=operation_id)
