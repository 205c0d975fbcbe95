"""Stores put aside: the folder of one that could not be opened, with what opens it, beside the store that follows it.

One that is thrown away is renamed first and then deleted: whatever ends that, it is not offered again.
"""

import errno
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crmdesk import durable
from crmdesk.domain.clock import from_text, to_text
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.storage import journal
from crmdesk.storage.folder_lock import FolderLock
from crmdesk.storage.keys import KeyVault
from crmdesk.storage.store import FILE_NAME, LOCK_NAME

_NOTE = "put-aside.json"
_NAME = re.compile(r"(?P<store>.+)\.unreadable-(?P<number>\d+)")
_GOING = ".thrown-away"
_log = journal.logger(__name__)


class _Note(msgspec.Struct):
    at: str


class PutAside(msgspec.Struct, frozen=True):
    """A store that was put aside at an instant (text); `name`, a number, is what people call it by."""

    folder: Path
    at: str
    name: str


def put(folder: Path, account: str, vault: KeyVault, at: str) -> None:
    """Put the store of a folder aside with what opens it; nothing where there is no such folder.

    The key is on the disk beside the store before the store gets its other name, and `vault` has it still: wherever
    this ends, the store has its key. Raises WorldError: `in_use`, `disk_full`, `data_dir`.
    """
    if not folder.exists():
        return
    FolderLock(folder / LOCK_NAME).release()  # who has it open would go on writing into it
    aside = folder.with_name(f"{folder.name}.unreadable-{_last_number(folder) + 1}")
    try:
        vault.copy_to(account, folder)
        durable.write(folder / _NOTE, msgspec.json.encode(_Note(at)))
        durable.rename(folder, aside)
    except OSError as error:
        raise _unwritable(error, folder) from error


def settle(folder: Path, account: str) -> None:
    """Let the store of a folder be as one that never was to be put aside: its vault alone has its key."""
    with suppress(OSError):  # it goes the next time
        (folder / _NOTE).unlink(missing_ok=True)
        KeyVault(folder).drop_copy(account)


def listed(folder: Path) -> list[PutAside]:
    """Return what was put aside of the store of a folder, oldest first."""
    found = []
    for path in folder.parent.glob(f"{folder.name}.unreadable-*"):
        match = _NAME.fullmatch(path.name)
        with suppress(OSError):  # a folder that somebody made who lets nobody in: the others are listed
            if match and match["store"] == folder.name and (path / FILE_NAME).is_file():
                found.append(PutAside(path, _put_at(path), match["number"]))
    return sorted(found, key=lambda one: int(one.name))


def _last_number(folder: Path) -> int:
    """Return the highest number that is in use, also of what is about to go: a later store has a higher one."""
    paths = folder.parent.glob(f"{folder.name}.unreadable-*")
    found = (_NAME.fullmatch(path.name.removesuffix(_GOING)) for path in paths)
    return max((int(match["number"]) for match in found if match), default=0)


def named(folder: Path, name: str) -> PutAside:
    """Return one of them by its name; raises InputError('unknown_put_aside')."""
    for one in listed(folder):
        if one.name == name:
            return one
    raise InputError("unknown_put_aside", name=name[:80])


def throw_away(one: PutAside, account: str, vault: KeyVault) -> None:
    """Delete a store that was put aside, and its key; that of `vault`, the present one, stays.

    Raises WorldError: `in_use`, `data_dir`.
    """
    FolderLock(one.folder / LOCK_NAME).release()
    going = one.folder.with_name(f"{one.folder.name}{_GOING}")
    try:
        durable.rename(one.folder, going)
    except OSError as error:
        raise _unwritable(error, one.folder) from error
    _delete(going, account, vault)


def sweep(folder: Path, account: str, vault: KeyVault) -> None:
    """Delete what is left of stores that were thrown away."""
    for going in folder.parent.glob(f"{folder.name}.unreadable-*{_GOING}"):
        _delete(going, account, vault)


def _delete(going: Path, account: str, vault: KeyVault) -> None:
    import shutil  # lazy: it loads what packs files

    try:
        vault.of_folder(going).forget(account, spared=vault)
    except WorldError as error:  # the key ring is locked: a key without its store opens nothing
        _log.info("key_left", code=error.code)
    except OSError as error:  # a program that looks at each file holds one of them just now
        _log.info("key_left", code=type(error).__name__)
    shutil.rmtree(going, ignore_errors=True)  # what is left goes another time


def _put_at(folder: Path) -> str:
    """Return when a store was put aside; of one of before that was noted, when it was written last."""
    try:
        note = msgspec.json.decode((folder / _NOTE).read_bytes(), type=_Note)
        return to_text(from_text(note.at))
    except (OSError, msgspec.MsgspecError, ValueError):
        return to_text(datetime.fromtimestamp((folder / FILE_NAME).stat().st_mtime, UTC))


def _unwritable(error: OSError, folder: Path) -> WorldError:
    if error.errno == errno.ENOSPC:
        return WorldError("disk_full", detail=str(error))
    return WorldError("data_dir", path=str(folder))
