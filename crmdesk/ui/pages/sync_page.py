"""The Sync page: what is saved here, sent, accepted, what needs the person; conflicts and refusals with what to do."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout
from typing_extensions import override

from crmdesk.services.commands import ChangeSet, DropRefused, ResolveConflict, RetryRefused
from crmdesk.services.views import SENT, ConflictView, RefusedItem, SyncSummary, WaitingItem
from crmdesk.ui import language, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.sync_cards import ConflictCard, RefusedCard, Tile, WaitingCard
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.notices import Banner, EmptyState
from crmdesk.ui.parts.split import ScrollPage
from crmdesk.ui.parts.status_bar import PLAINLY_OFFLINE
from crmdesk.ui.ports import SyncState
from crmdesk.ui.sign_in import SignInAgainDialog

_SHOWN = 20
_SIGNED_OUT = frozenset({"signed_out", "token_expired", "not_signed_in"})
_TOUCHING = frozenset({"outbox", "needs_you", "conflict", "sync_state", "attachment"})


@dataclass(frozen=True, slots=True)
class _Read:
    summary: SyncSummary
    waiting: list[WaitingItem]
    refused: list[RefusedItem]
    conflicts: list[ConflictView]


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
        self._banner = Banner()
        self._banner.setObjectName("sync_banner")
        self._banner.acted.connect(self._mend)
        self._tiles = {name: Tile(name) for name in ("waiting", "sent", "accepted", "needs")}
        tiles = QHBoxLayout()
        tiles.setSpacing(12)
        for tile in self._tiles.values():
            tiles.addWidget(tile, 1)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(16)
        self._empty = EmptyState("done")
        content = self._page.content
        content.addWidget(self._banner)
        content.addLayout(tiles)
        content.addLayout(self._cards)
        content.addWidget(self._empty)
        self._read: _Read | None = None
        self._first_conflict: ConflictCard | None = None
        context.actions.bind(self, "sync_keep", self._keep_first)
        self.retranslate()

    @override
    def enter(self, **args: Any) -> None:
        self.sync_changed(self.context.sync.state())
        self._ask()

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHING & set(changes.changed) or changes.origin != "local":
            self._ask()

    def sync_changed(self, state: SyncState) -> None:
        """Show where the sync engine stands (called by the window)."""
        syncing = state.phase == "syncing"
        self._sync_now.setVisible(not syncing)
        self._stop.setVisible(syncing)
        quiet = state.phase in ("idle", "syncing") or (state.phase == "offline" and state.code in PLAINLY_OFFLINE)
        if quiet:
            self._banner.say("")
            return
        self._banner.say(words.sentence(state.code or "server_away", state.params), "warn", self._remedy(state.code))

    def _remedy(self, code: str) -> str:
        """Return the words of the one thing that mends it, or '' where waiting does."""
        if code in _SIGNED_OUT:
            return self.tr("重新登录…")
        return self.tr("确认，是对的") if code == "shrunk" else ""

    def _mend(self) -> None:
        code = self.context.sync.state().code
        if code in _SIGNED_OUT:
            dialog = SignInAgainDialog(self.context.session, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()
        elif code == "shrunk":
            self.context.sync.accept_removals()

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("同步"))
        self._empty.say(self.tr("没有等待发送的更改，也没有需要你处理的事。"))
        self.sync_changed(self.context.sync.state())
        if self._read is not None:
            self._show(self._read)
        else:
            self._empty.hide()

    def _ask(self) -> None:
        self.context.ask(
            self,
            lambda reads: _Read(reads.sync_summary(), reads.waiting(), reads.refused(), reads.conflicts()),
            self._show,
            latest="page",
        )

    def _show(self, read: _Read) -> None:
        at = self._page.verticalScrollBar().value()
        self._read = read
        self._show_tiles(read)
        while self._cards.count() and (item := self._cards.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._first_conflict = None
        for conflict in read.conflicts[:_SHOWN]:
            self._add_conflict(conflict)
        for refused in read.refused[:_SHOWN]:
            self._add_refused(refused)
        if read.waiting:
            self._cards.addWidget(WaitingCard(read.waiting))
        self._empty.setVisible(not (read.conflicts or read.refused or read.waiting))
        self._page.verticalScrollBar().setValue(at)

    def _show_tiles(self, read: _Read) -> None:
        summary = read.summary
        sent = sum(1 for item in read.waiting if item.state == SENT)
        here = summary.waiting - sent
        oldest = self.tr("最早 {when}").format(when=language.moment_word(summary.oldest_waiting_at)) if here else ""
        self._tiles["waiting"].show_figure(self.tr("已保存在本机"), here, oldest, "info")
        files = self.tr("另有 %n 个附件排队", "", summary.attachments_waiting) if summary.attachments_waiting else ""
        self._tiles["sent"].show_figure(self.tr("已发送，等待确认"), sent, files, "info")
        last = ""
        if summary.last_sync_at:
            last = self.tr("上次 {when} · 用时 {seconds} 秒").format(
                when=language.moment_word(summary.last_sync_at), seconds=f"{summary.last_sync_ms / 1000:.1f}"
            )
        self._tiles["accepted"].show_figure(self.tr("今天已接受"), summary.accepted_today, last, "ok")
        parts = [
            self.tr("%n 个冲突", "", summary.conflicts) if summary.conflicts else "",
            self.tr("%n 个被拒绝", "", summary.refused) if summary.refused else "",
        ]
        detail = " · ".join(part for part in parts if part)
        self._tiles["needs"].show_figure(self.tr("需要你处理"), summary.conflicts + summary.refused, detail, "warn")

    def _add_conflict(self, conflict: ConflictView) -> None:
        card = ConflictCard(conflict, first=self._first_conflict is None)
        card.chosen.connect(lambda choice, conflict=conflict: self._resolve(conflict, choice))
        card.opened.connect(lambda conflict=conflict: self.context.navigate(conflict.record, id=conflict.row_id))
        if self._first_conflict is None:
            self._first_conflict = card
        self._cards.addWidget(card)

    def _add_refused(self, refused: RefusedItem) -> None:
        card = RefusedCard(refused)
        card.retried.connect(lambda changes, refused=refused: self._retry(refused, changes))
        card.dropped.connect(lambda refused=refused: self._drop(refused))
        card.opened.connect(lambda refused=refused: self._open(refused))
        self._cards.addWidget(card)

    def _resolve(self, conflict: ConflictView, choice: str) -> None:
        kept = self.tr("就用当前值。其他的值仍在历史里。")
        put_back = self.tr("已改用这个值，保存在本机。其他的值仍在历史里。")
        self.context.submit(
            self,
            ResolveConflict(conflict.id, choice),
            lambda outcome: self.context.toast(kept if choice == "keep" else put_back, outcome.undo_token),
        )

    def _keep_first(self) -> None:
        focus = self.focusWidget()
        if isinstance(focus, Button):
            focus.click()  # Enter on a button means that button
        elif self._first_conflict is not None:
            self._resolve(self._first_conflict.conflict, "keep")

    def _retry(self, refused: RefusedItem, changes: dict[str, Any]) -> None:
        said = self.tr("已保存在本机，会再次发送。")
        self.context.submit(
            self,
            RetryRefused(refused.operation_id, changes),
            lambda outcome: self.context.toast(said, outcome.undo_token),
        )

    def _drop(self, refused: RefusedItem) -> None:
        said = self.tr("已放弃这项更改。原文再保留 30 天。")
        self.context.submit(
            self, DropRefused(refused.operation_id), lambda outcome: self.context.toast(said, outcome.undo_token)
        )

    def _open(self, refused: RefusedItem) -> None:
        page = {"claim": "expenses", "visit": "visit", "doctor": "doctor", "institution": "institution"}
        if refused.record in page:
            self.context.navigate(page[refused.record], id=refused.row_id)
