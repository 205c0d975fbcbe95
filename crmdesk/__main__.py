"""Starts crmdesk: `crmdesk` or `python -m crmdesk`."""

import gc
import sys
from collections.abc import Callable, Sequence

from crmdesk.domain import terminal


def program(arguments: Sequence[str]) -> Callable[[], int]:
    """Load the program; without arguments only what opens the windows.

    Nothing of it is garbage: nobody looks for any meanwhile, and later looks leave it out. The collector stays off: a
    command turns it on, windows collect by themselves (`crmdesk.ui.garbage`).
    """
    gc.disable()
    run: Callable[[], int]
    if arguments:
        from crmdesk.commandline import app

        run = app.main
    else:
        from crmdesk.commandline import windows

        run = windows.main
    gc.freeze()
    return run


def main() -> None:
    """Run the program with the arguments of the process."""
    terminal.spell_what_cannot_be_written()
    sys.exit(program(sys.argv[1:])())


if __name__ == "__main__":
    main()
