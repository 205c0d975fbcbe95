"""Finds the institution that a messily written hospital name means: taken where it is sure, offered where it is not."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from crmdesk.intake.hospital_likeness import NONE, OFFER, TAKE, Likeness, Reason, likeness
from crmdesk.intake.hospital_names import Form, forms, squeezed
from crmdesk.intake.hospital_short import Short, in_order, is_short, reads_as
from crmdesk.intake.spelled_names import told_apart

MAX_OFFERS = 5
_RIVAL = 0.04
"""A second institution this close to the best makes the best one unsure."""
_COMMON = 400
"""A pair of characters that more names than this share finds nobody."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An institution that a name may mean, with how surely and why."""

    id: str
    name: str
    city: str
    score: float
    reason: Reason
    common: int = 0  # how many of its names are word for word among those asked for


@dataclass(frozen=True, slots=True)
class Finding:
    """What a name was found to mean: `taken` where it is sure, else `offers` (best first), perhaps none."""

    taken: Candidate | None = None
    offers: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    name: str
    city: str
    forms: tuple[Form, ...]


class HospitalFinder:
    """The known institutions under the keys by which other spellings of their names find them."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_whole: dict[str, list[int]] = defaultdict(list)
        self._by_tail: dict[str, list[int]] = defaultdict(list)
        self._by_pair: dict[str, list[int]] = defaultdict(list)
        self._by_char: dict[str, set[int]] = defaultdict(set)
        self._short_by_start: dict[str, list[int]] = defaultdict(list)
        self._spelled = 0  # so many entries are in `_by_char`: most lists hold no short forms

    def add(self, institution_id: str, name: str, aliases: Sequence[str] = (), city: str = "") -> None:
        """Make an institution findable."""
        found = list(forms(name))
        for alias in aliases:
            found += [form for form in forms(alias) if all(form.key != one.key for one in found)]
        number = len(self._entries)
        self._by_whole[_run_together(name)].append(number)
        self._entries.append(_Entry(institution_id, name, city, tuple(found)))
        for form in found:
            if is_short(form.key):
                self._short_by_start[_written(form.key)[:2]].append(number)
            self._by_key[form.key].append(number)
            for tail in _tails(form):
                self._by_tail[tail].append(number)
            for pair in _pairs(form.core):
                self._by_pair[pair].append(number)

    def find(self, name: str, city: str = "") -> Finding:
        """Look for the institution that a name means, in its city where that is known."""
        asked = forms(name)
        whole = [self._entries[number] for number in self._by_whole.get(_run_together(name), ())]
        if len(whole) == 1 and not _elsewhere(asked, city, whole[0]):
            return Finding(Candidate(whole[0].id, whole[0].name, whole[0].city, 1.0, Reason.SAME, len(asked)))
        possible = (self._entries[number] for number in self._possible(asked))
        candidates = [self._compare(asked, one, city) for one in possible if not _elsewhere(asked, city, one)]
        alike = (one for one in candidates if one.score >= OFFER)
        likely = sorted(
            (one for one in alike if one.reason is not Reason.SIMILAR or not told_apart(name, one.name)), key=_rank
        )
        if not likely:
            found = self._by_short_form(asked, city)
            return found if found.taken or found.offers else self._of_short(asked, city)
        best = likely[0]
        rivals = [one for one in likely[1:] if one.score > best.score - _RIVAL and one.common >= best.common]
        if best.score >= TAKE and not rivals:
            return Finding(best)
        return Finding(None, tuple(likely[:MAX_OFFERS]))

    def _by_short_form(self, asked: Sequence[Form], city: str) -> Finding:
        """Look for the hospital of which a name is a short form: sure where it fits one alone and says enough."""
        if len(asked) != 1 or not is_short(asked[0].key):
            return Finding()
        key, fitting = asked[0].key, list[tuple[_Entry, Short]]()
        for entry in self._holding(key):
            short = reads_as(key, entry.forms[0])
            if short is not None and _one_city(city, entry.city):
                fitting.append((entry, short))
        if not fitting or len(fitting) > MAX_OFFERS:
            return Finding()
        alone = len(fitting) == 1
        found = [
            Candidate(
                one.id, one.name, one.city, _short_score(short, alone, bool(city and one.city)), Reason.SHORT_FORM
            )
            for one, short in fitting
        ]
        return Finding(found[0]) if alone and found[0].score >= TAKE else Finding(None, tuple(sorted(found, key=_rank)))

    def _of_short(self, asked: Sequence[Form], city: str) -> Finding:
        """Look for those that are known by a short form of a name; never sure: a short form may have meant another."""
        found: dict[str, Candidate] = {}
        for form in asked[:1]:
            starts = {one + other for one, other in combinations(_written(form.key), 2)}
            for number in sorted({one for start in starts for one in self._short_by_start.get(start, ())}):
                entry = self._entries[number]
                placed = _one_city(city, entry.city) and (entry.name[0] not in "省市" or bool(city and entry.city))
                if placed and any(_shortens(short, form) for short in entry.forms):
                    found[entry.id] = Candidate(entry.id, entry.name, entry.city, 0.75, Reason.SHORT_FORM)
        return Finding(None, tuple(sorted(found.values(), key=_rank))) if len(found) <= MAX_OFFERS else Finding()

    def pairs(self, least: float = TAKE, of_first: bool = False) -> Iterator[tuple[Candidate, Candidate]]:
        """Yield the institutions that may be one and the same, each pair once; the second says how surely and why.

        `of_first` looks only for those that are like the one that was added first.
        """
        for number, entry in enumerate(self._entries[:1] if of_first else self._entries):
            for other in sorted(one for one in self._possible(entry.forms) if one > number):
                found = self._compare(entry.forms, self._entries[other], entry.city)
                if found.score >= least and _one_city(entry.city, found.city):
                    yield Candidate(entry.id, entry.name, entry.city, found.score, found.reason), found

    def _holding(self, key: str) -> Iterator[_Entry]:
        """Yield the entries whose main name, without a branch, holds all characters of a short form in their order."""
        for number in range(self._spelled, len(self._entries)):
            form = next(iter(self._entries[number].forms), None)
            if form is not None and not form.branch:
                for char in set(form.key):
                    self._by_char[char].add(number)
        self._spelled = len(self._entries)
        numbers = set.intersection(*(self._by_char.get(char, set()) for char in key if char != "第"))
        for number in sorted(numbers):
            full = self._entries[number].forms[0].key
            if len(full) > len(key) and in_order(key, full):
                yield self._entries[number]

    def _possible(self, asked: Iterable[Form]) -> set[int]:
        possible: set[int] = set()
        for form in asked:
            possible.update(self._by_key.get(form.key, ()))
            for tail in _tails(form):
                possible.update(self._by_tail.get(tail, ()))
            rare = sorted((len(self._by_pair[pair]), pair) for pair in _pairs(form.core) if pair in self._by_pair)
            for count, pair in rare[:4]:
                if count <= _COMMON:
                    possible.update(self._by_pair[pair])
        return possible

    def _compare(self, asked: Sequence[Form], entry: _Entry, city: str) -> Candidate:
        best = NONE
        common = len({form.key for form in asked} & {form.key for form in entry.forms})
        both = _likeness(asked[0], entry.forms[0], city, entry.city) if asked and entry.forms else NONE
        for number, one in enumerate(asked):
            for place, other in enumerate(entry.forms):
                found = both if number == place == 0 else _likeness(one, other, city, entry.city)
                found = _by_standing(found, (one, other), entry, number + place, both)
                if found.score > best.score:
                    best = found
        return Candidate(entry.id, entry.name, entry.city, best.score, best.reason, common)


def _one_city(one: str, other: str) -> bool:
    return not (one and other) or one in other or other in one


def _elsewhere(asked: Sequence[Form], city: str, entry: _Entry) -> bool:
    """Say whether a name that names no place stands in another city: 协和医院 of two cities are two hospitals."""
    return not _one_city(city, entry.city) and not any(form.places for form in (*asked, *entry.forms))


def _written(key: str) -> str:
    return re.sub("[第附]", "", key)


def _shortens(short: Form, full: Form) -> bool:
    fits = is_short(short.key) and len(short.key) < len(full.key) and in_order(short.key, full.key)
    return fits and not full.branch and reads_as(short.key, full) is not None


def _short_score(short: Short, alone: bool, placed: bool) -> float:
    return 0.92 if alone and (placed or short.is_clear) else 0.75


def _rank(one: Candidate) -> tuple[float, int, int, str]:
    return -one.score, -one.common, len(one.name), one.name


def _run_together(name: str) -> str:
    return squeezed(name).replace("〓", "")


def _by_standing(found: Likeness, pair: tuple[Form, Form], entry: _Entry, distance: int, both: Likeness) -> Likeness:
    """Weigh a likeness by which names are alike: the main ones, others, or former ones."""
    one, other = pair
    if one.former and other.former:
        return Likeness(min(found.score, 0.95 if both.score >= 0.7 else 0.88), Reason.FORMER_NAME)
    if one.former:
        # what has had a name before that one is another hospital, which took the name over
        same = found.reason is Reason.SAME and not any(form.former for form in entry.forms)
        return Likeness(0.92 if same else min(found.score, 0.8), Reason.FORMER_NAME)
    if other.former:
        return Likeness(min(found.score, 0.8), Reason.FORMER_NAME)
    if distance and found.score > 0.96:
        return Likeness(0.96, Reason.ALIAS)
    return found


def _likeness(one: Form, other: Form, one_city: str, other_city: str) -> Likeness:
    found = likeness(one, other, one_city, other_city)
    if found.score >= TAKE:
        return found
    for long, short in ((one, other), (other, one)):
        owner, own = _owned(long)
        if owner and own == short.key and not long.branch and (short.core or short.places):
            placed = bool(short.places) and (len(short.core) >= 2 or bool(short.numbers))
            sure = len(short.core) >= 4 or placed
            return max(found, Likeness(0.92 if sure else 0.8, Reason.OWNER_ADDED), key=lambda each: each.score)
    return found


def _owned(form: Form) -> tuple[str, str]:
    """Return (owner, own name) of 首都医科大学附属北京朝阳医院; two empty texts where there is no owner before it."""
    for mark in ("附属", "科学院", "大学", "医学院"):
        owner, found, own = form.key.rpartition(mark)
        if found and len(own) >= 4 and not own.startswith("第"):
            return owner + found, own
    return "", ""


def _tails(form: Form) -> Iterator[str]:
    yield from form.tails
    _, own = _owned(form)
    if own:
        for part in forms(own)[:1]:
            yield from part.tails


def _pairs(core: str) -> set[str]:
    return {core[at : at + 2] for at in range(len(core) - 1)}
