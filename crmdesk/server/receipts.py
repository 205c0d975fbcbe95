"""What proves a claim: its receipts are attached to it, and the same bytes prove one claim of the company only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.claims import State, check_receipts, receipts_of
from crmdesk.domain.errors import RefusedError
from crmdesk.server.money_tables import RECEIPT
from crmdesk.server.proof_register import RECEIPTS, named
from crmdesk.server.tables import ATTACHMENT_HOLDER, ROWS, decode_json, insert_ignoring
from crmdesk.server.work import ServerActor, ServerWork

_TAKES_AT_SUBMISSION = (State.DRAFT, State.RETURNED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class Twice:
    """A receipt that proves two claims of before the register: the later one's line, both by id and title."""

    line: int
    claim_id: str
    title: str
    other_id: str
    other_title: str


def take(work: ServerWork, actor: ServerActor, claim: Mapping[str, Any]) -> None:
    """Take the receipts of a claim's lines.

    Raises RefusedError: `incomplete` for one that is not attached to the claim, `receipt_used` (line, and claim_id and
    title where the actor may see that claim) for one that another claim holds.
    """
    wanted = receipts_of(claim.get("lines"))
    attached = _attached_to(work, claim["id"])
    for sha256, line in wanted.items():
        if sha256 not in attached:
            raise RefusedError("incomplete", field="receipt_sha256s", line=line)
    for _, line, other in RECEIPTS.take(work, claim["id"], wanted):
        raise RefusedError("receipt_used", line=line, **named(work, actor, other))


def keep_only(work: ServerWork, claim_id: str, lines: Iterable[Mapping[str, Any]] | None) -> None:
    """Free the receipts that a claim holds and its lines no longer name."""
    RECEIPTS.keep_only(work, claim_id, receipts_of(lines))


def _attached_to(work: ServerWork, claim_id: str) -> set[str]:
    work.flush()  # those of the same batch, too
    table = ROWS["attachment"]
    mine = (table.c.parent_record == "claim") & (table.c.parent_id == claim_id) & table.c.deleted.is_(False)
    return set(work.connection.execute(sa.select(table.c.sha256).where(mine)).scalars())


def check_arrived(work: ServerWork, claim: Mapping[str, Any]) -> None:
    """Raise RefusedError('receipt_awaited', line=n) where the author of a receipt has not brought its bytes."""
    work.flush()
    table, holder = ROWS["attachment"], ATTACHMENT_HOLDER
    mine = (table.c.parent_record == "claim") & (table.c.parent_id == claim["id"]) & table.c.deleted.is_(False)
    brought = (holder.c.sha256 == table.c.sha256) & (holder.c.user_id == table.c.created_by)
    query = sa.select(table.c.sha256).outerjoin(holder, brought)
    here = query.where(mine, holder.c.user_id.is_not(None) | table.c.created_by.is_(None))
    check_receipts(claim, set(work.connection.execute(here).scalars()))


def register_earlier(work: ServerWork) -> list[Twice]:
    """Give the register what claims submitted before there was one have taken; again: changes nothing.

    The claim that was submitted first holds a receipt; returns what later ones name as well, in the order of
    submission. What lies with its author (draft, returned) takes its receipts when it is submitted.
    """
    table = ROWS["claim"]
    columns = (table.c.id, table.c.title, table.c.lines, table.c.submitted_at)
    held = table.c.deleted.is_(False) & (table.c.submission > 0) & table.c.state.not_in(_TAKES_AT_SUBMISSION)
    rows = work.connection.execute(sa.select(*columns).where(held).order_by(table.c.submitted_at, table.c.id)).all()
    insert, titles = insert_ignoring(work.connection, RECEIPT), {row.id: row.title for row in rows}
    twice = []
    for row in rows:
        marks = receipts_of(decode_json(row.lines))
        taken = [{"sha256": one, "claim_id": row.id, "taken_at": row.submitted_at} for one in sorted(marks)]
        if not taken:
            continue
        work.connection.execute(insert, taken)
        others = sa.select(RECEIPT.c.sha256, RECEIPT.c.claim_id).where(
            RECEIPT.c.sha256.in_(list(marks)), RECEIPT.c.claim_id != row.id
        )
        for sha256, other in work.connection.execute(others.order_by(RECEIPT.c.sha256)):
            twice.append(Twice(marks[sha256], row.id, row.title, other, titles.get(other, "")))
    return twice
