"""Where doctors work, as a part of what is typed: the hospitals and departments a term stands for, and who is there.

In a large territory a term may stand for thousands of them (内科). What narrows most, a hospital or a rare name, then
says which hospitals come into question, and the wide term is looked for in those alone: nothing is cut off unseen.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

import msgspec

from crmdesk.domain.characters import simplified
from crmdesk.domain.picklists import spellings
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import from_json, to_json
from crmdesk.storage.pinyin import phrase_reading
from crmdesk.storage.search_terms import PLACE, Match, Term, match_name

NEAR = 60
"""Candidates asked of the index at each step: more than a page of hits, few enough to be checked at once."""
STEP = 400
"""Hospitals or departments that are gone through at a time."""
_EVERY = 3
_PAGE = 32
"""Candidates of wide terms checked at a time: nearly all of them fit, so that they fill a page of hits."""
_RECORDS = ("institution", "department")
_PLACE_SQL = (
    "SELECT a.doctor_id, i.name, i.aliases, i.province, i.city, coalesce(d.name, '') FROM row_affiliation a "
    "JOIN row_institution i ON i.id = a.institution_id LEFT JOIN row_department d ON d.id = a.department_id "
    "WHERE a.doctor_id IN (SELECT value FROM json_each(?)) AND a.deleted = 0 "
    "ORDER BY a.is_primary DESC, a.rowid LIMIT ?"
)
_PLACES_EACH = 8

Candidate = tuple[str, str, str, str]
"""A doctor's id, name, class and title."""


class Place(msgspec.Struct, frozen=True):
    """Hospital and department of an affiliation."""

    institution: str
    aliases: tuple[str, ...]
    area: str
    department: str


class Stand(msgspec.Struct):
    """What one term can stand for besides a name: rowids of hospitals and departments, of each at most STEP and one."""

    term: Term
    institutions: Sequence[int]
    departments: Sequence[int]

    @property
    def found(self) -> bool:
        """Say whether it stands for anything."""
        return bool(self.institutions or self.departments)

    @property
    def is_wide(self) -> bool:
        """Say whether there are more than are gone through at a time."""
        return max(len(self.institutions), len(self.departments)) > STEP


class _Ids(msgspec.Struct):
    """The hospitals and departments that a term is held to stand for."""

    institutions: list[str]
    departments: list[str]

    @property
    def breadth(self) -> int:
        return len(self.institutions) + len(self.departments)


def stand_of(driver: Driver, term: Term) -> Stand:
    """Return what a term can stand for besides a name."""
    query = _query(term)
    return Stand(term, *(rowids_of(driver, record, query, STEP + 1) if query else () for record in _RECORDS))


def _query(term: Term) -> str:
    if term.spelled or (not term.is_han and len(term.text) < 2):
        return ""  # it is a name; one letter stands for half of all hospitals
    query = term.index_query(anchored=not term.is_han)
    if len(term.runs) == 1 and not term.is_han:
        query = f'{query} OR (name : "{term.text}" *)'  # 301, CCU: what is written in Latin letters and digits
    return query


def rowids_of(driver: Driver, record: str, query: str, limit: int, after: int = 0) -> list[int]:
    """Return the first so many rowids that an index finds after one."""
    found = driver.execute(
        f"SELECT rowid FROM search_{record} WHERE search_{record} MATCH ? AND rowid > ? LIMIT ?", (query, after, limit)
    )
    return [row[0] for row in found]


def doctors_there(
    driver: Driver, stands: Sequence[Stand], named: Sequence[Term], known: Sequence[str] = ()
) -> Iterator[list[Candidate]]:
    """Yield doctors who may work at all that `stands` say, and whose name holds the terms `named`, step by step.

    `known`: ids of hospitals of which they are.
    """
    if not all(one.found for one in stands):
        return
    query = " AND ".join(term.index_query(anchored=False) for term in named)
    people = rowids_of(driver, "doctor", query, STEP + 1) if named else []
    if named and not people:
        return
    narrow = [_ids(driver, one) for one in stands if not one.is_wide] + ([_Ids(list(known), [])] if known else [])
    wide = [one for one in stands if one.is_wide]
    if narrow:
        among = _hospitals_of(driver, min(narrow, key=lambda one: one.breadth)) if wide else []
        held = _held_among(driver, among, wide)
        if all(one.breadth for one in held):
            yield _at(driver, [*narrow, *held], query, people if len(people) <= STEP else [])
    else:
        yield from _wide(driver, wide, query)


def _wide(driver: Driver, stands: Sequence[Stand], query: str) -> Iterator[list[Candidate]]:
    """Yield who is at all that wide terms stand for, of a name where it is asked for, some at a time.

    One statement goes through the row numbers side by side and is left open: where many fit, a page is soon full.
    """
    source, conditions, values = "works_at AS w", ["r.deleted = 0"], []
    if query:
        source = "search_doctor AS s CROSS JOIN works_at AS w ON w.doctor = s.rowid"
        conditions, values = [*conditions, "search_doctor MATCH ?"], [query]
    for one in stands:
        within = [(name, rowids) for name in _RECORDS if (rowids := getattr(one, f"{name}s"))]
        conditions.append(f"({' OR '.join(_stands(name, rowids) for name, rowids in within)})")
        values += [_query(one.term)] * len(within)
    found = driver.execute(
        f"SELECT r.id, r.name, r.customer_class, r.title FROM {source} CROSS JOIN row_doctor AS r "
        f"ON r.rowid = w.doctor WHERE {' AND '.join(conditions)}",
        values,
    )
    while some := list(islice(found, _PAGE)):
        yield some


def _stands(record: str, rowids: Sequence[int]) -> str:
    """Return the condition that a term stands for a hospital or department; `rowids` are the first ones it stands for.

    All it stands for are listed once, or, where that is every third one or more, each is asked for by itself.
    """
    index = f"SELECT rowid FROM search_{record} WHERE search_{record} MATCH ?"
    if len(rowids) > STEP and rowids[-1] - rowids[0] < _EVERY * len(rowids):
        return f"EXISTS ({index} AND rowid = w.{record})"
    return f"w.{record} IN ({index})"


def _ids(driver: Driver, stand: Stand) -> _Ids:
    return _Ids(
        _of_rowids(driver, "institution", stand.institutions), _of_rowids(driver, "department", stand.departments)
    )


def _of_rowids(driver: Driver, record: str, rowids: Sequence[int]) -> list[str]:
    wanted = to_json(list(rowids))
    found = driver.execute(f"SELECT id FROM row_{record} WHERE rowid IN (SELECT value FROM json_each(?))", (wanted,))
    return [row[0] for row in found]


def _hospitals_of(driver: Driver, ids: _Ids) -> list[str]:
    found = driver.execute(
        "SELECT DISTINCT institution_id FROM row_department WHERE id IN (SELECT value FROM json_each(?))",
        (to_json(ids.departments),),
    )
    return list({*ids.institutions, *(row[0] for row in found)})


def _held_among(driver: Driver, hospitals: Sequence[str], stands: Sequence[Stand]) -> list[_Ids]:
    """Return which of some hospitals, and which of their departments, each of the terms stands for."""
    if not stands:
        return []
    wanted = to_json(list(hospitals))
    among = "(SELECT value FROM json_each(?))"
    places = driver.execute(
        f"SELECT id, name, aliases, province, city FROM row_institution WHERE id IN {among}", (wanted,)
    ).fetchall()
    rooms = driver.execute(f"SELECT id, name FROM row_department WHERE institution_id IN {among}", (wanted,)).fetchall()
    known = [(row_id, _place(*told)) for row_id, *told in places]
    return [
        _Ids(
            [row_id for row_id, place in known if _match_place(one.term, place) is not None],
            [row_id for row_id, name in rooms if _match_department(one.term, name or "")],
        )
        for one in stands
    ]


def _at(driver: Driver, placed: Sequence[_Ids], name_query: str, few: Sequence[int]) -> list[Candidate]:
    """Return doctors who work at one place of each of `placed`, by name where it is asked for."""
    conditions: list[str] = []
    values: list[object] = []
    for at, one in enumerate(sorted(placed, key=lambda one: one.breadth)):
        lists = [(name, ids) for name in _RECORDS if (ids := getattr(one, f"{name}s"))]
        # The index of the narrowest term is gone through, the others are held against what it gives.
        column = "+a." if at else "a."
        fits = " OR ".join(f"{column}{name}_id IN (SELECT value FROM json_each(?))" for name, _ids in lists)
        conditions.append(f"({fits})")
        values += [to_json(ids) for _name, ids in lists]
    if few:
        conditions.append("r.rowid IN (SELECT value FROM json_each(?))")
        values.append(to_json(list(few)))
    elif name_query:
        conditions.append("+r.rowid IN (SELECT rowid FROM search_doctor WHERE search_doctor MATCH ?)")
        values.append(name_query)
    sql = (
        "SELECT DISTINCT r.id, r.name, r.customer_class, r.title FROM row_affiliation a "
        "JOIN row_doctor r ON r.id = a.doctor_id "
        f"WHERE {' AND '.join(conditions)} AND a.deleted = 0 AND r.deleted = 0 LIMIT ?"
    )
    return driver.execute(sql, (*values, NEAR)).fetchall()


def places_of(driver: Driver, doctor_ids: Sequence[str]) -> dict[str, list[Place]]:
    """Return where each of the doctors works, the primary place first."""
    places: dict[str, list[Place]] = {row_id: [] for row_id in doctor_ids}
    found = driver.execute(_PLACE_SQL, (to_json(list(doctor_ids)), _PLACES_EACH * len(doctor_ids)))
    for row_id, name, aliases, province, city, department in found:
        places[row_id].append(_place(name, aliases, province, city, department))
    return places


def _place(name: str, aliases: str | None, province: str | None, city: str | None, department: str = "") -> Place:
    return Place(name, tuple(from_json(aliases)) if aliases else (), f"{province or ''} {city or ''}", department)


def match_places(term: Term, places: Sequence[Place]) -> Match | None:
    """Return how a term fits the first of some places that it fits."""
    for place in places:
        found = _match_place(term, place)
        if found is not None:
            return found
    return None


def shown_place(terms: Sequence[Term], places: Sequence[Place]) -> Place | None:
    """Return the place that hit a term which the name did not, else the first (the primary one)."""
    for place in places:
        if any(_match_place(term, place) for term in terms):
            return place
    return places[0] if places else None


@lru_cache(maxsize=8192)
def _match_place(term: Term, place: Place) -> Match | None:
    if _match_department(term, place.department):
        return Match(PLACE, "department")
    if any(fits_phrase(term, one) for one in (place.institution, *place.aliases)):
        return Match(PLACE, "hospital")
    if term.is_han and term.text in simplified(place.area):
        return Match(PLACE, "area")
    return None


def _match_department(term: Term, department: str) -> bool:
    return any(fits_phrase(term, one) for one in (department, *spellings("specialty", department)))


@lru_cache(maxsize=8192)
def fits_phrase(term: Term, text: str) -> bool:
    """Say whether a name of a place or thing holds what was typed."""
    if not text:
        return False
    if term.is_han:
        return term.text in simplified(text)
    return match_name(term, text, [phrase_reading(text)]) is not None
