"""The workflow of an expense claim as a pure function, the content hash that a decision is bound to, the policy checks.

Source: domain page, 'Expenses: request → claim → call-back → paid'.
"""

import hashlib
import json
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.market_rules import MEAL_CAP_FEN_PER_HEAD
from crmdesk.domain.money_records import CLAIM
from crmdesk.domain.roles import Role

RECEIPT_THRESHOLD_FEN = 50_00
SECOND_STEP_ABOVE_FEN = 5_000_00
CALL_BACK_ABOVE_FEN = 3_000_00
CALL_BACK_SHARE_PERCENT = 5
LATEST_CLAIM_DAYS = 180


class State(StrEnum):
    """Where a claim stands; codes of the picklist `claim_state`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    TO_CALL_BACK = "to_call_back"
    DISPUTED = "disputed"
    PAYABLE = "payable"
    PAID = "paid"
    CLAWBACK = "clawback"


class Event(StrEnum):
    """What a person does to a claim; the name of the command on the wire."""

    SUBMIT = "submit"
    RECALL = "recall"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    REJECT = "reject"
    CALL_BACK_CONFIRMED = "call_back_confirmed"
    CALL_BACK_DISPUTED = "call_back_disputed"
    SETTLE = "settle"
    PAY = "pay"


Rule = Callable[[Mapping[str, Any], "Actor", Mapping[str, Any]], "Transition"]
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
DECISIONS = frozenset({Event.APPROVE, Event.SEND_BACK, Event.REJECT})
_BY_OWNER = frozenset({Event.SUBMIT, Event.RECALL})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `supervises` says whether the claim's territory is among the actor's; limit in fen, None: none.

    `joined`: the actor was at the visit that the claim is for (`was_at`). `secret`: the server's, None on a laptop.
    """

    user_id: str
    role: Role
    supervises: bool
    limit_fen: int | None = None
    joined: bool = False
    secret: bytes | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """The next state and step; `budget` names what happens to the amount: reserve, release, commit, spend or ''."""

    state: State
    step: int = 0
    budget: str = ""


def content_of(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a claim that a decision is bound to, in canonical form (sets sorted, absent as None)."""
    return {field.name: claim.get(field.name) for field in CLAIM.hashed_fields}


def content_hash(claim: Mapping[str, Any]) -> str:
    """Return the SHA-256 (64 hex digits) of a claim's content; receipts are inside by their own SHA-256."""
    text = json.dumps(content_of(claim), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def total_fen(claim: Mapping[str, Any]) -> int:
    """Return the sum of a claim's lines in fen."""
    return sum(int(line.get("amount_fen") or 0) for line in claim.get("lines") or ())


def steps_needed(amount_fen: int) -> int:
    """Return how many approvals an amount needs: a manager's, and finance's above 5,000 yuan."""
    return 2 if amount_fen > SECOND_STEP_ABOVE_FEN else 1


def must_be_called_back(claim_id: str, amount_fen: int, secret: bytes | None) -> bool:
    """Say whether an approved claim is in the call-back sample: every large one and a fixed share.

    The share is drawn from the id under the server's secret: ids are made on laptops, and a laptop that could foretell
    the draw would pick one that nobody calls about. Who has no secret knows of the large ones only.
    """
    if amount_fen > CALL_BACK_ABOVE_FEN or secret is None:
        return amount_fen > CALL_BACK_ABOVE_FEN
    drawn = hashlib.blake2b(claim_id.encode(), digest_size=4, key=secret, person=b"call-back").digest()
    return int.from_bytes(drawn, "big") % 100 < CALL_BACK_SHARE_PERCENT


def advance(claim: Mapping[str, Any], event: Event, actor: Actor, args: Mapping[str, Any]) -> Transition:
    """Return where `event` takes the claim; raises RefusedError with a code where a rule says no.

    `args`: `seen_hash` for decisions, `comment`, `reason_code`, `approved_lines` (fen by line), `outcome` for settle,
    `call_back_id` for the result of a call-back.
    Codes: not_in_this_state, not_yours, own_claim, beneficiary, changed_since_seen, over_your_limit, comment_missing,
    reason_missing, approved_above_claimed, call_back_missing, incomplete (with `field` and `line`).
    """
    _not_own(claim, event, actor)
    state = State(claim.get("state") or State.DRAFT)
    if event not in _FROM or state not in _FROM[event]:
        raise RefusedError("not_in_this_state", state=state.value, event=event.value)
    return _RULES[event](claim, actor, args)


def _not_own(claim: Mapping[str, Any], event: Event, actor: Actor) -> None:
    """Nobody moves an own claim onward by any event, whatever role the person holds by now."""
    if event not in _BY_OWNER and actor.user_id in (claim.get("owner_id"), claim.get("created_by")):
        raise RefusedError("own_claim")


def _as_seen(claim: Mapping[str, Any], args: Mapping[str, Any]) -> None:
    if args.get("seen_hash") != claim.get("content_hash"):
        raise RefusedError("changed_since_seen")


def _by_owner(claim: Mapping[str, Any], actor: Actor) -> None:
    if actor.user_id != claim.get("owner_id"):
        raise RefusedError("not_yours")


def _submit(claim: Mapping[str, Any], actor: Actor, args: Mapping[str, Any]) -> Transition:
    _by_owner(claim, actor)
    if args.get("seen_hash") != content_hash(claim):
        raise RefusedError("changed_since_seen")
    check_complete(claim)
    return Transition(State.SUBMITTED, budget="reserve")


def _recall(claim: Mapping[str, Any], actor: Actor, _args: Mapping[str, Any]) -> Transition:
    _by_owner(claim, actor)
    if (claim.get("step") or 0) > 0:
        raise RefusedError("not_in_this_state", state=State.SUBMITTED.value, event=Event.RECALL.value)
    return Transition(State.DRAFT, budget="release")


def _may_decide(claim: Mapping[str, Any], actor: Actor, args: Mapping[str, Any]) -> None:
    decider = Role.FINANCE if (claim.get("step") or 0) >= 1 else Role.MANAGER
    if actor.role is not decider or not actor.supervises:
        raise RefusedError("not_yours")
    _as_seen(claim, args)


def _approve(claim: Mapping[str, Any], actor: Actor, args: Mapping[str, Any]) -> Transition:
    _may_decide(claim, actor, args)
    if actor.joined and any(line.get("category") == "meal" for line in claim.get("lines") or ()):
        raise RefusedError("beneficiary")
    amount = approved_total(claim, args.get("approved_lines"))
    step, needed = (claim.get("step") or 0) + 1, claim.get("steps_needed") or 1
    if step >= needed and actor.limit_fen is not None and amount > actor.limit_fen:
        raise RefusedError("over_your_limit", limit_fen=actor.limit_fen)
    if step < needed:
        return Transition(State.SUBMITTED, step)
    called = must_be_called_back(str(claim.get("id")), amount, actor.secret)
    return Transition(State.TO_CALL_BACK if called else State.PAYABLE, step, "commit")


def approved_total(claim: Mapping[str, Any], approved_lines: object) -> int:
    """Return the approved sum in fen; None approves as claimed. Refuses more than claimed on any line."""
    claimed = [int(line["amount_fen"]) for line in claim.get("lines") or ()]
    if approved_lines is None:
        earlier = claim.get("approved_lines")
        return sum(int(line["amount_fen"]) for line in earlier) if earlier else sum(claimed)
    if not isinstance(approved_lines, list) or len(approved_lines) != len(claimed):
        raise RefusedError("approved_above_claimed")
    for asked, given in zip(claimed, approved_lines, strict=True):
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= asked:
            raise RefusedError("approved_above_claimed")
    return sum(approved_lines)


def _send_back(claim: Mapping[str, Any], actor: Actor, args: Mapping[str, Any]) -> Transition:
    _may_decide(claim, actor, args)
    _needs_comment(args)
    return Transition(State.RETURNED, budget="release")


def _reject(claim: Mapping[str, Any], actor: Actor, args: Mapping[str, Any]) -> Transition:
    _may_decide(claim, actor, args)
    if not args.get("reason_code"):
        raise RefusedError("reason_missing")
    _needs_comment(args)
    return Transition(State.REJECTED, budget="release")


def _call_back(result: State) -> Rule:
    def rule(claim: Mapping[str, Any], actor: Actor, args: Mapping[str, Any]) -> Transition:
        if actor.role is not Role.MANAGER or not actor.supervises:
            raise RefusedError("not_yours")
        _as_seen(claim, args)
        if not args.get("call_back_id"):
            raise RefusedError("call_back_missing")
        return Transition(result, claim.get("step") or 0)

    return rule


def _settle(claim: Mapping[str, Any], actor: Actor, args: Mapping[str, Any]) -> Transition:
    if actor.role not in (Role.FINANCE, Role.AUDITOR):
        raise RefusedError("not_yours")
    _as_seen(claim, args)
    _needs_comment(args)
    outcomes = {
        "payable": Transition(State.PAYABLE),
        "rejected": Transition(State.REJECTED, budget="uncommit"),
        "clawback": Transition(State.CLAWBACK, budget="uncommit"),
    }
    outcome = outcomes.get(str(args.get("outcome")))
    if outcome is None:
        raise RefusedError("reason_missing")
    return outcome


def _pay(claim: Mapping[str, Any], actor: Actor, args: Mapping[str, Any]) -> Transition:
    if actor.role is not Role.FINANCE:
        raise RefusedError("not_yours")
    _as_seen(claim, args)
    return Transition(State.PAID, claim.get("step") or 0, "spend")


def was_at(user_id: str, visit: Mapping[str, Any] | None) -> bool:
    """Say whether a person made or joined a visit: who ate along does not approve the meal."""
    return visit is not None and user_id in (visit.get("owner_id"), *(visit.get("joint_with_ids") or ()))


def receipts_of(lines: Iterable[Mapping[str, Any]] | None) -> dict[str, int]:
    """Return SHA-256 → first line (from 1) that names it; one receipt may prove several lines of a claim."""
    found: dict[str, int] = {}
    for position, line in enumerate(lines or (), 1):
        for sha256 in line.get("receipt_sha256s") or ():
            found.setdefault(sha256, position)
    return found


def check_receipts(claim: Mapping[str, Any], here: Container[str]) -> None:
    """Raise RefusedError('receipt_awaited', line=n) for the first receipt that nobody can look at here yet.

    Asked before an approval only: to send back or reject needs no look (decision 0031).
    """
    for sha256, line in receipts_of(claim.get("lines")).items():
        if sha256 not in here:
            raise RefusedError("receipt_awaited", line=line)


def _needs_comment(args: Mapping[str, Any]) -> None:
    if not str(args.get("comment") or "").strip():
        raise RefusedError("comment_missing")


@dataclass(frozen=True, slots=True)
class Lack:
    """Something without which a claim is not submitted: a field, of a line (from 1 on) or of the claim itself (0)."""

    field: str
    line: int = 0


def check_complete(claim: Mapping[str, Any]) -> None:
    """Raise RefusedError('incomplete', field=…, line=n) for the first thing missing before submission."""
    first = next(iter(lacking(claim)), None)
    if first is not None:
        where = {"line": first.line} if first.line else {}
        raise RefusedError("incomplete", field=first.field, **where)


def lacking(claim: Mapping[str, Any]) -> list[Lack]:
    """Return everything that is missing before submission, in the order of the form."""
    found = [] if claim.get("title") else [Lack("title")]
    if not claim.get("visit_id") and not str(claim.get("reason") or "").strip():
        found.append(Lack("visit_id"))
    lines = claim.get("lines") or []
    if not lines:
        found.append(Lack("lines"))
    for number, line in enumerate(lines, 1):
        found += [Lack(name, number) for name in _lacking_in(line)]
    return found


def _lacking_in(line: Mapping[str, Any]) -> list[str]:
    names = [name for name in ("category", "spent_on", "amount_fen") if not line.get(name)]
    if line.get("category") in ("meal", "speaker_fee") and not line.get("doctor_ids"):
        names.append("doctor_ids")
    if (line.get("amount_fen") or 0) >= RECEIPT_THRESHOLD_FEN and not line.get("receipt_sha256s"):
        names.append("receipt_sha256s")
    return names


def finding_of(code: str, severity: str = "warn", **params: Any) -> dict[str, Any]:
    """Return one policy finding, as a claim carries it."""
    return {"code": code, "severity": severity, "params": params}


def unlikely_dates(claim: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    """Return a finding `unlikely_date` for each line that was spent later than tomorrow, or half a year ago."""
    return [
        finding_of("unlikely_date", line=number, spent_on=line["spent_on"])
        for number, line in enumerate(claim.get("lines") or (), 1)
        if not -1 <= (today - date.fromisoformat(line["spent_on"])).days <= LATEST_CLAIM_DAYS
    ]


def findings(claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the policy findings of a claim's content: `meal_cap`, each {code, severity, params}."""
    found: list[dict[str, Any]] = []
    for number, line in enumerate(claim.get("lines") or (), 1):
        heads = len(line.get("doctor_ids") or ()) + int(line.get("staff_count") or 0)
        amount = int(line.get("amount_fen") or 0)
        if line.get("category") == "meal" and heads and amount > MEAL_CAP_FEN_PER_HEAD * heads:
            a_head, cap = amount // heads, MEAL_CAP_FEN_PER_HEAD
            found.append(finding_of("meal_cap", line=number, a_head_fen=a_head, cap_fen=cap))
    return found


_FROM: dict[Event, frozenset[State]] = {
    Event.SUBMIT: EDITABLE,
    Event.RECALL: frozenset({State.SUBMITTED}),
    Event.SEND_BACK: frozenset({State.SUBMITTED}),
    Event.APPROVE: frozenset({State.SUBMITTED}),
    Event.REJECT: frozenset({State.SUBMITTED}),
    Event.CALL_BACK_CONFIRMED: frozenset({State.TO_CALL_BACK}),
    Event.CALL_BACK_DISPUTED: frozenset({State.TO_CALL_BACK}),
    Event.SETTLE: frozenset({State.DISPUTED}),
    Event.PAY: frozenset({State.PAYABLE}),
}
_RULES: dict[Event, Rule] = {
    Event.SUBMIT: _submit,
    Event.RECALL: _recall,
    Event.SEND_BACK: _send_back,
    Event.APPROVE: _approve,
    Event.REJECT: _reject,
    Event.CALL_BACK_CONFIRMED: _call_back(State.PAYABLE),
    Event.CALL_BACK_DISPUTED: _call_back(State.DISPUTED),
    Event.SETTLE: _settle,
    Event.PAY: _pay,
}


def period_of(date_text: str) -> str:
    """Return the budget period (quarter) of a date: `2026-11-22` → `2026Q4`."""
    return f"{date_text[:4]}Q{(int(date_text[5:7]) + 2) // 3}"
