"""How much of a page goes into one commit, so that whoever saves something meanwhile never waits long for the writer.

What the rows of a record take differs by laptop, by hour and by record: it is measured by the commits themselves.
"""

from collections.abc import Iterable

LONGEST_S = 0.035
"""A page that would hold the writer longer than this is cut; each further commit costs a tenth of what it holds."""
AIM_S = 0.025
"""A part of a page that is cut is to take about so long."""
UNIT = 250
"""A part ends after a multiple of so many rows: that many are written by statements that are there already."""
UNSEEN_S = 0.000_16
"""What a row of a record that was not written yet is thought to take, on a slow laptop: a few are tried first."""

Sizes = Iterable[tuple[str, int]]
"""Of rows that arrived, in their order: the record, and how many of it follow each other."""


class Pace:
    """What a row of each record took lately, in seconds of the writer's lock."""

    def __init__(self) -> None:
        self._took_s: dict[str, float] = {}

    def fitting(self, sizes: Sizes) -> int:
        """Return how many of the rows, from the first on, go into the next commit; at least one where there are any."""
        runs = [(size, self._row_s(record)) for record, size in sizes]
        whole = sum(size * row_s for size, row_s in runs)
        if whole <= LONGEST_S:
            return sum(size for size, _ in runs)
        left = whole / -(-whole // AIM_S)  # parts of like length
        fitting = 0
        for size, row_s in runs:
            if size * row_s > left:
                return fitting + _in_units(left / row_s, size, least=0 if fitting else 1)
            left -= size * row_s
            fitting += size
        return fitting

    def note(self, sizes: Sizes, took_s: float) -> None:
        """Take in how long a commit of rows held the writer; of a few rows that says nothing of many."""
        runs = [(record, size) for record, size in sizes if size]
        thought = sum(size * self._row_s(record) for record, size in runs)
        if took_s > 0 and sum(size for _, size in runs) >= UNIT:
            self._took_s |= {record: self._row_s(record) * took_s / thought for record, _ in runs}

    def _row_s(self, record: str) -> float:
        return self._took_s.get(record, UNSEEN_S)


def _in_units(rows: float, size: int, least: int) -> int:
    """Return about so many rows as whole units; all of them where hardly any would be left over."""
    some = UNIT * max(least, round(rows / UNIT))
    return size if some > size - UNIT // 2 else some
