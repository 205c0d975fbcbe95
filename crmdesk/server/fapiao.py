"""The numbers of fapiao: one number belongs to at most one claim of the company."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from crmdesk.domain.errors import RefusedError
from crmdesk.server.proof_register import NUMBERS, named
from crmdesk.server.work import ServerActor, ServerWork


def normalised(number: str | None) -> str:
    """Return the digits of a fapiao number however it was typed (full width, spaces, 'No.'); '' for none.

    A number without a single digit is kept as its letters, so that it still can't be used twice.
    """
    folded = "".join(map(_plain_digit, unicodedata.normalize("NFKC", number or "").upper()))
    return re.sub(r"[^0-9]", "", folded) or re.sub(r"[\W_]", "", folded)


def _plain_digit(sign: str) -> str:
    """Return a decimal digit of any script as 0-9, every other sign as it is."""
    value = unicodedata.decimal(sign, -1)
    return sign if value < 0 else str(value)


def numbers_of(lines: Iterable[Mapping[str, Any]] | None) -> dict[str, int]:
    """Return normalised number → line (from 1); raises RefusedError('fapiao_used') where two lines share one."""
    found: dict[str, int] = {}
    for position, line in enumerate(lines or (), 1):
        number = normalised(line.get("fapiao_number"))
        if number and number in found:
            raise RefusedError("fapiao_used", number=number, line=position, other_line=found[number])
        if number:
            found[number] = position
    return found


def take(work: ServerWork, actor: ServerActor, claim: Mapping[str, Any]) -> None:
    """Take the numbers of a claim's lines and free those that it held before and no longer names.

    Raises RefusedError('fapiao_used', number, line, and claim_id and title where the actor may see that claim).
    """
    for number, line, other in NUMBERS.take(work, claim["id"], numbers_of(claim.get("lines"))):
        raise RefusedError("fapiao_used", number=number, line=line, **named(work, actor, other))


def keep_only(work: ServerWork, claim_id: str, lines: Iterable[Mapping[str, Any]] | None) -> None:
    """Free the numbers that a claim holds and its lines no longer name."""
    NUMBERS.keep_only(work, claim_id, (normalised(line.get("fapiao_number")) for line in lines or ()))
