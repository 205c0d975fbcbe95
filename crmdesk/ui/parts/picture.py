"""An icon that stands by itself, beside words: drawn in the theme in use, so that it follows a switch."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.ui import icons, theme

SMALL_PX = 17


class Picture(QWidget):
    """`name` is a meaning of `ui.icons`, `token` the colour, `size` what it measures at 100 %."""

    def __init__(self, name: str = "", token: str = "muted", size: int = SMALL_PX, lines_of: int = 0) -> None:
        super().__init__()
        self._name, self._token, self._px, self._line = name, token, size, lines_of or size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, name: str, token: str) -> None:
        """Show another icon, or the same in another colour."""
        self._name, self._token = name, token
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Return the icon's size; beside words it is as high as one of their lines and stands in its middle."""
        return QSize(theme.px(self._px), theme.px(max(self._px, self._line)))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._name:
            size = theme.px(self._px)
            place = QRect(0, 0, size, size)
            place.moveCenter(self.rect().center())
            icons.icon(self._name, self._token).paint(QPainter(self), place)
