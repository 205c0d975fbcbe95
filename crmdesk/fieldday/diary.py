"""The diary of a field day: each step with what happened and how long it took, printed as it happens."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Step:
    """One step of the day as it went."""

    title: str
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)


class Diary:
    """Collects the steps; `write` gets each line as it is known."""

    def __init__(self, write: Callable[[str], object] = sys.stdout.write) -> None:
        self.steps: list[Step] = []
        self._write = write

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Do one step; what it notes is printed below its title."""
        step = Step(title)
        self.steps.append(step)
        begun = time.perf_counter()
        yield step
        step.seconds = time.perf_counter() - begun
        self._write(f"{len(self.steps):>2}. {title}  ({step.seconds:.1f} s)\n")
        for note in step.notes:
            self._write(f"      {note}\n")
        sys.stdout.flush()
