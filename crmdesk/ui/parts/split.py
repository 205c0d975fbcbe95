"""The split of a page: list at the left, detail at the right, a line between that can be dragged."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractSlider, QApplication, QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget
from shiboken6 import isValid
from typing_extensions import override

from crmdesk.ui import space, theme
from crmdesk.ui.garbage import put_off
from crmdesk.ui.parts.focus_ring import FocusRing
from crmdesk.ui.parts.room import scroll_around, width_in_sight
from crmdesk.ui.parts.spoken import Role

_SCROLLING = {
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}
"""The keys that scroll; where an area is shown whole they scroll what is around it."""
_TO_AN_END = (Qt.Key.Key_Home, Qt.Key.Key_End)
"""Those that Qt leaves to whoever scrolls."""
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_AROUND_FOCUS = 24
"""What is seen above and below of what gets the focus, at 100 %: its name and what is said at it."""
_LEFT_SHARE = 0.44
"""The most of the page that the list takes before somebody drags the line."""
_LEAST_LIST = 240
_HEIGHTS = (240, 320)
"""The least that list and detail take below each other."""


class Split(QSplitter):
    """List and detail; `left_width` in pixels at 100 %."""

    def __init__(self, left: QWidget, right: QWidget, left_width: int = 520, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.addWidget(left)
        self.addWidget(right)
        self.setStretchFactor(0, 0)
        self.setStretchFactor(1, 1)
        self._parts, self._left_width, self._dragged = (left, right), left_width, False
        left.setMinimumWidth(max(left.minimumWidth(), theme.px(_LEAST_LIST)))
        self.splitterMoved.connect(self._keep)

    def _keep(self) -> None:
        self._dragged = True

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()
        self._share()

    @override
    def event(self, arg__1: QEvent) -> bool:
        done = super().event(arg__1)
        if arg__1.type() == QEvent.Type.LayoutRequest:
            self._turn()  # what is shown in the detail needs more room than before, or less
        return done

    def _turn(self) -> None:
        """Put the detail below the list where the window has no room for both beside each other."""
        parts = self._parts
        least = sum(max(part.minimumSizeHint().width(), part.minimumWidth()) for part in parts) + self.handleWidth()
        below = width_in_sight(self) < least
        if below != (self.orientation() == Qt.Orientation.Vertical):
            self._dragged = False
            self.setOrientation(Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal)
            for part, height in zip(parts, _HEIGHTS, strict=True):
                part.setMinimumHeight(theme.px(height) if below else 0)
            self._share()

    def _share(self) -> None:
        """Give list and detail their shares, unless somebody dragged the line."""
        if self.orientation() == Qt.Orientation.Vertical:
            self.setSizes([theme.px(_HEIGHTS[0]), self.height() - theme.px(_HEIGHTS[0])])
        elif not self._dragged:
            left = min(self._left_width, int(self.width() * _LEFT_SHARE))
            self.setSizes([left, self.width() - left])


def pane(part: str = "surface") -> tuple[QFrame, QVBoxLayout]:
    """Return a frame on `surface` (lists, side panels) or `page` ground, and its layout without margins."""
    frame = QFrame()
    frame.setProperty("part", part)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return frame, layout


class _Sight(QObject):
    """Brings what gets the focus into sight, however it came there: Qt follows Tab alone, and no fault that is named.

    One for the whole application.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        application.focusChanged.connect(self._follow)

    @Slot(QWidget, QWidget)
    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        around = now.parentWidget() if now is not None else None
        while now is not None and around is not None:
            if isinstance(around, ScrollArea) and around.isVisible():
                around.follow(now)
            around = around.parentWidget()


class ScrollArea(QScrollArea):
    """Scrolls up and down only, by the arrows too if it is a `stop` of Tab; its widget takes the width there is."""

    spoken_role = Role.Pane

    def __init__(self, parent: QWidget | None = None, *, stop: bool = True) -> None:
        super().__init__(parent)
        if not stop:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("可滚动的内容"))
        self._ring = FocusRing(self)
        self._whole = False
        self._followed_to = -1
        self._settled = QTimer(self)  # the range is told before what is inside has its new places
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._laid_out)
        self.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._settled.start(0))
        application = QApplication.instance()
        if isinstance(application, QApplication) and not application.findChildren(_Sight, options=_DIRECT):
            _Sight(application)

    def follow(self, focus: QWidget) -> None:
        """Scroll to what has the focus, unless it is too tall to be seen whole and a part of it is seen."""
        inner = self.widget()
        if not isValid(focus) or not focus.hasFocus() or inner is None or not inner.isAncestorOf(focus):
            return
        bar, room, edge = self.verticalScrollBar(), self.viewport(), theme.px(_AROUND_FOCUS)
        place = QRect(focus.mapTo(room, QPoint()), focus.size())
        pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton  # what is clicked stays below the mouse
        if not pressed and (place.height() <= room.height() or not room.rect().intersects(place)):
            top = focus.mapTo(inner, QPoint()).y()
            below = top + focus.height() + edge - room.height()
            bar.setValue(min(max(bar.value(), below), top - edge))
        self._followed_to = bar.value()

    @Slot()
    def _laid_out(self) -> None:
        """Stay with the focus where what is said at a fault moves it, unless somebody has scrolled since."""
        focus = self.window().focusWidget()
        if focus is not None and self._followed_to == self.verticalScrollBar().value():
            self.follow(focus)

    def show_whole(self, *, whole: bool) -> None:
        """Take the height that the content needs, because what is around it scrolls already; or scroll by itself."""
        if self._whole != whole:
            self._whole = whole
            self.updateGeometry()

    def ring_around(self, card: QWidget) -> None:
        """Show the focus around the card in which this scrolls."""
        self._ring.lie_around(card)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # what is around it learns of a content that became wider
        return super().eventFilter(watched, event)

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        action = _SCROLLING.get(Qt.Key(arg__1.key()))
        if action is not None and self._whole:
            scroll_around(self, action)
        elif action is not None and arg__1.key() in _TO_AN_END and not arg__1.modifiers():
            self.verticalScrollBar().triggerAction(action)
        else:
            super().keyPressEvent(arg__1)

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        put_off()
        super().scrollContentsBy(dx, dy)

    @override
    def minimumSizeHint(self) -> QSize:
        """Ask for the width that the content needs: beyond the right edge nothing could be scrolled to."""
        least, inner = super().minimumSizeHint(), self.widget()
        if inner is None:
            return least
        bar = self.verticalScrollBar().sizeHint().width()
        height = least.height()
        if self._whole:
            height = max(height, inner.minimumSizeHint().height(), inner.heightForWidth(self.viewport().width()))
        return QSize(max(least.width(), inner.minimumSizeHint().width() + bar), height)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(self.tr("可滚动的内容"))
        super().changeEvent(event)


class ScrollPage(ScrollArea):
    """A page that scrolls; add to `content` (margins 24, spacing 16), which keeps to the top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "scroll")
        inner = QWidget()
        inner.setProperty("part", "page")
        self._outer = outer = QVBoxLayout(inner)
        outer.setContentsMargins(*space.PAGE)
        outer.setSpacing(0)
        self.content = QVBoxLayout()
        self.content.setSpacing(space.APART)
        outer.addLayout(self.content)
        outer.addStretch(1)
        self.setWidget(inner)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)
        self._fit = QTimer(self)
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(self._fit_height)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit.start(0)
        return super().eventFilter(watched, event)

    def _fit_height(self) -> None:
        """Give wrapped texts their lines: the scroll area alone asks before nested layouts know their heights."""
        inner = self.widget()
        if inner is None:
            return
        needed = self._outer.heightForWidth(inner.width())
        if needed >= 0 and needed != inner.minimumHeight():
            inner.setMinimumHeight(needed)

    def _make_room(self, _low: int, high: int) -> None:
        """Keep the right edge of the content where it is when the scroll bar comes or goes."""
        bar = self.verticalScrollBar().sizeHint().width() if high > 0 else 0
        self._outer.setContentsMargins(space.EDGE, space.RIM, space.EDGE - bar, space.RIM)
