"""Handlers for one change of many rows, and for what takes it back."""

from crmdesk.domain import validation
from crmdesk.domain.custom_fields import check_values, is_custom, key_of
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Record
from crmdesk.domain.records import CUSTOM
from crmdesk.services.batch import BatchChange, changes_of, left_out
from crmdesk.services.commands import Command, EditMany
from crmdesk.services.handlers.rows import edit
from crmdesk.services.handling import Done, Handling, changed_only, check_rights, record_of, tidy
from crmdesk.services.own_fields import definitions
from crmdesk.services.undo import RestoreFields, RestoreMany

MAX_ROWS = 500


def edit_many(handling: Handling, command: EditMany) -> Done:
    """Change many rows in one commit; a row that cannot take the change is left out with its reason.

    RefusedError and InputError where nobody could take it: a field not allowed, a value that is none, a territory that
    is not the person's.
    """
    if len(command.row_ids) > MAX_ROWS:
        raise InputError("too_many_rows", limit=MAX_ROWS, length=len(command.row_ids))
    record = record_of(command.record)
    change = BatchChange(command.changes, command.add_tags, command.remove_tags)
    declared = tidy(record, dict(change.values))
    check_rights(handling, record, {**declared, **dict.fromkeys(change.tag_names)})
    validation.check_changes(record, declared)
    _check_own(handling, record, change)
    if change.values.get("territory_id") not in (None, *handling.person.territory_ids):
        raise RefusedError("out_of_scope", field="territory_id")
    skipped: list[tuple[str, str]] = []
    inverse: list[Command] = []
    for row_id in dict.fromkeys(command.row_ids):
        row = handling.work.get(record.name, row_id)
        reason = left_out(record, row, change, handling.person)
        if reason or row is None:
            skipped.append((row_id, reason))
            continue
        changes = changes_of(record, row, change)
        try:
            validation.check_changes(record, changes)
        except InputError as error:  # too many tags on this one
            skipped.append((row_id, error.code))
            continue
        inverse += edit(handling, record, row, changes).inverse
    back = tuple(one for one in inverse if isinstance(one, RestoreFields))
    return Done(inverse=(RestoreMany(back),) if back else (), left_out=tuple(skipped))


def _check_own(handling: Handling, record: Record, change: BatchChange) -> None:
    """Check the company fields as a change of a row that has none of these values; raises what `check_values` does."""
    if CUSTOM.name in change.values:  # all of the mapping at once would empty the other fields of each row
        raise InputError("unknown_field", field=CUSTOM.name)
    wanted = {key_of(name): value for name, value in change.values.items() if is_custom(name)}
    if wanted:
        emptied = {key: True for key, value in wanted.items() if value is None}
        given = {key: value for key, value in wanted.items() if value is not None}
        check_values(definitions(handling.work.connection), record.name, handling.role, emptied, given)


def restore_many(handling: Handling, command: RestoreMany) -> Done:
    """Put earlier values of many rows back; rows that somebody changed since, or that are gone, stay as they are."""
    skipped: list[tuple[str, str]] = []
    inverse: list[Command] = []
    for one in command.rows:
        record = record_of(one.record)
        row = handling.work.get(one.record, one.row_id)
        if row is None or changed_only(row, one.expected):
            skipped.append((one.row_id, "unknown_row" if row is None else "changed_meanwhile"))
            continue
        earlier = tidy(record, one.earlier, row)
        check_rights(handling, record, earlier)
        inverse += edit(handling, record, row, earlier).inverse
    back = tuple(one for one in inverse if isinstance(one, RestoreFields))
    return Done(inverse=(RestoreMany(back),) if back else (), left_out=tuple(skipped))
