"""Checks of an operation by its record's declarations alone: rights, what never changes again, the zone of a time."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from crmdesk.domain import access, customer_merge
from crmdesk.domain.customer_merge import BY_RECORD, KINDS
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Record
from crmdesk.domain.roles import Role
from crmdesk.protocol.messages import Operation
from crmdesk.server import merges
from crmdesk.server.work import ServerActor

_OF_A_MERGE = frozenset({"seen_hash", "take"})
_ARGUMENTS = {
    "claim": frozenset({"seen_hash", "comment", "reason_code", "approved_lines", "outcome", "call_back_id"}),
    "plan_target": frozenset({"seen_hash", "visits", "comment"}),
    "doctor_merge": _OF_A_MERGE,
    "institution_merge": _OF_A_MERGE,
}
"""What the commands of each record may be told; those of other records are told nothing."""
_zones = lru_cache(maxsize=1)(available_timezones)


def check_rights(record: Record, operation: Operation, actor: ServerActor) -> None:
    """Refuse what the person's role may not write, and fields that are the server's or another role's."""
    if not access.may_write(record, actor.role):
        raise RefusedError("forbidden")
    forbidden = access.forbidden_fields(record, operation.fields, actor.role)
    if forbidden:
        raise RefusedError("field_not_allowed", field=forbidden[0][:60])
    if record.name in KINDS:
        customer_merge.check_values({name: new for name, (_, new) in operation.fields.items()})


def check_args(operation: Operation) -> None:
    """Refuse an argument that no command of the record knows: left aside, it would decide something else than meant."""
    strange = sorted(operation.args.keys() - _ARGUMENTS.get(operation.record, frozenset()))
    if strange:
        raise InputError("unknown_field", field=f"args.{strange[0]}"[:60])


def with_review(record: Record, values: dict[str, Any], actor: ServerActor) -> dict[str, Any]:
    """A customer made by a representative waits for a manager's look."""
    new = actor.role is Role.REP
    if record.name == "doctor":
        return {"status": "under_review" if new else "active"} | values
    if record.name == "institution":
        return {"under_review": new} | values
    kind = BY_RECORD.get(record.name)
    return values if kind is None else merges.new_values(kind, values)


def check_lock(record: Record, row: Mapping[str, Any], changes: Mapping[str, Any], reason: str) -> None:
    """What is given once stays; a submitted visit stays submitted, and is amended only with a reason."""
    moved = next((name for name in changes if record.field(name).once), "")
    if moved:
        raise RefusedError("given_once", field=moved)
    if record.name != "visit" or row["state"] != "submitted":
        return
    if not reason.strip() or changes.get("state", "submitted") != "submitted":
        raise RefusedError("locked", field="state" if "state" in changes else "")


def check_zone(record: Record, operation: Operation) -> None:
    """The zone of a visit or a call must be one that every clock knows: other laptops compute local times with it."""
    zone = operation.fields.get("zone", (None, None))[1]
    if record.name in ("visit", "call_back") and isinstance(zone, str) and zone and zone not in _zones():
        raise InputError("not_in_list", field="zone", value=zone[:60])
