"""Company fields at the server: what an administrator does with definitions, and the check of what laptops write."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crmdesk.domain import custom_fields
from crmdesk.domain.custom_fields import Definitions
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Record
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import CUSTOM, CUSTOM_FIELD
from crmdesk.domain.roles import Role
from crmdesk.server.tables import ROWS, SHAPES
from crmdesk.server.work import SYSTEM, ServerWork

Row = dict[str, Any]
_TABLE = ROWS[CUSTOM_FIELD.name]


def listed(connection: sa.Connection) -> list[Row]:
    """Return every definition: by record, in the order of the forms."""
    query = sa.select(_TABLE).where(_TABLE.c.deleted.is_(False)).order_by(_TABLE.c.for_record, _TABLE.c.key)
    rows = [SHAPES[CUSTOM_FIELD.name].as_dict(row) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: (row["for_record"], row["position"] or 0, row["key"]))


def definitions(connection: sa.Connection) -> Definitions:
    """Return what the definitions say."""
    return Definitions(listed(connection))


def names_any(fields: Mapping[str, Any]) -> bool:
    """Say whether an operation writes company fields."""
    return CUSTOM.name in fields


def check(defined: Definitions, record: Record, role: Role, fields: Mapping[str, Sequence[Any]]) -> None:
    """Check the company fields of {field: (old, new)}, whose form is right; raises what `check_values` raises."""
    old, new = fields.get(CUSTOM.name, (None, None))
    custom_fields.check_values(defined, record.name, role, custom_fields.tidy(old), custom_fields.tidy(new))


def add(work: ServerWork, values: Mapping[str, Any]) -> Row:
    """Define a field; without a position it comes last. Raises what `check_definition` raises."""
    others = listed(work.connection)
    last = max((one["position"] or 0 for one in others if one["for_record"] == values["for_record"]), default=0)
    given: Row = {"retired": False, "position": min(last + 10, 1000)}
    if values["kind"] == "decimal":
        given["places"] = 2
    given |= {name: value for name, value in values.items() if value is not None}
    custom_fields.check_definition(given, others)
    return work.insert(CUSTOM_FIELD.name, new_id(), given, SYSTEM)


def change(work: ServerWork, for_record: str, key: str, changes: Mapping[str, Any]) -> Row:
    """Change a definition; key and kind stay, values lie under them. Raises InputError('unknown_custom_field')."""
    others = listed(work.connection)
    row = next((one for one in others if (one["for_record"], one["key"]) == (for_record, key)), None)
    if row is None:
        raise InputError("unknown_custom_field", value=key[:60], record=for_record[:40])
    after = {name: row[name] for name in CUSTOM_FIELD.field_names} | dict(changes)
    custom_fields.check_definition(after, [one for one in others if one["id"] != row["id"]])
    action = "retire" if changes.get("retired") else "edit"
    return work.update(CUSTOM_FIELD.name, row["id"], dict(changes), SYSTEM, action=action)
