"""Finding doctors by a telephone number: all of it in any grouping, its last four digits, or five and more of it.

Numbers stand in the store as they were typed, so an index is over their digits: sorted by the last four, which are what
people know by heart, and holding all of them, so that a look for digits within goes through it and reads no row.
"""

import re
import unicodedata
from functools import reduce

import msgspec

from crmdesk.domain.phones import GROUPING, as_typed
from crmdesk.storage.driver import Driver

FIELDS = ("mobile", "phone")
"""The fields of a doctor that hold a number."""
LAST = 4
"""So many digits at the end name a person well enough; within a number it takes one more."""
_MOST = 20
_WHOLE = 11
"""The digits of a whole mobile number."""
_NUMBER = re.compile(r"[+(]?[0-9][0-9.()‐‑–—-]*")
_ABROAD = re.compile(r"(?:00|\+)?86(1[3-9][0-9]{9})")


class Typed(msgspec.Struct, frozen=True):
    """What was typed, taken apart: the digits of a number, and the other words."""

    digits: str
    rest: str


class Numbered(msgspec.Struct, frozen=True):
    """A doctor with the number that was looked for: id, name, class and title, the field and what it holds."""

    row: tuple[str, str, str, str]
    field: str
    number: str
    at_end: bool


def typed_number(text: str) -> Typed | None:
    """Return the number that a text holds and its other words; None where fewer than four digits stand together."""
    words = unicodedata.normalize("NFKC", as_typed(text[:400])).split()
    numbers = [word for word in words if _NUMBER.fullmatch(word)]
    digits = re.sub("[^0-9+]", "", "".join(numbers))
    abroad = _ABROAD.fullmatch(digits)
    digits = abroad[1] if abroad else digits.replace("+", "")
    if not LAST <= len(digits) <= _MOST:
        return None
    return Typed(digits, " ".join(word for word in words if word not in numbers))


def digits_of(column: str) -> str:
    """Return the SQL of a column's number without what groups it: the very expression that its index holds."""
    return reduce(lambda inner, sign: f"replace({inner}, '{sign}', '')", GROUPING, column)


def last_of(column: str) -> str:
    """Return the SQL of the last four digits of a column's number, by which its index is sorted."""
    return f"substr({digits_of(column)}, -{LAST})"


def numbered(driver: Driver, digits: str, limit: int) -> list[Numbered]:
    """Return doctors of whom a number ends in these digits; of five and more, then those who have them within."""
    found = [one for field in FIELDS for one in _asked(driver, field, digits, limit, at_end=True)]
    if len(digits) > LAST and not (found and len(digits) >= _WHOLE):
        found += [one for field in FIELDS for one in _asked(driver, field, digits, limit, at_end=False)]
    first: dict[str, Numbered] = {}
    for one in found:
        first.setdefault(one.row[0], one)
    return list(first.values())[:limit]


def statement(field: str, *, at_end: bool) -> str:
    """Return the query for doctors whose number ends in ?1 or has it within, at most ?2 of them."""
    held = digits_of(field)
    place = f"{last_of(field)} = substr(?1, -{LAST}) AND substr({held}, -length(?1)) = ?1"
    return (
        f"SELECT id, name, customer_class, title, {field} FROM row_doctor WHERE deleted = 0 AND rowid IN "
        f"(SELECT rowid FROM row_doctor WHERE {field} <> '' AND {place if at_end else f'instr({held}, ?1)'} LIMIT ?2)"
    )


def _asked(driver: Driver, field: str, digits: str, limit: int, *, at_end: bool) -> list[Numbered]:
    rows = driver.execute(statement(field, at_end=at_end), (digits, limit)).fetchall()
    return [Numbered((row[0], row[1], row[2], row[3]), field, row[4], at_end) for row in rows]
