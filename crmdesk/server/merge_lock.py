"""Keeps apart, on PostgreSQL, who merges customers and who writes rows that name them.

A merge moves what names the other one as far as it sees it, and a push follows the merges that it sees: side by side
neither would see the other, and a row would go on naming somebody who is no more. Whoever takes the lock takes it
before any row, so that nobody waits in a circle; what is read afterwards sees all that was committed before.
"""

from sqlalchemy import Connection, text

_MERGE_LOCK = 7_264_002  # any constant: the advisory lock of merges on PostgreSQL
_ALONE = text(f"SELECT pg_advisory_xact_lock({_MERGE_LOCK})")
_SHARED = text(f"SELECT pg_advisory_xact_lock_shared({_MERGE_LOCK})")


def keep_apart(connection: Connection, *, merging: bool) -> None:
    """Wait until no merge is under way, and hold merges off until the end of the transaction; `merging`: everybody.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE if merging else _SHARED)
