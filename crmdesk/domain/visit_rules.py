"""The rules of a visit report that laptop and server share: how late it may come, when one is locked."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from crmdesk.domain.clock import DEFAULT_ZONE, from_text, local_date, to_text
from crmdesk.domain.errors import RefusedError

BACKDATING = "backdating_days"
"""The name of the company's rule (a row of `company_rule`)."""


SUBMITTED_TWICE = "submitted twice"
"""The reason in the trail where one report was submitted on two computers that knew nothing of each other."""

MAX_REASON = 1000
"""Characters of a reason, as the server takes it."""


class Backdating(NamedTuple):
    """So many days after the visit its report may be submitted; the laptop says so at entry, the server binds.

    A stricter limit does not reach back: what was submitted before `since` may be as late as it might be then.
    """

    days: int = 7
    earlier: int = 0
    since: str = ""

    def at(self, moment: datetime) -> int:
        """Return the days that count for a report submitted at a moment."""
        return max(self.days, self.earlier) if self.since and to_text(moment) < self.since else self.days


USUAL = Backdating()
"""What holds where the company set nothing."""


def backdating_of(row: Mapping[str, Any] | None) -> Backdating:
    """Return the rule that a row of `company_rule` makes."""
    if row is None:
        return USUAL
    return Backdating(int(row["value"]), int(row.get("earlier") or 0), str(row.get("since") or ""))


def last_day(starts_at: str, zone: str | None = None, days: int = USUAL.days) -> date:
    """Return the last day on which the report of a visit may be submitted, in the zone of the visit."""
    return local_date(from_text(starts_at), zone or DEFAULT_ZONE) + timedelta(days=days)


def too_late(starts_at: str, zone: str | None, at: datetime, rule: Backdating = USUAL) -> bool:
    """Say whether a report that is submitted at `at` comes too late."""
    return local_date(at, zone or DEFAULT_ZONE) > last_day(starts_at, zone, rule.at(at))


def comes_too_late(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], at: datetime, rule: Backdating = USUAL
) -> bool:
    """Say whether a report is submitted at `at`, or moved back by an amendment, later than allowed."""
    if after.get("state") != "submitted":
        return False
    if before is not None and before.get("state") == "submitted" and before["starts_at"] <= after["starts_at"]:
        return False
    return too_late(after["starts_at"], after.get("zone"), at, rule)


def check_in_time(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], at: datetime, rule: Backdating = USUAL
) -> None:
    """Raise RefusedError('too_late') where a report comes too late."""
    if comes_too_late(before, after, at, rule):
        days = rule.at(at)
        last = last_day(after["starts_at"], after.get("zone"), days).isoformat()
        raise RefusedError("too_late", field="starts_at", days=days, last=last)
