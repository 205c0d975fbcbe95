"""Readable copies of receipts that other programs of this computer show: made on request, taken back at the end.

They lie in a folder of the person alone, and go at sign-out, when the windows close, and at the next start after a
crash.
"""

import os
import shutil
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

_ENDINGS = ((b"%PDF-", ".pdf"), (b"\xff\xd8\xff", ".jpg"), (b"\x89PNG\r\n\x1a\n", ".png"), (b"PK\x03\x04", ".ofd"))
"""First bytes → the ending that a copy gets, whatever the file was called: nothing that is lent can be run."""
_SIGNS = 60


def folder() -> Path:
    """Return where the copies lie."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation)) / "lent"


def ending_of(content: bytes | None) -> str:
    """Return the ending of what other programs can be asked to open, '' for everything else."""
    return next((ending for start, ending in _ENDINGS if content and content.startswith(start)), "")


def lend(content: bytes, file_name: str) -> bool:
    """Open a copy with the program that this computer has for it; says whether one took it. Raises OSError."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.chmod(0o700)
    stem = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in Path(file_name).stem)[:_SIGNS]
    copy = place / f"{stem or 'receipt'}{ending_of(content)}"
    copy.unlink(missing_ok=True)
    with open(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    taken = QDesktopServices.openUrl(QUrl.fromLocalFile(str(copy)))
    if not taken:
        copy.unlink()
    return taken


def take_back() -> None:
    """Remove all copies; one that another program holds fast (on Windows) goes the next time."""
    shutil.rmtree(folder(), ignore_errors=True)
