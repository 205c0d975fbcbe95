"""The marker beside the store: tells a wrong key, a damaged header and a foreign file apart, which SQLCipher cannot."""

import hashlib
import hmac
from pathlib import Path

import msgspec

from crmdesk import durable
from crmdesk.domain.errors import WorldError

FILE_NAME = "store.json"
_FORMAT = "crmdesk-store-1"
_PLAIN_HEADER = b"SQLite format 3\x00"


class _Content(msgspec.Struct):
    format: str
    salt: str
    key_check: str


class Marker(msgspec.Struct, frozen=True):
    """What is known of the file: its first 16 bytes (a random salt, fixed for life) and a check of its key.

    The key is 32 random bytes, so that a keyed hash of a constant tells nothing about it.
    """

    salt: str
    key_check: str

    def fits(self, path: Path) -> bool:
        """Say whether the file is the one that the marker was written for."""
        return _salt(path) == self.salt


def read(folder: Path) -> Marker | None:
    """Return the marker of a folder; None where there is none, or none that can be read."""
    try:
        content = msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=_Content)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return Marker(content.salt, content.key_check) if content.format == _FORMAT else None


def write(folder: Path, path: Path, key: bytes) -> None:
    """Write the marker of a store that opened with its key."""
    durable.write(folder / FILE_NAME, msgspec.json.encode(_Content(_FORMAT, _salt(path), _check(key))))


def check(known: Marker | None, path: Path, key: bytes) -> None:
    """Raise WorldError for a foreign file, a damaged header or a wrong key, as far as the marker can tell."""
    with path.open("rb") as file:
        header = file.read(16)
    if header == _PLAIN_HEADER:
        raise WorldError("store_damaged", reason="foreign")
    if known is None:
        return
    if header.hex() != known.salt:
        raise WorldError("store_damaged", reason="header")
    if not hmac.compare_digest(_check(key), known.key_check):
        raise WorldError("wrong_key")


def _salt(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(16).hex()


def _check(key: bytes) -> str:
    return hmac.new(key, b"crmdesk store key check", hashlib.sha256).hexdigest()[:32]
