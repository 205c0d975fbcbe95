"""Whole files that stay: what has its name survives a power cut, and no reader ever finds half of it."""

import errno
import os
import sys
from pathlib import Path


def write(target: Path, content: bytes) -> None:
    """Write a file as a whole, in place of the one that was there; raises OSError, and then the old one is left."""
    fresh = target.with_name(f"{target.name}.new")
    fresh.write_bytes(content)
    replace(fresh, target)


def replace(fresh: Path, target: Path) -> None:
    """Give a finished file of the same disk its name for good; raises OSError.

    The bytes first, then the name: else a power cut could leave a name without its bytes. Last the folder: a name that
    only memory knows is gone with the power, and with it what the caller has said is saved.
    """
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(fresh, target)
    if sys.platform != "win32":  # there a folder can't be opened, and NTFS keeps a journal of names
        _sync_folder(target.parent)


def rename(folder: Path, name: Path) -> None:
    """Give a folder another name beside its own, for good; raises OSError, and then it has the old one."""
    folder.rename(name)
    if sys.platform != "win32":  # as above
        _sync_folder(name.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a disk of the network that knows no such thing
            raise
    finally:
        os.close(handle)
