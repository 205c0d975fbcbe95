"""Handlers for merging customers: a proposal, a reviewer's decision as a command for the server, and taking it back."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import customer_merge, validation
from crmdesk.domain.customer_merge import KINDS, Event, MergeKind
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.records import REVIEWERS
from crmdesk.services import waiting
from crmdesk.services.commands import DecideMerge, MergeCustomers, ProposeMerge
from crmdesk.services.handlers.rows import create
from crmdesk.services.handling import Done, Handling, row_of
from crmdesk.services.undo import TakeBack


def propose_merge(handling: Handling, command: ProposeMerge) -> Done:
    """Keep a proposal, which a manager then decides about; the customers themselves stay as they are."""
    kind = _kind(command.of)
    kept, other = _pair(handling, kind, command.kept_id, command.other_id)
    _check_take(kind, kept, other, command.take)
    return _propose(handling, kind, kept, other, command.take, command.note)


def merge_customers(handling: Handling, command: MergeCustomers) -> Done:
    """Queue a merge of exactly what was compared; the server does it and answers.

    RefusedError('forbidden') for whoever may only propose, 'changed_since_seen', 'merge_impossible', 'already_queued'.
    """
    kind = _kind(command.of)
    if handling.role not in REVIEWERS:
        raise RefusedError("forbidden", record=kind.record.name)
    kept, other = _pair(handling, kind, command.kept_id, command.other_id)
    if kind.pair_hash(kept, other) != command.seen_hash:
        raise RefusedError("changed_since_seen")
    _check_take(kind, kept, other, command.take)
    proposed = Done(command.merge_id)
    if command.merge_id:
        row = row_of(handling, kind.record, command.merge_id)
        if (row[kind.kept_field], row["other_id"]) != (kept["id"], other["id"]):
            raise InputError("unknown_row", record=kind.record.name, row_id=command.merge_id)
        customer_merge.advance(row["state"], Event.MERGE, handling.role)
        _check_free(handling, kind, command.merge_id)
    else:
        proposed = _propose(handling, kind, kept, other, command.take, command.note)
    args = {"seen_hash": command.seen_hash, "take": list(command.take)}
    queued = _queue(handling, kind, proposed.created_id, Event.MERGE, args)
    return Done(proposed.created_id, (TakeBack(queued), *proposed.inverse))


def decide_merge(handling: Handling, command: DecideMerge) -> Done:
    """Queue a refusal of a proposal, or the restoration of a merge that was done."""
    kind = _kind(command.of)
    row = row_of(handling, kind.record, command.merge_id)
    customer_merge.advance(row["state"], command.event, handling.role)
    if command.event == Event.MERGE:
        raise InputError("unknown_choice", choice=command.event)
    _check_free(handling, kind, command.merge_id)
    return Done(command.merge_id, (TakeBack(_queue(handling, kind, command.merge_id, Event(command.event), {})),))


def _kind(of: str) -> MergeKind:
    if of not in KINDS:
        raise InputError("unknown_record", record=of[:40])
    return KINDS[of]


def _pair(
    handling: Handling, kind: MergeKind, kept_id: str, other_id: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    kept, other = (row_of(handling, kind.of, one) for one in (kept_id, other_id))
    kind.check_pair(kept, other)
    return kept, other


def _check_take(kind: MergeKind, kept: Mapping[str, Any], other: Mapping[str, Any], take: tuple[str, ...]) -> None:
    """Raise InputError where what was chosen makes a customer that no one could save (a note too long)."""
    validation.check_changes(kind.of, kind.merged(kept, other, take))


def _propose(
    handling: Handling,
    kind: MergeKind,
    kept: Mapping[str, Any],
    other: Mapping[str, Any],
    take: tuple[str, ...],
    note: str,
) -> Done:
    pair = {kind.kept_field: kept["id"], "other_id": other["id"], "territory_id": kept["territory_id"]}
    return create(handling, kind.record, pair | {"take": sorted(take), "note": note.strip() or None})


def _check_free(handling: Handling, kind: MergeKind, merge_id: str) -> None:
    if waiting.commands_on(handling.work.connection, kind.record.name, merge_id):
        raise RefusedError("already_queued")


def _queue(handling: Handling, kind: MergeKind, merge_id: str, event: Event, args: Mapping[str, Any]) -> str:
    return handling.work.command(kind.record.name, merge_id, event.value, args, handling.person.user_id)
