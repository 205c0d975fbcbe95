"""Files that are no list of customers, from the window and from the command line: a sentence, nothing changed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.import_page import EMPTY, PREVIEW, ImportPage
from tests.ui.customers.conftest import company, laptop, window  # fixtures
from tests.ui.customers.laptop import Laptop

CTRL = Qt.KeyboardModifier.ControlModifier


def _bad_files(folder: Path) -> list[Path]:
    """Write files as people really pick them: pictures, cut downloads, renamed things, nothing at all."""
    folder.mkdir()
    cut = folder / "cut.xlsx"
    with zipfile.ZipFile(folder / "whole.zip", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 1000)
    cut.write_bytes((folder / "whole.zip").read_bytes()[:-40])
    found = {
        "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        "document.xlsx": (folder / "whole.zip").read_bytes(),
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000),
        "empty.csv": b"",
        "page.csv": b"<!DOCTYPE html><html><body>Sign in to download</body></html>",
        "program.csv": b"\x7fELF" + bytes(range(256)) * 40,
    }
    for name, content in found.items():
        (folder / name).write_bytes(content)
    return [cut, *(folder / name for name in found)]


@pytest.mark.usefixtures("dressed")
def test_from_the_window(window: MainWindow, laptop: Laptop, qtbot: QtBot, tmp_path: Path) -> None:
    window.navigate("import")
    page = window.page("import")
    assert isinstance(page, ImportPage)
    before = laptop.ask(lambda reads: reads.customer_ids("doctor"))
    for path in _bad_files(tmp_path / "files"):
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_O, CTRL)
        qtbot.waitUntil(lambda: _dialog(window) is not None)
        dialog = _dialog(window)
        assert dialog is not None
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        assert edit is not None
        edit.setText(str(path))
        dialog.accept()  # what Enter does, whatever the dialog's list of suggestions makes of the key
        qtbot.waitUntil(lambda path=path: _refused(page, path.name), timeout=10_000)
    assert laptop.ask(lambda reads: reads.customer_ids("doctor")) == before
    good = tmp_path / "good.csv"
    good.write_text("姓名,医院\n查良镛,上海市东方医院\n", "utf-8")
    page.open_file(good)
    qtbot.waitUntil(lambda: page.state == PREVIEW, timeout=10_000)
    assert page.banner.text == ""


def _refused(page: ImportPage, name: str) -> bool:
    """Say whether the page tells why nothing of that file can be imported."""
    if page.state == PREVIEW:  # it can be read as a sheet, but what is in it is no customer
        problem = page.findChild(QLabel, "import_problem_label")
        return page._path.name == name and bool(problem.text()) and not page.start_button.isEnabled()
    said = page.banner.text
    return page.state == EMPTY and page.banner.isVisible() and said.startswith(name) and len(said) > len(name) + 5


def _dialog(window: MainWindow) -> QFileDialog | None:
    return next((one for one in window.findChildren(QFileDialog) if one.isVisible()), None)


def test_from_the_command_line(told: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    for path in [*_bad_files(tmp_path / "files"), tmp_path / "nothing.csv", tmp_path]:
        status, out, err = told("--json", "import", str(path))
        assert (status in (1, 3), out) == (True, ""), (path.name, status, out, err)
        error = json.loads(err)["error"]
        assert error["code"] != "internal", path.name
        assert len(error["message"]) > 10, path.name
        assert "Traceback" not in err
