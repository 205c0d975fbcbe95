"""Routes of attachments: bytes by SHA-256, in resumable chunks up, whole or by range down."""

from pathlib import Path
from typing import Annotated, Any

from anyio.to_thread import run_sync
from litestar import Request, get, put
from litestar.datastructures import State
from litestar.params import PathParameter, QueryParameter
from litestar.response import Response
from sqlalchemy import select

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol.messages import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, UploadState
from crmdesk.server import attachments
from crmdesk.server.attachments import AttachmentFolder, Upload
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


def folder_of(database: Database, settings: Settings) -> AttachmentFolder:
    """Return where bytes are kept: the setting, else beside the SQLite file; raises InputError without either."""
    if settings.attachment_folder:
        return AttachmentFolder(Path(settings.attachment_folder))
    if not database.is_sqlite or not database.engine.url.database:
        raise InputError("attachment_folder_needed")
    return AttachmentFolder(Path(database.engine.url.database + ".attachments"))


@get("/attachments/{sha256:str}", summary="Read an attachment", media_type="application/octet-stream")
async def read_attachment(request: Request[Any, Any, Any], state: State, sha256: Sha256) -> Response[bytes]:
    """Give the bytes (a single Range is honoured) to whoever may see a row that carries them."""
    actor = await signed_in(request)
    asked = request.headers.get("range", "")
    return await run_sync(read, state.database, state.attachment_folder, actor, sha256, asked)


@get("/attachments/{sha256:str}/state", summary="How far an upload has come")
async def upload_state(request: Request[Any, Any, Any], state: State, sha256: Sha256, size: Size = 0) -> UploadState:
    """Say how many bytes the server holds."""
    actor = await signed_in(request)
    return await run_sync(state_of, state.database, state.attachment_folder, actor, sha256, size)


@put("/attachments/{sha256:str}", summary="Send a chunk", request_max_body_size=CHUNK_BYTES)
async def receive_chunk(
    request: Request[Any, Any, Any], state: State, sha256: Sha256, offset: Offset, total: Total
) -> UploadState:
    """Take a chunk of at most 256 KiB; the answer says where to go on."""
    actor = await signed_in(request)
    chunk = await request.body()
    upload = Upload(sha256, total, actor.user_id)
    return await run_sync(receive, state.database, state.attachment_folder, actor, upload, offset, chunk)


def read(database: Database, folder: AttachmentFolder, actor: ServerActor, sha256: str, asked: str) -> Response[bytes]:
    """Return the bytes, or the range `asked` for; raises RefusedError('not_found') for unknown and forbidden alike."""
    with database.reading() as connection:
        attachments.require(attachments.may_read(connection, actor, sha256), sha256)
    path = folder.path(sha256)
    if path is None:
        raise RefusedError("not_found", sha256=sha256)
    size = path.stat().st_size
    # bytes that people sent are never shown by a browser
    headers = {"Accept-Ranges": "bytes", "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    part = attachments.parse_range(asked, size) if asked else None
    if part is None:
        return Response(path.read_bytes(), headers=headers, media_type="application/octet-stream")
    with path.open("rb") as file:
        file.seek(part[0])
        content = file.read(part[1] - part[0] + 1)
    headers["Content-Range"] = f"bytes {part[0]}-{part[1]}/{size}"
    return Response(content, status_code=206, headers=headers, media_type="application/octet-stream")


def state_of(database: Database, folder: AttachmentFolder, actor: ServerActor, sha256: str, size: int) -> UploadState:
    """Return how far the bytes have come for this person; raises RefusedError('not_found')."""
    table = ROWS["attachment"]
    with database.reading() as connection:
        attachments.require(attachments.may_bring(connection, actor, sha256), sha256)
        if not size:
            mine = (table.c.sha256 == sha256) & (table.c.created_by == actor.user_id)
            size = connection.execute(select(table.c.size_bytes).where(mine)).scalar() or 0
        proven = attachments.has_brought(connection, actor.user_id, sha256)
    return folder.state(sha256, actor.user_id, size, proven=proven)


def receive(
    database: Database, folder: AttachmentFolder, actor: ServerActor, upload: Upload, offset: int, chunk: bytes
) -> UploadState:
    """Take a chunk; whoever brings the last one has shown to hold the bytes. Raises as `AttachmentFolder.receive`."""
    with database.reading() as connection:
        attachments.require(attachments.may_bring(connection, actor, upload.sha256), upload.sha256)
        proven = attachments.has_brought(connection, actor.user_id, upload.sha256)
    state = folder.receive(upload, offset, chunk, proven=proven)
    if state.complete and not proven:
        database.run(lambda work: attachments.note_brought(work, actor.user_id, upload.sha256))
    return state
