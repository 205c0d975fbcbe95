"""The rotating file that the program's own log is written to; loaded with the first thing that there is to say."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from typing_extensions import override


class JournalFile(RotatingFileHandler):
    """A file of at most so many bytes with so many earlier ones beside it; made, and its folder, when it is written."""

    def __init__(self, path: Path, most_bytes: int, earlier: int) -> None:
        super().__init__(path, maxBytes=most_bytes, backupCount=earlier, encoding="utf-8", delay=True)

    @override
    def _open(self) -> Any:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return super()._open()

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not stop the work, and has no better place to be told."""
