"""The handler that attaches a file: its kind is read from its content, row and bytes go in one commit."""

import io

from crmdesk.domain.errors import InputError
from crmdesk.domain.file_names import plain_name
from crmdesk.domain.records import ATTACHMENT
from crmdesk.protocol.messages import MAX_ATTACHMENT_BYTES
from crmdesk.services.claim_state import check_editable
from crmdesk.services.commands import AttachFile, RetryFile
from crmdesk.services.handlers.rows import create
from crmdesk.services.handling import Done, Handling, check_owner, check_rights, record_of, row_of
from crmdesk.services.shown import select
from crmdesk.storage import attachments

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
_XML_STARTS = (b"<?xml", b"\xef\xbb\xbf<?xml", "\ufeff<?xml".encode("utf-16-le"), "\ufeff<?xml".encode("utf-16-be"))


def retry_file(handling: Handling, command: RetryFile) -> Done:
    """Put a file that did not get through in front again; one that has gone through meanwhile is left alone."""
    attachments.retry(handling.work, command.sha256)
    return Done(command.sha256)


def attach_file(handling: Handling, command: AttachFile) -> Done:
    """Attach bytes to a visit, claim or other row; the same bytes twice on one row are one attachment.

    InputError: `empty_file`, `file_too_large` (limit), `file_kind` for anything but JPEG, PNG, PDF, OFD, XML.
    """
    parent_record = record_of(command.parent_record)
    parent = row_of(handling, parent_record, command.parent_id)
    check_rights(handling, ATTACHMENT, {})
    check_owner(handling, parent_record, parent)
    if parent_record.name == "claim":
        check_editable(handling, parent)
    media_type = _checked_kind(command.content)
    sha256 = attachments.put(handling.work, command.content)
    same = select(
        handling.work.connection,
        "attachment",
        "AND r.parent_id = :parent AND r.sha256 = :sha256",
        {"parent": command.parent_id, "sha256": sha256},
    )
    if same:
        return Done(same[0]["id"])
    return create(
        handling,
        ATTACHMENT,
        {
            "parent_record": parent_record.name,
            "parent_id": command.parent_id,
            "sha256": sha256,
            "file_name": plain_name(command.file_name),
            "media_type": media_type,
            "size_bytes": len(command.content),
        },
    )


def _checked_kind(content: bytes) -> str:
    if not content:
        raise InputError("empty_file")
    if len(content) > MAX_ATTACHMENT_BYTES:
        raise InputError("file_too_large", limit=MAX_ATTACHMENT_BYTES, length=len(content))
    media_type = media_type_of(content)
    if media_type is None:
        raise InputError("file_kind")
    return media_type


def media_type_of(content: bytes) -> str | None:
    """Return the media type that the content itself shows, whatever the file is called; None for other kinds."""
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return "application/ofd" if _is_ofd(content) else None
    return "application/xml" if content.startswith(_XML_STARTS) else None


def _is_ofd(content: bytes) -> bool:
    """Say whether a zip is an OFD document (GB/T 33190): it holds OFD.xml at its top."""
    import zipfile  # lazy, as in the other modules that the windows load before they show anything

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "OFD.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
