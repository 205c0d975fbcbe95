"""One handler for each command; nothing else writes what a person does."""

from collections.abc import Callable
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.services import commands, undo
from crmdesk.services.commands import Command
from crmdesk.services.handlers.adverse_events import report_adverse_event
from crmdesk.services.handlers.attachments import attach_file, retry_file
from crmdesk.services.handlers.batch import edit_many, restore_many
from crmdesk.services.handlers.call_backs import correct_call_back, note_call_back
from crmdesk.services.handlers.claims import claim_command, save_claim
from crmdesk.services.handlers.conflicts import resolve_conflict, take_back
from crmdesk.services.handlers.doctors import add_place, create_doctor
from crmdesk.services.handlers.drafts import discard_draft, note_opened, restore_draft, save_draft, set_preference
from crmdesk.services.handlers.exports import note_export
from crmdesk.services.handlers.imported import import_rows, take_import_back
from crmdesk.services.handlers.merges import decide_merge, merge_customers, propose_merge
from crmdesk.services.handlers.plans import move_visit, plan_visits, propose_target, target_command
from crmdesk.services.handlers.refused import drop_refused, put_back_refused, retry_refused
from crmdesk.services.handlers.rows import create_row, delete_row, edit_row, restore_fields, restore_row
from crmdesk.services.handlers.visits import amend_visit, give_up_visit, save_visit, submit_visit
from crmdesk.services.handling import Done, Handling

HANDLERS: dict[type[Command], Callable[[Handling, Any], Done]] = {
    commands.CreateRow: create_row,
    commands.EditRow: edit_row,
    commands.DeleteRow: delete_row,
    commands.CreateDoctor: create_doctor,
    commands.AddPlace: add_place,
    commands.SaveDraft: save_draft,
    commands.DiscardDraft: discard_draft,
    commands.SaveVisit: save_visit,
    commands.SubmitVisit: submit_visit,
    commands.PlanVisits: plan_visits,
    commands.MoveVisit: move_visit,
    commands.ProposeTarget: propose_target,
    commands.TargetCommand: target_command,
    commands.GiveUpVisit: give_up_visit,
    commands.AmendVisit: amend_visit,
    commands.ReportAdverseEvent: report_adverse_event,
    commands.AttachFile: attach_file,
    commands.SaveClaim: save_claim,
    commands.ClaimCommand: claim_command,
    commands.NoteCallBack: note_call_back,
    commands.CorrectCallBack: correct_call_back,
    commands.ResolveConflict: resolve_conflict,
    commands.RetryRefused: retry_refused,
    commands.DropRefused: drop_refused,
    commands.PutBackRefused: put_back_refused,
    commands.RetryFile: retry_file,
    commands.ImportRows: import_rows,
    commands.TakeImportBack: take_import_back,
    commands.NoteExport: note_export,
    commands.EditMany: edit_many,
    commands.ProposeMerge: propose_merge,
    commands.MergeCustomers: merge_customers,
    commands.DecideMerge: decide_merge,
    commands.SetPreference: set_preference,
    commands.NoteOpened: note_opened,
    undo.RestoreFields: restore_fields,
    undo.RestoreMany: restore_many,
    undo.RestoreRow: restore_row,
    undo.RestoreDraft: restore_draft,
    undo.TakeBack: take_back,
}


def handle(handling: Handling, command: Command) -> Done:
    """Run the handler of a command inside the given unit of work; raises CrmdeskError and then nothing is kept."""
    handler = HANDLERS.get(type(command))
    if handler is None:
        raise InputError("unknown_command", command=type(command).__name__)
    return handler(handling, command)
