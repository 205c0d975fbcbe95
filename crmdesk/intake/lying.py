"""Sheets that lie on their side: what columns are called by stands in the first column, each person in one of the rest.

Forms for one person are the same with a single column. They are turned before anything is guessed, which the preview
says; rows of the turned sheet have the numbers of the columns.
"""

from dataclasses import replace

from crmdesk.intake.columns import DOCTOR_NAME, INSTITUTION_NAME, OwnFields
from crmdesk.intake.model import Notice, SheetRow
from crmdesk.intake.sheets import Sheet, fold

_MOST_LABELS = 60
"""A form or a comparison has no more rows."""
_FEWEST_KNOWN = 3


def upright(sheet: Sheet, own: OwnFields) -> tuple[Sheet, tuple[Notice, ...]]:
    """Return a sheet with its people in rows, and what was done for that; any other as it is."""
    if len(sheet.rows) > _MOST_LABELS:
        return sheet, ()
    at = min((index for row in sheet.rows for index, cell in enumerate(row.cells) if cell), default=0)
    begins = next((index for index, row in enumerate(sheet.rows) if _label(row, at) in own.headers), 0)
    rows = sheet.rows[begins:]
    if not _lies(rows, at, own):
        return sheet, ()
    width = max(len(row.cells) for row in rows)
    columns = (tuple(row.cells[index] if index < len(row.cells) else "" for row in rows) for index in range(at, width))
    turned = [SheetRow(number, cells) for number, cells in enumerate(columns, start=at + 1) if any(cells)]
    return replace(sheet, rows=turned, hidden_rows=frozenset()), (Notice("sheet_turned", {"count": len(turned) - 1}),)


def _lies(rows: list[SheetRow], at: int, own: OwnFields) -> bool:
    """Say whether the first column heads the rows: most of its cells are headings, each once, and no other cell is."""
    labels = [label for row in rows if (label := _label(row, at))]
    known = [label for label in labels if label in own.headers]
    if len(known) < _FEWEST_KNOWN or 5 * len(known) < 3 * len(labels):
        return False
    names = any({DOCTOR_NAME, INSTITUTION_NAME} & set(own.named(label)) for label in known)
    others = (fold(cell) in own.headers for row in rows for cell in row.cells[at + 1 :] if cell)
    return names and len(set(known)) == len(known) and any(len(row.cells) > at + 1 for row in rows) and not any(others)


def _label(row: SheetRow, at: int) -> str:
    return fold(row.cells[at]) if at < len(row.cells) else ""
