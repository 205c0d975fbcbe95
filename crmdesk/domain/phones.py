"""What can be a telephone number (enough digits, none of them lost in a spreadsheet's short form), and how it reads."""

import re
import unicodedata
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field

_SHORTENED = re.compile(r"(\d)(?:[.,](\d+))?E\+?(\d{1,2})", re.I)
"""1.38E+10: a spreadsheet that shortened a number has lost its last digits."""
_MOBILE = re.compile(r"(\+?86|0086)?(1[3-9]\d)(\d{4})(\d{4})", re.ASCII)
GROUPING = " -.()"
"""The signs that people group a number with, as `as_typed` gives them."""
_SIGNS = str.maketrans("", "", GROUPING + "\u00a0")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋", "0123456789+")
_AS_TYPED = {"Zs": " ", "Cc": " ", "Pd": "-", "Cf": ""}


def as_typed(text: str) -> str:
    """Return a number as a keyboard would have given it: what is pasted brings signs that look alike or not at all.

    Full-width digits, spaces and hyphens of other kinds become the usual ones; marks of direction go.
    """
    signs = (_AS_TYPED.get(unicodedata.category(sign), sign) for sign in text.translate(_FULL_WIDTH))
    return "".join(signs).strip()


def unshortened(text: str) -> str:
    """Return 13800138007 for 1.3800138007E10, which has kept all digits of the number; any other text as it is."""
    found = _SHORTENED.fullmatch(text.strip())
    if found is None:
        return text
    digits = found[1] + (found[2] or "")
    return digits if len(digits) == int(found[3]) + 1 else text


def is_plausible(text: str, digits: int) -> bool:
    """Say whether a text can be a number of at least so many digits."""
    return not _SHORTENED.fullmatch(text.strip()) and sum(sign.isdigit() for sign in text) >= digits


def grouped(text: str) -> str:
    """Return a Chinese mobile number as it is read aloud, 138 1234 5678; any other text as it is."""
    found = _MOBILE.fullmatch(text.translate(_SIGNS))
    return " ".join(filter(None, ("+86" if found[1] else "", *found.groups()[1:]))) if found else text


def check_phone(field: Field, value: Any) -> None:
    """Raise InputError('not_a_phone') for a number that nobody could call, asked where people give one.

    What is there already is nobody's fault: it may stay, be undone to and be sent.
    """
    if field.digits and value and not is_plausible(str(value), field.digits):
        raise InputError("not_a_phone", field=field.name, value=str(value)[:40])
