"""The part of a form that holds the company fields: an editor each, made anew when the definitions changed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.roles import Role
from crmdesk.ui import language, own_fields
from crmdesk.ui.pages.field_editors import FieldEditor, make_editor
from crmdesk.ui.parts.label import Label

_WIDE_FROM = 6
"""A field with so many choices to pick several from takes both columns."""


class OwnForm(QWidget):
    """Editors of the company fields that a person may write; hidden where there are none. `edited` names the field."""

    edited = Signal(str)

    def __init__(self, record: str, role: Role) -> None:
        super().__init__()
        self.setObjectName(f"{record}_own_fields")
        self._record, self._role = record, role
        self.editors: dict[str, FieldEditor] = {}
        self._fields: tuple[Field, ...] | None = None
        self._heading = Label("", "strong")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._heading)
        layout.addLayout(self._grid)
        self.take_definitions()
        self.retranslate()

    def take_definitions(self) -> bool:
        """Make the editors of what is defined by now; says whether they are others than before."""
        wanted = own_fields.current().writable(self._record, self._role)
        if wanted == self._fields:
            return False
        self._fields = wanted
        for editor in self.editors.values():
            self._grid.removeWidget(editor)
            editor.hide()
            editor.deleteLater()
        self.editors = {field.name: make_editor(self._record, field) for field in wanted}
        row = column = 0
        for editor in self.editors.values():
            wide = editor.field.kind is Kind.TAGS and len(editor.field.choices) >= _WIDE_FROM
            if wide and column:
                row, column = row + 1, 0
            self._grid.addWidget(editor, row, column, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignTop)
            row, column = (row + 1, 0) if wide or column else (row, 1)
            editor.show()  # a form in sight shows what is added only later, and the keys would not get there
            editor.edited.connect(self.edited)
        if not self.editors:
            self.hide()
        elif self.parentWidget() is not None:  # without one it would come up as a window
            self.show()
        return True

    def retranslate(self) -> None:
        """Set the words anew."""
        self._heading.setText(language.field_word(self._record, "custom"))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
