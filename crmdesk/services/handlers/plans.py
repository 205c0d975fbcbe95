"""Handlers for planning: visits in sets, moving one with a reason, proposals and their answers."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import targets
from crmdesk.domain.clock import DEFAULT_ZONE, from_text, local_date
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.plan_records import CYCLE_PLAN, PLAN_TARGET
from crmdesk.domain.records import VISIT
from crmdesk.domain.targets import Event
from crmdesk.services.commands import Command, DeleteRow, MoveVisit, PlanVisits, ProposeTarget, TargetCommand
from crmdesk.services.handlers.rows import create, delete, edit, meant
from crmdesk.services.handlers.visits import completed
from crmdesk.services.handling import Done, Handling, changed_only, check_edit, row_of
from crmdesk.services.target_state import actor_of, effective, own_proposal
from crmdesk.services.undo import TakeBack
from crmdesk.services.waiting import queued_commands

MOST_AT_ONCE = 200
_ARGUMENTS = frozenset({"comment", "visits"})


def plan_visits(handling: Handling, command: PlanVisits) -> Done:
    """Make planned visits, all in one commit; InputError('in_the_past') for a day that is gone."""
    if not command.visits:
        raise InputError("nothing_to_plan")
    if len(command.visits) > MOST_AT_ONCE:
        raise InputError("too_many_rows", limit=MOST_AT_ONCE)
    undo: list[Command] = []
    last = ""
    for values in command.visits:
        given = completed(handling, {**values, "state": "planned"})
        _check_day(handling, given)
        last = create(handling, VISIT, given).created_id
        undo.append(DeleteRow(VISIT.name, last))
    return Done(last, tuple(reversed(undo)))


def move_visit(handling: Handling, command: MoveVisit) -> Done:
    """Move a planned visit; RefusedError('move_reason_missing') to another day without a reason.

    InputError('changed_meanwhile') where it was moved since it was seen.
    RefusedError('not_planned') for a report that was begun, 'locked' for one that was submitted.
    """
    row = row_of(handling, VISIT, command.visit_id)
    if row.get("state") == "submitted":
        raise RefusedError("locked", record=VISIT.name)
    if row.get("state") != "planned":
        raise RefusedError("not_planned")
    changes = dict(meant(VISIT, row, {"starts_at": command.starts_at}, command.base))
    reason = command.reason.strip()
    check_edit(handling, VISIT, row, changes, reason)
    _check_day(handling, {**row, **changes})
    if not reason and _day(row) != _day({**row, **changes}):
        raise RefusedError("move_reason_missing")
    done = edit(handling, VISIT, row, changed_only(row, changes), reason)
    return Done(command.visit_id, done.inverse)


def _day(values: Mapping[str, Any]) -> str:
    return local_date(from_text(values["starts_at"]), values.get("zone") or DEFAULT_ZONE).isoformat()


def _check_day(handling: Handling, values: Mapping[str, Any]) -> None:
    try:
        day = _day(values)
    except (ValueError, OverflowError, KeyError) as error:
        raise InputError("wrong_kind", field="starts_at", kind="instant") from error
    if day < local_date(handling.clock(), values.get("zone") or DEFAULT_ZONE).isoformat():
        raise InputError("in_the_past", field="starts_at")


def propose_target(handling: Handling, command: ProposeTarget) -> Done:
    """Make or change the person's own proposal for a doctor in a cycle; nothing different is no operation.

    InputError('changed_meanwhile') where it is not the one that was seen.
    """
    cycle = row_of(handling, CYCLE_PLAN, command.cycle_plan_id)
    given = {"wanted": command.wanted, "grounds": command.grounds.strip() or None}
    row = own_proposal(handling.work.connection, handling.person.user_id, command.cycle_plan_id, command.doctor_id)
    if row is None:
        values = given | {"cycle_plan_id": cycle["id"], "doctor_id": command.doctor_id}
        return create(handling, PLAN_TARGET, values | {"territory_id": cycle["territory_id"]})
    given = dict(meant(PLAN_TARGET, row, given, command.base))
    check_edit(handling, PLAN_TARGET, row, given)
    done = edit(handling, PLAN_TARGET, row, changed_only(row, given))
    return Done(row["id"], done.inverse)


def target_command(handling: Handling, command: TargetCommand) -> Done:
    """Queue an answer or a withdrawal; the rules are asked here as advice, the server's answer binds.

    A proposal that the server never saw is withdrawn by deleting it. Codes of `crmdesk.domain.targets.advance`.
    """
    try:
        event = Event(command.event)
    except ValueError as error:
        raise InputError("unknown_event", event=command.event[:60]) from error
    unknown = set(command.args) - _ARGUMENTS
    if unknown:
        raise InputError("unknown_field", field=sorted(unknown)[0][:60])
    row = row_of(handling, PLAN_TARGET, command.target_id)
    actor = actor_of(handling.person, row)
    now = effective(row, queued_commands(handling.work.connection, row["id"], PLAN_TARGET.name), actor)
    args = {**command.args, "seen_hash": command.seen_hash}
    targets.advance(now, event, actor, args)
    user_id = handling.person.user_id
    if event is Event.WITHDRAW and not row["revision"]:
        return Done(row["id"], delete(handling, PLAN_TARGET, row).inverse)
    operation_id = handling.work.command(PLAN_TARGET.name, row["id"], event.value, args, user_id)
    return Done(row["id"], (TakeBack(operation_id),))
