"""A process that opens one window and says when it could be used: `empty`, or the app over a prepared store.

Started by `bench.starting`; the arguments are `empty`, or `app` and the folder of the store. It prints the instants of
the monotonic clock, which all processes share, at which the window could be used and at which it was complete.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any


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
    now = time.monotonic()
    print(now, now)
    return 0


def app(folder: Path) -> int:
    """Open the store as the program does and show the main window, till everything that it asked for is answered.

    It can be used when the first page shows its rows and its panel; what only follows (suggestions from all customers,
    counts in the rail) makes it complete.
    """
    from crmdesk.__main__ import program

    program([])  # loads what the program loads before it knows that windows are wanted
    from crmdesk.bootstrap import SyncDesk
    from crmdesk.ui.app import make_application

    application = make_application()
    from bench import replica
    from bench.nobody import Nobody
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
    windows = Windows(Nobody())
    windows.open(Signed(desk, sync))
    window: Any = windows.main
    usable = _turn_until(application, partial(_shows_the_day, window))
    complete = _turn_until(application, lambda: not window.bridge.waiting)
    print(usable, complete)
    desk.close()
    store.close()
    return 0


def _shows_the_day(window: Any) -> bool:
    page = window.page("today")
    return page._view is not None


def _turn_until(application: Any, reached: Callable[[], bool]) -> float:
    """Handle events, without looking in between, until something is reached and painted; return when that was."""
    from PySide6.QtCore import QEventLoop

    while not reached():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    application.processEvents()
    return time.monotonic()


def main() -> int:
    """Run what the arguments ask for."""
    return app(Path(sys.argv[2])) if sys.argv[1] == "app" else empty()


if __name__ == "__main__":
    sys.exit(main())
