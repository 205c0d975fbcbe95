"""Finding doctors by a telephone number: all of it in any grouping, its last four digits, or five and more of it.

Numbers stand in the store as they were typed, so an index is over their digits: sorted by the last four, which are what
people know by heart, and holding all of them, so that a look for digits within goes through it and reads no row.
Another one holds those fields that are longer than a mobile number: there may be two numbers in them.
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
_NARROW = _WHOLE - LAST + 1
"""From so many digits on, no more than three follow them in a field of one number: its last four begin with them."""
_AFTER_ALL = "char(1114111)"
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


def is_long(column: str) -> str:
    """Return the SQL that says of a column that more than one number may stand in it: the condition of its index."""
    return f"length({column}) > {_WHOLE}"


def numbered(driver: Driver, digits: str, limit: int) -> list[Numbered]:
    """Return doctors of whom a number ends in these digits; of five and more, then those who have them within."""
    found = [one for field in FIELDS for one in _asked(driver, field, digits, limit, at_end=True)]
    if len(digits) > LAST and not (found and len(digits) >= _WHOLE):
        found += [one for field in FIELDS for one in _asked(driver, field, digits, limit, at_end=False)]
    first: dict[str, Numbered] = {}
    for one in found:
        first.setdefault(one.row[0], one)
    return list(first.values())[:limit]


def statement(field: str, digits: str, *, at_end: bool) -> str:
    """Return the query for doctors whose number ends in ?1, these digits, or has them within, at most ?2 of them."""
    within = _within_few if len(digits) >= _NARROW else _within
    rowids = _ending(field) if at_end else within(field)
    return f"SELECT id, name, customer_class, title, {field} FROM row_doctor WHERE deleted = 0 AND rowid IN ({rowids})"


def _ending(field: str) -> str:
    held = digits_of(field)
    return (
        f"SELECT rowid FROM row_doctor WHERE {field} <> '' AND {last_of(field)} = substr(?1, -{LAST})"
        f" AND substr({held}, -length(?1)) = ?1 "
        f"UNION ALL SELECT rowid FROM row_doctor WHERE {is_long(field)} AND {held} GLOB '*' || ?1 || '[^0-9]*' LIMIT ?2"
    )


def _within(field: str) -> str:
    return f"SELECT rowid FROM row_doctor WHERE {field} <> '' AND instr({digits_of(field)}, ?1) LIMIT ?2"


def _within_few(field: str) -> str:
    """The same as `_within`, which goes through all numbers, in the same order, for so many digits that few can fit."""
    last, held = last_of(field), digits_of(field)
    places = [f"{field} <> '' AND {last} = substr(?1, -{LAST})", is_long(field)]
    for known in range(1, LAST):
        start = f"substr(?1, -{known})"
        places.append(f"{field} <> '' AND {last} >= {start} AND {last} < {start} || {_AFTER_ALL}")
    parts = (
        f"SELECT rowid AS at, {last} AS last, {held} AS held FROM row_doctor WHERE {place} AND instr({held}, ?1)"
        for place in places
    )
    return f"SELECT at FROM ({' UNION ALL '.join(parts)}) GROUP BY last, held, at ORDER BY last, held, at LIMIT ?2"


def _asked(driver: Driver, field: str, digits: str, limit: int, *, at_end: bool) -> list[Numbered]:
    rows = driver.execute(statement(field, digits, at_end=at_end), (digits, limit)).fetchall()
    return [Numbered((row[0], row[1], row[2], row[3]), field, row[4], at_end) for row in rows]
