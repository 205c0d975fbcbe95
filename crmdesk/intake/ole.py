"""Checks old Excel files (OLE containers, BIFF records) for what would make the native reader run wild.

A damaged one could make it follow a chain for ever or ask for all the memory, which ends the process.
"""

import struct
from collections.abc import Sequence

from crmdesk.domain.errors import InputError

_END_OF_CHAIN, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_LAST_REAL_SECTOR = 0xFFFFFFFA
_ENTRY_BYTES = 128
_MINI_STREAM_BELOW = 4096
_STREAMS = ("Workbook", "Book")
_BEGIN = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_CELLS = frozenset({0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x0006, 0x0206, 0x0406, 0x00BD, 0x00D6, 0x0201, 0x00BE})
_CELLS_IN_A_ROW = frozenset({0x00BD, 0x00BE})
_SHARED_STRINGS, _DIMENSIONS = 0x00FC, 0x0200
_ANNOUNCING = frozenset({_SHARED_STRINGS, _DIMENSIONS})
_MOST_COLUMNS, _MOST_ROWS = 256, 65_536


def check_xls(data: bytes, max_cells: int) -> None:
    """Raise InputError (`damaged_file`, `too_many_cells`) where the container or a sheet's extent is not sound."""
    try:
        stream = _Container(data).workbook()
    except (struct.error, IndexError) as error:
        raise InputError("damaged_file") from error
    check_records(stream, max_cells)


class _Container:
    """The sectors of an OLE file; every chain is followed with an end in sight."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise InputError("damaged_file")
        self._size: int = 1 << shift
        self._sector_count = max(0, -(-len(data) // self._size) - 1)
        self._fat = self._read_fat()

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if number > _LAST_REAL_SECTOR or start >= len(self._data):
            raise InputError("damaged_file")
        return self._data[start : start + self._size]

    def _read_fat(self) -> list[int]:
        """Return the allocation table, put together from the header's list and the sectors that go on with it."""
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        more, seen = struct.unpack_from("<I", self._data, 68)[0], 0
        while more <= _LAST_REAL_SECTOR:
            seen += 1
            if seen > self._sector_count:
                raise InputError("damaged_file")
            *listed, more = _integers(self._sector(more))
            numbers += listed
        used = [number for number in numbers if number <= _LAST_REAL_SECTOR]
        if len(used) > self._sector_count:
            raise InputError("damaged_file")
        return [entry for number in used for entry in _integers(self._sector(number))]

    def _chain(self, first: int) -> bytes:
        parts: list[bytes] = []
        number = first
        while number not in (_END_OF_CHAIN, _FREE):
            if len(parts) > self._sector_count or number >= len(self._fat):
                raise InputError("damaged_file")
            parts.append(self._sector(number))
            number = self._fat[number]
        return b"".join(parts)

    def workbook(self) -> bytes:
        """Return the stream that holds the sheets; every other chain of the file has been followed to its end too."""
        directory = self._chain(struct.unpack_from("<I", self._data, 48)[0])
        mini_fat = _integers(self._chain(struct.unpack_from("<I", self._data, 60)[0]))
        entries = [directory[start : start + _ENTRY_BYTES] for start in range(0, len(directory), _ENTRY_BYTES)]
        found = b""
        mini_stream = self._chain(struct.unpack_from("<I", entries[0], 116)[0]) if entries else b""
        for entry in entries[1:]:
            kind, (first, size) = entry[66], struct.unpack_from("<II", entry, 116)
            if kind != 2 or not size:
                continue
            content = self._chain(first) if size >= _MINI_STREAM_BELOW else _mini_chain(mini_stream, mini_fat, first)
            name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace")
            if name in _STREAMS and not found:
                found = content[:size]
        if not found:
            raise InputError("damaged_file")
        return found


def _integers(content: bytes) -> Sequence[int]:
    return struct.unpack_from(f"<{len(content) // 4}I", content)


def _mini_chain(stream: bytes, table: Sequence[int], first: int) -> bytes:
    parts: list[bytes] = []
    number = first
    while number not in (_END_OF_CHAIN, _FREE):
        if len(parts) > len(table) or number >= len(table):
            raise InputError("damaged_file")
        parts.append(stream[number * 64 : number * 64 + 64])
        number = table[number]
    return b"".join(parts)


def check_records(stream: bytes, max_cells: int) -> None:
    """Walk the BIFF records and measure each sheet: the reader reserves rows × columns up to the last cell."""
    place = last_row = last_column = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        content = stream[place + 4 : place + 4 + length]
        if kind in _BEGIN:
            last_row = last_column = 0
        elif kind in _CELLS and len(content) >= 4:
            row, column = _cell_reach(kind, content)
            last_row, last_column = max(last_row, row), max(last_column, column)
            if last_row * last_column > max_cells:
                raise InputError("too_many_cells", limit=max_cells)
        elif kind in _ANNOUNCING:
            _check_announced(kind, content, len(stream))
        place += 4 + length


def _cell_reach(kind: int, content: bytes) -> tuple[int, int]:
    """Return how many rows and columns a sheet has at least, by one of its cells."""
    row, column = struct.unpack_from("<HH", content)
    if column >= _MOST_COLUMNS:
        raise InputError("damaged_file")
    wide = len(content) // 2 if kind in _CELLS_IN_A_ROW else 1
    return row + 1, min(_MOST_COLUMNS, column + wide)


def _check_announced(kind: int, content: bytes, stream_bytes: int) -> None:
    """Check the records by which a file announces sizes: the reader believes them before it reads on."""
    if kind == _SHARED_STRINGS and len(content) >= 8:
        if struct.unpack_from("<I", content, 4)[0] > stream_bytes:
            raise InputError("damaged_file")
    elif kind == _DIMENSIONS and len(content) >= 10:
        first_row, last_row, first, last = struct.unpack_from("<IIHH" if len(content) >= 12 else "<HHHH", content)
        if last_row > _MOST_ROWS or last > _MOST_COLUMNS or first_row > last_row or first > last:
            raise InputError("damaged_file")
