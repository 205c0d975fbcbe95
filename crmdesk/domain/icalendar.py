"""iCalendar text (RFC 5545): events as UTC instants or whole days, values escaped, lines folded at 75 octets."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_MAX_OCTETS = 75
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
PRODUCT = "-//crmdesk//visit plan//ZH"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One entry. `uid` never changes, `sequence` rises with each change; with `all_day` only the dates count.

    `ends` is the first instant (or day) after the event.
    """

    uid: str
    sequence: int
    starts: datetime | date
    ends: datetime | date
    summary: str
    location: str = ""
    description: str = ""
    category: str = ""
    free: bool = False  # does not block the time (RFC 5545, TRANSP)


def write_calendar(name: str, events: Iterable[CalendarEvent], made_at: datetime, made_by: str = "") -> bytes:
    """Return a calendar as the bytes of an .ics file (UTF-8, CRLF); `made_by` says who made it and when."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{escaped(name)}")
    if made_by:
        lines.append(f"X-WR-CALDESC:{escaped(made_by)}")
    for event in events:
        lines += _event(event, made_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line)).encode()


def _event(event: CalendarEvent, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{_instant(made_at)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART{_when(event.starts)}"
    yield f"DTEND{_when(_after(event))}"
    yield f"SUMMARY:{escaped(event.summary)}"
    for name, value in (
        ("LOCATION", event.location),
        ("DESCRIPTION", event.description),
        ("CATEGORIES", event.category),
    ):
        if value:
            yield f"{name}:{escaped(value)}"
    yield f"TRANSP:{'TRANSPARENT' if event.free else 'OPAQUE'}"
    yield "END:VEVENT"


def _after(event: CalendarEvent) -> datetime | date:
    """An event that would end before it starts takes no time; DTEND must be later than DTSTART (RFC 5545, 3.6.1)."""
    if isinstance(event.starts, datetime) and isinstance(event.ends, datetime):
        return max(event.ends, event.starts + timedelta(minutes=1))
    return max(event.ends, event.starts + timedelta(days=1))


def _when(moment: datetime | date) -> str:
    return f":{_instant(moment)}" if isinstance(moment, datetime) else f";VALUE=DATE:{moment:%Y%m%d}"


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Return a text as a TEXT value: backslash, semicolon, comma and line ends escaped, other controls left out."""
    plain = _CONTROL.sub("", unicodedata.normalize("NFC", text)).replace("\r\n", "\n").replace("\r", "\n")
    plain = plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\n", "\\n").replace("\u2028", "\\n").replace("\u2029", "\\n")


def folded(line: str) -> Iterator[str]:
    """Yield a content line in pieces of at most 75 octets, never cutting a character (RFC 5545, 3.1)."""
    piece, room = "", _MAX_OCTETS
    for sign in line:
        size = len(sign.encode())
        if size > room:
            yield piece
            piece, room = " ", _MAX_OCTETS - 1
        piece += sign
        room -= size
    yield piece
