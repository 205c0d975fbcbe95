"""The Sync page over a real desk: figures, conflicts settled by one action, refusals corrected or dropped."""

from typing import TypeVar

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import ChangeSet, ClaimCommand, EditRow, SaveVisit
from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.sync_cards import RefusedCard, Tile, WaitingCard
from crmdesk.ui.pages.sync_conflict import ConflictCard
from crmdesk.ui.pages.sync_given_up import GivenUpCard
from crmdesk.ui.pages.sync_stand import StandCard
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.ports import Signed, SyncState
from tests.services.small_territory import CONFLICT, LI, SUBMITTED_CLAIM, ZHANG, Laptop
from tests.ui.shell.conftest import Sessions, StillSync

W = TypeVar("W", bound=QWidget)


def _live(window: MainWindow, kind: type[W]) -> list[W]:
    """Return the widgets of a kind that are shown (those taken out are hidden until they are deleted)."""
    return [found for found in window.page("sync").findChildren(kind) if not found.isHidden()]


def _button(card: QWidget, name: str) -> Button:
    found = card.findChild(Button, name)
    assert found is not None
    return found


def _mobile(laptop: Laptop, doctor: str = ZHANG) -> str:
    return str(laptop.ask(lambda reads: reads.row("doctor", doctor))["mobile"])


def _refuse(laptop: Laptop, code: str = "too_long", **params: object) -> None:
    """Have an edit of Li's phone number refused by the server."""
    row = laptop.ask(lambda reads: reads.row("doctor", LI))
    laptop.do(EditRow("doctor", LI, {"mobile": "13900001111"}, row.revision))
    laptop.answer("refused", code=code, field="mobile", params=params)


@pytest.fixture
def conflict(qtbot: QtBot, window: MainWindow) -> ConflictCard:
    qtbot.waitUntil(lambda: len(_live(window, ConflictCard)) == 1)
    return _live(window, ConflictCard)[0]


def test_a_conflict_shows_three_values_who_and_when(conflict: ConflictCard) -> None:
    said = " ".join(label.text() for label in conflict.findChildren(Label))
    for words in (
        "张三 · 手机",
        "137 0000 0000",
        "138 0000 0001",
        "139 0000 0002",
        "刘洋",
        "你 · 这台电脑",
        "后到服务器",
    ):
        assert words in said


@pytest.mark.parametrize(("choice", "wanted"), [("loser", "13900000002"), ("base", "13700000000")])
def test_one_click_puts_another_value_back(
    qtbot: QtBot, window: MainWindow, laptop: Laptop, conflict: ConflictCard, choice: str, wanted: str
) -> None:
    qtbot.mouseClick(_button(conflict, f"conflict_use_{choice}_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _mobile(laptop) == wanted)
    qtbot.waitUntil(lambda: not _live(window, ConflictCard))
    assert "历史" in window.toast_part.text


def test_a_conflict_settled_by_key_leaves_the_keys_on_the_page(
    qtbot: QtBot, window: MainWindow, laptop: Laptop, conflict: ConflictCard
) -> None:
    """They went to the rail, or to a value of the next conflict: the next Enter left the page or settled that one."""
    other = _button(conflict, "conflict_use_loser_button")
    other.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(other, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not _live(window, ConflictCard))
    assert window.focusWidget() is window.page("sync")


def test_enter_keeps_the_value_in_use(qtbot: QtBot, window: MainWindow, laptop: Laptop, conflict: ConflictCard) -> None:
    qtbot.keyClick(window.page("sync"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not _live(window, ConflictCard))
    assert _mobile(laptop) == "13800000001"
    assert laptop.ask(lambda reads: reads.row("conflict", CONFLICT))["state"] == "resolved"


def test_a_refusal_says_why_and_can_be_corrected(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    _refuse(laptop, limit=8, length=11)
    qtbot.waitUntil(lambda: len(_live(window, RefusedCard)) == 1)
    card = _live(window, RefusedCard)[0]
    reason = card.findChild(Label, "refused_reason")
    assert reason is not None
    assert reason.text().startswith("“手机”太长：11，最多 8")
    edit = card.findChild(QLineEdit, "refused_value_edit")
    assert edit is not None
    assert edit.text() == "13900001111", "the text that was refused is intact"
    edit.selectAll()
    qtbot.keyClicks(edit, "13955556666")
    qtbot.mouseClick(_button(card, "refused_retry_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _mobile(laptop, LI) == "13955556666")
    qtbot.waitUntil(lambda: not _live(window, RefusedCard) and len(_live(window, WaitingCard)) == 1)


def test_a_refusal_can_be_dropped(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    _refuse(laptop, "forbidden")
    qtbot.waitUntil(lambda: len(_live(window, RefusedCard)) == 1)
    qtbot.mouseClick(_button(_live(window, RefusedCard)[0], "refused_drop_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not _live(window, RefusedCard))
    qtbot.waitUntil(lambda: "30" in window.toast_part.text)


def test_what_was_given_up_is_listed_and_comes_back_with_its_text(
    qtbot: QtBot, window: MainWindow, laptop: Laptop
) -> None:
    _refuse(laptop, "forbidden")
    qtbot.waitUntil(lambda: len(_live(window, RefusedCard)) == 1)
    refused = _live(window, RefusedCard)[0].refused
    qtbot.mouseClick(_button(_live(window, RefusedCard)[0], "refused_drop_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(_live(window, GivenUpCard)) == 1)
    [card] = _live(window, GivenUpCard)
    assert any("139 0000 1111" in label.text() for label in card.findChildren(Label))
    qtbot.mouseClick(_button(card, f"put_back_{refused.operation_id}"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(_live(window, RefusedCard)) == 1 and not _live(window, GivenUpCard))
    back = _live(window, RefusedCard)[0].refused
    assert (back.fields, back.code) == (refused.fields, "given_up")
    qtbot.waitUntil(lambda: "放回" in window.toast_part.text)


def test_a_change_that_met_a_submitted_report_goes_out_with_a_reason(
    qtbot: QtBot, window: MainWindow, laptop: Laptop
) -> None:
    laptop.do(SaveVisit("", {"doctor_ids": [LI], "note": "旧电脑上写的"}))
    laptop.answer()
    [visit] = [one for one in laptop.ask(lambda reads: reads.rows("visit")) if one["note"] == "旧电脑上写的"]
    laptop.do(SaveVisit(visit.id, {"note": "旧电脑上又写的"}))
    laptop.answer("refused", code="locked")
    qtbot.waitUntil(lambda: len(_live(window, RefusedCard)) == 1)
    card = _live(window, RefusedCard)[0]
    reason = card.findChild(QLineEdit, "refused_reason_edit")
    assert reason is not None
    assert any("旧电脑上又写的" in label.text() for label in card.findChildren(Label))
    qtbot.mouseClick(_button(card, "refused_retry_button"), Qt.MouseButton.LeftButton)
    assert (reason.hasFocus(), laptop.waiting()) == (True, []), "without a reason nothing goes out"
    assert "还没有写更正原因" in card.complaint.text()
    again = RefusedCard(card.refused)  # as the page makes it after a sync or in another language
    qtbot.addWidget(again)
    again.type_as_in(card)
    assert (again.complaint.text(), again.complaint.isHidden()) == (card.complaint.text(), False)
    reason.setText("两台电脑")
    qtbot.mouseClick(_button(card, "refused_retry_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not _live(window, RefusedCard))
    [sent] = laptop.waiting()
    assert (sent.reason, sent.fields["note"]) == ("两台电脑", ("旧电脑上写的", "旧电脑上又写的"))


def test_what_a_toast_says_of_waiting_goes_once_it_was_sent(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    row = laptop.ask(lambda reads: reads.row("doctor", LI))
    laptop.do(EditRow("doctor", LI, {"mobile": "13900001111"}, row.revision))
    window.toast(lambda: "已提交，待同步", until_sent=True)
    laptop.desk.publish(ChangeSet({"outbox": (), "needs_you": ()}, "sync"))  # an answer, and something waits still
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    assert window.toast_part.text == "已提交，待同步"
    laptop.answer()
    qtbot.waitUntil(lambda: window.toast_part.text == "")
    window.toast(lambda: "已保存在本机")
    laptop.answer()
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    assert window.toast_part.text == "已保存在本机", "this one is as true as before"


def test_the_figures_follow_what_happens(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    tiles = {tile.objectName(): tile for tile in window.page("sync").findChildren(Tile)}
    row = laptop.ask(lambda reads: reads.row("doctor", LI))
    laptop.do(EditRow("doctor", LI, {"mobile": "13900001111"}, row.revision))
    qtbot.waitUntil(lambda: tiles["tile_waiting"].figure == "1")
    laptop.answer()
    qtbot.waitUntil(lambda: tiles["tile_waiting"].figure == "0" and tiles["tile_accepted"].figure == "1")
    assert tiles["tile_needs"].figure == "1"


def test_what_blocks_the_sync_is_said_with_its_remedy(qtbot: QtBot, window: MainWindow, sync: StillSync) -> None:
    stand = window.page("sync").findChild(StandCard)
    assert stand is not None
    accept = _button(stand, "stand_sync_accept_button")
    sync.become(msgspec.structs.replace(sync.shown, phase="offline", code="server_away", online=False))
    qtbot.waitUntil(lambda: "离线" in stand.accessibleName() and not accept.isVisible())
    sync.become(SyncState("blocked", "shrunk", {"scope": "t", "gone": 9, "held": 10}))
    qtbot.waitUntil(accept.isVisible)
    assert "10 条里，服务器上只剩 1 条" in stand.accessibleName()
    qtbot.mouseClick(accept, Qt.MouseButton.LeftButton)
    assert sync.asked == ["accept_removals"]


def test_a_running_sync_can_be_stopped_by_its_button(qtbot: QtBot, window: MainWindow, sync: StillSync) -> None:
    stop = _button(window.page("sync"), "cancel_sync_button")
    assert not stop.isVisible()
    sync.become(SyncState("syncing"))
    qtbot.waitUntil(stop.isVisible)
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert sync.asked == ["cancel"]


def test_what_is_typed_into_a_card_stays_while_the_page_reads_again(
    qtbot: QtBot, window: MainWindow, laptop: Laptop, dressed: QApplication
) -> None:
    _refuse(laptop, limit=8, length=11)
    qtbot.waitUntil(lambda: len(_live(window, RefusedCard)) == 1)
    card = _live(window, RefusedCard)[0]
    edit = card.findChild(QLineEdit, "refused_value_edit")
    assert edit is not None
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "139 5555")
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    laptop.do(EditRow("doctor", ZHANG, {"note": "另一项"}, row.revision))
    qtbot.waitUntil(lambda: len(_live(window, WaitingCard)) == 1)
    assert edit.isVisible()
    assert edit.hasFocus()
    qtbot.keyClicks(edit, " 6666")
    language.apply_language(dressed, language.ENGLISH)
    qtbot.waitUntil(lambda: _live(window, RefusedCard) != [card])
    again = _live(window, RefusedCard)[0].findChild(QLineEdit, "refused_value_edit")
    assert again is not None
    assert again.text() == "139 5555 6666"
    again.setFocus()
    qtbot.keyClick(again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _mobile(laptop, LI) == "139 5555 6666")
    conflict = laptop.ask(lambda reads: reads.row("conflict", CONFLICT))
    assert conflict["state"] == "open", "Enter in a field settles no conflict"


def test_enter_settles_right_after_the_page_was_opened(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    window.navigate("today")
    window.navigate("sync")
    qtbot.waitUntil(lambda: len(_live(window, ConflictCard)) == 1)
    focus = QApplication.focusWidget()
    assert focus is window.page("sync"), "not the search field, where Enter means something else"
    qtbot.keyClick(focus, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.row("conflict", CONFLICT))["state"] == "resolved")


@pytest.mark.parametrize(
    ("code", "said"), [("changed_since_seen", "你看过之后它又改了"), ("call_back_missing", "先记下回访")]
)
def test_a_decision_that_would_be_refused_again_is_not_sent_again_but_looked_at(
    qtbot: QtBot, manager_laptop: Laptop, sync: StillSync, sessions: Sessions, code: str, said: str
) -> None:
    window = MainWindow(Signed(manager_laptop.desk, sync), sessions)
    qtbot.addWidget(window)
    window.navigate("sync")
    window.show()
    view = manager_laptop.ask(lambda reads: reads.claim(SUBMITTED_CLAIM))
    manager_laptop.do(ClaimCommand(SUBMITTED_CLAIM, "approve", view.seen_hash))
    manager_laptop.answer("refused", code=code)
    qtbot.waitUntil(lambda: len(_live(window, RefusedCard)) == 1)
    card = _live(window, RefusedCard)[0]
    reason = card.findChild(Label, "refused_reason")
    assert isinstance(reason, Label)
    assert reason.text().startswith(said)
    assert card.findChild(Button, "refused_retry_button") is None
    qtbot.mouseClick(_button(card, "refused_open_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.shown == "approvals")
    window.close()
