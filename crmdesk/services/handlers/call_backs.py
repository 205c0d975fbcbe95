"""Handlers for call-backs: noting one with what it decides about a claim in one commit, and correcting one's own."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import call_backs as rules
from crmdesk.domain import claims
from crmdesk.domain.call_back_record import CALL_BACK
from crmdesk.domain.claims import State
from crmdesk.domain.clock import to_text
from crmdesk.domain.money_records import CLAIM
from crmdesk.domain.records import VISIT
from crmdesk.services.claim_state import effective_here
from crmdesk.services.commands import CorrectCallBack, NoteCallBack
from crmdesk.services.handlers.rows import create, edit, meant, refuse_stale
from crmdesk.services.handling import Done, Handling, Values, changed_only, check_edit, row_of, tidy
from crmdesk.services.reads_call_backs import bound_here
from crmdesk.services.shown import select_one

_ASKED_OF_ITSELF = frozenset({"territory_id", "owner_id", "zone"})


def note_call_back(handling: Handling, command: NoteCallBack) -> Done:
    """Write a call-back; where its claim waits for one, the outcome confirms or disputes it in the same commit.

    The rules are asked here as advice, the server's answer binds. There is no undo: what was said stays said.
    """
    given = {name: value for name, value in command.values.items() if value not in (None, "", [])}
    claim, visit = _subject(handling, given)
    values = _completed(handling, given, claim, visit)
    rules.check_author(handling.person.user_id, claim, visit)
    made = create(handling, CALL_BACK, values).created_id
    rules.check_time(values["called_at"], handling.clock())
    rules.check_subject(values, claim, visit)
    _check_consent(handling, values)
    event = rules.event_of(values.get("outcome"))
    if claim is not None and event is not None:
        now, actor = effective_here(handling, claim)
        if now["state"] == State.TO_CALL_BACK:
            args = {"seen_hash": command.seen_hash, "call_back_id": made}
            args |= {"comment": command.comment.strip()} if command.comment.strip() else {}
            claims.advance(now, event, actor, args)
            handling.work.command(CLAIM.name, claim["id"], event.value, args, handling.person.user_id)
    return Done(made)


def correct_call_back(handling: Handling, command: CorrectCallBack) -> Done:
    """Change an own call-back that no decision rests on yet ('call_back_bound', 'not_yours', 'changed_meanwhile')."""
    row = row_of(handling, CALL_BACK, command.call_back_id)
    rules.check_open(row)
    values = {name: one for name, one in command.values.items() if name not in _ASKED_OF_ITSELF}
    given = tidy(CALL_BACK, meant(CALL_BACK, row, values, command.base))
    check_edit(handling, CALL_BACK, row, given)
    if bound_here(handling.work.connection, row):
        rules.check_open(row | {"decided_at": row["called_at"]})
    changes = changed_only(row, given)
    refuse_stale(handling, CALL_BACK, row, changes, command.base_revision)
    after = {**row, **changes}
    claim, visit = _subject(handling, after)
    rules.check_time(after["called_at"], handling.clock())
    rules.check_said(after, claim, visit)
    if "way" in changes:
        _check_consent(handling, after)
    return edit(handling, CALL_BACK, row, changes)


def _subject(handling: Handling, values: Mapping[str, Any]) -> tuple[Values | None, Values | None]:
    """Return the claim and the visit that a call-back is about; raises InputError('unknown_row')."""
    claim = row_of(handling, CLAIM, values["claim_id"]) if values.get("claim_id") else None
    if values.get("visit_id"):
        return claim, row_of(handling, VISIT, values["visit_id"])
    return claim, select_one(handling.work.connection, "visit", (claim or {}).get("visit_id"))


def _completed(handling: Handling, given: Values, claim: Values | None, visit: Values | None) -> Values:
    """Return the values with place, person and time; the visit of a claim is named where it is on this laptop."""
    values = tidy(CALL_BACK, given)
    subject = claim if claim is not None else visit or {}
    values["territory_id"] = subject.get("territory_id") or values.get("territory_id")
    values["owner_id"] = handling.person.user_id
    if visit is not None:
        values["visit_id"] = visit["id"]
    values.setdefault("called_at", to_text(handling.clock()))
    values.setdefault("zone", handling.work.zone)
    return values


def _check_consent(handling: Handling, values: Mapping[str, Any]) -> None:
    doctor = select_one(handling.work.connection, "doctor", values.get("doctor_id"))
    if doctor is not None:
        rules.check_consent(values.get("way"), [doctor.get("consent") or []])
