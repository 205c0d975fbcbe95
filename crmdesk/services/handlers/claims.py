"""Handlers for expense claims: saving a draft, and queuing a decision bound to the content that was on the screen."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import claims
from crmdesk.domain.claims import Event
from crmdesk.domain.errors import InputError
from crmdesk.domain.money import CURRENCY
from crmdesk.domain.money_records import CLAIM
from crmdesk.services.claim_state import check_editable, effective_here
from crmdesk.services.commands import ClaimCommand, SaveClaim
from crmdesk.services.handlers.rows import create, edit, meant
from crmdesk.services.handling import Done, Handling, Values, changed_only, check_edit, row_of, tidy
from crmdesk.services.shown import select_one
from crmdesk.storage import outbox

_ARGUMENTS = frozenset({"comment", "reason_code", "approved_lines", "outcome", "call_back_id"})


def save_claim(handling: Handling, command: SaveClaim) -> Done:
    """Create or change a claim of one's own that is a draft or returned ('not_in_this_state', 'not_yours')."""
    row = handling.work.get(CLAIM.name, command.claim_id) if command.claim_id else None
    if row is None or row.get("deleted"):
        return create(handling, CLAIM, _completed(handling, command.values), command.claim_id)
    values = tidy(CLAIM, meant(CLAIM, row, command.values, command.base))
    check_edit(handling, CLAIM, row, values)
    check_editable(handling, row)
    done = edit(handling, CLAIM, row, changed_only(row, values))
    return Done(row["id"], done.inverse)


def _completed(handling: Handling, given: Mapping[str, Any]) -> Values:
    values = {name: value for name, value in given.items() if value not in (None, "")}
    values.setdefault("currency", CURRENCY)
    visit = select_one(handling.work.connection, "visit", values.get("visit_id"))
    if visit is not None:
        values.setdefault("territory_id", visit["territory_id"])
    return values


def claim_command(handling: Handling, command: ClaimCommand) -> Done:
    """Queue an event of the workflow; the rules are asked here as advice, the server's answer binds.

    RefusedError with the codes of `crmdesk.domain.claims.advance`; `changed_since_seen` where the claim on this
    laptop is no longer what was on the screen.
    """
    try:
        event = Event(command.event)
    except ValueError as error:
        raise InputError("unknown_event", event=command.event[:60]) from error
    unknown = set(command.args) - _ARGUMENTS
    if unknown:
        raise InputError("unknown_field", field=sorted(unknown)[0][:60])
    row = row_of(handling, CLAIM, command.claim_id)
    claim, actor = effective_here(handling, row)
    args = {**command.args, "seen_hash": command.seen_hash}
    claims.advance(claim, event, actor, args)
    if event is Event.APPROVE:
        here = handling.work.blobs
        claims.check_receipts(claim, {one for one in claims.receipts_of(claim.get("lines")) if here.has(one)})
    _replace_refused(handling, command.claim_id, event)
    handling.work.command(CLAIM.name, command.claim_id, event.value, args, handling.person.user_id)
    return Done(command.claim_id)


def _replace_refused(handling: Handling, claim_id: str, event: Event) -> None:
    """Give up what of the same event was refused before: who corrects a claim and submits it again wants this one."""
    for refused in outbox.needs_you(handling.work.connection, CLAIM.name, claim_id):
        mine = refused.user_id == handling.person.user_id and not refused.waits_for
        if mine and refused.operation.kind == "command" and refused.operation.command == event.value:
            outbox.drop(handling.work, refused.operation.id)
