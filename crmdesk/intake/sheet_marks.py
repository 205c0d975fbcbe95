"""What the reader of xlsx and ods sheets does not tell: rows that nobody sees, cells with an error such as #N/A."""

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?'
    rb"<v>(#[^<]{1,20})</v>"
)
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_ODS_TAG = re.compile(rb"<table:table(-row)?\s([^>]*)>")
_ODS_UNSEEN = re.compile(rb'\btable:visibility="(?:collapse|filter)"')
_ODS_REPEATED = re.compile(rb'\btable:number-rows-repeated="(\d{1,7})"')
_MOST_ODS = 64 * 2**20
_KEPT_BEHIND = 20_000
"""So much of a block is read with the next one: a cell with its formula may stand across them."""
_MOST_SIZE = 2**20
_MOST_MARKS = 200_000


@dataclass(frozen=True, slots=True)
class Marks:
    """The hidden rows of a sheet, by number, and the error that a cell shows, by (row, column); both from 1."""

    hidden: frozenset[int] = frozenset()
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)


NO_MARKS = Marks()


def marks(data: bytes) -> dict[str, Marks]:
    """Return the marks of the sheets of an xlsx or ods by name; {} for any other workbook. It was checked before."""
    if not data.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "content.xml" in archive.namelist():
            return _of_ods(archive)
        return {name: _of(archive, member) for name, member in _members(archive)}


def _of_ods(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Return the hidden rows of an ods; a file too large for that has none."""
    if archive.getinfo("content.xml").file_size > _MOST_ODS:
        return {}
    hidden: dict[str, set[int]] = {}
    rows, name = 0, ""
    for is_row, attributes in _ODS_TAG.findall(archive.read("content.xml")):
        if not is_row:
            rows, name = 0, _attribute(b" " + attributes, "table:name")
            continue
        repeated = _ODS_REPEATED.search(attributes)
        count = int(repeated[1]) if repeated else 1
        if _ODS_UNSEEN.search(attributes) and rows + count <= _MOST_MARKS:
            hidden.setdefault(name, set()).update(range(rows + 1, rows + count + 1))
        rows += count
    return {name: Marks(frozenset(numbers)) for name, numbers in hidden.items()}


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield (name of a sheet, its member)."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return
    targets = {}
    for found in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        targets[_attribute(found, "Id")] = posixpath.normpath(posixpath.join("/xl", _attribute(found, "Target")))
    for found in _SHEET.findall(archive.read("xl/workbook.xml")):
        member = targets.get(_attribute(found, r"\w+:id"), "").removeprefix("/")
        if member in names:
            yield _attribute(found, "name"), member


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag.decode("utf-8", "replace"))
    return html.unescape(found[1]) if found else ""


def _of(archive: zipfile.ZipFile, member: str) -> Marks:
    hidden: set[int] = set()
    errors: dict[tuple[int, int], str] = {}
    tail = b""
    with archive.open(member) as file:
        while chunk := file.read(_MOST_SIZE):
            block = tail + chunk
            if b'hidden="' in block:
                hidden |= {_number(row) for row in _ROW.findall(block) if _HIDDEN.search(row)}
            if b't="e"' in block:
                for letters, digits, text in _ERROR.findall(block):
                    errors[int(digits), _column(letters)] = html.unescape(text.decode("utf-8", "replace"))
            tail = block[-_KEPT_BEHIND:]
            if len(hidden) + len(errors) > _MOST_MARKS:
                break
    return Marks(frozenset(hidden - {0}), errors)


def _number(row: bytes) -> int:
    found = re.search(rb'\sr="(\d{1,7})"', row)
    return int(found[1]) if found else 0


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def spans(rows: list[int]) -> str:
    """Return rows as people write them, at most ten spans of them: 4, 7–9, 12."""
    found: list[list[int]] = []
    for row in sorted(rows):
        if found and row <= found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in found[:10]]
    return ", ".join([*shown, *(["…"] if len(found) > len(shown) else [])])
