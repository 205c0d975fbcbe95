"""Reads about customers who may be one: suggestions with their reason, proposals, two of them side by side."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec
from typing_extensions import override

from crmdesk.domain import duplicates
from crmdesk.domain.customer_merge import DOCTORS, INSTITUTIONS, KINDS, MergeKind, State
from crmdesk.domain.duplicates import DISMISSED, Candidate, Suggestion, dismissed_pairs, pair_key
from crmdesk.domain.errors import InputError
from crmdesk.services import shown, waiting
from crmdesk.services.reads_customers import CustomerReads
from crmdesk.services.reads_import import ImportReads
from crmdesk.services.shown import Values
from crmdesk.services.views import DoctorView, DuplicatePair, InstitutionView, MergeItem, MergeSide, MergeView
from crmdesk.storage import search, settings

if TYPE_CHECKING:
    from crmdesk.intake import KnownInstitution

_Pair = tuple[float, str, str, tuple[str, ...]]
"""How likely two are one, the two ids, and why."""
_LIMIT = 300
_DECIDED = 40
_AT_ONCE = 1_000
_NEAR = 3_000
_CANDIDATES = (
    "SELECT id, name, pinyin, mobile, phone FROM row_doctor WHERE deleted = 0 AND coalesce(status, '') <> 'merged'"
)


class MergeReads(CustomerReads, ImportReads):
    """What the Duplicates pages and the pages of doctors and institutions ask."""

    @override
    def doctor(self, row_id: str) -> DoctorView:
        return msgspec.structs.replace(
            super().doctor(row_id),
            duplicates=tuple(self.duplicates_of(row_id)),
            merges=tuple(self.merges_of(row_id)),
            evidence=self.receipts("doctor", row_id),
        )

    @override
    def institution(self, row_id: str) -> InstitutionView:
        return msgspec.structs.replace(super().institution(row_id), merges=tuple(self.merges_of(row_id, "institution")))

    def duplicates(self, limit: int = _LIMIT, of: str = "doctor") -> list[DuplicatePair]:
        """Return pairs that may be one, the likeliest first; decided, proposed and dismissed ones are left out.

        Takes about two seconds with 100,000 doctors.
        """
        if of == "institution":
            return self._as_pairs(INSTITUTIONS, self._alike_institutions(), limit)
        found = {one for some in self._alike() for one in duplicates.suggestions(some)}
        return self._as_pairs(DOCTORS, map(_named, sorted(found, key=duplicates.likeliest)), limit)

    def duplicates_of(self, row_id: str, of: str = "doctor") -> list[DuplicatePair]:
        """Return who may be the same person as a doctor, or which may be the same institution.

        Institutions are looked for among those of the same city, or of none; of more than some thousands among those
        that share the rarest pairs of characters.
        """
        if of == "institution":
            return self._as_pairs(INSTITUTIONS, self._like_institution(row_id), 5)
        return self._like_doctor(row_id)

    def _like_institution(self, row_id: str) -> list[_Pair]:
        mine = next((one for one in self.known_institutions("id = :id", {"id": row_id})), None)
        if mine is None:
            return []
        near = "coalesce(city, '') = '' OR instr(:city, city) OR instr(city, :city)" if mine.city else "1"
        where, params = f"id <> :id AND ({near})", {"id": row_id, "city": mine.city}
        if self._count(f"SELECT count(*) FROM row_institution WHERE deleted = 0 AND {where}", params) > _NEAR:
            likely = search.sharing(self._connection, " ".join((mine.name, *mine.aliases)), _LIMIT)
            where, params = (
                f"{where} AND id IN (SELECT value FROM json_each(:likely))",
                params | {"likely": json.dumps(likely)},
            )
        known = self.known_institutions(where, params)
        return sorted(_alike([mine, *known], of_first=True), key=lambda one: (-one[0], one[1], one[2]))

    def _like_doctor(self, doctor_id: str) -> list[DuplicatePair]:
        same = "pinyin = (SELECT pinyin FROM row_doctor WHERE id = :id)"
        found = duplicates.suggestions(self._candidates(same, {"id": doctor_id}))
        mine = [one for one in found if doctor_id in (one.first, one.second)]
        return self._as_pairs(DOCTORS, map(_named, mine), 5)

    def merge_view(self, kept_id: str, other_id: str, merge_id: str = "", of: str = "doctor") -> MergeView:
        """Return two customers side by side; raises InputError('unknown_row')."""
        kind = KINDS[of]
        merge = shown.select_one(self._connection, kind.record.name, merge_id) if merge_id else None
        rows = shown.select_ids(self._connection, of, [kept_id, other_id])
        if merge is not None and merge["state"] == State.DONE and kept_id in rows:
            rows.setdefault(other_id, _ended(kind, merge))
        for one in (kept_id, other_id):
            if one not in rows:
                raise InputError("unknown_row", record=of, row_id=one)
        kept, other = rows[kept_id], rows[other_id]
        return MergeView(
            kept=self._side(kind, kept),
            other=self._side(kind, other),
            seen_hash=kind.pair_hash(kept, other),
            reasons=self._reasons(kind, kept, other),
            differing=kind.differing(kept, other) if not other["deleted"] else (),
            merge=self._merge_items(kind, [merge])[0] if merge is not None else None,
        )

    def _reasons(self, kind: MergeKind, kept: Values, other: Values) -> tuple[str, ...]:
        if kind is INSTITUTIONS:
            return next((why for *_, why in _alike([_known(kept), _known(other)])), ())
        both = self._candidates("id IN (:kept, :other)", {"kept": kept["id"], "other": other["id"]})
        return tuple(duplicates.reasons(*both)) if len(both) == 2 else ()

    def merges(self, of: str = "doctor") -> list[MergeItem]:
        """Return the proposals, oldest first, then what was decided lately, newest first."""
        kind = KINDS[of]
        rows = shown.select(self._connection, kind.record.name, "ORDER BY r.created_at, r.id")
        opened = [row for row in rows if (row["state"] or State.PROPOSED) == State.PROPOSED]
        decided = [row for row in reversed(rows) if row["state"] in (State.DONE, State.UNDONE)]
        return self._merge_items(kind, [*opened, *decided[:_DECIDED]])

    def merges_of(self, row_id: str, of: str = "doctor") -> list[MergeItem]:
        """Return the merges that a customer was part of and that stand, and open proposals."""
        kind = KINDS[of]
        rows = shown.select(
            self._connection,
            kind.record.name,
            f"AND (r.{kind.kept_field} = :id OR r.other_id = :id) AND coalesce(r.state, 'proposed') IN"
            " ('proposed', 'done') ORDER BY r.created_at DESC",
            {"id": row_id},
        )
        return self._merge_items(kind, rows)

    def _merge_items(self, kind: MergeKind, rows: Sequence[Values]) -> list[MergeItem]:
        of, kept = kind.of.name, kind.kept_field
        names = self._names(of, (row[name] for row in rows for name in (kept, "other_id")))
        places = self._kept_places(kind, [row[kept] for row in rows])
        return [
            MergeItem(
                row=self._as_row(kind.record.name, row),
                kept_id=row[kept],
                other_id=row["other_id"],
                state=row["state"] or State.PROPOSED.value,
                kept_name=names.get(row[kept], ""),
                other_name=names.get(row["other_id"]) or str((row["moved"] or {}).get("name") or ""),
                institution_name=places.get(row[kept], ""),
                owner_name=self._name_of(row["owner_id"]),
                decided_by_name=self._name_of(row["decided_by"]),
                pending=next(iter(waiting.commands_on(self._connection, kind.record.name, row["id"])), ""),
                mine=row["owner_id"] == self._person.user_id,
            )
            for row in rows
        ]

    def _kept_places(self, kind: MergeKind, ids: Sequence[str]) -> dict[str, str]:
        """Return where those who are kept are: the main hospital of a doctor, the city of an institution."""
        if kind is DOCTORS:
            return {one: place for one, (place, _room) in self._places(ids).items()}
        return {one.id: one.institution_name for one in self.customer_items(kind.of.name, ids)}

    def _side(self, kind: MergeKind, row: Values) -> MergeSide:
        of, one = kind.of.name, {"id": row["id"]}
        attachments = self._count(
            "SELECT count(*) FROM row_attachment WHERE deleted = 0 AND parent_record = :of AND parent_id = :id",
            one | {"of": of},
        )
        rooms = "SELECT count(*) FROM row_department WHERE deleted = 0 AND institution_id = :id"
        return MergeSide(
            row=self._as_row(of, row),
            affiliations=self._affiliations(f"AND r.{kind.kept_field} = :id", row["id"]),
            visits=len(self._visits.visits_of(self._connection, [row["id"]])),
            last_visit_at=self._visits.last_visits_of(self._connection, [row["id"]]).get(row["id"], ""),
            attachments=attachments,
            departments=self._count(rooms, one) if kind is INSTITUTIONS else 0,
        )

    def _alike_institutions(self) -> list[_Pair]:
        return sorted(_alike(self.known_institutions()), key=lambda one: (-one[0], one[1], one[2]))

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

    def _as_pairs(self, kind: MergeKind, found: Iterable[_Pair], limit: int) -> list[DuplicatePair]:
        told = dismissed_pairs(settings.preference(self._connection, DISMISSED))
        known = self._fetch(
            f"SELECT {kind.kept_field} AS kept_id, other_id FROM row_{kind.record.name}"
            " WHERE deleted = 0 AND coalesce(state, 'proposed') <> 'undone'"
        )
        told |= {pair_key(row["kept_id"], row["other_id"]) for row in known}
        pairs = list(islice((one for one in found if pair_key(one[1], one[2]) not in told), limit))
        ids = list(dict.fromkeys(row_id for one in pairs for row_id in one[1:3]))
        items = {item.id: item for item in self.customer_items(kind.of.name, ids)}
        return [
            DuplicatePair(items[first], items[second], reasons)
            for _, first, second, reasons in pairs
            if first in items and second in items
        ]


def _named(one: Suggestion) -> _Pair:
    return one.strength, one.first, one.second, tuple(one.reasons)


def _known(row: Values) -> "KnownInstitution":
    from crmdesk.intake import KnownInstitution  # lazy, as below: most days nobody looks for duplicates

    return KnownInstitution(row["id"], row["name"] or "", tuple(row["aliases"] or ()), row["city"] or "")


def _alike(known: "Iterable[KnownInstitution]", of_first: bool = False) -> Iterator[_Pair]:
    """Yield the institutions that are most likely one, with why; `of_first`: those like the first one."""
    from crmdesk.intake.hospital_finder import HospitalFinder

    finder = HospitalFinder()
    for one in known:
        finder.add(one.id, one.name, one.aliases, one.city)
    for first, second in finder.pairs(of_first=of_first):
        yield second.score, first.id, second.id, (second.reason.value,)


def _ended(kind: MergeKind, merge: Values) -> Values:
    """Return what is known of a customer who went into another one and is not on this laptop any more."""
    house = {"id": merge["other_id"], "revision": 0, "deleted": True, "updated_at": "", "updated_by": ""}
    name = (merge["moved"] or {}).get("name")
    return house | dict.fromkeys(kind.of.field_names) | {"name": name}
