"""Time and chance of a run: every clock, id and draw follows from the seed and the key of what is happening."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock, patch

from crmdesk.domain import ids, text_merge

BEGAN = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
_ENDLESS_S = 3600.0
_EARLIEST, _LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)


class Time:
    """The true time of a run and, for whoever acts at the moment, the time and chance that ids are made of."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.now = BEGAN
        self.chance = random.Random(f"{seed}")
        self._key, self._made = "", 0
        self._skew = timedelta()
        self._skews: dict[str, timedelta] = {}

    def enter(self, key: int, at_ms: int) -> None:
        """Go on to an entry of the script; time never goes back."""
        self.now = max(self.now, BEGAN + timedelta(milliseconds=at_ms))
        self._key, self._made = f"{self.seed}:{key}", 0
        self.chance = random.Random(self._key)

    def skew(self, name: str, seconds: float) -> None:
        """Set a laptop's clock wrong by so much."""
        self._skews[name] = timedelta(seconds=seconds)

    def of(self, name: str) -> datetime:
        """Return what a laptop's clock shows."""
        return min(max(self.now + self._skews.get(name, timedelta()), _EARLIEST), _LATEST)

    def server(self) -> datetime:
        """Return what the server's clock shows: it is right."""
        return self.now

    @contextmanager
    def acting(self, name: str) -> Iterator[None]:
        """Let new ids carry the clock of a laptop ('' for the server)."""
        before, self._skew = self._skew, self._skews.get(name, timedelta())
        try:
            yield
        finally:
            self._skew = before

    def id_source(self) -> tuple[int, bytes]:
        """Return milliseconds and 8 bytes for the next id: rising within an entry, independent of other entries."""
        moment = min(max(self.now + self._skew, _EARLIEST), _LATEST)
        self._made += 1
        tail = hashlib.blake2b(f"{self._key}:{self._made}".encode(), digest_size=6).digest()
        return int(moment.timestamp() * 1000), (self._made & 0xFFF).to_bytes(2, "big") + tail


@contextmanager
def repeatable(time: Time) -> Iterator[None]:
    """Let ids and the names of server lives follow from the run; tokens may stay random, no log shows them.

    Merging texts has all the time that it wants: how busy the machine is must not decide on a result.
    """
    with ExitStack() as stack:
        stack.enter_context(patch.object(text_merge, "time", Mock(monotonic=lambda: 0.0)))
        stack.enter_context(patch.object(text_merge, "MERGE_S", _ENDLESS_S))
        stack.enter_context(patch.object(text_merge.Budget, "take", lambda _budget: _ENDLESS_S))
        stack.enter_context(ids.drawn_from(time.id_source))
        stack.enter_context(
            patch("crmdesk.server.database.secrets.token_hex", lambda size: time.chance.randbytes(size).hex())
        )
        yield
