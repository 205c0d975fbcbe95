"""Handlers for adverse events: the task that a report opens, and marking it as reported."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import adverse_events
from crmdesk.domain.clock import to_text
from crmdesk.domain.errors import InputError
from crmdesk.domain.records import ADVERSE_EVENT
from crmdesk.services.commands import ReportAdverseEvent
from crmdesk.services.handlers.rows import edit
from crmdesk.services.handling import Done, Handling, Values, changed_only, check_edit, check_new, row_of, tidy

_HEARD_LIMIT = ADVERSE_EVENT.field("heard").max_length


def open_task(handling: Handling, visit: Mapping[str, Any], heard: str) -> None:
    """Open the task of a visit where there is none; what was heard is the note where nothing else was written."""
    made = adverse_events.task_id(visit["id"])
    known = handling.work.get(ADVERSE_EVENT.name, made)
    if known is not None:
        told = {"heard": heard[:_HEARD_LIMIT]} if heard else {}
        edit(handling, ADVERSE_EVENT, known, changed_only(known, told))
        return
    began = adverse_events.heard_at(visit["starts_at"], handling.clock())
    values: Values = {
        "parent_record": "visit",
        "parent_id": visit["id"],
        "doctor_ids": sorted(set(visit.get("doctor_ids") or ()) - set(visit.get("absent_ids") or ())),
        "product_ids": sorted({one["product_id"] for one in visit.get("products") or ()}),
        "heard_at": began,
        "due_at": adverse_events.due_at(began),
        "heard": (heard or str(visit.get("note") or ""))[:_HEARD_LIMIT],
        "state": adverse_events.OPEN,
    }
    check_new(handling, ADVERSE_EVENT, values)
    handling.work.create(ADVERSE_EVENT.name, made, values, handling.person.user_id)


def report_adverse_event(handling: Handling, command: ReportAdverseEvent) -> Done:
    """Mark a task as reported, now and by this person; undone as any edit, never deleted."""
    row = row_of(handling, ADVERSE_EVENT, command.task_id)
    if not command.how:
        raise InputError("required", record=ADVERSE_EVENT.name, field="reported_how")
    given: Values = {
        "state": adverse_events.REPORTED,
        "reported_at": to_text(handling.clock()),
        "reported_by": handling.person.user_id,
        "reported_how": command.how,
        "reported_where": command.where.strip(),
    }
    if command.heard.strip():
        given["heard"] = command.heard
    changes = changed_only(row, tidy(ADVERSE_EVENT, given))
    check_edit(handling, ADVERSE_EVENT, row, changes)
    return edit(handling, ADVERSE_EVENT, row, changes, told=adverse_events.TOLD)
