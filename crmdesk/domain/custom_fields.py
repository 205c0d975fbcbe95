"""The fields that a company defines for itself: what a definition may be, and what each of its values must be.

A definition is a row of `custom_field`; the values stand in the one field `custom` of the record, by key. Everywhere
else a company field goes by the name `custom.<key>` and is a `Field` like the declared ones.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import override

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Field, Kind, Merge
from crmdesk.domain.market_rules import counted_by_doctor, counts_drugs, counts_prescriptions
from crmdesk.domain.merge import changed_keys
from crmdesk.domain.picklists import Choice
from crmdesk.domain.records import CUSTOM, CUSTOM_FIELD, DEPARTMENT, INSTITUTION, RECORDS, VISIT
from crmdesk.domain.roles import Role
from crmdesk.domain.validation import KEY_LENGTH, KEY_VALUE_LENGTH, check_new, check_value

Row = Mapping[str, Any]
PREFIX = f"{CUSTOM.name}."
FOR = ("doctor", "institution", "visit")
"""The records that can have company fields."""
MAX_LIVE = 40
"""So many fields a record can have in use; a form with more is filled in by nobody."""
_KINDS = {
    "text": Kind.TEXT,
    "number": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "choice": Kind.CHOICE,
    "choices": Kind.TAGS,
    "yes_no": Kind.BOOLEAN,
}
_CHOSEN = ("choice", "choices")
_NUMBERS = ("number", "decimal")
_OF_ONE_DOCTOR = ("doctor", "visit")
"""Records by which a quantity of drugs is one of a single doctor."""
_KEY = re.compile(rf"[a-z][a-z0-9_]{{0,{KEY_LENGTH - 1}}}")
_MARKS = re.compile(r"[、，,;；|/\r\n]")


def is_custom(name: str) -> bool:
    """Say whether a name is that of a company field: `custom.<key>`."""
    return name.startswith(PREFIX)


def key_of(name: str) -> str:
    """Return the key within `custom` of a company field's name."""
    return name.removeprefix(PREFIX)


def field_of(row: Row) -> Field:
    """Return a definition as a field, its unit beside its name; a kind that only a newer crmdesk knows is a text."""
    kind = _KINDS.get(row["kind"], Kind.TEXT)
    offered = row.get("choices") or () if row["kind"] in _CHOSEN else ()
    roles = frozenset(Role(one) for one in row.get("roles") or ())
    return Field(
        f"{PREFIX}{row['key']}",
        kind,
        *_titles(row),
        merge=Merge.SET if kind is Kind.TAGS else Merge.LAST_WINS,
        max_length=KEY_VALUE_LENGTH if kind is Kind.TEXT else 60,
        choices=tuple(Choice(one["zh"], one["zh"], one.get("en") or one["zh"]) for one in offered),
        writers=roles or None,
        places=row.get("places") or 0,
    )


def _titles(row: Row) -> tuple[str, str]:
    """Return both names with the unit, so that a form, a column and a sheet all say what is counted."""
    name, name_en = row["name"], row.get("name_en") or row["name"]
    unit = row.get("unit") or ""
    unit_en = row.get("unit_en") or unit
    return (f"{name}（{unit}）", f"{name_en} ({unit_en})") if unit else (name, name_en)


class Definitions:
    """The company fields as they stand: those that forms offer, and those that are retired and keep their values."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._fields: dict[str, dict[str, Field]] = {record: {} for record in FOR}
        self._retired: set[tuple[str, str]] = set()
        for row in sorted(rows, key=lambda one: (one.get("position") or 0, one["key"])):
            if row["for_record"] not in self._fields:
                continue
            field = field_of(row)
            self._fields[row["for_record"]][field.name] = field
            if row.get("retired"):
                self._retired.add((row["for_record"], field.name))

    def find(self, record: str, name: str) -> Field | None:
        """Return a field by its name `custom.<key>`, a retired one too, or None."""
        return self._fields.get(record, {}).get(name)

    def every(self, record: str) -> tuple[Field, ...]:
        """Return all fields of a record in their order, the retired ones too."""
        return tuple(self._fields.get(record, {}).values())

    def offered(self, record: str) -> tuple[Field, ...]:
        """Return the fields that forms, filters and imports offer, in their order."""
        return tuple(one for one in self.every(record) if not self.is_retired(record, one.name))

    def writable(self, record: str, role: Role) -> tuple[Field, ...]:
        """Return those offered fields that a person of this role may write."""
        return tuple(one for one in self.offered(record) if one.writers is None or role in one.writers)

    def is_retired(self, record: str, name: str) -> bool:
        """Say whether a field is no longer offered."""
        return (record, name) in self._retired

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Definitions):
            return NotImplemented
        # dictionaries are equal in any order, and the order of the fields is part of it
        return self._retired == other._retired and all(self.every(one) == other.every(one) for one in FOR)

    __hash__ = None  # type: ignore[assignment]


NONE = Definitions()
"""A company without fields of its own."""


def value_of(row: Row, name: str) -> Any:
    """Return the value of a declared or a company field of a row."""
    return (row.get(CUSTOM.name) or {}).get(key_of(name)) if is_custom(name) else row.get(name)


def folded(row: Row, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes by the declared fields: what names company fields becomes the new mapping of the row."""
    plain = {name: value for name, value in changes.items() if not is_custom(name)}
    own = {key_of(name): value for name, value in changes.items() if is_custom(name)}
    if own:
        plain[CUSTOM.name] = tidy({**(plain.get(CUSTOM.name, row.get(CUSTOM.name)) or {}), **own})
    return plain


def tidy(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a mapping as it is stored: by key, sets sorted, nothing that is empty; None where nothing is left."""
    kept = {key: value for key, value in sorted((values or {}).items()) if value not in (None, "", [])}
    return {key: _sorted(value) for key, value in kept.items()} or None


def _sorted(value: Any) -> Any:
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return sorted(set(value))
    return value


def check_values(defined: Definitions, record: str, role: Role, old: Row | None, new: Row | None) -> None:
    """Check the keys in which two mappings differ; what was there before is not asked about again.

    Raises InputError('unknown_field') for a key that nobody defined, what `check_value` raises for its value, and
    RefusedError 'field_not_allowed' (the role may not write it) or 'field_retired'.
    """
    for key, (before, after) in changed_keys(old, new).items():
        name = f"{PREFIX}{key}"
        field = defined.find(record, name)
        if field is None:
            raise InputError("unknown_field", field=name)
        if field.writers is not None and role not in field.writers:
            raise RefusedError("field_not_allowed", field=name)
        if after is None:
            continue
        if defined.is_retired(record, name):
            raise RefusedError("field_retired", field=name)
        if field.kind is Kind.TAGS and isinstance(after, list) and isinstance(before, list):
            after = [one for one in after if one not in before]  # a choice taken away since may stay
        check_value(field, after)


def check_definition(values: Row, others: Iterable[Row]) -> None:
    """Check a whole definition against the rule about prescriptions and against the other definitions.

    Raises RefusedError `counts_prescriptions` (domain rule 3), `field_key_taken`, `field_name_taken` or
    `too_many_fields`; InputError `field_key`, `choices_needed`, `choices_unwanted`, `named_twice`, `choice_mark`,
    `unit_unwanted`, `role_never_writes`, and what `check_new` raises.
    """
    check_new(CUSTOM_FIELD, values)
    record = str(values["for_record"])
    beside = [one for one in others if one["for_record"] == record]
    if not _KEY.fullmatch(values["key"]):
        raise InputError("field_key", value=values["key"])
    for role in values.get("roles") or ():
        if Role(role) not in RECORDS[record].writers:
            raise InputError("role_never_writes", value=role)
    _check_choices(values)
    _check_unit(values)
    _check_market_rule(values, beside)
    if any(one["key"] == values["key"] for one in beside):
        raise RefusedError("field_key_taken", value=values["key"])
    _check_names(values, beside)
    if sum(not one.get("retired") for one in beside) >= MAX_LIVE and not values.get("retired"):
        raise RefusedError("too_many_fields", limit=MAX_LIVE)


def _check_choices(values: Row) -> None:
    choices = values.get("choices") or ()
    if values["kind"] not in _CHOSEN:
        if choices:
            raise InputError("choices_unwanted", field="choices")
        return
    if not choices:
        raise InputError("choices_needed", field="choices")
    words = [_plain(word) for one in choices for word in {one["zh"], one.get("en") or one["zh"]}]
    if len(set(words)) != len(words):
        raise InputError("named_twice", field="choices")
    for one in choices:
        for word in (one["zh"], one.get("en") or ""):
            if word != word.strip() or _MARKS.search(word) or word.startswith(("=", "'")):
                raise InputError("choice_mark", value=word)


def _check_unit(values: Row) -> None:
    """Only numbers have a unit, and only decimal ones their places."""
    if values["kind"] == "decimal":
        if values.get("places") is None:
            raise InputError("required", field="places")
    elif values.get("places") is not None:
        raise InputError("unit_unwanted", field="places")
    units = [str(values[part]) for part in ("unit", "unit_en") if values.get(part)]
    if units and (values["kind"] not in _NUMBERS or not values.get("unit")):
        raise InputError("unit_unwanted", field="unit")
    for one in units:
        if one != one.strip() or not one.isprintable():
            raise InputError("unit_unwanted", field="unit")


def _check_market_rule(values: Row, beside: Iterable[Row]) -> None:
    """Domain rule 3: no name and no choice may count what a doctor prescribes, nor may two fields together."""
    for word in _words(values):
        if counts_prescriptions(word):
            raise RefusedError("counts_prescriptions", column=word)
    by_doctor = values["for_record"] in _OF_ONE_DOCTOR
    for unit in (str(values[part]) for part in ("unit", "unit_en") if values.get(part)):
        if counts_drugs(unit) if by_doctor else counts_prescriptions(f"1{unit}"):
            raise RefusedError("counts_prescriptions", column=unit)
    if by_doctor and not values.get("retired"):
        live = [one for one in beside if not one.get("retired")]
        drugs = (VISIT.field("products").zh,) if values["for_record"] == VISIT.name else ()  # a visit names them itself
        if counted_by_doctor([*drugs, *(word for one in (*live, values) for word in _names(one))]):
            raise RefusedError("counts_prescriptions", column=values["name"])


def _names(values: Row) -> list[str]:
    return [str(values[name]) for name in ("name", "name_en", "key") if values.get(name)] + [*_titles(values)]


def _words(values: Row) -> list[str]:
    return _names(values) + [one[part] for one in values.get("choices") or () for part in ("zh", "en") if one.get(part)]


def _check_names(values: Row, beside: Iterable[Row]) -> None:
    """Two fields of one name could not be told apart in a form, nor as columns of a sheet."""
    declared = [
        *RECORDS[values["for_record"]].fields,
        *((INSTITUTION.field("name"),) * (values["for_record"] == "doctor")),
    ]
    taken = {_plain(word) for field in declared for word in (field.zh, field.en, *field.aliases)}
    taken |= {_plain(word) for one in (INSTITUTION, DEPARTMENT) for word in (one.zh, one.en)}
    for one in beside:
        taken |= {_plain(word) for word in (one["name"], one.get("name_en") or one["name"], *_titles(one))}
    for word in dict.fromkeys((values["name"], values.get("name_en") or "", *_titles(values))):
        if word != word.strip() or (word and _plain(word) in taken):
            raise RefusedError("field_name_taken", value=word)


def _plain(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())
