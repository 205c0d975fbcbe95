"""The columns of the customer list: which there are, what each is sorted by, how wide it is, what it says."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec
from PySide6.QtCore import QObject

from crmdesk.domain.custom_fields import NONE, Definitions, is_custom, key_of
from crmdesk.domain.phones import grouped
from crmdesk.services.views import CustomerItem
from crmdesk.ui import language, own_fields
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted, profession

NAME, STATE, PLACE, DUE = "name", "state", "place", "due"
MIN_WIDTH, MAX_WIDTH = 56, 900


class Column(msgspec.Struct, frozen=True):
    """One column: its sort (a name of `services.customer_order`), its width at 100 %, whether it is shown at first."""

    code: str
    sort: str
    width: int
    first: bool = False
    muted: bool = False


COLUMNS: dict[str, tuple[Column, ...]] = {
    "doctor": (
        Column(NAME, "name", 200, True),
        Column("profession", "title", 284, True),
        Column(PLACE, "institution", 300, True),
        Column("last_visit", "last_visit", 130, True, True),
        Column(DUE, "due", 140, True),
        Column(STATE, "status", 120, True),
        Column("customer_class", "class", 90),
        Column("title", "title", 150),
        Column("specialty", "specialty", 140),
        Column("institution", "institution", 220),
        Column("department", "department", 150),
        Column("influence", "influence", 120),
        Column("territory", "territory", 140, muted=True),
        Column("tags", "tags", 180),
        Column("consent", "consent", 170),
        Column("mobile", "mobile", 140),
        Column("phone", "phone", 140),
        Column("email", "email", 200),
        Column("updated", "updated", 140, muted=True),
    ),
    "institution": (
        Column(NAME, "name", 320, True),
        Column("level", "level", 150, True),
        Column(PLACE, "city", 300, True),
        Column("last_visit", "last_visit", 130, True, True),
        Column(STATE, "status", 130, True),
        Column(DUE, "due", 140),
        Column("customer_class", "class", 90),
        Column("kind", "kind", 150),
        Column("province", "province", 110),
        Column("address", "address", 260),
        Column("phone", "phone", 150),
        Column("territory", "territory", 140, muted=True),
        Column("updated", "updated", 140, muted=True),
    ),
}
BY_CODE = {record: {one.code: one for one in columns} for record, columns in COLUMNS.items()}
LATER = (DUE,)
"""Declared columns that came when people had arranged theirs already, and nobody had written down what they knew."""
_OWN_WIDTH = 150
FILLS = (PLACE, "address", "institution", "profession", "tags", NAME)
"""The first of these that is shown and that nobody made wider or narrower takes the room that is left."""


class Shown(NamedTuple):
    """A column that is shown: its width at 100 % as the person drew it, 0 for as wide as it should be."""

    code: str
    width: int = 0


Layout = tuple[Shown, ...]


def columns_of(record: str) -> tuple[Column, ...]:
    """Return the columns that can be shown: the declared ones, then the company fields."""
    own = own_fields.current().offered(record)
    return (*COLUMNS[record], *(Column(one.name, one.name, _OWN_WIDTH) for one in own))


def column_of(record: str, code: str) -> Column | None:
    """Return a column by its code, None for one that there is not."""
    return Column(code, code, _OWN_WIDTH) if is_custom(code) else BY_CODE[record].get(code)


def first_layout(record: str) -> Layout:
    """Return the columns that a list begins with."""
    return tuple(Shown(one.code) for one in COLUMNS[record] if one.first)


def layout_of(record: str, kept: str, defined: Definitions = NONE) -> Layout:
    """Read a layout that `kept_layout` wrote; without one, or without the name in it, it is the first one.

    Company fields that are no longer offered (`defined`) are left out.
    """
    known = {*BY_CODE[record], *(one.name for one in defined.offered(record))}
    try:
        entries: Any = json.loads(kept or "[]")
    except ValueError:
        entries = []
    found: dict[str, Shown] = {}
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, list) and len(entry) == 2 and entry[0] in known:
            width = entry[1] if isinstance(entry[1], int) and MIN_WIDTH <= entry[1] <= MAX_WIDTH else 0
            found.setdefault(entry[0], Shown(entry[0], width))
    return tuple(found.values()) if NAME in found else first_layout(record)


def kept_layout(layout: Layout) -> str:
    """Return a layout as the text that a preference keeps."""
    return json.dumps([list(one) for one in layout])


class ColumnWords(QObject):
    """Headings and cells of the columns in the language in use."""

    def __init__(self, words: CustomerWords, parent: QObject) -> None:
        super().__init__(parent)
        self._words = words

    def heading(self, record: str, code: str) -> str:
        """Return the words above a column."""
        own = {
            "profession": self.tr("职称与专业"),
            PLACE: self.tr("机构与科室") if record == "doctor" else language.field_word("institution", "city"),
            "last_visit": self.tr("上次拜访"),
            DUE: self.tr("该访日"),
            STATE: self.tr("状态"),
            "institution": language.record_word("institution"),
            "department": language.record_word("department"),
            "territory": language.field_word(record, "territory_id"),
            "consent": self.tr("同意"),
            "updated": self.tr("最近修改"),
        }
        return own.get(code) or language.field_word(record, code)

    def cell(self, item: CustomerItem, code: str) -> str:
        """Return what stands in a cell."""
        if is_custom(code):
            return self._own_cell(item, code)
        maker = _CELLS.get((item.record, code)) or _CELLS.get(("", code))
        if maker is not None:
            return str(maker(item))
        if code == "last_visit":
            return language.starting(self._words.last_visit(item.last_visit_at))
        if code == DUE:
            return language.starting(self._words.due(item.due))
        if code == STATE:
            return self._words.state(item)[0]
        if code == "tags":
            return self._words.listed(item.tags)
        if code == "consent":
            return self._words.listed(language.choice_word("consent_channel", one) for one in item.consent)
        return str(getattr(item, code, ""))

    def _own_cell(self, item: CustomerItem, code: str) -> str:
        field, value = own_fields.field_of(item.record, code), item.custom.get(key_of(code))
        return self._words.value(field, value) if field is not None else ""


_CELLS: Any = {
    ("", "customer_class"): lambda item: class_word(item.customer_class),
    ("doctor", "profession"): lambda item: profession(item.title, item.specialty),
    ("doctor", PLACE): lambda item: dotted(item.institution_name, item.department_name),
    ("institution", PLACE): lambda item: item.institution_name,
    ("doctor", "title"): lambda item: language.choice_word("doctor_title", item.title),
    ("doctor", "specialty"): lambda item: language.choice_word("specialty", item.specialty),
    ("doctor", "influence"): lambda item: language.choice_word("influence", item.influence),
    ("doctor", "institution"): lambda item: item.institution_name,
    ("doctor", "department"): lambda item: item.department_name,
    ("institution", "level"): lambda item: language.choice_word("institution_level", item.title),
    ("institution", "kind"): lambda item: language.choice_word("institution_kind", item.kind),
    ("", "territory"): lambda item: item.territory_name,
    ("", "mobile"): lambda item: grouped(item.mobile),
    ("", "phone"): lambda item: grouped(item.phone),
    ("", "updated"): lambda item: language.moment_label(item.updated_at),
}
