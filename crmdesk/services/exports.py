"""The export of lists to csv and xlsx: a right is asked, every cell is harmless, the maker is named and it is noted.

The import takes the apostrophe of `domain.formulas` off again, so that re-importing an export changes nothing.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from crmdesk import durable
from crmdesk.domain.clock import to_text
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.exports import check_export
from crmdesk.domain.formulas import neutral
from crmdesk.domain.roles import Role
from crmdesk.services.commands import NoteExport
from crmdesk.services.customer_filter import ANY, Conditions
from crmdesk.services.customer_order import Filter
from crmdesk.services.export_lists import ExportedList, listed
from crmdesk.services.views import Person

if TYPE_CHECKING:
    from crmdesk.services.desk import Desk
    from crmdesk.services.reads_sync import Reads

_CHUNK = 500
Progress = Callable[[int, int], bool]
"""Called with rows done and rows in all; returns False to stop."""


class ExportReport(msgspec.Struct, frozen=True):
    """What was written: `rows` rows into `path` by `by` (login) at `at` (UTC); a stopped export leaves no file."""

    path: str
    rows: int
    by: str
    at: str
    complete: bool = True


def export_customers(
    desk: "Desk",
    path: Path,
    record: str = "doctor",
    text: str = "",
    customer_class: str = "",
    language: str = "zh",
    progress: Progress | None = None,
    where: Conditions = ANY,
) -> "Future[ExportReport]":
    """Write the customers that a filter shows, in the order of their names; see `export_list`."""
    return export_list(desk, path, Filter(record, text, "name", customer_class, where), language, progress)


def export_list(
    desk: "Desk",
    path: Path,
    wanted: Filter,
    language: str = "zh",
    progress: Progress | None = None,
    narrowed_by: str = "",
) -> "Future[ExportReport]":
    """Write what a filter shows to `path` (.csv with BOM, or .xlsx), off the caller's thread, and note the export.

    The note goes into the queue before the file gets its name: there is no file of which the server does not hear.
    `narrowed_by` are the conditions in words. A last, empty column (csv) or the file's properties and a second sheet
    (xlsx) say who made it and when. Raises InputError('export_kind') for another ending and, through the Future,
    RefusedError('may_not_export'), WorldError('file_not_written') where the disk refuses.
    """
    kind = path.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise InputError("export_kind", suffix=kind[:20])
    export = _Export(desk, path, wanted, language, progress or _go_on, narrowed_by or wanted.text)
    return desk.ask(export.write)


def _go_on(_done: int, _total: int) -> bool:
    return True


class _Export(msgspec.Struct, frozen=True):
    """One export: where it goes and what was asked for."""

    desk: "Desk"
    path: Path
    wanted: Filter
    language: str
    progress: Progress
    narrowed_by: str

    def write(self, reads: "Reads") -> ExportReport:
        """Write the file, note the export, give the file its name."""
        person, at = reads.person(), to_text(reads.now())
        check_export(Role(person.role), self.wanted.record)
        rows = _Rows(listed(reads, self.wanted, self.language), self.progress)
        writer = _write_csv if self.path.suffix.lower() == ".csv" else _write_xlsx
        partial = self.path.with_name(self.path.name + ".part")
        try:
            writer(partial, rows.source.header, rows, _signature(person, at, self.language))
            if rows.complete:
                note = NoteExport(self.wanted.record, rows.done, self.path.name, at, self.narrowed_by)
                self.desk.submit(note).result()
                durable.replace(partial, self.path)
        except OSError as error:
            raise WorldError("file_not_written", path=str(self.path), detail=str(error)) from error
        finally:
            partial.unlink(missing_ok=True)
        return ExportReport(str(self.path), rows.done, person.login, at, rows.complete)


class _Rows(msgspec.Struct):
    """The rows of an export, read in pieces and made harmless; counts them and asks whether to go on."""

    source: ExportedList
    progress: Progress
    done: int = 0
    complete: bool = True

    def __iter__(self) -> Iterator[list[str]]:
        for start in range(0, self.source.count, _CHUNK):
            if not self.progress(self.done, self.source.count):
                self.complete = False
                return
            for cells in self.source.rows(start, _CHUNK):
                self.done += 1
                yield [neutral(cell) for cell in cells]
        self.progress(self.done, self.source.count)


def _signature(person: Person, at: str, language: str) -> list[str]:
    words = ("导出人", "导出时间") if language == "zh" else ("Exported by", "Exported at")
    return [words[0], neutral(f"{person.name} ({person.login})"), words[1], at]


def _write_csv(path: Path, header: list[str], rows: Iterable[list[str]], signature: list[str]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        # The signature is a column without cells, so that an import of this file meets no foreign row.
        writer.writerow([*header, f"{signature[0]}: {signature[1]}; {signature[2]}: {signature[3]}"])
        writer.writerows(rows)


def _write_xlsx(path: Path, header: list[str], rows: Iterable[list[str]], signature: list[str]) -> None:
    import xlsxwriter  # lazy: only an export needs it
    from xlsxwriter.exceptions import XlsxWriterException

    path.open("wb").close()  # a place that refuses is told before anything is made
    try:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"author": signature[1], "comments": f"{signature[2]} {signature[3]}"})
            sheet = book.add_worksheet("crmdesk")
            sheet.write_row(0, 0, header)
            for number, cells in enumerate(rows, 1):
                for column, cell in enumerate(cells):
                    sheet.write_string(number, column, cell)
            book.add_worksheet("export").write_row(0, 0, signature)
    except XlsxWriterException as error:
        raise OSError(str(error)) from error
