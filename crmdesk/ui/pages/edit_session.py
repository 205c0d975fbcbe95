"""An open editor against a record that others change too: what was changed here, what clashes, what the merge is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from crmdesk.domain.custom_fields import folded, is_custom, value_of
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field, Kind, Merge, Record
from crmdesk.domain.merge import merge_sets
from crmdesk.domain.phones import check_phone
from crmdesk.domain.roles import Role
from crmdesk.domain.text_merge import merge_texts
from crmdesk.domain.validation import check_value
from crmdesk.services.views import Row
from crmdesk.ui import own_fields

_NOTHING: Mapping[str, Any] = {}


class FieldClash(msgspec.Struct, frozen=True):
    """A field that was changed here and meanwhile elsewhere too, to something else."""

    field: Field
    base: Any
    theirs: Any
    mine: Any


def editable_fields(record: Record, role: Role) -> tuple[Field, ...]:
    """Return the declared fields that a role edits on a form: no links, nothing that is not theirs to write."""
    return tuple(field for field in record.fields if field.kind in _ON_FORMS and may_set(field, role))


def may_set(field: Field, role: Role) -> bool:
    """Say whether a role may set a field (the server checks it again)."""
    return field.writers is None or role in field.writers


def same(left: Any, right: Any) -> bool:
    """Say whether two values mean the same: nothing, empty text and empty list are one; no and 0 are values."""
    return left == right or (_is_nothing(left) and _is_nothing(right))


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [])


def seen_with(row: Row, values: Mapping[str, Any]) -> Row:
    """Return a row as it was seen, with these declared or company fields as they were seen at another time."""
    return msgspec.structs.replace(row, values={**row.values, **folded(row.values, values)})


def changes_of(base: Mapping[str, Any], edited: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the edited values that differ from the row they were read from."""
    return {name: value for name, value in edited.items() if not same(value_of(base, name), value)}


def problems(record: Record, changes: Mapping[str, Any], base: Mapping[str, Any] = _NOTHING) -> dict[str, InputError]:
    """Return what is wrong with each changed value, by field; empty where all can be saved.

    Choices of `base` that were taken away from a company field since may stay.
    """
    found: dict[str, InputError] = {}
    for name, value in changes.items():
        if is_custom(name) and isinstance(value, list):
            value = [one for one in value if one not in (value_of(base, name) or ())]
        try:
            check_value(_field(record, name), value)
            check_phone(_field(record, name), value)
        except InputError as error:
            found[name] = error
    return found


def _field(record: Record, name: str) -> Field:
    return own_fields.field_of(record.name, name) or record.field(name)


def clashes(record: Record, base: Row, theirs: Row, changes: Mapping[str, Any]) -> list[FieldClash]:
    """Return the changed fields that a person has to decide; texts and sets merge by themselves."""
    found = []
    for name, mine in changes.items():
        field = _field(record, name)
        if field.merge in (Merge.TEXT, Merge.SET):
            continue
        if not same(base[name], theirs[name]) and not same(theirs[name], mine):
            found.append(FieldClash(field, base[name], theirs[name], mine))
    return found


def merged(
    record: Record, base: Row, theirs: Row, changes: Mapping[str, Any], keep_mine: Collection[str]
) -> dict[str, Any]:
    """Return the changes to make on top of `theirs`; of the clashing fields only `keep_mine` are written."""
    undecided = {clash.field.name for clash in clashes(record, base, theirs, changes)} - set(keep_mine)
    result: dict[str, Any] = {}
    for name, mine in changes.items():
        if name in undecided:
            continue
        value = _merged_value(_field(record, name), base[name], theirs[name], mine)
        if not same(theirs[name], value):
            result[name] = value
    return result


def _merged_value(field: Field, base: Any, theirs: Any, mine: Any) -> Any:
    if field.merge is Merge.SET:
        return merge_sets(base, theirs, mine)
    if field.merge is Merge.TEXT:
        return merge_texts(base, theirs, mine)
    return mine


_ON_FORMS = frozenset(
    {Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.DATE, Kind.TAGS, Kind.BOOLEAN, Kind.INTEGER, Kind.DECIMAL}
)
