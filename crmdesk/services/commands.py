"""The commands: what a person can do. Frozen, plain data; each has one handler in `crmdesk.services.handlers`.

`base_revision` is the revision that the person saw; `changes` maps declared field names to new values. `base` holds the
values that the person saw, by field (`custom.<key>` for company fields): only what differs from them is written, and
InputError('changed_meanwhile') where such a field holds something else by now; where a report is submitted, any field
that was seen. None: all that is given is written.
"""

from collections.abc import Mapping
from typing import Any

import msgspec


class Command(msgspec.Struct, frozen=True):
    """Base of all commands."""


class CreateRow(Command, frozen=True):
    """Make a row of any record that the person may write (department, affiliation …)."""

    record: str
    values: Mapping[str, Any]
    row_id: str = ""  # '' makes a new id
    draft_key: str = ""  # the draft that it was typed in, forgotten in the same commit


class EditRow(Command, frozen=True):
    """Change some fields of a row; raises InputError('changed_meanwhile') where a field changed since."""

    record: str
    row_id: str
    changes: Mapping[str, Any]
    base_revision: int
    reason: str = ""
    base: Mapping[str, Any] | None = None  # beside the revision, which a save of another window here leaves as it is


class DeleteRow(Command, frozen=True):
    """Delete a row (a tombstone; restorable)."""

    record: str
    row_id: str


class CreateDoctor(Command, frozen=True):
    """Make a doctor with the affiliation to an institution and a department by name (found or made).

    `institution_name`, without an id, makes the institution too; a department alone is refused: it would be lost.
    """

    values: Mapping[str, Any]
    institution_id: str = ""
    department_name: str = ""
    institution_name: str = ""
    draft_key: str = ""  # the draft that it was typed in, forgotten in the same commit


class AddPlace(Command, frozen=True):
    """Add an institution at which a doctor works too, with a department by name (found or made) and a duty.

    The first place of a doctor is the main one. Raises InputError('place_known') where the doctor works there already.
    """

    doctor_id: str
    institution_id: str
    department_name: str = ""
    duty: str = ""


class SaveDraft(Command, frozen=True):
    """Keep what is being typed in an editor (`key` such as `visit:<id>`); never synced, survives a crash."""

    key: str
    content: Mapping[str, Any]


class DiscardDraft(Command, frozen=True):
    """Forget a draft."""

    key: str


class SaveVisit(Command, frozen=True):
    """Create or change a visit (state planned or draft); its draft goes in the same commit."""

    visit_id: str
    values: Mapping[str, Any]
    draft_key: str = ""
    heard: str = ""  # what was heard of an adverse event, for the task that it opens
    base: Mapping[str, Any] | None = None


class SubmitVisit(Command, frozen=True):
    """Save and submit a visit report: from now on changes need a reason; its draft goes in the same commit."""

    visit_id: str
    values: Mapping[str, Any]
    draft_key: str = ""
    heard: str = ""
    base: Mapping[str, Any] | None = None


class GiveUpVisit(Command, frozen=True):
    """Forget a report that was begun: its draft, and the visit where nothing but the draft of a report made it."""

    visit_id: str
    draft_key: str


class AmendVisit(Command, frozen=True):
    """Change a submitted report with a reason that everybody who sees the visit can read; its draft goes along."""

    visit_id: str
    values: Mapping[str, Any]
    base_revision: int
    reason: str
    draft_key: str = ""
    heard: str = ""
    base: Mapping[str, Any] | None = None


class ReportAdverseEvent(Command, frozen=True):
    """Say that an adverse event was passed on to drug safety: how (`adverse_event_way`), to whom or which number."""

    task_id: str
    how: str
    where: str = ""
    heard: str = ""  # '' leaves what was written before


class PlanVisits(Command, frozen=True):
    """Make planned visits, all or none in one commit and one step of undo (copying a week, repeating, a suggestion)."""

    visits: tuple[Mapping[str, Any], ...]


class MoveVisit(Command, frozen=True):
    """Move a planned visit to another instant; to another day it needs a reason, which stays in its history."""

    visit_id: str
    starts_at: str
    reason: str = ""
    base: Mapping[str, Any] | None = None


class ProposeTarget(Command, frozen=True):
    """Ask for so many visits to a doctor in a cycle (0 gives the doctor up); a manager's own word holds at once.

    A `base` of None in each field says that no proposal was seen.
    """

    cycle_plan_id: str
    doctor_id: str
    wanted: int
    grounds: str = ""
    base: Mapping[str, Any] | None = None


class TargetCommand(Command, frozen=True):
    """Answer or withdraw a proposal (`crmdesk.domain.targets.Event`), bound to the content that was on the screen."""

    target_id: str
    event: str
    seen_hash: str
    args: Mapping[str, Any] = msgspec.field(default_factory=dict)


class AttachFile(Command, frozen=True):
    """Attach bytes (photo, PDF, OFD, XML; ≤ 20 MiB) to a row; stored encrypted, sent after the rows."""

    parent_record: str
    parent_id: str
    file_name: str
    content: bytes


class SaveClaim(Command, frozen=True):
    """Create or change a claim that is a draft or returned."""

    claim_id: str
    values: Mapping[str, Any]
    base: Mapping[str, Any] | None = None


class ClaimCommand(Command, frozen=True):
    """Do something to a claim (`crmdesk.domain.claims.Event`), bound to the content hash that was on the screen."""

    claim_id: str
    event: str
    seen_hash: str
    args: Mapping[str, Any] = msgspec.field(default_factory=dict)


class NoteCallBack(Command, frozen=True):
    """Write a call-back about a claim or visit; it confirms or disputes a claim that waits for one, in one commit.

    `seen_hash` binds that to the content that was on the screen; `comment` goes to the claimant.
    """

    values: Mapping[str, Any]
    seen_hash: str = ""
    comment: str = ""


class CorrectCallBack(Command, frozen=True):
    """Change an own call-back, as long as no decision rests on it."""

    call_back_id: str
    values: Mapping[str, Any]
    base_revision: int
    base: Mapping[str, Any] | None = None


class ResolveConflict(Command, frozen=True):
    """Settle a conflict: `keep` leaves what the row has, `loser`, `base` and `winner` put that value there anew."""

    conflict_id: str
    choice: str  # keep | loser | base | winner


class RetryRefused(Command, frozen=True):
    """Send a refused operation again, with changed fields where the person corrected them, or with a reason."""

    operation_id: str
    changes: Mapping[str, Any] = msgspec.field(default_factory=dict)
    reason: str = ""


class DropRefused(Command, frozen=True):
    """Give up a refused operation; its text stays in the list of what was given up for 30 days."""

    operation_id: str


class PutBackRefused(Command, frozen=True):
    """Take what was given up back to what needs the person; the rest says why it was refused, where that is known."""

    operation_id: str
    code: str = "given_up"
    params: Mapping[str, Any] = msgspec.field(default_factory=dict)
    field: str = ""


class RetryFile(Command, frozen=True):
    """Try a file that did not get through again, at once."""

    sha256: str


class ImportRows(Command, frozen=True):
    """Write a checked batch of imported rows, at most 500 per commit; made by `crmdesk.services.imports`.

    Rows written under one `run_id` can be taken back as one.
    """

    record: str
    rows: tuple[Mapping[str, Any], ...]
    run_id: str = ""
    file_name: str = ""


class TakeImportBack(Command, frozen=True):
    """Delete or set back these (record, id) of an import, at most 500, as far as nothing was done with them since.

    Made by `crmdesk.services.import_undo`. `unsent` are ids that no other waiting operation names: as long as nothing
    of them was sent they simply go.
    """

    run_id: str
    rows: tuple[tuple[str, str], ...]
    unsent: tuple[str, ...] = ()


class EditMany(Command, frozen=True):
    """Change the same fields of at most 500 rows, and put tags on or take them off; made by `crmdesk.services.batch`.

    Commands with the same `together` are undone as one.
    """

    record: str
    row_ids: tuple[str, ...]
    changes: Mapping[str, Any] = msgspec.field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    together: str = ""


class ProposeMerge(Command, frozen=True):
    """Say that two customers are one: `other_id` goes into `kept_id`; `take` as `domain.customer_merge.taken`."""

    kept_id: str
    other_id: str
    take: tuple[str, ...] = ()
    note: str = ""
    of: str = "doctor"  # or institution


class MergeCustomers(Command, frozen=True):
    """Merge two customers (managers, administrators), bound to the content that was compared; done by the server.

    `merge_id` names the proposal that it decides, '' where there is none.
    """

    kept_id: str
    other_id: str
    take: tuple[str, ...]
    seen_hash: str
    merge_id: str = ""
    note: str = ""
    of: str = "doctor"


class DecideMerge(Command, frozen=True):
    """Decline a proposal, or restore what was merged (`decline`, `restore`); done by the server."""

    merge_id: str
    event: str
    of: str = "doctor"


class NoteExport(Command, frozen=True):
    """Say that a list was exported: to the server's trail by the next sync; made by `crmdesk.services.exports`."""

    what: str
    row_count: int
    file_name: str
    exported_at: str
    narrowed_by: str = ""


class SetPreference(Command, frozen=True):
    """Keep a preference of this person on this laptop (language, theme, column widths …); `undoable` for a decision."""

    name: str
    value: str
    undoable: bool = False


class NoteOpened(Command, frozen=True):
    """Remember that a page was opened: such customers come first in the search, a claim's receipts are fetched first.

    Never synced.
    """

    record: str
    row_id: str


class Undo(Command, frozen=True):
    """Apply the inverse of an earlier outcome (`Outcome.undo_token`) as a fresh command."""

    undo_token: str


class Outcome(msgspec.Struct, frozen=True):
    """What a command did: ids of changed rows by record, the id made (if one), and the key of its inverse.

    `left_out` names rows of a change of many that stayed as they were: (id, code) each.
    """

    changed: Mapping[str, tuple[str, ...]]
    created_id: str = ""
    undo_token: str = ""
    left_out: tuple[tuple[str, str], ...] = ()


class ChangeSet(msgspec.Struct, frozen=True):
    """Which ids of which record changed and from where (`local`, `remote`, `sync`); never the rows themselves.

    Pseudo-records beside the declared ones: `outbox`, `needs_you`, `draft`, `preference`, `sync_state`.
    An empty tuple of ids means 'many: read again'. `fleeting`: it can be undone only until it is sent.
    """

    changed: Mapping[str, tuple[str, ...]]
    origin: str
    fleeting: bool = False
