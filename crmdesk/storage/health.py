"""The health of a store: integrity of its pages, its references, its digests; and the outbox for support."""

import errno
from pathlib import Path

import msgspec

from crmdesk import durable
from crmdesk.domain.errors import WorldError
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Operation
from crmdesk.storage import digests, pending, rows, search_index, works_at
from crmdesk.storage import driver as raw
from crmdesk.storage.search_index import SEARCHED
from crmdesk.storage.store import Store
from crmdesk.storage.work import driver_of

_MAX_FINDINGS = 50
_ENTRIES_AT_ONCE = 2_000


class Health(msgspec.Struct, frozen=True):
    """What a check found: each list is empty in a sound store. `rows` counts the rows of each record."""

    pages: list[str] = msgspec.field(default_factory=list)
    structure: list[str] = msgspec.field(default_factory=list)
    references: list[str] = msgspec.field(default_factory=list)
    digests: list[str] = msgspec.field(default_factory=list)
    search: list[str] = msgspec.field(default_factory=list)
    attachments: list[str] = msgspec.field(default_factory=list)
    rows: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def findings(self) -> list[str]:
        """Return what was found, of all kinds."""
        return [*self.pages, *self.structure, *self.references, *self.digests, *self.search, *self.attachments]

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return not self.findings


def check(store: Store) -> Health:
    """Check a store; reads all of it, so it takes its time. Writes nothing."""
    with store.writing() as work:
        # In WAL, pages not yet in the file would be reported as failures.
        driver = work.driver
        structure = [row[0] for row in driver.execute("PRAGMA integrity_check").fetchall() if row[0] != "ok"]
        health = Health(
            structure=structure[:_MAX_FINDINGS],
            references=_references(driver),
            digests=_digests(driver),
            search=_search(driver),
            attachments=store.blobs.check(),
            rows=_counts(driver),
        )
    health.pages.extend(_pages(store))
    return health


def _pages(store: Store) -> list[str]:
    with store.unshared() as driver:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return [str(row[0]) for row in driver.execute("PRAGMA cipher_integrity_check").fetchall()][:_MAX_FINDINGS]


def _references(driver: raw.Driver) -> list[str]:
    """Return bases without row or operation, and operations of records that are not declared."""
    found: list[str] = []
    for record in RECORDS:
        stray = driver.execute(
            f"SELECT id FROM base_row WHERE record = ?1 AND id NOT IN (SELECT id FROM row_{record}) "
            "AND id NOT IN (SELECT row_id FROM outbox WHERE record = ?1) "
            "AND id NOT IN (SELECT row_id FROM needs_you WHERE record = ?1)",
            (record,),
        )
        found += [f"base_row {record} {row[0]}" for row in stray]
    names = tuple(RECORDS)
    marks = ", ".join("?" * len(names))
    unknown = driver.execute(f"SELECT id FROM outbox WHERE record NOT IN ({marks})", names)
    found += [f"outbox {row[0]}" for row in unknown]
    return found[:_MAX_FINDINGS]


def _digests(driver: raw.Driver) -> list[str]:
    kept, counted = digests.stored(driver), digests.recounted(driver)
    return [f"{scope} {record}" for scope, record in sorted(set(kept) | set(counted))
            if kept.get((scope, record)) != counted.get((scope, record))][:_MAX_FINDINGS]  # fmt: skip


def _search(driver: raw.Driver) -> list[str]:
    """Return the indexes that lack the entry of a row or hold one of none; what the entries say is not compared."""
    found = []
    for record in SEARCHED:
        wanted = f"SELECT rowid FROM row_{record} WHERE deleted = 0"
        entries = f"SELECT id FROM search_{record}_docsize"
        missing = (
            f"SELECT * FROM ({wanted} EXCEPT {entries}) UNION ALL SELECT * FROM ({entries} EXCEPT {wanted}) LIMIT 1"
        )
        if driver.execute(missing).fetchone() is not None:
            found.append(f"search_{record}")
    if driver.execute(works_at.DRIFT).fetchone() is not None:
        found.append("works_at")
    return found


def _counts(driver: raw.Driver) -> dict[str, int]:
    counts = {}
    for record in RECORDS:
        row = driver.execute(f"SELECT count(*) FROM row_{record} WHERE deleted = 0").fetchone()
        counts[record] = int(row[0]) if row else 0
    return counts


def rebuild_search(store: Store) -> None:
    """Make the search index anew from the rows, in one transaction; takes seconds for a large store."""
    with store.writing() as work:
        for record in SEARCHED:
            search_index.clear(work.driver, record)
            form, last = rows.shape(record), 0
            while found := work.driver.execute(
                f"{form.select} WHERE deleted = 0 AND rowid > ? ORDER BY rowid LIMIT {_ENTRIES_AT_ONCE}", (last,)
            ).fetchall():
                last = found[-1][0]
                held = [form.held(one) for one in found]
                entries = [(one.rowid, *search_index.entry(record, one.values).columns) for one in held]
                search_index.put(work.driver, record, entries)
        for statement in works_at.FILL:
            work.driver.execute(statement)


def outbox_operations(store: Store) -> list[Operation]:
    """Return everything of the person that the server has not taken: what waits, and what needs the person."""
    with store.reading() as connection:
        found = driver_of(connection).execute("SELECT seq, content FROM outbox UNION ALL SELECT seq, content "
                                              "FROM needs_you ORDER BY 1")  # fmt: skip
        return [pending.decode(row[1]) for row in found.fetchall()]


def export_outbox(store: Store, target: Path) -> int:
    """Write what the server has not taken to a file for support, one JSON operation a line; return the count.

    It can be read by whoever has the file: only for the person who asks for it by name. Raises WorldError:
    `disk_full`, `file_not_written`.
    """
    operations = outbox_operations(store)
    temporary = target.with_name(f"{target.name}.new")
    try:
        temporary.unlink(missing_ok=True)
        with temporary.open("x", encoding="utf-8") as file:
            for operation in operations:
                file.write(pending.encode(operation) + "\n")
        durable.replace(temporary, target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WorldError(
            "disk_full" if error.errno == errno.ENOSPC else "file_not_written", path=str(target)
        ) from error
    return len(operations)
