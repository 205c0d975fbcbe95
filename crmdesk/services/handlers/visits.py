"""Handlers for visits: saving and submitting a report, its draft dropped in the same commit."""

from collections.abc import Mapping
from typing import Any

import msgspec

from crmdesk.domain import visit_rules
from crmdesk.domain.clock import DEFAULT_ZONE, to_text
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.records import VISIT
from crmdesk.services.commands import AmendVisit, DeleteRow, DiscardDraft, GiveUpVisit, SaveVisit, SubmitVisit
from crmdesk.services.company_rules import backdating
from crmdesk.services.handlers.adverse_events import open_task
from crmdesk.services.handlers.drafts import discard_draft
from crmdesk.services.handlers.rows import create, delete_row, edit, meant, refuse_stale
from crmdesk.services.handling import Done, Handling, Values, changed_only, check_edit, row_of, tidy
from crmdesk.services.shown import select_ids, select_one


def save_visit(handling: Handling, command: SaveVisit) -> Done:
    """Create or change a visit that is planned or a draft; RefusedError('locked') for a submitted one."""
    if command.values.get("state") == "submitted":
        raise RefusedError("not_in_this_state", state="submitted", event="save")
    done, row = _write(handling, command.visit_id, command.values, command.base)
    _drop_draft(handling, command.draft_key)
    if row.get("adverse_event"):
        open_task(handling, row, command.heard)
        return Done(done.created_id)  # an undo would leave a task without what was heard
    return done


def submit_visit(handling: Handling, command: SubmitVisit) -> Done:
    """Save and submit a report; it names a doctor or institution and says whether an adverse event was heard.

    There is no undo: a submitted report is locked, later changes are amendments with a reason.
    """
    given = dict(command.values)
    heard = given.get("adverse_event") is True
    if heard:  # the server takes the report after its task, and the task after a visit that it can belong to
        made, saved = _write(handling, command.visit_id, {"state": "draft", **given}, command.base, submit=True)
        open_task(handling, saved, command.heard)
        command = msgspec.structs.replace(command, visit_id=made.created_id)
    done, row = _write(
        handling, command.visit_id, {**given, "state": "submitted"}, command.base, submit=True, apart=heard
    )
    if not row.get("doctor_ids") and not row.get("institution_id"):
        raise InputError("required", field="doctor_ids")
    if row.get("adverse_event") is None:
        raise InputError("required", field="adverse_event")
    visit_rules.check_in_time(None, row, handling.clock(), backdating(handling.work.connection))
    _drop_draft(handling, command.draft_key)
    return Done(done.created_id)


def give_up_visit(handling: Handling, command: GiveUpVisit) -> Done:
    """Forget a report that was begun; undo brings all of it back.

    A visit that was planned stays planned. One of which an adverse event was reported stays, too: its task hangs on it.
    """
    dropped = discard_draft(handling, DiscardDraft(command.draft_key))
    row = handling.work.get(VISIT.name, command.visit_id)
    if row is None or row.get("deleted") or row["state"] != "draft" or row.get("adverse_event"):
        return dropped
    gone = delete_row(handling, DeleteRow(VISIT.name, command.visit_id))
    return Done(inverse=(*gone.inverse, *dropped.inverse))


def amend_visit(handling: Handling, command: AmendVisit) -> Done:
    """Change a submitted report, with a reason; what was heard after all opens its task before."""
    row = row_of(handling, VISIT, command.visit_id)
    if row["state"] != "submitted":
        raise RefusedError("not_submitted", record=VISIT.name)
    written = meant(VISIT, row, command.values, command.base, whole=True)
    given = {name: value for name, value in tidy(VISIT, written, row).items() if name != "state"}
    reason = command.reason.strip()
    check_edit(handling, VISIT, row, given, reason)
    changes = changed_only(row, given)
    if not changes:
        raise RefusedError("nothing_amended", record=VISIT.name)
    if command.base is None:
        refuse_stale(handling, VISIT, row, changes, command.base_revision)
    after = {**row, **changes}
    visit_rules.check_in_time(row, after, handling.clock(), backdating(handling.work.connection))
    heard = after["adverse_event"] is True
    if heard:
        open_task(handling, after, command.heard)
    done = edit(handling, VISIT, row, changes, reason, apart=heard)
    _drop_draft(handling, command.draft_key)
    return Done(inverse=() if changes.get("adverse_event") else done.inverse)


def _write(
    handling: Handling,
    visit_id: str,
    given: Mapping[str, Any],
    base: Mapping[str, Any] | None,
    *,
    submit: bool = False,
    apart: bool = False,
) -> tuple[Done, Values]:
    """Make or change a visit; returns what was done, and the visit as it is now.

    Of one that is there only what differs from `base` is written. One that was deleted while its report was open is
    made anew, under another id.
    """
    row = handling.work.get(VISIT.name, visit_id) if visit_id else None
    if row is None or row.get("deleted"):
        free = not visit_id or handling.work.name_is_free(VISIT.name, visit_id)
        made = create(handling, VISIT, completed(handling, given), visit_id if free else "")
        return made, handling.work.get(VISIT.name, made.created_id) or {}
    values = tidy(VISIT, meant(VISIT, row, given, base, whole=submit), row)
    check_edit(handling, VISIT, row, values)
    changes = changed_only(row, values)
    done = edit(handling, VISIT, row, changes, apart=apart)
    return Done(visit_id, done.inverse), {**row, **changes}


def completed(handling: Handling, given: Mapping[str, Any]) -> Values:
    """Return the values of a new visit with territory, place, time and state filled in where they follow."""
    values = {name: value for name, value in given.items() if value not in (None, "")}
    values.setdefault("state", "draft")
    values.setdefault("starts_at", to_text(handling.clock()))
    values.setdefault("zone", DEFAULT_ZONE)
    values["territory_id"] = values.get("territory_id") or _territory(handling, values)
    return {name: value for name, value in values.items() if value is not None}


def _territory(handling: Handling, values: Mapping[str, Any]) -> str | None:
    connection, own = handling.work.connection, handling.person.territory_ids
    doctors = select_ids(connection, "doctor", values.get("doctor_ids") or ())
    institution = select_one(connection, "institution", values.get("institution_id"))
    rows = [doctors[one] for one in values.get("doctor_ids") or () if one in doctors]
    if institution is not None:
        rows.append(institution)
    return next((row["territory_id"] for row in rows if row["territory_id"] in own), None)


def _drop_draft(handling: Handling, key: str) -> None:
    if key:
        handling.work.discard_draft(key)
