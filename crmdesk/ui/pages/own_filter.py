"""The conditions about company fields in the panel beside the customer list: chips, a text, or two ends of a range."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.decimals import format_decimal, parse_decimal
from crmdesk.domain.fields import Field, Kind
from crmdesk.services.own_conditions import FROM, HAS, IS, NO, TO, YES, Own
from crmdesk.ui import language, own_fields, space
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine

_TYPED_MS = 300
"""So long after the last key the list follows what is typed."""


class _Group(QWidget):
    """The condition of one field: its name above, and what it is asked for."""

    changed = Signal()

    def __init__(self, record: str, field: Field) -> None:
        super().__init__()
        self.field, self._record = field, record
        self.heading = Label("", "muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, space.TIGHT, 0, 0)
        self._column.setSpacing(space.TIGHT)
        self._column.addWidget(self.heading)
        self._build(f"customers_{field.name.replace('.', '_')}")
        self.retranslate()

    def _build(self, name: str) -> None:
        raise NotImplementedError

    def wanted(self) -> list[Own]:
        """Return what is asked."""
        raise NotImplementedError

    def show_wanted(self, wanted: Iterable[Own]) -> None:
        """Show what is asked, without telling of it."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Set the words anew."""
        self.heading.setText(language.field_word(self._record, self.field.name))


class _Chips(_Group):
    """Choices, or yes and no: one of those that are chosen."""

    @override
    def _build(self, name: str) -> None:
        self.chips = Picklist(many=True)
        self.chips.setObjectName(name)
        self.chips.changed.connect(self.changed)
        self._column.addWidget(self.chips)

    @override
    def wanted(self) -> list[Own]:
        return [Own(self.field.name, IS, code) for code in self.chips.values()]

    @override
    def show_wanted(self, wanted: Iterable[Own]) -> None:
        self._gone = [one.value for one in wanted]
        self._fill()
        self.chips.set_values(self._gone)

    def _fill(self) -> None:
        words = {YES: self.tr("是"), NO: self.tr("否")}
        codes = list(words) if self.field.kind is Kind.BOOLEAN else [one.code for one in self.field.choices]
        codes = list(dict.fromkeys([*codes, *self._gone]))
        boolean = self.field.kind is Kind.BOOLEAN
        self.chips.set_choices(
            [(one, words.get(one, one) if boolean else language.entry_word(self.field, one)) for one in codes]
        )

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self._gone = self.chips.values()
        self._fill()
        self.chips.setAccessibleName(self.heading.text())


class _Text(_Group):
    """A text within the value."""

    @override
    def _build(self, name: str) -> None:
        self.edit = TextLine()
        self.edit.setObjectName(f"{name}_edit")
        self.edit.setClearButtonEnabled(True)
        self.edit.setMaxLength(200)
        _after_typing(self.edit, self)
        self._column.addWidget(self.edit)

    @override
    def wanted(self) -> list[Own]:
        text = self.edit.text().strip()
        return [Own(self.field.name, HAS, text)] if text else []

    @override
    def show_wanted(self, wanted: Iterable[Own]) -> None:
        text = next((one.value for one in wanted), "")
        if text != self.edit.text().strip():
            self.edit.setText(text)

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self.edit.setPlaceholderText(self.tr("包含"))
        self.edit.setAccessibleName(self.tr("{field} 包含").format(field=self.heading.text()))


class _Range(_Group):
    """Two ends of a range, each of which may be open."""

    @override
    def _build(self, name: str) -> None:
        row = QHBoxLayout()
        row.setSpacing(space.TIGHT)
        self._ends: dict[str, QWidget] = {how: self._end(f"{name}_{how}", how) for how in (FROM, TO)}
        self._dash = Label("–", "faint")
        wide = int(isinstance(self._ends[FROM], QLineEdit))
        row.addWidget(self._ends[FROM], wide)
        row.addWidget(self._dash)
        row.addWidget(self._ends[TO], wide)
        row.addStretch(1 - wide)
        self._column.addLayout(row)

    def _end(self, name: str, how: str) -> QWidget:
        raise NotImplementedError

    def _value(self, how: str) -> str:
        raise NotImplementedError

    def _set(self, how: str, value: str) -> None:
        raise NotImplementedError

    def _name(self, how: str, text: str) -> None:
        self._ends[how].setAccessibleName(text)

    @override
    def wanted(self) -> list[Own]:
        return [Own(self.field.name, how, self._value(how)) for how in (FROM, TO) if self._value(how)]

    @override
    def show_wanted(self, wanted: Iterable[Own]) -> None:
        ends = {one.how: one.value for one in wanted}
        for how in (FROM, TO):
            if self._value(how) != ends.get(how, ""):
                self._set(how, ends.get(how, ""))

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self._name(FROM, self.tr("{field} 从").format(field=self.heading.text()))
        self._name(TO, self.tr("{field} 到").format(field=self.heading.text()))


class _Numbers(_Range):
    """From one whole number to another."""

    @override
    def _end(self, name: str, how: str) -> QWidget:
        edit = TextLine()
        edit.setObjectName(f"{name}_edit")
        edit.setMaxLength(16)
        _after_typing(edit, self)
        return edit

    def _edit(self, how: str) -> QLineEdit:
        edit = self._ends[how]
        assert isinstance(edit, QLineEdit)
        return edit

    @override
    def _value(self, how: str) -> str:
        text = self._edit(how).text().strip()
        return text if text.removeprefix("-").isdigit() and text.isascii() else ""

    @override
    def _set(self, how: str, value: str) -> None:
        self._edit(how).setText(value)

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self._edit(FROM).setPlaceholderText(self.tr("从"))
        self._edit(TO).setPlaceholderText(self.tr("到"))


class _Decimals(_Numbers):
    """From one decimal number to another; asked for in smallest steps, as they are stored."""

    @override
    def _value(self, how: str) -> str:
        steps = parse_decimal(self._edit(how).text(), self.field.places)
        return "" if steps is None else str(steps)

    @override
    def _set(self, how: str, value: str) -> None:
        self._edit(how).setText(format_decimal(int(value), self.field.places) if value else "")


class _Days(_Range):
    """From one day to another."""

    @override
    def _end(self, name: str, how: str) -> QWidget:
        day = DateField(f"{name}_edit", "near")
        day.picked.connect(lambda _day: self.changed.emit())
        return day

    def _day(self, how: str) -> DateField:
        day = self._ends[how]
        assert isinstance(day, DateField)
        return day

    @override
    def _value(self, how: str) -> str:
        return self._day(how).value()

    @override
    def _set(self, how: str, value: str) -> None:
        self._day(how).set_value(value)

    @override
    def _name(self, how: str, text: str) -> None:
        self._day(how).set_label(text)
        self._day(how).retranslate()


def _after_typing(edit: QLineEdit, group: _Group) -> None:
    timer = QTimer(edit)
    timer.setSingleShot(True)
    timer.setInterval(_TYPED_MS)
    timer.timeout.connect(group.changed)
    edit.textEdited.connect(lambda _text: timer.start())


_GROUPS: dict[Kind, type[_Group]] = {
    Kind.CHOICE: _Chips,
    Kind.TAGS: _Chips,
    Kind.BOOLEAN: _Chips,
    Kind.INTEGER: _Numbers,
    Kind.DECIMAL: _Decimals,
    Kind.DATE: _Days,
}


class OwnFilter(QWidget):
    """The conditions of all company fields of a record; `changed` tells that the person chose something else."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._record = ""
        self._fields: tuple[Field, ...] = ()
        self.groups: dict[str, _Group] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(space.TIGHT)

    def show_record(self, record: str) -> None:
        """Offer the fields of a record as they are defined by now, keeping what is asked."""
        wanted = own_fields.current().offered(record)
        if (record, wanted) == (self._record, self._fields):
            return
        asked = self.conditions() if record == self._record else ()
        self._record, self._fields = record, wanted
        for group in self.groups.values():
            self._layout.removeWidget(group)
            group.hide()
            group.deleteLater()
        self.groups = {field.name: _GROUPS.get(field.kind, _Text)(record, field) for field in wanted}
        for group in self.groups.values():
            group.changed.connect(self.changed)
            self._layout.addWidget(group)
            group.show()
        self.show_conditions(asked)
        self.setVisible(bool(self.groups))

    def conditions(self) -> tuple[Own, ...]:
        """Return what is asked, in a fixed order."""
        return tuple(sorted(one for group in self.groups.values() for one in group.wanted()))

    def show_conditions(self, wanted: Iterable[Own]) -> None:
        """Show what a filter asks; what it asks of a field that is no longer offered is left out."""
        asked = list(wanted)
        for name, group in self.groups.items():
            group.show_wanted([one for one in asked if one.name == name])

    def retranslate(self) -> None:
        """Set every text anew."""
        for group in self.groups.values():
            group.retranslate()


class OwnFilterWords(QObject):
    """How conditions about company fields read in one line."""

    def phrases(self, record: str, wanted: Iterable[Own]) -> list[str]:
        """Return one phrase for each field and way of asking: `爱好：跑步`, `床位数 ≥ 10`."""
        found: dict[tuple[str, str], list[str]] = {}
        for one in wanted:
            found.setdefault((one.name, one.how), []).append(self._value(record, one))
        return [self._phrase(record, name, how, values) for (name, how), values in found.items()]

    def _phrase(self, record: str, name: str, how: str, values: list[str]) -> str:
        field, value = language.field_word(record, name), self.tr("、").join(values)
        if how in (FROM, TO):
            return f"{field} {'≥' if how == FROM else '≤'} {value}"
        if how == HAS:
            return self.tr("{field} 含“{value}”").format(field=field, value=value)
        return self.tr("{field}：{value}").format(field=field, value=value)

    def _value(self, record: str, one: Own) -> str:
        field = own_fields.field_of(record, one.name)
        if field is not None and field.kind is Kind.BOOLEAN:
            return self.tr("是") if one.value == YES else self.tr("否")
        if field is not None and field.kind is Kind.DECIMAL and one.value.removeprefix("-").isdecimal():
            return format_decimal(int(one.value), field.places)
        return language.entry_word(field, one.value) if field is not None and field.choices else one.value
