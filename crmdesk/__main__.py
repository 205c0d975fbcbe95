"""Starts crmdesk: `crmdesk` or `python -m crmdesk`."""

import gc
import sys
from collections.abc import Callable, Sequence

from crmdesk.domain import terminal


def program(arguments: Sequence[str]) -> Callable[[], int]:
    """Load the program; without arguments only what opens the windows.

    Nothing of it is garbage: nobody looks for any meanwhile, and later looks leave it out. The collector runs again for
    what has arguments; windows turn it off and collect by themselves (`crmdesk.ui.garbage`). Only here, where the whole
    process is the program's: a command that runs inside another program's process leaves its collector alone.
    """
    gc.disable()
    run: Callable[[], int]
    if arguments:
        from crmdesk.commandline import app

        run = _collecting(app.main)
    else:
        from crmdesk.commandline import windows

        run = windows.main
    gc.freeze()
    return run


def _collecting(run: Callable[[], int]) -> Callable[[], int]:
    def collecting() -> int:
        gc.enable()
        return run()

    return collecting


def main() -> None:
    """Run the program with the arguments of the process."""
    terminal.spell_what_cannot_be_written()
    sys.exit(program(sys.argv[1:])())


if __name__ == "__main__":
    main()
