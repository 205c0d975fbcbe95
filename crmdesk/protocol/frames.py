"""The framing of sync bodies: kind, length and hash are checked before anything is parsed.

A frame is `kind` (1 byte ASCII), stored length (4 bytes big-endian), BLAKE2b-64 of the stored bytes (8 bytes), then the
stored bytes: zstd-compressed MessagePack. Kinds: `H` head, `A` further answers, `P` page, `E` end, `R` request.
A page may carry groups that are packed already: the same for everybody entitled to the scope, made once, and covered by
the hash of the frame.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

import msgspec
import zstandard

from crmdesk.protocol.messages import Answers, Page, RowGroup, SyncEnd, SyncHead, SyncRequest

HEADER_BYTES = 13
MAX_STORED_BYTES = 4 << 20
MAX_PLAIN_BYTES = 16 << 20
_MOST_VALUES, _MOST_VALUES_ASKED = 5 << 20, 2 << 20
_NO_HEADS = bytes(one for one in range(256) if not (0x80 <= one <= 0xBF or 0xD9 <= one <= 0xDF))
"""What is not the head of a list, a mapping or a text in MessagePack. The others are counted before values are made:
sixteen million empty lists fit into a few hundred bytes and would take a gigabyte of memory; no rows hold so many."""
_LEVEL = 2
_PACKED_LEVEL = 9  # made once, sent often

Message = SyncHead | Answers | Page | SyncEnd | SyncRequest
T = TypeVar("T")
KINDS: dict[bytes, type[Any]] = {b"H": SyncHead, b"A": Answers, b"P": Page, b"E": SyncEnd, b"R": SyncRequest}
_KIND_OF = {message: kind for kind, message in KINDS.items()}
_encoder = msgspec.msgpack.Encoder()


class FrameError(Exception):
    """The bytes are not a frame of this protocol (foreign page, cut, damaged or oversized); nothing of it counts."""


def _no_extension(code: int, _data: memoryview) -> Any:
    raise FrameError(f"extension type {code}")


_decoders: dict[bytes, msgspec.msgpack.Decoder[Any]] = {
    kind: msgspec.msgpack.Decoder(message, ext_hook=_no_extension) for kind, message in KINDS.items()
}
_packed_decoder = msgspec.msgpack.Decoder(list[RowGroup], ext_hook=_no_extension)


class Readable(Protocol):
    """Anything with a blocking `read(size)` that returns b'' at the end."""

    def read(self, size: int, /) -> bytes: ...


def encode(message: Message) -> bytes:
    """Return one frame; raises FrameError for a message that nobody would read, because it is too large."""
    plain = _encoder.encode(message)
    stored = zstandard.ZstdCompressor(level=_LEVEL).compress(plain)
    if len(plain) > MAX_PLAIN_BYTES or len(stored) > MAX_STORED_BYTES:
        raise FrameError("frame too large")
    return wrap(_KIND_OF[type(message)], stored)


def pack(groups: list[RowGroup]) -> bytes:
    """Return groups of rows column by column and compressed, for `Page.packed`."""
    turned = [
        RowGroup(one.record, one.columns, values=list(map(list, zip(*one.rows, strict=True))))
        for one in groups
        if one.rows
    ]
    return zstandard.ZstdCompressor(level=_PACKED_LEVEL).compress(_encoder.encode(turned))


def unpack(packed: bytes) -> list[RowGroup]:
    """Return the groups that `pack` was given, their rows in `values`; raises FrameError for anything else."""
    groups = _decoded(_packed_decoder, packed)
    for group in groups:
        lengths = {len(column) for column in group.values}
        if len(lengths) > 1 or len(group.values) != len(group.columns) or group.rows or group.left or group.deleted:
            raise FrameError("packed rows can't be read")
    return groups


def wrap(kind: bytes, stored: bytes) -> bytes:
    """Return a frame around bytes that are already compressed."""
    return kind + len(stored).to_bytes(4, "big") + hashlib.blake2b(stored, digest_size=8).digest() + stored


def decode(data: bytes, expected: type[T]) -> T:
    """Read exactly one frame of the expected message; raises FrameError for anything else."""
    kind, length, digest = _header(data[:HEADER_BYTES])
    stored = data[HEADER_BYTES:]
    if len(stored) != length:
        raise FrameError("length does not fit")
    message = _open(kind, digest, stored)
    if not isinstance(message, expected):
        raise FrameError(f"unexpected frame {kind!r}")
    return message


def read_frames(source: Readable) -> Iterator[Message]:
    """Yield the messages of a stream as they arrive; raises FrameError at a cut or damaged frame."""
    while header := _read_exactly(source, HEADER_BYTES, at_start=True):
        kind, length, digest = _header(header)
        yield _open(kind, digest, _read_exactly(source, length))


def _read_exactly(source: Readable, size: int, at_start: bool = False) -> bytes:
    parts: list[bytes] = []
    missing = size
    while missing:
        piece = source.read(missing)
        if not piece:
            if at_start and missing == size:
                return b""
            raise FrameError("the answer was cut")
        parts.append(piece)
        missing -= len(piece)
    return b"".join(parts)


def _header(header: bytes) -> tuple[bytes, int, bytes]:
    kind, length = header[:1], int.from_bytes(header[1:5], "big")
    if len(header) != HEADER_BYTES or kind not in KINDS:
        raise FrameError("not a frame of this protocol")
    if length > MAX_STORED_BYTES:
        raise FrameError("frame too large")
    return kind, length, header[5:13]


def _open(kind: bytes, digest: bytes, stored: bytes) -> Any:
    if hashlib.blake2b(stored, digest_size=8).digest() != digest:
        raise FrameError("hash does not fit")
    message = _decoded(_decoders[kind], stored, _MOST_VALUES_ASKED if kind == b"R" else _MOST_VALUES)
    if kind == b"P":
        return _whole(message)
    return message


def _whole(page: Page) -> Page:
    """Return a page with its packed groups among the others; only those may hold their rows by column."""
    if any(group.values for group in page.groups):
        raise FrameError("rows by column outside of packed groups")
    if not page.packed:
        return page
    return msgspec.structs.replace(page, groups=unpack(page.packed) + page.groups, packed=b"")


def _decoded(decoder: msgspec.msgpack.Decoder[T], stored: bytes, most: int = _MOST_VALUES) -> T:
    try:
        if not 0 <= zstandard.frame_content_size(stored) <= MAX_PLAIN_BYTES:
            raise FrameError("frame too large")
        plain = zstandard.ZstdDecompressor().decompress(stored, allow_extra_data=False)
        if len(plain) > most and len(plain.translate(None, _NO_HEADS)) > most:
            raise FrameError("too many values")
        return decoder.decode(plain)
    except (zstandard.ZstdError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FrameError("frame can't be read") from error
