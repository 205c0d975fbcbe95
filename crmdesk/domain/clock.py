"""Time: UTC instants as ISO text, with the device's zone beside them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the present instant, timezone-aware in UTC."""

DEFAULT_ZONE = "Asia/Shanghai"


def utc_now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """Return an instant as sortable text, milliseconds, `2026-11-22T02:03:04.567Z`."""
    aware = moment.astimezone(UTC)
    return f"{aware:%Y-%m-%dT%H:%M:%S}.{aware.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """Read an instant that `to_text` (or any ISO 8601 writer) made; raises ValueError without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"an instant needs its zone: {text!r}")
    return moment.astimezone(UTC)


def local_date(moment: datetime, zone: str = DEFAULT_ZONE) -> date:
    """Return the calendar date of an instant in the named zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
