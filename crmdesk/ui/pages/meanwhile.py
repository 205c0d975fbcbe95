"""A form that is open while its row changes: what comes into the form by itself, and what a person has to decide.

Values are flat: declared fields and `custom.<key>`. Three states are laid together: what was seen, what the row holds
by now, what the form holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crmdesk.domain.custom_fields import PREFIX
from crmdesk.domain.fields import Field, Kind, Merge, Record
from crmdesk.domain.merge import merge_sets
from crmdesk.domain.records import CUSTOM
from crmdesk.domain.text_merge import merge_texts
from crmdesk.ui import own_fields
from crmdesk.ui.pages.edit_session import FieldClash, same

Values = Mapping[str, Any]
_NOT_BY_ITSELF = object()


class Met(msgspec.Struct, frozen=True):
    """What a form comes to. `seen` is what to save against: of a clash it stays what it was, until it is decided."""

    values: dict[str, Any]
    seen: dict[str, Any]
    clashes: list[FieldClash]
    news: list[str]  # the fields that are another in the form now


def flat(values: Values, names: Sequence[str]) -> dict[str, Any]:
    """Return these fields of a row, and its company fields each by itself."""
    own = values.get(CUSTOM.name) or {}
    return {name: values.get(name) for name in names} | {f"{PREFIX}{key}": value for key, value in own.items()}


def meet(record: Record, seen: Values, theirs: Values, mine: Values) -> Met:
    """Lay together what the row holds by now and what the form holds; a field that one side changed is that side's.

    Texts, sets and entries of lists join where they can; where both changed the same to something else the form keeps
    its own value, and the clash is told.
    """
    met = Met(dict(mine), {**seen, **theirs}, [], [])
    for name in {**seen, **theirs, **mine}:
        base, there = seen.get(name), theirs.get(name)
        here = mine.get(name, base)
        value = _joined(_declared(record, name), base, there, here)
        if value is _NOT_BY_ITSELF:
            met.clashes.append(FieldClash(record_field(record, name), base, there, here))
            met.seen[name] = base
            value = here
        met.values[name] = value
        if not same(value, here):
            met.news.append(name)
    return met


def record_field(record: Record, name: str) -> Field:
    """Return a declared or company field; one that was taken away since is a plain text."""
    return _declared(record, name) or Field(name, Kind.TEXT, name, name)


def _declared(record: Record, name: str) -> Field | None:
    return record.by_name.get(name) or own_fields.field_of(record.name, name)


def _joined(field: Field | None, base: Any, theirs: Any, mine: Any) -> Any:
    if same(theirs, mine) or same(theirs, base):
        return mine
    if same(mine, base):
        return theirs
    if field is not None and field.merge is Merge.TEXT:
        return merge_texts(base, theirs, mine)
    if field is not None and field.merge is Merge.SET:
        return merge_sets(base, theirs, mine)
    if field is not None and field.kind is Kind.ITEMS:
        return _entries(field, base or [], theirs or [], mine or [])
    return _NOT_BY_ITSELF


def _entries(field: Field, base: Sequence[Values], theirs: Sequence[Values], mine: Sequence[Values]) -> Any:
    """Join the entries of a list: by what they are about where that is one thing each, else by their places."""
    about = next((part.name for part in field.item if part.kind is Kind.REF and part.required), "")
    if about:
        keys = [[str(entry.get(about)) for entry in side] for side in (base, theirs, mine)]
        if any(len(set(one)) < len(one) for one in keys):
            return _NOT_BY_ITSELF
        return _joined_by_key(
            *(dict(zip(one, side, strict=True)) for one, side in zip(keys, (base, theirs, mine), strict=True))
        )
    if min(len(theirs), len(mine)) < len(base):
        return _NOT_BY_ITSELF  # a line was taken away: which one, its place does not tell
    count = len(base)
    joined = [_entry(*three) for three in zip(base, theirs[:count], mine[:count], strict=True)]
    added = [*theirs[count:], *(one for one in mine[count:] if one not in theirs[count:])]
    return _NOT_BY_ITSELF if _NOT_BY_ITSELF in joined else [*joined, *added]


def _joined_by_key(base: dict[str, Values], theirs: dict[str, Values], mine: dict[str, Values]) -> Any:
    joined = []
    for key in {**mine, **theirs}:
        entry = _entry(base.get(key), theirs.get(key), mine.get(key))
        if entry is _NOT_BY_ITSELF:
            return entry
        if entry is not None:
            joined.append(entry)
    return joined


def _entry(base: Values | None, theirs: Values | None, mine: Values | None) -> Any:
    """Join one entry part by part; None: it is gone."""
    if theirs in (base, mine):
        return mine
    if mine == base:
        return theirs
    if base is None or theirs is None or mine is None:
        return _NOT_BY_ITSELF
    joined = {}
    for name in {**base, **theirs, **mine}:
        before, there, here = base.get(name), theirs.get(name), mine.get(name)
        value = there if same(here, before) else here
        if not (same(there, before) or same(here, before) or same(there, here)):
            if not all(one is None or isinstance(one, list) for one in (before, there, here)):
                return _NOT_BY_ITSELF
            value = merge_sets(before, there, here)  # receipts, doctors, messages
        if value is not None:
            joined[name] = value
    return joined
