"""Which doctors may be one and the same person: the same name or reading, at the same hospital or under one number."""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from crmdesk.domain.characters import simplified

LARGEST_GROUP = 40
"""Among more people of one key no pairs are suggested: a switchboard's number, or a sheet of placeholders."""
DISMISSED = "not_duplicates"
"""The preference that names pairs which are two people, as this person said."""
MAX_DISMISSED = 2_000
_LEAST_DIGITS = 7
_COUNTRY = re.compile(r"^(?:\+|00)86")
_NO_LETTER = re.compile(r"[^\w]+|_+")


class Reason(StrEnum):
    """Why two doctors are suggested."""

    NAME = "same_name"
    READING = "same_reading"
    INSTITUTION = "same_institution"
    PHONE = "same_phone"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rule needs of a doctor; `reading` is the pinyin without tones, parted by blanks."""

    id: str
    name: str
    reading: str = ""
    institutions: frozenset[str] = frozenset()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two doctors, the smaller id first, and why."""

    first: str
    second: str
    reasons: tuple[Reason, ...]

    @property
    def strength(self) -> int:
        """How likely it is, 0 to 3: the same name counts more than the same reading, a number more than a hospital."""
        return 2 * (Reason.NAME in self.reasons) + (Reason.PHONE in self.reasons)


def name_key(name: str) -> str:
    """Return a name as it is compared: one form of letters, no blanks, dots or marks."""
    return _NO_LETTER.sub("", simplified(unicodedata.normalize("NFKC", name)).casefold())


def reading_key(reading: str) -> str:
    """Return a reading as it is compared: its letters, run together."""
    return "".join(unicodedata.normalize("NFKC", reading).casefold().split())


def phone_key(phone: str) -> str:
    """Return the digits of a telephone number without the country's prefix, '' for what is too short to be one."""
    plain = unicodedata.normalize("NFKC", phone)
    digits = re.sub(r"\D", "", _COUNTRY.sub("", re.sub(r"[\s\-()]+", "", plain)))
    return digits if len(digits) >= _LEAST_DIGITS else ""


def reasons(one: Candidate, other: Candidate) -> tuple[Reason, ...]:
    """Return why two doctors may be one person, () where nothing speaks for it. The order of the two does not matter.

    Needed are the same name or reading, and the same hospital or telephone number.
    """
    found: list[Reason] = []
    if name_key(one.name) and name_key(one.name) == name_key(other.name):
        found.append(Reason.NAME)
    elif reading_key(one.reading) and reading_key(one.reading) == reading_key(other.reading):
        found.append(Reason.READING)
    if not found or one.id == other.id:
        return ()
    if one.institutions & other.institutions:
        found.append(Reason.INSTITUTION)
    if _phones(one) & _phones(other):
        found.append(Reason.PHONE)
    return tuple(found) if len(found) > 1 else ()


def suggestions(candidates: Iterable[Candidate]) -> list[Suggestion]:
    """Return the pairs that may be one person, the likeliest first; the time taken follows the number of doctors.

    Only people of one name or reading are compared, in groups by hospital and by number; a group larger than
    `LARGEST_GROUP` says nothing and is passed over.
    """
    found: dict[tuple[str, str], Suggestion] = {}
    for group in _groups(candidates):
        for one, other in combinations(group, 2):
            first, second = sorted((one, other), key=lambda candidate: candidate.id)
            if (first.id, second.id) not in found and (why := reasons(first, second)):
                found[first.id, second.id] = Suggestion(first.id, second.id, why)
    return sorted(found.values(), key=likeliest)


def likeliest(pair: Suggestion) -> tuple[int, str, str]:
    """Order pairs, the likeliest first."""
    return -pair.strength, pair.first, pair.second


def dismissed_pairs(kept: str) -> frozenset[str]:
    """Read the pairs that a person said are two people (`smaller id:larger id`); what cannot be read is nothing."""
    try:
        found = json.loads(kept or "[]")
    except ValueError:
        return frozenset()
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def pair_key(first: str, second: str) -> str:
    """Return how a pair is named, whatever its order."""
    return ":".join(sorted((first, second)))


def _groups(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    by_key: dict[tuple[str, str, str], list[Candidate]] = defaultdict(list)
    for one in candidates:
        # people of one name are read alike, but the reading of a name may be unknown, or have been chosen otherwise
        keys = {("name", name_key(one.name)), ("reading", reading_key(one.reading))}
        shared = {*one.institutions, *_phones(one)}
        for kind, key in keys:
            for place in shared if key else ():
                by_key[kind, key, place].append(one)
    yield from (group for group in by_key.values() if 1 < len(group) <= LARGEST_GROUP)


def _phones(one: Candidate) -> frozenset[str]:
    return frozenset(key for phone in one.phones if (key := phone_key(phone)))
