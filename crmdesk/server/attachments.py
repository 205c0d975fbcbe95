"""The bytes of attachments: kept by SHA-256 in a folder, uploaded in resumable chunks, verified before use.

Who may fetch or bring bytes is decided from rows: an `attachment` row within the person's scopes, or (bringing only) a
claim of the person's own that names the SHA-256 as a receipt. Everything else is answered as unknown. A hash alone
proves nothing: a row opens the bytes only after its author has brought them, even where the server has them already.
"""

import contextlib
import hashlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol.messages import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, UploadState
from crmdesk.server import scoping
from crmdesk.server.tables import ATTACHMENT_HOLDER, ROWS, insert_ignoring
from crmdesk.server.work import ServerActor, ServerWork

PART_KEPT_S = 30 * 86_400
"""How long an unfinished upload waits for its next chunk."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload of one person: parts are kept by person, so that nobody can spoil somebody else's."""

    sha256: str
    size: int
    user_id: str


class AttachmentFolder:
    """Files by SHA-256 under `folder`; whole ones are final, unfinished ones stand in `parts`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = folder / "parts"

    def path(self, sha256: str) -> Path | None:
        """Return the file of verified bytes, or None where the server does not hold them."""
        path = self._final(sha256)
        return path if path.is_file() else None

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

    def receive(self, upload: Upload, offset: int, chunk: bytes, *, proven: bool = True) -> UploadState:
        """Take one chunk at `offset`; a chunk that is not the next one changes nothing, the state says where to go on.

        `proven`: the person has brought these bytes before. Otherwise they are asked for in full, known or not.
        Raises InputError `too_large` (chunk or file), `out_of_range` (offset or length beyond the size), and
        `hash_mismatch` after the last chunk where the bytes are not what the name says (the upload starts anew).
        """
        _check_limits(upload, offset, chunk)
        part = self._part(upload)
        if (proven and self.path(upload.sha256) is not None) or offset != _size(part):
            return self.state(upload.sha256, upload.user_id, upload.size, proven=proven)
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file:
            if file.tell() != offset:  # somebody else of the same person was quicker
                return self.state(upload.sha256, upload.user_id, upload.size, proven=proven)
            file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        whole = _size(part) >= upload.size
        if whole:
            self._finish(part, upload.sha256)
        return self.state(upload.sha256, upload.user_id, upload.size, proven=proven or whole)

    def discard_old_parts(self, older_than_s: float = PART_KEPT_S) -> int:
        """Remove unfinished uploads that nobody goes on with; returns how many."""
        removed, limit = 0, time.time() - older_than_s
        for part in self._parts.glob("*"):
            with contextlib.suppress(OSError):
                if part.stat().st_mtime < limit:
                    part.unlink()
                    removed += 1
        return removed

    def _final(self, sha256: str) -> Path:
        checked_sha256(sha256)
        return self.folder / sha256[:2] / sha256

    def _part(self, upload: Upload) -> Path:
        checked_sha256(upload.sha256)
        return self._parts / f"{upload.sha256}-{upload.user_id}-{upload.size}"

    def _finish(self, part: Path, sha256: str) -> None:
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            part.unlink(missing_ok=True)
            raise InputError("hash_mismatch", sha256=sha256)
        final = self._final(sha256)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, final)


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


def may_bring(connection: sa.Connection, actor: ServerActor, sha256: str) -> bool:
    """Say whether the person may upload these bytes: a visible attachment row, or an own claim that names them."""
    if _sees_row(connection, actor, sha256, sa.true()):
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


def _check_limits(upload: Upload, offset: int, chunk: bytes) -> None:
    if not 0 < upload.size <= MAX_ATTACHMENT_BYTES:
        raise InputError("too_large", limit=MAX_ATTACHMENT_BYTES, length=upload.size)
    if len(chunk) > CHUNK_BYTES:
        raise InputError("too_large", limit=CHUNK_BYTES, length=len(chunk))
    if not 0 <= offset <= upload.size or offset + len(chunk) > upload.size:
        raise InputError("out_of_range", minimum=0, maximum=upload.size)
