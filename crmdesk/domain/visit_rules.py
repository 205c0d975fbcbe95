"""The rules of a visit report that laptop and server share: how late it may come, when one is locked."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from crmdesk.domain.clock import DEFAULT_ZONE, from_text, local_date
from crmdesk.domain.errors import RefusedError

BACKDATING_DAYS = 7
"""So many days after the visit its report may still be submitted; the laptop says so at entry, the server binds."""


def last_day(starts_at: str, zone: str | None = None) -> date:
    """Return the last day on which the report of a visit may be submitted, in the zone of the visit."""
    return local_date(from_text(starts_at), zone or DEFAULT_ZONE) + timedelta(days=BACKDATING_DAYS)


def too_late(starts_at: str, zone: str | None, at: datetime) -> bool:
    """Say whether a report that is submitted at `at` comes too late."""
    return local_date(at, zone or DEFAULT_ZONE) > last_day(starts_at, zone)


def check_in_time(before: Mapping[str, Any] | None, after: Mapping[str, Any], at: datetime) -> None:
    """Raise RefusedError('too_late') where a report is submitted, or moved back by an amendment, later than allowed."""
    if after.get("state") != "submitted":
        return
    if before is not None and before.get("state") == "submitted" and before["starts_at"] <= after["starts_at"]:
        return
    if too_late(after["starts_at"], after.get("zone"), at):
        raise RefusedError(
            "too_late",
            field="starts_at",
            days=BACKDATING_DAYS,
            last=last_day(after["starts_at"], after.get("zone")).isoformat(),
        )
