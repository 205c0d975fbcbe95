"""What every handler gets and gives back, and the checks of rights and values that they share."""

from collections.abc import Mapping
from typing import Any

import msgspec

from crmdesk.domain import access, custom_fields, customer_merge, phones, validation
from crmdesk.domain.call_backs import check_open
from crmdesk.domain.clock import Clock
from crmdesk.domain.custom_fields import value_of
from crmdesk.domain.customer_merge import KINDS
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Field, Kind, Merge, Record
from crmdesk.domain.records import CUSTOM, RECORDS
from crmdesk.domain.roles import Role
from crmdesk.domain.row_rules import check_row
from crmdesk.domain.visit_rules import MAX_REASON
from crmdesk.services.commands import Command
from crmdesk.services.own_fields import definitions
from crmdesk.services.seen import SeenRows
from crmdesk.services.views import Person
from crmdesk.storage.work import UnitOfWork

Values = dict[str, Any]
_NOTHING: Mapping[str, Any] = {}


class Handling(msgspec.Struct, frozen=True):
    """One command being handled: the unit of work, who acts, what time it is, what the person saw."""

    work: UnitOfWork
    person: Person
    clock: Clock
    seen: SeenRows

    @property
    def role(self) -> Role:
        """The role of the person who acts."""
        return Role(self.person.role)


class Done(msgspec.Struct, frozen=True):
    """What a handler did beside the unit of work's own list: the id made and the commands that undo it."""

    created_id: str = ""
    inverse: tuple[Command, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()  # (id, code) of rows that a change of many did not reach


def record_of(name: str) -> Record:
    """Return a declared record; raises InputError('unknown_record')."""
    record = RECORDS.get(name)
    if record is None:
        raise InputError("unknown_record", record=name[:60])
    return record


def row_of(handling: Handling, record: Record, row_id: str) -> Values:
    """Return the row as it is shown; raises InputError('unknown_row') where it is not here or deleted."""
    row = handling.work.get(record.name, row_id)
    if row is None or row.get("deleted"):
        raise InputError("unknown_row", record=record.name, row_id=row_id)
    return row


def tidy(record: Record, values: Mapping[str, Any], row: Mapping[str, Any] = _NOTHING) -> Values:
    """Return values in their stored form: sets sorted and without repeats, empty references as nothing.

    What names company fields (`custom.<key>`) becomes the new mapping of `row`, its other keys as they are.
    """
    given = custom_fields.folded(row, values) if CUSTOM.name in record.by_name else values
    return {name: _tidy_value(record.by_name.get(name), value) for name, value in given.items()}


def _tidy_value(field: Field | None, value: Any) -> Any:
    if field is None:
        return value
    if field.kind in (Kind.REFS, Kind.TAGS) and isinstance(value, list | tuple):
        return sorted(set(value)) if all(isinstance(entry, str) for entry in value) else list(value)
    if field.kind in (Kind.REF, Kind.DATE, Kind.INSTANT, Kind.CHOICE) and value == "":
        return None
    if field.digits and isinstance(value, str):
        return phones.as_typed(value)
    if field.merge is Merge.KEYS and isinstance(value, Mapping):
        return custom_fields.tidy(value)
    if field.kind is Kind.ITEMS and isinstance(value, list | tuple):
        return [_tidy_item(field.item, entry) for entry in value]
    return value


def _tidy_item(parts: tuple[Any, ...], entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    sets = {part.name for part in parts if part.kind in (Kind.REFS, Kind.TAGS)}
    return {
        name: sorted(set(value)) if name in sets and isinstance(value, list | tuple) else value
        for name, value in entry.items()
    }


def check_rights(handling: Handling, record: Record, names: Mapping[str, Any]) -> None:
    """Raise RefusedError('forbidden' or 'field_not_allowed') where the role may not write the record or a field."""
    role = handling.role
    if not access.may_write(record, role):
        raise RefusedError("forbidden", record=record.name)
    unknown = [name for name in names if name not in record.by_name]
    if unknown:
        raise InputError("unknown_field", field=str(unknown[0])[:60])
    forbidden = access.forbidden_fields(record, names, role)
    if forbidden:
        raise RefusedError("field_not_allowed", field=forbidden[0])
    if record.name in KINDS:
        customer_merge.check_values(names)


def check_owner(handling: Handling, record: Record, row: Mapping[str, Any]) -> None:
    """Raise RefusedError('not_yours') where the record has an owner and it is somebody else."""
    if record.owner and row.get(record.owner) != handling.person.user_id:
        raise RefusedError("not_yours", record=record.name)


def check_new(handling: Handling, record: Record, values: Mapping[str, Any]) -> None:
    """Check the rights to and the values of a whole new row."""
    check_rights(handling, record, values)
    check_owner(handling, record, values)
    validation.check_new(record, values)
    _check_custom(handling, record, {}, values)
    check_row(record.name, values)


def check_edit(
    handling: Handling, record: Record, row: Mapping[str, Any], changes: Mapping[str, Any], reason: str = ""
) -> None:
    """Check the rights to and the values of some changed fields; a submitted visit needs a reason ('locked')."""
    check_rights(handling, record, changes)
    check_owner(handling, record, row)
    if len(reason) > MAX_REASON:
        raise InputError("too_long", field="reason", limit=MAX_REASON, length=len(reason))
    validation.check_changes(record, changes)
    _check_custom(handling, record, row, changes)
    moved = next((name for name in changed_only(row, changes) if record.field(name).once), "")
    if moved:
        raise RefusedError("given_once", record=record.name, field=moved)
    check_row(record.name, {**row, **changes})
    if record.name == "call_back":
        check_open(row)
    if record.name == "visit" and row.get("state") == "submitted" and not reason.strip():
        raise RefusedError("locked", record=record.name)


def _check_custom(handling: Handling, record: Record, row: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Check those company fields that change; raises what `check_values` raises."""
    if CUSTOM.name in changes:
        defined = definitions(handling.work.connection)
        old, new = row.get(CUSTOM.name), changes[CUSTOM.name]
        custom_fields.check_values(defined, record.name, handling.role, old, new)


def changed_only(row: Mapping[str, Any], changes: Mapping[str, Any]) -> Values:
    """Return those changes that differ from what the row holds; nothing, empty text and empty sets are alike."""
    return {
        name: value
        for name, value in changes.items()
        if value_of(row, name) != value and not (_is_empty(value_of(row, name)) and _is_empty(value))
    }


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def home_territory(handling: Handling, *candidates: str | None) -> str:
    """Return the first candidate among the person's territories, else the first of the person's own.

    Raises RefusedError('no_territory') for a person without one.
    """
    own = handling.person.territory_ids
    for candidate in candidates:
        if candidate and candidate in own:
            return candidate
    if not own:
        raise RefusedError("no_territory")
    return own[0]
