"""Reads the cards of an address book (vCard 2.1, 3.0, 4.0) as rows of a sheet with one header, a card a row."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.domain.records import DOCTOR
from crmdesk.intake.model import SheetRow

MAX_CARDS = 50_000
MAX_CARD_CHARACTERS = 200_000
HEADER = ("姓名", "所在医院", "所在科室", "职称", "手机", "办公电话", "电子邮箱")
"""What a card gives of a doctor, by the headers that the columns are guessed from."""

# at the start of a line: a card within a card (AGENT) is folded, so indented
_BEGIN = re.compile(r"^BEGIN:VCARD[ \t]*$", re.I | re.M)
_END = re.compile(r"^END:VCARD[ \t]*$", re.I | re.M)
_PROPERTY = re.compile(r"^(?:[\w-]+\.)?([A-Za-z][\w-]*)[;:]")
_WANTED = frozenset({"VERSION", "N", "FN", "ORG", "TITLE", "ROLE", "TEL", "EMAIL"})
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_PHONE_CHARACTERS = DOCTOR.field("phone").max_length
_NOT_SPOKEN = frozenset({"FAX", "PAGER", "MODEM"})


def read_cards(text: str) -> list[SheetRow]:
    """Return a header and a row for each card; `number` is the line on which the card begins.

    A card that can't be read is an empty row at its line, which the plan refuses with a reason: the others go on.
    Raises InputError: `no_rows`, `too_many_rows`.
    """
    text = re.sub(r"\r\n?", "\n", text)
    starts = [match.start() for match in _BEGIN.finditer(text)]
    if not starts:
        raise InputError("no_rows")
    if len(starts) > MAX_CARDS:
        raise InputError("too_many_rows", limit=MAX_CARDS)
    rows = [SheetRow(0, HEADER)]
    line, at = 1, 0
    for start, following in zip(starts, [*starts[1:], len(text)], strict=True):
        line += text.count("\n", at, start)
        at = start
        rows.append(SheetRow(line, _cells(text[start:following])))
    return rows


def _cells(card: str) -> tuple[str, ...]:
    from vobject.base import VObjectError, logger, readOne  # lazy: only an address book needs it

    logger.disabled = True  # it would print lines of the card, which are somebody's data
    end = _END.search(card)
    plain = _without_the_rest(card[: end.end()]) if end else ""
    if not plain or len(plain) > MAX_CARD_CHARACTERS:
        return ()
    try:
        found = readOne(plain, allowQP=True, ignoreUnreadable=True)
    except (VObjectError, ValueError, LookupError, AttributeError):
        return ()  # a foreign program's card: it is named as a refused row
    return _of_card(found.contents)


def _without_the_rest(card: str) -> str:
    """Leave out the properties that a customer list has no use for: photographs, keys and private things."""
    kept: list[str] = []
    keeping = soft_break = False
    for line in card.splitlines():
        continued = line[:1] in (" ", "\t") or soft_break
        if not continued:
            found = _PROPERTY.match(line)
            keeping = line.strip().upper() in ("BEGIN:VCARD", "END:VCARD")
            keeping = keeping or (found is not None and found[1].upper() in _WANTED)
        # quoted-printable goes on without an indent, behind a `=` at the end of the line
        quoted = "QUOTED-PRINTABLE" in line.upper() or soft_break
        soft_break = quoted and line.rstrip().endswith("=")
        if keeping:
            kept.append(line)
    return "\r\n".join(kept) + "\r\n"


def _of_card(contents: Mapping[str, list[Any]]) -> tuple[str, ...]:
    hospital, department = _organisation(contents.get("org", ()))
    mobile, phone = _numbers(contents.get("tel", ()))
    title = _first(contents, "title") or _first(contents, "role")
    return (_name(contents), hospital, department, title, mobile, phone, _first(contents, "email"))


def _first(contents: Mapping[str, list[Any]], name: str) -> str:
    for one in contents.get(name, ()):
        if text := _flat(one.value):
            return text
    return ""


def _flat(value: object) -> str:
    if isinstance(value, list):
        return " ".join(filter(None, map(_flat, value)))
    return re.sub(r"\s+", " ", str(value)).strip()


def _name(contents: Mapping[str, list[Any]]) -> str:
    """Return the name as shown; where only its parts are given, in the order of its language."""
    if shown := _first(contents, "fn"):
        return shown
    for one in contents.get("n", ()):
        family, given = _flat(getattr(one.value, "family", "")), _flat(getattr(one.value, "given", ""))
        chinese = _CHINESE.search(family + given)
        name = f"{family}{given}" if chinese else f"{given} {family}".strip()
        if name:
            return name
    return ""


def _organisation(values: Iterable[Any]) -> tuple[str, str]:
    """Return the institution and, where the card names a unit of it, the department."""
    for one in values:
        parts = [_flat(part) for part in (one.value if isinstance(one.value, list) else [one.value])]
        if any(parts):
            return parts[0], parts[1] if len(parts) > 1 else ""
    return "", ""


def _number(text: str) -> str:
    """Return a number without what makes it an address (RFC 3966): `tel:+86-21-1234;ext=102` → `+86-21-1234-102`."""
    number = re.sub(r"^tel:", "", text, flags=re.I)
    extension = re.search(r";ext=(\d+)", number, re.I)
    return number.partition(";")[0] + (f"-{extension[1]}" if extension else "")


def _numbers(values: Iterable[Any]) -> tuple[str, str]:
    """Return the mobile number and all others: by their types, else by their form; never those at home."""
    mobiles: list[str] = []
    phones: list[str] = []
    for one in values:
        types = {kind.upper() for kind in (*one.params.get("TYPE", ()), *one.singletonparams)}
        number = _number(_flat(one.value))
        if not any(digit.isdigit() for digit in number) or types & _NOT_SPOKEN or types & {"HOME"} - {"CELL"}:
            continue
        is_mobile = "CELL" in types or _MOBILE.fullmatch(re.sub(r"[^\d+]", "", number))
        (mobiles if is_mobile else phones).append(number)
    return (*mobiles[:1], "")[0], _joined([*phones, *mobiles[1:]])


def _joined(numbers: Iterable[str]) -> str:
    """Return as many numbers as a field holds, each once."""
    text = ""
    for number in dict.fromkeys(numbers):
        longer = f"{text} / {number}" if text else number
        text = longer if not text or len(longer) <= _PHONE_CHARACTERS else text
    return text
