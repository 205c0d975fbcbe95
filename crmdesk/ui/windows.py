"""Which window is open: sign-in until somebody is signed in, then the main window, and back after signing out."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from crmdesk.ui import language, lent_copies
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.ports import SessionPort, Signed
from crmdesk.ui.sign_in import SignInWindow


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
    ) -> None:
        super().__init__()
        self._speaks = speaks  # asked for at this start: not kept, but stronger than what was chosen before
        self._session, self._default_server, self._first, self._tour = session, default_server, first, tour
        self.sign_in: SignInWindow | None = None
        self.main: MainWindow | None = None
        self._signed: Signed | None = None

    def start(self) -> None:
        """Show the sign-in window (it opens the desk by itself where no word is needed)."""
        lent_copies.take_back()
        self.sign_in = SignInWindow(self._session, self._default_server, self._speaks)
        self.sign_in.signed.connect(self.open)
        self.sign_in.begin()

    def to_front(self) -> None:
        """Bring the open window to the front, also out of the task bar; where the system forbids it, it calls."""
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
        self.main.show()
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
        signed, self._signed = self._signed, None
        if window is not None:
            window.deleteLater()
        if signed is not None:
            self.left.emit(signed)
