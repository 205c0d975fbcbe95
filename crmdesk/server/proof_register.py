"""The registers of what may prove one claim of the company only: numbers of fapiao, bytes of receipts.

A submitted claim takes its marks; they stay with it while it is sent back or recalled, and become free when it is
rejected or deleted or when its author takes them out of the lines.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.scopes import money_scope, person_scope
from crmdesk.server.money_tables import FAPIAO, RECEIPT
from crmdesk.server.tables import insert_ignoring
from crmdesk.server.work import ServerActor, ServerWork


@dataclass(frozen=True, slots=True)
class Register:
    """Which claim holds a mark; `column` names the marks in `table`."""

    table: sa.Table
    column: str

    def take(self, work: ServerWork, claim_id: str, wanted: Mapping[str, int]) -> Iterable[tuple[str, int, str]]:
        """Take marks (with the line of each) and free those that the claim held before and no longer names.

        Returns (mark, line, claim) of those that another claim holds, in the order of the lines.
        """
        self.keep_only(work, claim_id, wanted)
        insert = insert_ignoring(work.connection, self.table)
        for mark in sorted(wanted):
            work.connection.execute(insert, {self.column: mark, "claim_id": claim_id, "taken_at": work.at})
        marks, holder = self.table.c[self.column], self.table.c.claim_id
        query = sa.select(marks, holder).where(marks.in_(list(wanted)), holder != claim_id)
        taken = [(mark, wanted[mark], other) for mark, other in work.connection.execute(query)]
        return sorted(taken, key=lambda one: one[1])

    def keep_only(self, work: ServerWork, claim_id: str, marks: Iterable[str]) -> None:
        """Free the marks that a claim holds except the ones given."""
        kept, query = sorted(set(marks)), sa.delete(self.table).where(self.table.c.claim_id == claim_id)
        work.connection.execute(query.where(self.table.c[self.column].not_in(kept)) if kept else query)


NUMBERS = Register(FAPIAO, "number")
RECEIPTS = Register(RECEIPT, "sha256")


def free(work: ServerWork, claim_id: str) -> None:
    """Free every mark that a claim holds."""
    for register in (NUMBERS, RECEIPTS):
        register.keep_only(work, claim_id, ())


def named(work: ServerWork, actor: ServerActor, claim_id: str) -> dict[str, Any]:
    """Return the name of the holding claim for those who may see it, else nothing."""
    holder = work.get("claim", claim_id)
    if holder is None:
        return {}
    if not actor.scopes & {money_scope(holder["territory_id"]), person_scope(holder["owner_id"])}:
        return {}
    return {"claim_id": claim_id, "title": holder["title"]}
