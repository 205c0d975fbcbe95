"""An editor for each kind of declared field: its name above, the control, and below what is wrong with the value."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.decimals import format_decimal, parse_decimal
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.phones import is_doubtful, is_plausible
from crmdesk.ui import language, space, words
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Said, said
from crmdesk.ui.parts.text_field import TextBox, TextLine, mark_wrong

_CHIPS_UP_TO = 5


class FieldEditor(QWidget):
    """One field of a form. `value()` is what a command takes; `edited` tells of each change by the person."""

    edited = Signal(str)

    def __init__(self, record: str, field: Field) -> None:
        super().__init__()
        self.record, self.field = record, field
        self.name_label = Label("", "muted")
        self.error_label = Label("", "bad", wrap=True)
        self.error_label.hide()
        self._error: Said = ""
        self.control = self._make_control()
        self.control.setObjectName(self._control_name())
        self.name_label.setBuddy(self.control)
        self.setFocusProxy(self.control)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.TINY)
        layout.addWidget(self.name_label)
        layout.addWidget(self.control)
        layout.addWidget(self.error_label)
        self.retranslate()

    def _make_control(self) -> QWidget:
        raise NotImplementedError

    def _control_name(self) -> str:
        return f"{self.record}_{self.field.name.replace('.', '_')}_edit"

    def value(self) -> Any:
        """Return the value as a command takes it; None for nothing."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value without telling of it."""
        raise NotImplementedError

    def set_error(self, text: Said) -> None:
        """Say what is wrong, or nothing; what makes the sentence is asked again after a switch of language."""
        self._error = text
        self._say_error()
        mark_wrong(self.control, bool(self.error_label.text()))

    def _say_error(self) -> None:
        self.error_label.setText(said(self._error))
        self.error_label.setVisible(bool(self.error_label.text()))

    def retranslate(self) -> None:
        """Set the words anew."""
        word = language.field_word(self.record, self.field.name)
        self.name_label.setText(f"{word} *" if self.field.required else word)
        self.control.setAccessibleName(word)
        self._say_error()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _tell(self, *_args: object) -> None:
        self.edited.emit(self.field.name)


class LineEditor(FieldEditor):
    """A short text."""

    @override
    def _make_control(self) -> QWidget:
        self._line = TextLine()
        self._line.textEdited.connect(self._tell)
        return self._line

    @override
    def value(self) -> Any:
        return self._line.text().strip() or None

    @override
    def set_value(self, value: Any) -> None:
        self._line.setText("" if value is None else str(value))


class PhoneEditor(LineEditor):
    """A telephone number; one that is like a number and can be none is said to be so, and may be saved."""

    def __init__(self, record: str, field: Field) -> None:
        self.doubt_label = Label("", "warn", wrap=True)
        self.doubt_label.setObjectName(f"{record}_{field.name}_doubt")
        self.doubt_label.hide()
        super().__init__(record, field)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.doubt_label)
        self._line.editingFinished.connect(self._say_doubt)
        self._line.textEdited.connect(self._no_doubt_any_more)

    @override
    def set_value(self, value: Any) -> None:
        super().set_value(value)
        self._say_doubt()

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self._say_doubt()

    def _say_doubt(self) -> None:
        """Say it of a number that is typed out, never in the middle of it."""
        doubtful = is_doubtful(self._line.text()) and is_plausible(self._line.text(), self.field.digits)
        text = words.sentence("number_doubtful") if doubtful else ""
        self.doubt_label.setText(text)
        self.doubt_label.setVisible(bool(text))
        self.control.setAccessibleDescription(text)

    def _no_doubt_any_more(self) -> None:
        if self.doubt_label.text() and not is_doubtful(self._line.text()):
            self._say_doubt()


class NumberEditor(LineEditor):
    """A whole number; what is no number is kept as typed, so that the check can say so."""

    @override
    def value(self) -> Any:
        text = self._line.text().strip()
        return int(text) if text.lstrip("-").isdigit() and text.isascii() else text or None


class DecimalEditor(LineEditor):
    """A decimal number; what is none is kept as typed, so that the check can say so."""

    @override
    def value(self) -> Any:
        text = self._line.text().strip()
        steps = parse_decimal(text, self.field.places)
        return (text or None) if steps is None else steps

    @override
    def set_value(self, value: Any) -> None:
        whole = isinstance(value, int)  # anything else was refused before and is shown as it was typed
        super().set_value(format_decimal(value, self.field.places) if whole else value)


class TagsEditor(LineEditor):
    """Free tags in one line, parted by 、 or a comma."""

    @override
    def value(self) -> Any:
        parts = self._line.text().replace("，", "、").replace(",", "、").replace(";", "、").split("、")
        return sorted({part.strip() for part in parts if part.strip()})

    @override
    def set_value(self, value: Any) -> None:
        super().set_value("、".join(value or ()))

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self._line.setPlaceholderText(self.tr("用顿号或逗号分开"))


class TextEditor(FieldEditor):
    """A long text; Tab leaves it."""

    @override
    def _make_control(self) -> QWidget:
        self._text = TextBox()
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(84)
        self._text.textChanged.connect(self._tell_text)
        self._quiet = False
        return self._text

    @override
    def value(self) -> Any:
        return self._text.toPlainText() or None

    @override
    def set_value(self, value: Any) -> None:
        self._quiet = True
        self._text.setPlainText(value or "")
        self._quiet = False

    def _tell_text(self) -> None:
        if not self._quiet:
            self._tell()


class ChipsEditor(FieldEditor):
    """A short picklist, or a set of codes, as chips."""

    @override
    def _make_control(self) -> QWidget:
        self._many = self.field.kind is Kind.TAGS
        self._gone: list[str] = []
        self._chips = Picklist(many=self._many)
        self._chips.setObjectName(self._control_name())
        self._chips.changed.connect(self._tell)
        return self._chips

    @override
    def value(self) -> Any:
        return self._chips.values() if self._many else self._chips.value() or None

    @override
    def set_value(self, value: Any) -> None:
        chosen = list(value or ()) if self._many else [value] if value else []
        if self.field.choices:
            # a choice that was taken away meanwhile is shown until the person takes it off
            self._gone = [one for one in chosen if all(one != entry.code for entry in self.field.choices)]
            self._fill()
        self._chips.set_values(chosen)

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self._fill()

    def _fill(self) -> None:
        codes = [*(one.code for one in self.field.entries), *self._gone]
        self._chips.set_choices([(code, language.entry_word(self.field, code)) for code in codes])


class ListEditor(FieldEditor):
    """A long picklist as a list that opens; typing jumps to an entry."""

    @override
    def _make_control(self) -> QWidget:
        self._box = DropDown()
        self._box.setMaxVisibleItems(16)
        self._box.activated.connect(self._tell)
        return self._box

    @override
    def value(self) -> Any:
        return self._box.currentData() or None

    @override
    def set_value(self, value: Any) -> None:
        if value and self._box.findData(value) < 0:
            self._box.addItem(language.entry_word(self.field, value), value)  # it was taken away meanwhile
        self._box.setCurrentIndex(max(0, self._box.findData(value or "")))

    @override
    def retranslate(self) -> None:
        super().retranslate()
        chosen = self._box.currentData()
        self._box.clear()
        self._box.addItem("—", "")
        for one in self.field.entries:
            self._box.addItem(language.entry_word(self.field, one.code), one.code)
        self.set_value(chosen)


_PAST = frozenset({"consent_on"})
"""Dates of what has happened: '3 March' is the last one, also where the next one is nearer."""


class DayEditor(FieldEditor):
    """A date."""

    @override
    def _make_control(self) -> QWidget:
        self._date = DateField(self._control_name(), "back" if self.field.name in _PAST else "near")
        self._date.picked.connect(self._tell)
        self._date.refused.connect(lambda: self.set_error(self._date.complaint))
        self._date.textEdited.connect(self._tell)  # a draft keeps also what is no date yet
        return self._date

    @override
    def value(self) -> Any:
        return self._date.unread() or self._date.value() or None

    @override
    def set_value(self, value: Any) -> None:
        self._date.set_value(value)

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self._date.set_label(language.field_word(self.record, self.field.name))
        self._date.retranslate()


class YesNoEditor(FieldEditor):
    """Yes, no, or not said."""

    @override
    def _make_control(self) -> QWidget:
        self._chips = Picklist()
        self._chips.setObjectName(self._control_name())
        self._chips.changed.connect(self._tell)
        return self._chips

    @override
    def value(self) -> Any:
        return {"yes": True, "no": False}.get(self._chips.value())

    @override
    def set_value(self, value: Any) -> None:
        self._chips.set_value(None if value is None else "yes" if value else "no")

    @override
    def retranslate(self) -> None:
        super().retranslate()
        self._chips.set_choices([("yes", self.tr("是")), ("no", self.tr("否"))])


def make_editor(record: str, field: Field) -> FieldEditor:
    """Return the editor for a declared field; raises KeyError for a kind that no form edits."""
    if field.kind is Kind.CHOICE:
        return (ChipsEditor if len(field.entries) <= _CHIPS_UP_TO else ListEditor)(record, field)
    if field.kind is Kind.TAGS and field.entries:
        return ChipsEditor(record, field)
    return PhoneEditor(record, field) if field.digits else _EDITORS[field.kind](record, field)


_EDITORS: dict[Kind, type[FieldEditor]] = {
    Kind.TEXT: LineEditor,
    Kind.LONG_TEXT: TextEditor,
    Kind.INTEGER: NumberEditor,
    Kind.DECIMAL: DecimalEditor,
    Kind.TAGS: TagsEditor,
    Kind.DATE: DayEditor,
    Kind.BOOLEAN: YesNoEditor,
}
