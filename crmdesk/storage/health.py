"""The health of a store: integrity of its pages, its references, its digests; and the outbox for support."""

import errno
from pathlib import Path

import msgspec

from crmdesk import durable
from crmdesk.domain.errors import WorldError
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Operation
from crmdesk.storage import digests, pending
from crmdesk.storage import driver as raw
from crmdesk.storage.search_index import SEARCHED
from crmdesk.storage.store import Store
from crmdesk.storage.work import driver_of

_MAX_FINDINGS = 50


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
    def sound(self) -> bool:
        """Nothing was found."""
        return not (self.pages or self.structure or self.references or self.digests or self.search or self.attachments)


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
    found = []
    for record in SEARCHED:
        rows = driver.execute(f"SELECT count(*) FROM row_{record} WHERE deleted = 0").fetchone()
        entries = driver.execute(f"SELECT count(*) FROM search_{record}_docsize").fetchone()
        if rows != entries:
            found.append(f"search_{record}")
    return found


def _counts(driver: raw.Driver) -> dict[str, int]:
    counts = {}
    for record in RECORDS:
        row = driver.execute(f"SELECT count(*) FROM row_{record} WHERE deleted = 0").fetchone()
        counts[record] = int(row[0]) if row else 0
    return counts


def rebuild_search(store: Store) -> None:
    """Make the search index anew from the rows."""
    from crmdesk.storage import rows, search_index

    with store.writing() as work:
        for record in SEARCHED:
            form = rows.shape(record)
            work.driver.execute(f"INSERT INTO search_{record}(search_{record}) VALUES ('delete-all')")
            entries = []
            for stored in work.driver.execute(f"{form.select} WHERE deleted = 0").fetchall():
                held = form.held(stored)
                entries.append((held.rowid, *search_index.entry(record, held.values).columns))
            search_index.put(work.driver, record, entries)


def outbox_operations(store: Store) -> list[Operation]:
    """Return everything of the person that the server has not taken: what waits, and what needs the person."""
    with store.reading() as connection:
        found = driver_of(connection).execute("SELECT seq, content FROM outbox UNION ALL SELECT seq, content "
                                              "FROM needs_you ORDER BY 1")  # fmt: skip
        return [pending.decode(row[1]) for row in found.fetchall()]


def export_outbox(store: Store, target: Path, key: bytes | None) -> int:
    """Write what the server has not taken to a file for support, sealed by `key` (32 bytes) or plain; return the count.

    Sealed: a SQLCipher file with one table `operation(seq, id, content)`. Plain: one JSON operation a line; only for
    the person who asks for it by name. Raises WorldError: `disk_full`, `file_not_written`.
    """
    operations = outbox_operations(store)
    temporary = target.with_name(f"{target.name}.new")
    try:
        temporary.unlink(missing_ok=True)
        if key is None:
            _write_plain(temporary, operations)
        else:
            _write_sealed(temporary, operations, key)
        durable.replace(temporary, target)
    except (OSError, raw.DriverError) as error:
        temporary.unlink(missing_ok=True)
        full = not isinstance(error, OSError) or error.errno == errno.ENOSPC
        raise WorldError("disk_full" if full else "file_not_written", path=str(target)) from error
    return len(operations)


def _write_plain(path: Path, operations: list[Operation]) -> None:
    with path.open("x", encoding="utf-8") as file:
        for operation in operations:
            file.write(pending.encode(operation) + "\n")


def _write_sealed(path: Path, operations: list[Operation], key: bytes) -> None:
    driver = raw.connect(path, key, journal="DELETE")
    try:
        driver.execute("CREATE TABLE operation(seq INTEGER, id TEXT, content TEXT)")
        driver.execute("BEGIN")
        rows = [(one.seq, one.id, pending.encode(one)) for one in operations]
        driver.executemany("INSERT INTO operation(seq, id, content) VALUES (?, ?, ?)", rows)
        driver.execute("COMMIT")
    finally:
        driver.close()


def read_sealed(path: Path, key: bytes) -> list[Operation]:
    """Return the operations of a sealed export; raises WorldError('wrong_key')."""
    try:
        driver = raw.connect(path, key, journal="DELETE")
        try:
            found = driver.execute("SELECT content FROM operation ORDER BY seq").fetchall()
        finally:
            driver.close()
    except raw.DriverError as error:
        raise WorldError("wrong_key") from error
    return [pending.decode(row[0]) for row in found]
