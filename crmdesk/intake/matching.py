"""Finds out whether a hospital or doctor of a file exists already; never guesses across cities."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.domain.characters import simplified
from crmdesk.intake.clean import hospital
from crmdesk.intake.hospital_finder import Finding, HospitalFinder
from crmdesk.intake.model import KnownDoctor, KnownInstitution

_MARKS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff()（）\[\]【】·•・‧.,，、。'\"“”\-－—_/]+")
_CHINESE_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
MIN_ALIAS_LENGTH = 4


def name_key(name: str) -> str:
    """Return a name as it is compared: no marks or spaces, one form of letters, digits after `第` in Chinese."""
    folded = simplified(unicodedata.normalize("NFKC", name)).casefold()
    folded = re.sub(r"第(\d)(?=\D)", lambda found: "第" + found.group(1).translate(_CHINESE_DIGITS), folded)
    return _MARKS.sub("", folded).replace("中国人民解放军", "解放军")


def same_city(one: str, other: str) -> bool:
    """Say whether two places may be one: equal, or one is the district or city part of the other."""
    left, right = name_key(one), name_key(other)
    return left.startswith(right) or right.startswith(left) or left.endswith(right) or right.endswith(left)


class Found(StrEnum):
    """What looking for a hospital gave."""

    MATCHED = "matched"
    NONE = "none"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True)
class Match:
    """The result of a look-up; `candidates` are (id, name, city) where it is suspicious or was found by likeness.

    `reason` (`hospital_likeness.Reason`) says why names that differ were taken, or may be taken, for one.
    """

    found: Found
    id: str = ""
    candidates: tuple[tuple[str, str, str], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    name: str
    city: str


class Institutions:
    """The institutions that exist or are made by this import, by name and by alias."""

    def __init__(self, known: Iterable[KnownInstitution]) -> None:
        self._by_name: dict[str, list[_Entry]] = {}
        self._by_alias: dict[str, list[_Entry]] = {}
        self._all: dict[str, tuple[_Entry, tuple[str, ...]]] = {}
        self._finder: HospitalFinder | None = None
        for institution_id, name, aliases, city in known:
            self.add(institution_id, name, aliases, city)

    def add(self, institution_id: str, name: str, aliases: Sequence[str] = (), city: str | None = "") -> None:
        """Make an institution findable."""
        entry = _Entry(institution_id, name, city or "")
        self._all[institution_id] = (entry, tuple(aliases or ()))
        if self._finder is not None:
            self._finder.add(institution_id, name, tuple(aliases or ()), city or "")
        self._by_name.setdefault(name_key(name), []).append(entry)
        short, inside = hospital(name)
        for alias in {short, *inside, *(aliases or ())} - {name}:
            self._by_alias.setdefault(name_key(alias), []).append(entry)

    def find(self, name: str, aliases: Sequence[str] = (), city: str = "") -> Match:
        """Look a hospital up by its name in its city, then by alias.

        Without a city on one side only a name that exists once counts; more than one is suspicious, never chosen.
        """
        match = self.by_name(name, city)
        if match.found is not Found.NONE:
            return match
        return self._pick(self._alias_entries(name, aliases), city)

    def has(self, institution_id: str) -> bool:
        """Say whether there is an institution of this id."""
        return institution_id in self._all

    def by_likeness(self, name: str, city: str = "") -> Match:
        """Look for the institution that a name in another spelling means: matched where sure, else suspicious.

        Comes after `find`: what is written alike needs no likeness.
        """
        if self._finder is None:
            self._finder = HospitalFinder()
            for entry, aliases in self._all.values():
                self._finder.add(entry.id, entry.name, aliases, entry.city)
        finding = self._finder.find(name, city)
        one = finding.taken
        if one is not None and name.count("医院") > 1 and one.common < 2:
            finding = Finding(None, (one,))  # perhaps two hospitals run together, of which only one is known
        elif one is not None:
            return Match(Found.MATCHED, one.id, ((one.id, one.name, one.city),), one.reason.value)
        if not finding.offers:
            return Match(Found.NONE)
        listed = tuple((one.id, one.name, one.city) for one in finding.offers)
        return Match(Found.SUSPICIOUS, candidates=listed, reason=finding.offers[0].reason.value)

    def by_name(self, name: str, city: str = "") -> Match:
        """Look up by the name alone, aliases left out; the very same spelling comes first."""
        entries = self._by_name.get(name_key(name), [])
        exact = self._pick([entry for entry in entries if entry.name == name], city)
        return exact if exact.found is not Found.NONE else self._pick(entries, city)

    def by_alias(self, name: str, aliases: Sequence[str] = (), city: str = "") -> Match:
        """Look up by aliases: this name as another's alias, or one of these aliases as another's name."""
        return self._pick(self._alias_entries(name, aliases), city)

    def _alias_entries(self, name: str, aliases: Sequence[str]) -> list[_Entry]:
        keys = [name_key(alias) for alias in aliases]
        found = list(self._by_alias.get(name_key(name), ()))
        for key in keys:
            if len(key) >= MIN_ALIAS_LENGTH:
                found += self._by_name.get(key, ())
        return list({entry.id: entry for entry in found}.values())

    @staticmethod
    def _pick(entries: Sequence[_Entry], city: str) -> Match:
        if not entries:
            return Match(Found.NONE)
        here = [entry for entry in entries if city and entry.city and same_city(city, entry.city)]
        if len(here) == 1:
            return Match(Found.MATCHED, here[0].id)
        vague = [entry for entry in entries if not (city and entry.city)]
        possible = here or vague
        if not possible:
            return Match(Found.NONE)  # the same name in other cities is another hospital
        if len(possible) == 1:
            return Match(Found.MATCHED, possible[0].id)
        listed = tuple((entry.id, entry.name, entry.city) for entry in possible[:5])
        return Match(Found.SUSPICIOUS, candidates=listed)


class Doctors:
    """The doctors that exist or are made by this import, by name and institution."""

    def __init__(self, known: Iterable[KnownDoctor]) -> None:
        self._entries: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for doctor_id, name, institution_id, department_name in known:
            self.add(doctor_id, name, institution_id, department_name)

    def add(self, doctor_id: str, name: str, institution_id: str | None, department_name: str | None) -> None:
        """Make a doctor findable at one institution."""
        key = (name_key(name), institution_id or "")
        self._entries.setdefault(key, []).append((doctor_id, name_key(department_name or "")))

    def find(self, name: str, institution_id: str, departments: Sequence[str]) -> tuple[str, bool]:
        """Return (id, certain): '' where nobody of this name works there; uncertain where the department differs."""
        entries = self._entries.get((name_key(name), institution_id), [])
        if not entries:
            return "", True
        rooms = {name_key(room) for room in departments}
        for doctor_id, room in entries:
            if not rooms or not room or room in rooms:
                return doctor_id, True
        return entries[0][0], False
