"""Volume-based procurement (带量采购): how far a hospital is with its agreed volume, against the time gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from crmdesk.domain.ids import id_for

MARGIN_PERCENT = 10
"""So many hundredths before or behind the time still count as in step."""


class Standing(StrEnum):
    """How a volume stands against the time that has gone of its period."""

    UNKNOWN = "unknown"  # nothing was reported yet
    AHEAD = "ahead"
    IN_STEP = "in_step"
    BEHIND = "behind"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Pace:
    """Hundredths of the agreed volume and of the period, both on the day of the figure."""

    done_percent: int
    gone_percent: int
    standing: Standing


def row_id(institution_id: str, round_name: str, product_name: str, strength: str) -> str:
    """Return the one id of a figure; the same sheet again changes it, another round makes another one."""
    return id_for("procurement:" + "\x1f".join((round_name, product_name, strength)), institution_id)


def pace(row: Mapping[str, Any]) -> Pace:
    """Return how a figure stands on its own day (`as_of`): a sheet of last month says nothing of today."""
    if row.get("purchased") is None or not row.get("as_of"):
        return Pace(0, 0, Standing.UNKNOWN)
    start, end, day = (date.fromisoformat(str(row[name])) for name in ("starts_on", "ends_on", "as_of"))
    whole = (end - start).days + 1
    gone = min(max((day - start).days + 1, 0), whole) * 100 // whole
    agreed, purchased = int(row["agreed"] or 0), int(row["purchased"])
    if purchased >= agreed:
        return Pace(purchased * 100 // agreed if agreed else 100, gone, Standing.DONE)
    done = purchased * 100 // agreed
    if done >= gone + MARGIN_PERCENT:
        return Pace(done, gone, Standing.AHEAD)
    return Pace(done, gone, Standing.BEHIND if done <= gone - MARGIN_PERCENT else Standing.IN_STEP)
