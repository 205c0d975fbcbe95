"""Which life of the server a revision that is held here belongs to: after a restore both are held for a while."""

from collections.abc import Iterable

import msgspec

from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Operation
from crmdesk.storage import settings
from crmdesk.storage.connection import Connection
from crmdesk.storage.driver import Driver

ANYWHERE = ""
"""The scope, in `stale`, of what was held when the server came back from a backup: it counts anew wherever it comes."""
_EPOCH, _FORMER = "epoch", "former_epoch"
_UNTOLD = "?"
"""Of several lives that followed each other quickly; no server takes it for the name of one it knows."""


def take_over(connection: Connection, driver: Driver, epoch: str) -> bool:
    """Keep the name of the server's life, and say whether it is another one than was known.

    All that is held by then is of the former life until it comes again.
    """
    known = settings.meta(connection, _EPOCH)
    another = known not in ("", epoch)
    if another:
        left_over = driver.execute("SELECT 1 FROM stale WHERE scope = ? LIMIT 1", (ANYWHERE,)).fetchone()
        settings.set_meta(connection, _FORMER, _UNTOLD if left_over else known)
        driver.execute("DELETE FROM stale WHERE scope = ?", (ANYWHERE,))
        for record in RECORDS:
            driver.execute(
                f"INSERT INTO stale(scope, record, id) SELECT ?, ?, id FROM row_{record} WHERE revision > 0",
                (ANYWHERE, record),
            )
    settings.set_meta(connection, _EPOCH, epoch)
    return another


def life_of(connection: Connection, record: str, row_id: str) -> str:
    """Return the name of the life that gave the revision of a row."""
    query = "SELECT 1 FROM stale WHERE scope = ? AND record = ? AND id = ?"
    stale = connection.driver.execute(query, (ANYWHERE, record, row_id)).fetchone()
    return settings.meta(connection, _FORMER if stale else _EPOCH)


def told(driver: Driver, operations: Iterable[Operation]) -> list[Operation]:
    """Return operations as they are sent: the life is told where it is not the one that the cursor beside them names.

    A server that knows nothing of lives never reads of one, as long as it was not restored.
    """
    found = driver.execute("SELECT value FROM meta WHERE name = ?", (_EPOCH,)).fetchone()
    epoch = str(found[0]) if found else ""
    return [msgspec.structs.replace(one, life="") if one.life == epoch else one for one in operations]
