"""Three-way merging of one edit into a row, by the record's declared rules, in the server's order of arrival."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmdesk.domain.fields import Field, Merge, Record


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
) -> Merged:
    """Merge `edits` ({field: (old, new)}), made when the row was at `base_revision`, into `current`.

    A field untouched since then takes the new value. One that was touched follows its merge rule; the later arrival
    wins a clash. `field_revisions` gives the revision at which each field last changed (absent: 1).
    """
    result = Merged()
    for name, (old, new) in edits.items():
        if current.get(name) == new:
            continue
        touched = field_revisions.get(name, 1) > base_revision
        result.met_others |= touched
        if touched:
            _merge_touched(record.field(name), current.get(name), old, new, result)
        else:
            result.changes[name] = new
    return result


def _merge_touched(declared: Field, theirs: Any, old: Any, new: Any, result: Merged) -> None:
    if theirs == old:
        result.changes[declared.name] = new
    elif declared.merge is Merge.SET:
        result.changes[declared.name] = merge_sets(old, theirs, new)
    elif declared.merge is Merge.TEXT:
        result.changes[declared.name] = merge_texts(old, theirs, new)
    elif declared.merge is Merge.OWNER:
        result.changes[declared.name] = new
    else:
        result.changes[declared.name] = new
        result.clashes.append(Clash(declared.name, old, new, theirs))


def merge_sets(old: list[Any] | None, theirs: list[Any] | None, mine: list[Any] | None) -> list[Any]:
    """Return both sides' additions and removals applied to `old`, sorted."""
    base, left, right = set(old or ()), set(theirs or ()), set(mine or ())
    return sorted((base | left | right) - (base - left) - (base - right))


def merge_texts(old: str | None, theirs: str | None, mine: str | None) -> str:
    """Merge two versions of a text paragraph by paragraph; where both changed one place, keep both, marked.

    Nothing that either side wrote is dropped: what can't be merged stands one under the other.
    """
    base, left, right = old or "", theirs or "", mine or ""
    if left in (base, right):
        return right
    if right == base:
        return left
    return _merge_clean(base, left, right) or f"{left}\n\n———\n{right}"


def _merge_clean(base: str, left: str, right: str) -> str | None:
    """Return the merge where both sides changed different places of `base`, else None."""
    hunks = sorted(_hunks(base, left) + _hunks(base, right))
    merged, at = [], 0
    for index, (start, end, text) in enumerate(hunks):
        if index and start <= hunks[index - 1][1]:
            return None
        merged += [base[at:start], text]
        at = end
    return "".join([*merged, base[at:]])


def _hunks(base: str, changed: str) -> list[tuple[int, int, str]]:
    """Return what turns `base` into `changed` as (start, end, replacement) over character positions of `base`."""
    from diff_match_patch import diff_match_patch  # lazy: only a clash needs it

    library = diff_match_patch()
    library.Diff_Timeout = 1.0
    diffs = library.diff_main(base, changed)
    library.diff_cleanupSemantic(diffs)
    hunks: list[tuple[int, int, str]] = []
    at = 0
    for sign, text in diffs:
        if sign == 0:
            at += len(text)
            continue
        start, end = at, at + (len(text) if sign < 0 else 0)
        if hunks and hunks[-1][1] == start:
            start, kept = hunks[-1][0], hunks.pop()[2]
        else:
            kept = ""
        hunks.append((start, end, kept + (text if sign > 0 else "")))
        at = end
    return hunks
