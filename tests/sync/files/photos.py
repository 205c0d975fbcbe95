"""Photos of the tests, and the questions about them."""

import hashlib
import random
import threading
import time
from collections.abc import Callable

from crmdesk.bootstrap import Laptop
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.services.commands import AttachFile, CreateRow
from crmdesk.storage import attachments
from crmdesk.storage.attachments import Transfer
from tests.server.company import visit_values
from tests.sync.field import Field, ask, do


def photo(seed: int, size: int) -> bytes:
    """Return the bytes of a photo; nothing compresses them."""
    return b"\xff\xd8\xff" + random.Random(seed).randbytes(size - 3)


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def visit(field: Field, laptop: Laptop, who: str = "rep") -> str:
    values = visit_values(field.company, who)
    made = do(laptop, CreateRow("visit", values)).created_id
    assert made
    return made


def attach(field: Field, laptop: Laptop, content: bytes, visit_id: str = "", who: str = "rep") -> str:
    """Attach a photo to a visit of the person (a new one); return the attachment's id."""
    parent = visit_id or visit(field, laptop, who)
    made = do(laptop, AttachFile("visit", parent, "photo.jpg", content)).created_id
    assert made
    return made


def held_by_server(field: Field, sha256: str) -> bytes | None:
    path = AttachmentFolder(field.folder / "server.db.attachments").path(sha256)
    return path.read_bytes() if path else None


def arrived(field: Field, content: bytes, login: str) -> int:
    """Return how many bytes the server holds of what somebody is sending."""
    folder = AttachmentFolder(field.folder / "server.db.attachments")
    return folder.state(sha256_of(content), field.company[login], len(content), proven=False).received


def queue(laptop: Laptop, direction: str = attachments.UP) -> list[Transfer]:
    with laptop.store.reading() as connection:
        return attachments.queue(connection, direction)


def until(laptop: Laptop, reached: Callable[[], bool], timeout_s: float = 60) -> None:
    """Wait until something holds; looked at each time the laptop tells that something changed."""
    changed = threading.Event()
    endings = [laptop.desk.subscribe(lambda _: changed.set()), laptop.sync.subscribe(lambda _: changed.set())]
    deadline = time.monotonic() + timeout_s
    try:
        while not reached():
            assert time.monotonic() < deadline, laptop.engine.status()
            changed.wait(0.2)
            changed.clear()
    finally:
        for end in endings:
            end()


def bytes_on(laptop: Laptop, sha256: str) -> bytes | None:
    found = ask(laptop, lambda reads: reads.attachment(sha256))
    assert found is None or isinstance(found, bytes)
    return found
