"""What the last imports on this laptop made and changed, row by row: noted in the commit that wrote the rows.

Of a row that was made only a fingerprint of its values is kept, of a field that was changed the value of before: what
is erased elsewhere does not live on here.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from crmdesk.domain.fields import Record
from crmdesk.storage.connection import Connection
from crmdesk.storage.json_text import from_json, to_json

KEPT_RUNS = 10
"""Older ones are forgotten when a new one begins."""
_encode = msgspec.json.Encoder(order="sorted").encode
_REVIEW: Mapping[str, tuple[Any, ...]] = {"status": ("under_review", "active"), "under_review": (True, False)}
"""What the server gives to a new customer by itself: no one wrote it."""


class Entry(msgspec.Struct, frozen=True):
    """One row of a run. `earlier` is of a row that was changed: {field: (value before, fingerprint of the new one)}.

    `revision` is the highest that the import itself can have brought a row to that it made.
    """

    record: str
    row_id: str
    fingerprint: str = ""
    revision: int = 1
    earlier: Mapping[str, tuple[Any, str]] = msgspec.field(default_factory=dict)

    @property
    def made(self) -> bool:
        """Say whether the import made the row."""
        return bool(self.fingerprint)


class Run(msgspec.Struct, frozen=True):
    """One import: its file, when it began, how many rows of each record it wrote and how many of those are left."""

    id: str
    file_name: str
    at: str
    counts: Mapping[str, int]
    left: Mapping[str, int]


def value_print(value: Any) -> str:
    """Return the fingerprint of one value; nothing, empty text and empty lists are alike."""
    return blake2b(_encode(value if value not in ("", [], {}) else None), digest_size=8).hexdigest()


def row_print(record: Record, values: Mapping[str, Any]) -> str:
    """Return the fingerprint of a row by its declared fields, without what the server gives to a new row."""
    given = {name: values.get(name) for name in record.field_names if values.get(name) not in (None, "", [], {})}
    return value_print({name: value for name, value in given.items() if value not in _REVIEW.get(name, ())})


def number_of(connection: Connection, run_id: str) -> int:
    """Return the number of a run that is kept, 0 for any other."""
    return int(connection.execute("SELECT run FROM import_run WHERE id = ?", (run_id,)).scalar() or 0)


def begin(connection: Connection, run_id: str, file_name: str, at: str) -> int:
    """Return the number of a run, entered where it is new; the oldest beyond KEPT_RUNS are forgotten then."""
    known = number_of(connection, run_id)
    if known:
        return known
    connection.execute(
        "INSERT INTO import_run(id, file_name, at, counts) VALUES (?, ?, ?, '{}')", (run_id, file_name, at)
    )
    connection.execute(
        "DELETE FROM import_run WHERE run NOT IN (SELECT run FROM import_run ORDER BY run DESC LIMIT ?)", (KEPT_RUNS,)
    )
    connection.execute("DELETE FROM import_row WHERE run NOT IN (SELECT run FROM import_run)")
    return number_of(connection, run_id)


def note(connection: Connection, run: int, entries: Sequence[Entry]) -> None:
    """Keep what the run wrote; a row that it wrote before is counted once."""
    counts = dict(from_json(connection.execute("SELECT counts FROM import_run WHERE run = ?", (run,)).scalar()))
    known = {(one.record, one.row_id) for one in entries_of(connection, run, entries)}
    for one in entries:
        counts[one.record] = counts.get(one.record, 0) + ((one.record, one.row_id) not in known)
    connection.driver.executemany(
        "INSERT OR REPLACE INTO import_row(run, record, row_id, fingerprint, revision, earlier)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (run, one.record, one.row_id, one.fingerprint, one.revision, to_json(one.earlier) if one.earlier else "")
            for one in entries
        ],
    )
    connection.execute("UPDATE import_run SET counts = ? WHERE run = ?", (to_json(counts), run))


def forget(connection: Connection, run: int, entries: Iterable[Entry]) -> None:
    """Let go of rows that were taken back."""
    connection.driver.executemany(
        "DELETE FROM import_row WHERE run = ? AND record = ? AND row_id = ?",
        [(run, one.record, one.row_id) for one in entries],
    )


def entries_of(connection: Connection, run: int, only: Iterable[Entry] | None = None) -> list[Entry]:
    """Return what is left of a run, or what of it is about the rows of `only`."""
    sql = "SELECT record, row_id, fingerprint, revision, earlier FROM import_row WHERE run = ?"
    if only is None:
        return [_entry(row) for row in connection.execute(sql, (run,))]
    by_record: dict[str, list[str]] = {}
    for one in only:
        by_record.setdefault(one.record, []).append(one.row_id)
    sql += " AND record = ? AND row_id IN (SELECT value FROM json_each(?))"
    return [
        _entry(row) for record, ids in by_record.items() for row in connection.execute(sql, (run, record, to_json(ids)))
    ]


def _entry(row: Sequence[Any]) -> Entry:
    record, row_id, fingerprint, revision, earlier = row
    pairs = {name: (pair[0], pair[1]) for name, pair in from_json(earlier).items()} if earlier else {}
    return Entry(record, row_id, fingerprint, revision, pairs)


def runs(connection: Connection) -> list[Run]:
    """Return the last imports, the newest first."""
    left: dict[int, dict[str, int]] = {}
    for run, record, count in connection.execute("SELECT run, record, count(*) FROM import_row GROUP BY run, record"):
        left.setdefault(run, {})[record] = count
    found = connection.execute("SELECT run, id, file_name, at, counts FROM import_run ORDER BY run DESC")
    return [Run(run_id, name, at, from_json(counts), left.get(run, {})) for run, run_id, name, at, counts in found]
