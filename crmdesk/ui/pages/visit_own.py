"""The company fields of a visit within its report: editors while it is written, words once it is locked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.domain.custom_fields import key_of
from crmdesk.domain.records import VISIT
from crmdesk.domain.roles import Role
from crmdesk.ui import language, own_fields, space, words
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.edit_session import problems, same
from crmdesk.ui.pages.own_form import OwnForm
from crmdesk.ui.pages.visit_report import VisitReport
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.property_rows import PropertyRows

_NAME_WIDTH = 120


class VisitOwn(QWidget):
    """Hidden where there is nothing to show. `edited` after each change, which stands in the report then."""

    edited = Signal()

    def __init__(self, role: Role, said: CustomerWords) -> None:
        super().__init__()
        self._said, self._report, self._locked = said, VisitReport(), False
        self.form = OwnForm(VISIT.name, role, beside=True)
        self.form.edited.connect(self._take)
        self.rows = PropertyRows(_NAME_WIDTH)
        self.rows.setObjectName("visit_own_values")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.INSIDE)
        layout.addWidget(self.form)
        layout.addWidget(self.rows)

    def show_report(self, report: VisitReport) -> None:
        """Show what the visit holds, with what was typed and is not saved yet."""
        self._report = report
        self.form.take_definitions()
        for name, editor in self.form.editors.items():
            value = report.own_value(key_of(name))
            if not same(editor.value(), value):  # the cursor stays where somebody is typing
                editor.set_value(value)
        self._show()

    def set_locked(self, locked: bool) -> None:
        """Show the values as words instead of editors."""
        self._locked = locked
        self._show()

    def faults(self) -> list[Fault]:
        """Say at each field what is wrong; returns it, without words of its own."""
        typed = {name: editor.value() for name, editor in self.form.editors.items() if key_of(name) in self._report.own}
        found = problems(VISIT, typed, {"custom": self._report.custom})
        for name, editor in self.form.editors.items():
            error = found.get(name)
            params = {**error.params, "record": VISIT.name} if error else {}
            editor.set_error(partial(words.sentence, error.code, params) if error else "")
        return [Fault("", self.form.editors[name].control) for name in found]

    def _take(self, name: str) -> None:
        key, value = key_of(name), self.form.editors[name].value()
        if same(value, self._report.custom.get(key)):
            self._report.own.pop(key, None)
        else:
            self._report.own[key] = value
        self.form.editors[name].set_error("")
        self.edited.emit()

    def _show(self) -> None:
        self.form.setVisible(bool(self.form.editors) and not self._locked)
        with self.rows.filling():
            shown = self._fill()
        self.rows.setVisible(shown)
        self.setVisible(shown or (bool(self.form.editors) and not self._locked))

    def _fill(self) -> bool:
        """Put into words what no editor shows: all of a locked report, else what is retired or not this role's."""
        shown = False
        values: Mapping[str, Any] = self._report.custom
        for field in own_fields.current().every(VISIT.name):
            value = self._said.value(field, values.get(key_of(field.name)))
            if value and (self._locked or field.name not in self.form.editors):
                object_name = f"visit_shown_{field.name.replace('.', '_')}"
                self.rows.add(language.field_word(VISIT.name, field.name), value, object_name=object_name)
                shown = True
        return shown
