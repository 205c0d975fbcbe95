"""The passphrase in Settings: what is wrong stands at its field; where there is none yet, the first one is set."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from crmdesk.domain.errors import WorldError
from crmdesk.ui import words
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.passphrase_dialog import PassphraseDialog
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.ports import Account, Signed
from tests.services.small_territory import Laptop
from tests.ui.shell.conftest import Sessions, StillSync


def _settings(qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions, wrapped: bool) -> MainWindow:
    sessions.account = Account("zhou.xl", "https://crm.example.com", "周晓岚", needs_passphrase=wrapped)
    main = MainWindow(Signed(laptop.desk, sync), sessions)
    qtbot.addWidget(main)
    main.show()
    main.navigate("settings")
    return main


def _action(main: MainWindow) -> QAction:
    return cast(QAction, main.findChild(QAction, "change_passphrase_action"))


def _type(qtbot: QtBot, dialog: PassphraseDialog, **texts: str) -> None:
    for name, text in texts.items():
        edit = cast(QLineEdit, dialog.findChild(QLineEdit, f"passphrase_{name}_edit"))
        assert edit.echoMode() == QLineEdit.EchoMode.Password
        edit.clear()
        qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


def test_the_passphrase_is_changed_once_all_three_are_right(
    qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions
) -> None:
    main = _settings(qtbot, laptop, sync, sessions, wrapped=True)
    _action(main).trigger()
    dialog = cast(PassphraseDialog, main.findChild(PassphraseDialog))
    banner = cast(Banner, dialog.findChild(Banner, "passphrase_banner"))
    _type(qtbot, dialog, old="the old sentence", new="short", again="short")
    assert banner.text == words.sentence("passphrase_too_short", {"minimum": 12})
    _type(qtbot, dialog, new="a sentence for this winter", again="a sentence for that winter")
    assert banner.text == words.sentence("passphrase_differs")
    assert sessions.asked == []
    _type(qtbot, dialog, again="a sentence for this winter")
    assert sessions.asked == [("change_passphrase", "the old sentence", "a sentence for this winter")]
    sessions.pending[0].set_exception(WorldError("passphrase_wrong"))
    qtbot.waitUntil(lambda: banner.text == words.sentence("passphrase_wrong"))
    old = cast(QLineEdit, dialog.findChild(QLineEdit, "passphrase_old_edit"))
    assert old.selectedText() != ""
    _type(qtbot, dialog, old="the right sentence")
    sessions.pending[1].set_result(cast(Signed, None))
    qtbot.waitUntil(lambda: main.findChild(PassphraseDialog) is None)
    assert sessions.asked[1] == ("change_passphrase", "the right sentence", "a sentence for this winter")


@pytest.mark.parametrize("wrapped", [True, False])
def test_without_a_passphrase_the_first_one_is_asked_for(
    qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions, wrapped: bool
) -> None:
    main = _settings(qtbot, laptop, sync, sessions, wrapped)
    _action(main).trigger()
    dialog = cast(PassphraseDialog, main.findChild(PassphraseDialog))
    assert (dialog.findChild(QLineEdit, "passphrase_old_edit") is not None) is wrapped
    if not wrapped:
        _type(qtbot, dialog, new="a sentence for this winter", again="a sentence for this winter")
        assert sessions.asked == [("set_passphrase", "a sentence for this winter")]


def test_the_button_goes_on_saying_whether_there_is_one_in_another_language(
    qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions
) -> None:
    main = _settings(qtbot, laptop, sync, sessions, wrapped=True)
    button = cast(Button, main.findChild(Button, "change_passphrase_button"))
    qtbot.waitUntil(button.isVisible)
    said = button.text()
    assert said == "修改本机口令…"
    QApplication.sendEvent(button, QEvent(QEvent.Type.LanguageChange))
    assert button.text() == said, "the name of the action does not say whether there is a passphrase"
