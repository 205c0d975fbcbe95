"""Where a claim stands on this laptop: the server's state with the queued decisions of this person thought on."""

from collections.abc import Iterable, Mapping
from typing import Any

from crmdesk.domain import claims
from crmdesk.domain.claims import Actor, Event, State
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.roles import Role
from crmdesk.services.handling import Handling
from crmdesk.services.shown import select_one
from crmdesk.services.views import Person
from crmdesk.services.waiting import Queued, queued_commands

_COMPANY_WIDE = frozenset({Role.FINANCE, Role.AUDITOR})
_ANY_ARGS: dict[str, Any] = {"comment": "-", "reason_code": "other", "outcome": "payable", "call_back_id": "-"}


def actor_of(
    person: Person, claim: Mapping[str, Any], limit_fen: int | None, visit: Mapping[str, Any] | None = None
) -> Actor:
    """Return the person as actor on a claim for a visit: is it in the own territories (finance: all), who was there."""
    role = Role(person.role)
    supervises = role in _COMPANY_WIDE or claim.get("territory_id") in person.territory_ids
    return Actor(person.user_id, role, supervises, limit_fen, claims.was_at(person.user_id, visit))


def effective(claim: Mapping[str, Any], queued: Iterable[Queued], actor: Actor) -> dict[str, Any]:
    """Return the claim as it will be once the server takes what this laptop has queued.

    A queued event that the present state no longer allows is passed over: the server will refuse it.
    """
    now = {**claim, "state": claim.get("state") or State.DRAFT.value}
    for one in queued:
        try:
            step = claims.advance(now, Event(one.command), actor, one.args)
        except (RefusedError, ValueError):
            continue
        now.update(state=step.state.value, step=step.step)
        if step.state is State.SUBMITTED and one.command == Event.SUBMIT:
            amount = claims.total_fen(now)
            now.update(content_hash=claims.content_hash(now), steps_needed=claims.steps_needed(amount))
    return now


def shown_hash(claim: Mapping[str, Any]) -> str:
    """Return what a decision on the claim as shown is bound to: its content while a draft, else the server's hash."""
    if (claim.get("state") or State.DRAFT) in claims.EDITABLE:
        return claims.content_hash(claim)
    return str(claim.get("content_hash") or "")


def allowed_events(claim: Mapping[str, Any], actor: Actor) -> frozenset[str]:
    """Return the events that the actor may queue on the claim as it effectively stands.

    An incomplete draft may be 'submitted' here: trying it names what is missing.
    """
    args = {**_ANY_ARGS, "seen_hash": shown_hash(claim)}
    return frozenset(event.value for event in Event if _allows(claim, event, actor, args))


def _allows(claim: Mapping[str, Any], event: Event, actor: Actor, args: Mapping[str, Any]) -> bool:
    try:
        claims.advance(claim, event, actor, args)
    except RefusedError as refusal:
        return refusal.code == "incomplete"
    return True


def effective_here(handling: Handling, row: Mapping[str, Any]) -> tuple[dict[str, Any], Actor]:
    """Return the claim as it effectively stands and the person as actor on it, inside a unit of work."""
    connection = handling.work.connection
    user = select_one(connection, "user", handling.person.user_id) or {}
    visit = select_one(connection, "visit", row.get("visit_id"))
    actor = actor_of(handling.person, row, user.get("approval_limit_fen"), visit)
    return effective(row, queued_commands(connection, row["id"]), actor), actor


def check_editable(handling: Handling, row: Mapping[str, Any]) -> None:
    """Raise RefusedError('not_in_this_state') unless the claim is a draft or returned, queued events counted."""
    claim, _actor = effective_here(handling, row)
    if claim["state"] not in claims.EDITABLE:
        raise RefusedError("not_in_this_state", state=claim["state"], event="edit")
