"""The conditions of the customer list about company fields: what can be asked, as plain data and as SQL."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from crmdesk.domain.custom_fields import PREFIX, is_custom, key_of
from crmdesk.domain.records import CUSTOM
from crmdesk.services import shown

IS, HAS, FROM, TO = "is", "has", "from", "to"
"""How a value is asked for: one of these entries, a text within it, at least, at most."""
YES, NO = "yes", "no"
_HOW = frozenset({IS, HAS, FROM, TO})
_NAME = re.compile(rf"{re.escape(PREFIX)}[a-z][a-z0-9_]{{0,39}}")
_NUMBER = re.compile(r"-?\d{1,16}")
_MAX_CONDITIONS = 200
_MAX_LENGTH = 200


class Own(NamedTuple):
    """One condition: the field `custom.<key>`, how it is asked, and the value (`yes` and `no` are entries, too)."""

    name: str
    how: str
    value: str


def own_conditions(given: Any) -> tuple[Own, ...]:
    """Read conditions that were kept; whatever is not understood is left out."""
    found = {Own(*one) for one in given if isinstance(one, list | tuple) and _sound(one)}
    return tuple(sorted(found)[:_MAX_CONDITIONS])


def _sound(one: Any) -> bool:
    if len(one) != 3 or not all(isinstance(part, str) and 0 < len(part) <= _MAX_LENGTH for part in one):
        return False
    return is_custom(one[0]) and _NAME.fullmatch(one[0]) is not None and one[1] in _HOW


def statements(table: str, wanted: Iterable[Own]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield an SQL condition with its parameters for each field and way of asking; all of them must hold."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in wanted:
        groups[one.name, one.how].append(one.value)
    for (name, how), values in groups.items():
        where, params = _ASKED[how](values)
        place = {"place": f"$.{key_of(name)}"}
        yield f"EXISTS (SELECT 1 FROM json_each({table}.{CUSTOM.name}, :place) WHERE {where})", {**place, **params}


def _is(values: list[str]) -> tuple[str, dict[str, Any]]:
    marks, params = shown.in_list(values)
    parts = [f"value IN ({marks})"]
    parts += [f"type = '{kind}'" for word, kind in ((YES, "true"), (NO, "false")) if word in values]
    return " OR ".join(parts), params


def _has(values: list[str]) -> tuple[str, dict[str, Any]]:
    params = {f"v{place}": f"%{_escaped(one)}%" for place, one in enumerate(values)}
    return " AND ".join(f"value LIKE :{name} ESCAPE '!'" for name in params), params


def _escaped(text: str) -> str:
    return re.sub(r"([!%_])", r"!\1", text)


def _from(values: list[str]) -> tuple[str, dict[str, Any]]:
    return "value >= :edge", {"edge": max(map(_typed, values), key=_order)}


def _to(values: list[str]) -> tuple[str, dict[str, Any]]:
    return "value <= :edge", {"edge": min(map(_typed, values), key=_order)}


def _typed(value: str) -> int | str:
    return int(value) if _NUMBER.fullmatch(value) else value


def _order(value: int | str) -> tuple[bool, int, str]:
    return (False, value, "") if isinstance(value, int) else (True, 0, value)


_ASKED: Mapping[str, Any] = {IS: _is, HAS: _has, FROM: _from, TO: _to}
