"""What travels, record by record, worked out from the declarations: the table of docs/protocol.md.

`python -m crmdesk.domain.record_table --write` puts the table between its two markers in docs/protocol.md.
"""

import sys
from collections.abc import Iterator

from crmdesk.domain.fields import Field, Kind, Record
from crmdesk.domain.page_table import PageTable
from crmdesk.domain.picklists import PICKLISTS
from crmdesk.domain.records import HOUSE_COLUMNS, RECORDS
from crmdesk.domain.roles import Role

_LENGTHS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.REFS, Kind.TAGS, Kind.ITEMS})


def markdown() -> str:
    """Return the table of the records and the codes of every list that their fields choose from."""
    return "\n".join([*_records(), "", *_codes()])


def _records() -> Iterator[str]:
    house = ", ".join(f"`{name}`" for name in HOUSE_COLUMNS)
    yield f"Every row begins with the columns {house}; then come the fields of its record in this order."
    yield ""
    yield "| record | scope | written by | fields |"
    yield "|---|---|---|---|"
    for record in RECORDS.values():
        fields = "; ".join(_told(field) for field in record.fields)
        yield f"| {record.name} | {record.scope.value} | {_writers(record)} | {fields} |"


def _writers(record: Record) -> str:
    named = ", ".join(role.value for role in Role if role in record.writers) or "nobody"
    owner = f", only as `{record.owner}`" if record.owner else ""
    marks = [name for name, holds in (("fixed", record.fixed), ("kept", record.kept)) if holds]
    marks += [f"one for each `{record.one_for}`"] if record.one_for else []
    marks += [f"together: {', '.join(sorted(record.together))}"] if record.together else []
    return f"{named}{owner}{''.join(f'; {mark}' for mark in marks)}"


def _told(field: Field) -> str:
    parts = [f"`{field.name}` {field.kind.value}"]
    if field.kind in _LENGTHS:
        parts.append(f"≤ {field.max_length}")
    if field.minimum is not None or field.maximum is not None:
        parts.append(f"{_edge(field.minimum)}…{_edge(field.maximum)}")
    if field.picklist:
        parts.append(f"of {field.picklist}")
    if field.ref:
        parts.append(f"→ {field.ref}")
    marks = (("required", field.required), ("once", field.once), ("hashed", field.hashed))
    parts += [name for name, holds in marks if holds]
    if field.writers is not None:
        parts.append("of the server" if field.server_owned else f"by {', '.join(sorted(field.writers))}")
    if field.item:
        parts.append(f"[{'; '.join(_told(part) for part in field.item)}]")
    return " ".join(parts)


def _edge(value: int | None) -> str:
    return "" if value is None else str(value)


def _codes() -> Iterator[str]:
    used = {part.picklist for record in RECORDS.values() for field in record.fields for part in (field, *field.item)}
    yield "| list | codes |"
    yield "|---|---|"
    for name in sorted(used - {""}):
        yield f"| {name} | {', '.join(choice.code for choice in PICKLISTS[name])} |"


TABLE = PageTable("protocol.md", "record table", markdown)


if __name__ == "__main__":
    sys.exit(TABLE.command(sys.argv[1:]))
