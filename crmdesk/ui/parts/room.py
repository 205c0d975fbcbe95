"""Room on the screen: windows and dialogs never larger than it, and what has no room in them is scrolled to."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QBoxLayout,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from crmdesk.ui import actions, space, theme
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.spoken import Role

_FRAME_PX, _SIDES_PX = 40, 16
"""What the system's title bar and borders take of the screen."""
_WITHOUT_SCREEN = frozenset({"offscreen", "minimal"})
_KEYS = frozenset({QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride, QEvent.Type.InputMethod})
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SENDS = ("Enter", "Ctrl ↵")
"""What sends a dialog, as it stands on a key cap: alone, and where a text of several lines keeps Enter."""
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_ENDLESS = QSize(1 << 20, 1 << 20)
ANY_WIDTH = (1 << 24) - 1
"""The maximum of a widget that has none: Qt's QWIDGETSIZE_MAX, which its Python has not."""


def room_for(window: QWidget) -> QSize:
    """Return how large the inside of a window may be on its screen, without a screen any size."""
    if QGuiApplication.platformName() in _WITHOUT_SCREEN:
        return _ENDLESS
    return window.screen().availableGeometry().size() - QSize(theme.px(_SIDES_PX), theme.px(_FRAME_PX))


def fit(window: QWidget, least: QSize, wanted: QSize) -> None:
    """Give a window its size and its least size, neither larger than the screen."""
    room = room_for(window)
    window.setMinimumSize(least.boundedTo(room))
    window.resize(wanted.boundedTo(room))


def _around(widget: QWidget) -> "Room | None":
    above = widget.parentWidget()
    while above is not None and not isinstance(above, Room):
        above = above.parentWidget()
    return above


def width_in_sight(widget: QWidget) -> int:
    """Return how much of a page's width can be seen at once: a page may be wider than the window and scroll."""
    around = _around(widget)
    return around.viewport().width() if around is not None else widget.width()


def height_in_sight(widget: QWidget) -> int:
    """Return how much of a page's height can be seen at once."""
    around = _around(widget)
    return around.viewport().height() if around is not None else widget.height()


def scroll_around(widget: QWidget, action: QAbstractSlider.SliderAction) -> None:
    """Scroll what a widget stands in, if it does, by a step, a page or to an end."""
    around = _around(widget)
    if around is not None:
        around.verticalScrollBar().triggerAction(action)


def bring_into_sight(widget: QWidget, part: QRect) -> None:
    """Scroll what a widget stands in, if it does, so far that a part of the widget is seen."""
    around = _around(widget)
    if around is not None:
        around.bring_into_sight(widget, part)


class _Pages(QStackedLayout):
    """Asks the page that is shown how much room is needed; Qt's own asks all of them, and in what stands within
    another layout it is the layout that is asked, not the widget.
    """

    @override
    def minimumSize(self) -> QSize:
        shown = self.currentWidget()
        return shown.minimumSizeHint().expandedTo(shown.minimumSize()) if shown is not None else QSize()

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSize()

    @override
    def heightForWidth(self, width: int) -> int:
        return _least_height(self.currentWidget(), width, self.minimumSize().height())


class PageStack(QFrame):
    """Pages of which one is shown: it alone says how much room is needed."""

    currentChanged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = _Pages(self)
        self._pages.currentChanged.connect(self._changed)
        self.addWidget, self.setCurrentWidget = self._pages.addWidget, self._pages.setCurrentWidget
        self.setCurrentIndex, self.currentIndex = self._pages.setCurrentIndex, self._pages.currentIndex
        self.currentWidget = self._pages.currentWidget

    def _changed(self, index: int) -> None:
        self.updateGeometry()
        self.currentChanged.emit(index)


class _Scrolled(QWidget):
    """What is scrolled in a dialog that has no room: as low as it can be, so that more of it is seen."""

    @override
    def heightForWidth(self, arg__1: int) -> int:
        return _least_height(self, arg__1, self.minimumSizeHint().height())


def _least_height(shown: QWidget | None, width: int, otherwise: int) -> int:
    """Return the least height: a scroll area takes it for what it has to give, not for what would be nice."""
    layout = shown.layout() if shown is not None else None
    if layout is None or not layout.hasHeightForWidth():
        return otherwise
    return layout.totalMinimumHeightForWidth(width)


class Room(QScrollArea):
    """Shows a widget as large as itself; where that is less than the widget needs, it scrolls in both directions.

    What the application calls is declared as a slot: one that is not is looked up in a part of the object that the
    collector may have emptied already, while the window that loses the focus is being destroyed.
    """

    spoken_role = Role.Pane
    _opening = False
    _watched: QWidget | None = None

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "scroll")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)
        self._name()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.rangeChanged.connect(self._laid_out)

    def to_start(self) -> None:
        """Show the top left corner of a page that is opened: what has the focus is scrolled to at the first key."""
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.setValue(bar.minimum())
        self._opening = True
        self._watch(self.window().focusWidget())

    def _watch(self, widget: QWidget | None) -> None:
        """Look out for the first key, which whatever has the focus gets."""
        if self._watched is not None and isValid(self._watched):  # a page may have taken it away meanwhile
            self._watched.removeEventFilter(self)
        self._watched = widget if self._opening else None
        if self._watched is not None:
            self._watched.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._opening and watched is self._watched and event.type() in _KEYS:
            self._opening = False
            self._watch(None)
            self._laid_out()
        return super().eventFilter(watched, event)

    @Slot()
    def _laid_out(self) -> None:
        """Follow the focus that was set before the page had its places."""
        self._follow(None, self.window().focusWidget())

    def _name(self) -> None:
        self.setAccessibleName(self.tr("可滚动的内容"))

    @Slot(QWidget, QWidget)
    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Bring what has the focus into sight, also where a key put it there and not Tab."""
        if self._opening:
            self._watch(now or self.window().focusWidget())
            return
        inner = self.widget()
        if now is None or inner is None or not inner.isAncestorOf(now):
            return
        room = self.viewport().size()
        if now.width() <= room.width() and now.height() <= room.height():
            self.ensureWidgetVisible(now, 16, 16)
        elif not self.viewport().rect().intersects(QRect(now.mapTo(self.viewport(), QPoint()), now.size())):
            self._to_corner(now.mapTo(inner, QPoint()))

    def _to_corner(self, corner: QPoint) -> None:
        """Show where something begins that is too large to be seen whole; one who sees a part of it isn't moved."""
        self.verticalScrollBar().setValue(corner.y() - 16)
        self.horizontalScrollBar().setValue(corner.x() - 16)

    def bring_into_sight(self, widget: QWidget, part: QRect) -> None:
        """Scroll down or up to a part of a widget that is itself too tall to be seen whole, unless just opened."""
        inner = self.widget()
        if self._opening or inner is None or part.height() > self.viewport().height():
            return
        bar, top = self.verticalScrollBar(), widget.mapTo(inner, part.topLeft()).y()
        below = top + part.height() - self.viewport().height()
        bar.setValue(max(below, min(top, bar.value())))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    @override
    def sizeHint(self) -> QSize:
        inner = self.widget()
        return inner.sizeHint() if inner is not None else QSize()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)


class Dialog(QDialog):
    """A dialog that fits the screen: what is above its buttons scrolls where there is no room for all of it.

    Plain Enter that a field or a choice has no use for does what the dialog is for (`enter`); a button and a text of
    several lines keep it for themselves.
    """

    _area: Room | None = None

    @property
    def kept_in_sight(self) -> tuple[QWidget, ...]:
        """What stays above the buttons where the rest scrolls: what they are about to do is said there."""
        return ()

    def enter(self) -> None:
        """Do what plain Enter does in a field of one line and on what is chosen already; a subclass says what."""

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        if QKeySequence(arg__1.keyCombination()) in map(QKeySequence, actions.keys_of("lock_now")):
            self._lock_behind()  # no shortcut of the window that it stands before reaches it
        elif Qt.Key(arg__1.key()) not in _ENTER or arg__1.modifiers() not in _PLAIN:
            super().keyPressEvent(arg__1)
        elif not arg__1.isAutoRepeat():  # the key that opened the dialog may still be held down
            self.enter()

    def _lock_behind(self) -> None:
        """Ask the window that it belongs to, which may stand behind other dialogs, to lock."""
        behind = self.parentWidget()
        while behind is not None:
            wanted = getattr(behind, "lock_wanted", None)
            if wanted is not None:
                wanted.emit()
                return
            behind = behind.parentWidget()

    @property
    def sent_by_enter(self) -> bool:
        """Say whether plain Enter does anything here."""
        return type(self).enter is not Dialog.enter

    def _say_enter(self) -> None:
        """Say on the button what sends the dialog: Enter alone, beside a text of several lines Ctrl with it."""
        if not self.sent_by_enter:
            return
        lines = any(text.isVisibleTo(self) for text in self.findChildren(QPlainTextEdit))
        for button in self.findChildren(Button):
            if button.key in _SENDS:
                button.set_key(_SENDS[lines])

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._say_enter()
        self._keep_in_reach()
        if self._area is not None:
            self._area.to_start()  # what it is about stands at its top, also where the keys begin further down
        super().showEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._keep_in_reach()
        return done

    def _keep_in_reach(self) -> None:
        """Put what does not fit into a scrolled area, once; a sentence that appears later may be what is too much."""
        layout = self.layout()
        if not isinstance(layout, QBoxLayout) or self._area is not None:
            return
        room = room_for(self)
        needed = layout.totalMinimumSize().expandedTo(self.minimumSize())
        if layout.hasHeightForWidth():
            needed.setHeight(max(needed.height(), layout.totalHeightForWidth(min(self.width(), room.width()))))
        if needed.width() > room.width() or needed.height() > room.height():
            self._scroll(layout, needed.boundedTo(room))
            return
        size = self.size().boundedTo(room)
        if layout.hasHeightForWidth():  # chips break into more lines than a dialog's smallest size knows
            size.setHeight(max(size.height(), layout.totalHeightForWidth(size.width())))
        self.resize(size)

    def _scroll(self, layout: QBoxLayout, size: QSize) -> None:
        focus, margins = self.focusWidget(), layout.contentsMargins()
        last = layout.itemAt(layout.count() - 1)
        foot = last.layout() if last is not None else None
        if isinstance(foot, QHBoxLayout):
            between = foot.spacing()  # asked while it still inherits it from the dialog's layout
            layout.takeAt(layout.count() - 1)
            foot.setSpacing(between)
        inner = _Scrolled(self)
        self._area = Room(inner, self)
        inner.setLayout(layout)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._area, 1)
        said = QVBoxLayout()
        said.setContentsMargins(margins.left(), space.NEAR, margins.right(), 0)
        for widget in self.kept_in_sight:
            layout.removeWidget(widget)
            said.addWidget(widget)
        outer.addLayout(said)
        if isinstance(foot, QHBoxLayout):
            foot.setContentsMargins(margins.left(), space.NEAR, margins.right(), space.BETWEEN)
            outer.addLayout(foot)
        self.setMinimumSize(0, 0)
        self.setMaximumSize(_ENDLESS)
        self.resize(size)
        if focus is not None:
            self._area.show()  # what is not shown yet keeps no focus: the dialog's first button would have it
            focus.setFocus()
