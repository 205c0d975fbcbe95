"""Which rows a value names, nested ones included: the references within fields and within an operation's fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from crmdesk.domain.fields import Field, Kind, Record
from crmdesk.domain.records import RECORDS

Key = tuple[str, str]
"""(record, row id)"""


def refs(declared: Field, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (record, id) for each reference within a field's value, nested ones included."""
    if declared.item and isinstance(value, list):
        for entry in value:
            if isinstance(entry, dict):
                for part in declared.item:
                    yield from refs(part, entry.get(part.name))
    elif declared.ref and declared.kind is Kind.REFS and isinstance(value, list):
        yield from ((declared.ref, one) for one in value)
    elif declared.ref and value not in (None, ""):
        yield declared.ref, value


def named(record: Record, values: Mapping[str, Any]) -> set[Key]:
    """Return every row that values of a row name: by references, and as its parent."""
    known = ((record.by_name[name], value) for name, value in values.items() if name in record.by_name)
    keys = {(ref, str(one)) for declared, value in known for ref, one in refs(declared, value)}
    parent, parent_id = values.get("parent_record"), values.get("parent_id")
    if isinstance(parent, str) and parent in RECORDS and parent_id:
        keys.add((parent, str(parent_id)))
    return keys
