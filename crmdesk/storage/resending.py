"""What a server that came back from a backup refused for want of rows that another laptop has yet to send again.

It waits with a reason of its own, and goes once more by itself, once, when all the rows that it names are here again.
"""

from crmdesk.domain.records import RECORDS
from crmdesk.domain.references import named
from crmdesk.protocol.messages import Operation
from crmdesk.storage import outbox, pending, rows, settings
from crmdesk.storage.driver import Driver
from crmdesk.storage.work import UnitOfWork


def note(work: UnitOfWork) -> None:
    """Keep which operations there were when another life of the server was told: all that wait now."""
    found = work.driver.execute("SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM outbox").fetchone()
    settings.set_meta_json(work.connection, outbox.OF_BEFORE, list(found or (0, 0)))


def renumbered(work: UnitOfWork) -> None:
    """Follow a new numbering of what is unsent."""
    if settings.meta(work.connection, outbox.OF_BEFORE):
        note(work)


def go_on(work: UnitOfWork) -> int:
    """Send again what was refused for want of rows that are here by now; return how many."""
    found = work.driver.execute(
        "SELECT content FROM needs_you WHERE code = ? AND waits_for = '' ORDER BY seq", (outbox.ROW_AWAITED,)
    ).fetchall()
    ready = [one for one in (pending.decode(row[0]) for row in found) if _all_here(work.driver, one)]
    for operation in ready:
        outbox.retry(work, operation.id)
    return len(ready)


def _all_here(driver: Driver, operation: Operation) -> bool:
    record = RECORDS[operation.record]
    keys = named(record, {name: new for name, (_, new) in operation.fields.items()})
    if operation.kind != "create":
        keys.add((record.name, operation.row_id))
    return all(_is_here(driver, *key) for key in keys)


def _is_here(driver: Driver, record: str, row_id: str) -> bool:
    held = rows.read(driver, record, row_id)
    return held is not None and not held.values["deleted"] and int(held.values["revision"]) > 0
