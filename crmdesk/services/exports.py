"""The export of customers to csv and xlsx: every cell harmless to a spreadsheet, the maker and the time named.

Formula neutralisation follows OWASP, 'CSV Injection': a text that begins with `=`, `+`, `-`, `@`, tab or CR gets an
apostrophe before it. The import takes that apostrophe off again, so that re-importing an export changes nothing.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmdesk.domain.clock import to_text
from crmdesk.domain.custom_fields import value_of
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.records import CUSTOM, RECORDS
from crmdesk.services.customer_filter import ANY, Conditions
from crmdesk.services.customer_order import Filter
from crmdesk.services.views import Person

if TYPE_CHECKING:
    from crmdesk.services.desk import Desk
    from crmdesk.services.reads_sync import Reads

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 500
_HIDDEN = frozenset({"territory_id", CUSTOM.name})
Progress = Callable[[int, int], bool]
"""Called with rows done and rows in all; returns False to stop."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written: `rows` customers into `path` by `by` (login) at `at` (UTC)."""

    path: str
    rows: int
    by: str
    at: str
    complete: bool = True


def neutral(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(_DANGEROUS) else value


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
    """Write the customers that a filter shows to `path` (.csv with BOM, or .xlsx), off the caller's thread.

    A last, empty column (csv) or the file's properties and a second sheet (xlsx) say who made it and when. Raises
    InputError('export_kind') for another ending, WorldError('file_not_written') where the disk refuses.
    """
    kind = path.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise InputError("export_kind", suffix=kind[:20])
    wanted = Filter(record, text, "name", customer_class, where)

    def work(reads: "Reads") -> ExportReport:
        return _write(reads, path, wanted, language, progress or _go_on)

    return desk.ask(work)


def _go_on(_done: int, _total: int) -> bool:
    return True


def _write(reads: "Reads", path: Path, wanted: Filter, language: str, progress: Progress) -> ExportReport:
    person, at = reads.person(), to_text(reads.now())
    ids = reads.customer_ids(wanted.record, wanted.text, wanted.sort, wanted.customer_class, wanted.where)
    fields = [field for field in RECORDS[wanted.record].fields if field.name not in _HIDDEN]
    fields += reads.custom_fields().offered(wanted.record)
    header = ["id", *(_word(field, language) for field in fields)]
    if wanted.record == "doctor":
        header += ["医院", "科室"] if language == "zh" else ["Hospital", "Department"]
    rows = _Rows(reads, wanted.record, fields, language, ids, progress)
    writer = _write_csv if path.suffix.lower() == ".csv" else _write_xlsx
    partial = path.with_name(path.name + ".part")
    try:
        writer(partial, header, rows, _signature(person, at, language))
        partial.replace(path)
    except OSError as error:
        raise WorldError("file_not_written", path=str(path), detail=str(error)) from error
    finally:
        partial.unlink(missing_ok=True)
    return ExportReport(str(path), rows.done, person.login, at, rows.complete)


@dataclass(slots=True)
class _Rows:
    """The rows of an export, read in pieces; counts them and asks whether to go on."""

    reads: "Reads"
    record: str
    fields: Sequence[Field]
    language: str
    ids: Sequence[str]
    progress: Progress
    done: int = 0
    complete: bool = True

    def __iter__(self) -> Iterator[list[str]]:
        for start in range(0, len(self.ids), _CHUNK):
            if not self.progress(self.done, len(self.ids)):
                self.complete = False
                return
            yield from self._chunk(self.ids[start : start + _CHUNK])
        self.progress(self.done, len(self.ids))

    def _chunk(self, ids: Sequence[str]) -> Iterator[list[str]]:
        rows, places = self.reads.export_rows(self.record, ids)
        for row_id in ids:
            if row_id not in rows:
                continue
            self.done += 1
            cells = [_cell(field, value_of(rows[row_id], field.name), self.language) for field in self.fields]
            extra = list(places.get(row_id, ("", ""))) if self.record == "doctor" else []
            yield [row_id, *(neutral(cell) for cell in [*cells, *extra])]


def _word(field: Field, language: str) -> str:
    return field.zh if language == "zh" else field.en


def _cell(field: Field, value: Any, language: str) -> str:
    """Return a value as text: picklist words in the language, sets joined by semicolons."""
    if value is None:
        return ""
    if field.kind is Kind.BOOLEAN:
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if field.kind in (Kind.TAGS, Kind.REFS):
        return "; ".join(_choice(field, str(entry), language) for entry in value)
    return _choice(field, str(value), language)


def _choice(field: Field, code: str, language: str) -> str:
    if not field.entries or not code:
        return code
    entry = field.entry(code)
    return entry.zh if language == "zh" else entry.en


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
