"""One program with windows a data folder: the first answers at a local socket, a second one asks it to the front."""

import hashlib
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_ASKED, _DONE = b"front\n", b"here\n"
_CONNECT_MS, _ANSWER_MS = 1_000, 5_000


def door_name(data_dir: Path) -> str:
    """Return the name of the local socket of a data folder: short, since a path of a socket may not be long."""
    return f"crmdesk-{hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:20]}"


class FrontDoor(QObject):
    """Listens while it lives; emits `asked` where another start of the program wants these windows at the front.

    Only whoever holds the folder's lock may make one: what a killed program left at that name is put away.
    """

    asked = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        QLocalServer.removeServer(name)
        self._server.listen(name)

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.close()

    def _answer(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            self.asked.emit()
            caller.write(_DONE)
            caller.flush()
            caller.disconnectFromServer()


def call_to_front(name: str) -> bool:
    """Ask the windows behind that name to come to the front; False where nobody answers."""
    application = QCoreApplication.instance() or QCoreApplication(["crmdesk"])  # kept alive while the socket waits
    caller = QLocalSocket(application)
    caller.connectToServer(name)
    if not caller.waitForConnected(_CONNECT_MS):
        return False
    _let_them_come()
    caller.write(_ASKED)
    caller.flush()
    answered = caller.waitForReadyRead(_ANSWER_MS) and caller.readAll().data() == _DONE
    caller.close()
    return answered


def _let_them_come() -> None:
    """Windows lets a program take the front only if the one that the person has just started allows it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
