"""Reading `field=value` from the command line into values, by the declarations."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from crmdesk.domain.custom_fields import NONE, Definitions
from crmdesk.domain.decimals import parse_decimal
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field, Kind, Record
from crmdesk.domain.money import parse_fen
from crmdesk.domain.phones import check_phone

_YES, _NO = frozenset({"yes", "true", "1", "是"}), frozenset({"no", "false", "0", "否"})


def read_assignments(record: Record, texts: Sequence[str], defined: Definitions = NONE) -> dict[str, Any]:
    """Return {field: value} of texts such as `mobile=138…` or `custom.hobby=…`; an empty value clears the field.

    Lists are separated by commas, structures are JSON, amounts are yuan. InputError: `no_assignment`,
    `unknown_field`, `wrong_kind`, `amount`, `not_a_phone`,
    `not_a_choice` (with the list), `not_a_day`.
    """
    values: dict[str, Any] = {}
    for text in texts:
        name, sign, raw = text.partition("=")
        if not sign:
            raise InputError("no_assignment", value=text[:60])
        try:
            field = defined.find(record.name, name.strip()) or record.field(name.strip())
        except KeyError as error:
            raise InputError("unknown_field", field=name.strip()[:60]) from error
        values[field.name] = read_value(field, raw)
    return values


def read_value(field: Field, raw: str) -> Any:
    """Return one value as its declaration wants it; None for an empty text."""
    text = raw.strip()
    if not text:
        return [] if field.kind in (Kind.TAGS, Kind.REFS, Kind.ITEMS) else None
    reader = _READERS.get(field.kind)
    if reader is not None:
        return reader(field, text)
    check_phone(field, text)
    return raw


def _set(field: Field, text: str) -> list[str]:
    return sorted({_chosen(field, part.strip()) for part in text.split(",") if part.strip()})


def _chosen(field: Field, text: str) -> str:
    """Return the code of what was typed: a code, or the words in either language; anything where nothing is listed."""
    if not field.entries:
        return text
    wanted = text.casefold()
    for one in field.entries:
        if wanted in {spelling.casefold() for spelling in (one.code, one.zh, one.en, *one.aliases)}:
            return one.code
    raise InputError("not_a_choice", option=field.name, value=text[:40], choices=[one.code for one in field.entries])


def _day(_field: Field, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InputError("not_a_day", value=text[:20]) from error


def _integer(field: Field, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise InputError("wrong_kind", field=field.name, kind=field.kind.value) from error


def _decimal(field: Field, text: str) -> int:
    steps = parse_decimal(text, field.places)
    if steps is None:
        raise InputError("decimal_form", field=field.name, places=field.places)
    return steps


def _boolean(field: Field, text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise InputError("wrong_kind", field=field.name, kind=field.kind.value)


def _structure(field: Field, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("wrong_kind", field=field.name, kind=field.kind.value) from error


_READERS: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.MONEY: lambda _field, text: parse_fen(text),
    Kind.DECIMAL: _decimal,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.TAGS: _set,
    Kind.REFS: _set,
    Kind.CHOICE: _chosen,
    Kind.DATE: _day,
    Kind.ITEMS: _structure,
    Kind.MAP: _structure,
}
