"""An open editor against a record that others change too: what was changed here, what clashes, what the merge is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field, Kind, Merge, Record
from crmdesk.domain.merge import merge_sets
from crmdesk.domain.roles import Role
from crmdesk.domain.text_merge import merge_texts
from crmdesk.domain.validation import check_value
from crmdesk.services.views import Row


@dataclass(frozen=True, slots=True)
class FieldClash:
    """A field that was changed here and meanwhile elsewhere too, to something else."""

    field: Field
    base: Any
    theirs: Any
    mine: Any


def editable_fields(record: Record, role: Role) -> tuple[Field, ...]:
    """Return the fields that a person of this role edits on a form: no links, nothing that is not theirs to write."""
    return tuple(field for field in record.fields if field.kind in _ON_FORMS and may_set(field, role))


def may_set(field: Field, role: Role) -> bool:
    """Say whether a role may set a field (the server checks it again)."""
    return field.writers is None or role in field.writers


def same(left: Any, right: Any) -> bool:
    """Say whether two values mean the same: nothing, empty text and empty list are one."""
    return (left or None) == (right or None) or left == right


def changes_of(base: Mapping[str, Any], edited: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the edited values that differ from the row they were read from."""
    return {name: value for name, value in edited.items() if not same(base.get(name), value)}


def problems(record: Record, changes: Mapping[str, Any]) -> dict[str, InputError]:
    """Return what is wrong with each changed value, by field; empty where all can be saved."""
    found: dict[str, InputError] = {}
    for name, value in changes.items():
        try:
            check_value(record.field(name), value)
        except InputError as error:
            found[name] = error
    return found


def clashes(record: Record, base: Row, theirs: Row, changes: Mapping[str, Any]) -> list[FieldClash]:
    """Return the changed fields that a person has to decide; texts and sets merge by themselves."""
    found = []
    for name, mine in changes.items():
        field = record.field(name)
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
        value = _merged_value(record.field(name), base[name], theirs[name], mine)
        if not same(theirs[name], value):
            result[name] = value
    return result


def _merged_value(field: Field, base: Any, theirs: Any, mine: Any) -> Any:
    if field.merge is Merge.SET:
        return merge_sets(base, theirs, mine)
    if field.merge is Merge.TEXT:
        return merge_texts(base, theirs, mine)
    return mine


_ON_FORMS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.DATE, Kind.TAGS, Kind.BOOLEAN, Kind.INTEGER})
