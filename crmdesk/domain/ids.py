"""Identifiers: UUIDv7 text made on the device (RFC 9562, section 5.7)."""

import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Source = Callable[[], tuple[int, bytes]]
"""Gives the Unix time in milliseconds and 8 bytes of chance for one id."""

_PATTERN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DIGITS = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
_OUTLINE = b"00000000-0000-0000-0000-000000000000"
_lock = threading.Lock()
_last_stamp = 0
_source: ContextVar[Source | None] = ContextVar("source of ids", default=None)


@contextmanager
def drawn_from(source: Source) -> Iterator[None]:
    """Take time and chance of every new id of this thread from `source`: for runs that are to be repeatable.

    Another thread draws its own: what it does at the same time must not shift the ids of the run.
    """
    before = _source.set(source)
    try:
        yield
    finally:
        _source.reset(before)


def _next_stamp(now_ms: int) -> int:
    """Return a strictly increasing 60-bit stamp: 48 bits of milliseconds, 12 bits of sequence."""
    global _last_stamp
    with _lock:
        _last_stamp = max(now_ms << 12, _last_stamp + 1)
        return _last_stamp


def new_id(now_ms: int | None = None, entropy: bytes | None = None) -> str:
    """Return a new UUIDv7 as 36 characters, increasing within this process.

    `now_ms` is Unix time in milliseconds and `entropy` 8 bytes; both are for seeded generators, which
    get an id that depends on nothing else.
    """
    if now_ms is None and (source := _source.get()) is not None:
        now_ms, entropy = source()
    if now_ms is not None and entropy is not None:
        stamp, tail = now_ms << 12 | int.from_bytes(entropy[:2], "big") & 0xFFF, entropy
    else:
        stamp, tail = _next_stamp(time.time_ns() // 1_000_000 if now_ms is None else now_ms), os.urandom(8)
    low = int.from_bytes(tail[:8], "big") & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | low
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_id(text: object) -> bool:
    """Say whether `text` is a UUIDv7 in canonical lower-case form."""
    return isinstance(text, str) and _PATTERN.fullmatch(text) is not None


def are_ids(texts: Collection[str]) -> bool:
    """Say whether each of the texts is an id as `is_id` has it: for whole columns, in a seventh of the time."""
    if not texts:
        return True
    joined = "".join(texts)
    if set(map(len, texts)) != {len(_OUTLINE)} or not joined.isascii():
        return False
    outlined = joined.encode().translate(_DIGITS) == _OUTLINE * len(texts)
    return outlined and set(joined[14::36]) == {"7"} and set(joined[19::36]) <= set("89ab")


def made_at_ms(text: str) -> int:
    """Return when an id was made, in Unix milliseconds by the clock of whoever made it; ValueError for no id."""
    if not is_id(text):
        raise ValueError("not a UUIDv7")
    return int(text[:8] + text[9:13], 16)


def id_for(record: str, other_id: str) -> str:
    """Return the one id that a row of `record` has which belongs to another row; the same on every computer."""
    digits = hashlib.sha256(f"{record}:{other_id}".encode()).hexdigest()
    return f"{other_id[:14]}7{digits[:3]}-{'89ab'[int(digits[3], 16) % 4]}{digits[4:7]}-{digits[7:19]}"
