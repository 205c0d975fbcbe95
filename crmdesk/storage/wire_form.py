"""Whether values that came over the wire have the form that their fields declare, a whole column at once.

A column of a first sync holds two thousand values: what is looked at is looked at together, not value by value.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import Any

import msgspec

from crmdesk.domain.clock import are_days, are_instants
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.ids import are_ids

Column = Sequence[Any]
Check = Callable[[Column], bool]
MOST = 2**63 - 1
_SAMPLE = 32
_INTEGERS = frozenset({int, type(None)})
_BOOLEANS = frozenset({bool, int, type(None)})
_LISTS, _MAPS = frozenset({list}), frozenset({dict})
_encode = msgspec.json.Encoder().encode


def check_of(field: Field) -> Check:
    """Return what says of a column of a field whether all its values can be held; None is nothing, and always can."""
    if field.kind is Kind.ITEMS:
        return _items(field)
    return _CHECKS.get(field.kind, texts)


def texts(column: Column) -> bool:
    """Say whether all are texts that can be stored; a frame has none that hold half a character."""
    return _plain([one for one in column if one is not None])


def own_ids(column: Column) -> bool:
    """Say whether each is an id."""
    try:
        return are_ids(column)
    except TypeError:  # something that is no text
        return False


def ids(column: Column) -> bool:
    """Say whether all are ids, or say nothing."""
    return _distinct(column, are_ids)


def instants(column: Column) -> bool:
    """Say whether all are instants as the server stores them, or say nothing."""
    return _distinct(column, are_instants)


def integers(column: Column) -> bool:
    """Say whether all are whole numbers that the store can hold."""
    if not _INTEGERS.issuperset(map(type, column)):
        return False
    numbers = [one for one in column if one is not None]
    return not numbers or (min(numbers) >= -MOST and max(numbers) <= MOST)


def booleans(column: Column) -> bool:
    """Say whether all are true or false, 1 and 0 alike."""
    return _BOOLEANS.issuperset(map(type, column))


def _days(column: Column) -> bool:
    return _distinct(column, are_days)


def _distinct(column: Column, are: Callable[[Collection[str]], bool]) -> bool:
    try:
        # a column that begins with few values mostly has few, and else a set costs more than it spares
        few = len(set(column[:_SAMPLE])) < _SAMPLE // 2
        some: Collection[Any] = set(column) if few else column
        if None in some or "" in some:
            some = [one for one in some if one is not None and one != ""]
        return are(some)
    except TypeError:  # a list, a number
        return False


def _tags(column: Column) -> bool:
    entries = _entries(column)
    return entries is not None and _plain(entries)


def _refs(column: Column) -> bool:
    entries = _entries(column)
    return entries is not None and own_ids(entries)


def _plain(entries: list[Any]) -> bool:
    try:
        return "\0" not in "".join(entries)
    except TypeError:
        return False


def _entries(column: Column) -> list[Any] | None:
    """Return the entries of all lists of a column, None where something else is in it."""
    given = [one for one in column if one is not None]
    return list(chain.from_iterable(given)) if _LISTS.issuperset(map(type, given)) else None


def _items(field: Field) -> Check:
    parts = tuple((part.name, check_of(part)) for part in field.item)
    known = frozenset(name for name, _ in parts)

    def check(column: Column) -> bool:
        entries = _entries(column)
        if entries is None or not _MAPS.issuperset(map(type, entries)):
            return False
        if not all(map(known.issuperset, entries)) and not _written(entries):
            return False  # members that nobody knows here are kept, too
        return all(looks([one.get(name) for one in entries]) for name, looks in parts)

    return check


def _maps(column: Column) -> bool:
    given = [one for one in column if one is not None]
    return _MAPS.issuperset(map(type, given)) and _written(given)


def _written(maps: list[Any]) -> bool:
    """Say whether maps can be kept as JSON, whatever is in them, and hold no text that can't be stored."""
    if not any(maps):
        return True
    try:
        plain = _encode(maps)
    except (TypeError, ValueError, RecursionError):  # keys that are no texts
        return False
    return b"\\u0000" not in plain or not _has_nul(maps)


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    within: Iterable[Any] = chain(value, value.values()) if isinstance(value, dict) else value
    return isinstance(value, dict | list) and any(map(_has_nul, within))


_CHECKS: dict[Kind, Check] = {
    Kind.INTEGER: integers,
    Kind.MONEY: integers,
    Kind.DECIMAL: integers,
    Kind.BOOLEAN: booleans,
    Kind.DATE: _days,
    Kind.INSTANT: instants,
    Kind.REF: ids,
    Kind.REFS: _refs,
    Kind.TAGS: _tags,
    Kind.MAP: _maps,
}
