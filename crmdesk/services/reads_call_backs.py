"""Reads about call-backs: those of a claim, of a doctor and of a visit, and whom one could call about what."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from crmdesk.domain import call_backs as rules
from crmdesk.domain.call_back_record import CALL_BACK
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.roles import Role
from crmdesk.services import shown, waiting
from crmdesk.services.reads_history import HistoryReads
from crmdesk.services.shown import Values
from crmdesk.services.views import CallBackItem, CallBackSubject, DoctorToCall, HistoryEntry, TimelineEntry
from crmdesk.storage.connection import Connection

_CALLED_BACK = "called_back"


def bound_here(connection: Connection, row: Mapping[str, object]) -> bool:
    """Say whether a decision that waits on this laptop rests on a call-back."""
    claim_id = str(row.get("claim_id") or "")
    queued = waiting.queued_commands(connection, claim_id) if claim_id else []
    return any(one.args.get("call_back_id") == row["id"] for one in queued)


class CallBackReads(HistoryReads):
    """What the pages of claims and doctors ask about call-backs."""

    def call_backs_of(self, claim_id: str) -> tuple[CallBackItem, ...]:
        """Return the call-backs about a claim that are here, the newest first."""
        return self._call_backs("AND r.claim_id = :id", claim_id)

    def call_back(self, row_id: str) -> CallBackItem:
        """Return one call-back; raises InputError('unknown_row')."""
        found = self._call_backs("AND r.id = :id", row_id)
        if not found:
            raise InputError("unknown_row", record="call_back", row_id=row_id)
        return found[0]

    def call_back_as_noted(self, row_id: str) -> tuple[CallBackItem, CallBackSubject, tuple[HistoryEntry, ...]]:
        """Return one call-back, what it is about as far as that is here, and how it was changed."""
        item = self.call_back(row_id)
        claim_id, visit_id, doctor_id = (str(item.row[name] or "") for name in ("claim_id", "visit_id", "doctor_id"))
        try:
            subject = self.call_back_subject(claim_id, visit_id)
        except InputError:  # the claim and visit have left this laptop: what was noted can be read all the same
            subject = CallBackSubject(claim_id, visit_id, "", "", "", "", (), (), "")
        if item.doctor_name and doctor_id not in {one.id for one in subject.doctors}:
            named = DoctorToCall(doctor_id, item.doctor_name, frozenset())
            subject = msgspec.structs.replace(subject, doctors=(*subject.doctors, named))
        return item, subject, self.history("call_back", row_id)

    def call_back_subject(self, claim_id: str = "", visit_id: str = "") -> CallBackSubject:
        """Return what a call-back would be about: doctors, the consent of each; raises InputError('unknown_row')."""
        claim = shown.select_one(self._connection, "claim", claim_id)
        visit_id = visit_id or str((claim or {}).get("visit_id") or "")
        visit = shown.select_one(self._connection, "visit", visit_id)
        if claim is None and visit is None:
            raise InputError("unknown_row", record="visit" if visit_id else "claim", row_id=visit_id or claim_id)
        ids = rules.doctors_of(claim, visit)
        rows = shown.select_ids(self._connection, "doctor", ids)
        named = self._titles([("visit", visit_id)]) if visit is not None else {}
        return CallBackSubject(
            claim_id=claim_id,
            visit_id=visit_id if visit is not None else "",
            title=str((claim or {}).get("title") or ""),
            visit_title=named.get(("visit", visit_id), ""),
            visit_at=str((visit or {}).get("starts_at") or ""),
            owner_name=self._name_of((claim or visit or {}).get("owner_id")),
            doctors=tuple(
                DoctorToCall(one, str(rows[one].get("name") or ""), frozenset(rows[one].get("consent") or ()))
                for one in ids
                if one in rows
            ),
            points=tuple(_points(claim, visit)),
            refusal=self._author_refusal(claim, visit),
        )

    def _author_refusal(self, claim: Values | None, visit: Values | None) -> str:
        """Return the code of why this person may not call about it at all, '' where nothing stands against it."""
        if Role(self._person.role) not in CALL_BACK.writers:
            return "forbidden"
        try:
            rules.check_author(self._person.user_id, claim, visit)
        except RefusedError as refusal:
            return refusal.code
        return ""

    def _call_backs(self, where: str, value: str) -> tuple[CallBackItem, ...]:
        rows = shown.select(
            self._connection, "call_back", f"{where} ORDER BY r.called_at DESC, r.id DESC", {"id": value}
        )
        names = self._names("doctor", (row.get("doctor_id") for row in rows))
        return tuple(
            CallBackItem(
                row=self._as_row("call_back", row),
                doctor_name=names.get(row.get("doctor_id") or "", ""),
                who=self._name_of(row.get("owner_id")),
                mine=row.get("owner_id") == self._person.user_id,
                bound=bool(row.get("decided_at")) or bound_here(self._connection, row),
            )
            for row in rows
        )

    def _called_entries(self, where: str, params: Mapping[str, object]) -> list[TimelineEntry]:
        """Return call-backs as entries of a timeline."""
        rows = shown.select(self._connection, "call_back", where, params)
        return [
            TimelineEntry(
                record="call_back",
                id=row["id"],
                at=row["called_at"] or "",
                kind=row.get("way") or "",
                who=self._name_of(row.get("owner_id")),
                text=row.get("note") or "",
                chips=tuple(row.get("asked") or ()),
                state=row.get("outcome") or "",
                sync_state=self._sync_state("call_back", row),
                reactions=tuple(
                    "yes" if one in (row.get("confirmed") or ()) else "no" for one in row.get("asked") or ()
                ),
            )
            for row in rows
        ]

    def _called_about(self, visits: Sequence[Values]) -> dict[str, str]:
        """Return the latest result of a call-back by visit id, as the trail of the visit tells whoever holds it."""
        found: dict[str, str] = {}
        ids = [row["id"] for row in visits]
        for start in range(0, len(ids), 500):
            marks, params = shown.in_list(ids[start : start + 500])
            rest = f"AND r.parent_id IN ({marks}) AND r.action = :called ORDER BY r.at, r.id"
            rows = shown.select(self._connection, "audit_entry", rest, params | {"called": _CALLED_BACK})
            for row in rows:
                found[row["parent_id"]] = str(((row.get("changes") or {}).get("outcome") or [None, None])[1] or "")
        return found


def _points(claim: Values | None, visit: Values | None) -> Iterable[str]:
    """Yield what one would ask about: the visit, and what the claim spent money on."""
    spent = {line.get("category") for line in (claim or {}).get("lines") or ()}
    if visit is not None:
        yield "visit"
    if "meal" in spent:
        yield from ("meal", "attendees")
    if "material" in spent:
        yield "material"
    if "speaker_fee" in spent:
        yield "fee"
