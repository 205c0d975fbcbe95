"""The framing of sync bodies: kind, length and hash are checked before anything is parsed.

A frame is `kind` (1 byte ASCII), stored length (4 bytes big-endian), BLAKE2b-64 of the stored bytes (8 bytes), then the
stored bytes: zstd-compressed MessagePack. Kinds: `H` head, `P` page, `E` end, `R` request.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

import msgspec
import zstandard

from crmdesk.protocol.messages import Page, SyncEnd, SyncHead, SyncRequest

HEADER_BYTES = 13
MAX_STORED_BYTES = 4 << 20
MAX_PLAIN_BYTES = 16 << 20
_LEVEL = 2

Message = SyncHead | Page | SyncEnd | SyncRequest
T = TypeVar("T")
KINDS: dict[bytes, type[Any]] = {b"H": SyncHead, b"P": Page, b"E": SyncEnd, b"R": SyncRequest}
_KIND_OF = {message: kind for kind, message in KINDS.items()}
_encoder = msgspec.msgpack.Encoder()
_decoders: dict[bytes, msgspec.msgpack.Decoder[Any]] = {
    kind: msgspec.msgpack.Decoder(message) for kind, message in KINDS.items()
}


class FrameError(Exception):
    """The bytes are not a frame of this protocol (foreign page, cut, damaged or oversized); nothing of it counts."""


class Readable(Protocol):
    """Anything with a blocking `read(size)` that returns b'' at the end."""

    def read(self, size: int, /) -> bytes: ...


def encode(message: Message) -> bytes:
    """Return one frame."""
    stored = zstandard.ZstdCompressor(level=_LEVEL).compress(_encoder.encode(message))
    return wrap(_KIND_OF[type(message)], stored)


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
    try:
        if not 0 <= zstandard.frame_content_size(stored) <= MAX_PLAIN_BYTES:
            raise FrameError("frame too large")
        plain = zstandard.ZstdDecompressor().decompress(stored)
        return _decoders[kind].decode(plain)
    except (zstandard.ZstdError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FrameError("frame can't be read") from error
