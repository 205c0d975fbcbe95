"""The commands: what a person can do. Frozen, plain data; each has one handler in `crmdesk.services.handlers`.

`base_revision` is the revision that the person saw; `changes` maps declared field names to new values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands."""


@dataclass(frozen=True, slots=True)
class CreateRow(Command):
    """Make a row of any record that the person may write (department, affiliation …)."""

    record: str
    values: Mapping[str, Any]
    row_id: str = ""  # '' makes a new id


@dataclass(frozen=True, slots=True)
class EditRow(Command):
    """Change some fields of a row; raises InputError('changed_meanwhile') where a field changed since."""

    record: str
    row_id: str
    changes: Mapping[str, Any]
    base_revision: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeleteRow(Command):
    """Delete a row (a tombstone; restorable)."""

    record: str
    row_id: str


@dataclass(frozen=True, slots=True)
class CreateDoctor(Command):
    """Make a doctor with the affiliation to an institution and a department by name (found or made)."""

    values: Mapping[str, Any]
    institution_id: str = ""
    department_name: str = ""


@dataclass(frozen=True, slots=True)
class SaveDraft(Command):
    """Keep what is being typed in an editor (`key` such as `visit:<id>`); never synced, survives a crash."""

    key: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DiscardDraft(Command):
    """Forget a draft."""

    key: str


@dataclass(frozen=True, slots=True)
class SaveVisit(Command):
    """Create or change a visit (state planned or draft); its draft goes in the same commit."""

    visit_id: str
    values: Mapping[str, Any]
    draft_key: str = ""
    heard: str = ""  # what was heard of an adverse event, for the task that it opens


@dataclass(frozen=True, slots=True)
class SubmitVisit(Command):
    """Save and submit a visit report: from now on changes need a reason; its draft goes in the same commit."""

    visit_id: str
    values: Mapping[str, Any]
    draft_key: str = ""
    heard: str = ""


@dataclass(frozen=True, slots=True)
class AmendVisit(Command):
    """Change a submitted report with a reason that everybody who sees the visit can read; its draft goes along."""

    visit_id: str
    values: Mapping[str, Any]
    base_revision: int
    reason: str
    draft_key: str = ""
    heard: str = ""


@dataclass(frozen=True, slots=True)
class ReportAdverseEvent(Command):
    """Say that an adverse event was passed on to drug safety: how (`adverse_event_way`), to whom or which number."""

    task_id: str
    how: str
    where: str = ""
    heard: str = ""  # '' leaves what was written before


@dataclass(frozen=True, slots=True)
class PlanVisits(Command):
    """Make planned visits, all or none in one commit and one step of undo (copying a week, repeating, a suggestion)."""

    visits: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class MoveVisit(Command):
    """Move a planned visit to another instant; to another day it needs a reason, which stays in its history."""

    visit_id: str
    starts_at: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProposeTarget(Command):
    """Ask for so many visits to a doctor in a cycle (0 gives the doctor up); a manager's own word holds at once."""

    cycle_plan_id: str
    doctor_id: str
    wanted: int
    grounds: str = ""


@dataclass(frozen=True, slots=True)
class TargetCommand(Command):
    """Answer or withdraw a proposal (`crmdesk.domain.targets.Event`), bound to the content that was on the screen."""

    target_id: str
    event: str
    seen_hash: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttachFile(Command):
    """Attach bytes (photo, PDF, OFD, XML; ≤ 20 MiB) to a row; stored encrypted, sent after the rows."""

    parent_record: str
    parent_id: str
    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SaveClaim(Command):
    """Create or change a claim that is a draft or returned."""

    claim_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimCommand(Command):
    """Do something to a claim (`crmdesk.domain.claims.Event`), bound to the content hash that was on the screen."""

    claim_id: str
    event: str
    seen_hash: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoteCallBack(Command):
    """Write a call-back about a claim or visit; it confirms or disputes a claim that waits for one, in one commit.

    `seen_hash` binds that to the content that was on the screen; `comment` goes to the claimant.
    """

    values: Mapping[str, Any]
    seen_hash: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CorrectCallBack(Command):
    """Change an own call-back, as long as no decision rests on it."""

    call_back_id: str
    values: Mapping[str, Any]
    base_revision: int


@dataclass(frozen=True, slots=True)
class ResolveConflict(Command):
    """Settle a conflict: `keep` leaves the value in use, `loser` and `base` put that value back as a fresh edit."""

    conflict_id: str
    choice: str  # keep | loser | base


@dataclass(frozen=True, slots=True)
class RetryRefused(Command):
    """Send a refused operation again, with changed fields where the person corrected them."""

    operation_id: str
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DropRefused(Command):
    """Give up a refused operation; its text stays in the list of dropped ones for 30 days."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class RetryFile(Command):
    """Try a file that did not get through again, at once."""

    sha256: str


@dataclass(frozen=True, slots=True)
class ImportRows(Command):
    """Write a checked batch of imported rows, at most 500 per commit; made by `crmdesk.services.imports`."""

    record: str
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class EditMany(Command):
    """Change the same fields of at most 500 rows, and put tags on or take them off; made by `crmdesk.services.batch`.

    Commands with the same `together` are undone as one.
    """

    record: str
    row_ids: tuple[str, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    together: str = ""


@dataclass(frozen=True, slots=True)
class ProposeMerge(Command):
    """Say that two doctors are one person: `other_id` goes into `doctor_id`; `take` as `domain.doctor_merge.taken`."""

    doctor_id: str
    other_id: str
    take: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class MergeDoctors(Command):
    """Merge two doctors (managers, administrators), bound to the content that was compared; done by the server.

    `merge_id` names the proposal that it decides, '' where there is none.
    """

    doctor_id: str
    other_id: str
    take: tuple[str, ...]
    seen_hash: str
    merge_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecideMerge(Command):
    """Decline a proposal, or restore what was merged (`decline`, `restore`); done by the server."""

    merge_id: str
    event: str


@dataclass(frozen=True, slots=True)
class NoteExport(Command):
    """Say that a list was exported: to the server's trail by the next sync; made by `crmdesk.services.exports`."""

    what: str
    row_count: int
    file_name: str
    exported_at: str
    narrowed_by: str = ""


@dataclass(frozen=True, slots=True)
class SetPreference(Command):
    """Keep a preference of this person on this laptop (language, theme, column widths …)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class NoteOpened(Command):
    """Remember that a page was opened: such customers come first in the search, a claim's receipts are fetched first.

    Never synced.
    """

    record: str
    row_id: str


@dataclass(frozen=True, slots=True)
class Undo(Command):
    """Apply the inverse of an earlier outcome (`Outcome.undo_token`) as a fresh command."""

    undo_token: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: ids of changed rows by record, the id made (if one), and the key of its inverse.

    `left_out` names rows of a change of many that stayed as they were: (id, code) each.
    """

    changed: Mapping[str, tuple[str, ...]]
    created_id: str = ""
    undo_token: str = ""
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Which ids of which record changed and from where (`local`, `remote`, `sync`); never the rows themselves.

    Pseudo-records beside the declared ones: `outbox`, `needs_you`, `draft`, `preference`, `sync_state`.
    An empty tuple of ids means 'many: read again'.
    """

    changed: Mapping[str, tuple[str, ...]]
    origin: str
