"""Backup on the Settings page: what waits, making one and putting it back by keys, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.brought_back import BackedUp, Brought
from crmdesk.domain.errors import WorldError
from crmdesk.services.commands import CreateRow, SaveDraft
from crmdesk.storage import settings
from crmdesk.ui import language, words
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.backup_dialog import BackUpDialog, PutBackDialog
from crmdesk.ui.pages.backup_words import BackupWords
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.ports import Signed
from tests.services.small_territory import TERRITORY, Laptop
from tests.ui.shell.conftest import Sessions, StillSync

W = TypeVar("W", bound=QWidget)
CTRL = Qt.KeyboardModifier.ControlModifier
SECRET = "corridor laptop words"
ALL = Brought(changes=2, needs_you=1, drafts=1, files=3)


def _one(parent: QWidget, kind: type[W], name: str = "") -> W:
    found = parent.findChild(kind, name) if name else parent.findChild(kind)
    assert found is not None
    return found


@pytest.fixture
def main(qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions) -> MainWindow:
    """The rep's window on Settings, with a change and a draft that were not sent."""
    laptop.desk.submit(CreateRow("doctor", {"name": "曾见雪", "territory_id": TERRITORY})).result(20)
    laptop.desk.submit(SaveDraft("visit:1", {"note": "half"})).result(20)
    made = MainWindow(Signed(laptop.desk, sync), sessions)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.navigate("settings")
    qtbot.waitUntil(lambda: not made.bridge.waiting)
    return made


def _said(main: MainWindow, name: str) -> str:
    return _one(main.page("settings"), Label, name).text()


def _fill(qtbot: QtBot, dialog: QWidget, **texts: str) -> None:
    """Type into the fields one after the other, from one to the next by Tab."""
    for name, text in texts.items():
        edit = _one(dialog, QLineEdit, f"{dialog.objectName()}_{name}_edit")
        qtbot.waitUntil(edit.hasFocus)
        qtbot.keyClicks(edit, text)
        qtbot.keyClick(edit, Qt.Key.Key_Tab)
        if name == "folder":
            choose = _one(dialog, Button, f"{dialog.objectName()}_choose_button")
            assert choose.hasFocus()
            qtbot.keyClick(choose, Qt.Key.Key_Tab)


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_a_backup_is_made_by_keys_alone(
    qtbot: QtBot, main: MainWindow, sessions: Sessions, tmp_path: Path, dressed: QApplication, tongue: str
) -> None:
    language.apply_language(dressed, tongue)
    qtbot.waitUntil(
        lambda: _said(main, "backup_waits") == {"zh": "1 项更改 · 1 份草稿", "en": "1 change · 1 draft"}[tongue]
    )
    assert _said(main, "backup_last") == {"zh": "还没有备份过", "en": "Never yet"}[tongue]
    qtbot.keyClick(main.page("settings"), Qt.Key.Key_B, CTRL)
    dialog = _one(main, BackUpDialog)
    banner = _one(dialog, Banner, "backup_banner")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert (banner.text, sessions.asked) == (words.sentence("backup_no_folder"), [])
    _fill(qtbot, dialog, folder=str(tmp_path), passphrase=SECRET, again="another one here")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert (banner.text, sessions.asked) == (words.sentence("passphrase_differs"), [])
    again = _one(dialog, QLineEdit, "backup_again_edit")
    assert again.echoMode() == QLineEdit.EchoMode.Password
    qtbot.keyClicks(again, SECRET)
    qtbot.keyClick(again, Qt.Key.Key_Return)
    assert sessions.asked == [("make_backup", str(tmp_path), SECRET)]
    assert sessions.go_on(1_500_000, 3_000_000)
    far = {"zh": "已复制 1.4 MB / 2.9 MB", "en": "1.4 MB of 2.9 MB copied"}[tongue]
    qtbot.waitUntil(lambda: _one(dialog, Label, "backup_count_label").text() == far)
    sessions.pending[0].set_exception(WorldError("backup_full", path=str(tmp_path)))
    full = words.sentence("backup_full", {"path": str(tmp_path)})
    qtbot.waitUntil(lambda: banner.text == full)
    assert _one(dialog, QLineEdit, "backup_folder_edit").text() == str(tmp_path)
    qtbot.keyClick(dialog, Qt.Key.Key_S, CTRL)
    found: Any = BackedUp(str(tmp_path / "crmdesk-backup-zhou-2026-11-28"), "2026-11-28T03:00:00.000Z", ALL)
    sessions.pending[1].set_result(found)
    qtbot.waitUntil(lambda: main.findChild(BackUpDialog) is None)
    held = {
        "zh": "2 项更改 · 1 项要你处理 · 1 份草稿 · 3 个附件",
        "en": "2 changes · 1 that needs you · 1 draft · 3 attachments",
    }
    assert main.toast_part.text == {"zh": "已备份：", "en": "Backed up: "}[tongue] + held[tongue]


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_a_backup_is_put_back_by_keys_alone(
    qtbot: QtBot, main: MainWindow, sessions: Sessions, tmp_path: Path, dressed: QApplication, tongue: str
) -> None:
    language.apply_language(dressed, tongue)
    qtbot.keyClick(main.page("settings"), Qt.Key.Key_R, CTRL)
    dialog = _one(main, PutBackDialog)
    banner = _one(dialog, Banner, "put_back_banner")
    _fill(qtbot, dialog, folder=str(tmp_path))
    secret = _one(dialog, QLineEdit, "put_back_passphrase_edit")
    qtbot.keyClick(secret, Qt.Key.Key_Return)
    assert (banner.text, sessions.asked) == (words.sentence("backup_passphrase_missing"), [])
    qtbot.keyClicks(secret, SECRET)
    qtbot.keyClick(secret, Qt.Key.Key_Return)
    assert sessions.asked == [("put_back", str(tmp_path), SECRET)]
    sessions.pending[0].set_exception(WorldError("backup_passphrase_wrong"))
    qtbot.waitUntil(lambda: banner.text == words.sentence("backup_passphrase_wrong"))
    assert secret.selectedText()
    qtbot.keyClicks(secret, SECRET)
    qtbot.keyClick(secret, Qt.Key.Key_Return)
    found: Any = ALL
    sessions.pending[1].set_result(found)
    qtbot.waitUntil(lambda: main.findChild(PutBackDialog) is None)
    assert main.toast_part.text.startswith({"zh": "已从备份恢复：2 项更改", "en": "Put back: 2 changes"}[tongue])


def test_escape_stops_what_runs_and_the_dialog_waits_for_its_end(
    qtbot: QtBot, main: MainWindow, sessions: Sessions, tmp_path: Path
) -> None:
    main.context.actions.trigger("backup_make")
    dialog = _one(main, BackUpDialog)
    _fill(qtbot, dialog, folder=str(tmp_path), passphrase=SECRET, again=SECRET)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert sessions.go_on(0, 10)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert len(sessions.asked) == 1, "it is asked for once"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not sessions.go_on(5, 10)
    nothing: Any = None
    sessions.pending[0].set_result(nothing)
    qtbot.waitUntil(lambda: main.findChild(BackUpDialog) is None)
    assert main.toast_part.text == "已停止，没有留下写了一半的内容"


def test_a_folder_is_chosen_and_the_keys_go_on_to_the_passphrase(
    qtbot: QtBot, main: MainWindow, tmp_path: Path
) -> None:
    main.context.actions.trigger("backup_put_back")
    dialog = _one(main, PutBackDialog)
    qtbot.waitUntil(_one(dialog, QLineEdit, "put_back_folder_edit").hasFocus)
    qtbot.keyClick(dialog, Qt.Key.Key_O, CTRL)
    picker = _one(dialog, QFileDialog, "put_back_file_dialog")
    assert picker.fileMode() == QFileDialog.FileMode.Directory
    picker.fileSelected.emit(str(tmp_path))
    picker.close()
    assert _one(dialog, QLineEdit, "put_back_folder_edit").text() == str(tmp_path)
    qtbot.waitUntil(_one(dialog, QLineEdit, "put_back_passphrase_edit").hasFocus)


def test_the_page_knows_of_a_change_while_it_is_shown_and_where_the_last_one_went(
    qtbot: QtBot, main: MainWindow, laptop: Laptop
) -> None:
    laptop.desk.submit(SaveDraft("visit:2", {"note": "half"})).result(20)
    qtbot.waitUntil(lambda: _said(main, "backup_waits") == "1 项更改 · 2 份草稿")
    with laptop.store.writing() as work:
        settings.note_backup(work.connection, "2026-11-20T01:02:03.004Z", "/media/stick/crmdesk-backup-zhou-2026-11-20")
    main.page("settings").enter()
    qtbot.waitUntil(lambda: _said(main, "backup_last") == language.moment_label("2026-11-20T01:02:03.004Z"))
    assert _said(main, "backup_place") == "/media/stick/crmdesk-backup-zhou-2026-11-20"
    main.context.actions.trigger("backup_make")
    assert _one(main, QLineEdit, "backup_folder_edit").text() == "/media/stick"


def test_what_stays_in_a_backup_and_what_is_here_already_is_said() -> None:
    said = BackupWords()
    assert said.put_back(Brought()) == "备份里的内容都已在这台电脑上。"
    assert said.put_back(Brought(left=1)) == "1 份草稿没恢复：同一页上正有一份在写，写完再恢复一次。"
    assert said.put_back(Brought(changes=1, given_up=1)) == "已从备份恢复：1 项更改 · 1 项放弃过的。"


@pytest.mark.parametrize(("typed", "kind"), [("备份", BackUpDialog), ("恢复备份", PutBackDialog)])
def test_the_palette_leads_there_from_any_page(qtbot: QtBot, main: MainWindow, typed: str, kind: type[QDialog]) -> None:
    main.navigate("today")
    qtbot.waitUntil(lambda: not main.bridge.waiting)
    main.open_palette(typed)
    qtbot.waitUntil(lambda: not main.bridge.waiting)
    qtbot.keyClick(_one(main.palette_part, QLineEdit), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: main.findChild(kind) is not None)
