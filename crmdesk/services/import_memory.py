"""The mappings of columns that a person chose, by the shape of the file: kept as one preference, proposed again."""

import dataclasses
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from crmdesk.intake import Preview

PREFERENCE = "import_mappings"
TAKEN, EMPTY = "taken", "empty"
MAX_SHAPES = 60
"""Older ones are forgotten."""


class Remembered(msgspec.Struct, frozen=True):
    """What was chosen for files of one shape, listing one kind of customer, and on which day.

    `dates` is what was said to stand first in 02.03.2026, '' where nothing was asked. `above` is what was said about
    what stands above rows, TAKEN or EMPTY, where it was not what the list itself proposed; else ''.
    """

    shape: str
    kind: str
    mapping: Mapping[int, str]
    day: str
    dates: str = ""
    above: str = ""


def read(kept: str) -> tuple[Remembered, ...]:
    """Return what is kept, newest first; what can't be read is left out."""
    try:
        entries = json.loads(kept) if kept else []
    except ValueError:
        return ()
    found = [_entry(one) for one in entries] if isinstance(entries, list) else []
    return tuple(one for one in found if one is not None)


def _entry(one: Any) -> Remembered | None:
    if not isinstance(one, dict) or not isinstance(one.get("mapping"), dict):
        return None
    mapping = {int(index): str(target) for index, target in one["mapping"].items() if str(index).isdecimal()}
    dates, above = str(one.get("dates") or ""), str(one.get("above") or "")
    above = above if above in (TAKEN, EMPTY) else ""
    return Remembered(str(one.get("shape")), str(one.get("kind")), mapping, str(one.get("day") or ""), dates, above)


def write(entries: tuple[Remembered, ...]) -> str:
    """Return entries as they are kept."""
    listed = [
        {
            "shape": one.shape,
            "kind": one.kind,
            "mapping": {str(at): to for at, to in one.mapping.items()},
            "day": one.day,
            "dates": one.dates,
            "above": one.above,
        }
        for one in entries[:MAX_SHAPES]
    ]
    return json.dumps(listed, ensure_ascii=False)


def latest(entries: tuple[Remembered, ...], shape: str, kind: str = "") -> Remembered | None:
    """Return what was chosen last for a shape, of one kind of list where it is given."""
    return next((one for one in entries if shape and one.shape == shape and kind in ("", one.kind)), None)


def proposed(preview: "Preview", entries: tuple[Remembered, ...]) -> "Preview":
    """Return a preview that proposes what was chosen before for its shape and kind; the guess where nothing was."""
    entry = latest(entries, preview.shape, preview.kind)
    if entry is None:
        return preview
    refused = {column.index for column in preview.columns if column.refused}
    allowed = preview.own.targets(preview.kind)
    fitting = {
        index: target
        for index, target in entry.mapping.items()
        if index < len(preview.columns) and index not in refused and target in allowed
    }
    new = fitting if fitting != preview.guessed else {}
    if not new and not entry.dates and not entry.above:
        return preview
    return dataclasses.replace(
        preview,
        remembered=new,
        remembered_on=entry.day,
        remembered_dates=entry.dates,
        remembered_above=entry.above == TAKEN if entry.above else None,
    )


def about_above(
    entries: tuple[Remembered, ...], preview: "Preview", mapping: Mapping[int, str], answer: bool | None
) -> str:
    """Return what is to be kept of an answer about what stands above rows: TAKEN, EMPTY, or ''.

    What the list proposes by itself is no choice of a person and would bind the next list, whose rows are others. Where
    nothing was asked, or the answer is that of before, what was kept stays.
    """
    before = latest(entries, preview.shape, preview.kind)
    kept = before.above if before is not None else ""
    found = preview.blocks({index: target for index, target in mapping.items() if target})
    said = TAKEN if answer else EMPTY
    if answer is None or not found.sources or said == kept:
        return kept
    return "" if answer == found.likely else said


def with_choice(
    entries: tuple[Remembered, ...],
    preview: "Preview",
    mapping: Mapping[int, str],
    day: str,
    dates: str = "",
    above: str = "",
) -> tuple[Remembered, ...]:
    """Return the entries with what was chosen for a file; what the guess says too need not be kept."""
    others = without(entries, preview.shape, preview.kind)
    chosen = {index: target for index, target in mapping.items() if target}
    if not preview.shape or not chosen or (chosen == preview.guessed and not dates and not above):
        return others
    return (Remembered(preview.shape, preview.kind, chosen, day, dates, above), *others)[:MAX_SHAPES]


def without(entries: tuple[Remembered, ...], shape: str, kind: str) -> tuple[Remembered, ...]:
    """Return the entries without what was chosen for a shape and kind."""
    return tuple(one for one in entries if (one.shape, one.kind) != (shape, kind))
