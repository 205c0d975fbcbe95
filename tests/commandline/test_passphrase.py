"""`crmdesk passphrase`: another passphrase opens the same key; a key ring has none to change."""

import io
import sys
from pathlib import Path

import keyring.backends.fail
import pytest

from crmdesk.commandline.app import main
from crmdesk.storage.keys import KeyVault
from crmdesk.sync.accounts import Account, AccountBook

ACCOUNT = Account("https://crm.example.com", "li.na")
OLD, NEW = "走廊里只有我说得出的一句话", "a sentence for this winter"


@pytest.fixture
def vault(tmp_path: Path) -> KeyVault:
    """The keys of a data folder whose key is wrapped by a passphrase."""
    AccountBook(tmp_path).remember(ACCOUNT)
    made = KeyVault(tmp_path / "keys", keyring.backends.fail.Keyring())
    made.create(ACCOUNT.key, OLD)
    return made


def change(folder: Path, monkeypatch, capsys, *lines: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    code = main(["--data-dir", str(folder), "--language", "en", "--passphrase-stdin", "passphrase"])
    return (code, *capsys.readouterr())


def test_another_passphrase_opens_the_same_key(vault, tmp_path, monkeypatch, capsys):
    key = vault.load(ACCOUNT.key, OLD)
    code, out, err = change(tmp_path, monkeypatch, capsys, "not this one", NEW)
    assert (code, out, "PASSPHRASE-WRONG" in err) == (3, "", True)
    code, out, err = change(tmp_path, monkeypatch, capsys, OLD, "short")
    assert (code, out, "at least 12 characters" in err) == (1, "", True)
    assert vault.load(ACCOUNT.key, OLD) == key
    assert change(tmp_path, monkeypatch, capsys, OLD, NEW) == (0, "The passphrase of this computer is changed.\n", "")
    assert vault.load(ACCOUNT.key, NEW) == key


def test_without_a_passphrase_there_is_none_to_change(tmp_path, monkeypatch, capsys):
    code, _, err = change(tmp_path, monkeypatch, capsys, OLD, NEW)
    assert (code, "NOT-SIGNED-IN" in err) == (3, True)
    AccountBook(tmp_path).remember(ACCOUNT)
    code, _, err = change(tmp_path, monkeypatch, capsys, OLD, NEW)
    assert (code, "there is no passphrase to change" in err) == (3, True)
