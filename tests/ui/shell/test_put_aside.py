"""Older data on the Sync page: told with its day, opened with its passphrase, thrown away after one question."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.brought_back import Brought
from crmdesk.domain.errors import WorldError
from crmdesk.ui import language, words
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.sync_put_aside import BringBackDialog, BroughtWords, PutAsideCard, ThrowAwayDialog
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.ports import PutAside, Signed
from tests.services.small_territory import Laptop
from tests.ui.shell.conftest import Sessions, StillSync

W = TypeVar("W", bound=QWidget)
OLDER = PutAside("1", "2026-11-20T01:02:03.004Z", "passphrase")
RING = PutAside("2", "2026-11-21T01:02:03.004Z", "keyring")
GONE = PutAside("3", "2026-11-22T01:02:03.004Z", "none")


def _one(parent: QWidget, kind: type[W], name: str = "") -> W:
    found = parent.findChild(kind, name) if name else parent.findChild(kind)
    assert found is not None
    return found


def _sat_at(qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions, *older: PutAside) -> MainWindow:
    sessions.older[:] = older
    main = MainWindow(Signed(laptop.desk, sync), sessions)
    qtbot.addWidget(main)
    main.show()
    qtbot.waitExposed(main)
    main.activateWindow()
    main.navigate("sync")
    qtbot.waitUntil(lambda: not main.bridge.waiting)
    return main


def _usable(main: MainWindow) -> set[str]:
    return {spec.name for spec, _ in main.context.actions.usable()}


def _cards(main: MainWindow) -> list[PutAsideCard]:
    return [one for one in main.page("sync").findChildren(PutAsideCard) if not one.isHidden()]


def test_the_page_says_what_is_put_aside_since_when_and_what_opens_it(
    qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions
) -> None:
    main = _sat_at(qtbot, laptop, sync, sessions, OLDER, RING, GONE)
    [card] = _cards(main)
    said = [one.text() for one in card.findChildren(Label)]
    for one, sentence in ((OLDER, "当时忘了口令"), (RING, "钥匙串恢复以后"), (GONE, "谁也打不开")):
        assert f"{language.moment_word(one.at)} 放到一边" in said
        assert any(sentence in text for text in said)
    names = [one.objectName() for one in card.findChildren(Button)]
    assert names == [
        "sync_bring_back_1_button", "sync_throw_away_1_button", "sync_bring_back_2_button",
        "sync_throw_away_2_button", "sync_throw_away_3_button",
    ]  # fmt: skip
    assert {"sync_bring_back", "sync_throw_away"} <= _usable(main)


@pytest.mark.parametrize(("older", "offered"), [((), set()), ((GONE,), {"sync_throw_away"})])
def test_only_what_can_be_done_is_offered(
    qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions, older: tuple[PutAside, ...], offered: set[str]
) -> None:
    main = _sat_at(qtbot, laptop, sync, sessions, *older)
    assert len(_cards(main)) == len(older)
    assert _usable(main) & {"sync_bring_back", "sync_throw_away"} == offered


def test_the_right_passphrase_brings_back_and_a_wrong_one_changes_nothing(
    qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions
) -> None:
    main = _sat_at(qtbot, laptop, sync, sessions, OLDER)
    qtbot.keyClick(main.page("sync"), Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    dialog = _one(main, BringBackDialog)
    edit = _one(dialog, QLineEdit, "bring_back_passphrase_edit")
    banner = _one(dialog, Banner, "bring_back_banner")
    qtbot.waitUntil(edit.hasFocus)
    assert edit.echoMode() == QLineEdit.EchoMode.Password
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert (banner.text, sessions.asked) == ("请输入当时的口令。", [])
    qtbot.keyClicks(edit, "not this one")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert sessions.asked == [("bring_back", "1", "not this one")]
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "what is under way is told when it has ended"
    sessions.pending[0].set_exception(WorldError("passphrase_wrong"))
    qtbot.waitUntil(lambda: banner.text == words.sentence("passphrase_wrong"))
    assert edit.selectedText() == "not this one"
    qtbot.keyClicks(edit, "corridor laptop words")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    sessions.older.clear()
    found: Any = Brought(changes=3, drafts=1)
    sessions.pending[1].set_result(found)
    qtbot.waitUntil(lambda: main.findChild(BringBackDialog) is None and not _cards(main))
    assert main.toast_part.text == "已取回：3 项更改 · 1 份草稿"
    assert "sync_bring_back" not in _usable(main)


def test_a_key_ring_is_asked_without_a_passphrase_and_its_trouble_is_said(
    qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions
) -> None:
    main = _sat_at(qtbot, laptop, sync, sessions, RING)
    qtbot.mouseClick(_one(main, Button, "sync_bring_back_2_button"), Qt.MouseButton.LeftButton)
    dialog = _one(main, BringBackDialog)
    assert _one(dialog, QLineEdit, "bring_back_passphrase_edit").isHidden()
    qtbot.waitUntil(_one(dialog, Button, "bring_back_save_button").hasFocus)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert sessions.asked == [("bring_back", "2", "")]
    sessions.pending[0].set_exception(WorldError("put_aside_key"))
    qtbot.waitUntil(lambda: _one(dialog, Banner, "bring_back_banner").text == words.sentence("put_aside_key"))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: main.findChild(BringBackDialog) is None)
    assert len(_cards(main)) == 1


def test_throwing_away_is_asked_once_and_says_what_it_costs(
    qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions
) -> None:
    main = _sat_at(qtbot, laptop, sync, sessions, OLDER)
    action = _one(main, QAction, "sync_throw_away_action")  # type: ignore[type-var]
    action.trigger()
    dialog = _one(main, ThrowAwayDialog)
    assert "再也找不回来" in dialog.explanation.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: main.findChild(ThrowAwayDialog) is None)
    assert sessions.asked == []
    action.trigger()
    dialog = _one(main, ThrowAwayDialog)
    sure = _one(dialog, QCheckBox, "throw_away_sure_check")
    qtbot.waitUntil(sure.hasFocus)
    qtbot.keyClick(sure, Qt.Key.Key_Return)
    assert (_one(dialog, Banner, "throw_away_banner").text, sessions.asked) == ("确实不要了，请先打勾。", [])
    qtbot.keyClick(sure, Qt.Key.Key_Space)
    qtbot.keyClick(sure, Qt.Key.Key_Return)
    assert sessions.asked == [("throw_away", "1")]
    qtbot.keyClick(sure, Qt.Key.Key_Return)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "what is under way is told when it has ended"
    assert len(sessions.asked) == 1, "and is asked for once"
    sessions.older.clear()
    done: Any = None
    sessions.pending[0].set_result(done)
    qtbot.waitUntil(lambda: main.findChild(ThrowAwayDialog) is None and not _cards(main))
    assert main.toast_part.text == "旧数据已丢弃"


def test_what_came_is_said_in_one_sentence() -> None:
    came = BroughtWords()
    assert came.sentence(Brought()) == "旧数据里没有要取回的更改。"
    whole = came.sentence(Brought(changes=2, needs_you=1, given_up=1, drafts=1, files=4, left=1))
    assert whole == (
        "已取回：2 项更改 · 1 项要你处理 · 1 份草稿 · 4 个附件 · 1 项放弃过的。"
        "1 份草稿留在旧数据里：同一页上正有一份在写，写完再打开一次。"
    )
    assert came.sentence(Brought(changes=1, stays=True)).endswith("旧数据现在删不掉，还留着；里面没有要取回的了。")
