"""The windows beside the main one: a customer or a visit in a window of its own, living from the same ChangeSets."""

from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from typing_extensions import override

from crmdesk.ui.page_window import PageWindow
from crmdesk.ui.parts.room import fit
from crmdesk.ui.ports import SessionPort, Signed

ALONE = frozenset({"doctor", "institution", "visit"})
"""Pages that can stand in a window of their own; whatever leads elsewhere is shown by the main window."""


class SideWindow(PageWindow):
    """One customer or visit, and what is opened from it. `closed(SideWindow)` when it goes."""

    closed = Signal(object)

    def __init__(self, main: PageWindow, signed: Signed, session: SessionPort) -> None:
        super().__init__(signed, session)
        self._main = main
        self.lock_wanted.connect(main.lock)
        self.setObjectName("side_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, QSize(900, 600), QSize(1120, 720))
        self.setCentralWidget(self._make_room())
        self._bind_common()
        self.context.actions.bind(self, "close_window", self.close)
        self._add_overlays()

    @override
    def navigate(self, page: str, **args: Any) -> None:
        """Show a customer or a visit here, anything else in the main window."""
        if page in ALONE:
            super().navigate(page, **args)
        else:
            self._main.navigate(page, **args)
            to_front(self._main)

    @override
    def _leads_to(self, page: str) -> bool:
        return False  # what is begun there is begun in the main window, which has a palette of its own

    @override
    def back(self) -> None:
        """Return to the page before; from the first one the window closes."""
        if len(self._history) > 1:
            super().back()
        else:
            self.close()

    def shows(self, page: str, args: dict[str, Any]) -> bool:
        """Say whether this window shows that row."""
        shown = self.page(self.shown).subject() if self._history else None
        return shown == (page, args) or self._history[-1:] == [(page, args)]

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit(self)


class Beside(QObject):
    """All windows beside a main window; one row is never open in two of them."""

    def __init__(self, main: PageWindow, signed: Signed, session: SessionPort) -> None:
        super().__init__(main)
        self._main, self._signed, self._session = main, signed, session
        self.windows: list[SideWindow] = []

    def open(self, page: str, args: dict[str, Any]) -> None:
        """Show a row in a window of its own, or bring the one to the front that shows it."""
        if self.bring(page, args):
            return
        window = SideWindow(self._main, self._signed, self._session)
        window.closed.connect(self._closed)
        self.windows.append(window)
        window.navigate(page, **args)
        window.show()
        to_front(window)

    def bring(self, page: str, args: dict[str, Any]) -> bool:
        """Bring the window to the front that shows this row; returns whether there is one."""
        found = next((one for one in self.windows if page in ALONE and args and one.shows(page, args)), None)
        if found is not None:
            to_front(found)
        return found is not None

    def close(self) -> None:
        """Close them all; each keeps what is being typed in it."""
        for window in list(self.windows):
            window.close()

    def _closed(self, window: SideWindow) -> None:
        self.windows.remove(window)


def to_front(window: PageWindow) -> None:
    """Bring a window to the front, also out of the task bar."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
