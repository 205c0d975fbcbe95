"""Opens the windows; what only commands need is not loaded for it."""

import gc
import time
from pathlib import Path

import platformdirs

from crmdesk.bootstrap import Premises, WindowSessions
from crmdesk.commandline.opening import Options
from crmdesk.commandline.output import Output, default_language
from crmdesk.domain.errors import CrmdeskError, WorldError
from crmdesk.storage import journal
from crmdesk.storage.folder_lock import FolderLock

_PATIENCE_S = 10.0
"""How long a second start waits for the first to answer."""


def own_folder() -> Path:
    """Return where the data of the person at this computer lies unless another folder is named."""
    return Path(platformdirs.user_data_dir("crmdesk", appauthor=False))


def main() -> int:
    """Open the windows as they are opened without any option, and return the exit code."""
    output = Output(False, default_language())
    folder = own_folder()
    try:
        journal.keep_in(folder)
        return open_windows(Options(folder, "", "", "", False, output))
    except CrmdeskError as error:
        return output.trouble(error)
    finally:
        journal.stop()


def open_windows(options: Options) -> int:
    """Show the windows until they are closed and return the exit code; Qt is loaded only here."""
    gc.disable()  # before the first widget: `crmdesk.ui.garbage` collects for it
    from crmdesk.ui.preflight import check_system

    check_system()
    premises = options.premises()
    hold = _hold_or_call(options, premises)
    if hold is None:
        return 0
    from crmdesk.ui.app import make_application
    from crmdesk.ui.single_window import FrontDoor, door_name
    from crmdesk.ui.system_signals import SystemSignals
    from crmdesk.ui.windows import Windows

    sessions = WindowSessions(premises)
    try:
        application = make_application()
        signals, door = SystemSignals(), FrontDoor(door_name(options.data_dir))
        windows = Windows(sessions, options.server, speaks=options.language)
        door.asked.connect(windows.to_front)
        windows.start()
        status = application.exec()
        door.close()
        signals.close()
        return status
    finally:
        sessions.close()
        hold.release()


def _hold_or_call(options: Options, premises: Premises) -> FolderLock | None:
    """Return the right to show windows on the folder, or None after the windows that are open came to the front.

    A program that holds the folder may be still starting or just ending: it is asked for some seconds.
    """
    from crmdesk.ui.single_window import call_to_front, door_name

    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return premises.hold_windows()
        except WorldError as error:
            if error.code != "in_use" or time.monotonic() > end:
                raise
        if call_to_front(door_name(options.data_dir)):
            said = options.output.pick(
                "crmdesk 已经打开，它的窗口已移到最前面。", "crmdesk is open already; its window is at the front now."
            )
            options.output.result({"already_open": True}, [said])
            return None
        time.sleep(0.1)
