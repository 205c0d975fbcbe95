"""A process that opens one window and ends when it can be used: `empty`, or the app over a prepared store.

Started by `bench.starting`; the arguments are `empty`, or `app` and the folder of the store.
"""

import sys
from concurrent.futures import Future
from pathlib import Path


def empty() -> int:
    """Show a window with nothing in it and end with the first turn of the event loop after it was painted."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication([])
    window = QMainWindow()
    window.resize(1366, 768)
    window.show()
    QTimer.singleShot(0, application.quit)
    application.exec()
    return 0


def app(folder: Path) -> int:
    """Open the store as the program does, show the main window and end when the first page shows its rows."""
    from crmdesk.__main__ import program

    program()  # loads what the program loads before it knows that windows are wanted
    from crmdesk.bootstrap import SyncDesk
    from crmdesk.ui.app import make_application

    application = make_application()
    from bench import replica
    from crmdesk.services.desk import Desk
    from crmdesk.storage.store import Store
    from crmdesk.sync.engine import SyncEngine
    from crmdesk.sync.session import Session
    from crmdesk.sync.transport import Transport
    from crmdesk.ui.ports import Signed
    from crmdesk.ui.windows import Windows

    store = Store.open(folder, replica.KEY)
    desk = Desk(store)
    sync = SyncDesk(desk)
    transport = Transport("http://127.0.0.1:9")
    sync.drive(SyncEngine(store, Session(store, transport), sync))
    windows = Windows(_Nobody())
    _quit_when_read(windows, desk, application)
    windows.open(Signed(desk, sync))
    application.exec()
    desk.close()
    store.close()
    return 0


class _Nobody:
    """A session without an account: the runner hands over the open desk itself."""

    def known_account(self) -> None:
        """Return that there is no account."""

    def sign_in(self, *_words: str) -> "Future[object]":
        """Never asked: the desk is open."""
        raise NotImplementedError

    unlock = sign_out = sign_in


def _quit_when_read(windows: object, desk: object, application: object) -> None:
    """End the program once every read that the first page asked for is answered and painted."""
    from PySide6.QtCore import QTimer

    waiting: list[Future[object]] = []
    ask = desk.ask

    def noted(read: object) -> "Future[object]":
        future = ask(read)
        waiting.append(future)
        return future

    desk.ask = noted
    timer = QTimer(windows)
    calm = 0

    def look() -> None:
        nonlocal calm
        calm = calm + 1 if waiting and all(one.done() for one in waiting) else 0
        if calm >= 2:  # one turn for the answers to reach the page, one for it to be painted
            failed = [one for one in waiting if one.exception() is not None]
            application.exit(1 if failed else 0)

    timer.timeout.connect(look)
    timer.start(0)


def main() -> int:
    """Run what the arguments ask for."""
    return app(Path(sys.argv[2])) if sys.argv[1] == "app" else empty()


if __name__ == "__main__":
    sys.exit(main())
