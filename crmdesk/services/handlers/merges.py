"""Handlers for merging doctors: a proposal, a reviewer's decision as a command for the server, and taking it back."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import doctor_merge, validation
from crmdesk.domain.doctor_merge import Event
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.records import DOCTOR, DOCTOR_MERGE, REVIEWERS
from crmdesk.services import waiting
from crmdesk.services.commands import DecideMerge, MergeDoctors, ProposeMerge
from crmdesk.services.handlers.rows import create
from crmdesk.services.handling import Done, Handling, row_of
from crmdesk.services.undo import TakeBack


def propose_merge(handling: Handling, command: ProposeMerge) -> Done:
    """Keep a proposal, which a manager then decides about; the doctors themselves stay as they are."""
    kept, other = _pair(handling, command.doctor_id, command.other_id)
    _check_take(kept, other, command.take)
    return _propose(handling, kept, other, command.take, command.note)


def merge_doctors(handling: Handling, command: MergeDoctors) -> Done:
    """Queue a merge of exactly what was compared; the server does it and answers.

    RefusedError('forbidden') for whoever may only propose, 'changed_since_seen', 'merge_impossible', 'already_queued'.
    """
    if handling.role not in REVIEWERS:
        raise RefusedError("forbidden", record=DOCTOR_MERGE.name)
    kept, other = _pair(handling, command.doctor_id, command.other_id)
    if doctor_merge.pair_hash(kept, other) != command.seen_hash:
        raise RefusedError("changed_since_seen")
    _check_take(kept, other, command.take)
    proposed = Done(command.merge_id)
    if command.merge_id:
        row = row_of(handling, DOCTOR_MERGE, command.merge_id)
        if {row["doctor_id"], row["other_id"]} != {kept["id"], other["id"]} or row["doctor_id"] != kept["id"]:
            raise InputError("unknown_row", record=DOCTOR_MERGE.name, row_id=command.merge_id)
        doctor_merge.advance(row["state"], Event.MERGE, handling.role)
        _check_free(handling, command.merge_id)
    else:
        proposed = _propose(handling, kept, other, command.take, command.note)
    args = {"seen_hash": command.seen_hash, "take": list(command.take)}
    queued = _queue(handling, proposed.created_id, Event.MERGE, args)
    return Done(proposed.created_id, (TakeBack(queued), *proposed.inverse))


def decide_merge(handling: Handling, command: DecideMerge) -> Done:
    """Queue a refusal of a proposal, or the restoration of a merge that was done."""
    row = row_of(handling, DOCTOR_MERGE, command.merge_id)
    doctor_merge.advance(row["state"], command.event, handling.role)
    if command.event == Event.MERGE:
        raise InputError("unknown_choice", choice=command.event)
    _check_free(handling, command.merge_id)
    return Done(command.merge_id, (TakeBack(_queue(handling, command.merge_id, Event(command.event), {})),))


def _pair(handling: Handling, kept_id: str, other_id: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    kept, other = (row_of(handling, DOCTOR, one) for one in (kept_id, other_id))
    doctor_merge.check_pair(kept, other)
    return kept, other


def _check_take(kept: Mapping[str, Any], other: Mapping[str, Any], take: tuple[str, ...]) -> None:
    """Raise InputError where what was chosen makes a doctor that no one could save (a note too long, too many tags)."""
    validation.check_changes(DOCTOR, doctor_merge.merged(kept, other, take))


def _propose(
    handling: Handling, kept: Mapping[str, Any], other: Mapping[str, Any], take: tuple[str, ...], note: str
) -> Done:
    values = {"doctor_id": kept["id"], "other_id": other["id"], "take": sorted(take), "note": note.strip() or None}
    return create(handling, DOCTOR_MERGE, values | {"territory_id": kept["territory_id"]})


def _check_free(handling: Handling, merge_id: str) -> None:
    if waiting.commands_on(handling.work.connection, DOCTOR_MERGE.name, merge_id):
        raise RefusedError("already_queued")


def _queue(handling: Handling, merge_id: str, event: Event, args: Mapping[str, Any]) -> str:
    return handling.work.command(DOCTOR_MERGE.name, merge_id, event.value, args, handling.person.user_id)
