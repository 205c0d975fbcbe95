"""Folders of stores that were put aside: their key goes with them, what is thrown away is gone, locks are heeded."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import keyring.backends.fail
import pytest

from crmdesk import durable
from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.storage import put_aside
from crmdesk.storage.keys import KeyVault
from crmdesk.storage.store import Store

ACCOUNT, AT, WORDS = "0a1b2c", "2026-11-20T01:02:03.004Z", "走廊里只有我说得出的一句话"


@pytest.fixture
def vault(tmp_path: Path) -> KeyVault:
    return KeyVault(tmp_path / "keys", keyring.backends.fail.Keyring())


@pytest.fixture
def folder(tmp_path: Path, vault: KeyVault) -> Path:
    """The folder of a store whose key is wrapped by `WORDS`."""
    made = tmp_path / "stores" / ACCOUNT
    Store.open(made, vault.create(ACCOUNT, WORDS)).close()
    return made


def test_the_wrapped_key_goes_along_and_a_new_one_leaves_it_alone(folder: Path, vault: KeyVault) -> None:
    key = vault.load(ACCOUNT, WORDS)
    put_aside.put(folder, ACCOUNT, vault, AT)
    vault.create(ACCOUNT, "a sentence for this winter")
    [one] = put_aside.listed(folder)
    assert (one.name, one.at, folder.exists()) == ("1", AT, False)
    there = vault.of_folder(one.folder)
    assert (there.state(ACCOUNT), there.load(ACCOUNT, WORDS)) == ("passphrase", key)
    with pytest.raises(WorldError, match="passphrase_wrong"):
        there.load(ACCOUNT, "a sentence for this winter")
    kept = b"".join(path.read_bytes() for path in folder.parent.rglob("*") if path.is_file())
    assert key not in kept
    assert key.hex().encode() not in kept
    Store.open(one.folder, key).close()


def test_nothing_is_put_aside_or_thrown_away_that_somebody_has_open(folder: Path, vault: KeyVault) -> None:
    store = Store.open(folder, vault.load(ACCOUNT, WORDS))
    with pytest.raises(WorldError, match="in_use"):
        put_aside.put(folder, ACCOUNT, vault, AT)
    store.close()
    put_aside.put(folder, ACCOUNT, vault, AT)
    [one] = put_aside.listed(folder)
    store = Store.open(one.folder, vault.load(ACCOUNT, WORDS))
    with pytest.raises(WorldError, match="in_use"):
        put_aside.throw_away(one, ACCOUNT, vault)
    store.close()
    put_aside.throw_away(one, ACCOUNT, vault)
    assert list(folder.parent.iterdir()) == []
    with pytest.raises(InputError, match="unknown_put_aside"):
        put_aside.named(folder, "1")


def test_a_full_disk_puts_nothing_aside(folder: Path, vault: KeyVault, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: Any) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    for step in ("write", "rename"):
        with monkeypatch.context() as patched:
            patched.setattr(durable, step, full)
            with pytest.raises(WorldError, match="disk_full"):
                put_aside.put(folder, ACCOUNT, vault, AT)
        assert put_aside.listed(folder) == []
        Store.open(folder, vault.load(ACCOUNT, WORDS)).close()
    put_aside.settle(folder, ACCOUNT)
    assert {path.name for path in folder.iterdir()} <= {
        "attachments.db", "crmdesk.db", "store.json", "store.lock", "put-aside.json.new",
    }  # fmt: skip


def test_what_a_kill_left_of_one_that_was_thrown_away_is_not_offered_and_goes(
    folder: Path, vault: KeyVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def killed(*_given: Any, **_more: Any) -> None:
        raise KilledError

    put_aside.put(folder, ACCOUNT, vault, AT)
    [one] = put_aside.listed(folder)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(KilledError):
            put_aside.throw_away(one, ACCOUNT, vault)
    assert put_aside.listed(folder) == []
    assert list(folder.parent.iterdir()) != []
    put_aside.sweep(folder, ACCOUNT, vault)
    assert list(folder.parent.iterdir()) == []


def test_only_stores_of_this_account_are_listed_in_their_order(folder: Path, vault: KeyVault) -> None:
    put_aside.put(folder, ACCOUNT, vault, AT)
    store = (folder.parent / f"{ACCOUNT}.unreadable-1" / "crmdesk.db").read_bytes()
    for name in (f"{ACCOUNT}.unreadable-10", f"{ACCOUNT}.unreadable-2", f"{ACCOUNT}x.unreadable-3", f"{ACCOUNT}.old"):
        (folder.parent / name).mkdir()
        (folder.parent / name / "crmdesk.db").write_bytes(store)
    (folder.parent / f"{ACCOUNT}.unreadable-4").mkdir()
    assert [one.name for one in put_aside.listed(folder)] == ["1", "2", "10"]
    assert put_aside.named(folder, "2").at.startswith("20"), "of before that was noted: when it was written last"


def test_a_store_that_is_put_aside_later_comes_later(folder: Path, vault: KeyVault) -> None:
    """The first of two was brought back before the third one was put aside; what was done first is to be sent first."""
    made = (folder / "crmdesk.db").read_bytes()
    put_aside.put(folder, ACCOUNT, vault, AT)
    for _ in range(2):
        folder.mkdir()
        (folder / "crmdesk.db").write_bytes(made)
        put_aside.put(folder, ACCOUNT, vault, AT)
        [first, *_] = put_aside.listed(folder)
        put_aside.throw_away(first, ACCOUNT, vault)
    assert [one.name for one in put_aside.listed(folder)] == ["3"]


def test_a_folder_that_lets_nobody_in_hides_no_other(
    folder: Path, vault: KeyVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_aside.put(folder, ACCOUNT, vault, AT)
    (folder.parent / f"{ACCOUNT}.unreadable-2").mkdir()
    is_file = Path.is_file

    def asked(path: Path) -> bool:
        if path.parent.name.endswith("-2"):
            raise PermissionError(errno.EACCES, "not yours")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", asked)
    assert [one.name for one in put_aside.listed(folder)] == ["1"]


def test_a_key_that_cannot_be_deleted_now_goes_the_next_time(folder: Path, vault: KeyVault) -> None:
    put_aside.put(folder, ACCOUNT, vault, AT)
    [one] = put_aside.listed(folder)
    [key] = one.folder.glob("*.key")
    key.unlink()
    key.mkdir()  # what no program deletes as a file
    put_aside.throw_away(one, ACCOUNT, vault)
    assert put_aside.listed(folder) == []
    put_aside.sweep(folder, ACCOUNT, vault)
    assert list(folder.parent.iterdir()) == []


@pytest.mark.parametrize("note", [b"", b"{}", b'{"at":"yesterday"}', b'{"at":"9999"}', b"\xff"])
def test_a_note_that_tells_no_time_gives_way_to_when_the_store_was_written(
    folder: Path, vault: KeyVault, note: bytes
) -> None:
    put_aside.put(folder, ACCOUNT, vault, AT)
    [one] = put_aside.listed(folder)
    (one.folder / "put-aside.json").write_bytes(note)
    [one] = put_aside.listed(folder)
    assert from_text(one.at).year >= 2025
