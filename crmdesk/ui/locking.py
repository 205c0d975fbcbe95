"""Locks the windows of the person at work: at a key, and by itself when nobody has touched them for a while."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from crmdesk.services.commands import ChangeSet
from crmdesk.ui import lent_copies
from crmdesk.ui.idle_watch import IdleWatch
from crmdesk.ui.lock_choice import PREFERENCE, idle_limit_s
from crmdesk.ui.lock_window import LockWindow
from crmdesk.ui.pages.settings_page import SettingsPage
from crmdesk.ui.ports import SessionPort
from crmdesk.ui.side_window import to_front

if TYPE_CHECKING:
    from crmdesk.ui.main_window import MainWindow

_LOOK_MS = 250
"""How often it is looked, while locked, whether a window came up all the same: an answer or a timer may open one."""


class Locking(QObject):
    """Of one main window and all that stands beside it. What was open is hidden meanwhile, and stands as it was again.

    `clock` gives seconds that nobody sets (`idle_watch.seconds_awake_or_asleep`).
    """

    def __init__(self, main: "MainWindow", session: SessionPort, clock: Callable[[], float]) -> None:
        super().__init__(main)
        self._main, self._session, self._clock = main, session, clock
        self.window: LockWindow | None = None
        self._hidden: list[QWidget] = []
        self._active: QWidget | None = None
        self._choice = ""
        self.watch = IdleWatch(lambda: idle_limit_s(self._choice), clock, self)
        self.watch.idle.connect(self._idle)
        self._looks = QTimer(self)
        self._looks.setInterval(_LOOK_MS)
        self._looks.timeout.connect(self._hide)
        main.bridge.changed.connect(self._changed)
        main.closed.connect(self._main_closed)
        self._read()
        self.watch.begin()

    def lock(self) -> None:
        """Lock, or where nothing would keep anybody from unlocking, lead to where a passphrase is set."""
        if self.window is not None:
            return
        if self._protected():
            self._lock()
            return
        to_front(self._main)
        self._main.navigate("settings")
        page = self._main.page("settings")
        if isinstance(page, SettingsPage):
            page.offer_passphrase()

    def _idle(self) -> None:
        if self.window is None and self._protected():
            self._lock()

    def _protected(self) -> bool:
        account = self._session.known_account()
        return account is not None and account.needs_passphrase

    def _lock(self) -> None:
        self.watch.end()
        self._active = QApplication.activeWindow()
        self.window = window = LockWindow(self._session, self._clock)
        window.unlocked.connect(self._unlocked)
        window.given_up.connect(self._given_up)
        QGuiApplication.instance().focusWindowChanged.connect(self._focused)  # type: ignore[union-attr]
        window.begin(self._hide)
        for one in (self._main, *self._main.beside.windows):
            one.keep()  # also what an input method wrote into a field as it lost the focus
        window.close_data()  # after what is kept was handed to the writer
        self._looks.start()
        lent_copies.take_back()

    def _hide(self) -> None:
        """Hide everything but the lock, what stands in front first; menus and lists that dropped down close."""
        while (popup := QApplication.activePopupWidget()) is not None and not self._of_lock(popup):
            if not popup.close():
                break  # it is hidden below, as a window is
        shown = [one for one in QApplication.topLevelWidgets() if one.isVisible() and not self._of_lock(one)]
        for widget in sorted(shown, key=_depth, reverse=True):
            if isinstance(widget, QFileDialog):
                widget.reject()  # nothing is chosen: to be asked again costs nothing
                continue
            widget.hide()
            if widget.windowType() != Qt.WindowType.ToolTip:  # what the mouse pointed at is not shown again
                self._hidden.append(widget)

    def _of_lock(self, widget: QWidget | None) -> bool:
        """Say whether a window is the lock, or belongs to it as the menu that pastes into its field does."""
        while widget is not None and widget is not self.window:
            widget = widget.parentWidget()
        return widget is not None

    @Slot(QWindow)
    def _focused(self, focus: QWindow | None) -> None:
        """Let no window come before the lock."""
        own = self.window.windowHandle() if self.window is not None else None
        if self.window is not None and focus is not None and focus is not own:
            before = len(self._hidden)
            self._hide()
            if len(self._hidden) > before:  # else it was a menu of the lock itself
                self.window.activateWindow()

    def _unlocked(self) -> None:
        self._leave()
        for widget in sorted(filter(shiboken6.isValid, self._hidden), key=_depth):
            widget.show()
        self._hidden.clear()
        front = self._active if self._active is not None and shiboken6.isValid(self._active) else self._main
        front.raise_()
        front.activateWindow()
        self._close()
        self.watch.begin()

    def _given_up(self) -> None:
        self._main.close()

    def _main_closed(self) -> None:
        """Go with the main window, whatever closed it."""
        self._looks.stop()
        self.watch.end()
        if self.window is not None:
            self._leave()
            self._hidden.clear()
            self.window.given_up.disconnect(self._given_up)
            self._close()

    def _leave(self) -> None:
        self._looks.stop()
        QGuiApplication.instance().focusWindowChanged.disconnect(self._focused)  # type: ignore[union-attr]

    def _close(self) -> None:
        window, self.window = self.window, None
        if window is not None:
            window.close()
            window.deleteLater()

    def to_front(self) -> None:
        """Bring the lock to the front, also out of the task bar."""
        if self.window is not None:
            self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
            self.window.show()
            self.window.raise_()
            self.window.activateWindow()
            QApplication.alert(self.window)

    def _changed(self, changes: ChangeSet) -> None:
        if "preference" in changes.changed:
            self._read()

    def _read(self) -> None:
        self._main.context.ask(self, lambda reads: reads.preference(PREFERENCE, ""), self._take, latest="lock")

    def _take(self, choice: str) -> None:
        self._choice = choice


def _depth(widget: QWidget) -> int:
    """Return how many windows a window belongs to: those are shown before it and hidden after it."""
    count, parent = 0, widget.parentWidget()
    while parent is not None:
        count, parent = count + 1, parent.parentWidget()
    return count
