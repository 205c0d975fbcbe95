"""What the generator hands out: rows with house-keeping columns, logins, trail entries; the seeded source of ids."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmdesk.domain.clock import DEFAULT_ZONE, to_text
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS

Row = dict[str, Any]
_ZONE = ZoneInfo(DEFAULT_ZONE)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One person of the demo company and the password to sign in with."""

    login: str
    password: str
    user_id: str
    role: str


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One entry of a claim's or visit's trail, as an `audit_entry` row says it. `changes` is {field: [old, new]}."""

    row_id: str
    at: str
    by_id: str
    action: str
    changes: Mapping[str, Any]
    reason: str = ""
    record: str = "claim"


@dataclass(slots=True)
class Maker:
    """The seeded source of everything random, and the collector of the rows made from it."""

    rng: random.Random
    today: date
    scale: float
    tables: dict[str, list[Row]] = field(default_factory=dict)
    trail: list[TrailEntry] = field(default_factory=list)
    receipts: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)

    def new_id(self, moment: datetime) -> str:
        """Return an id that depends on the seed and the moment only."""
        return new_id(int(moment.timestamp() * 1000), self.rng.randbytes(8))

    @staticmethod
    def drawn_id(moment: datetime, rng: random.Random) -> str:
        """Return an id from another source of randomness than that of the whole company."""
        return new_id(int(moment.timestamp() * 1000), rng.randbytes(8))

    def row(self, record: str, moment: datetime, by_id: str, values: Row, row_id: str = "") -> Row:
        """Make and keep one row: every declared field is there, None where `values` has nothing."""
        at = to_text(moment)
        made: Row = {
            "id": row_id or self.new_id(moment),
            "revision": 1,
            "deleted": False,
            "created_at": at,
            "created_by": by_id,
            "updated_at": at,
            "updated_by": by_id,
        }
        for name in RECORDS[record].field_names:
            made[name] = values.get(name)
        self.tables.setdefault(record, []).append(made)
        return made

    def count(self, at_full_scale: int, least: int = 1) -> int:
        """Return a count at the scale asked for."""
        return max(least, round(at_full_scale * self.scale))

    def weighted(self, entries: Mapping[str, int]) -> str:
        """Return one key, drawn by its weight."""
        return self.rng.choices(list(entries), list(entries.values()))[0]


def at_local(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the instant (UTC) of a time of day in the company's zone."""
    return datetime.combine(day, time(hour, minute), _ZONE).astimezone(UTC)


def working_days(first: date, last: date) -> list[date]:
    """Return the Mondays to Fridays from `first` to `last`, without the fixed public holidays."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5 and not _is_holiday(day)]


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) in _HOLIDAYS


_HOLIDAYS = {(1, 1), (5, 1), (5, 2), (5, 3), *((10, day) for day in range(1, 8))}
