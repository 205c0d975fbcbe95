"""Old Excel files that are damaged or built to hurt are refused before the native reader believes them."""

import contextlib
import random
import struct
from pathlib import Path

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.intake import preview
from crmdesk.intake.ole import check_records, check_xls


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


BEGIN = _record(0x0809, bytes(16))


def _number(row: int, column: int) -> bytes:
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, 1.0))


def test_sheets_of_usual_extent_pass_one_by_one() -> None:
    sheet = BEGIN + _number(0, 0) + _number(900, 9) + _record(0x0200, struct.pack("<IIHHH", 0, 901, 0, 10, 0))
    check_records(sheet * 3, 10_000)


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (BEGIN + _number(65_000, 200), "too_many_cells"),
        (BEGIN + _number(1, 60_000), "damaged_file"),
        (BEGIN + _record(0x0200, struct.pack("<IIHHH", 0, 2**31, 0, 200, 0)), "damaged_file"),
        (BEGIN + _record(0x00FC, struct.pack("<II", 5, 2**31)), "damaged_file"),
    ],
)
def test_extents_that_would_take_all_memory_are_refused(stream: bytes, code: str) -> None:
    with pytest.raises(InputError, match=code):
        check_records(stream, 6_000_000)


def _container(fat_of_the_directory: int) -> bytes:
    """Return an OLE file of two sectors: the allocation table and a directory whose chain goes on as told."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HH", head, 30, 9, 6)
    struct.pack_into("<I", head, 48, 1)
    struct.pack_into("<I", head, 60, 0xFFFFFFFE)
    struct.pack_into("<I", head, 68, 0xFFFFFFFE)
    struct.pack_into("<109I", head, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, fat_of_the_directory, *[0xFFFFFFFF] * 126)
    return bytes(head) + table + bytes(512)


@pytest.mark.parametrize("next_sector", [1, 0xFFFFFFFE, 77])
def test_a_chain_that_bites_its_tail_or_leads_nowhere_is_damage(next_sector: int) -> None:
    with pytest.raises(InputError, match="damaged_file"):
        check_xls(_container(next_sector), 1_000)


@pytest.mark.realdata
def test_random_damage_to_real_workbooks_is_read_or_refused(shared_data: Path) -> None:
    rng = random.Random(20_261_122)
    files = [path.read_bytes() for path in sorted((shared_data / "messy_files").rglob("*.xls"))]
    assert len(files) >= 8
    for _ in range(400):
        data = bytearray(rng.choice(files))
        for _ in range(rng.choice([1, 3, 20])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        with contextlib.suppress(InputError):
            preview(bytes(data))
