"""The company fields in the dialog that changes many customers: each stays as it is, is emptied, or takes one value."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.fields import Field
from crmdesk.domain.records import RECORDS
from crmdesk.ui import language, space, words
from crmdesk.ui.pages.edit_session import problems
from crmdesk.ui.pages.field_editors import FieldEditor, make_editor
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label

KEEP, CLEAR, SET = "keep", "clear", "set"
_COLUMNS = 3


class _Cell(QWidget):
    """One field: what becomes of it, and below the value that all are to have."""

    changed = Signal()

    def __init__(self, record: str, field: Field) -> None:
        super().__init__()
        self.field, self._record = field, record
        self._label = Label("", "muted")
        self.box = DropDown()
        self.box.setObjectName(f"batch_{field.name.replace('.', '_')}_box")
        self.box.activated.connect(self._chosen)
        self._label.setBuddy(self.box)
        self.editor: FieldEditor = make_editor(record, field)
        self.editor.name_label.hide()  # it stands above the box
        self.editor.hide()
        self.editor.edited.connect(lambda _name: self.changed.emit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.TINY)
        for part in (self._label, self.box, self.editor):
            layout.addWidget(part)
        self.retranslate()

    def wanted(self) -> tuple[Any, ...]:
        """Return the new value in a tuple (None empties the field), () where nothing was asked for."""
        what = self.box.currentData()
        value = self.editor.value() if what == SET else None
        return (None,) if what == CLEAR else () if value in (None, "", []) else (value,)

    def retranslate(self) -> None:
        """Set the words anew."""
        chosen = self.box.currentData()
        name = language.field_word(self._record, self.field.name)
        self._label.setText(name)
        self.box.setAccessibleName(name)
        self.box.clear()
        for word, code in ((self.tr("不变"), KEEP), (self.tr("改成…"), SET), (self.tr("（清空）"), CLEAR)):
            self.box.addItem(word, code)
        self.box.setCurrentIndex(max(0, self.box.findData(chosen)))

    def _chosen(self) -> None:
        setting = self.box.currentData() == SET
        self.editor.setVisible(setting)
        if setting:
            self.editor.control.setFocus()
        self.changed.emit()


class BatchOwn(QWidget):
    """A cell for each field; `changed` after each step of the person."""

    changed = Signal()

    def __init__(self, record: str, fields: Iterable[Field]) -> None:
        super().__init__()
        self.setProperty("part", "surface")
        self._record = record
        self.cells = {field.name: _Cell(record, field) for field in fields}
        self._heading = Label("", "strong")
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.APART)
        grid.setVerticalSpacing(space.NEAR)
        for place, cell in enumerate(self.cells.values()):
            cell.changed.connect(self.changed)
            grid.addWidget(cell, place // _COLUMNS, place % _COLUMNS, Qt.AlignmentFlag.AlignTop)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, space.INSIDE, 0)
        layout.setSpacing(space.NEAR)
        layout.addWidget(self._heading)
        layout.addLayout(grid)
        layout.addStretch(1)
        self.retranslate()

    def values(self) -> dict[str, Any]:
        """Return the new values by field; None empties one."""
        return {name: one for name, cell in self.cells.items() for one in cell.wanted()}

    def check(self) -> bool:
        """Say at each field what is wrong with its value; returns whether all can be taken."""
        found = problems(RECORDS[self._record], self.values())
        for name, cell in self.cells.items():
            error = found.get(name)
            params = {**error.params, "record": self._record} if error else {}
            cell.editor.set_error(partial(words.sentence, error.code, params) if error else "")
        return not found

    def retranslate(self) -> None:
        """Set the words anew."""
        self._heading.setText(language.field_word(self._record, "custom"))
        for cell in self.cells.values():
            cell.retranslate()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
