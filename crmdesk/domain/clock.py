"""Time: UTC instants as ISO text, with the device's zone beside them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
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


def at_minute(day: date, minute: int, zone: str = DEFAULT_ZONE) -> str:
    """Return the instant, as text, of a minute of a day (0 to 1440) in the named zone."""
    return to_text(datetime.combine(day, time(0), ZoneInfo(zone)) + timedelta(minutes=minute))
