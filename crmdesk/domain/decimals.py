"""Decimal numbers as whole counts of their smallest step: 12.5 with two places is 1250, never a binary fraction."""

import re

MOST_PLACES = 6
_FORM = re.compile(r"([+-]?)(\d{1,15})(?:\.(\d*))?")


def parse_decimal(text: str, places: int) -> int | None:
    """Return how many smallest steps a text such as `-12.5` counts; None for what is no number or has more places."""
    found = _FORM.fullmatch(text.strip().replace("，", ",").replace(",", "").replace("．", "."))
    if found is None or not found.group(0).isascii():
        return None
    sign, whole, behind = found.groups()
    digits = (behind or "").rstrip("0")
    if len(digits) > places:
        return None
    steps: int = int(whole) * pow(10, places) + int(digits.ljust(places, "0") or "0")
    return -steps if sign == "-" else steps


def format_decimal(steps: int, places: int) -> str:
    """Return the number as people write it, without zeros that say nothing: 1250 with two places is `12.5`."""
    digits = str(abs(steps)).rjust(places + 1, "0")
    whole, behind = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    return ("-" if steps < 0 else "") + whole + (f".{behind}" if behind else "")
