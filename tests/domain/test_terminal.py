"""What people wrote reaches every terminal: in any encoding, and driving nothing."""

import io
import json
import sys

import pytest

from crmdesk.domain import terminal


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252", "utf-8"])
def test_a_name_that_the_terminal_has_no_letters_for_breaks_no_document(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    monkeypatch.setattr(sys, "stderr", None)  # a window without a console
    terminal.spell_what_cannot_be_written()
    said = {"name": "𠮷野·Šimić 🙂 张"}
    sys.stdout.write(json.dumps(said, ensure_ascii=False))
    sys.stdout.flush()
    assert json.loads(written.getvalue().decode(encoding)) == said


def test_control_characters_drive_nothing() -> None:
    assert terminal.plain("a\x1b[2Jb\x9b") == "a�[2Jb�"
    assert json.loads(terminal.escaped('{"a":"\x9b"}')) == {"a": "\x9b"}
