"""A forgotten passphrase that comes back to mind: the older data is listed, opened, or thrown away, by commands."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from keyring.backends import fail

from crmdesk.bootstrap import Premises
from crmdesk.commandline.app import main
from tests.bad_days.seat import PASSPHRASE
from tests.server.company import PASSWORD
from tests.sync.field import QUICK, Field, edit

NEW = "a sentence for this winter"
Told = tuple[int, str, str]


@pytest.fixture
def crmdesk(
    data_dir: Path, field: Field, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Told]:
    """Return what runs a command with lines on its stdin, on a folder whose passphrase was forgotten."""

    def run(*arguments: str, lines: tuple[str, ...] = (NEW,), language: str = "en") -> Told:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        status = main(["--data-dir", str(data_dir), "--language", language, "--passphrase-stdin", *arguments])
        return status, *capsys.readouterr()

    laptop = Premises(data_dir, fail.Keyring(), deadlines=QUICK).unlock(PASSPHRASE)
    edit(laptop, field.company["north_doctor"], mobile="13700002222")
    laptop.close()
    forgotten = run("sign-in", "rep", "--password-stdin", "--passphrase-forgotten", lines=(PASSWORD, NEW))
    assert (forgotten[0], forgotten[2]) == (0, "")
    return run


def test_what_was_not_sent_is_brought_back_and_sent(crmdesk: Callable[..., Told], field: Field) -> None:
    status, told, _ = crmdesk("put-aside")
    assert (status, told.startswith("1  put aside 20"), "opens with the passphrase of then" in told) == (0, True, True)
    status, told, trouble = crmdesk("put-aside", "open", lines=(NEW, NEW))
    assert (status, told, "PASSPHRASE-WRONG" in trouble) == (3, "", True)
    status, told, _ = crmdesk("put-aside", "open", "1", lines=(NEW, PASSPHRASE))
    assert (status, told.splitlines()) == (
        0,
        ["Brought back: 1 change to send, 0 that need you, 0 drafts, 0 files.", "The older data is removed."],
    )
    assert crmdesk("put-aside", language="zh")[1] == "没有放到一边的旧数据。\n"
    assert crmdesk("sync", "--once")[0] == 0
    assert field.company.row("doctor", field.company["north_doctor"])["mobile"] == "13700002222"


def test_older_data_is_thrown_away_only_when_that_was_said(crmdesk: Callable[..., Told], data_dir: Path) -> None:
    status, _, trouble = crmdesk("put-aside", "throw-away")
    assert (status, "lost for good" in trouble) == (1, True)
    status, _, trouble = crmdesk("put-aside", "throw-away", "7", "--yes")
    assert (status, "no older data '7'" in trouble) == (1, True)
    assert len(json.loads(crmdesk("--json", "put-aside")[1])) == 1
    assert crmdesk("put-aside", "throw-away", "--yes")[:2] == (0, "The older data is thrown away.\n")
    assert not list((data_dir / "stores").glob("*.unreadable*"))
    assert json.loads(crmdesk("--json", "put-aside")[1]) == []


def test_several_are_told_apart_by_their_number(crmdesk: Callable[..., Told]) -> None:
    newest = "a third one for the spring"
    assert crmdesk("sign-in", "rep", "--password-stdin", "--passphrase-forgotten", lines=(PASSWORD, newest))[0] == 0
    status, _, trouble = crmdesk("put-aside", "open", lines=(newest, PASSPHRASE))
    assert (status, "Say the number" in trouble) == (1, True)
    status, told, _ = crmdesk("put-aside", "open", "1", lines=(newest, PASSPHRASE))
    assert (status, "1 change to send" in told) == (0, True)
    status, told, _ = crmdesk("put-aside", "open", lines=(newest, NEW))
    assert (status, "0 changes to send" in told) == (0, True)


@pytest.mark.parametrize("damage", ["page", "gone"])
def test_older_data_that_is_damaged_is_said_to_be(crmdesk: Callable[..., Told], data_dir: Path, damage: str) -> None:
    [folder] = (data_dir / "stores").glob("*.unreadable-1")
    if damage == "page":
        content = bytearray((folder / "crmdesk.db").read_bytes())
        content[40:60] = bytes(20)
        (folder / "crmdesk.db").write_bytes(content)
    else:
        next(folder.glob("*.key")).unlink()
    status, _, trouble = crmdesk("put-aside", "open", lines=(NEW, PASSPHRASE))
    said = "damaged and cannot be read" if damage == "page" else "key of the older data is not on this computer"
    assert (status, said in trouble) == (3, True)
    assert folder.exists()
