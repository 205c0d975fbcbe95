"""Texts that a spreadsheet would run as a formula: made harmless on the way out, themselves again on the way back.

OWASP, 'CSV Injection': a text that begins with `=`, `+`, `-`, `@`, tab or CR gets an apostrophe before it.
"""

import re

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_NEUTRALISED = re.compile(r"'(?='*[=+\-@\t\r])")


def neutral(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula; one apostrophe less is the text again."""
    return f"'{value}" if value.lstrip("'").startswith(_DANGEROUS) else value


def unquoted(text: str) -> str:
    """Return a text without the apostrophe that `neutral` put before it."""
    return text[1:] if _NEUTRALISED.match(text) else text
