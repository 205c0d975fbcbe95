"""The company fields as the windows know them: asked for by name wherever a declared field could stand.

Imports no Qt: the words of errors name fields too.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from crmdesk.domain.custom_fields import FOR, NONE, Definitions, is_custom, key_of
from crmdesk.domain.fields import Field
from crmdesk.domain.records import RECORDS

_held: ContextVar[Definitions] = ContextVar("own_fields", default=NONE)


def current() -> Definitions:
    """Return the company fields that came with the last sync."""
    return _held.get()


def take(defined: Definitions) -> bool:
    """Know these fields from now on; says whether anything is different now."""
    changed = _held.get() != defined
    _held.set(defined)
    return changed


def field_of(record: str, name: str) -> Field | None:
    """Return a declared or a company field by its name, a retired one too; None where there is none."""
    if is_custom(name):
        return current().find(record, name)
    return RECORDS[record].by_name.get(name) if record in RECORDS else None


def field_words(params: Mapping[str, Any], chinese: bool) -> str:
    """Return the name of the field that an error speaks of (`field`, and `record` where it says whose)."""
    name, wanted = str(params["field"]), str(params.get("record") or "")
    of, dot, rest = name.partition(".")
    if dot and of in RECORDS:  # of an import: `doctor.mobile`
        name, wanted = rest, of
    if is_custom(name):
        found = (field_of(record, name) for record in ((wanted,) if wanted in RECORDS else FOR))
        return next(((field.zh if chinese else field.en) for field in found if field is not None), key_of(name))
    for record in (RECORDS[wanted],) if wanted in RECORDS else RECORDS.values():
        for declared in record.fields:
            for field in (declared, *declared.item):
                if field.name == name:
                    return field.zh if chinese else field.en
    return str(params["field"])
