"""The targets of a cycle: a representative proposes, the manager answers; the workflow as a pure function.

A laptop never changes a state: it queues a command bound to the content that was on the screen, the server decides.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.plan_records import MAX_VISITS, PLAN_TARGET
from crmdesk.domain.roles import Role

MAX_ANSWER = 500


class State(StrEnum):
    """Where a proposal stands; codes of the picklist `plan_target_state`."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What a person does to a proposal; the name of the command on the wire."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; `supervises` says whether the target's territory is among the actor's."""

    user_id: str
    role: Role
    supervises: bool


def content_hash(target: Mapping[str, Any]) -> str:
    """Return the SHA-256 (64 hex digits) of what an answer is bound to: doctor, cycle, visits asked for, reason."""
    content = {field.name: target.get(field.name) or None for field in PLAN_TARGET.hashed_fields}
    content["wanted"] = target.get("wanted")
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def on_write(target: Mapping[str, Any], author: Role) -> dict[str, Any]:
    """Return the server's own fields after its owner wrote a target: a manager's word holds at once, a rep's waits."""
    own: dict[str, Any] = {"content_hash": content_hash(target)}
    if author is Role.MANAGER:
        return own | {"state": State.AGREED.value, "agreed": target.get("wanted")}
    return own | {"state": State.PROPOSED.value, "answer": None}


def advance(target: Mapping[str, Any], event: Event, actor: Actor, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that an event changes; raises RefusedError with a code where a rule says no.

    `args`: `seen_hash`, `visits` (an answer with another number), `comment`. Codes: not_in_this_state, not_yours,
    own_proposal, changed_since_seen, comment_missing; InputError out_of_range, too_long, wrong_kind.
    """
    if (target.get("state") or "") != State.PROPOSED:
        raise RefusedError("not_in_this_state", state=str(target.get("state") or ""), event=event.value)
    if event is Event.WITHDRAW:
        return _withdraw(target, actor)
    _check_answerer(target, actor)
    if args.get("seen_hash") != target.get("content_hash"):
        raise RefusedError("changed_since_seen")
    answer = _comment(args)
    if event is Event.DECLINE:
        if not answer:
            raise RefusedError("comment_missing")
        return {"state": State.DECLINED.value, "answer": answer}
    return {"state": State.AGREED.value, "agreed": _visits(target, args), "answer": answer or None}


def _withdraw(target: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    if target.get("owner_id") != actor.user_id:
        raise RefusedError("not_yours")
    agreed = target.get("agreed")
    if agreed is None:
        return {"state": State.WITHDRAWN.value}
    back = {"state": State.AGREED.value, "wanted": agreed}
    return back | {"content_hash": content_hash({**target, **back})}


def _check_answerer(target: Mapping[str, Any], actor: Actor) -> None:
    if actor.user_id == target.get("owner_id"):
        raise RefusedError("own_proposal")
    if actor.role is not Role.MANAGER or not actor.supervises:
        raise RefusedError("not_yours")


def _visits(target: Mapping[str, Any], args: Mapping[str, Any]) -> int:
    given = args.get("visits")
    visits = target.get("wanted") if given is None else given
    if isinstance(visits, bool) or not isinstance(visits, int):
        raise InputError("wrong_kind", field="agreed")
    if not 0 <= visits <= MAX_VISITS:
        raise InputError("out_of_range", field="agreed", minimum=0, maximum=MAX_VISITS)
    return visits


def _comment(args: Mapping[str, Any]) -> str:
    given = args.get("comment")
    if given is None:
        return ""
    if not isinstance(given, str) or "\x00" in given or any("\ud800" <= sign <= "\udfff" for sign in given):
        raise InputError("wrong_kind", field="answer")
    if len(given) > MAX_ANSWER:
        raise InputError("too_long", field="answer", limit=MAX_ANSWER, length=len(given))
    return given.strip()


def may_delete(target: Mapping[str, Any], author: Role) -> bool:
    """Say whether the owner may delete a target: one that was agreed for a rep is given up by proposing 0 visits."""
    return author is Role.MANAGER or target.get("agreed") is None
