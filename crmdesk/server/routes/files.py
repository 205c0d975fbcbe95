"""Routes of attachments: bytes by SHA-256, in resumable chunks up, whole or by range down."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from anyio.to_thread import run_sync
from litestar import Request, get, post, put
from litestar.datastructures import State
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.response import Response, Stream
from sqlalchemy import select

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol.messages import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, Proof, UploadState
from crmdesk.server import attachments
from crmdesk.server.attachments import PIECE_BYTES, AttachmentFolder, Incoming, Upload
from crmdesk.server.database import Database
from crmdesk.server.routes.session import signed_in
from crmdesk.server.settings import Settings
from crmdesk.server.tables import ROWS
from crmdesk.server.work import ServerActor

Sha256 = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="SHA-256 of the bytes, lower-case hex")]
Size = Annotated[int, QueryParameter(ge=0, le=MAX_ATTACHMENT_BYTES, description="bytes of the whole file; 0: unknown")]
Total = Annotated[
    int, QueryParameter(name="size", ge=1, le=MAX_ATTACHMENT_BYTES, description="bytes of the whole file")
]
Offset = Annotated[int, QueryParameter(ge=0, le=MAX_ATTACHMENT_BYTES, description="where the chunk starts")]
WORTH_A_PROOF = 128 << 10
"""Smaller files are as quickly sent as shown to be held."""


def folder_of(database: Database, settings: Settings) -> AttachmentFolder:
    """Return where bytes are kept: the setting, else beside the SQLite file; raises InputError without either."""
    if settings.attachment_folder:
        return AttachmentFolder(Path(settings.attachment_folder))
    if not database.is_sqlite or not database.engine.url.database:
        raise InputError("attachment_folder_needed")
    return AttachmentFolder(Path(database.engine.url.database + ".attachments"))


@get("/attachments/{sha256:str}", summary="Read an attachment", media_type="application/octet-stream")
async def read_attachment(request: Request[Any, Any, Any], state: State, sha256: Sha256) -> Response[Any]:
    """Give the bytes (a single Range is honoured) to whoever may see a row that carries them."""
    actor = await signed_in(request)
    asked = request.headers.get("range", "")
    return await run_sync(read, state.database, state.attachment_folder, actor, sha256, asked)


@get("/attachments/{sha256:str}/state", summary="How far an upload has come")
async def upload_state(request: Request[Any, Any, Any], state: State, sha256: Sha256, size: Size = 0) -> UploadState:
    """Say how many bytes the server holds; a `challenge` where showing to hold them may save sending them."""
    actor = await signed_in(request)
    return await run_sync(state_of, state.database, state.attachment_folder, actor, sha256, size)


@put("/attachments/{sha256:str}", summary="Send a chunk", request_max_body_size=CHUNK_BYTES)
async def receive_chunk(
    request: Request[Any, Any, Any], state: State, sha256: Sha256, offset: Offset, total: Total
) -> UploadState:
    """Take a chunk of at most 256 KiB, piece by piece as it comes; the answer says where to go on.

    What came of a chunk whose connection broke is kept.
    """
    actor = await signed_in(request)
    folder: AttachmentFolder = state.attachment_folder
    upload = Upload(sha256, total, actor.user_id)
    declared = request.headers.get("content-length", "")
    length = int(declared) if declared.isascii() and declared.isdigit() else 0
    arriving = _Arriving(request.stream())
    try:
        incoming, proven = await run_sync(begin, state.database, folder, actor, upload, offset, length)
        if incoming is None:
            await arriving.end()
            return folder.state(sha256, actor.user_id, total, proven=proven)
        try:
            async for piece in arriving.pieces():
                await run_sync(incoming.write, piece)
            await arriving.end()
        except BaseException:  # the connection broke, or it was cancelled: what came is kept, the rest is as it was
            incoming.abandon()
            raise
    finally:
        arriving.give_up()
    return await run_sync(end, state.database, folder, actor, upload, incoming, proven)


class _Arriving:
    """A body that is taken from the connection as it comes, whatever is written meanwhile.

    The web server forgets what nobody has taken when a connection breaks; on a bad line that is much of every chunk.
    """

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._came, self._ended, self._news = bytearray(), False, asyncio.Event()
        self._gathering = asyncio.create_task(self._gather(stream))

    async def _gather(self, stream: AsyncIterator[bytes]) -> None:
        try:
            async for piece in stream:
                self._came += piece
                self._news.set()
        finally:
            self._ended = True
            self._news.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield all that came, before a break too."""
        while not self._ended or self._came:
            if self._came:
                piece, self._came = bytes(self._came), bytearray()
                yield piece
            else:
                self._news.clear()
                await self._news.wait()

    async def end(self) -> None:
        """Return after the whole body came; raises what ended it early."""
        await self._gathering

    def give_up(self) -> None:
        """Take nothing more; no word is said about a break that nobody asked for."""
        self._gathering.cancel()
        self._gathering.add_done_callback(lambda done: done.cancelled() or done.exception())


@post("/attachments/{sha256:str}/proof", status_code=200, request_max_body_size=1 << 10, summary="Show to hold bytes")
async def prove(request: Request[Any, Any, Any], state: State, sha256: Sha256, data: JSONBody[Proof]) -> UploadState:
    """Take the answer to a challenge instead of bytes that the server has already; `complete` where it fits."""
    actor = await signed_in(request)
    return await run_sync(take_proof, state.database, state.attachment_folder, actor, sha256, data.proof)


def read(database: Database, folder: AttachmentFolder, actor: ServerActor, sha256: str, asked: str) -> Response[Any]:
    """Return the bytes, or the range `asked` for, streamed in pieces.

    Raises RefusedError: `not_found` for unknown and forbidden alike, `not_arrived` where the person sees the row but
    its author has not brought the bytes yet, or has to bring them again.
    """
    with database.reading() as connection:
        allowed = attachments.may_read(connection, actor, sha256)
        if not allowed and attachments.sees_row(connection, actor, sha256):
            raise RefusedError("not_arrived", sha256=sha256)
    attachments.require(allowed, sha256)
    path = folder.sound(sha256)
    if path is None:  # a disk or a backup lost them
        database.run(lambda work: attachments.ask_again(work, sha256))
        raise RefusedError("not_arrived", sha256=sha256)
    size = path.stat().st_size
    # bytes that people sent are never shown by a browser
    headers = {"Accept-Ranges": "bytes", "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    part = attachments.parse_range(asked, size) if asked else None
    first, last = part or (0, size - 1)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 200 if part is None else 206
    pieces = attachments.pieces_of(path, first, last - first + 1)
    if last - first < PIECE_BYTES:
        content = b"".join(pieces)
        return Response(content, status_code=status, headers=headers, media_type="application/octet-stream")
    headers["Content-Length"] = str(last - first + 1)
    return Stream(pieces, status_code=status, headers=headers, media_type="application/octet-stream")


def state_of(database: Database, folder: AttachmentFolder, actor: ServerActor, sha256: str, size: int) -> UploadState:
    """Return how far the bytes have come for this person; raises RefusedError('not_found')."""
    table = ROWS["attachment"]
    with database.reading() as connection:
        attachments.require(attachments.may_bring(connection, actor, sha256), sha256)
        if not size:
            mine = (table.c.sha256 == sha256) & (table.c.created_by == actor.user_id)
            size = connection.execute(select(table.c.size_bytes).where(mine)).scalar() or 0
        proven = attachments.has_brought(connection, actor.user_id, sha256)
    state = folder.state(sha256, actor.user_id, size, proven=proven)
    if not proven and not state.received and size >= WORTH_A_PROOF:
        # whether the bytes are here or not: else a hash alone would tell what somebody else has sent
        state.challenge = _challenge(database, actor, sha256).hex()
    return state


def _challenge(database: Database, actor: ServerActor, sha256: str) -> bytes:
    with database.reading() as connection:
        found = attachments.challenge_of(connection, actor.user_id, sha256)
    if found:
        return found
    database.run(attachments.make_proof_key)
    return _challenge(database, actor, sha256)


def take_proof(
    database: Database, folder: AttachmentFolder, actor: ServerActor, sha256: str, proof: str
) -> UploadState:
    """Take an answer to a challenge; raises RefusedError `not_found`, `wrong_proof`."""
    with database.reading() as connection:
        attachments.require(attachments.may_bring(connection, actor, sha256), sha256)
        proven = attachments.has_brought(connection, actor.user_id, sha256)
    if not proven:
        expected = folder.proof(sha256, _challenge(database, actor, sha256))
        if not expected or not hmac.compare_digest(expected.encode(), proof.encode()):
            raise RefusedError("wrong_proof", sha256=sha256)
        database.run(lambda work: attachments.note_brought(work, actor.user_id, sha256))
    return folder.state(sha256, actor.user_id)


def begin(
    database: Database, folder: AttachmentFolder, actor: ServerActor, upload: Upload, offset: int, length: int
) -> tuple[Incoming | None, bool]:
    """Begin to take a chunk: (what takes it or None, whether the person brought the bytes before).

    Raises as `AttachmentFolder.begin`, and RefusedError('not_found').
    """
    with database.reading() as connection:
        attachments.require(attachments.may_bring(connection, actor, upload.sha256), upload.sha256)
        proven = attachments.has_brought(connection, actor.user_id, upload.sha256)
    return folder.begin(upload, offset, length, proven=proven), proven


def end(
    database: Database, folder: AttachmentFolder, actor: ServerActor, upload: Upload, incoming: Incoming, proven: bool
) -> UploadState:
    """End a chunk; whoever brings the last one has shown to hold the bytes. Raises as `AttachmentFolder.finish`."""
    verified = incoming.end() and folder.finish(upload)
    if verified and not proven:
        database.run(lambda work: attachments.note_brought(work, actor.user_id, upload.sha256))
    elif not proven:
        with database.reading() as connection:  # by another connection of theirs, meanwhile
            proven = attachments.has_brought(connection, actor.user_id, upload.sha256)
    return folder.state(upload.sha256, actor.user_id, upload.size, proven=proven or verified)
