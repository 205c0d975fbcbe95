"""Time: UTC instants as ISO text, with the device's zone beside them."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Instants outside are no moment of anybody's work, and near the ends of the calendar no zone can show them."""
_DIGITS = bytes.maketrans(b"0123456789", b"0" * 10)
_INSTANT, _DAY = b"0000-00-00T00:00:00.000Z", b"0000-00-00"

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


def are_instants(texts: Collection[str]) -> bool:
    """Say whether each is an instant in the form of `to_text`, of the years that anything here can have.

    For whole columns: the outline of all is compared at once.
    """
    return _outlined(texts, _INSTANT) and _exist(datetime.fromisoformat, texts) and _within_years(texts)


def are_days(texts: Collection[str]) -> bool:
    """Say whether each is a day of the calendar, `2026-11-22`."""
    return _outlined(texts, _DAY) and _exist(date.fromisoformat, texts)


def _outlined(texts: Collection[str], outline: bytes) -> bool:
    joined = "".join(texts)
    if not joined.isascii() or not set(map(len, texts)) <= {len(outline)}:
        return False
    return joined.encode().translate(_DIGITS) == outline * len(texts)


def _exist(read: Callable[[str], object], texts: Collection[str]) -> bool:
    try:
        for _ in map(read, texts):
            pass
    except ValueError:
        return False
    return True


def _within_years(texts: Collection[str]) -> bool:
    return not texts or (str(FIRST_YEAR) <= min(texts) and max(texts) < str(LAST_YEAR + 1))
