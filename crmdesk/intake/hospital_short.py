"""Reads a short form of a hospital's name as the heads of its words: 重医附一院 is 重庆医科大学附属第一医院.

A short form keeps the order of the words and may leave out what many share (大学, 医学院, 附属, 人民); a number, a kind
and a word of its own stay. Nothing is looked up in a table of cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from crmdesk.intake.hospital_names import Form

LONGEST, _SHORTEST, _TELLING = 8, 2, 3
"""So many characters a short form has at most and at least; so many words that tell make it sure."""


class _Role(StrEnum):
    PLACE = "place"
    OWNER = "owner"
    UNIVERSITY = "university"
    AFFILIATED = "affiliated"
    NUMBER = "number"
    KIND = "kind"
    OWN = "own"
    FILLER = "filler"


_TELLS = frozenset(_Role) - {_Role.FILLER}


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the full name: how it may be written, '' where it may be left out, and what is its head only."""

    role: _Role
    whole: tuple[str, ...]
    heads: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Short:
    """How a short form fits a full name: how many words tell, and whether only a place beside it makes it clear."""

    words: int
    needs_place: bool

    @property
    def is_clear(self) -> bool:
        """Say whether it means this hospital, if it fits no other one."""
        return self.words >= _TELLING and not self.needs_place


@dataclass(frozen=True, slots=True)
class _So:
    """What was read so far."""

    words: int = 0
    headed: bool = False  # a word stands there by its head
    cut: bool = False  # a word that many share was left out
    placed: bool = False
    bare: bool = False
    owned: bool = False


_OWNER = re.compile(
    r"(大[^大医附第]{1,5}?|第[一二三四]|[^大医附第]{2,6}?)(军医大学|医科大学|中医药大学|科技大学|医学科学院|大学)"
)
_WORD = re.compile(
    r"(?P<school>医学院)|(?P<affiliated>附属)|第(?P<number>[〇一二三四五六七八九十]+)|(?P<people>人民)"
    r"|(?P<kind>中西医结合|中医|儿童|妇女儿童|妇幼保健|妇产|口腔|肿瘤|眼科|胸科|骨科|精神卫生|传染病|老年|康复|心血管病?|皮肤病?)"
    r"|(?P<end>医院|院)$"
)
_UNIVERSITIES = {
    "军医大学": ("军医大", "军医"),
    "医学科学院": ("医科院",),
    "医科大学": ("医科大", "医大", "医"),
    "中医药大学": ("中医药大", "中医大", "中医", "中"),
    "科技大学": ("科技大", "科大", "大"),
    "大学": ("大",),
}
_WRITTEN = re.compile(r"附属?第?([一二三四五六七八九十])(?=医?院?$)")
_OF_CITY = re.compile("(?:北京|上海|天津|重庆|南京|武汉|广州|西安)(?=.{2})")
_AFFILIATED_NUMBER = re.compile(r"附属(第[〇一二三四五六七八九十]+)医院")


def is_short(key: str) -> bool:
    """Say whether a name may be a short form."""
    return len(key.replace("第", "")) >= _SHORTEST and len(key) <= LONGEST


def in_order(key: str, full: str) -> bool:
    """Say whether the characters of one name stand in another in the same order: else it is none of its short forms."""
    rest = iter(full)
    return all(one in rest for one in key if one not in "第附")  # 附一 and 一附 are both written


def reads_as(key: str, full: Form) -> Short | None:
    """Return how a short form fits a full name, None where it does not."""
    written = _WRITTEN.sub(r"\1附", key.replace("附属", "附")).replace("第", "")
    found = _read(written, 0, tuple(_words(full)), 0, _So())
    return max(found, key=lambda one: (not one.needs_place, one.words), default=None)


def _words(full: Form) -> Iterator[_Word]:
    rest = _AFFILIATED_NUMBER.sub(r"\1附属医院", full.rest)
    owner = _OWNER.match(rest)
    for place in full.places:
        suffix = (place.suffix,) if place.suffix in ("省", "市") else ()
        yield _Word(_Role.OWNER if owner else _Role.PLACE, (place.whole, place.stem), (place.stem[:1], *suffix))
    if owner:
        yield _Word(_Role.OWNER, (owner[1],), _heads(owner[1]))
        yield _Word(_Role.UNIVERSITY, (owner[2],), _UNIVERSITIES[owner[2]], optional=owner[2] == "大学")
        rest = rest[owner.end() :]
    yield from _rest(rest)


def _heads(stem: str) -> tuple[str, ...]:
    """Return how a university's name is shortened: 上海交通 to 上, 上交, 上海交, 交, 交通."""
    second = stem[2:]
    more = (stem[0] + second[0], stem[:2] + second[0], second, second[0]) if second else ()
    return (stem[0], *more)


def _rest(rest: str) -> Iterator[_Word]:
    at = 0
    while at < len(rest):
        found = _WORD.search(rest, at)
        own = rest[at : found.start() if found else len(rest)]
        if own:
            yield _Word(_Role.OWN, (own,), (_OF_CITY.sub("", own),) if _OF_CITY.match(own) else ())
        if found is None:
            return
        yield _word(str(found.lastgroup), str(found[str(found.lastgroup)]))
        at = found.end()


def _word(name: str, text: str) -> _Word:
    if name == "affiliated":
        return _Word(_Role.AFFILIATED, (text,), ("附",), optional=True)
    if name == "number":
        return _Word(_Role.NUMBER, (text,))
    if name == "kind":
        return _Word(_Role.KIND, (text,), (text[:2],) if len(text) > 2 else (text[0],))
    whole, heads = {"school": ("医学院", ("医",)), "people": ("人民", ("人",)), "end": ("医院", ("院", "医"))}[name]
    return _Word(_Role.FILLER, (whole,), heads, optional=True)


def _read(text: str, at: int, words: tuple[_Word, ...], number: int, so: _So) -> Iterator[Short]:
    if number == len(words):
        if at == len(text) and (so.headed or so.cut) and (so.placed or so.owned):
            yield Short(so.words, so.bare or not so.placed or not so.headed)
        return
    for written, after in _ways(words[number], so, any(_tells_alone(one) for one in words)):
        if text.startswith(written, at):
            yield from _read(text, at + len(written), words, number + 1, after)


def _tells_alone(word: _Word) -> bool:
    return word.role is _Role.OWN and len(word.whole[0]) > 1


def _ways(word: _Word, so: _So, has_own: bool) -> Iterator[tuple[str, _So]]:
    """Yield how a word may stand in a short form; 华西 for 四川大学华西医院 leaves the owner out."""
    yield from ((written, _after(so, word, written, False)) for written in word.whole)
    yield from ((head, _after(so, word, head, True)) for head in word.heads)
    if word.role is _Role.OWNER and has_own:
        yield "", replace(so, headed=True)
    elif word.optional or (word.role is _Role.UNIVERSITY and has_own):
        yield "", replace(so, cut=True)


def _after(so: _So, word: _Word, written: str, head: bool) -> _So:
    return _So(
        words=so.words + (word.role in _TELLS),
        headed=so.headed or (head and word.role is not _Role.FILLER),
        cut=so.cut or head,
        placed=so.placed or word.role in (_Role.PLACE, _Role.OWNER),
        bare=so.bare or (word.role in (_Role.PLACE, _Role.OWNER) and written in ("省", "市")),
        owned=so.owned or word.role is _Role.OWN,
    )
