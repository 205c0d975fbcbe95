"""The program's own log: nothing on the terminal, warnings in a file of the data folder, secrets nowhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.storage import journal


def test_a_module_that_logs_before_anything_is_set_up_prints_nothing() -> None:
    code = (
        "from crmdesk.storage import journal\nlog = journal.logger('crmdesk.x')\nlog.info('a')\nlog.error('b', why=1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_warnings_go_to_a_file_and_secrets_do_not(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "not made yet"
    journal.keep_in(folder)
    try:
        log = journal.logger("crmdesk.sync")
        log.info("sync_failed", code="timeout")
        assert not folder.exists(), "what is only for information makes no file"
        log.warning("sync_odd", code="timeout\nforged line", access_token="abc123", password="p")
    finally:
        journal.stop()
    log.warning("after the end")
    caplog.clear()
    lines = (folder / journal.FILE_NAME).read_text("utf-8").splitlines()
    assert len(lines) == 1
    assert "WARNING crmdesk.sync event='sync_odd' code='timeout\\nforged line'" in lines[0]
    assert "abc123" not in lines[0]
    assert "password" not in lines[0]


def test_an_exception_is_noted_by_its_kind_and_place_and_not_by_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal.keep_in(tmp_path)
    try:
        for made in (KeyError("王伟 13800001111"), InputError("exists", name="王伟 13800001111")):
            try:
                raise made
            except Exception as error:
                journal.logger("crmdesk.sync").error("sync_unforeseen", error=error)
    finally:
        journal.stop()
    caplog.clear()
    text = (tmp_path / journal.FILE_NAME).read_text("utf-8")
    assert "王伟" not in text
    assert "13800001111" not in text
    assert "KeyError test_journal.py:" in text
    assert "InputError exists test_journal.py:" in text


def test_the_file_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(journal, "FILE_BYTES", 2_000)
    journal.keep_in(tmp_path)
    try:
        for number in range(200):
            journal.logger("crmdesk.sync").warning("again", number=number)
    finally:
        journal.stop()
    caplog.clear()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2_000 * (1 + journal.FILES_KEPT)
