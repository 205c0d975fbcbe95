"""What the visit editor needs to open: the visit or its draft, the doctors, products, colleagues, the last promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.domain.visit_rules import USUAL, Backdating
from crmdesk.services.views import AdverseEventItem, DoctorView, HistoryEntry, Person, Row
from crmdesk.ui.parts.date_field import today

if TYPE_CHECKING:
    from crmdesk.services.reads_sync import Reads

DRAFT_PREFIX = "visit:"


class VisitOpening(msgspec.Struct, frozen=True):
    """Everything for the editor at once. `row` is None for a visit that was never saved, `draft` where none is kept."""

    visit_id: str
    row: Row | None
    draft: Mapping[str, Any] | None
    draft_saved_at: str
    doctors: tuple[DoctorView, ...]
    products: tuple[Row, ...]
    companions: tuple[Row, ...]
    person: Person
    receipts: int
    adverse_event: AdverseEventItem | None = None
    amendments: tuple[HistoryEntry, ...] = ()
    questions: tuple[Row, ...] = ()
    doctor_names: Mapping[str, str] = msgspec.field(default_factory=dict)
    backdating: Backdating = USUAL

    @property
    def draft_key(self) -> str:
        """The name under which what is typed is kept."""
        return draft_key(self.visit_id)

    @property
    def products_in_order(self) -> list[Row]:
        """The products, those first that these doctors were told about before."""
        entries = (one for view in self.doctors for one in view.timeline if one.record == "visit")
        told = {name for entry in entries for name in entry.chips}
        return sorted(self.products, key=lambda row: str(row["name"]) not in told)


def draft_key(visit_id: str) -> str:
    """Return the name of a visit's draft."""
    return f"{DRAFT_PREFIX}{visit_id}"


def visit_id_of(key: str) -> str:
    """Return the visit of a draft's name, '' for drafts of something else."""
    return key[len(DRAFT_PREFIX) :] if key.startswith(DRAFT_PREFIX) else ""


def open_visit(reads: Reads, visit_id: str, doctor_id: str) -> VisitOpening:
    """Read what the editor needs. Without a visit, a draft or today's plan for the doctor is taken up."""
    drafts = {visit_id_of(key): (content, saved_at) for key, content, saved_at in reads.drafts()}
    chosen = visit_id or _begun(reads, drafts, doctor_id) or new_id()
    draft, saved_at = drafts.get(chosen, (None, ""))
    row = _row(reads, chosen)
    values: Mapping[str, Any] = draft or (row.values if row else {"doctor_ids": [doctor_id] if doctor_id else []})
    return VisitOpening(
        visit_id=chosen,
        row=row,
        draft=draft,
        draft_saved_at=saved_at,
        doctors=tuple(reads.doctor(one) for one in list(values.get("doctor_ids") or ())[:5]),
        products=tuple(reads.products()),
        companions=companions(reads),
        person=reads.person(),
        receipts=len(reads.receipts("visit", chosen)),
        adverse_event=reads.adverse_event_of(chosen),
        amendments=reads.amendments(chosen),
        questions=tuple(reads.open_questions(list(values.get("doctor_ids") or ()))),
        backdating=reads.backdating(),
        doctor_names={one.id: one.name for one in reads.customer_items("doctor", list(values.get("doctor_ids") or ()))},
    )


def companions(reads: Reads) -> tuple[Row, ...]:
    """Return who may join a visit: managers of the person's territories first, then the colleagues in them."""
    person = reads.person()
    parents = {row.id: str(row["parent_id"] or "") for row in reads.rows("territory")}
    near = set(person.territory_ids)
    for territory in person.territory_ids:
        above = parents.get(territory, "")
        while above and above not in near:
            near.add(above)
            above = parents.get(above, "")
    close = {str(row["user_id"]) for row in reads.rows("assignment") if row["territory_id"] in near}
    people = [row for row in reads.colleagues() if row.id in close and row.id != person.user_id]
    return tuple(sorted(people, key=lambda row: (row["role"] != "manager", str(row["name"]))))


def _begun(reads: Reads, drafts: Mapping[str, tuple[Mapping[str, Any], str]], doctor_id: str) -> str:
    if not doctor_id:
        return ""
    for visit_id, (content, _saved_at) in drafts.items():
        if visit_id and list(content.get("doctor_ids") or ()) == [doctor_id]:
            return visit_id
    for item in reads.today(today().isoformat()).items:
        mine = item.visit["owner_id"] == reads.person().user_id
        if mine and item.visit["state"] != "submitted" and list(item.visit["doctor_ids"] or ()) == [doctor_id]:
            return item.visit.id
    return ""


def _row(reads: Reads, visit_id: str) -> Row | None:
    try:
        return reads.visit(visit_id)
    except InputError:  # a visit that so far only its draft knows
        return None
