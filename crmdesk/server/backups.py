"""Backups: a copy of database and attachments that is a data folder of its own, and the new life after one came back.

The database is copied first, in one snapshot and while the server runs. Attachments never change once they are whole,
and their bytes come before what says so; copied afterwards they hold all that the snapshot speaks of.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from crmdesk import durable
from crmdesk.domain.clock import to_text
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.server.database import Database
from crmdesk.server.tables import ATTACHMENT_HOLDER, ROWS, SERVER_META, TOKEN_FAMILY
from crmdesk.server.work import ServerWork

COPY_NAME, DUMP_NAME = "server.db", "server.pgdump"
_MARK = "copied_at"
"""In a copy of SQLite: it says of itself that it is one, so that nobody serves it as if nothing had happened."""
_PIECE_PAGES = 2_000


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds: its database file, how many attachments there are and how many of them are new."""

    file: Path
    attachments: int
    fresh: int


def copy(database: Database, attachments: AttachmentFolder, target: Path) -> Copied:
    """Copy database and attachments into `target`; again: attachments that are there are not copied again.

    Raises InputError('backup_onto_itself'), WorldError `folder_unusable`, `no_pg_dump`, `backup_failed`.
    """
    file = target / (COPY_NAME if database.is_sqlite else DUMP_NAME)
    kept = AttachmentFolder(target / f"{COPY_NAME}.attachments" if database.is_sqlite else target / "attachments")
    if kept.folder.resolve() == attachments.folder.resolve():
        raise InputError("backup_onto_itself", place=str(target))
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        part.unlink(missing_ok=True)
        (_copy_sqlite if database.is_sqlite else _dump_postgres)(database, part)
        os.chmod(part, 0o600)
        durable.replace(part, file)
        counts = _copy_attachments(attachments, kept)
    except OSError as error:
        raise WorldError("folder_unusable", place=str(target), why=error.strerror or "") from error
    return Copied(file, *counts)


def _copy_sqlite(database: Database, part: Path) -> None:
    source = Path(str(database.engine.url.database))
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(part)) as copied:
            original.backup(copied, pages=_PIECE_PAGES)
            copied.execute("INSERT OR REPLACE INTO server_meta VALUES (?, ?)", (_MARK, to_text(database.clock())))
            copied.commit()
            copied.execute("PRAGMA journal_mode=DELETE")  # one file, whole in itself
            found = copied.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise WorldError("backup_failed", why=str(error)) from error
    if found != "ok":
        raise WorldError("backup_failed", why=str(found))


def _dump_postgres(database: Database, part: Path) -> None:
    url = database.engine.url
    program = shutil.which("pg_dump")
    if program is None:
        raise WorldError("no_pg_dump")
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = dict(os.environ) | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = [program, "--format=custom", "--no-owner", f"--file={part}", f"--dbname={plain}"]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise WorldError("backup_failed", why=(words or [""])[-1][:200])


def _copy_attachments(source: AttachmentFolder, target: AttachmentFolder) -> tuple[int, int]:
    count = fresh = 0
    for sha256 in source.names():
        count += 1
        if target.path(sha256) is None:
            fresh += _copy_file(source, target, sha256)
    return count, fresh


def _copy_file(source: AttachmentFolder, target: AttachmentFolder, sha256: str) -> bool:
    found = source.path(sha256)
    if found is None:  # put aside as damaged, or erased, meanwhile
        return False
    final = target.folder / sha256[:2] / sha256
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = final.with_name(f"{sha256}.part")
    shutil.copyfile(found, part)
    durable.replace(part, final)
    return True


def copied_at(connection: sa.Connection) -> str:
    """Return when this database was copied, '' for one that is not a backup (or was begun anew since)."""
    query = sa.select(SERVER_META.c.value).where(SERVER_META.c.name == _MARK)
    return str(connection.execute(query).scalar() or "")


def begin_anew(database: Database) -> str:
    """Begin a new life after a backup came back: every laptop fetches anew and sends again what the backup lacks.

    Everybody signs in again: what was signed out or locked since the backup must not come back to life.
    """
    fresh = database.renew_epoch()

    def sign_out(work: ServerWork) -> None:
        work.connection.execute(sa.delete(SERVER_META).where(SERVER_META.c.name == _MARK))
        families = sa.update(TOKEN_FAMILY).where(TOKEN_FAMILY.c.revoked_at.is_(None))
        work.connection.execute(families.values(revoked_at=work.at))

    database.run(sign_out)
    return fresh


def lacking(connection: sa.Connection, attachments: AttachmentFolder) -> int:
    """Return how many attachments people have brought whose bytes the folder lacks."""
    table, holder = ROWS["attachment"], ATTACHMENT_HOLDER
    query = sa.select(table.c.sha256).join(holder, holder.c.sha256 == table.c.sha256)
    brought = connection.execute(query.where(table.c.deleted.is_(False)).distinct()).scalars()
    return sum(attachments.path(sha256) is None for sha256 in brought)
