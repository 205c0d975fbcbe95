"""Taking an edit into a row that others may have changed: the merge, and a conflict row for each value that lost."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import custom_fields, validation
from crmdesk.domain.clock import FIRST_YEAR, from_text, to_text
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field, Kind, Merge, Record
from crmdesk.domain.ids import new_id
from crmdesk.domain.merge import Clash, Merged, by_key, merge_edit
from crmdesk.domain.text_merge import Budget
from crmdesk.protocol.messages import Operation
from crmdesk.server.tables import SETS
from crmdesk.server.work import SYSTEM, ServerActor, ServerWork


def normalised(record: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return checked values as they are stored and compared: sets sorted, instants in the one form of `to_text`."""
    return {name: _normal(record.field(name), value) for name, value in values.items()}


def _normal(field: Field, value: Any) -> Any:
    if field.merge is Merge.KEYS:
        return custom_fields.tidy(value)
    if not value:
        return value
    if field.kind is Kind.INSTANT:
        return to_text(from_text(value))
    return sorted(value) if field.kind in SETS else value


def merged_edit(record: Record, row: Mapping[str, Any], operation: Operation, budget: Budget | None = None) -> Merged:
    """Merge the fields of an edit into `row`; raises InputError where old, new or merged values can't be right.

    `budget` bounds the time that the texts of a batch may take.
    """
    old = {name: pair[0] for name, pair in operation.fields.items()}
    told = {name: pair[1] for name, pair in operation.fields.items()}
    validation.check_changes(record, told)
    for name, value in old.items():
        validation.check_seen(record.field(name), value)
    old, new = normalised(record, old), normalised(record, told)
    edits = {name: (old[name], new[name]) for name in new}
    base = min(operation.base_revision, row["revision"])
    merged = merge_edit(record, row, row["field_revisions"], edits, base, budget)
    if record.one_for:
        merged = fitted(record, row, edits, merged)
    # what was told is taken as it is mostly, and was looked at
    made = {name: value for name, value in merged.changes.items() if value is not told.get(name)}
    validation.check_changes(record, made)
    return merged


def fitted(record: Record, row: Mapping[str, Any], edits: Mapping[str, tuple[Any, Any]], merged: Merged) -> Merged:
    """Return a merge in which nothing is too long as one: there the later arrival is used, the other is a conflict.

    For what must not wait with one person; elsewhere such a text comes back to its author.
    """
    for name, value in merged.changes.items():
        try:
            validation.check_value(record.field(name), value)
        except InputError:
            old, new = edits[name]
            merged.changes[name] = new
            merged.clashes.append(Clash(name, old, new, row[name]))
    return merged


def keep_losers(
    work: ServerWork,
    record: Record,
    row: Mapping[str, Any],
    clashes: list[Clash],
    operation: Operation,
    actor: ServerActor,
) -> None:
    """Make a conflict row for each clash, in the scopes of the row; `row` is as it was before the edit."""
    if clashes:
        keep_clashes(work, record, row, clashes, (actor.user_id, made_at(work, operation)))


def keep_clashes(
    work: ServerWork, record: Record, row: Mapping[str, Any], clashes: list[Clash], winner: tuple[str, str]
) -> None:
    """Make a conflict row for each clash; `winner` is who wrote the values that are used from now on, and when."""
    for clash in clashes:
        loser_by, loser_at = _author(work, record, row, clash.field)
        values = {
            "parent_record": record.name,
            "parent_id": row["id"],
            "field": clash.field,
            "base_value": {"value": clash.base},
            "winner_value": {"value": clash.winner},
            "winner_by": winner[0],
            "winner_at": winner[1],
            "loser_value": {"value": clash.loser},
            "loser_by": loser_by,
            "loser_at": loser_at,
            "state": "open",
        }
        work.insert("conflict", new_id(), values, SYSTEM)


def made_at(work: ServerWork, operation: Operation) -> str:
    """Return when the person acted by the device's clock, or the server's time where that can't be."""
    moment = from_text(operation.made_at)
    return to_text(moment) if moment.year >= FIRST_YEAR and moment <= work.now else work.at


def _author(work: ServerWork, record: Record, row: Mapping[str, Any], field: str) -> tuple[str | None, str]:
    """Return who changed a field last and when, by the trail; where that is not kept, the row's last author."""
    for item in reversed(work.queued_audits):
        if (item.parent_record, item.parent_id) == (record.name, row["id"]) and _names(record, item.changes, field):
            return item.by_id or None, item.at
    for one in work.trail(record.name, row["id"]):
        if _names(record, one.changes, field):
            return one.by_id, one.at
    return row["updated_by"], row["updated_at"]


def _names(record: Record, changes: Mapping[str, Any], field: str) -> bool:
    """Say whether a trail entry tells of a field, or of a key within a mapping: `custom.hobby`."""
    name = field.partition(".")[0]
    return name in changes and (name == field or field in by_key(record, {name: changes[name]}))
