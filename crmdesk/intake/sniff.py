"""Finds out what a file is before anything reads it: format, encoding, delimiter; refuses what is not a sheet."""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator

from crmdesk.domain.errors import InputError
from crmdesk.intake.model import Format, Notice
from crmdesk.intake.ole import check_records, check_xls

MAX_FILE_BYTES = 64 * 2**20
MAX_UNPACKED_BYTES = 400 * 2**20
MAX_CELLS = 6_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"SQLite format 3", "database"),
    (b"PK\x05\x06", "archive"),
)
_BARE_BIFF = (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00")
_TEXT_STARTS = (
    (re.compile(r"\s*<\?xml", re.I), "xml"),
    (re.compile(r"\s*MIME-Version:", re.I), "mime"),
    (re.compile(r"\s*\{\\rtf"), "document"),
    (re.compile(r"\s*BEGIN:VCALENDAR\s", re.I), "calendar"),
    (re.compile(r"\s*<(!doctype|html|table|head|meta|style|body|div)", re.I), "html"),
    (re.compile(r"\s*(\[\s*[\[{]|\{\s*[\"}])"), "json"),
)
_FEW_CONTROLS = 3
"""So many signs that nobody sees stand in short lists too."""
_TABLE_CELL = re.compile(r"<t[dh][\s>]", re.I)
_CARD = re.compile(r"\s*BEGIN:VCARD\s", re.I)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def sniff(data: bytes) -> Format:
    """Return the format of a file's bytes.

    Raises InputError: `empty_file`, `file_too_large`, `not_a_sheet` (with `found`), `damaged_file`, `encrypted_file`,
    `zip_bomb`, `too_many_cells`.
    """
    if not data:
        raise InputError("empty_file")
    if len(data) > MAX_FILE_BYTES:
        raise InputError("file_too_large", limit_bytes=MAX_FILE_BYTES, size_bytes=len(data))
    _refuse_other_kinds(data)
    if data.startswith(b"PK\x03\x04"):
        kind, is_calculated = _zip_kind(data)
        return Format(kind, notices=() if is_calculated else (Notice("formulas_not_calculated"),))
    if data.startswith(_OLE):
        return _ole(data)
    if data.startswith(_BARE_BIFF):
        check_records(data, MAX_CELLS)
        return Format("xls")
    return _text(data)


def _refuse_other_kinds(data: bytes) -> None:
    for signature, found in _SIGNATURES:
        if data.startswith(signature):
            raise InputError("not_a_sheet", found=found)


def _ole(data: bytes) -> Format:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise InputError("encrypted_file")
    names = (part.encode("utf-16-le") for part in ("Workbook", "Book"))
    if not any(name in data for name in names):
        raise InputError("not_a_sheet", found="document")
    check_xls(data, MAX_CELLS)
    return Format("xls")


def _zip_kind(data: bytes) -> tuple[str, bool]:
    """Return the kind of a zipped sheet, and whether its formulas have their values."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise InputError("zip_bomb", limit_bytes=MAX_UNPACKED_BYTES)
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                raise InputError("encrypted_file")
            kind = "xlsx" if names & {"xl/workbook.xml", "xl/workbook.bin"} else _ods(archive, names)
            is_calculated = _check_members(archive)
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, KeyError) as error:
        raise InputError("damaged_file") from error
    return kind, is_calculated


def _ods(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "content.xml" not in names:
        raise InputError("not_a_sheet", found=_packed(names))
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise InputError("encrypted_file")
    if "mimetype" in names and b"spreadsheet" not in archive.read("mimetype"):
        raise InputError("not_a_sheet", found="document")
    return "ods"


def _packed(names: set[str]) -> str:
    """Return what a zip is that holds no sheet we read."""
    kinds = ((r"word/", "document"), (r"ppt/", "slides"), (r"Index/.*\.iwa|.*\.numbers/", "numbers"))
    return next((kind for start, kind in kinds if any(re.match(start, name) for name in names)), "archive")


_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_NO_VALUE = re.compile(rb'<c (?:(?!t="str")[^>])*><f[^>]*>[^<]+</f>(?:<v ?/>|<v></v>)?</c>')
"""A formula as programs write it; a spreadsheet gives it its value, or says that it is an empty text."""
_REPEATED = re.compile(rb'number-(rows|columns)-repeated="(\d+)"([^>]*)>')


def _check_members(archive: zipfile.ZipFile) -> bool:
    """Read every member once (its checksum is proven by that) and measure the sheets: the reader would reserve
    memory for the whole rectangle between the first and the last cell. Say whether all formulas have their values."""
    is_calculated = True
    for entry in archive.infolist():
        sheet = entry.filename.startswith("xl/worksheets/") or entry.filename == "content.xml"
        tail, last_column, last_row = b"", 0, 0
        with archive.open(entry) as member:
            while chunk := member.read(2**20):
                if not sheet:
                    continue
                block = tail + chunk
                for letters, digits in _CELL.findall(block):
                    last_column = max(last_column, _column_number(letters))
                    last_row = max(last_row, int(digits))
                _check_repeats(block)
                is_calculated = is_calculated and not (b"</f>" in block and _NO_VALUE.search(block))
                tail = block[-200:]
        if last_column * last_row > MAX_CELLS:
            raise InputError("too_many_cells", limit=MAX_CELLS)
    return is_calculated


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_repeats(block: bytes) -> None:
    """Refuse sheets of OpenDocument that say 'and this value a million times'; empty cells may repeat."""
    for what, count, rest in _REPEATED.findall(block):
        if what == b"columns" and b"value" in rest and int(count) > 1000:
            raise InputError("too_many_cells", limit=MAX_CELLS)


def _text(data: bytes) -> Format:
    text, encoding, notices = decode(data)
    for pattern, found in _TEXT_STARTS:
        if pattern.match(text):
            if found == "html" and _TABLE_CELL.search(text):
                return Format("html", encoding, "", text, notices)
            raise InputError("not_a_sheet", found=found)
    if not text.strip():
        raise InputError("empty_file")
    if _CARD.match(text):
        return Format("vcard", encoding, "", text, notices)
    head = text[:20_000].rstrip("\0")  # some programs fill the last block up
    control = sum(character < " " and character not in "\t\r\n\f\x0b" for character in head)
    if control > max(len(head) // 50, _FEW_CONTROLS):
        raise InputError("not_a_sheet", found="binary")
    return Format("csv", encoding, find_delimiter(text), text, notices)


def decode(data: bytes) -> tuple[str, str, tuple[Notice, ...]]:
    """Return (text, name of the encoding, notices) for the bytes of a text file; Latin-1 is the last resort."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(name), name, ()
            except UnicodeDecodeError:
                return data.decode(name, "replace"), name, (Notice("damaged_characters"),)
    wide = _utf_16_without_bom(data)
    if wide:
        return data.decode(wide), wide, ()
    for name in ("utf-8", _written_abroad(data), "gb18030"):
        found = _decode_as(data, name) if name else None
        if found is not None:
            notices = [Notice("damaged_characters")] if "\ufffd" in found else []
            notices += [Notice("encoding_uncertain")] if name in _ABROAD else []
            return found, name, tuple(notices)
    text, name = next((text, name) for name, text in _last_resorts(data) if text is not None)
    return text, name, (Notice("encoding_uncertain"),)


def _last_resorts(data: bytes) -> Iterator[tuple[str, str | None]]:
    for name, reads_well in _NEIGHBOURS:
        text = _decode_strictly(data, name)
        yield name, text if text is not None and reads_well(data[: 2**18], text[: 2**18]) else None
    yield "utf-8, gb18030", _line_by_line(data)
    yield "gb18030", _decode_strictly(data, "gb18030") if _is_of_pairs(data[: 2**18]) else None
    if _OF_WINDOWS.search(data):  # no letters in Latin-1, but Ž, œ and quotation marks in what Windows writes
        yield "cp1252", _decode_strictly(data, "cp1252")
    yield "latin-1", data.decode("latin-1")


def _is_japanese(data: bytes, text: str) -> bool:
    foreign = sum(map(_beyond_ascii, text))
    if len(_KANA.findall(text)) > max(3, foreign * 0.15):
        return True
    kanji = sum(len(run) // 2 for run in _JAPANESE_RUN.findall(data))
    return kanji >= 8 and kanji >= 0.8 * len(_JAPANESE_SIGN.findall(data))


def _is_traditional(data: bytes, text: str) -> bool:
    foreign = sum(map(_beyond_ascii, text))
    return sum(len(run) // 2 for run in _BIG5_RUN.findall(data)) > max(3, foreign * 0.7)


_OF_WINDOWS = re.compile(rb"[\x80-\x9f]")
_KANA = re.compile("[\u3040-\u30ff]")
"""Hardly a Japanese text is without its syllables, but a list of names and hospitals is."""
_JAPANESE_RUN = re.compile(rb"(?:[\x81-\x9f][\x40-\x7e\x80-\xfc]){2,}")
_JAPANESE_SIGN = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\x80-\xff]")
"""The characters that people use begin with bytes that are no letters in the West, and stand side by side: the
apostrophe of O’Brien makes a pair with its B, but a single one."""
_BIG5_RUN = re.compile(rb"(?:[\xa1-\xc6][\x40-\x7e\xa1-\xfe]){2,}")
"""The characters that people use, side by side; the Ã of SÃO PAULO makes a pair with its O, but a single one."""
_GBK_RUN = re.compile(rb"(?:[\x81-\xfe][\x40-\x7e\x80-\xfe]){2,}")


def _is_of_pairs(data: bytes) -> bool:
    """Say whether signs stand side by side as in no Western text: traditional characters as GBK are rare ones there."""
    signs = sum(len(run) // 2 for run in _GBK_RUN.findall(data))
    return signs >= 8 and signs >= 0.8 * len(_PAIR_OR_ONE.findall(data))


_NEIGHBOURS = (("cp932", _is_japanese), ("cp950", _is_traditional))
"""The encodings of Japan and Taiwan."""
_PAIR_OR_ONE = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]")


_ABROAD = ("cp949", "cp1251", "cp950", "big5hkscs")
"""The encodings of Korea, Russia, Taiwan and Hong Kong: most of their bytes are Chinese characters too, of texts that
say nothing."""
_PAIR_BELOW, _PAIR = re.compile(rb"[\xb0-\xc8][\xa1-\xfe]"), re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_CYRILLIC_RUN = re.compile(rb"[\xa8\xb8\xc0-\xff]{3,}")


def _written_abroad(data: bytes) -> str:
    """Return the encoding where bytes can hardly be Chinese of the mainland, else ''.

    The syllables of Korea lie where Chinese has the first half of its characters by sound: no list is without 市, 医,
    院 or 主. Letters of Russia make words of an odd number of bytes, Chinese characters none.
    """
    head = data[: 2**18]
    pairs = _PAIR.findall(head)
    if len(pairs) >= 12 and len(_PAIR_BELOW.findall(head)) >= 0.97 * len(pairs):
        return "cp949"
    if traditional := _big5(data):
        return traditional
    runs = _HIGH_RUN.findall(head)
    letters = sum(map(len, runs))
    words = sum(len(run) for run in _CYRILLIC_RUN.findall(head))
    odd = sum(len(run) % 2 for run in runs)
    return "cp1251" if letters >= 12 and words >= 0.85 * letters and odd >= 0.2 * len(runs) else ""


_BIG5_SIGN = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]|[\x80-\xff]")
_USUAL_GBK = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
"""Where GBK has the characters that people use."""


def _big5(data: bytes) -> str:
    """Return the name of Big5 where nearly all is usual in it and much is rare as GBK, else ''.

    As GBK it is a text of kana, signs and characters that no list has, which nobody sees in a short one.
    """
    head = data[: 2**18]
    pairs = _PAIR.findall(head)
    usual = sum(len(run) // 2 for run in _BIG5_RUN.findall(head))
    usual_gbk = sum(bool(_USUAL_GBK.fullmatch(one)) for one in pairs)
    if usual < max(8, 0.8 * len(_BIG5_SIGN.findall(head))) or usual_gbk >= 0.6 * len(pairs):
        return ""
    return next((name for name in ("cp950", "big5hkscs") if _decode_strictly(data, name) is not None), "")


def _line_by_line(data: bytes) -> str | None:
    """Return a text of which some lines are UTF-8 and others GB 18030, as two programs wrote on it; else None."""
    lines: list[str] = []
    for line in data.splitlines(keepends=True):
        found = _decode_strictly(line, "utf-8")
        if found is None and _gb18030_share(line) >= 0.9:
            found = _decode_strictly(line, "gb18030")
        if found is None:
            return None
        lines.append(found)
    return "".join(lines)


def _decode_strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _utf_16_without_bom(data: bytes) -> str:
    """Recognise UTF-16 by the zero bytes of its commas, digits and line ends, all on one side."""
    head = data[: 2**16 // 2 * 2]
    if len(data) % 2 or len(head) < 4:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    name, zeros, across = ("utf-16-le", odd, even) if odd > even else ("utf-16-be", even, odd)
    text = _decode_strictly(data, name)
    if text is None:
        return ""
    # 一 (U+4E00), 开, 最, 销 have their zero on the other side, and 第一人民医院 may stand in each row
    across -= text[: len(head) // 2].count("一")
    if zeros < len(head) // 2 * 0.03 or across > zeros // 3:
        return ""
    unused = sum(unicodedata.category(sign) in ("Cn", "Co") for sign in text[: 2**15])
    return name if unused * 50 <= len(head) // 2 else ""


def _decode_as(data: bytes, name: str) -> str | None:
    plausible = _gb18030_share(data) if name == "gb18030" else 1.0
    if plausible < 0.7:
        return None
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        # A sheet with a few broken characters is still in its encoding; a whole wrong encoding breaks everywhere.
        text = data.decode(name, "replace")
        foreign = sum(map(_beyond_ascii, text))
        return text if text.count("\ufffd") * 50 < foreign else None


def _beyond_ascii(character: str) -> bool:
    return character > "\x7f"


_GB_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x81-\xfe][\x30-\x39][\x81-\xfe][\x30-\x39]|[\x80-\xff]")


def _gb18030_share(data: bytes) -> float:
    """Return the share of characters that lie where Chinese text lies (both bytes high), to tell it from Latin-1."""
    pairs = _GB_PAIR.findall(data[: 2**18])
    likely = sum(len(pair) == 2 and 0xA1 <= pair[0] <= 0xF7 and pair[1] >= 0xA1 for pair in pairs)
    return likely / len(pairs) if pairs else 0.0


def find_delimiter(text: str) -> str:
    """Return the delimiter by which the first lines fall most evenly into the most cells; a comma where none does."""
    head = text[:100_000]
    scores = {delimiter: _evenness(head, delimiter) for delimiter in ",\t;|"}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    if scores[best] > 0:
        return best
    return "，" if _evenness(head, "，") >= 0.5 else ","  # typed by hand with a Chinese keyboard


def _evenness(head: str, delimiter: str) -> float:
    widths: Counter[int] = Counter()
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)):
            if cells:
                widths[len(cells)] += 1
            if number >= 300:
                break
    except csv.Error:
        return 0.0
    parted = {width: count for width, count in widths.items() if width > 1}
    if not parted:
        return 0.0
    width, count = max(parted.items(), key=lambda entry: entry[1])
    return count / widths.total() + min(width, 50) / 1000
