"""What the system asks of the program by signals: to end. Windows close as by a click, so that drafts are kept."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication

_ASKED_TO_END = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP


class SystemSignals(QObject):
    """Closes all windows at a signal that asks the program to end; made and closed in the main thread.

    Python runs its handlers between two of its own instructions only, and Qt's loop has none while nothing happens:
    the number of the signal goes through a socket that the loop watches.
    """

    def __init__(self) -> None:
        super().__init__()
        self._near, self._far = socket.socketpair()
        for one in (self._near, self._far):
            one.setblocking(False)
        self._fd_before = signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _pass_on) for number in _ASKED_TO_END}
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._told)

    def close(self) -> None:
        """Leave signals as they were found."""
        self._notifier.setEnabled(False)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd_before)
        self._near.close()
        self._far.close()

    def _told(self) -> None:
        self._near.recv(64)
        QApplication.closeAllWindows()
        QApplication.quit()


def _pass_on(_number: int, _frame: FrameType | None) -> None:
    """Do nothing here: the number is in the socket already."""
