"""A row that went wrong here, and a server that came back from a backup: both are mended by the next sync."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crmdesk.bootstrap import Laptop
from crmdesk.protocol.messages import Page, SyncRequest
from crmdesk.server.__main__ import app
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.services.commands import AttachFile, CreateRow, DeleteRow, SaveClaim
from crmdesk.storage import health, settings
from crmdesk.sync.core import ApplyPage
from tests.server.company import PASSWORD, visit_values
from tests.sync.field import Field, ask, do, edit, synced


@contextmanager
def overheard(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[SyncRequest], list[Page]]]:
    """Note the requests that the laptop makes and the pages that it applies."""
    requests: list[SyncRequest] = []
    pages: list[Page] = []
    send, apply = laptop.session.transport.sync, laptop.engine._driver._apply_page

    def sent(message, token, cancellation):
        requests.append(message)
        return send(message, token, cancellation)

    def applied(_engine, effect):
        pages.append(effect.page)
        return apply(effect)

    with monkeypatch.context() as patch:
        patch.setattr(laptop.session.transport, "sync", sent)
        patch.setitem(laptop.engine._driver._EFFECTS, ApplyPage, applied)
        yield requests, pages


@pytest.mark.parametrize("revision", [1, 8])
def test_a_flipped_row_is_mended_by_fetching_its_scope_alone(
    field: Field, monkeypatch: pytest.MonkeyPatch, revision: int
) -> None:
    laptop = field.laptop("rep")
    field.company.edit("doctor", field.company["north_doctor"], {"mobile": "13811112222"})
    synced(laptop)
    doctor, scope = field.company["north_doctor"], f"t:{field.company['north']}"
    with laptop.store.writing() as work:
        work.driver.execute("UPDATE row_doctor SET name = '错', revision = ? WHERE id = ?", (revision, doctor))
        work.digests.move([scope], "doctor", doctor, 2, revision)
    with overheard(laptop, monkeypatch) as (requests, pages):
        synced(laptop)
    assert [one.refetch for one in requests] == [[], [scope]]
    assert {page.scope for page in pages} == {scope}
    row = ask(laptop, lambda reads: reads.row("doctor", doctor))
    assert (row["name"], row.revision) == ("张伟", 2)
    assert health.check(laptop.store).sound
    with laptop.store.reading() as connection:
        assert not settings.meta_json(connection, "refetch_tries")


def backed_up(field: Field) -> Path:
    """Copy the server's database, as a backup does."""
    copy = field.folder / "backup.db"
    with closing(sqlite3.connect(field.folder / "server.db")) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def put_back(field: Field, copy: Path, *, said: bool = True) -> None:
    """Let the server come back from a backup; `said`: by `crmdesk-server restored`."""
    path = field.folder / "server.db"
    field.database.dispose()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copy(copy, path)
    if said:
        command = CliRunner().invoke(app, ["restored", "--database", field.database.url, "--json"])
        assert command.exit_code == 0, command.output
        field.database._epoch_read = 0.0  # the process of the server begins after that
        assert json.loads(command.stdout)["epoch"] == field.database.epoch
        for laptop in field.opened:
            assert laptop.engine.sync_once().code == "signed_out"
            laptop.session.sign_in(laptop.account.login, PASSWORD, "")


@pytest.mark.parametrize("said", [True, False])
def test_what_a_restored_server_lost_is_sent_again_and_takes_effect_once(
    field: Field, caplog: pytest.LogCaptureFixture, said: bool
) -> None:
    laptop, other = field.laptop("rep"), field.laptop("colleague")
    synced(laptop)
    synced(other)
    doctor, hospital = field.company["north_doctor"], field.company["north_hospital"]
    edit(laptop, hospital, "institution", phone="010-11112222")
    synced(laptop)
    copy = backed_up(field)
    edit(laptop, doctor, mobile="13977770000")
    values = {"name": "新来的", "territory_id": field.company["north"]}
    made = do(laptop, CreateRow("doctor", values)).created_id
    synced(laptop)
    edit(other, doctor, preferred_time="周三上午")  # lost for good unless its author's laptop has it
    synced(other)
    synced(laptop)
    put_back(field, copy, said=said)
    assert field.company.row("doctor", doctor)["mobile"] == "13800000000"
    synced(laptop)
    assert ("put back to a backup" in caplog.text) is not said, "the server finds out where nobody says so"
    caplog.clear()
    row = field.company.row("doctor", doctor)
    assert (row["mobile"], row["revision"]) == ("13977770000", 2), "again, and once"
    assert field.company.row("doctor", made)["name"] == "新来的"
    assert field.company.row("institution", hospital)["revision"] == 2, "what the backup had is not done twice"
    synced(laptop)
    assert field.company.row("doctor", doctor)["revision"] == 2
    synced(other)
    synced(laptop)
    for one in (laptop, other):
        shown = ask(one, lambda reads: reads.row("doctor", doctor))
        assert (shown["mobile"], shown["preferred_time"]) == ("13977770000", "周三上午")
        summary = ask(one, lambda reads: reads.sync_summary())
        assert (summary.waiting, summary.refused) == (0, 0)
        assert ask(one, lambda reads: reads.conflicts()) == []
        assert health.check(one.store).sound


def test_files_that_a_restored_server_lost_are_sent_again(field: Field) -> None:
    laptop = field.laptop("rep")
    synced(laptop)
    values = {"title": "科室会", "reason": "新药", "territory_id": field.company["north"], "lines": []}
    claim = do(laptop, SaveClaim("", values)).created_id
    copy = backed_up(field)
    photo = b"%PDF-1.4 photo"
    do(laptop, AttachFile("claim", claim, "发票.pdf", photo))
    synced(laptop)
    folder, digest = AttachmentFolder(field.folder / "server.db.attachments"), hashlib.sha256(photo).hexdigest()
    path = folder.path(digest)
    assert path is not None
    path.unlink()  # the folder was put back as well
    put_back(field, copy)
    synced(laptop)
    assert folder.path(digest) is not None


@pytest.mark.parametrize("gone", ["lost", "damaged"])
def test_files_that_are_found_missing_are_asked_for_again(field: Field, gone: str) -> None:
    """Nobody put the database back: only the folder of the files lacks one, or has another content under its name."""
    author, reader = field.laptop("rep"), field.laptop("manager")
    synced(author)
    visit = do(author, CreateRow("visit", visit_values(field.company))).created_id
    photo = b"%PDF-1.4 " + bytes(200 << 10)
    do(author, AttachFile("visit", visit, "发票.pdf", photo))
    synced(author)
    folder, digest = AttachmentFolder(field.folder / "server.db.attachments"), hashlib.sha256(photo).hexdigest()
    path = folder.path(digest)
    assert path is not None
    path.unlink() if gone == "lost" else path.write_bytes(b"x" * len(photo))
    synced(reader)
    assert ask(reader, lambda reads: reads.attachment(digest)) is None
    synced(author)
    assert folder.sound(digest) is not None
    synced(reader)
    assert ask(reader, lambda reads: reads.attachment(digest)) == photo
    revisions = [field.company.row("attachment", row_id)["revision"] for row_id in _files_of(author)]
    synced(author)
    assert revisions == [2] == [field.company.row("attachment", row_id)["revision"] for row_id in _files_of(author)]


def _files_of(laptop: Laptop) -> list[str]:
    with laptop.store.reading() as connection:
        return [row[0] for row in connection.execute("SELECT id FROM row_attachment")]


def test_a_deletion_that_waited_for_a_restored_server_hides_nobody_elses_edit(field: Field) -> None:
    """It was based on revision 2, and so is what a colleague wrote to the restored server, where that is another."""
    laptop, other = field.laptop("rep"), field.laptop("colleague")
    synced(other)
    copy = backed_up(field)
    doctor = field.company["north_doctor"]
    field.company.edit("doctor", doctor, {"mobile": "lost"})
    synced(laptop)
    do(laptop, DeleteRow("doctor", doctor))
    put_back(field, copy)
    edit(other, doctor, mobile="13911112222")
    synced(other)
    assert field.company.row("doctor", doctor)["revision"] == 2
    synced(laptop)
    row = field.company.row("doctor", doctor)
    assert (row["deleted"], row["mobile"]) == (False, "13911112222")
    [conflict] = ask(laptop, lambda reads: reads.conflicts())
    assert conflict.field == "deleted"


@pytest.mark.parametrize("without_cursor", [False, True])
def test_what_waits_goes_to_a_restored_server_after_what_it_lost(field: Field, without_cursor: bool) -> None:
    """Also where the laptop asks for everything just then, and no cursor tells which life of the server it knew."""
    laptop = field.laptop("rep")
    synced(laptop)
    doctor = field.company["north_doctor"]
    copy = backed_up(field)
    edit(laptop, doctor, mobile="13977770001")
    made = do(laptop, CreateRow("doctor", {"name": "新来的", "territory_id": field.company["north"]})).created_id
    synced(laptop)
    edit(laptop, doctor, mobile="13977770002")
    edit(laptop, made, mobile="13977770003")
    put_back(field, copy)
    if without_cursor:
        with laptop.store.writing() as work:
            settings.set_meta(work.connection, "cursor", "")
    synced(laptop)
    summary = ask(laptop, lambda reads: reads.sync_summary())
    assert (summary.waiting, summary.refused) == (0, 0), "the row was there again before the edit of it came"
    assert field.company.row("doctor", doctor)["mobile"] == "13977770002", "what was written last stands"
    assert field.company.row("doctor", made)["mobile"] == "13977770003"
    assert ask(laptop, lambda reads: reads.conflicts()) == []


def test_what_lacks_a_row_of_another_laptop_goes_by_itself_once_that_has_come(field: Field) -> None:
    """Whoever syncs first with a restored server names rows that only another laptop can give back to it."""
    maker, user = field.laptop("rep"), field.laptop("colleague")
    synced(maker)
    copy = backed_up(field)
    made = do(maker, CreateRow("doctor", {"name": "新来的", "territory_id": field.company["north"]})).created_id
    synced(maker)
    synced(user)
    edit(user, made, mobile="13977770003")
    visit = do(user, CreateRow("visit", visit_values(field.company, "colleague", doctor_ids=[made]))).created_id
    edit(user, visit, "visit", note="谈了适应症")
    synced(user)
    put_back(field, copy)
    synced(user)
    refused = ask(user, lambda reads: reads.refused())
    assert {one.row_id: one.code for one in refused} == {made: "row_awaited", visit: "row_awaited"}
    synced(user)
    assert ask(user, lambda reads: reads.sync_summary()).refused == 2, "nothing of it has come"
    synced(maker)
    synced(user)
    summary = ask(user, lambda reads: reads.sync_summary())
    assert (summary.waiting, summary.refused) == (0, 0)
    assert field.company.row("doctor", made)["mobile"] == "13977770003"
    assert field.company.row("visit", visit)["note"] == "谈了适应症"
    assert health.check(user.store).sound


def test_as_much_written_since_hides_no_restore(field: Field, caplog: pytest.LogCaptureFixture) -> None:
    """The restored server stands where the laptop does, in every scope: a colleague has changed the same row since."""
    laptop, other = field.laptop("rep"), field.laptop("colleague")
    synced(laptop)
    synced(other)
    copy, doctor = backed_up(field), field.company["north_doctor"]
    edit(laptop, doctor, mobile="13977770000")
    synced(laptop)
    put_back(field, copy, said=False)
    edit(other, doctor, mobile="13900001111")
    synced(other)
    field.database.epoch_now()  # as every process does within a second
    synced(laptop)
    assert "put back to a backup" in caplog.text
    caplog.clear()
    assert field.company.row("doctor", doctor)["mobile"] == "13977770000", "it arrived later, again"
    [conflict] = ask(laptop, lambda reads: reads.conflicts())
    assert (conflict.field, conflict.loser_value) == ("mobile", "13900001111")
