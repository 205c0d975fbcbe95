"""What came out of an older store or went into a backup: counted by the storage, told by windows and command line."""

from typing import NamedTuple


class Brought(NamedTuple):
    """How much came: changes that go out again, that need the person, that were given up; drafts and files with bytes.

    `left`: drafts that stay in the older store, because another one of the same page is being typed in the present one.
    `stays`: all of it came, and it could not be deleted.
    """

    changes: int = 0
    needs_you: int = 0
    given_up: int = 0
    drafts: int = 0
    files: int = 0
    left: int = 0
    stays: bool = False


class BackedUp(NamedTuple):
    """A backup that was made: its folder, when (text), and what it holds."""

    path: str
    at: str
    held: Brought
