"""Validation of values against their declaration; one code for the window, imports, sync and server."""

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from crmdesk.domain import picklists
from crmdesk.domain.clock import FIRST_YEAR, LAST_YEAR, from_text
from crmdesk.domain.decimals import format_decimal
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field, Kind, Merge, Record
from crmdesk.domain.ids import is_id
from crmdesk.domain.money import MAX_FEN

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INT_LIMIT = 2**53
_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"})
"""Categories of signs that show nothing by themselves. Private ones show: rare characters of names are written so."""
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and marks by their category that are drawn as nothing."""
KEY_LENGTH = 40
KEY_VALUE_LENGTH = 500
"""Characters, or entries, of one value in a mapping that is merged key by key."""
_KEY = re.compile(rf"[a-z][a-z0-9_]{{0,{KEY_LENGTH - 1}}}")


def check_value(field: Field, value: Any) -> None:
    """Raise InputError (codes `required`, `too_long`, `wrong_kind`, `not_in_list`, `out_of_range`) for a bad value.

    None and empty text mean 'nothing'; they are refused only where the field is required, and so is a text there of
    which nothing can be seen.
    """
    if value is None or value == "":
        if field.required:
            raise InputError("required", field=field.name)
        if value is None or field.kind in _TEXTUAL:
            return
    _CHECKS[field.kind](field, value)
    if field.required and field.kind in _WRITTEN and not shows(value):
        raise InputError("required", field=field.name)


def check_seen(field: Field, value: Any) -> None:
    """Check a value that somebody saw before changing it: what is required may have been missing then."""
    if value is not None and value != "":
        _CHECKS[field.kind](field, value)


def shows(text: str) -> bool:
    """Say whether anything of a text can be seen: blanks, joiners and marks without a letter show nothing."""
    return any(unicodedata.category(sign) not in _UNSEEN and sign not in _BLANK_LETTERS for sign in text)


def check_changes(record: Record, changes: Mapping[str, Any]) -> None:
    """Check some fields of a row; a name that is not declared raises InputError('unknown_field')."""
    for name, value in changes.items():
        field = record.by_name.get(name)
        if field is None:
            raise InputError("unknown_field", field=str(name)[:60])
        check_value(field, value)


def check_new(record: Record, values: Mapping[str, Any]) -> None:
    """Check a whole new row, required fields included (server-owned ones are the server's business)."""
    check_changes(record, values)
    for field in record.fields:
        if field.required and not field.server_owned and values.get(field.name) in (None, ""):
            raise InputError("required", field=field.name)


def _bad(field: Field) -> InputError:
    return InputError("wrong_kind", field=field.name, kind=field.kind.value)


def _text(field: Field, value: Any) -> None:
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise _bad(field)
    if len(value) > field.max_length:
        raise InputError("too_long", field=field.name, limit=field.max_length, length=len(value))


def _codes(field: Field) -> frozenset[str]:
    return frozenset(one.code for one in field.choices) if field.choices else picklists.codes(field.picklist)


def _choice(field: Field, value: Any) -> None:
    if not isinstance(value, str):
        raise _bad(field)
    if value not in _codes(field):
        raise InputError("not_in_list", field=field.name, value=value[:60])


def _integer(field: Field, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _bad(field)
    limit = MAX_FEN if field.kind is Kind.MONEY else _INT_LIMIT
    low = -limit if field.minimum is None else field.minimum
    high = limit if field.maximum is None else field.maximum
    if not low <= value <= high:
        raise InputError("out_of_range", field=field.name, minimum=low, maximum=high)


def _decimal(field: Field, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError("decimal_form", field=field.name, places=field.places)
    if not -_INT_LIMIT <= value <= _INT_LIMIT:
        low, high = (format_decimal(edge, field.places) for edge in (-_INT_LIMIT, _INT_LIMIT))
        raise InputError("out_of_range", field=field.name, minimum=low, maximum=high)


def _boolean(field: Field, value: Any) -> None:
    if not isinstance(value, bool):
        raise _bad(field)


def _date(field: Field, value: Any) -> None:
    if not isinstance(value, str):
        raise _bad(field)
    try:
        if date.fromisoformat(value).isoformat() != value:
            raise _bad(field)
    except ValueError as error:
        raise _bad(field) from error


def _instant(field: Field, value: Any) -> None:
    if not isinstance(value, str) or len(value) > 40:
        raise _bad(field)
    try:
        year = from_text(value).year
    except (ValueError, OverflowError) as error:
        raise _bad(field) from error
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError("out_of_range", field=field.name, minimum=FIRST_YEAR, maximum=LAST_YEAR)


def _ref(field: Field, value: Any) -> None:
    if not is_id(value):
        raise _bad(field)


def _set(field: Field, value: Any) -> None:
    if not isinstance(value, list):
        raise _bad(field)
    if len(value) > field.max_length:
        raise InputError("too_long", field=field.name, limit=field.max_length, length=len(value))
    for entry in value:
        _set_entry(field, entry)
    if len(set(value)) != len(value):
        raise _bad(field)


def _set_entry(field: Field, entry: Any) -> None:
    if field.kind is Kind.REFS:
        _ref(field, entry)
    elif not isinstance(entry, str) or not entry or _UNSTORABLE.search(entry):
        raise _bad(field)
    elif len(entry) > 200:
        raise InputError("too_long", field=field.name, limit=200, length=len(entry))
    elif (field.picklist or field.choices) and entry not in _codes(field):
        raise InputError("not_in_list", field=field.name, value=entry[:60])


def _items(field: Field, value: Any) -> None:
    if not isinstance(value, list):
        raise _bad(field)
    if len(value) > field.max_length:
        raise InputError("too_long", field=field.name, limit=field.max_length, length=len(value))
    parts = {part.name: part for part in field.item}
    for entry in value:
        if not isinstance(entry, dict) or set(entry) - set(parts):
            raise _bad(field)
        for name, part in parts.items():
            check_value(part, entry.get(name))


def _map(field: Field, value: Any) -> None:
    if not isinstance(value, dict):
        raise _bad(field)
    if field.merge is Merge.KEYS:
        _by_key(field, value)


def _by_key(field: Field, value: dict[Any, Any]) -> None:
    """Bound a mapping that laptops write, whatever its keys mean (`domain.custom_fields` knows that)."""
    if len(value) > field.max_length:
        raise InputError("too_long", field=field.name, limit=field.max_length, length=len(value))
    for key, part in value.items():
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise InputError("unknown_field", field=f"{field.name}.{str(key)[:KEY_LENGTH]}")
        named = dataclasses.replace(field, name=f"{field.name}.{key}", max_length=KEY_VALUE_LENGTH)
        if isinstance(part, list):
            _set(named, part)
        elif isinstance(part, bool | int):
            _integer(named, int(part))
        elif part is not None:
            _text(named, part)


_WRITTEN = frozenset({Kind.TEXT, Kind.LONG_TEXT})
_TEXTUAL = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.DATE, Kind.INSTANT, Kind.REF})
_CHECKS = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.INTEGER: _integer,
    Kind.MONEY: _integer,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.REF: _ref,
    Kind.REFS: _set,
    Kind.TAGS: _set,
    Kind.ITEMS: _items,
    Kind.MAP: _map,
}
