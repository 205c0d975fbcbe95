"""The ring around what has the focus by a key and does not show it itself: scrolled areas, tabs, lists."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from crmdesk.ui import theme

_BY_HAND = frozenset({Qt.FocusReason.MouseFocusReason, Qt.FocusReason.PopupFocusReason})
_RADIUS = 6


class FocusRing(QWidget):
    """Lies over its host, or around what holds it, while that has the focus; whoever clicked there knows it without."""

    decorative = True

    def __init__(self, host: QWidget, needed: Callable[[], bool] = lambda: True, outset: int = 0) -> None:
        super().__init__(host)
        self._outset = outset  # how far it stands out to the left and right of words that begin at the host's edge
        self._needed, self._host, self._frame = needed, host, host
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        host.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Resize or (kind == QEvent.Type.Move and self._outset and watched is self._host):
            self._lie_over()
        elif watched is not self._host:
            pass  # what holds the host tells of its size only
        elif kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self._lie_over()
            self.setVisible(event.reason() not in _BY_HAND and self._needed())
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hide()
        return super().eventFilter(watched, event)

    def lie_around(self, frame: QWidget) -> None:
        """Lie around the card that holds the host: over its own words the ring would run through them."""
        self.setParent(frame)
        self._frame = frame
        frame.installEventFilter(self)

    def follow(self) -> None:
        """Go, where it is no longer needed."""
        if not self._needed():
            self.hide()

    def _lie_over(self) -> None:
        above = self._host.parentWidget() if self._outset else None
        if above is None:
            self.setGeometry(self._frame.rect())
        else:
            if self.parentWidget() is not above:
                self.setParent(above)
            self.setGeometry(self._host.geometry().adjusted(-self._outset, 0, self._outset, 0))
        self.raise_()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.tokens().color("accent"), 1.5))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
