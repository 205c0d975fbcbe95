"""The digest of rows: order-free and incremental, so that each write keeps it up to date without a scan.

The digest of a set of rows is the sum modulo 2^64 of BLAKE2b-64 over `id:revision` of each row. Two short hashes stand
for what a laptop holds as a whole: its subscription, and all its digests together.
"""

import hashlib
from collections.abc import Iterable

MODULUS = 1 << 64


def row_digest(row_id: str, revision: int) -> int:
    """Return the contribution of one row at one revision."""
    return int.from_bytes(hashlib.blake2b(f"{row_id}:{revision}".encode(), digest_size=8).digest(), "big")


def rows_digest(row_ids: Iterable[str], revisions: Iterable[int]) -> int:
    """Return the contribution of many rows at once (not yet modulo 2^64)."""
    hashed, number = hashlib.blake2b, int.from_bytes
    return sum([
        number(hashed(b"%b:%d" % (row_id, revision), digest_size=8).digest(), "big")
        for row_id, revision in zip(map(str.encode, row_ids), revisions, strict=True)
    ])  # fmt: skip


def to_text(total: int) -> str:
    """Return the 16 hex digits of a digest."""
    return f"{total % MODULUS:016x}"


def of_subscription(scopes: Iterable[str]) -> bytes:
    """Return the 8 bytes that stand for a set of scopes."""
    return _short(sorted(scopes))


def of_digests(lines: Iterable[tuple[str, str, int, str]]) -> bytes:
    """Return the 8 bytes that stand for (scope, record, count, digest) lines; a line without rows does not count."""
    held = (line for line in lines if line[2] or int(line[3], 16))
    return _short(sorted(f"{scope} {record} {count} {total}" for scope, record, count, total in held))


def _short(lines: list[str]) -> bytes:
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=8).digest()
