"""The key vault: keyring, passphrase, and the words for each way in which a key cannot be had."""

import contextlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from crmdesk.domain.errors import CrmdeskError, InputError, WorldError
from crmdesk.storage.keys import ALLOWED_BACK_ENDS, KeyVault

ACCOUNT = "zhang@crm.example"


class Ring(KeyringBackend):
    """A key ring in memory that can be locked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _check(self) -> None:
        if self.locked:
            raise KeyringLocked("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.kept[service, username]


def code(call: Any) -> str:
    with pytest.raises(WorldError) as caught:
        call()
    return caught.value.code


def test_a_key_in_the_keyring(tmp_path: Path) -> None:
    ring = Ring()
    vault = KeyVault(tmp_path, ring)
    assert vault.state(ACCOUNT) == "none"
    assert code(lambda: vault.load(ACCOUNT)) == "key_missing"
    key = vault.create(ACCOUNT)
    assert (len(key), vault.state(ACCOUNT), KeyVault(tmp_path, ring).load(ACCOUNT)) == (32, "keyring", key)
    assert vault.create("other") != key
    assert vault.load(ACCOUNT) == key
    assert key.hex() not in "".join(path.read_text() for path in tmp_path.iterdir())
    ring.locked = True
    assert code(lambda: vault.load(ACCOUNT)) == "keyring_locked"
    ring.locked = False
    ring.kept.clear()
    assert code(lambda: vault.load(ACCOUNT)) == "key_missing"


def test_a_locked_keyring_asks_for_a_passphrase(tmp_path: Path) -> None:
    ring = Ring()
    ring.locked = True
    vault = KeyVault(tmp_path, ring)
    assert code(lambda: vault.create(ACCOUNT)) == "passphrase_needed"
    assert vault.state(ACCOUNT) == "none"


def test_a_keyring_that_keeps_nothing_counts_as_none(tmp_path: Path) -> None:
    class Sieve(Ring):
        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password[:-1]

    vault = KeyVault(tmp_path, Sieve())
    assert code(lambda: vault.create(ACCOUNT)) == "passphrase_needed"
    assert vault.state(ACCOUNT) == "none"


def test_a_key_wrapped_by_a_passphrase(tmp_path: Path) -> None:
    ring = Ring()
    ring.locked = True
    vault = KeyVault(tmp_path, ring)
    with pytest.raises(InputError, match="passphrase_too_short"):
        vault.create(ACCOUNT, "kurz")
    key = vault.create(ACCOUNT, "走廊里只有我说得出的一句话")
    assert vault.state(ACCOUNT) == "passphrase"
    assert vault.load(ACCOUNT, "走廊里只有我说得出的一句话") == key
    assert code(lambda: vault.load(ACCOUNT)) == "passphrase_missing"
    assert code(lambda: vault.load(ACCOUNT, "另外的一句话")) == "passphrase_wrong"
    for old, new, refusal in (
        ("另外的一句话", "correct horse battery", "passphrase_wrong"),
        ("", "correct horse battery", "passphrase_wrong"),
        ("走廊里只有我说得出的一句话", "kurz", "passphrase_too_short"),
    ):
        with pytest.raises(CrmdeskError, match=refusal):
            vault.change_passphrase(ACCOUNT, old, new)
    assert vault.load(ACCOUNT, "走廊里只有我说得出的一句话") == key
    vault.change_passphrase(ACCOUNT, "走廊里只有我说得出的一句话", "correct horse battery")
    assert vault.load(ACCOUNT, "correct horse battery") == key
    assert len(list(tmp_path.glob("*.key"))) == 1, "what the old passphrase opened is gone"
    place = json.loads(next(tmp_path.glob("*.json")).read_bytes())
    assert (place["time_cost"], place["memory_kib"], place["lanes"]) == (3, 65_536, 4), (
        "RFC 9106, written beside the key"
    )
    assert code(lambda: vault.load(ACCOUNT, "走廊里只有我说得出的一句话")) == "passphrase_wrong"
    assert not any(key in path.read_bytes() for path in tmp_path.iterdir())
    vault.forget(ACCOUNT)
    assert (vault.state(ACCOUNT), list(tmp_path.iterdir())) == ("none", [])


def test_a_key_in_the_key_ring_has_no_passphrase_to_change(tmp_path: Path) -> None:
    vault = KeyVault(tmp_path, Ring())
    key = vault.create(ACCOUNT)
    assert code(lambda: vault.change_passphrase(ACCOUNT, "", "correct horse battery")) == "passphrase_unused"
    assert (vault.state(ACCOUNT), vault.load(ACCOUNT)) == ("keyring", key)


def test_a_back_end_that_is_not_on_the_list_counts_as_none(tmp_path: Path, monkeypatch: Any) -> None:
    assert not any("alt" in name or "Plaintext" in name or "null" in name for name in ALLOWED_BACK_ENDS)
    for stranger in (Ring(), keyring.backends.fail.Keyring()):
        monkeypatch.setattr(keyring, "get_keyring", lambda stranger=stranger: stranger)
        assert code(lambda: KeyVault(tmp_path).create(ACCOUNT)) == "passphrase_needed"
        if isinstance(stranger, Ring):
            assert stranger.kept == {}


def test_a_passphrase_takes_the_place_of_the_key_ring(tmp_path: Path) -> None:
    ring = Ring()
    vault = KeyVault(tmp_path, ring)
    key = vault.create(ACCOUNT)
    with pytest.raises(InputError, match="passphrase_too_short"):
        vault.set_passphrase(ACCOUNT, "short")
    assert (vault.state(ACCOUNT), len(ring.kept)) == ("keyring", 1)
    vault.set_passphrase(ACCOUNT, "a sentence for this winter")
    assert (vault.state(ACCOUNT), ring.kept) == ("passphrase", {})
    assert code(lambda: vault.load(ACCOUNT)) == "passphrase_missing"
    assert code(lambda: vault.load(ACCOUNT, "another sentence")) == "passphrase_wrong"
    assert vault.load(ACCOUNT, "a sentence for this winter") == key
    assert code(lambda: vault.set_passphrase(ACCOUNT, "a sentence for this winter")) == "passphrase_used"


def test_what_the_key_ring_could_not_lose_goes_at_the_next_opening(tmp_path: Path) -> None:
    class Held(Ring):
        held = True

        def delete_password(self, service: str, username: str) -> None:
            self.locked, before = self.held, self.locked
            try:
                super().delete_password(service, username)
            finally:
                self.locked = before

    ring = Held()
    vault = KeyVault(tmp_path, ring)
    key = vault.create(ACCOUNT)
    vault.set_passphrase(ACCOUNT, "a sentence for this winter")
    assert (vault.state(ACCOUNT), len(ring.kept)) == ("passphrase", 1)
    ring.held = False
    vault.change_passphrase(ACCOUNT, "a sentence for this winter", "a sentence for the spring")
    assert vault.load(ACCOUNT, "a sentence for the spring") == key
    assert ring.kept == {}


OLD, NEW = "a sentence for this winter", "春天写给自己的一句话，够长了"


def _left_by_a_kill_at_each_line(folder: Path, work: Callable[[], None]) -> list[dict[str, bytes]]:
    """Do something, and return what stood in the folder at each line of the vault and of `durable`, each once."""
    states: list[dict[str, bytes]] = []

    def look(frame: FrameType, _event: str, _argument: object) -> Any:
        if Path(frame.f_code.co_filename).name not in ("keys.py", "durable.py"):
            return None
        state = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        if state not in states:
            states.append(state)
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        work()
    finally:
        sys.settrace(before)
    return states


def test_a_kill_while_the_passphrase_is_changed_leaves_one_that_opens(tmp_path: Path) -> None:
    vault = KeyVault(tmp_path / "own")
    key = vault.create(ACCOUNT, OLD)
    states = _left_by_a_kill_at_each_line(tmp_path / "own", lambda: vault.change_passphrase(ACCOUNT, OLD, NEW))
    ways = []
    for number, state in enumerate(states):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, content in state.items():
            (folder / name).write_bytes(content)
            written = 1_001 if name.endswith(".json") else 1_000
            os.utime(folder / name, (written, written))
        left, opens = KeyVault(folder), []
        for passphrase in (OLD, NEW):
            with contextlib.suppress(WorldError):
                assert left.load(ACCOUNT, passphrase) == key
                opens.append(passphrase)
        assert len(opens) == 1, state.keys()
        ways += opens
        if opens == [NEW]:
            assert len(list(folder.glob("*.key"))) == 1, "what the old passphrase opens is gone after the next opening"
    assert ways == sorted(ways, key=[OLD, NEW].index)
    assert {OLD, NEW} == set(ways)


def test_a_new_key_that_is_not_taken_yet_outlives_an_opening(tmp_path: Path) -> None:
    vault = KeyVault(tmp_path)
    vault.create(ACCOUNT, OLD)
    for path in tmp_path.iterdir():
        os.utime(path, (1_000, 1_000))
    made = vault.make(ACCOUNT, NEW)
    vault.load(ACCOUNT, OLD)
    assert vault.take(ACCOUNT, made) == vault.load(ACCOUNT, NEW)
