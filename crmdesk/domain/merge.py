"""Three-way merging of one edit into a row, by the record's declared rules, in the server's order of arrival."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmdesk.domain.fields import Field, Merge, Record
from crmdesk.domain.text_merge import Budget, merge_texts

DELETED = "deleted"
"""What a conflict names instead of a field where one person deleted what another one edited."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed: the value that lost stays restorable."""

    field: str
    base: Any
    winner: Any
    loser: Any


@dataclass(slots=True)
class Merged:
    """What an edit comes to: the fields to write, the clashes, and whether it met somebody else's change."""

    changes: dict[str, Any] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)
    met_others: bool = False


def merge_edit(
    record: Record,
    current: Mapping[str, Any],
    field_revisions: Mapping[str, int],
    edits: Mapping[str, tuple[Any, Any]],
    base_revision: int,
    budget: Budget | None = None,
) -> Merged:
    """Merge `edits` ({field: (old, new)}), made when the row was at `base_revision`, into `current`.

    A field untouched since then takes the new value. One that was touched, or that is another than the edit says it was
    (a damaged laptop, a restored server), follows its merge rule; the later arrival wins a clash. `field_revisions`
    gives the revision at which each field last changed (absent: 1). `budget` bounds the time that texts may take.
    """
    result = Merged()
    for name, (old, new) in edits.items():
        theirs = current.get(name)
        if theirs == new:
            continue
        touched = field_revisions.get(name, 1) > base_revision or (theirs or None) != (old or None)
        result.met_others |= touched
        if touched:
            _merge_touched(record.field(name), theirs, old, new, result, budget)
        else:
            result.changes[name] = new
    return result


def _merge_touched(declared: Field, theirs: Any, old: Any, new: Any, result: Merged, budget: Budget | None) -> None:
    if theirs == old:
        result.changes[declared.name] = new
    elif declared.merge is Merge.SET:
        result.changes[declared.name] = merge_sets(old, theirs, new)
    elif declared.merge is Merge.TEXT:
        result.changes[declared.name] = merge_texts(old, theirs, new, budget)
    elif declared.merge is Merge.OWNER:
        result.changes[declared.name] = new
    else:
        result.changes[declared.name] = new
        result.clashes.append(Clash(declared.name, old, new, theirs))


def merge_sets(old: list[Any] | None, theirs: list[Any] | None, mine: list[Any] | None) -> list[Any]:
    """Return both sides' additions and removals applied to `old`, sorted."""
    base, left, right = set(old or ()), set(theirs or ()), set(mine or ())
    return sorted((base | left | right) - (base - left) - (base - right))
