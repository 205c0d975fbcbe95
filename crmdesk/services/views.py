"""What the reads return: plain frozen data for one page or row of a page; no SQL rows, no live objects."""

from collections.abc import Mapping
from typing import Any

import msgspec

from crmdesk.domain.custom_fields import value_of
from crmdesk.domain.planning import DueDay

SAVED_HERE, SENT, ACCEPTED, NEEDS_YOU = "saved_here", "sent", "accepted", "needs_you"
"""The states in which the person's own changes of a row can be; shown wherever the row is shown."""


class Row(msgspec.Struct, frozen=True):
    """A row as it is shown: base with the pending edits laid over it. `values` holds the declared fields."""

    record: str
    id: str
    revision: int
    values: Mapping[str, Any]
    sync_state: str = ACCEPTED
    created_by: str = ""
    updated_at: str = ""
    updated_by: str = ""

    def __getitem__(self, name: str) -> Any:
        return value_of(self.values, name)


class Person(msgspec.Struct, frozen=True):
    """Who is signed in on this laptop."""

    user_id: str
    login: str
    name: str
    role: str
    territory_ids: tuple[str, ...]
    territory_names: tuple[str, ...]
    place: str = ""
    """The name of what is assigned to the person: for a manager the region, not what lies in it."""


class Hit(msgspec.Struct, frozen=True):
    """A search hit with the reason why it hit (`name`, `pinyin`, `initials`, `hospital`, `department`, `alias` …).

    `number` is the telephone number that hit (`mobile`, `phone`), as it is stored.
    """

    record: str
    id: str
    title: str
    subtitle: str
    reason: str
    customer_class: str = ""
    number: str = ""


class CustomerItem(msgspec.Struct, frozen=True):
    """One line of the customer list."""

    record: str  # doctor | institution
    id: str
    name: str
    title: str  # picklist code of the title, or level for an institution
    specialty: str
    customer_class: str
    institution_name: str
    department_name: str
    last_visit_at: str
    sync_state: str
    has_conflict: bool
    status: str
    territory_name: str = ""
    phone: str = ""
    updated_at: str = ""
    influence: str = ""
    mobile: str = ""
    email: str = ""
    tags: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()  # channels
    kind: str = ""  # the three of an institution
    province: str = ""
    address: str = ""
    custom: Mapping[str, Any] = msgspec.field(default_factory=dict)  # company fields by key
    due: DueDay | None = None  # where it was asked for


class FilterChoices(msgspec.Struct, frozen=True):
    """What conditions can be set to beside picklists: territories (id, name), the tags in use, the commonest first."""

    territories: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    planned: bool = False  # a cycle plan of the present day says who is due
    plain: bool = True  # there is a territory without one


class AffiliationView(msgspec.Struct, frozen=True):
    """Where a doctor works, or who works there."""

    affiliation_id: str
    doctor_id: str
    doctor_name: str
    institution_id: str
    institution_name: str
    department_name: str
    duty: str
    is_primary: bool
    doctor_title: str = ""
    doctor_class: str = ""
    department_id: str = ""
    last_visit_at: str = ""  # of the doctor, anywhere
    valid_from: str = ""
    valid_to: str = ""


class DuplicatePair(msgspec.Struct, frozen=True):
    """Two customers who may be one; `reasons` are codes of `domain.duplicates.Reason`, of hospitals `intake.Reason`."""

    first: CustomerItem
    second: CustomerItem
    reasons: tuple[str, ...]


class MergeItem(msgspec.Struct, frozen=True):
    """A proposal to merge two customers, or what became of it; `pending` is a command that waits to be sent."""

    row: Row
    kept_id: str
    other_id: str
    state: str
    kept_name: str
    other_name: str
    institution_name: str
    owner_name: str
    decided_by_name: str
    pending: str
    mine: bool


class MergeSide(msgspec.Struct, frozen=True):
    """One of two customers who are compared, with what would follow; `affiliations` of an institution: its people."""

    row: Row
    affiliations: tuple[AffiliationView, ...]
    visits: int
    last_visit_at: str
    attachments: int
    departments: int = 0


class MergeView(msgspec.Struct, frozen=True):
    """Two customers side by side. `seen_hash` goes into the command; `differing` are fields to choose about."""

    kept: MergeSide
    other: MergeSide
    seen_hash: str
    reasons: tuple[str, ...]
    differing: tuple[str, ...]
    merge: MergeItem | None


class TimelineEntry(msgspec.Struct, frozen=True):
    """One thing that happened with a customer: a visit, a claim or a call-back, newest first."""

    record: str
    id: str
    at: str
    kind: str  # channel of a visit, way of a call-back, 'claim' for a claim
    who: str
    text: str
    chips: tuple[str, ...]
    state: str
    sync_state: str
    duration_min: int = 0
    amount_fen: int = 0
    reactions: tuple[str, ...] = ()  # codes beside `chips`: of products, '' for none; yes or no of a call-back
    joint_with: tuple[str, ...] = ()
    next_step: str = ""
    next_step_on: str = ""
    next_step_done: bool = False
    called_back: str = ""  # the latest result of a call-back about a visit, '' for none
    owner_id: str = ""


class HistoryEntry(msgspec.Struct, frozen=True):
    """One change of a row: {field: (old, new)}, who and when; from the server's audit trail.

    `names` gives the words for ids among the values.
    """

    at: str
    who: str
    action: str
    changes: Mapping[str, tuple[Any, Any]]
    reason: str
    on_behalf_of: str = ""
    names: Mapping[str, str] = msgspec.field(default_factory=dict)


class ConflictView(msgspec.Struct, frozen=True):
    """A field that two people changed: three values, who and when.

    `field` is 'deleted' where one person deleted what another one edited: then the two values are `deleted` (True) or
    the edit {field: (old, new)}, and there is none before. `names` gives the words for ids among the values, `choices`
    what `ResolveConflict` may take instead: a value that the row can't have by its rules by now is only shown.
    `in_use` is the one that the row has: 'winner' until the field is changed again, then also 'loser', 'base', or ''
    for another value, which is `now_value`.
    """

    id: str
    record: str
    row_id: str
    row_title: str
    field: str
    base_value: Any
    winner_value: Any
    winner_by: str
    winner_at: str
    loser_value: Any
    loser_by: str
    loser_at: str
    loser_is_me: bool
    winner_is_me: bool
    choices: tuple[str, ...]
    names: Mapping[str, str] = msgspec.field(default_factory=dict)
    in_use: str = "winner"
    now_value: Any = None


class DoctorView(msgspec.Struct, frozen=True):
    """Everything about one doctor on one page."""

    row: Row
    pinyin: str
    affiliations: tuple[AffiliationView, ...]
    timeline: tuple[TimelineEntry, ...]
    promises: tuple[Row, ...]  # visits with an open next step
    history: tuple[HistoryEntry, ...]
    conflicts: tuple[ConflictView, ...]
    visits_by_month: tuple[int, ...]  # last 12 months, oldest first
    claims_fen: int
    duplicates: tuple[DuplicatePair, ...] = ()
    merges: tuple[MergeItem, ...] = ()  # that stand, and open proposals
    evidence: tuple["ReceiptView", ...] = ()  # files of the doctor: what proves the consent
    questions: tuple[Row, ...] = ()  # visits at which something was asked and is not answered, newest first


class InstitutionView(msgspec.Struct, frozen=True):
    """Everything about one institution on one page."""

    row: Row
    departments: tuple[Row, ...]
    people: tuple[AffiliationView, ...]
    timeline: tuple[TimelineEntry, ...]
    history: tuple[HistoryEntry, ...]
    conflicts: tuple[ConflictView, ...]
    procurement: tuple[Row, ...] = ()
    merges: tuple[MergeItem, ...] = ()  # that stand, and open proposals


class TodayItem(msgspec.Struct, frozen=True):
    """One visit of the day in order of time."""

    visit: Row
    doctor_id: str
    doctor_names: str
    customer_class: str
    institution_name: str
    department_name: str
    last_promise: str
    last_promise_on: str
    overdue: bool
    question: str = ""  # what was asked last and is still to be answered
    reception: str = ""  # the reception rules of the institution


class AdverseEventItem(msgspec.Struct, frozen=True):
    """The task of an adverse event with the words for whom it names; `history` tells who wrote what, newest first."""

    row: Row
    visit_id: str
    doctor_id: str
    doctor_names: str
    product_names: tuple[str, ...]
    institution_name: str
    heard_by: str
    reported_by: str
    history: tuple["HistoryEntry", ...] = ()


class DueReason(msgspec.Struct, frozen=True):
    """Why a doctor is due: the goal in visits of the cycle plan, what was done and scheduled (hundredths), every how
    many days; `goal` 0: there is no plan, and the plain rule holds.
    """

    goal: int = 0
    credit: int = 0
    interval_days: int = 0


class TodayView(msgspec.Struct, frozen=True):
    """The day: its visits and the open promises that are due.

    `adverse_events` are the open tasks whatever the day, the most pressing first.
    """

    date: str
    items: tuple[TodayItem, ...]
    overdue_promises: tuple[TodayItem, ...]
    adverse_events: tuple[AdverseEventItem, ...] = ()


class DueView(msgspec.Struct, frozen=True):
    """Doctors who are due and not seen, the most pressing first, with the reason of each."""

    items: tuple[CustomerItem, ...] = ()
    reasons: Mapping[str, DueReason] = msgspec.field(default_factory=dict)


class BudgetEffect(msgspec.Struct, frozen=True):
    """What a claim does to a budget, with the time of the figures; fen throughout."""

    budget_id: str
    territory_name: str
    period: str
    category: str
    rule: str
    planned_fen: int
    reserved_fen: int
    committed_fen: int
    spent_fen: int
    this_fen: int  # share of this claim
    counted: bool  # whether this_fen is in reserved_fen (submitted), committed_fen or spent_fen already
    as_of: str

    @property
    def left_fen(self) -> int:
        """What remains after this claim."""
        open_fen = 0 if self.counted else self.this_fen
        return self.planned_fen - self.reserved_fen - self.committed_fen - self.spent_fen - open_fen


class ReceiptView(msgspec.Struct, frozen=True):
    """An attachment of a claim; `present` says whether its bytes are on this laptop."""

    attachment_id: str
    sha256: str
    file_name: str
    media_type: str
    size_bytes: int
    present: bool


class CallBackItem(msgspec.Struct, frozen=True):
    """A call-back with the words for whom it names; `bound` says that a decision rests on it: it is locked."""

    row: Row
    doctor_name: str
    who: str
    mine: bool
    bound: bool


class DoctorToCall(msgspec.Struct, frozen=True):
    """A doctor whom a call-back may go to, with the channels that the doctor agreed to."""

    id: str
    name: str
    consent: frozenset[str]


class CallBackSubject(msgspec.Struct, frozen=True):
    """What a call-back is about: a claim, a visit or both; `points` is what one would ask.

    `refusal` is the code of why the person who is signed in may not call, or ''.
    """

    claim_id: str
    visit_id: str
    title: str
    visit_title: str
    visit_at: str
    owner_name: str
    doctors: tuple[DoctorToCall, ...]
    points: tuple[str, ...]
    refusal: str


class ClaimView(msgspec.Struct, frozen=True):
    """A claim with all that a decision needs on one screen. `seen_hash` goes into the command."""

    row: Row
    seen_hash: str
    owner_name: str
    visit_title: str
    doctor_names: Mapping[str, str]
    receipts: tuple[ReceiptView, ...]
    findings: tuple[Mapping[str, Any], ...]
    budgets: tuple[BudgetEffect, ...]
    trail: tuple[HistoryEntry, ...]
    pending: str  # a queued event of this laptop ('submit', 'approve' …) or ''
    allowed: frozenset[str]  # events that the signed-in person may queue now
    refusal: str = ""  # code of the last refusal of a command of ours
    refusal_params: Mapping[str, Any] = msgspec.field(default_factory=dict)
    call_backs: tuple[CallBackItem, ...] = ()


class ClaimItem(msgspec.Struct, frozen=True):
    """One line of the expense or approval list."""

    id: str
    title: str
    owner_name: str
    total_fen: int
    state: str
    pending: str
    sync_state: str
    submitted_at: str
    updated_at: str
    findings: int
    refusal: str
    refusal_params: Mapping[str, Any] = msgspec.field(default_factory=dict)
    approved_fen: int | None = None  # of what was approved so far

    @property
    def amount_fen(self) -> int:
        """What the claim comes to: what was approved of it, before that what is claimed."""
        return self.total_fen if self.approved_fen is None else self.approved_fen


class WaitingItem(msgspec.Struct, frozen=True):
    """One operation of the queue in the person's words: record, title, since when, how large."""

    operation_id: str
    record: str
    row_id: str
    title: str
    kind: str
    command: str
    made_at: str
    size_bytes: int
    state: str  # saved_here | sent
    fields: Mapping[str, Any] = msgspec.field(default_factory=dict)  # what was put in, by field


class RefusedItem(msgspec.Struct, frozen=True):
    """A refused operation with its reason and the text intact; edit and retry, or drop."""

    operation_id: str
    record: str
    row_id: str
    title: str
    kind: str
    command: str
    code: str
    params: Mapping[str, Any]
    field: str
    fields: Mapping[str, Any]
    at: str


class SyncSummary(msgspec.Struct, frozen=True):
    """The figures of the Sync page and the status bar."""

    waiting: int
    oldest_waiting_at: str
    accepted_today: int
    conflicts: int
    refused: int
    last_sync_at: str
    last_sync_ms: int
    attachments_waiting: int
    customers: int
    loading_scopes: int
    files_up_bytes: int = 0
    files_down: int = 0
    files_down_bytes: int = 0
    files_stuck: int = 0
    fetching_anew: bool = False  # the server gives everything once more, after a long time away
    territories: Mapping[str, str] = msgspec.field(default_factory=dict)  # names by id


class BackupStand(msgspec.Struct, frozen=True):
    """What a backup made now would hold, and when the last one was made here and where it went ('' for never)."""

    changes: int
    needs_you: int
    drafts: int
    files: int
    given_up: int
    last_at: str
    last_path: str


class StuckFile(msgspec.Struct, frozen=True):
    """A file that does not get through by itself; `direction` is up or down, `code` the reason."""

    sha256: str
    direction: str
    code: str
    file_name: str
    record: str
    row_id: str
    title: str
    size_bytes: int


class FileToSend(msgspec.Struct, frozen=True):
    """A file that waits to be sent or is on its way, with the row that it belongs to."""

    file_name: str
    record: str
    title: str
    size_bytes: int
    sent_bytes: int
    queued_at: str


class Happening(msgspec.Struct, frozen=True):
    """Something that happened lately between laptop and server; `places` are the names of territories it is about."""

    code: str
    at: str
    params: Mapping[str, Any]
    places: tuple[str, ...] = ()
