"""What happens in a run, as plain entries: made from a seed, replayed and shrunk without any further chance."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one request and its answer; '' is what should be.

    request: drop, cut, corrupt, late (arrives later, the laptop has given up), twice, echo (a copy arrives later).
    server: crash_before, crash_after (a commit), crash_midway (through the answer), too_busy, broken (5xx), portal (the
    network's own log-in page).
    answer: drop (or so late that nobody waits any more), cut_frame, cut_byte, corrupt, repeat (a frame comes twice),
    stale (the answer before the last one comes instead), bad_row. `where` in 0..999 says which frame or byte.
    """

    request: str = ""
    server: str = ""
    answer: str = ""
    where: int = 0

    @property
    def faults(self) -> tuple[str, ...]:
        """The kinds of fault in it, as they are counted."""
        given = (("request", self.request), ("server", self.server), ("answer", self.answer))
        return tuple(f"{part}_{name}" for part, name in given if name)


@dataclass(frozen=True, slots=True)
class Crash:
    """The laptop dies at its nth transaction from now: before it, within it (a statement or the end), or after it."""

    nth: int
    stage: str  # before | statement | commit | after


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happens. `key` seeds every chance within it, so that leaving out others changes nothing in it.

    kind: act (a person does `what`), sync, step, late, admin, clock, partition, heal, crash, server_crash, backup,
    restore, copy, put_back, clone, drift, full, space, cure, away. `at` are milliseconds since the beginning.
    """

    key: int
    at: int
    kind: str
    laptop: str = ""
    what: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    fates: tuple[Fate, ...] = ()
    crash: Crash | None = None

    def words(self) -> str:
        """Return the entry as one readable line."""
        parts = [f"#{self.key}", f"+{self.at / 1000:.1f}s", self.kind]
        parts += [text for text in (self.laptop, self.what) if text]
        parts += [f"{name}={_short(value)}" for name, value in self.args.items()]
        parts += [f"fate={'+'.join(one.faults) or 'none'}@{one.where}" for one in self.fates if one.faults]
        if self.crash is not None:
            parts.append(f"crash={self.crash.stage}@{self.crash.nth}")
        return " ".join(parts)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= 90 else f"{text[:87]}…"


def to_json(entries: Iterable[Entry]) -> str:
    """Return entries as JSON text, one a line."""
    return "\n".join(json.dumps(asdict(entry), ensure_ascii=False) for entry in entries)


def from_json(text: str) -> list[Entry]:
    """Read what `to_json` made."""
    found = []
    for line in text.splitlines():
        raw = json.loads(line)
        raw["fates"] = tuple(Fate(**one) for one in raw["fates"])
        raw["crash"] = Crash(**raw["crash"]) if raw["crash"] else None
        found.append(Entry(**raw))
    return found
