"""Reads a file and previews it: what a person sees and may decide before anything is planned."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from crmdesk.domain.errors import WorldError
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.ids import is_id
from crmdesk.domain.phones import is_doubtful, is_usual
from crmdesk.intake.blocks import NO_BLOCKS, Blocks, blocks, shapes_blocks
from crmdesk.intake.clean import field_value
from crmdesk.intake.columns import NO_OWN, OwnFields, field_of, guess, headed, repeated
from crmdesk.intake.dates import PLAIN, Reading, readings, unclear
from crmdesk.intake.lying import upright
from crmdesk.intake.model import Column, Notice, SheetRow, Table
from crmdesk.intake.one_cell import in_columns, of_contacts
from crmdesk.intake.rosters import one_a_row
from crmdesk.intake.sheet_marks import spans
from crmdesk.intake.sheets import Sheet, choose_sheet, cut, fold, read_sheets
from crmdesk.intake.sniff import MAX_FILE_BYTES, sniff

_OWN_ROWS = 100
"""So many rows tell whether a list is an export of ours."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person sees before an import; `mapping` is the guess, to be edited."""

    file_kind: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    kind: str
    columns: tuple[Column, ...]
    sample: list[SheetRow]
    row_count: int
    notices: tuple[Notice, ...]
    table: Table = field(repr=False)
    own: OwnFields = field(default=NO_OWN, repr=False)
    remembered: Mapping[int, str] = field(default_factory=dict)  # what a person chose for a file of this shape
    remembered_on: str = ""  # the day of that choice
    remembered_dates: str = ""  # the `Order` that was said to be that of its dates
    remembered_above: bool | None = None  # whether what stands above rows was said to be theirs
    dates: Mapping[int, Reading] = field(default_factory=dict, repr=False)  # columns in which dates are decided about
    file_name: str = ""
    doubts_found: dict[int, list[tuple[int, str]]] = field(default_factory=dict, repr=False, compare=False)
    blocks_found: dict[frozenset[tuple[int, str]], Blocks] = field(default_factory=dict, repr=False, compare=False)

    @property
    def mapping(self) -> dict[int, str]:
        """Return the proposed targets by column: what a person chose before, else the guess."""
        return dict(self.remembered) or self.guessed

    @property
    def guessed(self) -> dict[int, str]:
        """Return the guessed targets by column."""
        return {column.index: column.target for column in self.columns if column.target}

    def doubtful(self, mapping: Mapping[int, str]) -> list[Notice]:
        """Return a notice for each column of telephone numbers that holds some which are none; kept as they are.

        A column that nobody asked for before takes a tenth of a second in a long list.
        """
        found = []
        for index, target in mapping.items():
            declared = field_of(target, self.own) if target else None
            if declared is None or not declared.digits:
                continue
            if index not in self.doubts_found:
                self.doubts_found[index] = _doubts(self.table.rows, index, declared)
            if doubts := self.doubts_found[index]:
                row, value = doubts[0]
                heading = self.columns[index].header or str(index + 1)
                params = {"column": heading, "count": len(doubts), "row": row, "value": value}
                found.append(Notice("numbers_doubtful", params))
        return found

    def unclear_dates(self, mapping: Mapping[int, str]) -> dict[str, str]:
        """Return a cell that may be two days, by the heading of each date column in which nothing says which."""
        wanted = [index for index, to in mapping.items() if to and field_of(to, self.own).kind is Kind.DATE]
        return {self.columns[at].header or str(at + 1): cell for at, cell in unclear(self.dates, wanted).items()}

    def blocks(self, mapping: Mapping[int, str], stopped: Callable[[], bool] | None = None) -> Blocks:
        """Return what rows of a list of doctors may have from above when its columns are mapped so.

        What nobody asked before takes seconds in a long list: call it off the GUI thread, where `blocks_at_hand` gives
        None. Raises StoppedError once `stopped` says so.
        """
        found = self.blocks_at_hand(mapping)
        if found is None:
            key = _shaping(mapping)
            found = blocks(self.table, dict(key), *([stopped] if stopped else []))
            self.blocks_found[key] = found
        return found

    def blocks_at_hand(self, mapping: Mapping[int, str]) -> Blocks | None:
        """Return what `blocks` returns where it is known at once, None where it has to be looked for."""
        if self.kind != "doctor" or self.file_kind == "vcard" or _is_our_own(self.table):
            return NO_BLOCKS
        return self.blocks_found.get(_shaping(mapping))

    @property
    def targets(self) -> tuple[str, ...]:
        """Return what the columns of such a list may be mapped to."""
        return self.own.targets(self.kind)

    @property
    def shape(self) -> str:
        """Return the kind of file and 16 hex digits for its headers in their order, '' for a file without any.

        Under it a mapping is remembered (`crmdesk.services.import_memory`).
        """
        if not self.header_row:
            return ""
        headers = "\x1f".join(fold(column.header) for column in self.columns)
        return f"{self.file_kind}:{hashlib.sha256(headers.encode()).hexdigest()[:16]}"


def _is_our_own(table: Table) -> bool:
    """Say whether a list is one that we exported: each row has its id, and an empty cell says that there is nothing."""
    if "id" not in (folded := list(map(fold, table.header))):
        return False
    ids = [row.cells[folded.index("id")] for row in table.rows[:_OWN_ROWS]]
    return bool(ids) and all(map(is_id, ids))


def _shaping(mapping: Mapping[int, str]) -> frozenset[tuple[int, str]]:
    return frozenset((index, target) for index, target in mapping.items() if shapes_blocks(target))


def preview(
    source: Path | str | bytes,
    kind: str | None = None,
    sample: int = 200,
    sheet: str | None = None,
    own: OwnFields = NO_OWN,
) -> Preview:
    """Read a file (path or bytes) and guess its columns; `kind` doctor or institution where the caller knows it.

    Raises InputError with a code for what cannot be read (`sniff`, `sheets`), WorldError('file_unreadable').
    """
    data = source if isinstance(source, bytes) else read_bytes(Path(source))
    found = sniff(data)
    sheets = read_sheets(found, data)
    chosen = choose_sheet(sheets, sheet, own.headers)
    standing, lay = upright(chosen, own)
    table = cut(standing, own.headers)
    table, turned = _turned(table, own, found.kind) if kind != "institution" else (table, ())
    of_people = found.kind == "vcard" and kind != "institution"
    kind, columns = ("doctor", headed(table, own)) if of_people else guess(table, kind, own)
    decisions = readings(table)
    numbers = dict.fromkeys(row.number for row in table.rows)
    seen = Preview(
        file_kind=found.kind,
        encoding=found.encoding,
        delimiter=found.delimiter,
        sheet=chosen.name,
        sheets=tuple(one.name for one in sheets),
        header_row=table.header_row,
        kind=kind,
        columns=columns,
        sample=table.rows[:sample],
        row_count=len(table.rows),
        notices=(
            *found.notices,
            *table.notices,
            *lay,
            *turned,
            *_noticed(kind, columns, sheets, standing, decisions, own, numbers),
        ),
        table=table,
        own=own,
        dates=decisions,
    )
    seen.blocks(seen.mapping)  # here, where it may take its time
    seen.doubtful(seen.mapping)
    return seen


def _doubts(rows: Sequence[SheetRow], index: int, declared: Field) -> list[tuple[int, str]]:
    """Return (row of the file, text) of each number in a column that can be none."""
    cells = ((row.number, row.cells[index]) for row in rows if index < len(row.cells))
    unusual = ((number, cell) for number, cell in cells if not is_usual(cell))
    read = ((number, field_value(declared, cell)[0]) for number, cell in unusual)
    return [(number, str(value)[:40]) for number, value in read if value and is_doubtful(str(value))]


def _turned(table: Table, own: OwnFields, file_kind: str) -> tuple[Table, tuple[Notice, ...]]:
    """Return a table with a doctor a row and a column for each thing said of one, and what was done for that."""
    if file_kind == "vcard":
        return of_contacts(table)
    found, told = one_a_row(table, own)
    return (found, told) if told else in_columns(table, own)


def _noticed(
    kind: str,
    columns: Sequence[Column],
    sheets: Sequence[Sheet],
    chosen: Sheet,
    dates: Mapping[int, Reading],
    own: OwnFields,
    row_numbers: Iterable[int],
) -> Iterator[Notice]:
    """Yield what a person should know of what was guessed."""
    for column in columns:
        if column.refused:
            yield Notice(column.refused, {"column": column.header})
        serial = dates.get(column.index, PLAIN).serial
        if serial and column.target and field_of(column.target, own).kind is Kind.DATE:
            yield Notice("excel_day_numbers", {"column": column.header, "value": serial, "day": PLAIN.value(serial)[0]})
    for taken, left in repeated(columns):
        yield Notice("header_twice", {"column": left.header, "taken": taken.index + 1, "left": left.index + 1})
    yield from _noticed_of_sheets(sheets, chosen, row_numbers)
    if not kind:
        yield Notice("no_customers")


def _noticed_of_sheets(sheets: Sequence[Sheet], chosen: Sheet, row_numbers: Iterable[int]) -> Iterator[Notice]:
    """Yield what of the file is not imported, and what is although nobody sees it there."""
    others = [one.name for one in sheets if one.name != chosen.name and len(one.rows) > 1]
    if others:
        yield Notice("other_sheets", {"sheet": chosen.name, "others": others})
    if chosen.hidden:
        yield Notice("hidden_sheet", {"sheet": chosen.name})
    unseen = [number for number in row_numbers if number in chosen.hidden_rows]
    if unseen:
        yield Notice("hidden_rows", {"rows": spans(unseen)})


def read_table(source: Path | str | bytes, known_headers: frozenset[str]) -> Table:
    """Read a file and cut it under the header that knows most of these words; raises as `preview`."""
    data = source if isinstance(source, bytes) else read_bytes(Path(source))
    return cut(choose_sheet(read_sheets(sniff(data), data), None, known_headers), known_headers)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, as many as may be read; raises WorldError('file_unreadable')."""
    try:
        with path.open("rb") as file:
            return _read_limited(file)
    except OSError as error:
        raise WorldError("file_unreadable", name=path.name, reason=error.strerror or "") from error


def _read_limited(file: BinaryIO | io.BufferedReader) -> bytes:
    return file.read(MAX_FILE_BYTES + 1)
