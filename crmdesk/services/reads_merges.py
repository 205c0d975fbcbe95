"""Reads about doctors who may be one person: suggestions with their reason, proposals, two doctors side by side."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from typing_extensions import override

from crmdesk.domain import doctor_merge, duplicates
from crmdesk.domain.doctor_merge import State
from crmdesk.domain.duplicates import DISMISSED, Candidate, Suggestion, dismissed_pairs, pair_key
from crmdesk.domain.errors import InputError
from crmdesk.services import shown, waiting
from crmdesk.services.reads_customers import CustomerReads
from crmdesk.services.shown import Values
from crmdesk.services.views import DoctorView, DuplicatePair, MergeItem, MergeSide, MergeView
from crmdesk.storage import settings

_LIMIT = 300
_DECIDED = 40
_AT_ONCE = 1_000
_CANDIDATES = (
    "SELECT id, name, pinyin, mobile, phone FROM row_doctor WHERE deleted = 0 AND coalesce(status, '') <> 'merged'"
)


class MergeReads(CustomerReads):
    """What the Duplicates page and the doctor's page ask."""

    @override
    def doctor(self, row_id: str) -> DoctorView:
        return msgspec.structs.replace(
            super().doctor(row_id),
            duplicates=tuple(self.duplicates_of(row_id)),
            merges=tuple(self.merges_of(row_id)),
            evidence=self.receipts("doctor", row_id),
        )

    def duplicates(self, limit: int = _LIMIT) -> list[DuplicatePair]:
        """Return pairs that may be one person, the likeliest first; decided, proposed and dismissed ones are left out.

        Takes about two seconds with 100,000 doctors.
        """
        found = {one for some in self._alike() for one in duplicates.suggestions(some)}
        return self._as_pairs(sorted(found, key=duplicates.likeliest), limit)

    def duplicates_of(self, doctor_id: str) -> list[DuplicatePair]:
        """Return who may be the same person as one doctor."""
        same = "pinyin = (SELECT pinyin FROM row_doctor WHERE id = :id)"
        found = duplicates.suggestions(self._candidates(same, {"id": doctor_id}))
        return self._as_pairs([one for one in found if doctor_id in (one.first, one.second)], 5)

    def merge_view(self, kept_id: str, other_id: str, merge_id: str = "") -> MergeView:
        """Return two doctors side by side; raises InputError('unknown_row')."""
        rows = shown.select_ids(self._connection, "doctor", [kept_id, other_id])
        for one in (kept_id, other_id):
            if one not in rows:
                raise InputError("unknown_row", record="doctor", row_id=one)
        both = self._candidates("id IN (:kept, :other)", {"kept": kept_id, "other": other_id})
        kept, other = rows[kept_id], rows[other_id]
        return MergeView(
            kept=self._side(kept),
            other=self._side(other),
            seen_hash=doctor_merge.pair_hash(kept, other),
            reasons=tuple(duplicates.reasons(*both)) if len(both) == 2 else (),
            differing=doctor_merge.differing(kept, other),
            merge=self._merge_item(merge_id) if merge_id else None,
        )

    def merges(self) -> list[MergeItem]:
        """Return the proposals, oldest first, then what was decided lately, newest first."""
        rows = shown.select(self._connection, "doctor_merge", "ORDER BY r.created_at, r.id")
        opened = [row for row in rows if (row["state"] or State.PROPOSED) == State.PROPOSED]
        decided = [row for row in reversed(rows) if row["state"] in (State.DONE, State.UNDONE)]
        return self._merge_items([*opened, *decided[:_DECIDED]])

    def merges_of(self, doctor_id: str) -> list[MergeItem]:
        """Return the merges that a doctor was part of and that stand, and open proposals."""
        rows = shown.select(
            self._connection,
            "doctor_merge",
            "AND (r.doctor_id = :id OR r.other_id = :id) AND coalesce(r.state, 'proposed') IN ('proposed', 'done')"
            " ORDER BY r.created_at DESC",
            {"id": doctor_id},
        )
        return self._merge_items(rows)

    def _merge_item(self, merge_id: str) -> MergeItem | None:
        row = shown.select_one(self._connection, "doctor_merge", merge_id)
        return self._merge_items([row])[0] if row is not None else None

    def _merge_items(self, rows: Sequence[Values]) -> list[MergeItem]:
        names = self._names("doctor", (row[name] for row in rows for name in ("doctor_id", "other_id")))
        places = self._places([row["doctor_id"] for row in rows])
        return [
            MergeItem(
                row=self._as_row("doctor_merge", row),
                state=row["state"] or State.PROPOSED.value,
                kept_name=names.get(row["doctor_id"], ""),
                other_name=names.get(row["other_id"], ""),
                institution_name=places.get(row["doctor_id"], ("", ""))[0],
                owner_name=self._name_of(row["owner_id"]),
                decided_by_name=self._name_of(row["decided_by"]),
                pending=next(iter(waiting.commands_on(self._connection, "doctor_merge", row["id"])), ""),
                mine=row["owner_id"] == self._person.user_id,
            )
            for row in rows
        ]

    def _side(self, row: Values) -> MergeSide:
        attachments = self._count(
            "SELECT count(*) FROM row_attachment WHERE deleted = 0 AND parent_record = 'doctor' AND parent_id = :id",
            {"id": row["id"]},
        )
        visits = self._visits.visits_of(self._connection, [row["id"]])
        return MergeSide(
            row=self._as_row("doctor", row),
            affiliations=self._affiliations("AND r.doctor_id = :id", row["id"]),
            visits=len(visits),
            last_visit_at=self._visits.last_visits_of(self._connection, [row["id"]]).get(row["id"], ""),
            attachments=attachments,
        )

    def _alike(self) -> Iterator[list[Candidate]]:
        """Yield those who are read or called alike, some hundreds at a time: together they would fill the memory."""
        repeated = "pinyin IN (SELECT pinyin FROM row_doctor GROUP BY pinyin HAVING count(*) > 1) ORDER BY pinyin"
        some: list[Mapping[str, Any]] = []
        for row in self._connection.execute(f"{_CANDIDATES} AND {repeated}").mappings():
            if len(some) >= _AT_ONCE and row["pinyin"] != some[-1]["pinyin"]:
                yield self._as_candidates(some)
                some = []
            some.append(dict(row))
        yield self._as_candidates(some)
        otherwise = "SELECT name FROM row_doctor GROUP BY name HAVING count(DISTINCT pinyin) > 1"
        yield self._candidates(f"name IN ({otherwise})", {})

    def _candidates(self, where: str, params: dict[str, Any]) -> list[Candidate]:
        return self._as_candidates(self._fetch(f"{_CANDIDATES} AND {where}", params))

    def _as_candidates(self, rows: Sequence[Mapping[str, Any]]) -> list[Candidate]:
        places = self._institutions_of([row["id"] for row in rows])
        return [
            Candidate(
                row["id"],
                row["name"] or "",
                row["pinyin"] or "",
                frozenset(places.get(row["id"], ())),
                tuple(phone for phone in (row["mobile"], row["phone"]) if phone),
            )
            for row in rows
        ]

    def _institutions_of(self, doctor_ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        statement = (
            "SELECT doctor_id, institution_id FROM row_affiliation WHERE deleted = 0"
            " AND doctor_id IN (SELECT value FROM json_each(:ids))"
        )
        for doctor_id, place in self._connection.execute(statement, {"ids": json.dumps(list(doctor_ids))}):
            found[doctor_id].append(place)
        return found

    def _as_pairs(self, found: Iterable[Suggestion], limit: int) -> list[DuplicatePair]:
        told = dismissed_pairs(settings.preference(self._connection, DISMISSED))
        known = self._fetch(
            "SELECT doctor_id, other_id FROM row_doctor_merge"
            " WHERE deleted = 0 AND coalesce(state, 'proposed') <> 'undone'"
        )
        told |= {pair_key(row["doctor_id"], row["other_id"]) for row in known}
        pairs = [one for one in found if pair_key(one.first, one.second) not in told][:limit]
        ids = list(dict.fromkeys(row_id for one in pairs for row_id in (one.first, one.second)))
        items = {item.id: item for item in self._doctor_items(ids)}
        return [
            DuplicatePair(items[one.first], items[one.second], tuple(one.reasons))
            for one in pairs
            if one.first in items and one.second in items
        ]
