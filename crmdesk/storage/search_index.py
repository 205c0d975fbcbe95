"""What stands in the search index: characters, whole pinyin, initials, and both again from every later character."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import compress
from typing import Any

import msgspec

from crmdesk.domain.characters import simplified
from crmdesk.domain.picklists import spellings
from crmdesk.storage.driver import Driver, insert_many
from crmdesk.storage.json_text import to_json
from crmdesk.storage.pinyin import PLAIN, PLAIN_FIRST, after_apostrophes, is_han, person_readings, phrase_reading, plain

SEARCHED = ("doctor", "institution", "department")
"""The records with a search index `search_<record>`; its rowids are those of the row table."""
BREAK = "\ue000"
"""Parts of an entry (name, aliases, place) are kept apart by this, so that no phrase runs over from one to the next."""
END = "\ue001"
"""Stands after the name itself, so that 'the whole name' can be asked for."""

_MAX_TAIL = 24


class Entry(msgspec.Struct, frozen=True):
    """One row's search entry: the three columns of the index and the key that lists are sorted by."""

    columns: tuple[str, str, str]
    sort_key: str


def characters(text: str) -> str:
    """Return a text as tokens: each Chinese character for itself, Latin and digits as words."""
    out: list[str] = []
    word: list[str] = []
    for char in plain(text):
        if is_han(char):
            if word:
                out.append("".join(word))
                word.clear()
            out.append(char)
        elif char.isalnum():
            word.append(char)
        elif word:
            out.append("".join(word))
            word.clear()
    if word:
        out.append("".join(word))
    return " ".join(out)


def _latin(readings: Iterable[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Return (from the start, from later characters): whole pinyin and initials of each reading, without repeats."""
    heads: dict[str, None] = {}
    tails: dict[str, None] = {}
    for reading in readings:
        if not reading:
            continue
        initials = "".join([one[:1] for one in reading])
        heads["".join(reading)] = None
        heads[initials] = None
        for at in range(1, len(reading)):
            tails["".join(reading[at : at + 8])[:_MAX_TAIL]] = None
            if at < len(reading) - 1:
                tails[initials[at : at + _MAX_TAIL]] = None
    return list(heads), list(tails)


@lru_cache(maxsize=20_000)
def _given(given: str) -> tuple[str, ...]:
    return tuple(given)


def _person(values: Mapping[str, Any]) -> Entry:
    return person_entry(str(values.get("name") or ""))


def person_entry(name: str) -> Entry:
    """Return the entry of a doctor."""
    name = simplified(name)
    readings = person_readings(name)
    if len(name) <= 4 and len(readings) == 1 and len(readings[0]) == len(name):
        return _plain_person(name, readings[0])
    words = characters(name)
    heads, tails = _latin(readings)
    tails += after_apostrophes(name)
    return Entry((f"{words} {END}", " ".join(heads), " ".join(tails)), " ".join(readings[0]) or words)


def _plain_person(name: str, reading: tuple[str, ...]) -> Entry:
    """The common case without its loops: two to four Chinese characters, read in one way."""
    initials = "".join([one[0] for one in reading])
    if len(reading) == 2:
        tail = reading[1]
    elif len(reading) == 3:
        tail = f"{reading[1]}{reading[2]} {reading[2]} {initials[1:]}"
    else:
        tail = " ".join(_latin([reading])[1])
    return Entry((f"{' '.join(name)} {END}", f"{''.join(reading)} {initials}", tail), " ".join(reading))


@lru_cache(maxsize=4096)
def _named(name: str, more: tuple[str, ...], place: str) -> Entry:
    names = [name, *more]
    readings = [phrase_reading(one) for one in names]
    heads, tails = _latin(readings)
    parts = [f"{characters(name)} {END}", *(characters(one) for one in more)]
    if place:
        parts.append(characters(place))
    sort_key = " ".join(readings[0]) or characters(name)
    return Entry((f" {BREAK} ".join(parts), " ".join(heads), " ".join(tails)), sort_key)


def _institution(values: Mapping[str, Any]) -> Entry:
    place = " ".join(dict.fromkeys(str(values.get(part) or "") for part in ("province", "city"))).strip()
    return _named(str(values.get("name") or ""), tuple(values.get("aliases") or ()), place)


def _department(values: Mapping[str, Any]) -> Entry:
    name = str(values.get("name") or "")
    return _named(name, spellings("specialty", name), "")


WORDS: dict[str, Callable[[Mapping[str, Any]], Entry]] = {
    "doctor": _person,
    "institution": _institution,
    "department": _department,
}
"""The records that are searched, each with what makes its entry."""

DEPENDS: dict[str, tuple[str, ...]] = {
    "doctor": ("name",),
    "institution": ("name", "aliases", "province", "city"),
    "department": ("name",),
}
"""The fields that an entry is made of."""


def entry(record: str, values: Mapping[str, Any]) -> Entry:
    """Return the search entry of a row."""
    return WORDS[record](values)


def put(driver: Driver, record: str, entries: Sequence[tuple[int, str, str, str]]) -> None:
    """Add entries (rowid, name, py, tail); those of rows that had one are forgotten before."""
    driver.executemany(f"INSERT INTO search_{record}(rowid, name, py, tail) VALUES (?, ?, ?, ?)", entries)


def forget(driver: Driver, record: str, rowids: Sequence[int]) -> None:
    """Take entries out; unknown rowids are passed over."""
    if rowids:
        driver.execute(
            f"DELETE FROM search_{record} WHERE rowid IN (SELECT value FROM json_each(?))", (to_json(list(rowids)),)
        )


_USUAL = {"automerge": 4, "deletemerge": 10, "crisismerge": 16}
_NEVER = {"automerge": 0, "deletemerge": 0, "crisismerge": 512}
_PAGES_A_STEP = 64
_TOGETHER = (1_000, 750, 500, 250, 1)


def merging(driver: Driver, on: bool) -> None:
    """Let the indexes merge their parts at each commit (as they do by themselves), or not while many entries move.

    A merge is for whoever searches later; within a commit it holds up everybody who wants to write.
    """
    for record in WORDS:
        for option, value in (_USUAL if on else _NEVER).items():
            driver.execute(f"INSERT INTO search_{record}(search_{record}, rank) VALUES (?, ?)", (option, value))


def is_merging(driver: Driver) -> bool:
    """Say whether the indexes merge their parts at each commit."""
    found = driver.execute("SELECT v FROM search_doctor_config WHERE k = 'automerge'").fetchone()
    return found is None or bool(found[0])


def merge_step(driver: Driver) -> bool:
    """Merge some parts of an index that has many, a few milliseconds' work; say whether there is more to do."""
    for record in WORDS:
        before = _changes(driver)
        driver.execute(f"INSERT INTO search_{record}(search_{record}, rank) VALUES ('merge', ?)", (_PAGES_A_STEP,))
        if _changes(driver) - before >= 2:  # fewer: nothing was merged, says the manual of FTS5
            return True
    return False


def _changes(driver: Driver) -> int:
    found = driver.execute("SELECT total_changes()").fetchone()
    return int(found[0]) if found else 0


def clear(driver: Driver, record: str) -> None:
    """Empty the index of a record that has no rows: entries taken out one by one leave their words until a merge."""
    driver.execute(f"INSERT INTO search_{record}(search_{record}) VALUES ('delete-all')")


Columns = tuple[str, str, str]


def of_wire(record: str, columns: Sequence[str]) -> Callable[[Sequence[Any]], tuple[Columns, str]]:
    """Return what makes (index columns, sort key) from a wire row of a record; for pages of many rows."""
    places = [(name, columns.index(name)) for name in DEPENDS[record]]
    make = WORDS[record]
    if record == "doctor":
        at = places[0][1]

        def of_doctor(wire: Sequence[Any]) -> tuple[Columns, str]:
            made = person_entry(wire[at] or "")
            return made.columns, made.sort_key

        return of_doctor

    def of_other(wire: Sequence[Any]) -> tuple[Columns, str]:
        made = make({name: wire[at] for name, at in places})
        return made.columns, made.sort_key

    return of_other


class Entries(msgspec.Struct):
    """The search entries of many rows, column by column, and their sort keys; all in the order of the rows."""

    names: list[str]
    readings: list[str]
    tails: list[str]
    sort_keys: list[str]

    def only(self, chosen: Sequence[bool]) -> "Entries":
        """Return those of the chosen rows."""
        columns = (self.names, self.readings, self.tails, self.sort_keys)
        return Entries(*(list(compress(column, chosen)) for column in columns))

    def between(self, start: int, end: int) -> "Entries":
        """Return those from one place to before another."""
        columns = (self.names, self.readings, self.tails, self.sort_keys)
        return Entries(*(column[start:end] for column in columns))


def of_columns(record: str, columns: Mapping[str, Sequence[Any]]) -> Entries:
    """Return the search entries of many rows of a record, given their values column by column."""
    made = Entries([], [], [], [])
    if record == "doctor":
        _people(columns["name"], made)
        return made
    depends = DEPENDS[record]
    for values in zip(*(columns[name] for name in depends), strict=True):
        entry = WORDS[record](dict(zip(depends, values, strict=True)))
        made.names.append(entry.columns[0])
        made.readings.append(entry.columns[1])
        made.tails.append(entry.columns[2])
        made.sort_keys.append(entry.sort_key)
    return made


def _people(people: Sequence[Any], made: Entries) -> None:
    """The entries of doctors; a name of two or three characters that each have one reading, as most are, in one go."""
    names, readings, tails, keys = made.names, made.readings, made.tails, made.sort_keys
    for name in people:
        length = len(name) if name else 0
        if length == 3:
            one, two, three = name
            first, second, third = PLAIN_FIRST[one], PLAIN[two], PLAIN[three]
            if first and second and third:
                names.append(f"{one} {two} {three} {END}")
                readings.append(f"{first}{second}{third} {first[0]}{second[0]}{third[0]}")
                tails.append(f"{second}{third} {third} {second[0]}{third[0]}")
                keys.append(f"{first} {second} {third}")
                continue
        elif length == 2:
            one, two = name
            first, second = PLAIN_FIRST[one], PLAIN[two]
            if first and second:
                names.append(f"{one} {two} {END}")
                readings.append(f"{first}{second} {first[0]}{second[0]}")
                tails.append(second)
                keys.append(f"{first} {second}")
                continue
        entry = person_entry(name or "")
        names.append(entry.columns[0])
        readings.append(entry.columns[1])
        tails.append(entry.columns[2])
        keys.append(entry.sort_key)


def put_columns(driver: Driver, record: str, rowids: Iterable[int], entries: Entries) -> None:
    """Add the entries of many rows that had none.

    FTS5 writes a part of its own for each statement of several rows, and one for all statements of one row together:
    a page, or what one commit takes of it, is one statement.
    """
    columns = {"rowid": rowids, "name": entries.names, "py": entries.readings, "tail": entries.tails}
    insert_many(driver, f"search_{record}", columns, sizes=_TOGETHER)
