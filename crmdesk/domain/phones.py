"""What can be a telephone number (enough digits, none of them lost in a spreadsheet's short form), and how it reads."""

import re
import unicodedata
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field

_SHORTENED = re.compile(r"(\d)(?:[.,](\d+))?E\+?(\d{1,2})", re.I)
"""1.38E+10: a spreadsheet that shortened a number has lost its last digits."""
_MOBILE = re.compile(r"(\+?86|0086)?(1[3-9]\d)(\d{4})(\d{4})", re.ASCII)
_USUAL = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|", re.ASCII)
"""What nearly every number is, and none: said at once, a list has hundreds of thousands."""
_CHINESE = re.compile(r"1[3-9]\d{9}|10\d{8}|1\d{2,5}|0?[2-9]\d{4,11}|0\d{6,14}", re.ASCII)
"""As written within the country, with or without the 0: mobile, Beijing (10), short (12320), landline."""
_NORTH_AMERICA = re.compile(r"1[ .-]*\(?[2-9]\d{2}\)?[ .-]+\d{3}[ .-]+\d{4}", re.ASCII)
_REMARK = re.compile(r"[(（][^()（）\d]*[)）]", re.ASCII)
_BETWEEN_NUMBERS = re.compile(r"[/、，,;；|\n]|或|和|\bor\b|\band\b|(?<=\d{11}) +(?=1[3-9]\d{9}(?!\d))", re.I)
_EXTENSION = re.compile(
    r"\s*[(（]?\s*(?:转|分机|ext(?:ension)?\.?|[x#*])\s*[:：]?\s*\d{1,6}\s*[)）]?\s*$", re.I | re.ASCII
)
_WORDS_AROUND = re.compile(r"^[^\d+(]*|[^\d]*$", re.ASCII)
_LABELLED = re.compile(
    r"(?:移动|办公|联系|固定|单位|科室|工作)?(?:手机|电话|座机|固话|总机)(?:号码?)?"
    r"|(?:tel(?:efon|ephone)?|mobile?|phone|cell|handy|m|t)[.:]?",
    re.I,
)
_LETTER_WITHIN = re.compile(r"\d[ -]?[A-Za-z]+[ -]?\d", re.ASCII)
_LETTER_AT_END = re.compile(r"\d[A-Za-z]$", re.ASCII)
_OTHER_DIGITS = re.compile(r"[^\D0-9０-９]")
"""Digits of other scripts are left to who can read them."""
_JUDGED, _FEWEST, _MOST = 5, 7, 15
"""Digits: fewer are an extension or the end of the number before; what a number from abroad has, E.164."""
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


def unlabelled(text: str) -> str:
    """Return 13900001234 for 手机：13900001234: the column says what it is. Several numbers keep their words."""
    found = _LABELLED.match(text)
    number = text[found.end() :].lstrip(" :：") if found else text
    return number if found and number[:1] in "+(0123456789" and not _BETWEEN_NUMBERS.search(number) else text


def is_plausible(text: str, digits: int) -> bool:
    """Say whether a text can be a number of at least so many digits."""
    return not _SHORTENED.fullmatch(text.strip()) and sum(sign.isdigit() for sign in text) >= digits


def grouped(text: str) -> str:
    """Return a Chinese mobile number as it is read aloud, 138 1234 5678; any other text as it is."""
    found = _MOBILE.fullmatch(text.translate(_SIGNS))
    return " ".join(filter(None, ("+86" if found[1] else "", *found.groups()[1:]))) if found else text


def is_usual(text: str) -> bool:
    """Say at once of nearly every number, and of none, that there is nothing to look at."""
    return bool(_USUAL.fullmatch(text))


def is_doubtful(text: str) -> bool:
    """Say whether a text is like a number and can be none: a mobile number with a digit too few, a letter within.

    Landlines, numbers from abroad, extensions, several numbers in one text and words beside them are all possible.
    """
    if is_usual(text) or _OTHER_DIGITS.search(text):
        return False
    parts = (part.strip() for part in _BETWEEN_NUMBERS.split(_REMARK.sub(" ", as_typed(text))))
    return any(not _is_possible(part) for part in parts if sum(sign.isdigit() for sign in part) >= _JUDGED)


def _is_possible(text: str) -> bool:
    number = _WORDS_AROUND.sub("", _EXTENSION.sub("", text))
    if _LETTER_WITHIN.search(number) or _LETTER_AT_END.search(text):
        return False
    return _has_its_digits(number) or ("-" in number and _has_its_digits(number.rpartition("-")[0]))


def _has_its_digits(text: str) -> bool:
    """Say whether a number has as many digits as one that begins so: 1 is a mobile number here, 0 a landline."""
    if _NORTH_AMERICA.fullmatch(text.strip()):
        return True
    number = text.translate(_SIGNS)
    for code in ("+86", "0086"):
        if number.startswith(code):
            return bool(_CHINESE.fullmatch(number.removeprefix(code)))
    if number.startswith("86") and _CHINESE.fullmatch(number[2:]):
        return True
    if number.startswith(("+", "00")):
        return _FEWEST <= sum(sign.isdigit() for sign in number) <= _MOST + 2
    return bool(_CHINESE.fullmatch(number)) if number.startswith("1") else len(number) <= _MOST


def check_phone(field: Field, value: Any) -> None:
    """Raise InputError('not_a_phone') for a number that nobody could call, asked where people give one.

    What is there already is nobody's fault: it may stay, be undone to and be sent.
    """
    if field.digits and value and not is_plausible(str(value), field.digits):
        raise InputError("not_a_phone", field=field.name, value=str(value)[:40])
