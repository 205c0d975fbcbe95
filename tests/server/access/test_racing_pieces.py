"""Pieces that race or find no room: none proves by another's bytes, nor writes to what was verified already."""

import errno
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.server.app import create_app
from crmdesk.server.attachments import AttachmentFolder, Incoming, Upload
from crmdesk.server.routes import files
from tests.server.access.firms import attachment_of
from tests.server.company import PASSWORD, SETTINGS, Company

RIGHT, WRONG = b"the receipt of a colleague", b"any bytes of the same size"
SHA256 = hashlib.sha256(RIGHT).hexdigest()
Connect = Callable[[], Incoming]


@pytest.fixture
def folder(tmp_path: Path) -> AttachmentFolder:
    return AttachmentFolder(tmp_path / "bytes")


@pytest.fixture
def thief(sqlite_company: Company) -> Company:
    """The company, where the representative says to have a file of which only the hash is known to them."""
    laptop = sqlite_company.laptop("rep")
    row = attachment_of("doctor", sqlite_company["north_doctor"], SHA256)
    assert [one.outcome for one in laptop.tell(laptop.create("attachment", row))] == ["applied"]
    return sqlite_company


def connect(company: Company, folder: AttachmentFolder) -> Connect:
    """Return what opens another connection at the start of the upload."""

    def begin() -> Incoming:
        upload = Upload(SHA256, len(RIGHT), company["rep"])
        incoming, _ = files.begin(company.database, folder, company.actor("rep"), upload, 0, len(RIGHT))
        assert incoming is not None
        return incoming

    return begin


def test_a_piece_that_somebody_took_away_proves_nothing(
    thief: Company, folder: AttachmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put(RIGHT)
    begin, upload = connect(thief, folder), Upload(SHA256, len(RIGHT), thief["rep"])
    first, second = begin(), begin()
    first.write(WRONG)
    second.write(WRONG)
    ending = second.end

    def end_just_before_the_other_is_refused() -> bool:
        whole = ending()
        with pytest.raises(InputError, match="hash_mismatch"):
            files.end(thief.database, folder, thief.actor("rep"), upload, first, proven=False)
        return whole

    monkeypatch.setattr(second, "end", end_just_before_the_other_is_refused)
    state = files.end(thief.database, folder, thief.actor("rep"), upload, second, proven=False)
    assert not state.complete
    with thief.database.reading() as connection:
        assert not files.attachments.may_read(connection, thief.actor("rep"), SHA256)


@pytest.mark.parametrize("there", [True, False])
def test_an_open_connection_writes_nothing_to_what_was_verified(
    thief: Company, folder: AttachmentFolder, there: bool
) -> None:
    if there:
        folder.put(RIGHT)
    begin, upload = connect(thief, folder), Upload(SHA256, len(RIGHT), thief["rep"])
    slow, quick = begin(), begin()
    quick.write(RIGHT)
    assert files.end(thief.database, folder, thief.actor("rep"), upload, quick, proven=False).complete
    slow.write(WRONG)
    slow.abandon()
    path = folder.path(SHA256)
    assert path is not None
    assert path.read_bytes() == RIGHT
    assert [one.name for one in (folder.folder / "parts").iterdir()] == []


def test_of_two_that_bring_the_right_bytes_both_are_told_so(thief: Company, folder: AttachmentFolder) -> None:
    begin, upload = connect(thief, folder), Upload(SHA256, len(RIGHT), thief["rep"])
    both = begin(), begin()
    for one in both:
        one.write(RIGHT)
    for one in both:
        assert files.end(thief.database, folder, thief.actor("rep"), upload, one, proven=False).complete


def test_a_full_disk_is_told_and_the_piece_comes_again(
    thief: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(SETTINGS, attachment_folder=str(tmp_path / "bytes"))
    with TestClient(create_app(thief.database, settings)) as client:
        body = {"login": "rep", "password": PASSWORD, "device_id": new_id()}
        token = client.post("/auth/sign-in", json=body).json()["access_token"]

        def put() -> Any:
            headers, place = {"Authorization": f"Bearer {token}"}, {"offset": 0, "size": len(RIGHT)}
            return client.put(f"/attachments/{SHA256}", params=place, content=RIGHT, headers=headers)

        def full(_self: Incoming, _piece: bytes) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(Incoming, "write", full)
            answer = put()
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "60")
        assert [one.exc_info for one in caplog.records if one.levelname == "WARNING"] == [None]
        caplog.clear()
        assert put().json()["complete"] is True
