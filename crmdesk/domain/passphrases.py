"""The rule of passphrases that protect the data on a laptop; the window and the command line ask it here."""

from crmdesk.domain.errors import InputError

MIN_PASSPHRASE = 12
"""Characters: a sentence of everyday words has them at once."""


def check_passphrase(text: str) -> None:
    """Raise InputError('passphrase_too_short') for one that is too short."""
    if len(text) < MIN_PASSPHRASE:
        raise InputError("passphrase_too_short", minimum=MIN_PASSPHRASE)
