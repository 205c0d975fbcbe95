"""The key cap: the key that does the same as a click, drawn small beside the words."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from crmdesk.ui import theme

HEIGHT_PX, PADDING_PX = 18, 6


def keycap_width(key: str) -> float:
    """Return the width of a key cap in logical pixels."""
    return max(theme.text_width(key, theme.KEY_PX) + 2 * PADDING_PX, float(theme.px(HEIGHT_PX)))


def paint_keycap(painter: QPainter, left: float, middle: float, key: str, color: QColor) -> None:
    """Draw a key cap whose left edge is at `left`, centred on the line `middle`."""
    height = theme.px(HEIGHT_PX)
    box = QRectF(left + 0.5, round(middle - height / 2) + 0.5, keycap_width(key) - 1, height - 1)
    border = QColor(color)
    border.setAlphaF(0.38)
    painter.setPen(QPen(border, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(color)
    painter.setFont(theme.font(theme.KEY_PX))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
