"""What people wrote, as a terminal may show it."""

import codecs
import io
import re
import sys

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """Return a text without control characters: what people wrote must not drive the terminal."""
    return _CONTROL.sub("�", text)


def escaped(json_text: str) -> str:
    """Return JSON that says the same without a control character: JSON itself escapes only those below the space."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)


def spell_what_cannot_be_written() -> None:
    """Let output in a narrow encoding (a pipe of Windows, LANG=C) spell out what it lacks instead of breaking off.

    Spelled as JSON spells it, so that a JSON document says the same: `\\ud842\\udfb7` for a rare character of a name.
    """
    codecs.register_error(_SPELLED, _spelled)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # none where a window has no console
            stream.reconfigure(errors=_SPELLED)


_SPELLED = "crmdesk_spelled"


def _spelled(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2)), error.end
