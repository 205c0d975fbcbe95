"""A backup: what no server may have yet, as a small store of its own in a folder of the person's choice.

It is filled beside the store and copied from there, and copied back before it is opened: SQLite meets neither sticks
nor shares, a place that nobody may write to is read all the same, and a backup has its name once it is whole.
"""

import errno
import glob
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from crmdesk import durable
from crmdesk.domain.brought_back import BackedUp, Brought
from crmdesk.domain.clock import Clock, local_date, to_text
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.passphrases import check_passphrase
from crmdesk.storage import bringing, journal, lately, settings
from crmdesk.storage.blobs import FILE_NAME as BLOBS_NAME
from crmdesk.storage.keys import KeyVault
from crmdesk.storage.store import FILE_NAME as STORE_NAME
from crmdesk.storage.store import LOCK_NAME, ROOM_NAME, Store

NOTE = "crmdesk-backup.json"
"""Says what the folder is and names its files; written last."""
_FORMAT = 1
_HALF = ".half"
_ACCOUNT = "backup"  # the vault of a backup holds one key, whosever it is
_PIECE = 1 << 20
_UNSAFE = re.compile(r"[^\w.@-]")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NEEDED = {STORE_NAME, BLOBS_NAME}
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_UNREADABLE = frozenset({"key_missing", "keyring_locked", "wrong_key", "store_damaged"})
_WORDS = {
    **dict.fromkeys(_UNREADABLE, "backup_damaged"),
    "store_newer": "backup_newer",
    "put_aside_foreign": "backup_foreign",
    "disk_full": "backup_no_room",
    "passphrase_wrong": "backup_passphrase_wrong",
    "passphrase_missing": "backup_passphrase_missing",
}
_log = journal.logger(__name__)

GoOn = Callable[[int, int], bool]
"""Is told how many bytes of how many are done, and says whether to go on."""


class _File(msgspec.Struct, frozen=True):
    name: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    sha256: str


class _Note(msgspec.Struct, frozen=True):
    crmdesk_backup: int
    at: str
    files: list[_File] = []


class _Format(msgspec.Struct, frozen=True):
    crmdesk_backup: int


class _StoppedError(Exception):
    """Whoever waits for it has changed their mind."""


def make(store: Store, data_dir: Path, place: Path, login: str, passphrase: str, go_on: GoOn) -> BackedUp | None:
    """Write what a store has not sent into a new folder at a place; None where it was stopped, nothing is left then.

    Raises InputError: `passphrase_too_short`, `backup_no_folder`, `backup_no_place`, `backup_inside`,
    `backup_nothing`; WorldError: `backup_full`, `backup_closed`, `backup_gone`, `backup_no_room`.
    """
    check_passphrase(passphrase)
    _check_place(place, data_dir)
    try:
        unsent = bringing.unsettled(bringing.read(store))
        with _room(store) as room:
            held = _fill(room, passphrase, unsent, store)
            if not any(held):
                raise InputError("backup_nothing")
            moment = store.clock()
            path = _put(room, place, login, moment, go_on)
    except _StoppedError:
        return None
    except WorldError as error:
        if error.code == "disk_full":
            raise WorldError("backup_no_room") from error
        raise
    made = BackedUp(str(path), to_text(moment), held)
    try:
        with store.writing() as work:
            settings.note_backup(work.connection, made.at, made.path)
    except WorldError as error:  # the backup stands; only Settings does not know of it
        _log.info("backup_unnoted", code=error.code)
    return made


def put_back(
    folder: Path, passphrase: str, store: Store, go_on: GoOn
) -> tuple[Brought, dict[str, tuple[str, ...]]] | None:
    """Bring what a backup holds into a store, each thing once; return how much and what that changed.

    The backup is read alone, and stays. None where it was stopped: nothing has changed then. Raises InputError:
    `backup_no_folder`, `backup_unknown`; WorldError: `backup_passphrase_wrong`, `backup_passphrase_missing`,
    `backup_damaged`, `backup_newer`, `backup_foreign`, `backup_gone`, `backup_no_room`; then nothing has changed.
    """
    note = _read_note(folder)
    try:
        with _room(store) as room, _opened(folder, note, room, passphrase, store.clock, go_on) as old:
            unsent = bringing.read(old)
            with store.writing() as work:
                brought = bringing.bring(unsent, old, work, lately.PUT_BACK)
                changed = {record: tuple(sorted(ids)) for record, ids in work.changed.items()}
            return brought, changed
    except _StoppedError:
        return None
    except WorldError as error:
        if error.code in _WORDS:
            raise WorldError(_WORDS[error.code]) from error
        raise


def sweep(store: Store) -> None:
    """Remove what a crash left of a backup that was being filled or opened; it is encrypted, and of no use."""
    room = store.folder / ROOM_NAME
    if room.exists():
        _remove(room)


@contextmanager
def _room(store: Store) -> Iterator[Path]:
    room = store.folder / ROOM_NAME
    sweep(store)
    try:
        room.mkdir(mode=0o700)
    except OSError as error:
        full = error.errno in _NO_ROOM
        raise (WorldError("backup_no_room") if full else WorldError("data_dir", path=str(store.folder))) from error
    try:
        yield room
    finally:
        sweep(store)


# making ----------------------------------------------------------------------------------------------------------


def _check_place(place: Path, data_dir: Path) -> None:
    if not place.name and not place.anchor:
        raise InputError("backup_no_folder")
    if not _is_folder(place):
        raise InputError("backup_no_place", path=str(place))
    if place.resolve().is_relative_to(data_dir.resolve()):
        raise InputError("backup_inside")


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except (OSError, ValueError):  # a stick that is half gone, a name that no system takes
        return False


def _fill(room: Path, passphrase: str, unsent: bringing.Unsent, store: Store) -> Brought:
    small = Store.open(room, KeyVault(room).create(_ACCOUNT, passphrase), store.clock)
    try:
        with small.writing() as work:
            settings.set_meta_json(work.connection, "person", {"user_id": unsent.user_id})
            return bringing.bring(unsent, store, work)
    finally:
        small.close()


def _put(room: Path, place: Path, login: str, moment: datetime, go_on: GoOn) -> Path:
    """Copy a filled backup to its place and return its folder, which has its name once all of it is on the disk."""
    stem = f"crmdesk-backup-{_UNSAFE.sub('_', login)[:40]}"
    path = _unused(place, f"{stem}-{local_date(moment).isoformat()}")
    half = path.with_name(f"{path.name}{_HALF}")
    try:
        for left in place.glob(f"{glob.escape(stem)}-*{_HALF}"):  # of one that was ended by force
            _remove(left)
        half.mkdir(mode=0o700)
        files = _copied(room, half, _names(room), go_on)
        durable.write(half / NOTE, msgspec.json.encode(_Note(_FORMAT, to_text(moment), files)))
        durable.rename(half, path)
    except OSError as error:
        _remove(half)
        raise _of_place(error, place) from error
    except BaseException:  # whatever it is, nothing half stays; it is raised again
        _remove(half)
        raise
    return path


def _unused(place: Path, name: str) -> Path:
    path, number = place / name, 1
    while os.path.lexists(path):
        number += 1
        path = place / f"{name}-{number}"
    return path


def _names(room: Path) -> list[_File]:
    paths = sorted(path for path in room.iterdir() if path.is_file() and path.name != LOCK_NAME)
    return [_File(path.name, path.stat().st_size, "") for path in paths]


def _of_place(error: OSError, place: Path) -> WorldError:
    if error.errno in _NO_ROOM:
        return WorldError("backup_full", path=str(place))
    return WorldError("backup_closed" if error.errno in _CLOSED else "backup_gone", path=str(place))


def _remove(folder: Path) -> None:
    import shutil  # lazy: it loads what packs files

    shutil.rmtree(folder, ignore_errors=True)


# putting back ----------------------------------------------------------------------------------------------------


def _read_note(folder: Path) -> _Note:
    if not folder.name and not folder.anchor:
        raise InputError("backup_no_folder")
    try:
        with (folder / NOTE).open("rb") as file:
            content = file.read(_PIECE)
        if msgspec.json.decode(content, type=_Format).crmdesk_backup > _FORMAT:
            raise WorldError("backup_newer")
        note = msgspec.json.decode(content, type=_Note)
    except (OSError, ValueError) as error:  # also what is no JSON, or other JSON
        raise InputError("backup_unknown", path=str(folder)) from error
    names = {one.name for one in note.files}
    if not (names >= _NEEDED and all(map(_PLAIN.fullmatch, names))):
        raise WorldError("backup_damaged")
    return note


@contextmanager
def _opened(folder: Path, note: _Note, room: Path, passphrase: str, clock: Clock, go_on: GoOn) -> Iterator[Store]:
    try:
        found = _copied(folder, room, note.files, go_on)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise WorldError("backup_no_room") from error
        missing = isinstance(error, FileNotFoundError) and _is_folder(folder)
        raise WorldError("backup_damaged" if missing else "backup_gone", path=str(folder)) from error
    if found != note.files:
        raise WorldError("backup_damaged")
    store = Store.open(room, KeyVault(room).load(_ACCOUNT, passphrase), clock)
    try:
        yield store
    finally:
        store.close()


# both ------------------------------------------------------------------------------------------------------------


def _copied(source: Path, target: Path, files: Sequence[_File], go_on: GoOn) -> list[_File]:
    """Copy files by name, to the disk; return what was read of them. Raises OSError, _StoppedError."""
    total, done, found = sum(one.size for one in files), 0, []
    for one in files:
        digest, size = hashlib.sha256(), 0
        with (source / one.name).open("rb") as read, (target / one.name).open("xb") as write:
            while piece := read.read(min(_PIECE, one.size - size)):
                if not go_on(done, total):
                    raise _StoppedError
                write.write(piece)
                digest.update(piece)
                size, done = size + len(piece), done + len(piece)
            write.flush()
            _synced(write.fileno())
        found.append(_File(one.name, size, digest.hexdigest()))
    if not go_on(total, total):
        raise _StoppedError
    return found


def _synced(handle: int) -> None:
    os.fsync(handle)
