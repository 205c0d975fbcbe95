"""What people wrote, as a terminal may show it."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """Return a text without control characters: what people wrote must not drive the terminal."""
    return _CONTROL.sub("�", text)


def escaped(json_text: str) -> str:
    """Return JSON that says the same without a control character: JSON itself escapes only those below the space."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)
