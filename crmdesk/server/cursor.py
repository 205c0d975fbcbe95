"""The cursor: how far a laptop has come in each scope, and where the chain stood then, sealed; to laptops opaque."""

import base64
import binascii
import hashlib
import hmac
import math
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

import msgspec

_encode = msgspec.msgpack.Encoder().encode
_SHORTEST_MARK, _LONGEST_MARK = 3, 16
_SEAL_BYTES = 6
_LINK_BYTES = 4
_LONGEST = 512 << 10
"""Characters: room for some 40,000 scopes; who accounts for a whole company holds two or three of each territory."""


class Link(NamedTuple):
    """An entry of the chain: its sequence and the start of its hash (hex)."""

    seq: int
    hash: str

    @classmethod
    def of(cls, seq: int, full_hash: str) -> "Link":
        """Return a link as cursors carry it."""
        return cls(seq, full_hash[: 2 * _LINK_BYTES])


class Cursor:
    """A position per scope within one epoch; as text opaque and short.

    As bytes: epoch, bytes a mark, bytes a position, then mark and position of each scope, the day (its ordinal) on
    which the laptop held everything, or began to, and the seal; a mark is the start of the scope's hash, as long as it
    takes to tell the scopes apart. `link` is an entry of the chain that was there when the positions were; it is known
    only of a cursor whose seal shows that this server made it (None otherwise).
    """

    def __init__(self, epoch: str, positions: dict[str, int], day: int, link: Link | None = None) -> None:
        self.epoch = epoch
        self.positions = positions
        self.day = day
        self.link = link

    def text(self, key: bytes = b"") -> str:
        """Return the token, sealed where there is a key and a link."""
        width = _SHORTEST_MARK
        while width < _LONGEST_MARK and len({_mark(one, width) for one in self.positions}) < len(self.positions):
            width += 1
        positions = {scope: max(0, position) for scope, position in self.positions.items()}
        room = max(1, math.ceil(max(positions.values(), default=0).bit_length() / 8))
        marked = {_mark(scope, width): position.to_bytes(room, "big") for scope, position in positions.items()}
        places = b"".join(mark + place for mark, place in sorted(marked.items()))
        said = _Said(self.epoch, width, room, places, self.day)
        sealed = (self.link, _seal(said, self.link, key)) if key and self.link is not None else ()
        return base64.urlsafe_b64encode(_encode((*said, *sealed))).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, epoch: str, scopes: Iterable[str], key: bytes = b"") -> "Cursor | None":
        """Return the cursor for a subscription, scopes unknown to it left out; None for another epoch or no cursor."""
        parts = _parts(text)
        if parts is None:
            return None
        named, width, room, places, day = parts[0]
        if named != epoch or not _SHORTEST_MARK <= width <= _LONGEST_MARK or not 1 <= room <= 8:
            return None
        entries = (places[at : at + width + room] for at in range(0, len(places), width + room))
        marks = {entry[:width]: int.from_bytes(entry[width:], "big") for entry in entries}
        marked = [(scope, _mark(scope, width)) for scope in scopes]
        alike = Counter(mark for _, mark in marked)
        # a scope that came later may look like one that was there: both start anew
        found = {scope: marks[mark] for scope, mark in marked if mark in marks and alike[mark] == 1}
        positions = {scope: position for scope, position in found.items() if position < 2**62}
        return cls(epoch, positions, day, _sealed_link(parts, key))


class _Said(NamedTuple):
    """What a cursor says, in the order of its bytes; link and seal follow."""

    epoch: str
    width: int
    room: int
    places: bytes
    day: int


_Sealed = tuple[str, int, int, bytes, int, tuple[int, str], bytes]


@lru_cache(maxsize=64)  # a request asks more than once
def _parts(text: str) -> tuple[_Said, Link | None, bytes] | None:
    """Return what a token says, its link and seal; None for what is no token."""
    try:
        raw = base64.urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    with suppress(msgspec.MsgspecError, ValueError, RecursionError):
        epoch, width, room, places, day, link, seal = msgspec.msgpack.decode(raw, type=_Sealed)
        return _Said(epoch, width, room, places, day), Link(*link), seal
    with suppress(msgspec.MsgspecError, ValueError, RecursionError):
        # as cursors were before there were seals: positions that prove nothing
        return _Said(*msgspec.msgpack.decode(raw, type=tuple[str, int, int, bytes, int])), None, b""
    return None


def _sealed_link(parts: tuple[_Said, Link | None, bytes], key: bytes) -> Link | None:
    said, link, seal = parts
    whole = link is not None and bool(key) and hmac.compare_digest(seal, _seal(said, link, key))
    return link if whole else None


def _seal(said: _Said, link: Link, key: bytes) -> bytes:
    return hashlib.blake2b(_encode((*said, link)), digest_size=_SEAL_BYTES, key=key).digest()


@lru_cache(maxsize=16_384)
def _mark(scope: str, width: int) -> bytes:
    return hashlib.blake2b(scope.encode(), digest_size=_LONGEST_MARK).digest()[:width]


def is_of_another_life(cursor_text: str, epoch: str) -> bool:
    """Say whether a cursor was given by the server before it came back from a backup."""
    parts = _parts(cursor_text)
    return parts is not None and parts[0].epoch != epoch
