"""Starts crmdesk: `crmdesk` or `python -m crmdesk`."""

import gc
import sys
from collections.abc import Callable


def program() -> Callable[[], int]:
    """Load the program. Nothing of it is garbage: nobody looks for any meanwhile, and later looks leave it out.

    The collector stays off: a command turns it on, windows collect by themselves (`crmdesk.ui.garbage`).
    """
    gc.disable()
    from crmdesk.commandline.app import main as run

    gc.freeze()
    return run


def main() -> None:
    """Run the program with the arguments of the process."""
    sys.exit(program()())


if __name__ == "__main__":
    main()
