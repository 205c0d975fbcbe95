"""What can go wrong, apart by who can mend it: the person's input, the world, or a bug of ours.

Every error carries a stable code and plain parameters; the words for people are made by the user interface and the
command line from the code, so that both languages stay complete.
"""

from typing_extensions import override


class CrmdeskError(Exception):
    """An expected failure with a code for words and support."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @override
    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code


class InputError(CrmdeskError):
    """What the person gave cannot be taken; nothing was changed."""


class RefusedError(CrmdeskError):
    """A rule or a right says no; nothing was changed."""


class WorldError(CrmdeskError):
    """Disk, network, key ring or server failed; nothing that was saved is lost."""
