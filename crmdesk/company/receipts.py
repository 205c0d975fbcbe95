"""Receipts of the demo company, drawn without any picture library: small PNG tickets and one-page PDF invoices."""

import struct
import zlib
from functools import cache

_WIDTH, _HEIGHT, _DOT = 300, 380, 2
_PALETTE = bytes((253, 252, 248, 34, 38, 46, 196, 48, 43, 214, 216, 222))  # paper, ink, stamp red, rule grey
_INK, _RED, _GREY = 1, 2, 3
_FONT_ROWS = {
    "0": "0e11131519110e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e", "4": "02060a121f0202",
    "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808", "8": "0e11110e11110e", "9": "0e11110f01020c",
    "A": "0e11111f111111", "B": "1e11111e11111e", "C": "0e11101010110e", "D": "1c12111111121c", "E": "1f10101e10101f",
    "F": "1f10101e101010", "G": "0e11101711110f", "H": "1111111f111111", "I": "0e04040404040e", "K": "11121418141211",
    "L": "1010101010101f", "M": "111b1515111111", "N": "11111915131111", "O": "0e11111111110e", "P": "1e11111e101010",
    "R": "1e11111e141211", "S": "0f10100e01011e", "T": "1f040404040404", "U": "1111111111110e", "V": "11111111110a04",
    "W": "1111111515150a", "X": "11110a040a1111", "Y": "1111110a040404", "-": "0000001f000000", ".": "00000000000c0c",
    ":": "000c0c000c0c00", "/": "00010204081000", "*": "0004150e150400", "#": "0a0a1f0a1f0a0a", " ": "00000000000000",
}  # fmt: skip


@cache
def _glyph(character: str, colour: int, dot: int) -> tuple[bytes, ...]:
    rows = bytes.fromhex(_FONT_ROWS.get(character, _FONT_ROWS[" "]))
    drawn = []
    for row in rows:
        pixels = b"".join(bytes([colour if row >> bit & 1 else 0]) * dot for bit in range(4, -1, -1))
        drawn += [pixels] * dot
    return tuple(drawn)


def _write(canvas: bytearray, left: int, top: int, text: str, colour: int = _INK, dot: int = _DOT) -> None:
    for character in text:
        for number, pixels in enumerate(_glyph(character, colour, dot)):
            start = (top + number) * _WIDTH + left
            canvas[start : start + len(pixels)] = pixels
        left += 6 * dot


@cache
def _blank() -> bytes:
    """Return the paper with head line, rules and the round red stamp."""
    canvas = bytearray(_WIDTH * _HEIGHT)
    for top in (64, 66, 292):
        canvas[top * _WIDTH + 16 : top * _WIDTH + _WIDTH - 16] = bytes([_GREY]) * (_WIDTH - 32)
    for row in range(_HEIGHT):
        for column in range(170, _WIDTH):
            distance = (row - 318) ** 2 + (column - 232) ** 2
            if 42**2 <= distance <= 46**2 or 35**2 <= distance <= 36**2:
                canvas[row * _WIDTH + column] = _RED
    _write(canvas, 60, 22, "DEMO RECEIPT", _INK, 3)
    _write(canvas, 203, 311, "DEMO", _RED, 2)
    return bytes(canvas)


def png_ticket(lines: list[str]) -> bytes:
    """Return a PNG (300 × 380 pixels) of a printed ticket; `lines` in capitals and digits, 23 characters each."""
    canvas = bytearray(_blank())
    for number, line in enumerate(lines[:9]):
        _write(canvas, 16, 82 + number * 24, line[:23])
    raw = b"".join(b"\0" + canvas[start : start + _WIDTH] for start in range(0, len(canvas), _WIDTH))
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def pdf_invoice(lines: list[str]) -> bytes:
    """Return a one-page PDF (A5, Helvetica) with the lines one below the other, in ASCII."""
    shown = "\n".join(f"({line}) Tj 0 -22 Td" for line in lines)
    stream = f"BT /F1 20 Tf 40 530 Td (DEMO INVOICE) Tj /F1 12 Tf 0 -44 Td\n{shown}\nET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + tail
