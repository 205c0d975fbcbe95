"""What the server binds about call-backs: who writes one about whom, consent, time, that a result rests on one."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import call_backs as rules
from crmdesk.domain.claims import Event
from crmdesk.domain.clock import from_text, to_text
from crmdesk.protocol.messages import Operation
from crmdesk.server import merges
from crmdesk.server.work import CALLED_BACK, ServerActor, ServerWork

Row = Mapping[str, Any]
RESULTS = frozenset(rules.EVENTS.values())


def before_create(work: ServerWork, actor: ServerActor, operation: Operation, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a new call-back; raises with the codes of `crmdesk.domain.call_backs`."""
    rules.check_answers(values)
    claim, visit = _subject(work, values)
    rules.check_author(actor.user_id, claim, visit)
    doctors = rules.doctors_of(claim, visit)
    foreign = values.get("doctor_id") and values["doctor_id"] not in doctors
    also = merges.merged_into(work.connection, (("doctor", one) for one in doctors)).values() if foreign else ()
    values = _in_time(work, operation, values)
    rules.check_subject(values, claim, visit, set(also))
    _check_consent(work, values)
    return values


def check_edit(work: ServerWork, operation: Operation, row: Row, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the changes of a call-back; nothing of it changes once a decision rests on it."""
    rules.check_open(row)
    changes = _in_time(work, operation, changes)
    after = {**row, **changes}
    claim, visit = _subject(work, after)
    rules.check_said(after, claim, visit)
    if {"way", "called_at"} & set(changes):
        _check_consent(work, after)
    return changes


def note_result(work: ServerWork, actor: ServerActor, before: Row | None, row: Row) -> None:
    """Put the result, and who has it, into the trail of the visit: the representative sees that, not the answers."""
    result = row["outcome"] if rules.event_of(row["outcome"]) else None
    earlier = before["outcome"] if before is not None and rules.event_of(before["outcome"]) else None
    if row["visit_id"] and result != earlier:
        changes = {"outcome": [earlier, result]}
        work.audit(CALLED_BACK, actor, "visit", row["visit_id"], changes, scoped=True)


def bind(work: ServerWork, actor: ServerActor, claim: Row, event: Event, call_back_id: str) -> None:
    """Let the result of a claim rest on a call-back, which is locked by that; raises as `check_binds` does."""
    row = work.get("call_back", call_back_id, lock=True)
    rules.check_binds(row, claim, event, actor.user_id)
    work.update("call_back", call_back_id, {"decided_at": work.at}, actor, action=event.value)


def _subject(work: ServerWork, values: Row) -> tuple[Row | None, Row | None]:
    """Return the claim and the visit, that of the claim where none is named; that the person holds both is checked."""
    claim = work.get("claim", values["claim_id"]) if values.get("claim_id") else None
    visit_id = values.get("visit_id") or (claim or {}).get("visit_id")
    return claim, work.get("visit", visit_id) if visit_id else None


def _in_time(work: ServerWork, operation: Operation, values: dict[str, Any]) -> dict[str, Any]:
    """A laptop's clock that is ahead counts as now; a call later than the laptop itself wrote it is refused."""
    called_at = values.get("called_at")
    if called_at and from_text(called_at) > work.now:
        rules.check_time(called_at, from_text(operation.made_at))
        return values | {"called_at": to_text(work.now)}
    return values


def _check_consent(work: ServerWork, row: Row) -> None:
    """The consent of now or of the time of the call allows it: what was withdrawn later does not undo the call."""
    doctor = work.get("doctor", row["doctor_id"]) if row.get("doctor_id") else None
    if doctor is None:
        return
    now: list[str] = doctor["consent"] or []
    then = now
    for change in work.trail("doctor", doctor["id"]):
        if change.at > row["called_at"] and "consent" in change.changes:
            then = change.changes["consent"][0] or []
    rules.check_consent(row["way"], (now, then))
