"""A whole file: its bytes before its name, its name before anybody is told; or the old file as it was."""

import os
import sys
from pathlib import Path

import pytest

from crmdesk import durable


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note what reaches the disk, in order: (what was done, the inode)."""
    done: list[tuple[str, int]] = []
    sync, replace = os.fsync, os.replace

    def noting_sync(handle: int) -> None:
        done.append(("synced", os.fstat(handle).st_ino))
        sync(handle)

    def noting_replace(source: Path, target: Path) -> None:
        done.append(("named", os.stat(source).st_ino))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noting_sync)
    monkeypatch.setattr(os, "replace", noting_replace)
    return done


def test_bytes_then_name_then_folder(tmp_path: Path, told: list[tuple[str, int]]) -> None:
    target = tmp_path / "accounts.json"
    target.write_bytes(b"old")
    durable.write(target, b"new")
    file = target.stat().st_ino
    folder = [] if sys.platform == "win32" else [("synced", tmp_path.stat().st_ino)]
    assert told == [("synced", file), ("named", file), *folder]
    assert target.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["accounts.json"]


def test_a_disk_that_takes_nothing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "accounts.json"
    target.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        durable.write(target, b"new")
    assert target.read_bytes() == b"old"


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not synced there")
@pytest.mark.parametrize(("number", "passes"), [(22, True), (5, False)])
def test_only_a_folder_that_cannot_be_synced_is_passed_over(
    number: int, passes: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, folder = os.fsync, tmp_path.stat().st_ino

    def failing(handle: int) -> None:
        if os.fstat(handle).st_ino == folder:
            raise OSError(number, "of the folder")
        sync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    if passes:
        durable.write(tmp_path / "x", b"new")
        return
    with pytest.raises(OSError, match="of the folder"):
        durable.write(tmp_path / "x", b"new")
