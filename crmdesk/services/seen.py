"""What rows looked like at the revisions that were shown, so that a save can tell whose fields changed meanwhile."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

LIMIT = 2_000


class SeenRows:
    """Values of rows by record, id and revision, as last shown; bounded, safe for several threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._rows: OrderedDict[tuple[str, str, int], Mapping[str, Any]] = OrderedDict()

    def note(self, record: str, row_id: str, revision: int, values: Mapping[str, Any]) -> None:
        """Remember what was shown."""
        key = (record, row_id, revision)
        with self._lock:
            self._rows[key] = values
            self._rows.move_to_end(key)
            while len(self._rows) > self._limit:
                self._rows.popitem(last=False)

    def at(self, record: str, row_id: str, revision: int) -> Mapping[str, Any] | None:
        """Return the values shown at a revision, or None where nobody looked or it is too long ago."""
        with self._lock:
            return self._rows.get((record, row_id, revision))
