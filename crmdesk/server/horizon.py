"""The horizon: entries of the feed for rows gone so long ago that whoever does not know of it yet starts anew.

The feed tells each laptop what left its scopes and what was deleted. It need not do so for ever: a cursor says on which
day its laptop held everything, and one from before the horizon is answered like none at all. The rows themselves stay,
deleted, so that no id is ever used a second time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, select, tuple_

from crmdesk.domain.clock import to_text
from crmdesk.domain.records import RECORDS
from crmdesk.server import audit, feed
from crmdesk.server.database import Database
from crmdesk.server.tables import DELETED, FEED, LEFT, ROWS, SCOPE_PASSAGE
from crmdesk.server.work import ServerWork

AWAY_DAYS = 365
"""A laptop that was away for longer fetches everything anew; what waits in it is taken or refused as ever."""
_KEPT_DAYS = AWAY_DAYS + 7
_RENEWED_DAYS = 30
_AT_ONCE = 500

Entry = tuple[str, str, str]
"""(scope, record, row id)"""


def day_of(now: datetime) -> int:
    """Return the day of an instant, as a cursor carries it."""
    return now.toordinal()


def is_behind(day: int, now: datetime) -> bool:
    """Say whether a laptop that held everything on `day` may miss something that the feed has forgotten."""
    return day_of(now) - day > AWAY_DAYS


def renewed(day: int, now: datetime) -> int:
    """Return the day to note for a laptop that holds everything now; seldom another one, so that cursors rest."""
    return day_of(now) if abs(day_of(now) - day) > _RENEWED_DAYS else day  # a later one: the clock was ahead then


def forget(database: Database) -> int:
    """Remove what has been gone from the feed for longer than any laptop may stay away; return how many entries.

    It is as late as the clock says, but not later than the last entry of the trail: a machine may start with a clock
    that is years ahead, and where nobody works nothing hurries.
    """
    with database.reading() as connection:
        now = min(database.clock(), audit.last_told(connection) or database.clock())
    limit = to_text(now - timedelta(days=_KEPT_DAYS))
    removed = 0
    for record in RECORDS:
        while gone := _gone(database, record, limit):
            removed += database.run(partial(_remove, gone=gone))
    return removed


def _gone(database: Database, record: str, limit: str) -> list[Entry]:
    """Return some entries of one record that left or were deleted before an instant."""
    table, passage, entry = ROWS[record], SCOPE_PASSAGE, FEED.c
    columns = (entry.scope, entry.record, entry.row_id)
    same = (passage.c.scope == entry.scope) & (passage.c.record == entry.record) & (passage.c.row_id == entry.row_id)
    left = select(*columns).join(passage, same).where(entry.state == LEFT, passage.c.left_at < limit)
    ended = table.c.deleted.is_(True) & (table.c.updated_at < limit)
    deleted = select(*columns).join(table, table.c.id == entry.row_id).where(entry.state == DELETED, ended)
    with database.reading() as connection:
        for query in (left, deleted):
            found = connection.execute(query.where(entry.record == record).limit(_AT_ONCE)).all()
            if found:
                return [(scope, named, row_id) for scope, named, row_id in found]
    return []


def _remove(work: ServerWork, gone: Sequence[Entry]) -> int:
    """Remove entries that are still of rows which are gone; nobody writes these scopes meanwhile."""
    connection = work.connection
    feed.lock_heads(connection, sorted({scope for scope, _, _ in gone}))
    named = tuple_(FEED.c.scope, FEED.c.record, FEED.c.row_id).in_(gone)
    count = connection.execute(delete(FEED).where(named, FEED.c.state.in_([LEFT, DELETED]))).rowcount
    return int(count)
