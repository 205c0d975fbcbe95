"""What the server does to targets: its own fields at each edit, and the commands that answer a proposal."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import targets
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.scopes import territory_scope
from crmdesk.domain.targets import Event
from crmdesk.protocol.messages import Operation
from crmdesk.server.work import ServerActor, ServerWork


def before_write(
    work: ServerWork, actor: ServerActor, current: Mapping[str, Any] | None, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Guard a create (`current` None) or edit of a target by its owner; returns all that is to be written.

    A rep's proposal waits for an answer again, whatever was answered before; what a manager writes is agreed at once.
    Raises RefusedError('out_of_scope') for the cycle of another territory.
    """
    merged = {**(current or {}), **changes}
    cycle = work.get("cycle_plan", merged["cycle_plan_id"])
    if cycle is None or cycle["territory_id"] != merged["territory_id"]:
        raise RefusedError("out_of_scope", field="cycle_plan_id")
    own = targets.on_write(merged, actor.role)
    if own["state"] == targets.State.AGREED:
        own |= {"decided_by": actor.user_id, "decided_at": work.at}
    return {**changes, **own}


def before_delete(_work: ServerWork, actor: ServerActor, current: Mapping[str, Any]) -> None:
    """Guard the deletion of a target: what a manager agreed to is given up by proposing 0 visits, not by deleting."""
    if not targets.may_delete(current, actor.role):
        raise RefusedError("not_in_this_state", state=str(current.get("state") or ""), event="delete")


def apply_command(work: ServerWork, actor: ServerActor, operation: Operation) -> dict[str, Any]:
    """Answer or withdraw a proposal and return the row as it is now; raises RefusedError with the reason.

    The trail entry holds the hash that the person saw.
    """
    event = _event(operation.command)
    target = work.get("plan_target", operation.row_id, lock=True)
    if target is None or target["deleted"]:
        raise RefusedError("unknown_row")
    supervises = territory_scope(target["territory_id"]) in actor.scopes
    changes = targets.advance(target, event, targets.Actor(actor.user_id, actor.role, supervises), operation.args)
    if event is not Event.WITHDRAW:
        changes |= {"decided_by": actor.user_id, "decided_at": work.at}
    return work.update(
        "plan_target",
        target["id"],
        changes,
        actor,
        action=event.value,
        reason=str(changes.get("answer") or ""),
        details={"seen_hash": [None, target["content_hash"]]},
    )


def _event(name: str) -> Event:
    try:
        return Event(name)
    except ValueError as error:
        raise InputError("unknown_command", command=name[:60]) from error
