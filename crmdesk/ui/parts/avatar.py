"""The round sign of a person or a place: its first character, or an icon, on a tinted ground."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.ui import icons, theme
from crmdesk.ui.parts.spoken import Role


class Avatar(QWidget):
    """A circle with the first character of a name, or with the icon of a meaning (`icon_name`)."""

    spoken_role, decorative = Role.Graphic, True

    def __init__(self, size: int = 48, icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size, self._icon_name, self._letter = size, icon_name, ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str) -> None:
        """Show the first letter or character of a name."""
        self._letter = next((sign for sign in name if sign.isalnum()), "·").upper()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.px(self._size), theme.px(self._size))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("accent_weak"))
        painter.drawEllipse(QRectF(self.rect()))
        if self._icon_name:
            size = self.height() * 5 // 12
            left = (self.width() - size) // 2
            icons.icon(self._icon_name, "accent").paint(painter, left, left, size, size)
            return
        painter.setPen(colors.color("accent"))
        painter.setFont(theme.font(round(self._size * 0.38), bold=True))
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._letter)
