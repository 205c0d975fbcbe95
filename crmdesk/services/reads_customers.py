"""Reads about customers: the list, the search, one page for a doctor and one for an institution."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from crmdesk.domain.clock import from_text, local_date
from crmdesk.domain.errors import InputError
from crmdesk.domain.planning import DueDay
from crmdesk.services import shown
from crmdesk.services.customer_filter import ANY, Conditions
from crmdesk.services.customer_order import Filter
from crmdesk.services.due import plans_of
from crmdesk.services.due_days import due_days
from crmdesk.services.reads_call_backs import CallBackReads
from crmdesk.services.shown import Values
from crmdesk.services.views import (
    AffiliationView,
    CustomerItem,
    DoctorView,
    FilterChoices,
    Hit,
    InstitutionView,
    ReceiptView,
    Row,
    TimelineEntry,
)
from crmdesk.storage import search
from crmdesk.storage.pinyin import written

_TIMELINE = 60
_MONTHS = 12
_TAGS_SHOWN = 40
_NO_DAYS: Mapping[str, DueDay] = {}
_BRIEF = "name, customer_class, revision, dirty, territory_id, phone, updated_at, custom"


class CustomerReads(CallBackReads):
    """What the Customers page and the search ask."""

    def customers(
        self,
        record: str = "doctor",
        text: str = "",
        sort: str = "name",
        offset: int = 0,
        limit: int = 200,
        customer_class: str = "",
        where: Conditions = ANY,
    ) -> list[CustomerItem]:
        """Return one page of the list; sorts are those of `customer_order`, `-` before one turns it round."""
        ids = self._listed(record, text, sort, customer_class, where)
        return self.customer_items(record, ids[offset : offset + limit])

    def customer_count(
        self,
        record: str = "doctor",
        text: str = "",
        sort: str = "name",
        customer_class: str = "",
        where: Conditions = ANY,
    ) -> int:
        """Return how many customers the same filter shows."""
        return len(self._listed(record, text, sort, customer_class, where))

    def customer_ids(
        self,
        record: str = "doctor",
        text: str = "",
        sort: str = "name",
        customer_class: str = "",
        where: Conditions = ANY,
    ) -> list[str]:
        """Return the ids of the whole list in order, for a model that fetches pages of items by id."""
        return list(self._listed(record, text, sort, customer_class, where))

    def _listed(self, record: str, text: str, sort: str, customer_class: str, where: Conditions) -> list[str]:
        day = self._today.isoformat() if where.by_visit or sort.endswith("due") else ""
        return self._orders.ids(self._connection, self._moment, Filter(record, text, sort, customer_class, where, day))

    def filter_choices(self, record: str) -> FilterChoices:
        """Return what the conditions can be set to beside the picklists: territories and tags in use, names of ids."""
        territories = self._fetch(
            f"SELECT DISTINCT r.territory_id AS id, t.name AS name FROM row_{record} r NOT INDEXED"
            " JOIN row_territory t ON t.id = r.territory_id WHERE r.deleted = 0"
        )
        tags: list[str] = []
        if record == "doctor":
            found = self._fetch(
                "SELECT value, count(*) AS times FROM row_doctor NOT INDEXED, json_each(row_doctor.tags)"
                f" WHERE deleted = 0 GROUP BY value ORDER BY times DESC, value LIMIT {_TAGS_SHOWN}"
            )
            tags = [str(row["value"]) for row in found]
        planned = plans_of(self._connection, self._today) if record == "doctor" else {}
        return FilterChoices(
            tuple(sorted((row["id"], str(row["name"])) for row in territories)),
            tuple(tags),
            planned=bool(planned),
            plain=any(row["id"] not in planned for row in territories),
        )

    def institution_names(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the names of institutions that are here, by id."""
        return self._names("institution", ids)

    def customer_items(
        self, record: str, ids: Sequence[str], *, with_due: bool = False, day: date | None = None
    ) -> list[CustomerItem]:
        """Return list items for ids in their order; ids that are gone are left out.

        `with_due`: with the day from which a visit is due, as it looks on `day` (the present one without it).
        """
        days = due_days(self._connection, self._visits, day or self._today, record, ids) if with_due else {}
        return self._doctor_items(ids, days) if record == "doctor" else self._institution_items(ids, days)

    def plain_rows(self, record: str, ids: Sequence[str]) -> Mapping[str, Values]:
        """Return whole rows by id, those that are gone left out."""
        return shown.select_ids(self._connection, record, ids)

    def export_rows(
        self, record: str, ids: Sequence[str]
    ) -> tuple[Mapping[str, Values], Mapping[str, tuple[str, str]]]:
        """Return whole rows by id, and (institution, department) by doctor id, for an export."""
        places = self._places(ids) if record == "doctor" else {}
        return shown.select_ids(self._connection, record, ids), places

    def _doctor_items(self, ids: Sequence[str], due: Mapping[str, DueDay] = _NO_DAYS) -> list[CustomerItem]:
        more = "title, specialty, status, influence, mobile, email, tags, consent"
        rows = self._brief("doctor", ids, f"{_BRIEF}, {more}")
        places = self._places(ids)
        last = self._visits.last_visits_of(self._connection, ids)
        disputed = self._with_conflict(ids)
        items = []
        for one in ids:
            row = rows.get(one)
            if row is None:
                continue
            institution, department = places.get(one, ("", ""))
            items.append(
                CustomerItem(
                    record="doctor",
                    id=one,
                    name=row["name"] or "",
                    title=row["title"] or "",
                    specialty=row["specialty"] or "",
                    customer_class=row["customer_class"] or "",
                    institution_name=institution,
                    department_name=department,
                    last_visit_at=last.get(one, ""),
                    sync_state=self._sync_state("doctor", row),
                    has_conflict=one in disputed,
                    status=row["status"] or ("under_review" if row["revision"] == 0 else ""),
                    influence=row["influence"] or "",
                    mobile=row["mobile"] or "",
                    email=row["email"] or "",
                    tags=_entries(row["tags"]),
                    consent=_entries(row["consent"]),
                    due=due.get(one),
                    **self._shared(row),
                )
            )
        return items

    def _shared(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return what items of doctors and institutions have alike."""
        return {
            "phone": row["phone"] or "",
            "territory_name": self._territory_names.get(row["territory_id"] or "", ""),
            "updated_at": row["updated_at"] or "",
            "custom": json.loads(row["custom"]) if row["custom"] else {},
        }

    def _institution_items(self, ids: Sequence[str], due: Mapping[str, DueDay]) -> list[CustomerItem]:
        rows = self._brief("institution", ids, f"{_BRIEF}, under_review, level, city, province, kind, address")
        last = self._visits.last_visits_of(self._connection, ids)
        disputed = self._with_conflict(ids)
        return [
            CustomerItem(
                record="institution",
                id=one,
                name=row["name"] or "",
                title=row["level"] or "",
                specialty="",
                customer_class=row["customer_class"] or "",
                institution_name=row["city"] or "",
                department_name="",
                last_visit_at=last.get(one, ""),
                sync_state=self._sync_state("institution", row),
                has_conflict=one in disputed,
                status="under_review" if row["under_review"] or row["revision"] == 0 else "active",
                kind=row["kind"] or "",
                province=row["province"] or "",
                address=row["address"] or "",
                due=due.get(one),
                **self._shared(row),
            )
            for one, row in ((one, rows[one]) for one in ids if one in rows)
        ]

    def _brief(self, record: str, ids: Sequence[str], names: str) -> dict[str, Mapping[str, Any]]:
        """Return some columns of rows by id, without reading their long texts."""
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(ids), 500):
            marks, params = shown.in_list(ids[start : start + 500])
            rows = self._fetch(f"SELECT id, {names} FROM row_{record} WHERE deleted = 0 AND id IN ({marks})", params)
            found.update((row["id"], row) for row in rows)
        return found

    def _places(self, doctor_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return (institution name, department name) of each doctor's main affiliation."""
        found: dict[str, tuple[str, str]] = {}
        for start in range(0, len(doctor_ids), 500):
            marks, params = shown.in_list(doctor_ids[start : start + 500])
            rows = self._fetch(
                "SELECT a.doctor_id AS doctor, i.name AS institution, d.name AS department FROM row_affiliation a"
                " LEFT JOIN row_institution i ON i.id = a.institution_id"
                " LEFT JOIN row_department d ON d.id = a.department_id"
                f" WHERE a.deleted = 0 AND a.doctor_id IN ({marks}) ORDER BY coalesce(a.is_primary, 0), a.id DESC",
                params,
            )
            found.update((row["doctor"], (row["institution"] or "", row["department"] or "")) for row in rows)
        return found

    def _with_conflict(self, ids: Sequence[str]) -> frozenset[str]:
        if not ids:
            return frozenset()
        rows = self._fetch("SELECT DISTINCT parent_id FROM row_conflict WHERE deleted = 0 AND state = 'open'")
        return frozenset(row["parent_id"] for row in rows) & frozenset(ids)

    def search(self, text: str, limit: int = 30) -> list[Hit]:
        """Return hits for what was typed so far, best first, each with the reason why it hit."""
        hits = search.find(self._connection, text, limit)
        gone = self._merged_among([row.id for row in hits if row.record == "doctor"])
        return [
            Hit(row.record, row.id, row.name, _place_of(row), row.reason, row.customer_class, row.number)
            for row in hits
            if row.id not in gone
        ]

    def _merged_among(self, doctor_ids: Sequence[str]) -> frozenset[str]:
        marks, params = shown.in_list(doctor_ids)
        merged = f"SELECT id FROM row_doctor WHERE status = 'merged' AND id IN ({marks})"
        return frozenset(row["id"] for row in self._fetch(merged, params)) if doctor_ids else frozenset()

    def similar_doctors(self, name: str, institution_id: str) -> list[CustomerItem]:
        """Return doctors of the same name, those of the institution first: they may be the one about to be made."""
        wanted = "".join(name.split())
        if not wanted:
            return []
        rows = self._fetch(
            "SELECT id FROM row_doctor WHERE deleted = 0 AND name = :name"
            " AND coalesce(status, '') <> 'merged' LIMIT 50",
            {"name": wanted},
        )
        ids = [row["id"] for row in rows]
        here = self._fetch(
            "SELECT doctor_id FROM row_affiliation WHERE deleted = 0 AND institution_id = :id", {"id": institution_id}
        )
        inside = {row["doctor_id"] for row in here}
        return self._doctor_items(sorted(ids, key=lambda one: one not in inside)[:10])

    def doctor(self, row_id: str) -> DoctorView:
        """Return the whole page of a doctor; raises InputError('unknown_row')."""
        row = self.row("doctor", row_id)
        visits = self._visit_rows(row_id)
        claims = self._claims_of(visits)
        same = {row_id, *(one["other_id"] for one in self._merged_into(row_id))}
        return DoctorView(
            row=row,
            pinyin=written(str(row["name"] or "")),
            affiliations=self._affiliations("AND r.doctor_id = :id", row_id),
            timeline=self._timeline(visits, claims, self._called(same)),
            promises=tuple(self._as_row("visit", one) for one in visits if _open_promise(one)),
            history=self.history("doctor", row_id),
            conflicts=self.conflicts_of(row_id),
            visits_by_month=_by_month(visits, self._today),
            claims_fen=sum(self._share_of(claim, one) for claim in claims for one in same),
            questions=tuple(self._as_row("visit", one) for one in visits if _open_question(one)),
        )

    def _merged_into(self, row_id: str) -> list[Mapping[str, Any]]:
        """Return the merges of others into a doctor that stand; claims keep naming those others."""
        statement = "SELECT id, other_id FROM row_doctor_merge WHERE deleted = 0 AND doctor_id = :id AND state = 'done'"
        return self._fetch(statement, {"id": row_id})

    def institution(self, row_id: str) -> InstitutionView:
        """Return the whole page of an institution; raises InputError('unknown_row')."""
        row = self.row("institution", row_id)
        visits = self._visit_rows(row_id)
        departments = shown.select(
            self._connection, "department", "AND r.institution_id = :id ORDER BY r.name", {"id": row_id}
        )
        return InstitutionView(
            row=row,
            departments=tuple(self._as_row("department", one) for one in departments),
            people=self._affiliations("AND r.institution_id = :id", row_id),
            timeline=self._timeline(visits, self._claims_of(visits)),
            history=self.history("institution", row_id),
            conflicts=self.conflicts_of(row_id),
            procurement=self.procurement(row_id),
        )

    def procurement(self, institution_id: str) -> tuple[Row, ...]:
        """Return the figures of procurement of an institution, the periods that end last first."""
        where = "AND r.parent_id = :id ORDER BY r.ends_on DESC, r.product_name, r.strength, r.id"
        rows = shown.select(self._connection, "procurement", where, {"id": institution_id})
        return tuple(self._as_row("procurement", row) for row in rows)

    def receipts(self, record: str, row_id: str) -> tuple[ReceiptView, ...]:
        """Return the attachments of a row, oldest first."""
        rows = shown.select(
            self._connection,
            "attachment",
            "AND r.parent_record = :record AND r.parent_id = :id ORDER BY r.id",
            {"record": record, "id": row_id},
        )
        return tuple(
            ReceiptView(
                attachment_id=row["id"],
                sha256=row["sha256"],
                file_name=row["file_name"],
                media_type=row["media_type"],
                size_bytes=row.get("size_bytes") or 0,
                present=self._blobs.has(row["sha256"]),
            )
            for row in rows
        )

    def row(self, record: str, row_id: str) -> Row:
        """Return one row; raises InputError('unknown_row') where it is not here or deleted."""
        found = shown.select_one(self._connection, record, row_id)
        if found is None:
            raise InputError("unknown_row", record=record, row_id=row_id)
        return self._as_row(record, found)

    def rows(self, record: str) -> list[Row]:
        """Return all rows of a record (small ones: products, territories, users)."""
        return [self._as_row(record, one) for one in shown.select(self._connection, record, "ORDER BY r.id")]

    def products(self) -> list[Row]:
        """Return the products by name."""
        return [self._as_row("product", one) for one in shown.select(self._connection, "product", "ORDER BY r.name")]

    def products_like(self, text: str) -> list[str]:
        """Return the ids of the products whose name holds what was typed: characters, pinyin or initials."""
        return [row.id for row in self.products() if search.fits(text, str(row["name"]))]

    def colleagues(self) -> list[Row]:
        """Return the other active people of the company by name."""
        found = shown.select(
            self._connection,
            "user",
            "AND coalesce(r.active, 1) = 1 AND r.id <> :me ORDER BY r.name",
            {"me": self._person.user_id},
        )
        return [self._as_row("user", one) for one in found]

    def _affiliations(self, where: str, row_id: str) -> tuple[AffiliationView, ...]:
        rows = shown.select(
            self._connection, "affiliation", f"{where} ORDER BY coalesce(r.is_primary, 0) DESC, r.id", {"id": row_id}
        )
        doctors = self._brief("doctor", [row["doctor_id"] for row in rows], "name, title, customer_class")
        places = self._names("institution", (row["institution_id"] for row in rows))
        departments = self._names("department", (row["department_id"] for row in rows))
        last = self._visits.last_visits_of(self._connection, [row["doctor_id"] for row in rows])
        return tuple(
            AffiliationView(
                affiliation_id=row["id"],
                doctor_id=row["doctor_id"],
                doctor_name=str(doctors.get(row["doctor_id"], {}).get("name") or ""),
                institution_id=row["institution_id"],
                institution_name=places.get(row["institution_id"], ""),
                department_name=departments.get(row["department_id"] or "", ""),
                duty=row.get("duty") or "",
                is_primary=bool(row.get("is_primary")),
                doctor_title=str(doctors.get(row["doctor_id"], {}).get("title") or ""),
                doctor_class=str(doctors.get(row["doctor_id"], {}).get("customer_class") or ""),
                department_id=row["department_id"] or "",
                last_visit_at=last.get(row["doctor_id"], ""),
                valid_from=row.get("valid_from") or "",
                valid_to=row.get("valid_to") or "",
            )
            for row in rows
        )

    def _visit_rows(self, customer_id: str) -> list[Values]:
        """Return the visits of a doctor or institution, newest first."""
        rowids = self._visits.visits_of(self._connection, [customer_id])
        rows = shown.select_rowids(self._connection, "visit", rowids)
        return sorted(rows, key=lambda row: row["starts_at"] or "", reverse=True)

    def _claims_of(self, visits: Sequence[Values]) -> list[Values]:
        found: list[Values] = []
        ids = [row["id"] for row in visits]
        for start in range(0, len(ids), 500):
            marks, params = shown.in_list(ids[start : start + 500])
            found += shown.select(self._connection, "claim", f"AND r.visit_id IN ({marks})", params)
        return found

    def _share_of(self, claim: Values, doctor_id: str) -> int:
        """Return what a claim spent with this doctor in fen: its lines divided evenly among their doctors."""
        if claim.get("state") in ("rejected", "clawback"):
            return 0
        lines = [line for line in claim.get("lines") or () if doctor_id in (line.get("doctor_ids") or ())]
        return sum(int(line.get("amount_fen") or 0) // len(line["doctor_ids"]) for line in lines)

    def _timeline(
        self, visits: Sequence[Values], claims: Iterable[Values], others: Iterable[TimelineEntry] = ()
    ) -> tuple[TimelineEntry, ...]:
        called = self._called_about(visits[:_TIMELINE])
        entries = [self._visit_entry(row, called.get(row["id"], "")) for row in visits[:_TIMELINE]]
        entries += [*(self._claim_entry(row) for row in claims), *others]
        return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True)[:_TIMELINE])

    def _called(self, doctor_ids: Iterable[str]) -> list[TimelineEntry]:
        """Return the call-backs to a doctor, those to one who was merged into this one included."""
        marks, params = shown.in_list(sorted(doctor_ids))
        return self._called_entries(f"AND r.doctor_id IN ({marks})", params)

    def _visit_entry(self, row: Values, called_back: str = "") -> TimelineEntry:
        detailed = [one for one in row.get("products") or () if self._product_names.get(str(one.get("product_id")))]
        return TimelineEntry(
            record="visit",
            id=row["id"],
            at=row["starts_at"] or "",
            kind=row.get("channel") or "",
            who=self._name_of(row.get("owner_id")),
            text=row.get("note") or "",
            chips=tuple(self._product_names[str(one["product_id"])] for one in detailed),
            state=row.get("state") or "",
            sync_state=self._sync_state("visit", row),
            duration_min=row.get("duration_min") or 0,
            reactions=tuple(str(one.get("reaction") or "") for one in detailed),
            joint_with=tuple(name for one in row.get("joint_with_ids") or () if (name := self._name_of(one))),
            next_step=row.get("next_step") or "",
            next_step_on=row.get("next_step_on") or "",
            next_step_done=bool(row.get("next_step_done")),
            called_back=called_back,
            owner_id=row.get("owner_id") or "",
        )

    def _claim_entry(self, row: Values) -> TimelineEntry:
        lines = row.get("lines") or ()
        return TimelineEntry(
            record="claim",
            id=row["id"],
            at=row.get("submitted_at") or row.get("created_at") or "",
            kind="claim",
            who=self._name_of(row.get("owner_id")),
            text=row.get("title") or "",
            chips=tuple(sorted({str(line.get("category")) for line in lines if line.get("category")})),
            state=row.get("state") or "draft",
            sync_state=self._sync_state("claim", row),
            amount_fen=sum(int(line.get("amount_fen") or 0) for line in lines),
        )


def _place_of(row: search.SearchRow) -> str:
    parts = (row.institution_name if row.record == "doctor" else "", row.department_name)
    return " · ".join(part for part in parts if part)


def _entries(stored: str | None) -> tuple[str, ...]:
    """Return the entries of a set as it is stored."""
    return tuple(json.loads(stored)) if stored else ()


def _open_promise(row: Mapping[str, Any]) -> bool:
    return bool(row.get("next_step")) and not row.get("next_step_done")


def _open_question(row: Mapping[str, Any]) -> bool:
    return row.get("state") == "submitted" and bool(row.get("questions")) and not row.get("questions_done")


def _by_month(visits: Iterable[Mapping[str, Any]], today: date) -> tuple[int, ...]:
    """Return how many submitted visits each of the last twelve months had, oldest first, the present one last."""
    counts = [0] * _MONTHS
    for row in visits:
        if row.get("state") != "submitted" or not row.get("starts_at"):
            continue
        day = local_date(from_text(row["starts_at"]))
        back = (today.year - day.year) * 12 + today.month - day.month
        if 0 <= back < _MONTHS:
            counts[_MONTHS - 1 - back] += 1
    return tuple(counts)
