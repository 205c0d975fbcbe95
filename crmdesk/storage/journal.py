"""The program's own log: warnings and worse in a rotating file of the data folder; no terminal, no secrets.

The file is not encrypted, so an exception is noted by its kind, its code and where it came from, never by its words:
those may hold what a person typed.
"""

import logging
from collections.abc import MutableMapping
from functools import cached_property
from pathlib import Path
from typing import Any

from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError

FILE_NAME = "crmdesk.log"
FILE_BYTES, FILES_KEPT = 512 << 10, 3
_ROOT = logging.getLogger("crmdesk")
_ROOT.addHandler(logging.NullHandler())  # without a handler Python writes warnings to standard error
_FRAMES = 4
_SECRET = ("token", "password", "passphrase", "authorization", "secret")


class Journal:
    """The logger of one module: events with plain key-value pairs; what nobody keeps costs a look at the level."""

    def __init__(self, name: str) -> None:
        self._plain = logging.getLogger(name)

    def info(self, event: str, **values: Any) -> None:
        """Note what may help to understand a later failure."""
        self._say(logging.INFO, event, values)

    def warning(self, event: str, **values: Any) -> None:
        """Note what is odd."""
        self._say(logging.WARNING, event, values)

    def error(self, event: str, **values: Any) -> None:
        """Note what went wrong."""
        self._say(logging.ERROR, event, values)

    def _say(self, level: int, event: str, values: dict[str, Any]) -> None:
        if self._plain.isEnabledFor(level):
            self._written.log(level, event, **values)

    @cached_property
    def _written(self) -> Any:
        import structlog  # lazy: it brings much along, and most runs have nothing to say

        return structlog.wrap_logger(
            self._plain,
            processors=[_without_secrets, _without_words, structlog.processors.KeyValueRenderer(key_order=["event"])],
            wrapper_class=structlog.stdlib.BoundLogger,
        )


def logger(name: str) -> Journal:
    """Return the logger of a module: `crmdesk.` and its place."""
    return Journal(name)


def keep_in(folder: Path) -> None:
    """Write warnings and worse to a file in `folder` from now on; the file (and folder) is made with the first one."""
    stop()
    path = folder / FILE_NAME
    handler = _Opening(path)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    _ROOT.addHandler(handler)


def stop() -> None:
    """Close the file, if one is written."""
    for handler in [one for one in _ROOT.handlers if isinstance(one, _Opening)]:
        _ROOT.removeHandler(handler)
        handler.close()


class _Opening(logging.Handler):
    """Opens the file with the first thing to say: most runs say nothing, and what rotates it brings much along."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if self._file is None:
            from crmdesk.storage.journal_file import JournalFile  # lazy: as above

            self._file = JournalFile(self._path, FILE_BYTES, FILES_KEPT)
            self._file.setFormatter(self.formatter)
        self._file.emit(record)

    @override
    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


def _without_words(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: _fault(value) if isinstance(value, BaseException) else value for name, value in event.items()}


def _fault(error: BaseException) -> str:
    """Return what may be told of an exception: its kind, the code of one of ours, and the last places on its way."""
    kind = f"{type(error).__name__} {error.code}" if isinstance(error, CrmdeskError) else type(error).__name__
    places, trace = [], error.__traceback__
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " ".join((kind, *places[-_FRAMES:]))


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if not any(part in name.lower() for part in _SECRET)}
