"""Reading `field=value` from the command line into values, by the declarations."""

import json
from collections.abc import Sequence
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
    `unknown_field`, `wrong_kind`, `amount`, `not_a_phone`.
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
    if field.kind is Kind.MONEY:
        return parse_fen(text)
    if field.kind is Kind.DECIMAL:
        return _decimal(field, text)
    if field.kind is Kind.INTEGER:
        return _integer(field, text)
    if field.kind is Kind.BOOLEAN:
        return _boolean(field, text)
    if field.kind in (Kind.TAGS, Kind.REFS):
        return sorted({part.strip() for part in text.split(",") if part.strip()})
    if field.kind in (Kind.ITEMS, Kind.MAP):
        return _structure(field, text)
    check_phone(field, text)
    return raw


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
