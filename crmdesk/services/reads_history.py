"""Reads about what happened to a row: the trail that the server keeps, and conflicts with both values."""

from collections.abc import Iterable, Mapping
from typing import Any

from crmdesk.services import shown
from crmdesk.services.reads_base import ReadBase
from crmdesk.services.shown import Values
from crmdesk.services.views import ConflictView, HistoryEntry

_HISTORY = 200


class HistoryReads(ReadBase):
    """History and conflicts; the pages of customers, claims and sync build on it."""

    def history(self, record: str, row_id: str) -> tuple[HistoryEntry, ...]:
        """Return the changes of a row by the server's audit trail, newest first."""
        rows = shown.select(
            self._connection,
            "audit_entry",
            "AND r.parent_id = :id AND r.parent_record = :record ORDER BY r.at DESC, r.id DESC LIMIT :limit",
            {"id": row_id, "record": record, "limit": _HISTORY},
        )
        return tuple(
            HistoryEntry(
                at=row["at"] or "",
                who=self._name_of(row.get("by_id")),
                action=row["action"] or "",
                changes=_pairs(row.get("changes")),
                reason=row.get("reason") or "",
                on_behalf_of=self._name_of(row.get("on_behalf_of_id")),
            )
            for row in rows
        )

    def conflicts(self) -> list[ConflictView]:
        """Return the open conflicts, newest first."""
        rows = shown.select(self._connection, "conflict", "AND r.state = 'open' ORDER BY r.winner_at DESC, r.id")
        return self._conflict_views(rows)

    def conflicts_of(self, row_id: str) -> tuple[ConflictView, ...]:
        """Return the open conflicts of one row."""
        where = "AND r.state = 'open' AND r.parent_id = :id ORDER BY r.winner_at DESC, r.id"
        return tuple(self._conflict_views(shown.select(self._connection, "conflict", where, {"id": row_id})))

    def _conflict_views(self, rows: Iterable[Values]) -> list[ConflictView]:
        found = list(rows)
        titles = self._titles((row["parent_record"], row["parent_id"]) for row in found)
        me = self._person.user_id
        return [
            ConflictView(
                id=row["id"],
                record=row["parent_record"],
                row_id=row["parent_id"],
                row_title=titles.get((row["parent_record"], row["parent_id"]), ""),
                field=row["field"],
                base_value=_inner(row.get("base_value")),
                winner_value=_inner(row.get("winner_value")),
                winner_by=self._name_of(row.get("winner_by")),
                winner_at=row.get("winner_at") or "",
                loser_value=_inner(row.get("loser_value")),
                loser_by=self._name_of(row.get("loser_by")),
                loser_at=row.get("loser_at") or "",
                loser_is_me=row.get("loser_by") == me,
                winner_is_me=row.get("winner_by") == me,
            )
            for row in found
        ]

    def _titles(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return what people call rows: a name, a claim's subject, a visit's doctors, an attachment's file name."""
        wanted: dict[str, list[str]] = {}
        for record, row_id in keys:
            wanted.setdefault(record, []).append(row_id)
        found: dict[tuple[str, str], str] = {}
        for record, ids in wanted.items():
            rows = shown.select_ids(self._connection, record, ids)
            for row_id, title in self._titles_of(record, rows).items():
                found[record, row_id] = title
        return found

    def _titles_of(self, record: str, rows: Mapping[str, Values]) -> dict[str, str]:
        if record == "visit":
            return self._visit_titles(rows)
        if record == "affiliation":
            names = self._names("doctor", (row["doctor_id"] for row in rows.values()))
            return {row_id: names.get(row["doctor_id"], "") for row_id, row in rows.items()}
        if record == "conflict":
            titles = self._titles((row["parent_record"], row["parent_id"]) for row in rows.values())
            return {one: titles.get((row["parent_record"], row["parent_id"]), "") for one, row in rows.items()}
        return {one: _own_title(row) for one, row in rows.items()}

    def _visit_titles(self, rows: Mapping[str, Values]) -> dict[str, str]:
        doctors = self._names("doctor", (one for row in rows.values() for one in row.get("doctor_ids") or ()))
        places = self._names("institution", (row.get("institution_id") for row in rows.values()))
        return {
            row_id: self._doctors_named(row.get("doctor_ids") or (), doctors)
            or places.get(row.get("institution_id") or "", "")
            for row_id, row in rows.items()
        }


def _own_title(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("title") or row.get("file_name") or row.get("period") or "")


def _inner(value: Any) -> Any:
    """Return the value inside a conflict's {"value": …}."""
    return value.get("value") if isinstance(value, dict) else value


def _pairs(changes: Any) -> dict[str, tuple[Any, Any]]:
    """Return {field: (old, new)} of an audit entry; entries of another shape are left out."""
    if not isinstance(changes, dict):
        return {}
    return {
        name: (pair[0], pair[1]) for name, pair in changes.items() if isinstance(pair, list | tuple) and len(pair) == 2
    }
