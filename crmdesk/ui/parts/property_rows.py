"""Property rows: the name of a field, its value, and a chip where there is something to say about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from crmdesk.ui import space, theme
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.label import Label

_WIDEST = 128
"""The most that names take at 100 %."""


class PropertyRows(QWidget):
    """Name and value under each other; values can be selected and copied."""

    def __init__(self, name_width: int = 56, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space.BETWEEN)
        self._grid.setVerticalSpacing(space.TIGHT)
        self._grid.setColumnMinimumWidth(0, name_width)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[_Row] = []
        self._at = 0  # the row that is added next

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Show what is added within this and nothing else; rows of the same form as before change their words only."""
        self._at = 0
        yield
        self._drop(self._at)

    def _drop(self, place: int) -> None:
        """Take this row and all below it out."""
        for row in self._rows[place:]:
            row.go(self._grid)
        del self._rows[place:]

    def _named(self, name: str) -> Label:
        """Return a name, in two lines where it is long: the values keep their room."""
        label, most = Label(name, "muted"), theme.px(max(_WIDEST, self._grid.columnMinimumWidth(0)))
        if label.sizeHint().width() > most:
            label.setWordWrap(True)
            label.setFixedWidth(most)
        return label

    def add(
        self, name: str, value: str, chip: str = "", tone: str = "warn", object_name: str = "", hint: str = ""
    ) -> Label:
        """Add a row; an empty value shows as a dash, the hint stands faint at its end. Returns the value's label."""
        place, form = self._at, (name, bool(chip), bool(hint))
        self._at += 1
        if place < len(self._rows) and self._rows[place].form != form:
            self._drop(place)  # with all below it: a screen reader reads in the order in which they were made
        if place == len(self._rows):
            self._rows.append(self._make(place, form))
        row = self._rows[place]
        if row.chip is not None:
            row.chip.set(chip, tone)
        if row.hint is not None:
            row.hint.setText(hint)
        shown = row.value
        shown.setText(value or "—")
        shown.set_role("body" if value else "faint")
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse if value else Qt.TextInteractionFlag.NoTextInteraction
        )
        shown.setObjectName(object_name)
        shown.setAccessibleName(f"{name} {value}")
        return shown

    def _make(self, place: int, form: tuple[str, bool, bool]) -> "_Row":
        """Put an empty row into the grid."""
        name, with_chip, with_hint = form
        top, right = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        row = _Row(form, self._named(name), Label("", "body", wrap=True))
        self._grid.addWidget(row.name, place, 0, top)
        self._grid.addWidget(row.value, place, 1, 1, 1 if with_chip or with_hint else 3, top)
        if with_chip:
            row.chip = Chip("", parent=self)
            self._grid.addWidget(row.chip, place, 2, 1, 1 if with_hint else 2, right)
        if with_hint:
            row.hint = Label("", "faint")
            self._grid.addWidget(row.hint, place, 3, right)
        return row


class _Row:
    """The widgets of one row; `form` says which there are."""

    def __init__(self, form: tuple[str, bool, bool], name: Label, value: Label) -> None:
        self.form, self.name, self.value = form, name, value
        self.chip: Chip | None = None
        self.hint: Label | None = None

    def go(self, grid: QGridLayout) -> None:
        """Leave the grid."""
        for widget in (self.name, self.value, self.chip, self.hint):
            if widget is not None:
                grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
