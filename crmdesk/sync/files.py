"""Attachments on their way, behind the rows: resumable uploads, downloads verified by SHA-256 before use."""

import hashlib
from collections.abc import Callable

from crmdesk.domain.errors import WorldError
from crmdesk.protocol.messages import CHUNK_BYTES, MAX_ATTACHMENT_BYTES
from crmdesk.storage import attachments, journal
from crmdesk.storage.attachments import DOWN, UP, Transfer
from crmdesk.storage.store import Store
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.session import Session

_STUCK_ROUNDS = 3
_BATCH_FILES, _BATCH_BYTES = 32, 2 << 20
_OF_ONE_FILE = frozenset({"not_found", "forbidden", "bad_request", "too_large", "hash_mismatch", "attachment_damaged"})
"""Failures that concern one file: the others go on."""
_log = journal.logger("crmdesk.sync.files")

Interrupted = Callable[[], bool]
Told = Callable[[tuple[str, ...]], None]


class _Batch:
    """Small files that came whole and are not on the disk yet: one durable commit for several.

    The first file is committed alone, then two, four … at once: what a person waits for is seen at once, and many
    files do not cost a commit each.
    """

    def __init__(self, store: Store, told: Told) -> None:
        self._store, self._told = store, told
        self._files: dict[str, bytes] = {}
        self._size, self._limit = 0, 1

    def add(self, sha256: str, content: bytes) -> None:
        """Take a whole, verified file."""
        self._files[sha256] = content
        self._size += len(content)
        if len(self._files) >= self._limit or self._size >= _BATCH_BYTES:
            self._limit = min(_BATCH_FILES, self._limit * 2)
            self.flush()

    def flush(self) -> None:
        """Make what was taken durable and tell of it: the bytes first, then the queue."""
        files, self._files, self._size = self._files, {}, 0
        if not files:
            return
        self._store.blobs.write_many(files)
        with self._store.writing() as work:
            for sha256 in files:
                attachments.done(work, sha256, DOWN)
        self._told(tuple(files))


class FileTransfer:
    """Works the two queues of a store; what was interrupted goes on where it stood."""

    def __init__(self, store: Store, session: Session) -> None:
        self._store, self._session = store, session

    def run(self, cancellation: Cancellation, interrupted: Interrupted, told: Told) -> None:
        """Send and fetch until the queues are worked through once, or somebody interrupts.

        `told` gets the SHA-256 of what is through, as it goes. What fails stays queued for the next sync.
        """
        with self._store.writing() as work:
            attachments.want_missing(work, self._session.user_id)

        def stopped() -> bool:
            return interrupted() or cancellation.cancelled

        batch = _Batch(self._store, told)
        try:
            self._work(UP, lambda entry: self._upload(entry, cancellation, stopped, told), stopped)
            self._work(DOWN, lambda entry: self._download(entry, cancellation, stopped, batch, told), stopped)
        finally:
            batch.flush()

    def _work(self, direction: str, move: Callable[[Transfer], None], stopped: Interrupted) -> None:
        with self._store.reading() as connection:
            queue = attachments.queue(connection, direction)
        for entry in queue:
            if stopped():
                return
            try:
                move(entry)
            except WorldError as error:
                self._note_failure(entry, direction, error)
                if error.code not in _OF_ONE_FILE:
                    return

    def _note_failure(self, entry: Transfer, direction: str, error: WorldError) -> None:
        _log.info("transfer_failed", sha256=entry.sha256, direction=direction, code=error.code)
        if error.code in _OF_ONE_FILE:
            with self._store.writing() as work:
                attachments.failed(work, entry.sha256, direction)
                attachments.progress(work, entry.sha256, direction, 0)

    def _upload(self, entry: Transfer, cancellation: Cancellation, stopped: Interrupted, told: Told) -> None:
        content = self._store.attachment(entry.sha256)
        if content is None:
            raise WorldError("not_found", sha256=entry.sha256)
        offset, stuck = min(entry.offset, len(content)), 0
        while stuck < _STUCK_ROUNDS:
            chunk = content[offset : offset + CHUNK_BYTES]
            token = self._session.access_token(cancellation)
            state = self._session.transport.upload_chunk(entry.sha256, offset, len(content), chunk, token, cancellation)
            if state.complete:
                return self._finish(entry, UP, told)
            stuck = stuck + 1 if state.received <= offset else 0
            offset = min(state.received, len(content))
            with self._store.writing() as work:
                attachments.progress(work, entry.sha256, UP, offset)
            if stopped():
                return None
        raise WorldError("bad_request", sha256=entry.sha256)

    def _download(
        self, entry: Transfer, cancellation: Cancellation, stopped: Interrupted, batch: _Batch, told: Told
    ) -> None:
        if 0 < entry.size <= CHUNK_BYTES and not self._store.blobs.received(entry.sha256):
            batch.add(entry.sha256, self._small(entry, cancellation))
        elif self._large(entry, cancellation, stopped):
            self._finish(entry, DOWN, told)

    def _small(self, entry: Transfer, cancellation: Cancellation) -> bytes:
        """Fetch a small file whole, in one request; read to its end, so that the connection serves the next."""
        token = self._session.access_token(cancellation)
        parts: list[bytes] = []
        pieces = self._session.transport.download(entry.sha256, 0, token, cancellation)
        for piece in pieces:
            parts.append(piece)
            if sum(map(len, parts)) > entry.size:
                pieces.close()
                raise WorldError("attachment_damaged", sha256=entry.sha256)
        content = b"".join(parts)
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise WorldError("attachment_damaged", sha256=entry.sha256)
        return content

    def _large(self, entry: Transfer, cancellation: Cancellation, stopped: Interrupted) -> bool:
        """Fetch a file piece by piece, each kept as it comes; return whether it is whole."""
        blobs = self._store.blobs
        at = blobs.received(entry.sha256)
        token = self._session.access_token(cancellation)
        pieces = self._session.transport.download(entry.sha256, at, token, cancellation)
        for piece in pieces:
            if blobs.receive(entry.sha256, at, piece, entry.size):
                pieces.close()
                return True
            at += len(piece)
            if at > min(entry.size, MAX_ATTACHMENT_BYTES):
                pieces.close()
                raise WorldError("too_large", sha256=entry.sha256)
            if stopped():
                pieces.close()
                return False
        raise WorldError("answer_cut", sha256=entry.sha256)

    def _finish(self, entry: Transfer, direction: str, told: Told) -> None:
        with self._store.writing() as work:
            attachments.done(work, entry.sha256, direction)
        told((entry.sha256,))
