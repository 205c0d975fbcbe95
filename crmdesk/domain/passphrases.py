"""The rule of passphrases that protect the data on a laptop; the window and the command line ask it here."""

from crmdesk.domain.errors import InputError

MIN_PASSPHRASE = 12
"""Characters: a sentence of everyday words has them at once."""
LONGEST_WAIT_S = 60.0


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


def wait_after_s(wrong: int) -> float:
    """Return how many seconds the next try waits after so many wrong ones in a row: 1, 2, 4 … 60."""
    return min(LONGEST_WAIT_S, 2.0 ** min(wrong - 1, 10)) if wrong > 0 else 0.0
