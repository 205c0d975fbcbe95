"""What all reads share: the connection, the person, rows with their sync state, names of people and places."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from crmdesk.domain.clock import Clock, local_date
from crmdesk.domain.custom_fields import Definitions
from crmdesk.domain.name_lists import joined
from crmdesk.domain.records import RECORDS
from crmdesk.services import shown, waiting
from crmdesk.services.customer_order import CustomerOrders
from crmdesk.services.own_fields import definitions
from crmdesk.services.seen import SeenRows
from crmdesk.services.shown import Values
from crmdesk.services.views import ACCEPTED, NEEDS_YOU, SAVED_HERE, SENT, Person, Row
from crmdesk.services.visit_index import VisitIndex
from crmdesk.storage import settings
from crmdesk.storage.blobs import Blobs
from crmdesk.storage.connection import Connection


class ReadBase:
    """One consistent look at the store; made for one question, used on one thread, then thrown away."""

    def __init__(
        self,
        connection: Connection,
        person: Person,
        clock: Clock,
        seen: SeenRows,
        orders: CustomerOrders,
        visits: VisitIndex,
        blobs: Blobs,
        moment: int,
    ) -> None:
        self._connection, self._person, self._clock, self._seen = connection, person, clock, seen
        self._orders, self._visits, self._blobs = orders, visits, blobs
        self._moment = moment  # how many changes were published before this look began
        self._handed_out = int(connection.handed_out.told_up_to)  # up to here it is said to be sent

    def person(self) -> Person:
        """Return who is signed in."""
        return self._person

    def now(self) -> datetime:
        """Return the instant that this look counts as now."""
        return self._clock()

    def custom_fields(self) -> Definitions:
        """Return the company fields that an administrator defined."""
        return definitions(self._connection)

    def loading(self) -> bool:
        """Say whether a part of what this person holds has never arrived whole."""
        if not settings.meta(self._connection, "last_sync_at"):
            return True
        return self._count("SELECT count(*) FROM scope WHERE state = 'loading'") > 0

    @property
    def _today(self) -> date:
        return local_date(self._clock())

    def _fetch(self, statement: str, params: Mapping[str, Any] | None = None) -> list[Mapping[str, Any]]:
        return list(self._connection.execute(statement, params or {}).mappings())

    def _count(self, statement: str, params: Mapping[str, Any] | None = None) -> int:
        return int(self._connection.execute(statement, params or {}).scalar() or 0)

    def _sync_state(self, record: str, row: Mapping[str, Any]) -> str:
        """Return where the person's own changes of a row are; only rows with pending changes cost a look-up."""
        if (record, row["id"]) in self._refused_rows:
            return NEEDS_YOU
        if not row.get("dirty") and (record, row["id"]) not in self._command_rows:
            return ACCEPTED
        return SENT if (record, row["id"]) in self._sent_rows else SAVED_HERE

    @cached_property
    def _refused_rows(self) -> frozenset[tuple[str, str]]:
        return waiting.refused_rows(self._connection)

    @cached_property
    def _command_rows(self) -> frozenset[tuple[str, str]]:
        return waiting.command_rows(self._connection)

    @cached_property
    def _sent_rows(self) -> frozenset[tuple[str, str]]:
        return waiting.sent_rows(self._connection, self._handed_out)

    def _as_row(self, record: str, row: Values) -> Row:
        values = {name: row.get(name) for name in RECORDS[record].field_names}
        if record == "doctor" and not values.get("status") and row["revision"] == 0:
            values["status"] = "under_review"
        if record == "institution" and values.get("under_review") is None and row["revision"] == 0:
            values["under_review"] = True
        if record == "claim" and not values.get("state"):
            values["state"] = "draft"
        self._seen.note(record, row["id"], row["revision"], values)
        return Row(
            record=record,
            id=row["id"],
            revision=row["revision"],
            values=values,
            sync_state=self._sync_state(record, row),
            created_by=row.get("created_by") or "",
            updated_at=row.get("updated_at") or "",
            updated_by=row.get("updated_by") or "",
        )

    @cached_property
    def _user_names(self) -> dict[str, str]:
        return {row["id"]: row["name"] for row in self._fetch("SELECT id, name FROM row_user")}

    @cached_property
    def _product_names(self) -> dict[str, str]:
        return {row["id"]: row["name"] for row in self._fetch("SELECT id, name FROM row_product")}

    @cached_property
    def _territory_names(self) -> dict[str, str]:
        return {row["id"]: row["name"] for row in self._fetch("SELECT id, name FROM row_territory")}

    def _name_of(self, user_id: str | None) -> str:
        return self._user_names.get(user_id or "", "")

    def _names(self, record: str, ids: Iterable[str | None]) -> dict[str, str]:
        """Return names of doctors, institutions, departments … by id, for those that are here."""
        wanted = sorted({one for one in ids if one})
        found: dict[str, str] = {}
        for start in range(0, len(wanted), 500):
            marks, params = shown.in_list(wanted[start : start + 500])
            rows = self._fetch(f"SELECT id, name FROM row_{record} WHERE id IN ({marks})", params)
            found.update((row["id"], row["name"]) for row in rows)
        return found

    def _doctors_named(self, ids: Iterable[str], names: Mapping[str, str]) -> str:
        return joined(names[one] for one in ids if one in names)
