"""The rules of an adverse event heard on a visit: its clock, when a task is needed, what 'reported' needs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crmdesk.domain.clock import from_text, to_text
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import id_for

HOURS = 24
"""So long after it was heard an adverse event has to be with drug safety (crmdesk design, domain rule 5)."""
OPEN, REPORTED = "open", "reported"
TOLD = ("heard", "doctor_ids", "product_ids")
"""What a report tells."""
_OF_A_REPORT = ("reported_at", "reported_by", "reported_how")


def task_id(visit_id: str) -> str:
    """Return the id of the one task that belongs to a visit."""
    return id_for("adverse_event", visit_id)


def due_at(heard_at: str) -> str:
    """Return the instant by which what was heard then has to be reported."""
    return to_text(from_text(heard_at) + timedelta(hours=HOURS))


def heard_at(starts_at: str, now: datetime) -> str:
    """Return when the clock of a visit starts: with the visit, at the latest now."""
    return to_text(min(from_text(starts_at), now))


def needs_task(visit: Mapping[str, Any]) -> bool:
    """Say whether a visit can't be without its task: submitted, and an adverse event was heard."""
    return visit.get("state") == "submitted" and visit.get("adverse_event") is True


def joined(row: Mapping[str, Any], values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a task that was opened on two laptops becomes; `changes` is what merging its fields comes to.

    The clock runs from when it was heard first. It is reported only if whoever reported it told all that is known by
    now: a report is no reason to keep back what somebody else wrote down.
    """
    settled = dict(changes)
    if from_text(values["heard_at"]) < from_text(row["heard_at"]):
        settled |= {"heard_at": values["heard_at"], "due_at": values["due_at"]}
    after = {**row, **settled}
    told = all(_tells_all(one, after) for one in (row, values) if one.get("state") == REPORTED)
    reported = REPORTED in (row.get("state"), values.get("state"))
    return settled | {"state": REPORTED if reported and told else OPEN}


def _tells_all(side: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return all(_plain(side.get(name)) == _plain(after.get(name)) for name in TOLD)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value or ""


def counted(told: Mapping[str, Any], row: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes of a task; a report that did not know all that is known by now leaves the task open.

    `told` is what the reporter knew of `TOLD`; a laptop of an older version does not say it.
    """
    after = {**row, **changes}
    if changes.get("state") == REPORTED and not _tells_all({**after, **told}, after):
        return {name: value for name, value in changes.items() if name != "state"}
    return dict(changes)


def check_task(values: Mapping[str, Any]) -> None:
    """Raise InputError or RefusedError('clock_changed') for a task whose parent, clock or report can't be right."""
    if values.get("parent_record") != "visit":
        raise InputError("not_in_list", field="parent_record", value=str(values.get("parent_record"))[:60])
    if due_at(values["heard_at"]) != to_text(from_text(values["due_at"])):
        raise RefusedError("clock_changed", field="due_at")
    if values.get("state") == REPORTED:
        missing = [name for name in _OF_A_REPORT if not values.get(name)]
        if missing:
            raise InputError("required", field=missing[0])
