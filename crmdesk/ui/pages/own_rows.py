"""The company fields of a customer as property rows: those in use, and retired ones that still hold something."""

from collections.abc import Iterable, Mapping

from crmdesk.services.views import ConflictView, Row
from crmdesk.ui import language, own_fields
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.parts.property_rows import PropertyRows

_NO_HINTS: Mapping[str, str] = {}


def own_rows(
    rows: PropertyRows,
    words: CustomerWords,
    row: Row,
    conflicts: Iterable[ConflictView],
    hints: Mapping[str, str] = _NO_HINTS,
) -> None:
    """Add a row for each company field; `hints` says by name who changed it last."""
    defined = own_fields.current()
    disputed = {one.field for one in conflicts}
    for field in defined.every(row.record):
        name, value = field.name, words.value(field, row[field.name])
        if defined.is_retired(row.record, name) and not value:
            continue
        chip = words.disputed(row.record, (one for one in conflicts if one.field == name)) if name in disputed else ""
        object_name = f"{row.record}_profile_{name.replace('.', '_')}"
        rows.add(language.field_word(row.record, name), value, chip, "warn", object_name, hints.get(name, ""))
