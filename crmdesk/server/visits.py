"""What the server binds about visit reports: none too late, none that heard of an adverse event without its task."""

from collections.abc import Iterable, Mapping
from typing import Any

from crmdesk.domain import adverse_events, visit_rules
from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.fields import Record
from crmdesk.domain.visit_rules import SUBMITTED_TWICE
from crmdesk.protocol.messages import Operation
from crmdesk.server import lives, merging, rules_in_force
from crmdesk.server.work import IN_TIME_BY_LAPTOP, ServerActor, ServerWork


def submitted_in(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Return the visits whose reports some of these operations submit, each with those operations."""
    found: dict[str, list[Operation]] = {}
    for one in operations:
        if one.record == "visit" and one.fields.get("state", (None, None))[1] == "submitted":
            found.setdefault(one.row_id, []).append(one)
    return found


def amending(
    work: ServerWork,
    record: Record,
    row: Mapping[str, Any],
    operation: Operation,
    changes: dict[str, Any],
    submitted: Mapping[str, list[Operation]],
) -> tuple[dict[str, Any], str]:
    """Return what an edit changes and its reason; a report that is `submitted` twice amends itself.

    Whoever submits it on a second computer, without having seen that it was submitted, means every word of it, also
    those that were saved as a draft before: nobody is asked why. What was heard of an adverse event stays heard.
    """
    if record.name != "visit" or row["state"] != "submitted" or operation.reason.strip():
        return changes, operation.reason
    since = row["field_revisions"].get("state", 1)
    seen = [lives.seen_revision(work, row, one) for one in submitted.get(row["id"], ())]
    if max(lives.seen_revision(work, row, operation), min(seen, default=since)) >= since:
        return changes, operation.reason
    heard = bool(row["adverse_event"])
    return {name: new for name, new in changes.items() if not (heard and name == "adverse_event")}, SUBMITTED_TWICE


def check(
    work: ServerWork,
    actor: ServerActor,
    operation: Operation,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    """Raise RefusedError('too_late' or 'task_missing') for a report that can't be taken like that.

    It counts when the person submitted it, not when there was a network again; a clock that is ahead counts as now.
    Where the laptop's clock alone makes it one in time, the trail says so: that clock may have been set back.
    """
    late, made_at = False, merging.made_at(work, operation)
    if after.get("state") == "submitted":
        rule = rules_in_force.backdating(work.connection)
        visit_rules.check_in_time(before, after, from_text(made_at), rule)
        late = visit_rules.comes_too_late(before, after, work.now, rule)
    missing = adverse_events.needs_task(after) and not (before is not None and adverse_events.needs_task(before))
    if missing and work.get("adverse_event", adverse_events.task_id(operation.row_id)) is None:
        raise RefusedError("task_missing", field="adverse_event")
    if late:
        work.audit(IN_TIME_BY_LAPTOP, actor, "visit", operation.row_id, {"made_at": [made_at, work.at]}, scoped=False)


def brought_back(
    work: ServerWork, actor: ServerActor, edit: Operation, row: Mapping[str, Any], changes: dict[str, Any]
) -> dict[str, Any]:
    """Return what a deleted visit comes back with, by an edit that was kept of it.

    A report that could not be taken like that comes back as the draft it was: its text is there, and submitting it is
    judged as ever. Its task may be missing because nobody could open one for a visit that was deleted.
    """
    try:
        check(work, actor, edit, row, {**row, **changes})
    except RefusedError:
        if changes.get("state") != "submitted":
            raise
        return {name: value for name, value in changes.items() if name != "state"}
    return changes
