"""What is typed into the search as terms, and how a term fits a name: characters, pinyin, initials and mixtures."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from crmdesk.domain.characters import simplified
from crmdesk.storage.pinyin import is_han, plain
from crmdesk.storage.search_index import characters

MAX_TERMS = 4
MAX_TERM = 40
EXACT, PREFIX, WITHIN, PLACE = range(4)
"""How well a hit fits, best first."""
_TONE_DIGIT = re.compile(r"(?<=[a-z])[1-5](?![0-9])")
_DOTS = re.compile("[·•・‧．.]")
_PASSPORT = re.compile(r"(l|(?<![a-z])n)yu(?!an)")
"""The ü of lü and nü as passports write it."""
_NO_INITIAL = frozenset("iuv")
_RUN = re.compile(r"[a-z0-9]+|[^a-z0-9]+")


class Term(msgspec.Struct, frozen=True):
    """One word of the query: runs of Chinese characters and of Latin letters in turn.

    `spelled`: read as a family name that is spelled out and the initials of the given name (zengqh).
    """

    text: str
    runs: tuple[str, ...]
    spelled: bool = False

    @property
    def is_han(self) -> bool:
        """Only Chinese characters."""
        return len(self.runs) == 1 and is_han(self.text[0])

    @property
    def may_be_spelled(self) -> bool:
        """Say whether a Latin word may be a family name spelled out and two initials."""
        tail = self.text[-2:]
        latin = len(self.runs) == 1 and self.text.isascii() and self.text.isalpha()
        return latin and len(self.text) > 3 and not _NO_INITIAL & set(tail)

    def index_query(self, anchored: bool) -> str:
        """Return the index's expression that every hit by name satisfies; `anchored` asks for the start."""
        if self.spelled:
            # The first initial narrows the readings down to a few: those of a family name alone are thousands.
            return f'py : "{self.text[:-1][:24]}" * AND tail : "{self.text[-2:]}"'
        parts: list[str] = []
        for at, run in enumerate(self.runs):
            first = anchored and at == 0
            if is_han(run[0]):
                parts.append(f'name : {"^" if first else ""} "{" ".join(run)}"')
            else:
                columns = "py" if first else "{py tail name}"
                parts.append(f'{columns} : "{run[:24]}" *')
        return " AND ".join(f"({part})" for part in parts)


def terms_of(text: str) -> list[Term]:
    """Split what was typed into at most four terms; signs, emoji and tone marks are left out. May be empty."""
    folded = plain(unicodedata.normalize("NFKC", text[:400]))
    words = "".join(char if is_han(char) or (char.isascii() and char.isalnum()) else " " for char in folded).split()
    terms: list[Term] = []
    for word in words[:MAX_TERMS]:
        cut = _PASSPORT.sub(r"\1v", _TONE_DIGIT.sub("", word[:MAX_TERM]))
        terms.append(Term(cut, tuple(_RUN.findall(cut))))
    return terms


def spelled(terms: Sequence[Term]) -> list[Term]:
    """Return terms with Latin words read as a family name and initials, nothing where none of them can be."""
    read = [msgspec.structs.replace(term, spelled=term.may_be_spelled) for term in terms]
    return read if any(term.spelled for term in read) else []


class Match(msgspec.Struct, frozen=True):
    """How one term fits a name."""

    rank: int
    reason: str


def match_name(term: Term, name: str, readings: Iterable[Sequence[str]]) -> Match | None:
    """Say how a term fits a name with its readings (a syllable for each Chinese character), None where it does not."""
    name = simplified(name)
    if term.is_han:
        if name.find(term.text) < 0:
            name = _DOTS.sub("", name)  # 买买提·吐尔逊 is typed without its dot
        at = name.find(term.text)
        return None if at < 0 else Match(_rank(at, len(term.text) == len(name)), "name")
    letters = [char for char in name if is_han(char)]
    best: Match | None = None
    for reading in readings:
        found = _match_reading(term, letters, reading)
        if found is not None and (best is None or found.rank < best.rank):
            best = found
    if best is None and len(term.runs) == 1 and term.text in characters(name).replace(" ", ""):
        at = characters(name).replace(" ", "").find(term.text)
        return Match(_rank(at, False), "name")
    return best


def _rank(at: int, whole: bool) -> int:
    return EXACT if whole and at == 0 else PREFIX if at == 0 else WITHIN


def _match_reading(term: Term, letters: Sequence[str], reading: Sequence[str]) -> Match | None:
    if len(term.runs) == 1 and not term.spelled and term.text not in "".join(reading):
        initials = "".join([one[:1] for one in reading])
        if term.text not in initials:
            return None  # most candidates of a hospital's long name end here
    for start in range(1 if term.spelled else len(reading)):
        end = _spelled_length(term, reading) if term.spelled else _consume(term.runs, letters, reading, start)
        if end is not None:
            whole = end == len(reading) and start == 0
            return Match(_rank(start, whole), _latin_reason(term, reading[start:]))
    return None


def _latin_reason(term: Term, reading: Sequence[str]) -> str:
    if len(term.runs) > 1 or term.spelled:
        return "mixed"
    initials = "".join(one[:1] for one in reading)
    return "initials" if len(term.text) > 1 and initials.startswith(term.text) else "pinyin"


def _spelled_length(term: Term, reading: Sequence[str]) -> int | None:
    """Return how many syllables a family name spelled out and two initials take, the whole name; None for no fit."""
    initials = "".join(one[:1] for one in reading[-2:])
    fits = len(reading) > 2 and "".join(reading[:-2]) + initials == term.text
    return len(reading) if fits else None


def _consume(runs: Sequence[str], letters: Sequence[str], reading: Sequence[str], start: int) -> int | None:
    """Return where the term ends in the name (in characters) when it begins at `start`; None where it does not fit."""
    at = start
    for run in runs:
        if is_han(run[0]):
            if "".join(letters[at : at + len(run)]) != run:
                return None
            at += len(run)
            continue
        length = _latin_length(run, reading, at)
        if length is None:
            return None
        at += length
    return at


def _latin_length(run: str, reading: Sequence[str], at: int) -> int | None:
    """Return how many syllables a Latin run covers from `at`: as whole pinyin with an open end, or as initials."""
    rest = run
    for count, syllable in enumerate(reading[at:], start=1):
        if syllable.startswith(rest):
            return count
        if not rest.startswith(syllable):
            break
        rest = rest[len(syllable) :]
    if len(run) > 1 and "".join(one[:1] for one in reading[at : at + len(run)]) == run:
        return len(run)
    return None
