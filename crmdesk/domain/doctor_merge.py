"""Merging two doctors into one: which fields differ, what may be chosen for each, and what the merged doctor holds."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Merge
from crmdesk.domain.records import DOCTOR, REVIEWERS
from crmdesk.domain.roles import Role

GROUPS: dict[str, tuple[str, ...]] = {"consent": ("consent", "consent_on", "consent_evidence")}
"""Fields that are only true together: consent is taken with its date and its evidence, or not at all."""
_LEFT_ALONE = frozenset({"status", "territory_id", "consent_on", "consent_evidence"})
FIELDS = tuple(field.name for field in DOCTOR.fields if field.name not in _LEFT_ALONE)
"""What can be chosen, one choice each; state and territory stay those of the doctor who is kept."""
_BOTH = ":both"


class State(StrEnum):
    """How far a merge is: a proposal, done, not wanted, or taken back."""

    PROPOSED = "proposed"
    DONE = "done"
    DECLINED = "declined"
    UNDONE = "undone"


class Event(StrEnum):
    """What a reviewer does with it."""

    MERGE = "merge"
    DECLINE = "decline"
    RESTORE = "restore"


_AFTER: dict[tuple[State, Event], State] = {
    (State.PROPOSED, Event.MERGE): State.DONE,
    (State.PROPOSED, Event.DECLINE): State.DECLINED,
    (State.DONE, Event.RESTORE): State.UNDONE,
}


class Choice(StrEnum):
    """Whose value the merged doctor gets."""

    KEPT = "kept"
    OTHER = "other"
    BOTH = "both"


def check_event(event: str, role: Role) -> Event:
    """Return the event of a name; raises RefusedError('forbidden') for a role that decides nothing here, InputError."""
    if role not in REVIEWERS:
        raise RefusedError("forbidden", record="doctor_merge")
    try:
        return Event(event)
    except ValueError as error:
        raise InputError("unknown_command", command=event[:60]) from error


def advance(state: str | None, event: str, role: Role) -> State:
    """Return the state after an event; raises what `check_event` raises, RefusedError('merge_decided')."""
    wanted, now = check_event(event, role), State(state or State.PROPOSED)
    after = _AFTER.get((now, wanted))
    if after is None:
        raise RefusedError("merge_decided", state=now.value, event=wanted.value)
    return after


def check_pair(kept: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> None:
    """Raise RefusedError('merge_impossible') for one doctor twice, or one that is gone or merged already."""
    for row in (kept, other):
        if row is None or row.get("deleted") or row.get("status") == "merged":
            raise RefusedError("merge_impossible")
    if kept is not None and other is not None and kept["id"] == other["id"]:
        raise RefusedError("merge_impossible")


def choices(name: str) -> tuple[Choice, ...]:
    """Return what can be chosen for a field: sets, long texts and mappings also hold both."""
    several = DOCTOR.field(name).merge in (Merge.SET, Merge.TEXT, Merge.KEYS) and name not in GROUPS
    return (Choice.KEPT, Choice.OTHER, Choice.BOTH) if several else (Choice.KEPT, Choice.OTHER)


def differing(kept: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields about which something is to be chosen: the other one has a value, and it is not the same."""
    return tuple(
        name
        for name in FIELDS
        if any(_value(other, one) != _value(kept, one) for one in _parts(name)) and _value(other, name) is not None
    )


def first_choice(name: str, kept: Mapping[str, Any], other: Mapping[str, Any]) -> Choice:
    """Return what is chosen at first: nothing is lost, and of two consents the later one counts."""
    if Choice.BOTH in choices(name):
        return Choice.BOTH
    if name in GROUPS:
        later = str(other.get("consent_on") or "") > str(kept.get("consent_on") or "")
        return Choice.OTHER if later or _value(kept, name) is None else Choice.KEPT
    return Choice.OTHER if _value(kept, name) is None else Choice.KEPT


def taken(chosen: Mapping[str, Choice]) -> list[str]:
    """Return choices as a `doctor_merge` row holds them: `mobile`, `tags:both`; what is kept is not named."""
    return sorted(f"{name}{_BOTH if one is Choice.BOTH else ''}" for name, one in chosen.items() if one != Choice.KEPT)


def chosen(take: Iterable[str]) -> dict[str, Choice]:
    """Read what `taken` made; raises InputError('not_in_list') for what cannot be chosen."""
    found: dict[str, Choice] = {}
    for entry in take:
        name = entry.removesuffix(_BOTH)
        choice = Choice.BOTH if entry.endswith(_BOTH) else Choice.OTHER
        if name not in FIELDS or choice not in choices(name):
            raise InputError("not_in_list", field="take", value=entry[:60])
        found[name] = choice
    return found


def merged(kept: Mapping[str, Any], other: Mapping[str, Any], take: Iterable[str]) -> dict[str, Any]:
    """Return the fields of the kept doctor that change, with their new values; raises what `chosen` raises."""
    changes: dict[str, Any] = {}
    for name, choice in chosen(take).items():
        for part in _parts(name):
            value = other.get(part)
            if choice is Choice.BOTH:
                value = _both(name, kept.get(part), other.get(part))
            if value != kept.get(part):
                changes[part] = value
    return changes


def _both(name: str, kept: Any, other: Any) -> Any:
    if DOCTOR.field(name).merge is Merge.SET:
        return sorted({*(kept or ()), *(other or ())})
    if DOCTOR.field(name).merge is Merge.KEYS:
        return {**(other or {}), **(kept or {})} or None  # of a key that both have, the kept doctor's value stays
    if not kept or not other or other in kept:
        return kept or other
    return f"{kept}\n\n{other}"


def pair_hash(kept: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return the fingerprint of what a person compares: a merge applies to exactly this, or comes back."""
    names = [field.name for field in DOCTOR.fields if field.name != "status"]  # the server sets it on its own
    content = [[row["id"], *(_value(row, name) for name in names)] for row in (kept, other)]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _parts(name: str) -> tuple[str, ...]:
    return GROUPS.get(name, (name,))


def _value(row: Mapping[str, Any], name: str) -> Any:
    """Return a value with nothing, empty text and empty sets alike."""
    value = row.get(name)
    return None if value in (None, "", [], {}) else value
