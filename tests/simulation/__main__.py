"""`python -m tests.simulation`: runs seeds over all cores, or looks for the planted bugs, and ends with one line."""

import argparse
import os
import sys

from tests.simulation import fleet


def main() -> int:
    """Run as the arguments say; the exit code is 1 where something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("what", nargs="?", default="seeds", choices=("seeds", "planted"))
    parser.add_argument("--seeds", type=int, default=int(os.environ.get("SEEDS", "40")))
    parser.add_argument("--first-seed", type=int, default=int(os.environ.get("FIRST_SEED", "1")))
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--bugs", nargs="*", default=[], help="only these planted bugs")
    parser.add_argument("--write", action="store_true", help="put the table of planted bugs into docs/sync.md")
    given = parser.parse_args()
    if given.what == "planted":
        return fleet.planted_bugs(given.first_seed, given.seeds, given.cores, given.bugs, given.write)
    return fleet.seeds(given.first_seed, given.seeds, given.cores)


if __name__ == "__main__":
    sys.exit(main())
