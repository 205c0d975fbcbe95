"""Every situation of the sync in a real window, in both languages: the words, nothing cut off, the key that helps."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.clock import to_text, utc_now
from crmdesk.services.commands import ChangeSet
from crmdesk.services.reads_sync import Reads
from crmdesk.services.views import SyncSummary
from crmdesk.ui import actions, language, situations
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.sync_stand import StandCard
from crmdesk.ui.parts.label import ElidedLabel
from crmdesk.ui.parts.status_bar import StatusBar
from crmdesk.ui.ports import SyncState
from crmdesk.ui.situations import Look
from tests.services.small_territory import Laptop
from tests.ui.shell.conftest import StillSync

NOW = utc_now()
PLACE = "0190a000-0000-7000-8000-00000000000a"


def ago(**amount: float) -> str:
    return to_text(NOW - timedelta(**amount))


LAST, OLDEST, LONG_AGO, YEAR_AGO = ago(minutes=20), ago(minutes=12), ago(days=9), ago(days=400)
SOON, LATER = to_text(NOW + timedelta(seconds=4)), to_text(NOW + timedelta(hours=9))
"""`LATER` is still to come when this is run at the end of an hour of other tests."""
QUIET = SyncSummary(0, "", 4, 0, 0, LAST, 420, 0, 1284, 0, territories={PLACE: "浦东一区"})
THREE = {"waiting": 3, "oldest_waiting_at": OLDEST}
NEVER = {"last_sync_at": "", "loading_scopes": 3}


def away(code: str, **more: Any) -> SyncState:
    return SyncState("offline", code, online=False, since=LAST, **({"next_try_at": SOON} | more))


def blocked(code: str, **params: Any) -> SyncState:
    return SyncState("blocked", code, params, since=LAST)


def running(**more: Any) -> SyncState:
    return SyncState("syncing", **more)


@dataclass(frozen=True)
class Case:
    """A situation, how it comes about, and what the status bar says; values in braces are words of the language."""

    name: str
    state: SyncState
    zh: str
    en: str
    summary: dict[str, Any] = field(default_factory=dict)


KEPT_ZH, KEPT_EN = "3 项更改已保存在本机（最早 {oldest}）", "3 changes saved here (oldest {oldest})"
NO_ZH, NO_EN = "没有待发送的更改", "nothing waits to be sent"
IDLE = SyncState("idle", last_sync_at=LAST)
CASES = (
    Case("device_revoked", blocked("device_revoked"), f"这台电脑已被停用 · {KEPT_ZH}",
         f"This computer has been revoked · {KEPT_EN}", THREE),
    Case("signed_out", blocked("signed_out"), f"需要重新登录 · {KEPT_ZH}", f"Sign in again · {KEPT_EN}", THREE),
    Case("signed_out", blocked("wrong_credentials"), f"需要重新登录 · {NO_ZH}", f"Sign in again · {NO_EN}"),
    Case("upgrade_needed", blocked("upgrade_needed"), f"请更新 crmdesk · {KEPT_ZH}", f"Update crmdesk · {KEPT_EN}",
         THREE),
    Case("disk_full", blocked("disk_full"), f"磁盘已满，同步停下了 · {NO_ZH}",
         f"The disk is full, the sync stopped · {NO_EN}"),
    Case("tls_untrusted", blocked("tls_untrusted"), f"服务器的证书不可信，没有发送任何东西 · {KEPT_ZH}",
         f"The server's certificate is not trusted; nothing was sent · {KEPT_EN}", THREE),
    Case("https_required", blocked("https_required"), f"服务器地址不安全，没有发送任何东西 · {NO_ZH}",
         f"The server's address is not safe; nothing was sent · {NO_EN}"),
    Case("foreign_user", blocked("foreign_user"), f"服务器把这台电脑认成了别人，同步停下了 · {NO_ZH}",
         f"The server takes this computer for somebody else's, the sync stopped · {NO_EN}"),
    Case("damaged", blocked("store_damaged"), "本机数据有损坏，同步停下了",
         "The data on this computer is damaged, the sync stopped"),
    Case("shrunk", blocked("shrunk", scope=f"t:{PLACE}", held=1284, gone=700),
         "“浦东一区”突然少了很多，同步停下来等你确认",
         "Much of '浦东一区' vanished at once; the sync waits for your word"),
    Case("fork", blocked("fork"), f"这份数据在另一台电脑上也在用，同步停下了 · {NO_ZH}",
         f"This data is in use on another computer too, the sync stopped · {NO_EN}"),
    Case("replica_differs", blocked("replica_differs"), f"本机和服务器的内容对不上，请联系支持人员 · {NO_ZH}",
         f"This computer and the server still differ; tell support · {NO_EN}"),
    Case("forbidden", blocked("forbidden"), f"服务器不让这个账号同步 · {NO_ZH}",
         f"The server does not let this account sync · {NO_EN}"),
    Case("blocked", blocked("no_space_left"), f"同步停下了（NO-SPACE-LEFT）· {NO_ZH}",
         f"The sync stopped (NO-SPACE-LEFT) · {NO_EN}"),
    Case("fetching_anew", running(progress_done=1200, progress_total=4136, last_sync_at=YEAR_AGO),
         "离开太久，正在重新取回全部内容 · 1,200 / 4,136 条",
         "After a long time away everything is fetched anew · 1,200 of 4,136",
         {"fetching_anew": True, "loading_scopes": 3, **THREE}),
    Case("first_asking", running(), "正在取回你的辖区…", "Fetching your territory…", NEVER),
    Case("first_load", running(progress_done=1200, progress_total=4136), "正在取回你的辖区 · 1,200 / 4,136 条",
         "Fetching your territory · 1,200 of 4,136", NEVER),
    Case("repairing", running(repairing=True), f"本机有一部分和服务器不一样，正在重新取回 · {NO_ZH}",
         f"A part here differs from the server and is fetched anew · {NO_EN}"),
    Case("reconnecting", running(online=False, since=LAST), f"正在重新连接… · {KEPT_ZH}",
         f"Connecting again… · {KEPT_EN}", THREE),
    Case("sending", running(sending=3), "正在发送 3 项更改", "Sending 3 changes", THREE),
    Case("receiving", running(progress_done=15), "正在接收 · 已收到 15 条", "Receiving · 15 received"),
    Case("receiving", running(progress_done=15, progress_total=1 << 52), "正在接收 · 15 / 4,503,599,627,370,496 条",
         "Receiving · 15 of 4,503,599,627,370,496"),
    Case("checking", running(), "正在和服务器核对…", "Comparing with the server…"),
    Case("by_choice", away("work_offline", next_try_at=""), f"你选择了离线工作 · {KEPT_ZH}",
         f"Working offline by your choice · {KEPT_EN}", THREE),
    Case("never_loaded", away("server_away"), "还没有取回过内容，连不上服务器 · 一分钟内自动再试",
         "Nothing was fetched yet, the server cannot be reached · next try within a minute", NEVER),
    Case("captive_portal", away("captive_portal"), f"这个网络要先在浏览器里登录 · {KEPT_ZH}",
         f"This network wants a sign-in in the browser first · {KEPT_EN}", THREE),
    Case("too_many", away("too_many", next_try_at=LATER), f"服务器现在很忙，{{later}} 自动再试 · {KEPT_ZH}",
         f"The server is busy, next try at {{later}} · {KEPT_EN}", THREE),
    Case("server_error", away("server_error"), f"服务器出错了，一分钟内自动再试 · {NO_ZH}",
         f"The server has a problem, next try within a minute · {NO_EN}"),
    Case("slow", away("timeout"), f"网络太慢或断了，一分钟内自动再试 · {KEPT_ZH}",
         f"The network is slow or broke off, next try within a minute · {KEPT_EN}", THREE),
    Case("not_crmdesk", away("not_crmdesk"), f"那个地址上不是 crmdesk 服务器 · {NO_ZH}",
         f"There is no crmdesk server at that address · {NO_EN}"),
    Case("bad_request", away("bad_request", next_try_at=""), f"服务器没看懂这次请求，会自动再试 · {NO_ZH}",
         f"The server did not understand the request, it is tried again by itself · {NO_EN}"),
    Case("long_away", away("server_away"), "离线已久 · 3 项更改已保存在本机（最早 {long_ago}），请尽快联网一次",
         "Offline for long · 3 changes saved here (oldest {long_ago}); go online soon",
         {"waiting": 3, "oldest_waiting_at": LONG_AGO, "last_sync_at": LONG_AGO}),
    Case("away", away("server_away"), "离线 · 3 项更改已保存在本机（最早 {long_ago}），联网后自动发送",
         "Offline · 3 changes saved here (oldest {long_ago}), sent when there is a network",
         {"waiting": 3, "oldest_waiting_at": LONG_AGO}),
    Case("away", away("server_away", next_try_at=LATER), f"离线 · {KEPT_ZH}，联网后自动发送",
         f"Offline · {KEPT_EN}, sent when there is a network", THREE),
    Case("away_idle", away("server_away"), f"离线 · {NO_ZH}，可以照常工作",
         f"Offline · {NO_EN}, work goes on as usual"),
    Case("long_stale", away("server_away"), "离线已久 · 本机的内容停在 {year_ago}，请尽快联网一次",
         "Offline for long · what is here stands as of {year_ago}; go online soon", {"last_sync_at": YEAR_AGO}),
    Case("away_otherwise", away("store_busy"), f"暂时同步不了（STORE-BUSY），一分钟内自动再试 · {NO_ZH}",
         f"The sync does not work for now (STORE-BUSY), next try within a minute · {NO_EN}"),
    Case("standing_still", IDLE, "2 项更改一直没有被服务器收下，最早 {long_ago}",
         "The server has not taken 2 changes for long, oldest {long_ago}",
         {"waiting": 2, "oldest_waiting_at": LONG_AGO}),
    Case("needs_you", IDLE, f"3 件事需要你处理，在“同步”页 · {NO_ZH}", f"3 things for you on the Sync page · {NO_EN}",
         {"conflicts": 1, "refused": 1, "files_stuck": 1}),
    Case("cancelled", SyncState("idle", "cancelled", last_sync_at=LAST), f"同步已停止，收到的都已保存 · {NO_ZH}",
         f"The sync was stopped, what arrived is saved · {NO_EN}"),
    Case("undoable", SyncState(undoable=True, last_sync_at=LAST), "3 项更改已保存在本机，几秒内可以撤销，然后发送",
         "3 changes saved here; can be undone for a few seconds, then sent", THREE),
    Case("waiting", IDLE, "3 项更改已保存在本机，马上发送", "3 changes saved here, going out in a moment", THREE),
    Case("loading_rest", IDLE, "你的辖区还没有取完，可以先用已到的内容",
         "Your territory is not all here yet; what has arrived can be used", {"loading_scopes": 1}),
    Case("files", IDLE, "更改都已被服务器接受 · 2 个附件等待发送（2.0 MB），1 个附件等待取回（512 B）",
         "All changes accepted · 2 attachments to send (2.0 MB), 1 attachment to fetch (512 B)",
         {"attachments_waiting": 2, "files_up_bytes": 2 << 20, "files_down": 1, "files_down_bytes": 512}),
    Case("clock_off", msgspec.structs.replace(IDLE, clock_off_s=-3 * 3600), "已同步 · 这台电脑的时钟慢了 3 小时",
         "Synced · the clock of this computer is 3 hours slow"),
    Case("accepted", IDLE, f"已同步 · {NO_ZH}", f"Synced · {NO_EN}"),
)  # fmt: skip


@pytest.fixture
def shown(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, window: MainWindow, laptop: Laptop, sync: StillSync
) -> Callable[[Case], StandCard]:
    """Bring the window into a situation, by the ways on which the engine and the store do."""
    window.resize(1366, 768)

    def show(case: Case) -> StandCard:
        summary = msgspec.structs.replace(QUIET, **case.summary)
        monkeypatch.setattr(Reads, "sync_summary", lambda _reads: summary)
        sync.become(case.state)
        laptop.desk.publish(ChangeSet({"sync_state": ()}, "remote"))
        card = window.page("sync").findChild(StandCard)
        bar = window.findChild(StatusBar)
        assert card is not None
        assert bar is not None
        told = situations.tell(Look(case.state, summary, utc_now()))
        qtbot.waitUntil(lambda: window.summary == summary and card.told == told)
        assert told.name == case.name
        assert bar.situation == case.name
        return card

    return show


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_situation_is_said_whole_in_both_languages(
    qtbot: QtBot, window: MainWindow, shown: Callable[[Case], StandCard], dressed: QApplication, case: Case
) -> None:
    card = shown(case)
    for wanted, sentence in (("zh", case.zh), ("en", case.en)):
        if wanted != language.current():
            language.apply_language(dressed, wanted)
        given = {
            "oldest": language.moment_word(OLDEST), "long_ago": language.moment_word(LONG_AGO),
            "later": language.time_word(LATER), "year_ago": language.moment_word(YEAR_AGO),
        }  # fmt: skip
        bar = window.findChild(StatusBar)
        assert bar is not None

        def it_is_said(bar: StatusBar = bar, wanted: str = sentence.format(**given)) -> None:
            assert bar.sentence == wanted
            assert card.told is not None
            assert card.told.bar == wanted

        qtbot.waitUntil(it_is_said)
        assert card.told is not None
        said = (card.told.title, card.told.text)
        assert all(text and "{" not in text and "%" not in text for text in said)
        assert [text for text in said if text != text.strip() or re.search(r"[.] [a-z]", text)] == []
        assert [text for text in said if language.current() == "en" and _chinese(text.replace("浦东一区", ""))] == []
        _wait_for_room(qtbot, [bar, card])


def test_every_situation_of_the_table_is_shown_by_a_case() -> None:
    assert [one.name for one in situations.SITUATIONS if one.name not in {case.name for case in CASES}] == []


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("shrunk", "accept_removals"),
        ("by_choice", "online"),
        ("away", "request"),
        ("captive_portal", "request"),
        ("first_load", "cancel"),
        ("cancelled", "request"),
    ],
)
def test_what_helps_is_done_by_its_key(
    window: MainWindow, shown: Callable[[Case], StandCard], sync: StillSync, name: str, asked: str
) -> None:
    card = shown(next(case for case in CASES if case.name == name))
    assert card.told is not None
    spec = next(spec for spec in actions.SPECS if spec.name == card.told.action)
    window.page("sync").setFocus()
    QTest.keySequence(window, spec.keys[0])
    assert sync.asked == [asked]


def test_the_key_opens_the_sign_in_where_the_session_ended(
    qtbot: QtBot, window: MainWindow, shown: Callable[[Case], StandCard]
) -> None:
    shown(CASES[1])
    window.page("sync").setFocus()
    QTest.keySequence(window, "Ctrl+L")
    qtbot.waitUntil(lambda: window.findChild(QWidget, "sign_in_again") is not None)
    dialog = window.findChild(QWidget, "sign_in_again")
    assert dialog is not None
    dialog.close()


def test_a_key_does_nothing_where_its_situation_is_not(
    window: MainWindow, shown: Callable[[Case], StandCard], sync: StillSync
) -> None:
    shown(next(case for case in CASES if case.name == "accepted"))
    window.page("sync").setFocus()
    QTest.keySequence(window, "Ctrl+Y")
    assert sync.asked == []


def _chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def _wait_for_room(qtbot: QtBot, roots: list[QWidget]) -> None:
    """Wait until every text has the room it needs; the layouts follow the texts in turns of their own."""

    def nothing_is_cut() -> None:
        assert _cut(roots) == []

    qtbot.waitUntil(nothing_is_cut)


def _cut(roots: list[QWidget]) -> list[str]:
    """Return the texts that have not the room they need."""
    labels = [label for root in roots for label in root.findChildren(QLabel) if label.isVisible() and label.text()]
    return [label.text() for label in labels if _short_of_room(label)]


def _short_of_room(label: QLabel) -> bool:
    if isinstance(label, ElidedLabel):
        return QFontMetrics(label.font()).horizontalAdvance(label.text()) > label.contentsRect().width()
    if label.wordWrap():
        return label.heightForWidth(label.width()) > label.height()
    return label.sizeHint().width() > label.width() or label.sizeHint().height() > label.height()
