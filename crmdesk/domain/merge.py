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
    elif declared.merge is Merge.KEYS:
        _merge_keys(declared.name, theirs, old, new, result)
    elif declared.merge is Merge.OWNER:
        result.changes[declared.name] = new
    else:
        result.changes[declared.name] = new
        result.clashes.append(Clash(declared.name, old, new, theirs))


def merge_sets(old: list[Any] | None, theirs: list[Any] | None, mine: list[Any] | None) -> list[Any]:
    """Return both sides' additions and removals applied to `old`, sorted."""
    base, left, right = set(old or ()), set(theirs or ()), set(mine or ())
    return sorted((base | left | right) - (base - left) - (base - right))


def _merge_keys(name: str, theirs: Any, old: Any, new: Any, result: Merged) -> None:
    """Merge a mapping: a key that only one side changed is that side's; the later arrival wins a key that both did."""
    merged = dict(theirs or {})
    for key, (base, mine) in changed_keys(old, new).items():
        standing = merged.pop(key, None)
        value = mine
        if standing not in (base, mine):
            if _is_set(base) and _is_set(standing) and _is_set(mine):
                value = merge_sets(base, standing, mine) or None
            else:
                result.clashes.append(Clash(f"{name}.{key}", base, mine, standing))
        if value is not None:
            merged[key] = value
    result.changes[name] = dict(sorted(merged.items())) or None


def changed_keys(old: Any, new: Any) -> dict[str, tuple[Any, Any]]:
    """Return {key: (old, new)} of the keys in which two mappings differ, in the order of their names."""
    before, after = old or {}, new or {}
    names = sorted(before.keys() | after.keys())
    return {key: (before.get(key), after.get(key)) for key in names if before.get(key) != after.get(key)}


def by_key(record: Record, changes: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Return {field: (old, new)} with each mapping that is merged key by key parted into its keys: `custom.hobby`."""
    parted: dict[str, tuple[Any, Any]] = {}
    for name, (old, new) in changes.items():
        declared = record.by_name.get(name)
        by_itself = declared is not None and declared.merge is Merge.KEYS
        if by_itself and all(one is None or isinstance(one, dict) for one in (old, new)):
            parted |= {f"{name}.{key}": pair for key, pair in changed_keys(old, new).items()}
        else:
            parted[name] = (old, new)
    return parted


def _is_set(value: Any) -> bool:
    return value is None or isinstance(value, list)
