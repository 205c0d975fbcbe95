"""Where a proposal stands on this laptop: the server's state with what this person wrote and queued thought on."""

from collections.abc import Iterable, Mapping
from typing import Any

from crmdesk.domain import targets
from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.plan_records import PLAN_TARGET
from crmdesk.domain.roles import Role
from crmdesk.domain.targets import Actor, Event
from crmdesk.services.shown import Values, select
from crmdesk.services.views import Person
from crmdesk.services.waiting import Queued
from crmdesk.storage.connection import Connection


def actor_of(person: Person, target: Mapping[str, Any]) -> Actor:
    """Return the person as actor on a target."""
    return Actor(person.user_id, Role(person.role), target.get("territory_id") in person.territory_ids)


def effective(target: Mapping[str, Any], queued: Iterable[Queued], actor: Actor) -> dict[str, Any]:
    """Return the target as it will be once the server takes what this laptop has written and queued.

    A queued event that the present state no longer allows is passed over: the server will refuse it.
    """
    now = dict(target)
    written = now.get("content_hash") != targets.content_hash(now)
    if written and now.get("owner_id") == actor.user_id:
        now |= targets.on_write(now, actor.role)
    for one in queued:
        try:
            now |= targets.advance(now, Event(one.command), actor, one.args)
        except (CrmdeskError, ValueError):
            continue
    return now


def allowed_events(target: Mapping[str, Any], actor: Actor) -> frozenset[str]:
    """Return the events that the actor may queue on the target as it effectively stands."""
    args = {"seen_hash": target.get("content_hash"), "comment": "-"}
    found = set()
    for event in Event:
        try:
            targets.advance(target, event, actor, args)
        except CrmdeskError:
            continue
        found.add(event.value)
    return frozenset(found)


def own_proposal(connection: Connection, owner_id: str, cycle_plan_id: str, doctor_id: str) -> Values | None:
    """Return the proposal of a person for a doctor in a cycle, the newest of several."""
    rows = select(
        connection,
        PLAN_TARGET.name,
        "AND r.owner_id = :me AND r.cycle_plan_id = :cycle AND r.doctor_id = :doctor ORDER BY r.id DESC LIMIT 1",
        {"me": owner_id, "cycle": cycle_plan_id, "doctor": doctor_id},
    )
    return rows[0] if rows else None
