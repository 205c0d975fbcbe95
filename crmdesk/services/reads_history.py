"""Reads about what happened to a row: the trail that the server keeps, and conflicts with both values."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crmdesk.domain.custom_fields import value_of
from crmdesk.domain.customer_merge import BY_RECORD
from crmdesk.domain.fields import Field
from crmdesk.domain.merge import DELETED, by_key
from crmdesk.domain.records import RECORDS
from crmdesk.domain.row_rules import may_become
from crmdesk.services import shown
from crmdesk.services.reads_base import ReadBase
from crmdesk.services.shown import Values
from crmdesk.services.views import ConflictView, HistoryEntry

_HISTORY = 200
_UNDECIDED = "AND r.id NOT IN (SELECT row_id FROM outbox WHERE record = 'conflict' AND kind = 'command')"


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
        changes = [_pairs(record, row.get("changes")) for row in rows]
        names = self._words_of((record, name, value) for one in changes for name, pair in one.items() for value in pair)
        return tuple(
            HistoryEntry(
                at=row["at"] or "",
                who=self._name_of(row.get("by_id")),
                action=row["action"] or "",
                changes=pairs,
                reason=row.get("reason") or "",
                on_behalf_of=self._name_of(row.get("on_behalf_of_id")),
                names=names,
            )
            for row, pairs in zip(rows, changes, strict=True)
        )

    def _words_of(self, values: Iterable[tuple[str, str, Any]]) -> dict[str, str]:
        """Return what people call the rows that values (record, field, value) refer to, by id; unknown ones are out."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for record, name, value in values:
            declared = RECORDS[record].by_name.get(name) if record in RECORDS else None
            for ref, row_id in _references(declared, value):
                wanted[ref].add(row_id)
        return {
            row_id: title
            for ref, ids in wanted.items()
            for (_, row_id), title in self._titles((ref, one) for one in sorted(ids)).items()
            if title
        }

    def conflicts(self) -> list[ConflictView]:
        """Return the open conflicts, newest first; one whose decision waits to be sent is none any more."""
        where = f"AND r.state = 'open' {_UNDECIDED} ORDER BY r.winner_at DESC, r.id"
        rows = shown.select(self._connection, "conflict", where)
        return self._conflict_views(rows)

    def conflicts_of(self, row_id: str) -> tuple[ConflictView, ...]:
        """Return the open conflicts of one row."""
        where = f"AND r.state = 'open' AND r.parent_id = :id {_UNDECIDED} ORDER BY r.winner_at DESC, r.id"
        return tuple(self._conflict_views(shown.select(self._connection, "conflict", where, {"id": row_id})))

    def _conflict_views(self, rows: Iterable[Values]) -> list[ConflictView]:
        found = list(rows)
        titles = self._titles((row["parent_record"], row["parent_id"]) for row in found)
        titles |= self._titles_of_deleted(
            row for row in found if not titles.get((row["parent_record"], row["parent_id"]))
        )
        me = self._person.user_id
        parents = self._parents(found)
        now = [_now(row, parents.get((row["parent_record"], row["parent_id"]))) for row in found]
        names = self._words_of(_values_of(found, now))
        return [
            ConflictView(
                id=row["id"],
                record=row["parent_record"],
                row_id=row["parent_id"],
                row_title=titles.get((row["parent_record"], row["parent_id"]), ""),
                field=row["field"],
                base_value=_inner(row["parent_record"], row.get("base_value")),
                winner_value=_inner(row["parent_record"], row.get("winner_value")),
                winner_by=self._name_of(row.get("winner_by")),
                winner_at=row.get("winner_at") or "",
                loser_value=_inner(row["parent_record"], row.get("loser_value")),
                loser_by=self._name_of(row.get("loser_by")),
                loser_at=row.get("loser_at") or "",
                loser_is_me=row.get("loser_by") == me,
                winner_is_me=row.get("winner_by") == me,
                choices=_choices(row, parents.get((row["parent_record"], row["parent_id"])), in_use),
                names=names,
                in_use=in_use,
                now_value=value,
            )
            for row, (in_use, value) in zip(found, now, strict=True)
        ]

    def _parents(self, conflicts: Iterable[Values]) -> dict[tuple[str, str], Values]:
        """Return the rows that conflicts are about, by record and id, as far as they are here."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for one in conflicts:
            wanted[one["parent_record"]].append(one["parent_id"])
        return {
            (record, row_id): row
            for record, ids in wanted.items()
            for row_id, row in shown.select_ids(self._connection, record, ids).items()
        }

    def _titles_of_deleted(self, conflicts: Iterable[Values]) -> dict[tuple[str, str], str]:
        """Return what people called rows that are not here any more, from what their conflict keeps of them."""
        found: dict[tuple[str, str], str] = {}
        for one in conflicts:
            kept = (one.get("base_value") or {}).get("row")
            if isinstance(kept, dict):
                record, row_id = one["parent_record"], one["parent_id"]
                found[record, row_id] = self._titles_of(record, {row_id: defaultdict(str, kept)}).get(row_id, "")
        return found

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
        if record in ("affiliation", "plan_target", "call_back"):
            names = self._names("doctor", (row["doctor_id"] for row in rows.values()))
            return {row_id: names.get(row["doctor_id"] or "", "") for row_id, row in rows.items()}
        if record in BY_RECORD:
            kind = BY_RECORD[record]
            names = self._names(kind.of.name, (row[kind.kept_field] for row in rows.values()))
            return {row_id: names.get(row[kind.kept_field] or "", "") for row_id, row in rows.items()}
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


def _now(conflict: Values, parent: Values | None) -> tuple[str, Any]:
    """Return which of the values the row has by now ('' for none of them), and what it has."""
    if conflict["field"] == DELETED or parent is None:
        return "winner", None
    value = value_of(parent, conflict["field"])
    kept = {one: _kept(conflict, one) for one in ("winner", "loser", "base")}
    return next((one for one, other in kept.items() if (other or None) == (value or None)), ""), value


def _kept(conflict: Values, which: str) -> Any:
    return (conflict.get(f"{which}_value") or {}).get("value")


def _choices(conflict: Values, parent: Values | None, in_use: str) -> tuple[str, ...]:
    """Return which of the values that are not in use may be taken instead."""
    if conflict["field"] == DELETED:
        return ("loser",)
    if parent is None:
        return ()
    record, name = RECORDS[conflict["parent_record"]], conflict["field"]
    kept = {choice: _kept(conflict, choice) for choice in ("winner", "loser", "base") if choice != in_use}
    return tuple(choice for choice, value in kept.items() if may_become(record, parent, {name: value}))


def _own_title(row: Mapping[str, Any]) -> str:
    return str(
        row.get("name") or row.get("title") or row.get("file_name") or row.get("period") or row.get("starts_on") or ""
    )


def _inner(record: str, value: Any) -> Any:
    """Return the value inside a conflict's {"value": …}, the edit {field: (old, new)} or the deletion (True)."""
    if not isinstance(value, dict):
        return value
    if "changes" in value:
        return _pairs(record, value["changes"])
    return value.get(DELETED, value.get("value"))


def _values_of(conflicts: Iterable[Values], now: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    """Yield (record, field, value) for each value that conflicts show."""
    for one, (_in_use, current) in zip(conflicts, now, strict=True):
        yield one["parent_record"], one["field"], current
        for name in ("base_value", "winner_value", "loser_value"):
            value = _inner(one["parent_record"], one.get(name))
            if one["field"] != DELETED:
                yield one["parent_record"], one["field"], value
            elif isinstance(value, dict):
                yield from ((one["parent_record"], field, part) for field, pair in value.items() for part in pair)


def _references(declared: Field | None, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (record, id) for each reference within a value, nested ones included."""
    if declared is None or not value:
        return
    if declared.item and isinstance(value, list):
        for entry in value:
            for part in declared.item if isinstance(entry, dict) else ():
                yield from _references(part, entry.get(part.name))
    elif declared.ref:
        yield from (
            (declared.ref, one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)
        )


def _pairs(record: str, changes: Any) -> dict[str, tuple[Any, Any]]:
    """Return {field: (old, new)} of an audit entry, company fields by key; entries of another shape are left out."""
    if not isinstance(changes, dict):
        return {}
    pairs = {
        name: (pair[0], pair[1]) for name, pair in changes.items() if isinstance(pair, list | tuple) and len(pair) == 2
    }
    return by_key(RECORDS[record], pairs) if record in RECORDS else pairs
