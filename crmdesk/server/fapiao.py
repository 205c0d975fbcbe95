"""The register of fapiao numbers: one number belongs to at most one claim of the company.

A submitted claim takes its numbers; they stay with it while it is sent back or recalled, and become free when it is
rejected or deleted or when its author takes them out of the lines.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.scopes import money_scope, person_scope
from crmdesk.server.money_tables import FAPIAO
from crmdesk.server.tables import insert_ignoring
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
    wanted = numbers_of(claim.get("lines"))
    keep_only(work, claim["id"], wanted)
    insert = insert_ignoring(work.connection, FAPIAO)
    for number in sorted(wanted):
        work.connection.execute(insert, {"number": number, "claim_id": claim["id"], "taken_at": work.at})
    holders = _holders(work, wanted)
    for number, line in sorted(wanted.items(), key=lambda pair: pair[1]):
        if holders[number] != claim["id"]:
            raise RefusedError("fapiao_used", number=number, line=line, **_named(work, actor, holders[number]))


def keep_only(work: ServerWork, claim_id: str, numbers: Iterable[str]) -> None:
    """Free the numbers that a claim holds except the ones given."""
    kept = sorted(set(numbers))
    query = sa.delete(FAPIAO).where(FAPIAO.c.claim_id == claim_id)
    work.connection.execute(query.where(FAPIAO.c.number.not_in(kept)) if kept else query)


def free(work: ServerWork, claim_id: str) -> None:
    """Free every number that a claim holds."""
    keep_only(work, claim_id, ())


def _holders(work: ServerWork, numbers: Iterable[str]) -> dict[str, str]:
    rows = work.connection.execute(
        sa.select(FAPIAO.c.number, FAPIAO.c.claim_id).where(FAPIAO.c.number.in_(list(numbers)))
    )
    return {row.number: row.claim_id for row in rows}


def _named(work: ServerWork, actor: ServerActor, claim_id: str) -> dict[str, Any]:
    """Return the name of the holding claim for those who may see it, else nothing."""
    holder = work.get("claim", claim_id)
    if holder is None:
        return {}
    if not actor.scopes & {money_scope(holder["territory_id"]), person_scope(holder["owner_id"])}:
        return {}
    return {"claim_id": claim_id, "title": holder["title"]}
