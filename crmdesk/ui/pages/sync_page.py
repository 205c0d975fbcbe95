"""The Sync page: what is saved here, sent, accepted, what needs the person; conflicts and refusals with what to do."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from crmdesk.domain.brought_back import Brought
from crmdesk.domain.claims import DECISIONS
from crmdesk.domain.merge import DELETED
from crmdesk.services.commands import (
    ChangeSet,
    DropRefused,
    Outcome,
    PutBackRefused,
    ResolveConflict,
    RetryFile,
    RetryRefused,
)
from crmdesk.services.views import (
    SENT,
    ConflictView,
    FileToSend,
    Happening,
    RefusedItem,
    StuckFile,
    SyncSummary,
    WaitingItem,
)
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.sync_cards import OPENABLE, RefusedCard, Tile, WaitingCard
from crmdesk.ui.pages.sync_conflict import KEEP, ConflictCard
from crmdesk.ui.pages.sync_given_up import GivenUpCard
from crmdesk.ui.pages.sync_put_aside import (
    OPEN,
    THROW_AWAY,
    BringBackDialog,
    BroughtWords,
    PutAsideCard,
    ThrowAwayDialog,
)
from crmdesk.ui.pages.sync_stand import LatelyCard, StandCard, StuckFilesCard
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.card_column import CardColumn, CardSpec
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.split import ScrollPage
from crmdesk.ui.ports import PutAside, SyncState
from crmdesk.ui.sign_in import SignInAgainDialog
from crmdesk.ui.situations import ACCEPT, SIGN_IN

if TYPE_CHECKING:
    from crmdesk.services.desk import Reads

_SHOWN = 20
_TOUCHING = frozenset({"outbox", "needs_you", "conflict", "sync_state", "attachment"})
_NOTHING = SyncSummary(0, "", 0, 0, 0, "", 0, 0, 0, 0)


class _Read(msgspec.Struct, frozen=True):
    summary: SyncSummary
    waiting: list[WaitingItem]
    refused: list[RefusedItem]
    conflicts: list[ConflictView]
    stuck: list[StuckFile]
    files: list[FileToSend]
    lately: list[Happening]
    given_up: list[RefusedItem]


def _read_all(reads: "Reads") -> _Read:
    return _Read(
        reads.sync_summary(), reads.waiting(), reads.refused(), reads.conflicts(), reads.stuck_files(),
        reads.files_to_send(), reads.happenings(), reads.given_up(),
    )  # fmt: skip


class SyncPage(Page):
    """One honest page; nothing on it is lost by not acting."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._sync_now = Button.for_action("sync_now")
        self._sync_now.clicked.connect(context.sync.request)
        self._stop = Button.for_action("cancel_sync")
        self._stop.clicked.connect(context.sync.cancel)
        self.header.add(self._sync_now)
        self.header.add(self._stop)
        self._page = ScrollPage()
        self._page.setObjectName("sync_scroll")
        self.body.addWidget(self._page)
        self._stand = StandCard()
        self._stand.acted.connect(self._act)
        self._tiles = {name: Tile(name) for name in ("waiting", "sent", "accepted", "needs")}
        tiles = QHBoxLayout()
        tiles.setSpacing(space.BETWEEN)
        for tile in self._tiles.values():
            tiles.addWidget(tile, 1)
        self._cards = CardColumn()
        content = self._page.content
        content.addWidget(self._stand)
        content.addLayout(tiles)
        content.addLayout(self._cards)
        self._read: _Read | None = None
        self._older: list[PutAside] = []
        self._came = BroughtWords(self)
        bind = context.actions.bind
        bind(self, "sync_keep", self._keep_first)
        self._own_actions = {
            SIGN_IN: bind(self, "sync_sign_in", lambda: self._act(SIGN_IN)),
            ACCEPT: bind(self, "sync_accept", lambda: self._act(ACCEPT)),
        }
        self._older_actions = {
            OPEN: bind(self, OPEN, lambda: self._bring_back(self._openable[0])),
            THROW_AWAY: bind(self, THROW_AWAY, lambda: self._throw_away(self._older[0])),
        }
        self._take_older([])
        self.retranslate()

    @override
    def enter(self, **args: Any) -> None:
        self.sync_changed(self.context.sync.state())
        self._ask()
        self._ask_older()

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHING & set(changes.changed) or changes.origin != "local":
            self._ask()

    def sync_changed(self, state: SyncState) -> None:
        """Show where the sync engine stands (called by the window)."""
        syncing = state.phase == "syncing"
        self._sync_now.setVisible(not syncing)
        self._stop.setVisible(syncing)
        told = self._stand.show_look(state, self._read.summary if self._read is not None else _NOTHING)
        for name, action in self._own_actions.items():
            action.setEnabled(told.action == name)

    def _act(self, name: str) -> None:
        """Do the one thing that helps in the present situation."""
        if name == SIGN_IN:
            dialog = SignInAgainDialog(self.context.session, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()
        elif name == ACCEPT:
            self.context.sync.accept_removals()
        else:
            self.context.sync.work_offline(False)

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("同步"))
        self.sync_changed(self.context.sync.state())
        if self._read is not None:
            self._show(self._read)

    def _ask(self) -> None:
        self.context.ask(self, _read_all, self._show, latest="page")

    def _ask_older(self) -> None:
        session, shell = self.context.session, self.context.shell
        self.context.bridge.run(self, session.put_aside(), self._take_older, shell.tell, latest="older")

    def _take_older(self, found: list[PutAside]) -> None:
        self._older = found
        self._older_actions[OPEN].setEnabled(bool(self._openable))
        self._older_actions[THROW_AWAY].setEnabled(bool(found))
        if self._read is not None:
            self._show(self._read)

    @property
    def _openable(self) -> list[PutAside]:
        return [one for one in self._older if one.key != "none"]

    def _show(self, read: _Read) -> None:
        at = self._page.verticalScrollBar().value()
        self._read = read
        self._show_tiles(read)
        held = self.window().focusWidget()
        in_card = held is not None and self._page.isAncestorOf(held)
        self._cards.show_cards([*self._decisions(read), *self._rest(read)])
        if in_card and held is not None and not held.isVisibleTo(self):
            # Qt gives it to the next in line: a value of another conflict, or the rail, whose Enter leads away.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.sync_changed(self.context.sync.state())
        self._page.verticalScrollBar().setValue(at)

    def _decisions(self, read: _Read) -> Iterator[CardSpec]:
        """Yield what a person has to settle; the words of a card hold for a language and a day."""
        words = language.current(), today()
        if self._older:
            yield CardSpec("older", (words, self._older), lambda _before: self._older_card(self._older))
        for index, conflict in enumerate(read.conflicts[:_SHOWN]):
            make = partial(self._conflict_card, conflict, index == 0)
            yield CardSpec(f"conflict {conflict.id}", (words, conflict, index == 0), make)
        for refused in read.refused[:_SHOWN]:
            yield CardSpec(f"refused {refused.operation_id}", (words, refused), partial(self._refused_card, refused))
        left = max(0, len(read.conflicts) - _SHOWN) + max(0, len(read.refused) - _SHOWN)
        if left:
            said = self.tr("还有 %n 件要你处理；处理好上面的，就会列出来。", "", left)
            yield CardSpec("more", said, lambda _before: Label(said, "muted", wrap=True))
        if read.stuck:
            yield CardSpec("stuck", (words, read.stuck), lambda _before: self._stuck_card(read.stuck))

    def _rest(self, read: _Read) -> Iterator[CardSpec]:
        """Yield what there is to know: what waits, what was given up and what happened."""
        words, count = (language.current(), today()), read.summary.waiting
        if read.waiting or read.files:
            content = (words, read.waiting, count, read.files)
            yield CardSpec("waiting", content, lambda _before: WaitingCard(read.waiting, count, read.files))
        if read.given_up:
            yield CardSpec("given_up", (words, read.given_up), lambda _before: self._given_up_card(read.given_up))
        yield CardSpec("lately", (words, read.lately), lambda _before: LatelyCard(read.lately))

    def _show_tiles(self, read: _Read) -> None:
        summary = read.summary
        sent = sum(1 for item in read.waiting if item.state == SENT)
        here = summary.waiting - sent
        oldest = self.tr("最早 {when}").format(when=language.moment_word(summary.oldest_waiting_at)) if here else ""
        files = self.tr("%n 个附件", "", summary.attachments_waiting) if summary.attachments_waiting else ""
        waits = dotted(oldest, files) or self.tr("没有等待发送的更改")
        self._tiles["waiting"].show_figure(self.tr("已保存在本机"), here, waits, "info")
        on_the_way = self.tr("服务器还没有回答") if sent else self.tr("没有在路上的更改")
        self._tiles["sent"].show_figure(self.tr("已发送，等待确认"), sent, on_the_way, "info")
        last = self.tr("还没有同步过")
        if summary.last_sync_at:
            last = self.tr("上次 {when} · 用时 {seconds} 秒").format(
                when=language.moment_word(summary.last_sync_at), seconds=language.seconds_word(summary.last_sync_ms)
            )
        self._tiles["accepted"].show_figure(self.tr("今天已接受"), summary.accepted_today, last, "ok")
        parts = [
            self.tr("%n 个冲突", "", summary.conflicts) if summary.conflicts else "",
            self.tr("%n 个被拒绝", "", summary.refused) if summary.refused else "",
            self.tr("%n 个附件", "", summary.files_stuck) if summary.files_stuck else "",
        ]
        detail = " · ".join(part for part in parts if part) or self.tr("没有要你处理的事")
        needs = summary.conflicts + summary.refused + summary.files_stuck
        self._tiles["needs"].show_figure(self.tr("需要你处理"), needs, detail, "warn")

    def _conflict_card(self, conflict: ConflictView, first: bool, _before: QWidget | None) -> QWidget:
        card = ConflictCard(conflict, first, conflict.record in OPENABLE)
        card.chosen.connect(lambda choice: self._resolve(conflict, choice))
        card.opened.connect(lambda: self._open_row(conflict.record, conflict.row_id))
        card.asked.connect(self._copy_question)
        return card

    def _refused_card(self, refused: RefusedItem, before: QWidget | None) -> QWidget:
        card = RefusedCard(refused)
        if isinstance(before, RefusedCard):
            card.type_as_in(before)
        card.retried.connect(lambda changes: self._retry(refused, changes))
        card.amended.connect(lambda reason: self._retry(refused, {}, reason))
        card.dropped.connect(lambda: self._drop(refused))
        card.opened.connect(lambda: self._open_row(refused.record, refused.row_id, refused.command))
        card.copied.connect(self._copy_text)
        return card

    def _stuck_card(self, stuck: list[StuckFile]) -> QWidget:
        card = StuckFilesCard(stuck)
        card.retried.connect(lambda sha256: self.context.submit(self, RetryFile(sha256)))
        card.opened.connect(self._open_row)
        return card

    def _older_card(self, found: list[PutAside]) -> QWidget:
        card = PutAsideCard(found)
        card.opened.connect(self._bring_back)
        card.thrown_away.connect(self._throw_away)
        return card

    def _bring_back(self, one: PutAside) -> None:
        dialog = BringBackDialog(self.context, self, one)
        dialog.brought.connect(self._brought)
        dialog.open()

    def _brought(self, found: Brought) -> None:
        self.context.toast(lambda: self._came.sentence(found))
        self._ask_older()

    def _throw_away(self, one: PutAside) -> None:
        dialog = ThrowAwayDialog(self.context, self, one)
        dialog.gone.connect(self._thrown_away)
        dialog.open()

    def _thrown_away(self) -> None:
        self.context.toast(lambda: self.tr("旧数据已丢弃。"))
        self._ask_older()

    def _given_up_card(self, given_up: list[RefusedItem]) -> QWidget:
        card = GivenUpCard(given_up)
        card.put_back.connect(self._put_back)
        return card

    def _copy_question(self, name: str, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.context.toast(lambda: self.tr("已复制一段话，可以粘贴到微信或邮件里发给{name}。").format(name=name))

    def _copy_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.context.toast(lambda: self.tr("原文已复制，可以粘贴给负责的同事。"))

    def _resolve(self, conflict: ConflictView, choice: str) -> None:
        waits = conflict.field == DELETED

        def said() -> str:
            if waits:
                return self.tr("你的决定已保存在本机，同步后生效。")
            if choice == KEEP:
                return self.tr("就用当前值。其他的值仍在历史里。")
            return self.tr("已改用这个值，保存在本机。其他的值仍在历史里。")

        self.context.submit(
            self,
            ResolveConflict(conflict.id, choice),
            lambda outcome: self.context.toast(said, outcome.undo_token, until_sent=waits),
        )

    def _keep_first(self) -> None:
        focus = self.focusWidget()
        first = self._read.conflicts[0] if self._read is not None and self._read.conflicts else None
        if isinstance(focus, Button):
            focus.click()  # Enter on a button means that button
        elif isinstance(focus, QLineEdit):
            focus.returnPressed.emit()  # and in a corrected value that it is sent again
        elif first is not None:
            self._resolve(first, KEEP)

    def _retry(self, refused: RefusedItem, changes: dict[str, Any], reason: str = "") -> None:
        def said(outcome: Outcome) -> None:
            self.context.toast(lambda: self.tr("已保存在本机，会再次发送。"), outcome.undo_token, until_sent=True)

        self.context.submit(self, RetryRefused(refused.operation_id, changes, reason), said)

    def _drop(self, refused: RefusedItem) -> None:
        def said(outcome: Outcome) -> None:
            self.context.toast(lambda: self.tr("已放弃这项更改。原文再保留 30 天。"), outcome.undo_token)

        self.context.submit(self, DropRefused(refused.operation_id), said)

    def _put_back(self, operation_id: str) -> None:
        def told(outcome: Outcome) -> None:
            self.context.toast(lambda: self.tr("已放回“需要你处理”，可以修改后再提交。"), outcome.undo_token)

        self.context.submit(self, PutBackRefused(operation_id), told)

    def _open_row(self, record: str, row_id: str, command: str = "") -> None:
        of_claims = "approvals" if command in DECISIONS else "expenses"
        self.context.navigate(of_claims if record == "claim" else record, id=row_id)
