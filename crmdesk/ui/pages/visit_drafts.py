"""The reports that somebody has begun and not submitted: what they say, for the lists, and how they are given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QCoreApplication, QObject

from crmdesk.services.commands import GiveUpVisit, Outcome
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.visit_opening import draft_key, visit_id_of

if TYPE_CHECKING:
    from crmdesk.services.reads_sync import Reads


class DraftLine(msgspec.Struct, frozen=True):
    """A report that is being written: its visit, doctors by name, what was typed, when it was kept."""

    visit_id: str
    doctor_names: tuple[str, ...]
    content: Mapping[str, Any]
    saved_at: str

    @property
    def typed(self) -> str:
        """Return what was written so far, '' for nothing."""
        return str(self.content.get("note") or self.content.get("next_step") or "")

    @property
    def doctor_id(self) -> str:
        """Return the first doctor, '' where none is chosen yet."""
        return next(iter(self.content.get("doctor_ids") or ()), "")


def draft_lines(reads: Reads) -> tuple[DraftLine, ...]:
    """Read the reports that are being written, the newest first."""
    drafts = [(visit_id_of(key), content, saved_at) for key, content, saved_at in reads.drafts()]
    wanted = {one for _visit, content, _at in drafts for one in content.get("doctor_ids") or ()}
    names = {item.id: item.name for item in reads.customer_items("doctor", sorted(wanted))} if wanted else {}
    return tuple(
        DraftLine(visit_id, tuple(names[one] for one in content.get("doctor_ids") or () if one in names), content, at)
        for visit_id, content, at in drafts
        if visit_id
    )


def drafts_about(reads: Reads, doctor_id: str) -> tuple[DraftLine, ...]:
    """Read the reports about one doctor that are being written."""
    return tuple(line for line in draft_lines(reads) if doctor_id in (line.content.get("doctor_ids") or ()))


def give_up(context: PageContext, owner: QObject, visit_id: str, then: Callable[[Outcome], None] | None = None) -> None:
    """Give up the report that was begun about a visit; the toast takes it back."""

    def said() -> str:
        return QCoreApplication.translate("visit_drafts", "没写完的报告已放弃")

    def done(outcome: Outcome) -> None:
        if then is not None:
            then(outcome)
        context.toast(said, outcome.undo_token)

    context.submit(owner, GiveUpVisit(visit_id, draft_key(visit_id)), done)
