"""Finding customers as somebody types: characters, pinyin, initials, mixtures, a number, and where a doctor works.

A query is split at blanks into terms. A term may name the customer or, for a doctor, the hospital or department; all
terms have to hold. The index narrows down, and every candidate is then checked here, which also gives the reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, pairwise, product
from typing import Any

import msgspec

from crmdesk.domain.characters import simplified
from crmdesk.domain.errors import InputError
from crmdesk.storage.connection import Connection
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import from_json, to_json
from crmdesk.storage.pinyin import person_readings, phrase_reading
from crmdesk.storage.search_index import END, characters
from crmdesk.storage.search_numbers import numbered, typed_number
from crmdesk.storage.search_places import (
    NEAR,
    Candidate,
    Place,
    Stand,
    doctors_there,
    fits_phrase,
    match_places,
    places_of,
    rowids_of,
    shown_place,
    stand_of,
)
from crmdesk.storage.search_terms import EXACT, PLACE, PREFIX, WITHIN, Match, Term, match_name, spelled, terms_of
from crmdesk.storage.work import driver_of

_SPEAKS_OF_A_HOSPITAL = frozenset("院医醫大附一二三四五六七八九十")
"""A text without any of these is hardly a short form of a hospital (浙二): most names of people cost no second look."""
_MEANT = 40
"""Hospitals that a short form beside other terms may mean: a province has that many sixth ones."""
_RECENT = 60
_MOST_PAIRS = 40


class SearchRow(msgspec.Struct, frozen=True):
    """A hit. `reason` is what hit: name, pinyin, initials, mixed, alias, area, hospital, department, mobile, phone.

    `number` is the telephone number that hit, as the store holds it.
    """

    record: str
    id: str
    name: str
    reason: str
    rank: int
    recent: bool
    customer_class: str
    title: str
    institution_name: str
    department_name: str
    number: str = ""


def find(
    connection: Connection, text: str, limit: int = 30, records: Sequence[str] = ("doctor", "institution")
) -> list[SearchRow]:
    """Return at most `limit` hits, the best first: exact, from the start, within, by place; recent ones before others.

    Never raises for any text; an empty one finds nothing.
    """
    for record in records:
        if record not in _FINDERS:
            raise InputError("not_searched", record=record)
    terms = terms_of(text)
    if not terms:
        return []
    driver = driver_of(connection)
    recent = _recent(driver)
    hits: dict[tuple[str, str], SearchRow] = {}
    if "doctor" in records:
        hits.update(((hit.record, hit.id), hit) for hit in _by_number(driver, text, limit, recent))
    for record in records:
        for hit in _FINDERS[record](driver, terms, limit, recent):
            hits.setdefault((hit.record, hit.id), hit)
    if not hits and not _SPEAKS_OF_A_HOSPITAL.isdisjoint(text):
        return _by_short_form(driver, text, records, limit, recent)
    return sorted(hits.values(), key=_order)[:limit]


def _by_short_form(
    driver: Driver, text: str, records: Sequence[str], limit: int, recent: dict[str, set[str]]
) -> list[SearchRow]:
    """Find the hospitals of which a text is a short form, and doctors of whom one term is that of their hospital."""
    from crmdesk.storage.search_short import short_rows  # lazy: with the reading of sheets, which few need

    found: list[SearchRow] = []
    if "institution" in records:
        found += (
            SearchRow("institution", row_id, name, "short_form", WITHIN, False, customer_class, level, name, "")
            for row_id, name, customer_class, level in short_rows(driver, text, limit)
        )
    terms = terms_of(text)
    for at, term in enumerate(terms if "doctor" in records and len(terms) > 1 else ()):
        if not _SPEAKS_OF_A_HOSPITAL.isdisjoint(term.text):
            meant = {row_id: name for row_id, name, _class, _level in short_rows(driver, term.text, _MEANT)}
            others = [*terms[:at], *terms[at + 1 :]]
            if meant:
                found += _doctors_at(driver, meant, others, limit, recent["doctor"], leads=at == 0)
    return list({(hit.record, hit.id): hit for hit in found}.values())[:limit]


def _order(hit: SearchRow) -> tuple[bool, bool, int, int]:
    return hit.rank == PLACE, not hit.recent, hit.rank, len(hit.name)


def _recent(driver: Driver) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"doctor": set(), "institution": set()}
    for record, row_id in driver.execute(
        "SELECT record, id FROM recent ORDER BY opened_at DESC LIMIT ?", (_RECENT,)
    ).fetchall():
        found.setdefault(record, set()).add(row_id)
    return found


# doctors -------------------------------------------------------------------------------------------------------------

_DOCTOR = "SELECT r.id, r.name, r.customer_class, r.title FROM row_doctor r"


def _find_doctors(driver: Driver, terms: Sequence[Term], limit: int, recent: dict[str, set[str]]) -> list[SearchRow]:
    """Find doctors; where nobody's name or place begins so, Latin words are a family name and initials (zengqh)."""
    found = _doctors_named(driver, terms, limit, recent)
    other = [] if found else spelled(terms)
    return _doctors_named(driver, other, limit, recent) if other else found


def _doctors_named(driver: Driver, terms: Sequence[Term], limit: int, recent: dict[str, set[str]]) -> list[SearchRow]:
    opened = recent["doctor"]
    hits: dict[str, _DoctorHit] = {}
    enough = limit + (_take(driver, terms, _opened(driver, opened), hits, by_place=True) if opened else 0)
    for by_place, candidates in _doctor_candidates(driver, terms):
        _take(driver, terms, candidates, hits, by_place=by_place)
        if len(hits) >= enough:
            break
    return _best(driver, hits, limit, opened)


def _doctors_at(
    driver: Driver, meant: Mapping[str, str], terms: Sequence[Term], limit: int, opened: set[str], *, leads: bool
) -> list[SearchRow]:
    """Return doctors of these hospitals, names by id, whom the terms fit, by their name or by where they work.

    `leads` says that the hospital was typed before them: where nothing fits better it is what hit.
    """
    hits: dict[str, _DoctorHit] = {}
    stands = [stand_of(driver, term) for term in terms]
    for choice in product((False, True), repeat=len(terms)):
        for rows in _chosen(driver, terms, stands, choice, list(meant)):
            _take(driver, terms, rows, hits, by_place=True)
    places, names = places_of(driver, list(hits)) if hits else {}, set(meant.values())
    for row_id, hit in hits.items():  # who works elsewhere too is shown where the person meant
        hit.places = [place for place in places[row_id] if place.institution in names]
        if leads and hit.match.rank == PLACE:
            hit.match = Match(PLACE, "hospital")
    return _best(driver, hits, limit, opened)


def _best(driver: Driver, hits: dict[str, "_DoctorHit"], limit: int, opened: set[str]) -> list[SearchRow]:
    best = sorted(hits.values(), key=lambda hit: (hit.match.rank == PLACE, hit.row[0] not in opened, hit.match.rank))
    lacking = places_of(driver, [hit.row[0] for hit in best[:limit] if hit.places is None])
    return [_shown(hit, hit.places or lacking.get(hit.row[0], []), hit.row[0] in opened) for hit in best[:limit]]


def _by_number(driver: Driver, text: str, limit: int, recent: dict[str, set[str]]) -> Iterator[SearchRow]:
    """Yield doctors who have the number that was typed and whom the other words, if any, fit."""
    typed = typed_number(text)
    found = {one.row[0]: one for one in numbered(driver, typed.digits, limit)} if typed else {}
    hits: dict[str, _DoctorHit] = {}
    if typed and found:
        _take(driver, terms_of(typed.rest), [one.row for one in found.values()], hits, by_place=True)
    lacking = places_of(driver, [row_id for row_id, hit in hits.items() if not hit.places]) if hits else {}
    for row_id, hit in hits.items():
        one = found[row_id]
        hit.match = Match(EXACT if one.at_end else PREFIX, one.field)
        shown = _shown(hit, hit.places or lacking[row_id], row_id in recent["doctor"])
        yield msgspec.structs.replace(shown, number=one.number)


class _DoctorHit(msgspec.Struct):
    row: Candidate
    match: Match
    places: list[Place] | None
    sought: tuple[Term, ...]
    """The terms that the name did not match: a place must have."""


def _take(
    driver: Driver, terms: Sequence[Term], rows: Iterable[Candidate], hits: dict[str, _DoctorHit], *, by_place: bool
) -> int:
    """Check candidates and keep those that fit; return how many there are now.

    Where they work is looked up only `by_place`: who fits by that alone comes again among the candidates by place.
    """
    fresh = [row for row in rows if row[0] not in hits]
    by_name = [_by_name(terms, row[1]) for row in fresh]
    unsure = [row[0] for row, matches in zip(fresh, by_name, strict=True) if None in matches] if by_place else []
    places = places_of(driver, unsure) if unsure else {}
    for row, matches in zip(fresh, by_name, strict=True):
        hit = _doctor_hit(terms, row, matches, places.get(row[0]))
        if hit is not None:
            hits[row[0]] = hit
    return len(hits)


def _by_name(terms: Sequence[Term], name: str) -> list[Match | None]:
    readings = person_readings(name)
    return [match_name(term, name, readings) for term in terms]


def _opened(driver: Driver, ids: Iterable[str]) -> list[Candidate]:
    return driver.execute(
        f"{_DOCTOR} WHERE r.deleted = 0 AND r.id IN (SELECT value FROM json_each(?))", (to_json(sorted(ids)),)
    ).fetchall()


def _doctor_candidates(driver: Driver, terms: Sequence[Term]) -> Iterator[tuple[bool, list[Candidate]]]:
    """Yield rows that may be hits, the best first, and whether it is for where they work."""
    for rows in _by_index(driver, "doctor", _DOCTOR, terms):
        yield False, rows
    stands = [stand_of(driver, term) for term in terms]
    for choice in product((False, True), repeat=len(terms)):
        if any(choice):
            yield from ((True, rows) for rows in _chosen(driver, terms, stands, choice))


def _chosen(
    driver: Driver, terms: Sequence[Term], stands: Sequence[Stand], choice: Sequence[bool], known: Sequence[str] = ()
) -> Iterator[list[Candidate]]:
    """Yield doctors for whom the chosen terms are hospitals or departments and the others parts of the name."""
    named = [term for term, chosen in zip(terms, choice, strict=True) if not chosen]
    return doctors_there(driver, list(compress(stands, choice)), named, known)


def _by_index(driver: Driver, record: str, select: str, terms: Sequence[Term]) -> Iterator[list[Any]]:
    """Yield rows whose name the index knows, the best first; where the widest query finds them all, it is enough."""
    *strict, widest = name_queries(terms)
    everything = rowids_of(driver, record, widest, NEAR)
    shown: set[int] = set()
    for query in strict if len(everything) == NEAR else ():
        rowids = [one for one in rowids_of(driver, record, query, NEAR) if one not in shown]
        shown.update(rowids)
        yield _rows(driver, select, rowids)
    yield _rows(driver, select, [one for one in everything if one not in shown])


def _rows(driver: Driver, select: str, rowids: Sequence[int]) -> list[Any]:
    """Return rows in the order of their rowids; each lies on a page of its own, so none is read for nothing."""
    if not rowids:
        return []
    wanted = to_json(list(rowids))
    return driver.execute(f"{select} WHERE r.rowid IN (SELECT value FROM json_each(?))", (wanted,)).fetchall()


def name_queries(terms: Sequence[Term]) -> list[str]:
    """Return the index queries by name, the strictest first: the whole name, its start, anywhere within."""
    queries = []
    only = terms[0]
    if len(terms) == 1 and only.is_han:
        queries.append(f'name : ^ "{" ".join(only.text)} {END}"')
    elif len(terms) == 1 and len(only.runs) == 1:
        queries.append(f'py : "{only.text[:24]}"')
    rest = [term.index_query(anchored=False) for term in terms[1:]]
    queries.append(" AND ".join([only.index_query(anchored=True), *rest]))
    queries.append(" AND ".join([only.index_query(anchored=False), *rest]))
    return queries


def _doctor_hit(
    terms: Sequence[Term], row: Candidate, by_name: Sequence[Match | None], places: list[Place] | None
) -> _DoctorHit | None:
    found: list[Match] = []
    for term, named in zip(terms, by_name, strict=True):
        match = named or match_places(term, places or ())
        if match is None:
            return None
        found.append(match)
    best = min(found, key=lambda match: match.rank, default=Match(EXACT, "name"))
    rank = best.rank if len(terms) == 1 or best.rank == PLACE else max(best.rank, PREFIX)
    sought = tuple(term for term, named in zip(terms, by_name, strict=True) if named is None)
    return _DoctorHit(row, Match(rank, best.reason), places, sought)


def _shown(hit: _DoctorHit, places: Sequence[Place], recent: bool) -> SearchRow:
    row_id, name, customer_class, title = hit.row
    shown = shown_place(hit.sought, places)
    return SearchRow(
        "doctor", row_id, name, hit.match.reason, hit.match.rank, recent, customer_class or "", title or "",
        shown.institution if shown else "", shown.department if shown else "",
    )  # fmt: skip


def fits(text: str, name: str) -> bool:
    """Say whether a name, of a product say, holds all that was typed: characters, pinyin or initials."""
    return all(fits_phrase(term, name) for term in terms_of(text))


def fit(text: str, name: str) -> int | None:
    """Return how well a name, of a thing or of a person, fits what was typed, the less the better; None: not at all."""
    terms = terms_of(text)
    readings = [phrase_reading(name), *person_readings(name)]
    found = [match_name(term, name, readings) for term in terms]
    ranks = [one.rank for one in found if one is not None]
    return sum(ranks) if terms and len(ranks) == len(terms) else None


# institutions --------------------------------------------------------------------------------------------------------

_INSTITUTION = (
    "SELECT r.id, r.name, r.customer_class, r.level, r.aliases, r.province, r.city, r.pinyin FROM row_institution r"
)


def _find_institutions(
    driver: Driver, terms: Sequence[Term], limit: int, recent: dict[str, set[str]]
) -> list[SearchRow]:
    hits: dict[str, SearchRow] = {}
    opened = recent["institution"]
    for candidates in _institution_candidates(driver, terms, opened):
        for row in candidates:
            if row[0] not in hits:
                hit = _institution_hit(terms, row, row[0] in opened)
                if hit is not None:
                    hits[hit.id] = hit
        if len(hits) >= limit + len(opened):
            break
    return list(hits.values())


def _institution_candidates(driver: Driver, terms: Sequence[Term], opened: set[str]) -> Iterator[list[Any]]:
    if opened:
        yield driver.execute(
            f"{_INSTITUTION} WHERE r.deleted = 0 AND r.id IN (SELECT value FROM json_each(?))",
            (to_json(sorted(opened)),),
        ).fetchall()
    yield from _by_index(driver, "institution", _INSTITUTION, terms)


def _institution_hit(terms: Sequence[Term], row: Sequence[object], recent: bool) -> SearchRow | None:
    row_id, name, customer_class, level, aliases, province, city, pinyin = row
    names = [str(name), *(from_json(str(aliases)) if aliases else ())]
    area = f"{province or ''} {city or ''}"
    matches: list[Match] = []
    for term in terms:
        found = _match_names(term, names, str(pinyin).split(), area)
        if found is None:
            return None
        matches.append(found)
    best = min(matches, key=lambda match: match.rank)
    return SearchRow(
        "institution", str(row_id), str(name), best.reason, best.rank, recent, str(customer_class or ""),
        str(level or ""), str(name), "",
    )  # fmt: skip


_COMMON = frozenset("医院人民市省县区第一二三四五六七八九十大学附属中心卫生")
"""Characters whose pairs half of all hospitals share."""


def sharing(connection: Connection, name: str, limit: int) -> list[str]:
    """Return ids of institutions that share pairs of characters with a name, those with the rarest pairs first."""
    pairs = [f'name : "{one} {two}"' for one, two in pairwise(characters(name).split()) if not {one, two} <= _COMMON]
    if not pairs:
        return []
    found = driver_of(connection).execute(
        "SELECT r.id FROM search_institution s JOIN row_institution r ON r.rowid = s.rowid "
        "WHERE search_institution MATCH ? ORDER BY s.rank LIMIT ?",
        (" OR ".join(pairs[:_MOST_PAIRS]), limit),
    )
    return [row[0] for row in found]


def _match_names(term: Term, names: Sequence[str], reading: Sequence[str], area: str) -> Match | None:
    for at, name in enumerate(names):
        found = match_name(term, name, () if term.is_han else [phrase_reading(name) if at else reading])
        if found is not None:
            return found if at == 0 else Match(max(found.rank, PREFIX), "alias")
    if term.is_han and term.text in simplified(area):
        return Match(PLACE, "area")
    return None


_FINDERS = {"doctor": _find_doctors, "institution": _find_institutions}
