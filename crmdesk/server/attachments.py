"""The bytes of attachments: kept by SHA-256 in a folder, uploaded in resumable chunks, verified before use.

Who may fetch or bring bytes is decided from rows: an `attachment` row within the person's scopes, or (bringing only) a
claim of the person's own that names the SHA-256 as a receipt. Everything else is answered as unknown. A hash alone
proves nothing: a row opens the bytes only after its author has brought them, even where the server has them already.
"""

import contextlib
import hashlib
import hmac
import logging
import os
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from crmdesk import durable
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol.messages import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, UploadState
from crmdesk.server import scoping
from crmdesk.server.tables import ATTACHMENT_HOLDER, ROWS, SERVER_META, insert_ignoring
from crmdesk.server.work import SYSTEM, ServerActor, ServerWork

PART_KEPT_S = 30 * 86_400
"""How long an unfinished upload waits for its next chunk."""
MAX_PARTS = 32
"""Unfinished uploads of one person; a further one takes the place of the one that waits longest."""
PIECE_BYTES = 256 << 10
"""What is read or written at once: no file is ever in memory as a whole."""
_SOUND_KEPT = 10_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PROOF_KEY = "proof_key"
BYTES_LOST = "bytes_lost"
"""The action of the trail entry of an attachment whose bytes are asked for again."""
_log = logging.getLogger("crmdesk.server.attachments")


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload of one person: parts are kept by person, so that nobody can spoil somebody else's."""

    sha256: str
    size: int
    user_id: str


class Incoming:
    """One chunk on its way in: what has come is kept even where the rest never comes. Ended by `end` or `abandon`.

    Pieces are written at their own place, never appended: an older connection that is not yet known to be dead writes
    the same bytes to the same place.
    """

    def __init__(self, file: IO[bytes], part: Path, upload: Upload, offset: int) -> None:
        self._file, self._part, self._upload, self._at = file, part, upload, offset

    def write(self, piece: bytes) -> None:
        """Take the next piece; raises InputError('out_of_range') beyond the size that was named."""
        if self._at + len(piece) > self._upload.size:
            raise InputError("out_of_range", minimum=0, maximum=self._upload.size)
        self._file.seek(self._at)
        while piece:
            written = self._file.write(piece)
            self._at += written
            piece = piece[written:]

    def end(self) -> bool:
        """Make durable what came; return whether that is the whole length."""
        self.abandon()
        return _size(self._part) >= self._upload.size

    def abandon(self) -> None:
        """Make durable what came before the connection broke."""
        if not self._file.closed:
            with self._file:
                os.fsync(self._file.fileno())


class AttachmentFolder:
    """Files by SHA-256 under `folder`; whole ones are final, unfinished ones are in `parts`, bad ones in `damaged`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = folder / "parts"
        self._damaged = folder / "damaged"
        self._lock = threading.Lock()
        self._sound: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def path(self, sha256: str) -> Path | None:
        """Return the file of whole bytes, or None where the server does not hold them."""
        path = self._final(sha256)
        return path if path.is_file() else None

    def sound(self, sha256: str) -> Path | None:
        """Return the file after its bytes were verified (again, where it changed since); a damaged one is put aside."""
        path = self.path(sha256)
        if path is None:
            return None
        found = path.stat()
        mark = (found.st_mtime_ns, found.st_size)
        with self._lock:
            if self._sound.get(sha256) == mark:
                self._sound.move_to_end(sha256)
                return path
        if _digest(path) != sha256:
            self._put_aside(path)
            return None
        self._remember(sha256, mark)
        return path

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of every whole file."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if _SHA256.fullmatch(path.name):
                yield path.name

    def remove(self, sha256: str) -> None:
        """Remove the bytes for good."""
        self._final(sha256).unlink(missing_ok=True)

    def put(self, content: bytes) -> str:
        """Keep whole bytes at once (demo, imports) and return their SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        if self.path(sha256) is None:
            part = self._part(Upload(sha256, len(content), "server"))
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            self._finish(part, sha256)
        return sha256

    def state(self, sha256: str, user_id: str, size: int = 0, *, proven: bool = True) -> UploadState:
        """Return how far the bytes have come for this person; whole ones are told only to whoever brought them."""
        path = self.path(sha256)
        if path is not None and proven:
            whole = path.stat().st_size
            return UploadState(sha256, whole, whole, True)
        return UploadState(sha256, size, _size(self._part(Upload(sha256, size, user_id))), False)

    def begin(self, upload: Upload, offset: int, length: int, *, proven: bool = True) -> Incoming | None:
        """Begin to take a chunk of `length` bytes at `offset`; None where it is not the next one or nothing is missing.

        `proven`: the person has brought these bytes before. Otherwise they are asked for in full, known or not.
        Raises InputError `too_large` (chunk or file) and `out_of_range` (offset or length beyond the size).
        """
        _check_limits(upload, offset, length)
        part = self._part(upload)
        if (proven and self.path(upload.sha256) is not None) or offset != _size(part):
            return None
        if not part.exists():
            self._make_room(upload.user_id)
        file = part.open("r+b" if part.exists() else "w+b", buffering=0)  # whoever asks sees what has come
        return Incoming(file, part, upload, offset)

    def finish(self, upload: Upload) -> bool:
        """Verify a part of the whole length and make it final; raises InputError('hash_mismatch'): it starts anew.

        False where another connection of the same person was quicker: whether what that one took away was right is not
        known here, so it proves nothing.
        """
        try:
            self._finish(self._part(upload), upload.sha256)
        except FileNotFoundError:
            return False
        return True

    def receive(self, upload: Upload, offset: int, chunk: bytes, *, proven: bool = True) -> UploadState:
        """Take one whole chunk at `offset`; one that is not the next changes nothing, the state says where to go on.

        Raises as `begin` and `finish`.
        """
        incoming = self.begin(upload, offset, len(chunk), proven=proven)
        whole = False
        if incoming is not None:
            try:
                incoming.write(chunk)
            finally:
                whole = incoming.end()
        verified = whole and self.finish(upload)
        return self.state(upload.sha256, upload.user_id, upload.size, proven=proven or verified)

    def proof(self, sha256: str, challenge: bytes) -> str:
        """Return what somebody who holds the bytes answers to a challenge; '' where the server does not hold them."""
        path = self.sound(sha256)
        if path is None:
            return ""
        total = hmac.new(challenge, digestmod="sha256")
        for piece in pieces_of(path, 0, path.stat().st_size):
            total.update(piece)
        return total.hexdigest()

    def discard_old_parts(self, older_than_s: float = PART_KEPT_S) -> int:
        """Remove unfinished uploads that nobody goes on with; returns how many."""
        removed, limit = 0, time.time() - older_than_s
        for part in self._parts.glob("*"):
            with contextlib.suppress(OSError):
                if part.stat().st_mtime < limit:
                    part.unlink()
                    removed += 1
        return removed

    def _make_room(self, user_id: str) -> None:
        """Keep the unfinished uploads of one person below the limit, and forget those that nobody goes on with."""
        self._parts.mkdir(parents=True, exist_ok=True)
        ages: list[tuple[float, Path]] = []
        for part in self._parts.glob(f"*-{user_id}-*"):
            with contextlib.suppress(OSError):
                ages.append((part.stat().st_mtime, part))
        ages.sort()
        limit = time.time() - PART_KEPT_S
        for at, (age, part) in enumerate(ages):
            if age < limit or at <= len(ages) - MAX_PARTS:
                part.unlink(missing_ok=True)

    def _put_aside(self, path: Path) -> None:
        self._damaged.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.replace(path, self._damaged / path.name)
        _log.info("attachment_damaged %s", path.name)

    def _remember(self, sha256: str, mark: tuple[int, int]) -> None:
        with self._lock:
            self._sound[sha256] = mark
            while len(self._sound) > _SOUND_KEPT:
                self._sound.popitem(last=False)

    def _final(self, sha256: str) -> Path:
        checked_sha256(sha256)
        return self.folder / sha256[:2] / sha256

    def _part(self, upload: Upload) -> Path:
        checked_sha256(upload.sha256)
        return self._parts / f"{upload.sha256}-{upload.user_id}-{upload.size}"

    def _finish(self, part: Path, sha256: str) -> None:
        """Keep a copy, verified as it was made: another connection may still write to the part itself."""
        copy, final = self._parts / f"{sha256}.{secrets.token_hex(8)}", self._final(sha256)
        try:
            if _copied(part, copy) != sha256:
                part.unlink(missing_ok=True)
                raise InputError("hash_mismatch", sha256=sha256)
            final.parent.mkdir(parents=True, exist_ok=True)
            durable.replace(copy, final)
            part.unlink(missing_ok=True)
        finally:
            copy.unlink(missing_ok=True)


def pieces_of(path: Path, start: int, length: int) -> Iterator[bytes]:
    """Yield `length` bytes of a file from `start` on, in pieces."""
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(PIECE_BYTES, length))):
            length -= len(piece)
            yield piece


def _copied(source: Path, target: Path) -> str:
    """Copy a file and return the SHA-256 of the copy."""
    total = hashlib.sha256()
    with source.open("rb") as here, target.open("xb") as there:
        while piece := here.read(PIECE_BYTES):
            total.update(piece)
            there.write(piece)
    return total.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_sha256(text: str) -> str:
    """Return a SHA-256 in lower-case hex; raises InputError('wrong_kind') for anything else (paths come from it)."""
    if not _SHA256.fullmatch(text):
        raise InputError("wrong_kind", field="sha256")
    return text


def may_read(connection: sa.Connection, actor: ServerActor, sha256: str) -> bool:
    """Say whether a row with these bytes is within the person's scopes, made by somebody who brought them."""
    table, holder = ROWS["attachment"], ATTACHMENT_HOLDER
    brought = sa.select(holder.c.user_id).where(holder.c.sha256 == sha256)
    authors = table.c.created_by.is_(None) | table.c.created_by.in_(brought)
    return _sees_row(connection, actor, sha256, authors)


def _sees_row(connection: sa.Connection, actor: ServerActor, sha256: str, condition: sa.ColumnElement[bool]) -> bool:
    table = ROWS["attachment"]
    query = sa.select(table.c.id).where(table.c.sha256 == sha256, table.c.deleted.is_(False), condition)
    ids = connection.execute(query).scalars().all()
    return any(scopes & actor.scopes for scopes in scoping.scopes_of(connection, "attachment", ids).values())


def has_brought(connection: sa.Connection, user_id: str, sha256: str) -> bool:
    """Say whether the person has brought these bytes in full before."""
    holder = ATTACHMENT_HOLDER
    query = sa.select(holder.c.user_id).where(holder.c.sha256 == sha256, holder.c.user_id == user_id)
    return connection.execute(query).first() is not None


def note_brought(work: ServerWork, user_id: str, sha256: str) -> None:
    """Note that the person has brought these bytes in full."""
    row = {"sha256": sha256, "user_id": user_id}
    work.connection.execute(insert_ignoring(work.connection, ATTACHMENT_HOLDER), row)


def ask_again(work: ServerWork, sha256: str) -> None:
    """Ask those who brought bytes that are not here any more for them: their rows go out once more.

    Until somebody brings them nobody counts as having done so; an own row that comes with another revision is what a
    laptop offers its bytes for.
    """
    table, holder = ROWS["attachment"], ATTACHMENT_HOLDER
    brought = sa.select(holder.c.user_id).where(holder.c.sha256 == sha256)
    asked = (table.c.sha256 == sha256) & table.c.deleted.is_(False) & table.c.created_by.in_(brought)
    for row_id in work.connection.execute(sa.select(table.c.id).where(asked).order_by(table.c.id)).scalars().all():
        work.renew("attachment", row_id, SYSTEM, BYTES_LOST)
    work.connection.execute(sa.delete(holder).where(holder.c.sha256 == sha256))


def sees_row(connection: sa.Connection, actor: ServerActor, sha256: str) -> bool:
    """Say whether the person may see a row that carries these bytes, whoever still owes them."""
    return _sees_row(connection, actor, sha256, sa.true())


def challenge_of(connection: sa.Connection, user_id: str, sha256: str) -> bytes:
    """Return the challenge to a person who says to hold bytes that the server has from somebody else; b'' before
    `make_proof_key`."""
    found = connection.execute(sa.select(SERVER_META.c.value).where(SERVER_META.c.name == _PROOF_KEY)).scalar()
    return hmac.digest(bytes.fromhex(found), f"{user_id} {sha256}".encode(), "sha256") if found else b""


def make_proof_key(work: ServerWork) -> None:
    """Make the secret that challenges come from, once in a server's life."""
    row = {"name": _PROOF_KEY, "value": secrets.token_hex(32)}
    work.connection.execute(insert_ignoring(work.connection, SERVER_META), row)


def may_bring(connection: sa.Connection, actor: ServerActor, sha256: str) -> bool:
    """Say whether the person may upload these bytes: a visible attachment row, an own one, or an own claim's.

    An own row that went to another territory meanwhile still waits for the bytes that only its author has.
    """
    if _sees_row(connection, actor, sha256, sa.true()):
        return True
    table = ROWS["attachment"]
    mine = (table.c.sha256 == sha256) & (table.c.created_by == actor.user_id) & table.c.deleted.is_(False)
    if connection.execute(sa.select(table.c.id).where(mine).limit(1)).first() is not None:
        return True
    claim = ROWS["claim"]
    named = sa.select(claim.c.id).where(
        claim.c.owner_id == actor.user_id, claim.c.deleted.is_(False), claim.c.lines.contains(f'"{sha256}"')
    )
    return connection.execute(named.limit(1)).first() is not None


def require(allowed: bool, sha256: str) -> None:
    """Raise RefusedError('not_found') where not allowed: unknown and forbidden answer alike."""
    if not allowed:
        raise RefusedError("not_found", sha256=sha256)


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return (first, last) byte of a single `bytes=` range (RFC 9110, section 14), None to send everything.

    Raises InputError('out_of_range') for one that can't be satisfied; a malformed header is ignored, as the RFC asks.
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size or (not first and int(last) == 0):
        raise InputError("out_of_range", minimum=0, maximum=size - 1)
    return (start, end) if start <= end else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _check_limits(upload: Upload, offset: int, length: int) -> None:
    if not 0 < upload.size <= MAX_ATTACHMENT_BYTES:
        raise InputError("too_large", limit=MAX_ATTACHMENT_BYTES, length=upload.size)
    if length > CHUNK_BYTES:
        raise InputError("too_large", limit=CHUNK_BYTES, length=length)
    if not 0 <= offset <= upload.size or offset + length > upload.size:
        raise InputError("out_of_range", minimum=0, maximum=upload.size)
