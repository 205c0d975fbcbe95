"""Reads the tables of a web page, as which some systems export what they call an xls: cells as plain text, in order."""

from collections.abc import Iterator
from html.parser import HTMLParser

from typing_extensions import override

_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"script", "style", "title", "head"})
_BREAKS = frozenset({"br", "p", "div", "li"})
_MOST_SPANNED = 500
_WIDEST = 2 * _MOST_SPANNED
"""A row is read no further: what reads this refuses one that is half as wide."""
Rows = list[tuple[int, list[str]]]
"""Number of the row in its table, as a spreadsheet shows it (a page may have but one line), and its cells."""


def tables(text: str) -> list[Rows]:
    """Return the tables of a page in the order in which they begin; one within another is one by itself."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return [list(_spread(rows)) for rows in reader.found]


class _Cell:
    """One cell while it is read: its text, and over how many columns and rows it reaches."""

    def __init__(self, wide: int, high: int) -> None:
        self.parts: list[str] = []
        self.wide, self.high = wide, high

    @property
    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self.parts).split("\n"))
        return "\n".join(line for line in lines if line)


_Row = tuple[int, list[_Cell]]


class _Reader(HTMLParser):
    """Gathers rows and cells; what is not closed ends with the next one of its kind, as browsers take it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[list[_Row]] = []
        self._open: list[list[_Row]] = []
        self._cells: list[_Cell | None] = []
        self._unseen = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self.found.append([])
            self._open.append(self.found[-1])
            self._cells.append(None)
        elif tag == "tr" and self._open:
            self._open[-1].append((len(self._open[-1]) + 1, []))
            self._cells[-1] = None
        elif tag in _CELLS and self._open and self._open[-1]:
            given = dict(attrs)
            cell = _Cell(_span(given.get("colspan")), _span(given.get("rowspan")))
            self._open[-1][-1][1].append(cell)
            self._cells[-1] = cell
        elif tag in _BREAKS:
            self._say("\n")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "table" and self._open:
            self._open.pop()
            self._cells.pop()
        elif tag in _CELLS and self._cells:
            self._cells[-1] = None

    @override
    def handle_data(self, data: str) -> None:
        self._say(data.replace("\r", " ").replace("\n", " "))

    def _say(self, text: str) -> None:
        if self._cells and self._cells[-1] is not None and not self._unseen:
            self._cells[-1].parts.append(text)


def _span(text: str | None) -> int:
    return min(max(1, int(text)), _MOST_SPANNED) if text and text.strip().isdecimal() else 1


def _spread(rows: list[_Row]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with every cell that reaches into it, so that it can stand alone."""
    below: dict[int, tuple[int, str]] = {}
    for line, cells in rows:
        texts: list[str] = []
        waiting = list(cells)
        while (waiting or len(texts) in below) and len(texts) <= _WIDEST:
            at = len(texts)
            if at in below:
                left, text = below.pop(at)
                wide = 1
            else:
                cell = waiting.pop(0)
                left, text, wide = cell.high, cell.text, cell.wide
            for column in range(at, at + wide):
                texts.append(text)
                if left > 1:
                    below[column] = (left - 1, text)
        yield line, texts
