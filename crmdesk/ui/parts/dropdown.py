"""A combo box that shows by a small arrow that it opens; the style sheet leaves the arrow to the painter."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox
from typing_extensions import override

from crmdesk.ui import icons, theme

_SIZE, _RIGHT, _LEAST = 12, 9, 84


class DropDown(QComboBox):
    """A QComboBox with its arrow in the colour of the theme."""

    @override
    def minimumSizeHint(self) -> QSize:
        """Ask for less than the longest entry needs: in a narrow window what is chosen is drawn as far as it fits."""
        least = super().minimumSizeHint()
        return least.boundedTo(QSize(theme.px(_LEAST), least.height()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        size = theme.px(_SIZE)
        icon = icons.icon("down", "muted" if self.isEnabled() else "faint")
        icon.paint(QPainter(self), self.width() - _RIGHT - size, (self.height() - size) // 2, size, size)
