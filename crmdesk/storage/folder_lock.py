"""The lock that keeps a second instance out of a store's folder; the system drops it when the process dies."""

import errno
import os
import sys
from pathlib import Path

from crmdesk.domain.errors import WorldError


class FolderLock:
    """Held from construction until `release`, or until the process ends, however it ends.

    Raises WorldError: `in_use` where another process holds it, `data_dir` or `disk_full` where no file can be made.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handle: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            _lock(self._handle)
        except OSError as error:
            os.close(self._handle)
            self._handle = None
            raise WorldError("in_use", folder=path.parent.name) from error

    def release(self) -> None:
        """Give the folder free, at once even where a program that was just started still has the file open."""
        if self._handle is not None:
            _unlock(self._handle)
            os.close(self._handle)
            self._handle = None


def _unusable(path: Path, error: OSError) -> WorldError:
    if error.errno == errno.ENOSPC:
        return WorldError("disk_full", detail=str(error))
    return WorldError("data_dir", path=str(path.parent))


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _unlock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
