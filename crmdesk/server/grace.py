"""Grace: what somebody may still send about rows that were theirs until lately, by the server's own book of holders.

A territory may go to somebody else while a laptop is offline with edits that nobody has seen. They are taken for some
time and so reach the new owner; what any device says of the time of an edit decides nothing. Only edits and new rows
are taken: nothing is deleted or decided by somebody who has gone, and nothing of such a row is told. There is no grace
for a territory that was withdrawn from its holder, nor for whoever may not sign in any more.
"""

from datetime import timedelta
from functools import cached_property

from sqlalchemy import select

from crmdesk.domain.clock import to_text
from crmdesk.domain.fields import ScopeRule
from crmdesk.domain.records import RECORDS
from crmdesk.domain.scopes import territory_scope
from crmdesk.server import holdings
from crmdesk.server.scoping import Key
from crmdesk.server.tables import FEED, LEFT, ROWS, SCOPE_PASSAGE
from crmdesk.server.work import ServerActor, ServerWork

GRACE_DAYS = 30
"""So long after a person lost a territory, or a row left it, what the person sends about it is still taken."""

_LONG_AGO, _ALWAYS = "0", "9"
"""These sort before and behind every instant."""
_TAKEN = (ScopeRule.CUSTOMER, ScopeRule.TERRITORY)


class Former:
    """What one person held and holds no more; asked only about rows that are not held, so ordinary pushes cost nothing.

    `used` says that something was found within the time of grace since `begin`, `rows` which rows.
    """

    def __init__(self, work: ServerWork, actor: ServerActor) -> None:
        self._work, self._actor = work, actor
        self._lost: dict[Key, str] = {}
        self._limit = to_text(work.now - timedelta(days=GRACE_DAYS))
        self.used = False
        self.rows: set[Key] = set()

    def begin(self) -> None:
        """Begin with another operation."""
        self.used = False
        self.rows.clear()

    def has_territory(self, territory_id: object) -> bool:
        """Say whether a territory was the person's until lately: new rows for it are taken."""
        if not isinstance(territory_id, str) or territory_id in self._actor.territory_ids:
            return False
        found = self._ends.get(territory_id, "") >= self._limit
        self.used = self.used or found
        return found

    def has(self, record: str, row_id: object) -> bool:
        """Say whether the person held a row until lately."""
        key = (record, str(row_id))
        if self._lost_at(key) < self._limit:
            return False
        self.used = True
        self.rows.add(key)
        return True

    def ever_had(self, record: str, row_id: object) -> bool:
        """Say whether the person held a row, or what it belongs to, at any time that the book knows of."""
        key = (record, str(row_id))
        if record in RECORDS and RECORDS[record].scope is ScopeRule.PARENT and self._stretches:
            table = ROWS[record]
            query = select(table.c.parent_record, table.c.parent_id).where(table.c.id == key[1])
            parent = self._work.connection.execute(query).first()
            key = key if parent is None else (str(parent[0]), str(parent[1]))
        return self._lost_at(key) != ""

    @cached_property
    def _stretches(self) -> dict[str, list[holdings.Held]]:
        found: dict[str, list[holdings.Held]] = {}
        for one in holdings.held_by(self._work.connection, self._actor.user_id, self._work.now):
            found.setdefault(territory_scope(one.territory_id), []).append(one)
        return found

    @cached_property
    def _ends(self) -> dict[str, str]:
        """Return when the person lost each territory, by its id; what was withdrawn is lost for good."""
        return {
            some[0].territory_id: max("" if one.withdrawn else one.until or "" for one in some)
            for some in self._stretches.values()
        }

    def _lost_at(self, key: Key) -> str:
        """Return the instant at which the person lost a row: '' for one never held, _LONG_AGO for one withdrawn."""
        if key not in self._lost:
            self._lost[key] = self._look_up(*key)
        return self._lost[key]

    def _look_up(self, record: str, row_id: str) -> str:
        if record not in RECORDS or RECORDS[record].scope not in _TAKEN or not self._stretches:
            return ""
        table, entry, passage = ROWS[record], FEED.c, SCOPE_PASSAGE
        connection = self._work.connection
        made = connection.execute(select(table.c.created_at, table.c.created_by).where(table.c.id == row_id)).first()
        if made is None:
            return ""
        query = (
            select(entry.scope, entry.state, passage.c.entered_at, passage.c.left_at)
            .select_from(
                FEED.outerjoin(
                    passage,
                    (passage.c.scope == entry.scope)
                    & (passage.c.record == entry.record)
                    & (passage.c.row_id == entry.row_id),
                )
            )
            .where(entry.record == record, entry.row_id == row_id, entry.scope.in_(sorted(self._stretches)))
        )
        lost = ""
        for scope, state, entered_at, left_at in connection.execute(query).all():
            left = (left_at or made.created_at) if state == LEFT else _ALWAYS
            own = made.created_by == self._actor.user_id and not entered_at
            # an own row that came under grace was made after the territory was lost, and is known all the same
            began = "" if own else entered_at or made.created_at
            for one in self._stretches[scope]:
                if one.until is None and state != LEFT:
                    continue  # held today, or deleted where it is held
                end = min(one.until or _ALWAYS, left)
                if max(one.since, began) <= end:
                    lost = max(lost, _LONG_AGO if one.withdrawn else end)
        return lost
