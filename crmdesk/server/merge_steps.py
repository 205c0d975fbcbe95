"""What merging and restoring two customers share at the server, whatever kind they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from crmdesk.domain.customer_merge import BY_RECORD, MergeKind
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.records import RECORDS
from crmdesk.server.tables import ROWS
from crmdesk.server.work import ServerActor, ServerWork

HELD_FAST = frozenset({"claim", *BY_RECORD})
"""What keeps naming whom it named: claims are bound to their content, a merge is its own journal."""
Values = dict[str, Any]


class Steps:
    """The steps of one merge: `merge` returns what was moved, `restore` puts exactly that back."""

    def __init__(
        self, kind: MergeKind, work: ServerWork, actor: ServerActor, merge_id: str, kept: Values, other: Values
    ) -> None:
        self.kind, self.work, self.actor = kind, work, actor
        self.kept, self.other = kept, other
        self.reason = f"merge {merge_id}"

    def merge(self, take: list[str]) -> Values:
        """Move everything from the other one to the kept one, and return what was moved."""
        raise NotImplementedError

    def restore(self, moved: Mapping[str, Any]) -> None:
        """Put back what a merge moved; what people changed since stays as they left it."""
        raise NotImplementedError

    def update(self, record: str, row_id: str, changes: Mapping[str, Any], action: str = "edit") -> None:
        """Change a row in the name of the merge."""
        self.work.update(record, row_id, changes, self.actor, reason=self.reason, action=action)

    def live(self, record: str, where: Any) -> list[Values]:
        """Return the rows that are not deleted, as they are in this transaction, in order of their ids."""
        table = ROWS[record]
        query = select(table.c.id).where(where, table.c.deleted.is_(False)).order_by(table.c.id)
        ids = list(self.work.connection.execute(query).scalars())
        return [dict(row) for one in ids if (row := self.work.get(record, one, lock=True)) is not None]

    def pointing(self, kind: Kind) -> Iterator[tuple[str, Field]]:
        """Yield the declared fields that name customers of this kind and follow a merge."""
        for record in RECORDS.values():
            if record.name not in HELD_FAST:
                yield from (
                    (record.name, one) for one in record.fields if one.ref == self.kind.of.name and one.kind is kind
                )

    def naming(self, record: str, declared: Field) -> list[Values]:
        """Return the live rows that name the other one in a field."""
        return self.live(record, ROWS[record].c[declared.name] == self.other["id"])

    def attached(self) -> list[Values]:
        """Return the files of the other one."""
        table = ROWS["attachment"]
        theirs = (table.c.parent_record == self.kind.of.name) & (table.c.parent_id == self.other["id"])
        return self.live("attachment", theirs)
