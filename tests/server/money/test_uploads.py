"""Attachments at the server: resumable chunks, verification, limits, and who may bring and fetch them."""

import hashlib
import os
import random
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import CHUNK_BYTES, MAX_ATTACHMENT_BYTES
from crmdesk.server import attachments
from crmdesk.server.app import create_app
from crmdesk.server.attachments import AttachmentFolder, Upload
from crmdesk.server.routes import files
from tests.server.access.firms import attachment_of
from tests.server.company import PASSWORD, SETTINGS, Company
from tests.server.money.paperwork import line, new_claim

PERSON = new_id()


@pytest.fixture
def folder(tmp_path: Path) -> AttachmentFolder:
    return AttachmentFolder(tmp_path / "attachments")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def upload_of(content: bytes) -> Upload:
    return Upload(sha256(content), len(content), PERSON)


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_repeats_and_restarts_ends_whole(folder: AttachmentFolder, seed: int) -> None:
    rng = random.Random(seed)
    content = rng.randbytes(3 * CHUNK_BYTES + 17)
    upload, state = upload_of(content), folder.state(sha256(content), PERSON)
    for _ in range(200):
        offset = state.received if rng.random() < 0.6 else rng.randrange(len(content))
        state = folder.receive(upload, offset, content[offset : offset + rng.randint(1, CHUNK_BYTES)])
        if state.complete:
            break
    path = folder.path(upload.sha256)
    assert path is not None
    assert path.read_bytes() == content
    assert folder.receive(upload, 0, content[:5]).complete


def test_other_bytes_than_named_start_anew(folder: AttachmentFolder) -> None:
    content = b"a" * 1000
    upload = upload_of(content)
    folder.receive(upload, 0, content[:500])
    with pytest.raises(InputError, match="hash_mismatch"):
        folder.receive(upload, 500, b"b" * 500)
    assert folder.state(upload.sha256, PERSON, 1000).received == 0
    assert folder.path(upload.sha256) is None
    folder.receive(upload, 0, content)
    assert folder.state(upload.sha256, PERSON).complete


def test_one_person_cannot_spoil_the_upload_of_another(folder: AttachmentFolder) -> None:
    content = b"c" * 100
    folder.receive(Upload(sha256(content), 100, new_id()), 0, b"x" * 50)
    assert folder.state(sha256(content), PERSON, 100).received == 0
    assert folder.receive(upload_of(content), 0, content).complete


@pytest.mark.parametrize(
    ("size", "offset", "length"),
    [
        (MAX_ATTACHMENT_BYTES + 1, 0, 1),
        (0, 0, 0),
        (10**6, 0, CHUNK_BYTES + 1),
        (10, 8, 3),
        (10, 11, 0),
        (10, -1, 1),
    ],
)
def test_limits(folder: AttachmentFolder, size: int, offset: int, length: int) -> None:
    with pytest.raises(InputError):
        folder.receive(Upload("ab" * 32, size, PERSON), offset, b"x" * length)


@pytest.mark.parametrize("name", ["../../etc/passwd", "AB" * 32, "", "a" * 63])
def test_paths_come_from_checked_names(folder: AttachmentFolder, name: str) -> None:
    with pytest.raises(InputError):
        folder.path(name)


def test_old_parts_are_cleared(folder: AttachmentFolder) -> None:
    upload = Upload("ab" * 32, 100, PERSON)
    folder.receive(upload, 0, b"x" * 10)
    assert folder.discard_old_parts() == 0
    for part in (folder.folder / "parts").iterdir():
        os.utime(part, (0, 0))
    assert folder.discard_old_parts() == 1
    assert folder.state(upload.sha256, PERSON).received == 0


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=2-", (2, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-30", (0, 9)),
        ("bytes=4-400", (4, 9)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("bytes=0-1,3-4", None),
    ],
)
def test_ranges(header: str, expected: Any) -> None:
    assert attachments.parse_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=-0", "bytes=99-100"])
def test_ranges_beyond_the_end(header: str) -> None:
    with pytest.raises(InputError, match="out_of_range"):
        attachments.parse_range(header, 10)


def test_rights_follow_the_rows(company: Company) -> None:
    digest = "cd" * 32
    claim_id = new_claim(company, [line(company, receipt_sha256s=[digest])], attached=False)

    def rights(who: str) -> tuple[bool, bool]:
        actor = company.actor(who)
        with company.database.reading() as connection:
            return attachments.may_bring(connection, actor, digest), attachments.may_read(connection, actor, digest)

    assert rights("rep") == (True, False)
    assert rights("manager") == rights("colleague") == (False, False)
    values = {"parent_record": "claim", "parent_id": claim_id, "sha256": digest, "file_name": "a.png"}
    row_id = company.insert("attachment", values | {"media_type": "image/png", "size_bytes": 5})
    assert rights("rep") == rights("manager") == rights("finance") == (True, True)
    assert rights("colleague") == rights("other") == rights("admin") == (False, False)
    actor = company.actor("rep")
    company.database.run(lambda work: work.delete("attachment", row_id, actor))
    assert rights("manager") == (False, False)
    with pytest.raises(RefusedError, match="not_found"):
        attachments.require(False, digest)


def test_up_and_down_over_http(sqlite_company: Company) -> None:
    company, content = sqlite_company, os.urandom(CHUNK_BYTES + 100)
    digest = sha256(content)
    claim_id = new_claim(company, [line(company, receipt_sha256s=[digest])], attached=False)
    values = {"parent_record": "claim", "parent_id": claim_id, "sha256": digest, "file_name": "a.png"}
    company.insert("attachment", values | {"media_type": "image/png", "size_bytes": len(content)})
    with TestClient(create_app(company.database, SETTINGS)) as client:

        def signed_in(who: str) -> dict[str, str]:
            answer = client.post("/auth/sign-in", json={"login": who, "password": PASSWORD, "device_id": new_id()})
            return {"Authorization": f"Bearer {answer.json()['access_token']}"}

        rep, path = signed_in("rep"), f"/attachments/{digest}"
        for offset in (0, CHUNK_BYTES):
            query = {"offset": offset, "size": len(content)}
            answer = client.put(path, params=query, content=content[offset : offset + CHUNK_BYTES], headers=rep)
            assert answer.status_code == 200, answer.text
        assert answer.json()["complete"] is True
        manager = signed_in("manager")
        assert client.get(path, headers=manager).content == content
        part = client.get(path, headers=manager | {"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, content[10:20])
        assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
        assert client.get(path, headers=signed_in("other")).status_code == 404
        assert client.get(path).status_code == 401
        assert client.get(f"{path}/state", headers=rep).json()["received"] == len(content)


def test_bytes_that_are_gone_are_asked_for_once(company: Company, folder: AttachmentFolder) -> None:
    """The rows of those who brought them go out once more; until they come nobody counts as having brought them."""
    rep, content = company.laptop("rep"), b"photo"
    digest = folder.put(content)
    row = rep.create("attachment", attachment_of("doctor", company["north_doctor"], digest))
    assert [one.outcome for one in rep.push(row)] == ["applied"]
    company.database.run(lambda work: attachments.note_brought(work, company["rep"], digest))
    rep.sync()
    folder.remove(digest)
    for _ in range(2):
        with pytest.raises(RefusedError, match="not_arrived"):
            files.read(company.database, folder, company.actor("colleague"), digest, "")
    again = rep.sync()
    came = [wire[:2] for page in again.pages for group in page.groups for wire in group.rows]
    assert came == [[row.row_id, 2]]
    folder.put(content)
    company.database.run(lambda work: attachments.note_brought(work, company["rep"], digest))
    assert files.read(company.database, folder, company.actor("colleague"), digest, "").content == content
