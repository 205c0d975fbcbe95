"""What proves a claim: its receipts are attached to it, and the same bytes prove one claim of the company only."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.errors import RefusedError
from crmdesk.server.proof_register import RECEIPTS, named
from crmdesk.server.tables import ROWS
from crmdesk.server.work import ServerActor, ServerWork


def lines_of(lines: Iterable[Mapping[str, Any]] | None) -> dict[str, int]:
    """Return SHA-256 → first line (from 1) that names it; one receipt may prove several lines of a claim."""
    found: dict[str, int] = {}
    for position, line in enumerate(lines or (), 1):
        for sha256 in line.get("receipt_sha256s") or ():
            found.setdefault(sha256, position)
    return found


def take(work: ServerWork, actor: ServerActor, claim: Mapping[str, Any]) -> None:
    """Take the receipts of a claim's lines.

    Raises RefusedError: `incomplete` for one that is not attached to the claim, `receipt_used` (line, and claim_id and
    title where the actor may see that claim) for one that another claim holds.
    """
    wanted = lines_of(claim.get("lines"))
    attached = _attached_to(work, claim["id"])
    for sha256, line in wanted.items():
        if sha256 not in attached:
            raise RefusedError("incomplete", field="receipt_sha256s", line=line)
    for _, line, other in RECEIPTS.take(work, claim["id"], wanted):
        raise RefusedError("receipt_used", line=line, **named(work, actor, other))


def keep_only(work: ServerWork, claim_id: str, lines: Iterable[Mapping[str, Any]] | None) -> None:
    """Free the receipts that a claim holds and its lines no longer name."""
    RECEIPTS.keep_only(work, claim_id, lines_of(lines))


def _attached_to(work: ServerWork, claim_id: str) -> set[str]:
    work.flush()  # those of the same batch, too
    table = ROWS["attachment"]
    mine = (table.c.parent_record == "claim") & (table.c.parent_id == claim_id) & table.c.deleted.is_(False)
    return set(work.connection.execute(sa.select(table.c.sha256).where(mine)).scalars())
