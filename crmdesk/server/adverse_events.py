"""What the server binds about adverse events: no report without its task, a clock nobody moves, who reported it."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import adverse_events
from crmdesk.domain.clock import from_text, to_text
from crmdesk.domain.errors import RefusedError
from crmdesk.protocol.messages import Operation
from crmdesk.server.work import ServerActor, ServerWork


def visit_of(work: ServerWork, parent_id: str, actor: ServerActor) -> dict[str, Any]:
    """Return the visit that a new task belongs to; RefusedError('not_yours') for somebody else's."""
    visit = work.get("visit", parent_id)
    if visit is None or visit["owner_id"] != actor.user_id:
        raise RefusedError("not_yours", field="parent_id")
    return visit


def before_create(work: ServerWork, actor: ServerActor, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a new task. A laptop's clock that is ahead gains no time: it was heard by now."""
    adverse_events.check_task(values)  # as it was sent: what is set right below hides no moved clock
    _check_reporter(values, actor)
    if from_text(values["heard_at"]) > work.now:
        heard = to_text(work.now)
        values |= {"heard_at": heard, "due_at": adverse_events.due_at(heard)}
    return values


def check_edit(
    row: Mapping[str, Any], changes: Mapping[str, Any], actor: ServerActor, operation: Operation
) -> dict[str, Any]:
    """Return the changes of a task: who marks it as reported is who is signed in, and knew all that was heard."""
    _check_reporter(changes, actor)
    told = {name: operation.fields[name][1] for name in adverse_events.TOLD if name in operation.fields}
    return adverse_events.counted(told, row, changes)


def _check_reporter(values: Mapping[str, Any], actor: ServerActor) -> None:
    if values.get("reported_by") not in (None, "", actor.user_id):
        raise RefusedError("not_yours", field="reported_by")
