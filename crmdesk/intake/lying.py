"""Sheets in which headings stand in the first column: each person in a column beside it, or one below the other.

Forms for one person are the same with a single column. Both are turned before anything is guessed, which the preview
says; rows have the numbers of the columns, or of the row in which a person begins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crmdesk.intake.columns import DOCTOR_NAME, INSTITUTION_NAME, OwnFields
from crmdesk.intake.model import Notice, SheetRow
from crmdesk.intake.sheets import Sheet, fold

_MOST_LABELS, _MOST_ROWS = 60, 2_000
"""A form or a comparison has no more rows; so many are looked at for people below one another."""
_FEWEST_KNOWN = 3


def upright(sheet: Sheet, own: OwnFields) -> tuple[Sheet, tuple[Notice, ...]]:
    """Return a sheet with its people in rows, and what was done for that; any other as it is."""
    labels = _labels(sheet.rows, own)
    begins = next((index for index, label in enumerate(labels) if label in own.headers), None)
    if begins is None:
        return sheet, ()
    rows, labels = sheet.rows[begins:], labels[begins:]
    code = "cards_turned" if labels.count(labels[0]) > 1 else "sheet_turned"
    turned = _below_one_another(rows, labels, own) if code == "cards_turned" else _side_by_side(rows, labels, own)
    if not turned:
        return sheet, ()
    return replace(sheet, rows=turned, hidden_rows=frozenset()), (Notice(code, {"count": len(turned) - 1}),)


def _labels(rows: Sequence[SheetRow], own: OwnFields) -> list[str]:
    """Return the first cells as they are compared; [] where the sheet is too long, or any other cell is a heading."""
    if len(rows) > _MOST_ROWS:
        return []
    at = _margin(rows)
    labels = []
    for row in rows:
        if any(fold(cell) in own.headers for cell in row.cells[at + 1 :] if cell):
            return []
        labels.append(fold(row.cells[at]) if at < len(row.cells) else "")
    return labels


def _margin(rows: Sequence[SheetRow]) -> int:
    return min((index for row in rows for index, cell in enumerate(row.cells) if cell), default=0)


def _side_by_side(rows: Sequence[SheetRow], labels: Sequence[str], own: OwnFields) -> list[SheetRow]:
    """Return a header and a row for each column; [] unless most of the labels are headings, each once."""
    if len(rows) > _MOST_LABELS or not _are_headings(labels, own):
        return []
    at, width = _margin(rows), max(len(row.cells) for row in rows)
    columns = (tuple(row.cells[index] if index < len(row.cells) else "" for row in rows) for index in range(at, width))
    turned = [SheetRow(number, cells) for number, cells in enumerate(columns, start=at + 1) if any(cells)]
    return turned if len(turned) > 1 else []


def _below_one_another(rows: Sequence[SheetRow], labels: Sequence[str], own: OwnFields) -> list[SheetRow]:
    """Return a header and a row for each run of labels that begins as the first one does; [] where any is no such."""
    at = _margin(rows)
    people = list(_runs(rows, labels))
    seen = list(dict.fromkeys(label for label in labels if label))
    values = [value for _number, cells in people for value in cells.values()]
    if not _are_headings(seen, own) or sum(len(cells) for _number, cells in people) != sum(map(bool, labels)):
        return []
    if any(len(row.cells) > at + 2 for row in rows) or not any(values):
        return []
    words = {label: row.cells[at] for row, label in zip(rows, labels, strict=True) if label}
    header = SheetRow(rows[0].number, tuple(words.get(label, label) for label in seen))
    return [header, *(SheetRow(number, tuple(cells.get(label, "") for label in seen)) for number, cells in people)]


def _runs(rows: Sequence[SheetRow], labels: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row, value by label) of each person."""
    at = _margin(rows)
    cells: dict[str, str] = {}
    number = rows[0].number
    for row, label in zip(rows, labels, strict=True):
        if label == labels[0] and cells:
            yield number, cells
            cells, number = {}, row.number
        if label:
            cells[label] = row.cells[at + 1] if at + 1 < len(row.cells) else ""
    yield number, cells


def _are_headings(labels: Sequence[str], own: OwnFields) -> bool:
    """Say whether labels head people: at least three known, most of them, each once, a name among them."""
    known = [label for label in labels if label in own.headers]
    if len(known) < _FEWEST_KNOWN or 5 * len(known) < 3 * sum(map(bool, labels)) or len(set(known)) < len(known):
        return False
    return any({DOCTOR_NAME, INSTITUTION_NAME} & set(own.named(label)) for label in known)
