"""Who may write what: the access matrix, worked out from the declarations."""

from collections.abc import Iterable

from crmdesk.domain.fields import Record
from crmdesk.domain.roles import Role


def may_write(record: Record, role: Role) -> bool:
    """Say whether a role may create and edit rows of this record through sync (within its scopes)."""
    return role in record.writers


def forbidden_fields(record: Record, names: Iterable[str], role: Role) -> list[str]:
    """Return those of `names` that a person of this role may not set (unknown names included)."""
    forbidden = []
    for name in names:
        field = record.by_name.get(name)
        if field is None or (field.writers is not None and role not in field.writers):
            forbidden.append(name)
    return forbidden
