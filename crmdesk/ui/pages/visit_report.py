"""The visit report as plain data: what the editor fills in, what a draft keeps and what is submitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crmdesk.domain.clock import DEFAULT_ZONE, from_text, to_text
from crmdesk.domain.custom_fields import PREFIX, is_custom, key_of
from crmdesk.domain.records import CUSTOM
from crmdesk.services.views import Row
from crmdesk.ui.pages.edit_session import same
from crmdesk.ui.pages.meanwhile import flat

NOTE_LIMIT = 200_000
"""Characters of a note, as the record declares them (`records.VISIT`)."""

DURATIONS_MIN = (5, 10, 20, 40)


class Talk(msgspec.Struct):
    """What was said about one product: approved messages given and the reaction ('' for none yet)."""

    product_id: str
    messages: list[str] = msgspec.field(default_factory=list)
    reaction: str = ""

    @property
    def empty(self) -> bool:
        """Nothing was picked for this product."""
        return not self.messages and not self.reaction


class VisitReport(msgspec.Struct):
    """One visit report while it is being written. `adverse_event` is None until the question is answered."""

    territory_id: str = ""
    owner_id: str = ""
    doctor_ids: list[str] = msgspec.field(default_factory=list)
    absent_ids: list[str] = msgspec.field(default_factory=list)
    institution_id: str = ""
    starts_at: str = ""
    zone: str = ""
    duration_min: int = 10
    channel: str = "face_to_face"
    joint_with_ids: list[str] = msgspec.field(default_factory=list)
    talks: list[Talk] = msgspec.field(default_factory=list)
    adverse_event: bool | None = None
    heard: str = ""  # what was heard of an adverse event: it belongs to the task, not to the visit
    reason: str = ""  # why a submitted report is amended
    next_step: str = ""
    next_step_on: str = ""
    note: str = ""
    questions: str = ""
    competitor: str = ""
    custom: dict[str, Any] = msgspec.field(default_factory=dict)  # the company fields as the visit has them
    own: dict[str, Any] = msgspec.field(default_factory=dict)  # those that were changed since, by key

    def talk(self, product_id: str) -> Talk:
        """Return what was said about a product; a product not yet talked about comes last in the order."""
        for entry in self.talks:
            if entry.product_id == product_id:
                return entry
        entry = Talk(product_id)
        self.talks.append(entry)
        return entry

    def order_of(self, product_id: str) -> int:
        """Return the place of a product in the order of detailing from 1 on, 0 where it was not talked about."""
        spoken = [entry.product_id for entry in self.talks if not entry.empty]
        return spoken.index(product_id) + 1 if product_id in spoken else 0

    def move_talk(self, product_id: str, places: int) -> None:
        """Move a product forward (-1) or back (1) in the order of detailing."""
        at = self.order_of(product_id) - 1
        to = at + places
        if at >= 0 and 0 <= to < len(self.talks):
            self.talks.insert(to, self.talks.pop(at))

    def set_messages(self, product_id: str, messages: list[str]) -> None:
        """Take the messages given about a product."""
        self.talk(product_id).messages = list(messages)
        self._drop_empty()

    def set_reaction(self, product_id: str, reaction: str) -> None:
        """Take the reaction to a product ('' for none)."""
        self.talk(product_id).reaction = reaction
        self._drop_empty()

    def values(self) -> dict[str, Any]:
        """Return the declared fields of the visit for a command (state is the handler's business)."""
        return {
            "territory_id": self.territory_id,
            "owner_id": self.owner_id,
            "doctor_ids": sorted(self.doctor_ids),
            "absent_ids": sorted(self.absent_ids),
            "institution_id": self.institution_id or None,
            "starts_at": self.starts_at,
            "zone": self.zone,
            "duration_min": self.duration_min,
            "channel": self.channel,
            "joint_with_ids": sorted(self.joint_with_ids),
            "products": [_talk_content(entry) for entry in self.talks if not entry.empty],
            "adverse_event": self.adverse_event,
            "next_step": self.next_step,
            "next_step_on": self.next_step_on or None,
            "note": self.note,
            "questions": self.questions,
            "competitor": self.competitor,
            **{f"{PREFIX}{key}": value for key, value in self.own.items()},
        }

    def flat(self) -> dict[str, Any]:
        """Return the fields as `meanwhile` lays them together: company fields each by itself, changed or not."""
        return {**{f"{PREFIX}{key}": value for key, value in self.custom.items()}, **self.values()}

    def take(self, values: Mapping[str, Any], custom: Mapping[str, Any]) -> None:
        """Take fields that may have changed elsewhere, on a visit that holds these company fields by now."""
        given = report_of(values)
        for name in _ELSEWHERE:
            setattr(self, name, getattr(given, name))
        self.custom = dict(custom)
        self.own = {key: value for key, value in given.own.items() if not same(value, custom.get(key))}

    def own_value(self, key: str) -> Any:
        """Return a company field as the form shows it."""
        return self.own[key] if key in self.own else self.custom.get(key)

    def content(self) -> dict[str, Any]:
        """Return what a draft keeps: the fields of a visit, which lists of drafts read, and what goes beside them."""
        return {**self.values(), "heard": self.heard, "reason": self.reason}

    def move_to(self, day: date) -> None:
        """Put the visit on another day, at the same time of day where it took place."""
        zone = ZoneInfo(self.zone or DEFAULT_ZONE)
        local = from_text(self.starts_at).astimezone(zone)
        self.starts_at = to_text(local.replace(year=day.year, month=day.month, day=day.day))

    def _drop_empty(self) -> None:
        self.talks = [entry for entry in self.talks if not entry.empty]


def _talk_content(entry: Talk) -> dict[str, Any]:
    return {"product_id": entry.product_id, "messages": sorted(entry.messages), "reaction": entry.reaction or None}


def report_of(values: Mapping[str, Any]) -> VisitReport:
    """Build a report from the fields of a visit row or of a draft; what is missing keeps its default."""
    known = VisitReport()
    report = VisitReport(
        duration_min=int(values.get("duration_min") or known.duration_min),
        channel=_text(values, "channel") or known.channel,
        doctor_ids=list(values.get("doctor_ids") or ()),
        absent_ids=list(values.get("absent_ids") or ()),
        joint_with_ids=list(values.get("joint_with_ids") or ()),
        talks=[_talk_of(entry) for entry in values.get("products") or ()],
        adverse_event=values.get("adverse_event"),
        custom=dict(values.get(CUSTOM.name) or {}),
        own={key_of(name): value for name, value in values.items() if is_custom(name)},
    )
    for name in (
        "territory_id",
        "owner_id",
        "institution_id",
        "starts_at",
        "zone",
        "heard",
        "reason",
        "next_step",
        "next_step_on",
        "note",
        "questions",
        "competitor",
    ):
        setattr(report, name, _text(values, name))
    return report


_ELSEWHERE = frozenset(VisitReport.__struct_fields__) - {"heard", "reason", "custom", "own"}


def seen_of(row: Row) -> dict[str, Any]:
    """Return what was seen of a visit with its row, as a save is bound to it."""
    return flat(row.values, tuple(VisitReport().values()))


def as_shown(seen: Mapping[str, Any]) -> dict[str, Any]:
    """Return how what was seen stands in the form: a visit that was only planned has the usual duration there."""
    return report_of(seen).flat()


def report_for(doctor: Row, institution_id: str, owner_id: str, starts_at: str, zone: str) -> VisitReport:
    """Begin a report for one doctor at an instant (UTC text) in the device's zone."""
    return VisitReport(
        territory_id=str(doctor["territory_id"] or ""),
        owner_id=owner_id,
        doctor_ids=[doctor.id],
        institution_id=institution_id,
        starts_at=starts_at,
        zone=zone,
        channel=str(doctor["preferred_channel"] or "") or VisitReport().channel,
    )


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _talk_of(entry: Mapping[str, Any]) -> Talk:
    return Talk(str(entry["product_id"]), list(entry.get("messages") or ()), str(entry.get("reaction") or ""))
