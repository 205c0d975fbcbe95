"""What the bad days stand on: a real server, a real data folder, the real windows before them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from pytestqt.qtbot import QtBot

from crmdesk.bootstrap import Premises
from crmdesk.commandline.app import main
from tests.bad_days.seat import PASSPHRASE, Seat
from tests.server.company import PASSWORD
from tests.sync.conftest import field  # a fixture
from tests.sync.field import QUICK, Field, synced
from tests.ui.conftest import dressed  # a fixture

Told = tuple[int, str, str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over the warnings that the off-screen platform gives for what only a real screen can do."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture
def seat(qtbot: QtBot, tmp_path: Path, dressed: object) -> Iterator[Callable[..., Seat]]:
    """Return what opens the sign-in window of a laptop: `seat(address)`."""
    opened: list[Seat] = []

    def sit(server: str, ca_bundle: str = "") -> Seat:
        opened.append(Seat(qtbot, tmp_path / f"laptop{len(opened)}", server, ca_bundle))
        return opened[-1]

    yield sit
    for one in opened:
        one.close()


@pytest.fixture
def no_key_ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have no key ring, in this process and in those that it starts: the key is wrapped by a passphrase."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    yield
    keyring.set_keyring(before)


@pytest.fixture
def data_dir(field: Field, no_key_ring: None) -> Path:
    """Return the data folder of a representative who has signed in and synced; nothing holds it."""
    folder = field.folder / "data"
    laptop = Premises(folder, fail.Keyring(), deadlines=QUICK).sign_in(field.address, "rep", PASSWORD, PASSPHRASE)
    synced(laptop)
    laptop.close()
    return folder


@pytest.fixture
def told(data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Return what runs `crmdesk` on that folder: (exit code, stdout, stderr)."""

    def run(*arguments: str) -> Told:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSPHRASE}\n"))
        status = main(["--data-dir", str(data_dir), "--language", "en", "--passphrase-stdin", *arguments])
        return status, *capsys.readouterr()

    return run
