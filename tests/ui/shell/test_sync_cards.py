"""The cards of the Sync page: delete against edit, what a refused change held, files on their way, what was mended."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from crmdesk.services.commands import AttachFile, ChangeSet, EditRow, ResolveConflict
from crmdesk.services.views import Happening
from crmdesk.storage import lately
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import sync_stand
from crmdesk.ui.pages.sync_cards import RefusedCard, WaitingCard
from crmdesk.ui.pages.sync_conflict import ConflictCard
from crmdesk.ui.pages.sync_stand import LatelyCard, StandCard
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.label import Label
from crmdesk.ui.ports import SyncState
from tests.services.small_territory import (
    CARDIOLOGY,
    CONFLICT,
    LI,
    REP,
    SECOND_REP,
    TERRITORY,
    ZHANG,
    Laptop,
    an_id,
    days,
)
from tests.ui.shell.conftest import StillSync

W = TypeVar("W", bound=QWidget)
LOOK_AGAIN = ChangeSet({"sync_state": ()}, "remote")
PDF = b"%PDF-1.7\n" + b"x" * 3000


def live(window: MainWindow, kind: type[W]) -> list[W]:
    return [found for found in window.page("sync").findChildren(kind) if not found.isHidden()]


def said(card: QWidget) -> str:
    return "\n".join(label.text() for label in card.findChildren(Label))


def press(qtbot: QtBot, card: QWidget, name: str) -> None:
    button = card.findChild(Button, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def deletion(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> Callable[..., ConflictCard]:
    """Have only a conflict of a deletion with an edit, and return its card."""

    def make(winner: dict[str, Any], loser: dict[str, Any], base: dict[str, Any]) -> ConflictCard:
        laptop.do(ResolveConflict(CONFLICT, "keep"))
        laptop.receive(
            "conflict",
            {"id": an_id(900), "parent_record": "doctor", "parent_id": LI, "field": "deleted", "base_value": base,
             "winner_value": winner, "winner_by": SECOND_REP, "winner_at": days(-1), "loser_value": loser,
             "loser_by": REP, "loser_at": days(-2), "state": "open"},
            scope=f"t:{TERRITORY}",
        )  # fmt: skip
        qtbot.waitUntil(lambda: [card.conflict.id for card in live(window, ConflictCard)] == [an_id(900)])
        return live(window, ConflictCard)[0]

    return make


EDIT = {"changes": {"mobile": ["13700000000", "13911112222"], "title": ["attending", "chief"]}}


def test_an_edit_that_came_too_late_is_shown_in_words_and_brought_back(
    qtbot: QtBot, window: MainWindow, laptop: Laptop, deletion: Callable[..., ConflictCard]
) -> None:
    card = deletion({"deleted": True}, EDIT, {"row": {"name": "李四"}})
    text = said(card)
    for words in (
        "李四 · 删除还是保留",
        "手机：137 0000 0000 → 139 1111 2222",
        "职称：主治医师 → 主任医师",
        "先到服务器",
        "刘洋",
    ):
        assert words in text
    assert card.findChild(Button, "conflict_use_base_button") is None, "there is no value before a deletion"
    assert card.findChild(Button, "conflict_open_button") is None, "there is no row to open"
    press(qtbot, card, "conflict_use_loser_button")
    wanted = [("command", "restore")]
    qtbot.waitUntil(lambda: [(one.kind, one.command) for one in laptop.waiting() if one.row_id == an_id(900)] == wanted)
    qtbot.waitUntil(lambda: not live(window, ConflictCard))


def test_a_deletion_that_an_edit_kept_from_happening_is_done_or_left(
    qtbot: QtBot, window: MainWindow, laptop: Laptop, deletion: Callable[..., ConflictCard]
) -> None:
    card = deletion(EDIT, {"deleted": True}, {"row": {"name": "李四"}})
    assert "删除，后到服务器" in said(card)
    assert card.findChild(Button, "conflict_open_button") is not None
    window.navigate("doctor", id=LI)
    doctor = window.page("doctor")
    qtbot.waitUntil(lambda: "有人要删除，有人改过" in [chip.text for chip in doctor.findChildren(Chip)])
    window.back()
    press(qtbot, live(window, ConflictCard)[0], "conflict_use_loser_button")
    qtbot.waitUntil(lambda: [one.kind for one in laptop.waiting() if one.row_id == LI] == ["delete"])


def test_a_value_that_the_row_can_not_have_any_more_is_only_shown(
    qtbot: QtBot, window: MainWindow, laptop: Laptop
) -> None:
    laptop.receive(
        "conflict",
        {"id": an_id(901), "parent_record": "doctor", "parent_id": ZHANG, "field": "name",
         "base_value": {"value": None}, "winner_value": {"value": "张三"}, "winner_by": SECOND_REP,
         "winner_at": days(0), "loser_value": {"value": "张山"}, "loser_by": REP, "loser_at": days(-2),
         "state": "open"},
        scope=f"t:{TERRITORY}",
    )  # fmt: skip
    qtbot.waitUntil(lambda: len(live(window, ConflictCard)) == 2)
    card = next(card for card in live(window, ConflictCard) if card.conflict.id == an_id(901))
    assert "（空）" in said(card)
    assert card.findChild(Button, "conflict_use_base_button") is None, "nobody can be without a name"
    assert card.findChild(Button, "conflict_use_loser_button") is not None


def test_a_value_that_was_changed_again_is_not_said_to_be_in_use(
    qtbot: QtBot, window: MainWindow, laptop: Laptop
) -> None:
    """An edit that met another one was undone, and its card went on calling it the value in use."""
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "13611112222"}, 1))
    qtbot.waitUntil(lambda: any("136 1111 2222" in said(card) for card in live(window, ConflictCard)))
    (card,) = live(window, ConflictCard)
    assert "之后又改成了“136 1111 2222”" in said(card)
    assert "当前采用" not in said(card)
    use = card.findChild(Button, "conflict_use_winner_button")
    assert use is not None
    while window.focusWidget() is not use:
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    QTest.keyClick(use, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: live(window, ConflictCard) == [])
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "13800000001"


def test_a_conflict_about_a_reference_is_told_by_names(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    laptop.receive(
        "conflict",
        {"id": an_id(901), "parent_record": "affiliation", "parent_id": an_id(95), "field": "department_id",
         "base_value": {"value": None}, "winner_value": {"value": CARDIOLOGY}, "winner_by": SECOND_REP,
         "winner_at": days(0), "loser_value": {"value": an_id(999)}, "loser_by": REP, "loser_at": days(-2),
         "state": "open"},
        scope=f"t:{TERRITORY}",
    )  # fmt: skip
    qtbot.waitUntil(lambda: len(live(window, ConflictCard)) == 2)
    card = next(card for card in live(window, ConflictCard) if card.conflict.id == an_id(901))
    text = said(card)
    for words in ("张三", "心内科", "（不在本机的记录）", "（空）"):
        assert words in text
    assert an_id(999) not in text
    assert card.findChild(Button, "conflict_open_button") is None, "a place of work has no page of its own"


def test_a_colleague_is_asked_with_both_values(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: len(live(window, ConflictCard)) == 1)
    press(qtbot, live(window, ConflictCard)[0], "conflict_ask_button")
    text = QGuiApplication.clipboard().text()
    assert text == "张三（手机）：我这边是“139 0000 0002”，你那边是“138 0000 0001”。哪个对？"
    assert "刘洋" in window.toast_part.text


@pytest.mark.parametrize(
    ("code", "said"), [("out_of_scope", "不在你的辖区"), ("unknown_row", "服务器上已没有这条记录")]
)
def test_a_refused_change_shows_its_text_to_copy_where_the_record_is_gone(
    qtbot: QtBot, window: MainWindow, laptop: Laptop, code: str, said: str
) -> None:
    row = laptop.ask(lambda reads: reads.row("doctor", LI))
    laptop.do(EditRow("doctor", LI, {"note": "主任下周出国\n三月回来", "title": "chief"}, row.revision))
    laptop.answer("refused", code=code)
    qtbot.waitUntil(lambda: len(live(window, RefusedCard)) == 1)
    card = live(window, RefusedCard)[0]
    assert said in (card.findChild(Label, "refused_reason") or Label("")).text()
    text = card.findChild(Label, "refused_text")
    assert text is not None
    assert "主任下周出国\n三月回来" in text.text()
    assert "主任医师" in text.text()
    assert card.findChild(Button, "refused_open_button") is None, "the record has left this laptop"
    press(qtbot, card, "refused_copy_button")
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("医生 · 李四\n")
    assert "三月回来" in copied


def test_files_wait_behind_the_texts_and_say_how_far_they_are(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    def waits() -> tuple[str, list[str]]:
        cards = live(window, WaitingCard)
        return "\n".join(said(card) for card in cards), [
            chip.text for card in cards for chip in card.findChildren(Chip)
        ]

    laptop.do(AttachFile("doctor", ZHANG, "名片.pdf", PDF))
    qtbot.waitUntil(lambda: "名片.pdf" in waits()[0] and "排在文字之后" in waits()[1])
    laptop.answer()
    with laptop.store.writing() as work:
        work.driver.execute("UPDATE transfer SET \"offset\" = 1024 WHERE direction = 'up'")
    laptop.desk.publish(LOOK_AGAIN)
    qtbot.waitUntil(lambda: "1.0 KB / 2.9 KB" in waits()[0] and waits()[1] == ["正在发送"])


def test_what_was_mended_is_not_said_to_be_in_the_works(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    def note(code: str, at: float) -> None:
        with laptop.store.writing() as work:
            lately.note(work.connection, code, days(at))
        laptop.desk.publish(LOOK_AGAIN)

    def chips() -> list[str]:
        return [chip.text for card in live(window, LatelyCard) for chip in card.findChildren(Chip)]

    note(lately.DIFFERS, -0.2)
    qtbot.waitUntil(lambda: chips() == ["正在处理"])
    note(lately.REPAIRED, -0.1)
    qtbot.waitUntil(lambda: chips() == ["已处理好", "已处理好"])
    note(lately.DIFFERS, 0)
    qtbot.waitUntil(lambda: chips() == ["正在处理", "已处理好", "已处理好"])


def test_every_happening_has_words(window: MainWindow) -> None:
    codes = (lately.SYNCED, lately.RESTORED, lately.RENUMBERED, lately.DIFFERS, lately.REPAIRED, lately.UNREADABLE,
             lately.ARRIVED, lately.LEFT, lately.ANEW)  # fmt: skip
    for code in codes:
        card = LatelyCard([Happening(code, days(0), {"count": 2, "sent": 1, "received": 3, "ms": 400}, ("静安",))])
        text = said(card)
        assert code not in text
        assert "{" not in text
        card.deleteLater()


def test_a_long_fetch_says_its_rate_and_the_time_left(
    qtbot: QtBot, window: MainWindow, sync: StillSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(sync_stand, "monotonic", lambda: now[0])
    aside = window.page("sync").findChild(StandCard).findChild(Label, "stand_aside")  # type: ignore[union-attr]
    assert aside is not None
    sync.become(SyncState("syncing", progress_done=500, progress_total=20_500))
    qtbot.waitUntil(lambda: window.page("sync").findChild(StandCard).told.name == "receiving")  # type: ignore[union-attr]
    now[0] += 2
    sync.become(SyncState("syncing", progress_done=2_500, progress_total=20_500))
    qtbot.waitUntil(lambda: aside.text().startswith("每秒 1,000 条 · 还需约 18 秒"))
    sync.become(SyncState("idle"))
    qtbot.waitUntil(lambda: "每秒" not in aside.text())
