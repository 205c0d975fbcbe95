"""Reads the rows of a sniffed file as text cells and cuts them into header and rows."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from crmdesk.domain.characters import simplified
from crmdesk.domain.errors import InputError
from crmdesk.intake.html_tables import Rows, tables
from crmdesk.intake.model import Format, Notice, SheetRow, Table
from crmdesk.intake.sheet_marks import NO_MARKS, Marks, marks
from crmdesk.intake.sniff import MAX_CELLS
from crmdesk.intake.vcards import read_cards

MAX_ROWS = 200_000
MAX_COLUMNS = 500
HEADER_SEARCH_ROWS = 40
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\u200e\u200f\u202a-\u202e\u2060\ud800-\udfff]")
"""What can't be stored, and what nobody sees: it makes two names that look alike differ."""
_EXCEL_ESCAPE = re.compile(r"_x000[dD]_\n?")
_CUSTOMER = re.compile(r".{2,}(医院|卫生院|诊所|门诊部|药店|主任医师|主治医师)")
_NUMBER_LIKE = re.compile(r"[-+]?[\d.,/: %-]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the rows that hold something, and whether whoever opens the file sees it and which rows."""

    name: str
    rows: list[SheetRow]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()


def read_sheets(source: Format, data: bytes) -> list[Sheet]:
    """Return the visible sheets of a file, hidden ones last.

    Raises InputError: `damaged_file`, `encrypted_file`, `cell_too_long`, `unclosed_quote`, `too_many_rows`,
    `too_many_columns`, `too_many_cells`.
    """
    if source.kind == "csv":
        return [Sheet("", _csv_rows(source))]
    if source.kind == "vcard":
        return [Sheet("", read_cards(source.text))]
    if source.kind == "html":
        return [Sheet(str(number), _html_rows(rows)) for number, rows in enumerate(tables(source.text), start=1)]
    return _workbook_sheets(data)


def _csv_rows(source: Format) -> list[SheetRow]:
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=source.delimiter)
    rows: list[SheetRow] = []
    begins = line = 0
    try:
        for cells in reader:
            _keep(rows, line + 1, cells, reader.line_num - line)
            begins, line = line, reader.line_num
    except csv.Error as error:
        if "limit" in str(error):
            raise InputError("cell_too_long", line=line + 1, limit=csv.field_size_limit()) from error
        raise InputError("damaged_file", line=line + 1) from error
    if line - begins > 1:
        _check_quotes(source, begins)
    return rows


def _html_rows(found: Rows) -> list[SheetRow]:
    rows: list[SheetRow] = []
    for number, cells in found:
        _keep(rows, number, cells)
    return rows


def _check_quotes(source: Format, begins: int) -> None:
    """Raise InputError('unclosed_quote') where the last row goes on to the end of the file for want of a quote."""
    rest = "".join(list(io.StringIO(source.text, newline=""))[begins:])
    try:
        for _cells in csv.reader(io.StringIO(rest, newline=""), delimiter=source.delimiter, strict=True):
            pass
    except csv.Error as error:
        if "end of data" in str(error):
            raise InputError("unclosed_quote", line=begins + 1) from error


def _keep(rows: list[SheetRow], number: int, cells: Sequence[object], lines: int = 1) -> None:
    texts = [cell_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    if not texts:
        return
    if len(rows) >= MAX_ROWS + HEADER_SEARCH_ROWS:  # titles and header are not rows of the list: `cut` counts those
        raise InputError("too_many_rows", limit=MAX_ROWS)
    if len(texts) > MAX_COLUMNS:
        raise InputError("too_many_columns", limit=MAX_COLUMNS, row=number)
    rows.append(SheetRow(number, tuple(texts), lines))


def _workbook_sheets(data: bytes) -> list[Sheet]:
    # The reader is native code: besides its own errors a broken file can end in a panic, which is a BaseException.
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        hidden = {meta.name for meta in workbook.sheets_metadata if meta.visible is not SheetVisibleEnum.Visible}
        names = sorted(workbook.sheet_names, key=lambda name: name in hidden)
        marked = marks(data)
        return [
            Sheet(name, _sheet_rows(workbook.get_sheet_by_name(name), of), name in hidden, of.hidden)
            for name, of in ((name, marked.get(name, NO_MARKS)) for name in names)
        ]
    except PasswordError as error:
        raise InputError("encrypted_file") from error
    except (InputError, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except CalamineError as error:
        raise InputError("encrypted_file" if "assword" in str(error) else "damaged_file") from error
    except BaseException as error:  # a panic of the native reader is not an Exception
        raise InputError("damaged_file") from error


def _sheet_rows(sheet: CalamineSheet, marked: Marks = NO_MARKS) -> list[SheetRow]:
    if sheet.start is None:
        return []
    if sheet.height * sheet.width > MAX_CELLS:
        raise InputError("too_many_cells", limit=MAX_CELLS)
    grid: list[list[object]] = [list(cells) for cells in sheet.to_python(skip_empty_area=True)]
    for (row, column), error in marked.errors.items():
        top, left = row - 1 - sheet.start[0], column - 1 - sheet.start[1]
        if 0 <= top < len(grid) and 0 <= left < len(grid[top]) and not grid[top][left]:
            grid[top][left] = error  # read as empty by itself, which may mean: as above
    _fill_merged(grid, sheet.merged_cell_ranges or (), sheet.start)
    rows: list[SheetRow] = []
    for offset, cells in enumerate(grid):
        _keep(rows, sheet.start[0] + offset + 1, cells)
    return rows


def _fill_merged(
    grid: list[list[object]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]], start: tuple[int, int]
) -> None:
    """Give every cell of a merged range its value, so that each row can stand alone."""
    for (first_row, first_column), (last_row, last_column) in merged:
        top, left = first_row - start[0], first_column - start[1]
        if not (0 <= top < len(grid) and 0 <= left < len(grid[top])):
            continue
        value = grid[top][left]
        for row in grid[top : last_row - start[0] + 1]:
            for column in range(left, min(last_column - start[1] + 1, len(row))):
                row[column] = value


def cell_text(value: object) -> str:
    """Return a cell as trimmed text: whole numbers without decimals, dates in ISO form."""
    if isinstance(value, str):
        text = _EXCEL_ESCAPE.sub("\n", value) if "_x000" in value else value
        return _UNSTORABLE.sub("", text).strip(" \t\r\n\u3000\u00a0\ufeff")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def choose_sheet(sheets: list[Sheet], name: str | None, known_headers: frozenset[str]) -> Sheet:
    """Return the sheet asked for, or the one that looks most like a list of customers; a hidden one only if no other.

    Raises InputError: `unknown_sheet`, `no_rows`.
    """
    if name is not None:
        for sheet in sheets:
            if sheet.name == name:
                return sheet
        raise InputError("unknown_sheet", sheet=name[:60])
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise InputError("no_rows")

    def worth(sheet: Sheet) -> tuple[bool, int, int]:
        heads = sheet.rows[:HEADER_SEARCH_ROWS]
        known = max(sum(fold(cell) in known_headers for cell in row.cells) for row in heads)
        return bool(known) and not sheet.hidden, known, len(sheet.rows)

    return max(filled, key=worth)


def fold(header: str) -> str:
    """Return a header as it is compared: lower case, without spaces, line breaks, brackets at its end, `*` and `:`."""
    flat = re.sub(r"[\s_*:：]+", "", simplified(unicodedata.normalize("NFC", header))).casefold()
    return re.sub(r"[(（][^()（）]*[)）]$", "", flat) or flat


def cut(sheet: Sheet, known_headers: frozenset[str]) -> Table:
    """Find the header below titles and prose and return header and rows.

    Raises InputError: `no_rows`, `too_many_rows`.
    """
    if not sheet.rows:
        raise InputError("no_rows")
    heads = sheet.rows[:HEADER_SEARCH_ROWS]
    width = _usual_width(sheet.rows)
    scores = [_header_score(row, width, known_headers) for row in heads]
    best = max(range(len(heads)), key=lambda index: (scores[index], -index))
    notices: list[Notice] = []
    if scores[best] <= 0:
        columns = max(len(row.cells) for row in heads)
        notices.append(Notice("no_header"))
        _check_count(sheet.rows)
        return Table(sheet.name, 0, ("",) * columns, _widened(sheet.rows, columns), tuple(notices))
    header = heads[best].cells
    columns = max(len(header), width)
    header += ("",) * (columns - len(header))
    # A header that stands on every page of a printed list is not a row.
    again = [row for row in sheet.rows[best + 1 :] if row.cells == heads[best].cells]
    again += [row for row in sheet.rows[best + 1 : best + 2] if _heads_in_other_words(row, known_headers)]
    repeats = frozenset(line for row in again for line in range(row.number, row.number + row.lines))
    rows = [row for row in sheet.rows[best + 1 :] if row.number not in repeats]
    if best:
        notices.append(Notice("rows_above_header", {"count": best}))
    _check_count(rows)
    above = tuple(heads[:best])
    return Table(sheet.name, heads[best].number, header, _widened(rows, columns), tuple(notices), above, repeats)


def _heads_in_other_words(row: SheetRow, known_headers: frozenset[str]) -> bool:
    """Say whether a row below the header is the same in another language: each of its cells is a heading."""
    filled = [fold(cell) for cell in row.cells if cell]
    return len(filled) > 2 and sum(cell in known_headers for cell in filled) >= max(3, len(filled) - 1)


def _check_count(rows: Sequence[SheetRow]) -> None:
    if len(rows) > MAX_ROWS:
        raise InputError("too_many_rows", limit=MAX_ROWS)


def _widened(rows: list[SheetRow], columns: int) -> list[SheetRow]:
    return [
        row if len(row.cells) == columns else replace(row, cells=(row.cells + ("",) * columns)[: max(columns, 1)])
        for row in rows
    ]


def _usual_width(rows: list[SheetRow]) -> int:
    widths = sorted(len(row.cells) for row in rows[:500])
    return widths[len(widths) * 3 // 4]


def _header_score(row: SheetRow, width: int, known_headers: frozenset[str]) -> float:
    """Say how much a row looks like a header: known words most, then many short, distinct words and no numbers."""
    filled = [cell for cell in row.cells if cell]
    known = sum(fold(cell) in known_headers for cell in filled)
    if known < 2 and known * 2 < len(filled):
        known = 0  # one such word among many is a cell of the data
    if not known and (len(filled) < 2 or any(_CUSTOMER.fullmatch(cell) for cell in filled)):
        return 0.0
    distinct = len(set(filled)) / len(filled)
    words = sum(len(cell) <= 80 and not _NUMBER_LIKE.fullmatch(cell) for cell in filled) / len(filled)
    reach = min(len(filled) / max(width, 1), 1.0)
    if not known and (words < 0.8 or distinct < 0.8 or reach < 0.6):
        return 0.0
    return known * 3 + distinct + words + reach
