"""Merging two customers of one kind into one: which fields differ, what may be chosen, what the merged one holds."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Merge, Record
from crmdesk.domain.merge_records import DOCTOR_MERGE, INSTITUTION_MERGE
from crmdesk.domain.records import DOCTOR, INSTITUTION, REVIEWERS
from crmdesk.domain.roles import Role

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


MERGED = "merged"
"""The status of a doctor who went into another one: only a merge gives it."""


class Choice(StrEnum):
    """Whose value the merged customer gets."""

    KEPT = "kept"
    OTHER = "other"
    BOTH = "both"


def check_values(values: Mapping[str, Any]) -> None:
    """Raise RefusedError('field_not_allowed') for a customer that is to be called merged without having been merged.

    Nobody could change such a one again, and no merge is there to be taken back.
    """
    if values.get("status") == MERGED:
        raise RefusedError("field_not_allowed", field="status")


def check_event(event: str, role: Role) -> Event:
    """Return the event of a name; raises RefusedError('forbidden') for a role that decides nothing here, InputError."""
    if role not in REVIEWERS:
        raise RefusedError("forbidden")
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


Row = Mapping[str, Any]


def _nothing_more(_kept: Row, _other: Row, _changes: Row) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class MergeKind:
    """What is declared about merging one kind of customer; everything else is the same for all.

    `left_alone` cannot be chosen: the kept one's stays. `own` is what the server changes without anybody comparing it.
    `groups` are fields that are only true together, chosen by the first of them; `later_of` is the date by which the
    later group counts. `more` adds what follows from the pair without a choice.
    """

    record: Record
    of: Record
    left_alone: frozenset[str]
    own: frozenset[str]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    later_of: str = ""
    more: Callable[[Row, Row, Row], dict[str, Any]] = _nothing_more

    @property
    def kept_field(self) -> str:
        """The field of the merge that names who is kept."""
        return f"{self.of.name}_id"

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """What can be chosen, one choice each."""
        together = {part for parts in self.groups.values() for part in parts[1:]}
        return tuple(one for one in self.of.field_names if one not in self.left_alone | together)

    def check_pair(self, kept: Row | None, other: Row | None) -> None:
        """Raise RefusedError('merge_impossible') for one customer twice, or one that is gone or merged already."""
        for row in (kept, other):
            if row is None or row.get("deleted") or row.get("status") == MERGED:
                raise RefusedError("merge_impossible")
        if kept is not None and other is not None and kept["id"] == other["id"]:
            raise RefusedError("merge_impossible")

    def choices(self, name: str) -> tuple[Choice, ...]:
        """Return what can be chosen for a field: sets, long texts and mappings also hold both."""
        several = self.of.field(name).merge in (Merge.SET, Merge.TEXT, Merge.KEYS) and name not in self.groups
        return (Choice.KEPT, Choice.OTHER, Choice.BOTH) if several else (Choice.KEPT, Choice.OTHER)

    def differing(self, kept: Row, other: Row) -> tuple[str, ...]:
        """Return the fields about which something is to be chosen: the other one has a value, and it is another."""
        return tuple(
            name
            for name in self.fields
            if any(_value(other, one) != _value(kept, one) for one in self.parts(name))
            and _value(other, name) is not None
        )

    def first_choice(self, name: str, kept: Row, other: Row) -> Choice:
        """Return what is chosen at first: nothing is lost, and of two groups with a date the later one counts."""
        if Choice.BOTH in self.choices(name):
            return Choice.BOTH
        if name in self.groups:
            later = str(other.get(self.later_of) or "") > str(kept.get(self.later_of) or "")
            return Choice.OTHER if later or _value(kept, name) is None else Choice.KEPT
        return Choice.OTHER if _value(kept, name) is None else Choice.KEPT

    def chosen(self, take: Iterable[str]) -> dict[str, Choice]:
        """Read what `taken` made; raises InputError('not_in_list') for what cannot be chosen."""
        found: dict[str, Choice] = {}
        for entry in take:
            name = entry.removesuffix(_BOTH)
            choice = Choice.BOTH if entry.endswith(_BOTH) else Choice.OTHER
            if name not in self.fields or choice not in self.choices(name):
                raise InputError("not_in_list", field="take", value=entry[:60])
            found[name] = choice
        return found

    def merged(self, kept: Row, other: Row, take: Iterable[str]) -> dict[str, Any]:
        """Return the fields of the kept one that change, with their new values; raises what `chosen` raises."""
        changes: dict[str, Any] = {}
        for name, choice in self.chosen(take).items():
            for part in self.parts(name):
                value = other.get(part)
                if choice is Choice.BOTH:
                    value = self._both(name, kept.get(part), other.get(part))
                if value != kept.get(part):
                    changes[part] = value
        return changes | self.more(kept, other, changes)

    def _both(self, name: str, kept: Any, other: Any) -> Any:
        declared = self.of.field(name)
        if declared.merge is Merge.SET:
            return sorted({*(kept or ()), *(other or ())})
        if declared.merge is Merge.KEYS:
            return {**(other or {}), **(kept or {})} or None  # of a key that both have, the kept one's value stays
        if not kept or not other or other in kept:
            return kept or other
        return f"{kept}\n\n{other}"

    def pair_hash(self, kept: Row, other: Row) -> str:
        """Return the fingerprint of what a person compares: a merge applies to exactly this, or comes back."""
        names = [one for one in self.of.field_names if one not in self.own]
        content = [[row["id"], *(_value(row, name) for name in names)] for row in (kept, other)]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def parts(self, name: str) -> tuple[str, ...]:
        """Return the fields that are taken with one choice."""
        return self.groups.get(name, (name,))


def taken(chosen: Mapping[str, Choice]) -> list[str]:
    """Return choices as a merge holds them: `mobile`, `tags:both`; what is kept is not named."""
    return sorted(f"{name}{_BOTH if one is Choice.BOTH else ''}" for name, one in chosen.items() if one != Choice.KEPT)


def _value(row: Row, name: str) -> Any:
    """Return a value with nothing, empty text and empty sets alike."""
    value = row.get(name)
    return None if value in (None, "", [], {}) else value


def _names_as_aliases(kept: Row, other: Row, changes: Row) -> dict[str, Any]:
    """An institution is found by every name that it had: what is not its name becomes an alias, while there is room."""
    name = changes.get("name", kept.get("name"))
    held = list(kept.get("aliases") or ())
    known = [*held, kept.get("name"), other.get("name"), *(other.get("aliases") or ())]
    room = INSTITUTION.field("aliases").max_length
    aliases = sorted([one for one in dict.fromkeys(known) if one and one != name][:room])
    return {"aliases": aliases} if aliases != sorted(held) else {}


DOCTORS = MergeKind(
    DOCTOR_MERGE,
    DOCTOR,
    left_alone=frozenset({"status", "territory_id"}),
    own=frozenset({"status"}),
    groups={"consent": ("consent", "consent_on", "consent_evidence")},
    later_of="consent_on",
)
"""Consent is taken with its date and its evidence, or not at all; the state is set by the server."""
INSTITUTIONS = MergeKind(
    INSTITUTION_MERGE,
    INSTITUTION,
    left_alone=frozenset({"aliases", "territory_id", "under_review"}),
    own=frozenset({"under_review"}),
    more=_names_as_aliases,
)
KINDS = {kind.of.name: kind for kind in (DOCTORS, INSTITUTIONS)}
"""By the record of the customers that are merged."""
BY_RECORD = {kind.record.name: kind for kind in KINDS.values()}
"""By the record of their mergers."""
