"""The rule of passphrases that protect the data on a laptop; the window and the command line ask it here."""

from crmdesk.domain.errors import InputError

MIN_PASSPHRASE = 12
"""Characters: a sentence of everyday words has them at once."""


def check_passphrase(text: str) -> None:
    """Raise InputError('passphrase_too_short') for one that is too short."""
    if len(text) < MIN_PASSPHRASE:
        raise InputError("passphrase_too_short", minimum=MIN_PASSPHRASE)


def check_new_passphrase(text: str, again: str) -> None:
    """Refuse a new one that is too short or was not typed twice alike.

    Raises InputError: `passphrase_too_short`, `passphrase_again_missing`, `passphrase_differs`.
    """
    check_passphrase(text)
    if text != again:
        raise InputError("passphrase_differs" if again else "passphrase_again_missing")
