"""Reads about adverse events: the open tasks in order of their clock, and the task of a visit."""

from collections.abc import Sequence

import msgspec

from crmdesk.domain.adverse_events import OPEN, task_id
from crmdesk.domain.records import ADVERSE_EVENT
from crmdesk.services import shown
from crmdesk.services.reads_customers import CustomerReads
from crmdesk.services.shown import Values
from crmdesk.services.views import AdverseEventItem, HistoryEntry

_OPEN_LIMIT = 50


class AdverseEventReads(CustomerReads):
    """What the Today page and the visit report ask about adverse events."""

    def adverse_events(self) -> list[AdverseEventItem]:
        """Return the open tasks that are on this laptop, the first due first: whoever holds one may report it."""
        rest = "AND r.state = :open ORDER BY r.due_at, r.id LIMIT :limit"
        return self._tasks(shown.select(self._connection, "adverse_event", rest, {"open": OPEN, "limit": _OPEN_LIMIT}))

    def adverse_event_of(self, visit_id: str) -> AdverseEventItem | None:
        """Return the task of a visit, reported or not; None where nothing was heard."""
        row = shown.select_one(self._connection, "adverse_event", task_id(visit_id)) if visit_id else None
        return self._tasks([row])[0] if row is not None else None

    def _tasks(self, rows: Sequence[Values]) -> list[AdverseEventItem]:
        visits = shown.select_ids(self._connection, "visit", (row["parent_id"] for row in rows))
        names = self._names("doctor", (one for row in rows for one in row.get("doctor_ids") or ()))
        places = self._names("institution", (visit.get("institution_id") for visit in visits.values()))
        return [
            AdverseEventItem(
                row=self._as_row("adverse_event", row),
                visit_id=row["parent_id"],
                doctor_id=next(iter(row.get("doctor_ids") or ()), ""),
                doctor_names=self._doctors_named(row.get("doctor_ids") or (), names),
                product_names=tuple(
                    self._product_names[one] for one in row.get("product_ids") or () if one in self._product_names
                ),
                institution_name=places.get(visits.get(row["parent_id"], {}).get("institution_id") or "", ""),
                heard_by=self._name_of(row.get("created_by")),
                reported_by=self._name_of(row.get("reported_by")),
                history=self._who_wrote_what(row["id"]),
            )
            for row in rows
        ]

    def _who_wrote_what(self, row_id: str) -> tuple[HistoryEntry, ...]:
        """Return the trail of a task by its fields: what else the server noted when two were joined is left out."""
        return tuple(
            msgspec.structs.replace(
                entry, changes={name: pair for name, pair in entry.changes.items() if name in ADVERSE_EVENT.by_name}
            )
            for entry in self.history(ADVERSE_EVENT.name, row_id)
        )
