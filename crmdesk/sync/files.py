"""Attachments on their way: resumable in both directions, every byte that arrived counts, verified before use."""

import hashlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from crmdesk.domain.clock import Clock, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.protocol.messages import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, UploadState
from crmdesk.storage import attachments, journal
from crmdesk.storage.attachments import DOWN, LOST, OPENED, UP, Transfer
from crmdesk.storage.store import Store
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.session import Session
from crmdesk.sync.transport import Transport

T = TypeVar("T")
SMALLEST_PIECE = 16 << 10
PIECE_S = 2.0
"""How long a piece may be on the line: that long a photo can hold up what is more urgent."""
ASK_ABOVE = 32 << 10
"""Above this size the server is asked first what it has: cheaper than sending what it knows."""
WORTH_GOING_ON = 4 << 10
"""A connection that brought less than this before it broke counts as one that brought nothing."""
_KEPT_AT_ONCE = 256 << 10
_STUCK_ROUNDS = 6
_TRUSTED_AFTER = 8
_LOOK_AGAIN_S = (0.0, 0.1, 0.4)
_ASKED_AGAIN = 64
_BATCH_FILES, _BATCH_BYTES = 32, 2 << 20
_OF_ONE_FILE = frozenset({"not_found", "forbidden", "bad_request", "too_large", "attachment_damaged", LOST})
"""Failures that concern one file: the others go on."""
LINE_BROKE = frozenset({"server_away", "timeout", "answer_cut", "server_error"})
"""Failures of the line: what came over is kept, the rest comes again."""
_log = journal.logger("crmdesk.sync.files")

Asked = Callable[[], bool]
Told = Callable[[tuple[str, ...]], None]
Failed = set[tuple[str, str]]
"""(SHA-256, direction) of files."""


class Walked(msgspec.Struct, frozen=True):
    """How a walk through the queues ended: bytes that came over, and what ended it early (None: nothing did)."""

    moved: int
    failure: WorldError | None = None


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
    """Works the two queues of a store; what was interrupted goes on where it stood. One walk at a time.

    `busy` says that rows are on the line: files let them pass, between two pieces.
    """

    def __init__(
        self,
        store: Store,
        session: Session,
        transport: Transport | None = None,
        busy: Asked = lambda: False,
        clock: Clock = utc_now,
    ) -> None:
        self._store, self._session = store, session
        self._transport = transport or session.transport
        self._busy, self._clock = busy, clock
        self._piece = self._ceiling = CHUNK_BYTES
        self._whole_pieces = 0
        self._verified: set[str] = set()
        self._moved = 0
        self._cancellation = Cancellation()
        self._stopped: Asked = lambda: False
        self._news: Asked = lambda: False

    def walk(
        self,
        cancellation: Cancellation,
        stopped: Asked,
        told: Told,
        news: Asked = lambda: False,
        asked_for: Failed | None = None,
    ) -> Walked:
        """Send and fetch until the queues are worked through once, somebody stops it, or the line breaks.

        `told` gets the SHA-256 of what is through, as it goes. `news` says (once) that something else may be wanted
        more. What fails stays queued. `asked_for` (somebody waits) also tries what is to be tried later, but nothing
        that it names, and is told what failed for a reason of its own.
        """
        self._cancellation, self._stopped, self._news, self._moved = cancellation, stopped, news, 0
        batch = _Batch(self._store, told)
        failure: WorldError | None = None
        try:
            with self._store.writing() as work:
                attachments.want_missing(work, self._session.user_id)
            try:
                failure = self._work(batch, told, asked_for)
            finally:
                batch.flush()
        except WorldError as error:  # the store itself: a full disk
            failure = failure or error
        return Walked(self._moved, failure)

    def _work(self, batch: _Batch, told: Told, asked_for: Failed | None) -> WorldError | None:
        now, tried = asked_for is not None, set(asked_for or ())
        queue = self._queue(tried, now)
        while queue and not self._stopped():
            entry = queue.pop(0)
            tried.add((entry.sha256, entry.direction))
            try:
                if not self._move(entry, batch, told):
                    tried.discard((entry.sha256, entry.direction))
                    queue = []
            except WorldError as error:
                if not self._note_failure(entry, error):
                    return error
                if asked_for is not None:
                    asked_for.add((entry.sha256, entry.direction))
            if not queue or len(tried) % _ASKED_AGAIN == 0 or self._news():
                queue = self._queue(tried, now)
        return None

    def _queue(self, tried: set[tuple[str, str]], now: bool) -> list[Transfer]:
        with self._store.reading() as connection:
            found = attachments.due(connection, None if now else self._clock())
        return [entry for entry in found if (entry.sha256, entry.direction) not in tried]

    def _move(self, entry: Transfer, batch: _Batch, told: Told) -> bool:
        """Move one file; return False where something else is wanted more by now (what came of it is kept)."""
        if entry.direction == UP:
            through = self._upload(entry)
        elif self._store.blobs.has(entry.sha256):
            through = True
        elif entry.size <= CHUNK_BYTES and not self._store.blobs.received(entry.sha256):
            batch.add(entry.sha256, self._small(entry))
            return True
        else:
            through = self._large(entry)
        if through:
            with self._store.writing() as work:
                attachments.done(work, entry.sha256, entry.direction)
            told((entry.sha256,))
        return through

    def _note_failure(self, entry: Transfer, error: WorldError) -> bool:
        """Note a failure; return whether it concerns this file alone."""
        code = str(error.params.get("reason") or error.code)
        _log.info("transfer_failed", sha256=entry.sha256, direction=entry.direction, code=code)
        of_one = error.code in _OF_ONE_FILE
        with self._store.writing() as work:
            if of_one:
                attachments.failed(work, entry.sha256, entry.direction, code, final=code == LOST)
            elif error.code in LINE_BROKE and not self._moved:
                attachments.postpone(work, entry.sha256, entry.direction)
        return of_one

    def _go_on(self, entry: Transfer) -> bool:
        """Let rows pass; say whether the file may go on afterwards."""
        while self._busy() and not self._stopped():
            threading.Event().wait(0.02)
        if self._stopped():
            return False
        if entry.priority < OPENED and self._news():
            with self._store.reading() as connection:
                first = attachments.due(connection, self._clock())[:1]
            return not (first and first[0].priority == OPENED)
        return True

    def _with_token(self, call: Callable[[str], T]) -> T:
        token = self._session.access_token(self._cancellation)
        try:
            return call(token)
        except WorldError as error:
            if error.code != "token_expired":
                raise
        return call(self._session.renewed_token(token, self._cancellation))

    # up --------------------------------------------------------------------------------------------------------------

    def _upload(self, entry: Transfer) -> bool:
        sha256, blobs = entry.sha256, self._store.blobs
        if sha256 not in self._verified and not blobs.fits(sha256):
            return self._upload_of_nothing(entry)
        self._verified.add(sha256)
        size, offset, stuck = blobs.size(sha256), 0, 0
        state: UploadState | None = None
        if size > ASK_ABOVE or entry.offset or entry.tries:
            state = self._state(entry, size)
        while state is None or not state.complete:
            before = offset if state is None else state.received
            stuck = stuck + 1 if state is not None and before - offset < min(WORTH_GOING_ON, size - offset) else 0
            if before - offset and state is not None:
                self._note_progress(sha256, before, max(0, before - max(offset, entry.offset)))
            if stuck > _STUCK_ROUNDS:
                raise WorldError("bad_request", sha256=sha256, reason="stuck")
            if not self._go_on(entry):
                return False
            offset = before
            state = self._send_piece(entry, size, offset)
        self._moved += max(0, size - offset)
        return True

    def _upload_of_nothing(self, entry: Transfer) -> bool:
        """The bytes are not here (any more): that is well where the server has them, else a person must be told."""
        self._store.blobs.forget([entry.sha256])
        if self._state(entry, entry.size, prove=False).complete:
            return True
        raise WorldError(LOST, sha256=entry.sha256)

    def _state(self, entry: Transfer, size: int, *, prove: bool = True) -> UploadState:
        """Ask what the server has; where it has the bytes of somebody else, show that they are here too."""
        sha256 = entry.sha256
        state = self._with_token(
            lambda token: self._transport.upload_state(sha256, size, token, self._cancellation)
        )  # fmt: skip
        if state.complete or not state.challenge or not prove:
            return state
        try:
            proof = self._store.blobs.digest_under(sha256, bytes.fromhex(state.challenge))
            return self._with_token(lambda token: self._transport.prove(sha256, proof, token, self._cancellation))
        except (ValueError, WorldError) as error:
            if isinstance(error, WorldError) and error.code not in _OF_ONE_FILE:
                raise
            return state  # then it is sent

    def _send_piece(self, entry: Transfer, size: int, offset: int) -> UploadState:
        """Send the next piece; where the line breaks, ask what arrived and go on with smaller ones."""
        piece = self._store.blobs.read_part(entry.sha256, offset, self._piece)
        began = time.monotonic()
        try:
            state = self._with_token(
                lambda token: self._transport.upload_chunk(entry.sha256, offset, size, piece, token, self._cancellation)
            )
        except WorldError as error:
            smallest = self._piece == SMALLEST_PIECE
            less = error.code == "too_large" and len(piece) > SMALLEST_PIECE  # what a proxy on the way takes at once
            if error.code not in LINE_BROKE and not less:
                raise
            self._ceiling = self._piece = max(SMALLEST_PIECE, self._piece // 2)
            self._whole_pieces = 0
            if less:
                return UploadState(entry.sha256, size, offset, False)
            return self._arrived(entry, size, offset, len(piece), error, WORTH_GOING_ON if smallest else 0)
        self._grow(int(len(piece) / max(time.monotonic() - began, 0.001) * PIECE_S))
        return state

    def _grow(self, fits: int) -> None:
        """Size the next piece by what the line took; one that broke is trusted with more only after a while."""
        self._whole_pieces += 1
        if self._whole_pieces >= _TRUSTED_AFTER:
            self._ceiling, self._whole_pieces = min(CHUNK_BYTES, self._ceiling * 2), 0
        self._piece = max(SMALLEST_PIECE, min(fits, self._piece * 2, self._ceiling))

    def _arrived(
        self, entry: Transfer, size: int, offset: int, length: int, broken: WorldError, least: int
    ) -> UploadState:
        """Ask what arrived of a piece that broke; raises what broke it where that is too little or nobody answers.

        The server may still be putting down what it got: of a large piece that is asked until it stands still, since
        sending it once more would cost more than the question.
        """
        seen: UploadState | None = None
        for pause_s in _LOOK_AGAIN_S if broken.code != "timeout" else _LOOK_AGAIN_S[:1]:
            threading.Event().wait(pause_s)
            try:
                state = self._state(entry, size, prove=False)
            except WorldError as error:
                if error.code not in LINE_BROKE:
                    raise
                continue
            arrived, before, seen = state.received - offset, seen, state
            still = arrived >= length or length <= ASK_ABOVE or (before and before.received == state.received)
            if state.complete or (still and arrived >= least):
                return state
        if seen is not None and seen.received - offset >= least:
            return seen
        raise broken

    def _note_progress(self, sha256: str, offset: int, gained: int) -> None:
        self._moved += gained
        with self._store.writing() as work:
            attachments.progress(work, sha256, UP, offset)

    # down ------------------------------------------------------------------------------------------------------------

    def _small(self, entry: Transfer) -> bytes:
        """Fetch a small file whole, in one request; read to its end, so that the connection serves the next."""
        parts: list[bytes] = []
        limit = entry.size or MAX_ATTACHMENT_BYTES

        def fetch(token: str) -> None:
            pieces = self._transport.download(entry.sha256, 0, token, self._cancellation)
            for piece in pieces:
                parts.append(piece)
                if sum(map(len, parts)) > limit:
                    raise WorldError("attachment_damaged", sha256=entry.sha256)

        try:
            self._with_token(fetch)
        except WorldError as error:
            if error.code in LINE_BROKE and parts and entry.size:
                self._keep(entry, 0, b"".join(parts))
            raise
        content = b"".join(parts)
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise WorldError("attachment_damaged", sha256=entry.sha256)
        self._moved += len(content)
        return content

    def _keep(self, entry: Transfer, at: int, content: bytes) -> bool:
        """Make a piece of a download durable; return whether the file is whole and verified."""
        self._moved += len(content) if len(content) >= WORTH_GOING_ON else 0
        return self._store.blobs.receive(entry.sha256, at, content, entry.size)

    def _large(self, entry: Transfer) -> bool:
        """Fetch a file from where it stands, each part kept as it comes; return whether it is whole."""
        return self._with_token(lambda token: self._rest_of(entry, token))

    def _rest_of(self, entry: Transfer, token: str) -> bool:
        at, held, whole = self._store.blobs.received(entry.sha256), bytearray(), False
        limit = min(entry.size, MAX_ATTACHMENT_BYTES)
        pieces = self._transport.download(entry.sha256, at, token, self._cancellation)
        try:
            for piece in pieces:
                held += piece
                if at + len(held) > limit:
                    held.clear()
                    raise WorldError("too_large", sha256=entry.sha256)
                if len(held) >= _KEPT_AT_ONCE or at + len(held) == limit:
                    whole = self._keep(entry, at, bytes(held))
                    at += len(held)
                    held.clear()
                if not whole and not self._go_on(entry):
                    return False
        finally:
            pieces.close()
            if held:
                whole = self._keep(entry, at, bytes(held))
        if not whole:
            raise WorldError("answer_cut", sha256=entry.sha256)
        return True
