"""Says how surely two names are one hospital, from 0 to 1, and why; the place decides before the words do."""

from dataclasses import dataclass
from enum import StrEnum

from crmdesk.intake.hospital_names import Form, Place, Rule

TAKE, OFFER = 0.9, 0.6


class Reason(StrEnum):
    """Why two names are, or may be, one hospital."""

    SAME = "same"
    ALIAS = "alias"
    FORMER_NAME = "former_name"
    PLACE_ADDED = "place_added"
    PLACE_SHORTENED = "place_shortened"
    PLACE_CHANGED = "place_changed"
    SPELLING = "spelling"
    OWNER_ADDED = "owner_added"
    BRANCH = "branch"
    SHORT_FORM = "short_form"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are."""

    score: float
    reason: Reason = Reason.SIMILAR


NONE = Likeness(0.0)
_RULES = {
    Rule.NUMBER_AFFILIATED: 0.93,
    Rule.COLLEGE: 0.85,
    Rule.COUNTY_HOSPITAL: 0.91,
    Rule.NUMBERED_PEOPLES: 0.8,
    Rule.MOTHER_CHILD: 0.85,
    Rule.STREET: 0.92,
}
_RANK = {"省": 4, "自治区": 4, "市": 3, "州": 3, "自治州": 3, "盟": 3, "地区": 3}


def likeness(one: Form, other: Form, one_city: str = "", other_city: str = "") -> Likeness:
    """Compare two names; the cities are what is known of them beside the names."""
    if one.key == other.key:
        return Likeness(1.0, Reason.SAME)
    if one.numbers != other.numbers or _kinds(one) != _kinds(other):
        return NONE
    place = _place(one, other, one_city, other_city)
    if not place.score:
        return NONE
    words = _words(one, other)
    if not words.score:
        return NONE
    weaker = place if place.score <= words.score else words
    score = place.score * words.score
    if one.branch != other.branch or one.note != other.note:
        return Likeness(min(score, 0.75), Reason.BRANCH)
    return Likeness(score, weaker.reason)


def _kinds(form: Form) -> frozenset[str]:
    return form.kinds - {"affiliated"}


def _words(one: Form, other: Form) -> Likeness:
    left, right = _without_place(one, other), _without_place(other, one)
    if left == right:
        return Likeness(1.0, Reason.PLACE_ADDED)
    if one.loose[0] == other.loose[0]:
        rules = one.loose[1] ^ other.loose[1] or one.loose[1] | other.loose[1]
        return Likeness(min((_RULES[rule] for rule in rules), default=1.0), Reason.SPELLING)
    if not (one.core and other.core):
        return NONE  # words that thousands share must be the same words
    if not _same_house(one, other):
        return NONE
    alike = _dice(one.core, other.core)
    whole = _dice(left, right)
    if alike < 0.5 or whole < 0.55 or one.core[:2] != other.core[:2]:
        return NONE
    return Likeness(0.6 + 0.25 * min(alike, whole), Reason.SIMILAR)


def _same_house(one: Form, other: Form) -> bool:
    """Say whether two hospitals of one university may be the same: what is alike must not be the owner alone."""
    left, right = one.house, other.house
    if left is None or right is None:
        return True
    return left == right or (bool(left and right) and _dice(left, right) >= 0.5)


def _without_place(one: Form, other: Form) -> str:
    """Return the rest, without the place's stem where the other name has it as a place."""
    last = other.places[-1] if other.places else None
    if last and _lost_suffix(one, last):
        return one.rest.removeprefix(last.stem)
    return one.rest


def _lost_suffix(one: Form, last: Place) -> bool:
    return not any(last.stem == place.stem for place in one.places) and one.rest.startswith(last.stem)


def _dice(one: str, other: str) -> float:
    left = {one[at : at + 2] for at in range(len(one) - 1)} or {one}
    right = {other[at : at + 2] for at in range(len(other) - 1)} or {other}
    return 2 * len(left & right) / (len(left) + len(right))


def _place(one: Form, other: Form, one_city: str, other_city: str) -> Likeness:
    if _belied(one, other_city) or _belied(other, one_city):
        return NONE
    if not one.places or not other.places:
        return _place_missing(one, other, one_city or other_city)
    left, right = one.places[-1], other.places[-1]
    if left == right or _city_inside(left, right) or _city_inside(right, left):
        return Likeness(1.0 if left == right else 0.95, Reason.PLACE_ADDED) if _agree(one, other) else NONE
    for short, long in ((one, other), (other, one)):
        if _lost_suffix(short, long.places[-1]) and _agree(short, long, whole=True):
            return _shortened(short, long)
    if left.stem == right.stem and _agree(one, other):
        return Likeness(0.7 if {left.suffix, right.suffix} == {"县", "市"} else 0.8, Reason.PLACE_CHANGED)
    shared = _shared(one, other)
    own = len(one.core) >= 2 and len(other.core) >= 2
    return Likeness(0.78, Reason.PLACE_ADDED) if shared and own else NONE


def _city_inside(long: Place, short: Place) -> bool:
    """Say whether 南阳方城县 is 方城县: the city stands before it without a word for what it is."""
    return len(long.stem) >= 4 and long.suffix == short.suffix and long.stem[2:] == short.stem


def _shared(one: Form, other: Form) -> set[str]:
    return {place.whole for place in one.places} & {place.whole for place in other.places}


def _place_missing(one: Form, other: Form, city: str) -> Likeness:
    if not one.places and not other.places:
        return Likeness(1.0)
    short, long = (one, other) if not one.places else (other, one)
    if _lost_suffix(short, long.places[-1]):
        return _shortened(short, long)
    if len(short.core) < 2:
        return NONE  # 人民医院 alone is no particular one
    confirmed = bool(city) and any(place.stem in city for place in long.places)
    return Likeness(0.93 if confirmed else 0.75, Reason.PLACE_ADDED)


def _shortened(short: Form, long: Form) -> Likeness:
    """武隆福康医院 for 武隆区福康医院; without a word of its own (河口人民医院) only a city is clear enough."""
    last = long.places[-1]
    own = len(short.rest.removeprefix(last.stem)) - 2 >= 2 and len(long.core) >= 2
    if last.suffix == "市" or _shared(short, long):
        return Likeness(0.95, Reason.PLACE_SHORTENED)
    return Likeness(0.92 if own else 0.8, Reason.PLACE_SHORTENED)


def _agree(one: Form, other: Form, whole: bool = False) -> bool:
    """Say whether no two places of the same rank differ above the last ones; `whole`: `one` has no last one."""
    left, right = _ranked(one.places if whole else one.places[:-1]), _ranked(other.places[:-1])
    return all(left[rank] == right[rank] for rank in left.keys() & right.keys())


def _ranked(places: tuple[Place, ...]) -> dict[int, str]:
    return {_RANK.get(place.suffix, 2): place.stem for place in places}


def _belied(form: Form, city: str) -> bool:
    """Say whether what is known of the other's city speaks against the places in a name."""
    named = [place.stem for place in form.places if place.suffix not in ("省", "自治区")]
    return bool(city) and len(named) >= 2 and not any(stem in city for stem in named)
