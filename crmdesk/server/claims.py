"""What the server does to a claim: its own fields at each edit, and the commands that move its state."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from crmdesk.domain import claims as workflow
from crmdesk.domain.claims import EDITABLE, Event, State, Transition, finding_of
from crmdesk.domain.clock import local_date
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.money import CURRENCY
from crmdesk.domain.money_records import CLAIM
from crmdesk.domain.scopes import money_scope, person_scope
from crmdesk.protocol.messages import Operation
from crmdesk.server import budgets, call_backs, fapiao, lives, proof_register, receipts
from crmdesk.server.tables import ROWS
from crmdesk.server.work import ServerActor, ServerWork

Row = dict[str, Any]
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SERVER_OWNED = frozenset(field.name for field in CLAIM.fields if field.server_owned)
_MAX_COMMENT = 1000
_BY_ANOTHER = {Event.APPROVE: Event.APPROVE, Event.SETTLE: Event.CALL_BACK_DISPUTED}
"""What only somebody else may do than who took the earlier step."""
_NOTHING_CLAIMED = [State.DRAFT, State.RETURNED, State.REJECTED, State.CLAWBACK]


def before_write(
    work: ServerWork, actor: ServerActor, current: Mapping[str, Any] | None, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Guard an ordinary create (`current` None) or edit of a claim; returns all that is to be written.

    That is the changes and the fields that are the server's: state, content hash, total. Raises RefusedError with
    `not_yours`, `not_in_this_state`, `field_not_allowed` or `out_of_scope`, InputError for impossible content.
    """
    for name in changes:
        if name in _SERVER_OWNED:
            raise RefusedError("field_not_allowed", field=name)
    _may_edit(actor, current, changes)
    merged = {**(current or {}), **changes}
    if merged.get("territory_id") not in actor.territory_ids and "territory_id" in changes:
        raise RefusedError("out_of_scope", field="territory_id")
    _check_content(merged)
    own: dict[str, Any] = {"content_hash": workflow.content_hash(merged), "total_fen": workflow.total_fen(merged)}
    if current is None:
        own |= {"state": State.DRAFT.value, "submission": 0, "step": 0}
    elif "lines" in changes:
        fapiao.keep_only(work, current["id"], merged["lines"])
        receipts.keep_only(work, current["id"], merged["lines"])
    return {**changes, **own}


def before_delete(work: ServerWork, actor: ServerActor, current: Mapping[str, Any]) -> None:
    """Guard the deletion of a claim: only its owner, only before a decision; its fapiao and receipts become free."""
    _may_edit(actor, current, {})
    proof_register.free(work, current["id"])


def apply_command(work: ServerWork, actor: ServerActor, operation: Operation) -> dict[str, Any]:
    """Move a claim by one command and return the row as it is now; raises RefusedError with the reason.

    The claim is locked first, then its budgets in sorted order. The trail entry holds the hash that the person saw.
    """
    event = _event(operation.command)
    claim = work.get("claim", operation.row_id, lock=True)
    if claim is None or claim["deleted"] or not _visible(actor, claim):
        raise RefusedError("unknown_row")
    args = _checked_args(operation.args)
    supervises = money_scope(claim["territory_id"]) in actor.scopes
    visit = work.get("visit", claim["visit_id"]) if claim["visit_id"] and event is Event.APPROVE else None
    joined = workflow.was_at(actor.user_id, visit)
    secret = lives.seal_of(work.connection)
    person = workflow.Actor(actor.user_id, actor.role, supervises, actor.approval_limit_fen, joined, secret)
    transition = workflow.advance(claim, event, person, args)
    _check_two_people(work, actor, claim, event)
    changes = {"state": transition.state.value, "step": transition.step}
    if event in call_backs.RESULTS:
        call_backs.bind(work, actor, claim, event, args["call_back_id"])
    changes |= _EFFECTS[event](work, actor, claim, args)
    _move_budget(work, actor, {**claim, **changes}, transition)
    if transition.state is State.REJECTED:
        proof_register.free(work, claim["id"])
    work.update(
        "claim",
        claim["id"],
        {name: value for name, value in changes.items() if claim.get(name) != value},
        actor,
        action=event.value,
        reason=_reason(args),
        details={"seen_hash": [None, _seen(claim, event, args)]},
    )
    row = work.get("claim", claim["id"])
    assert row is not None  # locked above
    return row


def _seen(claim: Mapping[str, Any], event: Event, args: Mapping[str, Any]) -> str | None:
    """Return the hash for the trail: the one that the rule of the event compared, else that of the claim."""
    seen = None if event is Event.RECALL else args.get("seen_hash")
    return str(seen or claim["content_hash"] or "") or None


def _event(name: str) -> Event:
    try:
        return Event(name)
    except ValueError as error:
        raise InputError("unknown_command", command=name[:60]) from error


def _check_two_people(work: ServerWork, actor: ServerActor, claim: Mapping[str, Any], event: Event) -> None:
    """Nobody takes two steps of one claim or settles an own objection, whatever role the person holds by now."""
    before = _BY_ANOTHER.get(event)
    if before is not None and (claim.get("step") or 0) > 0:
        trail = ROWS["audit_entry"]
        own = (trail.c.parent_id == claim["id"]) & (trail.c.by_id == actor.user_id)
        earlier = sa.select(trail.c.id).where(own, trail.c.action == before.value).limit(1)
        if work.connection.execute(earlier).first() is not None:
            raise RefusedError("not_yours")


def _visible(actor: ServerActor, claim: Mapping[str, Any]) -> bool:
    return bool(actor.scopes & {money_scope(claim["territory_id"]), person_scope(claim["owner_id"])})


def _may_edit(actor: ServerActor, current: Mapping[str, Any] | None, changes: Mapping[str, Any]) -> None:
    owner = changes.get("owner_id", actor.user_id if current is None else current["owner_id"])
    if owner != actor.user_id or (current is not None and current["owner_id"] != actor.user_id):
        raise RefusedError("not_yours")
    if current is not None and State(current["state"]) not in EDITABLE:
        raise RefusedError("not_in_this_state", state=current["state"], event="edit")


def _check_content(claim: Mapping[str, Any]) -> None:
    if claim.get("currency") not in (None, CURRENCY):
        raise InputError("not_in_list", field="currency")
    for line in claim.get("lines") or ():
        if not all(_SHA256.fullmatch(str(digest)) for digest in line.get("receipt_sha256s") or ()):
            raise InputError("wrong_kind", field="receipt_sha256s")


def _checked_args(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a command, texts checked: a client may send anything."""
    checked = dict(args)
    for name in ("seen_hash", "comment", "reason_code", "outcome", "call_back_id"):
        value = checked.get(name)
        if value is not None and not isinstance(value, str):
            raise InputError("wrong_kind", field=name)
        if value is not None and len(value) > _MAX_COMMENT:
            raise InputError("too_long", field=name, limit=_MAX_COMMENT, length=len(value))
        if value is not None and ("\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value)):
            raise InputError("wrong_kind", field=name)
    return checked


def _reason(args: Mapping[str, Any]) -> str:
    """Return the words for the trail: the reason code (or outcome) before the comment."""
    parts = (args.get("reason_code"), args.get("outcome"), (args.get("comment") or "").strip())
    return ": ".join(part for part in parts if part)[:_MAX_COMMENT]


def _move_budget(work: ServerWork, actor: ServerActor, claim: dict[str, Any], transition: Transition) -> None:
    if transition.budget in ("release", "uncommit"):
        budgets.release(work, actor, claim)
    elif transition.budget == "commit":
        budgets.commit(work, actor, claim, claim.get("approved_lines"))
    elif transition.budget == "spend":
        budgets.spend(work, actor, claim)


def _on_submit(work: ServerWork, actor: ServerActor, claim: Row, _args: Row) -> Row:
    _check_visit(work, claim)
    total = workflow.total_fen(claim)
    findings = workflow.findings(claim) + workflow.unlikely_dates(claim, local_date(work.now))
    findings += _of_same_visit(work, claim, total) + budgets.reserve(work, actor, claim)
    fapiao.take(work, actor, claim)
    receipts.take(work, actor, claim)
    return {
        "content_hash": workflow.content_hash(claim),
        "total_fen": total,
        "approved_fen": None,
        "approved_lines": None,
        "findings": findings,
        "submission": (claim.get("submission") or 0) + 1,
        "steps_needed": workflow.steps_needed(total),
        "submitted_at": work.at,
        "decision_comment": None,
    }


def _of_same_visit(work: ServerWork, claim: Mapping[str, Any], total: int) -> list[dict[str, Any]]:
    """Return a finding where its author claims for one visit in several claims: who decides sees the sum."""
    if not claim.get("visit_id"):
        return []
    table = ROWS["claim"]
    same = (
        (table.c.visit_id == claim["visit_id"]) & (table.c.owner_id == claim["owner_id"]) & (table.c.id != claim["id"])
    )
    live = same & table.c.deleted.is_(False) & table.c.state.not_in(_NOTHING_CLAIMED)
    others = list(work.connection.execute(sa.select(table.c.total_fen).where(live)).scalars())
    if not others:
        return []
    other = sum(amount or 0 for amount in others)
    return [finding_of("visit_claimed", count=len(others), other_fen=other, together_fen=other + total)]


def _check_visit(work: ServerWork, claim: Mapping[str, Any]) -> None:
    """A claim may name only a visit of its author or of its territory."""
    if not claim.get("visit_id"):
        return
    visit = work.get("visit", claim["visit_id"])
    if (
        visit is None
        or visit["deleted"]
        or not any(visit[name] == claim[name] for name in ("owner_id", "territory_id"))
    ):
        raise RefusedError("incomplete", field="visit_id")


def _on_approve(work: ServerWork, _actor: ServerActor, claim: Row, args: Row) -> Row:
    receipts.check_arrived(work, claim)
    given = args.get("approved_lines")
    amount = workflow.approved_total(claim, given)
    if given is not None:
        lines = [{"amount_fen": fen} for fen in given]
    else:
        lines = claim.get("approved_lines") or [{"amount_fen": line["amount_fen"]} for line in claim["lines"]]
    return {"approved_fen": amount, "approved_lines": lines, **_comment(args)}


def _on_decision(_work: ServerWork, _actor: ServerActor, _claim: Row, args: Row) -> Row:
    return {"approved_fen": None, "approved_lines": None, **_comment(args)}


def _on_other(_work: ServerWork, _actor: ServerActor, _claim: Row, args: Row) -> Row:
    return _comment(args)


def _comment(args: Mapping[str, Any]) -> dict[str, Any]:
    text = (args.get("comment") or "").strip()
    return {"decision_comment": text} if text else {}


Effect = Callable[[ServerWork, ServerActor, Row, Row], Row]
_EFFECTS: dict[Event, Effect] = {event: _on_other for event in Event} | {
    Event.SUBMIT: _on_submit,
    Event.APPROVE: _on_approve,
    Event.SEND_BACK: _on_decision,
    Event.REJECT: _on_decision,
}
