"""Backups: made while the server runs, put back on both databases, and the new life that begins with them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text
from typer.testing import CliRunner

from crmdesk.domain.errors import InputError, WorldError
from crmdesk.server import audit, auth, backups
from crmdesk.server.__main__ import app
from crmdesk.server.attachments import AttachmentFolder, note_brought
from crmdesk.server.database import Database
from crmdesk.server.settings import Settings
from crmdesk.server.tables import TOKEN_FAMILY
from tests.fixtures.postgres import binaries
from tests.server.company import Company


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{binaries()}{os.pathsep}{os.environ['PATH']}")


def put_back(made: backups.Copied, company: Company, folder: Path) -> Database:
    """Put a backup back as docs/server.md says: another file, or the same database emptied before."""
    if company.database.is_sqlite:
        file = shutil.copytree(made.file.parent, folder) / made.file.name
        return Database(f"sqlite:///{file}", company.clock)
    company.database.dispose()
    plain = make_url(company.database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    restore = ["pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={plain}", str(made.file)]
    subprocess.run(restore, check=True, capture_output=True)
    return Database(company.database.url, company.clock)


def test_a_backup_comes_back_as_a_new_life(company: Company, tmp_path: Path) -> None:
    if shutil.which("pg_dump") is None and not company.database.is_sqlite:
        with pytest.raises(WorldError, match="no_pg_dump"):  # a PostgreSQL without its client programs
            backups.copy(company.database, AttachmentFolder(tmp_path / "files"), tmp_path / "backup")
        return
    files, database = AttachmentFolder(tmp_path / "files"), company.database
    one, target = files.put(b"one"), tmp_path / "backup"
    about = {"parent_record": "doctor", "parent_id": company["north_doctor"], "media_type": "image/png"}
    for sha256 in (one, "b" * 64):
        company.insert("attachment", about | {"sha256": sha256, "file_name": "a.png", "size_bytes": 3})
    company.laptop("rep")
    for sha256 in (one, "b" * 64):
        database.run(lambda work, sha256=sha256: note_brought(work, company["rep"], sha256))
    database.run(lambda work: auth.set_password(work, company["rep"], "seven green lanterns", Settings()))
    backups.copy(database, files, target)
    files.put(b"two")
    company.edit("doctor", company["north_doctor"], {"note": "before"})
    made = backups.copy(database, files, target)
    assert (made.attachments, made.fresh) == (2, 1)
    assert sorted(AttachmentFolder(made.file.parent / f"{'server.db.' * database.is_sqlite}attachments").names()) == (
        sorted(files.names())
    )
    with database.reading() as connection:
        head, epoch = audit.read_head(connection), database.epoch
    company.edit("doctor", company["north_doctor"], {"note": "lost"})

    back = put_back(made, company, tmp_path / "new")
    with back.reading() as connection:
        assert bool(backups.copied_at(connection)) is back.is_sqlite
    assert backups.begin_anew(back) != epoch
    with back.reading() as connection:
        assert backups.copied_at(connection) == ""
        assert backups.lacking(connection, files) == 1
        assert audit.verify(connection, head).faults == []
        assert connection.execute(text("SELECT note FROM row_doctor WHERE note IS NOT NULL")).scalars().all() == [
            "before"
        ]
        assert all(connection.execute(select(TOKEN_FAMILY.c.revoked_at)).scalars())
    back.dispose()


def test_what_cannot_be_backed_up_is_said(sqlite_company: Company, tmp_path: Path) -> None:
    files = AttachmentFolder(tmp_path / "data" / "server.db.attachments")
    with pytest.raises(InputError, match="backup_onto_itself"):
        backups.copy(sqlite_company.database, files, tmp_path / "data")
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorldError, match="folder_unusable"):
        backups.copy(sqlite_company.database, files, tmp_path / "file")


def test_a_copy_is_served_only_after_it_is_said_to_be_back(tmp_path: Path) -> None:
    def run(folder: str, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["--data-dir", str(tmp_path / folder), *arguments])
        return result.exit_code, result.stdout + result.stderr

    assert run("data", "init")[0] == 0
    status, said = run("data", "backup", str(tmp_path / "copy"))
    assert (status, "0 attachments" in said, "Head of the trail" in said) == (0, True, True)
    assert oct((tmp_path / "copy" / "server.db").stat().st_mode & 0o777) == "0o600"
    status, said = run("copy", "serve", "--port", "0")
    assert (status, "Run `restored` on it first" in said) == (1, True)
    status, said = run("copy", "restored")
    assert (status, "sends again what the backup lacks" in said) == (0, True)
    assert "Run `restored`" not in run("copy", "serve", "--host", "0.0.0.0")[1]  # it wants a certificate now
