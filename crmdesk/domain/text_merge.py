"""Three-way merging of long texts: the library's differences laid together, a clash kept as two marked paragraphs."""

import time
from dataclasses import dataclass, field
from typing import Any

MARK = "\n\n———\n"
"""Stands between two versions of a paragraph that both sides changed."""

MERGE_S = 0.25
"""Seconds that the differences of one merge may take; beyond, coarser ones are used, which keep both versions."""

_FINE_CHARS = 4_000


@dataclass(slots=True)
class Budget:
    """Seconds for finding differences, shared by the merges of one batch; what is used up makes the rest coarser."""

    left_s: float = 2.0
    spent_s: float = field(default=0.0, init=False)

    def take(self) -> float:
        """Return what the next merge may use."""
        return max(0.0, min(MERGE_S, self.left_s))

    def use(self, seconds: float) -> None:
        """Note what a merge took."""
        self.left_s -= seconds
        self.spent_s += seconds


@dataclass(frozen=True, slots=True)
class _Hunk:
    """What one side puts in the place of `base[start:end]`."""

    start: int
    end: int
    text: str


def merge_texts(old: str | None, theirs: str | None, mine: str | None, budget: Budget | None = None) -> str:
    """Merge two versions of a text: changes in different places both hold, a paragraph changed twice stands twice.

    Nothing that either side wrote is dropped. `theirs` stands before `mine`; a side that took the whole place away
    and wrote nothing there gives way to what the other wrote.
    """
    base, left, right = old or "", theirs or "", mine or ""
    if left in (base, right):
        return right
    if right == base:
        return left
    began = time.monotonic()
    until = began + (budget.take() if budget else MERGE_S)
    merged = _laid_together(base, _hunks(base, left, until), _hunks(base, right, until))
    if budget is not None:
        budget.use(time.monotonic() - began)
    return merged


def _laid_together(base: str, left: list[_Hunk], right: list[_Hunk]) -> str:
    merged: list[str] = []
    at = 0
    for start, end, mine_first, mine_second in _regions(base, left, right):
        merged += [base[at:start], _both(base, start, end, mine_first, mine_second)]
        at = end
    return "".join([*merged, base[at:]])


_Region = tuple[int, int, list[_Hunk], list[_Hunk]]


def _regions(base: str, left: list[_Hunk], right: list[_Hunk]) -> list[_Region]:
    """Return the places that were changed, in order: one side's hunk alone, or whole lines that both sides changed."""
    every = sorted(
        [(one, False) for one in left] + [(one, True) for one in right],
        key=lambda pair: (pair[0].start, pair[0].end, pair[1]),
    )
    regions: list[_Region] = []
    for hunk, of_right in every:
        region: _Region = (hunk.start, hunk.end, [] if of_right else [hunk], [hunk] if of_right else [])
        while regions and regions[-1][1] >= region[0] and _belong(regions[-1], region):
            region = _joined(base, regions.pop(), region)
        regions.append(region)
    return regions


def _belong(before: _Region, after: _Region) -> bool:
    """Say whether two places are one: hunks of different sides that touch, or lines that were widened over a hunk."""
    one_sided = not (before[2] and before[3]) and not (after[2] and after[3])
    return before[1] > after[0] or not (one_sided and bool(before[2]) == bool(after[2]))


def _joined(base: str, before: _Region, after: _Region) -> _Region:
    start, end = min(before[0], after[0]), max(before[1], after[1])
    ours, others = before[2], before[3]
    ours += after[2]
    others += after[3]
    if ours == others:
        return start, end, ours, others  # both did the same
    if not (end > start and base[end - 1] == "\n"):
        line = base.find("\n", end)
        end = len(base) if line < 0 else line
    return base.rfind("\n", 0, start) + 1, end, ours, others


def _both(base: str, start: int, end: int, left: list[_Hunk], right: list[_Hunk]) -> str:
    if not right:
        return _changed(base, start, end, left)
    if not left:
        return _changed(base, start, end, right)
    return _marked(_changed(base, start, end, left), _changed(base, start, end, right))


def _changed(base: str, start: int, end: int, hunks: list[_Hunk]) -> str:
    parts: list[str] = []
    at = start
    for hunk in hunks:
        parts += [base[at : hunk.start], hunk.text]
        at = hunk.end
    return "".join([*parts, base[at:end]])


def _marked(left: str, right: str) -> str:
    """Return two versions one under the other, what they begin and end with alike once; a merge again adds nothing."""
    ours, others = left.split("\n"), right.split("\n")
    head = _alike(ours, others)
    tail = _alike(ours[head:][::-1], others[head:][::-1])
    first = "\n".join(ours[head : len(ours) - tail])
    second = "\n".join(others[head : len(others) - tail])
    if not second.strip() or second.strip("\n") in _versions(first):
        return left
    if not first.strip() or first.strip("\n") in _versions(second):
        return right
    return "\n".join([*ours[:head], first + MARK + second, *ours[len(ours) - tail :]])


def _versions(text: str) -> list[str]:
    return [one.strip("\n") for one in text.split(MARK)]


def _alike(some: list[str], others: list[str]) -> int:
    count = 0
    while count < min(len(some), len(others)) and some[count] == others[count]:
        count += 1
    return count


def _hunks(base: str, changed: str, until: float) -> list[_Hunk]:
    """Return what turns `base` into `changed`, by lines first and finer within lines that are short enough."""
    from diff_match_patch import diff_match_patch  # lazy: only a clash needs it

    library: Any = diff_match_patch()
    if time.monotonic() >= until:
        return [_coarse(library, base, changed)]
    hunks: list[_Hunk] = []
    for start, end, text in _differences(library, *_as_lines(library, base, changed), until):
        old = base[start:end]
        if len(old) + len(text) > _FINE_CHARS or time.monotonic() >= until:
            hunks.append(_Hunk(start, end, text))
            continue
        hunks += [_Hunk(start + one, start + two, new) for one, two, new in _fine(library, old, text, until)]
    return hunks


_Difference = tuple[int, int, str]


def _coarse(library: Any, base: str, changed: str) -> _Hunk:
    """Return all that differs as one place; what both begin and end with is left out."""
    head = library.diff_commonPrefix(base, changed)
    tail = min(library.diff_commonSuffix(base, changed), min(len(base), len(changed)) - head)
    return _Hunk(head, len(base) - tail, changed[head : len(changed) - tail])


def _as_lines(library: Any, base: str, changed: str) -> tuple[str, str, list[str]]:
    one, two, lines = library.diff_linesToChars(base, changed)
    return str(one), str(two), list(lines)


def _differences(library: Any, one: str, two: str, lines: list[str], until: float) -> list[_Difference]:
    """Return the differences between two texts of whole lines, each a character in `one` and `two`."""
    diffs = _diff(library, one, two, until)
    library.diff_charsToLines(diffs, lines)
    return _collected(diffs)


def _fine(library: Any, base: str, changed: str, until: float) -> list[_Difference]:
    diffs = _diff(library, base, changed, until)
    library.diff_cleanupSemantic(diffs)
    return _collected(diffs)


def _diff(library: Any, one: str, two: str, until: float) -> list[Any]:
    library.Diff_Timeout = max(0.001, until - time.monotonic())  # 0 would mean 'for ever'
    return list(library.diff_main(one, two, False))


def _collected(diffs: list[Any]) -> list[_Difference]:
    """Return (start, end, replacement) over positions of the first text; neighbouring differences are one."""
    found: list[_Difference] = []
    at = 0
    for sign, text in diffs:
        if sign == 0:
            at += len(text)
            continue
        end = at + (len(text) if sign < 0 else 0)
        start, kept = (found[-1][0], found.pop()[2]) if found and found[-1][1] == at else (at, "")
        found.append((start, end, kept + (text if sign > 0 else "")))
        at = end
    return found
