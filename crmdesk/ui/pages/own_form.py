"""The part of a form that holds the company fields: an editor each, made anew when the definitions changed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.roles import Role
from crmdesk.ui import language, own_fields, space, theme
from crmdesk.ui.pages.field_editors import FieldEditor, make_editor
from crmdesk.ui.parts.label import Label

_WIDE_FROM = 6
"""A field with so many choices to pick several from takes both columns."""
_WIDEST_NAME_PX = 130


class OwnForm(QWidget):
    """Editors of the company fields that a person may write; hidden where there are none. `edited` names the field.

    The names stand above the editors, or with `beside` left of them, which takes half the height.
    """

    edited = Signal(str)

    def __init__(self, record: str, role: Role, *, beside: bool = False) -> None:
        super().__init__()
        self._beside = beside
        self.setObjectName(f"{record}_own_fields")
        self._record, self._role = record, role
        self.editors: dict[str, FieldEditor] = {}
        self._fields: tuple[Field, ...] | None = None
        self._heading = Label("", "strong")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(space.APART)
        self._grid.setVerticalSpacing(space.TIGHT if beside else space.BETWEEN)
        for column in (1, 3) if beside else (0, 1):
            self._grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0 if beside else space.TINY, 0, 0)
        layout.setSpacing(space.TIGHT if beside else space.BETWEEN)
        layout.addWidget(self._heading)
        self._heading.setHidden(beside)
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
            for part in (editor.name_label, editor):  # the name may stand beside its editor
                part.hide()
                part.deleteLater()
        self.editors = {field.name: make_editor(self._record, field) for field in wanted}
        row = column = 0
        for editor in self.editors.values():
            wide = editor.field.kind is Kind.TAGS and len(editor.field.choices) >= _WIDE_FROM
            if wide and column:
                row, column = row + 1, 0
            self._place(editor, row, column, wide)
            row, column = (row + 1, 0) if wide or column else (row, 1)
            editor.show()  # a form in sight shows what is added only later, and the keys would not get there
            editor.edited.connect(self.edited)
        self._align_names()
        if not self.editors:
            self.hide()
        elif self.parentWidget() is not None:  # without one it would come up as a window
            self.show()
        return True

    def _place(self, editor: FieldEditor, row: int, column: int, wide: bool) -> None:
        top = Qt.AlignmentFlag.AlignTop
        if not self._beside:
            self._grid.addWidget(editor, row, column, 1, 2 if wide else 1, top)
            return
        self._grid.addWidget(editor.name_label, row, 2 * column, top)
        editor.name_label.setMinimumHeight(theme.px(34))  # level with the control
        editor.name_label.setWordWrap(True)
        self._grid.addWidget(editor, row, 2 * column + 1, 1, 3 if wide else 1, top)
        editor.name_label.show()

    def retranslate(self) -> None:
        """Set the words anew."""
        self._heading.setText(language.field_word(self._record, "custom"))
        self._align_names()

    def _align_names(self) -> None:
        """Give the names that stand beside their editors the width of the longest, up to where they break."""
        if self._beside and self.editors:
            metrics = QFontMetrics(theme.font(theme.SMALL_PX))
            words = [language.field_word(self._record, name) for name in self.editors]
            widest = max(metrics.horizontalAdvance(word) for word in words) + 4
            for editor in self.editors.values():
                editor.name_label.setFixedWidth(min(widest, theme.px(_WIDEST_NAME_PX)))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
