"""Property rows: the name of a field, its value, and a chip where there is something to say about it."""

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

    def clear(self) -> None:
        """Take all rows out."""
        while self._grid.count() and (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

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
        row = self._grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(self._named(name), row, 0, top)
        shown = Label(value or "—", "body" if value else "faint", wrap=True)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse if value else Qt.TextInteractionFlag.NoTextInteraction
        )
        shown.setObjectName(object_name)
        shown.setAccessibleName(f"{name} {value}")
        self._grid.addWidget(shown, row, 1, 1, 1 if chip or hint else 3, top)
        if chip:
            self._grid.addWidget(Chip(chip, tone, self), row, 2, 1, 1 if hint else 2, top | Qt.AlignmentFlag.AlignRight)
        if hint:
            self._grid.addWidget(Label(hint, "faint"), row, 3, top | Qt.AlignmentFlag.AlignRight)
        return shown
