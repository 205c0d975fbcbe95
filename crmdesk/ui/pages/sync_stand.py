"""The cards of the Sync page that tell how things stand: the situation in words, stuck files, what happened lately."""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from crmdesk.domain.records import RECORDS
from crmdesk.services.views import Happening, StuckFile, SyncSummary
from crmdesk.ui import actions, language, situations, space, theme, words
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.pace import time_left
from crmdesk.ui.pages.sync_cards import OPENABLE
from crmdesk.ui.parts.buttons import PLAIN, PRIMARY, Button
from crmdesk.ui.parts.card import Card, rule
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.picture import Picture
from crmdesk.ui.ports import SyncState
from crmdesk.ui.situations import Look, Told

_ICONS = {"ok": "done", "info": "sync", "warn": "warning"}
_KINDS = {situations.SIGN_IN: PRIMARY, situations.ACCEPT: PLAIN, situations.ONLINE: PRIMARY}
"""Actions with a button on the card; 'sync now' and 'stop' stand in the header of the page."""
_LISTED = 8
_ENDED_BY = {"differs": "repaired", "unreadable": "repaired", "fetched_anew": "synced"}
"""What happened is being dealt with until the other thing has happened; everything else is over at once."""
_RATE_AFTER_S = 1.0
_TIME_WIDTH = 130
_STEPS = 1_000


class _Pace:
    """How fast the rows of the running sync come in."""

    def __init__(self) -> None:
        self._began = 0.0
        self._first = 0

    def rate(self, state: SyncState) -> float:
        """Return rows a second since the first ones came, 0 while that says nothing yet."""
        now, done = monotonic(), state.progress_done
        if state.phase != "syncing" or not done:
            self._began = 0.0
            return 0.0
        if not self._began or done < self._first:
            self._began, self._first = now, done
        seconds = now - self._began
        return (done - self._first) / seconds if seconds >= _RATE_AFTER_S else 0.0


class StandCard(Card):
    """The situation: one line in bold, one that says what is kept and what happens, and what a person can do."""

    acted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sync_stand")
        self.body.setContentsMargins(*space.CARD)
        self.body.setSpacing(0)
        self._picture = Picture(size=20)
        self._title = Label("", "name", wrap=True)
        self._title.setObjectName("stand_title")
        self._text = Label("", "secondary", wrap=True)
        self._text.setObjectName("stand_text")
        self._aside = Label("", "muted", wrap=True)
        self._aside.setObjectName("stand_aside")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._buttons = {name: Button("", kind, actions.keys(name)) for name, kind in _KINDS.items()}
        words_column = QVBoxLayout()
        words_column.setSpacing(space.TINY)
        for widget in (self._title, self._text, self._aside):
            words_column.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(space.BETWEEN)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words_column, 1)
        for name, button in self._buttons.items():
            button.setObjectName(f"stand_{name}_button")
            button.clicked.connect(lambda _checked=False, name=name: self.acted.emit(name))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self.body.addWidget(self._bar)
        self._pace = _Pace()
        self.told: Told | None = None

    def show_look(self, state: SyncState, summary: SyncSummary) -> Told:
        """Show the situation of this moment and return it."""
        look = Look(state, summary, datetime.now(UTC))
        told = situations.tell(look)
        self.told = told
        self._picture.show_icon(_ICONS[told.tone], told.tone)
        self._title.setText(told.title)
        self._text.setText(told.text)
        self._aside.setText(dotted(self._pace_words(state), *situations.asides(look, told)))
        self._aside.setVisible(bool(self._aside.text()))
        texts = {
            situations.SIGN_IN: actions.text("sync_sign_in"),
            situations.ACCEPT: actions.text("sync_accept"),
            situations.ONLINE: self.tr("恢复联网"),
        }
        for name, button in self._buttons.items():
            button.setText(texts[name])
            button.setVisible(told.action == name)
        self._show_progress(state)
        self.setAccessibleName(f"{told.title} {told.text}")
        return told

    def _pace_words(self, state: SyncState) -> str:
        rate = self._pace.rate(state)
        left = state.progress_total - state.progress_done
        if not rate or left <= 0:
            return ""
        return dotted(self.tr("每秒 {rate} 条").format(rate=f"{rate:,.0f}"), time_left(left / rate))

    def _show_progress(self, state: SyncState) -> None:
        known = state.phase == "syncing" and state.progress_total > 0
        self._bar.setVisible(known)
        self.body.setSpacing(space.BETWEEN if known else 0)
        if known:
            done = min(state.progress_done, state.progress_total)
            self._bar.setMaximum(_STEPS)  # whatever number a server says
            self._bar.setValue(done * _STEPS // state.progress_total)


class StuckFilesCard(Card):
    """Files that do not get through by themselves: which, why, and one button to try again."""

    retried = Signal(str)
    opened = Signal(str, str)

    def __init__(self, files: Sequence[StuckFile]) -> None:
        super().__init__()
        self.setObjectName("stuck_files_card")
        self.set_heading(self.tr("附件传不过去"))
        self.body.setContentsMargins(space.RIM + space.LINE, space.APART, space.RIM + space.LINE, space.ROOMY)
        self.body.setSpacing(0)
        for index, one in enumerate(files):
            if index:
                self.body.addWidget(rule(self))
            self.body.addLayout(self._line(one))

    def _line(self, one: StuckFile) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, space.INSIDE, 0, space.TIGHT)
        row.setSpacing(space.BETWEEN)
        texts = QVBoxLayout()
        texts.setSpacing(space.HAIR)
        record = language.record_word(one.record) if one.record in RECORDS else ""
        of = " · ".join(part for part in (record, one.title) if part)
        name = one.file_name or self.tr("没有名字的文件")
        texts.addWidget(ElidedLabel(f"{name} · {of}" if of else name, "body"))
        reason = Label(words.file_sentence(one.code, one.direction), "muted", wrap=True)
        reason.setObjectName("stuck_reason")
        texts.addWidget(reason)
        row.addLayout(texts, 1)
        row.addWidget(Label(language.size_word(one.size_bytes), "muted"))
        again = Button(self.tr("再试一次"), small=True)
        again.setObjectName("stuck_retry_button")
        again.clicked.connect(lambda: self.retried.emit(one.sha256))
        row.addWidget(again)
        if one.record in OPENABLE:
            show = Button(self.tr("打开记录"), small=True)
            show.clicked.connect(lambda: self.opened.emit(one.record, one.row_id))
            row.addWidget(show)
        return row


class LatelyCard(Card):
    """What happened lately, the newest first; what was put right by itself is said here, never as an alarm."""

    def __init__(self, happenings: Sequence[Happening]) -> None:
        super().__init__()
        self.setObjectName("lately_card")
        self.set_heading(self.tr("最近发生了什么"))
        self.body.setContentsMargins(space.RIM + space.LINE, space.APART, space.RIM + space.LINE, space.BETWEEN)
        self.body.setSpacing(0)
        self.body.addSpacing(space.TIGHT)
        last = {
            code: max((one.at for one in happenings if one.code == code), default="") for code in _ENDED_BY.values()
        }
        for index, one in enumerate(happenings[:_LISTED]):
            if index:
                self.body.addWidget(rule(self))
            self.body.addWidget(self._line(one, settled=one.at <= last.get(_ENDED_BY.get(one.code, ""), one.at)))
        if not happenings:
            nothing = self.tr("还没有和服务器往来过。第一次同步之后，这里会写下每一次的结果。")
            self.body.addWidget(Label(nothing, "muted", wrap=True))

    def _line(self, one: Happening, settled: bool) -> QWidget:
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, space.TIGHT, 0, space.TIGHT)
        row.setSpacing(space.BETWEEN)
        at = Label(language.moment_label(one.at), "secondary")
        at.setFixedWidth(theme.px(_TIME_WIDTH))
        row.addWidget(at, 0, Qt.AlignmentFlag.AlignTop)
        text = Label(self._words(one), "body", wrap=True)
        text.setObjectName(f"lately_{one.code}")
        row.addWidget(text, 1)
        if one.code != "synced":
            row.addWidget(Chip(*self._chip(one.code, settled), self), 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _chip(self, code: str, settled: bool) -> tuple[str, str]:
        if not settled:
            return self.tr("正在处理"), "info"
        if code in ("territory_arrived", "territory_left"):
            return self.tr("辖区"), "neutral"
        return self.tr("已处理好"), "ok"

    def _words(self, one: Happening) -> str:
        if one.code == "synced":
            return self._synced(one)
        count = int(one.params.get("count") or 0)
        places = self.tr("、").join(one.places) or self.tr("一个辖区")
        last = language.moment_word(str(one.params.get("last") or ""))
        sentences = {
            "server_restored": self.tr("服务器从备份恢复过。已接受过的 %n 项更改又发送了一次，没有丢失。", "", count),
            "renumbered": self.tr("服务器见过这份数据的另一份。本机已重新编号，没有丢失。"),
            "differs": self.tr("核对时发现有一部分和服务器不一样，已开始重新取回。"),
            "repaired": self.tr("不一样的部分已重新取回，现在和服务器一致。"),
            "unreadable": self.tr("服务器发来的 %n 条读不了，先放在一边，其余照常；会再取一次。", "", count),
            "fetched_anew": self.tr(
                "离开太久，服务器把全部内容重新给了一遍（之前的同步：{last}）。没发送的更改没有丢失。"
            ),
            "brought": self.tr("从放到一边的旧数据里取回了没发送的 %n 项，没有重复。", "", count),
            "put_back": self.tr("从备份里恢复了没发送的 %n 项，没有重复。", "", count),
            "territory_arrived": self.tr("“{places}”归你负责了，内容已在这台电脑上。"),
            "territory_left": self.tr("“{places}”不再归你负责，内容已从这台电脑清除；没发送的更改没有丢失。"),
        }
        return sentences.get(one.code, one.code).replace("{places}", places).replace("{last}", last)

    def _synced(self, one: Happening) -> str:
        sent, received = int(one.params.get("sent") or 0), int(one.params.get("received") or 0)
        parts = [
            language.parted(self.tr("服务器回答了 %n 项更改", "", sent), sent) if sent else "",
            language.parted(self.tr("收到 %n 条", "", received), received) if received else "",
            self.tr("用时 {seconds} 秒").format(seconds=language.seconds_word(int(one.params.get("ms") or 0))),
        ]
        return self.tr("同步完成：{what}").format(what=self.tr("，").join(part for part in parts if part))
