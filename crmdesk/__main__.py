"""Starts crmdesk: `crmdesk` or `python -m crmdesk`."""

import sys

from crmdesk.commandline.app import main as run


def main() -> None:
    """Run the program with the arguments of the process."""
    sys.exit(run())


if __name__ == "__main__":
    main()
