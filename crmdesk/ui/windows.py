"""Which window is open: sign-in until somebody is signed in, then the main window, and back after signing out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from crmdesk.ui import language, lent_copies
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.ports import SessionPort, Signed
from crmdesk.ui.sign_in import SignInWindow

if TYPE_CHECKING:
    from crmdesk.ui.locking import Locking

_WATCHED_FROM_MS = 2_000
"""So long after the window is there it begins to look whether anybody is."""


class Windows(QObject):
    """Owns the windows. `opened(MainWindow)` tells when one is shown; `left(Signed)` when its desk can be closed."""

    opened = Signal(object)
    left = Signal(object)

    def __init__(
        self,
        session: SessionPort,
        default_server: str = "",
        first: Callable[[MainWindow], None] | None = None,
        tour: bool = True,
        speaks: str = "",
        clock: Callable[[], float] | None = None,
    ) -> None:
        """`clock` gives the seconds by which it locks when nobody is there; without one, those of the computer."""
        super().__init__()
        self._clock = clock
        self._speaks = speaks  # asked for at this start: not kept, but stronger than what was chosen before
        self._session, self._default_server, self._first, self._tour = session, default_server, first, tour
        self.sign_in: SignInWindow | None = None
        self.main: MainWindow | None = None
        self.locking: Locking | None = None
        self._watched = QTimer(self)  # its own, gone with it: a single shot would call what is not there any more
        self._watched.setSingleShot(True)
        self._watched.setInterval(_WATCHED_FROM_MS)
        self._watched.timeout.connect(self._watch)
        self._signed: Signed | None = None

    def start(self) -> None:
        """Show the sign-in window (it opens the desk by itself where no word is needed)."""
        lent_copies.take_back()
        self.sign_in = SignInWindow(self._session, self._default_server, self._speaks)
        self.sign_in.signed.connect(self.open)
        self.sign_in.begin()

    def to_front(self) -> None:
        """Bring the open window to the front, also out of the task bar; where the system forbids it, it calls."""
        if self.locking is not None and self.locking.window is not None:
            self.locking.to_front()
            return
        window = self.main or self.sign_in
        if window is not None:
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.show()
            window.raise_()
            window.activateWindow()
            QApplication.alert(window)

    def open(self, signed: Signed) -> None:
        """Show the main window of a signed-in person."""
        self._signed = signed
        self.main = MainWindow(signed, self._session, self._speaks)
        self.main.signed_out.connect(self._signed_out)
        self.main.closed.connect(self._closed)
        self.main.lock_wanted.connect(self.lock)
        self.main.show()
        self._watched.start()
        if self._tour:
            self.main.tour.begin_once()
        if self.sign_in is not None:
            if self.sign_in.chosen_language:
                self.main.choose_language(self.sign_in.chosen_language)
            self.sign_in.hide()
            self.sign_in.deleteLater()
            self.sign_in = None
        if self._first is not None:
            self._first(self.main)
        self.opened.emit(self.main)

    def lock(self) -> None:
        """Close the data and hide every window until the passphrase is typed."""
        self._watch()
        if self.locking is not None:
            self.locking.lock()

    def _watch(self) -> None:
        """Look from now on whether anybody is there: nothing that the start has to wait for."""
        if self.main is not None and self.locking is None:
            from crmdesk.ui.idle_watch import seconds_awake_or_asleep  # lazy, as the next
            from crmdesk.ui.locking import Locking

            self.locking = Locking(self.main, self._session, self._clock or seconds_awake_or_asleep)

    def _signed_out(self) -> None:
        window = self.main
        if language.current() != self._speaks:  # another one was chosen since
            self._speaks = ""
        self.start()  # before the other window closes: Qt ends the program with its last window
        if window is not None:
            window.close()

    def _closed(self) -> None:
        lent_copies.take_back()
        window, self.main = self.main, None
        self.locking = None  # goes with the window, its parent
        signed, self._signed = self._signed, None
        if window is not None:
            window.deleteLater()
        if signed is not None:
            self.left.emit(signed)
